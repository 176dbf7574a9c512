"""What a type checker says of code that uses the library; `make lint` runs it.

A line that must be an error ignores that error, and an unused ignore is one.
"""

from typing import assert_type

import hinge_keras as hk

assert_type(hk.Hinge(0.5, ignore_label=-1), hk.Hinge)
assert_type(hk.CrammerSinger(hk.SquaredHinge(), class_weight=[1, 2]).convex, bool)
assert_type(hk.losses.get("hinge"), hk.MarginLoss)
assert_type(hk.losses.names(), list[str])
hk.LDAM({0: 5, 1: 3}, soft_labels=True, reduction=None)
hk.TopKAccuracy(5, ignore_label=255, axis=1)
hk.check_loss(hk.PsiG(sigma=0.5))

hk.nonsense  # type: ignore[attr-defined] # noqa: B018
hk.Hinge(margn=2)  # type: ignore[call-arg]
hk.Hinge(margin="wide")  # type: ignore[arg-type]
hk.CrammerSinger(0.5)  # type: ignore[arg-type]
hk.TopKAccuracy(5, threshold=0.5)  # type: ignore[call-arg]
hk.Precision(threshold=None)  # type: ignore[arg-type]
