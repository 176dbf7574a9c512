"""Every `>>>` line of the package says what the code does, on every backend."""

import doctest
import importlib
import inspect
import pkgutil

import keras
import numpy as np
import pytest

import hinge_keras as hk

TIED_TO_A_BACKEND = "hinge_keras.lab.training"


def modules():
    found = pkgutil.walk_packages(hk.__path__, "hinge_keras.")
    return [m.name for m in found if not m.name.startswith(TIED_TO_A_BACKEND)]


def examples():
    finder = doctest.DocTestFinder(exclude_empty=True)
    for name in modules():
        module = importlib.import_module(name)
        for test in finder.find(module, module=module):
            if test.examples:
                yield pytest.param(test, id=test.name.removeprefix("hinge_keras."))


@pytest.mark.parametrize("test", list(examples()))
def test_example_is_true(test):
    public = {name: getattr(hk, name) for name in hk.__all__}
    namespace = {**public, **test.globs, "hk": hk, "keras": keras, "np": np}
    for example in test.examples:
        compiled = compile(
            example.source, test.name, "single" if not example.want else "eval"
        )
        value = eval(compiled, namespace)
        if example.want:
            agrees(value, example.want.strip())


def agrees(value, want):
    """Numbers agree to the digits shown; anything else to the letter."""
    try:
        expected = np.array(eval(want, {}), dtype=float)
    except (NameError, SyntaxError, TypeError, ValueError):
        assert repr(value) == want
    else:
        got = keras.ops.convert_to_numpy(value)
        np.testing.assert_allclose(got, expected, atol=6e-5, rtol=1e-4)


def test_every_public_class_has_an_example():
    shown = {test.values[0].name.split(".")[-1] for test in examples()}
    public = {*hk.losses.__all__, *hk.metrics.__all__}
    final = {name for name in public if not inspect.isabstract(getattr(hk, name))}
    assert final - shown == set()
