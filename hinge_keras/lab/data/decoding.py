"""CIFAR-10, GTSRB and Omniglot as bytes, from a prepared file or from their origin.

A prepared file is small and was changed on the way: each source says how in a word,
which is a setting of the data set, since its pixels differ a little from another's.
"""

import functools
import io
import itertools
import logging
import os
import zipfile
from pathlib import PurePosixPath

import keras
import numpy as np
import pandas as pd
import pooch
import requests
from PIL import Image, ImageOps

from hinge_keras.lab.data.sources import FOLDER, MissingData, folders, locate
from hinge_keras.lab.grid import seeds

ORIGINAL = "original"
# Of each set: the prepared file, and what it is beside the original.
PREPARED = {
    "cifar10": ("images/cifar10_jpeg.npz", "JPEG copy"),
    "gtsrb": ("images/gtsrb_28x28_gray.npz", "32 x 32 copy"),
    "omniglot": ("images/omniglot_small_28x28.npz", "28 x 28 copy"),
}
GTSRB = "https://sid.erda.dk/public/archives/daaeac0d7ce1152aea9b61d9f1e19370/"
GTSRB_ARCHIVES = {  # MD5, on which several libraries that read them agree.
    "GTSRB_Final_Training_Images.zip": "f33fd80ac59bff73c82d25ab499e03a3",
    "GTSRB_Final_Test_Images.zip": "c7e4e6327067d32654124b0fe9e82185",
    "GTSRB_Final_Test_GT.zip": "fe31e9c9270bbcd7b84b7f21a9d9d9e5",
}
SIDE = 28  # Of a traffic sign and a drawing, in pixels.


def source_of(name):
    """What a set is read from here: its prepared file if a folder has it."""
    path, copy = PREPARED[name]
    places = folders(os.environ.get(FOLDER))
    return copy if any((place / path).is_file() for place in places) else ORIGINAL


@functools.cache
def cifar10(source):
    """The training and the test part: images of 32 x 32 colours, classes."""
    if source == ORIGINAL:
        return fetched_by_keras()
    table = np.load(locate(PREPARED["cifar10"][0]))
    x, y = decoded(table["bytes"], table["offsets"]), table["label"]
    # The file has class after class; the first examples of a part have every class.
    order = seeds.stream("CIFAR-10", "order").permutation(len(y))
    train = table["train"][order]
    return tuple((x[rows], y[rows]) for rows in (order[train], order[~train]))


def decoded(content, offsets):
    """JPEG files of 32 x 32 colours that lie end to end."""
    x = np.empty((len(offsets) - 1, 32, 32, 3), np.uint8)
    for image, (start, stop) in zip(x, itertools.pairwise(offsets), strict=True):
        image[:] = Image.open(io.BytesIO(content[start:stop]))
    return x


def fetched_by_keras():
    """CIFAR-10 as Keras has it, in its own cache."""
    try:
        parts = keras.datasets.cifar10.load_data()
    except Exception as error:  # Keras raises the bare class.
        path, _ = PREPARED["cifar10"]
        raise MissingData(
            f"no CIFAR-10: Keras' loader says {' '.join(str(error).split())!r}; let it "
            f"download once, or let {FOLDER} name a folder that has {path}",
            path,
        ) from None
    return tuple((x, y.ravel()) for x, y in parts)


@functools.cache
def gtsrb(source):
    """The training part, with the track of each frame, and the test part."""
    if source == ORIGINAL:
        training, test, truth = map(gtsrb_archive, GTSRB_ARCHIVES)
        return read_training_signs(training), read_test_signs(test, truth)
    table = np.load(locate(PREPARED["gtsrb"][0]))
    names = ("train_x", "train_y", "train_track", "test_x", "test_y")
    *part, x_test, y_test = (table[name] for name in names)
    return tuple(part), (x_test, y_test)


def gtsrb_archive(name):
    """The benchmark's archive of that name, in the user's cache."""
    place = folders()[-1] / "gtsrb"
    pooch.get_logger().setLevel(logging.WARNING)
    try:
        return pooch.retrieve(
            GTSRB + name, f"md5:{GTSRB_ARCHIVES[name]}", fname=name, path=place
        )
    except requests.RequestException:
        path, _ = PREPARED["gtsrb"]
        raise MissingData(
            f"no {name} (md5 {GTSRB_ARCHIVES[name]}); take it from {GTSRB + name} and "
            f"put it in {place / name}, or let {FOLDER} name a folder that has {path}",
            path,
        ) from None


def read_training_signs(archive):
    """Images, classes and tracks: `<class>/<track>_<frame>.ppm`."""
    with zipfile.ZipFile(archive) as members:
        paths = [PurePosixPath(name) for name in sorted(members.namelist())]
        paths = [path for path in paths if path.suffix == ".ppm"]
        x = np.stack([grey(members.read(str(path))) for path in paths])
    y = np.array([int(path.parent.name) for path in paths])
    return x, y, np.array([int(path.stem.split("_")[0]) for path in paths])


def read_test_signs(archive, truth):
    """Images and classes, which lie in another archive."""
    with zipfile.ZipFile(truth) as members:
        table = pd.read_csv(members.open("GT-final_test.csv"), sep=";")
    with zipfile.ZipFile(archive) as members:
        places = {PurePosixPath(name).name: name for name in members.namelist()}
        x = np.stack([grey(members.read(places[name])) for name in table["Filename"]])
    return x, table["ClassId"].to_numpy()


def grey(content):
    """A sign of any size in grey, bilinear to 28 x 28."""
    image = Image.open(io.BytesIO(content)).convert("L")
    return np.asarray(image.resize((SIDE, SIDE), Image.Resampling.BILINEAR))


@functools.cache
def omniglot(source):
    """The two small background sets: images, classes, and who drew each."""
    if source == ORIGINAL:
        names = ("images_background_small1", "images_background_small2")
        return read_drawings([locate(f"omniglot/{name}.zip") for name in names])
    table = np.load(locate(PREPARED["omniglot"][0]))
    return table["x"], table["y"], table["drawer"]


def read_drawings(archives):
    """Drawings `<alphabet>/<character>/<number>_<drawer>.png`, each alphabet once."""
    found = {}
    for archive in archives:
        alphabets = {character[0] for character, _ in found}
        with zipfile.ZipFile(archive) as members:
            for path in map(PurePosixPath, members.namelist()):
                if path.suffix == ".png" and path.parts[-3] not in alphabets:
                    drawer = int(path.stem.split("_")[1])
                    drawing = strokes(members.read(str(path)))
                    found[path.parts[-3:-1], drawer] = drawing
    order = sorted(found)
    characters = np.array(["/".join(character) for character, _ in order])
    y = np.unique(characters, return_inverse=True)[1]
    x = np.stack([found[each] for each in order])
    return x, y, np.array([drawer for _, drawer in order])


def strokes(content):
    """A drawing with bright strokes, each pixel the mean of those that it covers."""
    image = ImageOps.invert(Image.open(io.BytesIO(content)).convert("L"))
    return np.asarray(image.resize((SIDE, SIDE), Image.Resampling.BOX))
