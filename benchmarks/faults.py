"""Faults done to a study on purpose: nothing finished may be lost, nothing made up.

    python -m benchmarks.faults           # about ten minutes
    python -m benchmarks.faults --short   # a minute

Each case runs a small study in a process of its own, does it harm, and looks at what
is left: trials that were kept and are gone (lost), trials that were kept and are
trained again (recomputed), records or tables that are not what they should be (wrong),
and damage that was not told in a sentence (untold). `faults.csv` has the counts.
"""

import argparse
import csv
import os
import random
import resource
import shutil
import signal
import sys
import tempfile
import time
import traceback
from collections import Counter
from pathlib import Path

TABLE = Path(__file__).with_suffix(".csv")
COLUMNS = ["fault", "cases", "hit", "lost", "recomputed", "wrong", "untold"]
STUDY = '''
"""Does it survive?"""

import hinge_keras as hk
from hinge_keras import lab
from hinge_keras.lab import analysis, data, figures, models

EXPERIMENT = lab.Experiment(
    datasets=[data.circles(sizes=(40, 20, 20))],
    models=[models.MLP((4,))],
    arms={"hinge": hk.Hinge(), "squared hinge": hk.SquaredHinge()},
    seeds=range(12),
    epochs=3,
)


def findings(results):
    summary = analysis.compare(results.trials, "accuracy")
    return lab.Findings(
        sentence=f"{len(results.trials)} trials.",
        summary=summary,
        figures={"gaps": figures.gaps(summary, title="A gap or none")},
    )


lab.main(__name__)
'''
TOLD = ("damaged line", "already has", "not what was published", "cannot be written")


class Bench:
    """A folder for the study, and what its records should be."""

    def __init__(self, folder):
        self.folder = Path(folder)
        self.script = self.folder / "survivor.py"
        self.script.write_text(STUDY.lstrip())
        self.counts = {}
        done = self.child(self.folder / "reference", real=True)
        assert done["status"] == 0, done["said"]
        self.reference = self.kept(self.folder / "reference")
        self.view = view_of(self.folder / "reference")
        self.seconds = done["seconds"]

    def child(self, results, *, real=False, harm=None, kill_at=None, interrupts=()):
        """Run the study in a process of its own; what it said, kept and trained.

        Args:
            results: The folder of results.
            real: Train with TensorFlow; else records are made up at once.
            harm: Called in the process before it starts.
            kill_at: Seconds after which it is killed.
            interrupts: Seconds after which it is interrupted.
        """
        reader, writer = os.pipe()
        said = tempfile.TemporaryFile("w+")  # noqa: SIM115 - closed below
        began = time.monotonic()
        pid = os.fork()
        if pid == 0:
            os.dup2(said.fileno(), 1)
            os.dup2(said.fileno(), 2)
            os._exit(self.inside(results, real, harm, writer))
        os.close(writer)
        events = [(kill_at, signal.SIGKILL)] if kill_at is not None else []
        events += [(at, signal.SIGINT) for at in interrupts]
        for at, sent in sorted(events):
            while time.monotonic() < began + at and not ended(pid):
                time.sleep(0.001)
            if not ended(pid):
                os.kill(pid, sent)
        status = waited(pid)
        seconds = time.monotonic() - began
        with os.fdopen(reader) as lines:
            notes = [line.split() for line in lines.read().splitlines()]
        said.seek(0)
        text = said.read()
        said.close()
        return {
            "status": status,
            "said": text,
            "seconds": seconds,
            "asked": [key for kind, key in notes if kind == "asked"],
            "kept": {key for kind, key in notes if kind == "kept"},
        }

    def inside(self, results, real, harm, writer):
        """The child's part; its exit status."""
        import importlib.util

        from hinge_keras.lab import study, training
        from hinge_keras.lab.tables import archive
        from hinge_keras.lab.training import groups

        def note(kind, keys):
            os.write(writer, "".join(f"{kind} {key}\n" for key in keys).encode())

        add, train_missing = archive.Archive.add, study.train_missing

        def added(self, records):
            add(self, records)
            note("kept", records)

        def asked(experiment, wanted, kept, *rest, **options):
            note("asked", [key for key in wanted if key not in kept])
            return train_missing(experiment, wanted, kept, *rest, **options)

        archive.Archive.add, study.train_missing = added, asked
        groups.LARGEST = 4  # Several jobs, so that some end before a death.
        if not real:
            study.training.train = self.made_up
        try:
            spec = importlib.util.spec_from_file_location("survivor", self.script)
            module = importlib.util.module_from_spec(spec)
            sys.modules["survivor"] = module
            spec.loader.exec_module(module)
            if harm is not None:
                harm(module, study, training)
            study.run(module, results)
        except study.Locked as locked:
            print(locked)
            return 3
        except ValueError as error:
            print(error)
            return 2
        except KeyboardInterrupt:
            return 130
        except BaseException:
            traceback.print_exc()
            return 1
        return 0

    def made_up(self, experiment, trials, missing, **options):
        """Jobs of four of the reference's records, without a training."""
        from hinge_keras.lab import training

        keys = experiment.keys(missing, training.code())
        for start in range(0, len(missing), 4):
            block = missing[start : start + 4]
            yield [(trial, self.reference[keys[trial]]) for trial in block]

    def kept(self, results):
        from hinge_keras.lab.tables.archive import Archive

        archive = Archive(results / "survivor" / "trials.log")
        return dict(archive.records(archive.places))

    def judge(self, fault, results, before, *, damaged=0, told=True):
        """Look at what a harmed run left, go on with it, and count what is amiss.

        Args:
            fault: What was done.
            results: The folder.
            before: Keys that were acknowledged as kept before the harm's end.
            damaged: Records that the harm may have destroyed itself.
            told: Whether the harm, if any, was said in a sentence.
        """
        row = self.counts.setdefault(fault, Counter())
        row["cases"] += 1
        left = self.kept(results)
        again = self.child(results)
        final = self.kept(results)
        row["lost"] += max(0, len(before - left.keys()) - damaged)
        row["recomputed"] += len(set(again["asked"]) & left.keys())
        row["wrong"] += sum(not same(r, self.reference[k]) for k, r in final.items())
        row["wrong"] += view_of(results) != self.view
        row["untold"] += not told or again["status"] != 0 or is_trace(again["said"])
        shutil.rmtree(results, ignore_errors=True)

    def hit(self, fault, happened):
        self.counts.setdefault(fault, Counter())["hit"] += bool(happened)


def same(record, reference):
    """Whether a record is that of its key: equal up to what threads may round."""
    import numpy as np

    return record.values.keys() == reference.values.keys() and all(
        np.allclose(record.curve[name], column, rtol=1e-4, atol=1e-6)
        for name, column in reference.curve.items()
    )


def view_of(results):
    """The published tables of the study."""
    folder = results / "survivor"
    names = ("trials.csv", "summary.csv", "README.md")
    return {n: (folder / n).read_bytes() for n in names if (folder / n).exists()}


def ended(pid):
    """Whether a child ended, without taking its status."""
    options = os.WEXITED | os.WNOHANG | os.WNOWAIT
    return os.waitid(os.P_PID, pid, options) is not None


def waited(pid):
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def is_trace(text):
    return "Traceback" in text


def kills(bench, count, rng):
    """kill -9 at random moments of a run that trains with TensorFlow."""
    for i in range(count):
        results = bench.folder / f"kill{i}"
        run = bench.child(
            results, real=True, kill_at=rng.uniform(0.0, 1.1 * bench.seconds)
        )
        bench.hit("kill -9 of a run", run["status"] == -signal.SIGKILL)
        bench.judge("kill -9 of a run", results, run["kept"])


CALLS = ("open", "pwrite", "fsync", "close", "mkdir", "rmdir", "replace", "unlink")


def dying_at(number):
    """Harm: dies by kill -9 at the system call of that number, half of it done."""

    def harm(module, study, training):
        calls = [0]

        def counted(function):
            def call(*arguments, **named):
                calls[0] += 1
                if calls[0] == number:
                    if function is write:
                        write(arguments[0], arguments[1][:37], arguments[2])
                    os.kill(os.getpid(), signal.SIGKILL)
                return function(*arguments, **named)

            return call

        write = os.pwrite
        for name in CALLS:
            setattr(os, name, counted(getattr(os, name)))

    return harm


def steps(bench, most):
    """Death at each system call of keeping and of publishing, one after the other."""
    for number in range(1, most):
        results = bench.folder / f"step{number}"
        run = bench.child(results, harm=dying_at(number))
        if run["status"] == 0:
            break
        bench.hit("death at each system call", run["status"] == -signal.SIGKILL)
        bench.judge("death at each system call", results, run["kept"])


def interrupts(bench, count, rng):
    """Ctrl-C, and a second one soon after."""
    for i in range(count):
        results = bench.folder / f"interrupt{i}"
        at = rng.uniform(0.0, 0.7 * bench.seconds)
        run = bench.child(
            results, real=True, interrupts=(at, at + rng.uniform(0, 0.05))
        )
        bench.hit("Ctrl-C twice", run["status"] in (130, -signal.SIGINT))
        bench.judge("Ctrl-C twice", results, run["kept"])


def full_disks(bench, count, rng):
    """A disk that takes no more bytes, from some file size on."""
    for i in range(count):
        results, size = bench.folder / f"full{i}", rng.randint(0, 60_000)

        def harm(module, study, training, size=size):
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))

        run = bench.child(results, harm=harm)
        told = run["status"] == 0 or "cannot be written" in run["said"]
        bench.hit("disk full", run["status"] != 0)
        bench.judge("disk full", results, run["kept"], told=told)


def unwritable(bench):
    """A folder that may not be written."""
    (bench.folder / "file").write_text("")
    run = bench.child(bench.folder / "file" / "results")
    row = bench.counts.setdefault("read-only", Counter())
    row["cases"] += 1
    row["hit"] += run["status"] == 2
    row["untold"] += "cannot be written" not in run["said"] or is_trace(run["said"])


def damage(bench, count, rng):
    """Every file of the folder cut, or one of its bits flipped."""
    whole = bench.folder / "whole"
    assert bench.child(whole)["status"] == 0
    files = sorted(p.name for p in (whole / "survivor").iterdir() if p.is_file())
    for i in range(count):
        name = files[i % len(files)]
        for fault in ("truncation", "bit flip"):
            results = bench.folder / f"{fault}{i}"
            shutil.copytree(whole, results)
            path = results / "survivor" / name
            content = bytearray(path.read_bytes())
            if not content:
                shutil.rmtree(results, ignore_errors=True)
                continue
            place = rng.randrange(len(content))
            if fault == "truncation":
                content = content[:place]
            else:
                content[place] ^= 1 << rng.randrange(8)
            path.write_bytes(content)
            before = set(bench.reference)
            left = bench.kept(results).keys() if name == "trials.log" else before
            broken = len(before - left)
            lines = 2 if fault == "bit flip" else len(before)
            run = bench.child(results)
            told = any(text in run["said"] for text in TOLD)
            needs_telling = name not in ("state.json", "trials.lock") and not (
                fault == "truncation" and name == "trials.log" and ends_a_line(content)
            )
            told = told or not needs_telling
            fresh = len(run["asked"]) == broken <= lines
            bench.hit(f"{fault} of any file", True)
            bench.judge(f"{fault} of any file", results, left, told=told and fresh)


def ends_a_line(content):
    return not content or content[-1:] == b"\n"


def two_writers(bench, count):
    """Two processes on one folder at a time."""
    for i in range(count):
        results = bench.folder / f"two{i}"

        def harm(module, study, training):
            made_up = study.training.train

            def slowly(*arguments, **options):
                for block in made_up(*arguments, **options):
                    time.sleep(0.1)
                    yield block

            study.training.train = slowly

        reader, writer = os.pipe()
        pid = os.fork()
        if pid == 0:
            first = bench.child(results, harm=harm)
            os.write(writer, b"".join(f"{k}\n".encode() for k in first["kept"]))
            os._exit(first["status"])
        os.close(writer)
        while not (results / "survivor" / "trials.log").exists():
            time.sleep(0.005)
        second = bench.child(results)
        with os.fdopen(reader) as lines:
            kept = set(lines.read().split())
        waited(pid)
        refused = second["status"] == 3 and "written by process" in second["said"]
        bench.hit("two writers", refused)
        bench.judge("two writers", results, kept, told=refused and not second["asked"])


def failing(after, error):
    """Harm: raises an error once that many blocks have ended."""

    def harm(module, study, training):
        made_up = study.training.train

        def fails(*arguments, **options):
            for number, block in enumerate(made_up(*arguments, **options)):
                if number == after:
                    raise error
                yield block

        study.training.train = fails

    return harm


def raising(bench, count, rng):
    """A metric that raises after some blocks."""
    for i in range(count):
        results = bench.folder / f"raise{i}"
        harm = failing(rng.randint(0, 5), ValueError("a metric's own fault"))
        run = bench.child(results, harm=harm)
        told = "a metric's own fault" in run["said"] and "run again" in run["said"]
        bench.hit("a metric raises", run["status"] == 2)
        bench.judge("a metric raises", results, run["kept"], told=told)


def vanishing(bench, count, rng):
    """Data that vanish in the middle of a run."""
    from hinge_keras.lab.data import MissingData

    for i in range(count):
        results = bench.folder / f"vanish{i}"
        harm = failing(rng.randint(0, 5), MissingData("no set/part.gz"))
        run = bench.child(results, harm=harm)
        bench.hit("data vanish", run["status"] == 0)
        told = "skipped: no set/part.gz" in run["said"]
        bench.judge("data vanish", results, run["kept"], told=told)


def changed_and_back(bench, count):
    """A definition changed, and then changed back."""
    for i in range(count):
        results = bench.folder / f"changed{i}"
        first = bench.child(results)

        def harm(module, study, training, i=i):
            import dataclasses

            grid = dataclasses.replace(module.EXPERIMENT, epochs=4 + i)
            module.EXPERIMENT = grid
            reference = list(bench.reference.values())

            def other(experiment, trials, missing, **options):
                yield [(trial, reference[0]) for trial in missing]

            study.training.train = other

        second = bench.child(results, harm=harm)
        bench.hit("changed and back", len(second["asked"]) == len(bench.reference))
        told = "of other definitions are kept, not used" in second["said"]
        third = bench.child(results)
        row = bench.counts.setdefault("changed and back", Counter())
        row["cases"] += 1
        row["recomputed"] += len(third["asked"])
        row["lost"] += len(first["kept"] - bench.kept(results).keys())
        row["wrong"] += view_of(results) != bench.view
        row["untold"] += not told
        shutil.rmtree(results, ignore_errors=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--short", action="store_true", help="a few cases of each")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    share = 0.05 if options.short else 1.0
    signal.signal(signal.SIGINT, signal.default_int_handler)  # Also in the background.
    # Loaded and read once, before any process forks; no operation starts a backend's
    # threads.
    import hinge_keras.lab.compare
    import hinge_keras.lab.figures.canvas
    import hinge_keras.lab.study  # noqa: F401
    from hinge_keras.lab import training
    from hinge_keras.lab.grid import identity

    identity.digest(training.code())

    with tempfile.TemporaryDirectory(prefix="hinge_keras_faults_") as folder:
        rows = campaign(Path(folder), share, random.Random(options.seed))
    if not options.short:
        with TABLE.open("w", newline="") as file:
            writer = csv.DictWriter(file, COLUMNS)
            writer.writeheader()
            writer.writerows(rows)
    print(*COLUMNS, sep="\t")
    for row in rows:
        print(*(row[name] for name in COLUMNS), sep="\t")
    amiss = sum(row[name] for row in rows for name in COLUMNS[3:])
    return 1 if amiss else 0


def campaign(folder, share, rng):
    """All faults, that share of the full number of cases; one row a fault."""
    bench = Bench(folder)

    def some(count):
        return max(2, round(share * count))

    kills(bench, some(300), rng)
    steps(bench, 8 if share < 0.5 else 1000)
    interrupts(bench, some(40), rng)
    full_disks(bench, some(60), rng)
    unwritable(bench)
    damage(bench, some(200), rng)
    two_writers(bench, some(20))
    raising(bench, some(20), rng)
    vanishing(bench, some(20), rng)
    changed_and_back(bench, some(10))
    return [
        {"fault": fault, **{name: counts[name] for name in COLUMNS[1:]}}
        for fault, counts in bench.counts.items()
    ]


if __name__ == "__main__":
    sys.exit(main())
