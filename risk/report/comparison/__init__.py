"""Scenarios side by side: verdict, losses and medians against base, and what each scenario changes."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from risk.report.comparison import details, front
from risk.report.naming import renamed, shared
from risk.report.pack.base.results import Results
from risk.report.pack.scenarios.lines import Case
from risk.report.pack.verdict import cover
from risk.report.sheet import Properties, Workbook

if TYPE_CHECKING:
    from risk.runs import Run

BASE = "base"


def compare_scenarios(runs: Sequence[Run], mask: bool = False) -> Workbook:
    """Put the comparison together.

    Parameters
    ----------
    runs : one a scenario; compared with the one called base, else with the first.
    mask : companies are shown by letters.
    """
    found = [Results.of(run) for run in runs]
    base = next((r for r in found if r.manifest.scenario == BASE), found[0])
    cases = [Case(r, base) for r in sorted(found, key=lambda r: r is not base)]
    subtitle = (
        f"{len(found)} scenarios against {base.manifest.scenario} (run {base.run.id}, {base.run.paths:,} "
        "paths)"
    )
    sheets = (front.sheet(cases, subtitle), *details.sheets(cases, subtitle))
    said = Properties(
        title="AI build-out: scenarios compared",
        run=base.run.id,
        created=max(r.finished for r in found),
        classification=cover.CLASSIFICATION,
        custom={"runs": " ".join(r.run.id for r in found)},
    )
    called = shared(*(r.register for r in found), masked=mask)
    return renamed(Workbook(said, sheets, contents="Comparison"), called)


def write_comparison(runs: Sequence[Run], path: Path) -> str:
    """Write the comparison as an Excel workbook and return its sha256."""
    from risk.report.excel import write

    return write(compare_scenarios(runs), path)


__all__ = ["compare_scenarios", "write_comparison"]
