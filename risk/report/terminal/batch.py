"""The screen at the end of a batch: what came of every scenario."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self

from rich.text import Text

from risk.analysis import metrics, statistics
from risk.analysis.statistics import Estimate
from risk.report.terminal.numbers import probability, with_error
from risk.report.terminal.page import Cell, Column, Page, Screen, grid, note
from risk.report.terminal.summary import estimate_data
from risk.runs import Run

CLASSES = ("bust", "correction", "durable")
FAILED = "failed"


@dataclass(frozen=True)
class Row:
    """One scenario.

    Attributes
    ----------
    status : written, up to date or failed.
    classes : probabilities of the outcome classes.
    loss : expected shortfall of the headline loss at 97.5%, USD bn.
    until : last quarter of the run.
    why : reason of a failure.
    """

    scenario: str
    status: str
    run: str = ""
    pack: str = ""
    classes: tuple[Estimate, ...] = ()
    loss: Estimate | None = None
    until: str = ""
    why: str = ""

    @classmethod
    def of(cls, run: Run, status: str, pack: str) -> Self:
        """Row of a run whose pack is written."""
        outcomes = run.outcomes([*CLASSES, metrics.HEADLINE])
        classes = tuple(statistics.probability(outcomes[name]) for name in CLASSES)
        loss = statistics.expected_shortfall(outcomes[metrics.HEADLINE] / 1e9, metrics.HEADLINE_TAIL)
        return cls(run.manifest.scenario, status, run.id, pack, classes, loss, run.calendar.labels[-1])


def screen(rows: Sequence[Row], page: Page) -> Screen:
    """What came of every scenario, why some failed, and a line that counts."""
    headings = (
        Column("Scenario"),
        *(Column(name.capitalize(), "right") for name in CLASSES),
        Column("ES 97.5%", "right"),
        Column("Status"),
        Column("Run", optional=2),
        Column("Workbook", optional=1),
    )
    failures = [row for row in rows if row.status == FAILED]
    apart = len({row.until for row in rows if row.until}) > 1
    count = f"{len(failures)} of {len(rows)} failed" if failures else f"{len(rows)} of {len(rows)} done"
    return (
        grid(headings, [_row(row, apart) for row in rows], page),
        note(f"ES 97.5%: expected shortfall of the headline loss, USD bn{_thin(rows)}", page),
        Text(),
        *(Text(page.say(f"{row.scenario} failed: {row.why}"), style=_alarm(page)) for row in failures),
        Text(page.say(count), style=_alarm(page) if failures else ""),
    )


def _row(row: Row, apart: bool) -> tuple[Cell, ...]:
    """Cells of a scenario, with its last quarter where they lie apart."""
    name = f"{row.scenario} (to {row.until})" if apart and row.until else row.scenario
    classes = [probability(estimate) for estimate in row.classes] or ["", "", ""]
    loss = with_error(row.loss, "USD bn") if row.loss else ""
    status = Text("FAILED", style="bold red") if row.status == FAILED else row.status
    return name, *classes, loss, status, row.run, row.pack


def _thin(rows: Sequence[Row]) -> str:
    starred = any(row.loss is not None and row.loss.thin for row in rows)
    return "; * fewer than 500 paths lie in this tail" if starred else ""


def _alarm(page: Page) -> str:
    return "" if page.plain else "bold red"


def row_data(row: Row) -> dict[str, Any]:
    """Row as plain data for JSON."""
    return {
        "scenario": row.scenario,
        "status": row.status,
        "run": row.run or None,
        "pack": row.pack or None,
        "outcomes": {name: estimate_data(e) for name, e in zip(CLASSES, row.classes, strict=False)},
        "headline_loss_es_975": estimate_data(row.loss),
        **({"why": row.why} if row.why else {}),
    }
