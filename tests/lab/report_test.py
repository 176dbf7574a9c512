"""Names and values in words."""

import pandas as pd

from hinge_keras.lab import report


def test_names_and_values_are_listed_in_their_form():
    values = {"hinge": 0.5, "logistic": 0.25}
    assert report.listed(values, "{1:.0%} ({0})") == "50% (hinge), 25% (logistic)"
    assert report.listed(pd.Series(values), "{0} {1}") == "hinge 0.5, logistic 0.25"
    assert report.listed({}, "{0}") == ""
