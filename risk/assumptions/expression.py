"""Small sums over the register, such as ``sum(neoclouds.facility.debt[firm == it.name])``.

An expression knows numbers, entries, columns of tables, ``it`` (the row at hand), ``+ - * /``, a choice of
rows or of a component in brackets, and `FUNCTIONS`. A column of the row at hand that names an entry stands
for its value. All is in base units. It is walked, never executed.
"""

from __future__ import annotations

import ast
import datetime as dt
import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from statistics import fmean
from typing import Any

from risk.assumptions.schema import Entry
from risk.assumptions.table import Row, entry_columns, units
from risk.assumptions.tables import TABLES
from risk.axes import label, quarter_of
from risk.units import SCALE

Numbers = float | list[float]
Ref = tuple[str, int, str]
"""An entry, its component and ""; or a table, its row and its column."""

OPERATORS: Mapping[type[ast.operator], Callable[[float, float], float]] = {
    ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv,
}  # fmt: skip
COMPARISONS: Mapping[type[ast.cmpop], Callable[[Any, Any], bool]] = {
    ast.Eq: operator.eq, ast.Gt: operator.gt,
}  # fmt: skip
FUNCTIONS = ("sum", "mean", "last", "before")
"""Of many numbers: their sum, the mean or the last of them (or of the last n), the last before this row."""


BASE = "base"
"""``quarter == base(-1)``: the quarter before the base date's."""


class Unknown(Exception):  # noqa: N818 - it is caught where the expression stands
    """Something in an expression that nobody knows."""


class Nothing(Exception):  # noqa: N818 - it is caught where the expression stands
    """There is no number to compare, such as the one before the first."""


@dataclass
class Scope:
    """What an expression may name.

    Attributes
    ----------
    entries, rows : valid parts of the register; rows by table and position.
    table, at : the row at hand; "" without one.
    slip : a number to read otherwise, and by what factor.
    read : every number that was read.
    """

    entries: Mapping[str, Entry]
    rows: Mapping[str, Mapping[int, Row]]
    table: str = ""
    at: int = 0
    slip: tuple[Ref, float] | None = None
    read: list[Ref] = field(default_factory=list)

    def number(self, text: str) -> float:
        """Return what an expression comes to."""
        found = self._of(_parsed(text))
        if isinstance(found, list):
            raise Unknown(f"'{text}' is {len(found)} numbers, not one")
        return found

    def matches(self, text: str, at: int) -> bool:
        """Return whether a row of the table at hand meets a condition."""
        return self._holds(_parsed(text), self.table, at)

    def _of(self, node: ast.expr) -> Numbers:
        if isinstance(node, ast.Constant) and isinstance(node.value, (int, float)):
            return float(node.value)
        if isinstance(node, ast.BinOp) and type(node.op) in OPERATORS:
            return _each(OPERATORS[type(node.op)], self._of(node.left), self._of(node.right))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in FUNCTIONS:
            return self._call(node.func.id, node.args)
        found = [self._read(ref) for ref in self._refs(node)]
        return found[0] if self._single(node) else found

    def _call(self, name: str, arguments: list[ast.expr]) -> float:
        if name == "before":
            place = {i: k for k, i in enumerate(self.rows[self.table])}  # rows stand in their table's order
            refs = self._refs(arguments[0])
            found = [self._read(ref) for ref in refs if place[ref[1]] < place[self.at]]
        else:
            numbers = self._of(arguments[0])
            found = numbers if isinstance(numbers, list) else [numbers]
        if len(arguments) > 1:
            found = found[-int(ast.literal_eval(arguments[1])) :]
        if not found:
            raise Nothing
        return sum(found) if name == "sum" else fmean(found) if name == "mean" else found[-1]

    def _refs(self, node: ast.expr) -> list[Ref]:
        """Return the numbers that a name, or a choice among them, stands for."""
        if isinstance(node, ast.Subscript):
            refs = self._refs(node.value)
            if isinstance(node.slice, (ast.Constant, ast.UnaryOp)):
                return [refs[int(ast.literal_eval(node.slice))]]
            return [ref for ref in refs if self._holds(node.slice, ref[0], ref[1])]
        name = _dotted(node)
        table, _, column = name.rpartition(".")
        if table == "it" and column in entry_columns(TABLES[self.table]):
            return [(getattr(self.rows[self.table][self.at], column), 0, "")]
        if table == "it" and column in TABLES[self.table].model_fields:
            return [(self.table, self.at, column)]
        if name in self.entries:
            value = self.entries[name].value
            return [(name, i, "") for i in range(len(value) if isinstance(value, tuple) else 1)]
        if table in TABLES and column in TABLES[table].model_fields:
            return [(table, i, column) for i in self.rows.get(table, {})]
        raise Unknown(f"'{name}' is no entry and no column")

    def _single(self, node: ast.expr) -> bool:
        if isinstance(node, ast.Subscript):
            return isinstance(node.slice, (ast.Constant, ast.UnaryOp)) or len(self._refs(node)) == 1
        name = _dotted(node)
        return name.startswith("it.") or (name in self.entries and len(self._refs(node)) == 1)

    def _holds(self, node: ast.expr, table: str, at: int) -> bool:
        """Return whether a row meets ``column == value`` or ``column > value``, or several of them."""
        if isinstance(node, ast.BoolOp) and isinstance(node.op, ast.And):
            return all(self._holds(part, table, at) for part in node.values)
        if not (isinstance(node, ast.Compare) and type(node.ops[0]) in COMPARISONS):
            raise Unknown(f"'{ast.unparse(node)}' is no choice of rows: write column == value")
        column, wanted = _dotted(node.left), node.comparators[0]
        if column not in TABLES[table].model_fields:
            raise Unknown(f"{table} has no column '{column}'")
        if isinstance(wanted, ast.Constant):
            value: Any = wanted.value
        elif isinstance(wanted, ast.Call) and _dotted(wanted.func) == BASE:
            value = self._quarter(int(ast.literal_eval(wanted.args[0])))
        else:
            ((owner, row, name),) = self._refs(wanted)
            value = getattr(self.rows[owner][row], name)
        return bool(COMPARISONS[type(node.ops[0])](getattr(self.rows[table][at], column), value))

    def _quarter(self, offset: int) -> str:
        """Return the label of the quarter that lies so many after the base date's."""
        date = dt.date.fromisoformat(str(self.entries["run.base_date"].value))
        return label(quarter_of(date) + offset)

    def _read(self, ref: Ref) -> float:
        self.read.append(ref)
        name, i, column = ref
        if column:
            value, unit = getattr(self.rows[name][i], column), units(TABLES[name]).get(column, "1")
        else:
            entry = self.entries[name]
            value, unit = entry.value[i] if isinstance(entry.value, tuple) else entry.value, entry.unit
        if isinstance(value, (str, tuple)) or value is None:
            raise Unknown(f"'{name}' holds no single numbers")
        factor = self.slip[1] if self.slip is not None and self.slip[0] == ref else 1.0
        return float(value) * SCALE[unit] * factor


@cache
def _parsed(text: str) -> ast.expr:
    return ast.parse(text, mode="eval").body


def _dotted(node: ast.expr) -> str:
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        return f"{_dotted(node.value)}.{node.attr}"
    raise Unknown(f"'{ast.unparse(node)}' is not understood")


def _each(apply: Callable[[float, float], float], one: Numbers, two: Numbers) -> Numbers:
    if not isinstance(one, list) and not isinstance(two, list):
        return apply(one, two)
    count = len(one if isinstance(one, list) else two)  # type: ignore[arg-type]
    left, right = (x if isinstance(x, list) else [x] * count for x in (one, two))
    if len(left) != len(right):
        raise Unknown(f"{len(left)} numbers against {len(right)}")
    return [apply(a, b) for a, b in zip(left, right, strict=True)]
