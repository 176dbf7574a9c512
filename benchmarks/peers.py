"""What one would write without the engine: loops, a wrapper, an ensemble."""

import itertools
import os

import numpy as np

from benchmarks.tasks import BATCH, TASKS, builder, examples, loss


def looped(task, replicas):
    import keras

    _, shape, _, classes, epochs = TASKS[task]
    outputs = 1 if classes == 2 else classes
    build, objective = builder(task), loss(task)

    def work():
        for seed in range(replicas):
            x, y = examples(task, seed)
            model = build(shape, outputs, seed)
            model.compile(
                keras.optimizers.Adam(0.01), objective, steps_per_execution=32
            )
            model.fit(x, y, batch_size=BATCH[task], epochs=epochs, verbose=0)

    return work


def classifier(task, seed):
    """One training through the scikit-learn wrapper, in a worker.

    The wrapper makes labels one-hot, so that two classes have two outputs here.
    """
    import keras

    import hinge_keras as hk

    _, shape, _, classes, epochs = TASKS[task]

    def network(X, y):
        model = builder(task)(shape, classes, seed)
        optimizer = keras.optimizers.Adam(0.01)
        model.compile(optimizer, hk.CrammerSinger(), steps_per_execution=32)
        return model

    x, y = examples(task, seed)
    settings = {"batch_size": BATCH[task], "epochs": epochs, "verbose": 0}
    keras.wrappers.SKLearnClassifier(network, fit_kwargs=settings).fit(x, y)


def wrapped(task, replicas):
    import joblib

    def work():
        jobs = (joblib.delayed(classifier)(task, seed) for seed in range(replicas))
        joblib.Parallel(n_jobs=-1)(jobs)

    return work


def ensemble(task, replicas):
    """The hand-written ensemble: stacked parameters, Adam on the stack."""
    import torch
    from torch.func import functional_call, grad, stack_module_state, vmap

    torch.set_num_threads(int(os.environ.get("TORCH_THREADS", os.cpu_count())))
    size, shape, hidden, classes, epochs = TASKS[task]
    outputs = 1 if classes == 2 else classes

    def network():
        if hidden is None:
            return torch.nn.Sequential(
                torch.nn.Unflatten(1, (1, 28)),
                torch.nn.Conv2d(1, 16, 3),
                torch.nn.ReLU(),
                torch.nn.MaxPool2d(2),
                torch.nn.Conv2d(16, 32, 3),
                torch.nn.ReLU(),
                torch.nn.MaxPool2d(2),
                torch.nn.Flatten(),
                torch.nn.Linear(800, outputs),
            )
        widths, parts = (*shape, *hidden), []
        for before, after in itertools.pairwise(widths):
            parts += [torch.nn.Linear(before, after), torch.nn.ReLU()]
        return torch.nn.Sequential(*parts, torch.nn.Linear(widths[-1], outputs))

    def objective(parameters, x, y):
        f = functional_call(skeleton, parameters, (x,))
        if outputs == 1:
            return torch.relu(1 - (2 * y - 1) * f[:, 0]).mean()
        return torch.nn.functional.multi_margin_loss(f, y.long())

    skeleton = network()

    def work():
        arrays = [examples(task, seed) for seed in range(replicas)]
        x = torch.tensor(np.stack([a for a, _ in arrays]).reshape(replicas, size, -1))
        y = torch.tensor(np.stack([b for _, b in arrays]))
        if hidden is None:
            x = x.reshape(replicas, size, 28, 28)
        parameters, _ = stack_module_state([network() for _ in range(replicas)])
        adam = torch.optim.Adam(parameters.values(), lr=0.01)
        slope, each = vmap(grad(objective)), torch.arange(replicas)[:, None]
        for _ in range(epochs):
            order = torch.rand(replicas, size).argsort(1)
            for rows in order.split(BATCH[task], dim=1):
                slopes = slope(
                    {k: v.detach() for k, v in parameters.items()},
                    x[each, rows],
                    y[each, rows],
                )
                for name, parameter in parameters.items():
                    parameter.grad = slopes[name]
                adam.step()

    return work
