"""A grid on two workers while these and the driver are killed at random.

`python -m benchmarks.kills` starts a run, kills or stops a worker, a node, or kills or
interrupts the run itself, some seconds later, starts it again if it has ended, and so on
until the grid is whole, then trains the grid from nothing again, until there were deaths
enough; on processes, then on two nodes of Ray. It counts, into `benchmarks/kills.csv`:
what was killed, trials lost, trials there twice, trials given to a worker although they
were stored, and records that differ in any bit from those of an undisturbed run of one
process.
"""

import argparse
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

TABLE = Path(__file__).with_suffix(".csv")
TRIALS, JOB, SILENT = 4000, 8, 25.0
KINDS = (
    "worker killed",
    "worker stopped",
    "node killed",
    "driver killed",
    "driver interrupted",
)


@dataclass(frozen=True)
class Campaign:
    """Deaths on an engine.

    Attributes:
        engine: Its name.
        kills: How many.
        kinds: Of what.
        between: Seconds from one to the next, at least and at most.
    """

    engine: str
    kills: int
    kinds: tuple
    between: tuple


CAMPAIGNS = (
    Campaign("processes", 100, (KINDS[0], KINDS[1], *KINDS[3:]), (6.0, 18.0)),
    # A cluster takes longer to start.
    Campaign("ray of two nodes", 20, (KINDS[0], *KINDS[2:]), (20.0, 40.0)),
)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--drive", nargs=2, metavar=("ENGINE", "FOLDER"))
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--folder", type=Path, help="where runs are, a new one if none")
    parser.add_argument("--engines", nargs="*", default=[c.engine for c in CAMPAIGNS])
    options = parser.parse_args()
    if options.drive:
        drive(*options.drive)
        return
    folder = options.folder or Path(tempfile.mkdtemp(prefix="kills_"))
    known = pd.read_csv(TABLE).to_dict("records") if TABLE.exists() else []
    rows = {row["engine"]: row for row in known}
    run(folder / "whole", "here").wait()
    for campaign in [c for c in CAMPAIGNS if c.engine in options.engines]:
        rows[campaign.engine] = row = deaths(folder, campaign, options.seed)
        print(pd.Series(row).to_string(), flush=True)
        pd.DataFrame(rows.values()).to_csv(TABLE, index=False)
    if not options.folder:
        shutil.rmtree(folder)


def deaths(folder, campaign, seed):
    """Train grids with deaths until these are enough; what happened, in all."""
    counts, stream = Counter(), random.Random(seed)
    while (left := campaign.kills - sum(counts[kind] for kind in KINDS)) > 0:
        counts["grids"] += 1
        here = folder / f"{campaign.engine} {counts['grids']}"
        counts.update(harmed(here, campaign, left, stream))
        counts.update(judged(here, folder / "whole"))
        print(campaign.engine, dict(counts), flush=True)
    return {"engine": campaign.engine, "trials": TRIALS, **counts}


def run(folder, engine):
    """Start a driver."""
    command = [sys.executable, "-m", "benchmarks.kills", "--drive", engine, str(folder)]
    # Of a session of its own: an interrupt goes to it alone.
    return subprocess.Popen(command, start_new_session=True)


def drive(engine, folder):
    """Train what an archive lacks; note what is given although it is stored."""
    from benchmarks.engines import Net, chosen, experiment, flat
    from hinge_keras.lab import gathering, training
    from hinge_keras.lab.tables.archive import Archive
    from hinge_keras.lab.training import groups, underway
    from hinge_keras.lab.training.engines import cluster, processes

    signal.signal(signal.SIGINT, signal.default_int_handler)  # Also in the background.
    underway.EVERY = 1.0
    groups.LARGEST = JOB
    folder = Path(folder)
    grid = experiment(TRIALS, Net("dense", flat), epochs=20)
    keys = grid.keys(grid.trials(), training.code())
    with (
        Archive(folder / "trials.log") as archive,
        chosen(engine) as used,
    ):
        used.silent = SILENT
        for kind in (processes.Process, cluster.Actor):
            note(kind, lambda trial: keys[trial] in archive, folder / "given")
        wanted = {key: trial for trial, key in keys.items()}
        gathering.train_missing(grid, wanted, archive, "kills", engine=used)


def note(kind, stored, path):
    """Let a kind of worker note how many of its jobs' trials are stored when given."""
    give = kind.give

    def noted(worker, job, kept):
        with open(path, "a") as file:
            file.write(f"{sum(map(stored, job.trials))}\n")
        give(worker, job, kept)

    kind.give = noted


def harmed(folder, campaign, kills, stream):
    """Run with so many deaths or until the grid is whole; how often what was killed."""
    counts = Counter(dict.fromkeys(KINDS, 0), runs=1)
    driver = run(folder, campaign.engine)
    while sum(counts[kind] for kind in KINDS) < kills and not whole(folder):
        time.sleep(stream.uniform(*campaign.between))
        if driver.poll() is None:
            kind = stream.choice(campaign.kinds)
            counts[kind] += harm(driver, kind, campaign.engine, stream)
            time.sleep(1)
        if driver.poll() is not None and not whole(folder):
            counts["runs"] += 1
            driver = again(folder, campaign.engine)
    while driver.wait() or not whole(folder):
        counts["runs"] += 1
        driver = again(folder, campaign.engine)
    return counts


def again(folder, engine):
    """Start another driver, after what the last one left has been cleared away."""
    if engine.startswith("ray"):
        command = [sys.executable, "-m", "ray.scripts.scripts", "stop", "--force"]
        subprocess.run(command, capture_output=True, check=True)
    return run(folder, engine)


def harm(driver, kind, engine, stream):
    """Kill or stop something; whether there was any."""
    what, _, how = kind.partition(" ")
    number = {
        "killed": signal.SIGKILL,
        "stopped": signal.SIGSTOP,
        "interrupted": signal.SIGINT,
    }[how]
    if what == "driver":
        found = [driver.pid]
    elif engine == "processes":
        found = pids("-P", str(driver.pid))
    else:
        # The first of the nodes is the driver's own.
        found = pids("-f", "^ray::Remote" if what == "worker" else "raylet/raylet")
        found = found if what == "worker" else sorted(found)[1:]
    if not found:
        return False
    os.kill(stream.choice(found), number)
    return True


def pids(*options):
    """Processes that `pgrep` finds."""
    told = subprocess.run(["pgrep", *options], capture_output=True, text=True).stdout
    return [int(number) for number in told.split()]


def records(folder):
    from hinge_keras.lab.tables.archive import Archive

    archive = Archive(folder / "trials.log")
    return dict(archive.records(archive.places)), archive.damages


def stored(folder):
    """How many trials a folder has."""
    return len(records(folder)[0]) if (folder / "trials.log").exists() else 0


def whole(folder):
    return stored(folder) == TRIALS


def judged(folder, reference):
    """What is amiss in a harmed archive."""
    (ours, damages), (theirs, _) = records(folder), records(reference)
    given = [int(line) for line in (folder / "given").read_text().split()]
    return {
        "lost": len(theirs.keys() - ours.keys()),
        "twice": sum("of trials that it already has" in told for told in damages),
        "trained_though_stored": sum(given),
        "different": sum(
            not same(ours[key], theirs[key]) for key in ours.keys() & theirs.keys()
        ),
        "left_under_way": len(list((folder / "underway").glob("*"))),
    }


def same(ours, theirs):
    """Whether two records agree in every bit."""
    return ours.values == theirs.values and all(
        np.array_equal(ours.curve[name], theirs.curve[name]) for name in theirs.curve
    )


if __name__ == "__main__":
    main()
