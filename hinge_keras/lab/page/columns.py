"""The columns of published tables as a reader sees them: a plain header, and what it is.

`lab/tables/schema.py` says what columns are called in files; here is what they are
called on a page, and the sentence that explains each.
"""

from typing import NamedTuple

from hinge_keras.lab.tables.schema import SPLITS, TEST, TRAIN, VALIDATION


class Header(NamedTuple):
    """What stands above a column.

    Attributes:
        text: The header.
        explained: What it means, in one sentence; `""` where the header says it.
    """

    text: str
    explained: str = ""


PARTS = {TRAIN: "training", VALIDATION: "validation", TEST: "test"}
MEASURES = {
    "loss": Header("loss", "The loss that the model was trained with, on average."),
    "accuracy": Header("accuracy", "The share of examples that are classified right."),
    "rounded": Header(
        "accuracy, rounded",
        "Right if the rounded score equals the label, as in old Keras.",
    ),
    "above_half": Header(
        "accuracy, above one half",
        "Right if score > 1/2 equals the label, as in Keras 3.",
    ),
    "by_sign": Header(
        "accuracy by sign", "Right if the sign of the score is the label's."
    ),
    "decided": Header(
        "accuracy by sign", "Right if the sign of the score is the label's."
    ),
    "ambiguous": Header("no decision", "No score, or several, are above zero."),
    "raw_error": Header(
        "calibration error, raw",
        "How far forecasts from a plain sigmoid or softmax are off.",
    ),
    "scaled_error": Header(
        "calibration error, scaled", "The same after scaling on validation data."
    ),
    "log_loss": Header(
        "log loss", "Minus the logarithm of the true class's probability."
    ),
    "brier": Header("Brier score", "The mean squared error of the probabilities."),
    "balanced": Header(
        "balanced accuracy", "The mean of the accuracies of the classes."
    ),
    "precision": Header(
        "average precision", "The area under precision against recall."
    ),
    "rare": Header(
        "accuracy, rarer half", "Of the rarer half of the classes, their mean."
    ),
    "inside": Header(
        "inside the margin", "The share of examples with a margin below 1."
    ),
    "faint": Header("faint pull", "The share of examples that pull weakly."),
    "top_1": Header("accuracy, 1 guess", "The true class is the guess."),
    "top_2": Header("accuracy, 2 guesses", "The true class is among two guesses."),
    "top_3": Header("accuracy, 3 guesses", "The true class is among three guesses."),
    "top_5": Header("accuracy, 5 guesses", "The true class is among five guesses."),
    "top_10": Header("accuracy, 10 guesses", "The true class is among ten guesses."),
    "macro_1": Header(
        "class mean, 1 guess", "The mean over classes of their accuracy."
    ),
    "macro_5": Header("class mean, 5 guesses", "The mean over classes, five guesses."),
    "auroc": Header(
        "area under ROC", "How often a known input scores above an unknown one."
    ),
}
COLUMNS = {
    # What was trained.
    "dataset": Header("data", "The data set."),
    "data": Header("data", "The data set."),
    "model": Header("model", "The net that was trained."),
    "net": Header("net", "The net that was trained."),
    "arm": Header("arm", "What is compared: a loss and what goes with it."),
    "loss": Header("loss", "The loss, or its value where that is a number."),
    "learning_rate": Header("learning rate", "The optimizer's step size."),
    "weight_decay": Header("weight decay", "How much weights shrink at each step."),
    "seed": Header("seed", "Which draw of split, initial weights and batch order."),
    "seeds": Header("seeds", "How many seeds were trained."),
    "epoch": Header("epoch", "Passes over the training data."),
    "noise": Header("wrong labels", "The share of training labels made wrong."),
    "level": Header("strength of the fault", "The share of examples with the fault."),
    "fault": Header("fault", "What was done to the training data."),
    "layers": Header("hidden layers", "How many hidden layers the net has."),
    "left": Header("knob left alone", "Which hyper-parameter was not tuned."),
    "many": Header("guesses", "How many guesses are counted."),
    "k": Header("K", "How many guesses are counted."),
    # A comparison of two arms.
    "measure": Header("measure", "What is compared."),
    "a": Header("A", "The first arm."),
    "b": Header("B", "The second arm."),
    "A": Header("A", "The first arm."),
    "B": Header("B", "The second arm."),
    "pairs": Header("pairs", "How many pairs of trials were compared, one a seed."),
    "mean_a": Header("mean A", "The mean of the first arm."),
    "mean_b": Header("mean B", "The mean of the second arm."),
    "mean A": Header("mean A", "The mean of the first arm."),
    "mean B": Header("mean B", "The mean of the second arm."),
    "difference": Header("A - B", "The mean of the paired differences."),
    "A - B [95 %]": Header(
        "A - B [95 %]",
        "The mean paired difference; all intervals of a table hold at once, 95 times in 100.",
    ),
    "low": Header("interval from", "The lower end of the 95 % interval or range."),
    "high": Header("interval to", "The upper end of the 95 % interval or range."),
    "wins": Header("A wins", "The share of pairs in which the first arm is ahead."),
    "A wins": Header(
        "A wins", "The share of pairs in which A is ahead, ties as halves."
    ),
    "detectable": Header(
        "could be seen", "The smallest true difference that this many pairs would show."
    ),
    "could be seen": Header(
        "could be seen", "The smallest true difference that this many pairs would show."
    ),
    "within": Header("matters from", "Differences up to this size do not matter."),
    "unit": Header("unit", "What differences are told in."),
    "selection": Header(
        "widening",
        "How much choosing among values may add to the interval, as a factor.",
    ),
    "p": Header(
        "p, corrected", "The probability of such a difference by chance, corrected."
    ),
    "p_holm": Header("p, Holm", "The corrected probability, by Holm's rule."),
    "p_equal": Header(
        "p of not equal", "The probability, corrected, if they were not equal."
    ),
    "p, corrected": Header(
        "p, corrected", "Corrected for the number of tests, which stands in brackets."
    ),
    "family": Header("tests", "How many tests were corrected for together."),
    "finding": Header("finding", "Better, equal within what matters, or undecided."),
    "better": Header("better", "The arm that is better, if one was seen to be."),
    "marks": Header("marks", "What is amiss with the choice of an arm, if anything."),
    "likely_better": Header(
        "chance A better", "Posterior probability that A matters more."
    ),
    "likely_equal": Header("chance equal", "Posterior probability of no difference."),
    "likely_worse": Header(
        "chance A worse", "Posterior probability that B matters more."
    ),
    # A published claim.
    "claim": Header("claim", "What was claimed, and how it is measured."),
    "source": Header("source", "Author and year."),
    "on": Header("tried on", "The data it was tried on here."),
    "tried on": Header("tried on", "The data it was tried on here."),
    "published": Header("published", "The published number."),
    "ours": Header("ours", "Our number for the same."),
    "ours [95 %]": Header(
        "ours [95 %]", "Our number, with its interval or central range."
    ),
    "runs": Header("runs", "How many runs of ours there are."),
    "rank": Header(
        "rank", "How many of our runs lie at or below the published number."
    ),
    "runs at or below": Header(
        "runs at or below", "How many of our runs lie at or below the published number."
    ),
    "verdict": Header("verdict", "What follows, by rule, from the numbers beside it."),
    "why": Header("why", "What keeps the numbers apart."),
    "silent": Header("says nothing", "How many of the tries decided nothing."),
    "study": Header("study", "The study that put it to the test."),
    # Sums over seeds.
    "mean": Header("mean", "The mean over seeds."),
    "interquartile_mean": Header(
        "middle mean", "The mean of the middle half of the seeds."
    ),
    "deviation": Header("deviation", "The standard deviation over seeds."),
    "diverged": Header(
        "diverged", "How many trainings ended in numbers without meaning."
    ),
    "min": Header("least", "The least over seeds."),
    "max": Header("most", "The most over seeds."),
    "share": Header("share", "The share of all."),
    "solved": Header("solved", "How many seeds reached the goal."),
    "needed": Header("epochs needed", "Epochs until the goal was reached."),
    "lost": Header("points lost", "How far below the best."),
    "edge": Header(
        "at an edge", "The values of which nothing was tried beyond the best."
    ),
    # Facts about losses.
    "kind": Header("kind", "What it compares."),
    "convex": Header("convex", "Whether it has no second valley."),
    "smoothness": Header("largest curvature", "Per unit of the score, squared."),
    "lipschitz": Header("largest slope", "Per unit of the score."),
    "calibrated": Header(
        "calibrated", "Whether its minimiser picks the likelier class."
    ),
    "zero_from": Header("zero from", "The margin from which on it costs nothing."),
    "arguments": Header("arguments", "How it is made."),
    "phi": Header("loss", "The value of the loss."),
}


def header(name: str) -> Header:
    """What stands above a column of a published table.

    Args:
        name: As the file calls it: one of the schema's, a measured one such as
            `test_accuracy`, or a name that is text already, such as an arm's.
    """
    if name in COLUMNS:
        return COLUMNS[name]
    if name in MEASURES:
        return MEASURES[name]
    split, _, measure = name.partition("_")
    if split in SPLITS and measure:
        told = MEASURES.get(measure, Header(measure.replace("_", " ")))
        return Header(f"{told.text}, {PARTS[split]}", told.explained)
    return Header(name.replace("_", " "))
