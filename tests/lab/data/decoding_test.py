"""Archives of images, read from small ones of the same shape."""

import io
import zipfile

import keras
import numpy as np
import pytest
import requests
from PIL import Image

from hinge_keras.lab import data
from hinge_keras.lab.data import decoding


def picture(values, form):
    """An image file of those bytes."""
    stream = io.BytesIO()
    Image.fromarray(np.asarray(values, np.uint8)).save(stream, form)
    return stream.getvalue()


def zipped(path, members):
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


def plain(value, side):
    return np.full((side, side, 3), value)


def test_files_that_lie_end_to_end_are_decoded_each():
    files = [picture(plain(value, 32), "jpeg") for value in (10, 200)]
    offsets = np.cumsum([0, *map(len, files)])
    x = decoding.decoded(np.frombuffer(b"".join(files), np.uint8), offsets)
    assert x.shape == (2, 32, 32, 3)
    np.testing.assert_allclose(x.mean(axis=(1, 2, 3)), [10, 200], atol=1)


def test_signs_have_the_class_of_their_folder_and_the_track_of_their_name(tmp_path):
    members = {
        f"GTSRB/Final_Training/Images/{c:05d}/{track:05d}_{frame:05d}.ppm": picture(
            plain(100 * c + 10 * track + frame, 30 + frame), "ppm"
        )
        for c in (0, 1)
        for track in (0, 1)
        for frame in (0, 1)
    }
    members["GTSRB/Readme-Images.txt"] = "text"
    x, y, track = decoding.read_training_signs(zipped(tmp_path / "signs.zip", members))
    assert x.shape == (8, 28, 28)
    np.testing.assert_array_equal(x[:, 0, 0], 100 * y + 10 * track + np.arange(8) % 2)
    assert y.tolist() == [0, 0, 0, 0, 1, 1, 1, 1]


def test_signs_of_the_test_part_have_their_classes_from_the_table(tmp_path):
    folder = "GTSRB/Final_Test/Images"
    members = {
        f"{folder}/{i:05d}.ppm": picture(plain(50 + i, 40), "ppm") for i in (0, 1, 2)
    }
    table = "Filename;Width;ClassId\n00002.ppm;40;7\n00000.ppm;40;3\n00001.ppm;40;5\n"
    truth = zipped(tmp_path / "truth.zip", {"GT-final_test.csv": table})
    x, y = decoding.read_test_signs(zipped(tmp_path / "signs.zip", members), truth)
    assert y.tolist() == [7, 3, 5]
    assert x[:, 0, 0].tolist() == [52, 50, 51]


def test_an_alphabet_of_both_archives_is_read_once(tmp_path):
    paper = np.full((105, 105), 255)
    stroke = paper.copy()
    stroke[:, :15] = 0  # Four pixels of 3.75 each.
    first = {
        f"small1/Greek/character0{c}/000{c}_0{drawer}.png": picture(stroke, "png")
        for c in (2, 1)
        for drawer in (1, 2)
    }
    second = {
        "small2/Greek/character09/0009_01.png": picture(stroke, "png"),
        "small2/Cyrillic/character01/0001_13.png": picture(paper, "png"),
    }
    archives = [zipped(tmp_path / "1.zip", first), zipped(tmp_path / "2.zip", second)]
    x, y, drawer = decoding.read_drawings(archives)
    assert y.tolist() == [0, 1, 1, 2, 2]  # Cyrillic goes before Greek.
    assert drawer.tolist() == [13, 1, 2, 1, 2]
    assert x[0].max() == 0
    assert x[1, 0].tolist() == [255] * 4 + [0] * 24


def test_a_prepared_file_is_the_source_where_a_folder_has_it(tmp_path, monkeypatch):
    monkeypatch.setattr(decoding, "folders", lambda named=None: [tmp_path])
    assert data.cifar10().settings["source"] == "original"
    (tmp_path / "images").mkdir()
    (tmp_path / "images/cifar10_jpeg.npz").touch()
    assert data.cifar10().settings["source"] == "JPEG copy"
    assert data.cifar10().tags["copy"] == "JPEG copy"


def test_without_network_one_sentence_says_what_to_get(tmp_path, monkeypatch):
    def fails(*arguments, **settings):
        raise requests.ConnectionError

    def fails_as_keras():
        raise Exception("URL fetch failure\non https://somewhere")

    monkeypatch.setattr(decoding, "folders", lambda named=None: [tmp_path])
    monkeypatch.setattr(decoding.pooch, "retrieve", fails)
    monkeypatch.setattr(keras.datasets.cifar10, "load_data", fails_as_keras)
    for dataset, told in ((data.gtsrb(), "md5"), (data.cifar10(), "somewhere")):
        with pytest.raises(data.MissingData) as caught:
            dataset.load(0)
        assert told in str(caught.value)
        assert "\n" not in str(caught.value)
        assert caught.value.path in str(caught.value)
