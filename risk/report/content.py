"""What stands in a cell: a value, or a formula, a check or a link with the value that a reader sees.

A formula names cells by table and column, never by address: `{metrics.mean[3]}` is one cell,
`{metrics.mean[capex]}` the cell in the row called `capex`, `{metrics.mean}` the whole column and `{row.mean}`
the cell in the formula's own row. Each formula carries the value that our engine computed, so the report can
be read where nothing recalculates.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from math import isfinite
from typing import Literal

from risk.report.formats import Scalar

Style = Literal["plain", "id", "engine", "input", "calculation", "link", "note", "bar", "flag"]
"""What a cell is: a result of the engine, an input, a calculation in the sheet, a link to another sheet …"""


_ALONE = re.compile(r"\{[^{}]*\}|\w+\([^()]*\)")


class ReportError(ValueError):
    """The report is not well formed; the text says where."""


@dataclass(frozen=True)
class Formula:
    """A spreadsheet formula (without the leading "=") and the value that our engine computed for it."""

    text: str
    value: str | float | int | date

    def __post_init__(self) -> None:
        if self.text.startswith("="):
            raise ReportError(f"formula {self.text!r}: leave out the leading '='")
        if self.value is None or (isinstance(self.value, float) and not isfinite(self.value)):
            raise ReportError(f"formula {self.text!r} has no value ({self.value})")

    def __add__(self, other: Formula) -> Formula:
        return Formula(f"{self.text}+{other.text}", number_of(self) + number_of(other))

    def __sub__(self, other: Formula) -> Formula:
        return Formula(f"{self.text}-{other._part}", number_of(self) - number_of(other))

    def __truediv__(self, other: Formula | float) -> Formula:
        by = other._part if isinstance(other, Formula) else f"{other:g}"
        return Formula(f"{self._part}/{by}", number_of(self) / number_of(other))

    @property
    def _part(self) -> str:
        """The formula within a larger one: in parentheses unless it is a cell or a function of some."""
        return self.text if _ALONE.fullmatch(self.text) else f"({self.text})"


@dataclass(frozen=True)
class Check:
    """A condition that the workbook recomputes; shows OK or FAIL."""

    condition: str
    passed: bool

    @property
    def formula(self) -> Formula:
        """The check as a formula that yields a word."""
        return Formula(f'IF({self.condition},"OK","FAIL")', "OK" if self.passed else "FAIL")


@dataclass(frozen=True)
class Link:
    """Text that leads to a sheet (its name), a table (its id) or a page (https://…)."""

    text: str
    target: str


@dataclass(frozen=True)
class Cell:
    """Content that differs from its column in format or style.

    Attributes
    ----------
    quoted : a text as the register or a source has it, whose currency it keeps.
    """

    content: str | float | int | date | Formula | Check | Link | None
    format: str | None = None
    style: Style | None = None
    bold: bool = False
    validation: Validation | None = None
    quoted: bool = False


Plain = str | float | int | date | Formula | Check | Link | None
Content = Plain | Cell


def plain(content: Content) -> Plain:
    """Content without its wrapping."""
    return content.content if isinstance(content, Cell) else content


def value_of(content: Content) -> Scalar:
    """The value a reader sees: a formula's value, a link's text, a check's word."""
    inner = plain(content)
    match inner:
        case Formula():
            return inner.value
        case Check():
            return inner.formula.value
        case Link():
            return inner.text
        case _:
            return inner


def number_of(content: Content) -> float:
    """The number in a cell.

    Raises
    ------
    ReportError
        The cell holds no number.
    """
    value = value_of(content)
    if isinstance(value, (str, date)) or value is None:
        raise ReportError(f"{value!r} is not a number")
    return float(value)


@dataclass(frozen=True)
class Validation:
    """What may be typed into an input cell, unless it is emptied: a choice, or what is between bounds.

    Attributes
    ----------
    low, high : bounds, both allowed; None = no bound.
    of : what they bound: the number, a whole number, a date, or the length of a text.
    choices : the words to choose from, or the name of the cells that hold them.
    condition : formula that must hold; `{row.key}` are cells of the same row.
    prompt : said when the cell is entered, and when something is refused.
    asks : something else is asked about, not refused.
    """

    low: float | date | None = None
    high: float | date | None = None
    of: Literal["decimal", "whole", "date", "textLength"] = "decimal"
    choices: tuple[str, ...] | str = ()
    condition: str = ""
    prompt: str = ""
    asks: bool = False
