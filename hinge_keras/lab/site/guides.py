"""Guides and prose in Markdown, as HTML that no text in them can break out of."""

from pathlib import Path
from typing import NamedTuple

from markdown_it import MarkdownIt
from markupsafe import Markup

PROSE = MarkdownIt("commonmark", {"html": False}).enable("table")


class Guide(NamedTuple):
    """A guide.

    Attributes:
        name: The stem of its file, and of its page.
        title: Its first line.
        text: What follows, as HTML.
        about: Its first paragraph, as text.
    """

    name: str
    title: str
    text: Markup
    about: str


def html(markdown: str) -> Markup:
    """Markdown as HTML, tags in it escaped, wide tables and code to be scrolled."""
    text = PROSE.render(markdown)
    text = text.replace("<table>", '<div class="wide" tabindex="0"><table>')
    text = text.replace("</table>", "</table></div>")
    return Markup(text.replace("<pre>", '<pre tabindex="0">'))


def inline(markdown: str) -> Markup:
    """A sentence in Markdown as HTML."""
    return Markup(PROSE.renderInline(markdown))


def guides(folder: Path) -> list[Guide]:
    """Every guide of a folder, in the order of their names."""
    return [guide(path) for path in sorted(folder.glob("*.md"))]


def guide(path: Path) -> Guide:
    """A guide from its file, whose first line is its title."""
    first, _, rest = path.read_text().partition("\n")
    about = " ".join(rest.strip().split("\n\n")[0].split())
    return Guide(path.stem, first.removeprefix("# ").strip(), html(rest), about)
