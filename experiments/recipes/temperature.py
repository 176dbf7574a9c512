"""Scores of several classes become probabilities: one temperature, on data held back."""

import keras
import numpy as np

import hinge_keras as hk

random = np.random.default_rng(0)
y = random.integers(0, 3, 3000)
x = 2 * random.normal(size=(3, 4))[y] + random.normal(size=(3000, 4))

model = keras.Sequential([keras.layers.Dense(3)])
model.compile(keras.optimizers.Adam(0.03), hk.OneVsRest())
model.fit(x[:1000], y[:1000], epochs=10, verbose=0)
held_back, fresh = (model.predict(part, verbose=0) for part in (x[1000:2000], x[2000:]))
p = hk.Temperature().fit(held_back, y[1000:2000])(fresh)  # Rows sum to 1.
right = np.mean(p.argmax(axis=1) == y[2000:])
print(f"confidence {p.max(axis=1).mean():.0%}, right {right:.0%}")
