"""Scores of a hinge become probabilities: Platt's curve, on data held back."""

import keras
import numpy as np

import hinge_keras as hk

random = np.random.default_rng(0)
x = random.normal(size=(3000, 2))
y = (x[:, 0] + random.logistic(scale=0.5, size=3000) > 0).astype("int32")

model = keras.Sequential([keras.layers.Dense(1)])
model.compile(keras.optimizers.Adam(0.03), hk.Hinge())
model.fit(x[:1000], y[:1000], epochs=10, verbose=0)
held_back, fresh = (
    model.predict(part, verbose=0)[:, 0] for part in (x[1000:2000], x[2000:])
)
p = hk.Platt().fit(held_back, y[1000:2000])(fresh)  # The probability of class 1.
likely = p > 0.8
print(f"forecast {p[likely].mean():.0%}, came true {y[2000:][likely].mean():.0%}")
