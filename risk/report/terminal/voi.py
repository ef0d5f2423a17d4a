"""The screen of actions: triggers, payoffs, and which number to find out next."""

from __future__ import annotations

from rich.text import Text

from risk.analysis.actions import Action
from risk.analysis.estimate import Estimate
from risk.analysis.triggers import Fired
from risk.analysis.verdict import Timing
from risk.analysis.voi import Information, Worth
from risk.report import actions as tables
from risk.report.actions import TOP, Decision
from risk.report.record import Document, Many, Perhaps, Record, lifted, told, whole
from risk.report.terminal.headed import Headed, document, facts
from risk.report.terminal.page import Page, Screen, heading, note, table


def screen(found: Headed[Decision], page: Page) -> Screen:
    """Actions on a page: what, when, for how much, and what to find out before."""
    own = found.result
    unit = own.actions.unit
    return (
        heading(f"Actions: {found.heading.title}", page),
        facts(found.heading, page),
        note(tables.said(own), page),
        *(note(tables.EXAMPLE, page) for _ in range(own.actions.illustrative)),
        Text(),
        table(tables.DECLARED.table(own.fired), page),
        Text(),
        table(tables.FIRED.table(own.fired), page),
        note(tables.FIRED_SAID, page),
        Text(),
        table(tables.payoffs(unit).table(own.fired), page),
        note(f"{own.actions.basis}", page),
        *_information(own.information, unit, page),
    )


def _information(found: Information | None, unit: str, page: Page) -> Screen:
    if found is None:
        return ()
    spec = tables.worth(unit)
    return (
        Text(),
        heading("What to find out next", page),
        table(spec.table(found.single[:TOP]), page),
        Text(),
        table(spec.table((found.inputs, *found.groups)), page),
        note(tables.WORTH_SAID, page),
    )


WORTH = whole(Worth)
FIRED: Record[Fired] = Record(
    (
        *lifted(lambda row: row.action, whole(Action).fields),
        told("fires", Estimate),
        told("when", Perhaps(whole(Timing))),
        *(told(name, Estimate) for name in ("given", "rest", "warned")),
        told("lead", Estimate | None),
        told("payoff_mean", Estimate, lambda row: row.payoff),
        told("acted", Estimate),
    )
)
INFORMATION: Record[Information] = Record(
    (
        told("means", dict[str, Estimate]),
        told("best"),
        told("ahead", Estimate),
        told("perfect", Estimate),
        told("inputs", WORTH),
        told("groups", Many(WORTH)),
        told("single", Many(WORTH)),
    )
)
DOCUMENT: Document[Headed[Decision]] = document(
    told("unit", get=lambda found: found.actions.unit),
    told("basis", get=lambda found: found.actions.basis),
    told("illustrative", bool, lambda found: found.actions.illustrative),
    told("actions", Many(FIRED), lambda found: found.fired),
    told("information", Perhaps(INFORMATION)),
    told("why"),
    told("said", get=tables.said),
    name="voi/1",
    title="Actions, triggers, and which number to find out next: bubblerisk voi RUN --json",
)
