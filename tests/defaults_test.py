"""Defaults that users rely on are those of the papers, and stay."""

import pytest

import hinge_keras as hk
from hinge_keras.configured import arguments

SHARED = {
    "class_weight": None,
    "normalise_class_weight": False,
    "ignore_label": None,
    "soft_labels": False,
    "axis": -1,
    "reduction": "sum_over_batch_size",
    "name": None,
    "dtype": None,
    "base": None,
}
OWN = {
    "AsymmetricMargin": {"negative": 1.0, "positive": 1.0},
    "DoubleHinge": {"rejection": 0.25},
    "Hinge": {"margin": 1.0, "power": 1},
    "Pinball": {"tau": 0.5},
    "Ramp": {"s": 0.0},
    "SquaredHinge": {"margin": 1.0},
    "GeneralizedSmoothHinge": {"alpha": 1.0},
    "HuberHinge": {"h": 0.5},
    "PsiG": {"sigma": 1.0},
    "PsiM": {"sigma": 1.0},
    "QuadraticallySmoothedHinge": {"gamma": 1.0},
    "SoftplusHinge": {"temperature": 1.0},
    "MultiMargin": {"p": 1, "margin": 1.0},
    "SmoothCrammerSinger": {"temperature": 1.0},
    "LapinAlphaTopK": {"include_true": False},
    "SmoothTopK": {"tau": 1.0},
    "ExpectedTopK": {"epsilon": 1.0},
    "NoisedTopK": {"epsilon": 1.0, "n_samples": 5, "seed": 0},
    "NoisedTopKImbalanced": {
        "epsilon": 0.01,
        "max_m": 0.3,
        "scale": 50.0,
        "n_samples": 5,
        "seed": 0,
    },
    "LDAM": {"max_m": 0.5, "scale": 30.0},
    "LogitAdjusted": {"tau": 1.0},
    "L1": {"softmax": False},
    "L2": {"softmax": False},
    "CrossEntropy": {"label_smoothing": 0.0},
    "Focal": {"gamma": 2.0},
    "ArcFace": {"margin": 0.5, "scale": 64.0},
    "CosFace": {"margin": 0.35, "scale": 64.0},
    "SphereFace": {"margin": 4, "scale": 64.0},
    "OrdinalHinge": {"thresholds": "all"},
    "EpsilonInsensitive": {"epsilon": 0.1},
    "SquaredEpsilonInsensitive": {"epsilon": 0.1},
    "Contrastive": {"margin": 1.0},
    "CosineEmbedding": {"margin": 0.0},
    "HingeEmbedding": {"margin": 1.0},
    "MarginRanking": {"margin": 0.0},
    "PairwiseHinge": {"groups": False},
    "MinedTriplet": {"mining": "hard", "margin": 1.0},
    "Triplet": {"margin": 1.0, "p": 2, "swap": False},
    "MarginAccuracy": {"margin": 1.0},
    "MarginViolations": {"margin": 1.0},
    "SupportFraction": {"margin": 1.0},
    "TopKAccuracy": {"k": 5},
    "MacroTopKAccuracy": {"k": 5},
    "ConfusionMatrix": {"classes": 2, "threshold": 0.0},
    "F1Score": {"threshold": 0.0},
    "IoU": {"threshold": 0.0},
    "MeanIoU": {"classes": 2, "threshold": 0.0},
    "Precision": {"threshold": 0.0},
    "Recall": {"threshold": 0.0},
    "MarginQuantile": {"q": 0.5},
    "ExpectedCalibrationError": {"bins": 15},
    "NormedDense": {"kernel_initializer": "glorot_uniform"},
    "RandomFourierFeatures": {"kernel": "gaussian", "scale": 1.0, "seed": 0},
}
LAYERS = ("NormedDense", "OrdinalThresholds", "RandomFourierFeatures")
NAMES = [
    cls.__name__
    for classes in (hk.losses.LOSSES.classes, hk.metrics.METRICS.classes)
    for cls in classes.values()
]


@pytest.mark.parametrize("name", [*NAMES, *LAYERS])
def test_defaults(name):
    cls = getattr(hk, name)
    wanted = SHARED | OWN.get(name, {})
    for argument, parameter in arguments(cls).items():
        if parameter.default is not parameter.empty:
            assert parameter.default == wanted[argument], argument
        else:
            assert argument not in OWN.get(name, {})
