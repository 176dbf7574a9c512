"""What losses, metrics and layers share: arguments kept, saved and checked once."""

import functools
import inspect
import numbers
import re
from collections.abc import Iterable, Mapping
from typing import Any

import keras

PACKAGE = __name__.split(".")[0]


class OfClass:
    """The signature of a class, with the arguments of its bases in it.

    Of the class alone: `inspect` would take it for that of calling an instance too.
    """

    def __get__(self, made, cls):
        if made is not None:
            raise AttributeError("__signature__")
        order = sorted(
            arguments(cls).values(), key=lambda a: (a.kind, a.default is not a.empty)
        )
        return inspect.Signature(order)


class Configured:
    """A Keras object whose constructor arguments are its config.

    Every constructor argument is kept as an attribute of the same name; from
    that follow `get_config` without a lost argument, a readable `repr`, a
    signature that shows the arguments of the bases too, and registration with
    Keras, so that a saved model loads: ours under the name of the package, a
    user's class under that of its module.
    """

    given: tuple[str, ...]
    __signature__ = OfClass()

    def __init_subclass__(cls, **options):
        super().__init_subclass__(**options)
        home = PACKAGE if is_ours(cls) else cls.__module__
        keras.saving.register_keras_serializable(home)(cls)

    def __new__(cls, *values, **named):
        plain = super().__new__ is object.__new__
        made = object.__new__(cls) if plain else super().__new__(cls, *values, **named)
        made.given = (*list(arguments(cls))[: len(values)], *named)
        return made

    def get_config(self) -> dict[str, Any]:
        config = {name: self.kept(name) for name in self.saved()}
        config["dtype"] = self.saved_dtype()
        return keras.saving.serialize_keras_object(config)

    def saved(self):
        """The names of the arguments that a config holds.

        A subclass elsewhere may settle arguments of its bases by itself, and
        would refuse them; of those it holds the ones that were given.
        """
        own = inspect.signature(type(self).__init__).parameters
        kinds = {parameter.kind: name for name, parameter in own.items()}
        nameless = kinds.get(inspect.Parameter.VAR_POSITIONAL)
        if nameless and inspect.Parameter.VAR_KEYWORD not in kinds:
            raise ValueError(
                f"{type(self).__name__} takes *{nameless}; accepted are arguments with "
                "names, which a config can hold."
            )
        return [
            name
            for name in arguments(type(self))
            if is_ours(type(self)) or name in own or name in self.given
        ]

    def kept(self, name):
        """The argument of that name, as an attribute keeps it."""
        if not hasattr(self, name):
            raise ValueError(
                f"{type(self).__name__} takes an argument {name} and has no attribute "
                f"of that name; keep it, as in `self.{name} = {name}`, so that it can "
                "be saved."
            )
        return getattr(self, name)

    def saved_dtype(self):
        """The `dtype` argument as it was given."""
        return self.dtype

    @classmethod
    def from_config(cls, config):
        config = keras.saving.deserialize_keras_object(config)
        if "dtype" not in arguments(cls):
            config.pop("dtype", None)
        return cls(**config)

    def __repr__(self):
        shown = [
            f"{name}={value!r}"
            for name, argument in arguments(type(self)).items()
            if name not in ("name", "dtype")
            and (value := getattr(self, name, "not kept")) != argument.default
        ]
        return f"{type(self).__name__}({', '.join(shown)})"


def is_ours(cls):
    return cls.__module__.split(".")[0] == PACKAGE


@functools.cache
def arguments(cls) -> dict[str, inspect.Parameter]:
    """The constructor arguments of a class, and of its bases as far as it passes on."""
    found: dict[str, inspect.Parameter] = {}
    for base in cls.__mro__:
        if not issubclass(base, Configured) or "__init__" not in vars(base):
            continue
        _, *parameters = inspect.signature(vars(base)["__init__"]).parameters.values()
        for parameter in parameters:
            if parameter.kind not in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD):
                found.setdefault(parameter.name, parameter)
        if all(parameter.kind is not parameter.VAR_KEYWORD for parameter in parameters):
            break
    return found


def snake_case(name: str) -> str:
    """`CrammerSinger` -> `crammer_singer`, `LDAM` -> `ldam`, `PsiG` -> `psi_g`."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name).lower()


class Names:
    """An explicit list of classes, found by their names in snake case.

    Args:
        kind: What they are, for the sentence about an unknown name.
        classes: The classes; abstract ones, and what is none of ours, are left out.
    """

    def __init__(self, kind: str, classes: Iterable[type]):
        self.kind = kind
        made = [
            cls
            for cls in classes
            if issubclass(cls, Configured) and not inspect.isabstract(cls)
        ]
        self.classes = {snake_case(cls.__name__): cls for cls in made}

    def add(self, cls):
        """Takes a class in, under its own name; one that is taken is refused."""
        name = snake_case(cls.__name__)
        if name in self.classes and self.classes[name] is not cls:
            raise ValueError(
                f"{self.kind} {name!r} is {self.classes[name].__name__} of "
                f"{self.classes[name].__module__}; accepted is a name that is free."
            )
        self.classes[name] = cls
        return cls

    def find(self, identifier, **options):
        """An instance, from a name, a class, a config of Keras, or itself."""
        if isinstance(identifier, str) and identifier in self.classes:
            return self.classes[identifier](**options)
        if isinstance(identifier, type) and issubclass(identifier, Configured):
            return identifier(**options)
        if isinstance(identifier, dict) and "class_name" in identifier:
            return keras.saving.deserialize_keras_object(identifier)
        if isinstance(identifier, Configured):
            return identifier
        names = ", ".join(sorted(self.classes))
        raise ValueError(f"{self.kind} is {identifier!r}; accepted are {names}.")


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


def between(name, value, low, high):
    """The number if it lies from one bound to the other, else a `ValueError`."""
    if is_number(value) and low <= value <= high:
        return of_python(value)
    raise ValueError(
        f"{name} is {value!r}; accepted is a number from {low:g} to {high:g}."
    )


def finite(name, value):
    """The number as a float if it is finite, else a `ValueError`."""
    if is_number(value) and abs(value) < float("inf"):
        return float(value)
    raise ValueError(f"{name} is {value!r}; accepted is a finite number.")


def whole(name, value, bound):
    """The number if it is whole and from the bound up, else a `ValueError`."""
    if is_number(value) and value >= bound and value == int(value):
        return int(value)
    raise ValueError(
        f"{name} is {value!r}; accepted is a whole number from {bound} up."
    )


def one_of(name, value, accepted):
    """The value if it is among those accepted, else a `ValueError`."""
    if value in accepted:
        return value
    shown = ", ".join(map(repr, accepted))
    raise ValueError(f"{name} is {value!r}; accepted are {shown}.")


def by_class(name, values):
    """One number for each class, in the order of the classes.

    From a sequence or an array, or from a mapping, where the class is the key:
    0 to the number of classes less 1, as text too, which is what JSON makes of it.
    """
    if isinstance(values, str) or not isinstance(values, Iterable):
        raise ValueError(
            f"{name} is {values!r}; accepted are one number for each class, in a "
            "sequence or in a dictionary from the class."
        )
    if not isinstance(values, Mapping):
        return as_list(values)
    numbered = {as_class(key): value for key, value in values.items()}
    if set(numbered) == {-1, 1}:
        return [numbered[-1], numbered[1]]
    if set(numbered) != set(range(len(values))):
        keys = ", ".join(map(repr, values))
        raise ValueError(
            f"{name} has the keys {keys}; accepted is every class once, from 0 to the "
            "number of classes less 1 (or -1 and +1)."
        )
    return [numbered[label] for label in range(len(values))]


def as_class(key):
    """The class that a key of a mapping stands for, or the key if it is none."""
    try:
        return int(key) if float(key) == int(key) else key
    except (TypeError, ValueError):
        return key


def as_list(values):
    """Lists and numbers of Python from lists, tuples and arrays."""
    return values.tolist() if hasattr(values, "tolist") else list(values)


def is_number(value):
    return isinstance(value, numbers.Real) and not isinstance(value, bool)


def of_python(number):
    """Python's number from NumPy's, which would widen the tensors it meets."""
    return number.item() if hasattr(number, "item") else number
