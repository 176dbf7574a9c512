"""Data sets: generated, bundled with scikit-learn, or read from verified files.

Each is a `Dataset`: a recipe that gives the splits of a seed. Those that come
with nothing raise `MissingData`, whose message says what to get and from where.
"""

from hinge_keras.lab.data.bundled import breast_cancer, digits, iris, wine
from hinge_keras.lab.data.corrupted import (
    with_group_noise,
    with_label_noise,
    with_long_tail,
    with_outliers,
)
from hinge_keras.lab.data.dataset import Dataset, with_balanced_test
from hinge_keras.lab.data.generated import SIGNS, blobs, circles, generated, mesh, moons
from hinge_keras.lab.data.images import fashion_mnist, long_tail, mnist, usps
from hinge_keras.lab.data.patches import with_patch_features
from hinge_keras.lab.data.pictures import cifar10, gtsrb, omniglot
from hinge_keras.lab.data.sources import MissingData
from hinge_keras.lab.data.tables import TABLES, table
from hinge_keras.lab.data.texts import TERMS, TEXTS, sparse, text

__all__ = [
    "SIGNS",
    "TABLES",
    "TERMS",
    "TEXTS",
    "Dataset",
    "MissingData",
    "blobs",
    "breast_cancer",
    "cifar10",
    "circles",
    "digits",
    "fashion_mnist",
    "generated",
    "gtsrb",
    "iris",
    "long_tail",
    "mesh",
    "mnist",
    "moons",
    "omniglot",
    "sparse",
    "table",
    "text",
    "usps",
    "wine",
    "with_balanced_test",
    "with_group_noise",
    "with_label_noise",
    "with_long_tail",
    "with_outliers",
    "with_patch_features",
]
