"""The same objective as a Keras head, Dense with an L2 penalty and a smooth hinge."""

import keras
import numpy as np
from sklearn.datasets import make_classification

import hinge_keras as hk
from hinge_keras.svm import SmoothSVC

ROWS, FEATURES, C = 60, 4, 0.5


def head(loss):
    """The objective over `C * ROWS`: the mean loss and `w**2 / (2 * C * ROWS)`."""
    penalty = keras.regularizers.L2(0.5 / (C * ROWS))
    dense = keras.layers.Dense(1, kernel_regularizer=penalty)
    model = keras.Sequential([keras.Input((FEATURES,)), dense])
    optimizer = keras.optimizers.SGD(0.5, momentum=0.9, nesterov=True)
    model.compile(optimizer=optimizer, loss=loss)
    return model


def test_a_trained_head_reaches_the_minimum_of_the_solver():
    X, y = make_classification(
        ROWS, FEATURES, n_redundant=0, flip_y=0.2, random_state=0
    )
    X = X.astype("float32")
    solved = SmoothSVC("psi_g", sigma=0.5, C=C, tol=1e-8).fit(X, y)
    model = head(hk.PsiG(0.5))
    steps = np.tile(X, (250, 1)), np.tile(y, 250)  # Sooner than as many epochs.
    model.fit(*steps, batch_size=ROWS, shuffle=False, verbose=0)
    kernel, bias = model.get_weights()
    np.testing.assert_allclose(kernel[:, 0], solved.coef_[0], atol=2e-3)
    np.testing.assert_allclose(bias, solved.intercept_, atol=2e-3)
    objective = C * ROWS * model.evaluate(X, y, batch_size=ROWS, verbose=0)
    np.testing.assert_allclose(objective, solved.objective_[0], rtol=1e-4)
