"""`bubblerisk pdf`: the Summary of a stored run on one page."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from risk.cli.assumptions import DEFAULT_OUTPUT
from risk.cli.console import document
from risk.cli.options import Output
from risk.cli.simulation import FOLDER, REPORTS, Folder, open_stored
from risk.errors import UsageError

SCHEMA = "bubblerisk.pdf/1"


def pdf(
    run: Annotated[str, Parameter(help="Run id or its beginning, or a scenario (its newest run).")],
    /,
    *,
    file: Annotated[
        Path | None,
        Parameter(name=["--output", "-o"], help="File to write; reports/SCENARIO/summary.pdf by default."),
    ] = None,
    prior: Annotated[str | None, Parameter(help="Stored run to compare with.")] = None,
    folder: Folder = FOLDER,
    output: Output = DEFAULT_OUTPUT,
) -> None:
    """Print the sheet Summary of a stored run as a PDF, with LibreOffice."""
    if file is not None and file.suffix.lower() != ".pdf":
        raise UsageError(f"{file} is not the name of a PDF", "give a file that ends in .pdf")
    found = open_stored(run, folder)
    before = open_stored(prior, folder) if prior is not None else None
    from risk.report.printing import office, print_summary

    office()
    path = file or REPORTS / found.manifest.scenario / "summary.pdf"
    print_summary(found, path, before)
    if output.json:
        document(SCHEMA, {"pdf": path.as_posix(), "run": found.id, "pages": 1})
        return
    print(f"written: {path}")
