"""Rows a scenario adds and removes, and tables it replaces.

``[[add."credit.segment"]]`` is a row of its own with a `why`; ``[remove."credit.segment"]`` names rows and
says why of each; ``[[replace."credit.maturity"]]`` lists the rows that stand for the whole table.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from risk.assumptions.draft import Draft, Raw
from risk.assumptions.normalised import WORDS
from risk.assumptions.problems import quoted
from risk.assumptions.scenario import ScenarioFile
from risk.assumptions.schema import Change
from risk.assumptions.table import named
from risk.assumptions.tables import TABLES
from risk.assumptions.validation import Site
from risk.errors import suggestion

ROW = "row"
"""Field of a change that is about a whole row."""


def apply(file: ScenarioFile, draft: Draft) -> None:
    """Take out, put in and replace rows as a scenario says; every difference is remembered."""
    for verb in ("replace", "table"):  # the second of a case
        for table, site, rows in _tables(file, draft, verb):
            for raw in list(draft.rows.get(table, [])):
                _take(file, draft, table, raw, site, _reasons(rows))
            _put(file, draft, table, site, rows)
    for table, site, whys in _tables(file, draft, "remove"):
        known = {row_id(raw, table): raw for raw in draft.rows.get(table, [])}
        for name, why in whys.items():
            if name not in known:
                meant = suggestion(name, known)
                hint = f" Did you mean '{meant}'?" if meant else ""
                draft.problems.append(
                    site.problem("A018", (name,), f"[[{table}]] has no row '{name}'.{hint}", key=True)
                )
            elif _said(draft, site, (name,), why, f"{table}.{name}"):
                _take(file, draft, table, known[name], site, why)
    for table, site, rows in _tables(file, draft, "add"):
        _put(file, draft, table, site, rows)


def row_id(raw: Raw, table: str) -> str:
    """Return the name of a row that was read, as `Row.id` has it."""
    return named(raw.table.get(column) for column in TABLES[table].key)


def _tables(file: ScenarioFile, draft: Draft, verb: str) -> Iterator[tuple[str, Site, Any]]:
    """Yield table, site and content of everything under a verb; what has the wrong form is told."""
    document = file.document
    whole = document.data.get(verb, {})
    wanted: type = dict if verb == "remove" else list
    example = f'[remove."{next(iter(TABLES))}"]' if verb == "remove" else f'[[{verb}."{next(iter(TABLES))}"]]'
    if not isinstance(whole, dict):
        reason = f"'{verb}' must name tables"
        draft.problems.append(document.problem("A005", (verb,), reason, f"write {example}", key=True))
        return
    for table, content in whole.items():
        site = Site(document, (verb, table))
        if table not in TABLES:
            meant = suggestion(table, TABLES)
            reason = f"unknown table '{table}'." + (f" Did you mean '{meant}'?" if meant else "")
            draft.problems.append(site.problem("A021", (), reason, f"write {example}", key=True))
        elif not isinstance(content, wanted) or not _holds(content, verb):
            reason = f"'{verb}.{table}' is {quoted(content)}"
            draft.problems.append(site.problem("A005", (), reason, f"write {example}", key=True))
        else:
            yield table, site, content


def _holds(content: Any, verb: str) -> bool:
    return verb == "remove" or all(isinstance(row, dict) for row in content)


def _put(file: ScenarioFile, draft: Draft, table: str, site: Site, rows: list[dict[str, Any]]) -> None:
    for i, row in enumerate(rows):
        at = Site(site.document, (*site.path, i))
        why, columns = row.get("why"), {key: value for key, value in row.items() if key != "why"}
        raw = Raw(columns, at)
        if _said(draft, at, ("why",), why, f"a row of {table}"):
            raw.changes.append(_change(file, table, raw, at, str(why), None, _told(columns)))
            draft.rows.setdefault(table, []).append(raw)


def _take(file: ScenarioFile, draft: Draft, table: str, raw: Raw, site: Site, why: str) -> None:
    draft.rows[table] = [other for other in draft.rows[table] if other is not raw]
    draft.removed.setdefault(table, []).append(_change(file, table, raw, site, why, _told(raw.table), None))


def _change(
    file: ScenarioFile, table: str, raw: Raw, site: Site, why: str, before: str | None, after: str | None
) -> Change:
    line = site.document.line(site.path)
    id = f"{table}.{row_id(raw, table)}"
    return Change(id, ROW, before, after, file.info.name, why, site.document.name, line)


def _told(columns: Mapping[str, Any]) -> str:
    """Return the numbers of a row in words."""
    return ", ".join(f"{key} = {quoted(value)}" for key, value in columns.items() if key not in WORDS)


def _reasons(rows: list[dict[str, Any]]) -> str:
    """Return why a table is replaced, from the rows that replace it."""
    given = dict.fromkeys(str(row.get("why", "")) for row in rows)
    return " ".join(filter(None, given)) or "The table is replaced by one without rows."


def _said(draft: Draft, site: Site, at: tuple[str, ...], why: Any, what: str) -> bool:
    """Return whether a reason is given; tell where it is not."""
    if isinstance(why, str) and why.strip():
        return True
    draft.problems.append(site.problem("A004", at, f"say why {what} differs from the base", 'why = "…"'))
    return False
