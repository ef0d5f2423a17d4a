"""Registers between two registers: some of what differs is as in the second, the rest as in the first.

=============  ==========================================================================================
part           what goes over together
=============  ==========================================================================================
base date      where the base date or the horizon differs: the calendar, every entry of the state of the
               world, and every table, since a state is carried on whole
entry          its value, prior, unit and labels
table          all of its rows, since rows name one another
couplings      which are cut; `events` likewise, stresses that are forced
definitions    what outcomes, propositions and classes are
=============  ==========================================================================================
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from risk.assumptions.normalised import WORDS, plain, prior_data
from risk.assumptions.register import Assumptions
from risk.assumptions.schema import Entry, Record
from risk.assumptions.table import Table

T = TypeVar("T")

BASE_DATE, COUPLINGS, EVENTS, DEFINITIONS = "base date", "couplings", "events", "definitions"
"""Parts that are no entry and no table."""

CALENDAR = ("run.base_date", "run.quarters")
ASKED = ("run.paths", "run.seed")
"""Entries that are asked for of a run and move no path: those of the second register throughout."""

NOBODY = "nobody"


@dataclass(frozen=True)
class Part:
    """Something that differs.

    Attributes
    ----------
    id : of the entry or table, or one of the words above.
    section, owner : where it stands, and whose it is.
    entries, tables : what goes over with it.
    """

    id: str
    section: str
    owner: str
    entries: tuple[str, ...] = ()
    tables: tuple[str, ...] = ()


def parts(before: Assumptions, after: Assumptions) -> tuple[Part, ...]:
    """Everything that differs, in a stated order.

    The base date first, then section by section as the files have them, entries before tables, then
    couplings, events and definitions.
    """
    entries = [id for id in _either(before.entries, after.entries) if id not in (*CALENDAR, *ASKED)]
    entries = [id for id in entries if _entry(before.entries.get(id)) != _entry(after.entries.get(id))]
    tables = _either(before.tables, after.tables)
    tables = [id for id in tables if _table(before.tables.get(id)) != _table(after.tables.get(id))]
    found = []
    if before.calendar != after.calendar:
        moved = [id for id in entries if _known(before.entries, after.entries, id).state]
        along = tuple(id for id in CALENDAR if id in before.entries or id in after.entries)
        found = [Part(BASE_DATE, BASE_DATE, NOBODY, (*along, *moved), tuple(tables))]
        entries, tables = [id for id in entries if id not in moved], []
    sections = dict.fromkeys(id.partition(".")[0] for id in (*after.entries, *before.entries, *tables))
    for section in sections:
        own = [_known(before.entries, after.entries, id) for id in entries if _in(id, section)]
        found += [Part(entry.id, section, entry.owner, (entry.id,)) for entry in own]
        rows = [_known(before.tables, after.tables, id) for id in tables if _in(id, section)]
        found += [Part(table.name, section, _owner(table), (), (table.name,)) for table in rows]
    differ = {
        COUPLINGS: before.switches != after.switches,
        EVENTS: _events(before) != _events(after) or before.shocks != after.shocks,
        DEFINITIONS: _definitions(before) != _definitions(after),
    }
    return (*found, *(Part(word, word, NOBODY) for word, differs in differ.items() if differs))


def mixed(before: Assumptions, after: Assumptions, moved: Iterable[Part]) -> Assumptions:
    """The first register with parts that are as in the second; with all of them its numbers are the second's.

    It may be one that nobody would write, and with which the model does not run.
    """
    chosen = {part.id: part for part in moved}
    entries = {id for part in chosen.values() for id in part.entries} | set(ASKED)
    tables = {name for part in chosen.values() for name in part.tables}
    found = replace(
        before,
        scenario=after.scenario,
        entries=_chosen(before.entries, after.entries, entries),
        tables=_chosen(before.tables, after.tables, tables),
    )
    if BASE_DATE in chosen:
        found = replace(found, calendar=after.calendar)
    if COUPLINGS in chosen:
        found = replace(found, switches=after.switches)
    if EVENTS in chosen:
        found = replace(found, events=after.events, shocks=after.shocks)
    if DEFINITIONS in chosen:
        found = replace(
            found,
            outcomes=after.outcomes,
            flags=after.flags,
            classes=after.classes,
            propositions=after.propositions,
            propositions_version=after.propositions_version,
        )
    return found


def _either(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    return list(dict.fromkeys([*after, *before]))


def _known(before: Mapping[str, T], after: Mapping[str, T], id: str) -> T:
    return after[id] if id in after else before[id]


def _in(id: str, section: str) -> bool:
    return id.partition(".")[0] == section


def _owner(table: Table) -> str:
    """Whose most rows are."""
    owners = Counter(row.owner for row in table.rows if row.owner)
    return owners.most_common(1)[0][0] if owners else NOBODY


def _chosen(before: Mapping[str, T], after: Mapping[str, T], moved: set[str]) -> dict[str, T]:
    """Items of the first, of those that are moved the second's; what that one lacks is left out."""
    ids = _either(before, after)
    pick = {id: after if id in moved else before for id in ids}
    return {id: pick[id][id] for id in ids if id in pick[id]}


def _entry(entry: Entry | None) -> Any:
    if entry is None:
        return None
    return [plain(entry.value), entry.unit, prior_data(entry.prior), list(entry.labels)]


def _table(table: Table | None) -> Any:
    if table is None:
        return None
    words = {*WORDS, "accept", "plausible"}
    return [row.model_dump(mode="json", exclude=words) for row in table.rows]


def _events(register: Assumptions) -> list[Any]:
    return [[e.variable, e.start, e.end, e.size, e.unit, e.probability] for e in register.events]


def _definitions(register: Assumptions) -> list[Any]:
    words = {"label", "statement", "locator", "note", "source", "side", "pending", "shown"}
    rows: list[Record] = [*register.outcomes.values(), *register.claims]
    return [
        *(row.model_dump(mode="json", exclude=words) for row in rows),
        *(row.model_dump(mode="json") for row in register.classes.values()),
    ]
