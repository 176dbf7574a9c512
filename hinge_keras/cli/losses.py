"""Every loss in a line, or one of them whole."""

import inspect
import math
import re

from hinge_keras.cli.terminal import console, refused_name, say_json

ITEM = re.compile(r"^ {4}(\w+): ", re.MULTILINE)


def show(name, as_json):
    """Show every loss, or the one of that name."""
    from hinge_keras import losses
    from hinge_keras.configured import snake_case

    if name is None:
        told = [described(cls) for cls in losses.LOSSES.classes.values()]
        say_json(told) if as_json else say_all(told)
        return 0
    every = losses.LOSSES.classes
    accepted = {
        name: cls for known, cls in every.items() for name in (cls.__name__, known)
    }
    found = accepted.get(name) or every.get(snake_case(name.replace("-", "_")))
    if found is None:
        raise refused_name("loss", name, [cls.__name__ for cls in every.values()])
    told = described(found)
    say_json(told) if as_json else say_one(told)
    return 0


def described(cls):
    """What its class and its docstring say of a loss."""
    from hinge_keras.losses import examples

    loss = examples.example(cls)
    text = inspect.getdoc(cls)
    first, *rest = text.split("\n\n")
    return {
        "name": cls.__name__,
        "told": " ".join(first.split()),
        "room": cls.__module__.rpartition(".")[2],
        "arguments": arguments(cls, text),
        "facts": {
            "convex": loss.convex,
            "calibrated": loss.calibrated,
            "zero_from": loss.zero_from,
            "lipschitz": getattr(loss, "lipschitz", None),
            "smoothness": getattr(loss, "smoothness", None),
        },
        "of": repr(loss),
        "more": [" ".join(p.split()) for p in rest[:-1] if is_prose(p)],
        "source": examples.source(cls) if rest else "",
    }


def is_prose(paragraph):
    return not paragraph.startswith(("Args:", ">>>", "Raises:"))


def arguments(cls, text):
    """Each argument of a class with its default and what its docstring says of it."""
    section = next((p for p in text.split("\n\n") if p.startswith("Args:")), "")
    _, *parts = ITEM.split(section)
    said = dict(zip(parts[::2], parts[1::2], strict=True))
    found = inspect.signature(cls).parameters.values()
    return [
        {
            "name": each.name,
            "default": "needed" if each.default is each.empty else repr(each.default),
            "told": " ".join(said.get(each.name, "").split()),
        }
        for each in found
    ]


def say_all(told):
    from rich.table import Table

    table = Table(box=None, padding=(0, 1, 0, 0), show_edge=False)
    table.add_column("loss", no_wrap=True)
    table.add_column("what it is", ratio=1)
    for name in ("convex", "calibrated"):
        table.add_column(name, no_wrap=True)
    for each in told:
        facts = each["facts"]
        row = [word(facts["convex"]), word(facts["calibrated"])]
        table.add_row(each["name"], each["told"], *row)
    out = console()
    out.print(table)
    out.print("\nOne of them whole: hinge-keras losses Hinge")


def say_one(told):
    from rich.padding import Padding

    out = console()
    out.print(told["name"], style="bold")
    for paragraph in (told["told"], *told["more"]):
        out.print(paragraph)
    out.print("\narguments", style="bold")
    own = [each for each in told["arguments"] if each["told"]]
    for each in own:
        line = f"{each['name']} ({each['default']}): {each['told']}"
        out.print(Padding(line, (0, 0, 0, 2)))
    shared = ", ".join(e["name"] for e in told["arguments"] if not e["told"])
    out.print(Padding(f"and, as every loss of its kind: {shared}", (0, 0, 0, 2)))
    out.print(f"\nfacts of {told['of']}", style="bold")
    for name, value in told["facts"].items():
        if value is not None or name == "calibrated":
            endless = "never" if name == "zero_from" else "infinite"
            out.print(f"  {name.replace('_', ' ')}: {word(value, endless)}")
    if told["source"]:
        out.print("\nsource", style="bold")
        out.print(Padding(told["source"], (0, 0, 0, 2)))


def word(value, endless="infinite"):
    """A fact in a word."""
    if isinstance(value, float):
        return endless if math.isinf(value) else f"{value:g}"
    return {True: "yes", False: "no", None: "open"}[value]
