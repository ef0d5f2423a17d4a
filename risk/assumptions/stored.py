"""A register as a run keeps it, back in its types: the inverse of `normalised`.

What is not kept does not come back: where files stood on the machine, and the windows in the words of
outcomes and propositions, which are the run's own by then.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from risk.assumptions.measures import Class, Flag, Outcome, Proposition
from risk.assumptions.page import Contradiction, Fact, Figure
from risk.assumptions.plausible import Outlier
from risk.assumptions.priors import parse
from risk.assumptions.register import Assumptions
from risk.assumptions.schema import (
    Change,
    Entry,
    Estimated,
    Event,
    Limit,
    Record,
    ScenarioInfo,
    Source,
    observed,
)
from risk.assumptions.table import Table
from risk.assumptions.tables import TABLES
from risk.assumptions.targets import Target
from risk.assumptions.terms import Terms
from risk.axes import Calendar

R = TypeVar("R", bound=Record)


def restore(data: Mapping[str, Any]) -> Assumptions:
    """Return the register that `Assumptions.normalised` made plain.

    Parameters
    ----------
    data : of a run's ``assumptions.json``.

    Raises
    ------
    KeyError, pydantic.ValidationError : it was written by a version with other keys.
    """
    changes = [Change(**change) for change in data["changes"]]
    outliers = [Outlier(**{key: _tuples(x) for key, x in row.items()}) for row in data["outliers"]]
    scenario, calendar = data["scenario"], data["calendar"]
    return Assumptions(
        scenario=ScenarioInfo(**scenario | {"inherits": tuple(scenario["inherits"])}),
        entries={id: _entry(id, entry, changes, outliers) for id, entry in data["entries"].items()},
        tables={name: _table(name, table, changes, outliers) for name, table in data["tables"].items()},
        switches=data["switches"],
        events=tuple(Event(**event) for event in data["events"]),
        sources={key: _record(Source, source) for key, source in data["sources"].items()},
        terms=_record(Terms, data["terms"]),
        targets=_records(Target, data["targets"]),
        propositions=_records(Proposition, data["propositions"]),
        propositions_version=data["propositions_version"],
        page_figures=_records(Figure, data["page_figures"]),
        calendar=Calendar(dt.date.fromisoformat(calendar["base"]), calendar["quarters"]),
        directory="",
        limits=_records(Limit, data["limits"]),
        outcomes=_records(Outcome, data["outcomes"]),
        flags=_records(Flag, data["flags"]),
        classes=_records(Class, data["classes"]),
        page_parts={part: tuple(sections) for part, sections in data["page_parts"].items()},
        page_facts=_records(Fact, data["page_facts"]),
        contradictions=_records(Contradiction, data["contradictions"]),
        reconciled=tuple(outlier for outlier in outliers if not _owned(outlier, data)),
        shocks=data.get("shocks", 0),  # runs of earlier versions had their own
    )


def _record(kind: type[R], data: Mapping[str, Any]) -> R:
    return kind.model_validate_json(json.dumps(data))


def _records(kind: type[R], rows: Sequence[Mapping[str, Any]]) -> dict[str, R]:
    return {str(row["id"]): _record(kind, row) for row in rows}


def _owned(outlier: Outlier, data: Mapping[str, Any]) -> bool:
    """Whether an outlier belongs to an entry or a row, and not to a total."""
    tables = tuple(f"{name}." for name in data["tables"])
    return outlier.id in data["entries"] or outlier.id.startswith(tables)


def _entry(id: str, data: Mapping[str, Any], changes: Sequence[Change], outliers: Sequence[Outlier]) -> Entry:
    source, state = ("source", "locator", "grade", "owner", "note"), ("state", "rule")
    kept = ("unit", *source, *state, "domain", "accept", "file", "line")
    return Entry(
        id=id,
        value=_tuples(data["value"]),
        as_of=dt.date.fromisoformat(data["as_of"]),
        known_by=None if data["known_by"] is None else dt.date.fromisoformat(data["known_by"]),
        observed=observed(data["observed"]),
        estimate=_record(Estimated, data["estimate"]) if data.get("estimate") else None,
        prior=None if data["prior"] is None else parse(data["prior"]),
        low=_tuples(data["low"]),
        high=_tuples(data["high"]),
        labels=tuple(data["labels"]),
        fixed=data.get("fixed", ""),  # runs of earlier versions did not say
        changes=tuple(change for change in changes if change.id == id),
        outliers=tuple(outlier for outlier in outliers if outlier.id == id),
        **{key: data[key] for key in kept},
    )


def _table(
    name: str, data: Mapping[str, Any], changes: Sequence[Change], outliers: Sequence[Outlier]
) -> Table:
    return Table(
        name=name,
        model=TABLES[name],
        rows=tuple(_record(TABLES[name], row) for row in data["rows"]),
        files=tuple(data["files"]),
        lines=tuple(data["lines"]),
        changes=tuple(change for change in changes if change.id.startswith(f"{name}.")),
        outliers=tuple(outlier for outlier in outliers if outlier.id.startswith(f"{name}.")),
    )


def _tuples(value: Any) -> Any:
    return tuple(_tuples(item) for item in value) if isinstance(value, list) else value
