"""What all commands share: exit statuses, refusals, a quiet backend, output."""

import contextlib
import difflib
import json
import os
import sys

FINE, FAILED, WRONG, LOCKED, DIED, INTERRUPTED = 0, 1, 2, 3, 4, 130
STATUSES = (
    "Exit status: 0 fine; 1 a study failed, the data allow no comparison, or something "
    "that is needed is broken; 2 wrong arguments; 3 another process is at it; 4 a "
    "process of a smoke run died; 130 interrupted, run again to go on."
)
WIDE = 80
SHOWN = 12  # Names in a sentence.
LAB = 'pip install "hinge_keras[lab]"'


class Refused(Exception):  # noqa: N818 - a state to report, not a fault
    """A command cannot be carried out; the message says why in one sentence.

    Attributes:
        status: The exit status.
    """

    def __init__(self, message, status=WRONG):
        super().__init__(message)
        self.status = status


def refused_name(what, name, accepted):
    """That a name is none of those accepted, with the nearest of them."""
    accepted = [str(each) for each in accepted]
    by_lower = {each.lower(): each for each in accepted}
    near = difflib.get_close_matches(name.lower(), by_lower, 1, 0.5)
    told = f"did you mean {by_lower[near[0]]!r}? " if near else ""
    shown = ", ".join(accepted[:SHOWN])
    if len(accepted) > SHOWN:
        shown += f" and {len(accepted) - SHOWN} more"
    return Refused(f"{what} is {name!r}; {told}accepted are {shown}")


@contextlib.contextmanager
def quiet():
    """Python's errors are shown, and not what a backend's C++ says of itself.

    It writes to the file of standard error itself, before it reads how much it may.
    """
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    try:
        real = os.dup(2)
    except OSError:  # Closed.
        yield
        return
    before = sys.stderr
    shown = os.fdopen(real, "w", 1, errors="replace", closefd=False)
    silent = os.open(os.devnull, os.O_WRONLY)
    try:
        if before is sys.__stderr__:  # Else somebody listens already.
            sys.stderr = shown
        os.dup2(silent, 2)
        yield
    finally:
        shown.flush()
        sys.stderr = before
        os.dup2(real, 2)
        os.close(silent)
        os.close(real)


@contextlib.contextmanager
def aside(as_json):
    """With JSON asked for, what else is told goes to standard error."""
    with contextlib.redirect_stdout(sys.stderr if as_json else sys.stdout):
        yield


def console():
    """Where rich text goes: 80 columns at most, plain in a pipe."""
    from rich.console import Console

    found = Console(highlight=False, markup=False, emoji=False)
    found.width = min(found.width, WIDE) if found.is_terminal else WIDE
    return found


def say_json(content):
    """Write JSON on standard output; what is no number is null."""
    print(json.dumps(plain(content), indent=1, ensure_ascii=False))


def plain(value):
    """What JSON has of a value: no NaN, no infinity, no types of NumPy."""
    if isinstance(value, dict):
        return {str(name): plain(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [plain(each) for each in value]
    if hasattr(value, "item"):
        value = value.item()
    if isinstance(value, float) and not abs(value) < float("inf"):
        return None
    known = isinstance(value, str | int | float | None)
    return value if known else str(value)
