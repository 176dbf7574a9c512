"""How a benchmark leaves what it measured."""

import csv


def write(path, rows):
    """Rows as a CSV file, the columns of the first in its order."""
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, rows[0], lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
