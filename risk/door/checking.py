"""Whether a pack is what it says it is, and whether this machine has what the program needs."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, Unpack

from risk.door import opening, packing
from risk.door.desk import REPORTS, Desk, Where, desk
from risk.door.told import Told
from risk.errors import BubbleriskError

if TYPE_CHECKING:
    from risk.report.terminal.findings import Finding
    from risk.runs import Run

NAMED = 3
"""Disagreements that a finding names."""


def verify(pack: str | Path, *, rerun: bool = False, **where: Unpack[Where]) -> Told[Any]:
    """Compare a pack with its run: hashes, manifest, checks and every number; not ok where one differs.

    Parameters
    ----------
    rerun : simulate the run again, and compare its result.
    where : see `risk.Where`.

    Raises
    ------
    UsageError : there is no such file.
    WorkbookRefused : it is no workbook, is too large, or holds what no pack holds.
    """
    from risk.report.opened import Opened

    at, path = desk(where), Path(pack)
    book = Opened.at(path)  # a file that is refused is told before what compares it is loaded
    from risk.report.terminal import findings as screens
    from risk.report.verification import verify as look

    found = list(look(book, at.runs))
    if rerun and any(f.subject == "run folder" for f in found):
        found.append(_again(packing.run_in(path), at))
    good = f"{path} is what it says it is"
    return Told(
        {"pack": path.as_posix(), "findings": found},
        screens.VERIFY,
        lambda _, page: screens.screen(found, page, good),
        ok=not screens.failures(found),
    )


def doctor(*, trial: bool = True, reports: str | Path = REPORTS, **where: Unpack[Where]) -> Told[Any]:
    """Look at Python, source, libraries, random numbers, fonts, folders, register; not ok where one fails.

    Parameters
    ----------
    trial : simulate 1,024 paths, to say how long a run takes.
    reports : folder of the workbooks.
    """
    from risk.door.examination import examine
    from risk.report.terminal import findings as screens

    at = desk(where)
    found = list(examine(at.register, (at.runs, Path(reports)), trial))
    good = "nothing stands in the way"
    return Told(
        found,
        screens.DOCTOR,
        lambda _, page: screens.screen(found, page, good),
        ok=not screens.failures(found),
    )


def _again(name: str, at: Desk) -> Finding:
    """Simulate the run in another folder, and compare the fingerprints of all its numbers.

    What the last bit depends on may be another here; then decisions are compared.
    """
    from risk.report.terminal.findings import Finding

    run = opening.opened(name, at)
    m = run.manifest
    with TemporaryDirectory(prefix="bubblerisk-") as other:
        elsewhere = replace(at, runs=Path(other))
        try:
            planned = opening.plan(m.scenario, elsewhere, run.paths, m.seed)
            if planned.settle(at.note).id != run.id:
                text = "today's assumptions, source or libraries are not those of the run"
                return Finding("FAIL", "rerun", text, f"check out commit {m.environment.get('commit', '')}")
            return _compared(run, opening.simulate(planned, elsewhere))
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
