"""The whole site from a folder of results, into a folder that a browser opens."""

import json
import re
import shutil
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

import pandas as pd
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from hinge_keras.lab.page import index
from hinge_keras.lab.page.columns import COLUMNS, MEASURES
from hinge_keras.lab.site import cards, claims, guides, posts, reference, situations
from hinge_keras.lab.site.colours import colours
from hinge_keras.lab.site.rules import RULES
from hinge_keras.lab.site.studies import Study, published

STATIC = Path(__file__).with_name("static")
ROOT = Path(__file__).parents[3]
MARK = "built-by-hinge-keras.txt"  # In a folder that may be built again.
PICTURE, READINGS = "circles/post", "readings"  # The table of the picture that matters.


class Sources(NamedTuple):
    """What the site is built from beside the results.

    Attributes:
        documents: What pages and papers say, a table.
        reading: The reading list, a page with lists of studies under headings.
        guides: A folder of guides in Markdown.
        recipes: A folder of the scripts that studies name as what follows.
    """

    documents: Path = ROOT / "experiments" / "documents.csv"
    reading: Path = ROOT / "experiments" / "README.md"
    guides: Path = ROOT / "docs"
    recipes: Path = ROOT / "experiments" / "recipes"


class Chapter(NamedTuple):
    """Studies of the reading list under one heading."""

    title: str
    studies: list[Study]


def build(
    results: Path | str, folder: Path | str, sources: Sources | None = None
) -> Path:
    """Build the site; its first page.

    Args:
        results: The folder of published results.
        folder: Where to, replaced if a site was built there before.
        sources: What it is built from beside the results.

    Raises:
        ValueError: If the folder has something else in it.
    """
    results, folder = Path(results), Path(folder)
    half = folder.with_name(f"{folder.name}.half")
    for place in (half, folder):
        if place.exists() and any(place.iterdir()) and not (place / MARK).exists():
            raise ValueError(
                f"folder is {str(place)!r}, which holds other files; accepted is a new "
                "one, or one that a site was built in."
            )
    shutil.rmtree(half, ignore_errors=True)
    half.mkdir(parents=True)
    (half / MARK).write_text("Built by `make site`; edits are overwritten.\n")
    shutil.copytree(STATIC, half / "static")
    Site(half).write(results, sources or Sources())
    shutil.rmtree(folder, ignore_errors=True)
    half.rename(folder)
    return folder / "index.html"


class Site:
    """Pages written into a folder.

    Args:
        folder: Where to.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.templates = Environment(
            loader=PackageLoader("hinge_keras.lab.site"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self.templates.filters["json"] = as_script
        self.templates.filters["markdown"] = guides.html
        self.templates.filters["inline"] = guides.inline
        self.templates.filters["breakable"] = breakable

    def write(self, results: Path, sources: Sources) -> None:
        """Write every page."""
        studies = published(results)
        listed = claims.documents(sources.documents)
        rows = claims.judged(results, listed, studies)
        told = guides.guides(sources.guides)
        self.home(studies, rows, told)
        self.claims(rows, studies, listed)
        order = chapters(sources.reading, studies)
        self.studies(studies, rows, listed, order, sources.recipes)
        self.losses(results, studies)
        self.guides(told)
        self.reference()

    def page(self, path: str, template: str, **context: object) -> None:
        """Write a page, whose links lead to `root`."""
        file = self.folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        root = "../" * path.count("/")
        text = self.templates.get_template(template).render(
            root=root, path=path, **context
        )
        file.write_text(text)

    def home(self, studies: Mapping[str, Study], rows, told) -> None:
        """The first page: which loss to use, and the picture that matters."""
        self.page(
            "index.html",
            "home.html",
            answers=situations.answers(studies),
            picture=picture(studies.get(PICTURE)),
            studies=len(studies),
            claims=len(rows),
            guides=told,
        )

    def claims(self, rows, studies, listed) -> None:
        """Claims, what is repeated, and what has no verdict."""
        self.page(
            "claims.html",
            "claims.html",
            claims=rows,
            statements=claims.repeated(studies),
            unjudged=claims.unjudged(listed, studies),
            studies=studies,
        )

    def studies(self, studies, rows, listed, order, recipes) -> None:
        """A page a study, and the list of them."""
        with ThreadPoolExecutor() as pool:  # Figures are compressed side by side.
            made = pool.map(
                lambda study: posts.post(study, studies, rows, listed, recipes),
                studies.values(),
            )
            for post in made:
                self.post(post)
        self.page("studies/index.html", "studies.html", chapters=order)

    def post(self, post: posts.Post) -> None:
        """A study's page and its figures."""
        name = post.study.name
        here = self.folder / "studies" / name
        here.mkdir(parents=True, exist_ok=True)
        for figure in post.figures:
            (here / f"{figure.stem}.webp").write_bytes(figure.content)
        self.page(
            f"studies/{name}/index.html", "post.html", post=post, study=post.study
        )

    def losses(self, results: Path, studies: Mapping[str, Study]) -> None:
        """A card a loss, and all of them on a page."""
        made = cards.cards(results / "gallery", studies)
        for card in made:
            self.page(f"losses/{card.name}.html", "loss.html", card=card)
        self.page("losses/index.html", "losses.html", cards=made, kinds=cards.KINDS)

    def guides(self, told: list[guides.Guide]) -> None:
        """The guides, and the method with the words for every column and verdict."""
        for guide in told:
            if guide.name != "method":
                self.page(f"guides/{guide.name}.html", "guide.html", guide=guide)
        others = [guide for guide in told if guide.name != "method"]
        self.page("guides/index.html", "guides.html", guides=others)
        method = next((guide for guide in told if guide.name == "method"), None)
        headers = {each.text: each for each in (*COLUMNS.values(), *MEASURES.values())}
        explained = sorted(
            (each for each in headers.values() if each.explained),
            key=lambda each: each.text.lower(),
        )
        self.page(
            "method.html", "method.html", guide=method, rules=RULES, headers=explained
        )

    def reference(self) -> None:
        """The reference of the public names."""
        found = reference.rooms()
        for room in found:
            self.page(
                f"reference/{room.name}.html", "room.html", room=room, rooms=found
            )
        self.page("reference/index.html", "reference.html", rooms=found)


def chapters(reading: Path, studies: Mapping[str, Study]) -> list[Chapter]:
    """The studies under the headings of the reading list; the others at the end."""
    page = reading.read_text() if reading.exists() else ""
    found, seen = [], set()
    for part in page.split("\n## ")[1:]:
        names = [name for name in index.listed(part) if name in studies]
        seen.update(names)
        if names:
            title = part.partition("\n")[0].strip()
            found.append(Chapter(title, [studies[name] for name in names]))
    rest = [study for name, study in studies.items() if name not in seen]
    return [*found, Chapter("Others", rest)] if rest else found


def picture(study: Study | None) -> dict | None:
    """The same models by several rulers, as JSON has it; `None` if not published."""
    table = pd.DataFrame() if study is None else study.table(READINGS)
    if study is None or table.empty:
        return None
    rulers = [name for name in table if name != "arm"]
    found = colours(table["arm"])
    return {
        "study": study.name,
        "question": study.said["question"],
        "finding": study.said["finding"],
        "rulers": rulers,
        "arms": [
            {"arm": row["arm"], "colour": found[row["arm"]],
             "values": [row[ruler] for ruler in rulers]}
            for row in table.to_dict("records")
        ],
    }  # fmt: skip


def breakable(name: str) -> Markup:
    """The name of a class, which a narrow column may break between its words."""
    return Markup("<wbr>").join(re.split(r"(?<=[a-z])(?=[A-Z])", name))


def as_script(content: object) -> Markup:
    """JSON that may stand inside a script element, whatever its texts hold."""
    text = json.dumps(
        content, separators=(",", ":"), allow_nan=False, ensure_ascii=False
    )
    for sign in ("<", ">", "&", "\u2028", "\u2029"):
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return Markup(text)
