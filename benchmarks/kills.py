"""A grid on two processes while workers and the driver are killed at random.

`python -m benchmarks.kills` starts a run, kills or stops a worker, or kills or
interrupts the run itself, some seconds later, starts it again if it has ended, and so on
until the grid is whole. Then it counts, into `benchmarks/kills.csv`: what was killed,
trials lost, trials there twice, trials given to a worker although they were stored, and
records that differ in any bit from those of an undisturbed run of one process.
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
from pathlib import Path

import numpy as np
import pandas as pd

TABLE = Path(__file__).with_suffix(".csv")
TRIALS, JOB, SILENT = 480, 8, 25.0
KINDS = ("worker killed", "worker stopped", "driver killed", "driver interrupted")
SOONEST, LATEST = 8.0, 22.0  # Seconds after the start of a run, or the last death.


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--drive", type=Path, help="train what the folder lacks")
    parser.add_argument("--engine", default="processes")
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    if options.drive:
        drive(options.drive, options.engine)
        return
    folder = Path(tempfile.mkdtemp(prefix="kills_"))
    run(folder / "whole", "here").wait()
    counts = harmed(folder / "harmed", options.kills, random.Random(options.seed))
    row = {"trials": TRIALS, **counts, **judged(folder / "harmed", folder / "whole")}
    pd.DataFrame([row]).to_csv(TABLE, index=False)
    print(pd.Series(row).to_string())
    shutil.rmtree(folder)


def run(folder, engine):
    """Start a driver."""
    command = [sys.executable, "-m", "benchmarks.kills", "--engine", engine]
    # Of a session of its own: an interrupt goes to it alone.
    return subprocess.Popen([*command, "--drive", str(folder)], start_new_session=True)


def drive(folder, engine):
    """Train what an archive lacks; note what is given although it is stored."""
    from benchmarks.engines import dense
    from hinge_keras.lab import gathering, training
    from hinge_keras.lab.tables.archive import Archive
    from hinge_keras.lab.training import engines, groups, underway
    from hinge_keras.lab.training.engines import processes

    underway.EVERY = 1.0
    groups.LARGEST = JOB
    experiment = dense(TRIALS)
    keys = experiment.keys(experiment.trials(), training.code())
    give = processes.Process.give
    with (
        Archive(folder / "trials.log") as archive,
        engines.named(engine, None if engine == "here" else 2) as chosen,
    ):
        chosen.silent = SILENT

        def noted(worker, job, kept):
            stored = sum(keys[trial] in archive for trial in job.trials)
            with open(folder / "again", "a") as file:
                file.write(f"{stored}\n")
            give(worker, job, kept)

        processes.Process.give = noted
        wanted = {key: trial for trial, key in keys.items()}
        gathering.train_missing(experiment, wanted, archive, "kills", engine=chosen)


def harmed(folder, kills, stream):
    """Run with deaths until the grid is whole; how often what was killed."""
    counts = Counter(dict.fromkeys(KINDS, 0), runs=1)
    driver = run(folder, "processes")
    while True:
        done = sum(counts[kind] for kind in KINDS)
        if done == kills:
            break
        time.sleep(stream.uniform(SOONEST, LATEST))
        if driver.poll() is None:
            counts[harm(driver, stream.choice(KINDS))] += 1
            time.sleep(1)
        if driver.poll() is not None:
            if whole(folder):
                break
            counts["runs"] += 1
            driver = run(folder, "processes")
    while driver.wait() or not whole(folder):
        counts["runs"] += 1
        driver = run(folder, "processes")
    counts.pop("nothing", None)
    return counts


def harm(driver, kind):
    """Kill or stop something; what it was."""
    if kind.startswith("driver"):
        interrupted = kind.endswith("interrupted")
        driver.send_signal(signal.SIGINT if interrupted else signal.SIGKILL)
        return kind
    found = subprocess.run(
        ["pgrep", "-P", str(driver.pid)], capture_output=True, text=True
    ).stdout.split()
    if not found:
        return "nothing"
    number = signal.SIGKILL if kind.endswith("killed") else signal.SIGSTOP
    os.kill(int(random.choice(found)), number)
    return kind


def records(folder):
    from hinge_keras.lab.tables.archive import Archive

    archive = Archive(folder / "trials.log")
    return dict(archive.records(archive.places)), archive.damages


def whole(folder):
    return (folder / "trials.log").exists() and len(records(folder)[0]) == TRIALS


def judged(folder, reference):
    """What is amiss in a harmed archive."""
    (ours, damages), (theirs, _) = records(folder), records(reference)
    given = [int(line) for line in (folder / "again").read_text().split()]
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
