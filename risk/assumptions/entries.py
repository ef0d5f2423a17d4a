"""Entries: from a raw TOML table to an `Entry`, or to everything that is wrong with it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Annotated, Any, cast

from pydantic import Field

from risk.assumptions import plausible, values
from risk.assumptions.directions import Direction
from risk.assumptions.matrices import Fault
from risk.assumptions.plausible import Outlier
from risk.assumptions.positions import Path
from risk.assumptions.priors import PRIORS, Prior
from risk.assumptions.problems import Problem, quoted
from risk.assumptions.schema import (
    INTEGERS,
    Change,
    Domain,
    Entry,
    Estimated,
    Grade,
    Note,
    Number,
    Observed,
    Record,
    Text,
)
from risk.assumptions.validation import Locate, Site, validate_at
from risk.errors import suggestion


class EntryTable(Record):
    """The keys of an entry. Numbers are checked apart, so that all faults are told at once."""

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
    low: Any = None
    high: Any = None
    accept: Note = ""
    fixed: Note = ""
    state: bool = False
    known_by: dt.date | None = None
    observed: Observed = ""
    rule: Note = ""
    estimate: Estimated | None = None
    labels: Annotated[tuple[Text, ...], Field(strict=False)] = ()
    directions: Annotated[tuple[Direction, ...], Field(strict=False)] = ()


ESTIMATED = "estimated"
"""The grade of a number that data gave."""

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
    if raw.get("grade") == ESTIMATED and not raw.get("estimate"):
        reason = f"{id} is estimated, but does not say by what"
        fix = 'estimate = { module = "…", data = "file.csv@sha256:…", date = … }'
        found.append(locate(("grade",)).problem("A004", ("grade",), reason, fix))
    prior, refused = _prior(raw, locate)
    found += refused
    found += [_told(id, fault, locate) for fault in values.faults(raw, prior)]
    found += _contradicted(id, raw, prior, locate)
    if found:
        return None, found
    doubts = list(values.doubts(raw, prior))
    found = [_told(id, fault, locate) for fault in doubts if not accepted(raw, locate, fault.at[0])]
    if found:
        return None, found
    site, apart = locate(()), ("value", "prior", "low", "high", "labels", "directions", "estimate")
    whole = raw.get("domain") in INTEGERS
    entry = Entry(
        id=id,
        value=_frozen(raw["value"], whole),
        prior=prior,
        low=_bound(raw.get("low"), whole),
        high=_bound(raw.get("high"), whole),
        labels=tuple(raw.get("labels", ())),
        estimate=Estimated.model_validate(raw["estimate"]) if raw.get("estimate") else None,
        file=site.document.name,
        line=site.document.line(site.path),
        changes=changes,
        **{key: raw[key] for key in raw if key not in apart},
    )
    outliers = tuple(_outlier(entry, fault, locate) for fault in doubts)
    return replace(entry, outliers=outliers), []


def _contradicted(id: str, raw: Mapping[str, Any], prior: Prior | None, locate: Locate) -> list[Problem]:
    """Return what is wrong with the reason why an entry has no prior: that it has one.

    Where a scenario gives the prior, what the base says holds no more, and is no fault.
    """
    if prior is None or not str(raw.get("fixed") or "").strip():
        return []
    if locate(("fixed",)).document.name != locate(("prior",)).document.name:
        return []
    reason = f"fixed says why {id} has no prior, but it has one"
    return [locate(("fixed",)).problem("A012", ("fixed",), reason, "take out one of the two")]


def accepted(raw: Mapping[str, Any], locate: Locate, key: str | int) -> bool:
    """Return whether a reason lets in what stands under a key, whatever it is.

    A reason counts for what stands in the same file, and for what a scenario found in the base.
    """
    if not str(raw.get("accept") or "").strip():
        return False
    home, said, here = (locate(at).document.name for at in ((), ("accept",), (key,)))
    return here in (home, said)


def _outlier(entry: Entry, fault: Fault, locate: Locate) -> Outlier:
    """Return what an entry's reason lets in."""
    key, at = str(fault.at[0]), tuple(fault.at[1:])
    value: Any = entry.value
    for i in at:
        value = value[i]
    if key == "prior":
        value = (entry.p5, entry.p95)
    site = locate(fault.at)
    low, high = (plausible.bound_at(bound, at) for bound in (entry.low, entry.high))
    line = site.document.line((*site.path, *fault.at))
    field = ".".join(map(str, fault.at))
    return Outlier(entry.id, field, value, low, high, entry.unit, entry.accept, site.document.name, line)


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


def _frozen(value: Any, whole: bool) -> Number | str:
    if isinstance(value, Sequence) and not isinstance(value, str):
        return cast(Number, tuple(_frozen(item, whole) for item in value))
    if isinstance(value, (str, dt.date)):
        return str(value)
    return value if whole else float(value)


def _bound(value: Any, whole: bool) -> Number | str | None:
    return None if value is None else _frozen(value, whole)
