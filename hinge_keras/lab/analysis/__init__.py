"""Tables in, tables out: choose, compare, rank, sum up, judge. Nothing here trains."""

from hinge_keras.lab.analysis import claims
from hinge_keras.lab.analysis.choose import best, chosen, edges
from hinge_keras.lab.analysis.compare import (
    PAIRED,
    SAID,
    between,
    compare,
    compare_each,
    compare_parts,
    seen,
)
from hinge_keras.lab.analysis.evidence import (
    detectable,
    different,
    equal,
    pairs_needed,
    share_interval,
)
from hinge_keras.lab.analysis.ranks import (
    compare_over_sets,
    critical_difference,
    over_sets,
    ranked,
)
from hinge_keras.lab.analysis.selection import Search
from hinge_keras.lab.analysis.summaries import (
    binned,
    described,
    ends,
    epochs_to,
    first_epoch,
    interquartile_mean,
    percent,
    reached,
    shares,
    stacked,
)

__all__ = [
    "PAIRED",
    "SAID",
    "Search",
    "best",
    "between",
    "binned",
    "chosen",
    "claims",
    "compare",
    "compare_each",
    "compare_over_sets",
    "compare_parts",
    "critical_difference",
    "described",
    "detectable",
    "different",
    "edges",
    "ends",
    "epochs_to",
    "equal",
    "first_epoch",
    "interquartile_mean",
    "over_sets",
    "pairs_needed",
    "percent",
    "ranked",
    "reached",
    "seen",
    "share_interval",
    "shares",
    "stacked",
]
