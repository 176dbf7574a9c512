"""Each loss at its own learning rate, chosen on data that neither is judged by."""

import keras
import numpy as np

import hinge_keras as hk

x = np.random.default_rng(0).normal(size=(900, 4))
y = (x[:, 0] * x[:, 1] > 0).astype("int32")

accuracy = {}
for loss in (hk.Hinge(), hk.Logistic()):
    found = {}
    for rate in (0.001, 0.01, 0.1):
        keras.utils.set_random_seed(0)
        layers = [keras.layers.Dense(32, "relu"), keras.layers.Dense(1)]
        model = keras.Sequential(layers)
        model.compile(keras.optimizers.Adam(rate), loss, metrics=[hk.SignAccuracy()])
        model.fit(x[:300], y[:300], epochs=10, verbose=0)
        parts = ((x[300:600], y[300:600]), (x[600:], y[600:]))
        found[rate] = [model.evaluate(*part, verbose=0)[1] for part in parts]
    best = max(found, key=lambda rate: found[rate][0])  # By the validation part.
    accuracy[type(loss).__name__] = found[best][1]  # On the test part.
    print(f"{type(loss).__name__}: rate {best}, {found[best][1]:.0%} right")
