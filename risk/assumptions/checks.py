"""What must hold between the files of a register: sources, dates, references, figures."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping

from risk.assumptions import order
from risk.assumptions.draft import Draft, Raw
from risk.assumptions.problems import Problem
from risk.assumptions.table import Row, entry_columns, references
from risk.assumptions.tables import TABLES
from risk.assumptions.validation import Site
from risk.errors import suggestion

Rows = Mapping[str, Mapping[int, Row]]


def cross(draft: Draft, rows: Rows, as_of: dt.date | None) -> list[Problem]:
    """Return the problems of valid parts that don't fit together.

    Parameters
    ----------
    rows : valid rows by table and position.
    as_of : date the register was compiled at, if it says so.
    """
    named = [*_sources(draft), *_references(draft, rows), *_entry_columns(draft, rows)]
    found = [*named, *_together(draft, rows)]
    return [*found, *(_dates(draft, as_of) if as_of is not None else ())]


def _raws(draft: Draft) -> Iterator[Raw]:
    yield from draft.entries.values()
    for raws in draft.rows.values():
        yield from raws


def _sources(draft: Draft) -> Iterator[Problem]:
    document = draft.documents.get("sources")
    if document is None:
        return
    named = [(raw.table.get("source"), raw.locate(("source",))) for raw in _raws(draft)]
    named += [(record.source, site) for record, site in draft.targets.values()]
    named += [(record.source, site) for record, site in draft.propositions.values()]
    for source, site in named:
        if isinstance(source, str) and source.strip() and source not in document.data:
            meant = suggestion(source, document.data)
            reason = f"unknown source '{source[:60]}'." + (f" Did you mean '{meant}'?" if meant else "")
            yield site.problem("A010", ("source",), reason, f"sources are the keys of {document.name}")


def _dates(draft: Draft, as_of: dt.date) -> Iterator[Problem]:
    dated = [(raw.table.get("as_of"), raw.locate(("as_of",)), "as_of") for raw in _raws(draft)]
    sources = draft.documents.get("sources")
    if sources is not None:
        dated += [(s.date, Site(sources, (key,)), "date") for key, s in draft.sources.items()]
    for date, site, key in dated:
        if isinstance(date, dt.date) and not isinstance(date, dt.datetime) and date > as_of:
            reason = f"{key} is {date}, after the register's own date {as_of}"
            yield site.problem("A014", (key,), reason, "correct the date, or move run.as_of")


def _references(draft: Draft, rows: Rows) -> Iterator[Problem]:
    """Yield columns that name a row which another table does not have."""
    for name, found in rows.items():
        for column, (other, also) in references(TABLES[name]).items():
            whole = draft.whole(other.partition(".")[0]) and len(rows.get(other, ())) == len(
                draft.rows.get(other, ())
            )
            known = {row.id for row in rows.get(other, {}).values()} | set(also)
            for i, row in found.items():
                value = getattr(row, column)
                if whole and value not in known:
                    meant = suggestion(value, known)
                    hint = f" Did you mean '{meant}'?" if meant else ""
                    reason = f"{column} is '{value}', which is no row of [[{other}]].{hint}"
                    yield draft.rows[name][i].problem("A018", (column,), reason)


def _entry_columns(draft: Draft, rows: Rows) -> Iterator[Problem]:
    """Yield columns that name an entry which the register does not have."""
    for name, found in rows.items():
        for column in entry_columns(TABLES[name]):
            for i, row in found.items():
                value = getattr(row, column)
                if draft.whole(value.partition(".")[0]) and value not in draft.entries:
                    meant = suggestion(value, draft.entries)
                    hint = f" Did you mean '{meant}'?" if meant else ""
                    reason = f"{column} is '{value}', which is no entry of the register.{hint}"
                    yield draft.rows[name][i].problem("A018", (column,), reason)


def _together(draft: Draft, rows: Rows) -> Iterator[Problem]:
    """Yield rows given twice, and what a table's rows must satisfy together."""
    # A table whose name is misspelt takes rows away from the one it should be part of.
    misspelt = {problem.file for problem in draft.problems if problem.code == "A021"}
    for name, found in rows.items():
        raws, first = draft.rows[name], dict[str, int]()
        for i, row in found.items():
            if first.setdefault(row.id, i) != i:
                at = (TABLES[name].key[-1],)
                yield raws[i].problem("A019", at, f"'{row.id}' is a row of [[{name}]] already")
        for i, number in order.twice(found):
            yield raws[i].problem(
                "A019", ("stream",), f"stream = {number} belongs to another row of [[{name}]]"
            )
        if len(found) == len(raws) and not any(raw.home.document.name in misspelt for raw in raws):
            for i, column, code, reason in TABLES[name].faults(list(found.values())):
                yield raws[i].problem(code, (column,), reason)
