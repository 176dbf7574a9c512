"""The published studies as the site reads them: manifests, tables, figures."""

import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pandas as pd
from pandas.api.types import is_numeric_dtype

from hinge_keras.lab import analysis
from hinge_keras.lab.tables import state, view

NUMBERS = {*analysis.PAIRED, "family", *analysis.claims.COLUMNS} - {
    *("a", "b", "unit", "claim", "source", "on", "verdict", "why"),
}
DRAWN = re.compile(r"!\[[^]]*\]\(([^)/]+)\.png\)")
APART = {"trials", "curves", "summary", "claims"}  # Tables with a place of their own.


@dataclass(frozen=True)
class Study:
    """A study's folder.

    Attributes:
        name: Its path below the folder of results.
        folder: Where it lies.
    """

    name: str
    folder: Path

    @cached_property
    def said(self) -> dict:
        """What its manifest says; a text that is not there is `""`."""
        texts = (
            "question",
            "finding",
            "story",
            "notes",
            "overturned",
            "means",
            "recipe",
        )
        said = dict.fromkeys(texts, "") | view.manifest(self.folder)
        # Studies lie to each other as their folders do, under another name of the page.
        return said | {"notes": said["notes"].replace("/README.md)", "/index.html)")}

    @cached_property
    def page(self) -> str:
        """Its page in Markdown."""
        path = self.folder / "README.md"
        return path.read_text() if path.exists() else ""

    @property
    def setting(self) -> str:
        """What was run, the last section of its page, in Markdown."""
        return self.page.partition("\n## Setting\n")[2]

    @property
    def figures(self) -> list[str]:
        """The stems of its figures, in the order of its page."""
        there = {Path(n).stem for n in self.said.get("files", ()) if n.endswith(".png")}
        shown = [stem for stem in DRAWN.findall(self.page) if stem in there]
        return [*dict.fromkeys(shown), *sorted(there - {*shown})]

    def table(self, name: str) -> pd.DataFrame:
        """A published table by its stem; empty if there is none."""
        return read(self.folder / f"{name}.csv")

    @cached_property
    def summary(self) -> pd.DataFrame:
        return self.table("summary")

    @cached_property
    def claims(self) -> pd.DataFrame:
        return self.table("claims")

    @cached_property
    def trials(self) -> pd.DataFrame:
        return self.table("trials")

    @cached_property
    def curves(self) -> pd.DataFrame:
        return self.table("curves")

    @property
    def others(self) -> list[str]:
        """The stems of its further tables."""
        files = sorted(self.said.get("files", ()))
        return [
            Path(n).stem
            for n in files
            if n.endswith(".csv") and Path(n).stem not in APART
        ]

    @property
    def of_whole(self) -> bool:
        """Whether it was trained at the budget that was published."""
        return self.name.startswith(f"{state.PUBLISHED_BUDGET}/")

    @property
    def script(self) -> str:
        """The study's name without the folder of the published budget."""
        return self.name.removeprefix(f"{state.PUBLISHED_BUDGET}/")


def read(path: Path) -> pd.DataFrame:
    """A published table whose columns of numbers are numbers; empty if there is none."""
    try:
        table = pd.read_csv(path, keep_default_na=False)
    except (FileNotFoundError, pd.errors.EmptyDataError):
        return pd.DataFrame()
    texts = [name for name in table if not is_numeric_dtype(table[name])]
    return table.assign(**{name: numeric(table[name], name) for name in texts})


def numeric(texts: pd.Series, name: str) -> pd.Series:
    """A column of texts, made numbers if nothing in it is another text."""
    values = [value for value in texts.unique() if value != ""]
    if not values and name not in NUMBERS:
        return texts
    try:
        numbers = {value: float(value) for value in values}
    except ValueError:
        return texts
    return texts.map(numbers)


def published(results: Path) -> dict[str, Study]:
    """Every study with a whole manifest below a folder of results, by name."""
    found = {}
    for path in sorted(results.glob(f"**/{view.MANIFEST}")):
        name = path.parent.relative_to(results).as_posix()
        if name != "." and view.manifest(path.parent):
            found[name] = Study(name, path.parent)
    return found
