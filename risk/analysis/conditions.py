"""Conditions on a path in words: ``headline_loss > 200 and h100_contract@2028Q4 < 1.0``.

A condition knows the quantities of `risk.analysis.columns`, numbers, quarters such as ``2029Q1``,
``+ - * /``, comparisons (chained too), ``and``, ``or``, ``not`` and brackets. What happens on a path or does
not (a proposition, an outcome class) is a condition by itself, and 1 or 0 where it is added up:
``B2 + B4 + B7 >= 2``. A number without a unit is in that of the quantity it stands beside; with one,
``> 0.2 USD tn``, it is converted. A path that has no value meets no comparison. The name of a loan keeps its
hyphen, ``loan_loss.APLD-CRWV``: what is taken from it stands behind a space. Words are walked, never
executed.
"""

from __future__ import annotations

import ast
import operator
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from risk.analysis.columns import Column, Known, empty, quantities, quantity
from risk.assumptions import Assumptions
from risk.axes import Calendar
from risk.errors import UsageError
from risk.runs import Run
from risk.units import SCALE, parse, unknown

__all__ = [
    "Column", "Condition", "amounts", "check", "check_amount", "condition", "conditions", "names",
    "quantities", "quantity",
]  # fmt: skip

Flags = NDArray[np.bool_]

LONGEST = 1_000
"""Letters that a condition may have."""

QUARTER = "quarter"
"""Unit of a date: quarters after the base date."""

_WORD = re.compile(
    r"\s*(?:(?P<quarter>\d{4}Q[1-4])\b"
    r"|(?P<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)"
    r"(?:\s*(?P<unit>(?!(?:and|or|not)\b)[A-Za-z%][\w%/]*(?: (?:k|m|bn|tn|M)\b[\w/]*)?))?"
    r"|(?P<name>[A-Za-z_]\w*(?:\.(?:[A-Z]\w*(?:-\w+)+|\w+))*(?:\[\d+\])?(?:@\w*)?)"
    r"|(?P<sign><=|>=|==|!=|[-+*/()<>]))"
)  # fmt: skip
_COMPARE: Mapping[type[ast.cmpop], Callable[[Any, Any], Any]] = {
    ast.Lt: operator.lt, ast.LtE: operator.le, ast.Gt: operator.gt, ast.GtE: operator.ge,
    ast.Eq: operator.eq, ast.NotEq: operator.ne,
}  # fmt: skip
_ARITHMETIC: Mapping[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv,
}  # fmt: skip


@dataclass(frozen=True)
class Condition:
    """A condition and the paths that meet it.

    Attributes
    ----------
    words : as it was written.
    flags : (path,) whether a path meets it.
    quantities : what it looks at, each once, in the order in which they are named.
    """

    words: str
    flags: Flags
    quantities: tuple[Column, ...]


def condition(run: Run, words: str) -> Condition:
    """A condition on the paths of a run.

    Raises
    ------
    UsageError : it cannot be read, knows a name or a unit that nobody knows, or compares what cannot be
        compared.
    """
    return conditions(run, (words,))[0]


def conditions(run: Run, several: Sequence[str]) -> tuple[Condition, ...]:
    """Several conditions in one pass over the run's files; raises as `condition`."""
    read = [_Words.of(words) for words in several]
    columns = quantities(run, (name for each in read for name in each.names))
    return tuple(
        Condition(
            each.words,
            each.flags(columns, run.calendar, run.paths),
            tuple(columns[name] for name in each.names),
        )
        for each in read
    )


def amounts(run: Run, several: Sequence[str], unit: str) -> NDArray[np.float64]:
    """What expressions of quantities come to, such as ``0.2 USD m * bust - 5 USD m``: (expression, path).

    Parameters
    ----------
    unit : in which they are told.

    Raises
    ------
    UsageError : as of `condition`, or one does not come to that unit.
    """
    read = [_Words.of(words) for words in several]
    columns = quantities(run, (name for each in read for name in each.names))
    return np.stack([each.amount(columns, run.calendar, run.paths, unit) for each in read])


def check_amount(register: Assumptions, words: str, unit: str) -> None:
    """Refuse words that come to no amount in a unit on a run of a register; raises as `amounts`."""
    read, known = _Words.of(words), Known.of_register(register)
    read.amount({name: empty(known, name) for name in read.names}, known.calendar, 0, unit)


def check(register: Assumptions, words: str) -> None:
    """Refuse words that are no condition on a run of a register; raises as `condition`."""
    read, known = _Words.of(words), Known.of_register(register)
    read.flags({name: empty(known, name) for name in read.names}, known.calendar, 0)


def names(words: str) -> tuple[str, ...]:
    """Quantities that a condition names, each once; UsageError where it cannot be read."""
    return tuple(_Words.of(words).names)


@dataclass(frozen=True)
class _Value:
    """What a part of a condition comes to: truth, or numbers in a unit.

    Attributes
    ----------
    unit : None of a number as it stands, which takes that of what it meets.
    """

    values: Any
    unit: str | None = None
    truth: bool = False

    @property
    def numbers(self) -> Any:
        return self.values.astype(np.float64) if self.truth else self.values


@dataclass(frozen=True)
class _Words:
    """A condition as it was read.

    Attributes
    ----------
    literals : placeholder in the tree → number with a unit, quarter or name.
    """

    words: str
    tree: ast.expr
    literals: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @classmethod
    def of(cls, words: str) -> _Words:
        """Read a condition; what Python would not read as a name stands in the tree under a placeholder."""
        if len(words) > LONGEST:
            raise UsageError(f"a condition has at most {LONGEST:,} letters, not {len(words):,}")
        literals: dict[str, tuple[str, ...]] = {}
        parts, place = [], 0
        text = words.rstrip()
        while place < len(text):
            found = _WORD.match(text, place)
            if found is None:
                raise _unreadable(words, text[place:].strip())
            parts.append(_part(found, literals))
            place = found.end()
        try:
            tree = ast.parse(" ".join(parts), mode="eval").body
        except (SyntaxError, RecursionError, MemoryError):
            raise _unreadable(words) from None
        return cls(words, tree, literals)

    @property
    def names(self) -> list[str]:
        return list(dict.fromkeys(rest[0] for kind, *rest in self.literals.values() if kind == "name"))

    def flags(self, columns: Mapping[str, Column], calendar: Calendar, paths: int) -> Flags:
        """Paths that meet it, (path,)."""
        known = {key: _literal(said, columns, calendar) for key, said in self.literals.items()}
        try:
            with np.errstate(all="ignore"):  # what is divided by zero is no value
                found = self._truth(self.tree, known)
        except RecursionError:
            raise _unreadable(self.words) from None
        return np.broadcast_to(found, (paths,)).copy()

    def amount(
        self, columns: Mapping[str, Column], calendar: Calendar, paths: int, unit: str
    ) -> NDArray[np.float64]:
        """What it comes to in a unit, (path,); NaN where a path has no value."""
        known = {key: _literal(said, columns, calendar) for key, said in self.literals.items()}
        try:
            with np.errstate(all="ignore"):
                found = self._of(self.tree, known)
        except RecursionError:
            raise _unreadable(self.words) from None
        if found.unit is None or found.unit not in SCALE or _base(found) != parse(unit).base:
            own = f"in {found.unit}" if found.unit not in (None, "1") else "a number without a unit"
            raise UsageError(f"'{self.words[:200]}' is {own}; {unit} is due", f"give a number one: 5 {unit}")
        values = np.asarray(found.numbers, dtype=np.float64) * (SCALE[found.unit] / SCALE[unit])
        return np.broadcast_to(values, (paths,)).copy()

    def _truth(self, node: ast.expr, known: Mapping[str, _Value]) -> Any:
        found = self._of(node, known)
        if found.truth:
            return found.values
        said, unit = self._said(node), f" in {found.unit}" if found.unit not in (None, "1") else ""
        raise UsageError(
            f"{said} is a number{unit}: no path meets it", "compare it, e.g. headline_loss > 200"
        )

    def _of(self, node: ast.expr, known: Mapping[str, _Value]) -> _Value:
        match node:
            case ast.Name(id=key) if key in known:
                return known[key]
            case ast.BoolOp(op=op, values=values):
                join = np.logical_and if isinstance(op, ast.And) else np.logical_or
                return _Value(
                    join.reduce(np.broadcast_arrays(*(self._truth(v, known) for v in values))), truth=True
                )
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                return _Value(np.logical_not(self._truth(operand, known)), truth=True)
            case ast.UnaryOp(op=ast.USub() | ast.UAdd() as op, operand=operand):
                found = self._of(operand, known)
                return _Value(-found.numbers if isinstance(op, ast.USub) else found.numbers, found.unit)
            case ast.BinOp(left=left, op=op, right=right) if type(op) in _ARITHMETIC:
                return self._arithmetic(op, left, right, known)
            case ast.Compare(left=left, ops=ops, comparators=others):
                return self._compared(ops, [left, *others], known)
        raise _unreadable(self.words)

    def _arithmetic(
        self, op: ast.operator, left: ast.expr, right: ast.expr, known: Mapping[str, _Value]
    ) -> _Value:
        one, two = self._of(left, known), self._of(right, known)
        apply = _ARITHMETIC[type(op)]
        if isinstance(op, ast.Add | ast.Sub):
            one, two = self._alike(one, two, left, right)
            return _Value(apply(one.numbers, two.numbers), one.unit)
        if (
            isinstance(op, ast.Div)
            and one.unit is not None
            and two.unit is not None
            and _base(one) == _base(two)
        ):
            one, two = self._alike(one, two, left, right)
            return _Value(apply(one.numbers, two.numbers), "1")
        found = apply(one.numbers, two.numbers)
        kept = one.unit if two.unit in (None, "1") else two.unit if one.unit in (None, "1") else None
        return _Value(found, kept if isinstance(op, ast.Mult) or two.unit in (None, "1") else None)

    def _compared(self, ops: list[ast.cmpop], nodes: list[ast.expr], known: Mapping[str, _Value]) -> _Value:
        values = [self._of(node, known) for node in nodes]
        found = []
        for op, (one, two), (left, right) in zip(ops, pairwise(values), pairwise(nodes), strict=True):
            if type(op) not in _COMPARE:
                raise _unreadable(self.words)
            a, b = (np.asarray(x.numbers) for x in self._alike(one, two, left, right))
            found.append(_COMPARE[type(op)](a, b) & np.isfinite(a) & np.isfinite(b))
        return _Value(np.logical_and.reduce(np.broadcast_arrays(*found)), truth=True)

    def _alike(self, one: _Value, two: _Value, left: ast.expr, right: ast.expr) -> tuple[_Value, _Value]:
        """Both in the unit of the first that has one."""
        if one.unit is None or two.unit is None or one.unit == two.unit:
            unit = one.unit if one.unit is not None else two.unit
            return replace(one, unit=unit), replace(two, unit=unit)
        if _base(one) != _base(two):
            raise UsageError(
                f"{self._said(left)} is in {one.unit}, {self._said(right)} in {two.unit}",
                f"compare and add what is in the same unit; {one.unit} is due",
            )
        factor = SCALE[two.unit] / SCALE[one.unit]
        return one, replace(two, values=two.numbers * factor, unit=one.unit, truth=False)

    def _said(self, node: ast.expr) -> str:
        """A part as it was written."""
        said = {key: " ".join(rest) for key, (_, *rest) in self.literals.items()}
        return re.sub(r"\b_\d+\b", lambda found: said.get(found[0], found[0]), ast.unparse(node))


def _part(found: re.Match[str], literals: dict[str, tuple[str, ...]]) -> str:
    """What stands in the tree for a word."""
    if found["sign"] or found["name"] in ("and", "or", "not"):
        return found["sign"] or found["name"]
    if found["name"]:
        said: tuple[str, ...] = ("name", found["name"])
    elif found["quarter"]:
        said = ("quarter", found["quarter"])
    else:
        unit = found["unit"]
        if unit is not None and unit not in SCALE:
            raise UsageError(*unknown(unit))
        said = ("number", found["number"], unit) if unit else ("number", found["number"])
    key = f"_{len(literals)}"
    literals[key] = said
    return key


def _literal(said: tuple[str, ...], columns: Mapping[str, Column], calendar: Calendar) -> _Value:
    kind, text, *unit = said
    if kind == "name":
        column = columns[text]
        return _Value(column.values > 0.5, "1", True) if column.flag else _Value(column.values, column.unit)
    if kind == "quarter":
        return _Value(np.float64(calendar.offset(text)), QUARTER)
    return _Value(np.float64(text), unit[0] if unit else None)


def _base(value: _Value) -> str:
    return parse(value.unit or "1").base


def _unreadable(words: str, at: str = "") -> UsageError:
    reason = f"'{words[:200]}' is not a condition" + (f": '{at[:40]}' is not understood" if at else "")
    return UsageError(reason, "write one like headline_loss > 200 and not (B4 or hy_spread@2028Q4 >= 900)")
