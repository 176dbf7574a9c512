"""Scores of a trained model in, probabilities out.

Raw hinge scores are not probabilities. `Calibrated` fits one of four maps from
the one to the other on held-out examples and keeps model and map together.
"""

import math

import numpy as np

from hinge_keras.losses.base import BinaryLoss

__all__ = ["Calibrated", "Isotonic", "Platt", "Posterior", "Temperature"]


class Platt:
    """`P(+1) = 1 / (1 + exp(-(a * f + b)))`, `a` and `b` by maximum likelihood.

    The targets are Platt's: `(n_+ + 1) / (n_+ + 2)` and `1 / (n_- + 2)`, so
    that separable scores do not give certainty.

    >>> platt = Platt().fit([-1.0, -1.0, 1.0, 1.0], [0, 0, 1, 1])
    >>> platt([0.0])
    [0.5]

    Platt, Probabilistic outputs for support vector machines, Advances in Large
    Margin Classifiers (1999).
    """

    def fit(self, scores, labels):
        f, positive = binary_arrays(scores, labels)
        count = positive.sum()
        targets = np.where(
            positive, (count + 1) / (count + 2), 1 / (len(f) - count + 2)
        )
        x = np.stack([f, np.ones_like(f)], axis=1)

        def risk(w):
            z = x @ w
            error = sigmoid(z) - targets
            return (np.logaddexp(0, z) - targets * z).sum(), x.T @ error

        self.slope, self.offset = minimum(risk, np.zeros(2))
        return self

    def __call__(self, scores):
        return sigmoid(self.slope * np.asarray(scores, "float64") + self.offset)


class Temperature:
    """`softmax(s / temperature)`, or `1 / (1 + exp(-f / temperature))` if binary.

    One number by maximum likelihood; the decisions stay as they are.

    >>> Temperature().fit([[2.0, 0.0], [2.0, 0.0], [2.0, 0.0]], [0, 0, 1])([[2.0, 0.0]])
    [[0.6667, 0.3333]]

    Guo, Pleiss, Sun and Weinberger, On calibration of modern neural networks,
    ICML 2017.
    """

    def fit(self, scores, labels):
        scores = np.asarray(scores, "float64")
        if not is_multiclass(scores):
            f, positive = binary_arrays(scores, labels)
            scores, labels = np.stack([0 * f, f], axis=1), positive
        true = np.asarray(labels).reshape(-1).astype(int)
        refuse_unless_classes(true, scores.shape[1])

        def risk(w):
            s = scores * math.exp(w[0])
            log_p = s - np.logaddexp.reduce(s, axis=1, keepdims=True)
            own = np.take_along_axis(s, true[:, None], axis=1)[:, 0]
            expected = (np.exp(log_p) * s).sum(axis=1)
            value = -np.take_along_axis(log_p, true[:, None], axis=1).sum()
            return value, np.array([(expected - own).sum()])

        # Bounded: separable scores would ask for a temperature of 0.
        bounds = [(math.log(1e-3), math.log(1e3))]
        self.temperature = math.exp(-minimum(risk, np.zeros(1), bounds)[0])
        return self

    def __call__(self, scores):
        s = np.asarray(scores, "float64") / self.temperature
        if not is_multiclass(s):
            return sigmoid(s)
        return np.exp(s - np.logaddexp.reduce(s, axis=-1, keepdims=True))


class Isotonic:
    """The nondecreasing step function of the score closest to the labels.

    Scikit-learn's isotonic regression; wants many held-out examples.

    >>> Isotonic().fit([-1.0, 0.0, 1.0, 2.0], [0, 1, 0, 1])([0.5])
    [0.5]

    Zadrozny and Elkan, Transforming classifier scores into accurate multiclass
    probability estimates, KDD 2002.
    """

    def fit(self, scores, labels):
        from sklearn.isotonic import IsotonicRegression

        f, positive = binary_arrays(scores, labels)
        self.steps = IsotonicRegression(y_min=0, y_max=1, out_of_bounds="clip")
        self.steps.fit(f, positive.astype("float64"))
        return self

    def __call__(self, scores):
        scores = np.asarray(scores, "float64")
        return self.steps.predict(scores.reshape(-1)).reshape(scores.shape)


class Posterior:
    """The probability that a smooth loss's best score stands for; nothing to fit.

    The score that minimises `p * phi(f) + (1 - p) * phi(-f)` determines
    `p = phi'(-f) / (phi'(f) + phi'(-f))`. For `PsiG(sigma)` this is
    `Phi((1 + f) / sigma) / (Phi((1 + f) / sigma) + Phi((1 - f) / sigma))`. A
    loss with a kink, such as the hinge, has no such formula.

    Args:
        loss: A smooth, calibrated `BinaryLoss` the model was trained with.

    >>> Posterior(hk.Logistic())([0.0, 2.0])  # the logistic function
    [0.5, 0.8808]

    Derived from Luo, Qiao and Zhang, arXiv 2103.00233, for psi losses.
    """

    def __init__(self, loss):
        smooth = isinstance(loss, BinaryLoss) and math.isfinite(loss.smoothness)
        if not smooth or not loss.calibrated:
            raise ValueError(
                f"loss is {loss!r}; accepted is a smooth, calibrated binary loss "
                "such as PsiG(0.5) or Logistic()."
            )
        self.loss = loss

    def fit(self, scores, labels):
        return self

    def __call__(self, scores):
        f = np.asarray(scores, "float64")
        for_positive = -np.asarray(self.loss.slope(f))
        for_negative = -np.asarray(self.loss.slope(-f))
        return for_negative / (for_positive + for_negative)


class Calibrated:
    """A Keras model of scores with a map to probabilities on top.

    Args:
        model: A trained Keras model whose outputs are scores.
        calibration: `Platt()`, `Temperature()`, `Isotonic()` or `Posterior(loss)`.

    >>> model = keras.Sequential([keras.Input((1,)), keras.layers.Identity()])
    >>> Calibrated(model, Posterior(hk.Logistic())).predict(np.zeros((1, 1)))
    [[0.5]]
    """

    def __init__(self, model, calibration):
        self.model = model
        self.calibration = calibration

    def fit(self, x, y):
        """Fits the map to held-out examples; the model stays as it is."""
        self.calibration.fit(self.model.predict(x, verbose=0), y)
        return self

    def predict(self, x, **options):
        """Probabilities of the shape of the model's scores."""
        return self.calibration(self.model.predict(x, verbose=0, **options))


def sigmoid(z):
    return np.exp(-np.logaddexp(0, -z))


def minimum(risk, start, bounds=None):
    """The minimiser of a convex function that returns value and gradient."""
    from scipy.optimize import minimize

    found = minimize(risk, start, jac=True, method="L-BFGS-B", bounds=bounds)
    return found.x


def is_multiclass(scores):
    return scores.ndim > 1 and scores.shape[-1] > 1


def binary_arrays(scores, labels):
    """Flat scores and which labels are +1, both checked."""
    f = np.asarray(scores, "float64")
    y = np.asarray(labels).reshape(-1)
    if is_multiclass(f) or f.size != y.size:
        raise ValueError(
            f"scores have shape {f.shape} and labels {y.size} entries; accepted is "
            "one score a label."
        )
    if not np.isin(y, (-1, 0, 1)).all():
        wrong = y[~np.isin(y, (-1, 0, 1))][0]
        raise ValueError(f"labels contain {wrong}; accepted are 0 or 1, or -1 or +1.")
    return f.reshape(-1), y > 0


def refuse_unless_classes(labels, classes):
    if labels.min() < 0 or labels.max() >= classes:
        raise ValueError(
            f"labels run from {labels.min()} to {labels.max()}; accepted are integer "
            f"classes from 0 to {classes - 1}."
        )
