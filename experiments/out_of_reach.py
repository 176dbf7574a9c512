"""Which published numbers could not be put to the test here, and why?

A claim whose data are not among those that this suite can read stays a claim. Here they
are, each with its number and nothing beside it, so that the table of verdicts is
complete: Tang (2013) on FER-2013, and the long-tailed image sets of three repositories,
as their README files state them (https://github.com/google-research/google-research,
https://github.com/jiawei-ren/BalancedMetaSoftmax,
https://github.com/open-mmlab/mmpretrain). CIFAR-10 can be read, but nets of that size
and that many epochs were not trained here.
"""

import numpy as np
import pandas as pd

from hinge_keras import lab
from hinge_keras.lab.analysis import claims

TANG = "Tang 2013"
ADJUSTMENT = "google-research README, logit adjustment"
BALANCED = "balanced meta-softmax README"
MMPRETRAIN = "mmpretrain README, logit adjustment"
WAYS = ("cross-entropy", "adjusted after training", "adjusted loss")
RATIOS = {
    200: (73.08, 76.59, 76.19),
    100: (77.54, 80.67, 80.26),
    50: (81.84, 83.98, 83.41),
    10: (89.36, 90.01, 90.93),
}

# Data that are read here, but not at what was trained there.
LARGER = {"CIFAR-10-LT": "there a ResNet-32 or 34 of 200 epochs and more"}

# Data, claim, source, published.
CLAIMS = [
    ("FER-2013", "private test accuracy, L2-SVM", TANG, 0.712),
    *(
        ("CIFAR-10-LT", f"test accuracy, {way}", ADJUSTMENT, value)
        for way, value in zip(WAYS, (0.7136, 0.7732, 0.7789), strict=True)
    ),
    *(
        ("CIFAR-100-LT", f"test accuracy, {way}", ADJUSTMENT, value)
        for way, value in zip(WAYS, (0.3987, 0.4407, 0.4406), strict=True)
    ),
    ("CIFAR-10-LT", "test accuracy, softmax", BALANCED, 0.740),
    ("CIFAR-10-LT", "test accuracy, balanced softmax", BALANCED, 0.798),
    ("CIFAR-100-LT", "test accuracy, softmax", BALANCED, 0.412),
    ("CIFAR-100-LT", "test accuracy, balanced softmax", BALANCED, 0.467),
    ("ImageNet-LT", "test accuracy, softmax", BALANCED, 0.348),
    *(
        ("CIFAR-10-LT", f"test accuracy, ratio {ratio}, {way}", MMPRETRAIN, value / 100)
        for ratio, values in RATIOS.items()
        for way, value in zip(WAYS, values, strict=True)
    ),
]


def judged():
    """Each claim beside nothing, and why."""
    for data, text, source, published in CLAIMS:
        told = f"{data}, {text}"
        if data in LARGER:
            yield claims.number(told, source, published, [], differs=LARGER[data])
        else:
            yield claims.unavailable(told, source, published)


def findings(results):
    judgements = claims.table(judged())
    counts = pd.Series([data for data, *_ in CLAIMS]).value_counts(sort=False)
    summary = counts.rename("claims").rename_axis("data").reset_index()
    summary["verdict"] = np.where(
        summary.data.isin([*LARGER]), claims.NOT_COMPARABLE, claims.NO_DATA
    )
    return lab.Findings(
        sentence=f"{len(judgements)} published numbers rest on {len(summary)} data sets not "
        "read here, or not at that budget: no verdict.",
        notes="The sets are published elsewhere and have terms of their own. Stand-ins "
        "that can be read are in the studies `tang`, `decoder` and `long_tail`.",
        overturned="copies of these sets that may be read here, and the budget to "
        "train on them: each number would then have runs of ours, and a verdict, "
        "beside it.",
        means="Take these numbers as single reports, for nothing here speaks for "
        "or against them; if one matters to you, compare the losses on "
        "your own data.",
        recipe="compare_losses",
        summary=summary,
        claims=judgements,
        figures={},
    )


lab.main(__name__)
