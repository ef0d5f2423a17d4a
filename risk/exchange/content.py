"""What a cell holds for what a file says, and back."""

from __future__ import annotations

import datetime as dt
import math
from typing import Any

from risk.exchange.layout import Field, Item

Content = float | int | str | bool | dt.date | None
"""Content of a cell; None is empty."""

EXACT = 10**15
"""Whole numbers from here on are written as text: spreadsheets keep fifteen digits."""

CLOSE = 1e-14
"""Relative difference that no person types: spreadsheets keep fifteen digits."""


def content(item: Item, field: Field) -> Content:
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
