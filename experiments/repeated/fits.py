"""What is said of linear machines and kernels: answered by small fits of scikit-learn."""

import functools

import numpy as np
from scipy.special import expit
from sklearn.datasets import load_digits
from sklearn.linear_model import LogisticRegression
from sklearn.multiclass import OneVsRestClassifier
from sklearn.svm import SVC

import hinge_keras as hk
from experiments.margins import largest_margin, separable
from experiments.repeated.sources import (
    AGARAP,
    BAELDUNG,
    CORNELL,
    REDDIT,
    VERSLOOT,
)
from experiments.repeated.statement import Sample, above, below, exactly, says, within
from hinge_keras.lab import data
from hinge_keras.lab.data.dataset import stratified
from hinge_keras.lab.tables.schema import OVERLAP

STATEMENTS: list = []
said = functools.partial(says, STATEMENTS)

SEEDS = range(20)
COSTS = np.geomspace(1e-2, 10, 4)
SIZES = (400, 200, 600)
CANCER, DIGITS = data.breast_cancer(), data.digits(shares=SIZES)
MOONS, NOISY = data.moons(), data.moons("noisy moons", noise=0.4)
CIRCLES = data.circles()


def linear_svm(cost=1.0):
    """A linear machine of the hinge."""
    return SVC(C=cost, kernel="linear")


def over_seeds(measure, dataset):
    """What a function of a data set's splits gives for each seed, as a `Sample`."""
    values = [measure(dataset.load(seed)) for seed in SEEDS]
    return Sample(np.array(values), dataset.tags.get(OVERLAP, 0.0))


def points(right, other):
    """By how many points of accuracy some answers are ahead of others."""
    return 100 * (np.mean(right) - np.mean(other))


@said("Most examples play no role in what a hinge finds", BAELDUNG, below(0.5))
def support():
    """The share of training examples that are support vectors of a linear SVM."""

    def share(splits):
        x, y = splits["train"]
        return len(linear_svm().fit(x, y).support_) / len(y)

    sets = (CANCER, MOONS, NOISY, CIRCLES, DIGITS)
    return {each.name: over_seeds(share, each) for each in sets}


@said("Scores of a hinge are no probabilities", BAELDUNG, above(0))
def miscalibrated():
    """The calibration error of an SVM's scores less that of a log loss' scores."""

    def further(splits):
        (x, y), (x_test, y_test) = splits["train"], splits["test"]
        machines = linear_svm(), LogisticRegression()
        svm, logistic = (
            calibration_error(machine.fit(x, y).decision_function(x_test), y_test)
            for machine in machines
        )
        return svm - logistic

    return {each.name: over_seeds(further, each) for each in (MOONS, NOISY, CANCER)}


def calibration_error(scores, labels):
    """That of scores read as log odds."""
    probabilities = expit(scores).astype("float32")
    return float(hk.ExpectedCalibrationError()(labels, probabilities))


@said("A log loss gives calibrated probabilities", CORNELL, below(0.05))
def calibrated():
    """Its calibration error on new examples, one logistic regression a seed."""

    def error(features, examples, seed):
        x, y = clouds(features, examples + 5000, seed)
        fitted = LogisticRegression(C=np.inf, max_iter=1000)
        fitted.fit(x[:examples], y[:examples])
        return calibration_error(fitted.decision_function(x[examples:]), y[examples:])

    return {
        f"{features} features, {examples} examples": Sample(
            [error(features, examples, seed) for seed in SEEDS]
        )
        for features, examples in ((2, 500), (50, 200))
    }


def clouds(features, examples, seed):
    """Two normal classes whose log odds are linear, as the model has them."""
    generator = np.random.default_rng(seed)
    y = generator.integers(2, size=examples)
    shift = np.full(features, 1.5 / np.sqrt(features))
    return generator.normal(size=(examples, features)) + np.outer(y, shift), y


@said("On two classes no loss is overwhelmingly better", REDDIT, within(5))
def two_classes():
    """Points by which a linear SVM is ahead of logistic regression, both tuned."""

    def ahead(splits):
        logistic = tuned(lambda cost: LogisticRegression(C=cost, max_iter=1000), splits)
        return points(tuned(linear_svm, splits), logistic)

    return {each.name: over_seeds(ahead, each) for each in (CANCER, MOONS, NOISY)}


def tuned(make, splits):
    """Whether each test example is right, at the cost best on the validation part."""
    (x, y), (x_test, y_test) = splits["train"], splits["test"]
    fitted = [make(cost).fit(x, y) for cost in COSTS]
    best = max(fitted, key=lambda machine: machine.score(*splits["validation"]))
    return best.predict(x_test) == y_test


@said("Radial basis functions are too local to work well", REDDIT, below(-1))
def too_local():
    """Points by which an SVM of that kernel is ahead of a linear one on raw digits."""
    x, y = load_digits(return_X_y=True)
    kernels = {"width by the inputs": "scale", "width 1": 0.5}
    return {
        name: Sample([kernel_ahead(x, y, width, seed) for seed in SEEDS],
                     DIGITS.tags[OVERLAP])
        for name, width in kernels.items()
    }  # fmt: skip


def kernel_ahead(x, y, gamma, seed):
    """Points by which the radial kernel is ahead on one split."""
    splits = stratified(x, y, seed, SIZES)
    (x_test, y_test) = splits["test"]
    linear, radial = SVC(kernel="linear"), SVC(gamma=gamma)
    right = (
        m.fit(*splits["train"]).predict(x_test) == y_test for m in (radial, linear)
    )
    return points(*right)


@said("The class of SVM scores is the argmax of their signs", AGARAP, exactly(0))
def decoded_by_sign():
    """Points of accuracy that it costs a one-vs-rest SVM on digits."""

    def cost(splits):
        (x, y), (x_test, y_test) = splits["train"], splits["test"]
        fitted = OneVsRestClassifier(linear_svm()).fit(x, y)
        scores = fitted.decision_function(x_test)
        decoded = (scores.argmax(1), np.sign(scores).argmax(1))
        return points(*(classes == y_test for classes in decoded))

    return over_seeds(cost, DIGITS)


@said("A hinge maximises the margin", VERSLOOT, below(0.01))
def short_of_the_margin():
    """The share by which gradient descent ends short of the largest margin."""
    x = np.stack([separable(seed) for seed in SEEDS])
    best = np.array([largest_margin(signed) for signed in x])
    zeros = np.zeros((len(x), x.shape[2]))
    # As Keras draws the weights of a layer of two inputs and one output.
    drawn = np.random.default_rng(0).uniform(-1, 1, zeros.shape) * np.sqrt(2)
    runs = {
        "from zero weights": (zeros, 0.0),
        "from random weights": (drawn, 0.0),
        "with weight decay": (drawn, 1e-3),
    }
    return {
        name: Sample(1 - margin_found(x, *run) / best) for name, run in runs.items()
    }


def margin_found(x, w, decay, steps=20_000, rate=0.1):
    """The margins that gradient descent on a hinge ends at, one a set of points.

    Args:
        x: Signed points, `(sets, points, features)`.
        w: Weights to start from, `(sets, features)`.
        decay: The weight decay.
        steps: How many.
        rate: The learning rate.
    """
    for _ in range(steps):
        active = np.einsum("snd,sd->sn", x, w) < 1
        step = np.einsum("sn,snd->sd", active, x) / x.shape[1] - decay * w
        w = w + rate * step
    return np.einsum("snd,sd->sn", x, w).min(1) / np.linalg.norm(w, axis=1)
