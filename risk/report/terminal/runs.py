"""The list of stored runs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rich.text import Text

from risk.report import spec
from risk.report.record import Document, Many, told
from risk.report.spec import Spec
from risk.report.terminal.page import Page, Screen, note, table
from risk.runs import StoredRun
from risk.runs.signature import signed


@dataclass(frozen=True)
class Row:
    """One stored run; what is not known of it, because it is not complete, is None.

    Attributes
    ----------
    size : bytes on disk.
    today : whether today's source would compute the same.
    signed : who signed it last; empty where nobody did.
    """

    run: str
    size: int
    scenario: str | None = None
    paths: int | None = None
    seed: int | None = None
    finished: str | None = None
    today: bool | None = None
    signed: str = ""

    @classmethod
    def of(cls, stored: StoredRun, size: int, source: str) -> Row:
        """Row of a folder; `source` = digest of today's source."""
        if stored.head is None:
            return cls(stored.id, size)
        made, head = stored.head.specification, stored.head
        today = made.source == source
        by = signed(stored.directory)
        return cls(stored.id, size, head.scenario, made.paths, made.seed, head.finished, today, by)


def megabytes(size: int) -> str:
    """Bytes in words."""
    return f"{size / 1e9:,.1f} GB" if size >= 1e9 else f"{size / 1e6:,.1f} MB"


def minute(time: str | None) -> str:
    """A time to the minute; empty where there is none."""
    return (time or "").replace("T", " ")[:16]


SOURCE = {True: "today's", False: "another", None: "–"}

RUNS: Spec[Row] = Spec(
    (
        spec.text("run", "Run"),
        told("complete", bool, lambda r: r.today is not None),
        spec.worded("scenario", "Scenario", lambda s: s or "not complete", type=str | None, least=12),
        spec.count("paths", "Paths", type=int | None, align="right"),
        spec.count("seed", "Seed", form="general", type=int | None, align="right", optional=2),
        spec.worded("finished", "Finished, UTC", minute, type=str | None, optional=1),
        spec.worded("bytes", "Size", megabytes, lambda r: r.size, type=int, align="right"),
        spec.worded("todays_source", "Source", SOURCE.get, lambda r: r.today, type=bool | None),
        told("signed"),
    ),
    id="runs",
)

SIGNED: Spec[Row] = Spec(
    (
        spec.text("run", "Signed run"),
        spec.text("scenario", "Scenario", type=str | None, least=12),
        spec.text("signed", "By", least=20),
    ),
    id="runs-signed",
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


REMOVED: Document[Mapping[str, Any]] = Document(
    (told("run"), told("folder"), told("bytes", int)),
    name="runs.rm/1",
    title="A removed run: bubblerisk runs rm RUN --json",
)


def screen(found: Listing, page: Page) -> Screen:
    """The runs on a page."""
    rows = found.rows
    if not rows:
        return (note(f"no runs in {found.folder}; bubblerisk run SCENARIO makes one", page),)
    total = megabytes(sum(row.size for row in rows))
    count = f"{len(rows)} run{'s' if len(rows) != 1 else ''}, {total}, in {found.folder}."
    words = "Source: whether the model's source text of today would compute the same numbers."
    by = [row for row in rows if row.signed]
    below = (table(SIGNED.table(by), page), Text()) if by else ()
    return table(RUNS.table(rows), page), Text(), *below, note(f"{count} {words}", page)
