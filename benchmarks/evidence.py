"""What the statistics promise beside what they do, by simulation.

`python -m benchmarks.evidence` writes `benchmarks/evidence.csv`: how often an interval
holds the truth, a family of nulls announces a difference, two arms a point apart are
called equal, and a difference that could be seen is; and on how many random tables the
numbers are those of other packages. Every number goes through `lab.analysis`, the
choice of a rate included.
"""

from pathlib import Path

import baycomp
import numpy as np
import pandas as pd
import scikit_posthocs
import scipy.stats

from hinge_keras.lab import analysis
from hinge_keras.lab.analysis import evidence
from hinge_keras.lab.tables.schema import IN_POINTS, Measure

TABLE = Path(__file__).with_suffix(".csv")
PAIRS = (6, 8, 10, 14, 20, 30)
FAMILIES = (1, 10, 36)
RUNS, TABLES = 1000, 200
ACCURACY = Measure("accuracy")


def main():
    rows = [row for make in (coverage, families, equality, power, splits, agreement)
            for row in make(np.random.default_rng(0))]  # fmt: skip
    table = pd.DataFrame(rows)
    table.to_csv(TABLE, index=False)
    print(table.to_string())


def row(what, case, pairs, found, promised, runs=RUNS):
    return {"what": what, "case": case, "pairs": pairs, "promised": promised,
            "found": found, "runs": runs}  # fmt: skip


# Differences in points, with mean 0.
SHAPES = {
    "normal": lambda rng, size: rng.normal(size=size),
    "skewed (gamma 4)": lambda rng, size: (rng.gamma(4, size=size) - 4) / 2,
    "very skewed (exponential)": lambda rng, size: rng.exponential(size=size) - 1,
    "tied (accuracies on 100 rows)": lambda rng, size: (
        rng.binomial(100, 0.9, size) - rng.binomial(100, 0.9, size)
    ).astype(float),
}


def coverage(rng):
    """How often the interval holds the true mean."""
    for case, draw in SHAPES.items():
        for pairs in PAIRS:
            intervals = [
                evidence.Flips(draw(rng, pairs)).interval() for _ in range(RUNS)
            ]
            low, high = np.array(intervals).T
            held = np.mean((low <= 1e-9) & (high >= -1e-9))
            yield row("interval holds the truth", case, pairs, held, 0.95)


def tuned(rng, pairs, family, gap=0.0):
    """Comparisons of two arms on several sets, each at its best of five rates.

    Both arms have the same curve of accuracy over rates; validation and test parts
    of 200 rows share a seed's difficulty.
    """
    sets = np.arange(family)
    shape = (family, 2, 5, pairs)
    level = 0.85 - 0.01 * np.abs(np.arange(5) - 2)[None, None, :, None]
    level = level + rng.normal(0, 0.02, (family, 1, 1, pairs))
    level = level + np.array([gap / 100, 0.0])[None, :, None, None]
    drawn = {
        part: rng.binomial(200, np.clip(level, 0, 1), shape) / 200
        for part in ("validation", "test")
    }
    index = pd.MultiIndex.from_product(
        [sets, ("a", "b"), range(1, 6), range(pairs)],
        names=["dataset", "arm", "learning_rate", "seed"],
    )
    columns = {f"{part}_accuracy": values.ravel() for part, values in drawn.items()}
    trials = pd.DataFrame(columns, index=index).reset_index().assign(model="m")
    search = analysis.Search(trials, ACCURACY, ("learning_rate",))
    chosen = analysis.chosen(trials, ACCURACY)
    return analysis.compare(chosen, "accuracy", search=search)


def families(rng):
    """How often a family of nulls, tuned, announces any difference."""
    for family in FAMILIES:
        hits = [len(analysis.seen(tuned(rng, 12, family))) > 0 for _ in range(RUNS)]
        case = f"family of {family}, tuned"
        yield row("a null is announced", case, 12, np.mean(hits), 0.05)


def compared(differences):
    """One comparison of two arms that differ so, in points."""
    pairs = len(differences)
    trials = pd.DataFrame(
        {
            "dataset": "d",
            "arm": ["a"] * pairs + ["b"] * pairs,
            "seed": [*range(pairs)] * 2,
            "value": np.r_[differences, np.zeros(pairs)],
        }
    )
    return analysis.compare(trials, "value", unit=IN_POINTS).iloc[0]


def equality(rng):
    """How often arms that differ by just what matters are called equal."""
    for case, draw in SHAPES.items():
        for pairs in (6, 12, 30):
            called = [
                compared(IN_POINTS.equal + draw(rng, pairs)).p_equal <= 0.05
                for _ in range(RUNS)
            ]
            yield row("called equal, 1 point apart", case, pairs, np.mean(called), 0.05)


def power(rng):
    """How often a difference as large as could be seen is seen."""
    for pairs in (6, 8, 12, 20, 30):
        typical = np.median(
            [
                evidence.detectable(evidence.Flips(rng.normal(size=pairs)))
                for _ in range(RUNS)
            ]
        )
        for share in (0.5, 1.0, 1.5):
            seen = [
                bool(compared(share * typical + rng.normal(size=pairs)).better)
                for _ in range(RUNS)
            ]
            promised = evidence.POWER if share == 1 else np.nan
            case = f"{share:g} x what could be seen"
            yield row("a difference is seen", case, pairs, np.mean(seen), promised)


def splits(rng, examples=300, count=10):
    """How often random splits announce a difference of two equally good rules.

    Nearest means on either half of the features, which are worth the same: on new data
    neither is ahead. Corrected for overlap, and by sign flips as if splits were new.
    """
    hits = {"corrected for overlap": 0, "taken for new data": 0}
    for _ in range(RUNS):
        y = rng.integers(0, 2, examples)
        x = rng.normal(size=(examples, 10)) + 0.5 * (2 * y - 1)[:, None]
        gaps = [gap_of_a_split(rng, x, y) for _ in range(count)]
        overlap = 0.2 / 0.8
        shown = evidence.Resampled(np.array(gaps), overlap)
        hits["corrected for overlap"] += evidence.different(shown) <= 0.05
        shown = evidence.Flips(np.array(gaps))
        hits["taken for new data"] += evidence.different(shown) <= 0.05
    for case, hit in hits.items():
        yield row("splits announce a null", case, count, hit / RUNS, 0.05)


def gap_of_a_split(rng, x, y):
    """Test accuracy on the one half of the features less that on the other."""
    order = rng.permutation(len(y))
    test, train = order[: len(y) // 5], order[len(y) // 5 :]
    accuracies = []
    for half in (x[:, :5], x[:, 5:]):
        means = [half[train][y[train] == c].mean(axis=0) for c in (0, 1)]
        away = [((half[test] - mean) ** 2).sum(axis=1) for mean in means]
        accuracies.append(np.mean((away[0] > away[1]) == y[test]))
    return accuracies[0] - accuracies[1]


def agreement(rng):
    """On how many random tables the numbers are those of other packages."""
    checks = {
        "sign flips: scipy.stats.permutation_test": flips_as_scipy,
        "no overlap: scipy.stats.ttest_1samp": resampled_as_scipy,
        "overlap: baycomp's correlated t": resampled_as_baycomp,
        "over sets: baycomp's signed rank": over_sets_as_baycomp,
        "ranks: Friedman and Nemenyi, scikit-posthocs": ranks_as_posthocs,
    }
    for case, check in checks.items():
        agree = [check(rng, int(rng.integers(6, 13))) for _ in range(TABLES)]
        yield row("agrees with", case, np.nan, np.mean(agree), 1.0, TABLES)


def flips_as_scipy(rng, pairs):
    d = np.round(rng.normal(0.3, 1, pairs), 1)  # Ties and zeros among them.
    theirs = scipy.stats.permutation_test(
        (d,), np.mean, permutation_type="samples", n_resamples=np.inf
    ).pvalue
    return np.isclose(evidence.different(evidence.Flips(d)), theirs)


def resampled_as_scipy(rng, pairs):
    d = rng.normal(0.3, 1, pairs)
    theirs, ours = scipy.stats.ttest_1samp(d, 0.0), evidence.Resampled(d, 0.0)
    interval = theirs.confidence_interval(0.95)
    same = np.allclose(ours.interval(), (interval.low, interval.high))
    return same and np.isclose(evidence.different(ours), theirs.pvalue)


def resampled_as_baycomp(rng, pairs):
    # The posterior of the Bayesian test is the distribution of the corrected t; its
    # runs of cross-validation have test and training parts of 1 to k - 1.
    d = rng.normal(0.3, 1, pairs)
    overlap = 1 / (pairs - 1)
    left, _, right = baycomp.CorrelatedTTest.probs(d, np.zeros(pairs), rope=0.5)
    ours = evidence.Resampled(d, overlap)
    above, below = ours.above(0.5), ours.below(-0.5)
    return np.allclose((1 - above, 1 - below), (left, right), atol=1e-6)


def over_sets_as_baycomp(rng, sets):
    d = rng.normal(0.3, 1, sets)
    theirs = baycomp.SignedRankTest.probs(d, np.zeros(sets), rope=0.5, nsamples=50_000)
    return np.allclose(analysis.over_sets(d, 0.5), theirs, atol=0.02)


def ranks_as_posthocs(rng, sets):
    values = rng.normal(size=(sets, 4)) + np.arange(4) / 4
    trials = pd.DataFrame(values, columns=list("abcd")).melt(
        var_name="arm", value_name="accuracy", ignore_index=False
    )
    trials = trials.rename_axis("dataset").reset_index()
    ranks, p, distance = analysis.ranked(trials, "accuracy")
    theirs = scikit_posthocs.posthoc_nemenyi_friedman(values)
    apart = np.abs(np.subtract.outer(ranks.to_numpy(), ranks.to_numpy())) > distance
    same = np.isclose(p, scipy.stats.friedmanchisquare(*values.T).pvalue)
    return same and (apart == (theirs.to_numpy() < 0.05)).all()


if __name__ == "__main__":
    main()
