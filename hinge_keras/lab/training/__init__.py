"""Training: trials in, records out, by the fastest path that can.

`fit` is the slow reference; `replicas` trains many trials as one program, stacked or
one at a time in the same compiled loop. All give the same numbers. `groups` says which
trials train together, `engines` where.
"""

import os
from pathlib import Path

from hinge_keras.lab.grid.source import text_digest
from hinge_keras.lab.training import fit, replicas
from hinge_keras.lab.training.engines import Here
from hinge_keras.lab.training.groups import AUTO, WAYS, Group, grouped
from hinge_keras.lab.training.loader import Loader

# Threads of kernels that wait for each other at every step give up their core meanwhile:
# else, beside other work, most of the time goes there. OpenMP reads it when it is loaded,
# which is with the first kernel.
os.environ.setdefault("OMP_WAIT_POLICY", "passive")


def train(
    experiment,
    trials,
    missing=None,
    path=AUTO,
    engine=None,
    watch=replicas.unwatched,
    underway=None,
    programs=None,
    load=None,
):
    """Train trials and yield them with their records as they end, some at a time.

    Args:
        experiment: The grid that the trials are cells of.
        trials: Those that are trained from nothing together: which of them stand in a
            job decides their last digits.
        missing: Those of them to train now; all by default.
        path: `"dense"` steps dense nets in compiled kernels, `"stacked"` any
            replicas together, `"alone"` one at a time in the same compiled loop,
            `"fit"` calls `model.fit`; `"auto"` takes the fastest that can, and
            says so where that is not one of the first two.
        engine: Where, one of `engines`; this process by default.
        watch: Hears how many trials under way are as good as done, a fraction; for a
            time estimate.
        underway: Keeps trainings under way on disk, an `Underway`; none by default.
        programs: Those of earlier grids, `Programs`, to train on in this process; each
            grid has its own by default.
        load: A `Loader` that keeps splits from one grid to the next; its own by default.
    """
    if path not in WAYS:
        accepted = ", ".join(map(repr, WAYS))
        raise ValueError(f"path is {path!r}; accepted are {accepted}.")
    wanted = {*(trials if missing is None else missing)}
    load = load or Loader(experiment)
    found = grouped(experiment, trials, load, path, programs)
    engine = engine or Here()
    yield from engine.run(experiment, work(found, wanted), watch, underway)


def work(found, wanted):
    """The jobs of groups, one group after the other, as they are asked for."""
    for group in found:
        if wanted.isdisjoint(group.trials):
            continue
        for job in group.jobs(wanted):
            yield group, job
        group.close()


def code():
    """The code that decides a trial's numbers, whichever path it takes.

    The rooms of the backends are read as texts, since not every one can be imported.
    """
    here = Path(__file__).parent
    rooms = [
        text_digest((here / name).read_text()) for name in ("_jax.py", "_tensorflow.py")
    ]
    return fit.train, replicas.Stack, Group, *rooms
