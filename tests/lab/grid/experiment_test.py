"""A grid is the product of its lists, and bad ones are refused in one sentence."""

import dataclasses

import numpy as np
import pytest

import hinge_keras as hk
from hinge_keras import lab
from hinge_keras.lab import data, models


@dataclasses.dataclass(frozen=True)
class Same:
    """Builders that differ and say that they do not."""

    number: int
    name = "same"


HINGE, SAME = lab.Arm("hinge", hk.Hinge()), Same(1)


def test_trials_are_the_product_of_the_lists(small):
    trials = small(axes={"learning_rate": [0.1, 0.2, 0.3]}).trials()
    assert len(trials) == len(set(trials)) == 2 * 3 * 2


def test_quick_is_a_smaller_grid_of_the_same_kind(small):
    quick = small(seeds=range(9), epochs=99).quick()
    assert (len(quick.seeds), quick.epochs) == (2, 3)


@pytest.mark.parametrize(
    ("axes", "message"),
    [
        ({"arms": {}}, "arms is empty"),
        ({"seeds": []}, "seeds is empty"),
        ({"epochs": 0}, "epochs is 0"),
        ({"batch_size": -1}, "batch_size is -1"),
        ({"axes": {"learning_rate": [0.1, 0.0]}}, r"learning_rate is \[0.1, 0.0\]"),
        ({"axes": {"learning_rate": []}}, r"learning_rate is \[\]"),
        ({"axes": {}}, "arm 'hinge' has no learning_rate"),
        ({"axes": {"learning_rate": [1], "sigma": [1]}}, "axes names 'sigma'"),
        ({"arms": {"x": "hinge"}}, "the loss of arm 'x' is 'hinge'"),
        ({"arms": [HINGE, HINGE]}, "arms has 2 named 'hinge'"),
        ({"datasets": [data.moons("x"), data.blobs("x")]}, "datasets has 2 named 'x'"),
        ({"models": [SAME, Same(2)]}, "models has 2 named 'same'"),
        ({"models": []}, "models is empty and arm 'hinge' has none"),
        ({"measures": 2 * [lab.Measure("m", hk.MeanMargin)]}, "measures has 2 named"),
        ({"choose_by": "luck"}, "choose_by is 'luck'; accepted are accuracy, loss"),
        ({"datasets": [data.moons().tagged(seed=1)]}, "'seed' is a tag or an axis"),
        (
            {"arms": [lab.Arm("x", hk.Hinge(), on=lambda each: False)]},
            "no arm is on any data set",
        ),
    ],
)
def test_a_bad_grid_is_refused(small, axes, message):
    with pytest.raises(ValueError, match=message):
        small(**axes)


def test_a_trial_is_pure_data(small):
    values = dataclasses.asdict(small().trials()[0])
    assert values["axes"] == (("learning_rate", 0.01),)
    rest = [value for name, value in values.items() if name != "axes"]
    assert {type(value) for value in rest} <= {str, int}


def test_a_trial_carries_its_arm_its_axes_and_all_tags_as_columns(small):
    experiment = small(
        datasets=[data.circles(sizes=(40, 20, 20)).tagged(noise=0.3)],
        arms=[
            lab.Arm(
                "smooth",
                lambda data, sigma: hk.PsiG(sigma),
                axes={"sigma": [0.1, 1.0]},
                tags={"kind": "smooth"},
            )
        ],
    )
    trials = experiment.trials()
    assert [dict(trial.axes)["sigma"] for trial in trials] == [0.1, 0.1, 1.0, 1.0]
    assert experiment.columns(trials[-1]) == {
        "dataset": "circles",
        "model": "4 linear",
        "arm": "smooth",
        "learning_rate": 0.01,
        "sigma": 1.0,
        "seed": 1,
        "noise": 0.3,
        "layers": 1,
        "head": "linear",
        "kind": "smooth",
    }
    assert experiment.loss(trials[0]).get_config()["sigma"] == 0.1
    assert experiment.loss(trials[0]) is experiment.loss(trials[1])


def test_an_arm_may_have_its_own_model_data_sets_and_rates(small):
    sets = [data.circles(sizes=(40, 20, 20)), data.moons(sizes=(40, 20, 20))]
    wide = models.MLP((9,))
    experiment = small(
        datasets=sets,
        arms=[
            lab.Arm("plain", hk.Hinge()),
            lab.Arm("own", hk.Hinge(), wide, on=[sets[1]], axes={"learning_rate": [7]}),
            lab.Arm("never", hk.Hinge(), on=lambda each: each.classes == 9),
        ],
        seeds=[0],
    )
    cells = [(t.dataset, t.model, t.arm, t.learning_rate) for t in experiment.trials()]
    assert cells == [
        ("circles", "4 linear", "plain", 0.01),
        ("moons", "4 linear", "plain", 0.01),
        ("moons", "9 linear", "own", 7.0),
    ]


def test_a_loss_may_be_made_from_the_class_counts_of_a_data_set(small):
    tail = data.with_long_tail(data.blobs(sizes=(90, 30, 30)), 4)
    experiment = small(
        datasets=[tail],
        arms=[lab.Arm("LDAM", lambda data: hk.LDAM(data.class_counts()))],
    )
    counts = experiment.loss(experiment.trials()[0]).get_config()["class_counts"]
    labels = tail.load(0)["train"][1].astype(int)
    assert list(counts) == np.bincount(labels).tolist()
    assert counts[0] == 4 * counts[2]
    assert tail.shortened(9).class_counts() == tail.class_counts()  # Of the whole set.


def test_weight_decay_is_an_axis(small):
    experiment = small(axes={"learning_rate": [0.1], "weight_decay": [0.0, 0.2]})
    decays = {dict(trial.axes)["weight_decay"] for trial in experiment.trials()}
    assert decays == {0.0, 0.2}


@pytest.mark.parametrize(("value", "expected"), [("", False), ("1", True)])
def test_the_full_budget_is_asked_for_by_the_environment(monkeypatch, value, expected):
    monkeypatch.setenv("FULL", value)
    assert lab.full() is expected
    monkeypatch.delenv("FULL")
    assert lab.full() is False


def test_an_axis_that_a_loss_does_not_take_is_refused():
    with pytest.raises(ValueError, match="arm 'x' has the axis 'width'; accepted are"):
        lab.Arm("x", lambda data, sigma: hk.PsiG(sigma), axes={"width": [1]})


def test_what_an_arm_makes_must_be_a_loss(small):
    experiment = small(arms=[lab.Arm("x", lambda data: 7)])
    with pytest.raises(ValueError, match="arm 'x' makes 7"):
        experiment.loss(experiment.trials()[0])
