"""Losses and metrics do in a Keras model what a user of Keras expects."""

import keras
import numpy as np
import pytest
from keras import ops

import hinge_keras as hk
from hinge_keras import check
from tests.conftest import slow_on_tensorflow


@pytest.fixture
def float16_policy():
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy("mixed_float16")
    yield
    keras.config.set_dtype_policy(before)


def linear(inputs, outputs):
    keras.utils.set_random_seed(1)
    return keras.Sequential([keras.Input((inputs,)), keras.layers.Dense(outputs)])


def blobs(loss, size=96):
    examples = check.Examples(loss, size=size)
    x = examples.sign if examples.multiclass else 2 * examples.labels - 1
    noise = examples.random.normal(0, 0.3, x.shape)
    return (x + noise).astype("float32"), examples.labels


def test_training_lowers_every_loss(every_loss):
    x, y = blobs(every_loss)
    model = linear(x.shape[1], x.shape[1])
    # Eager steps: compiling each loss would take a second a loss.
    # Adam's steps do not grow with the scale of a loss.
    model.compile(keras.optimizers.Adam(0.01), every_loss, run_eagerly=True)
    found = [float(model.train_on_batch(x, y)) for _ in range(6)]
    assert found[-1] < found[0]


@pytest.mark.parametrize("jit", [True, False])
@pytest.mark.parametrize("loss", [hk.Hinge(), hk.CrammerSinger(hk.SquaredHinge())])
def test_compiled_or_not_training_is_the_same(loss, jit):
    x, y = blobs(loss)
    model = linear(x.shape[1], x.shape[1])
    jit = jit and keras.backend.backend() != "torch"
    metrics = [hk.LossMetric(loss, name="again")]
    model.compile(keras.optimizers.SGD(0.1), loss, metrics=metrics, jit_compile=jit)
    model.fit(x, y, batch_size=32, epochs=2, shuffle=False, verbose=0)
    found = model.evaluate(x, y, verbose=0, return_dict=True)
    scores = model.predict(x, verbose=0)
    np.testing.assert_allclose(found["loss"], float(loss(y, scores)), rtol=1e-5)
    np.testing.assert_allclose(found["again"], found["loss"], rtol=1e-5)


@slow_on_tensorflow
def test_every_loss_compiles_to_the_same_value(default_losses):
    """One compiled program of all losses: on JAX and TensorFlow, XLA's."""
    given = [(loss, check.Examples(loss)) for loss in default_losses]
    labels = [ops.convert_to_tensor(e.labels) for _, e in given]
    scores = [ops.convert_to_tensor(e.scores, "float32") for _, e in given]

    def program(labels, scores):
        triples = zip(given, labels, scores, strict=True)
        return [loss(y, f) for (loss, _), y, f in triples]

    eager = program(labels, scores)
    for own, (loss, _), compiled in zip(
        eager, given, xla(program)(labels, scores), strict=True
    ):
        np.testing.assert_allclose(
            float(compiled), float(own), rtol=1e-5, err_msg=repr(loss)
        )


def xla(function):
    if keras.backend.backend() == "tensorflow":
        import tensorflow as tf

        return tf.function(function, jit_compile=True)
    if keras.backend.backend() == "jax":
        import jax

        return jax.jit(function)
    return function


def test_unknown_labels_are_nan_in_compiled_code():
    for loss, y, f in (
        (hk.Hinge(reduction=None), [[0.5], [1.0]], [[1.0], [2.0]]),
        (hk.CrammerSinger(reduction=None), [7, 1], [[1.0, 2.0], [1.0, 2.0]]),
    ):
        tensors = ops.convert_to_tensor(y), ops.convert_to_tensor(f)
        if keras.backend.backend() != "torch":
            found = ops.convert_to_numpy(xla(loss)(*tensors))
            np.testing.assert_array_equal(np.isnan(found), [True, False])


def test_a_saved_model_keeps_its_losses_and_metrics(tmp_path, default_losses):
    for number, loss in enumerate(default_losses):
        loss.get_config()
        outputs = check.Examples(loss).scores.shape[1]
        model = linear(2, outputs)
        model.compile("sgd", loss, metrics=[hk.LossMetric(loss)])
        if number % 4:  # A file costs time; the config is what carries the loss.
            revived = keras.Sequential.from_config(model.get_config())
            revived.compile_from_config(model.get_compile_config())
        else:
            model.save(tmp_path / "model.keras")
            revived = keras.saving.load_model(tmp_path / "model.keras")
        assert type(revived.loss) is type(loss)
        assert revived.loss.get_config() == loss.get_config()


def test_a_saved_loss_is_found_wherever_its_class_has_moved_to():
    saved = {
        "module": "hinge_keras.losses.elsewhere",
        "class_name": "NoisedTopK",
        "config": {"k": 3},
        "registered_name": "hinge_keras>NoisedTopK",
    }
    assert repr(keras.losses.deserialize(saved)) == repr(hk.NoisedTopK(3))


def test_metrics_survive_a_saved_model(tmp_path):
    model = linear(2, 1)
    metrics = [hk.SignAccuracy(name="right"), hk.MarginViolations(0.3)]
    metrics += [hk.MeanMargin(dtype="float64"), hk.LossMetric(hk.Hinge(0.5, 2))]
    model.compile("sgd", hk.Logistic(), metrics=metrics)
    x, y = np.ones((4, 2), "float32"), np.array([0, 1, 1, 0])
    before = model.evaluate(x, y, verbose=0, return_dict=True)
    model.save(tmp_path / "model.keras")
    revived = keras.saving.load_model(tmp_path / "model.keras")
    after = revived.evaluate(x, y, verbose=0, return_dict=True)
    assert before == after
    assert set(after) == {"right", "mean_margin", "margin_violations", "hinge", "loss"}


def test_class_weight_and_sample_weight_agree():
    x, y = np.ones((8, 2), "float32"), np.arange(8) % 2
    losses = []
    for weights in (
        {"class_weight": {0: 1.0, 1: 3.0}},
        {"sample_weight": np.where(y == 1, 3.0, 1.0)},
    ):
        model = linear(2, 1)
        model.compile(keras.optimizers.SGD(0.1), hk.Hinge())
        losses.append(model.fit(x, y, verbose=0, **weights).history["loss"][0])
    np.testing.assert_allclose(losses[0], losses[1], rtol=1e-6)


def test_masked_steps_do_not_count():
    inputs = keras.Input((3, 1))
    outputs = keras.layers.Masking(0.0)(inputs)
    model = keras.Model(inputs, outputs)
    model.compile(loss=hk.Hinge(), metrics=[hk.LossMetric(hk.Hinge(), name="again")])
    x = np.array([[[2.0], [0.5], [0.0]], [[-1.0], [0.0], [0.0]]])
    found = model.evaluate(x, np.ones((2, 3, 1)), verbose=0, return_dict=True)
    np.testing.assert_allclose(found["loss"], (0 + 0.5 + 2) / 3, rtol=1e-6)
    np.testing.assert_allclose(found["again"], (0 + 0.5 + 2) / 3, rtol=1e-6)
    nothing = model.evaluate(0 * x, np.ones((2, 3, 1)), verbose=0, return_dict=True)
    assert nothing["loss"] == 0


@pytest.mark.usefixtures("float16_policy")
def test_mixed_precision_trains_on_float32_losses():
    loss = hk.SquaredHinge()
    model = linear(2, 1)
    model.compile(keras.optimizers.SGD(0.01), loss, metrics=[hk.SignAccuracy()])
    x = 100 * np.ones((4, 2), "float32")
    found = model.evaluate(x, np.ones(4), verbose=0, return_dict=True)
    scores = model.predict(x, verbose=0)
    assert scores.dtype == "float16"
    np.testing.assert_allclose(
        found["loss"], float(loss(np.ones(4), scores)), rtol=1e-3
    )
    assert np.isfinite(model.fit(x, np.zeros(4), verbose=0).history["loss"][0])


def test_an_empty_batch_has_no_values_and_loss_0():
    for loss, shape in ((hk.Hinge(), (0, 1)), (hk.CrammerSinger(), (0, 3))):
        assert check.values(loss, np.zeros(0), np.zeros(shape)).shape == (0,)
        assert float(loss(np.zeros(0), np.zeros(shape))) == 0


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda: hk.Hinge(margin=0), "margin is 0; accepted"),
        (lambda: hk.Hinge(power=0.5), "power is 0.5; accepted"),
        (lambda: hk.PsiG(-1), "sigma is -1; accepted"),
        (lambda: hk.PsiM(0.0), "sigma is 0.0; accepted"),
        (lambda: hk.SoftplusHinge("1"), "temperature is '1'; accepted"),
        (lambda: hk.QuadraticallySmoothedHinge(True), "gamma is True; accepted"),
        (lambda: hk.CrammerSinger("hinge"), "base is 'hinge'; accepted"),
        (lambda: hk.losses.get("hing"), "loss is 'hing'; accepted are .*hinge"),
        (lambda: hk.check_loss("hinge"), "loss is 'hinge'; accepted"),
        (lambda: hk.LossMetric("hing"), "loss is 'hing'; accepted"),
        (lambda: hk.LossMetric(3), "loss is 3; accepted"),
    ],
)
def test_a_bad_argument_is_named_with_what_is_accepted(make, says):
    with pytest.raises(ValueError, match=says):
        make()


@pytest.mark.parametrize(
    ("loss", "y", "f", "says"),
    [
        (hk.Hinge(), [[2.0]], [[1.0]], "y_true contains 2; accepted"),
        (hk.Hinge(), [[1.0], [1.0]], [[1.0]], r"y_true has shape \(2, 1\)"),
        (hk.Hinge(), [[np.nan]], [[1.0]], "y_true contains nan; accepted"),
        (hk.Hinge(soft_labels=True), [[-1.0]], [[1.0]], "y_true contains -1; accepted"),
        (hk.CrammerSinger(), [3], [[1.0, 2, 3]], "y_true contains 3; accepted"),
        (hk.CrammerSinger(), [-1], [[1.0, 2, 3]], "y_true contains -1; accepted"),
        (hk.CrammerSinger(), [[1, 1, 0]], [[1.0, 2, 3]], "with one 1"),
        (hk.CrammerSinger(), [1], [[1.0]], r"y_pred has shape \(1, 1\)"),
        (hk.CrammerSinger(), [[0, 1]], [[1.0, 2, 3]], r"y_true has shape \(1, 2\)"),
    ],
)
def test_bad_labels_are_named_with_what_is_accepted(loss, y, f, says):
    with pytest.raises(ValueError, match=says):
        loss(np.array(y, "float32"), np.array(f, "float32"))


def test_numbers_of_numpy_are_numbers():
    for loss, plain in (
        (hk.PsiM(np.float64(0.3)), hk.PsiM(0.3)),
        (hk.Hinge(np.float32(0.5), np.int64(2)), hk.Hinge(0.5, 2)),
        (hk.NaiveTopK(np.int32(2)), hk.NaiveTopK(2)),
    ):
        assert loss.get_config() == plain.get_config()
        assert {type(value) for value in loss.get_config().values()} <= {
            type(value) for value in plain.get_config().values()
        }
    scores = np.zeros(3, "float32")
    found = hk.PsiM(np.float64(0.3)).phi(ops.convert_to_tensor(scores))
    assert keras.backend.standardize_dtype(found.dtype) == "float32"


def test_a_loss_is_found_by_name(every_loss):
    name = hk.configured.snake_case(type(every_loss).__name__)
    assert name in hk.losses.names()
    assert hk.losses.get(every_loss) is every_loss
