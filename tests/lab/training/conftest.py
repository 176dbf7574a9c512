"""Double precision, in which rounding cannot grow into a difference."""

import keras
import pytest

from hinge_keras import check


@pytest.fixture
def double_precision():
    policy = keras.config.dtype_policy()
    keras.config.set_floatx("float64")
    keras.config.set_dtype_policy("float64")
    with check.double_precision():
        yield
    keras.config.set_floatx("float32")
    keras.config.set_dtype_policy(policy)
