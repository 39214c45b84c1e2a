"""The mutants: every change that cosmic-ray's operators make of a module, less those that nobody can notice.

A mutant is named by what it changes, not by where it stands, so that a list of them survives edits elsewhere.
"""

from __future__ import annotations

import ast
import hashlib
import string
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from types import CodeType

import cosmic_ray.plugins
from cosmic_ray.ast import ast_nodes, get_ast
from cosmic_ray.operators.operator import Operator
from parso.tree import BaseNode, NodeOrLeaf

Span = tuple[int, int, int, int]
"""First line and column, last line and column; lines count from 1."""

WIDTH = 48
"""So many characters on either side of a change are shown."""

WITH_ARGUMENTS = ("core/VariableReplacer", "core/VariableInserter")
"""Operators that want to be told which variables to change."""

ORDERS = ("Lt", "LtE", "Gt", "GtE")
IDENTITIES = ("Is", "IsNot")


@dataclass(frozen=True)
class Place:
    """Where an operator would change something."""

    operator: str
    span: Span
    module: Source
    variant: int = 0

    @property
    def arithmetic(self) -> tuple[str, str]:
        """The binary operator that is replaced and the one that takes its place, or two empty texts."""
        name, _, change = self.operator.partition("_")
        before, _, after = change.partition("_")
        return (before, after) if name == "core/ReplaceBinaryOperator" else ("", "")

    @property
    def comparison(self) -> tuple[str, str]:
        """The comparison that is replaced and the one that takes its place, or two empty texts."""
        name, _, change = self.operator.partition("_")
        before, _, after = change.partition("_")
        return (before, after) if name == "core/ReplaceComparisonOperator" else ("", "")


def _is_annotation(place: Place) -> bool:
    return any(_within(place.span, span) for span in place.module.annotations)


def _is_decorator(place: Place) -> bool:
    inside = any(_within(place.span, span) for span in place.module.dataclass_decorators)
    return inside or (place.operator == "core/RemoveDecorator" and not place.module.is_behaviour(place.span))


def _is_identity(place: Place) -> bool:
    before, after = place.comparison
    return (before in IDENTITIES) is not (after in IDENTITIES)


def _is_order_of_texts(place: Place) -> bool:
    before, after = place.comparison
    return (
        before in ("Eq", "NotEq", "Is", "IsNot")
        and after in ORDERS
        and place.module.compares_no_number(place.span)
    )


def _is_marker(place: Place) -> bool:
    return bool(place.arithmetic[0]) and not place.module.calculates(place.span)


def _is_far_operator(place: Place) -> bool:
    before, after = place.arithmetic
    return bool(before) and not any({before, after} <= family for family in FAMILIES)


def _is_second_number(place: Place) -> bool:
    return (
        place.operator == "core/NumberReplacer" and place.variant == 1 and place.module.is_table(place.span)
    )


FAMILIES = (
    {"Add", "Sub"},
    {"Add", "Mul"},
    {"Mul", "Div"},
    {"Sub", "BitOr", "BitAnd"},
    {"Div", "FloorDiv", "Mod"},
)
"""Operators of which one may be written for the other: of numbers, and of sets."""


def _is_table_of_texts(place: Place) -> bool:
    return place.module.name in TEXTS


TEXTS = frozenset({"__init__", "buyer", "examples", "facts"})

# fmt: off
EXCLUDED: Mapping[str, tuple[Callable[[Place], bool], str]] = {
    "annotation":     (_is_annotation,     "a type: nothing reads it when the code runs"),
    "dataclass":      (_is_decorator,      "frozen, slots, @dataclass: they forbid what nobody does, or nothing can be made without"),
    "identity":       (_is_identity,       "`is` for an operator of values, or the other way: as `==` or `!=`, or not seen in any code"),
    "order of texts": (_is_order_of_texts, "`<` for `==` between texts, None or members: they have no order, so it is no mistake that is made; `==` for `!=` is tried"),
    "marker":         (_is_marker,         "`/` for the `*` of a signature: all calls name what follows, as mypy demands"),
    "far operator":   (_is_far_operator,   "`^` for `+` and the like: no mistake that is made, and mostly no code that runs"),
    "second number":  (_is_second_number,  "one less in a table beside one more: a test reads the number and notices either, or does not read it"),
    "texts":          (_is_table_of_texts, "modules of which nothing but texts and made-up data would be changed"),
}
"""What is left out, and why nobody could notice it."""
# fmt: on


@dataclass(frozen=True)
class Source:
    """A module as it is, with what has to be known of it to tell mutants apart."""

    path: Path
    text: str

    @property
    def name(self) -> str:
        """The module's own name."""
        return self.path.stem

    @property
    def digest(self) -> str:
        """A hash of the text."""
        return hashlib.sha256(self.text.encode()).hexdigest()[:16]

    @cached_property
    def lines(self) -> list[str]:
        """Its lines."""
        return self.text.splitlines()

    @cached_property
    def tree(self) -> ast.Module:
        """Its syntax."""
        return ast.parse(self.text)

    @cached_property
    def annotations(self) -> list[Span]:
        """The spans of annotations and type aliases."""
        found: list[ast.expr | None] = []
        for node in ast.walk(self.tree):
            if isinstance(node, ast.FunctionDef):
                found.append(node.returns)
            elif isinstance(node, ast.arg):
                found.append(node.annotation)
            elif isinstance(node, ast.AnnAssign):
                found.append(node.annotation)
                alias = isinstance(node.annotation, ast.Name) and node.annotation.id == "TypeAlias"
                found.append(node.value if alias else None)
        return [self._span(node) for node in found if node is not None]

    @cached_property
    def dataclass_decorators(self) -> list[Span]:
        """The spans of `@dataclass(...)`."""
        classes = (node for node in ast.walk(self.tree) if isinstance(node, ast.ClassDef))
        return [self._span(made) for node in classes for made in node.decorator_list]

    def is_behaviour(self, span: Span) -> bool:
        """Whether a decorator stands on a function, and does more than to say what is visible anyhow."""
        functions = (node for node in ast.walk(self.tree) if isinstance(node, ast.FunctionDef))
        return any(_within(self._span(made), span) for node in functions for made in node.decorator_list)

    @cached_property
    def _comparisons(self) -> list[tuple[Span, ast.Compare]]:
        return [(self._span(node), node) for node in ast.walk(self.tree) if isinstance(node, ast.Compare)]

    def compares_no_number(self, span: Span) -> bool:
        """Whether the comparison about `span` is with a text, None, a member of an enumeration, or a name."""
        about = [node for place, node in self._comparisons if _within(span, place)]
        innermost = min(about, key=lambda node: len(ast.unparse(node)), default=None)
        if innermost is None:
            return False
        sides = (innermost.left, *innermost.comparators)
        return any(_is_text(side) for side in sides) or not any(_is_numeric(side) for side in sides)

    @cached_property
    def _definitions(self) -> list[tuple[Span, str]]:
        named = (node for node in ast.walk(self.tree) if isinstance(node, ast.FunctionDef | ast.ClassDef))
        return [(self._span(node), node.name) for node in named]

    def calculates(self, span: Span) -> bool:
        """Whether `span` is in an expression with two sides."""
        return any(_within(span, about) for about in self._calculations)

    @cached_property
    def _calculations(self) -> list[Span]:
        kinds = ast.BinOp | ast.AugAssign
        return [self._span(node) for node in ast.walk(self.tree) if isinstance(node, kinds)]

    def is_table(self, span: Span) -> bool:
        """Whether `span` is in no function and no lambda."""
        return not any(_within(span, about) for about in self._functions)

    @cached_property
    def _functions(self) -> list[Span]:
        kinds = ast.FunctionDef | ast.Lambda
        return [self._span(node) for node in ast.walk(self.tree) if isinstance(node, kinds)]

    def definition(self, span: Span) -> str:
        """The names of the functions and classes about `span`, the innermost last."""
        return ".".join(name for about, name in self._definitions if _within(span, about))

    def _span(self, node: ast.expr | ast.stmt) -> Span:
        first, last = node.lineno, node.end_lineno or node.lineno
        return first, self._column(first, node.col_offset), last, self._column(last, node.end_col_offset or 0)

    def _column(self, line: int, offset: int) -> int:
        # `ast` counts bytes, cosmic-ray characters
        return len(self.lines[line - 1].encode()[:offset].decode())


NUMERIC = frozenset(
    {"len", "status", "amount", "at", "now", "created", "changed", "limit", "left", "tokens", "size", "value"}
)


def _is_text(node: ast.expr) -> bool:
    if isinstance(node, ast.Constant):
        return node.value is None or isinstance(node.value, str)
    return isinstance(node, ast.Tuple | ast.Set | ast.Dict)


def _is_numeric(node: ast.expr) -> bool:
    if isinstance(node, ast.Constant):
        return isinstance(node.value, int)
    if isinstance(node, ast.Call):
        return _is_numeric(node.func)
    name = node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""
    return name in NUMERIC or isinstance(node, ast.BinOp)


@dataclass(frozen=True)
class Mutant:
    """One change of one module. `name` says what is changed; `code` is the module with it, compiled."""

    module: str
    name: str
    span: Span
    code: CodeType | None


def mutants(path: Path) -> tuple[list[Mutant], Counter[str]]:
    """Return the mutants of a module in the order of its lines, and how many were left out, by reason."""
    source, left_out = Source(path, path.read_text(encoding="utf-8")), Counter[str]()
    found: list[Mutant] = []
    named: Counter[str] = Counter()
    for place, text, code in sorted(
        _changes(source, left_out), key=lambda one: (one[0].span, one[0].operator)
    ):
        name = _name(source, place.span, text)
        named[name] += 1
        ordinal = f" #{named[name]}" if named[name] > 1 else ""
        found.append(Mutant(source.name, name + ordinal, place.span, code))
    return found, left_out


def _changes(source: Source, left_out: Counter[str]) -> Iterator[tuple[Place, str, CodeType]]:
    tree = get_ast(source.text)
    nodes = list(ast_nodes(tree))
    for name in cosmic_ray.plugins.operator_names():
        if name in WITH_ARGUMENTS:
            continue
        operator = cosmic_ray.plugins.get_operator(name)()
        for node in nodes:
            for index, ((line, column), (last, end)) in enumerate(operator.mutation_positions(node)):
                place = Place(name, (line, column, last, end), source, index)
                reason = _reason(place)
                text = "" if reason else _changed(tree, operator, node, index)
                code = _compiled(text, source.path) if text else None
                if code is None:
                    left_out[reason or "no code"] += 1
                else:
                    yield place, text, code


def _changed(tree: NodeOrLeaf, operator: Operator, node: NodeOrLeaf, index: int) -> str:
    """Return the module's text with one node changed; the tree is put right again (to parse anew is slow)."""
    kept = [(part, "children", list(part.children)) for part in ast_nodes(node) if isinstance(part, BaseNode)]
    kept += [(part, "value", part.value) for part in ast_nodes(node) if not isinstance(part, BaseNode)]
    if node.parent is not None:
        kept.append((node.parent, "children", list(node.parent.children)))
    try:
        changed = operator.mutate(node, index)
    except AttributeError:  # an exception that is named with its module: cosmic-ray takes plain names only
        return ""
    if changed is not node:
        siblings = node.parent.children
        siblings[:] = [changed if one is node else one for one in siblings if one is not node or changed]
    code: str = tree.get_code()
    for part, name, value in kept:
        setattr(part, name, value)
    return code


def _reason(place: Place) -> str:
    return next((name for name, (holds, _) in EXCLUDED.items() if holds(place)), "")


def _name(source: Source, span: Span, code: str) -> str:
    """Say what is changed: the definition, and the text about the change with what takes its place."""
    old, start, kept = source.text, 0, 0
    while old[start : start + 1] == code[start : start + 1] != "":
        start += 1
    while kept < min(len(old), len(code)) - start and old[-kept - 1] == code[-kept - 1]:
        kept += 1
    while start and old[start - 1] in WORD and old[start - 1 : start + 1].strip():
        start -= 1
    while kept and old[len(old) - kept] in WORD:
        kept -= 1
    where = ".".join(part for part in (source.name, source.definition(span)) if part)
    before = old[:start].rpartition("\n")[2].lstrip()[-WIDTH:]
    after = old[len(old) - kept :].partition("\n")[0][:WIDTH]
    was, becomes = _one_line(old[start : len(old) - kept]), _one_line(code[start : len(code) - kept])
    return f"{where}: {before}⟦{was} → {becomes}⟧{after}"


WORD = frozenset(string.ascii_letters + string.digits + "_=!<>*")
"""Of these a name or an operator is made; a change is shown with the whole of it."""


def _compiled(text: str, path: Path) -> CodeType | None:
    try:
        return compile(text, str(path), "exec", dont_inherit=True)
    except SyntaxError:
        return None


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _within(inner: Span, outer: Span) -> bool:
    return outer[:2] <= inner[:2] and inner[2:] <= outer[2:]
