"""What `hk.compare` gives back: tables, words, figures, a page, predictions, a model."""

import functools
import html
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from hinge_keras.lab import analysis, figures
from hinge_keras.lab.compare import advice, exports, held_out, predictor
from hinge_keras.lab.compare.baselines import USUAL
from hinge_keras.lab.compare.data import Data
from hinge_keras.lab.grid.experiment import Experiment
from hinge_keras.lab.page import findings, standalone, words
from hinge_keras.lab.results import Results
from hinge_keras.lab.tables import view
from hinge_keras.lab.tables.schema import (
    EDGE,
    KEY,
    OVERLAP,
    PLAIN,
    RATE,
    RISING,
    TOO_FEW,
    Unit,
    unit_of,
)
from hinge_keras.lab.training.record import environment

# A hundredth of the targets' deviation does not matter.
QUESTION = "Which loss for these data?"
DEVIATIONS = Unit("deviations of y", 1.0, 0.01, higher_is_better=False)


@dataclass(frozen=True, repr=False, eq=False)
class Comparison:
    """Losses compared on one data set and model.

    Attributes:
        data: What was handed over, as it was understood.
        experiment: The grid that was trained.
        results: Its tables.
        baselines: One row a baseline and seed, on the same splits.
        asked: How many seeds were asked for.
        threshold: The score above which two classes are decided for the second.
    """

    data: Data
    experiment: Experiment
    results: Results
    baselines: pd.DataFrame = field(repr=False)
    asked: int = 0
    threshold: float = 0.0

    @property
    def columns(self) -> pd.DataFrame:
        """What each column of the table is taken for and why; none of an array."""
        return pd.DataFrame() if self.data.columns is None else self.data.columns.table

    @property
    def remarks(self) -> list[str]:
        """What is odd about the data, one sentence each."""
        return self.data.remarks

    @property
    def trials(self) -> pd.DataFrame:
        """One row a trial."""
        return self.results.trials.drop(columns=KEY)

    @property
    def curves(self) -> pd.DataFrame:
        """One row a trial and epoch, with the trial's columns."""
        return self.results.curves().drop(columns=KEY, errors="ignore")

    @functools.cached_property
    def chosen(self) -> pd.DataFrame:
        """The trials at each loss's best rate; none if none ended well."""
        if self.nothing_measured:
            return self.results.trials.iloc[:0].assign(**{EDGE: "", RISING: False})
        return self.results.chosen()

    @property
    def arms(self):
        return [arm.name for arm in self.experiment.arms]

    @property
    def seeds(self):
        return len(self.experiment.seeds)

    @property
    def choose_by(self):
        return self.results.choose_by

    @property
    def overlap(self):
        """How far the seeds' parts overlap, as analysis counts it."""
        return self.data.splits.tags.get(OVERLAP, 0.0)

    def unit(self, measure=None):
        """What differences of a measure are told in."""
        name = (measure or self.choose_by).removeprefix("test_")
        known = {each.name: each for each in self.experiment.measures}
        if name not in known:
            return PLAIN
        if self.data.is_regression and name == "absolute_error":
            return DEVIATIONS
        return unit_of(known[name])

    def summary(self, measure: str | None = None) -> pd.DataFrame:
        """Each loss against each: difference, interval, p and finding.

        Args:
            measure: What to compare on the test part, by name; by default what
                chose the rates. A column's own name will do too.

        Raises:
            ValueError: If nothing of that name was measured.
        """
        if self.nothing_measured:
            return pd.DataFrame()
        measure = measure or self.choose_by
        unit, search = self.unit(measure), self.results.search
        return analysis.compare(
            self.chosen, measure, within=(), unit=unit, search=search
        )

    @property
    def nothing_measured(self):
        """Whether no trial ended with finite losses."""
        return f"test_{self.choose_by}" not in self.results.trials

    @functools.cached_property
    def idle(self):
        """The arms that are not seen to beat the usual answer for every row.

        Each is asked by itself, of seeds enough to see anything.
        """
        if self.nothing_measured:
            return []
        found = {arm: self.beside(USUAL, [arm]).iloc[0] for arm in self.arms}
        return [
            arm
            for arm, row in found.items()
            if row.better != arm and row.finding != TOO_FEW
        ]

    def beside(self, name, others):
        """The comparisons of an arm or a baseline with others, by what chose the rates."""
        every = pd.concat([self.chosen, self.baselines], ignore_index=True)
        return analysis.compare(
            every[every.arm.isin([name, *others])],
            self.choose_by,
            against=name,
            unit=self.unit(),
            search=self.results.search,
        )

    def means(self, measure: str | None = None) -> pd.DataFrame:
        """Each loss at its chosen rate, then the baselines: mean, deviation, calibration.

        Args:
            measure: As for `summary`.
        """
        if self.nothing_measured:
            return pd.DataFrame({"arm": self.arms, "mean": float("nan")})
        table = pd.concat([self.chosen, self.baselines], ignore_index=True)
        by = ["arm", RATE]
        found = analysis.described(table, measure or self.choose_by, by)
        cells = table.groupby(by, sort=False, dropna=False)
        for each in self.experiment.measures:
            if each.calibrated:
                found[each.name] = cells[f"test_{each.name}"].mean().to_numpy()
        return found

    def verdict(self) -> str:
        """What the comparisons show, and what keeps it from being more."""
        return advice.verdict(self)

    def recommendation(self) -> str:
        """Which loss to take here, how sure that is, and what would make it surer."""
        return advice.recommendation(self)

    @functools.cached_property
    def predictions(self) -> pd.DataFrame:
        """What every loss, at its chosen rate, says of rows that it was not trained on.

        Trained for it when first asked: five folds of all rows, or, where the user said
        what to test on, that part. One row a row of the data and loss.
        """
        return held_out.predictions(self)

    def confusion(self, arm: str | None = None) -> pd.DataFrame:
        """How often each class, a row, was taken for each, a column, out of fold."""
        found = self.predictions[self.predictions.arm == self.arm_of(arm)]
        return pd.crosstab(found.label, found.predicted)

    def calibration(self, arm: str | None = None) -> pd.DataFrame:
        """Out of fold: mean forecast and share of right answers, in bins of forecasts."""
        found = self.predictions[self.predictions.arm == self.arm_of(arm)]
        return analysis.binned(
            found.probability, (found.label == found.predicted) * 1.0
        )

    def arm_of(self, arm):
        """An arm by name, by default the recommended one."""
        if self.nothing_measured:
            raise ValueError(self.verdict())
        if arm is None:
            return advice.recommended(self)
        if arm not in self.arms:
            raise ValueError(f"arm is {arm!r}; accepted are {', '.join(self.arms)}.")
        return arm

    @functools.cached_property
    def best(self) -> predictor.Predictor:
        """The recommended loss' model, trained on four fifths of all rows.

        Trained when first asked; the last fifth turns scores to probabilities. Takes
        inputs as `compare` did, and can be saved.
        """
        return predictor.trained(self, self.arm_of(None))

    @property
    def seconds(self) -> float:
        """What the trainings took, of wall time."""
        return sum(record.seconds for record in self.results.records.values())

    def budget(self) -> str:
        """What it cost, the same for every loss."""
        e = self.experiment
        told = (
            f"{len(self.trials)} trainings: {len(e.arms)} losses x "
            f"{self.trials[RATE].nunique()} learning rates x {len(e.seeds)} seeds, "
            f"{e.epochs} epochs each, {self.seconds:.1f} s in all"
        )
        if self.seeds < self.asked:
            told += f"; of {self.asked} seeds, those that there was time for"
        return told

    def plot_curves(self, measure: str | None = None):
        """Validation curves at the chosen rates."""
        return figures.curves(
            undollared(self.results.curves(self.chosen)),
            measure or self.choose_by,
            title="Each loss at its own best rate",
        )

    def plot_gaps(self, measure: str | None = None):
        """Paired differences with their intervals."""
        title = undollared(advice.headline(self, measure or self.choose_by))
        return figures.gaps(undollared(self.summary(measure)), title=title)

    def tables(self):
        """The tables by name; none of no rows."""
        tables = {
            "trials": self.trials,
            "curves": self.curves,
            "summary": self.summary(),
            "means": self.means(),
            "columns": self.columns,
        }
        return {name: table for name, table in tables.items() if len(table)}

    def files(self):
        """The tables as CSV files, by name."""
        return {
            f"{name}.csv": view.as_csv(exports.inert(table))
            for name, table in self.tables().items()
        }

    def to_csv(self, folder) -> None:
        """Write the tables as CSV files."""
        view.publish(folder, self.files())

    def report(
        self, folder, *, parquet: bool = False, tensorboard: bool = False
    ) -> Path:
        """Write tables, figures and a page, and return the page's path.

        Beside `README.md` stands `index.html`, the same in one file for a browser.

        Args:
            folder: Where to.
            parquet: Whether tables are written as Parquet too, which needs pyarrow.
            tensorboard: Whether learning curves are written as event files too, below
                `tensorboard`, which needs TensorFlow.
        """
        plots = {n: figures.as_png(plot) for n, plot in self.plots().items()}
        files = self.files()
        if parquet:
            files |= exports.parquet(self.tables())
        files |= {f"{name}.png": content for name, content in plots.items()}
        files |= {
            "README.md": self.page(plots).encode(),
            "index.html": self.standalone(plots).encode(),
        }
        view.publish(folder, files)
        if tensorboard:
            exports.events(Path(folder) / "tensorboard", self.curves)
        return Path(folder) / "README.md"

    def plots(self):
        """The page's figures by name."""
        plots = {} if self.nothing_measured else {"curves": self.plot_curves()}
        if not self.summary().empty:
            plots = {"gaps": self.plot_gaps(), **plots}
        return plots

    def page(self, plots):
        """The page in Markdown."""
        found = findings.Findings(
            sentence=words.literal(self.recommendation()),
            summary=words.literally(self.summary()),
            figures=plots,
            notes=self.notes(),
        )
        setting = {name: words.literal(told) for name, told in self.setting().items()}
        return findings.page(found, QUESTION, setting, by="hk.compare")

    def notes(self):
        """What stands below the answer: the verdict, remarks, means, columns."""
        told = [f"- {words.literal(remark)}" for remark in self.remarks]
        parts = [words.literal(self.verdict()), "\n".join(told)]
        parts.append(words.markdown(words.literally(self.means())))
        if len(self.columns):
            parts.append(words.markdown(words.literally(self.columns)))
        return "\n\n".join(part for part in parts if part)

    def standalone(self, plots):
        """The page as one file of HTML that needs no other."""
        seen = {
            "gaps": advice.headline(self, self.choose_by) if "gaps" in plots else "",
            "curves": f"{self.choose_by} on validation data, epoch by epoch",
        }
        summary = self.summary()
        parts = [
            standalone.sentence(self.recommendation(), "answer"),
            standalone.sentence(self.verdict()),
            standalone.remarks(self.remarks),
            *(standalone.picture(png, seen[name]) for name, png in plots.items()),
            standalone.heading("What each is worth"),
            standalone.table(self.means()),
        ]
        if len(summary):
            parts.append(standalone.heading("Comparisons"))
            parts.append(standalone.table(words.comparisons(summary)))
        if len(self.columns):
            parts.append(standalone.heading("What each column was taken for"))
            parts.append(standalone.table(self.columns))
        parts.append(standalone.heading("Setting"))
        parts.append(standalone.lines(self.setting()))
        return standalone.document(QUESTION, parts, by="hk.compare")

    def setting(self):
        """What was run, in lines for the page."""
        e, labels = self.experiment, self.data.labels
        shape = " x ".join(map(str, self.data.table.shape))
        classes = ", ".join(str(name) for name in labels.classes[:10])
        dataset = e.datasets[0]
        return {
            "data": f"{shape}; y: {labels.why}{f' ({classes})' if classes else ''}",
            "split": self.data.splits.told,
            "weights": "none" if self.data.weight is None else "in the losses alone",
            "model": e.models[0].told,
            "optimizer": f"{words.optimizer(e.optimizer)}, batches of {e.batch_size}",
            "learning rates": ", ".join(
                f"{v:g}" for v in sorted(set(self.trials[RATE]))
            ),
            "chosen by": f"{self.choose_by} on validation data",
            "budget": self.budget(),
            "differences speak of": "; ".join(words.estimands([dataset])),
            **environment(),
        }

    def __repr__(self):
        table = self.means().to_string(index=False, float_format="{:.4g}".format)
        told = [*self.remarks, self.recommendation(), self.verdict(), table]
        return "\n".join([*told, self.budget()])

    def _repr_html_(self):
        table = self.means().to_html(index=False, float_format="{:.4g}".format)
        told = "".join(f"<p>{html.escape(text)}</p>" for text in self.remarks)
        told += f"<p><b>{html.escape(self.recommendation())}</b></p>"
        return (
            f"{told}<p>{html.escape(self.verdict())}</p>{table}<p>{self.budget()}</p>"
        )


def undollared(told):
    """A text, or a table's texts, in which figures take a dollar for a dollar."""
    if isinstance(told, str):
        return told.replace("$", r"\$")
    return told.map(
        lambda value: undollared(value) if isinstance(value, str) else value
    )
