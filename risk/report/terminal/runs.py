"""The list of stored runs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rich.text import Text

from risk.report import spec
from risk.report.record import Document, Many, told, whole
from risk.report.spec import Spec
from risk.report.terminal.page import Page, Screen, note, table
from risk.runs import StoredRun


@dataclass(frozen=True)
class Row:
    """One stored run; what is not known of it, because it is not complete, is None.

    Attributes
    ----------
    size : bytes on disk.
    today : whether today's source would compute the same.
    """

    run: str
    size: int
    scenario: str | None = None
    paths: int | None = None
    seed: int | None = None
    finished: str | None = None
    today: bool | None = None

    @classmethod
    def of(cls, stored: StoredRun, size: int, source: str) -> Row:
        """Row of a folder; `source` = digest of today's source."""
        if stored.head is None:
            return cls(stored.id, size)
        made, head = stored.head.specification, stored.head
        today = made.source == source
        return cls(stored.id, size, head.scenario, made.paths, made.seed, head.finished, today)


def megabytes(size: int) -> str:
    """Bytes in words."""
    return f"{size / 1e9:,.1f} GB" if size >= 1e9 else f"{size / 1e6:,.1f} MB"


RUNS: Spec[Row] = Spec(
    (
        spec.text("run", "Run"),
        told("complete", bool, lambda r: r.today is not None),
        told("scenario", str | None),
        spec.shown("name", "Scenario", lambda r: r.scenario or "not complete", least=12),
        spec.count("paths", "Paths", type=int | None, align="right"),
        spec.count("seed", "Seed", form="general", type=int | None, align="right", optional=2),
        told("finished", str | None),
        spec.shown(
            "minute", "Finished, UTC", lambda r: (r.finished or "").replace("T", " ")[:16], optional=1
        ),
        told("bytes", int, lambda r: r.size),
        spec.shown("size", "Size", lambda r: megabytes(r.size), align="right"),
        told("todays_source", bool | None, lambda r: r.today),
        spec.shown("source", "Source", lambda r: {True: "today's", False: "another", None: "–"}[r.today]),
    ),
    id="runs",
)


@dataclass(frozen=True)
class Listing:
    """The runs of a folder, the newest first."""

    folder: str
    rows: Sequence[Row]


DOCUMENT: Document[Listing] = Document(
    (
        told("folder"),
        told("runs", Many(RUNS), lambda found: found.rows),
    ),
    name="runs/1",
    title="Stored runs: bubblerisk runs --json",
)


@dataclass(frozen=True)
class Removed:
    """A run that was removed, and the bytes that this made free."""

    run: str
    folder: str
    bytes: int


REMOVED: Document[Removed] = Document(
    whole(Removed).fields, name="runs.rm/1", title="A removed run: bubblerisk runs rm RUN --json"
)


def screen(found: Listing, page: Page) -> Screen:
    """The runs on a page."""
    rows = found.rows
    if not rows:
        return (note(f"no runs in {found.folder}; bubblerisk run SCENARIO makes one", page),)
    total = megabytes(sum(row.size for row in rows))
    count = f"{len(rows)} run{'s' if len(rows) != 1 else ''}, {total}, in {found.folder}."
    words = "Source: whether the model's source text of today would compute the same numbers."
    return table(RUNS.table(rows), page), Text(), note(f"{count} {words}", page)
