"""How far a run is and when it will end, on standard error."""

import sys
import textwrap
import time

WIDE = 79  # Characters of a line on a terminal.
EVERY = 5.0  # Seconds between lines; nothing is said of a run shorter than that.
LATE = 2.0  # A block that shows itself so much later than its pace has compiled.


class Progress:
    """Counts finished trials; says the count and a time estimate now and then.

    Trials that train together end together, so the estimate also counts those
    under way, as fractions. What is left is told by the pace of training alone: what
    passes until the first block shows itself is compiling, and so is what a later one
    takes beyond its pace. Before there is a pace, nothing is estimated.
    """

    def __init__(self, name, total, stream=sys.stderr, clock=time.monotonic):
        self.name, self.total, self.stream, self.clock = name, total, stream, clock
        self.done, self.underway = 0, 0.0
        self.opened = False  # Whether the block that trains has shown itself.
        self.seen, self.compiling = False, 0.0
        self.training, self.trained = 0.0, 0.0  # Seconds, and what they trained.
        self.start = self.said = self.last = clock()

    def step(self, finished=1):
        """Count finished trials, of those under way if there are any."""
        before = self.done + self.underway
        self.done += finished
        self.underway = max(0.0, self.underway - finished)
        self.note(before)
        self.opened = False

    def within(self, underway):
        """Note that so many more trials are as good as finished."""
        before = self.done + self.underway
        self.underway = underway
        self.note(before)
        self.opened = True

    @property
    def pace(self):
        """Seconds of training a trial; `None` before any is known."""
        return self.training / self.trained if self.trained else None

    def note(self, before):
        """Count what has passed since the last sign of life, and tell of it."""
        now = self.clock()
        passed, gained = now - self.last, self.done + self.underway - before
        compiled = 0.0
        if not self.seen:
            compiled = passed
        elif not self.opened and self.pace is not None:
            late = passed - self.pace * gained
            compiled = late if late > LATE else 0.0
        if self.seen:
            self.training += passed - compiled
            self.trained += gained
        self.compiling += compiled
        self.last, self.seen = now, True
        self.say(now)

    def say(self, now):
        if now - self.said < EVERY:
            return
        self.said = now
        share = self.done + self.underway
        told = f"{self.name}: {int(share)} of {self.total} trials"
        told += f" in {duration(now - self.start)}"
        if self.compiling >= LATE:
            told += f", compiling {duration(self.compiling)}"
        if self.pace is not None:
            left = self.pace * (self.total - share)
            told += f"; about {duration(left)} left"
        print(told, file=self.stream, flush=True)


def duration(seconds):
    """`75` -> `1:15`, to the nearest second."""
    minutes, seconds = divmod(round(seconds), 60)
    return f"{minutes}:{seconds:02d}"


def wrapped(told, indent="  "):
    """A sentence over as many indented lines as it needs."""
    return textwrap.fill(
        told,
        WIDE,
        initial_indent=indent,
        subsequent_indent=indent,
        break_on_hyphens=False,
    )
