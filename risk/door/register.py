"""The register as one works with it: listed, shown, checked, compared, edited in a workbook."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from risk.assumptions import AssumptionErrors, load, locate
from risk.assumptions.problems import counted
from risk.door.told import Told
from risk.errors import UsageError, suggestion

if TYPE_CHECKING:
    import pandas as pd

    from risk.assumptions import Assumptions, Table
    from risk.assumptions.schema import Grade
    from risk.assumptions.table import Row


class Register:
    """The register of a folder: every number with where it comes from, under any of its scenarios.

    Everything is read anew by each call, and checked; AssumptionErrors is everything that is wrong in any
    file, each with its place. A scenario is a name or a file.

    Parameters
    ----------
    folder : by default ./assumptions, else the one that came along.
    """

    def __init__(self, folder: str | Path | None = None) -> None:
        self._folder = None if folder is None else Path(folder)

    def load(self, scenario: str = locate.BASE) -> Assumptions:
        """The valid register under a scenario."""
        return load(self._folder, scenario)

    def frame(self, scenario: str = locate.BASE, *, vintage: str | None = None) -> pd.DataFrame:
        """Every number, one entry a row; see `risk.register`."""
        from risk.door.registers import entries

        return entries(self.load(locate.at(scenario, vintage)))

    def entries(
        self, section: str | None = None, grade: Grade | None = None, *, scenario: str = locate.BASE
    ) -> Told[Mapping[str, Any]]:
        """Every number, or those of a section or of an evidence grade, with its prior and its source."""
        from risk.assumptions.normalised import entry_data
        from risk.report.terminal import register as screens

        assumptions = self.load(scenario)
        sections = sorted({entry.section for entry in assumptions.entries.values()})
        if section is not None and section not in sections:
            meant = suggestion(section, sections)
            hint = f"did you mean '{meant}'?" if meant else "sections: " + ", ".join(sections)
            raise UsageError(f"the register has no section '{section}'", hint)
        found = [
            entry
            for entry in assumptions.entries.values()
            if section in (None, entry.section) and grade in (None, entry.grade)
        ]
        data = {
            "scenario": assumptions.scenario.name,
            "entries": {entry.id: entry_data(entry, assumptions.directory) for entry in found},
        }
        words = ", ".join(f"{n} {name}" for name, n in Counter(entry.grade for entry in found).most_common())
        count = f"{counted(len(found), 'entry', 'entries')} ({words})" if found else "0 entries"
        return Told(
            data,
            screens.LIST,
            lambda _, page: screens.entries_screen(found, page),
            assumptions.names.quoting,
            notes=(count,),
        )

    def show(self, id: str, *, scenario: str = locate.BASE) -> Told[Any]:
        """One entry, entity table (``gpu.generation``) or row (``gpu.generation.H100``) in full."""
        assumptions = self.load(scenario)
        if id in assumptions.entries:
            return _entry(assumptions, id)
        if id in assumptions.tables:
            return _table(assumptions, assumptions.tables[id])
        for name, found in assumptions.tables.items():
            row = id.removeprefix(f"{name}.")
            if row != id and row in found.names:
                return _row(assumptions, found, found.row(row))
        rows = [f"{name}.{row}" for name, found in assumptions.tables.items() for row in found.names]
        meant = suggestion(id, [*assumptions.entries, *assumptions.tables, *rows])
        hint = f"did you mean '{meant}'?" if meant else "see: bubblerisk assumptions list"
        raise UsageError(f"the register has no entry, table or row '{id}'", hint)

    def check(self, *, scenario: str = locate.BASE) -> Told[Any]:
        """Check every file, and that the register runs; AssumptionErrors where it does not."""
        assumptions = self.load(scenario)
        from risk.calibrate.hindcast import readings  # what is wrong in a file is told before numpy is loaded
        from risk.calibrate.watch import declared as watch
        from risk.engine.admission import admit
        from risk.report.terminal import register as screens

        folder = locate.register(self._folder)
        watch.read(folder, readings.read(folder, assumptions.sources.keys()))
        admit(assumptions)
        counts = screens.valid(assumptions)
        return Told.line(counts, screens.CHECK, screens.valid_text(assumptions, counts))

    def stale(
        self, days: int | None = None, *, on: date | None = None, scenario: str = locate.BASE
    ) -> Told[Any]:
        """What has grown old, the oldest first: `days` is run.stale_days by default, `on` today."""
        from risk.door import revisions

        return revisions.stale(self._folder, days, on, scenario)

    def diff(
        self, before: str = "HEAD", after: str | None = None, *, scenario: str = locate.BASE
    ) -> Told[Any]:
        """Which numbers changed since a git revision, or between folders, by whom and why."""
        from risk.door import revisions

        return revisions.diff(self._folder, before, after, scenario)

    def scenarios(self) -> Told[Any]:
        """The scenarios, and how much each differs from the base."""
        from risk.report.terminal import scenarios as screens

        found = [self.load(name) for name in locate.scenarios(locate.register(self._folder))]
        return Told(found, screens.LIST, screens.list_screen, found[0].names.quoting)

    def scenario(self, name: str) -> Told[Assumptions]:
        """What a scenario changes, cuts and forces, and why."""
        from risk.report.terminal import scenarios as screens

        found = self.load(name)
        same = not (found.changes or found.events) and all(found.switches.values())
        notes = ("nothing differs from the base",) if same else ()
        return Told(found, screens.SHOW, screens.screen, found.names.quoting, notes=notes)

    def check_scenarios(self, *names: str) -> Told[Any]:
        """Check scenarios, all by default, and that they run; AssumptionErrors of all where one does not."""
        from risk.engine.admission import admit
        from risk.report.terminal.scenarios import CHECK

        folder = locate.register(self._folder)
        base = load(folder)
        wanted = names or locate.scenarios(folder)
        problems = []
        for name in wanted:
            try:
                admit(load(folder, name))
            except AssumptionErrors as error:
                problems += [problem for problem in error.problems if problem not in problems]
        if problems:
            raise AssumptionErrors(problems, len(base.entries))
        words = f"ok  {base.directory}: {counted(len(wanted), 'scenario')}, 0 errors"
        return Told.line({"ok": True, "scenarios": wanted, "errors": ()}, CHECK, words)

    def refused(self, error: AssumptionErrors, names: tuple[str, ...] | None = None) -> Told[Any]:
        """What is wrong, as a check tells that nothing is.

        Parameters
        ----------
        names : the scenarios that were checked, all where empty; None = it was the register.
        """
        from risk.report.terminal import register, scenarios

        found = register.refused(error)
        if names is None:
            return Told.line(found, register.CHECK, str(error))
        wanted = names or locate.scenarios(locate.register(self._folder))
        return Told.line({**found, "scenarios": wanted}, scenarios.CHECK, str(error))

    def export(
        self, file: str | Path, *, owner: str = "", stale: bool = False, force: bool = False
    ) -> Told[Any]:
        """Write the base as a workbook to edit.

        Parameters
        ----------
        owner, stale : only what this owner answers for, only what is stale.
        force : replace a workbook of that name.
        """
        from risk.door import exchanging

        return exchanging.export(self._folder, Path(file), owner, stale, force)

    def edit(self, workbook: str | Path, *, dry_run: bool = False) -> Told[Any]:
        """Edit the register's files as a workbook says: all of them, or none.

        Parameters
        ----------
        dry_run : tell what would change; nothing is written.

        Raises
        ------
        WorkbookRefused : the file is not opened at all.
        WorkbookErrors : everything that is wrong with it, cell by cell; nothing was changed.
        """
        from risk.door import exchanging

        return exchanging.edit(self._folder, Path(workbook), dry_run)


def _entry(assumptions: Assumptions, id: str) -> Told[Any]:
    from risk.assumptions.normalised import entry_data
    from risk.report.terminal import register as screens

    entry = assumptions.entries[id]
    data = {"id": id, **entry_data(entry, assumptions.directory), **screens.quantiles(entry)}
    source = assumptions.sources[entry.source]
    return Told(
        data,
        screens.SHOW,
        lambda _, page: screens.entry_screen(entry, source, page),
        assumptions.names.quoting,
    )


def _table(assumptions: Assumptions, found: Table) -> Told[Any]:
    from risk.report.terminal import register as screens

    notes = [f"{counted(len(found.rows), 'row')} in {found.file}" if found.rows else "0 rows"]
    for change in found.changes:
        what = "added" if change.before is None else "removed" if change.after is None else change.field
        notes.append(f"{change.id}: {what} by {change.scenario}: {change.why} ({change.file}:{change.line})")
    return Told(found, screens.TABLE, screens.table_screen, assumptions.names.quoting, notes=tuple(notes))


def _row(assumptions: Assumptions, found: Table, row: Row) -> Told[Any]:
    from risk.assumptions.table import units
    from risk.report.terminal import register as screens

    data = {
        "id": f"{found.name}.{row.id}",
        "units": units(found.model),
        "row": row.model_dump(mode="json"),
    }
    source = assumptions.sources[row.source]
    return Told(
        data,
        screens.ONE_ROW,
        lambda _, page: screens.row_screen(found, row, source, page),
        assumptions.names.quoting,
    )
