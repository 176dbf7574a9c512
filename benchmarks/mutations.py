"""How many small wrong changes of the code do the tests notice?

    python -m benchmarks.mutations [--number 100] [--seed 0] [--list]
                                   [--only ID ...] [--workers 2]

Draws changes of one operator, number, flag, name or argument each, every file by
its share of all that are possible, and runs the library's tests on each in a copy
of the repository. Writes `benchmarks/mutations.csv` and lists the survivors: a
missing test, or a change that no test can see, as in code for another backend.
`--list` shows all changes and runs nothing; `--only` takes an ID from there, or
its beginning such as `hinge_keras/margins.py:60:`, and leaves the table alone.
The tests run on PyTorch, the fastest, unless `KERAS_BACKEND` says otherwise, and
with the options in `PYTEST_ADDOPTS`.
"""

import argparse
import ast
import itertools
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from collections import namedtuple
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pandas as pd

ROOT = Path(__file__).parent.parent
TABLE = Path(__file__).with_suffix(".csv")
COLUMNS = ("file", "line", "kind", "before", "after", "outcome", "killed_by")
CODE = ("losses/*.py", "metrics/*.py", "margins.py", "weights.py", "calibration.py")
TESTS = (
    "doctests_test.py",
    "defaults_test.py",
    "calibration_test.py",
    "metrics_test.py",
)
TESTS += ("losses/*_test.py", "reported_test.py", "weighting_test.py")
SLOW = "order_test.py"  # Compiles a training, which takes longer than all the rest.
TIMEOUT = 600  # Seconds.
ALONE = {"OMP_NUM_THREADS": "1", "PYTHONDONTWRITEBYTECODE": "1"}

OPERATORS = {
    "boundary": {"<": "<=", "<=": "<", ">": ">=", ">=": ">"},
    "comparison": {"<": ">=", "<=": ">", ">": "<=", ">=": "<", "==": "!=", "!=": "=="},
    "identity": {"is": "is not", "is not": "is", "in": "not in", "not in": "in"},
    "arithmetic": {"+": "-", "-": "+", "*": "/", "/": "*", "**": "*"},
    "logic": {"and": "or", "or": "and", "&": "|", "|": "&"},
}
SIGNS = {ast.USub: "-", ast.Not: "not ", ast.Invert: "~"}
WORDS = {"up": "down", "down": "up", "nan": "0", "inf": "1"}
PAIRS = {"max": "min", "maximum": "minimum", "argmax": "argmin", "ceil": "floor"}
PAIRS |= {"any": "all", "zeros_like": "ones_like"}
NAMES = {"sum": "max", "inf": "pi", **PAIRS, **{b: a for a, b in PAIRS.items()}}
WRAPPERS = {"abs", "between", "clip", "flip", "relu", "softplus", "sqrt", "square"}
WRAPPERS |= {"stop_gradient", "unless_nan", "weigh", "weighted"}

# A file with one change; before and after are its lines, content is all of it.
Mutant = namedtuple("Mutant", "file line kind before after identity content")


class Source:
    """A file and where in its bytes the nodes of its syntax tree are."""

    def __init__(self, root, file):
        self.file = file
        self.content = (root / file).read_bytes()
        lengths = map(len, self.content.splitlines(keepends=True))
        self.lines = list(itertools.accumulate(lengths, initial=0))

    def span(self, node):
        start = self.lines[node.lineno - 1] + node.col_offset
        return start, self.lines[node.end_lineno - 1] + node.end_col_offset

    def text(self, start, end):
        return self.content[start:end].decode()

    def mutants(self):
        ways = (operators, atoms, conditions, calls)
        for node, way in itertools.product(running(ast.parse(self.content)), ways):
            yield from itertools.starmap(self.mutant, way(self, node))

    def mutant(self, kind, start, end, text):
        text = text.encode()
        content = self.content[:start] + text + self.content[end:]
        line = self.content.count(b"\n", 0, start)
        before = whole_lines(self.content, start, end)
        after = whole_lines(content, start, start + len(text))
        identity = f"{self.file}:{line + 1}:{start - self.lines[line]}:{kind}"
        return Mutant(self.file, line + 1, kind, before, after, identity, content)


def whole_lines(content, start, end):
    """The lines from start to end, as one."""
    lines = content[content.rfind(b"\n", 0, start) + 1 : content.find(b"\n", end)]
    return " ".join(lines.decode().split())


def candidates(root):
    paths = itertools.chain(*map((root / "hinge_keras").glob, CODE))
    files = sorted(path.relative_to(root).as_posix() for path in paths)
    return [mutant for file in files for mutant in sorted(Source(root, file).mutants())]


def running(node):
    """A node and those below that run: nothing that explains, types or imports."""
    match node:
        case ast.Import() | ast.ImportFrom() | ast.Raise() | ast.JoinedStr():
            return
        case ast.Expr(ast.Constant()) | ast.Assign([ast.Name("__all__")]):
            return
        case ast.If(ast.Name("TYPE_CHECKING")) | ast.arg():
            return
        case ast.BinOp(left=ast.JoinedStr() | ast.Constant(str())):
            return
        case ast.BinOp(right=ast.JoinedStr() | ast.Constant(str())):
            return
    yield node
    for field, value in ast.iter_fields(node):
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.AST) and field not in ("annotation", "returns"):
                yield from running(child)


def operators(source, node):
    """An operator between two operands replaced."""
    for left, right in itertools.pairwise(operands_of(node)):
        gap, end = source.span(left)[1], source.span(right)[0]
        symbol = source.text(gap, end).strip(" ()\n")
        start = source.content.index(symbol.encode(), gap)
        for kind, table in OPERATORS.items():
            if symbol in table:
                yield kind, start, start + len(symbol), table[symbol]


def operands_of(node):
    match node:
        case ast.BinOp(left, _, right):
            return [left, right]
        case ast.Compare(left, _, others):
            return [left, *others]
    return node.values if isinstance(node, ast.BoolOp) else []


def atoms(source, node):
    """A sign left out; a number, a flag, a telling word or a name replaced."""
    match node:
        case ast.UnaryOp(op) if type(op) in SIGNS:
            start, _ = source.span(node)
            yield "sign", start, start + len(SIGNS[type(op)]), ""
        case ast.Constant(bool() as flag):
            yield "flag", *source.span(node), repr(not flag)
        case ast.Constant(int() | float() as number):
            half = number // 2 if isinstance(number, int) else number / 2
            wrong = number + 1 if number in (0, 1) else half
            yield "number", *source.span(node), repr(wrong)
        case ast.Constant(str() as word) if word in WORDS:
            yield "word", *source.span(node), f'"{WORDS[word]}"'
        case ast.Attribute(attr=name) | ast.Name(name) if name in NAMES:
            _, end = source.span(node)
            yield "name", end - len(name), end, NAMES[name]


def conditions(source, node):
    """A condition negated, if not already by its comparison or its `not`."""
    for test in getattr(node, "ifs", [getattr(node, "test", None)]):
        negated = isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not)
        if test and not negated and not isinstance(test, ast.Compare):
            span = source.span(test)
            yield "condition", *span, f"not ({source.text(*span)})"


def calls(source, node):
    """A call replaced by what it wraps; branches or values of keywords exchanged."""
    if not isinstance(node, ast.Call):
        return
    name, arguments = ast.unparse(node.func).split(".")[-1], node.args
    if name in WRAPPERS and arguments:
        inner = source.text(*source.span(arguments[0]))
        yield "wrapper", *source.span(node), f"({inner})"
    if name == "where":
        yield "branches", *exchanged(source, *arguments[1:])
    for one, other in itertools.pairwise(node.keywords):
        if one.arg and other.arg:
            yield "keywords", *exchanged(source, one.value, other.value)


def exchanged(source, one, other):
    (start, gap), (resumed, end) = source.span(one), source.span(other)
    ends = source.text(resumed, end), source.text(start, gap)
    return start, end, source.text(gap, resumed).join(ends)


def sample(found, number, seed):
    """Some of the mutants, of each file its share: every n-th of a shuffle."""
    chance = random.Random(seed)
    found = sorted(found, key=lambda mutant: (mutant.file, chance.random()))
    number, offset = min(number, len(found)), chance.random()
    return [found[int((i + offset) * len(found) / number)] for i in range(number)]


def judged(mutant, origin):
    """The outcome of a mutant, in a copy of its own, and the test that it fails."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(shutil.copytree(origin, folder, dirs_exist_ok=True), mutant.file)
        sources = path.read_bytes(), mutant.content
        before, after = (ast.dump(ast.parse(source)) for source in sources)
        if before == after:
            return "same bytecode skipped", ""
        path.write_bytes(mutant.content)
        return tested(folder, path)


def tested(folder, file):
    """Whether the tests notice that the file in the folder is a mutant, and which."""
    command = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider"]
    process = subprocess.Popen(
        [*command, *tests_of(file, Path(folder, "tests"))],
        cwd=folder,
        env={"KERAS_BACKEND": "torch", **os.environ, **ALONE},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    try:
        output, _ = process.communicate(timeout=TIMEOUT)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        return "timeout", ""
    first = re.search(r"^(?:FAILED|ERROR) (.+?)(?: - .*)?$", output, re.MULTILINE)
    killer = first[1] if first else "collection"
    return ("killed", killer) if process.returncode else ("survived", "")


def tests_of(file, folder):
    """Test files, those named after the file or its folder first, a slow one last."""

    def unlikely(path):
        other = file.parent.name not in path.relative_to(folder).as_posix()
        return file.stem not in path.name, path.name == SLOW, other, path

    return sorted(itertools.chain(*map(folder.glob, TESTS)), key=unlikely)


def measured(mutants, origin, workers):
    """A row for each mutant, printed as soon as it and all before are done."""
    with ThreadPoolExecutor(workers) as pool:
        outcomes = pool.map(lambda mutant: judged(mutant, origin), mutants)
        for mutant, outcome in zip(mutants, outcomes, strict=True):
            print(*outcome, mutant.identity, flush=True)
            yield *mutant[:5], *outcome


def report(table):
    """How many were killed, and each survivor."""
    ends = ("killed", "timeout", "survived")
    killed, late, survived = ((table.outcome == end).sum() for end in ends)
    killed, tried = killed + late, killed + late + survived
    print(f"{killed} of {tried} killed ({100 * killed / max(tried, 1):.0f} %)", end="")
    print(f", {late} of them by timeout; survivors:")
    for row in table[table.outcome == "survived"].itertuples():
        print(f"{row.file}:{row.line}", f"- {row.before}", f"+ {row.after}", sep="\n  ")


def run(number, seed, only, workers):
    with tempfile.TemporaryDirectory() as folder:
        unwanted = shutil.ignore_patterns(".git", ".venv", "__pycache__", "results")
        shutil.copytree(ROOT, folder, ignore=unwanted, dirs_exist_ok=True)
        outcome, failing = tested(folder, Path(folder))
        if outcome != "survived":
            sys.exit(f"Without a mutant the tests end as {outcome}: {failing}")
        found = candidates(Path(folder))
        mutants = sample(found, number, seed)
        if only:
            mutants = [m for m in found if m.identity.startswith(tuple(only))]
        table = pd.DataFrame(measured(mutants, folder, workers), columns=COLUMNS)
    report(table)
    if not only:
        table.to_csv(TABLE, index=False)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--number", type=int, default=100, help="mutants to draw")
    parser.add_argument("--seed", type=int, default=0, help="of the draw")
    parser.add_argument("--list", action="store_true", help="show all, run nothing")
    parser.add_argument("--only", nargs="+", metavar="ID", help="run these instead")
    parser.add_argument("--workers", type=int, default=2, help="runs at a time")
    chosen = parser.parse_args()
    if not chosen.list:
        return run(chosen.number, chosen.seed, chosen.only, chosen.workers)
    for mutant in candidates(ROOT):
        print(mutant.identity, mutant.before, mutant.after, sep="\n  ")


if __name__ == "__main__":
    main()
