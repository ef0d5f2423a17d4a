"""Fields that tables of several sheets have: what the engine found, and how sure that is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from risk.analysis.statistics import Estimate
from risk.report.pack.base.cells import (
    error_cell,
    margin_cell,
    probability_cell,
    value_cell,
)
from risk.report.record import Field
from risk.report.spec import measure
from risk.report.table import Cell, Content, Formula

T = TypeVar("T")


def itself(item: Any) -> Any:
    """The row, where the cells of a field need more of it than an estimate."""
    return item


def live(formula: Formula, like: Content) -> Cell:
    """A formula that prints as a cell does."""
    return Cell(formula, like.format if isinstance(like, Cell) else None)


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


def chance(
    key: str,
    header: str,
    get: Callable[[T], Estimate | None] | None = None,
    cells: Callable[[Any], tuple[Content, Content]] = probability,
    **look: Any,
) -> Field[T]:
    """A field that is a probability: its column, and one of its margin."""
    return measure(key, header, get, cells, "± 95%", "probability", "margin", suffix="mc", **look)


def dollars(
    key: str,
    header: str,
    get: Callable[[T], Any] | None = None,
    cells: Callable[[Any], tuple[Content, Content]] = billions,
    form: str = "usd_bn",
    **look: Any,
) -> Field[T]:
    """A field that is a sum in USD bn, or what `cells` makes of it, and its standard error."""
    return measure(key, header, get, cells, form=form, note="usd_error", **look)
