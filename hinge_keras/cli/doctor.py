"""What there is on this machine, and what of it is broken."""

import importlib
import importlib.util
import os
import platform
import sys
from importlib import metadata
from pathlib import Path
from typing import NamedTuple

import hinge_keras
from hinge_keras.cli.terminal import FAILED, FINE, LAB, console, say_json

GOOD, ABSENT, BROKEN = "ok", "absent", "broken"
STYLES = {GOOD: "green", ABSENT: "yellow", BROKEN: "bold red"}
LABORATORY = {  # What a module of the extra "lab" is imported as.
    "pandas": "pandas",
    "matplotlib": "matplotlib",
    "scipy": "scipy",
    "scikit-learn": "sklearn",
    "threadpoolctl": "threadpoolctl",
    "pooch": "pooch",
    "numba": "numba",
}
GIBI = 2**30


class Found(NamedTuple):
    """One thing that was looked at: what, how it is, and what is to be said of it."""

    what: str
    state: str
    told: str


def show(results, as_json):
    """Look at everything and tell of it; the exit status."""
    from rich.text import Text

    out, found = console(), []
    for each in looked_at(Path(results)):
        found.append(each)
        if not as_json:
            line = Text(f"{each.state:7}", style=STYLES[each.state])
            out.print(line.append(f" {each.what}: {each.told}", style="default"))
    broken = [each for each in found if each.state == BROKEN]
    if as_json:
        say_json({"broken": len(broken), "found": [each._asdict() for each in found]})
    elif broken:
        out.print(f"\n{len(broken)} broken: {', '.join(e.what for e in broken)}")
    else:
        out.print("\nnothing that is needed is broken")
    return FAILED if broken else FINE


def looked_at(results):
    """One by one, what is there; the slow looks last."""
    yield python()
    yield Found("hinge_keras", GOOD, f"{hinge_keras.__version__}, {home()}")
    yield machine()
    yield from backend()
    yield laboratory()
    yield kernels()
    for name, use in (
        ("pyarrow", "Parquet files"),
        ("tensorboard", "to look at curves"),
    ):
        there = importlib.util.find_spec(name) is not None
        told = version(name) if there else f"not here; only to read {use}"
        yield Found(name, GOOD if there else ABSENT, told)
    yield from data()
    yield tables(results)


def python():
    fits = sys.version_info >= (3, 11)
    told = f"{platform.python_version()} on {platform.platform(terse=True)}"
    return Found(
        "Python", GOOD if fits else BROKEN, told + (", 3.11 needed" * (not fits))
    )


def home():
    return Path(hinge_keras.__file__).parent


def version(package):
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return "here"


def machine():
    """Cores and memory, those that this process may have."""
    cores = os.cpu_count() or 1
    if hasattr(os, "sched_getaffinity"):
        cores = len(os.sched_getaffinity(0))
    told = f"{cores} core{'s' * (cores > 1)}"
    try:
        page = os.sysconf("SC_PAGE_SIZE")
        whole = os.sysconf("SC_PHYS_PAGES") * page / GIBI
        free = os.sysconf("SC_AVPHYS_PAGES") * page / GIBI
        told += f", {whole:.1f} GiB of memory, {free:.1f} free"
    except (ValueError, OSError, AttributeError):
        pass
    return Found("machine", GOOD, told)


def backend():
    """Keras and its backend, whether a loss can be computed, and on which devices."""
    try:
        import keras

        name = keras.backend.backend()
        loss = float(hinge_keras.Hinge()([1, -1, 1], [0.5, -2.0, -1.0]))
        right = abs(loss - 2.5 / 3) < 1e-4
        told = f"{version('keras')} on {name} {version(name)}"
        told += "" if right else f", and the hinge of a test is {loss:g}, not 0.8333"
        yield Found("Keras", GOOD if right else BROKEN, told)
    except Exception as error:
        yield Found("Keras", BROKEN, f"{reason(error)}; a backend: {BACKEND}")
        return
    try:
        devices = keras.distribution.list_devices()
        yield Found("devices", GOOD, ", ".join(map(str, devices)) or "none is listed")
    except Exception as error:
        yield Found("devices", ABSENT, f"not to be listed ({reason(error)})")


BACKEND = 'pip install "hinge_keras[tensorflow]", or jax, or torch'


def reason(error):
    return f"{type(error).__name__}: {error}".splitlines()[0][:200]


def laboratory():
    """Whether the laboratory's packages are there, and can be imported."""
    lacking, broken = [], []
    for package, module in LABORATORY.items():
        if importlib.util.find_spec(module) is None:
            lacking.append(package)
            continue
        try:
            importlib.import_module(module)
        except Exception as error:
            broken.append(f"{package} ({reason(error)})")
    if lacking or broken:
        told = f"without {', '.join(lacking)}" if lacking else ""
        told += (
            f"{'; ' * bool(told)}cannot import {', '.join(broken)}" if broken else ""
        )
        return Found("laboratory", BROKEN, f"{told}: {LAB}")
    told = ", ".join(f"{package} {version(package)}" for package in LABORATORY)
    return Found("laboratory", GOOD, told)


def kernels():
    """Whether compiled kernels fit a linear SVM as they should."""
    if importlib.util.find_spec("numba") is None:
        return Found("kernels", ABSENT, "numba is not here; all works, more slowly")
    try:
        import numpy as np

        from hinge_keras.svm import SmoothSVC, compiled

        x = np.array([[-2.0], [-1.0], [1.0], [2.0]])
        fitted = SmoothSVC().fit(x, [0, 0, 1, 1])
        right = fitted.predict(x).tolist() == [0, 0, 1, 1]
        told = f"{compiled.__name__.rpartition('.')[2]} with numba {version('numba')}"
        return Found("kernels", GOOD if right else BROKEN, told)
    except Exception as error:
        return Found("kernels", BROKEN, reason(error))


def data():
    """Where data sets are looked for, and which are there with the right bytes."""
    try:
        from hinge_keras.lab.data import sources
    except ImportError as error:
        yield Found("data sets", ABSENT, reason(error))
        return
    places = sources.folders(os.environ.get(sources.FOLDER))
    if not os.environ.get(sources.FOLDER):
        told = f"{places[-1]}; {sources.FOLDER} may name another"
    else:
        told = ", then ".join(map(str, places))
    yield Found("data are sought", GOOD, told)
    right, lacking, wrong = [], [], []
    for file in sources.catalogue().values():
        here = next((p / file.path for p in places if (p / file.path).is_file()), None)
        if here is None:
            lacking.append(file)
            continue
        try:
            sources.verified(file, here)
            right.append(file)
        except (ValueError, OSError) as error:
            wrong.append(str(error))
    fetched = sum(bool(file.url) for file in lacking)
    told = f"{len(right)} of {len(sources.catalogue())} files here"
    told += ", with the right checksums" if right else ""
    if lacking:
        told += (
            f"; {fetched} can be downloaded when needed, {len(lacking) - fetched} not"
        )
    yield Found("data sets", GOOD if right or not lacking else ABSENT, told)
    for sentence in wrong:
        yield Found("data file", BROKEN, sentence)


def tables(results):
    """Whether the published tables are those that were published."""
    try:
        from hinge_keras.lab.tables import view
    except ImportError as error:
        return Found("published tables", ABSENT, reason(error))
    folders = sorted(path.parent for path in results.rglob(view.MANIFEST))
    if not folders:
        return Found("published tables", ABSENT, f"none in {results}")
    damaged = [sentence for folder in folders if (sentence := view.damage(folder))]
    if damaged:
        told = f"{len(damaged)} of {len(folders)} damaged: {damaged[0]}"
        return Found("published tables", BROKEN, told)
    return Found("published tables", GOOD, f"{len(folders)} in {results}, all whole")
