"""Texts: weights of words, a linear machine, and its cost by cross-validation."""

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer

from hinge_keras.svm import SmoothSVC, SmoothSVCCV

texts = ["a fine film", "a dull film", "fine acting", "dull and long"] * 10
liked = np.array([1, 0, 1, 0] * 10)

words = TfidfVectorizer()
machine = SmoothSVC("psi_g", sigma=0.3)
model = SmoothSVCCV(machine, Cs=[0.1, 1.0, 10.0], cv=3).fit(
    words.fit_transform(texts), liked
)
said = model.predict(words.transform(["fine acting", "a dull evening"]))
print(f"liked: {said}, C = {model.best_estimator_.C:g}")
