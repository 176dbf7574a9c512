"""Initial weights have the laws of Keras' initialisers, on every backend alike."""

import keras
import numpy as np
import pytest

from hinge_keras.lab.initial import Drawn, seeded

KERNELS = [(300, 200), (5, 5, 16, 32)]
LAWS = ["he_uniform", "glorot_uniform", "lecun_normal", "he_normal", "random_normal"]


@pytest.mark.parametrize("shape", KERNELS, ids=str)
@pytest.mark.parametrize("law", LAWS)
def test_the_law_is_that_of_keras(law, shape):
    ours = Drawn(law, 1).values(shape)
    theirs = keras.ops.convert_to_numpy(keras.initializers.get(law)(shape))
    assert ours.shape == shape
    assert ours.std() == pytest.approx(theirs.std(), rel=0.03)
    if law != "random_normal":  # Of a bounded law the largest is known.
        assert np.abs(ours).max() == pytest.approx(np.abs(theirs).max(), rel=0.01)


def test_values_are_the_same_wherever_they_are_drawn():
    assert Drawn("he_uniform", 7).values((2, 1)).ravel() == pytest.approx(WANTED)


# NumPy's generator of seed 7, scaled to the bound sqrt(6 / 2).
WANTED = (2 * np.random.default_rng(7).random(2) - 1) * np.sqrt(3)


def test_layers_have_streams_of_their_own():
    places = (0, 0), (0, 1), (1, 0)
    values = [seeded("he_uniform", *place).values((3, 3)) for place in places]
    assert not np.array_equal(values[0], values[1])
    assert not np.array_equal(values[0], values[2])


def test_a_layer_with_it_can_be_saved():
    layer = keras.layers.Dense(2, kernel_initializer=Drawn("he_uniform", 3))
    again = keras.layers.Dense.from_config(layer.get_config())
    np.testing.assert_array_equal(
        again.kernel_initializer.values((4, 2)), Drawn("he_uniform", 3).values((4, 2))
    )


def test_another_law_is_refused():
    with pytest.raises(ValueError, match="initializer is 'zeros'; accepted are"):
        Drawn("zeros", 0)
