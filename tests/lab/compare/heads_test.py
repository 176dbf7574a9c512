"""A user's model becomes a builder of the laboratory, or is refused in a sentence."""

import pickle
import random

import keras
import numpy as np
import pytest
from keras import layers, ops

import hinge_keras as hk
from hinge_keras.lab import Experiment, data, training
from hinge_keras.lab import models as known
from hinge_keras.lab.compare import heads
from hinge_keras.lab.compare.heads import Built
from hinge_keras.lab.training import dense

X = np.random.default_rng(0).normal(size=(40, 7)).astype("float32")


def chain(*made):
    """A function that makes the layers and a model of them."""
    return lambda: keras.Sequential([make() for make in made])


def linear(units=1, **options):
    return lambda: layers.Dense(units, **options)


class Hidden(keras.Model):
    """Its head comes first, and is followed by a function."""

    def __init__(self, outputs, last=None):
        super().__init__()
        self.head, self.hidden = layers.Dense(outputs), layers.Dense(8, "tanh")
        self.last = last

    def call(self, x):
        scores = self.head(self.hidden(x))
        return scores if self.last is None else self.last(scores)


class Bare(keras.Model):
    def __init__(self, **options):
        super().__init__(**options)
        self.head = layers.Dense(1)

    def call(self, x):
        return self.head(x)


class Kept(Bare):
    def __init__(self, units, **options):
        super().__init__(**options)
        self.units, self.hidden = units, layers.Dense(units)

    def call(self, x):
        return self.head(self.hidden(x))

    def get_config(self):
        return {"units": self.units}


class Joined(Bare):
    def call(self, x):
        return self.head(ops.concatenate([x["one"], x["two"]], axis=1))


def functional(last=lambda scores: scores):
    def build(input_shape, outputs):
        x = keras.Input(input_shape)
        return keras.Model(x, last(layers.Dense(outputs)(x)))

    return build


def fixed():
    """A model whose own seeds are numbers."""
    kernel = keras.initializers.GlorotUniform(seed=1)
    hidden = layers.Dense(7, kernel_initializer=kernel)
    again = layers.Dense(7, kernel_initializer=kernel)
    last = layers.Dense(1, kernel_initializer=keras.initializers.HeNormal(seed=3))
    dropout = layers.Dropout(0.5, seed=2)
    return keras.Sequential([keras.Input((7,)), hidden, again, dropout, last])


def kernels(build, seed):
    """All weights but biases, one after the other."""
    weights = build((7,), 1, seed).get_weights()
    return np.concatenate([w.ravel() for w in weights if w.ndim > 1])


def refusal(build, x=X, outputs=1, classes=2, parts=()):
    """The sentence that refuses a model, empty if none does."""
    try:
        heads.checked(Built(build, parts), x.shape[1:], outputs, 0, classes, x)
    except ValueError as error:
        return str(error)
    return ""


# Made


@pytest.mark.parametrize("shape", [(7,), (5, 5, 2)], ids=["vectors", "images"])
def test_no_model_is_an_mlp_that_the_kernels_know(shape):
    width = int(np.prod(shape))
    ours, theirs = Built(None)(shape, 3, 5), known.MLP((64,))((width,), 3, 5)
    for one, two in zip(ours.get_weights(), theirs.get_weights(), strict=True):
        np.testing.assert_array_equal(one, two)
    net, _ = dense.read(ours, keras.optimizers.SGD())
    assert net.widths.tolist() == [width, 64, 3]
    assert refusal(None, np.zeros((4, *shape), "float32"), 3, 3) == ""


def test_a_function_is_given_what_it_takes_by_name():
    taken = {}

    def build(seed, *, outputs, units=3, **others):
        taken.update(seed=seed, outputs=outputs, units=units, others=others)
        return keras.Sequential([layers.Dense(outputs)])

    Built(build)((7,), 2, 9)
    assert taken == {"seed": 9, "outputs": 2, "units": 3, "others": {}}


@pytest.mark.parametrize(
    "build",
    [
        Built(chain(linear(3), linear())),
        Built(Bare),
        Built(Bare()),
        Built(Kept(4)),
        Built(fixed()),
        Built(chain(linear(3), linear())()),
        Built(functional()((7,), 1)),
        Built(Joined, (("one", (3,), "float32"), ("two", (4,), "float32"))),
    ],
    ids=[
        *("function", "class", "subclassed", "with a config", "of fixed seeds"),
        *("not built yet", "functional", "of two inputs"),
    ],
)
def test_equal_seeds_start_equal_and_others_apart(build):
    one, two, other = (kernels(build, seed) for seed in (1, 1, 2))
    np.testing.assert_array_equal(one, two)
    assert not np.isclose(one, other).any()


def test_a_model_is_left_as_it_is():
    model = fixed()
    before = model.get_weights()
    Built(model)((7,), 1, 0).trainable_weights[0].assign(np.ones((7, 7)))
    for one, two in zip(before, model.get_weights(), strict=True):
        np.testing.assert_array_equal(one, two)


def test_seeds_of_a_models_own_stay_equal_or_apart():
    model = fixed()
    made = [Built(model)((7,), 1, seed).layers for seed in (0, 1)]
    for first, second, dropout, _ in made:
        np.testing.assert_array_equal(first.kernel, second.kernel)
        assert dropout.seed != 2
    assert made[0][2].seed != made[1][2].seed


def test_what_a_model_does_not_train_is_kept():
    scale = layers.Normalization()
    scale.adapt(3 * X + 5)
    frozen = keras.Sequential([keras.Input((7,)), layers.Dense(4)])
    frozen.trainable = False
    model = keras.Sequential([keras.Input((7,)), scale, frozen, layers.Dense(1)])
    model.compile("sgd", lambda y, f: y - f)
    made = Built(model)((7,), 1, 0)
    np.testing.assert_allclose(made.layers[0](X), scale(X), rtol=1e-6)
    np.testing.assert_allclose(made.layers[1](X), frozen(X), rtol=1e-6)
    assert len(made.trainable_weights) == 2
    assert not made.compiled


def test_a_model_with_functions_and_layers_from_nowhere_is_made_again():
    class Twice(layers.Layer):
        def call(self, x):
            return 2 * x

    x = keras.Input((7,))
    scores = layers.Dense(1)(Twice()(layers.Lambda(lambda x: x + 1)(x)))
    model = keras.Model(x, ops.negative(scores))
    made = Built(model)((7,), 1, 0)
    made.set_weights(model.get_weights())
    np.testing.assert_allclose(made(X), model(X), rtol=1e-6)


def test_a_build_leaves_the_callers_generators_as_they_were():
    random.seed(5)
    np.random.seed(5)
    expected = random.random(), np.random.rand()
    random.seed(5)
    np.random.seed(5)
    Built(Bare)((7,), 1, seed=0)
    assert (random.random(), np.random.rand()) == expected


def test_a_builder_can_be_pickled():
    build = Built(Bare, (("one", (3,), "float32"),))
    assert pickle.loads(pickle.dumps(build)) == build


# Several inputs

PARTS = (("numbers", (2, 3), "float32"), ("tokens", (4,), "int64"))
NAMELESS = ((0, (2, 3), "float32"), (1, (4,), "int64"))


def several(input_shape, outputs):
    numbers = keras.Input(input_shape["numbers"], name="numbers")
    tokens = keras.Input(input_shape["tokens"], dtype="int64", name="tokens")
    words = layers.Flatten()(layers.Embedding(10, 3)(tokens))
    scores = layers.Concatenate()([layers.Flatten()(numbers), words])
    inputs = {"numbers": numbers, "tokens": tokens}
    return keras.Model(inputs, layers.Dense(outputs)(scores))


class ByPlace(Bare):
    def call(self, x):
        numbers, tokens = x
        words = ops.cast(ops.sum(tokens, axis=1, keepdims=True), "float32")
        return self.head(layers.Flatten()(numbers)) + words


class ByName(ByPlace):
    def call(self, x):
        return super().call([x["numbers"], x["tokens"]])


def rows(count=40, seed=0):
    stream = np.random.default_rng(seed)
    numbers, tokens = stream.normal(size=(count, 6)), stream.integers(0, 10, (count, 4))
    return np.concatenate([numbers, tokens], axis=1).astype("float32")


def flat(seed):
    x = rows(60, seed)
    y = x[:, 0] + x[:, 6] > 5
    return {"train": (x[:40], y[:40]), "test": (x[40:], y[40:])}


@pytest.mark.parametrize(
    ("build", "parts"),
    [
        (several, PARTS),
        (several({"numbers": (2, 3), "tokens": (4,)}, 1), PARTS),
        (ByName, PARTS),
        (ByPlace(), NAMELESS),
    ],
)
def test_inputs_side_by_side_reach_a_model_of_several(build, parts):
    x = rows()
    model = Built(build, parts)((10,), 1, 0)
    numbers, tokens = x[:, :6].reshape(-1, 2, 3), x[:, 6:].astype("int64")
    given = {"numbers": numbers, "tokens": tokens}
    given = given if parts is PARTS else [numbers, tokens]
    np.testing.assert_allclose(model(x), model.layers[-1](given), rtol=1e-6)
    assert refusal(build, x, parts=parts) == ""


def test_no_model_takes_several_inputs_as_one_row():
    assert Built(None, PARTS)((10,), 1, 0)(rows()).shape == (40, 1)


def test_whole_numbers_are_whole_in_half_precision():
    part = heads.Slice(1, (1,), "int64", dtype="mixed_float16")
    assert int(part(np.array([[0.0, 2049.0]], "float32"))[0, 0]) == 2049


def test_a_model_of_several_inputs_can_be_saved(tmp_path):
    model = Built(several, PARTS)((10,), 1, 0)
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    np.testing.assert_array_equal(loaded(rows()), model(rows()))


WAYS = ("auto", "fit")


@pytest.mark.slow
@pytest.mark.parametrize("build", [Built(several, PARTS), Built(Kept(3))])
def test_users_models_train_alike_whichever_way(build):
    grid = Experiment(
        datasets=[data.Dataset("flat", flat)],
        models=[build],
        arms={"logistic": hk.Logistic()},
        axes={"learning_rate": (0.01, 0.1)},
        seeds=(0,),
        epochs=2,
    )
    fast, plain = (
        dict(pair for block in blocks for pair in block)
        for blocks in (training.train(grid, grid.trials(), way) for way in WAYS)
    )
    for trial, record in plain.items():
        losses = record.curve["train_loss"]
        np.testing.assert_allclose(fast[trial].curve["train_loss"], losses, rtol=1e-4)


# Refused


def cosine(outputs):
    return chain(linear(4, activation="relu"), lambda: hk.NormedDense(outputs))


@pytest.mark.parametrize(
    "build",
    [
        chain(linear()),
        chain(linear(4, activation="tanh"), linear()),
        chain(linear(kernel_initializer="zeros")),
        chain(linear(use_bias=False)),
        chain(linear(activation="leaky_relu")),
        chain(linear(), layers.LeakyReLU),
        chain(linear(), lambda: layers.ReLU(negative_slope=0.1)),
        chain(linear(), layers.PReLU),
        chain(linear(4), layers.BatchNormalization, linear(kernel_regularizer="l2")),
        chain(linear(4), linear(), layers.BatchNormalization),
        chain(linear(), lambda: layers.Lambda(lambda f: f / 100)),
        cosine(1),
        functional(lambda scores: 3 * scores),
        Hidden,
        Bare(),
    ],
)
def test_scores_that_reach_both_sides_are_taken(build):
    assert refusal(build) == ""


@pytest.mark.parametrize("build", [Hidden, cosine(3), chain(linear(3))])
def test_scores_of_several_classes_are_taken(build):
    assert refusal(build, outputs=3, classes=3) == ""


@pytest.mark.parametrize(
    ("build", "name"),
    [
        (chain(linear(activation="tanh")), "tanh"),
        (chain(linear(activation="relu")), "relu"),
        (chain(linear(activation="log_softmax")), "log_softmax"),
        (chain(linear(), lambda: layers.Activation("hard_sigmoid")), "hard_sigmoid"),
        (chain(linear(), layers.Softmax), "softmax"),
        (chain(linear(), layers.ReLU), "relu"),
        (functional(ops.sigmoid), "sigmoid"),
        (functional(ops.softplus), "softplus"),
        (chain(chain(linear(activation="sigmoid"))), "sigmoid"),
        (functional(layers.Dense(1, "sigmoid"))((7,), 1), "sigmoid"),
    ],
)
@pytest.mark.filterwarnings("ignore:You are using a softmax:UserWarning")
def test_a_last_layer_that_squashes_is_refused_by_name(build, name):
    assert refusal(build) == (
        f"build_model ends in a {name}; accepted is a linear last layer, since every "
        "loss here takes raw scores."
    )


@pytest.mark.parametrize(
    ("last", "outputs", "limit"),
    [
        (ops.sigmoid, 1, "below 0"),
        (ops.softmax, 3, "below 0"),
        (ops.relu, 3, "below 0"),
        (ops.tanh, 1, "below -1"),
        (ops.elu, 1, "below -1"),
        (ops.log_softmax, 3, "above 0"),
        (lambda scores: 1 - ops.softplus(scores), 1, "above 1"),
    ],
)
def test_a_function_that_squashes_is_found_by_trying(last, outputs, limit):
    builds = (
        lambda outputs: Hidden(outputs, last),
        chain(linear(outputs), lambda: layers.Lambda(last)),
        chain(linear(outputs, kernel_initializer="zeros"), lambda: layers.Lambda(last)),
    )
    for build in builds:
        assert refusal(build, outputs=outputs, classes=max(2, outputs)).startswith(
            f"build_model gives no score {limit}, as a squashing last layer does"
        )


def test_a_try_leaves_the_weights_as_they_were():
    model = Built(Hidden)((7,), 1, 0)
    before = np.array(model(X))
    heads.refuse_squashing(model, 1, X)
    np.testing.assert_array_equal(model(X), before)


ONE = keras.Sequential([keras.Input((7,)), layers.Dense(1)])


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (3, "build_model is 3"),
        (int, "build_model returns int"),
        (lambda: "net", "build_model returns str"),
        (lambda: 1 / 0, r"build_model raised an error (division by zero)"),
        (lambda outputs, units, depth: None, "build_model needs units, depth"),
        (lambda outputs, /: None, "build_model needs outputs"),
        (Kept, "build_model needs units"),
        (Hidden(1), "build_model is a Hidden without get_config"),
        (chain(linear(2)), "build_model has 2 outputs; accepted for 2 classes is 1."),
        (
            chain(lambda: layers.Reshape((7, 1)), linear()),
            "has outputs of shape (7, 1)",
        ),
        (functional(lambda f: [f, f]), "build_model has a list of 2 outputs"),
        (
            lambda: keras.Sequential([keras.Input((3,)), layers.Dense(1)]),
            "build_model cannot take inputs of shape (7,) (Input 0 with name",
        ),
        (
            keras.Sequential([keras.Input((3,)), layers.Dense(1)]),
            "build_model cannot take inputs of shape (7,)",
        ),
        (lambda: ONE, "build_model returns weights that it returned before"),
        (
            lambda: keras.Sequential([keras.Input((7,)), ONE]),
            "build_model returns weights that it returned before",
        ),
    ],
)
def test_what_cannot_be_compared_is_refused_in_a_sentence(build, message):
    sentence = refusal(build)
    assert message in sentence
    assert "; accepted" in sentence
    assert "\n" not in sentence


def test_a_regression_has_one_output():
    sentence = refusal(chain(linear(2)), classes=None)
    assert sentence == "build_model has 2 outputs; accepted for a regression is 1."


def test_what_a_function_raised_is_told_with_it():
    with pytest.raises(ValueError, match="division by zero") as caught:
        Built(lambda: 1 / 0)((7,), 1, 0)
    assert isinstance(caught.value.__cause__, ZeroDivisionError)
