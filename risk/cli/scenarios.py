"""`bubblerisk scenarios`: list, show and check what differs from the base."""

from __future__ import annotations

from itertools import groupby
from typing import Annotated, Any

from cyclopts import App, Parameter

from risk.assumptions import AssumptionErrors, Assumptions, load, locate
from risk.assumptions.normalised import normalised
from risk.assumptions.problems import counted
from risk.cli.assumptions import DEFAULT_OUTPUT, DEFAULT_REGISTER, field_text, write_errors
from risk.cli.console import Column, document, message, pairs, styled, table
from risk.cli.options import Output, Register

CHECK = "bubblerisk.scenarios.check/1"

app = App(name="scenarios", help="Scenarios: list, show, check.", help_epilogue="")


@app.command(name="list")
def list_scenarios(*, register: Register = DEFAULT_REGISTER, output: Output = DEFAULT_OUTPUT) -> None:
    """List the register's scenarios and how much each differs from the base."""
    found = [
        load(register.assumptions, name) for name in locate.scenarios(locate.register(register.assumptions))
    ]
    if output.json:
        document(
            "bubblerisk.scenarios.list/1", {"scenarios": [_summary(assumptions) for assumptions in found]}
        )
        return
    columns = (
        Column("name"),
        Column("changes", "right"),
        Column("events", "right"),
        Column("cuts", "right"),
        Column("inherits", optional=1),
        Column("title", flexible=True),
    )
    rows = []
    for summary in map(_summary, found):
        numbers = [str(summary[key]) for key in ("changes", "events", "cuts")]
        rows.append((summary["name"], *numbers, ", ".join(summary["inherits"]), summary["title"]))
    table(columns, rows, output)


def _summary(assumptions: Assumptions) -> dict[str, Any]:
    scenario = assumptions.scenario
    return {
        "name": scenario.name,
        "title": scenario.title,
        "inherits": list(scenario.inherits),
        "changes": len({change.id for change in assumptions.changes}),
        "events": len(assumptions.events),
        "cuts": sum(not on for on in assumptions.switches.values()),
        "digest": assumptions.digest,
    }


@app.command
def show(
    name: Annotated[str, Parameter(help="Name of a scenario, or a scenario file.")],
    /,
    *,
    register: Register = DEFAULT_REGISTER,
    output: Output = DEFAULT_OUTPUT,
) -> None:
    """Show what a scenario changes, cuts and forces, and why."""
    assumptions = load(register.assumptions, name)
    data = normalised(assumptions)
    if output.json:
        keys = ("scenario", "changes", "switches", "events", "digest")
        document("bubblerisk.scenarios.show/1", {key: data[key] for key in keys})
        return
    scenario = assumptions.scenario
    cut = [coupling for coupling, on in assumptions.switches.items() if not on]
    items = [
        (scenario.name, scenario.title),
        ("", scenario.description),
        ("inherits", ", ".join(scenario.inherits)),
        ("cuts", ", ".join(cut)),
    ]
    pairs(items, output)
    if assumptions.changes:
        print()
        _write_changes(assumptions, output)
    if assumptions.events:
        print()
        _write_events(assumptions, output)
    if not (assumptions.changes or assumptions.events or cut):
        message("nothing differs from the base")


def _write_changes(assumptions: Assumptions, output: Output) -> None:
    """Write what changed: a block for each entry or row on a terminal, else one line for each field."""
    fields = [(c, field_text(c.before), field_text(c.after)) for c in assumptions.changes]
    if not styled(output):
        columns = [Column(title) for title in ("id", "field", "base", "here", "by", "why")]
        table(
            columns,
            [(c.id, c.field, before, after, c.scenario, c.why) for c, before, after in fields],
            output,
        )
        return
    for (id, scenario), found in groupby(fields, key=lambda item: (item[0].id, item[0].scenario)):
        members = list(found)
        change = members[0][0]
        print(id if scenario == assumptions.scenario.name else f"{id}  ({scenario})")
        items = [(c.field, f"{before} → {after}") for c, before, after in members]
        pairs([*items, ("why", f"{change.why} ({change.file}:{change.line})")], output, indent="  ")


def _write_events(assumptions: Assumptions, output: Output) -> None:
    columns = (
        Column("forces"),
        Column("from"),
        Column("to"),
        Column("size", "right"),
        Column("unit"),
        Column("P", "right"),
        Column("why", flexible=True),
    )
    rows = [
        (
            event.variable,
            event.start,
            event.end,
            f"{event.size:g}",
            event.unit,
            f"{event.probability:g}",
            event.why,
        )
        for event in assumptions.events
    ]
    table(columns, rows, output)


@app.command
def check(
    *names: Annotated[str, Parameter(help="Names or files; all of the register's by default.")],
    register: Register = DEFAULT_REGISTER,
    output: Output = DEFAULT_OUTPUT,
) -> int:
    """Check scenarios, and that they run; exit 3 and every error with its place if one does not."""
    from risk.engine.admission import admit

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
        write_errors(CHECK, errors, scenarios=list(wanted))
        return errors.exit_code
    if output.json:
        document(CHECK, {"ok": True, "scenarios": list(wanted), "errors": []})
    else:
        print(f"ok  {base.directory}: {counted(len(wanted), 'scenario')}, 0 errors")
    return 0
