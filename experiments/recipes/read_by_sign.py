"""One model, two metrics: Keras' accuracy cannot score labels of -1 and +1."""

import keras
import numpy as np

import hinge_keras as hk

x = np.random.default_rng(0).normal(size=(400, 2))
y = np.where(x[:, 0] > x[:, 1], 1, -1)

model = keras.Sequential([keras.layers.Dense(1)])
metrics = [keras.metrics.BinaryAccuracy(), hk.SignAccuracy()]
model.compile(keras.optimizers.Adam(0.03), hk.Hinge(), metrics=metrics)
model.fit(x, y, epochs=10, verbose=0)
_, as_keras, by_sign = model.evaluate(x, y, verbose=0)
print(f"as Keras counts: {as_keras:.0%}; by the sign: {by_sign:.0%}")
