"""The screen at the end of a batch: what came of every scenario."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal, Self

from rich.text import Text

from risk.analysis import metrics, statistics
from risk.analysis.statistics import Estimate
from risk.report import spec
from risk.report.record import Document, Field, Many, told
from risk.report.spec import Spec
from risk.report.table import Column
from risk.report.terminal.numbers import probability, with_error
from risk.report.terminal.page import WORDS, Page, Screen, line, note, table
from risk.report.terminal.summary import THIN
from risk.runs import Run

Status = Literal["written", "up to date", "failed"]
CLASSES = ("bust", "correction", "durable")
FAILED: Status = "failed"


@dataclass(frozen=True)
class Row:
    """One scenario.

    Attributes
    ----------
    classes : probabilities of the outcome classes.
    loss : expected shortfall of the headline loss at 97.5%, USD bn.
    until : last quarter of the run.
    why : reason of a failure; None elsewhere.
    """

    scenario: str
    status: Status
    run: str | None = None
    pack: str | None = None
    classes: tuple[Estimate, ...] = ()
    loss: Estimate | None = None
    until: str = ""
    why: str | None = None

    @classmethod
    def of(cls, run: Run, status: Status, pack: str) -> Self:
        """Row of a run whose pack is written."""
        outcomes = run.outcomes([*CLASSES, metrics.HEADLINE])
        classes = tuple(statistics.probability(outcomes[name]) for name in CLASSES)
        loss = statistics.expected_shortfall(outcomes[metrics.HEADLINE] / 1e9, metrics.HEADLINE_TAIL)
        return cls(run.manifest.scenario, status, run.id, pack, classes, loss, run.calendar.labels[-1])


ROWS: Spec[Row] = Spec(
    (
        spec.text("scenario", "Scenario"),
        Field(
            "outcomes",
            lambda row: dict(zip(CLASSES, row.classes, strict=False)),
            dict[str, Estimate],
            tuple(Column(name, name.capitalize(), align="right") for name in CLASSES),
            lambda found: tuple(probability(found[name]) if found else "" for name in CLASSES),
        ),
        spec.worded(
            "headline_loss_es_975",
            "ES 97.5%",
            lambda loss: with_error(loss, "USD bn") if loss else "",
            lambda row: row.loss,
            Estimate | None,
            align="right",
        ),
        spec.worded("status", "Status", lambda s: "FAILED" if s == FAILED else s, type=Status, style="flag"),
        spec.text("run", "Run", type=str | None, optional=2),
        spec.text("pack", "Workbook", type=str | None, optional=1),
        told("why", absent=True),
    ),
    id="batch",
)

BATCH: Document[Sequence[Row]] = Document(
    (
        told("ok", bool, lambda rows: all(row.status != FAILED for row in rows)),
        told("scenarios", Many(ROWS), lambda rows: rows),
    ),
    name="batch/1",
    title="Every scenario of a batch, and the comparison: bubblerisk batch --json",
)


def in_line(row: Row) -> str:
    """What came of a scenario, in a line."""
    if row.status == FAILED:
        return f"{row.scenario}: FAILED, {row.why}"
    classes = ", ".join(f"{name} {probability(p)}" for name, p in zip(CLASSES, row.classes, strict=True))
    loss = f"ES 97.5% {with_error(row.loss, 'USD bn')} USD bn" if row.loss else ""
    return f"{row.scenario}: {row.status}, {classes}, {loss}, {row.pack}"


def screen(rows: Sequence[Row], page: Page) -> Screen:
    """What came of every scenario, why some failed, and a line that counts."""
    failures = [row for row in rows if row.status == FAILED]
    count = f"{len(failures)} of {len(rows)} failed" if failures else f"{len(rows)} of {len(rows)} done"
    alarm = WORDS["FAILED"]
    return (
        table(ROWS.table(_apart(rows)), page),
        note(f"ES 97.5%: expected shortfall of the headline loss, USD bn{_thin(rows)}", page),
        Text(),
        *(line(f"{row.scenario} failed: {row.why}", page, alarm) for row in failures),
        line(count, page, alarm if failures else ""),
    )


def _apart(rows: Sequence[Row]) -> list[Row]:
    """Rows whose scenarios say where their runs end, if that is not the same quarter for all."""
    if len({row.until for row in rows if row.until}) < 2:
        return list(rows)
    return [replace(row, scenario=f"{row.scenario} (to {row.until})") if row.until else row for row in rows]


def _thin(rows: Sequence[Row]) -> str:
    starred = any(row.loss is not None and row.loss.thin for row in rows)
    return f"; {THIN}" if starred else ""
