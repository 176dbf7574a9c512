"""One net from several seeds: a share of seeds says what one run cannot."""

import keras
import numpy as np

import hinge_keras as hk

x = np.random.default_rng(0).uniform(-1, 1, size=(300, 2))
y = np.where(np.hypot(*x.T) < 0.6, 1, -1)

found = []
for seed in range(5):
    keras.utils.set_random_seed(seed)
    model = keras.Sequential([keras.layers.Dense(4, "relu"), keras.layers.Dense(1)])
    model.compile(keras.optimizers.Adam(0.1), hk.Hinge(), metrics=[hk.SignAccuracy()])
    model.fit(x, y, epochs=15, verbose=0)
    found.append(model.evaluate(x, y, verbose=0)[1])
print(f"right, from {min(found):.0%} to {max(found):.0%} over {len(found)} seeds")
