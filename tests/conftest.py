"""Every loss, by default and with every argument changed, and every metric."""

import keras
import pytest

import hinge_keras as hk
from hinge_keras.configured import arguments
from hinge_keras.losses import LOSSES

CLASSES = 5
COSTS = [[float(i != j) * (1 + i + j) for j in range(CLASSES)] for i in range(CLASSES)]
REQUIRED = {"class_counts": [50, 7, 20, 3, 100], "costs": COSTS, "k": 2}
OTHER = {
    "alpha": [2.5],
    "axis": [-1],
    "base": [hk.SquaredHinge(0.5), hk.LeastSquares()],
    "class_counts": [[1, 2, 3, 4, 5]],
    "costs": [[[float(i != j) for j in range(CLASSES)] for i in range(CLASSES)]],
    "epsilon": [0.3],
    "gamma": [0.4],
    "groups": [True],
    "h": [0.2],
    "ignore_label": [-7],
    "include_true": [True],
    "k": [1, 3],
    "label_smoothing": [0.2],
    "margin": [0.7],
    "max_m": [0.8, 1.5],
    "mining": ["semi_hard"],
    "n_samples": [0],
    "negative": [2.0],
    "normalise_class_weight": [True],
    "p": [2, 3],
    "positive": [0.4],
    "power": [2, 3],
    "rejection": [0.4],
    "s": [-1.0],
    "scale": [3.0],
    "seed": [1],
    "sigma": [0.3],
    "soft_labels": [True],
    "softmax": [True],
    "swap": [True],
    "tau": [0.25],
    "temperature": [0.3],
    "thresholds": ["immediate"],
}
SHARED = ("reduction", "name", "dtype")
# What arguments change is a formula, which is the same on every backend, and JAX compiles
# every operation of it for every shape.
OF_CHANGED = pytest.mark.slow if keras.backend.backend() == "jax" else ()


def slow_on_tensorflow(test):
    """Marks a test of all losses in one program, which TensorFlow compiles for long."""
    if keras.backend.backend() == "tensorflow":
        return pytest.mark.slow(test)
    return test


def instances(of_relations=False):
    """Each loss by default, with every argument changed at once, and the rest.

    Those of labels and scores, or those of other things. A new argument name
    without a value in OTHER fails here, so that no argument stays untested.
    """
    for name, cls in LOSSES.classes.items():
        if takes_labels_and_scores(cls) == of_relations:
            continue
        takes = [a for a in arguments(cls) if a not in SHARED]
        required = {a: REQUIRED[a] for a in takes if a in REQUIRED}
        yield pytest.param(cls(**required), id=name)
        changed = {a: others(cls, a)[0] for a in takes}
        yield pytest.param(cls(**changed), id=f"{name}-changed", marks=OF_CHANGED)
        for argument in takes:
            for value in others(cls, argument)[1:]:
                loss = cls(**{**required, argument: value})
                yield pytest.param(
                    loss, id=f"{name}-{argument}", marks=pytest.mark.slow
                )


def takes_labels_and_scores(cls):
    """Whether a loss takes scores and labels of the shapes that most losses do."""
    common = issubclass(cls, hk.SignedLoss | hk.MulticlassLoss)
    return common and not issubclass(cls, hk.losses.pairs.PairLoss)


def others(cls, argument):
    """Values to try for an argument: class weights need one for each class."""
    if cls is hk.SphereFace and argument == "margin":
        return [2]
    if cls is hk.Triplet and argument == "p":
        return [3]
    if argument == "class_weight":
        return [[0.5, 2.0] if issubclass(cls, hk.SignedLoss) else [0.5, 2, 0, 1, 3]]
    return OTHER[argument]


def pytest_generate_tests(metafunc):
    if "loss_and_law" in metafunc.fixturenames:
        pairs = [
            pytest.param((p.values[0], law), id=f"{p.id}-{law.__name__}", marks=p.marks)
            for p in instances()
            for law in hk.check.laws_of(p.values[0])
        ]
        metafunc.parametrize("loss_and_law", pairs)
    if "every_loss" in metafunc.fixturenames:
        metafunc.parametrize("every_loss", list(instances()))
    if "every_relation" in metafunc.fixturenames:
        metafunc.parametrize("every_relation", list(instances(of_relations=True)))
    if "every_multiclass" in metafunc.fixturenames:
        several = [p for p in instances() if isinstance(p.values[0], hk.MulticlassLoss)]
        metafunc.parametrize("every_multiclass", several)


METRICS = hk.metrics.METRICS.classes
NEEDED = {"macro_top_k_accuracy": {"classes": 3}, "loss_metric": {"loss": hk.Hinge()}}


@pytest.fixture(params=METRICS)
def every_metric(request):
    """Each metric by default, new in each test."""
    return METRICS[request.param](**NEEDED.get(request.param, {}))


@pytest.fixture(scope="session")
def all_losses():
    return [p.values[0] for p in instances()]


@pytest.fixture(scope="session")
def default_losses():
    return [p.values[0] for p in instances() if "-" not in p.id]
