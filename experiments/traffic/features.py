"""What a net has learned of traffic signs, in the place of their pixels."""

import dataclasses
import functools

import keras

import hinge_keras as hk
from hinge_keras.lab import data
from hinge_keras.lab.data import dataset
from hinge_keras.lab.grid import seeds

RATE = 1e-3
QUICK_EPOCHS = 1


class Features(data.Dataset):
    """A set of learned features: what is said of its images is not learned first."""

    def class_counts(self, seed=0):
        return counted(self.settings["source"], self.settings["sizes"], seed)

    def shortened(self, at_most=300):
        """Few images, and one epoch to learn from them."""
        settings = {**self.settings, "at_most": at_most, "epochs": QUICK_EPOCHS}
        return dataclasses.replace(self, settings=settings, at_most=at_most)


def of_net(sizes, net, epochs, batch_size):
    """GTSRB as the last hidden layer of a net sees it, which cross-entropy trained.

    Each seed trains a net of its own on the training part of its split.

    Args:
        sizes: As for `data.gtsrb`.
        net: A builder of models whose last layer is the head.
        epochs: Passes over the training part, the rate falling to 0 by a cosine.
        batch_size: Examples a step.
    """
    images = data.gtsrb(sizes=sizes)
    settings = {
        "source": images.settings["source"],
        "sizes": sizes,
        "at_most": None,
        "net": net,
        "epochs": epochs,
        "batch": batch_size,
    }
    name = f"{images.name}, learned features"
    return Features(name, learned, settings, images.classes, images.tags)


def signs(source, sizes, at_most):
    """The images that features are learned from."""
    images = data.gtsrb(source=source, sizes=sizes, flat=False)
    return images if at_most is None else images.shortened(at_most)


@functools.cache
def counted(source, sizes, seed):
    """Training examples of each class."""
    return signs(source, sizes, None).class_counts(seed)


@functools.lru_cache(maxsize=16)
def learned(seed, source, sizes, at_most, net, epochs, batch):
    """The features of each part, standardised by the training part."""
    images = signs(source, sizes, at_most)
    splits = images.load(seed)
    model = trained(splits["train"], images.outputs, seed, net, epochs, batch)
    # Dropout, which lies between, does nothing to what is predicted.
    hidden = keras.Model(model.inputs, model.layers[-1].input)
    return dataset.standardised(
        {
            part: (hidden.predict(x, batch_size=1024, verbose=0), y)
            for part, (x, y) in splits.items()
        }
    )


def trained(part, outputs, seed, net, epochs, batch):
    """A net trained with cross-entropy, in the batches that a trial of the seed has."""
    x, y = part
    model = net(x.shape[1:], outputs, seed)
    steps = epochs * -(-len(x) // batch)
    falling = keras.optimizers.schedules.CosineDecay(RATE, steps)
    model.compile(keras.optimizers.Adam(falling), hk.CrossEntropy())
    for epoch in range(epochs):
        order = seeds.batch_order(seed, epoch, len(x))
        model.fit(x[order], y[order], batch, shuffle=False, verbose=0)
    return model
