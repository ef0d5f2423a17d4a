"""What a value and its prior may be, by unit and domain: the hard limits first, then what is plausible."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterator, Mapping
from typing import Any

from risk.assumptions import directions, matrices, plausible
from risk.assumptions.matrices import Fault
from risk.assumptions.plausible import Range
from risk.assumptions.positions import Path
from risk.assumptions.priors import Dirichlet, DiscreteUniform, Prior
from risk.assumptions.problems import quoted
from risk.assumptions.schema import DOMAINS, INTEGERS
from risk.assumptions.table import meant_share
from risk.axes import ordinal
from risk.units import SCALE, TEXT_UNITS, TIME_UNITS, parse, unknown

MAX_VALUES = 10_000

NEVER = 1e-9
"""Probability below which a draw outside the domain counts as impossible: one in a thousand million paths."""

RARE = 1e-3
"""Probability beyond which a value is not one of its prior, where the prior has no end."""


def faults(raw: Mapping[str, Any], prior: Prior | None) -> Iterator[Fault]:
    """Yield what is wrong with value, unit, domain and prior together; wrong types are told elsewhere."""
    value, unit = raw.get("value"), raw.get("unit")
    unit = unit if isinstance(unit, str) else ""
    worded = isinstance(value, (str, dt.date))
    known = unit in TEXT_UNITS or unit in SCALE
    if unit.strip() and not known:
        reason, fix = unknown(unit)
        yield Fault(("unit",), "A009", reason, (fix,))
    if value is None:
        return
    if worded or unit in TEXT_UNITS:
        yield from _text_faults(raw, unit, prior)
        return
    shape_faults = list(_shape_faults(value))
    yield from (Fault(("value", *f.at), *f[1:]) for f in shape_faults)
    if not shape_faults and known:
        yield from _number_faults(raw, unit, prior)


def _text_faults(raw: Mapping[str, Any], unit: str, prior: Prior | None) -> Iterator[Fault]:
    value = raw["value"]
    if not isinstance(value, (str, dt.date)):
        yield Fault(("value",), "A005", f"value is {quoted(value)}, but its unit is '{unit}'")
    elif unit not in TEXT_UNITS:
        fix = 'a setting in words has unit = "text", a date unit = "date"'
        yield Fault(("value",), "A005", f"value is {quoted(value)}; it must be a number", (fix,))
    elif unit == "date" and not _is_date(value):
        yield Fault(("value",), "A014", f"value is {quoted(value)}; it must be a date such as 2026-06-30")
    elif prior is not None:
        yield Fault(("prior",), "A012", "prior given for a setting in words")
    elif raw.get("domain") == "quarter" and not _is_quarter(value):
        yield Fault(("value",), "A014", f"value is {quoted(value)}; it must be a quarter such as 2031Q4")
    else:
        yield from plausible.bound_faults(raw, str(value))


def _shape_faults(value: object) -> Iterator[Fault]:
    """Yield what keeps a value from being a finite number, a vector or a rectangular matrix."""
    if not isinstance(value, list):
        yield from _finite(value, ())
        return
    rows = [row for row in value if isinstance(row, list)]
    if not value or len(value) > MAX_VALUES or sum(map(len, rows)) > MAX_VALUES:
        yield Fault((), "A015", "value is an empty list" if not value else "value is too long a list")
        return
    if rows and (len(rows) < len(value) or len({len(row) for row in rows}) > 1 or not rows[0]):
        yield Fault((), "A015", "value has rows of different lengths; a matrix needs them alike")
        return
    for i, item in enumerate(value):
        if isinstance(item, list):
            for j, x in enumerate(item):
                yield from _finite(x, (i, j))
        else:
            yield from _finite(item, (i,))


def _finite(x: object, at: Path) -> Iterator[Fault]:
    if isinstance(x, bool) or not isinstance(x, (int, float)):
        yield Fault(at, "A005", f"value is {quoted(x)}; it must be a number")
    elif abs(x) > 1e300 or x != x:
        yield Fault(at, "A006", f"value is {quoted(x)}; a number must be finite (1e300 at most)")


def _number_faults(raw: Mapping[str, Any], unit: str, prior: Prior | None) -> Iterator[Fault]:
    """Yield where finite numbers leave their domain, and where value and prior disagree."""
    value, domain = raw["value"], raw.get("domain", "real")
    scale, base = parse(unit)
    if domain not in DOMAINS:
        return
    if domain == "real" and base in TIME_UNITS:
        domain = "non-negative"
    if domain in ("correlation", "transition", "weights"):
        yield from _structured(value, domain, raw)
    for at, x in _leaves(value):
        yield from (Fault(("value", *at), "A011", reason) for reason in _outside(x, scale, unit, domain))
    yield from plausible.bound_faults(raw, value)
    labels = raw.get("labels")
    if isinstance(labels, list) and (not isinstance(value, list) or len(labels) != len(value)):
        yield Fault(("labels",), "A015", "labels must be as many as the value has rows or components")
    if prior is not None:
        yield from _prior_faults(value, prior, scale, domain, raw)


def _structured(value: Any, domain: str, raw: Mapping[str, Any]) -> Iterator[Fault]:
    matrix = isinstance(value, list) and isinstance(value[0], list)
    if domain == "weights":
        if matrix or not isinstance(value, list):
            yield Fault(("value",), "A015", "value must be a vector, for its domain is weights")
            return
        faults = matrices.weights(value)
    elif not matrix or len(value) != len(value[0]):
        yield Fault(("value",), "A015", f"value must be a square matrix, for its domain is {domain}")
        return
    elif domain == "transition":
        faults = matrices.transition(value)
    else:
        faults = matrices.correlation(value, raw.get("labels", ()))
        yield from directions.declaration_faults(raw)
    yield from (Fault(("value", *fault.at), *fault[1:]) for fault in faults)


def _outside(x: float, scale: float, unit: str, domain: str) -> Iterator[str]:
    """Yield why a number lies outside its domain."""
    if domain == "share" and not 0 <= x * scale <= 1:
        hint = meant_share(x) if scale == 1 else ""
        yield f"value is {x:g}; a share lies in [0, {1 / scale:g}].{hint}"
    elif domain == "positive" and not x > 0:
        yield f"value is {x:g}; it must be above 0"
    elif domain == "negative" and not x < 0:
        yield f"value is {x:g}; it must be below 0"
    elif domain == "non-negative" and x < 0:
        yield f"value is {x:g}; {'a length of time' if unit in TIME_UNITS else 'it'} is never negative"
    elif domain in INTEGERS:
        yield from _counted(x, 1 if domain == "count" else 0)


def _counted(x: float | int, least: int) -> Iterator[str]:
    if not float(x).is_integer():
        yield f"value is {quoted(x)}; it must be a whole number"
    elif isinstance(x, float):
        yield f"value is {quoted(x)}; what is counted is written without a point: {int(x)}"
    elif x < least:
        yield f"value is {quoted(x)}; it must be a whole number, {least} at least"


def limits(domain: str, scale: float) -> tuple[float, float]:
    """Return the least and the largest number of a domain; `scale` is that of its unit."""
    low = {"real": -math.inf, "negative": -math.inf, "count": 1.0}.get(domain, 0.0)
    return low, {"share": 1 / scale, "negative": 0.0}.get(domain, math.inf)


def _prior_faults(
    value: Any, prior: Prior, scale: float, domain: str, raw: Mapping[str, Any]
) -> Iterator[Fault]:
    """Yield where a prior does not fit its value, or can leave the domain."""
    if isinstance(prior, Dirichlet):
        if domain != "weights":
            yield Fault(("prior",), "A012", 'prior is dirichlet, which needs domain = "weights"')
        return
    if isinstance(value, list):
        yield Fault(("prior",), "A012", f"prior is {prior.shape}, but the value is not one number")
        return
    if domain in INTEGERS and not isinstance(prior, DiscreteUniform):
        reason = f"prior is {prior.shape}, but what is counted is drawn as a whole number"
        yield Fault(("prior",), "A012", reason, ("use discrete_uniform",))
        return
    yield from _disagreement(value, prior)
    (low, high), (bottom, top) = prior.support, limits(domain, scale)
    if low < bottom or high > top:
        # A tail that is never met, such as a lognormal hazard's above one, is no reason to refuse.
        low, high = prior.quantile(NEVER), prior.quantile(1 - NEVER)
    if low < bottom or high > top:
        reason = f"prior draws from [{low:.3g}, {high:.3g}], but the value must lie in [{bottom:g}, {top:g}]"
        yield Fault(("prior",), "A012", reason, ("bound the prior by low and high",))


def _disagreement(value: float, prior: Prior) -> Iterator[Fault]:
    """Yield where a value is none that its prior would draw."""
    low, high = prior.support
    low = prior.quantile(RARE) if math.isinf(low) else low
    high = prior.quantile(1 - RARE) if math.isinf(high) else high
    if not low <= value <= high:
        reason = f"value is {value:g}, outside its prior, which lies in [{low:.6g}, {high:.6g}]"
        yield Fault(("value",), "A013", reason)


def doubts(raw: Mapping[str, Any], prior: Prior | None) -> Iterator[Fault]:
    """Yield where the value or the prior of a sound entry lies outside its plausible range."""
    low, high, value = raw.get("low"), raw.get("high"), raw["value"]
    if raw.get("domain") == "correlation":
        yield from directions.doubts(raw)
    if low is None or high is None:
        return
    unit, value = raw["unit"], str(value) if isinstance(value, dt.date) else value
    keep = (plausible.KEEP,)
    for at, x in _leaves(value):
        bounds = Range(*(plausible.text(plausible.bound_at(bound, at)) for bound in (low, high)))
        if not bounds.holds(x):
            yield Fault(("value", *at), plausible.CODE, f"value {plausible.doubt(x, bounds, unit)}", keep)
    if prior is not None:
        found = plausible.prior_doubts(prior, value, low, high, unit)
        yield from (Fault(("prior",), plausible.CODE, f"prior {reason}", keep) for reason in found)


def _leaves(value: Any, at: Path = ()) -> Iterator[tuple[Path, float]]:
    if isinstance(value, list):
        for i, item in enumerate(value):
            yield from _leaves(item, (*at, i))
    else:
        yield at, value


def _is_quarter(value: str | dt.date) -> bool:
    try:
        return isinstance(value, str) and bool(ordinal(value))
    except ValueError:
        return False


def _is_date(value: str | dt.date) -> bool:
    try:
        return not isinstance(value, dt.datetime) and bool(dt.date.fromisoformat(str(value)))
    except ValueError:
        return False
