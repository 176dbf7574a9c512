"""Several classes: a score each, no softmax, and the largest score decides."""

import keras
import numpy as np

import hinge_keras as hk

random = np.random.default_rng(0)
y = random.integers(0, 4, 800)
x = random.normal(size=(4, 8))[y] + 0.7 * random.normal(size=(800, 8))

model = keras.Sequential([keras.layers.Dense(32, "relu"), keras.layers.Dense(4)])
loss = hk.OneVsRest(hk.SquaredHinge())  # Or hk.CrammerSinger().
model.compile(keras.optimizers.Adam(0.01), loss, metrics=[hk.ScoreAccuracy()])
model.fit(x[:600], y[:600], epochs=10, verbose=0)
scores = model.predict(x[600:], verbose=0)
right = np.mean(scores.argmax(axis=1) == y[600:])  # Never of np.sign(scores).
print(f"right by the largest score: {right:.0%}")
