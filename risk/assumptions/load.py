"""Loading a register: read every file, apply the scenario, check everything, then and only then build."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

from risk.assumptions import (
    changes,
    checks,
    columns,
    locate,
    measure_checks,
    order,
    reconcile,
    states,
    target_checks,
)
from risk.assumptions import rows as row_changes
from risk.assumptions.base import Base, built_entries, built_rows
from risk.assumptions.draft import Draft, Raw, opened, understood
from risk.assumptions.problems import AssumptionErrors, Problem
from risk.assumptions.reader import Document, shown
from risk.assumptions.register import Assumptions
from risk.assumptions.scenario import ScenarioFile, chain, events, switches
from risk.assumptions.schema import Entry
from risk.assumptions.table import Row, Table
from risk.assumptions.tables import TABLES
from risk.axes import Calendar
from risk.errors import suggestion

BASE_DATE, QUARTERS, AS_OF = "run.base_date", "run.quarters", "run.as_of"
INFORMATION = "run.information_date"
"""Settings the loader itself reads. The last two may be left out: no source or entry is dated after the
register, and nothing in it was known after the information date, see `risk.assumptions.states`."""

REMEMBERED = 64
"""Registers that are kept; all scenarios of one are some twenty, and share what none of them changes."""


def load(
    directory: Path | None = None, scenario: str | Path = locate.BASE, over: Document | None = None
) -> Assumptions:
    """Return the valid register under a scenario.

    Parameters
    ----------
    directory : folder with base/ and scenarios/; by default ./assumptions, else the one that came along.
    scenario : name of one of its scenarios, or the path of a scenario file anywhere.
    over : a scenario that stands in no file, laid over that one.

    Raises
    ------
    AssumptionErrors : everything that is wrong in any file, with line and column.
    UsageError : there is no such register or scenario.
    """
    folder = locate.register(directory)
    documents, problems = opened(folder / locate.BASE)
    files = chain(folder, scenario, problems, over)
    if problems:
        return assemble(folder, Base.of(understood(documents, problems)), files)
    return _admitted(folder, tuple(documents.items()), tuple(files))


@lru_cache(maxsize=REMEMBERED)
def _admitted(
    folder: Path, documents: tuple[tuple[str, Document], ...], files: tuple[ScenarioFile, ...]
) -> Assumptions:
    """Admit a register once a process; a file that has changed since is another document."""
    return assemble(folder, _base(documents).again(), list(files))


@lru_cache(maxsize=4)
def _base(documents: tuple[tuple[str, Document], ...]) -> Base:
    """Understand a base once: all scenarios of a register stand on it."""
    return Base.of(understood(dict(documents)))


class Footing:
    """What else is done to a register while it is loaded: nothing, of an ordinary one."""

    def prepare(self, draft: Draft) -> list[ScenarioFile]:
        """Move the valid base; return what is laid over it."""
        return []

    def settle(self, draft: Draft) -> None:
        """Look after what was laid over it, before rows are built."""

    def measure(self, draft: Draft, rows: dict[str, dict[int, Row]]) -> None:
        """Add what is measured, once rows are known."""

    def reconciled(self, problems: list[Problem]) -> list[Problem]:
        """Return the totals that do not agree and are refused for it."""
        return problems


def assemble(
    folder: Path, base: Base, files: list[ScenarioFile], footing: Footing | None = None
) -> Assumptions:
    """Lay scenarios over a base, check everything, and build the register.

    Parameters
    ----------
    folder : of the register; `files` : the scenarios in order.
    base : what of it is valid by itself; it is written to.
    footing : of a case, which moves the base first.

    Raises
    ------
    AssumptionErrors : everything that is wrong in any file.
    """
    draft, built = base.draft, base.entries
    read = {id(draft.rows[name][i]): row for name, found in base.rows.items() for i, row in found.items()}
    files = [*files, *(footing.prepare(draft) if footing else ())]
    _information(files, draft, built)
    for file in files:
        row_changes.apply(file, draft)
        changes.apply(file, draft)
    if footing:
        footing.settle(draft)
        built = built_entries(draft, draft.entries)
        every = {name: built_rows(draft, name, dict(enumerate(raws))) for name, raws in draft.rows.items()}
    else:
        moved = {id: raw for id, raw in draft.entries.items() if raw.changes and id in built}
        built |= built_entries(draft, moved)
        every = {name: _again(draft, name, read) for name in draft.rows}
    rows = order.all_ordered(every)
    if footing:
        footing.measure(draft, rows)
    calendar = _calendar(draft, built)
    switched, forced = switches(files, draft), events(files, draft, calendar)
    draft.problems += checks.cross(draft, rows, _date(built, AS_OF))
    draft.problems += states.check(
        draft, _date(built, BASE_DATE), _date(built, AS_OF), _date(built, INFORMATION)
    )
    if calendar is not None:
        windows = {id: text for id, entry in built.items() if (text := entry.window)}
        draft.problems += measure_checks.check(draft, rows, built, windows, calendar)
        draft.problems += target_checks.check(draft, built, windows, calendar)
    wrong, reconciled = reconcile.check(draft, built, rows)
    draft.problems += footing.reconciled(wrong) if footing else wrong
    if draft.problems or calendar is None or draft.terms is None:
        raise AssumptionErrors(draft.problems, len(draft.entries))
    return Assumptions(
        scenario=files[-1].info,
        entries={id: built[id] for id in draft.entries},
        tables={name: _table(draft, name, rows.get(name, {})) for name in TABLES},
        switches=switched,
        events=forced,
        sources=draft.sources,
        terms=draft.terms,
        targets={id: target for id, (target, _) in draft.targets.items()},
        propositions={id: proposition for id, (proposition, _) in draft.propositions.items()},
        propositions_version=draft.version,
        page_figures={id: figure for id, (figure, _) in draft.figures.items()},
        calendar=calendar,
        directory=shown(folder),
        reconciled=tuple(reconciled),
        limits={id: limit for id, (limit, _) in draft.limits.items()},
        outcomes={id: outcome for id, (outcome, _) in draft.outcomes.items()},
        flags={id: flag for id, (flag, _) in draft.flags.items()},
        classes={id: definition for id, (definition, _) in draft.classes.items()},
        page_parts=draft.parts,
        page_facts={id: fact for id, (fact, _) in draft.facts.items()},
        contradictions={id: found for id, (found, _) in draft.contradictions.items()},
        companies={id: company for id, (company, _) in draft.companies.items()},
    )


def _information(files: list[ScenarioFile], draft: Draft, built: dict[str, Entry]) -> None:
    """Give the register its information date as an entry of its own, where a scenario sets another."""
    tables = (file.document.data.get("change") for file in files)
    changed = any(isinstance(table, dict) and INFORMATION in table for table in tables)
    if changed and AS_OF in built and INFORMATION not in draft.entries:
        own = draft.entries[AS_OF]
        table = {key: value for key, value in own.table.items() if key != "note"}
        draft.entries[INFORMATION] = Raw(table, own.home)
        built[INFORMATION] = replace(built[AS_OF], id=INFORMATION, note="")


def _again(draft: Draft, name: str, read: Mapping[int, Row]) -> dict[int, Row]:
    """Return a table's valid rows by position after the scenarios; those they touched are built anew.

    Parameters
    ----------
    read : valid rows of the base, by the identity of what was read.
    """
    raws = dict(enumerate(draft.rows[name]))
    touched = {i: raw for i, raw in raws.items() if raw.changes and (id(raw) in read or _added(raw))}
    kept = {i: read[id(raw)] for i, raw in raws.items() if not raw.changes and id(raw) in read}
    return kept | built_rows(draft, name, touched)


def _added(raw: Raw) -> bool:
    """Whether a scenario put the row in."""
    return raw.changes[0].field == row_changes.ROW


def _table(draft: Draft, name: str, rows: Mapping[int, Row]) -> Table:
    raws = draft.rows.get(name, [])
    homes = [raws[i].home for i in rows]
    return Table(
        name=name,
        model=TABLES[name],
        rows=tuple(rows.values()),
        files=tuple(home.document.name for home in homes),
        lines=tuple(home.document.line(home.path) for home in homes),
        changes=(*draft.removed.get(name, ()), *(change for raw in raws for change in raw.changes)),
        outliers=columns.outliers(draft, name, rows),
        ranges=draft.ranges.get(name, {}),
        fixed=draft.fixed.get(name, {}),
    )


def _date(built: Mapping[str, Entry], id: str) -> dt.date | None:
    """Return a date setting; None where there is none or it is wrong, which is told elsewhere."""
    entry = built.get(id)
    return dt.date.fromisoformat(str(entry.value)) if entry is not None and entry.unit == "date" else None


def _calendar(draft: Draft, built: Mapping[str, Entry]) -> Calendar | None:
    """Return the time axis that the run's settings describe, or say why there is none."""
    run = draft.documents.get("run")
    if run is None:
        return None
    for id, example in ((BASE_DATE, 'unit = "date"'), (QUARTERS, 'unit = "quarter"')):
        if id not in draft.entries:
            meant = suggestion(id, draft.entries)
            fix = f"rename [{meant}]" if meant and meant not in (BASE_DATE, QUARTERS) else example
            draft.problems.append(run.problem("A004", ("run",), f"[{id}] is missing", fix, key=True))
    base, quarters = _date(built, BASE_DATE), built.get(QUARTERS)
    for id, wrong in ((BASE_DATE, base is None and BASE_DATE in built), (QUARTERS, not _whole(quarters))):
        if wrong and id in built:
            what = "a date" if id == BASE_DATE else "a whole number of quarters, 1 to 200"
            draft.problems.append(draft.entries[id].problem("A014", ("value",), f"{id} must be {what}"))
    if base is None or quarters is None or not _whole(quarters):
        return None
    try:
        return Calendar(base, int(quarters.value))  # type: ignore[arg-type]
    except ValueError as error:
        draft.problems.append(draft.entries[BASE_DATE].problem("A014", ("value",), str(error)))
        return None


def _whole(entry: Entry | None) -> bool:
    value = entry.value if entry is not None else None
    return isinstance(value, (int, float)) and float(value).is_integer() and 1 <= value <= 200
