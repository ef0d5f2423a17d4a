"""The Summary of a pack as a PDF, printed by LibreOffice."""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from risk.errors import StorageError, UsageError
from risk.report.excel import build
from risk.report.form import DEFAULT_FORM, Form
from risk.report.pack import pack
from risk.report.sheet import Workbook
from risk.runs import Run
from risk.runs.files import publish_copy

SHEET, PAGES = "Summary", 2
"""What is printed: the verdict on one page, its pictures on another."""

PATIENCE = 180
"""Seconds LibreOffice may take; the first start on a machine takes longest."""


def office() -> str:
    """Path of LibreOffice.

    Raises
    ------
    UsageError : it is not installed.
    """
    program = shutil.which("soffice") or shutil.which("libreoffice")
    if program is None:
        raise UsageError(
            "the PDF is printed by LibreOffice, which is not installed here",
            "on Debian: make system; elsewhere: version 7.4 or newer from https://www.libreoffice.org",
            "the workbook itself prints the same pages: bubblerisk pack",
        )
    return program


def print_summary(run: Run, path: Path, prior: Run | None = None, form: Form = DEFAULT_FORM) -> None:
    """Write the sheet Summary of a run's pack as a PDF.

    Raises
    ------
    UsageError : LibreOffice is not installed.
    StorageError : it did not print, or the file cannot be written.
    """
    program = office()
    with TemporaryDirectory(prefix="bubblerisk-") as folder:
        source = Path(folder) / "summary.xlsx"
        source.write_bytes(build(_alone(pack(run, prior, form=form))).finished())
        profile = (Path(folder) / "profile").as_uri()  # of its own: a running LibreOffice holds the user's
        command = [program, f"-env:UserInstallation={profile}", "--headless"]
        command += ["--convert-to", "pdf:calc_pdf_Export", "--outdir", folder, str(source)]
        try:
            done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, check=False)
        except (OSError, subprocess.TimeoutExpired) as error:
            raise StorageError(f"LibreOffice did not print the summary ({error})") from error
        made = source.with_suffix(".pdf")
        if done.returncode or not made.exists():
            raise StorageError(f"LibreOffice did not print the summary: {done.stderr.strip()[-300:]}")
        publish_copy(made, path)


def _alone(book: Workbook) -> Workbook:
    """The pack with all sheets but the one for the screen only; its links still need them."""
    sheets = (
        s if s.name == SHEET else replace(s, bands=(), screen=(*s.bands, *s.screen)) for s in book.sheets
    )
    return replace(book, sheets=tuple(sheets))
