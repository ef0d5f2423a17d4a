"""What a cell holds: for what a file says, and as it is found."""

from __future__ import annotations

import datetime as dt
import math
import re
from dataclasses import dataclass
from typing import Any

from risk.exchange.heads import Field, Item
from risk.report.excel.cells import EXACT
from risk.report.formats import Scalar

CLOSE = 1e-14
"""Relative difference that no person types: spreadsheets keep fifteen digits."""


class Fault(Exception):  # noqa: N818 - it is caught where the cell is known
    """What is wrong with a cell."""

    def __init__(self, code: str, reason: str, *fixes: str) -> None:
        super().__init__(reason)
        self.code, self.reason, self.fixes = code, reason, fixes


@dataclass(frozen=True)
class Found:
    """What stands in a cell.

    Attributes
    ----------
    value : its content; of a formula the value last computed.
    format : its number format.
    formula : whether it is one.
    error : whether it shows ``#N/A`` or the like.
    """

    value: Any
    format: str = ""
    formula: bool = False
    error: bool = False

    @property
    def day(self) -> dt.date | None:
        """The date it holds, if it holds one without a time of day."""
        if isinstance(self.value, dt.datetime):
            return self.value.date() if self.value.time() == dt.time() else None
        return self.value if isinstance(self.value, dt.date) else None

    @property
    def plain(self) -> Any:
        """Its content as a file would hold it: a date without a time of day as a date."""
        return self.value if self.day is None else self.day

    @property
    def percent(self) -> bool:
        """Whether a number is shown as a percentage."""
        return "%" in re.sub(r'"[^"]*"|\\.', "", self.format)


def content(item: Item, field: Field) -> Scalar:
    """Return what the cell of a field holds."""
    raw = item.get(field.key)
    if isinstance(raw, list):
        return listed(raw)
    if field.key == "value" and item.get("unit") == "date":
        return dt.date.fromisoformat(str(raw))
    if isinstance(raw, int) and abs(raw) >= EXACT:
        return str(raw)
    return None if raw is None or raw == "" else raw


def listed(values: list[Any]) -> str:
    """Return a vector as ``1; 2; 3``, a matrix as ``1; 2 | 3; 4``."""
    if values and isinstance(values[0], list):
        return " | ".join(listed(row) for row in values)
    return "; ".join(repr(value) for value in values)


def same(one: object, other: object) -> bool:
    """Return whether two contents are one: numbers to the digits that a spreadsheet keeps."""
    if isinstance(one, int) and isinstance(other, int):
        return one == other
    if isinstance(one, (int, float)) and isinstance(other, (int, float)):
        return math.isclose(one, other, rel_tol=CLOSE)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same, one, other))
    return type(one) is type(other) and one == other
