"""Means of inputs in digits that show what moves; what shows them rests on no sheet."""

from __future__ import annotations

from risk.analysis.views.belief import Shift


def mean_text(value: float, shift: Shift) -> str:
    """A mean of an input, in digits that show what moves."""
    size = (shift.high - shift.low) or abs(value) or 1.0
    digits = next((d for d in range(5) if 10.0**-d <= size / 50.0), 5)
    return f"{round(value, digits) + 0.0:,.{digits}f}"  # a zero has no minus
