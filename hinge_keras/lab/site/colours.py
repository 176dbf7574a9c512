"""The colour of each arm, as in the figures: the site's charts have no colours of their own."""

from collections.abc import Iterable

try:
    from hinge_keras.lab.figures.colours import looks
except ImportError:  # Figures that give colours by order of appearance.
    from hinge_keras.lab.figures.canvas import colour_of

    looks = None


def colours(names: Iterable[str]) -> dict[str, str]:
    """A colour for each name, that of its loss."""
    names = list(dict.fromkeys(names))
    if looks is None:
        return colour_of(names)
    return {name: look.colour for name, look in looks(names).items()}
