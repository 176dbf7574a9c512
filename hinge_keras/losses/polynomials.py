"""Low coefficients of a product of many binomials, as a tree of products.

`prod_i (a_i + b_i * x)` up to the power `degree`: with `a = 1 - p`, `b = p` the
probability of each count of successes, with `a = 1` the elementary symmetric
polynomials of `b`. All terms are positive, so nothing cancels.
"""

from keras import ops

NOTHING = -1e38  # Stands for log 0 and stays finite in sums.


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
