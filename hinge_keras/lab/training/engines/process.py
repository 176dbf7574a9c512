"""The program of a process that trains: told a grid and jobs, it tells what they gave.

`python -m hinge_keras.lab.training.engines.process DESCRIPTOR`
"""

import pickle
import signal
import sys
from multiprocessing.connection import Connection


def main(descriptor):
    """Train what comes over a line until it is closed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # The one that started it decides.
    line = Connection(descriptor)
    _, (path, precision) = line.recv()
    sys.path[:] = path

    import keras

    from hinge_keras.lab.training.engines.trainer import Trainer

    keras.config.set_floatx(precision)
    trainer = None
    while True:
        try:
            kind, content = line.recv()
        except (EOFError, ConnectionError):
            return
        try:
            if kind == "grid":
                trainer = Trainer(content)
                continue
            watch = Watch(line)
            for finished in trainer.train(*content, watch):
                line.send(("some", finished))
            line.send(("done", None))
        except ConnectionError:
            return
        except BaseException as error:
            line.send(("failed", portable(error)))


class Watch:
    """Tells how far a job is."""

    def __init__(self, line):
        self.line = line

    def __call__(self, share):
        self.line.send(("alive", share))


def portable(error):
    """The exception, or one with its words that can be sent."""
    try:
        pickle.loads(pickle.dumps(error))
    except Exception:  # A class of the user's may fail to be pickled in any way.
        return RuntimeError(f"{type(error).__name__}: {error}")
    return error


if __name__ == "__main__":
    main(int(sys.argv[1]))
