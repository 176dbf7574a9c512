"""Which examples still pull at a hinge: those within the margin, or wrong."""

import keras
import numpy as np

import hinge_keras as hk

x = np.random.default_rng(0).normal(size=(500, 2))
y = np.where(x[:, 0] > x[:, 1], 1, -1)

model = keras.Sequential([keras.layers.Dense(1)])
metrics = [hk.SignAccuracy(), hk.MarginViolations()]
model.compile(keras.optimizers.Adam(0.1), hk.Hinge(), metrics=metrics)
model.fit(x, y, epochs=20, verbose=0)
_, right, pulling = model.evaluate(x, y, verbose=0)
print(f"right: {right:.0%}; still pulling: {pulling:.0%}")
