"""Does a linear layer on random Fourier features match a kernel SVM?

"A Quasi-SVM in Keras" (Chollet, 2020) trains a hinge on 4,096 random Fourier
features of MNIST, without weight decay, so only nearly an SVM. Handwritten
digits and 1,024 features stand in here, beside the same kernel in
scikit-learn: RBFSampler with LinearSVC, and SVC.
"""

import pandas as pd
from sklearn.kernel_approximation import RBFSampler
from sklearn.pipeline import make_pipeline
from sklearn.svm import SVC, LinearSVC

import hinge_keras as hk
from hinge_keras import lab
from hinge_keras.lab import data, models, plots, stats, verdicts

FEATURES, SCALE, NEAR = 1024, 10.0, 0.02
GAMMA = 1 / (2 * SCALE**2)

EXPERIMENT = lab.Experiment(
    datasets=[data.digits()],
    models=[models.FourierFeatures(FEATURES, SCALE)],
    losses={"hinge": hk.OneVsRest(), "squared hinge": hk.OneVsRest(hk.SquaredHinge())},
    learning_rates=[3e-4, 1e-3, 3e-3],
    epochs=20,
    batch_size=128,
    seeds=range(10),
)


def machines(seed):
    """The kernel by scikit-learn, sampled and exact."""
    sampler = RBFSampler(gamma=GAMMA, n_components=FEATURES, random_state=seed)
    return {
        "RBFSampler + LinearSVC": make_pipeline(sampler, LinearSVC(C=1.0)),
        "SVC, exact kernel": SVC(C=10.0, gamma=GAMMA),
    }


def references():
    """Test accuracy of both machines on the splits that the networks saw."""
    for seed in EXPERIMENT.seeds:
        splits = EXPERIMENT.datasets[0].load(seed)
        for name, machine in machines(seed).items():
            accuracy = machine.fit(*splits["train"]).score(*splits["test"])
            row = {"dataset": "digits", "loss": name, "seed": seed}
            yield {**row, "test_accuracy": accuracy}


def findings(results):
    chosen = stats.chosen(results.trials, "validation_accuracy")
    trials = pd.concat([chosen, pd.DataFrame(references())], ignore_index=True)
    summary = stats.compare(trials, "test_accuracy")
    means = trials.groupby("loss").test_accuracy.mean()
    hinge = chosen[chosen.loss == "hinge"].test_accuracy
    gap = means["hinge"] - means["RBFSampler + LinearSVC"]
    close = abs(gap) <= NEAR and means["hinge"] >= 0.95
    text = "a hinge on random Fourier features approximates a kernel SVM (stand-in: "
    text += f"digits; within {NEAR:.0%} of LinearSVC on such features)"
    rule = verdicts.REPRODUCED if close else verdicts.NOT_REPRODUCED
    claim = verdicts.claim(text, "Chollet 2020", None, hinge, rule)
    title = f"A hinge on random features is {100 * gap:+.1f} points from LinearSVC"
    drawn = ("test_accuracy", title, "loss", "test accuracy")
    return lab.Findings(
        sentence=f"Nearly: the quasi-SVM reaches {means['hinge']:.3f}, RBFSampler with "
        f"LinearSVC {means['RBFSampler + LinearSVC']:.3f}, the exact kernel "
        f"{means['SVC, exact kernel']:.3f} on digits."
        if close
        else f"Not here: the quasi-SVM is {100 * gap:+.1f} points from LinearSVC.",
        notes="The networks' learning rates are chosen on validation; the C of the "
        "machines is scikit-learn's default and 10, not tuned.",
        summary=summary,
        claims=verdicts.table([claim]),
        figures={"accuracy": plots.dots(trials, *drawn)},
    )


if __name__ == "__main__":
    lab.run.script(__file__)
