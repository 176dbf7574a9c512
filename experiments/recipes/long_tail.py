"""Classes of very different sizes: tell the loss how many examples each has."""

import keras
import numpy as np

import hinge_keras as hk

random = np.random.default_rng(0)
centres = random.normal(size=(5, 8))
y = random.choice(5, 1500, p=[0.6, 0.25, 0.1, 0.03, 0.02])
x = centres[y] + random.normal(size=(1500, 8))
fair = random.integers(0, 5, 1000)  # All classes equally often, to judge by.
x_fair = centres[fair] + random.normal(size=(1000, 8))

found = {}
for loss in (hk.CrossEntropy(), hk.LogitAdjusted(np.bincount(y))):
    keras.utils.set_random_seed(0)
    model = keras.Sequential([keras.layers.Dense(5)])
    metrics = [hk.MacroTopKAccuracy(5, k=1)]
    model.compile(keras.optimizers.Adam(0.03), loss, metrics=metrics)
    model.fit(x, y, epochs=10, verbose=0)
    found[type(loss).__name__] = model.evaluate(x_fair, fair, verbose=0)[1]
print(", ".join(f"{name}: {right:.0%}" for name, right in found.items()))
