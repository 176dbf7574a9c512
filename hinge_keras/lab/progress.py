"""How far a run is and when it will end, on standard error."""

import sys
import time

EVERY = 5.0  # Seconds between lines; nothing is said of a run shorter than that.


class Progress:
    """Counts finished trials; says the count and a time estimate now and then.

    Trials that train together end together, so the estimate also counts those
    under way, as fractions.
    """

    def __init__(self, name, total, stream=sys.stderr, clock=time.monotonic):
        self.name, self.total, self.stream, self.clock = name, total, stream, clock
        self.done, self.underway = 0, 0.0
        self.start = self.said = clock()

    def step(self, finished=1):
        """Count finished trials, of those under way if there are any."""
        self.done += finished
        self.within(max(0.0, self.underway - finished))

    def within(self, underway):
        """Note that so many more trials are as good as finished."""
        self.underway = underway
        now = self.clock()
        if now - self.said < EVERY or self.done + underway == 0:
            return
        self.said = now
        share = (self.done + underway) / self.total
        left = (now - self.start) * (1 - share) / share
        print(
            f"{self.name}: {self.done + int(underway)} of {self.total} trials, "
            f"{duration(now - self.start)} so far, about {duration(left)} left",
            file=self.stream,
            flush=True,
        )


def duration(seconds):
    """`75` -> `1:15`, to the nearest second."""
    minutes, seconds = divmod(round(seconds), 60)
    return f"{minutes}:{seconds:02d}"
