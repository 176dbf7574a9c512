"""A comparison's tables and curves for other programs: spreadsheets, Parquet, TensorBoard."""

import io
import re

from hinge_keras.lab.tables.schema import EPOCH, OF_OPTIMIZER, RATE, SEED

FORMULAS = (
    "=",
    "+",
    "-",
    "@",
    "\t",
    "\r",
)  # What a spreadsheet would begin to compute.


def inert(table):
    """A table whose texts no spreadsheet takes for a formula: those get a quote before."""

    def quoted(value):
        formula = isinstance(value, str) and value.startswith(FORMULAS)
        return f"'{value}" if formula else value

    return table.map(quoted).set_axis(map(quoted, table.columns), axis=1)


def parquet(tables):
    """Tables as Parquet files, by name.

    Raises:
        ImportError: Without pyarrow, in one sentence.
    """
    try:
        import pyarrow
    except ImportError:
        raise ImportError(
            'parquet=True needs pyarrow: pip install "hinge_keras[parquet]"'
        ) from None
    files = {}
    for name, table in tables.items():
        file = io.BytesIO()
        table.to_parquet(file, index=False, engine=pyarrow.__name__)
        files[f"{name}.parquet"] = file.getvalue()
    return files


def events(folder, curves):
    """Learning curves as TensorBoard's event files, a folder a trial.

    Written without TensorBoard itself, which TensorFlow does without.

    Raises:
        ImportError: Without TensorFlow, in one sentence.
    """
    try:
        import tensorflow as tf
    except ImportError:
        raise ImportError(
            'tensorboard=True needs TensorFlow: pip install "hinge_keras[tensorflow]"'
        ) from None
    scalar = tf.compat.v1.SummaryMetadata(data_class="DATA_CLASS_SCALAR")
    scalar.plugin_data.plugin_name = "scalars"
    measured = [n for n in curves.select_dtypes("float") if n not in OF_OPTIMIZER]
    for (arm, rate, seed), rows in curves.groupby(["arm", RATE, SEED], sort=False):
        name = re.sub(r"[^\w-]+", "_", f"{arm}")
        writer = tf.summary.create_file_writer(
            f"{folder}/{name}_{rate:g}_seed_{seed}", filename_suffix=".curve"
        )
        with writer.as_default():
            for row in rows.to_dict("records"):
                for each in measured:
                    tf.summary.write(each, row[each], int(row[EPOCH]), scalar)
        writer.close()
