"""A register as plain data, and the digest of its numbers."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from risk.assumptions.measures import Measure, Outcome, Proposition, worded
from risk.assumptions.priors import Prior
from risk.assumptions.targets import Target, reading

if TYPE_CHECKING:
    from risk.assumptions.plausible import Outlier
    from risk.assumptions.register import Assumptions
    from risk.assumptions.schema import Change, Entry, Record
    from risk.assumptions.table import Table

WORDS = frozenset(
    {"source", "locator", "as_of", "known_by", "observed", "rule", "grade", "owner", "note", "label"}
)
"""Keys of a row that are not numbers the model reads."""


def normalised(assumptions: Assumptions) -> dict[str, Any]:
    """Return everything of a register that JSON can hold."""
    calendar, folder, known = assumptions.calendar, assumptions.directory, assumptions.readings
    return {
        "schema": "bubblerisk.assumptions/1",
        "digest": assumptions.digest,
        "scenario": {
            "name": assumptions.scenario.name,
            "title": assumptions.scenario.title,
            "description": assumptions.scenario.description,
            "inherits": list(assumptions.scenario.inherits),
            "vintage": assumptions.scenario.vintage,
        },
        "calendar": {"base": calendar.base.isoformat(), "quarters": calendar.quarters},
        "entries": {id: entry_data(entry, folder) for id, entry in assumptions.entries.items()},
        "tables": {name: _table(table, folder) for name, table in assumptions.tables.items()},
        "switches": dict(assumptions.switches),
        "events": [vars(e) | {"file": portable(e.file, folder)} for e in assumptions.events],
        "shocks": assumptions.shocks,
        "outliers": [outlier_data(outlier, folder) for outlier in assumptions.outliers],
        "changes": [_change(change, folder) for change in assumptions.changes],
        "sources": {key: source.model_dump(mode="json") for key, source in assumptions.sources.items()},
        "terms": assumptions.terms.model_dump(),
        "propositions_version": assumptions.propositions_version,
        "propositions": [_worded(assumptions, p, p.any) for p in assumptions.propositions.values()],
        "outcomes": [_worded(assumptions, outcome, [outcome]) for outcome in assumptions.outcomes.values()],
        "windows": assumptions.windows,
        "flags": [flag.model_dump(mode="json") for flag in assumptions.flags.values()],
        "classes": [found.model_dump(mode="json") for found in assumptions.classes.values()],
        "targets": [_worded(assumptions, t, reading(t, known).said) for t in assumptions.targets.values()],
        "page_figures": [figure.model_dump(mode="json") for figure in assumptions.page_figures.values()],
        "page_parts": {part: list(sections) for part, sections in assumptions.page_parts.items()},
        "page_facts": [fact.model_dump(mode="json") for fact in assumptions.page_facts.values()],
        "contradictions": [c.model_dump(mode="json") for c in assumptions.contradictions.values()],
        "limits": [limit.model_dump(mode="json") for limit in assumptions.limits.values()],
    }


def _worded(
    assumptions: Assumptions, record: Outcome | Proposition | Target, found: Sequence[Measure]
) -> dict[str, Any]:
    """A record whose texts say its windows as the run has them; those of a target as it asks for them."""
    calendar, windows, clip = assumptions.calendar, assumptions.windows, not isinstance(record, Target)
    texts = {key: getattr(record, key) for key in ("label", "statement") if hasattr(record, key)}
    return record.model_dump(mode="json") | {
        key: worded(text, found, calendar, windows, clip) for key, text in texts.items()
    }


def portable(file: str, folder: str) -> str:
    """Return a file as seen from the register's folder, or its bare name, so that no machine's paths show."""
    inside = file.removeprefix(folder).lstrip("/\\")
    return inside if file.startswith(folder) else file.replace("\\", "/").rpartition("/")[2]


def entry_data(entry: Entry, folder: str) -> dict[str, Any]:
    """Return an entry as plain data; its file as seen from the register's folder."""
    return {
        "value": plain(entry.value),
        "unit": entry.unit,
        "prior": prior_data(entry.prior),
        "source": entry.source,
        "locator": entry.locator,
        "as_of": entry.as_of.isoformat(),
        "state": entry.state,
        "known_by": plain(entry.known_by),
        "observed": plain(entry.observed),
        "rule": entry.rule,
        "estimate": entry.estimate.model_dump(mode="json") if entry.estimate else None,
        "grade": entry.grade,
        "owner": entry.owner,
        "note": entry.note,
        "domain": entry.domain,
        "low": plain(entry.low),
        "high": plain(entry.high),
        "accept": entry.accept,
        "fixed": entry.fixed,
        "labels": list(entry.labels),
        "origin": entry.origin,
        "origins": entry.origins,
        "file": portable(entry.file, folder),
        "line": entry.line,
    }


def outlier_data(outlier: Outlier, folder: str) -> dict[str, Any]:
    """Return an accepted outlier as plain data."""
    bounds = {name: plain(getattr(outlier, name)) for name in ("value", "low", "high")}
    return vars(outlier) | bounds | {"file": portable(outlier.file, folder)}


def prior_data(prior: Prior | None) -> dict[str, Any] | None:
    """Return a prior as the table that a file would hold."""
    return None if prior is None else prior.model_dump(exclude_none=True)


def plain(value: Any) -> Any:
    """Return tuples as lists and dates as text."""
    if isinstance(value, dt.date):
        return value.isoformat()
    return [plain(item) for item in value] if isinstance(value, tuple) else value


def digest(assumptions: Assumptions) -> str:
    """Return the SHA-256 of the numbers: equal digests simulate alike; words may differ."""
    numbers: dict[str, Any] = {
        "calendar": [assumptions.calendar.base.isoformat(), assumptions.calendar.quarters],
        "entries": {
            id: [plain(entry.value), entry.unit, prior_data(entry.prior), list(entry.labels)]
            for id, entry in assumptions.entries.items()
        },
        "tables": {
            name: [{k: v for k, v in row.items() if k not in WORDS} for row in _table(table, "")["rows"]]
            for name, table in assumptions.tables.items()
        },
        "switches": dict(assumptions.switches),
        "events": [[e.variable, e.start, e.end, e.size, e.unit, e.probability] for e in assumptions.events],
        "outcomes": [_measured(record) for record in assumptions.outcomes.values()],
        "claims": [_measured(record) for record in assumptions.claims],
        "classes": [record.model_dump(mode="json") for record in assumptions.classes.values()],
    }
    if assumptions.shocks:  # what is not there moves no digest
        numbers["shocks"] = assumptions.shocks
    text = json.dumps(numbers, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return hashlib.sha256(text.encode()).hexdigest()


def _measured(record: Record) -> dict[str, Any]:
    """A record without its words."""
    words = {"label", "statement", "locator", "note", "source", "side", "pending", "shown"}
    return record.model_dump(mode="json", exclude=words)


def _table(table: Table, folder: str) -> dict[str, Any]:
    from risk.assumptions.table import units

    rows = [row.model_dump(mode="json", exclude={"accept", "plausible"}) for row in table.rows]
    return {
        "units": dict(units(table.model)),
        "file": portable(table.file, folder),
        "files": [portable(file, folder) for file in table.files],
        "lines": list(table.lines),
        "rows": rows,
    }


def _change(change: Change, folder: str) -> dict[str, Any]:
    words = {
        "before": plain(change.before),
        "after": plain(change.after),
        "file": portable(change.file, folder),
    }
    return vars(change) | words
