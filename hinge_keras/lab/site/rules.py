"""The rule behind each verdict, as a reader asks for it."""

from hinge_keras.lab.analysis import claims
from hinge_keras.lab.tables.schema import EQUAL, TOO_FEW, UNDECIDED

RULES = {
    claims.REPRODUCED: "What was claimed was seen here too: the order by a corrected paired "
    "test, a sum to its digits, arms that should be equal within what matters.",
    claims.NOT_REPRODUCED: "The test, or the sum, says otherwise than was claimed.",
    claims.REVERSED: "The opposite of the claimed order was seen, by a corrected paired test.",
    claims.TYPICAL: "The published number lies within the central 95 % of our runs; or, of "
    "what one run is said to do, more than half of ours do it.",
    claims.POSSIBLE: "The published number lies within the range of our runs, outside their "
    "central 95 %; or some of our runs do what one is said to do.",
    claims.NEVER: "The published number lies outside the range of all our runs; or none of "
    "them does what one is said to do.",
    claims.METRIC: "Behind as they measured it; more than half of the gap goes with a sound "
    "metric on the same models.",
    claims.SEEDS: "Random runs of a single arm lie as far apart as the published ones.",
    claims.DECODER: "Behind as they decoded scores; more than half of the gap goes with sound "
    "decoding of the same models.",
    claims.NOT_COMPARABLE: "What was trained here is smaller than, or other than, theirs.",
    claims.UNPUBLISHED: "No number could be verified at the source; ours stands alone.",
    claims.NO_DATA: "The data could not be read here, so nothing was tried.",
    EQUAL: "Equal within a difference that does not matter.",
    UNDECIDED: "Neither a difference nor equality was seen with these runs.",
    TOO_FEW: "Too few runs for the corrected test to decide anything.",
    "true": "What was measured lies inside the range that the statement predicts.",
    "false": "What was measured lies outside the range that the statement predicts.",
    "depends": "It holds in some of the measured cases and fails in others.",
    "not measured": "Nothing here measures it, for the reason given.",
}
# How a verdict stands for a claim, for its look: with it, against it, or neither.
STANDS = {
    **dict.fromkeys((claims.REPRODUCED, claims.TYPICAL, "true"), "for"),
    **dict.fromkeys((claims.POSSIBLE, "depends"), "partly"),
    **dict.fromkeys(
        (claims.NOT_REPRODUCED, claims.REVERSED, claims.NEVER, "false"), "against"
    ),
    **dict.fromkeys((claims.METRIC, claims.SEEDS, claims.DECODER), "against"),
}


def rule(verdict: str) -> str:
    """The rule behind a verdict; `""` for one that nothing here knows."""
    return RULES.get(verdict, "")


def stands(verdict: str) -> str:
    """How a verdict stands for what was claimed: for, partly, against or silent."""
    return STANDS.get(verdict, "silent")
