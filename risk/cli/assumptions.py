"""`bubblerisk assumptions`: list, show, check, diff, stale, export, import."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated

from cyclopts import App, Parameter

from risk.assumptions import AssumptionErrors
from risk.assumptions.schema import Grade
from risk.cli.console import message
from risk.cli.options import OUTPUT, REGISTER, Output, Register, whole
from risk.cli.screens import give
from risk.door.register import Register as Book

app = App(
    name="assumptions",
    help="The register of assumptions: list, show, check, diff, stale, export, import.",
    help_epilogue="",
)

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
    give(Book(register.assumptions).entries(section, grade, scenario=scenario), output)


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
    give(Book(register.assumptions).show(id, scenario=scenario), output)


@app.command
def check(
    *,
    scenario: Scenario = "base",
    register: Register = REGISTER,
    output: Output = OUTPUT,
) -> int:
    """Check every file of the register, and that it runs; exit 3 and every error with its place if not."""
    book = Book(register.assumptions)
    try:
        told = book.check(scenario=scenario)
    except AssumptionErrors as error:
        if not output.json:
            raise
        give(book.refused(error), output)
        return error.exit_code
    give(told, output)
    return 0


@app.command
def diff(
    before: Annotated[str, Parameter(help="Git revision, or the folder of a register.")] = "HEAD",
    after: Annotated[
        str | None,
        Parameter(help="Revision or folder to compare with; the register as it stands by default."),
    ] = None,
    /,
    *,
    scenario: Scenario = "base",
    register: Register = REGISTER,
    output: Output = OUTPUT,
) -> None:
    """Say which numbers of the register changed since a revision, by whom and why."""
    give(Book(register.assumptions).diff(before, after, scenario=scenario), output)


@app.command
def stale(
    *,
    days: Annotated[
        int | None,
        whole("Age from which; run.stale_days by default.", least=0),
    ] = None,
    on: Annotated[date | None, Parameter(help="Day on which ages are counted; today by default.")] = None,
    scenario: Scenario = "base",
    register: Register = REGISTER,
    output: Output = OUTPUT,
) -> None:
    """List entries and rows of the register that have grown old, the oldest first."""
    give(Book(register.assumptions).stale(days, on=on, scenario=scenario), output)


@app.command
def export(
    *,
    out: Annotated[Path, Parameter(name=["--out", "-o"], help="The workbook to write.")] = Path(
        "assumptions.xlsx"
    ),
    owner: Annotated[str, Parameter(help="Only what this owner answers for.")] = "",
    stale: Annotated[bool, Parameter(help="Only what is stale.")] = False,
    force: Annotated[bool, Parameter(help="Replace a workbook of that name.")] = False,
    register: Register = REGISTER,
    output: Output = OUTPUT,
) -> None:
    """Write the register's base as a workbook whose yellow cells can be edited."""
    give(Book(register.assumptions).export(out, owner=owner, stale=stale, force=force), output)


@app.command(name="import")
def import_(
    file: Annotated[Path, Parameter(help="A workbook that `assumptions export` wrote.")],
    /,
    *,
    dry_run: Annotated[
        bool, Parameter(help="Show what would change, and every error; write nothing.")
    ] = False,
    errors: Annotated[
        bool, Parameter(help="Write FILE.errors.xlsx, with a comment on each bad cell.")
    ] = False,
    register: Register = REGISTER,
    output: Output = OUTPUT,
) -> int:
    """Edit the register's files as a workbook says: all of them, or none; exit 3 on any error."""
    from risk.door.exchanging import annotate, refused
    from risk.exchange.problems import WorkbookErrors
    from risk.workbook import WorkbookRefused

    try:
        told = Book(register.assumptions).edit(file, dry_run=dry_run)
    except (WorkbookErrors, WorkbookRefused) as error:
        if errors and isinstance(error, WorkbookErrors):
            message(f"{annotate(file, error)}: a copy with a comment on each bad cell")
        if not output.json:
            raise
        give(refused(error, dry_run), output)
        return error.exit_code
    give(told, output)
    return 0
