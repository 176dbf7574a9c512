"""The steps of a stack of dense nets in compiled kernels, the losses from outside.

A step has three parts: the kernels compute the scores of every net, the library's own
losses, on the backend in use, give their slopes there, and the kernels step every net
down its gradient while it is in cache.
"""

import os

import numpy as np
from keras import ops

from hinge_keras.lab.training import kernels
from hinge_keras.lab.training.dense import UnknownError
from hinge_keras.lab.training.parts import Part
from hinge_keras.refusal import labels_are_known

CORES = os.cpu_count()
# Bytes of weights, moments and values that stay in cache from step to step.
CACHE = 8 * 2**20
# Rows scored at a time, and scores kept at a time for the measures of training.
ROWS, KEPT = 512, 2**23


class Fused:
    """What a stack does to its replicas, by kernels.

    Args:
        program: What one replica does; here its metrics and its schedule.
        backend: The room that maps and compiles.
        net: The nets' layers.
        rule: The optimizer's step.
        block: Gives the losses' compiled functions, from losses and their counts.
    """

    def __init__(self, program, backend, net, rule, block):
        self.program, self.net, self.rule, self.block = program, net, rule, block
        counted, results = map(
            backend.stacked, (program.tally.counted, program.tally.results)
        )
        # Blocks differ in how many replicas they have.
        self.counted = backend.compiled(labels_are_known()(counted), loose=(0,))
        self.results = backend.compiled(results, loose=(0,))

    def start(self, weights, rates):
        """The stack before its first step."""
        nets = np.stack(
            [
                np.concatenate([np.ravel(value) for value in each["trainable"]])
                for each in weights
            ]
        )
        count, parameters = nets.shape
        return {
            "nets": nets,
            "moments": np.zeros((count, self.rule.moments, parameters), nets.dtype),
            "rates": np.asarray(rates, float),
            "step": 0,
        }

    def check(self, model, x):
        """Raises `UnknownError` if the kernels' scores are not the model's."""
        replicas = self.start([self.program.weights(model)], [0.0])
        ours = self.scores(replicas, Part([{"x": (x,)}], "x"))[0]
        theirs = ops.convert_to_numpy(model(x))
        if ours.shape != theirs.shape or not np.allclose(ours, theirs, 1e-3, 1e-4):
            raise UnknownError("layers that are not a chain")

    def better(self, improved, replicas, best):
        """The replicas where they improved, else the best so far."""
        nets = np.where(improved[:, None], replicas["nets"], best["nets"])
        return {**replicas, "nets": nets}

    def epoch(self, losses, replicas, examples, order, batch, watched):
        """All steps of an epoch, then the watched split.

        Returns:
            The stack; the measures of training; those of the watched split.
        """
        block = self.block(losses)
        replicas = {**replicas, "nets": replicas["nets"].copy()}
        tally, kept = None, self.kept(len(order), batch)
        total = np.zeros(len(order))
        for first in range(0, order.shape[1], kept):
            rows = order[:, first : first + kept]
            value, f = self.through(losses, replicas, examples, rows, batch)
            total += value * rows.shape[1]
            if self.program.tally.metrics:
                labels = examples.arrays[1][rows]
                tally = self.counted(tally or block.tally(), value, labels, f)
            replicas["step"] += -(-rows.shape[1] // batch)
        train = self.results(tally) if tally else {"loss": total / order.shape[1]}
        held_out = dict(
            block.measured(self.scores(replicas, watched), *watched.labels())
        )
        held_out["loss"] = np.asarray(held_out["loss"]) + self.penalties(
            replicas["nets"]
        )
        return replicas, train, held_out

    def kept(self, count, batch):
        """Examples whose scores are kept at a time, whole batches."""
        return max(1, KEPT // (count * batch * int(self.net.widths[-1]))) * batch

    def through(self, losses, replicas, examples, order, batch):
        """Steps over some examples: each net's mean loss and penalty, and its scores."""
        net, nets, moments = self.net, replicas["nets"], replicas["moments"]
        numbers = net.parameters * (1 + self.rule.moments) + batch * net.widths.sum()
        most = max(1, int(CACHE // (numbers * nets.dtype.itemsize)))
        rates = self.rates(replicas, -(-order.shape[1] // batch))
        found = [
            self.steps(
                self.block(own).slopes,
                nets[of],
                moments[of],
                rates[:, :, of],
                examples,
                order[of],
                batch,
            )
            for of, own in chunks(losses, most)
        ]
        values, scores = zip(*found, strict=True)
        return np.concatenate(values), np.concatenate(scores)

    def steps(self, slopes_of, nets, moments, rates, examples, order, batch):
        """The same of nets that fit in cache together."""
        net = self.net
        x, labels = examples.flat, [a[order] for a in examples.arrays[1:]]
        numbers = np.array(self.rule.numbers, nets.dtype)
        work = np.empty((len(nets), batch * net.widths[:-1].sum()), nets.dtype)
        scores = np.empty((*order.shape, net.widths[-1]), nets.dtype)
        totals, penalties = np.zeros(len(nets)), np.zeros(len(nets), nets.dtype)
        for step, first in enumerate(range(0, order.shape[1], batch)):
            some = slice(first, first + batch)
            rows = np.ascontiguousarray(order[:, some])
            f = np.empty((*rows.shape, net.widths[-1]), nets.dtype)
            kernels.forward(x, rows, nets, net.widths, net.kinds, work, f, CORES)
            scores[:, some] = f
            value, slopes = slopes_of(f, *(array[:, some] for array in labels))
            penalties[:] = 0
            kernels.descend(
                nets,
                net.widths,
                net.kinds,
                work,
                f,
                slopes,
                net.factors,
                penalties,
                moments,
                self.rule.kind,
                numbers,
                rates[step],
                CORES,
            )
            totals += (value + penalties) * rows.shape[1]
        return (totals / order.shape[1]).astype(nets.dtype), scores

    def rates(self, replicas, steps):
        """Learning rates of coming steps, and of weight decay, `(steps, 2, nets)`."""
        found = []
        for step in range(replicas["step"], replicas["step"] + steps):
            rates = replicas["rates"]
            if self.program.schedule is not None:
                rates = rates * float(ops.convert_to_numpy(self.program.schedule(step)))
            found.append((self.rule.rate(step + 1) * rates, self.rule.decay * rates))
        return np.array(found, replicas["nets"].dtype)

    def scores(self, replicas, part):
        """Raw scores of a split, `(replicas, examples, outputs)`."""
        net, nets, rows = self.net, replicas["nets"], part.rows()
        f = np.empty((*rows.shape, net.widths[-1]), nets.dtype)
        work = np.empty((CORES, ROWS * net.widths[:-1].sum()), nets.dtype)
        for first in range(0, rows.shape[1], ROWS):
            some = np.ascontiguousarray(rows[:, first : first + ROWS])
            found = np.empty((*some.shape, net.widths[-1]), nets.dtype)
            kernels.forward(
                part.flat,
                some,
                nets,
                net.widths,
                net.kinds,
                work,
                found,
                CORES,
            )
            f[:, first : first + ROWS] = found
        return f

    def penalties(self, nets):
        """The penalty on each net's weights."""
        if not self.net.factors.size:
            return np.zeros(len(nets), nets.dtype)
        absolute, square = self.net.factors
        return np.abs(nets) @ absolute + nets**2 @ square


def chunks(losses, most):
    """Slices of a stack of so many nets at most, with the losses of each and their counts.

    A loss is parted only if it must be, into equal parts: each costs a compilation.
    """
    found, start = [], 0
    for loss, count in losses:
        parts = -(-count // most)
        for part in range(parts):
            size = count * (part + 1) // parts - count * part // parts
            of, own = found[-1] if found else (slice(0, 0), ())
            if found and parts == 1 and start + size - of.start <= most:
                found[-1] = slice(of.start, start + size), (*own, (loss, size))
            else:
                found.append((slice(start, start + size), ((loss, size),)))
            start += size
    return found
