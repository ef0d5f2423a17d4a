"""`bubblerisk assumptions export` and `import`: the register as a workbook, and the edits back."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter

from risk.assumptions.problems import counted
from risk.cli.assumptions import DEFAULT_OUTPUT, DEFAULT_REGISTER, field_text
from risk.cli.console import Column, document, message, table
from risk.cli.options import Output, Register
from risk.errors import UsageError

if TYPE_CHECKING:
    from risk.exchange.importing import Result
    from risk.exchange.problems import WorkbookErrors
    from risk.exchange.reading import Edit
    from risk.workbook import WorkbookRefused

EXPORT, IMPORT = "bubblerisk.assumptions.export/1", "bubblerisk.assumptions.import/1"


def export(
    *,
    out: Annotated[Path, Parameter(name=["--out", "-o"], help="The workbook to write.")] = Path(
        "assumptions.xlsx"
    ),
    owner: Annotated[str, Parameter(help="Only what this owner answers for.", show_default=False)] = "",
    stale: Annotated[bool, Parameter(help="Only what is stale.", show_default=False)] = False,
    force: Annotated[bool, Parameter(help="Replace a workbook of that name.", show_default=False)] = False,
    register: Register = DEFAULT_REGISTER,
    output: Output = DEFAULT_OUTPUT,
) -> None:
    """Write the register's base as a workbook whose yellow cells can be edited."""
    if out.suffix.casefold() != ".xlsx":
        raise UsageError(f"{out} is not the name of a workbook", "end it in .xlsx")
    if out.exists() and not force:
        fix = "it may hold somebody's edits: give another name with -o, or --force to replace it"
        raise UsageError(f"{out} is there already", fix)
    from risk.exchange.export import export as workbook
    from risk.exchange.files import write
    from risk.exchange.layout import read_register

    found = read_register(register.assumptions)
    items = found.chosen(owner, stale)
    write(out, workbook(found, owner, stale))
    entries = sum(not item.table for item in items)
    rows = len(items) - entries
    if output.json:
        content = {"file": str(out), "entries": entries, "rows": rows, "assumptions_sha256": found.sha256}
        document(EXPORT, content)
        return
    print(f"{out}: {counted(entries, 'entry', 'entries')}, {counted(rows, 'row')} of tables")
    message(f"Next:  edit the yellow cells, then  bubblerisk assumptions import {out} --dry-run")


def import_(
    file: Annotated[Path, Parameter(help="A workbook that `assumptions export` wrote.")],
    /,
    *,
    dry_run: Annotated[
        bool, Parameter(help="Show what would change, and every error; write nothing.", show_default=False)
    ] = False,
    errors: Annotated[
        bool,
        Parameter(help="Write FILE.errors.xlsx, with a comment on each bad cell.", show_default=False),
    ] = False,
    register: Register = DEFAULT_REGISTER,
    output: Output = DEFAULT_OUTPUT,
) -> int:
    """Edit the register's files as a workbook says: all of them, or none; exit 3 on any error."""
    from risk.exchange.importing import import_workbook
    from risk.exchange.problems import WorkbookErrors
    from risk.workbook import WorkbookRefused

    try:
        result = import_workbook(file, register.assumptions, dry_run)
    except (WorkbookErrors, WorkbookRefused) as error:
        if errors and isinstance(error, WorkbookErrors):
            _annotate(file, error)
        if not output.json:
            raise
        _write_errors(error, dry_run)
        return error.exit_code
    if output.json:
        changes = [_as_data(edit) for edit in result.edits]
        shared = {"ok": True, "file": result.file, "dry_run": dry_run, "written": result.written}
        document(IMPORT, {**shared, "changes": changes, "notes": list(result.notes), "errors": []})
    else:
        _write(result, dry_run, output)
    return 0


def _annotate(file: Path, error: WorkbookErrors) -> None:
    from risk.exchange.annotate import annotated
    from risk.exchange.files import write

    path = file.with_name(f"{file.stem}.errors.xlsx")
    write(path, annotated(file, error.problems))
    message(f"{path}: a copy with a comment on each bad cell")


def _write_errors(error: WorkbookErrors | WorkbookRefused, dry_run: bool) -> None:
    from risk.exchange.problems import WorkbookErrors, refusal

    shared = {"ok": False, "file": error.file, "dry_run": dry_run, "written": False, "summary": error.reason}
    problems = error.problems if isinstance(error, WorkbookErrors) else (refusal(error),)
    found = [problem.as_dict() for problem in problems]
    document(IMPORT, {**shared, "changes": [], "notes": [], "errors": found})


def _write(result: Result, dry_run: bool, output: Output) -> None:
    for note in result.notes:
        message(f"note: {note}")
    if not result.edits:
        print(f"{result.file}: no difference from the register, nothing was changed")
        return
    columns = (
        Column("id"),
        Column("field"),
        Column("before", "right"),
        Column("after", "right"),
        Column("cell", optional=2),
        Column("file", optional=1),
        Column("why", flexible=True),
    )
    table(columns, [_row(edit) for edit in result.edits], output)
    changes, files = counted(len(result.edits), "change"), ", ".join(result.files)
    if dry_run:
        message(f"{changes} in {files}. Nothing was written.")
        message(f"Next:  bubblerisk assumptions import {result.file}")
    else:
        message(f"{changes} written to {files}")
        message("Next:  bubblerisk run --dry-run")


def _row(edit: Edit) -> tuple[str, ...]:
    before, after = _told(edit.before), _told(edit.after)
    field = edit.field.key.removeprefix("prior.")
    return edit.item.id, field, before, after, f"{edit.line.sheet}!{edit.cell}", edit.item.place, edit.why


def _told(value: Any) -> str:
    from risk.exchange.content import listed

    text = listed(value) if isinstance(value, list) else field_text(value).strip("'")
    return text if len(text) <= LONGEST else text[: LONGEST - 2] + " …"


LONGEST = 28
"""Characters of a value in the list of changes."""


def _as_data(edit: Edit) -> dict[str, Any]:
    where = {"cell": f"{edit.line.sheet}!{edit.cell}", "file": edit.item.place}
    change = {"field": edit.field.key, "before": edit.before, "after": edit.after}
    return {"id": edit.item.id, **change, **where, "why": edit.why}
