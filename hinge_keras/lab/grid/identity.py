"""What a thing does, as a digest: things of one digest give the same numbers.

A value is digested by content: arrays by their bytes, objects by their class and
attributes, functions by the values that they captured. Code is digested as its
syntax tree, without docstrings, comments, annotations and the texts of errors,
together with all code of ours and the user's that it can reach by name; code of
other packages is taken by name and major version. Labels, such as the name of a data
set, are left out: dataclass fields with `compare=False`, and what Keras calls `name`.
"""

import dataclasses
import enum
import functools
import hashlib
import os
import pickle
import random
import re
import sys
import types
from collections.abc import Mapping

import keras
import numpy as np
import pandas as pd
import scipy.sparse

from hinge_keras.lab.grid import source

# Of a class: what Python, dataclasses, pickle or Keras' registry put there.
BOOKKEEPING = {
    *("__module__", "__qualname__", "__doc__", "__dict__", "__weakref__"),
    *("__annotations__", "__dataclass_params__", "__dataclass_fields__", "_abc_impl"),
    *("__abstractmethods__", "__match_args__", "__parameters__", "__orig_bases__"),
    *("__firstlineno__", "__static_attributes__", "__slots__", "__hash__"),
    "__slotnames__",
}
# Keras numbers the names of things in the order in which they are made.
LABELS = {"name", "given", "requested_dtype"}
OF_EVERY_LOSS = set(vars(keras.losses.Loss()))
PROCESS_WIDE = (np.random.mtrand._rand, random._inst)  # Generators.
PLAIN = (bool, int, float, complex, str, bytes, type(None))
DIGITS = 16
ADDRESS = re.compile(r" at 0x[0-9a-f]+")


def digest(*things, reader=None):
    """The digest of some things together, 16 hex digits.

    Args:
        *things: Values, objects, functions, classes or modules.
        reader: A `Reader` that keeps what it read; a new one by default.
    """
    return (reader or Reader()).digest(*things)


class Reader:
    """Digests things, and keeps the code that it has read.

    One reader is to be used while no code changes: it does not look twice.
    """

    def __init__(self):
        self.nodes = {}  # By a thing's place in memory: what it is, what it reaches.
        self.alive = []  # Things whose place in memory must not be used again.
        self.under_way = {}

    def digest(self, *things):
        """The digest of some things together."""
        reached = set()
        said = [self.said(thing, reached) for thing in things]
        code = self.closure(reached)
        text = repr((said, sorted(code)))
        return hashlib.sha256(text.encode()).hexdigest()[:DIGITS]

    def closure(self, reached):
        """All that is reached from some nodes, as texts."""
        found, waiting = set(), list(reached)
        while waiting:
            place = waiting.pop()
            if place not in found:
                found.add(place)
                waiting += self.nodes[place][1]
        return {self.nodes[place][0] for place in found}

    def said(self, thing, reached):
        """A thing's content as nested tuples; the code behind it goes to `reached`."""
        if type(thing) in PLAIN:
            return (type(thing).__name__, repr(thing))
        place = id(thing)
        if place in self.under_way:
            return ("around again", self.under_way[place])
        self.under_way[place] = len(self.under_way)
        try:
            return self.read(thing, reached)
        finally:
            del self.under_way[place]

    def read(self, thing, reached):
        """The content of what is more than a number or a text."""
        for kinds, way in WAYS:
            if isinstance(thing, kinds):
                return way(self, thing, reached)
        return of_object(self, thing, reached)

    def node(self, thing, label, content):
        """Note a piece of code once; `content(refers)` gives its text.

        Returns its place. `refers(name, other)` notes what it refers to.
        """
        place = id(thing)
        if place not in self.nodes:
            self.alive.append(thing)
            reached = set()
            self.nodes[place] = (label, reached)  # A function may call itself.

            def refers(name, other):
                self.note((label, name, self.said(other, reached)), reached)

            self.nodes[place] = (f"{label} {content(refers)}", reached)
        return place

    def note(self, content, reached):
        """Note a value that code refers to."""
        key = repr(content)
        self.nodes[key] = (key, set())
        reached.add(key)


def home(thing):
    """The module of a piece of code, by the name that others import it by."""
    name = thing.__module__
    spec = getattr(sys.modules.get(name), "__spec__", None)
    return spec.name if name == "__main__" and spec else name


def is_code(thing):
    return isinstance(thing, type | types.FunctionType | types.ModuleType)


def by_name(reader, thing, reached):
    """What comes from another package: its name and that package's major version."""
    module = getattr(thing, "__module__", None) or "builtins"
    name = getattr(thing, "__qualname__", None) or getattr(thing, "__name__", "")
    package = module.partition(".")[0]
    version = str(getattr(sys.modules.get(package), "__version__", ""))
    return ("from", package, major(version), module, name)


def major(version):
    """The part of a version that may change numbers: `"3"` of 3.15.1, `"0.8"` of 0.8.2."""
    parts = version.split(".")
    return ".".join(parts[:2] if parts[0] == "0" else parts[:1])


def of_array(reader, array, reached):
    array = np.asarray(array)
    if array.dtype == object:
        return (
            "array",
            array.shape,
            of_sequence(reader, array.ravel().tolist(), reached),
        )
    content = hashlib.sha256(np.ascontiguousarray(array).tobytes()).hexdigest()
    return ("array", array.dtype.str, array.shape, content)


def of_frame(reader, frame, reached):
    columns = [
        (str(frame.iloc[:, i].dtype), frame.iloc[:, i]) for i in range(frame.shape[1])
    ]
    return (
        "frame",
        reader.said(list(map(str, frame.columns)), reached),
        tuple((kind, of_series(reader, column, reached)) for kind, column in columns),
    )


def of_series(reader, series, reached):
    values = series.to_numpy()
    if values.dtype == object:
        values = np.array([repr(value) for value in values])
    return of_array(reader, values, reached)


def of_sparse(reader, matrix, reached):
    matrix = matrix.tocsr()
    parts = (matrix.shape, matrix.data, matrix.indices, matrix.indptr)
    return ("sparse", of_sequence(reader, parts, reached))


def of_sequence(reader, sequence, reached):
    return (
        type(sequence).__name__,
        tuple(reader.said(each, reached) for each in sequence),
    )


def of_set(reader, members, reached):
    return ("set", tuple(sorted(repr(reader.said(each, reached)) for each in members)))


def of_mapping(reader, mapping, reached):
    """Keys and values; their order does not count."""
    if "class_name" in mapping and isinstance(mapping.get("config"), Mapping):
        mapping = {**mapping, "config": without_labels(mapping["config"])}
    pairs = (
        (reader.said(key, reached), reader.said(value, reached))
        for key, value in mapping.items()
    )
    return ("mapping", tuple(sorted(pairs, key=repr)))


def of_partial(reader, partial, reached):
    parts = (partial.func, partial.args, partial.keywords)
    return ("partial", of_sequence(reader, parts, reached))


def of_method(reader, method, reached):
    if any(method.__self__ is generator for generator in PROCESS_WIDE):
        return by_name(reader, method.__func__, reached)  # Whatever was drawn before.
    return (
        "method",
        reader.said(method.__func__, reached),
        reader.said(method.__self__, reached),
    )


def of_module(reader, module, reached):
    """A module of ours by all that it defines; another by name and version."""
    package = module.__name__.partition(".")[0]
    if package != source.OURS:
        return (
            "module",
            module.__name__,
            major(str(getattr(module, "__version__", ""))),
        )
    defined = {
        name: value
        for name, value in vars(module).items()
        if is_code(value) and getattr(value, "__module__", None) == module.__name__
    }
    return ("module", of_mapping(reader, defined, reached))


def of_enum(reader, member, reached):
    return ("enum", type(member).__qualname__, member.name)


def of_function(reader, function, reached):
    """A function's place, and by value what it captured and its defaults."""
    if source.is_installed(function):
        return by_name(reader, function, reached)
    label = f"{home(function)}.{function.__qualname__}"

    def content(refers):
        tree = source.tree_of(function.__code__)
        if tree is None:  # Typed in, or made by another function.
            return repr(
                source.of_bytecode(function.__code__, function.__globals__, refers)
            )
        for name, other in source.named_in(tree, function):
            refers(name, other)
        return source.tree_text(tree)

    reached.add(reader.node(function.__code__, label, content))
    return (
        "function",
        label,
        reader.said(function.__defaults__, reached),
        reader.said(function.__kwdefaults__, reached),
        tuple(
            (name, reader.said(value, reached))
            for name, value in captured(function).items()
        ),
    )


def captured(function):
    """The variables of enclosing functions that a function uses, by name."""
    cells = {}
    for name, cell in zip(
        function.__code__.co_freevars, function.__closure__ or (), strict=False
    ):
        try:
            cells[name] = cell.cell_contents
        except ValueError:  # Not assigned yet.
            cells[name] = None
    cells.pop("__class__", None)
    return cells


def of_class(reader, cls, reached):
    """A class's place; its methods and attributes, and those of its bases, are read."""
    if source.is_installed(cls):
        return by_name(reader, cls, reached)
    label = f"{home(cls)}.{cls.__qualname__}"

    def content(refers):
        # Each reads its own: what Keras' classes derive from depends on the backend.
        names = [base.__qualname__ for base in cls.__bases__]
        for base in cls.__bases__:
            refers("base", base)
        for field in getattr(cls, "__dataclass_fields__", {}).values():
            refers(f"field {field.name}", (field.default, field.default_factory))
        for name, attribute in vars(cls).items():
            if name not in BOOKKEEPING and not is_generated(attribute):
                names.append(name)
                refers(name, attribute)
        return sorted(names)

    reached.add(reader.node(cls, label, content))
    return ("class", label)


def is_generated(attribute):
    """Whether a method has no text of its own, such as those of a dataclass."""
    code = getattr(attribute, "__code__", None)
    return code is not None and code.co_filename.startswith("<string>")


def of_property(reader, attribute, reached):
    parts = (attribute.fget, attribute.fset)
    return ("property", of_sequence(reader, parts, reached))


def of_wrapper(reader, wrapper, reached):
    """A static or class method, a cached property, a cached function."""
    inner = getattr(wrapper, "__wrapped__", None) or getattr(wrapper, "func", None)
    return (type(wrapper).__name__, reader.said(inner, reached))


def of_keras(reader, thing, reached):
    """A thing of Keras by its class, its configuration and what it keeps beside.

    What a loss keeps is read in place of what its configuration says of it: a loss
    within a loss, for example, with the code behind it.
    """
    state = thing.get_config()
    if isinstance(thing, keras.losses.Loss):
        state |= {n: v for n, v in vars(thing).items() if n not in OF_EVERY_LOSS}
    return (
        "made of",
        reader.said(type(thing), reached),
        reader.said(without_labels(state), reached),
    )


def without_labels(config):
    return {name: value for name, value in config.items() if name not in LABELS}


def of_object(reader, thing, reached):
    """Any other object by its class and its attributes."""
    if any(thing is generator for generator in PROCESS_WIDE):
        return ("of the process", type(thing).__name__)  # Whatever was drawn before.
    if callable(thing) and isinstance(getattr(thing, "__qualname__", None), str):
        if hasattr(thing, "__wrapped__") and not source.is_installed(thing):
            return of_wrapper(reader, thing, reached)  # Compiled from a text.
        return by_name(reader, thing, reached)  # Compiled, without one.
    if type(thing).__module__ == "builtins" and not hasattr(thing, "__dict__"):
        return ("builtin", type(thing).__name__, ADDRESS.sub("", repr(thing)))
    if keras.ops.is_tensor(thing) or isinstance(thing, keras.Variable):
        return of_array(reader, thing, reached)
    if dataclasses.is_dataclass(thing):
        state = {
            f.name: getattr(thing, f.name)
            for f in dataclasses.fields(thing)
            if f.compare
        }
    elif hasattr(thing, "__dict__"):
        state = vars(thing)
    else:
        try:
            state = pickle.dumps(thing)
        except Exception:
            state = None  # A lock, a stream: by its class alone.
    return ("made of", reader.said(type(thing), reached), reader.said(state, reached))


WAYS = (
    (types.FunctionType, of_function),
    (type, of_class),
    (types.ModuleType, of_module),
    (types.MethodType, of_method),
    (types.BuiltinFunctionType | np.ufunc, by_name),
    (functools.partial, of_partial),
    (property, of_property),
    (
        staticmethod
        | classmethod
        | functools.cached_property
        | functools._lru_cache_wrapper,
        of_wrapper,
    ),
    (np.ndarray | np.generic, of_array),
    (pd.DataFrame, of_frame),
    (pd.Series | pd.Index, of_series),
    (scipy.sparse.spmatrix | scipy.sparse.sparray, of_sparse),
    (enum.Enum, of_enum),
    (type(os.environ), lambda reader, environment, reached: ("environment",)),
    (Mapping, of_mapping),
    (list | tuple | range, of_sequence),
    (set | frozenset, of_set),
    (
        keras.losses.Loss
        | keras.optimizers.Optimizer
        | keras.Layer
        | keras.metrics.Metric
        | keras.initializers.Initializer
        | keras.regularizers.Regularizer
        | keras.optimizers.schedules.LearningRateSchedule,
        of_keras,
    ),
)
