"""A kernel machine in Keras: random features, one linear layer, a hinge."""

import keras
from sklearn.datasets import load_digits

import hinge_keras as hk

x, y = load_digits(return_X_y=True)
x = x / 16

model = keras.Sequential(
    [hk.RandomFourierFeatures(512, scale=2.0), keras.layers.Dense(10)]
)
model.compile(keras.optimizers.Adam(0.01), hk.OneVsRest(), metrics=[hk.ScoreAccuracy()])
model.fit(x[:1200], y[:1200], batch_size=64, epochs=15, verbose=0)
right = model.evaluate(x[1200:], y[1200:], verbose=0)[1]
print(f"right by the largest score: {right:.0%}")
