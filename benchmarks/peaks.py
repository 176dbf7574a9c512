"""The memory that a job is said to take, beside what it takes.

`python -m benchmarks.peaks` trains one job of each shape in a process of its own and
writes `benchmarks/peaks.csv`. What is said decides how many jobs run at once, and
whether one is begun at all.
"""

import resource
import sys
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks.engines import Net, apart, convolutions, flat, normed

TABLE = Path(__file__).with_suffix(".csv")
# Net, rows, columns, trials.
SHAPES = (
    ("dense", 600, 64, 10),
    ("dense", 600, 64, 500),
    ("dense", 10_000, 784, 30),
    ("normed", 600, 64, 500),
    ("normed", 10_000, 784, 20),
    ("convolutions", 600, 64, 10),
    ("convolutions", 10_000, 784, 1),
    ("embedding", 2000, 64, 200),
)


def main():
    if len(sys.argv) > 1:
        net, *numbers = sys.argv[1:]
        print("measured", *measured(net, *map(int, numbers)))
        return
    rows = []
    for shape in SHAPES:
        trained, said, peak = apart("peaks", *shape)
        row = dict(zip(("net", "rows", "columns", "trials"), shape, strict=True))
        row |= {"of_a_job": int(trained), "said_mebibytes": round(said)}
        row |= {"peak_mebibytes": round(peak), "ratio": round(said / peak, 3)}
        rows.append(row)
        print(row, flush=True)
    pd.DataFrame(rows).to_csv(TABLE, index=False)


def measured(net, rows, columns, trials):
    """Trials of the first job, and MiB that it is said to take and that it takes."""
    import hinge_keras as hk
    from hinge_keras.lab import Experiment
    from hinge_keras.lab.data import Dataset
    from hinge_keras.lab.training.groups import Loader, grouped

    side = int(columns**0.5)
    shape = {"convolutions": (side, side, 1)}.get(net, (columns,))

    def splits(seed):
        stream = np.random.default_rng(seed)
        x = stream.normal(size=(rows, *shape)).astype("float32")
        if net == "embedding":
            x = stream.integers(0, 1000, (rows, columns)).astype("int32")
        y = stream.integers(0, 2, rows).astype("float32")
        cut = rows * 3 // 4
        return {"train": (x[:cut], y[:cut]), "test": (x[cut:], y[cut:])}

    nets = {"dense": flat, "normed": normed, "convolutions": convolutions}
    experiment = Experiment(
        datasets=[Dataset("random", splits, {}, 1)],
        models=[Net(net, nets.get(net, embedded))],
        arms={"hinge": hk.Hinge()},
        seeds=range(trials),
        epochs=2,
        measures=(),
    )
    (group,) = grouped(experiment, experiment.trials(), Loader(experiment))
    job = group.jobs({*experiment.trials()})[0]
    list(group.train(job))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return len(job), group.memory(job) / 2**20, peak


def embedded(layers):
    return layers.Embedding(1000, 16), layers.GlobalAveragePooling1D()


if __name__ == "__main__":
    main()
