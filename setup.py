"""The long description: README.md with links that lead somewhere from anywhere.

All else is in pyproject.toml.
"""

import re
from pathlib import Path

from setuptools import setup

HOME = "https://github.com/hinge-keras/hinge_keras"
LINK = re.compile(r"(!?)\[([^\]]*)\]\((?!https?:|#)([^)]+)\)")


def absolute(page):
    """A page whose relative links and pictures have the repository's address."""

    def led(found):
        picture, text, path = found.groups()
        kind = "raw" if picture else "blob"
        return f"{picture}[{text}]({HOME}/{kind}/main/{path})"

    return LINK.sub(led, page)


if __name__ == "__main__":
    setup(
        long_description=absolute(Path(__file__).with_name("README.md").read_text()),
        long_description_content_type="text/markdown",
    )
