"""Tables in, tables out: choose, compare, rank, sum up, judge. Nothing here trains."""

from hinge_keras.lab.analysis import claims
from hinge_keras.lab.analysis.choose import chosen, chosen_by_each
from hinge_keras.lab.analysis.compare import (
    between,
    compare,
    compare_each,
    compare_parts,
    seen,
)
from hinge_keras.lab.analysis.intervals import (
    bootstrap_interval,
    detectable,
    holm,
    share_interval,
    signed_rank,
)
from hinge_keras.lab.analysis.ranks import critical_difference, ranked, wins
from hinge_keras.lab.analysis.summaries import (
    binned,
    described,
    ends,
    epochs_to,
    first_epoch,
    interquartile_mean,
    percent,
    shares,
    stacked,
)

__all__ = [
    "between",
    "binned",
    "bootstrap_interval",
    "chosen",
    "chosen_by_each",
    "claims",
    "compare",
    "compare_each",
    "compare_parts",
    "critical_difference",
    "described",
    "detectable",
    "ends",
    "epochs_to",
    "first_epoch",
    "holm",
    "interquartile_mean",
    "percent",
    "ranked",
    "seen",
    "share_interval",
    "shares",
    "signed_rank",
    "stacked",
    "wins",
]
