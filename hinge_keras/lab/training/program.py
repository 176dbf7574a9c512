"""One replica's training as pure functions of its state, written once for all.

A replica is a nested dictionary of tensors: weights, optimizer and metric state, and
its learning rate. Nothing here knows of stacks: `replicas` maps these functions over
the first axis of everything, and gives each replica's scores to its own loss.
"""

import inspect

import keras
from keras import ops

from hinge_keras.lab.training.fit import schedule
from hinge_keras.lab.training.tally import Tally, real, values


class Program:
    """The forward pass, the update and the measures of one replica.

    Args:
        measures: What is measured beside the loss.
        optimizer: Steps every replica, each at its own rate.
        model: A built model, whose own weights are left alone.
        gradient: The backend's `gradient(function, weights)`.
        examples: Some `(x, y)`, from which metrics learn their shapes.
    """

    def __init__(self, measures, optimizer, model, gradient, examples):
        self.model = model
        self.knows_training = "training" in inspect.signature(model.call).parameters
        if optimizer.use_ema:
            raise ValueError(
                "optimizer has use_ema=True; accepted in a compiled loop is False, "
                "since averaged weights replace the trained ones only in model.fit."
            )
        self.schedule = schedule(optimizer)
        self.optimizer = stateless(optimizer)
        self.optimizer.build(model.trainable_variables)
        self.gradient = gradient
        x, y = examples
        self.tally = Tally(measures, y, model(x))

    def weights(self, model):
        """The values of a model's variables."""
        return {
            "trainable": [values(v) for v in model.trainable_variables],
            "non_trainable": [values(v) for v in model.non_trainable_variables],
        }

    def start(self, weights, learning_rate):
        """A replica before its first step, from the values of its variables."""
        return {
            **weights,
            "optimizer": [values(v) for v in self.optimizer.variables],
            "learning_rate": real(learning_rate),
        }

    def forward(self, replica, x):
        """Scores, while training."""
        weights = replica["trainable"], replica["non_trainable"]
        return self.called(*weights, x, training=True)[0]

    def scores(self, replica, x):
        """Scores and the penalty on weights, without training."""
        weights = replica["trainable"], replica["non_trainable"]
        f, _, penalty = self.called(*weights, x, training=False)
        return f, penalty

    def called(self, trainable, non_trainable, x, training):
        """Scores, new non-trainable values and the penalty on the weights."""
        # Like Keras' own trainer: a model may take no `training` argument.
        mode = {"training": training} if self.knows_training else {}
        f, non_trainable, penalties = self.model.stateless_call(
            trainable, non_trainable, x, return_losses=True, **mode
        )
        penalty = sum((ops.sum(each) for each in penalties), ops.zeros((), f.dtype))
        return f, non_trainable, penalty

    def step(self, of_scores, replica, x, *arrays):
        """One optimizer step down a function of the scores and the penalty on weights.

        Args:
            of_scores: Called as `of_scores(f, *arrays)`.
            replica: The replica.
            x: A batch of inputs.
            *arrays: What belongs to the batch.

        Returns:
            The new replica, its scores before the step, the function's value, the
            penalty.
        """

        def objective(trainable):
            f, non_trainable, penalty = self.called(
                trainable, replica["non_trainable"], x, training=True
            )
            value = of_scores(f, *arrays)
            return value + penalty, (f, non_trainable, value, penalty)

        gradients, (f, non_trainable, value, penalty) = self.gradient(
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
        return replica, f, value, penalty

    def rated(self, replica):
        """The optimizer's variables with this replica's learning rate of this step."""
        rate = replica["learning_rate"]
        places = [id(variable) for variable in self.optimizer.variables]
        state = dict(zip(places, replica["optimizer"], strict=True))
        if self.schedule is not None:
            factor = self.schedule(state[id(self.optimizer.iterations)])
            rate = rate * ops.cast(factor, rate.dtype)
        return list({**state, id(self.optimizer.learning_rate): rate}.values())


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
