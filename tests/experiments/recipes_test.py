"""Every recipe runs as it stands and learns what it says."""

import runpy

import keras
import pytest

from experiments import __main__ as command

FOLDER = command.HERE / "recipes"
# Whether what a recipe found is sensible, by its name; the slow ones train several nets.
SENSIBLE = {
    "largest_margin": lambda found: 0.9 < found["margin"] <= 1.001,
    "linear_machine": lambda found: found["right"] > 0.9,
    "look_at_a_loss": lambda found: (
        found["slopes"]["Hinge"][-1] == 0 > found["slopes"]["Logistic"][-1]
    ),
    "many_classes": lambda found: found["right"] > 0.9,
    "probabilities": lambda found: (
        abs(found["p"].mean() - found["y"][2000:].mean()) < 0.05
    ),
    "random_features": lambda found: found["right"] > 0.85,
    "read_by_sign": lambda found: found["as_keras"] < 0.6 < 0.95 < found["by_sign"],
    "smooth_hinge": lambda found: found["right"] > 0.95,
    "temperature": lambda found: (
        abs(found["p"].max(axis=1).mean() - found["right"]) < 0.05
    ),
    "text": lambda found: found["said"].tolist() == [1, 0],
    "top_k": lambda found: 0.5 < found["one"] < found["five"],
    "two_classes": lambda found: found["right"] > 0.95,
    "unknown_inputs": lambda found: found["known"] > 0.9 and found["refused"] > 0.5,
    "who_pulls": lambda found: found["right"] > 0.95 and found["pulling"] < 0.3,
}
SLOW = {
    "compare_losses": lambda found: "hinge" in found["found"].recommendation(),
    "long_tail": lambda found: (
        found["found"]["LogitAdjusted"] > found["found"]["CrossEntropy"]
    ),
    "rare_class": lambda found: (
        found["balanced"]["weighted"] > found["balanced"]["plain"]
    ),
    "several_seeds": lambda found: min(found["found"]) < max(found["found"]),
    "tune_the_rate": lambda found: min(found["accuracy"].values()) > 0.8,
    "wrong_labels": lambda found: found["accuracy"]["L1"] > found["accuracy"]["log"],
}


@pytest.mark.parametrize(
    ("name", "sensible"),
    [
        *SENSIBLE.items(),
        *(pytest.param(*pair, marks=pytest.mark.slow) for pair in SLOW.items()),
    ],
)
def test_it_runs_and_learns(name, sensible, capsys):
    keras.utils.set_random_seed(0)  # A recipe need not, and is another one each time.
    found = runpy.run_path(str(FOLDER / f"{name}.py"))
    assert sensible(found)
    assert capsys.readouterr().out


def test_every_recipe_is_run():
    assert {p.stem for p in FOLDER.glob("[!_]*.py")} == {*SENSIBLE, *SLOW}


def test_no_recipe_is_taken_for_a_study():
    assert not [name for name in command.known() if name.startswith("recipes")]
