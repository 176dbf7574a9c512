"""What people see of `hk.compare`, in the situations that they call it in."""

import numpy as np
import pytest

from benchmarks import situations
from hinge_keras.lab.compare import call

REFUSED = [s for s in situations.SITUATIONS if s.refused and s.after is repr]
ANSWERED = [s for s in situations.SITUATIONS if s not in REFUSED]


class UnderstoodError(Exception):
    """All that is asked before training was answered."""


def in_reach(situation):
    """Skips a situation of people who have a package that is not here."""
    if situation.needs:
        pytest.importorskip(situation.needs, reason=f"it needs {situation.needs}")


def names(cases):
    return [case.name for case in cases]


@pytest.mark.parametrize("situation", REFUSED, ids=names(REFUSED))
def test_what_cannot_be_compared_is_refused_before_training(situation, monkeypatch):
    def trained(*arguments):
        raise AssertionError("it was trained")

    monkeypatch.setattr(call, "searched", trained)
    told = situations.seen(situation)
    assert told.startswith("refused: ")
    assert situation.sees in told
    assert "accepted" in told
    assert "\n" not in told


@pytest.mark.parametrize("situation", ANSWERED, ids=names(ANSWERED))
def test_all_else_is_understood(situation, monkeypatch):
    def trained(*arguments):
        raise UnderstoodError

    in_reach(situation)

    monkeypatch.setattr(call, "searched", trained)
    with pytest.raises(UnderstoodError):
        situations.seen(situation)


@pytest.mark.slow
@pytest.mark.parametrize("situation", ANSWERED, ids=names(ANSWERED))
def test_all_else_is_answered(situation):
    in_reach(situation)
    told = situations.seen(situation)
    assert situation.sees in told
    assert told.startswith("refused: ") == situation.refused


def test_there_are_sixty_of_different_names():
    every = names(situations.SITUATIONS)
    assert len(every) == len(np.unique(every)) >= 60
