"""Inputs of no known class: refuse below a score that most known inputs exceed."""

import keras
import numpy as np

import hinge_keras as hk

keras.utils.set_random_seed(0)
random = np.random.default_rng(0)
centres = 3 * random.normal(size=(4, 8))
y = random.integers(0, 3, 900)
x = centres[y] + random.normal(size=(900, 8))
unknown = centres[3] + random.normal(size=(300, 8))

model = keras.Sequential([keras.layers.Dense(32, "relu"), keras.layers.Dense(3)])
model.compile(keras.optimizers.Adam(0.01), hk.CrossEntropy())
model.fit(x[:500], y[:500], epochs=10, verbose=0)
sure, unsure = (
    model.predict(part, verbose=0).max(axis=1) for part in (x[500:], unknown)
)
floor = np.quantile(sure[:200], 0.05)  # Of known inputs held back.
known, refused = np.mean(sure[200:] >= floor), np.mean(unsure < floor)
print(f"known inputs answered: {known:.0%}, unknown ones refused: {refused:.0%}")
