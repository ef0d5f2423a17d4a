"""`bubblerisk pdf`: the Summary of a stored run on paper."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter

from risk.cli.console import message
from risk.cli.options import COMMON, Common
from risk.cli.screens import say
from risk.cli.simulation import Stored, open_stored
from risk.door.desk import REPORTS, SHOWN
from risk.door.naming import place, shown
from risk.door.packing import run_in
from risk.errors import UsageError
from risk.report.record import Document, told

if TYPE_CHECKING:
    from risk.runs import Run


PDF: Document[Mapping[str, Any]] = Document(
    (told("pdf"), told("run"), told("pages", int)),
    name="pdf/1",
    title="A printed summary: bubblerisk pdf RUN --json",
)


def pdf(
    run: Stored,
    /,
    *,
    file: Annotated[
        Path | None,
        Parameter(name=["--output", "-o"], help="File to write; reports/SCENARIO/summary.pdf by default."),
    ] = None,
    prior: Annotated[str | None, Parameter(help="Stored run to compare with.")] = None,
    common: Common = COMMON,
) -> None:
    """Print the sheet Summary of a stored run as a PDF, with LibreOffice."""
    if file is not None and file.suffix.lower() != ".pdf":
        raise UsageError(f"{file} is not the name of a PDF", "give a file that ends in .pdf")
    found = _own(run, common) if file is None else open_stored(run, common)
    before = open_stored(prior, common) if prior is not None else None
    from risk.report.printing import PAGES, office, print_summary

    office()
    path = file or REPORTS / found.manifest.scenario / "summary.pdf"
    print_summary(found, path, before)
    say({"pdf": path.as_posix(), "run": found.id, "pages": PAGES}, PDF, f"written: {path}", common.output)


def _own(word: str, common: Common) -> Run:
    """The run of the pack beside which its page is written: two runs in one folder are taken for one.

    Raises
    ------
    UsageError : the word names another run than the one that the pack there shows.
    """
    found = open_stored(word, common)
    scenario = found.manifest.scenario
    pack = place(scenario)
    own = run_in(pack)
    if own in ("", found.id):
        return found
    if word == scenario or word.endswith(".toml"):
        if shown(scenario, common.folder.runs):
            message(f"the page is that of {pack}: run {own[:SHOWN]}")
            return open_stored(own, common)
        why = f"{pack} shows run {own}, which is not stored in {common.folder.runs}"
    else:
        why = f"{pack} shows run {own}, not {found.id}"
    raise UsageError(why, f"write the pack first: bubblerisk pack {word}", "or print elsewhere: -o FILE")
