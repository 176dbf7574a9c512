"""How the time and memory of training grow with the size of each thing.

`python -m benchmarks.growth` measures and writes `benchmarks/growth.csv`. One thing
is doubled or quadrupled at a time from a common start; each measurement has a process
of its own, whose first block compiles and whose second is timed. The exponent is the
slope of log seconds over log size, by least squares: 1 is proportional.
"""

import argparse
import csv
import resource
import subprocess
import sys
import time
from pathlib import Path

import numpy as np

TABLE = Path(__file__).with_suffix(".csv")
START = {
    "replicas": 64,
    "rows": 1024,
    "width": 64,
    "depth": 2,
    "classes": 10,
    "losses": 1,
}
GROWING = {
    "replicas": (16, 64, 256, 1024),
    "rows": (512, 1024, 2048, 4096),
    "width": (16, 64, 256, 512),
    "depth": (1, 2, 4, 8),
    "classes": (10, 40, 160, 640),
    "losses": (1, 2, 4),
}
INPUTS, EPOCHS, ROUNDS = 32, 3, 3
COLUMNS = ["growing", "size", "seconds", "peak_mebibytes", "exponent"]


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--sizes", type=int, nargs=len(START), help="measure here")
    sizes = arguments.parse_args().sizes
    if sizes:
        print(*measured(**dict(zip(START, sizes, strict=True))))
        return
    rows = [row for growing in GROWING for row in grown(growing)]
    with TABLE.open("w", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS)
        writer.writeheader()
        writer.writerows(rows)


def grown(growing):
    """The rows of one thing that grows, with the exponent that they share."""
    found = []
    for size in GROWING[growing]:
        sizes = {**START, growing: size}
        rounds = [in_a_process(sizes) for _ in range(ROUNDS)]
        found.append((size, *np.median(rounds, axis=0)))
        print(growing, *found[-1], flush=True)
    sizes, seconds, _ = np.array(found).T
    exponent = np.polyfit(np.log(sizes), np.log(seconds), 1)[0]
    for size, *numbers in found:
        values = [growing, size, *(f"{n:.4g}" for n in (*numbers, exponent))]
        yield dict(zip(COLUMNS, values, strict=True))


def in_a_process(sizes):
    command = [sys.executable, "-m", "benchmarks.growth", "--sizes"]
    command += [str(size) for size in sizes.values()]
    ran = subprocess.run(command, capture_output=True, text=True)
    if ran.returncode:
        raise RuntimeError(ran.stderr)
    return [float(number) for number in ran.stdout.split()[-2:]]


def measured(replicas, rows, width, depth, classes, losses):
    """Seconds of a second block, and the peak of memory in MiB."""
    import keras

    import hinge_keras as hk
    from hinge_keras.lab import Experiment, models
    from hinge_keras.lab.data import Dataset
    from hinge_keras.lab.training.groups import Loader
    from hinge_keras.lab.training.replicas import DENSE, Stack

    def splits(seed):
        stream = np.random.default_rng(seed)
        x = stream.normal(size=(rows, INPUTS)).astype("float32")
        y = stream.integers(classes, size=rows).astype("float32")
        y[:classes] = np.arange(classes)
        return {"train": (x, y), "test": (x[:100], y[:100])}

    known = {
        "crammer-singer": hk.CrammerSinger(),
        "cross-entropy": keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        "weston-watkins": hk.WestonWatkins(),
        "lee-lin-wahba": hk.LeeLinWahba(),
    }
    experiment = Experiment(
        datasets=[Dataset("random", splits, {}, classes)],
        models=[models.MLP((width,) * depth)],
        arms=dict(list(known.items())[:losses]),
        seeds=range(replicas),
        epochs=EPOCHS,
        measures=(),
    )
    trials = experiment.trials()
    stack = Stack(experiment, trials, Loader(experiment), DENSE)
    stack.train(trials)
    began = time.perf_counter()
    stack.train(trials)
    seconds = time.perf_counter() - began
    return seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main()
