"""No character is both learned and read."""

import numpy as np

from experiments import transfer


class Drawings:
    """One drawing of each character, its number as its pixel."""

    def load(self, seed):
        numbers = np.arange(transfer.CHARACTERS)
        return dict.fromkeys(("train", "test"), (numbers[:, None], numbers))


def test_no_character_is_learned_and_read():
    known, other = (transfer.some(3, Drawings(), known) for known in (True, False))
    for part in ("train", "test"):
        both = np.concatenate([known[part][0], other[part][0]])[:, 0]
        assert len(np.unique(both)) == len(both) == 2 * transfer.LEARNED


def test_each_part_numbers_its_characters_alike_in_every_part():
    parts = transfer.some(3, Drawings(), known=False)
    assert sorted(parts["train"][1]) == list(range(transfer.LEARNED))
    for x, y in parts.values():
        assert y[x[:, 0].argsort()].tolist() == parts["train"][1].tolist()


def test_another_seed_draws_others():
    one, two = (transfer.some(seed, Drawings(), True)["train"][0] for seed in (0, 1))
    assert set(one[:, 0]) != set(two[:, 0])
