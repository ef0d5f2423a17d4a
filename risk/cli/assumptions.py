"""`bubblerisk assumptions`: list, show and check; `revisions` and `exchange` hold the other commands."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Annotated

from cyclopts import App, Parameter

from risk.assumptions import AssumptionErrors, load, locate
from risk.assumptions.normalised import entry_data
from risk.assumptions.problems import counted
from risk.assumptions.schema import Grade
from risk.assumptions.table import units
from risk.cli.console import message
from risk.cli.options import OUTPUT, REGISTER, Output, Register
from risk.cli.screens import say, tell, write
from risk.errors import UsageError, suggestion

if TYPE_CHECKING:
    from risk.assumptions import Assumptions, Table
    from risk.assumptions.table import Row

app = App(
    name="assumptions",
    help="The register of assumptions: list, show, check, diff, stale, export, import.",
    help_epilogue="",
)
app.command(
    "risk.cli.revisions:diff", name="diff", help="What changed since a git revision, or between folders."
)
app.command("risk.cli.revisions:stale", name="stale", help="What is older than it may be.")
app.command("risk.cli.exchange:export", name="export", help="Write the register as a workbook to edit.")
app.command("risk.cli.exchange:import_", name="import", help="Edit the register's files as a workbook says.")

Scenario = Annotated[
    str, Parameter(name=["--scenario", "-s"], help="Name of a scenario, or a scenario file.")
]


@app.command(name="list")
def list_entries(
    *,
    section: Annotated[str | None, Parameter(help="Only this section, e.g. gpu.")] = None,
    grade: Annotated[Grade | None, Parameter(help="Only entries of this evidence grade.")] = None,
    scenario: Scenario = "base",
    register: Register = REGISTER,
    output: Output = OUTPUT,
) -> None:
    """List every number of the register, with its prior and where it comes from."""
    assumptions = load(register.assumptions, scenario)
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
    from risk.report.terminal import register as screens

    entries = {entry.id: entry_data(entry, assumptions.directory) for entry in found}
    data = {"scenario": assumptions.scenario.name, "entries": entries}
    tell(data, screens.LIST, lambda _, page: screens.entries_screen(found, page), output)
    if not output.json:
        grades = Counter(entry.grade for entry in found)
        words = ", ".join(f"{number} {name}" for name, number in grades.most_common())
        message(f"{counted(len(found), 'entry', 'entries')} ({words})" if found else "0 entries")


@app.command
def show(
    id: Annotated[str, Parameter(help="Entry, table (gpu.generation) or row (gpu.generation.H100).")],
    /,
    *,
    scenario: Scenario = "base",
    register: Register = REGISTER,
    output: Output = OUTPUT,
) -> None:
    """Show one entry, entity table or row in full."""
    from risk.report.terminal import register as screens

    assumptions = load(register.assumptions, scenario)
    if id in assumptions.entries:
        entry = assumptions.entries[id]
        data = {"id": id, **entry_data(entry, assumptions.directory), **screens.quantiles(entry)}
        source = assumptions.sources[entry.source]
        tell(data, screens.SHOW, lambda _, page: screens.entry_screen(entry, source, page), output)
        return
    if id in assumptions.tables:
        _show_table(assumptions.tables[id], output)
        return
    for name, found in assumptions.tables.items():
        row = id.removeprefix(f"{name}.")
        if row != id and row in found.names:
            _show_row(found, found.row(row), assumptions, output)
            return
    rows = [f"{name}.{row}" for name, found in assumptions.tables.items() for row in found.names]
    meant = suggestion(id, [*assumptions.entries, *assumptions.tables, *rows])
    hint = f"did you mean '{meant}'?" if meant else "see: bubblerisk assumptions list"
    raise UsageError(f"the register has no entry, table or row '{id}'", hint)


def _show_table(found: Table, output: Output) -> None:
    from risk.report.terminal import register as screens

    tell(found, screens.TABLE, screens.table_screen, output)
    if output.json:
        return
    message(f"{counted(len(found.rows), 'row')} in {found.file}" if found.rows else "0 rows")
    for change in found.changes:
        what = "added" if change.before is None else "removed" if change.after is None else change.field
        message(f"{change.id}: {what} by {change.scenario}: {change.why} ({change.file}:{change.line})")


def _show_row(found: Table, row: Row, assumptions: Assumptions, output: Output) -> None:
    from risk.report.terminal import register as screens

    data = {
        "id": f"{found.name}.{row.id}",
        "units": units(found.model),
        "row": row.model_dump(mode="json"),
    }
    source = assumptions.sources[row.source]
    tell(data, screens.ONE_ROW, lambda _, page: screens.row_screen(found, row, source, page), output)


@app.command
def check(
    *,
    scenario: Scenario = "base",
    register: Register = REGISTER,
    output: Output = OUTPUT,
) -> int:
    """Check every file of the register, and that it runs; exit 3 and every error with its place if not."""
    try:
        assumptions = load(register.assumptions, scenario)
        from risk.calibrate.hindcast import readings  # what is wrong in a file is told before numpy is loaded
        from risk.engine.admission import admit

        readings.read(locate.register(register.assumptions), assumptions.sources.keys())
        admit(assumptions)
    except AssumptionErrors as error:
        if not output.json:
            raise
        from risk.report.terminal.register import CHECK, refused

        write(CHECK, refused(error))
        return error.exit_code
    from risk.report.terminal import register as screens

    counts = screens.valid(assumptions)
    say(counts, screens.CHECK, screens.valid_text(assumptions, counts), output)
    return 0
