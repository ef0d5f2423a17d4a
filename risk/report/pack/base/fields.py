"""Fields that tables of several sheets have: what the engine found, and how sure that is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from risk.analysis.statistics import Estimate
from risk.report import spec
from risk.report.pack.base.cells import format_of, margin_cell, pair, probability_cell
from risk.report.record import Field

T = TypeVar("T")


def part(get: Callable[[Any], Any], key: Any) -> Callable[[Any], Any]:
    """One of the several things that a getter finds, by place or name."""
    return lambda item: get(item)[key]


def number(key: str, header: str, get: Callable[[T], Any] | None, form: str, **look: Any) -> Field[T]:
    """A number of the engine without an error; "–" where it is not defined."""
    return spec.figure(key, header, get, form, style="engine", **look)


def amount(
    key: str, header: str, get: Callable[[T], Estimate | None] | None, unit: str, **look: Any
) -> Field[T]:
    """A mean or a quantile, and its standard error, in `unit`; `look` as in `spec.measure`."""
    form = format_of(unit)
    known = {"error": "±", "form": form, "note": "standard_error" if form == "rate" else "usd_error", **look}
    return spec.measure(key, header, get, lambda estimate: pair(estimate, unit), **known)


def chance(key: str, header: str, get: Callable[[T], Estimate | None] | None = None, **look: Any) -> Field[T]:
    """A probability, and half of its 95% interval; `look` as in `spec.measure`."""
    known = {"error": "± 95%", "form": "probability", "note": "margin", "suffix": "mc", **look}
    return spec.measure(key, header, get, lambda p: (probability_cell(p), margin_cell(p)), **known)


def blank(key: str) -> Field[Any]:
    """An empty column, so that the next stands under one of the table above."""
    return spec.shown(key, "", lambda item: None)
