"""Do the losses of linear SVMs differ on features that K-means learned from photographs?

Coates, Lee and Ng, "An Analysis of Single-Layer Networks in Unsupervised Feature Learning"
(2011), learn features of CIFAR-10 from patches, without a label, and reach 79.6 % with a
linear SVM and 4,000 centroids. Here 800 centroids in 16 regions of an image and of its
mirror image, whitened, and `SmoothSVC` with five losses, one class against the rest; each
seed draws the patches, the first centroids and which images are held out, by which each
loss has its C chosen before it is fitted to all. With FULL=1 in the environment all
50,000 images; by default a slice: 3,000 images, 50 centroids.
"""

import functools
import warnings

import numpy as np
import pandas as pd
import scipy.linalg
from sklearn.exceptions import ConvergenceWarning

from hinge_keras import lab
from hinge_keras.lab import analysis, data, figures
from hinge_keras.lab.analysis import claims
from hinge_keras.lab.data import patches
from hinge_keras.lab.grid import seeds
from hinge_keras.lab.page import words
from hinge_keras.svm import SmoothSVC

FULL = lab.full()
SOURCE, SQUARED = "Coates, Lee and Ng 2011", "squared hinge"
PUBLISHED = 0.796
DIFFERS = "there 4,000 centroids in four regions, and CIFAR-10's own pixels"
SIZES, CENTROIDS, SEEDS = (
    ((45_000, 5_000, 1.0), 800, range(2))
    if FULL
    else ((2_500, 500, 2_000), 50, range(8))
)
IMAGES = data.cifar10(sizes=SIZES, flat=False)
POWER = 0.7  # Of sums over a region, few of which are large.
RIDGE = 0.3  # Added to the variances, whose mean is 1, before they are made 1.
# A share of the objective, below which no more decisions change than a few.
GAP, SMOOTHED = 1e-2, 0.2
LOSSES = {
    SQUARED: ("squared_hinge", 1.0),
    "psi_G(1)": ("psi_g", 1.0),
    "psi_M(1)": ("psi_m", 1.0),
    "logistic": ("logistic", 1.0),
    "hinge": ("quadratically_smoothed_hinge", SMOOTHED),
}
# Of the mean loss; widened by the same factor where the best lies at an end.
COSTS, FACTOR, LIMITS = (3.0, 10.0, 30.0), 10**0.5, (1e-2, 1e4)


def parts(quick):
    chosen = SEEDS[:2] if quick else SEEDS
    centroids = 5 if quick else CENTROIDS
    return [(seed, arm, centroids, quick) for seed in chosen for arm in LOSSES]


def measurements(part):
    """One loss on one seed's features: what it costs and what it gets right."""
    seed, arm, centroids, quick = part
    (x, y), test, held_out = features(seed, centroids, quick)
    machine = SmoothSVC(*LOSSES[arm], tol=GAP, n_jobs=-1, warm_start=True)
    tried = searched(
        machine, (x[:-held_out], y[:-held_out]), (x[-held_out:], y[-held_out:])
    )
    cost = max(tried, key=tried.get)
    fit(machine, cost, (x, y))
    found = {
        "arm": arm,
        "seed": seed,
        "centroids": centroids,
        "C": cost,
        "edge": "" if min(tried) < cost < max(tried) else "C",
        "validation_accuracy": tried[cost],
        "test_accuracy": machine.score(*test),
    }
    return pd.DataFrame([found])


@functools.lru_cache(maxsize=1)
def features(seed, centroids, quick):
    """All training images of a seed, the test images, and how many are held out.

    Those are the last. The losses of a seed follow each other, and share them.
    """
    images = IMAGES.shortened() if quick else IMAGES
    splits = images.load(seed)
    book = patches.PatchFeatures(
        centroids, across=4, seed=seeds.derive(seed, "patches")
    ).fit(splits["train"][0])
    splits = patches.standardised_in_place(
        {
            part: ((book.transform(x) + book.transform(x[:, :, ::-1])) ** POWER, y)
            for part, (x, y) in splits.items()
        }
    )
    factor = spread(splits["train"][0])
    train, held_out, test = ((whitened(x, factor), y) for x, y in splits.values())
    both = tuple(map(np.concatenate, zip(train, held_out, strict=True)))
    return both, test, len(held_out[1])


def spread(x):
    """The upper Cholesky factor of the covariance of features, `RIDGE` added."""
    covariance = x.T @ x / np.float32(len(x))
    covariance.flat[:: len(covariance) + 1] += np.float32(RIDGE)
    return scipy.linalg.cholesky(covariance, overwrite_a=True)


def whitened(x, factor):
    """Features, a row an image, whose covariance is the identity, nearly.

    A linear SVM then counts a direction by what it changes, and Newton's method, to
    which all directions are alike, ends after a few products.
    """
    return scipy.linalg.solve_triangular(factor, x.T, trans="T", overwrite_b=True).T


def searched(machine, train, held_out):
    """Accuracy on images held out by the cost, widened until the best is bracketed."""
    tried, wanted = {}, list(COSTS)
    while wanted:
        for cost in wanted:
            tried[cost] = fit(machine, cost, train).score(*held_out)
        best = max(tried, key=tried.get)
        beyond = {min(tried): best / FACTOR, max(tried): best * FACTOR}.get(best)
        wanted = [beyond] if beyond and LIMITS[0] <= beyond <= LIMITS[1] else []
    return tried


def fit(machine, cost, part):
    """A machine that starts where it was, at a cost of the mean loss."""
    machine.set_params(C=cost / len(part[1]))
    with warnings.catch_warnings():  # Few images and few features end in rounding.
        warnings.simplefilter("ignore", ConvergenceWarning)
        return machine.fit(*part)


def judged(trials):
    """The published accuracy, of more centroids."""
    text = "CIFAR-10, patches' features and a linear SVM, test accuracy"
    ours = trials[trials.arm == SQUARED].test_accuracy
    yield claims.number(text, SOURCE, PUBLISHED, ours, differs=DIFFERS)


def findings(results):
    trials = results.table
    trials = trials.assign(dataset=IMAGES.name, percent=100 * trials.test_accuracy)
    summary = analysis.compare(trials, "accuracy", against=SQUARED)
    means = trials.groupby("arm", sort=False).percent.mean()
    costs = trials.groupby("arm", sort=False).C.median()
    at_edge = (trials.edge != "").sum()
    return lab.Findings(
        sentence=f"{trials.centroids.iloc[0]:,} centroids, {trials.seed.nunique()} seeds: "
        f"{means.idxmax()} has {means.max():.1f} % right, {means.idxmin()} "
        f"{means.min():.1f} %; beside {SQUARED}, {words.tally(summary)}.",
        notes=f"Images of the {IMAGES.tags['copy']}. Test accuracy: "
        f"{words.listed(means, '{0} {1:.1f} %')}. A hinge smoothed by {SMOOTHED:g} stands "
        f"for the hinge. Best at an end of its costs: {at_edge} of {len(trials)} searches.",
        overturned="as many centroids as the paper's, or C chosen by folds, with which a "
        "loss that was behind here is ahead by more than draws of the patches vary.",
        means="Choose C anew when you change the loss of a linear machine: of the mean "
        f"loss, the best was, median, {words.listed(costs, '{0} {1:.2g}')}.",
        recipe="linear_machine",
        summary=summary,
        claims=claims.table(judged(trials)),
        tables={"machines": trials.drop(columns=["dataset", "percent"])},
        figures={
            "accuracy": figures.dots(
                trials,
                "percent",
                title=f"From {means.min():.1f} % right with {means.idxmin()} to "
                f"{means.max():.1f} % with {means.idxmax()}, {trials.seed.nunique()} seeds",
                xlabel="test accuracy, %",
            )
        },
    )


lab.main(__name__)
