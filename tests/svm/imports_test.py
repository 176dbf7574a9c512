"""The solver works where Keras is never imported."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
CODE = """
import sys
import numpy as np
from scipy import sparse
from hinge_keras import calibration
from hinge_keras.svm import SmoothOrdinal, SmoothRanker, SmoothSVC, SmoothSVCCV, SmoothSVR
from hinge_keras.svm.kernels import KERNELS

random = np.random.default_rng(0)
X = random.normal(size=(60, 4))
y = (X @ [1, 2, 0, -1] + random.normal(size=60) > 0).astype(int)
for loss in KERNELS:
    for data in (X, sparse.csr_matrix(X)):
        model = SmoothSVC(loss, sigma=0.5).fit(data, y)
        assert model.score(data, y) > 0.7, loss
        model.predict_proba(data)
three = np.digitize(X[:, 0], [-0.5, 0.5])
SmoothSVC(multi_class="crammer_singer").fit(X, three).predict_proba(X)
for data in (X, sparse.csr_matrix(X)):
    model = SmoothSVCCV(Cs=[0.1, 1.0], sigmas=[0.1, 1.0]).fit(data, y)
    model.predict_proba(data)
for data in (X, sparse.csr_matrix(X)):
    assert SmoothSVR(epsilon=0.1).fit(data, X @ [1, 2, 0, -1]).score(data, X[:, 0]) < 1
    assert SmoothRanker().fit(data, X[:, 0]).score(data, X[:, 0]) > 0.9
    assert SmoothOrdinal().fit(data, three).score(data, three) > 0.7
scores = model.decision_function(X)
for calibrated in (calibration.Platt(), calibration.Temperature()):
    calibrated.fit(scores, y)(scores)
calibration.best_threshold(scores, y)
loaded = {"keras", "tensorflow", "jax", "torch"} & set(sys.modules)
assert not loaded, loaded
"""


def test_fitting_imports_no_keras():
    run = subprocess.run(
        [sys.executable, "-c", CODE], cwd=ROOT, capture_output=True, text=True
    )
    assert run.returncode == 0, run.stderr
