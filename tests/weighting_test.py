"""What counts how much: every loss and metric against a plain loop.

Masks, ignored labels, class weights, sample weights of every rank, soft labels,
reductions, channels first and double precision, in combinations in which every
pair of settings meets. All weights are fractions.
"""

import functools
import itertools
import math

import keras
import numpy as np
import pytest
from keras import ops
from keras.src.backend.common.masking import set_keras_mask
from sklearn import metrics as reference

import hinge_keras as hk
from hinge_keras import check

N, T, OUTPUTS, CLASSES, IGNORED = 5, 4, 3, 5, -9.0

SETTINGS = {
    "mask": [False, True],
    "ignored": [None, IGNORED, math.nan],
    "class_weight": [False, True],
    "normalised": [False, True],
    "weight": [None, "one", "(N,)", "(N, 1)", "(N, T)", "(N, T, 1)", "(N, T, outputs)"],
    "soft": [False, True],
    "encoding": ["integer", "one-hot"],
    "channels_first": [False, True],
    "reduction": ["sum", "sum_over_batch_size", "mean_with_sample_weight", None],
    "dtype": ["float32", "float64"],
}


def covering(settings, seed=0):
    """Few combinations in which every two values of two settings meet."""
    names = list(settings)
    left = {
        ((a, i), (b, j))
        for a, b in itertools.combinations(names, 2)
        for i in range(len(settings[a]))
        for j in range(len(settings[b]))
    }
    random = np.random.default_rng(seed)
    while left:
        rows = [
            {n: random.integers(len(settings[n])) for n in names} for _ in range(60)
        ]
        met = [set(itertools.combinations(row.items(), 2)) for row in rows]
        best = max(range(60), key=lambda r: len(met[r] & left))
        left -= met[best]
        yield {n: settings[n][i] for n, i in rows[best].items()}


COMBINATIONS = list(covering(SETTINGS))


def test_every_pair_of_settings_meets():
    for a, b in itertools.combinations(SETTINGS, 2):
        met = {(repr(c[a]), repr(c[b])) for c in COMBINATIONS}
        assert len(met) == len(SETTINGS[a]) * len(SETTINGS[b])


class Case:
    """Random examples `(N, T)` of one combination, and how to say them."""

    def __init__(self, signed, settings, outputs=OUTPUTS):
        random = np.random.default_rng(1)
        self.signed, self.settings, self.outputs = signed, settings, outputs
        width = outputs if signed else CLASSES
        self.scores = random.normal(0, 1.5, (N, T, width)).astype(settings["dtype"])
        if signed:
            p = random.integers(0, 2, (N, T, outputs)).astype(float)
            soft = random.uniform(0, 1, p.shape)
        else:
            p = np.eye(CLASSES)[random.integers(0, CLASSES, (N, T))]
            soft = random.dirichlet(np.ones(CLASSES), (N, T))
        self.p = soft if settings["soft"] else p
        self.mask = random.uniform(size=(N, T)) < 0.7
        self.mask[0] = False  # An example that does not count at all.
        self.ignored = random.uniform(size=p.shape if signed else (N, T)) < 0.3
        shape = {
            "one": (),
            "(N,)": (N,),
            "(N, 1)": (N, 1),
            "(N, T)": (N, T),
            "(N, T, 1)": (N, T, 1),
            "(N, T, outputs)": (N, T, outputs if signed else 1),
        }.get(settings["weight"])
        self.weight = None if shape is None else random.uniform(0.1, 1, shape)
        self.class_weight = random.uniform(0.2, 3, 2 if signed else CLASSES)

    def labels(self):
        labels = self.p
        if not self.signed and self.settings["encoding"] == "integer":
            labels = (
                labels if self.settings["soft"] else labels.argmax(-1).astype(float)
            )
        labels = labels.copy()
        if self.settings["ignored"] is not None:
            labels[self.ignored] = self.settings["ignored"]
        return self.moved(labels)

    def moved(self, array):
        first = self.settings["channels_first"] and array.ndim == 3
        return np.moveaxis(array, -1, 1) if first else array

    def given(self):
        """Labels, scores and weights as a user hands them over."""
        scores = ops.convert_to_tensor(self.moved(self.scores))
        if self.settings["mask"]:
            set_keras_mask(scores, ops.convert_to_tensor(self.mask))
        weight = self.weight
        if weight is not None and weight.ndim == 3:
            weight = self.moved(weight)
        return self.labels(), scores, weight

    def entries(self):
        """Example, output, label, how much the label counts, sample weight."""
        for n, t in itertools.product(range(N), range(T)):
            if self.settings["mask"] and not self.mask[n, t]:
                continue
            if self.signed:
                for k in range(self.outputs):
                    if self.settings["ignored"] is None or not self.ignored[n, t, k]:
                        p = self.p[n, t, k]
                        yield n, t, k, 1, p, self.weight_of(n, t, k)
                        yield n, t, k, 0, 1 - p, self.weight_of(n, t, k)
            elif self.settings["ignored"] is None or not self.ignored[n, t]:
                for c in range(self.p.shape[-1]):
                    yield n, t, 0, c, self.p[n, t, c], self.weight_of(n, t, 0)

    def weight_of(self, n, t, k):
        if self.weight is None:
            return 1.0
        spread = self.weight.reshape(*self.weight.shape, *[1] * (3 - self.weight.ndim))
        whole = (N, T, spread.shape[-1])
        return np.broadcast_to(spread, whole)[n, t, k % spread.shape[-1]]


def plain(loss):
    """The loss with nothing but its own arguments."""
    shared = ("class_weight", "normalise_class_weight", "ignore_label", "soft_labels")
    config = loss.get_config()
    return type(loss).from_config(
        {name: config[name] for name in config if name not in (*shared, "dtype")}
    )


def value_table(loss, case):
    """The unweighted value of every example with every label: `[n, t, k, label]`."""
    scores = case.scores
    return valued(loss, case.signed, scores.tobytes(), scores.dtype, scores.shape)


@functools.cache
def valued(loss, signed, scores, dtype, shape):
    """The same; the settings of a case change no unweighted value."""
    scores = np.frombuffer(scores, dtype).reshape(shape)
    if signed:
        flat = scores.reshape(-1, 1)
        sides = [check.values(loss, np.full(flat.shape, y), flat) for y in (0, 1)]
        return np.stack(sides, -1).reshape(N, T, OUTPUTS, 2)
    flat = scores.reshape(-1, shape[-1])
    labels = range(flat.shape[1])
    sides = [check.values(loss, np.full(len(flat), c), flat) for c in labels]
    return np.stack(sides, -1).reshape(N, T, 1, -1)


def looped(loss, case):
    """The loss by its definition: sums over outputs, then over examples."""
    table, settings = value_table(loss, case), case.settings
    value, counted, share = (np.zeros((N, T)) for _ in range(3))
    for n, t, k, label, p, weight in case.entries():
        own = case.class_weight[label] if settings["class_weight"] else 1.0
        value[n, t] += p * own * weight * table[n, t, k, label]
        count = p * (own if settings["normalised"] else 1.0)
        by_weight = settings["reduction"] == "mean_with_sample_weight"
        counted[n, t] += count * (weight if by_weight else 1.0)
        share[n, t] += p
    share = np.where(share == 0, 1, share)
    if settings["reduction"] is None:
        return value / share
    total = (value / share).sum()
    return total if settings["reduction"] == "sum" else total / (counted / share).sum()


@pytest.mark.parametrize("settings", COMBINATIONS, ids=range(len(COMBINATIONS)))
def test_losses_equal_a_loop(default_losses, settings):
    for loss in default_losses:
        signed = isinstance(loss, hk.SignedLoss)
        if isinstance(loss, hk.MultilabelMargin):
            continue  # Its outputs are not apart: weights_test has its loop.
        if not isinstance(loss, hk.SignedLoss | hk.MulticlassLoss):
            continue
        case = Case(signed, settings)
        with check.double_precision():
            config = {
                **loss.get_config(),
                "class_weight": case.class_weight.tolist()
                if settings["class_weight"]
                else None,
                "normalise_class_weight": settings["normalised"],
                "ignore_label": settings["ignored"],
                "soft_labels": settings["soft"],
                "axis": 1 if settings["channels_first"] else -1,
                "reduction": settings["reduction"],
                "dtype": settings["dtype"],
            }
            changed = type(loss).from_config(config)
            found = ops.convert_to_numpy(changed(*case.given()))
            metric = ops.convert_to_numpy(hk.LossMetric(changed)(*case.given()))
        tolerance = 2e-5 if settings["dtype"] == "float32" else 1e-9
        wanted = looped(loss, case)
        np.testing.assert_allclose(
            found, wanted, tolerance, tolerance, err_msg=repr(loss)
        )
        mean = {**settings, "reduction": "mean_with_sample_weight"}
        wanted = looped(loss, Case(signed, mean))
        np.testing.assert_allclose(metric, wanted, 2e-5, 2e-5, err_msg=repr(loss))


SIGN_METRICS = {
    hk.SignAccuracy(): lambda y, f, w: np.average((f > 0) == (y > 0), weights=w),
    hk.ScoreAccuracy(name="sign"): lambda y, f, w: np.average(
        (f > 0) == (y > 0), weights=w
    ),
    hk.ConfusionMatrix(threshold=0.2): lambda y, f, w: reference.confusion_matrix(
        y > 0, f > 0.2, sample_weight=w
    ),
    hk.MeanIoU(): lambda y, f, w: reference.jaccard_score(
        y > 0, f > 0, sample_weight=w, average="macro"
    ),
    hk.MeanMargin(): lambda y, f, w: np.average(f * y, weights=w),
    hk.MarginViolations(0.7): lambda y, f, w: np.average(f * y < 0.7, weights=w),
    hk.MarginAccuracy(0.7): lambda y, f, w: np.average(f * y >= 0.7, weights=w),
    hk.SupportFraction(0.7): lambda y, f, w: np.average(f * y <= 0.7, weights=w),
    hk.BalancedAccuracy(): lambda y, f, w: reference.balanced_accuracy_score(
        y, np.where(f > 0, 1, -1), sample_weight=w
    ),
    hk.RankingAccuracy(): lambda y, f, w: reference.roc_auc_score(
        y, f, sample_weight=w
    ),
    hk.AveragePrecision(): lambda y, f, w: reference.average_precision_score(
        y > 0, f, sample_weight=w
    ),
    hk.MarginQuantile(0.37): lambda y, f, w: quantile(f * y, w, 0.37),
    hk.Precision(0.3): lambda y, f, w: reference.precision_score(
        y > 0, f > 0.3, sample_weight=w
    ),
    hk.Recall(0.3): lambda y, f, w: reference.recall_score(
        y > 0, f > 0.3, sample_weight=w
    ),
    hk.F1Score(-0.3): lambda y, f, w: reference.f1_score(
        y > 0, f > -0.3, sample_weight=w
    ),
    hk.IoU(): lambda y, f, w: reference.jaccard_score(y > 0, f > 0, sample_weight=w),
    hk.BrierScore(): lambda y, f, w: np.average((f - (y > 0)) ** 2, weights=w),
    hk.ExpectedCalibrationError(4): lambda y, f, w: calibration_error(
        np.maximum(f, 1 - f), (f > 0.5) == (y > 0), w, 4
    ),
}
CLASS_METRICS = {
    hk.ScoreAccuracy(): lambda y, s, w: np.average(s.argmax(-1) == y, weights=w),
    hk.TopKAccuracy(2): lambda y, s, w: np.average(rank(y, s) < 2, weights=w),
    hk.CrammerSingerMargin(): lambda y, s, w: np.average(lead(y, s), weights=w),
    hk.MacroTopKAccuracy(CLASSES, 2): lambda y, s, w: np.mean(
        [np.average(rank(y, s)[y == c] < 2, weights=w[y == c]) for c in np.unique(y)]
    ),
    hk.ConfusionMatrix(CLASSES): lambda y, s, w: reference.confusion_matrix(
        y, s.argmax(-1), sample_weight=w, labels=range(CLASSES)
    ),
    hk.MeanIoU(CLASSES): lambda y, s, w: reference.jaccard_score(
        y, s.argmax(-1), sample_weight=w, average="macro"
    ),
    hk.BrierScore(): lambda y, s, w: np.average(
        ((s - np.eye(CLASSES)[y]) ** 2).sum(-1), weights=w
    ),
    hk.ExpectedCalibrationError(4): lambda y, s, w: calibration_error(
        s.max(-1), s.argmax(-1) == y, w, 4
    ),
}
OF_PROBABILITIES = (hk.BrierScore, hk.ExpectedCalibrationError)
READS_EITHER = (*OF_PROBABILITIES, hk.ScoreAccuracy, hk.ConfusionMatrix)


def rank(y, s):
    return (s > s[np.arange(len(y)), y][:, None]).sum(-1)


def lead(y, s):
    rivals = np.where(np.arange(s.shape[1]) == y[:, None], -np.inf, s)
    return s[np.arange(len(y)), y] - rivals.max(-1)


def quantile(m, weight, q):
    order = np.argsort(m)
    reached = np.cumsum(weight[order]) >= q * weight.sum()
    return m[order][np.argmax(reached)]


def calibration_error(confidence, right, weight, bins):
    cells = np.ceil(confidence * bins)
    gaps = [
        abs((weight * (right - confidence))[cells == cell].sum())
        for cell in np.unique(cells)
    ]
    return sum(gaps) / weight.sum()


@pytest.mark.parametrize("signed", [True, False], ids=["signs", "classes"])
@pytest.mark.parametrize("settings", COMBINATIONS, ids=range(len(COMBINATIONS)))
def test_metrics_equal_numpy_on_the_entries_that_count(signed, settings):
    for metric, rule in (SIGN_METRICS if signed else CLASS_METRICS).items():
        # Several scores an example would be classes to these.
        outputs = 1 if isinstance(metric, READS_EITHER) else OUTPUTS
        case = Case(signed, settings, outputs)
        if isinstance(metric, OF_PROBABILITIES):
            exponent = np.exp(case.scores)
            case.scores = exponent / (exponent.sum(-1, keepdims=True) + signed)
        config = {
            **metric.get_config(),
            "ignore_label": settings["ignored"],
            "soft_labels": settings["soft"],
            "axis": 1 if settings["channels_first"] else -1,
            "dtype": settings["dtype"],
        }
        with check.double_precision():
            changed = type(metric).from_config(config)
            for _ in range(2):  # Twice the same data: the same value.
                changed.update_state(*case.given())
            found = ops.convert_to_numpy(changed.result())
        entries = [e for e in case.entries() if e[4] > 0]
        weight = np.array([p * w for *_, p, w in entries])
        if signed:
            f = np.array([case.scores[n, t, k] for n, t, k, *_ in entries])
            wanted = rule(np.array([2 * e[3] - 1 for e in entries]), f, weight)
        else:
            s = np.array([case.scores[n, t] for n, t, *_ in entries])
            wanted = rule(np.array([e[3] for e in entries]), s, weight)
        if isinstance(metric, hk.ConfusionMatrix) and not isinstance(
            metric, hk.MeanIoU
        ):
            wanted = 2 * wanted
        tolerance = 5e-3 if "Quantile" in repr(metric) else 2e-5
        np.testing.assert_allclose(
            found, wanted, tolerance, tolerance, err_msg=repr(metric)
        )


def test_every_metric_is_in_the_table():
    named = {type(metric) for metric in (*SIGN_METRICS, *CLASS_METRICS)}
    assert named | {hk.LossMetric} == set(hk.metrics.METRICS.classes.values())


@pytest.mark.parametrize(
    ("weight", "says"),
    [
        (np.ones(4), r"sample_weight has shape \(4,\); accepted .*\(5,\)"),
        (np.ones((5, 3)), r"sample_weight has shape \(5, 3\)"),
        (np.ones((5, 4, 2)), r"sample_weight has shape \(5, 4, 2\)"),
        (np.ones((5, 4, 3, 1)), r"sample_weight has shape \(5, 4, 3, 1\)"),
    ],
)
def test_weights_of_a_shape_that_fits_nothing_are_refused(weight, says):
    y, f = np.ones((N, T, OUTPUTS)), np.zeros((N, T, OUTPUTS))
    for thing in (hk.Hinge(), hk.SignAccuracy(), hk.LossMetric(hk.Hinge())):
        with pytest.raises(ValueError, match=says):
            thing(y, f, weight)


def test_keras_losses_as_metrics_know_masks_and_weights():
    random = np.random.default_rng(3)
    y, f = random.normal(size=(N, T, 2)), random.normal(size=(N, T, 2))
    mask, weight = random.uniform(size=(N, T)) < 0.6, random.uniform(size=N)
    scores = ops.convert_to_tensor(f, "float32")
    set_keras_mask(scores, ops.convert_to_tensor(mask))
    each = ((y - f) ** 2).mean(-1)
    for loss in (
        keras.losses.MeanSquaredError(),
        keras.losses.MeanSquaredError,
        keras.losses.mean_squared_error,
        "mean_squared_error",
    ):
        found = float(hk.LossMetric(loss)(y.astype("float32"), scores, weight))
        wanted = np.average(each, weights=mask * weight[:, None])
        np.testing.assert_allclose(found, wanted, rtol=1e-5)
