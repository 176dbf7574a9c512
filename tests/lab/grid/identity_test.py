"""A trial is known by what it does: all that can change a number, and nothing else."""

import copy
import functools
import importlib.util
import random
import shutil
import subprocess
import sys
import textwrap
import types
from pathlib import Path

import keras
import numpy as np
import pandas as pd
import pytest
import scipy.stats

import hinge_keras as hk
from hinge_keras.lab import Arm, Measure, data, models, training
from hinge_keras.lab.data.dataset import Dataset, standardised
from hinge_keras.lab.grid import identity, seeds
from hinge_keras.lab.training import fused, kernels, mapped, program

ROOT = Path(__file__).parents[3]
OTHERS = [each for each in ("tensorflow", "jax") if each != keras.backend.backend()]


def key(experiment, index=0):
    trial = experiment.trials()[index]
    return experiment.keys([trial], training.code())[trial]


@pytest.mark.parametrize(
    "changes",
    [
        {"epochs": 3},
        {"batch_size": 17},
        {"patience": 1},
        {"optimizer": keras.optimizers.SGD(momentum=0.5)},
        {
            "optimizer": keras.optimizers.Adam(
                keras.optimizers.schedules.CosineDecay(1, 9)
            )
        },
        {"arms": {"hinge": hk.Hinge(margin=2.0)}},
        {"arms": [Arm("hinge", hk.Hinge(), models.MLP((5,)))]},
        {"axes": {"learning_rate": [0.02]}},
        {"axes": {"learning_rate": [0.01], "weight_decay": [0.1]}},
        {"seeds": [1]},
        {"datasets": [data.circles(sizes=(41, 20, 20))]},
        {"datasets": [data.circles(sizes=(40, 20, 20)).shortened(9)]},
        {"models": [models.MLP((4,), activation="tanh")]},
        {"models": [models.MLP((4,), initializer="glorot_uniform")]},
        {"measures": [Measure("mean_margin", hk.MeanMargin)]},
        {
            "measures": [
                Measure("accuracy", hk.ScoreAccuracy),
                Measure("brier", hk.BrierScore, calibrated=True),
            ]
        },
        {"keep_scores": ["test", "validation"]},
        {"keep_scores": []},
    ],
    ids=lambda changes: ", ".join(changes),
)
def test_every_field_that_decides_a_trial_changes_its_key(small, changes):
    assert key(small()) == key(small())
    assert key(small(**changes)) != key(small())


@pytest.mark.parametrize(
    "changes",
    [
        {"datasets": [data.circles("another name", sizes=(40, 20, 20))]},
        {"datasets": [data.circles(sizes=(40, 20, 20)).tagged(noise=0.3)]},
        {"arms": [Arm("another name", hk.Hinge(), tags={"kind": "margin"})]},
        {"arms": [Arm("hinge", hk.Hinge(name="mine"))]},
        {"arms": [Arm("hinge", lambda data: hk.Hinge())]},
        {"seeds": range(9)},
        {"choose_by": "loss"},
        {"measures": [Measure("accuracy", hk.ScoreAccuracy, kind="count")]},
        {"models": [models.MLP((4,)), models.MLP((5,))]},
    ],
    ids=lambda changes: str(changes)[:40],
)
def test_names_tags_and_the_rest_of_the_grid_do_not_change_a_key(small, changes):
    assert key(small(**changes)) == key(small())


def test_only_the_first_seed_is_known_by_the_scores_it_keeps(small):
    both = small(keep_scores=["test"]), small(keep_scores=[])
    assert key(both[0], 1) == key(both[1], 1)
    assert key(both[0], 0) != key(both[1], 0)


def sevenfold(self, m):
    return 7 * hk.Hinge().phi(m)


def shifted(splits):
    return {name: (x + 1, y) for name, (x, y) in standardised(splits).items()}


@pytest.mark.parametrize(
    ("place", "name", "changed"),
    [
        (hk.Hinge, "phi", sevenfold),
        (hk.margins, "binary", lambda *arguments, **named: None),
        (seeds, "derive", lambda seed, *axis: 1),
        (sys.modules["hinge_keras.lab.data.generated"], "standardised", shifted),
        (program, "stateless", lambda optimizer: optimizer),
        (program.Program, "step", lambda self, *arguments: arguments),
        (fused.Fused, "steps", lambda self, *arguments: arguments),
        (kernels, "NARROW", 17),
        (kernels, "COMPILE", {"nogil": True}),
        (mapped.Mapped, "epoch", lambda self, *arguments: arguments),
        (models, "seeded", lambda initializer, seed, layer: "zeros"),
        (models.MLP, "kernels", lambda self, outputs, seed: ()),
        (hk.ScoreAccuracy, "values", lambda self, reading: 1.0),
        (training.replicas, "record", lambda *arguments, **named: None),
    ],
    ids=lambda part: getattr(part, "__name__", str(part)),
)
def test_every_kind_of_code_behind_a_trial_changes_its_key(
    small, monkeypatch, place, name, changed
):
    if not hasattr(place, name):
        pytest.fail(f"{place} has no {name}: name another helper here")
    before = key(small())
    monkeypatch.setattr(place, name, changed)
    assert key(small()) != before


def test_the_float_type_changes_a_key(small):
    before = key(small())
    keras.config.set_floatx("float64")
    try:
        assert key(small()) != before
    finally:
        keras.config.set_floatx("float32")


def test_a_minor_version_does_not_change_a_key_and_a_major_one_does(small, monkeypatch):
    before = key(small())
    monkeypatch.setattr(hk, "__version__", "99.0")
    monkeypatch.setattr(keras, "__version__", "3.99.7")
    assert key(small()) == before
    monkeypatch.setattr(keras, "__version__", "4.0")
    assert key(small()) != before


def made(text, tmp_path, name="user"):
    """What a user's file defines as `thing`."""
    path = tmp_path / f"{name}_{abs(hash(text))}.py"
    path.write_text(textwrap.dedent(text))
    spec = importlib.util.spec_from_file_location(name, path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module.thing


LOSS = """
import keras
FAINT = 0.01
def helper(x):
    return x * FAINT
class Mine(keras.losses.Loss):
    def __init__(self, k=1):
        super().__init__()
        self._k = k
    def call(self, y_true, y_pred):
        return helper(y_pred) * self._k
thing = Mine()
"""


COMPILED = """
import numba
FACTOR = 2.0
@numba.njit
def helper(x):
    return FACTOR * x
def thing(x):
    return helper(x)
"""


@pytest.mark.parametrize(
    ("text", "old", "new"),
    [
        (LOSS, "0.01", "0.02"),
        (LOSS, "x * FAINT", "x + FAINT"),
        (LOSS, "helper(y_pred) * self._k", "helper(y_pred) / self._k"),
        (LOSS, "thing = Mine()", "thing = Mine(k=5)"),
        (LOSS, "k=1", "k=2"),
        (COMPILED, "2.0", "3.0"),
        (COMPILED, "FACTOR * x", "FACTOR + x"),
        (COMPILED, "numba.njit", "numba.njit(fastmath=True)"),
    ],
)
def test_a_users_code_is_known_by_all_that_it_reaches(tmp_path, text, old, new):
    before = identity.digest(made(text, tmp_path))
    assert identity.digest(made(text.replace(old, new), tmp_path)) != before


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("FAINT = 0.01", '"""A docstring, with a comma."""\n\n\nFAINT = 0.01  # Why.'),
        ("    return x * FAINT", '    """It has a docstring."""\n    return x * FAINT'),
        ("def helper(x):", "def helper(x: float) -> float:"),
        ("    return x * FAINT", "    return x*(FAINT)"),
        ("thing = Mine()", "other = Mine()\nthing = Mine()"),
        ("    def call", "    # What it is worth.\n    def call"),
        ("class Mine", "def unused():\n    return 7\n\n\nclass Mine"),
    ],
)
def test_what_changes_no_number_changes_no_digest(tmp_path, old, new):
    before = identity.digest(made(LOSS, tmp_path))
    assert identity.digest(made(LOSS.replace(old, new), tmp_path)) == before


def test_the_text_of_an_error_does_not_count(tmp_path):
    text = "def thing(x):\n    if x:\n        raise ValueError('one')\n    return x\n"
    one, two = (made(t, tmp_path) for t in (text, text.replace("one", "two")))
    assert identity.digest(one) == identity.digest(two)
    assert identity.digest(one) != identity.digest(
        made(text.replace("if x", "if not x"), tmp_path)
    )


def closure(k):
    return lambda x: x * k


@pytest.mark.parametrize(
    ("one", "two"),
    [
        (closure(1), closure(5)),
        (functools.partial(closure, 1), functools.partial(closure, 2)),
        (np.arange(2000.0), np.r_[np.arange(1999.0), 0.0]),
        (np.float32([1.0]), np.float64([1.0])),
        ([1, 2], [2, 1]),
        ({"a": 1}, {"a": 2}),
        (pd.DataFrame({"a": [1.0]}), pd.DataFrame({"a": [2.0]})),
        (pd.DataFrame({"a": ["x"]}), pd.DataFrame({"a": ["y"]})),
        (hk.OneVsRest(hk.Hinge()), hk.OneVsRest(hk.Hinge(0.5))),
        (keras.losses.Hinge(), keras.losses.Hinge(reduction="sum")),
        (Dataset("a", closure(1)), Dataset("a", closure(2))),
    ],
    ids=lambda thing: type(thing).__name__,
)
def test_values_are_known_by_their_content(one, two):
    assert identity.digest(one) != identity.digest(two)


@pytest.mark.parametrize("draw", [np.random.normal, random.gauss])
def test_what_was_drawn_before_does_not_count(draw):
    def noisy():
        return draw(0, 1)

    before = identity.digest(noisy)
    draw(0, 1)
    assert identity.digest(noisy) == before


def test_what_was_pickled_has_the_digest_that_it_had():
    measure = Measure("accuracy", hk.ScoreAccuracy)
    if "__slotnames__" in vars(Measure):
        del Measure.__slotnames__
    before = identity.digest(measure)
    copy.deepcopy(measure)
    assert "__slotnames__" in vars(Measure)
    assert identity.digest(measure) == before


def test_two_lambdas_on_a_line_are_told_apart():
    one, two = (lambda x: x + 1), (lambda x: x + 2)
    assert identity.digest(one) != identity.digest(two)


def test_one_thing_has_one_digest_whatever_else_was_read():
    alone = identity.digest(hk.Hinge())
    reader = identity.Reader()
    reader.digest(hk.SquaredHinge(), data.circles(), models.MLP((4,)))
    assert reader.digest(hk.Hinge()) == alone


def test_an_import_of_what_is_not_installed_does_not_matter(tmp_path):
    text = "def thing(x):\n    import no_such_package\n    return x + 1\n"
    one, two = made(text, tmp_path), made(text.replace("+ 1", "+ 2"), tmp_path)
    assert identity.digest(one) != identity.digest(two)


@pytest.mark.parametrize("hash_seed", ["1", pytest.param("2", marks=pytest.mark.slow)])
def test_a_digest_is_the_same_in_another_process(hash_seed, tmp_path):
    """Of another place, another environment, and with JAX not to be had."""
    shutil.copytree(ROOT / "hinge_keras", tmp_path / "hinge_keras")
    missing = "nothing" if keras.backend.backend() == "jax" else "jax"
    program = (
        f"import sys; sys.modules['{missing}'] = None\n"
        "import hinge_keras as hk\n"
        "from hinge_keras.lab import data, models, training\n"
        "from hinge_keras.lab.grid import identity\n"
        "print(identity.digest(training.code(), data.digits(), data.table('ecoli'),"
        " models.MLP((4,)), hk.CrammerSinger(), {'b', 'a'}, identity.digest))"
    )
    out = subprocess.run(
        [sys.executable, "-c", program],
        cwd=tmp_path,
        env={"PYTHONHASHSEED": hash_seed, "KERAS_BACKEND": keras.backend.backend()},
        capture_output=True,
        text=True,
        check=True,
    ).stdout.strip()
    sets = data.digits(), data.table("ecoli")
    rest = models.MLP((4,)), hk.CrammerSinger(), {"a", "b"}, identity.digest
    assert out == identity.digest(training.code(), *sets, *rest)


def test_what_was_read_before_is_not_in_a_digest():
    assert identity.digest(identity.digest) == identity.digest(identity.digest)


def test_what_was_drawn_before_is_not_in_a_digest():
    held = scipy.stats.truncnorm(-2, 2)  # Which holds NumPy's own generator.
    before = identity.digest(held, np.random.mtrand._rand)
    np.random.random()
    assert identity.digest(held, np.random.mtrand._rand) == before


@pytest.mark.slow
@pytest.mark.parametrize("backend", OTHERS)
def test_a_trial_has_one_key_on_every_backend(backend):
    pytest.importorskip(backend, reason=f"{backend} is not installed")
    program = (
        "import keras, hinge_keras as hk\n"
        "from hinge_keras import lab\n"
        "from hinge_keras.lab import data, models, training\n"
        "e = lab.Experiment(datasets=[data.digits()], arms={'a': hk.CrammerSinger()},"
        " models=[models.MLP((4,), noise=0.5), models.MLP((4,), 'cosine')],"
        " optimizer=keras.optimizers.SGD(momentum=0.9), seeds=[0])\n"
        "print(sorted(e.keys(e.trials(), training.code()).values()))"
    )
    keys = {
        subprocess.run(
            [sys.executable, "-c", program],
            cwd=ROOT,
            env={"KERAS_BACKEND": each},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for each in (backend, keras.backend.backend())
    }
    assert len(keys) == 1


def test_code_of_the_program_that_was_started_has_the_name_of_its_module(monkeypatch):
    def loss(y, f):
        return f

    before = identity.digest(loss)
    named = types.ModuleType("__main__")
    named.__spec__ = types.SimpleNamespace(name=loss.__module__)
    monkeypatch.setitem(sys.modules, "__main__", named)
    loss.__module__ = "__main__"
    assert identity.digest(loss) == before


def test_another_table_does_not_change_the_key_of_this_one(monkeypatch):
    before = identity.digest(data.table("ecoli"))
    monkeypatch.setitem(data.TABLES, "new", data.TABLES["glass"])
    assert identity.digest(data.table("ecoli")) == before
    assert identity.digest(data.table("glass")) != before
