"""What a scenario sets differently: ``[change."id"]`` tables laid over entries and rows.

``[change."credit.holding.*"]`` is of every row of a table: a state that is carried on whole says so once.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from risk.assumptions.draft import Draft, Raw
from risk.assumptions.entries import EntryTable
from risk.assumptions.problems import quoted
from risk.assumptions.rows import row_id
from risk.assumptions.scenario import ScenarioFile
from risk.assumptions.schema import Change
from risk.assumptions.tables import TABLES
from risk.assumptions.validation import Site, unknown_key
from risk.errors import suggestion
from risk.units import SCALE, parse

CHANGEABLE = frozenset(EntryTable.model_fields) - {"domain", "low", "high", "labels", "directions", "state"}
"""Keys of an entry that a scenario may set; what its value may be stays with the base."""


EVERY = ".*"
"""Behind the name of a table: all of its rows."""


def apply(file: ScenarioFile, draft: Draft) -> None:
    """Lay a scenario's changes over the draft."""
    document = file.document
    changes = document.data.get("change", {})
    if not isinstance(changes, dict):
        reason, fix = "'change' must be a table", 'write [change."gpu.launch_obsolescence"]'
        draft.problems.append(document.problem("A005", ("change",), reason, fix, key=True))
        return
    rows = {f"{name}.{row_id(raw, name)}": raw for name, raws in draft.rows.items() for raw in raws}
    for id, table in changes.items():
        site = Site(document, ("change", id))
        if not isinstance(table, dict):
            reason = f"'{id}' is {quoted(table)}; it must be a table"
            draft.problems.append(site.problem("A005", (), reason, f'write [change."{id}"]', key=True))
        elif id in draft.entries:
            _change(file, draft, {id: draft.entries[id]}, site, table, CHANGEABLE)
        elif found := _rows(id, rows):
            model = TABLES[id[: id.index(".", id.index(".") + 1)]]
            allowed = frozenset(model.model_fields) - set(model.key)
            _change(file, draft, found, site, table, allowed)
        elif draft.whole(id.partition(".")[0]) or "." not in id:
            _unknown(draft, site, id, table, [*draft.entries, *rows])


def _rows(id: str, rows: Mapping[str, Raw]) -> dict[str, Raw]:
    """Return the row of an id, or all rows of the table that it names; none where there is no such."""
    table = id.removesuffix(EVERY)
    if table == id:
        return {id: rows[id]} if id in rows else {}
    return {name: raw for name, raw in rows.items() if table in TABLES and name.startswith(f"{table}.")}


def _unknown(draft: Draft, site: Site, id: str, table: Mapping[str, Any], known: list[str]) -> None:
    if table and all(isinstance(item, dict) for item in table.values()):
        inner = next(iter(table))
        reason, fix = f"the id '{id}.{inner}…' needs quotes", f'write [change."{id}.{inner}"]'
        draft.problems.append(site.problem("A022", (), reason, fix, key=True))
        return
    meant = suggestion(id, known)
    reason = f"the base has no entry '{id}'." + (f" Did you mean '{meant}'?" if meant else "")
    draft.problems.append(site.problem("A018", (), reason, "see: bubblerisk assumptions list", key=True))


def _change(
    file: ScenarioFile,
    draft: Draft,
    raws: Mapping[str, Raw],
    site: Site,
    table: dict[str, Any],
    allowed: frozenset[str],
) -> None:
    """Lay one change over an entry or over rows, by id; remember where each of its keys stands."""
    named = str(site.path[-1])
    strangers = [key for key in table if key not in allowed and key != "why"]
    draft.problems += [unknown_key(site, (key,), {*allowed, "why"} - set(table)) for key in strangers]
    why = table.get("why")
    if not isinstance(why, str) or not why.strip():
        reason = f"'why' is missing: say why {named} differs from the base"
        draft.problems.append(site.problem("A004", (), reason, key=True))
    fields = {key: value for key, value in table.items() if key in allowed}
    if not fields and not strangers:
        draft.problems.append(site.problem("A022", (), f"nothing of {named} is changed", key=True))
    line = file.document.line(site.path)
    for id, raw in raws.items():
        draft.problems += _silent(site, id, raw, fields)
        for key, value in fields.items():
            if key == "prior" and value is False and raw.table.get("prior") is None:
                continue  # fixed already
            after = None if key == "prior" and value is False else value
            raw.changes.append(
                Change(id, key, raw.table.get(key), after, file.info.name, str(why), file.document.name, line)
            )
            raw.table = {**raw.table, key: after}
            raw.moved[key] = site


def _silent(site: Site, id: str, raw: Raw, fields: Mapping[str, Any]) -> Iterator[Any]:
    """Yield changes that would not do what they seem to."""
    prior = raw.table.get("prior")
    drawn = isinstance(prior, Mapping) and prior.get("shape") != "dirichlet"
    if drawn and "value" in fields and "prior" not in fields:
        reason = f"value of {id} is changed, but draws come from its prior, which is not"
        yield site.problem("A022", ("value",), reason, "give a prior too, or prior = false to fix the value")
    unit, before = fields.get("unit"), raw.table.get("unit")
    if unit in SCALE and before in SCALE and parse(unit).base != parse(before).base:
        reason = f"unit is '{unit}', which is no multiple of the base's '{before}'"
        yield site.problem("A009", ("unit",), reason)
