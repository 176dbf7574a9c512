"""A loss in numbers: its value and slope against the margin, label times score."""

import numpy as np

import hinge_keras as hk

margins = np.array([-2.0, 0.0, 0.5, 1.0, 2.0])
slopes = {}
for loss in (hk.Hinge(), hk.SquaredHinge(), hk.Logistic(), hk.PsiG(0.5)):
    values, slope = np.asarray(loss.phi(margins)), np.asarray(loss.slope(margins))
    print(type(loss).__name__, "value", values.round(3), "slope", slope.round(3))
    slopes[type(loss).__name__] = slope
