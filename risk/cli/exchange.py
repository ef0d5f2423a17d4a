"""`bubblerisk assumptions export` and `import`: the register as a workbook, and the edits back."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter

from risk.assumptions.problems import counted
from risk.cli.console import message
from risk.cli.options import OUTPUT, REGISTER, Output, Register
from risk.cli.screens import say, show, write
from risk.errors import UsageError
from risk.exchange.problems import CellProblem, WorkbookErrors, refusal
from risk.report import spec
from risk.report.record import Document, Many, told, whole
from risk.report.spec import Spec
from risk.workbook import WorkbookRefused

if TYPE_CHECKING:
    from risk.exchange.importing import Result
    from risk.exchange.reading import Edit
    from risk.report.terminal.page import Page, Screen

LONGEST = 28
"""Characters of a value in the list of changes."""


EXPORT: Document[Mapping[str, Any]] = Document(
    (told("file"), told("entries", int), told("rows", int), told("assumptions_sha256")),
    name="assumptions.export/1",
    title="A workbook to edit: bubblerisk assumptions export --json",
)


def _short(value: Any) -> str:
    from risk.exchange.content import listed
    from risk.report.terminal.values import changed

    text = listed(value) if isinstance(value, list) else changed(value).strip("'")
    return text if len(text) <= LONGEST else text[: LONGEST - 2] + " …"


EDITS: Spec[Edit] = Spec(
    (
        spec.text("id", "id", lambda e: e.item.id),
        spec.worded("field", "field", lambda key: key.removeprefix("prior."), lambda e: e.field.key),
        spec.worded("before", "before", _short, type=Any, align="right"),
        spec.worded("after", "after", _short, type=Any, align="right"),
        spec.text("cell", "cell", lambda e: f"{e.line.sheet}!{e.cell}", optional=2),
        spec.text("file", "file", lambda e: e.item.place, optional=1),
        spec.text("why", "why", least=16),
    ),
    id="edits",
)

IMPORT: Document[Mapping[str, Any]] = Document(
    (
        told("ok", bool),
        told("file"),
        told("dry_run", bool),
        told("written", bool),
        told("summary", absent=True),
        told("changes", Many(EDITS)),
        told("notes", list[str]),
        told("errors", Many(whole(CellProblem))),
    ),
    name="assumptions.import/1",
    title="Edits of a workbook: bubblerisk assumptions import FILE --json; all are written or none",
)


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
    if out.suffix.casefold() != ".xlsx":
        raise UsageError(f"{out} is not the name of a workbook", "end it in .xlsx")
    if out.exists() and not force:
        fix = "it may hold somebody's edits: give another name with -o, or --force to replace it"
        raise UsageError(f"{out} is there already", fix)
    from risk.exchange.export import export as workbook
    from risk.exchange.files import write as write_file
    from risk.exchange.heads import open_base

    found = open_base(register.assumptions)
    items = found.chosen(owner, stale)
    write_file(out, workbook(found, owner, stale))
    entries = sum(not item.table for item in items)
    rows = len(items) - entries
    words = f"{out}: {counted(entries, 'entry', 'entries')}, {counted(rows, 'row')} of tables"
    written = {"file": str(out), "entries": entries, "rows": rows, "assumptions_sha256": found.sha256}
    say(written, EXPORT, words, output)
    if not output.json:
        message(f"Next:  edit the yellow cells, then  bubblerisk assumptions import {out} --dry-run")


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
    from risk.exchange.importing import import_workbook

    try:
        result = import_workbook(file, register.assumptions, dry_run)
    except (WorkbookErrors, WorkbookRefused) as error:
        if errors and isinstance(error, WorkbookErrors):
            _annotate(file, error)
        if not output.json:
            raise
        problems = error.problems if isinstance(error, WorkbookErrors) else (refusal(error),)
        shared = {"ok": False, "file": error.file, "dry_run": dry_run, "written": False}
        write(IMPORT, {**shared, "summary": error.reason, "changes": (), "notes": (), "errors": problems})
        return error.exit_code
    if output.json:
        shared = {"ok": True, "file": result.file, "dry_run": dry_run, "written": result.written}
        write(IMPORT, {**shared, "changes": result.edits, "notes": result.notes, "errors": ()})
    else:
        _tell(result, dry_run, output)
    return 0


def _annotate(file: Path, error: WorkbookErrors) -> None:
    from risk.exchange.annotate import annotated
    from risk.exchange.files import write as write_file

    path = file.with_name(f"{file.stem}.errors.xlsx")
    write_file(path, annotated(file, error.problems))
    message(f"{path}: a copy with a comment on each bad cell")


def _tell(result: Result, dry_run: bool, output: Output) -> None:
    for note in result.notes:
        message(f"note: {note}")
    if not result.edits:
        print(f"{result.file}: no difference from the register, nothing was changed")
        return
    show(lambda page: _screen(result, page), output)
    changes, files = counted(len(result.edits), "change"), ", ".join(result.files)
    if dry_run:
        message(f"{changes} in {files}. Nothing was written.")
        message(f"Next:  bubblerisk assumptions import {result.file}")
    else:
        message(f"{changes} written to {files}")
        message("Next:  bubblerisk run --dry-run")


def _screen(result: Result, page: Page) -> Screen:
    from risk.report.terminal.page import parts

    return parts(EDITS.table(result.edits), page)
