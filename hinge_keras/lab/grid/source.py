"""The text behind code, as a syntax tree without what cannot change a number."""

import ast
import dis
import functools
import hashlib
import importlib
import importlib.util
import linecache
import sys
import sysconfig
import types
from pathlib import Path

OURS = "hinge_keras"
# Where a module lies, and what it is called by who imports it.
PLACES = ("__file__", "__name__", "__spec__", "__path__", "__package__", "__loader__")


@functools.cache
def definitions(file):
    """The functions and lambdas of a file by their first line, none without a text."""
    try:
        tree = ast.parse("".join(linecache.getlines(file)))
    except SyntaxError:
        return {}
    found = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            decorators = getattr(node, "decorator_list", [])
            first = min([node.lineno, *(each.lineno for each in decorators)])
            found.setdefault(first, []).append(node)
    return found


def tree_of(code):
    """The syntax tree of a function's code, `None` without a text."""
    candidates = definitions(code.co_filename).get(code.co_firstlineno, [])
    kind = (
        ast.Lambda
        if code.co_name == "<lambda>"
        else ast.FunctionDef | ast.AsyncFunctionDef
    )
    candidates = [node for node in candidates if isinstance(node, kind)]
    if len(candidates) > 1:
        places = [p for p in code.co_positions() if None not in p and p[3] > p[2]]
        places = [p for p in places if p[0] == p[1]] or places
        candidates = [
            node
            for node in candidates
            if all(
                (node.lineno, node.col_offset) <= (p[0], p[2])
                and (p[1], p[3]) <= (node.end_lineno, node.end_col_offset)
                for p in places
            )
        ]
        candidates.sort(key=lambda node: node.end_col_offset - node.col_offset)
    return candidates[0] if candidates else None


class Stripped(ast.NodeTransformer):
    """Takes away what cannot change a number: docstrings, annotations, errors' texts."""

    def visit_Module(self, node):
        self.generic_visit(node)
        node.body = undocumented(node.body)
        return node

    def visit_FunctionDef(self, node):
        self.generic_visit(node)
        node.body, node.returns = undocumented(node.body), None
        return node

    visit_AsyncFunctionDef = visit_FunctionDef  # noqa: N815 - ast's name

    def visit_arg(self, node):
        node.annotation = None
        return node

    def visit_AnnAssign(self, node):
        self.generic_visit(node)
        node.annotation = ast.Constant(None)
        return node

    def visit_Raise(self, node):
        return ast.Raise()


def undocumented(body):
    """Statements without a docstring before them."""
    first = body[0]
    documented = (
        isinstance(first, ast.Expr)
        and isinstance(first.value, ast.Constant)
        and isinstance(first.value.value, str)
    )
    return body[1:] or [ast.Pass()] if documented else body


@functools.cache
def tree_text(tree):
    """The text of a syntax tree that changes only with what it does."""
    return text_digest(ast.unparse(tree))


def text_digest(text):
    """A digest of a program's text that changes only with what it does."""
    tree = Stripped().visit(ast.parse(text))
    return hashlib.sha256(ast.dump(tree).encode()).hexdigest()


def named_in(tree, function):
    """All that the code of a function names outside itself, as `(name, thing)`."""
    namespace = function.__globals__
    nodes = Nodes.of(tree)
    known = {
        name: namespace[name]
        for name in globals_of(function.__code__) | nodes.decorators
        if name in namespace and name not in PLACES
    }
    for node in nodes.imports:
        known |= dict(imported(node, namespace))
    inside = set()  # Names that are but the start of a longer one.
    for node in nodes.attributes:
        start, path = chain(node)
        thing = known.get(start.id) if start is not None else None
        name = [start.id] if thing is not None else []
        while isinstance(thing, types.ModuleType) and path:
            inside.add(id(start))
            name.append(path[0])
            home, thing = thing, getattr(thing, path.pop(0), None)
            if is_installed(home) and is_state(thing):
                thing = f"{home.__name__}.{name[-1]}"
        if len(name) > 1 and not isinstance(thing, types.ModuleType):
            yield ".".join(name), thing
    for node in nodes.names:
        if node.id in known and id(node) not in inside:
            thing = known[node.id]
            if not isinstance(thing, types.ModuleType):
                yield node.id, thing


class Nodes:
    """What of a syntax tree may name something outside it."""

    def __init__(self, tree):
        walked = list(ast.walk(tree))
        self.imports = [n for n in walked if isinstance(n, ast.Import | ast.ImportFrom)]
        self.attributes = [n for n in walked if isinstance(n, ast.Attribute)]
        self.names = [n for n in walked if isinstance(n, ast.Name)]
        self.decorators = {
            node.id
            for decorator in getattr(tree, "decorator_list", [])
            for node in ast.walk(decorator)
            if isinstance(node, ast.Name)
        }

    @classmethod
    @functools.cache
    def of(cls, tree):
        """Those of a tree, which is walked once."""
        return cls(tree)


@functools.cache
def installed():
    """Where Python and other packages lie: of the machine, so of no key."""
    paths = sysconfig.get_paths()
    resolved = {f"{Path(path).resolve()}/" for path in paths.values()}
    return (
        *resolved,
        *(paths[name] + "/" for name in ("stdlib", "purelib", "platlib")),
    )


def is_state(thing):
    """Whether a thing of another package is a value, such as `os.environ`.

    It is taken by name: what it holds is the machine's affair, not a trial's.
    """
    return not isinstance(thing, types.ModuleType) and not callable(thing)


def is_installed(thing):
    """Whether a module, a function or a class is Python's or another package's."""
    module = getattr(thing, "__module__", None) or getattr(thing, "__name__", "")
    if module.partition(".")[0] == OURS:
        return False
    code = getattr(thing, "__code__", None)
    file = getattr(code, "co_filename", None) or getattr(
        sys.modules.get(module), "__file__", None
    )
    if file is None:
        return module in ("builtins", "") or module in sys.builtin_module_names
    return file.startswith(installed())


def chain(node):
    """The name that `name.one.two` starts with, `None` if it is none, and the rest."""
    path = []
    while isinstance(node, ast.Attribute):
        path.insert(0, node.attr)
        node = node.value
    return (node if isinstance(node, ast.Name) else None), path


@functools.cache
def globals_of(code):
    """The names that some code, and the code inside it, reads from its module."""
    found = {
        each.argval
        for each in dis.get_instructions(code)
        if each.opname in ("LOAD_GLOBAL", "LOAD_NAME")
    }
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            found |= globals_of(constant)
    return found


def imported(node, namespace):
    """The names that an import inside a function binds, of code of ours or the user's.

    Imports of other packages are known by the text alone: a backend that is not in
    use may not even be installed.
    """
    names = [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom):
        names = ["." * node.level + (node.module or "")]
    for name in names:
        if not name.startswith(".") and is_elsewhere(name.partition(".")[0]):
            continue
        module = importlib.import_module(name, namespace.get("__package__"))
        if isinstance(node, ast.Import):
            (alias,) = (each for each in node.names if each.name == name)
            top = sys.modules[name.partition(".")[0]]
            yield alias.asname or top.__name__, module if alias.asname else top
            continue
        for alias in node.names:
            if hasattr(module, alias.name):
                yield alias.asname or alias.name, getattr(module, alias.name)


def is_elsewhere(package):
    """Whether a package is Python's, another's, or not to be had."""
    if package == OURS:
        return False
    try:
        spec = importlib.util.find_spec(package)
    except (ImportError, ValueError):
        spec = None
    return spec is None or (spec.origin or "").startswith(
        ("built-in", "frozen", *installed())
    )


def of_bytecode(code, namespace, refers):
    """Code without a text: its instructions, constants and the globals it names."""
    for name in code.co_names:
        if name in namespace and not isinstance(namespace[name], types.ModuleType):
            refers(name, namespace[name])
    constants = tuple(
        of_bytecode(constant, namespace, refers)
        if isinstance(constant, types.CodeType)
        else repr(constant)
        for constant in code.co_consts
    )
    return (code.co_code, constants, code.co_names)
