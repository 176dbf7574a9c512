"""Formulas as docstrings write them, set in MathML: no font, no script, no picture."""

import ast
import re

from markupsafe import Markup, escape

LONG = 12  # Letters of what is more than a term of another formula.
ASIDE = ("(...", "(N", "(lists", "(classes", "classes", "(k", "softmax(", "p = ")
QUOTED = re.compile(r"`([^`]+)`")
GREEK = {
    *("alpha", "beta", "gamma", "delta", "epsilon", "eta", "theta", "pi", "rho"),
    *("sigma", "tau", "phi", "psi", "Phi"),
}
MINUS = Markup("&minus;")
OPERATORS = {
    **{ast.Add: "+", ast.Sub: MINUS, ast.Mult: Markup("&middot;")},
    ast.MatMult: Markup("&InvisibleTimes;"),
}
COMPARED = {
    **{ast.Lt: "<", ast.LtE: "≤", ast.Gt: ">", ast.GtE: "≥", ast.Eq: "="},
    **{ast.NotEq: "≠", ast.In: "∈"},
}
STRENGTH = {ast.Add: 1, ast.Sub: 1, ast.Mult: 2, ast.Div: 2, ast.MatMult: 2, ast.Pow: 4}


# What docstrings write and Python cannot read, and what stands in its place.
BELOW = re.compile(r"\b(sum|max|min)_(?:\{([^}]*)\}|([a-z])(?= )) ?")
RANGE = re.compile(r"\b(\w+)\.\.(\w+)\b")


def formula(docstring: str) -> str:
    """The first formula of some length that a docstring quotes, else the longest."""
    quoted = QUOTED.findall(docstring.partition(">>>")[0])
    texts = [" ".join(each.split()) for each in quoted]
    found = [text for text in texts if is_formula(text) and typeset(text)]
    long = (text for text in found if len(text) >= LONG)
    return next(long, max(found, key=len, default=""))


def is_formula(text: str) -> bool:
    """Whether a quoted text computes something: no name, shape or argument."""
    return (
        any(sign in text for sign in ("(", "**", " - ", " + "))
        and not text.startswith(ASIDE)
        and not (text[0].isupper() and not text.startswith(("CE(", "E[")))
    )


def mathml(text: str, display: str = "block") -> Markup:
    """A formula in MathML; as code where it is not one that can be read."""
    told = typeset(text)
    if not told:
        return Markup("<code>{}</code>").format(text)
    label = escape(text)
    size = "" if display == "block" else ' displaystyle="true"'
    return Markup(f'<math display="{display}"{size} aria-label="{label}">{told}</math>')


def typeset(text: str) -> str:
    """The inside of a formula in MathML, `""` where it cannot be read."""
    given = []

    def kept(found):
        given.append(found)
        return (
            f"given{len(given) - 1} @ "
            if found.re is BELOW
            else f"given{len(given) - 1}"
        )

    plain = RANGE.sub(kept, BELOW.sub(kept, text)).replace("_[", "[")
    plain = plain.replace("mean phi(", "mean @ phi(")
    parts = [part.strip() for part in re.split(r"(?<![<>=!])=(?!=)", plain)]
    try:
        trees = [ast.parse(part, mode="eval").body for part in parts]
        told = operator("=").join(row(tree) for tree in trees)
    except (SyntaxError, KeyError, NotImplementedError):
        return ""
    for place, found in enumerate(given):
        told = told.replace(f"<mi>given{place}</mi>", below(found))
    return f"<mrow>{told}</mrow>"


def below(found: re.Match) -> str:
    """What stood in the place of a word that was put there for Python to read."""
    if found.re is RANGE:
        return f"<mtext>{escape(found[1])}…{escape(found[2])}</mtext>"
    index = escape((found[2] or found[3]).replace("!=", "≠"))
    sign = "<mo>∑</mo>" if found[1] == "sum" else f"<mi>{found[1]}</mi>"
    return f"<munder>{sign}<mtext>{index}</mtext></munder>"


def row(node, above: int = 0) -> str:
    """A node as MathML, in brackets where what is above binds stronger."""
    kind = type(node).__name__
    told, strength = SETTERS.get(kind, refused)(node)
    inside = f"<mrow>{told}</mrow>"
    return operator("(") + inside + operator(")") if strength < above else inside


def refused(node):
    raise NotImplementedError(type(node).__name__)


def operator(text: str) -> str:
    return f"<mo>{escape(text)}</mo>"


def named(node):
    """A name: one letter or a word, what follows `_` as an index."""
    stem, _, index = node.id.partition("_")
    told = f"<mi>{letter(stem)}</mi>"
    return f"<msub>{told}<mi>{letter(index)}</mi></msub>" if index else told, 9


def letter(name: str) -> Markup:
    """A name, a Greek one as its letter."""
    return Markup(f"&{name};") if name in GREEK else escape(name.replace("_", " "))


def constant(node):
    if isinstance(node.value, str):
        raise NotImplementedError("text")
    return f"<mn>{node.value:g}</mn>", 9


def called(node):
    """A function of its arguments; a root and an absolute value as such."""
    name = node.func.id if isinstance(node.func, ast.Name) else ""
    arguments = operator(",").join(row(each) for each in node.args)
    if node.keywords:
        raise NotImplementedError("keywords")
    if name == "sqrt":
        return f"<msqrt>{arguments}</msqrt>", 9
    if name in ("abs", "norm"):
        bar = "|" if name == "abs" else "‖"
        return operator(bar) + arguments + operator(bar), 9
    return row(node.func) + operator("(") + arguments + operator(")"), 8


def binary(node):
    """Two terms and what is between: a power raised, a quotient as a fraction."""
    strength = STRENGTH.get(type(node.op))
    if strength is None:
        raise NotImplementedError("operator")
    if isinstance(node.op, ast.Div):
        return f"<mfrac>{row(node.left)}{row(node.right)}</mfrac>", 5
    if isinstance(node.op, ast.Pow):
        base = f"<mrow>{row(node.left, 5)}</mrow>"
        return f"<msup>{base}{row(node.right)}</msup>", 4
    left, right = row(node.left, strength), row(node.right, strength + 1)
    return left + operator(OPERATORS[type(node.op)]) + right, strength


def signed(node):
    if not isinstance(node.op, ast.USub):
        raise NotImplementedError("operator")
    return operator(MINUS) + row(node.operand, 2), 1


def compared(node):
    told = row(node.left, 1)
    for sign, right in zip(node.ops, node.comparators, strict=True):
        told += operator(COMPARED[type(sign)]) + row(right, 1)
    return told, 0


def indexed(node):
    """A value with an index below."""
    return f"<msub>{row(node.value, 8)}{row(node.slice)}</msub>", 9


def listed(node):
    return operator(",").join(row(each) for each in node.elts), 0


SETTERS = {
    "Name": named,
    "Constant": constant,
    "Call": called,
    "BinOp": binary,
    "UnaryOp": signed,
    "Compare": compared,
    "Subscript": indexed,
    "Tuple": listed,
}
