"""Reading a case: its file found and parsed; what is wrong below its head is told with the rest."""

from __future__ import annotations

import datetime as dt
from pathlib import Path as FilePath
from typing import Any

from risk.assumptions import locate
from risk.assumptions.cases.form import CASES, FILE, KEYS, TEMPLATE, Case, Expected, Forced, Head
from risk.assumptions.problems import AssumptionErrors, Problem
from risk.assumptions.reader import Document, read, shown
from risk.assumptions.schema import Source
from risk.assumptions.terms import Terms
from risk.assumptions.validation import Site, unknown_key, validate
from risk.axes import Calendar
from risk.errors import UsageError, suggestion


def find(register: FilePath, which: str | FilePath) -> FilePath:
    """Return a case's file: of a name in the register, of a file, or of a folder.

    Raises
    ------
    UsageError : there is no such case.
    """
    text, folder = str(which), register / CASES
    named = locate.NAME.fullmatch(text)
    places = [folder / f"{text}.toml", folder / text / FILE] if named else []
    for path in (*places, FilePath(which), FilePath(which) / FILE):
        if path.is_file() or path.is_fifo():
            return path
    known = names(register)
    meant = suggestion(text, known)
    hint = f"did you mean '{meant}'?" if meant else "cases: " + (", ".join(known) or "none")
    raise UsageError(f"there is no case '{text[:80]}'", hint, "or give a file: ./my-case.toml")


def names(register: FilePath) -> tuple[str, ...]:
    """Return the names of a register's cases; the template is none."""
    folder = register / CASES
    found = {path.stem for path in folder.glob("*.toml")} | {
        path.parent.name for path in folder.glob(f"*/{FILE}")
    }
    return tuple(sorted(name for name in found - {TEMPLATE} if locate.NAME.fullmatch(name)))


def parse(path: FilePath) -> Case:
    """Read a case; what is wrong below its head is kept with it, to be told with the rest.

    Raises
    ------
    AssumptionErrors : it has no head from which anything could be told.
    """
    document, problems = read(path)
    if problems:
        raise AssumptionErrors(problems, 0)
    problems = [unknown_key(Site(document, ()), (key,), KEYS) for key in document.data if key not in KEYS]
    problems += _blank(document)
    site = Site(document, ("case",))
    raw = document.data.get("case")
    if not isinstance(raw, dict):
        reason = "the [case] table is missing"
        raise AssumptionErrors(
            [*problems, site.problem("A004", (), reason, "see docs/cases.md", key=True)], 0
        )
    head, refused = validate(Head, raw, site)
    calendar = None
    if head is not None:
        calendar, wrong = _calendar(head, site)
        refused += [*wrong, *_terms(head, site)]
    if head is None or calendar is None:
        raise AssumptionErrors([*problems, *refused], 0)
    outcomes, wrong = _rows(document, "outcome", Expected)
    forced, bad = _rows(document, "forced", Forced)
    sources, worse = _sources(document)
    name = path.parent.name if path.name == FILE else path.stem
    kept = (*problems, *refused, *wrong, *bad, *worse)
    return Case(name, shown(path), head, document, calendar, outcomes, forced, sources, kept)


def _blank(document: Document) -> list[Problem]:
    """Return tables and changes that are not written as such."""
    found = []
    for key, example in (("change", '[change."revenue.run_rate"]'), ("table", '[[table."capex.firm"]]')):
        if not isinstance(document.data.get(key, {}), dict):
            found.append(
                document.problem(
                    "A005", (key,), f"'{key}' must name what it is about", f"write {example}", key=True
                )
            )
    return found


def _calendar(head: Head, site: Site) -> tuple[Calendar | None, list[Problem]]:
    """Return the time axis, or why there is none."""
    try:
        first = Calendar(head.base_date, 1)
    except ValueError as error:
        return None, [site.problem("A014", ("base_date",), f"base_date: {error}")]
    found = []
    if head.base_date < dt.date(1870, 1, 1):
        found.append(site.problem("A014", ("base_date",), "base_date lies before 1870"))
    if head.information_date is not None and head.information_date < head.base_date:
        reason = f"information_date = {head.information_date} lies before the base date {head.base_date}"
        found.append(
            site.problem("A014", ("information_date",), reason, "the state of a day is not known before it")
        )
    quarters = first.offset(head.horizon)
    if not 4 <= quarters <= 80:
        reason = f"horizon = {head.horizon} is {quarters} quarters after the base date; it must be 4 to 80"
        found.append(site.problem("A014", ("horizon",), reason))
    return (None if found else Calendar(head.base_date, quarters)), found


def _terms(head: Head, site: Site) -> list[Problem]:
    known = set(Terms.model_fields)
    return [unknown_key(site, ("terms", key), known) for key in head.terms if key not in known]


def _rows(document: Document, key: str, model: Any) -> tuple[tuple[tuple[Any, Site], ...], list[Problem]]:
    """Return the valid rows of an array of tables with their places, and what is wrong with the others."""
    rows = document.data.get(key, [])
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        reason = f"'{key}' must be an array of tables"
        return (), [document.problem("A005", (key,), reason, f"write [[{key}]]", key=True)]
    found, problems = [], []
    for i, raw in enumerate(rows):
        site = Site(document, (key, i))
        row, refused = validate(model, raw, site)
        problems += refused
        if row is not None:
            found.append((row, site))
    return tuple(found), problems


def _sources(document: Document) -> tuple[dict[str, Source], list[Problem]]:
    tables, found, problems = document.data.get("source", {}), {}, list[Problem]()
    if not isinstance(tables, dict):
        reason = "'source' must name a source"
        return {}, [document.problem("A005", ("source",), reason, "write [source.census-1890]", key=True)]
    for key, raw in tables.items():
        site = Site(document, ("source", key))
        if not isinstance(raw, dict):
            problems.append(
                site.problem("A005", (), f"'{key}' is not a source", f"write [source.{key}]", key=True)
            )
            continue
        source, refused = validate(Source, raw, site)
        problems += refused
        if source is not None:
            found[key] = source
    return found, problems
