"""What losses, metrics and layers share: arguments kept, saved and checked once."""

import inspect
import numbers
import re

import keras


class Configured:
    """A Keras object whose constructor arguments are its config.

    Every constructor argument is kept as an attribute of the same name; from
    that follow `get_config` without a lost argument, a readable `repr`, and
    registration with Keras under the package's name, so a saved model loads.
    """

    def __init_subclass__(cls, **kwargs):
        super().__init_subclass__(**kwargs)
        keras.saving.register_keras_serializable(cls.__module__.split(".")[0])(cls)

    def get_config(self):
        config = {name: getattr(self, name) for name in arguments(type(self))}
        config["dtype"] = self.saved_dtype()
        return keras.saving.serialize_keras_object(config)

    def saved_dtype(self):
        """The `dtype` argument as it was given."""
        return self.dtype

    @classmethod
    def from_config(cls, config):
        return cls(**keras.saving.deserialize_keras_object(config))

    def __repr__(self):
        shown = [
            f"{name}={value!r}"
            for name, default in arguments(type(self)).items()
            if name not in ("name", "dtype")
            and (value := getattr(self, name)) != default
        ]
        return f"{type(self).__name__}({', '.join(shown)})"


def arguments(cls):
    """Constructor arguments of a class and its own bases, with their defaults."""
    found = {}
    for base in reversed(cls.__mro__):
        if issubclass(base, Configured) and "__init__" in vars(base):
            for parameter in list(inspect.signature(base).parameters.values()):
                if parameter.kind is not parameter.VAR_KEYWORD:
                    found[parameter.name] = parameter.default
    return found


def snake_case(name):
    """`CrammerSinger` -> `crammer_singer`, `LDAM` -> `ldam`, `PsiG` -> `psi_g`."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name).lower()


def above(name, value, bound):
    """The number if it is above the bound, else a `ValueError`."""
    if is_number(value) and value > bound:
        return of_python(value)
    raise ValueError(f"{name} is {value!r}; accepted is a number above {bound:g}.")


def at_least(name, value, bound):
    """The number if it is from the bound up, else a `ValueError`."""
    if is_number(value) and value >= bound:
        return of_python(value)
    raise ValueError(f"{name} is {value!r}; accepted is a number from {bound:g} up.")


def below(name, value, bound):
    """The number if it is below the bound, else a `ValueError`."""
    if is_number(value) and value < bound:
        return of_python(value)
    raise ValueError(f"{name} is {value!r}; accepted is a number below {bound:g}.")


def whole(name, value, bound):
    """The number if it is whole and from the bound up, else a `ValueError`."""
    if is_number(value) and value >= bound and value == int(value):
        return int(value)
    raise ValueError(
        f"{name} is {value!r}; accepted is a whole number from {bound} up."
    )


def all_above(name, values, bound):
    """The values as a list if each is a number above the bound."""
    return [above(name, value, bound) for value in plain(values)]


def plain(values):
    """Lists and numbers of Python from lists, tuples and arrays."""
    return values.tolist() if hasattr(values, "tolist") else list(values)


def is_number(value):
    return isinstance(value, numbers.Real) and not isinstance(value, bool)


def of_python(number):
    """Python's number from NumPy's, which would widen the tensors it meets."""
    return number.item() if hasattr(number, "item") else number
