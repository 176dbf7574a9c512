"""A study as a post: what its page shows, from its folder alone."""

import io
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
from PIL import Image

from hinge_keras.lab import analysis
from hinge_keras.lab.page import words
from hinge_keras.lab.site import claims, courses
from hinge_keras.lab.site.claims import Claim
from hinge_keras.lab.site.studies import Study
from hinge_keras.lab.site.tables import Table, shown
from hinge_keras.lab.tables import state
from hinge_keras.lab.tables.schema import SEED

QUALITY, EFFORT = 80, 2  # Of figures as WebP, a third of the size of their files.


@dataclass(frozen=True)
class Figure:
    """A figure of a post: what it is called, its size, its file's content."""

    stem: str
    width: int
    height: int
    content: bytes


@dataclass(frozen=True)
class Post:
    """What a study's page shows.

    Attributes:
        study: The study.
        sources: Who claimed what it tries, with links.
        claims: What came of each claim.
        figures: Its figures, the first the one that matters.
        charts: What its charts draw, or `None`.
        summary: Its comparisons or what else sums it up.
        tables: Its further tables.
        size: How many pairs, seeds and trials it rests on, in words.
        family: What its tests were corrected for, in words.
        other: The study at the other budget, `""` if there is none.
        command: What runs it.
        recipe: The script that does what follows from it, `""` if there is none.
    """

    study: Study
    sources: list[dict]
    claims: list[Claim]
    figures: list[Figure]
    charts: dict | None
    summary: Table | None
    tables: list[Table]
    size: str
    family: str
    other: str
    command: str
    recipe: str


def post(
    study: Study,
    studies: Mapping[str, Study],
    rows: list[Claim],
    listed: pd.DataFrame,
    recipes: Path,
) -> Post:
    """A study's page.

    Args:
        study: The study.
        studies: All of them, by name.
        rows: The published claims of all studies.
        listed: What pages and papers say.
        recipes: A folder of scripts that studies name.
    """
    own = [row for row in rows if row.study == study.name]
    return Post(
        study=study,
        sources=claims.sources_of(study.script, listed, own),
        claims=own,
        figures=[figure(study, stem) for stem in study.figures],
        charts=courses.charts(study),
        summary=summary(study.summary),
        tables=[
            shown(words_of(stem), told(study.table(stem))) for stem in study.others
        ],
        size=size(study),
        family=family(study.summary),
        other=other(study, studies),
        command=command(study),
        recipe=recipe(study.said["recipe"], recipes),
    )


def size(study: Study) -> str:
    """What a study's answer rests on, in words."""
    told = []
    pairs = study.summary.get("pairs", pd.Series(dtype=float)).dropna()
    if len(pairs):
        told.append(f"n = {ranged(pairs)} pairs a comparison")
    trials = study.trials
    if len(trials):
        if not told:
            told.append(f"n = {trials[SEED].nunique()} seeds")
        told.append(f"{len(trials):,} trials")
    elif not told:
        told.append(f"n = {len(study.summary)} rows")
    return ", ".join(told)


def ranged(numbers: pd.Series) -> str:
    """The least and the greatest of some whole numbers."""
    low, high = int(numbers.min()), int(numbers.max())
    return str(low) if low == high else f"{low} to {high}"


def family(table: pd.DataFrame) -> str:
    """What the tests of a table were corrected for, `""` if it has none."""
    tests = table.get("family", pd.Series(dtype=float)).dropna()
    if tests.empty:
        return ""
    return (
        f"Each test is corrected for a family of {ranged(tests)}, so that all intervals "
        "of a family hold at once, 95 times in 100."
    )


def recipe(named: str, recipes: Path) -> str:
    """The text of a script that a study names, or gives itself."""
    if "\n" in named:
        return named
    path = recipes / f"{named}.py"
    inside = path.resolve().parent == recipes.resolve()
    return path.read_text() if named and inside and path.is_file() else ""


def words_of(stem: str) -> str:
    """The stem of a file as words."""
    return stem.replace("_", " ").capitalize()


def summary(table: pd.DataFrame) -> Table | None:
    """What sums a study up; `None` if nothing does."""
    if table.empty:
        return None
    compared = {*analysis.SAID} <= {*table}
    return shown("Comparisons" if compared else "Summary", told(table))


def told(table: pd.DataFrame) -> pd.DataFrame:
    """A table whose comparisons are in words, without addresses."""
    if {*analysis.SAID, *analysis.PAIRED} <= {*table}:
        return words.comparisons(table)
    return table.drop(columns="link", errors="ignore")


def figure(study: Study, stem: str) -> Figure:
    """A figure of a study, made smaller for a page."""
    file = io.BytesIO()
    with Image.open(study.folder / f"{stem}.png") as picture:
        picture.convert("RGB").save(file, "WEBP", quality=QUALITY, method=EFFORT)
        width, height = picture.size
    return Figure(stem, width, height, file.getvalue())


def other(study: Study, studies: Mapping[str, Study]) -> str:
    """The name of the same study at the other budget, if it is published."""
    name = study.script if study.of_whole else f"{state.PUBLISHED_BUDGET}/{study.name}"
    return name if name in studies else ""


def command(study: Study) -> str:
    """What runs a study on a command line."""
    before = "FULL=1 " if study.of_whole else ""
    return f"{before}python -m experiments {study.script}"
