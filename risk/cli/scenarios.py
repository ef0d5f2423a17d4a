"""`bubblerisk scenarios`: list, show and check what differs from the base."""

from __future__ import annotations

from typing import Annotated

from cyclopts import App, Parameter

from risk.assumptions import AssumptionErrors
from risk.cli.options import OUTPUT, REGISTER, Output, Register
from risk.cli.screens import give
from risk.door.register import Register as Book

app = App(name="scenarios", help="Scenarios: list, show, check.", help_epilogue="")


@app.command(name="list")
def list_scenarios(*, register: Register = REGISTER, output: Output = OUTPUT) -> None:
    """List the register's scenarios and how much each differs from the base."""
    give(Book(register.assumptions).scenarios(), output)


@app.command
def show(
    name: Annotated[str, Parameter(help="Name of a scenario, or a scenario file.")],
    /,
    *,
    register: Register = REGISTER,
    output: Output = OUTPUT,
) -> None:
    """Show what a scenario changes, cuts and forces, and why."""
    give(Book(register.assumptions).scenario(name), output)


@app.command
def check(
    *names: Annotated[str, Parameter(help="Names or files; all of the register's by default.")],
    register: Register = REGISTER,
    output: Output = OUTPUT,
) -> int:
    """Check scenarios, and that they run; exit 3 and every error with its place if one does not."""
    book = Book(register.assumptions)
    try:
        told = book.check_scenarios(*names)
    except AssumptionErrors as error:
        if not output.json:
            raise
        give(book.refused(error, names), output)
        return error.exit_code
    give(told, output)
    return 0
