"""Smooth linear support vector machines, solved by trust-region Newton."""

from hinge_keras.svm.estimator import SmoothSVC as SmoothSVC
from hinge_keras.svm.joint import CrammerSingerSVC as CrammerSingerSVC
from hinge_keras.svm.path import SmoothSVCCV as SmoothSVCCV
from hinge_keras.svm.ranker import SmoothOrdinal as SmoothOrdinal
from hinge_keras.svm.ranker import SmoothRanker as SmoothRanker
from hinge_keras.svm.regressor import SmoothSVR as SmoothSVR
from hinge_keras.svm.stored import StoredRows as StoredRows
from hinge_keras.svm.stored import store as store
