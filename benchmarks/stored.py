"""What it costs to train a linear SVM on more data than memory may hold.

    python -m benchmarks.stored [ROWS]

Documents of 120 words, drawn by Zipf's law from 200,000, and labels of a linear rule
with noise are written to a folder. Each loss is trained in a process of its own, whose
address space is limited to what its imports take and a third of the files, with a free
intercept, until the certified gap is `GAP` of the objective. Before each read the files
are dropped from the page cache, so that every read is one of the disk; `disk_read` is
how much of the files the system says it fetched. Beside it the bandwidth of a plain
read of the same files, dropped as well. `stored.csv` has a row a read of the ascent;
the last row of a loss is all of `minimise`.
"""

import csv
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from scipy import sparse

TABLE = Path(__file__).with_suffix(".csv")
ROWS, BLOCK_ROWS, WORDS, FEATURES = 500_000, 20_000, 120, 200_000
GAP = 1e-4
LOSSES = [("psi_g", 1.0), ("squared_hinge", 1.0), ("psi_g", 0.01)]
COLUMNS = [
    *("loss", "sigma", "rows", "file_mb", "limit_mb", "disk_mb_s"),
    *("step", "reads", "seconds", "disk_read", "gap"),
]


def documents(rows):
    """Blocks of unit rows and their labels, a quarter of them positive."""
    random = np.random.default_rng(0)
    share = 1 / np.arange(1, FEATURES + 1) ** 0.9
    edges = np.cumsum(share) / share.sum()
    rare, truth = np.log(1 / share) + 1, random.normal(size=FEATURES)
    for first in range(0, rows, BLOCK_ROWS):
        count = min(BLOCK_ROWS, rows - first)
        drawn = np.searchsorted(edges, random.random(count * WORDS))
        drawn = np.minimum(drawn, FEATURES - 1)
        bounds = np.arange(0, len(drawn) + 1, WORDS)
        X = sparse.csr_matrix((rare[drawn], drawn, bounds), (count, FEATURES))
        X.sum_duplicates()
        lengths = np.sqrt(X.multiply(X).sum(axis=1).A1)
        X.data /= np.repeat(lengths, np.diff(X.indptr))
        scores = X @ truth
        noise = random.normal(size=count)
        yield X, scores + 0.3 * scores.std() * noise > 0.7 * scores.std()


def main(rows=ROWS):
    from hinge_keras.svm.stored import store

    folder = Path(tempfile.mkdtemp(prefix="hinge_keras_stored_"))
    try:
        store(folder / "rows", documents(rows))
        table = []
        for loss, sigma in LOSSES:
            command = [sys.executable, "-m", "benchmarks.stored", folder, loss, sigma]
            run = subprocess.run(
                list(map(str, command)), stdout=subprocess.PIPE, text=True, check=True
            )
            found = [line.split(",") for line in run.stdout.splitlines()]
            table += [[loss, sigma, *line] for line in found]
            print(run.stdout, flush=True)
    finally:
        shutil.rmtree(folder)
    with TABLE.open("w", newline="") as file:
        csv.writer(file).writerows([COLUMNS, *table])


def measured(folder, loss, sigma):
    """Print the rows of the table of one loss, from this process."""
    from hinge_keras.svm import kernels, stored_ascent
    from hinge_keras.svm.stored import StoredRows, store

    class Cold(StoredRows):
        """Rows of which nothing is in memory when a read begins."""

        count = 0

        def blocks(self, order):
            self.count += 1
            dropped(self.folder)
            return super().blocks(order)

    phi = kernels.of(loss, float(sigma))
    compiling = store(folder / loss / sigma, [(np.eye(600), np.arange(600) % 2)])
    stored_ascent.minimise(problem(compiling, phi), np.zeros((601, 1)), GAP)
    bandwidth, size = plain(folder / "rows")
    limit = size // 3
    limited(limit)
    rows = Cold(folder / "rows")
    start = [rows.shape[0], size / 1e6, limit / 1e6, bandwidth / 1e6]

    def line(step, clock, disk, gap):
        numbers = time.perf_counter() - clock, (fetched() - disk) / size, gap
        told = [f"{n:.3g}" for n in (*start[1:], *numbers)]
        print(start[0], *told[:3], step, rows.count, *told[3:], sep=",", flush=True)

    objective = problem(rows, phi)
    clock, disk = time.perf_counter(), fetched()
    for found in stored_ascent.reads(objective):
        gap = (found.gap / found.value)[0]
        line("ascent", clock, disk, gap)
        if gap <= GAP:
            break
        clock, disk = time.perf_counter(), fetched()
    rows.count, clock, disk = 0, time.perf_counter(), fetched()
    point, trace = stored_ascent.minimise(objective, np.zeros(objective.shape), GAP)
    line("minimise", clock, disk, (trace.gaps / point.value)[0])


def problem(rows, phi):
    """The classes of the rows apart, with a free intercept."""
    from hinge_keras.svm.stored_design import StoredDesign, StoredObjective

    signs = np.where(rows.numbers == 1, 1.0, -1.0)[:, None]
    design, costs = StoredDesign(rows, 1.0), np.ones_like(signs)
    penalty = np.ones((design.columns, 1))
    penalty[-1] = 0
    return StoredObjective(design, phi, signs, costs, penalty)


def limited(more):
    """Let this process have so many bytes more than now, and no more."""
    with open("/proc/self/statm") as file:
        most = int(file.read().split()[0]) * resource.getpagesize() + more
    resource.setrlimit(resource.RLIMIT_AS, (most, most))


def plain(folder):
    """Bytes a second of a read of all files from the disk, and how many they are."""
    dropped(folder)
    piece, size, clock = np.empty(2**25, np.uint8), 0, time.perf_counter()
    for path in folder.iterdir():
        with path.open("rb", buffering=0) as file:
            while count := file.readinto(piece):
                size += count
    return size / (time.perf_counter() - clock), size


def dropped(folder):
    """Have the system forget what it keeps of the files in memory."""
    for path in folder.iterdir():
        with path.open("rb") as file:
            os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def fetched():
    """Bytes that this process has had read from the disk."""
    with open("/proc/self/io") as file:
        lines = dict(line.split(": ") for line in file.read().splitlines())
    return int(lines["read_bytes"])


if __name__ == "__main__":
    if len(sys.argv) == 4:
        measured(Path(sys.argv[1]), *sys.argv[2:])
    else:
        main(*map(int, sys.argv[1:]))
