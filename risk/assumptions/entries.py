"""Entries: from a raw TOML table to an `Entry`, or to everything that is wrong with it."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Any, cast

from pydantic import Field

from risk.assumptions import matrices
from risk.assumptions.matrices import Fault
from risk.assumptions.positions import Path
from risk.assumptions.priors import PRIORS, Dirichlet, Prior
from risk.assumptions.problems import Problem, quoted
from risk.assumptions.schema import DOMAINS, Change, Domain, Entry, Grade, Note, Number, Record, Text
from risk.assumptions.table import meant_share
from risk.assumptions.validation import Locate, Site, validate_at
from risk.errors import suggestion
from risk.units import SCALE, TEXT_UNITS, TIME_UNITS, parse, unknown

MAX_VALUES = 10_000


class EntryTable(Record):
    """The keys of an entry. `value` and `prior` are checked apart, so that all faults are told at once."""

    value: Any
    unit: Text
    source: Text
    as_of: dt.date
    grade: Grade
    owner: Text
    prior: Any = None
    locator: Note = ""
    note: Note = ""
    domain: Domain = "real"
    low: float | None = None
    high: float | None = None
    labels: Annotated[tuple[Text, ...], Field(strict=False)] = ()


NEVER = 1e-9
"""Probability below which a draw outside the domain counts as impossible: one in a thousand million paths."""

ENTRY_KEYS = frozenset(EntryTable.model_fields)


def build(
    id: str, raw: Mapping[str, Any], locate: Locate, changes: tuple[Change, ...] = ()
) -> tuple[Entry | None, list[Problem]]:
    """Return the entry a raw table describes, or its problems.

    Parameters
    ----------
    id : dotted path.
    raw : the table, possibly changed by scenarios.
    locate : where each key stands.
    changes : what scenarios changed in it.
    """
    found = validate_at(EntryTable, raw, locate)[1]
    prior, refused = _prior(raw, locate)
    found += refused
    found += [_told(id, fault, locate) for fault in _faults(raw, prior)]
    if found:
        return None, found
    fields = {key: raw[key] for key in raw if key not in ("value", "prior", "labels")}
    site = locate(())
    entry = Entry(
        id=id,
        value=_frozen(raw["value"]),
        prior=prior,
        labels=tuple(raw.get("labels", ())),
        file=site.document.name,
        line=site.document.line(site.path),
        changes=changes,
        **fields,
    )
    return entry, []


def _prior(raw: Mapping[str, Any], locate: Locate) -> tuple[Prior | None, list[Problem]]:
    table = raw.get("prior")
    if table is None:
        return None, []
    if not isinstance(table, Mapping):
        reason = f"prior is {quoted(table)}; it must be a table"
        return None, [locate(("prior",)).problem("A005", ("prior",), reason, 'e.g. { shape = "uniform", … }')]
    shape = table.get("shape")
    if not isinstance(shape, str) or shape not in PRIORS:
        at, shapes = ("prior", "shape"), "shapes: " + ", ".join(PRIORS)
        meant = suggestion(str(shape), PRIORS) if "shape" in table else ""
        reason = f"unknown prior shape {quoted(shape)}." if "shape" in table else "'prior.shape' is missing."
        told = locate(at).problem("A012", at, reason + (f" Did you mean '{meant}'?" if meant else ""), shapes)
        return None, [told]
    return validate_at(PRIORS[shape], table, lambda at: _inside(locate, at))


def _inside(locate: Locate, at: Path) -> Site:
    """Return the site of a key path inside the prior."""
    site = locate(("prior", *at))
    return Site(site.document, (*site.path, "prior"))


def _told(id: str, fault: Fault, locate: Locate) -> Problem:
    """Return a fault as a problem whose reason says which entry it is about."""
    word = "value " if fault.at[0] == "value" else "prior "
    named = fault.reason.startswith(word)
    reason = (
        fault.reason.replace(word, f"{id}{'' if word == 'value ' else '.prior'} ", 1)
        if named
        else fault.reason
    )
    return locate(fault.at).problem(fault.code, fault.at, reason, *fault.fixes)


def _faults(raw: Mapping[str, Any], prior: Prior | None) -> Iterator[Fault]:
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
        yield from _text_faults(value, unit, prior)
        return
    shape_faults = list(_shape_faults(value))
    yield from (Fault(("value", *f.at), *f[1:]) for f in shape_faults)
    if not shape_faults and known:
        yield from _number_faults(raw, unit, prior)


def _text_faults(value: object, unit: str, prior: Prior | None) -> Iterator[Fault]:
    if not isinstance(value, (str, dt.date)):
        yield Fault(("value",), "A005", f"value is {quoted(value)}, but its unit is '{unit}'")
    elif unit not in TEXT_UNITS:
        fix = 'a setting in words has unit = "text", a date unit = "date"'
        yield Fault(("value",), "A005", f"value is {quoted(value)}; it must be a number", (fix,))
    elif unit == "date" and not _is_date(value):
        yield Fault(("value",), "A014", f"value is {quoted(value)}; it must be a date such as 2026-06-30")
    elif prior is not None:
        yield Fault(("prior",), "A012", "prior given for a setting in words")


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
    if domain == "real" and base in TIME_UNITS and raw.get("low") is None:
        domain = "non-negative"
    if domain in ("correlation", "transition", "weights"):
        yield from _structured(value, domain, raw)
    for at, x in _leaves(value):
        yield from (Fault(("value", *at), "A011", r) for r in _outside(x, scale, unit, domain, raw))
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
    yield from (Fault(("value", *fault.at), *fault[1:]) for fault in faults)


def _outside(x: float, scale: float, unit: str, domain: str, raw: Mapping[str, Any]) -> Iterator[str]:
    """Yield why a number lies outside its domain or its bounds."""
    if domain == "share" and not 0 <= x * scale <= 1:
        hint = meant_share(x) if scale == 1 else ""
        yield f"value is {x:g}; a share lies in [0, {1 / scale:g}].{hint}"
    elif domain == "positive" and not x > 0:
        yield f"value is {x:g}; it must be above 0"
    elif domain == "non-negative" and x < 0:
        yield f"value is {x:g}; {'a length of time' if unit in TIME_UNITS else 'it'} is never negative"
    low, high = _bounds(raw)
    if not low <= x <= high:
        yield f"value is {x:g}; it must lie in [{low:g}, {high:g}]"


def _bounds(raw: Mapping[str, Any]) -> tuple[float, float]:
    low, high = raw.get("low"), raw.get("high")
    return (
        float(low) if isinstance(low, (int, float)) else -math.inf,
        float(high) if isinstance(high, (int, float)) else math.inf,
    )


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
    low, high = prior.support
    if not low <= value <= high:
        reason = f"value is {value:g}, outside its prior, which lies in [{low:g}, {high:g}]"
        yield Fault(("value",), "A013", reason)
    bottom, top = _bounds(raw)
    if domain in ("share", "positive", "non-negative"):
        bottom, top = max(bottom, 0.0), min(top, 1 / scale if domain == "share" else math.inf)
    if low < bottom or high > top:
        # A tail that is never met, such as a lognormal hazard's above one, is no reason to refuse.
        low, high = prior.quantile(NEVER), prior.quantile(1 - NEVER)
    if low < bottom or high > top:
        reason = f"prior draws from [{low:.3g}, {high:.3g}], but the value must lie in [{bottom:g}, {top:g}]"
        yield Fault(("prior",), "A012", reason, ("bound the prior by low and high",))


def _leaves(value: Any, at: Path = ()) -> Iterator[tuple[Path, float]]:
    if isinstance(value, list):
        for i, item in enumerate(value):
            yield from _leaves(item, (*at, i))
    else:
        yield at, value


def _is_date(value: str | dt.date) -> bool:
    try:
        return not isinstance(value, dt.datetime) and bool(dt.date.fromisoformat(str(value)))
    except ValueError:
        return False


def _frozen(value: Any) -> Number | str:
    if isinstance(value, Sequence) and not isinstance(value, str):
        return cast(Number, tuple(_frozen(item) for item in value))
    return str(value) if isinstance(value, (str, dt.date)) else float(value)
