"""What the benchmark of replicas trains: seven data sets, and a network for each."""

import numpy as np

# Examples, inputs, hidden units, classes, epochs.
TASKS = {
    "moons": (1000, (2,), (50,), 2, 100),
    "call": (1000, (2,), (64,), 2, 20),
    "table": (600, (30,), (64,), 2, 50),
    "circles": (500, (2,), (50,), 2, 200),
    "digits": (1437, (64,), (64, 64), 10, 20),
    "classes": (3000, (100,), (64,), 77, 15),
    "images": (1000, (28, 28, 1), None, 10, 2),
}
BATCH = {**dict.fromkeys(TASKS, 32), "images": 64}


def examples(task, seed):
    """Random inputs and a label that they decide: speed asks for no more."""
    size, shape, _, classes, _ = TASKS[task]
    stream = np.random.default_rng(seed)
    x = stream.normal(size=(size, *shape)).astype("float32")
    first = x.reshape(size, -1)[:, 0]
    y = np.digitize(first, np.quantile(first, np.arange(1, classes) / classes))
    return x, y.astype("float32")


def splits(seed, task):
    x, y = examples(task, seed)
    return {"train": (x, y), "test": (x[:100], y[:100])}


def loss(task):
    import hinge_keras as hk

    return hk.Hinge() if TASKS[task][3] == 2 else hk.CrammerSinger()


class Images:
    """A small convolutional network; 28 x 28 pixels, 10 classes."""

    name = "small CNN"

    def __call__(self, input_shape, outputs, seed):
        import keras
        from keras import layers

        keras.utils.set_random_seed(seed)
        return keras.Sequential(
            [
                keras.Input(input_shape),
                layers.Conv2D(16, 3, activation="relu"),
                layers.MaxPooling2D(),
                layers.Conv2D(32, 3, activation="relu"),
                layers.MaxPooling2D(),
                layers.Flatten(),
                layers.Dense(outputs),
            ]
        )


def builder(task):
    from hinge_keras.lab import models

    hidden = TASKS[task][2]
    return Images() if hidden is None else models.MLP(hidden)
