"""`bubblerisk verify`: whether a pack is what it says it is."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from risk.cli.console import message
from risk.cli.options import COMMON, Common, Folder
from risk.cli.screens import tell
from risk.cli.simulation import Simulation, open_stored, plan, simulate
from risk.door.packing import run_in
from risk.errors import BubbleriskError

if TYPE_CHECKING:
    from risk.report.terminal.findings import Finding
    from risk.runs import Run

FAILED = 1

NAMED = 3
"""Disagreements that a finding names."""


def verify(
    pack: Annotated[Path, Parameter(help="A workbook written by bubblerisk pack.")],
    /,
    *,
    rerun: Annotated[bool, Parameter(help="Simulate the run again and compare its result.")] = False,
    jobs: Annotated[int | None, Parameter(name=["--jobs", "-j"], help="Worker processes of --rerun.")] = None,
    common: Common = COMMON,
) -> int:
    """Compare a pack with its run: hashes, manifest, checks and every number; exit 1 where one differs."""
    from risk.report.opened import Opened

    book = Opened.at(pack)  # a file that is refused is told before what compares it is loaded
    from risk.report.terminal import findings as screens
    from risk.report.verification import verify as look

    found = list(look(book, common.folder.runs))
    if rerun and any(f.subject == "run folder" for f in found):
        found.append(_again(run_in(pack), jobs, common))
    good = f"{pack} is what it says it is"
    verified = {"pack": pack.as_posix(), "findings": found}
    tell(verified, screens.VERIFY, lambda _, page: screens.screen(found, page, good), common.output)
    return FAILED if screens.failures(found) else 0


def _again(name: str, jobs: int | None, common: Common) -> Finding:
    """Simulate the run in another folder, and compare the fingerprints of all its numbers.

    What the last bit depends on may be another here; then decisions are compared.
    """
    from risk.report.terminal.findings import Finding

    run = open_stored(name, common)
    m = run.manifest
    with TemporaryDirectory(prefix="bubblerisk-") as other:
        try:
            elsewhere = replace(common, folder=Folder(Path(other)))
            planned = plan(m.scenario, Simulation(run.paths, m.seed), elsewhere)
            if planned.settle(message).id != run.id:
                text = "today's assumptions, source or libraries are not those of the run"
                return Finding("FAIL", "rerun", text, f"check out commit {m.environment.get('commit', '')}")
            again = simulate(planned, jobs, common.output)
            return _compared(run, again)
        except BubbleriskError as error:
            return Finding("FAIL", "rerun", error.reason, *error.fixes[:1])


def _compared(run: Run, again: Run) -> Finding:
    """A run against its repetition on this machine."""
    from risk.analysis.agreement import PATHS_APART, disagreements
    from risk.report.terminal.findings import Finding
    from risk.runs.manifest import RELATIVE, bits_apart

    result, stored = again.manifest.result, run.manifest.result
    if result == stored:
        return Finding("ok", "rerun", f"the same numbers to the bit: {result[:16]}")
    causes = ", ".join(bits_apart(run.manifest.environment, again.manifest.environment))
    if not causes:
        return Finding("FAIL", "rerun", f"other numbers: {result[:16]} against {stored[:16]}")
    apart = disagreements(run, again)
    if apart:
        text = f"other decisions, more than {causes} explain: {', '.join(apart[:NAMED])}"
        return Finding("FAIL", "rerun", text, "run it again where it was made")
    within = f"counts within {PATHS_APART} paths, headline numbers within {RELATIVE:g}"
    return Finding("ok", "rerun", f"the same decisions, {within}; other last bits because of {causes}")
