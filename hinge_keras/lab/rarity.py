"""Measures where classes are numbered from the commonest to the rarest."""

import keras
from keras import ops

import hinge_keras as hk


def metrics(K):
    """What is measured: with one guess, on the rarer half of the classes, with K."""
    return {
        "top_1": hk.ScoreAccuracy,
        "rare": rarer_half,
        f"top_{K}": lambda: hk.TopKAccuracy(K),
    }


def measures(K):
    """Labels for the columns that `metrics` and `with_halves` leave on the test part."""
    return {
        "test_top_1": "top-1",
        "test_common": "commoner half",
        "test_rare": "rarer half",
        f"test_top_{K}": f"top-{K}",
    }


def with_halves(trials):
    """Trials with the accuracy on the commoner half of the classes beside the rarer."""
    return trials.assign(test_common=2 * trials.test_top_1 - trials.test_rare)


def told(means, plain="cross-entropy"):
    """The loss that is best over all classes, beside a plain one, in words.

    Args:
        means: Percentages, one row a loss, columns by the labels of `measures`.
        plain: The loss to compare with.
    """
    best, other = means.loc[means["top-1"].idxmax()], means.loc[plain]
    return (
        f"{best.name} has the highest mean over classes, {best['top-1']:.1f} % ({plain} "
        f"{other['top-1']:.1f}): {best['rarer half']:.0f} % ({other['rarer half']:.0f}) "
        f"on the rarer half of the classes, {best['commoner half']:.0f} % "
        f"({other['commoner half']:.0f}) on the commoner"
    )


def rarer_half():
    """Accuracy on the rarer half of the classes, where all are equally frequent."""
    return keras.metrics.MeanMetricWrapper(right_and_rare, name="rare")


def right_and_rare(y_true, y_pred):
    labels = ops.cast(ops.reshape(y_true, (-1,)), "int32")
    right = ops.cast(ops.argmax(y_pred, axis=-1), "int32") == labels
    return 2 * ops.cast(right & (labels >= y_pred.shape[-1] // 2), "float32")
