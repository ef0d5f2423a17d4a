"""`bubblerisk assumptions`: list, show and check; `revisions` and `exchange` hold the other commands."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from cyclopts import App, Parameter

from risk.assumptions import AssumptionErrors, Assumptions, Change, Entry, Table, load
from risk.assumptions.normalised import WORDS, entry_data, outlier_data, plain, prior_data
from risk.assumptions.page import FATES
from risk.assumptions.plausible import Range
from risk.assumptions.priors import Dirichlet
from risk.assumptions.problems import counted, quoted
from risk.assumptions.schema import Grade
from risk.assumptions.table import Row, units
from risk.cli.console import Column, document, message, pairs, table
from risk.cli.options import Output, Register
from risk.errors import UsageError, suggestion

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

CHECK = "bubblerisk.assumptions.check/1"

DEFAULT_OUTPUT, DEFAULT_REGISTER = Output(), Register()


@app.command(name="list")
def list_entries(
    *,
    section: Annotated[str | None, Parameter(help="Only this section, e.g. gpu.")] = None,
    grade: Annotated[Grade | None, Parameter(help="Only entries of this evidence grade.")] = None,
    scenario: Scenario = "base",
    register: Register = DEFAULT_REGISTER,
    output: Output = DEFAULT_OUTPUT,
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
    if output.json:
        entries = {entry.id: entry_data(entry, assumptions.directory) for entry in found}
        document("bubblerisk.assumptions.list/1", {"scenario": assumptions.scenario.name, "entries": entries})
        return
    _write_list(found, output)
    grades = Counter(entry.grade for entry in found)
    words = ", ".join(f"{number} {name}" for name, number in grades.most_common())
    message(f"{counted(len(found), 'entry', 'entries')} ({words})" if found else "0 entries")


def _write_list(entries: list[Entry], output: Output) -> None:
    columns = (
        Column("id"),
        Column("value", "right"),
        Column("unit"),
        Column("P5", "right", optional=1),
        Column("P95", "right", optional=1),
        Column("grade"),
        Column("as of", optional=3),
        Column("owner", optional=4),
        Column("source", optional=2),
    )
    rows = []
    for entry in entries:
        low, high = ("", "") if isinstance(entry.prior, Dirichlet) else (_short(entry.p5), _short(entry.p95))
        provenance = (entry.grade, entry.as_of.isoformat(), entry.owner, entry.source)
        rows.append((entry.id, short(entry.value), entry.unit, low, high, *provenance))
    table(columns, rows, output)


@app.command
def show(
    id: Annotated[str, Parameter(help="Entry, table (gpu.generation) or row (gpu.generation.H100).")],
    /,
    *,
    scenario: Scenario = "base",
    register: Register = DEFAULT_REGISTER,
    output: Output = DEFAULT_OUTPUT,
) -> None:
    """Show one entry, entity table or row in full."""
    assumptions = load(register.assumptions, scenario)
    if id in assumptions.entries:
        _show_entry(assumptions, assumptions.entries[id], output)
        return
    if id in assumptions.tables:
        _show_table(assumptions.tables[id], output)
        return
    for name, found in assumptions.tables.items():
        for row, file, line in zip(found.rows, found.files, found.lines, strict=True):
            if id == f"{name}.{row.id}":
                _show_row(assumptions, found, row, f"{file}:{line}", output)
                return
    rows = [f"{name}.{row}" for name, found in assumptions.tables.items() for row in found.names]
    meant = suggestion(id, [*assumptions.entries, *assumptions.tables, *rows])
    hint = f"did you mean '{meant}'?" if meant else "see: bubblerisk assumptions list"
    raise UsageError(f"the register has no entry, table or row '{id}'", hint)


def _show_entry(assumptions: Assumptions, entry: Entry, output: Output) -> None:
    quantiles = {"p5": entry.p5, "p50": entry.p50, "p95": entry.p95} if entry.prior else {}
    if output.json:
        data = entry_data(entry, assumptions.directory) | {name: plain(x) for name, x in quantiles.items()}
        document("bubblerisk.assumptions.show/1", {"id": entry.id, **data})
        return
    source = assumptions.sources[entry.source]
    known = entry.low is not None and entry.high is not None
    items = [
        (entry.id, f"{quoted_value(entry.value)} {entry.unit if entry.unit != '1' else ''}".strip()),
        ("labels", ", ".join(entry.labels)),
        ("prior", prior_text(prior_data(entry.prior))),
        ("", ", ".join(f"{name.upper()} {_number(x)}" for name, x in quantiles.items())),
        ("domain", entry.domain),
        ("plausible", f"{Range(entry.low, entry.high)}" if known else ""),
        ("accepted", entry.accept),
        ("source", source.title),
        ("", ", ".join(filter(None, (source.publisher, str(source.date or "")))) or source.url),
        ("locator", entry.locator),
        ("as of", f"{entry.as_of}, state at the base date" if entry.state else f"{entry.as_of}"),
        ("known by", str(entry.known_by or "")),
        ("observed", str(entry.observed)),
        ("rule", entry.rule),
        ("grade", entry.grade),
        ("owner", entry.owner),
        ("note", entry.note),
        ("file", f"{entry.file}:{entry.line}"),
        *_changes(entry.changes),
    ]
    pairs(items, output)


def prior_text(prior: Mapping[str, Any] | None) -> str:
    """Return a prior in a line: its shape, then its numbers from left to right."""
    if prior is None:
        return ""
    order = ("mean", "sd", "median", "sigma", "low", "mode", "high", "concentration")
    return f"{prior['shape']} ({', '.join(f'{key} {_number(prior[key])}' for key in order if key in prior)})"


def field_text(value: Any) -> str:
    """Return the value of a changed key in a few words."""
    if isinstance(value, Mapping):
        return prior_text(value)
    if isinstance(value, (list, tuple)):
        return f"[{len(value)}]"
    return "none" if value is None else quoted(value)


def _changes(changes: Sequence[Change]) -> list[tuple[str, str]]:
    return [
        ("changed", f"{c.field}, before {field_text(c.before)}, by {c.scenario}: {c.why} ({c.file}:{c.line})")
        for c in changes
    ]


def _show_table(found: Table, output: Output) -> None:
    if output.json:
        data = [row.model_dump(mode="json") for row in found.rows]
        document(
            "bubblerisk.assumptions.table/1", {"id": found.name, "units": units(found.model), "rows": data}
        )
        return
    hidden = {*WORDS, "accept", "plausible"}
    names = [name for name in found.model.model_fields if name not in hidden]
    key = found.model.key
    ordered = sorted(names, key=lambda name: name not in key)
    columns = [
        Column(_heading(found, name), "left" if name in key or _worded(found, name) else "right")
        for name in ordered
    ]
    rows = [[_number(getattr(row, name)) for name in ordered] for row in found.rows]
    table(columns, rows, output, keys=len(key))
    message(f"{counted(len(found.rows), 'row')} in {found.file}" if found.rows else "0 rows")
    for change in found.changes:
        what = "added" if change.before is None else "removed" if change.after is None else change.field
        message(f"{change.id}: {what} by {change.scenario}: {change.why} ({change.file}:{change.line})")


def _heading(found: Table, name: str) -> str:
    unit = units(found.model).get(name, "")
    return name if unit in ("", "1", "fraction", "multiple") else f"{name} ({unit})"


def _worded(found: Table, name: str) -> bool:
    return any(isinstance(getattr(row, name), str) for row in found.rows)


def _show_row(assumptions: Assumptions, found: Table, row: Row, place: str, output: Output) -> None:
    if output.json:
        content = {
            "id": f"{found.name}.{row.id}",
            "units": units(found.model),
            "row": row.model_dump(mode="json"),
        }
        document("bubblerisk.assumptions.row/1", content)
        return
    items = [(f"{found.name}.{row.id}", place)]
    for name, value in row.model_dump().items():
        unit = units(found.model).get(name, "")
        items.append((name, f"{_number(value)} {unit if unit != '1' else ''}".strip()))
    items += [("source title", assumptions.sources[row.source].title)]
    items += _changes([c for c in found.changes if c.id == f"{found.name}.{row.id}"])
    pairs(items, output)


@app.command
def check(
    *,
    scenario: Scenario = "base",
    register: Register = DEFAULT_REGISTER,
    output: Output = DEFAULT_OUTPUT,
) -> int:
    """Check every file of the register, and that it runs; exit 3 and every error with its place if not."""
    try:
        assumptions = load(register.assumptions, scenario)
        from risk.engine.admission import admit  # what is wrong in a file is told before numpy is loaded

        admit(assumptions)
    except AssumptionErrors as error:
        if not output.json:
            raise
        write_errors(CHECK, error)
        return error.exit_code
    numbers = {
        "entries": len(assumptions.entries),
        "rows": sum(len(found.rows) for found in assumptions.tables.values()),
        "sources": len(assumptions.sources),
        "page_figures": len(assumptions.page_figures),
        "contradictions": len(assumptions.contradictions),
    }
    told = Counter(FATES[figure.fates[0]] for figure in assumptions.page_figures.values())
    fates = {fate: told[fate] for fate in FATES.values()}
    if output.json:
        outliers = [outlier_data(outlier, assumptions.directory) for outlier in assumptions.outliers]
        shared = {"ok": True, "digest": assumptions.digest, **numbers}
        content: dict[str, Any] = {**shared, "page_fates": fates, "outliers": outliers, "errors": []}
        document(CHECK, content)
    else:
        rows, sources = counted(numbers["rows"], "row"), counted(numbers["sources"], "source")
        entries = counted(numbers["entries"], "entry", "entries")
        where = f"{assumptions.directory}, {assumptions.scenario.name}"
        print(f"ok  {where}: {entries}, {rows}, {sources}, 0 errors")
        for outlier in assumptions.outliers:
            print(f"accepted  {outlier.file}:{outlier.line}  {outlier}")
    return 0


def write_errors(schema: str, error: AssumptionErrors, **more: Any) -> None:
    """Write refused assumptions as a JSON document."""
    found = [problem.as_dict() for problem in error.problems]
    shared = {"ok": False, "summary": error.reason, "entries": error.entries, "errors": found}
    document(schema, shared | more)


def short(value: object) -> str:
    """Return a value in a few characters: the size of a vector or matrix, not its numbers."""
    if isinstance(value, tuple):
        return f"{len(value)} × {len(value[0])}" if isinstance(value[0], tuple) else f"[{len(value)}]"
    return _number(value)


def quoted_value(value: object) -> str:
    """Return a value in full, a matrix row by row."""
    if isinstance(value, tuple):
        return "[" + ", ".join(quoted_value(item) for item in value) + "]"
    return _number(value)


def _short(value: object) -> str:
    return f"{value:.4g}" if isinstance(value, float) else ""


def _number(value: object) -> str:
    if isinstance(value, tuple):
        return quoted_value(value)
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else f"{value:.5g}"
    return str(value)
