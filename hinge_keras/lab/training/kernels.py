"""Compiled steps of dense nets: forward, backward and update of one net in cache.

A net is a vector of parameters, kernel and bias layer by layer; a stack of nets is a
matrix. What a step needs of the loss are its slopes at the scores, which come from
outside. All functions release Python's lock.

A product of small matrices is a loop over four rows by four that the compiler turns
into vector instructions; those of a library cost more to call than to compute.
"""

import math
from typing import Any

import numba
import numpy as np

from hinge_keras.lab.training.dense import (
    ADAM,
    ELU,
    LEAKY_RELU,
    NESTEROV,
    RELU,
    SIGMOID,
    SOFTPLUS,
    TANH,
)

# Sums may be reordered, but NaN and infinity stay: a diverged net must show it.
COMPILE: Any = {
    "nogil": True,
    "cache": True,
    "error_model": "numpy",
    "fastmath": {"contract", "nsz", "reassoc"},
}

LEAK = 0.2  # Of Keras' leaky ReLU.
# Outputs of a layer below which its kernel is read along the inputs.
NARROW = 16


@numba.njit(**COMPILE)
def add_product(A, B, out):
    """`out += A B`."""
    rows, inner = A.shape
    columns = B.shape[1]
    i = 0
    while i + 4 <= rows:
        p, q, r, s = out[i], out[i + 1], out[i + 2], out[i + 3]
        j = 0
        while j + 4 <= inner:
            a, b, c, d = B[j], B[j + 1], B[j + 2], B[j + 3]
            pa, pb, pc, pd = A[i, j], A[i, j + 1], A[i, j + 2], A[i, j + 3]
            qa, qb, qc, qd = (
                A[i + 1, j],
                A[i + 1, j + 1],
                A[i + 1, j + 2],
                A[i + 1, j + 3],
            )
            ra, rb, rc, rd = (
                A[i + 2, j],
                A[i + 2, j + 1],
                A[i + 2, j + 2],
                A[i + 2, j + 3],
            )
            sa, sb, sc, sd = (
                A[i + 3, j],
                A[i + 3, j + 1],
                A[i + 3, j + 2],
                A[i + 3, j + 3],
            )
            for k in range(columns):
                p[k] += (pa * a[k] + pb * b[k]) + (pc * c[k] + pd * d[k])
                q[k] += (qa * a[k] + qb * b[k]) + (qc * c[k] + qd * d[k])
                r[k] += (ra * a[k] + rb * b[k]) + (rc * c[k] + rd * d[k])
                s[k] += (sa * a[k] + sb * b[k]) + (sc * c[k] + sd * d[k])
            j += 4
        while j < inner:
            a = B[j]
            pa, qa, ra, sa = A[i, j], A[i + 1, j], A[i + 2, j], A[i + 3, j]
            for k in range(columns):
                p[k] += pa * a[k]
                q[k] += qa * a[k]
                r[k] += ra * a[k]
                s[k] += sa * a[k]
            j += 1
        i += 4
    while i < rows:
        p = out[i]
        for j in range(inner):
            pa, a = A[i, j], B[j]
            for k in range(columns):
                p[k] += pa * a[k]
        i += 1


@numba.njit(**COMPILE)
def transpose(A, out):
    for i in range(A.shape[0]):
        for j in range(A.shape[1]):
            out[j, i] = A[i, j]


@numba.njit(**COMPILE)
def affine(X, W, c, out):
    """`out = X W + c`."""
    rows, outputs = out.shape
    if outputs == 1:
        w = W.reshape(W.size)
        for b in range(rows):
            x, total = X[b], c[0]
            for i in range(w.size):
                total += x[i] * w[i]
            out[b, 0] = total
        return
    for b in range(rows):
        z = out[b]
        for o in range(outputs):
            z[o] = c[o]
    add_product(X, W, out)


@numba.njit(**COMPILE)
def activate(kind, z):
    """An activation in place."""
    zero, one = z.dtype.type(0), z.dtype.type(1)
    if kind == RELU:
        for j in range(z.size):
            z[j] = zero if z[j] < zero else z[j]
    elif kind == TANH:
        for j in range(z.size):
            z[j] = math.tanh(z[j])
    elif kind == SIGMOID:
        for j in range(z.size):
            z[j] = one / (one + math.exp(-z[j]))
    elif kind == ELU:
        for j in range(z.size):
            z[j] = math.expm1(z[j]) if z[j] < zero else z[j]
    elif kind == SOFTPLUS:
        for j in range(z.size):
            z[j] = max(z[j], zero) + math.log1p(math.exp(-abs(z[j])))
    elif kind == LEAKY_RELU:
        leak = z.dtype.type(LEAK)
        for j in range(z.size):
            z[j] = leak * z[j] if z[j] < zero else z[j]


@numba.njit(**COMPILE)
def pull(kind, h, slope):
    """Slopes at an activation's values to those at its inputs, in place."""
    zero, one = h.dtype.type(0), h.dtype.type(1)
    if kind == RELU:
        for j in range(h.size):
            slope[j] = slope[j] if h[j] > zero else zero
    elif kind == TANH:
        for j in range(h.size):
            slope[j] *= one - h[j] * h[j]
    elif kind == SIGMOID:
        for j in range(h.size):
            slope[j] *= h[j] * (one - h[j])
    elif kind == ELU:
        for j in range(h.size):
            slope[j] *= one if h[j] > zero else h[j] + one
    elif kind == SOFTPLUS:
        for j in range(h.size):
            slope[j] *= -math.expm1(-h[j])
    elif kind == LEAKY_RELU:
        leak = h.dtype.type(LEAK)
        for j in range(h.size):
            slope[j] *= one if h[j] > zero else leak


@numba.njit(**COMPILE)
def scored(x, rows, net, widths, kinds, room, f):
    """Scores of one net: `forward` has the arguments."""
    batch = len(rows)
    place, used = 0, batch * widths[0]
    X = room[:used].reshape(batch, widths[0])
    for b in range(batch):
        to, example = X[b], x[rows[b]]
        for i in range(widths[0]):
            to[i] = example[i]
    for layer in range(len(kinds)):
        inputs, outputs = widths[layer], widths[layer + 1]
        W = net[place : place + inputs * outputs].reshape(inputs, outputs)
        place += inputs * outputs
        c = net[place : place + outputs]
        place += outputs
        if layer == len(kinds) - 1:
            H = f
        else:
            H = room[used : used + batch * outputs].reshape(batch, outputs)
            used += batch * outputs
        affine(X, W, c, H)
        activate(kinds[layer], H.reshape(H.size))
        X = H


@numba.njit(parallel=True, **COMPILE)
def forward(x, rows, nets, widths, kinds, work, f, parts):
    """Scores of each net on rows of its own.

    Args:
        x: All examples, `(examples, inputs)`.
        rows: Those of each net, `(nets, batch)`.
        nets: Parameters, `(nets, parameters)`.
        widths: Of the inputs and of every layer.
        kinds: The activation of every layer.
        work: Room for inputs and hidden layers, `(nets, room)`, or `(parts, room)`
            if nothing is kept for `descend`.
        f: Where scores go, `(nets, batch, outputs)`.
        parts: Into how many the stack is cut, for as many cores.
    """
    for part in numba.prange(parts):
        for n in range(len(nets) * part // parts, len(nets) * (part + 1) // parts):
            room = work[n] if len(work) == len(nets) else work[part]
            scored(x, rows[n], nets[n], widths, kinds, room, f[n])


@numba.njit(**COMPILE)
def backward(net, widths, kinds, work, f, slopes, room, gradient):
    """The gradient of one net from the slopes at its scores, which it spoils.

    Args:
        net, widths, kinds, work, f: As `scored` had and left them.
        slopes: At the scores, `(batch, outputs)`.
        room: Three vectors, each for the widest layer's values and largest kernel.
        gradient: Where it goes, `(parameters,)`.
    """
    layers, batch = len(kinds), len(slopes)
    zero = net.dtype.type(0)
    gradient[:] = zero
    place, used, D, H = net.size, batch * widths[:-1].sum(), slopes, f
    for layer in range(layers - 1, -1, -1):
        inputs, outputs = widths[layer], widths[layer + 1]
        pull(kinds[layer], H.reshape(H.size), D.reshape(D.size))
        place -= outputs
        dc = gradient[place : place + outputs]
        place -= inputs * outputs
        dW = gradient[place : place + inputs * outputs].reshape(inputs, outputs)
        W = net[place : place + inputs * outputs].reshape(inputs, outputs)
        used -= batch * inputs
        X = work[used : used + batch * inputs].reshape(batch, inputs)
        for b in range(batch):
            d = D[b]
            for o in range(outputs):
                dc[o] += d[o]
        turned = room[2, : inputs * outputs].reshape(outputs, inputs)
        if outputs < NARROW:
            turned[:] = zero
            add_product(D.T, X, turned)
            transpose(turned, dW)
        else:
            add_product(X.T, D, dW)
        if layer > 0:
            E = room[layer % 2, : batch * inputs].reshape(batch, inputs)
            transpose(W, turned)
            E[:] = zero
            add_product(D, turned, E)
            D, H = E, X


@numba.njit(**COMPILE)
def penalise(net, factors, gradient):
    """Add the slope of `sum(a |w| + b w^2)` to the gradient; the sum."""
    total = net.dtype.type(0)
    two = net.dtype.type(2)
    for j in range(net.size):
        w, a, b = net[j], factors[0, j], factors[1, j]
        total += a * abs(w) + b * w * w
        sign = net.dtype.type(w > 0) - net.dtype.type(w < 0)
        gradient[j] += a * sign + two * b * w
    return total


@numba.njit(**COMPILE)
def adam(net, gradient, moments, rate, numbers):
    """Kingma and Ba (2015); `rate` has the correction of both moments in it."""
    m, v = moments[0], moments[1]
    mean, square, epsilon = numbers[0], numbers[1], numbers[2]
    for j in range(net.size):
        g = gradient[j]
        m[j] += (g - m[j]) * mean
        v[j] += (g * g - v[j]) * square
        net[j] -= rate * m[j] / (math.sqrt(v[j]) + epsilon)


@numba.njit(**COMPILE)
def momentum(net, gradient, moments, rate, share, nesterov):
    """Steepest descent, the last step's share added; Nesterov's looks ahead."""
    v = moments[0]
    for j in range(net.size):
        step = rate * gradient[j]
        v[j] = share * v[j] - step
        net[j] += share * v[j] - step if nesterov else v[j]


@numba.njit(parallel=True, **COMPILE)
def descend(
    nets,
    widths,
    kinds,
    work,
    f,
    slopes,
    factors,
    penalties,
    moments,
    rule,
    numbers,
    rates,
    parts,
):
    """One step of every net down its loss and penalty.

    Args:
        nets, widths, kinds, work, f: As `forward` had and left them.
        slopes: Of the loss at the scores, spoiled.
        factors: Of `|w|` and `w^2` in the penalty, `(2, parameters)`, or `(2, 0)`.
        penalties: To which the penalties are added, `(nets,)`.
        moments: What the optimizer remembers, `(nets, moments, parameters)`.
        rule: Which optimizer.
        numbers: Its constants.
        rates: Learning rates, and those of weight decay, `(2, nets)`.
        parts: Into how many the stack is cut, for as many cores.
    """
    largest = max((widths[:-1] * widths[1:]).max(), slopes.shape[1] * widths.max())
    for part in numba.prange(parts):
        room = np.empty((3, largest), nets.dtype)
        gradient = np.empty(nets.shape[1], nets.dtype)
        for n in range(len(nets) * part // parts, len(nets) * (part + 1) // parts):
            net = nets[n]
            backward(net, widths, kinds, work[n], f[n], slopes[n], room, gradient)
            if factors.size:
                penalties[n] += penalise(net, factors, gradient)
            if rates[1, n] != 0:
                for j in range(net.size):
                    net[j] -= rates[1, n] * net[j]
            if rule == ADAM:
                adam(net, gradient, moments[n], rates[0, n], numbers)
            else:
                momentum(
                    net, gradient, moments[n], rates[0, n], numbers[0], rule == NESTEROV
                )
