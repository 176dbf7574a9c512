"""The studies of a checkout, run by their own command in a process of its own."""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from hinge_keras.cli.terminal import Refused, say_json

FOLDER = Path("experiments")


def run(arguments, studies, as_json=False):
    """Run the studies' own command; its exit status.

    Args:
        arguments: Its arguments.
        studies: The folder of the studies.
        as_json: Whether what it has to say is told as JSON, and all else aside.
    """
    folder = found(studies)
    command = [sys.executable, "-m", folder.name]
    with tempfile.TemporaryDirectory() as place:
        told = Path(place) / "told.json"
        command += ["--json", str(told)] if as_json else []
        status = waited([*command, *arguments], folder.parent, as_json)
        if as_json and told.exists():
            say_json(json.loads(told.read_text()))
    return status


def found(studies):
    """The folder of the studies, with a command of its own."""
    folder = Path(studies).resolve()
    # Without `__init__.py` a package of that name elsewhere would be run instead.
    if not all((folder / f"__{each}__.py").is_file() for each in ("init", "main")):
        raise Refused(
            f"there are no studies in {studies}; accepted is --studies FOLDER, or a "
            "clone of the repository as working directory, whose folder is experiments"
        )
    return folder


def waited(command, home, as_json):
    """Run a command where it lives; an interrupt is its own to answer."""
    environment = {"TF_CPP_MIN_LOG_LEVEL": "3", **os.environ}
    sys.stdout.flush()
    process = subprocess.Popen(
        command,
        cwd=home,
        env=environment,
        stdout=shown() if as_json else None,
        stderr=shown(),
    )
    while True:
        try:
            status = process.wait()
            return 128 - status if status < 0 else status
        except KeyboardInterrupt:  # It was interrupted as well.
            continue


def shown():
    """The file of what is told aside, which is not that of a backend's chatter."""
    try:
        return sys.stderr.fileno()
    except (AttributeError, OSError, ValueError):  # Python's own, as in tests.
        return None
