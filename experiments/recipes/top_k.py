"""A list of suggestions: measure by several guesses what several guesses are for."""

import keras
import numpy as np

import hinge_keras as hk

random = np.random.default_rng(0)
y = random.integers(0, 20, 2000)
x = random.normal(size=(20, 8))[y] + 0.9 * random.normal(size=(2000, 8))

model = keras.Sequential([keras.layers.Dense(64, "relu"), keras.layers.Dense(20)])
metrics = [hk.TopKAccuracy(k, name=f"top_{k}") for k in (1, 5)]
model.compile(keras.optimizers.Adam(0.01), hk.SmoothTopK(5), metrics=metrics)
model.fit(x[:1500], y[:1500], epochs=10, verbose=0)
_, one, five = model.evaluate(x[1500:], y[1500:], verbose=0)
print(f"right with one guess: {one:.0%}, with five: {five:.0%}")
