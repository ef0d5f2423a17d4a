"""Quarters across a sheet: keys and headers of their narrow columns, and numbers that fit these."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from risk.report.content import Cell, Content, value_of
from risk.report.excel.measure import characters
from risk.report.formats import named, show


def column_key(quarter: str) -> str:
    """Key of a quarter's column."""
    return f"q{quarter}"


def short(quarter: str) -> str:
    """2026Q2 on two lines of a narrow column."""
    return f"{quarter[:4]}\n{quarter[4:]}"


def narrow(content: Content, width: float) -> Content:
    """A number with as many of its decimals as its column has room for; an error without its "±"."""
    if not (isinstance(content, Cell) and content.format) or isinstance(content.content, str):
        return content
    family, _, rest = content.format.partition(".")
    family = {"usd_error": "number", "standard_error": "rate"}.get(family, family)
    decimals = int(rest) if rest.isdigit() else named(content.format).decimals
    while decimals and characters(show(value_of(content), f"{family}.{decimals}")) > width:
        decimals -= 1
    return replace(content, format=f"{family}.{decimals}")


def first_year_end(quarters: Sequence[str]) -> int:
    """Position of the first fourth quarter: axes are labelled there, once a year."""
    return next((i for i, quarter in enumerate(quarters) if quarter.endswith("Q4")), 0)
