"""Wrong labels: a loss linear in the probability beside cross-entropy."""

import keras
import numpy as np

import hinge_keras as hk

random = np.random.default_rng(0)
y = random.integers(0, 4, 1200)
x = 1.5 * random.normal(size=(4, 8))[y] + random.normal(size=(1200, 8))
told = np.where(random.random(1200) < 0.5, random.integers(0, 4, 1200), y)

accuracy = {}
for name, loss in {"log": hk.CrossEntropy(), "L1": hk.L1(softmax=True)}.items():
    keras.utils.set_random_seed(0)
    model = keras.Sequential([keras.layers.Dense(64, "relu"), keras.layers.Dense(4)])
    model.compile(keras.optimizers.Adam(0.01), loss, metrics=[hk.ScoreAccuracy()])
    model.fit(x[:600], told[:600], epochs=20, verbose=0)
    accuracy[name] = model.evaluate(x[600:], y[600:], verbose=0)[1]  # On right labels.
print(", ".join(f"{name}: {right:.0%} right" for name, right in accuracy.items()))
