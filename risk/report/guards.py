"""Checks as data: what must hold of a table, computed here and recomputed by the workbook.

A guard stands beside the table it watches (`Table.guards`); what ties several tables together is a
`Condition` that the sheet of one of them makes. The sheet Checks lists them all.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from functools import reduce
from itertools import pairwise
from math import fsum, isfinite, isnan, nan
from operator import sub
from typing import Protocol

from risk.report.content import Content, Formula, number_of, value_of
from risk.report.table import Table

EXACT = 1e-9
ROUNDING = 1e-6
SINGLE = 1e-5
"""Relative rounding of series that are kept in single precision."""

DIGITS = 10
"""Decimals of a difference: below them programs round sums differently."""


@dataclass(frozen=True)
class Condition:
    """Two numbers that must agree, or of which the first must not be larger.

    Attributes
    ----------
    value, other : formulas over cells of the pack, or numbers of the engine.
    tolerance : absolute; the difference may be as large.
    rule : "=" or "≤".
    """

    text: str
    value: Formula | float
    other: Formula | float
    tolerance: float
    how: str
    rule: str = "="

    @property
    def difference(self) -> float:
        """First less second, rounded as a workbook does: half away from zero, on 15 significant digits."""
        exact = Decimal(f"{number_of(self.value) - number_of(self.other):.15g}")
        return float(exact.quantize(Decimal(1).scaleb(-DIGITS), ROUND_HALF_UP))

    @property
    def passed(self) -> bool:
        """Whether it holds."""
        size = abs(self.difference) if self.rule == "=" else self.difference
        return size <= self.tolerance

    def condition(self, table: Table) -> Condition:
        """Itself: what only one table must satisfy is a guard of it."""
        return self


class Guard(Protocol):
    """What must hold of a table."""

    def condition(self, table: Table) -> Condition:
        """The same as two numbers to compare."""


@dataclass(frozen=True)
class Counted:
    """Rows that meet criteria, of which there must be none, or as many as expected.

    Attributes
    ----------
    cases : columns and what their cells must be, as in COUNTIF: `FAIL`, `judgement*`, `<0`, or "" for blank;
        a row is counted for each case that it meets in full.
    """

    text: str
    cases: tuple[Mapping[str, str], ...]
    how: str = ""
    expected: int = 0

    def condition(self, table: Table) -> Condition:
        """Count of rows against the number expected."""
        found = sum(
            all(_meets(value, criterion) for value, criterion in zip(row, case.values(), strict=True))
            for case in self.cases
            for row in zip(*map(table.column, case), strict=True)
        )
        formula = "+".join(_counting(table.id, case) for case in self.cases)
        return Condition(self.text, Formula(formula, found), self.expected, 0.0, self.how)


@dataclass(frozen=True)
class Ordered:
    """Columns that never fall from left to right, in any row; rows without the numbers are passed over."""

    text: str
    columns: tuple[str, ...]
    how: str = ""
    slack: float = 0.0

    def condition(self, table: Table) -> Condition:
        """Count of pairs of neighbors that fall by more than `slack`, which must be zero."""
        pairs = list(pairwise(self.columns))
        less = f"-{self.slack}" if self.slack else ""
        falls = "+".join(f"SUMPRODUCT(--({{{table.id}.{b}}}<{{{table.id}.{a}}}{less}))" for a, b in pairs)
        known = (zip(_values(table, a), _values(table, b), strict=True) for a, b in pairs)
        count = sum(y < x - self.slack for rows in known for x, y in rows)
        return Condition(self.text, Formula(falls or "0", count), 0, 0.0, self.how)


@dataclass(frozen=True)
class Rising:
    """Columns that never fall from one row to the next; rows without the numbers are passed over."""

    text: str
    columns: tuple[str, ...]
    how: str = ""

    def condition(self, table: Table) -> Condition:
        """Count of numbers below the one above, which must be zero."""
        steps = [(key, *pair) for key in self.columns for pair in pairwise(table.row_ids)]
        falls = "+".join(f"--({{{table.id}.{key}[{b}]}}<{{{table.id}.{key}[{a}]}})" for key, a, b in steps)
        known = [pairwise(_values(table, key)) for key in self.columns]
        count = sum(y < x for pairs in known for x, y in pairs)
        return Condition(self.text, Formula(falls or "0", count), 0, 0.0, self.how)


@dataclass(frozen=True)
class Within:
    """Columns whose numbers stay between two ends, of which one may be infinite."""

    text: str
    columns: tuple[str, ...]
    low: float
    high: float
    how: str = ""

    def condition(self, table: Table) -> Condition:
        """Count of numbers outside, which must be zero."""
        beyond = "+".join(
            f'COUNTIF({{{table.id}.{key}}},"{side}{end:g}")'
            for key in self.columns
            for side, end in (("<", self.low), (">", self.high))
            if isfinite(end)
        )
        found = (value for key in self.columns for value in _values(table, key))
        count = sum(value < self.low or value > self.high for value in found)
        return Condition(self.text, Formula(beyond, count), 0, 0.0, self.how)


@dataclass(frozen=True)
class Every:
    """Several guards of a table in one: none of them counts anything."""

    text: str
    guards: tuple[Guard, ...]
    how: str = ""

    def condition(self, table: Table) -> Condition:
        """Sum of their counts, which must be zero."""
        return together(self.text, [guard.condition(table) for guard in self.guards], self.how)


def together(text: str, counts: Iterable[Condition], how: str) -> Condition:
    """Several counts that must be zero in one, also of several tables."""
    found = [count.value for count in counts]
    sums = "+".join(value.text if isinstance(value, Formula) else f"{value:g}" for value in found)
    return Condition(text, Formula(sums, fsum(map(number_of, found))), 0, 0.0, how)


@dataclass(frozen=True)
class Splits:
    """A column that others make up, row by row; with one other, both are equal."""

    text: str
    whole: str
    parts: tuple[str, ...]
    tolerance: float = ROUNDING
    how: str = ""

    def condition(self, table: Table) -> Condition:
        """How far both sides are apart, summed over the rows, which must be nothing.

        Within SUMPRODUCT operators take whole columns in every program, functions of one value like ABS do
        not.
        """
        *first, last = (f"{{{table.id}.{key}}}" for key in (self.whole, *self.parts))
        left = "-".join(first)
        gaps = f"SUMPRODUCT(({left}-{last})*(({left}>{last})-({left}<{last})))"
        rows = zip(*(_values(table, key) for key in (self.whole, *self.parts)), strict=True)
        apart = (abs(reduce(sub, row)) for row in rows)
        found = Formula(gaps, fsum(gap for gap in apart if not isnan(gap)))
        return Condition(self.text, found, 0, self.tolerance, self.how)


@dataclass(frozen=True)
class Adds:
    """Rows that add up to a row, or to a number, over columns together; by rule "≤" to no more than it."""

    text: str
    columns: tuple[str, ...]
    parts: tuple[str, ...]
    total: str | float
    tolerance: float = ROUNDING
    how: str = ""
    rule: str = "="

    def condition(self, table: Table) -> Condition:
        """Sum of the parts against the total."""
        parts = table.sum(self.columns, self.parts)
        total = table.sum(self.columns, (self.total,)) if isinstance(self.total, str) else self.total
        return Condition(self.text, parts, total, self.tolerance, self.how, self.rule)


def _values(table: Table, key: str) -> list[float]:
    """A column; NaN where it holds no number."""
    values = map(value_of, table.column(key))
    return [float(v) if isinstance(v, int | float) else nan for v in values]


def _counting(table: str, case: Mapping[str, str]) -> str:
    """Formula of how many rows meet a case."""
    (column, criterion), *more = case.items()
    if not (criterion or more):
        return f"COUNTBLANK({{{table}.{column}}})"
    criteria = ",".join(f'{{{table}.{key}}},"{wanted}"' for key, wanted in case.items())
    return f"COUNTIF{'S' if more else ''}({criteria})"


def _meets(content: Content, criterion: str) -> bool:
    value = value_of(content)
    if criterion[:1] in ("<", ">"):
        sign = 1.0 if criterion[0] == ">" else -1.0
        return isinstance(value, int | float) and sign * (value - float(criterion[1:])) > 0.0
    said = "" if value is None else str(value)
    return said.startswith(criterion[:-1]) if criterion.endswith("*") else said == criterion
