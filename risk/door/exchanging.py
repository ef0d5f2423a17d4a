"""The register as a workbook to edit, and the edits back."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from risk.assumptions.problems import counted
from risk.door.told import Told
from risk.errors import UsageError
from risk.exchange.problems import CellProblem, WorkbookErrors, refusal
from risk.report import spec
from risk.report.record import Document, Many, told, whole
from risk.report.spec import Spec
from risk.report.terminal.written import EXPORT
from risk.workbook import WorkbookRefused

if TYPE_CHECKING:
    from risk.exchange.importing import Result
    from risk.exchange.reading import Edit
    from risk.report.terminal.page import Page, Screen

LONGEST = 28
"""Characters of a value in the list of changes."""


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
    folder: Path | None, out: Path, owner: str = "", stale: bool = False, force: bool = False
) -> Told[Mapping[str, Any]]:
    """Write the register's base as a workbook whose yellow cells can be edited; see `Register.export`."""
    if out.suffix.casefold() != ".xlsx":
        raise UsageError(f"{out} is not the name of a workbook", "end it in .xlsx")
    if out.exists() and not force:
        fix = "it may hold somebody's edits: give another name with -o, or --force to replace it"
        raise UsageError(f"{out} is there already", fix)
    from risk.exchange.export import export as workbook
    from risk.exchange.files import write
    from risk.exchange.heads import open_base

    found = open_base(folder)
    items = found.chosen(owner, stale)
    write(out, workbook(found, owner, stale))
    entries = sum(not item.table for item in items)
    rows = len(items) - entries
    words = f"{out}: {counted(entries, 'entry', 'entries')}, {counted(rows, 'row')} of tables"
    written = {"file": str(out), "entries": entries, "rows": rows, "assumptions_sha256": found.sha256}
    then = f"Next:  edit the yellow cells, then  bubblerisk assumptions import {out} --dry-run"
    return Told.line(written, EXPORT, words, then)


def edit(folder: Path | None, file: Path, dry_run: bool = False) -> Told[Mapping[str, Any]]:
    """Edit the register's files as a workbook says: all of them, or none; see `Register.edit`."""
    from risk.exchange.importing import import_workbook

    result = import_workbook(file, folder, dry_run)
    found = {
        "ok": True,
        "file": result.file,
        "dry_run": dry_run,
        "written": result.written,
        "changes": result.edits,
        "notes": result.notes,
        "errors": (),
    }
    notes = [f"note: {note}" for note in result.notes]
    if not result.edits:
        words = f"{result.file}: no difference from the register, nothing was changed"
        return Told.line(found, IMPORT, words, *notes)
    changes, files = counted(len(result.edits), "change"), ", ".join(result.files)
    if dry_run:
        notes += [f"{changes} in {files}. Nothing was written."]
        notes += [f"Next:  bubblerisk assumptions import {result.file}"]
    else:
        notes += [f"{changes} written to {files}", "Next:  bubblerisk run --dry-run"]
    return Told(found, IMPORT, lambda _, page: _screen(result, page), notes=tuple(notes))


def refused(error: WorkbookErrors | WorkbookRefused, dry_run: bool) -> Told[Mapping[str, Any]]:
    """What is wrong with a workbook, as `edit` tells what it changes."""
    problems = error.problems if isinstance(error, WorkbookErrors) else (refusal(error),)
    found = {
        "ok": False,
        "file": error.file,
        "dry_run": dry_run,
        "written": False,
        "summary": error.reason,
        "changes": (),
        "notes": (),
        "errors": problems,
    }
    return Told.line(found, IMPORT, str(error))


def annotate(file: Path, error: WorkbookErrors) -> Path:
    """Write a copy of a workbook with a comment on each bad cell; return where it is."""
    from risk.exchange.annotate import annotated
    from risk.exchange.files import write

    path = file.with_name(f"{file.stem}.errors.xlsx")
    write(path, annotated(file, error.problems))
    return path


def _screen(result: Result, page: Page) -> Screen:
    from risk.report.terminal.page import parts

    return parts(EDITS.table(result.edits), page)
