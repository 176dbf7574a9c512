"""Smooth linear support vector machines, solved by trust-region Newton."""

from hinge_keras.svm.estimator import SmoothSVC as SmoothSVC
from hinge_keras.svm.path import SmoothSVCCV as SmoothSVCCV
