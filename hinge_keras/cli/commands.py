"""The commands of `hinge-keras`, their options, and how they end."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from hinge_keras.cli import terminal
from hinge_keras.cli.terminal import INTERRUPTED, STATUSES, Refused

app = typer.Typer(
    name="hinge-keras",
    help="Margin losses for Keras, and which of them to take for your data.",
    epilog=STATUSES,
    add_completion=False,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 80},
    pretty_exceptions_enable=False,
    rich_markup_mode=None,  # Plain help is there in half the time, and is not cut up.
)
Json = Annotated[bool, typer.Option("--json", help="Answer in JSON; the rest aside.")]
Studies = Annotated[Path, typer.Option(help="The folder of the studies.")]
Engine = Annotated[
    str, typer.Option(help="Where trials train: here, processes or ray.")
]
Workers = Annotated[
    int | None, typer.Option(min=1, help="How many train at once (a core each).")
]
Results = Annotated[Path, typer.Option(help="The folder of their results.")]
Names = Annotated[
    list[str] | None,
    typer.Argument(metavar="[NAME]...", help="Studies, or the starts of their names."),
]


@app.callback(invoke_without_command=True)
def every(
    context: typer.Context,
    version: Annotated[bool, typer.Option("--version", help="Say it.")] = False,
):
    if version:
        import hinge_keras

        print(hinge_keras.__version__)
    elif context.invoked_subcommand is None:
        print(context.get_help())


@app.command("list", epilog=STATUSES)
def list_(
    names: Names = None, studies: Studies = Path("experiments"), json: Json = False
):
    """List the studies of a clone and their questions."""
    from hinge_keras.cli.studies import run

    return run([*(names or []), "--list"], studies, json)


@app.command("run", epilog=STATUSES)
def run_(
    names: Names = None,
    quick: Annotated[
        bool, typer.Option("--quick", help="A smoke run, which finds nothing out.")
    ] = False,
    keep_published: Annotated[
        bool,
        typer.Option("--keep-published", help="Train what is not published alone."),
    ] = False,
    engine: Engine = "here",
    workers: Workers = None,
    address: Annotated[str | None, typer.Option(help="Of a Ray cluster.")] = None,
    results: Results = Path("results"),
    studies: Studies = Path("experiments"),
    json: Json = False,
):
    """Run studies of a clone; all, if none is named.

    What is trained already is kept, so that a run that was stopped goes on.
    """
    from hinge_keras.cli.studies import run

    flags = ["--quick"] * quick + ["--keep-published"] * keep_published
    place = ["--results", str(results.resolve()), "--engine", engine]
    place += ["--workers", str(workers)] if workers else []
    place += ["--address", address] if address else []
    return run([*(names or []), *flags, *place], studies, json)


@app.command(epilog=STATUSES)
def verify(
    names: Names = None,
    results: Results = Path("results"),
    studies: Studies = Path("experiments"),
    json: Json = False,
):
    """Run studies from nothing, beside what is published."""
    from hinge_keras.cli.studies import run

    place = ["--results", str(results.resolve())]
    return run([*(names or []), "--verify", *place], studies, json)


@app.command(epilog=STATUSES)
def compare(
    file: Annotated[Path, typer.Argument(help="CSV, TSV (also .gz, .xz) or Parquet.")],
    target: Annotated[str, typer.Option(help="The column to predict.")],
    seeds: Annotated[int, typer.Option(min=1, help="Splits to train on.")] = 30,
    time_budget: Annotated[
        float,
        typer.Option(min=0, help="Seconds after which no further seed is begun."),
    ] = 180,
    epochs: Annotated[
        int | None,
        typer.Option(min=1, help="Passes over the data (50, fewer of many rows)."),
    ] = None,
    rows: Annotated[
        int, typer.Option(min=20, help="Rows to compare on, drawn if there are more.")
    ] = 20_000,
    metric: Annotated[
        str | None,
        typer.Option(help="What decides, of Keras' or ours: accuracy, auc, f1_score."),
    ] = None,
    groups: Annotated[
        str | None, typer.Option(help="A column; its rows are never torn apart.")
    ] = None,
    time: Annotated[
        str | None, typer.Option(help="A column; the last fifth is tested on.")
    ] = None,
    ignore: Annotated[
        list[str] | None, typer.Option(help="A column to set aside; may be repeated.")
    ] = None,
    text: Annotated[
        list[str] | None, typer.Option(help="A column that is text; may be repeated.")
    ] = None,
    positive: Annotated[
        str | None, typer.Option(help="Of two labels, the one looked for.")
    ] = None,
    header: Annotated[
        bool, typer.Option(help="Whether the first row names the columns.")
    ] = True,
    out: Annotated[
        Path | None, typer.Option(help="Where the page goes (compared-FILE).")
    ] = None,
    parquet: Annotated[bool, typer.Option("--parquet", help="Write it too.")] = False,
    tensorboard: Annotated[
        bool, typer.Option("--tensorboard", help="Write its event files too.")
    ] = False,
    open_: Annotated[
        bool, typer.Option("--open", help="Open the page in a browser.")
    ] = False,
    json: Json = False,
):
    """Which loss for the data of a file: an answer, and a page of it.

    Says what each column is taken for and why, sets identifiers aside, and warns of
    copies of the target, of rows that repeat, of dates, of rare classes.
    """
    from hinge_keras.cli import compare

    asked = compare.Asked(
        file=file,
        target=target,
        seeds=seeds,
        epochs=epochs,
        rows=rows,
        metric=metric,
        groups=groups,
        time=time,
        ignore=ignore or [],
        text=text or [],
        positive=positive,
        time_budget=time_budget,
        header=header,
        out=out,
        parquet=parquet,
        tensorboard=tensorboard,
        open=open_,
        as_json=json,
    )
    return compare.show(asked)


@app.command(epilog=STATUSES)
def losses(
    name: Annotated[
        str | None, typer.Argument(help="One, such as Hinge or squared_hinge.")
    ] = None,
    json: Json = False,
):
    """List every loss, or show one whole.

    That is its formula, arguments and their ranges, facts and source.
    """
    from hinge_keras.cli import losses

    return losses.show(name, json)


@app.command(epilog=STATUSES)
def site(
    results: Results = Path("results"),
    out: Annotated[Path, typer.Option(help="Where to.")] = Path("site"),
):
    """Make a site of all results, to be read in a browser."""
    try:
        from hinge_keras.lab.site import build
    except ImportError as error:
        raise Refused(f"site needs {error.name}: {terminal.LAB}") from None
    if not results.is_dir():
        raise Refused(f"there is no folder {results}; accepted is one of results")
    build(results, out)
    print(f"wrote {out / 'index.html'}")


@app.command(epilog=STATUSES)
def doctor(results: Results = Path("results"), json: Json = False):
    """Say what there is on this machine, and what of it is broken."""
    from hinge_keras.cli import doctor

    return doctor.show(results, json)


def run(arguments):
    """Run the command line; its exit status, errors told in one sentence."""
    try:
        with terminal.quiet():
            return app(arguments, "hinge-keras", standalone_mode=False) or terminal.FINE
    except Refused as refused:
        return told(str(refused), refused.status)
    except KeyboardInterrupt:
        return told("interrupted", INTERRUPTED)
    except BrokenPipeError:
        sys.stderr.close()  # Else Python complains of it again.
        return terminal.FINE
    except Exception as error:
        if type(error).__name__ == "Abort":
            return told("interrupted", INTERRUPTED)
        if hasattr(error, "format_message"):  # What is wrong with arguments.
            return told(f"{error.format_message()} Try --help.", terminal.WRONG)
        raise


def told(sentence, status):
    """Say what is wrong, and give the exit status back."""
    plain = " ".join(filter(str.isprintable, sentence.split())).rstrip(".")
    print(f"hinge-keras: {plain}.", file=sys.stderr)
    return status
