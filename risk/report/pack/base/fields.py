"""Fields that tables of several sheets have: what the engine found, and how sure that is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from risk.analysis.statistics import Estimate
from risk.report import spec
from risk.report.content import Content
from risk.report.pack.base.cells import error_cell, format_of, margin_cell, pair, probability_cell, value_cell
from risk.report.record import Field

T = TypeVar("T")


def itself(item: Any) -> Any:
    """The row, where the cells of a field need more of it than an estimate."""
    return item


def part(get: Callable[[Any], Any], key: Any) -> Callable[[Any], Any]:
    """One of the several things that a getter finds, by place or name."""
    return lambda item: get(item)[key]


def estimated(found: Estimate | None, unit: str) -> tuple[Content, Content]:
    """An estimate in `unit` as a number and its standard error; `pair` takes base units."""
    if found is None:
        return "–", "–"
    value, error = found.value, found.standard_error
    return value_cell(value, error, unit, thin=found.thin), error_cell(value, error, unit)


def fraction(found: Estimate | None) -> tuple[Content, Content]:
    """A share and its standard error."""
    return estimated(found, "fraction")


def billions(found: Estimate | None) -> tuple[Content, Content]:
    """USD bn and their standard error."""
    return estimated(found, "USD bn")


def probability(found: Estimate | None) -> tuple[Content, Content]:
    """A probability and half of its 95% interval."""
    return probability_cell(found), margin_cell(found)


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


def dollars(
    key: str,
    header: str,
    get: Callable[[T], Any] | None = None,
    cells: Callable[[Any], tuple[Content, Content]] = billions,
    form: str = "usd_bn",
    **look: Any,
) -> Field[T]:
    """What is in USD bn already, or what `cells` makes of it, and its standard error."""
    return spec.measure(key, header, get, cells, form=form, note="usd_error", **look)


def chance(
    key: str,
    header: str,
    get: Callable[[T], Any] | None = None,
    cells: Callable[[Any], tuple[Content, Content]] = probability,
    **look: Any,
) -> Field[T]:
    """A probability, and half of its 95% interval; `look` as in `spec.measure`."""
    known = {"error": "± 95%", "form": "probability", "note": "margin", "suffix": "mc", **look}
    return spec.measure(key, header, get, cells, **known)


def blank(key: str, **look: Any) -> Field[Any]:
    """An empty column, so that the next stands under one of the table above."""
    return spec.shown(key, "", lambda item: None, **look)
