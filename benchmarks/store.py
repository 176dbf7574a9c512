"""What the archive of trials costs, beside SQLite, from 1,000 to 1,000,000 trials.

    python -m benchmarks.store [MOST]

Each size in a process of its own: trials with curves of 30 epochs are added in blocks
of 1,000, each on disk before the next; the archive is opened again and asked what is
missing (resume); every trial is read and published as tables; and a cut of the last
tenth of the file shows how many trials are left. `store.csv` has the table.
"""

import csv
import resource
import sqlite3
import subprocess
import sys
import tempfile
import time
from pathlib import Path

TABLE = Path(__file__).with_suffix(".csv")
SIZES = (1_000, 10_000, 100_000, 1_000_000)
BLOCK, EPOCHS = 1_000, 30
COLUMNS = [
    *("store", "trials", "add_s", "resume_s", "publish_s", "megabytes"),
    *("resume_memory_mb", "memory_mb", "left_of_a_cut"),
]


def records(start, stop):
    """Made-up trials: what 30 epochs of two measures on two splits leave."""
    import numpy as np

    from hinge_keras.lab.tables.archive import Record

    rng = np.random.default_rng(start)
    names = [f"{s}_{m}" for s in ("train", "validation") for m in ("loss", "accuracy")]
    curves = rng.random((stop - start, len(names), EPOCHS), dtype="float32")
    values = [*names, "test_loss", "test_accuracy"]
    for i, curve in zip(range(start, stop), curves, strict=True):
        yield (
            f"{i:016x}",
            Record(
                "done",
                EPOCHS,
                0.01,
                dict(zip(values, rng.random(len(values)).tolist(), strict=True)),
                dict(zip(names, curve, strict=True)),
                environment={"keras": "3.15.1"},
            ),
        )


def cells(trials):
    """What each trial is: 50 arms at 4 rates, the rest seeds."""
    for i in range(trials):
        yield (
            f"{i:016x}",
            {
                "dataset": "d",
                "model": "m",
                "arm": f"arm {i % 50}",
                "learning_rate": 10.0 ** -(1 + i // 50 % 4),
                "seed": i // 200,
            },
        )


class Lines:
    """The archive that the laboratory uses."""

    def __init__(self, folder):
        self.path = folder / "trials.log"

    def fill(self, trials):
        from hinge_keras.lab.tables.archive import Archive

        with Archive(self.path) as archive:
            for start in range(0, trials, BLOCK):
                archive.add(dict(records(start, min(start + BLOCK, trials))))

    def resume(self, keys):
        from hinge_keras.lab.tables.archive import Archive

        with Archive(self.path) as archive:
            return sum(key not in archive for key in keys)

    def read(self, keys):
        from hinge_keras.lab.tables.archive import Archive

        return Archive(self.path).records(keys)

    def left(self):
        from hinge_keras.lab.tables.archive import Archive

        return len(Archive(self.path))


class SQLite:
    """The same lines in a table, with a log written ahead."""

    def __init__(self, folder):
        self.path = folder / "trials.sqlite"

    def connected(self):
        connection = sqlite3.connect(self.path)
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute(
            "CREATE TABLE IF NOT EXISTS trials (key TEXT PRIMARY KEY, line BLOB)"
        )
        return connection

    def fill(self, trials):
        from hinge_keras.lab.tables.archive import encoded

        connection = self.connected()
        for start in range(0, trials, BLOCK):
            block = records(start, min(start + BLOCK, trials))
            lines = [(key, encoded(key, record)) for key, record in block]
            with connection:
                connection.executemany("INSERT INTO trials VALUES (?, ?)", lines)
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.close()

    def resume(self, keys):
        """Like the archive's, it checks every line that it counts on."""
        from hinge_keras.lab.tables.archive import checked

        rows = self.connected().execute("SELECT key, line FROM trials")
        whole = {key for key, line in rows if checked(line) == key}
        return sum(key not in whole for key in keys)

    def read(self, keys):
        from hinge_keras.lab.tables.archive import decoded

        connection = self.connected()
        for key in keys:
            row = connection.execute("SELECT line FROM trials WHERE key = ?", (key,))
            yield key, decoded(row.fetchone()[0])

    def left(self):
        from hinge_keras.lab.tables.archive import checked

        found = 0
        try:
            for (line,) in self.connected().execute("SELECT line FROM trials"):
                found += checked(line) is not None
        except sqlite3.DatabaseError:
            pass
        return found


STORES = {"lines": Lines, "SQLite": SQLite}


def megabytes():
    """The largest memory of this process so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def measured(name, trials):
    """One row of the table, in this process."""
    from hinge_keras.lab.results import Results
    from hinge_keras.lab.tables import view
    from hinge_keras.lab.tables.schema import Measure

    with tempfile.TemporaryDirectory(prefix="hinge_keras_store_") as folder:
        store = STORES[name](Path(folder))
        begun = time.perf_counter()
        store.fill(trials)
        added = time.perf_counter() - begun
        size = store.path.stat().st_size

        begun = time.perf_counter()
        missing = store.resume(f"{i:016x}" for i in range(trials))
        resumed = time.perf_counter() - begun
        assert missing == 0
        memory = megabytes()

        begun = time.perf_counter()
        what = list(cells(trials))
        left = dict(store.read(key for key, _ in what))
        results = Results(what, left, [Measure("accuracy")])
        files = [results.trials, results.course(results.shown)]
        for i, table in enumerate(files):
            (Path(folder) / f"{i}.csv").write_bytes(view.as_csv(table))
        published = time.perf_counter() - begun

        content = store.path.read_bytes()
        store.path.write_bytes(content[: int(0.9 * len(content))])
        numbers = (added, resumed, published, size / 1e6, memory, megabytes())
        return [name, trials, *(f"{n:.3g}" for n in numbers), store.left()]


def main(most=SIZES[-1]):
    rows = []
    for trials in (size for size in SIZES if size <= most):
        for name in STORES:
            command = [sys.executable, "-m", "benchmarks.store", name, str(trials)]
            out = subprocess.run(command, capture_output=True, text=True, check=True)
            rows.append(out.stdout.splitlines()[-1].split(","))
            print(*rows[-1], sep="\t", flush=True)
    with TABLE.open("w", newline="") as file:
        csv.writer(file).writerows([COLUMNS, *rows])


if __name__ == "__main__":
    if len(sys.argv) == 3:
        print(*measured(sys.argv[1], int(sys.argv[2])), sep=",")
    else:
        main(*map(int, sys.argv[1:]))
