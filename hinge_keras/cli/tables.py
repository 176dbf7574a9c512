"""A user's file as a table, its cells as they were written."""

import csv
import itertools
import re
from pathlib import Path

from hinge_keras.cli.terminal import FAILED, Refused

PARQUET = (".parquet", ".pq")
COMPRESSED = (".gz", ".bz2", ".xz", ".zip", ".zst")
SEPARATORS = ",;\t|"
PLAIN = re.compile(r"[-+]?(?:(?:0|[1-9]\d*)(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d+)?")
# What says of a row that its label is not known.
NO_LABEL = ("", "?", "na", "n/a", "#n/a", "nan", "nat", "null", "<na>")
SNIFFED = 2**16


def read(path, header=True):
    """A table, and what is to be said of how it was read.

    Args:
        path: A CSV or TSV file, compressed or not, or Parquet.
        header: Whether the first row names the columns; else they are numbered from 1.
    """
    import pandas as pd

    path = Path(path)
    if not path.is_file():
        raise Refused(f"there is no file {path}")
    try:
        if path.suffix.lower() in PARQUET:
            return parquet(path), []
        return written(path, header)
    except (pd.errors.ParserError, pd.errors.EmptyDataError, OSError) as error:
        message = str(error).strip().splitlines()[-1]
        raise Refused(f"{path} cannot be read as a table: {message}", FAILED) from None


def parquet(path):
    import pandas as pd

    try:
        import pyarrow
    except ImportError:
        raise Refused(
            f'{path} needs pyarrow to be read: pip install "hinge_keras[parquet]"'
        ) from None
    return pd.read_parquet(path, engine=pyarrow.__name__)


def written(path, header):
    """A table of text; what is all plain numbers becomes numbers."""
    import pandas as pd
    from pandas.io.common import get_handle

    told = []
    for encoding in ("utf-8-sig", "cp1252", "latin-1"):
        try:
            with get_handle(path, "r", encoding=encoding, compression="infer") as file:
                start = file.handle.read(SNIFFED)
                for _ in iter(lambda file=file: file.handle.read(SNIFFED), ""):
                    """Read to the end: an odd character may stand in the last row."""
            break
        except UnicodeDecodeError:
            continue
    if encoding != "utf-8-sig":
        told.append(f"it is not written in UTF-8 and is read as {encoding}")
    if "\0" in start:
        raise Refused(f"{path} is no text; accepted are CSV, TSV and Parquet", FAILED)
    separator = separated(start)
    frame = pd.read_csv(
        path,
        sep=separator,
        header=0 if header else None,
        dtype=str,
        keep_default_na=False,
        encoding=encoding,
        skipinitialspace=True,
        quoting=csv.QUOTE_NONE if quoteless(start, separator) else csv.QUOTE_MINIMAL,
    )
    if not isinstance(frame.index, pd.RangeIndex):
        raise Refused(
            f"{path} has rows of {frame.shape[1] + frame.index.nlevels} cells and "
            f"{frame.shape[1]} names; accepted is a name for each column",
            FAILED,
        )
    if header:
        frame.columns = [str(name).strip() for name in frame.columns]
    else:
        frame.columns = [str(place + 1) for place in range(frame.shape[1])]
    if separator != ",":
        told.append(f"its cells are separated by {separator!r}")
    if header and is_data(frame.columns):
        told.append(
            "its first row, taken for names, holds numbers: if it is a row of data, use "
            "--no-header, which numbers the columns from 1"
        )
    return frame.apply(numbers), told


def is_data(names):
    """Whether what should be names looks like a row of data."""
    return any(PLAIN.fullmatch(str(name)) for name in names)


def separated(start):
    """What separates the cells: what cuts most lines into equally many."""
    lines = list(itertools.islice(filter(None, start.splitlines()), 50))
    best, most = ",", 0
    for mark in SEPARATORS:
        counts = [len(row) for row in csv.reader(lines, delimiter=mark)]
        alike = max(counts, key=counts.count, default=1)
        if alike > 1 and counts.count(alike) > most:
            best, most = mark, counts.count(alike)
    return best


def quoteless(start, separator):
    """Whether quotes are part of the text, as in many files of tabs."""
    return separator == "\t" and start.count('"') % 2 == 1


def numbers(column):
    """A column of plain numbers and gaps as numbers; a leading zero makes a code."""
    import pandas as pd

    cells = column.str.strip()
    distinct = [cell for cell in cells.unique() if cell]
    if distinct and all(map(PLAIN.fullmatch, distinct)):
        return pd.to_numeric(cells.replace("", None))
    return column


def labelled(frame, target):
    """The rows whose label is known, and how many are not."""
    labels = frame[target]
    gaps = labels.isna() | labels.astype(str).str.strip().str.lower().isin(NO_LABEL)
    return frame[~gaps].reset_index(drop=True), int(gaps.sum())
