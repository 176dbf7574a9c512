"""Who runs a grid's jobs: this process, several, or a cluster. The numbers are the same."""

import contextlib
import os

from hinge_keras.lab.options import ENGINES


def named(name="here", workers=None, address=None):
    """An engine by name; to be used as a context, which ends its workers.

    Args:
        name: `"here"`, `"processes"` or `"ray"`.
        workers: How many train at once, from 1 up; a core each by default.
        address: Of a Ray cluster that runs; by default one is started here.

    Raises:
        ValueError: If there is no such engine, or it cannot have that.
    """
    refuse(name)
    if workers is not None and workers < 1:
        raise ValueError(f"workers is {workers!r}; accepted are numbers from 1 up.")
    if address is not None and name != "ray":
        raise ValueError(
            f"address is {address!r} and engine is {name!r}; accepted is engine 'ray'."
        )
    if name == "here":
        return Here()
    if name == "processes":
        from hinge_keras.lab.training.engines.processes import Processes

        return Processes(workers or os.cpu_count())
    from hinge_keras.lab.training.engines.cluster import Cluster

    return Cluster(workers, address)


def given(engine):
    """An engine by name, or one that is made, which its maker ends."""
    return named(engine) if isinstance(engine, str) else contextlib.nullcontext(engine)


def refuse(engine):
    """Refuse what is no engine, before anything is done."""
    if engine not in ENGINES and not hasattr(engine, "run"):
        accepted = ", ".join(map(repr, ENGINES))
        raise ValueError(
            f"engine is {engine!r}; accepted are {accepted}, or one of `lab.engines`."
        )


class Here:
    """Jobs one after the other in this process."""

    def __enter__(self):
        return self

    def __exit__(self, *error):
        """There is nobody to send home."""

    def run(self, experiment, work, watch, underway):
        """Train jobs; yields `[(trial, record), ...]` as trials end.

        Args:
            experiment: The grid.
            work: `(group, job)` pairs.
            watch: Hears how many trials under way are as good as done.
            underway: Keeps what is under way, an `Underway`, or None.
        """
        for group, job in work:
            yield from group.train(job, watch, underway)
