"""Progress says how far and how long, but only of runs worth waiting for."""

import io

from hinge_keras.lab.progress import Progress


def test_it_speaks_after_five_seconds_with_an_estimate():
    stream, now = io.StringIO(), [0.0]
    progress = Progress("name", 10, stream, lambda: now[0])
    for _ in range(5):
        now[0] += 2.0
        progress.step()
    assert stream.getvalue() == "name: 3 of 10 trials, 0:06 so far, about 0:14 left\n"


def test_trials_that_end_together_end_one_by_one():
    stream, now = io.StringIO(), [0.0]
    progress = Progress("name", 10, stream, lambda: now[0])
    progress.within(8.0)
    now[0] = 8.0
    progress.step()
    assert stream.getvalue() == "name: 8 of 10 trials, 0:08 so far, about 0:02 left\n"


def test_it_counts_the_trials_under_way():
    stream, now = io.StringIO(), [0.0]
    progress = Progress("name", 10, stream, lambda: now[0])
    now[0] = 6.0
    progress.within(2.5)
    assert stream.getvalue() == "name: 2 of 10 trials, 0:06 so far, about 0:18 left\n"
