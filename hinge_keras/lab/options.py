"""The options that every run of studies has, on the command line."""

from pathlib import Path

RESULTS = Path("results")
ENGINES = ("here", "processes", "ray")  # Where trials train.
SMOKE = "smoke run, no finding"  # What stands before the findings of one.


def marked(finding, quick):
    """A finding; that of a smoke run as what it is."""
    return f"({SMOKE}) {finding}" if quick else finding


def with_options(parser):
    """The options that every run of studies has."""
    parser.add_argument(
        "--quick",
        action="store_true",
        help="a smoke run of a few small trials, into a temporary folder",
    )
    parser.add_argument(
        "--results", default=RESULTS, type=Path, help="folder to write to (results)"
    )
    parser.add_argument(
        "--verify",
        action="store_true",
        help="run from nothing in a temporary folder, and compare the verdicts",
    )
    parser.add_argument(
        "--keep-published",
        action="store_true",
        help="take the trials of the published tables as they are; train the others",
    )
    parser.add_argument(
        "--engine",
        default="here",
        choices=ENGINES,
        help="where trials train: this process, processes beside it, Ray's workers",
    )
    parser.add_argument(
        "--workers", type=int, help="how many train at once (a core each)"
    )
    parser.add_argument(
        "--address", help="of a Ray cluster that runs; by default one is started"
    )
    return parser
