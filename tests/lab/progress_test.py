"""Progress says how far and how long, but only of runs worth waiting for."""

import io

from hinge_keras.lab.progress import Progress


class Run:
    """A run of so many trials on a clock that is set by hand."""

    def __init__(self, total):
        self.now, self.stream = 0.0, io.StringIO()
        self.progress = Progress("name", total, self.stream, lambda: self.now)

    def after(self, seconds, *, within=None, step=None):
        self.now += seconds
        if within is None:
            self.progress.step(step)
        else:
            self.progress.within(within)

    @property
    def said(self):
        return self.stream.getvalue().splitlines()


def test_it_speaks_after_five_seconds_with_an_estimate():
    run = Run(10)
    for _ in range(5):
        run.after(1.5, step=1)
    assert run.said == ["name: 4 of 10 trials in 0:06; about 0:09 left"]


def test_nothing_is_estimated_of_what_compiles():
    run = Run(100)
    run.after(60, within=1)  # One epoch of a hundred, nearly all of it compiling.
    assert run.said == ["name: 1 of 100 trials in 1:00, compiling 1:00"]


def test_compiling_is_no_part_of_the_pace():
    run = Run(100)
    run.after(60, within=1)
    for trials in range(2, 12):
        run.after(0.5, within=trials)
    last = "name: 11 of 100 trials in 1:05, compiling 1:00; about 0:44 left"
    assert run.said[1:] == [last]


def test_a_later_block_that_compiles_leaves_the_pace_as_it_is():
    run = Run(40)
    run.after(1, within=1)
    run.after(9, within=10)
    run.after(0, step=10)
    run.after(31, within=1)
    assert (
        run.said[-1] == "name: 11 of 40 trials in 0:41, compiling 0:31; about 0:29 left"
    )


def test_a_later_block_that_is_slower_is_part_of_the_pace():
    run = Run(10)
    run.after(1, step=1)
    run.after(1, step=1)
    run.after(2.5, step=1)
    run.after(2.5, step=1)
    assert run.said == ["name: 4 of 10 trials in 0:07; about 0:12 left"]


def test_trials_that_end_together_end_one_by_one():
    run = Run(10)
    run.after(0, within=4.0)
    run.after(4, within=8.0)
    run.after(4, step=1)
    assert run.said == ["name: 8 of 10 trials in 0:08; about 0:04 left"]


def test_a_block_of_one_epoch_has_no_pace_of_its_own():
    run = Run(4)
    run.after(6, within=2)
    run.after(1, step=2)
    run.after(6, within=2)
    assert "left" not in run.said[0]
    assert run.said[-1].endswith("about 0:00 left")
