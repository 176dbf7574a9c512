"""A rare class: weights move the border; what they do to the order is seen apart."""

import keras
import numpy as np

import hinge_keras as hk

random = np.random.default_rng(0)
x = random.normal(size=(4000, 2))
y = (x[:, 0] + 0.5 * random.normal(size=4000) > 2).astype("int32")  # Few are 1.
even = list(2000 / (2 * np.bincount(y[:2000])))  # Both classes count the same.

balanced = {}
for name, weights in {"plain": None, "weighted": even}.items():
    keras.utils.set_random_seed(0)
    model = keras.Sequential([keras.layers.Dense(16, "relu"), keras.layers.Dense(1)])
    metrics = [hk.BalancedAccuracy(), hk.AveragePrecision()]
    loss = hk.Logistic(class_weight=weights)
    model.compile(keras.optimizers.Adam(0.01), loss, metrics=metrics)
    model.fit(x[:2000], y[:2000], epochs=10, verbose=0)
    _, balanced[name], order = model.evaluate(x[2000:], y[2000:], verbose=0)
    print(f"{name}: balanced accuracy {balanced[name]:.0%}, precision {order:.0%}")
