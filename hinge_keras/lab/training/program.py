"""One replica's training as pure functions of its state, written once for all.

A replica is a nested dictionary of tensors: weights, optimizer and metric
state, its learning rate and the number of its loss. Nothing here knows of
stacks; a backend maps these functions over the first axis of everything.
"""

import inspect

import keras
import numpy as np
from keras import ops

from hinge_keras.lab.training.fit import metrics_of, schedule
from hinge_keras.refusal import labels_are_known


class Program:
    """The step, the evaluation and the scores of one replica.

    Args:
        measures: What is measured beside the loss.
        losses: The losses in the block.
        optimizer: Steps every replica, each at its own rate.
        model: A built model, whose own weights are left alone.
        gradients: The backend's `gradients(function, weights)`.
        examples: Some `(x, y)`, from which metrics learn their shapes.
    """

    def __init__(self, measures, losses, optimizer, model, gradients, examples):
        self.model = model
        self.knows_training = "training" in inspect.signature(model.call).parameters
        self.losses = losses
        self.metrics = metrics_of(measures)
        if optimizer.use_ema:
            raise ValueError(
                "optimizer has use_ema=True; accepted in a compiled loop is False, "
                "since averaged weights replace the trained ones only in model.fit."
            )
        self.schedule = schedule(optimizer)
        self.optimizer = stateless(optimizer)
        self.optimizer.build(model.trainable_variables)
        self.gradients = gradients
        x, y = examples
        f = model(x)
        for metric in self.metrics:
            metric.update_state(y, f)
            metric.reset_state()
        self.empty_tally = {
            "loss": real(0),
            "count": real(0),
            "metrics": [[values(v) for v in m.variables] for m in self.metrics],
        }

    def weights(self, model):
        """The values of a model's variables."""
        return {
            "trainable": [values(v) for v in model.trainable_variables],
            "non_trainable": [values(v) for v in model.non_trainable_variables],
        }

    def start(self, weights, learning_rate, loss):
        """A replica before its first step, from the values of its variables."""
        return {
            **weights,
            "optimizer": [values(v) for v in self.optimizer.variables],
            "learning_rate": real(learning_rate),
            "loss": np.int32(loss),
        }

    @labels_are_known()
    def step(self, replica, tally, x, y, weight=None):
        """One optimizer step on one batch: the new replica and its tally."""

        def objective(trainable):
            f, non_trainable, penalty = self.called(
                {**replica, "trainable": trainable}, x, training=True
            )
            value, pull = self.chosen_loss(replica["loss"], y, f, weight)
            return pull + penalty, (value + penalty, f, non_trainable)

        gradients, (value, f, non_trainable) = self.gradients(
            objective, replica["trainable"]
        )
        trainable, optimizer = self.optimizer.stateless_apply(
            self.rated(replica), gradients, replica["trainable"]
        )
        replica = {
            **replica,
            "trainable": trainable,
            "non_trainable": non_trainable,
            "optimizer": optimizer,
        }
        return replica, self.counted(tally, value, y, f)

    @labels_are_known()
    def evaluate(self, replica, x, y, weight=None):
        """Loss and metrics of a split in one batch, without a step."""
        f, _, penalty = self.called(replica, x, training=False)
        values = [loss(y, f, weight) for loss in self.losses]
        value = chosen(replica["loss"], values) + penalty
        return self.results(self.counted(self.empty_tally, value, y, f))

    def scores(self, replica, x):
        f, _, _ = self.called(replica, x, training=False)
        return f

    def called(self, replica, x, training):
        """Scores, new non-trainable values and the penalty on the weights."""
        # Like Keras' own trainer: a model may take no `training` argument.
        mode = {"training": training} if self.knows_training else {}
        f, non_trainable, penalties = self.model.stateless_call(
            replica["trainable"],
            replica["non_trainable"],
            x,
            return_losses=True,
            **mode,
        )
        return f, non_trainable, sum(ops.sum(penalty) for penalty in penalties)

    @labels_are_known()
    def measure(self, number, f, y, weight=None):
        """Loss and metrics of scores, without the penalties on weights."""
        value = chosen(number, [loss(y, f, weight) for loss in self.losses])
        return self.results(self.counted(self.empty_tally, value, y, f))

    def counted(self, tally, value, y, f):
        """A tally with one more batch; Keras weights a batch by its examples."""
        size = f.shape[0]
        return {
            "loss": tally["loss"] + ops.stop_gradient(value) * size,
            "count": tally["count"] + size,
            "metrics": [
                list(metric.stateless_update_state(state, y, f))
                for metric, state in zip(self.metrics, tally["metrics"], strict=True)
            ],
        }

    def results(self, tally):
        """The running means of a tally, by name."""
        values = {"loss": tally["loss"] / tally["count"]}
        for metric, state in zip(self.metrics, tally["metrics"], strict=True):
            values[metric.name] = metric.stateless_result(state)
        return values

    def chosen_loss(self, number, y, f, weight):
        """The replica's own loss, and a term with that loss's gradient.

        All losses share the forward pass. The choice falls between gradients
        at the scores, not values: through a choice of values, a gradient that
        is infinite for a loss not chosen would come back as 0 * inf = NaN.
        """
        if len(self.losses) == 1:
            value = self.losses[0](y, f, weight)
            return value, value
        values, slopes = [], []
        for loss in self.losses:
            [slope], value = self.gradients(
                lambda scores, loss=loss: 2 * (loss(y, scores[0], weight),),
                [ops.stop_gradient(f)],
            )
            values.append(value)
            slopes.append(slope)
        slope = ops.stop_gradient(chosen(number, slopes))
        return chosen(number, values), ops.sum(slope * f)

    def rated(self, replica):
        """The optimizer's variables with this replica's learning rate of this step."""
        rate = replica["learning_rate"]
        places = [id(variable) for variable in self.optimizer.variables]
        state = dict(zip(places, replica["optimizer"], strict=True))
        if self.schedule is not None:
            factor = self.schedule(state[id(self.optimizer.iterations)])
            rate = rate * ops.cast(factor, rate.dtype)
        return list({**state, id(self.optimizer.learning_rate): rate}.values())


def real(number):
    """A number in the precision that Keras computes in."""
    return np.asarray(number, keras.config.floatx())


def values(variable):
    return np.asarray(variable.value, variable.dtype)


def chosen(number, values):
    """`values[number]`, NaN in the others notwithstanding."""
    choice = values[0]
    for i, value in enumerate(values[1:], 1):
        choice = ops.where(ops.equal(number, i), value, choice)
    return choice


def stateless(optimizer):
    """The optimizer with Keras' own pure update in place of its backend's.

    Keras writes every optimizer in pure operations; its TensorFlow half
    overrides those that update variables, for `tf.distribute`, and refuses
    `stateless_apply`. Here the plain half comes first again.
    """
    backend, plain = keras.optimizers.Optimizer.__bases__
    methods = {
        name: vars(plain)[name]
        for name in vars(backend)
        if name in vars(plain) and not name.startswith("__")
    }
    pure = type("Pure", (keras.optimizers.Optimizer,), methods)
    own = type(type(optimizer).__name__, (type(optimizer), pure), {})
    return own.from_config({**optimizer.get_config(), "learning_rate": 1.0})
