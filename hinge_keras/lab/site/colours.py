"""The colour of each arm, as in the figures: the site's charts have no colours of their own."""

from collections.abc import Iterable

from hinge_keras.lab.figures.colours import looks


def colours(names: Iterable[str]) -> dict[str, str]:
    """A colour for each name, that of its loss."""
    return {name: look.colour for name, look in looks(names).items()}
