"""The mean of the k-th largest of scores with standard normal noise, by quadrature.

`N(t)`, how many noised scores are above `t`, is a sum of independent 0/1 draws. The
best few scores enter its distribution one by one; those below, none of which is as
likely above `t` as any of the best, by the power sums of their odds.
"""

import math

from keras import ops

from hinge_keras.backends import erfc
from hinge_keras.losses.order import best_of, kth_largest
from hinge_keras.losses.polynomials import (
    POWERS,
    elementary,
    product_of_binomials,
    with_factor,
)

NODES, HALVINGS = 24, 9
# Deviations of `N` from the middle to both ends of the quadrature.
LEFT, RIGHT = 7.0, 10.0
# Up to this factor on rounding a score's own draw is divided out of a distribution.
AMPLIFIED = 1e3
# Numbers computed at once, which fit a core's cache; rows where a batch says none.
TOGETHER, ROWS = 2**15, 256


def expected_kth(scores, k):
    """`E[(s + Z)_[k]]` of standard normal `Z`, `(...)`; k counts from 1."""
    if k > POWERS:
        return by_products(scores, k)
    fixed = ops.stop_gradient(scores)
    nodes, step = quadrature(fixed, k)
    few, share = distribution(fixed, nodes, k)
    enough = 1 - sum(few)
    area = ops.sum(enough, axis=-1) - 0.5 * (enough[..., 0] + enough[..., -1])
    mean = nodes[..., 0] + step * area
    # Slopes are shares of 1 and known; they are given here, not derived.
    slope = ops.stop_gradient(share / ops.sum(share, axis=-1, keepdims=True))
    # A class at -inf is out.
    moved = ops.where(ops.isfinite(fixed), scores - fixed, 0.0)
    return ops.stop_gradient(mean) + ops.sum(slope * moved, axis=-1)


def by_products(scores, k):
    """The same by multiplying all scores' factors, which is slower."""
    nodes, step = quadrature(ops.stop_gradient(scores), k)
    ahead = ops.expand_dims(scores, -2) - ops.expand_dims(nodes, -1)
    p, q = normal(ahead), normal(-ahead)
    enough = 1 - ops.sum(product_of_binomials(q, p, k - 1), axis=-1)
    area = ops.sum(enough, axis=-1) - 0.5 * (enough[..., 0] + enough[..., -1])
    return nodes[..., 0] + step * area


def normal(z):
    """The standard normal distribution's `P(Z <= z)`."""
    return 0.5 * erfc(-z / math.sqrt(2))


def density(z):
    return ops.exp(-0.5 * z * z) / math.sqrt(2 * math.pi)


def quadrature(scores, k):
    """Nodes over which `P(N(t) >= k)` falls from 1 to 0, `(..., nodes)`; their step."""
    start = ops.expand_dims(kth_largest(scores, k), -1)
    reach = math.sqrt(2 * math.log(scores.shape[-1])) + 2
    low, high = start - 2.0, start + reach
    for _ in range(HALVINGS):
        middle = 0.5 * (low + high)
        expected = ops.sum(normal(scores - middle), axis=-1, keepdims=True)
        above = expected > k - 0.5
        low, high = ops.where(above, middle, low), ops.where(above, high, middle)
    middle = 0.5 * (low + high)
    p = normal(scores - middle)
    spread = ops.sqrt(ops.sum(p * (1 - p), axis=-1, keepdims=True))
    rate = ops.sum(density(scores - middle), axis=-1, keepdims=True)
    deviation = spread / rate
    steps = ops.linspace(-LEFT, RIGHT, NODES, dtype=scores.dtype)
    return middle + deviation * steps, deviation[..., 0] * (LEFT + RIGHT) / (NODES - 1)


def distribution(scores, nodes, k):
    """`P(N = 0)` to `P(N = k - 1)` at the nodes, and each score's share, `(..., classes)`.

    A score's share is the sum over the nodes of its density there times the
    probability that of the others exactly `k - 1` are above: the slope of the mean.
    """
    best, taken = best_of(scores, min(3 * k, scores.shape[-1]))
    # So few nodes at once that what is computed of all classes stays in cache.
    ahead = [
        ops.expand_dims(scores, -2) - ops.expand_dims(nodes[..., part], -1)
        for part in parts(scores.shape)
    ]
    outside = ops.expand_dims(taken, -2)
    rest = [of_rest(each, outside, k) for each in ahead]
    rest = [ops.concatenate(each, axis=-1) for each in zip(*rest, strict=True)]
    best_ahead = ops.expand_dims(best, -2) - ops.expand_dims(nodes, -1)
    p, q = normal(best_ahead), normal(-best_ahead)
    factors = [(q[..., i], p[..., i]) for i in range(best.shape[-1])]
    whole, without = with_all(rest, factors)
    share = ops.zeros_like(scores)
    for part, each in zip(parts(scores.shape), ahead, strict=True):
        others = of_others(each, [few[..., part] for few in whole])
        share = share + ops.sum(density(each) * others, axis=-2)
    share = ops.where(taken, 0.0, share)
    for i, others in enumerate(without):
        own = ops.sum(density(best_ahead[..., i]) * others, axis=-1, keepdims=True)
        # Scores that tie have the same share, whichever of them is taken.
        here = ops.logical_and(taken, scores == best[..., i : i + 1])
        share = ops.where(here, own, share)
    return whole, share


def parts(shape):
    """Slices of the nodes, as many at once as scores of that shape let fit."""
    rows = math.prod(ROWS if n is None else n for n in shape[:-1])
    size = max(1, min(NODES, TOGETHER // max(1, rows * shape[-1])))
    return [slice(start, start + size) for start in range(0, NODES, size)]


def of_rest(ahead, taken, k):
    """`P(0)` to `P(k - 1)` of how many scores that are not taken are above a node."""
    p = ops.where(taken, 0.0, ops.minimum(normal(ahead), 1 - 1e-6))
    odds = p / (1 - p)
    sums, power = [], odds
    for _ in range(k - 1):
        sums.append(ops.sum(power, axis=-1))
        power = power * odds
    none = -ops.sum(ops.log1p(odds), axis=-1)
    if not sums:
        return [ops.exp(none)]
    unit = ops.log(1 + sums[0])
    e = elementary([s * ops.exp(-(m + 1) * unit) for m, s in enumerate(sums)])
    return [each * ops.exp(none + j * unit) for j, each in enumerate(e)]


def with_all(few, factors):
    """A distribution with factors, and `P(N = k - 1)` of it with all but one of them."""
    before = [few]
    for q, p in factors:
        before.append(with_factor(before[-1], q, p))
    after = [ops.ones_like(few[0])] + [ops.zeros_like(few[0])] * (len(few) - 1)
    without = []
    for i in reversed(range(len(factors))):
        pairs = zip(before[i], reversed(after), strict=True)
        without.insert(0, sum(a * b for a, b in pairs))
        after = with_factor(after, *factors[i])
    return before[-1], without


def of_others(ahead, whole):
    """`P(N = k - 1)` at a node without each score: its own factor is divided out."""
    p, q = normal(ahead), normal(-ahead)
    others = whole[0][..., None] / q
    for each in whole[1:]:
        others = (each[..., None] - p * others) / q
    ratio = AMPLIFIED ** (1 / max(len(whole) - 1, 1))
    return ops.where(p < ratio * q, ops.clip(others, 0.0, 1.0), 0.0)
