"""What runs have to say for themselves: findings, and verdicts beside those of before."""

import dataclasses
import io
import subprocess
from pathlib import Path

import pandas as pd

from hinge_keras.lab.analysis import claims
from hinge_keras.lab.tables import state, view


@dataclasses.dataclass(frozen=True)
class Ran:
    """What there is to say of a study that ran.

    Attributes:
        name: Of the study, and of its folder.
        trained: How many trials were.
        seconds: How long it took.
        finding: Its answer; or why there is none.
        before: The published verdicts, `{claim: verdict}`.
        after: Those that stand in its folder now.
        failed: Whether an error ended it.
    """

    name: str
    trained: int
    seconds: float
    finding: str
    before: dict
    after: dict
    failed: bool = False


def gather(results):
    """Every study's claims in `claims.csv`, and one verdict a claim in `verdicts.csv`."""
    found = {
        path.parent.relative_to(results).as_posix(): view.read(path)
        for path in Path(results).glob("**/claims.csv")
        if path.parent != Path(results)
    }
    if found:
        parts = [found[name].assign(study=name) for name in sorted(found)]
        rows = pd.concat(parts, ignore_index=True)
        for name, table in (("claims", rows), ("verdicts", claims.verdicts(rows))):
            path, content = Path(results) / f"{name}.csv", view.as_csv(table)
            if not view.holds(path, content):
                path.write_bytes(content)


def verdicts(folder):
    """The verdicts that stand in a study's folder, by claim and source."""
    return by_claim(Path(folder) / "claims.csv")


def by_claim(file):
    """The verdicts of a table of claims, by claim and source."""
    rows = view.read(file).to_dict("records")
    return {f"{row['claim']} ({row['source']})": row["verdict"] for row in rows}


def committed(folder):
    """The verdicts of the last commit, else those that stand in the folder."""
    git = ["git", "-C", str(folder), "show", "HEAD:./claims.csv"]
    try:
        shown = subprocess.run(git, capture_output=True, text=True)
    except OSError:  # No git here.
        return verdicts(folder)
    return by_claim(io.StringIO(shown.stdout)) if shown.stdout else verdicts(folder)


def standing(name, results):
    """A study that is not run, since nothing changed: its verdicts."""
    folder = state.folder_of(results, name)
    return Ran(name, 0, 0.0, "", committed(folder), verdicts(folder))


def against(ran, results):
    """A study's run beside the verdicts that stand in another folder."""
    return dataclasses.replace(
        ran, before=committed(state.folder_of(results, ran.name))
    )


def agreement(ran):
    """How the verdicts compare with those that stood there before, in words."""
    before = {(each.name, claim): v for each in ran for claim, v in each.before.items()}
    after = {(each.name, claim): v for each in ran for claim, v in each.after.items()}
    both = before.keys() & after.keys()
    if not both:
        return "no verdict to compare with"
    differ = [key for key in after if key in both and before[key] != after[key]]
    told = "; ".join(
        f"{study}: {claim}: {before[study, claim]}, now {after[study, claim]}"
        for study, claim in differ
    )
    gone = len(before.keys() - both)
    return (
        f"{len(both) - len(differ)} of {len(both)} verdicts agree with the published"
        + (f"; {len(differ)} differ: {told}" if differ else "")
        + (f"; {gone} have gone" if gone else "")
    )
