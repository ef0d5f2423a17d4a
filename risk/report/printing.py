"""The Summary of a pack as a PDF, printed by LibreOffice."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory

from risk.errors import StorageError, UsageError
from risk.report.excel import build
from risk.report.pack import pack
from risk.runs import Run
from risk.runs.files import publish_copy

PAGE = 2
"""Page of the Summary: Cover and Summary print on one page each."""

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
            "the workbook itself prints the same page: bubblerisk pack",
        )
    return program


def print_summary(run: Run, path: Path, prior: Run | None = None) -> None:
    """Write the sheet Summary of a run's pack as a PDF of one page.

    Raises
    ------
    UsageError : LibreOffice is not installed.
    StorageError : it did not print, or the file cannot be written.
    """
    program = office()
    with TemporaryDirectory(prefix="bubblerisk-") as folder:
        source = Path(folder) / "summary.xlsx"
        source.write_bytes(build(pack(run, prior)).finished())
        pages = {"PageRange": {"type": "string", "value": str(PAGE)}}
        profile = (Path(folder) / "profile").as_uri()  # of its own: a running LibreOffice holds the user's
        command = [program, f"-env:UserInstallation={profile}", "--headless"]
        command += [
            "--convert-to",
            f"pdf:calc_pdf_Export:{json.dumps(pages)}",
            "--outdir",
            folder,
            str(source),
        ]
        try:
            done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, check=False)
        except (OSError, subprocess.TimeoutExpired) as error:
            raise StorageError(f"LibreOffice did not print the summary ({error})") from error
        made = source.with_suffix(".pdf")
        if done.returncode or not made.exists():
            raise StorageError(f"LibreOffice did not print the summary: {done.stderr.strip()[-300:]}")
        publish_copy(made, path)
