"""Each law is a function of one loss that raises `AssertionError` when broken."""

import math

import keras
import numpy as np
from keras import ops

from hinge_keras.check.probe import (
    Examples,
    agrees_off_kinks,
    at,
    close,
    difference_quotients,
    double_precision,
    gradient,
    slopes,
    values,
)
from hinge_keras.configured import arguments
from hinge_keras.losses.base import BinaryLoss, MulticlassLoss

# Laws of every loss.


def is_one_value_an_example(loss, examples):
    """one float32 value an example, whatever the scores' precision"""
    for precision in ("float16", "float32"):
        scores = ops.convert_to_tensor(examples.scores.astype(precision), precision)
        result = loss.call(ops.convert_to_tensor(examples.labels), scores)
        assert tuple(result.shape) == (len(examples.scores),), result.shape
        assert keras.backend.standardize_dtype(result.dtype) == "float32", result.dtype


def is_nonnegative(loss, examples):
    """never below zero, unless `nonnegative` is False"""
    lowest = values(loss, examples.labels, examples.scores).min()
    assert (lowest >= 0) or not loss.nonnegative, lowest


def is_independent_of_the_batch(loss, examples):
    """a value depends on its own example only"""
    whole = values(loss, examples.labels, examples.scores)
    halves = [
        values(loss, examples.labels[part], examples.scores[part])
        for part in (slice(0, 5), slice(5, 6), slice(6, None))
    ]
    close(np.concatenate(halves), whole)


def reads_every_label_encoding_alike(loss, examples):
    """0/1, -1/+1, integer and one-hot labels give one value"""
    expected = values(loss, examples.labels, examples.scores)
    sign = examples.sign
    encodings = [(sign > 0).astype("int64"), (sign > 0).astype("float32")]
    if not getattr(loss, "soft_labels", False):
        encodings += [sign, sign.astype("float32")]
    if examples.multiclass:
        encodings += [examples.labels[:, None], examples.labels.astype("float32")]
    for labels in encodings:
        close(values(loss, labels, examples.scores), expected)


def refuses_unknown_labels(loss, examples):
    """a label outside the encodings raises ValueError"""
    for wrong in (0.5, 2.0 if not examples.multiclass else examples.scores.shape[1]):
        labels = examples.labels.astype("float64")
        labels[0] = wrong
        try:
            values(loss, labels, examples.scores)
        except ValueError:
            continue
        assert getattr(loss, "soft_labels", False), f"label {wrong} was accepted"


def refuses_mismatched_shapes(loss, examples):
    """labels of another shape than the scores' raise ValueError"""
    try:
        values(loss, examples.labels[:5], examples.scores)
    except ValueError:
        return
    raise AssertionError("5 labels were accepted for more scores")


def has_the_gradient_of_its_value(loss, examples):
    """the gradient is the central difference, away from kinks"""
    step, direction = 1e-6, examples.random.normal(0, 1, examples.scores.shape)

    def along(t):
        return values(loss, examples.labels, examples.scores + t * direction)

    forward, backward = difference_quotients(along, 0.0, step)
    found = slopes(loss, examples.labels, examples.scores)
    agrees_off_kinks((found * direction).sum(-1), forward, backward, 1e-4)


def is_convex_or_says_not(loss, examples):
    """no chord below the graph if `convex`; some chord below it if not"""
    many = Examples(loss, examples.scores.shape[1], size=4000, seed=1)
    ends = [many.random.normal(0, 3, many.scores.shape) for _ in range(2)]
    middle = values(loss, many.labels, (ends[0] + ends[1]) / 2)
    chord = sum(values(loss, many.labels, end) for end in ends) / 2
    sag = (middle - chord - 1e-9 * (1 + np.abs(chord))).max()
    assert (sag <= 0) == loss.convex, f"chord below the graph by {sag}"


def is_monotone_or_says_not(loss, examples):
    """a larger margin never raises the loss if `monotone`; some does if not"""
    many = Examples(loss, examples.scores.shape[1], size=2000, seed=2)
    raised = many.sign > 0 if many.multiclass else np.ones_like(many.sign)
    before = values(loss, many.labels, many.scores)
    after = values(loss, many.labels, many.scores + 0.5 * raised * many.sign)
    rise = (after - before - 1e-9 * (1 + np.abs(before))).max()
    assert (rise <= 0) == loss.monotone, f"the loss rose by {rise}"


def is_zero_beyond_the_margin(loss, examples):
    """zero, with zero gradient, once every margin passes `zero_from`"""
    ahead = examples.sign * (loss.zero_from + 0.01)
    if examples.multiclass:
        ahead = np.where(ahead > 0, ahead, 0) - np.where(ahead > 0, 0, loss.zero_from)
    close(values(loss, examples.labels, ahead), 0)
    close(slopes(loss, examples.labels, ahead), 0)
    behind = values(loss, examples.labels, 0.0 * ahead - 0.01 * (examples.sign > 0))
    assert loss.zero_from < 0 or behind.max() > 0, "zero short of the margin too"
    if isinstance(loss, BinaryLoss):
        assert at(loss.phi, [loss.zero_from - 0.01])[0] > 0, "zero from before"


def survives_extreme_scores(loss, examples):
    """no NaN, in value or gradient, for scores up to 1e30"""
    for size in (300.0, 1e4, 1e30):
        scores = (size * np.sign(examples.scores)).astype("float32")
        assert not np.isnan(values(loss, examples.labels, scores)).any(), size
        assert not np.isnan(slopes(loss, examples.labels, scores)).any(), size


def survives_half_precision(loss, examples):
    """scores in float16 or bfloat16 cost less than 1% of the value"""
    for precision in ("float16", "bfloat16"):
        for size in (1, 100):
            scores = ops.cast(size * examples.scores, precision)
            exact = ops.convert_to_numpy(ops.cast(scores, "float32"))
            got = loss(ops.convert_to_tensor(examples.labels), scores)
            close(ops.convert_to_numpy(got), loss(examples.labels, exact), 1e-2)


def passes_nan_on(loss, examples):
    """a NaN score makes its own example NaN, and no other"""
    scores = examples.scores.copy()
    scores[3, 1] = np.nan
    isnan = np.isnan(values(loss, examples.labels, scores))
    np.testing.assert_array_equal(isnan, np.arange(len(scores)) == 3)


def keeps_every_argument(loss, examples):
    """saved and loaded, every constructor argument survives, and the value"""
    revived = type(loss).from_config(loss.get_config())
    assert revived.get_config() == loss.get_config()
    assert revived.dtype == loss.dtype
    for name in arguments(type(loss)):
        kept, found = getattr(loss, name), getattr(revived, name)
        assert repr(found) == repr(kept), f"{name} was {kept!r} and is {found!r}"
    expected = values(loss, examples.labels, examples.scores)
    close(values(revived, examples.labels, examples.scores), expected)


def weighs_examples(loss, examples):
    """sample weights, masks and reductions act on the values one an example"""
    labels, scores = examples.labels, examples.scores.astype("float32")
    weight = 0.3 * (np.arange(len(scores)) % 4)
    each = values(loss, labels, scores)
    config = {**loss.get_config(), "dtype": None, "normalise_class_weight": False}
    for reduction, expected in {
        "sum": (each * weight).sum(),
        "sum_over_batch_size": (each * weight).mean(),
        "mean_with_sample_weight": (each * weight).sum() / weight.sum(),
        "none": each * weight,
    }.items():
        twin = type(loss).from_config({**config, "reduction": reduction})
        got = twin(labels, scores, sample_weight=weight.astype("float32"))
        close(ops.convert_to_numpy(got), expected, 1e-4)


# Laws of binary losses, functions `phi` of the margin.


def grid(loss):
    """Margins near and far, and wherever an argument may have put a kink."""
    numbers = [a for a in loss.get_config().values() if isinstance(a, int | float)]
    kinks = [
        s * (o + t * a)
        for a in numbers
        for o in (0, 1)
        for t in (-1, 1)
        for s in (-1, 1)
    ]
    near, far = np.linspace(-6, 6, 2401), np.geomspace(6, 80, 40)
    return np.unique(np.concatenate([near, far, -far, kinks]))


def computes_in_double_precision(loss, examples):
    """phi, slope and curvature of float64 margins are float64"""
    for function in (loss.phi, loss.slope, loss.curvature):
        assert at(function, grid(loss)).dtype == "float64", function.__name__


def has_the_slope_of_its_value(loss, examples):
    """slope is the derivative of phi, and what the backend differentiates to"""
    m = grid(loss)
    slope = at(loss.slope, m)
    agrees_off_kinks(
        slope, *difference_quotients(lambda m: at(loss.phi, m), m, 1e-6), 1e-4
    )
    with double_precision():
        close(gradient(lambda m: ops.sum(loss.phi(m)), m), slope, 1e-9)


def has_the_curvature_of_its_slope(loss, examples):
    """curvature is the derivative of slope, away from kinks"""
    m = grid(loss)
    quotients = difference_quotients(lambda m: at(loss.slope, m), m, 1e-6)
    agrees_off_kinks(at(loss.curvature, m), *quotients, 1e-4)


def is_as_steep_and_bent_as_it_says(loss, examples):
    """abs(slope) reaches lipschitz, abs(curvature) smoothness, and no further"""
    m = np.concatenate([grid(loss), [-1e4]])
    slope = at(loss.slope, m)
    apart = np.diff(m) > 1e-6
    bend = np.abs(np.diff(slope)[apart] / np.diff(m)[apart]).max()
    bend = max(bend, np.abs(at(loss.curvature, m)).max())
    for name, claimed, found in (
        ("lipschitz", loss.lipschitz, np.abs(slope).max()),
        ("smoothness", loss.smoothness, bend),
    ):
        if math.isinf(claimed):
            assert found > 50, f"{name} is infinite, found at most {found}"
        else:
            assert 0.98 * claimed <= found <= claimed * (1 + 1e-9), (
                name,
                claimed,
                found,
            )


def is_calibrated_or_says_not(loss, examples):
    """the expected loss is lowest on the likelier side, exactly if `calibrated`"""
    f = np.unique(
        np.concatenate([np.linspace(-40, 40, 4001), np.geomspace(1e-6, 40, 60)])
    )
    right, wrong = at(loss.phi, f), at(loss.phi, -f)
    gaps = []
    for p in (0.55, 0.7, 0.9):
        risk = p * right + (1 - p) * wrong
        gaps.append(risk[f <= 0].min() - risk.min())
    assert (min(gaps) > 1e-9) == loss.calibrated, f"risk gaps {gaps}"


# Laws of multiclass losses.


def is_shift_invariant_or_says_not(loss, examples):
    """adding one number to all scores changes nothing, if `shift_invariant`"""
    before = values(loss, examples.labels, examples.scores)
    after = values(loss, examples.labels, examples.scores - 7.0)
    assert np.allclose(before, after, atol=1e-9) == loss.shift_invariant
    if loss.shift_invariant:
        rows = slopes(loss, examples.labels, examples.scores).sum(-1)
        tied = slopes(loss, examples.labels, 0 * examples.scores).sum(-1)
        close([rows, tied], 0)


def treats_classes_alike_or_says_not(loss, examples):
    """renaming the classes changes nothing, if `symmetric`"""
    classes = examples.scores.shape[1]
    renamed = (np.arange(classes) + 1) % classes
    before = values(loss, examples.labels, examples.scores)
    after = values(loss, renamed[examples.labels], np.roll(examples.scores, 1, axis=1))
    symmetric = loss.symmetric and loss.class_weight is None
    assert np.allclose(before, after, atol=1e-9) == symmetric


EVERY = [
    is_one_value_an_example,
    is_nonnegative,
    is_independent_of_the_batch,
    reads_every_label_encoding_alike,
    refuses_unknown_labels,
    refuses_mismatched_shapes,
    has_the_gradient_of_its_value,
    is_convex_or_says_not,
    is_monotone_or_says_not,
    is_zero_beyond_the_margin,
    survives_extreme_scores,
    survives_half_precision,
    passes_nan_on,
    keeps_every_argument,
    weighs_examples,
]
BINARY = [
    computes_in_double_precision,
    has_the_slope_of_its_value,
    has_the_curvature_of_its_slope,
    is_as_steep_and_bent_as_it_says,
    is_calibrated_or_says_not,
]
MULTICLASS = [is_shift_invariant_or_says_not, treats_classes_alike_or_says_not]
OF_ONE_FUNCTION = [  # Noise is another at each point.
    has_the_gradient_of_its_value,
    is_monotone_or_says_not,
    is_shift_invariant_or_says_not,
    treats_classes_alike_or_says_not,
]


def laws_of(loss):
    """The laws that apply to a loss, given its kind and the facts it states."""
    laws = list(EVERY)
    if isinstance(loss, BinaryLoss):
        laws += BINARY
    if isinstance(loss, MulticlassLoss):
        laws += MULTICLASS
    if math.isinf(loss.zero_from):
        laws.remove(is_zero_beyond_the_margin)
    if loss.stochastic:
        laws = [law for law in laws if law not in OF_ONE_FUNCTION]
    return laws
