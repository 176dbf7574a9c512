"""A grid under limits of memory: whether it trains, says why not, or dies.

`python -m benchmarks.limits` trains 120 nets on 48 MB of pictures under limits of 2, 4
and 6 GB, of a process's addresses and, where this user may make one, of a control
group's memory, in this process and in two. `benchmarks/limits.csv` says how each ended:
with all trials, in a sentence, or otherwise, and the most workers at once.
"""

import argparse
import dataclasses
import os
import resource
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks import engines

TABLE = Path(__file__).with_suffix(".csv")
LIMITS = (2, 4, 6)  # GiB.
KINDS = ("addresses", "control group")
ENGINES = ("here", "processes")
TRIALS, ROWS = 120, 15_000  # Of 28 x 28 numbers: 47 MB.
GROUP = Path("/sys/fs/cgroup/memory/hinge_keras_limits")
SENTENCE = "MemoryError: "  # Ours, or of NumPy for data that do not fit.


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--one", nargs=3, metavar=("ENGINE", "KIND", "GIB"))
    options = parser.parse_args()
    if options.one:
        train(*options.one)
        return
    kinds = KINDS if os.access(GROUP.parent, os.W_OK) else KINDS[:1]
    rows = []
    for kind in kinds:
        for gib in LIMITS:
            for engine in ENGINES:
                rows.append(tried(engine, kind, gib))
                print(*rows[-1].values(), flush=True)
    pd.DataFrame(rows).to_csv(TABLE, index=False)


def tried(engine, kind, gib):
    """How one run ends."""
    command = [sys.executable, "-m", "benchmarks.limits", "--one"]
    run = subprocess.run(
        [*command, engine, kind, str(gib)], capture_output=True, text=True
    )
    told = [line.split() for line in run.stdout.splitlines()]
    trained = sum(int(words[1]) for words in told if words[:1] == ["trained"])
    most = max((int(words[1]) for words in told if words[:1] == ["busy"]), default=0)
    if run.returncode == 0 and trained == TRIALS:
        ended = "all trials"
    elif run.returncode == 1 and SENTENCE in run.stderr.strip().splitlines()[-1]:
        ended = "a sentence"
    else:
        ended = f"status {run.returncode}: {run.stderr.strip().splitlines()[-1:]}"
    return {
        "limit": kind,
        "gibibytes": gib,
        "engine": engine,
        "ended": ended,
        "trials": trained,
        "at_once": most if engine != "here" else 1,
    }


def train(engine, kind, gib):
    """Train the grid under a limit."""
    limit(kind, int(gib) * 2**30)
    from hinge_keras.lab import training
    from hinge_keras.lab.data import Dataset

    experiment = dataclasses.replace(
        engines.GRID["stacked"](TRIALS),
        datasets=[Dataset("pictures", pictures)],
        epochs=1,
    )
    with engines.chosen(engine) as used:
        for finished in training.train(experiment, experiment.trials(), engine=used):
            print("trained", len(finished), flush=True)
            if engine != "here":
                print("busy", len(used.busy()), flush=True)


def limit(kind, size):
    """Let this process and its own have no more."""
    if kind == "addresses":
        resource.setrlimit(resource.RLIMIT_AS, (size, size))
        return
    GROUP.mkdir(exist_ok=True)
    (GROUP / "memory.limit_in_bytes").write_text(str(size))
    (GROUP / "cgroup.procs").write_text(str(os.getpid()))


def pictures(seed):
    """Pictures of 28 x 28 at random, of two kinds."""
    stream = np.random.default_rng(seed)
    x = stream.normal(size=(ROWS, 28, 28, 1)).astype("float32")
    y = (x[:, :14].mean((1, 2, 3)) > 0).astype("float32")
    half = ROWS // 2
    return {"train": (x[:half], y[:half]), "test": (x[half:], y[half:])}


if __name__ == "__main__":
    main()
