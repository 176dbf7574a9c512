"""The margin between two classes: a hinge with weight decay, then over the norm."""

import keras
import numpy as np

import hinge_keras as hk

x = np.array([[1, 0], [2, 1], [-1, 0], [-2, 1]])  # At best 1 apart.
y = np.array([1, 1, -1, -1])

decay = keras.regularizers.L2(0.001)
model = keras.Sequential(
    [keras.layers.Dense(1, use_bias=False, kernel_regularizer=decay)]
)
model.compile(keras.optimizers.SGD(0.5), hk.Hinge())
model.fit(np.tile(x, (500, 1)), np.tile(y, 500), batch_size=4, epochs=1, verbose=0)
scores = model.predict(x, verbose=0)[:, 0]
margin = (y * scores).min() / np.linalg.norm(model.get_weights()[0])
print(f"smallest distance to the border: {margin:.3f}")
