"""What `hk.compare` holds at its peak on data that are not small.

    python -m benchmarks.memory      # writes memory.csv

Two hundred gradient steps a training: how much is held does not depend on more.
"""

import resource
import subprocess
import sys
import time
from pathlib import Path

import numpy as np

from benchmarks.tables import write

TABLE = Path(__file__).with_name("memory.csv")
CASES = [(20_000, 784, 3), (20_000, 784, 30)]


def held(rows, columns, seeds):
    """Peak megabytes of a call, of which so many before it, and its seconds."""
    import hinge_keras as hk

    rng = np.random.default_rng(0)
    x = rng.normal(size=(rows, columns)).astype("float32")
    y = (x[:, :10].sum(axis=1) > 0) * 1
    before = peak()
    began = time.perf_counter()
    options = {"seeds": seeds, "learning_rates": 0.001, "epochs": 1, "batch_size": 64}
    hk.compare(None, x, y, verbose=False, **options)
    return peak(), before, time.perf_counter() - began


def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main():
    if sys.argv[1:]:
        print(*held(*map(int, sys.argv[1:])))
        return
    rows = []
    for case in CASES:
        ran = subprocess.run(
            [sys.executable, "-m", "benchmarks.memory", *map(str, case)],
            capture_output=True,
            text=True,
            check=True,
        )
        megabytes, before, seconds = map(float, ran.stdout.split()[-3:])
        rows.append(
            {
                "rows": case[0],
                "columns": case[1],
                "seeds": case[2],
                "trainings": 3 * case[2],
                "peak_mb": round(megabytes),
                "of_which_before_mb": round(before),
                "seconds": round(seconds),
            }
        )
        print(rows[-1], flush=True)
    write(TABLE, rows)


if __name__ == "__main__":
    main()
