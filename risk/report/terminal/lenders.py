"""The screen of lenders: who bears the credit loss in the end, and on what it is lost."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from rich.text import Text

from risk.analysis.holders import Borne
from risk.analysis.statistics import Estimate
from risk.report.pack.base.cells import error_cell, value_cell
from risk.report.pack.base.names import words
from risk.report.record import Document, Field, Many, Record, told, whole
from risk.report.spec import Spec, several, shown, text
from risk.report.table import Column
from risk.report.terminal.headed import Headed, document, facts
from risk.report.terminal.page import Page, Screen, heading, note, table

UNIT = "USD bn"
SAID = (
    "First-round credit loss to the end of the run, of all three lines of credit, once it has gone through "
    "funds, CLOs and other vehicles to whoever owns them; USD bn. SE: standard error of sampling. Means on "
    "the paths of a bust and on the others; P95 and ES 97.5% are each owner's own and do not add up."
)
ON = "The same losses by what they stand on."


@dataclass(frozen=True)
class Lenders:
    """Who bears losses, and on what they are."""

    by: str
    owners: tuple[Borne, ...]
    instruments: tuple[Borne, ...]


def screen(found: Headed[Lenders], page: Page) -> Screen:
    """Both on a page."""
    own = found.result
    return (
        heading(f"Who bears the loss: {found.heading.title}", page),
        facts(found.heading, page),
        note(finding(own), page),
        Text(),
        table(OWNERS.table(own.owners), page),
        note(SAID, page),
        Text(),
        table(INSTRUMENTS.table(own.instruments), page),
        note(ON, page),
    )


def finding(found: Lenders) -> str:
    """Who bears most, and what a bust adds to it."""
    most, *_ = found.owners
    mean, bust, rest = (f"{each.value:.1f}bn" for each in (most.mean, most.bust, most.rest))
    return (
        f"Most of it to {found.by} ends with: {words(most.name).lower()}, USD {mean} on average, "
        f"{most.share:.0%} of all; on paths of a bust {bust}, on others {rest}."
    )


def _amount(key: str, header: str, of: Callable[[Borne], Estimate], optional: int = 0) -> Field[Borne]:
    return several(
        Column(key, header, "number", style="engine", align="right", optional=optional),
        Column(f"{key}_se", "± SE", "number", style="note", align="right", optional=optional),
        cells=lambda row: (
            value_cell(of(row).value, of(row).standard_error, UNIT),
            error_cell(of(row).value, of(row).standard_error, UNIT, of(row).standard_error),
        ),
    )


def _table(id: str, header: str) -> Spec[Borne]:
    return Spec(
        (
            text("label", header, lambda row: words(row.name), least=16),
            _amount("mean", "Mean", lambda row: row.mean),
            shown("share", "Share", lambda row: row.share, "rate"),
            _amount("bust", "Bust", lambda row: row.bust),
            _amount("rest", "No bust", lambda row: row.rest, 1),
            _amount("p95", "P95", lambda row: row.p95, 2),
            _amount("shortfall", "ES 97.5%", lambda row: row.shortfall, 3),
        ),
        id=id,
        row_id=lambda row: row.name,
    )


OWNERS = _table("lenders", "Owner")
INSTRUMENTS = _table("lenders-instruments", "Lost on")

BORNE: Record[Borne] = whole(Borne)
DOCUMENT: Document[Headed[Lenders]] = document(
    told("by"),
    told("owners", Many(BORNE)),
    told("instruments", Many(BORNE)),
    name="lenders/1",
    title="Who bears the credit loss, and on what it is lost: bubblerisk lenders RUN --json",
)
