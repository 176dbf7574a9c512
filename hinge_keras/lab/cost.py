"""What a training step costs, by the clock."""

import itertools
import statistics
import time

import pandas as pd

WARMING = 10  # Rounds before the first that counts.


def milliseconds(losses, make, x, y, outputs, repeats=50):
    """Median milliseconds of a Keras training step on one batch, by loss.

    Steps are taken in turn, so that a busy moment hits all losses alike; the first
    rounds, in which the backend compiles and warms up, do not count.

    Args:
        losses: Keras losses by name.
        make: A model builder, called as `(input_shape, outputs, seed)`.
        x: Inputs of the batch, one row an example.
        y: Its labels.
        outputs: Scores an example.
        repeats: Steps of each loss that count.
    """
    models = {}
    for name, loss in losses.items():
        models[name] = make(x.shape[1:], outputs, 0)
        models[name].compile("adam", loss)
    times = {name: [] for name in losses}
    for _ in range(WARMING + repeats):
        for name, model in models.items():
            start = time.perf_counter()
            model.train_on_batch(x, y)
            times[name].append(time.perf_counter() - start)
    return {
        name: 1e3 * statistics.median(taken[WARMING:]) for name, taken in times.items()
    }


def against_k(makers, sizes, make, x, y, outputs, repeats=50):
    """Milliseconds a step of losses of K guesses, one row a loss and K.

    Args:
        makers: By name, what makes a loss from K.
        sizes: The Ks.
        make: As for `milliseconds`, and so the rest.

    Returns:
        A table of `loss`, `K` and `milliseconds`.
    """
    cells = [(name, k) for k, name in itertools.product(sizes, makers)]
    losses = {(name, k): makers[name](k) for name, k in cells}
    taken = milliseconds(losses, make, x, y, outputs, repeats)
    rows = [(name, k, taken[name, k]) for name, k in cells]
    return pd.DataFrame(rows, columns=["loss", "K", "milliseconds"])
