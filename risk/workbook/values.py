"""Values of cells as a program can compute with them."""

from __future__ import annotations

from math import inf
from typing import Any

LARGEST = 1 << 1023
"""Whole numbers from here on are too large for a float, which is all that Excel has."""


def finite(value: Any) -> Any:
    """A value as it stands, but infinity for a whole number that no float can hold."""
    return value if not isinstance(value, int) or -LARGEST < value < LARGEST else inf if value > 0 else -inf
