"""The reference of the public names, from their signatures and docstrings."""

import functools
import importlib
import inspect
import re
from dataclasses import dataclass

import pdoc.docstrings
from markupsafe import Markup

from hinge_keras.lab.site.guides import html

# The rooms of the reference and the modules whose public names they hold.
ROOMS = {
    "losses": ("Losses", "hinge_keras.losses"),
    "metrics": ("Metrics", "hinge_keras.metrics"),
    "layers": ("Layers", "hinge_keras.layers"),
    "calibration": ("Calibration", "hinge_keras.calibration"),
    "check": ("Checks", "hinge_keras.check"),
    "svm": ("Linear machines", "hinge_keras.svm"),
    "compare": ("Comparing on your data", "hinge_keras.lab.compare"),
    "lab": ("The laboratory", "hinge_keras.lab"),
}
DOCTEST = re.compile(r"^( *>>> .*(?:\n(?! *\n).*)*)", re.MULTILINE)
HEADING = re.compile(r"<h6>(.*?):?</h6>")
INHERITED = ("call", "get_config", "from_config", "compute_output_spec", "build")


@dataclass(frozen=True)
class Entry:
    """A public name, or a member of a class.

    Attributes:
        name: Its name.
        kind: What it is, in a word.
        signature: How it is called.
        text: Its docstring as HTML.
        members: Those of a class that it defines itself and describes.
    """

    name: str
    kind: str
    signature: str
    text: Markup
    members: list["Entry"]


@dataclass(frozen=True)
class Room:
    """A page of the reference."""

    name: str
    title: str
    module: str
    text: Markup
    entries: list[Entry]


def rooms() -> list[Room]:
    """Every page of the reference."""
    return [room(name, title, module) for name, (title, module) in ROOMS.items()]


def room(name: str, title: str, module: str) -> Room:
    """The page of a module's public names."""
    found = importlib.import_module(module)
    things = {each: getattr(found, each) for each in public(found)}
    entries = [entry(each, thing) for each, thing in things.items() if callable(thing)]
    return Room(name, title, module, prose(inspect.getdoc(found)), entries)


def public(module) -> list[str]:
    """A module's public names: those it lists, else those that it takes from its rooms."""
    if hasattr(module, "__all__"):
        return sorted({*module.__all__})
    return sorted(
        name
        for name, thing in vars(module).items()
        if not name.startswith("_")
        and getattr(thing, "__module__", "").startswith(module.__name__)
    )


def entry(name: str, thing) -> Entry:
    """A public name's entry."""
    kind = "class" if inspect.isclass(thing) else "function"
    members = [
        member(each, own)
        for each, own in (vars(thing).items() if kind == "class" else ())
        if not each.startswith("_") and each not in INHERITED
    ]
    text = prose(inspect.getdoc(thing))
    return Entry(
        name, kind, signature(thing), text, [own for own in members if own.text]
    )


def member(name: str, thing) -> Entry:
    """The entry of a method or attribute, without a text if nothing describes it."""
    thing = getattr(thing, "__func__", thing)  # Of a class or static method.
    is_called = inspect.isfunction(thing)
    shape = shorter(signature(thing)) if is_called else ""
    described = is_called or isinstance(thing, property | functools.cached_property)
    text = prose(inspect.getdoc(thing)) if described else Markup("")
    return Entry(name, "method" if is_called else "attribute", shape, text, [])


def signature(thing) -> str:
    """How something is called, without its types, which the text says."""
    try:
        found = inspect.signature(thing)
    except (TypeError, ValueError):
        return "(...)"
    bare = [each.replace(annotation=each.empty) for each in found.parameters.values()]
    return str(found.replace(parameters=bare, return_annotation=found.empty))


def shorter(text: str) -> str:
    """A signature without the object itself."""
    return re.sub(r"^\((self|cls)(, )?", "(", text)


@functools.cache
def prose(docstring: str | None) -> Markup:
    """A docstring in the style of the house as HTML, its examples as code."""
    if not docstring:
        return Markup("")
    text = DOCTEST.sub(lambda found: f"```pycon\n{found[1]}\n```", docstring)
    told = html(pdoc.docstrings.convert(text, "google", None))
    return Markup(HEADING.sub(r'<p class="label">\1</p>', str(told)))
