"""The list of stored runs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from rich.text import Text

from risk.report.terminal.page import Cell, Column, Page, Screen, grid, note
from risk.runs import StoredRun

SCHEMA = "bubblerisk.runs/1"


@dataclass(frozen=True)
class Row:
    """One stored run.

    Attributes
    ----------
    size : bytes on disk.
    today : whether today's source would compute the same; None where the run is not complete.
    """

    run: str
    scenario: str
    paths: int
    seed: int
    finished: str
    size: int
    today: bool | None

    @classmethod
    def of(cls, stored: StoredRun, size: int, source: str) -> Row:
        """Row of a folder; `source` = digest of today's source."""
        if stored.head is None:
            return cls(stored.id, "", 0, 0, "", size, None)
        made, scenario, finished = stored.head.specification, stored.head.scenario, stored.head.finished
        return cls(stored.id, scenario, made.paths, made.seed, finished, size, made.source == source)


def screen(rows: Sequence[Row], root: str, page: Page) -> Screen:
    """Every run of a folder, the newest first."""
    if not rows:
        return (note(f"no runs in {root}; bubblerisk run SCENARIO makes one", page),)
    headings = (
        Column("Run"),
        Column("Scenario", least=12),
        Column("Paths", "right"),
        Column("Seed", "right", optional=2),
        Column("Finished, UTC", optional=1),
        Column("Size", "right"),
        Column("Source"),
    )
    total = megabytes(sum(row.size for row in rows))
    count = f"{len(rows)} run{'s' if len(rows) != 1 else ''}, {total}, in {root}."
    words = "Source: whether the model's source text of today would compute the same numbers."
    return grid(headings, [_row(row) for row in rows], page), Text(), note(f"{count} {words}", page)


def _row(row: Row) -> tuple[Cell, ...]:
    if row.today is None:
        return row.run, "not complete", "", "", "", megabytes(row.size), "–"
    finished = row.finished.replace("T", " ").removesuffix("Z")[:16]
    state = "today's" if row.today else "another"
    return row.run, row.scenario, f"{row.paths:,}", str(row.seed), finished, megabytes(row.size), state


def megabytes(size: int) -> str:
    """Bytes in words."""
    return f"{size / 1e9:,.1f} GB" if size >= 1e9 else f"{size / 1e6:,.1f} MB"


def row_data(row: Row) -> dict[str, Any]:
    """A run as plain data for JSON; what is not known of it is null."""
    known = row.today is not None
    return {
        "run": row.run,
        "complete": known,
        "scenario": row.scenario if known else None,
        "paths": row.paths if known else None,
        "seed": row.seed if known else None,
        "finished": row.finished if known else None,
        "bytes": row.size,
        "todays_source": row.today,
    }
