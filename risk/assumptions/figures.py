"""What the thesis page prints as numbers, and short sums over them and the register.

An expression names figures and facts of the page by id, and numbers of the register by entry or by
``table.row.column``, in braces: ``{cahn-required} / {cahn-gap-2023}``, ``13 * {gpu.power_lead}``. A vector's
component is ``{revenue.component_shares[2]}`` (from 0), the sum of several ``[12:16]``; ``*`` and ``?`` in a
row sum the rows that match. Besides there are numbers, ``e``, ``+ - * / **`` and parentheses. Everything is
taken in base units, and a range goes through as a range.
"""

from __future__ import annotations

import ast
import math
import operator
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from itertools import product
from typing import TYPE_CHECKING, Any, NamedTuple

from risk.assumptions.table import units
from risk.assumptions.tables import TABLES
from risk.units import SCALE, TEXT_UNITS

if TYPE_CHECKING:
    from risk.assumptions.register import Assumptions

LONGEST = 300
"""Characters of an expression, its names counted as one or two each."""

PRINTED_UNITS: Mapping[str, float] = {
    **{sign: SCALE[f"USD{word}"] for sign, word in {"$": "", "$k": " k", "$M": " m", "$bn": " bn"}.items()},
    **{f"$bn a {period}": SCALE["USD bn"] for period in ("year", "quarter")},
    "$T": SCALE["USD tn"],
    "$ per million": 1e-6,
    **dict.fromkeys(("$/h", "$/GPU-h", "x", "x a year", "rank", "requests", "firms", "tokens", "s"), 1.0),
    **dict.fromkeys(("year", "years", "months", "weeks", "accelerator"), 1.0),
    **dict.fromkeys(("% a year", "% of loans", "% of Tier 1", "percentage points"), 0.01),
    "ms": 1e-3,
    "MW": 1e6,
    "TWh": SCALE["GWh"] * 1e3,
}
"""Factor to base units of the units as the page prints them; beside those of the register."""

_NUMBER = r"\d[\d,]*(?:\.\d+)?"
_PRINTED = re.compile(rf"(?:~|<|>|\+|up to )?({_NUMBER})([KM]?)(?:(-|/| x )({_NUMBER})([KM]?))?\+?")
_FACTOR = {"": 1.0, "K": 1e3, "M": 1e6}
_NAME = re.compile(r"\{([^{}]*)\}")
_INDEX = re.compile(r"(.+)\[(\d{1,3})(?::(\d{1,3}))?\]")
_OPERATORS: Mapping[type[ast.operator], Callable[[float, float], float]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Pow: operator.pow,
}


class FigureError(ValueError):
    """An expression, a name in it or a printed number that means nothing; the text says which."""


class Span(NamedTuple):
    """A number, or the range in which it lies: `low` ≤ `high`, equal where it is one number."""

    low: float
    high: float

    @property
    def middle(self) -> float:
        """Halfway between both ends."""
        return (self.low + self.high) / 2

    def scaled(self, factor: float) -> Span:
        """Return both ends times a factor above zero."""
        return Span(self.low * factor, self.high * factor)

    def meets(self, other: Span, allowance: float = 1e-9) -> bool:
        """Whether the ranges have a number in common, but for a relative allowance."""
        slack = allowance * max(map(abs, (*self, *other)))
        return self.low <= other.high + slack and other.low <= self.high + slack


def printed(value: str) -> Span | None:
    """Return a number or range as the page prints it, in the printed unit; None for words and lists.

    Signs that it is about, above or below (``~``, ``+``, ``>``, ``<``, ``up to``) say nothing of its size and
    are left out; ``1/3`` is the fraction and ``2 x 2`` the product.
    """
    found = _PRINTED.fullmatch(value)
    if found is None:
        return None
    first, unit, sign, second, last = found.groups()
    one = _plain(first) * _FACTOR[unit or (last or "")]
    other = _plain(second) * _FACTOR[last] if sign else one
    ends: tuple[float, ...] = (one, other)
    if sign == "/":
        ends = (one / other if other else math.inf,)
    elif sign == " x ":
        ends = (one * other,)
    return Span(min(ends), max(ends)) if all(map(math.isfinite, ends)) else None


def rounding(value: str) -> float:
    """Return half a unit of the last printed digit: by so much the exact number may differ."""
    span = printed(value)
    if span is None or "/" in value or " x " in value:
        return 0.0
    digits = max(len(number.partition(".")[2]) for number in re.findall(_NUMBER, value))
    return 0.5 * 10.0**-digits * (_FACTOR["K"] if "K" in value else _FACTOR["M"] if "M" in value else 1.0)


def _plain(text: str) -> float:
    return float(text.replace(",", ""))


def scale(unit: str) -> float:
    """Return the factor of a printed unit to base units; FigureError where it has none."""
    if unit in PRINTED_UNITS:
        return PRINTED_UNITS[unit]
    try:
        return SCALE[unit]
    except KeyError:
        raise FigureError(f"the unit '{unit}' has no factor to compute with") from None


def names(expression: str) -> tuple[str, ...]:
    """Return the names in an expression, each once."""
    return tuple(dict.fromkeys(_NAME.findall(expression)))


@dataclass(frozen=True)
class Numbers:
    """Every number an expression can name.

    Attributes
    ----------
    entries : value and unit by id.
    tables : rows by table and row name; values in the units of the table's columns.
    figures : printed value and unit by id, facts in.
    """

    entries: Mapping[str, tuple[Any, str]]
    tables: Mapping[str, Mapping[str, Mapping[str, Any]]]
    figures: Mapping[str, tuple[str, str]] = field(default_factory=dict)

    @classmethod
    def of(cls, register: Assumptions) -> Numbers:
        """Return the numbers of a valid register."""
        figures = {id: (figure.value, figure.unit) for id, figure in register.page_figures.items()}
        facts = {id: (fact.value, fact.unit) for id, fact in register.page_facts.items()}
        return cls(
            {id: (entry.value, entry.unit) for id, entry in register.entries.items()},
            {name: {row.id: vars(row) for row in table.rows} for name, table in register.tables.items()},
            facts | figures,
        )

    def span(self, name: str) -> Span:
        """Return what a name stands for, in base units; FigureError where it is nothing or no number."""
        if name in self.figures:
            return self._figure(*self.figures[name], name)
        indexed = _INDEX.fullmatch(name)
        base, first, last = indexed.groups() if indexed else (name, None, None)
        if base in self.entries:
            return self._entry(base, first, last)
        cells = list(self._cells(name))
        if not cells:
            raise FigureError(f"'{name}' is no figure, fact, entry or table.row.column")
        return Span(sum(cells), sum(cells))

    def _figure(self, value: str, unit: str, name: str) -> Span:
        span = printed(value)
        if span is None:
            raise FigureError(f"'{name}' is printed as '{value}', which is not one number or range")
        return span.scaled(scale(unit))

    def _entry(self, id: str, first: str | None, last: str | None) -> Span:
        value, unit = self.entries[id]
        found = value if isinstance(value, Sequence) else [value]
        if unit in TEXT_UNITS or isinstance(value, str) or isinstance(found[0], Sequence):
            raise FigureError(f"'{id}' is a setting in words or a matrix, not a number")
        if first is not None:
            found = [self._part(id, value, int(first), int(last or int(first) + 1))]
        return Span(min(found), max(found)).scaled(SCALE[unit])

    @staticmethod
    def _part(id: str, value: Any, first: int, last: int) -> float:
        if not isinstance(value, Sequence) or not first < last <= len(value):
            raise FigureError(f"'{id}' has no components {first} to {last - 1}")
        return math.fsum(float(v) for v in value[first:last])

    def _cells(self, name: str) -> Iterator[float]:
        """Yield the cells that ``table.row.column`` names, in base units."""
        place, _, column = name.rpartition(".")
        table = next((t for t in self.tables if place.startswith(f"{t}.")), "")
        factors = units(TABLES[table]) if table else {}
        if column in factors:
            pattern = place.removeprefix(f"{table}.")
            for row, cells in self.tables[table].items():
                if row == pattern or fnmatchcase(row, pattern):
                    yield float(cells[column]) * SCALE[factors[column]]


def evaluate(expression: str, numbers: Numbers) -> Span:
    """Return the range of an expression over the ranges of its names, in base units.

    Raises
    ------
    FigureError : it is no expression, or a name in it is no number.
    """
    found = names(expression)
    tree = parse(expression)
    ends = [tuple(dict.fromkeys(numbers.span(name))) for name in found]
    try:
        values = [_value(tree, corner) for corner in product(*ends)]
        finite = all(map(math.isfinite, values))
    except (ArithmeticError, TypeError) as error:
        raise FigureError(f"'{expression}' has no value: {error}") from None
    if not finite:
        raise FigureError(f"'{expression}' has no finite value")
    return Span(min(values), max(values))


def parse(expression: str) -> ast.expr:
    """Return an expression as a tree, its names replaced by their numbers; FigureError if it is none."""
    found = names(expression)
    text = _NAME.sub(lambda match: f"_{found.index(match[1])}", expression)
    try:
        tree = ast.parse(text.strip(), mode="eval").body if len(text) <= LONGEST else None
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        tree = None
    if tree is None or not _sound(tree, len(found)):
        raise FigureError(
            f"'{expression[:60]}' is no expression: names in braces, numbers, e and + - * / ** ( )"
        )
    return tree


def _sound(tree: ast.expr, known: int) -> bool:
    """Whether a tree is made of the allowed parts, and of no more than the known names."""
    match tree:
        case ast.BinOp():
            return type(tree.op) in _OPERATORS and _sound(tree.left, known) and _sound(tree.right, known)
        case ast.UnaryOp(op=ast.USub()):
            return _sound(tree.operand, known)
        case ast.Name():
            return tree.id == "e" or tree.id in {f"_{i}" for i in range(known)}
        case ast.Constant():
            return type(tree.value) in (int, float)
    return False


def _value(tree: ast.expr, corner: Sequence[float]) -> float:
    match tree:
        case ast.BinOp():
            return _OPERATORS[type(tree.op)](_value(tree.left, corner), _value(tree.right, corner))
        case ast.UnaryOp():
            return -_value(tree.operand, corner)
        case ast.Name():
            return math.e if tree.id == "e" else corner[int(tree.id[1:])]
        case ast.Constant():
            return float(tree.value)  # type: ignore[arg-type]
    raise FigureError("not an expression")
