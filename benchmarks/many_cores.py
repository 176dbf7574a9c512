"""The section of `benchmarks/README.md` on engines: seconds, deaths, limits, on paper."""

from pathlib import Path

import pandas as pd

from hinge_keras.lab.page.words import markdown
from hinge_keras.lab.training.groups import LARGEST

HERE = Path(__file__).parent
NODES, CORES = 100, 16  # Of a cluster on paper.
ONCE = ["list them", "key them", "share them out", "write their records"]
HELD_BY_DRIVER = ["list them", "key them", "share them out", "open the archive again"]


def section():
    """Its Markdown."""
    return f"""## The same grid on several processes

Seconds of whole grids of small nets, from the first line of training on, by where they
train: this process, two processes, two of Ray's workers on one node; of these, until
the first records are there, which is mostly Keras' import and compiling. `dense` runs
in compiled kernels, which use both cores by themselves, `stacked` is stacked, `alone`
are convolutions, one after another.

{markdown(engines())}

`faster_from` is the number of trials from which on an engine's two workers end before
this process, if seconds grow by the trial; empty where they never do. Medians of three
rounds; after a single one `slowest_over_fastest` is empty.

What one worker costs until a first job is done, and what a job and each of its trials
cost from then on, trained for one epoch:

{markdown(pd.read_csv(HERE / "overheads.csv"))}

Records of other runs that are those of an undisturbed one in every bit, and the largest
difference, relative to the number or 1:

{markdown(pd.read_csv(HERE / "identical.csv"))}

What the process that shares out a grid spends a trial, whoever trains it:

{markdown(pd.read_csv(HERE / "driver.csv"))}

From these, on paper, grids of such small nets on {NODES} nodes of {CORES} cores, with jobs
as large as they may be. What breaks first is the driver's memory, which holds every
trial, its key and its place in the archive: {most():.0f} million trials in 24 GB. Then
come its hours, which no number of nodes shortens, and the archive, which one process
writes. Larger grids are several: a grid for each data set or model, each with an archive.

{markdown(on_paper())}

A limit of memory, on a process's addresses (`ulimit -v`) or a control group, and how 120
trainings on 47 MB of pictures end under it; `at_once` is the most workers that trained.
NumPy's own sentence counts, where data do not fit before a job is asked for:

{markdown(pd.read_csv(HERE / "limits.csv"))}

Runs of a grid on two workers while a worker, a node or the run itself was killed,
stopped or interrupted every few seconds; a run that ended was started again, until the
grid was whole, and grids until there were deaths enough. The last rows count what was
amiss, beside an undisturbed run:

{markdown(kills())}"""


def engines():
    table = pd.read_csv(HERE / "engines.csv")
    for name in ("peak_mebibytes", "faster_from"):
        table[name] = [f"{n:,.0f}" if n > 0 else "" for n in table[name]]
    return table


def kills():
    table = pd.read_csv(HERE / "kills.csv").set_index("engine").T
    return table.reset_index(names="")


def on_paper():
    """What large grids take, from what a trial was measured to take."""
    driver = pd.read_csv(HERE / "driver.csv").set_index("step")
    jobs = pd.read_csv(HERE / "overheads.csv").set_index("engine")
    trained = pd.read_csv(HERE / "engines.csv").query("grid == 'dense'")
    here = trained[trained.engine == "here"].sort_values("trials")
    training = here.seconds.diff().iloc[-1] / here.trials.diff().iloc[-1]
    added = (jobs.milliseconds_a_job["ray"] - jobs.milliseconds_a_job["here"]) / 1000
    found = {}
    for trials in (10**6, 10**8):
        found[f"{trials:,} trials"] = [
            driver.microseconds_a_trial[ONCE].sum() * trials / 1e6 / 3600,
            max(added, 0) * trials / LARGEST / 3600,
            training * trials / NODES / CORES / 3600,
            driver.bytes_a_trial[HELD_BY_DRIVER].sum() * trials / 1e9,
            driver.bytes_a_trial["write their records"] * trials / 1e9,
        ]
    rows = [
        "hours of the driver, trials",
        "hours of the driver, jobs of Ray beyond their training",
        "hours of training, shared by all cores",
        "GB of the driver's memory",
        "GB of archive",
    ]
    return pd.DataFrame({"": rows} | found)


def most():
    """Millions of trials that a driver of 24 GB holds."""
    driver = pd.read_csv(HERE / "driver.csv").set_index("step")
    return 24e9 / driver.bytes_a_trial[HELD_BY_DRIVER].sum() / 1e6
