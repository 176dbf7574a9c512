"""A smooth hinge: as the hinge, but without the corner; sigma is its width."""

import keras
import numpy as np

import hinge_keras as hk

x = np.random.default_rng(0).normal(size=(600, 2))
y = np.where(x[:, 0] > x[:, 1], 1, -1)

model = keras.Sequential([keras.layers.Dense(16, "relu"), keras.layers.Dense(1)])
loss = hk.PsiM(sigma=0.5)
model.compile(keras.optimizers.Adam(0.01), loss, metrics=[hk.SignAccuracy()])
model.fit(x[:400], y[:400], epochs=10, verbose=0)
right = model.evaluate(x[400:], y[400:], verbose=0)[1]
print(f"right by the sign of the score: {right:.0%}")
