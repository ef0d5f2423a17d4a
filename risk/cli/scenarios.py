"""`bubblerisk scenarios`: list, show and check what differs from the base."""

from __future__ import annotations

from typing import Annotated

from cyclopts import App, Parameter

from risk.assumptions import AssumptionErrors, load, locate
from risk.assumptions.problems import counted
from risk.cli.console import message
from risk.cli.options import OUTPUT, REGISTER, Output, Register
from risk.cli.screens import say, tell, write

app = App(name="scenarios", help="Scenarios: list, show, check.", help_epilogue="")


@app.command(name="list")
def list_scenarios(*, register: Register = REGISTER, output: Output = OUTPUT) -> None:
    """List the register's scenarios and how much each differs from the base."""
    from risk.report.terminal import scenarios as screens

    names = locate.scenarios(locate.register(register.assumptions))
    found = [load(register.assumptions, name) for name in names]
    tell(found, screens.LIST, screens.list_screen, output)


@app.command
def show(
    name: Annotated[str, Parameter(help="Name of a scenario, or a scenario file.")],
    /,
    *,
    register: Register = REGISTER,
    output: Output = OUTPUT,
) -> None:
    """Show what a scenario changes, cuts and forces, and why."""
    assumptions = load(register.assumptions, name)
    from risk.report.terminal import scenarios as screens

    tell(assumptions, screens.SHOW, screens.screen, output)
    same = not (assumptions.changes or assumptions.events) and all(assumptions.switches.values())
    if same and not output.json:
        message("nothing differs from the base")


@app.command
def check(
    *names: Annotated[str, Parameter(help="Names or files; all of the register's by default.")],
    register: Register = REGISTER,
    output: Output = OUTPUT,
) -> int:
    """Check scenarios, and that they run; exit 3 and every error with its place if one does not."""
    from risk.engine.admission import admit
    from risk.report.terminal.register import refused
    from risk.report.terminal.scenarios import CHECK

    folder = locate.register(register.assumptions)
    base = load(folder)
    wanted = names or locate.scenarios(folder)
    problems = []
    for name in wanted:
        try:
            admit(load(folder, name))
        except AssumptionErrors as error:
            problems += [problem for problem in error.problems if problem not in problems]
    if problems:
        errors = AssumptionErrors(problems, len(base.entries))
        if not output.json:
            raise errors
        write(CHECK, {**refused(errors), "scenarios": wanted})
        return errors.exit_code
    valid = {"ok": True, "scenarios": wanted, "errors": ()}
    words = f"ok  {base.directory}: {counted(len(wanted), 'scenario')}, 0 errors"
    say(valid, CHECK, words, output)
    return 0
