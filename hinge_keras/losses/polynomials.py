"""Low coefficients of a product of many binomials, `prod_i (a_i + b_i * x)`.

With `a = 1 - p`, `b = p` the probability of each count of successes, with `a = 1`
the elementary symmetric polynomials of `b`. A tree of products has positive terms
alone, so that nothing cancels; power sums need but one pass a power.
"""

from keras import ops

from hinge_keras.losses.order import best_of

NOTHING = -1e38  # Stands for log 0 and stays finite in sums.
POWERS = 10  # Up to which power sums stay within single precision.


def log_ratio(x, k):
    """`log e_k(exp(x)) - log e_(k-1)(exp(x))` of the elementary polynomials, `(...)`.

    One of the `x` of each row, at least, is -inf.

    The best `2 k` are multiplied one after another as `(1 - p) + p * z`, whose
    common factor drops out of the ratio, and those below them, none of which is
    more than the least of the best, come from their power sums.
    """
    if k > POWERS:
        x = ops.top_k(x, x.shape[-1] - 1)[0]
        e = product_of_binomials(ops.zeros_like(x), x, k, logarithmic=True)
        return e[..., k] - e[..., k - 1]
    best, taken = best_of(x, min(2 * k, x.shape[-1] - 1))
    unit = ops.stop_gradient(best[..., k - 1])
    rest = ops.exp(ops.where(taken, -float("inf"), x - unit[..., None]))
    sums, power = [], rest
    for _ in range(k):
        sums.append(ops.sum(power, axis=-1))
        power = power * rest
    scale = 1 / (1 + ops.stop_gradient(sums[0]))
    unit = unit - ops.log(scale)
    e = elementary([total * scale ** (m + 1) for m, total in enumerate(sums)])
    ahead = best - unit[..., None]
    p, q = ops.sigmoid(ahead), ops.sigmoid(-ahead)
    for i in range(best.shape[-1]):
        e = with_factor(e, q[..., i], p[..., i])
    return ops.log(e[k]) - ops.log(e[k - 1]) + unit


def elementary(sums):
    """`e_0` to `e_k` from the sums of the first to the k-th power: Newton's identities."""
    e = [ops.ones_like(sums[0])]
    for j in range(1, len(sums) + 1):
        terms = (sums[m] * e[j - 1 - m] * (-1.0) ** m for m in range(j))
        e.append(sum(terms) / j)
    return e


def with_factor(e, q, p):
    """The coefficients of a polynomial times `q + p * z`, no more of them."""
    return [e[0] * q] + [e[j] * q + e[j - 1] * p for j in range(1, len(e))]


def product_of_binomials(a, b, degree, logarithmic=False):
    """Coefficients 0 to `degree` of `prod_i (a_i + b_i * x)`, on a new last axis.

    `a` and `b` are `(..., factors)`; with `logarithmic`, they and the result
    are logarithms, for products that overflow.
    """
    multiply = multiply_logarithms if logarithmic else multiply_plain
    factors = ops.stack([a, b], axis=-1)  # (..., factors, power)
    left_over = []
    while factors.shape[-2] > 1:
        if factors.shape[-2] % 2:
            left_over.append(factors[..., -1, :])
            factors = factors[..., :-1, :]
        half = factors.shape[-2] // 2
        factors = multiply(factors[..., :half, :], factors[..., half:, :], degree)
    product = factors[..., 0, :]
    for factor in left_over:
        product = multiply(product, factor, degree)
    return product


def shifted(b, by, size, filler):
    """`x**by * b(x)`, as coefficients 0 to `size - 1`."""
    b = b[..., : size - by]
    after = size - by - b.shape[-1]
    padding = [[0, 0]] * (len(b.shape) - 1) + [[by, after]]
    return ops.pad(b, padding, constant_values=filler)


def multiply_plain(a, b, degree):
    size = min(a.shape[-1] + b.shape[-1] - 1, degree + 1)
    powers = range(min(a.shape[-1], size))
    return sum(a[..., i : i + 1] * shifted(b, i, size, 0.0) for i in powers)


def multiply_logarithms(a, b, degree):
    size = min(a.shape[-1] + b.shape[-1] - 1, degree + 1)
    powers = range(min(a.shape[-1], size))
    terms = [a[..., i : i + 1] + shifted(b, i, size, NOTHING) for i in powers]
    return ops.logsumexp(ops.stack(terms, axis=-1), axis=-1)
