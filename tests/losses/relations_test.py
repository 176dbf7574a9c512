"""Losses of pairs, triplets, orders, angles and targets: against PyTorch and loops."""

import itertools
import math

import keras
import numpy as np
import pytest
from keras import ops

import hinge_keras as hk
from hinge_keras import check

CASES = 1000
random = np.random.default_rng(0)
SIGNS = random.choice([-1.0, 1.0], CASES)
PAIR = random.normal(0, 1, (CASES, 2))
PAIRS = random.normal(0, 1, (CASES, 2, 4))
TRIPLETS = random.normal(0, 1, (CASES, 3, 4))
MANY = random.normal(0, 2, (CASES, 5))
MULTI_HOT = random.integers(0, 2, (CASES, 5)).astype(float)


def each(loss, labels, scores):
    """One value an example, in double precision."""
    return check.values(loss, labels, scores)


def theirs(name, *arrays, **arguments):
    """What PyTorch's loss of that name says of each example."""
    torch = pytest.importorskip("torch", reason="PyTorch is not installed")
    loss = getattr(torch.nn, name)(reduction="none", **arguments)
    return loss(*map(torch.tensor, arrays)).numpy()


@pytest.mark.parametrize("margin", [0.0, 0.7])
def test_margin_ranking_is_pytorchs(margin):
    wanted = theirs("MarginRankingLoss", PAIR[:, 0], PAIR[:, 1], SIGNS, margin=margin)
    found = each(hk.MarginRanking(margin), SIGNS, PAIR)
    np.testing.assert_allclose(found, wanted, atol=1e-5)


@pytest.mark.parametrize("swap", [False, True])
@pytest.mark.parametrize(("margin", "p"), [(1.0, 2), (0.3, 1), (2.0, 3)])
def test_triplet_is_pytorchs(margin, p, swap):
    parts = [TRIPLETS[:, i] for i in range(3)]
    wanted = theirs("TripletMarginLoss", *parts, margin=margin, p=p, swap=swap)
    found = each(hk.Triplet(margin, p, swap), SIGNS, TRIPLETS)
    np.testing.assert_allclose(found, wanted, atol=1e-5)


@pytest.mark.parametrize("margin", [0.0, 0.4, -0.3])
def test_cosine_embedding_is_pytorchs(margin):
    parts = PAIRS[:, 0], PAIRS[:, 1], SIGNS
    wanted = theirs("CosineEmbeddingLoss", *parts, margin=margin)
    found = each(hk.CosineEmbedding(margin), SIGNS, PAIRS)
    np.testing.assert_allclose(found, wanted, atol=1e-5)


@pytest.mark.parametrize("margin", [1.0, 0.2])
def test_hinge_embedding_is_pytorchs(margin):
    distance = np.abs(PAIR[:, 0])
    wanted = theirs("HingeEmbeddingLoss", distance, SIGNS, margin=margin)
    found = each(hk.HingeEmbedding(margin), SIGNS, distance)
    np.testing.assert_allclose(found, wanted, atol=1e-5)


def test_logistic_is_pytorchs_soft_margin_losses():
    wanted = theirs("SoftMarginLoss", PAIR[:, 0], SIGNS)
    np.testing.assert_allclose(
        each(hk.Logistic(), SIGNS, PAIR[:, 0]), wanted, atol=1e-5
    )
    wanted = theirs("MultiLabelSoftMarginLoss", MANY, MULTI_HOT)
    np.testing.assert_allclose(each(hk.Logistic(), MULTI_HOT, MANY), wanted, atol=1e-5)


def hinge(x):
    return np.maximum(0, x)


def test_contrastive_is_its_formula():
    d = np.linalg.norm(PAIRS[:, 0] - PAIRS[:, 1], axis=1)
    wanted = np.where(SIGNS > 0, d**2, hinge(1.5 - d) ** 2)
    found = each(hk.Contrastive(1.5), SIGNS, PAIRS)
    np.testing.assert_allclose(found, wanted, atol=1e-9)
    found = each(hk.Contrastive(1.5, hk.Hinge()), SIGNS, PAIRS)
    wanted = np.where(SIGNS > 0, d**2, hinge(1.5 - d))
    np.testing.assert_allclose(found, wanted, atol=1e-9)


def test_equal_embeddings_pull_at_nothing_with_infinite_force():
    same = np.ones((3, 2, 4))
    for loss in (hk.Contrastive(), hk.CosineEmbedding()):
        for label in (np.ones(3), -np.ones(3)):
            assert np.isfinite(check.slopes(loss, label, same)).all()
    for mining in ("hard", "semi_hard"):
        loss = hk.MinedTriplet(mining)
        assert np.isfinite(check.slopes(loss, [0, 0, 1, 1], np.ones((4, 3)))).all()


def mined(labels, x, mining, margin):
    """One value an anchor, and whether it counts."""
    apart = np.linalg.norm(x[:, None] - x[None], axis=-1)
    for a, label in enumerate(labels):
        positive = [i for i, other in enumerate(labels) if other == label and i != a]
        negative = [i for i, other in enumerate(labels) if other != label]
        if not positive or not negative:
            yield 0.0, 0.0
            continue
        if mining == "hard":
            lead = apart[a, negative].min() - apart[a, positive].max()
            yield hinge(margin - lead), 1.0
            continue
        values = []
        for p in positive:
            beyond = [apart[a, n] for n in negative if apart[a, n] > apart[a, p]]
            chosen = min(beyond) if beyond else apart[a, negative].max()
            values.append(hinge(margin + apart[a, p] - chosen))
        yield np.mean(values), 1.0


@pytest.mark.parametrize("mining", ["hard", "semi_hard"])
def test_mined_triplets_equal_a_loop(mining):
    for trial in range(10):
        x = random.normal(0, 1, (14, 3))
        labels = random.integers(0, 4 if trial else 14, 14)
        weight = random.uniform(0.1, 1, 14)
        value, counts = np.array(list(mined(labels, x, mining, 0.8))).T
        found = each(hk.MinedTriplet(mining, 0.8), labels, x)
        np.testing.assert_allclose(found, value, atol=1e-9)
        loss = hk.MinedTriplet(mining, 0.8)(labels, x.astype("float32"), weight)
        wanted = (weight * value).sum() / max(counts.sum(), 1)
        np.testing.assert_allclose(float(ops.convert_to_numpy(loss)), wanted, rtol=1e-4)


def in_pairs(grades, scores, weight, group=None):
    """Summed hinges over ordered pairs, and how many there are."""
    total = number = weighed = 0.0
    for i, j in itertools.product(range(len(grades)), repeat=2):
        if grades[i] > grades[j] and (group is None or group[i] == group[j]):
            total += weight[i] * weight[j] * hinge(1 - scores[i] + scores[j])
            weighed += weight[i] * weight[j]
            number += 1
    return total, number, weighed


@pytest.mark.parametrize(
    "reduction", ["sum_over_batch_size", "mean_with_sample_weight"]
)
def test_pairwise_hinge_equals_a_loop(reduction):
    by_weight = reduction == "mean_with_sample_weight"
    loss = hk.PairwiseHinge(reduction=reduction)
    grades, scores = random.integers(0, 3, 12), random.normal(0, 1, 12)
    weight = random.uniform(0.1, 1, 12)
    total, number, weighed = in_pairs(grades, scores, weight)
    found = float(ops.convert_to_numpy(loss(grades, scores.astype("float32"), weight)))
    np.testing.assert_allclose(found, total / (weighed if by_weight else number), 1e-5)
    group = random.integers(0, 3, 12)
    grouped = hk.PairwiseHinge(groups=True, reduction=reduction)
    labels = np.stack([grades, group], 1)
    found = float(
        ops.convert_to_numpy(grouped(labels, scores.astype("float32"), weight))
    )
    total, number, weighed = in_pairs(grades, scores, weight, group)
    np.testing.assert_allclose(found, total / (weighed if by_weight else number), 1e-5)


@pytest.mark.parametrize("weighting", ["none", "lists", "items"])
def test_pairwise_hinge_of_lists_equals_a_loop(weighting):
    grades, scores = (
        random.integers(0, 3, (6, 5)).astype(float),
        random.normal(0, 1, (6, 5)),
    )
    grades[2] = 1  # No pair.
    grades[0, 1] = -1  # Ignored.
    shape = {"none": None, "lists": (6, 1), "items": (6, 5)}[weighting]
    weight = np.ones((6, 1)) if shape is None else random.uniform(0.1, 1, shape)
    values, counted = [], 0
    for g, s, w in zip(grades, scores, weight, strict=True):
        keep = g != -1
        items = w if weighting == "items" else np.ones(5)
        total, number, _ = in_pairs(g[keep], s[keep], items[keep])
        whole = w[0] if weighting == "lists" else 1.0
        values.append(whole * total / max(number, 1))
        counted += number > 0
    loss = hk.PairwiseHinge(ignore_label=-1)
    given = None if shape is None else weight
    found = float(ops.convert_to_numpy(loss(grades, scores.astype("float32"), given)))
    np.testing.assert_allclose(found, np.sum(values) / counted, rtol=1e-5)


def test_pairwise_hinge_counts_the_pairs_of_ranking_accuracy():
    """With a step in place of the hinge it is 1 less the area under the curve."""

    class Step(hk.BinaryLoss):
        def phi(self, m):
            return ops.cast(m < 0, m.dtype) + 0.5 * ops.cast(m == 0, m.dtype)

    y, f = random.integers(0, 2, 60), random.normal(0, 1, 60).astype("float32")
    loss = float(ops.convert_to_numpy(hk.PairwiseHinge(Step())(y, f)))
    auc = float(ops.convert_to_numpy(hk.RankingAccuracy()(y, f)))
    np.testing.assert_allclose(loss, 1 - auc, atol=1e-3)


@pytest.mark.parametrize("thresholds", ["all", "immediate"])
@pytest.mark.parametrize("soft", [False, True])
def test_ordinal_hinge_equals_a_loop(thresholds, soft):
    scores = random.normal(0, 1.5, (40, 4))
    p = (
        random.dirichlet(np.ones(5), 40)
        if soft
        else np.eye(5)[random.integers(0, 5, 40)]
    )
    wanted = np.zeros(40)
    for n, (row, chances) in enumerate(zip(scores, p, strict=True)):
        for y, chance in enumerate(chances):
            for j, s in enumerate(row):
                if thresholds == "all" or j in (y - 1, y):
                    wanted[n] += chance * hinge(1 - (s if y > j else -s))
    loss = hk.OrdinalHinge(thresholds, soft_labels=soft)
    np.testing.assert_allclose(each(loss, p, scores), wanted, atol=1e-9)
    if not soft:
        found = each(loss, p.argmax(1), scores)
        np.testing.assert_allclose(found, wanted, atol=1e-9)
        weight = [0.5, 2.0, 1.0, 0.0, 3.0]
        loss = hk.OrdinalHinge(thresholds, class_weight=weight)
        found = each(loss, p.argmax(1), scores)
        np.testing.assert_allclose(found, wanted * (p @ weight), atol=1e-9)


def test_ordinal_thresholds_stay_in_order_and_learn(tmp_path):
    keras.utils.set_random_seed(0)
    x = random.normal(0, 1, (300, 2)).astype("float32")
    y = np.digitize(x @ [1.0, -1.0], [-1.0, 0.2, 1.5])
    model = keras.Sequential(
        [keras.Input((2,)), keras.layers.Dense(1), hk.OrdinalThresholds(4)]
    )
    model.compile(keras.optimizers.Adam(0.05), hk.OrdinalHinge())
    model.fit(x, y, epochs=30, verbose=0)
    scores = model.predict(x, verbose=0)
    assert (np.diff(scores, axis=1) < 0).all()
    assert np.abs((scores > 0).sum(1) - y).mean() < 0.15
    model.save(tmp_path / "ordinal.keras")
    revived = keras.saving.load_model(tmp_path / "ordinal.keras")
    np.testing.assert_allclose(revived.predict(x, verbose=0), scores, rtol=1e-6)
    assert hk.OrdinalThresholds(2)(np.zeros((3, 1))).shape == (3, 1)
    with pytest.raises(ValueError, match="accepted is one score"):
        hk.OrdinalThresholds(3)(np.zeros((3, 2)))


def test_epsilon_insensitive_losses_are_their_formulas():
    y, f = MANY, MANY + random.normal(0, 1, MANY.shape)
    gap = hinge(np.abs(y - f) - 0.3)
    found = each(hk.EpsilonInsensitive(0.3), y, f)
    np.testing.assert_allclose(found, gap.mean(1), atol=1e-9)
    found = each(hk.EpsilonInsensitive(0.3, hk.Hinge(margin=2.5)), y, f)
    np.testing.assert_allclose(found, gap.mean(1), atol=1e-9)
    found = each(hk.SquaredEpsilonInsensitive(0.3), y, f)
    np.testing.assert_allclose(found, (gap**2).mean(1), atol=1e-9)
    found = each(hk.EpsilonInsensitive(0.3, hk.PsiM(1e-6)), y, f)
    np.testing.assert_allclose(found, gap.mean(1), atol=1e-5)


def test_missing_targets_count_for_nothing():
    y, f = np.array([[1.0, math.nan], [3.0, 4.0]]), np.array([[0.0, 9.0], [3.0, 2.0]])
    loss = hk.EpsilonInsensitive(0.5, ignore_label=math.nan)
    found = float(ops.convert_to_numpy(loss(y, f, np.array([0.5, 1.0]))))
    np.testing.assert_allclose(found, (0.5 * 0.5 + (0 + 1.5) / 2) / 2, rtol=1e-6)
    everything = np.isnan(float(ops.convert_to_numpy(hk.EpsilonInsensitive()(y, f))))
    assert everything


def angular(rule, scores, labels, scale):
    moved = scores.copy()
    rows = np.arange(len(labels))
    moved[rows, labels] = rule(np.arccos(scores[rows, labels]))
    moved *= scale
    top = moved.max(1, keepdims=True)
    return np.log(np.exp(moved - top).sum(1)) + top[:, 0] - moved[rows, labels]


def test_angular_losses_are_their_formulas():
    scores, labels = random.uniform(-0.999, 0.999, (300, 4)), random.integers(0, 4, 300)

    def arc(theta):
        beyond = np.cos(theta) - 0.5 * math.sin(0.5)
        return np.where(theta + 0.5 < math.pi, np.cos(theta + 0.5), beyond)

    def sphere(theta):
        k = np.floor(3 * theta / math.pi)
        return (-1.0) ** k * np.cos(3 * theta) - 2 * k

    for loss, rule in {
        hk.ArcFace(0.5, scale=10.0): arc,
        hk.CosFace(0.3, scale=10.0): lambda theta: np.cos(theta) - 0.3,
        hk.SphereFace(3, scale=10.0): sphere,
    }.items():
        wanted = angular(rule, scores, labels, 10.0)
        found = each(loss, labels, scores)
        np.testing.assert_allclose(found, wanted, rtol=1e-9, atol=1e-9)


def test_sparsemax_is_its_definition():
    scores = random.normal(0, 1, (200, 5))
    labels = random.integers(0, 5, 200)
    for s, y, value in zip(
        scores, labels, each(hk.Sparsemax(), labels, scores), strict=True
    ):
        taus = [
            (s[list(inside)].sum() - 1) / len(inside)
            for size in range(1, 6)
            for inside in itertools.combinations(range(5), size)
            if {j for j in range(5) if s[j] > (s[list(inside)].sum() - 1) / size}
            == set(inside)
        ]
        tau = taus[0]
        support = s[s > tau]
        wanted = -s[y] + 0.5 * (support**2 - tau**2).sum() + 0.5
        np.testing.assert_allclose(value, wanted, atol=1e-9)
    slope = check.slopes(hk.Sparsemax(), labels, scores)
    p = slope + np.eye(5)[labels]
    np.testing.assert_allclose(p.sum(1), 1, atol=1e-9)
    assert (p >= 0).all()


def test_gan_halves():
    f = random.normal(0, 1, 50)
    found = each(hk.GANDiscriminator(), np.r_[np.ones(25), np.zeros(25)], f)
    wanted = np.r_[hinge(1 - f[:25]), hinge(1 + f[25:])]
    np.testing.assert_allclose(found, wanted)
    np.testing.assert_allclose(each(hk.GANGenerator(), np.ones(50), f), -f)


def test_the_double_hinge_rejects_the_doubtful():
    f = np.linspace(-2, 2, 401)
    loss = hk.DoubleHinge(0.2)
    for p, best in ((0.1, -1), (0.3, 0), (0.7, 0), (0.9, 1)):
        risk = p * check.at(loss.phi, f) + (1 - p) * check.at(loss.phi, -f)
        np.testing.assert_allclose(f[risk.argmin()], best, atol=1e-9)
    same = check.at(hk.DoubleHinge(0.5).phi, f)
    np.testing.assert_allclose(same, check.at(hk.Hinge().phi, f))


def inputs(loss, size=12):
    """Labels and scores of the kind a loss takes."""
    if isinstance(loss, hk.MinedTriplet):
        return np.arange(size) % 3, random.normal(0, 1, (size, 4))
    if isinstance(loss, hk.Triplet):
        return np.zeros(size), random.normal(0, 1, (size, 3, 4))
    if isinstance(loss, hk.MarginRanking):
        return np.arange(size) % 2, random.normal(0, 1, (size, 2))
    if isinstance(loss, hk.losses.pairs.PairLoss):
        return np.arange(size) % 2, random.normal(0, 1, (size, 2, 4))
    if isinstance(loss, hk.OrdinalHinge):
        return np.arange(size) % 5, random.normal(0, 1, (size, 4))
    if isinstance(loss, hk.PairwiseHinge) and loss.groups:
        columns = [random.integers(0, 3, size), np.arange(size) % 2]
        return np.stack(columns, 1), random.normal(0, 1, size)
    if isinstance(loss, hk.PairwiseHinge):
        return random.integers(0, 3, (size, 5)), random.normal(0, 1, (size, 5))
    return random.normal(0, 1, (size, 2)), random.normal(0, 1, (size, 2))


def test_every_relation_has_the_gradient_of_its_value(every_relation):
    labels, scores = inputs(every_relation)
    direction, step = random.normal(0, 1, scores.shape), 1e-6

    def along(t):
        return each(every_relation, labels, scores + t * direction).sum()

    slope = (check.slopes(every_relation, labels, scores) * direction).sum()
    quotient = (along(step) - along(-step)) / (2 * step)
    np.testing.assert_allclose(slope, quotient, rtol=1e-4, atol=1e-5)


def test_every_relation_is_what_it_states(every_relation):
    """Convex, and never below zero, exactly if it says so."""
    labels, scores = inputs(every_relation, size=60)
    lowest, sag = math.inf, -math.inf
    for _ in range(20):
        ends = [random.normal(0, 1, scores.shape) for _ in range(2)]
        values = [each(every_relation, labels, end) for end in ends]
        middle = each(every_relation, labels, (ends[0] + ends[1]) / 2)
        lowest = min(lowest, values[0].min())
        sag = max(sag, (middle - (values[0] + values[1]) / 2).max())
    assert (lowest >= -1e-12) == every_relation.nonnegative
    assert (sag <= 1e-9) == every_relation.convex


def test_every_relation_is_saved_with_every_argument(every_relation):
    revived = keras.losses.deserialize(keras.losses.serialize(every_relation))
    assert repr(revived) == repr(every_relation)
    assert revived.get_config() == every_relation.get_config()
    labels, scores = inputs(every_relation)
    found = each(revived, labels, scores)
    np.testing.assert_array_equal(found, each(every_relation, labels, scores))


def test_every_relation_weighs_its_examples(every_relation):
    labels, scores = inputs(every_relation)
    values = each(every_relation, labels, scores)
    if values.shape == (1,):
        return  # One list: its weights are those of pairs, tested above.
    weight = random.uniform(0.1, 1, len(values))
    loss = type(every_relation).from_config(
        {**every_relation.get_config(), "reduction": "sum", "dtype": "float64"}
    )
    with check.double_precision():
        for given in (weight, weight[:, None]):
            found = ops.convert_to_numpy(loss(labels, check.tensor(scores), given))
            np.testing.assert_allclose(found, (weight * values).sum(), rtol=1e-9)


def test_every_relation_compiles_and_trains(every_relation):
    keras.utils.set_random_seed(0)
    labels, scores = inputs(every_relation)
    shape = scores.shape[1:] or (1,)
    flat = keras.layers.Flatten() if len(shape) > 1 else keras.layers.Identity()
    outputs = [flat, keras.layers.Dense(math.prod(shape)), keras.layers.Reshape(shape)]
    model = keras.Sequential([keras.Input(shape), *outputs])
    if scores.ndim == 1:
        model.add(keras.layers.Flatten())
    if isinstance(every_relation, hk.PairwiseHinge) and every_relation.groups:
        model.add(keras.layers.Reshape(()))
    metric = hk.LossMetric(every_relation, name="again")
    model.compile(keras.optimizers.Adam(0.02), every_relation, metrics=[metric])
    x = scores.reshape(len(scores), *shape).astype("float32")
    history = model.fit(x, labels, epochs=8, batch_size=12, verbose=0).history
    assert history["loss"][-1] < history["loss"][0]
    np.testing.assert_allclose(history["again"], history["loss"], rtol=1e-4)


@pytest.mark.parametrize(
    ("loss", "labels", "scores", "says"),
    [
        (hk.MarginRanking(), [1], [[1.0, 2.0, 3.0]], r"accepted are two scores a pair"),
        (hk.Contrastive(), [1], [[1.0, 2.0]], r"shape \(1, 2\); accepted are two"),
        (hk.Triplet(), [1], [[[1.0]]], "accepted are three embeddings"),
        (hk.MinedTriplet(), [1, 2], [[1.0]], "accepted are a label and an embedding"),
        (hk.PairwiseHinge(groups=True), [1, 2], [1.0, 2.0], "a grade and a group"),
        (hk.CosineEmbedding(), [2], [[[1.0], [2.0]]], "y_true contains 2; accepted"),
        (hk.OrdinalHinge(), [3], [[1.0, 2.0]], "integer class from 0 to 2"),
        (hk.EpsilonInsensitive(), [1.0, 2.0], [[1.0, 2.0]], "one label a score"),
    ],
)
def test_what_is_not_of_the_kind_is_refused(loss, labels, scores, says):
    with pytest.raises(ValueError, match=says):
        loss(np.array(labels), np.array(scores))


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda: hk.DoubleHinge(0.6), "rejection is 0.6; accepted"),
        (lambda: hk.DoubleHinge(0), "rejection is 0; accepted"),
        (lambda: hk.ArcFace(4.0), "margin is 4.0; accepted is an angle below pi"),
        (lambda: hk.SphereFace(1.5), "margin is 1.5; accepted is a whole number"),
        (lambda: hk.MinedTriplet("soft"), "mining is 'soft'; accepted are 'hard'"),
        (lambda: hk.OrdinalHinge("none"), "thresholds is 'none'; accepted"),
        (lambda: hk.EpsilonInsensitive(-0.1), "epsilon is -0.1; accepted"),
        (lambda: hk.CosineEmbedding(math.inf), "margin is inf; accepted"),
        (lambda: hk.Triplet(p=0), "p is 0; accepted"),
        (lambda: hk.check_loss(hk.Triplet()), r"loss is Triplet\(.*accepted"),
    ],
)
def test_a_bad_argument_is_named(make, says):
    with pytest.raises(ValueError, match=says):
        make()
