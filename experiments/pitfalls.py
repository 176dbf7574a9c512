"""What misleads people who train with a hinge?

Fifteen pitfalls of posts, documentation and code, each shown by a number that
one sees and the number that is true. None needs a trained network; each is
recomputed here and asserted by a test.
"""

import warnings

import keras
import numpy as np
import pandas as pd
import sklearn.datasets
from keras import ops
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import hinge_loss
from sklearn.model_selection import train_test_split
from sklearn.svm import SVC

import hinge_keras as hk
from hinge_keras import lab
from hinge_keras.lab import figures

PITFALLS: list = []


def pitfall(instead):
    """Lists the function below with what to do instead."""

    def listed(function):
        PITFALLS.append((f"P{len(PITFALLS) + 1}", function, instead))
        return function

    return listed


def number(tensor):
    return float(ops.convert_to_numpy(tensor))


@pitfall("SignAccuracy(), or labels 0/1 and BinaryAccuracy(threshold=0)")
def accuracy_of_sign_labels():
    """`metrics=["accuracy"]` on labels -1/+1 and perfect scores."""
    labels = np.array([[1.0], [-1.0], [1.0], [-1.0]])
    metric = keras.metrics.BinaryAccuracy()
    return number(metric(labels, 5 * labels)), number(
        hk.SignAccuracy()(labels, 5 * labels)
    )


@pitfall("a linear head")
def tanh_head():
    """The hinge of a tanh head at a score of 3, right and beyond the margin."""
    return number(hk.Hinge()([1.0], np.tanh([3.0]))), number(hk.Hinge()([1.0], [3.0]))


@pitfall("a linear head, or cross-entropy with the sigmoid")
def sigmoid_head():
    """The hinge of a sigmoid head on balanced labels and perfect scores."""
    labels, scores = np.array([1.0, -1.0]), np.array([20.0, -20.0])
    squashed = 1 / (1 + np.exp(-scores))
    return number(hk.Hinge()(labels, squashed)), number(hk.Hinge()(labels, scores))


@pitfall("a linear head and CrammerSinger()")
def softmax_head():
    """Keras' hinge on one-hot labels behind a softmax that is certain and right."""
    scores = 1000 * np.eye(10, dtype="float32")
    p = ops.softmax(scores)
    return number(keras.losses.Hinge()(np.eye(10), p)), number(
        hk.CrammerSinger()(np.arange(10), scores)
    )


@pitfall("one encoding, read element by element")
def label_encoding():
    """The Keras documentation's example with its 0/1 labels read as numbers."""
    y, f = np.array([[0.0, 1], [0, 0]]), np.array([[0.6, 0.4], [0.4, 0.6]])
    return np.maximum(0, 1 - y * f).mean(), number(hk.Hinge()(y, f))


@pitfall("CrammerSinger(), unchanged when all scores shift")
def categorical_hinge():
    """Keras' categorical hinge on scores -3, -5, -6 whose first class is right."""
    scores = np.array([[-3.0, -5.0, -6.0]])
    ours = number(hk.CrammerSinger()([0], scores))
    return number(keras.losses.CategoricalHinge()(np.eye(3)[:1], scores)), ours


@pitfall("the largest score decides")
def sign_decoder():
    """Accuracy on digits of a softmax regression decoded by `argmax(sign(scores))`."""
    x, y = sklearn.datasets.load_digits(return_X_y=True)
    x, x_test, y, y_test = train_test_split(x / 16, y, random_state=0)
    scores = LogisticRegression(max_iter=200).fit(x, y).decision_function(x_test)
    return (np.sign(scores).argmax(1) == y_test).mean(), (
        scores.argmax(1) == y_test
    ).mean()


@pitfall("weight decay, and the margin over the norm of the weights")
def no_weight_decay():
    """The geometric margin of a separator of hinge loss 0, and the largest there is."""
    x, y = np.array([[1.0, 0.0], [-1.0, 0.0]]), np.array([1.0, -1.0])
    found, best = np.array([1.0, 2.0]), np.array([1.0, 0.0])
    assert number(hk.Hinge()(y, x @ found)) == number(hk.Hinge()(y, x @ best)) == 0
    return tuple((y * (x @ w)).min() / np.linalg.norm(w) for w in (found, best))


@pitfall("many seeds, and a validation part")
def one_seed():
    """A gap of 1.8 points on 500 test examples, in standard errors, and what is seen."""
    error = np.sqrt(0.82 * 0.18 / 500)
    return 0.018 / (np.sqrt(2) * error), 1.96


@pitfall("standardised inputs")
def unscaled_inputs():
    """The condition number of the blobs of the categorical-hinge post, raw and scaled."""
    x, _ = sklearn.datasets.make_blobs(
        3000, centers=[(0, 0), (15, 15), (0, 15)], cluster_std=1.5, random_state=0
    )
    scaled = (x - x.mean(0)) / x.std(0)
    return tuple(
        np.linalg.cond(np.c_[part, np.ones(len(part))]) ** 2 for part in (x, scaled)
    )


@pitfall("every loss against the margin")
def two_axes():
    """The slope of cross-entropy at indifference, against p and against the margin."""
    step = 1e-4
    against_p = (-np.log(0.5 + step) + np.log(0.5 - step)) / (2 * step)
    return against_p, number(hk.Logistic().slope(ops.convert_to_tensor(0.0)))


@pitfall("the contour of score 0")
def contour_at_a_half():
    """The score at which a plot of tanh outputs, contoured at 1/2, draws its line."""
    return float(np.arctanh(0.5)), 0.0


@pitfall("hinge_loss(y, decision_function(x))")
def loss_of_predictions():
    """`hinge_loss` of iris predictions raises (no value); of decisions it has one."""
    x, y = sklearn.datasets.load_iris(return_X_y=True)
    x, x_test, y, y_test = train_test_split(x, y, test_size=0.2, random_state=42)
    machine = SVC(kernel="linear").fit(x, y)
    try:
        seen = hinge_loss(y_test, machine.predict(x_test))
    except ValueError:
        seen = np.nan
    return seen, hinge_loss(y_test, machine.decision_function(x_test))


@pitfall("a wider network, and the share of seeds solved")
def dead_units():
    """Shares of He-uniform 4-2 and 12-8 networks that are constant before training."""
    x, _ = sklearn.datasets.make_circles(500, factor=0.1, random_state=0)
    return tuple(
        np.mean(
            [np.ptp(hidden(x, widths, seed), axis=0).max() == 0 for seed in range(300)]
        )
        for widths in ((4, 2), (12, 8))
    )


def hidden(x, widths, seed):
    """The last hidden activations of a fresh relu network."""
    generator = np.random.default_rng(seed)
    for width in widths:
        limit = np.sqrt(6 / x.shape[1])
        x = np.maximum(0, x @ generator.uniform(-limit, limit, (x.shape[1], width)))
    return x


@pitfall("the names of Keras 3 and NumPy 2")
def names_that_are_gone():
    """How many of five names in the posts still work, of five."""
    attempts = (
        lambda: keras.optimizers.Adam(lr=0.03),
        lambda: np.zeros(1).astype(np.integer),
        lambda: keras.layers.RandomFourierFeatures(8),
        lambda: sklearn.datasets.fetch_mldata("MNIST"),
        lambda: keras.layers.Dense(4, input_shape=(2,)),
    )
    return sum(works(attempt) for attempt in attempts), 5


def works(attempt):
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            attempt()
    except (AttributeError, TypeError, ValueError):
        return False
    return True


def rows():
    """Every pitfall: its number, what is true, and what to do instead."""
    for name, show, instead in PITFALLS:
        seen, true = show()
        yield {
            "pitfall": name,
            "what": show.__doc__.splitlines()[0],
            "seen": seen,
            "true": true,
            "instead": instead,
        }


def findings(results):
    table = pd.DataFrame(rows())
    shares = table[table.pitfall.isin(["P1", "P7"])].assign(
        place=["accuracy of -1/+1 labels", "argmax(sign) on digits"]
    )
    one, seven = shares.seen
    title = f"Measured soundly {one:.2f} is {shares.true.iloc[0]:.2f}, "
    title += f"and {seven:.2f} is {shares.true.iloc[1]:.2f}"
    return lab.Findings(
        sentence=f"{len(table)} pitfalls, each with its number: today's `accuracy` gives "
        f"perfect scores {one:.2f}, decoding by sign costs a digit classifier "
        f"{100 * (shares.true.iloc[1] - seven):.0f} points.",
        notes="`seen` is what the pitfall shows, `true` what a sound measure shows on the "
        "same scores (for P9 and P10: the bar to pass and the scaled inputs). A missing "
        "`seen` is an error raised.",
        overturned="a Keras whose `accuracy` goes by the sign where labels are -1 and "
        "+1, or digits on which a softmax classifier has just one positive score.",
        means="Leave a hinge's head linear, read its score by the sign, and let "
        "the largest score decide among classes; the table has what to do "
        "instead of each pitfall.",
        recipe="read_by_sign",
        summary=table,
        figures={
            "two_metrics": figures.beside(
                shares,
                {"seen": "as people measure it", "true": "measured soundly"},
                title=title,
                by="place",
                xlabel="accuracy",
            )
        },
    )


lab.main(__name__)
