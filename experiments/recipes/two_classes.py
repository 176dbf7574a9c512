"""Two classes: a linear head, a hinge, and the sign of the score decides."""

import keras
import numpy as np

import hinge_keras as hk

x = np.random.default_rng(0).normal(size=(600, 2))
y = np.where(x[:, 0] > x[:, 1], 1, -1)  # Labels 0 and 1 work as well.

model = keras.Sequential([keras.layers.Dense(16, "relu"), keras.layers.Dense(1)])
model.compile(keras.optimizers.Adam(0.01), hk.Hinge(), metrics=[hk.SignAccuracy()])
model.fit(x[:400], y[:400], epochs=10, verbose=0)
right = model.evaluate(x[400:], y[400:], verbose=0)[1]
print(f"right by the sign of the score: {right:.0%}")
