"""Scenarios on a page and as documents: how much each differs from the base, and in what."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any

from rich.console import RenderableType
from rich.text import Text

from risk.assumptions import Assumptions, Change, Event, ScenarioInfo
from risk.report import spec
from risk.report.record import Document, Many, told, whole
from risk.report.spec import Spec
from risk.report.terminal.page import Page, Screen, line, pairs, parts
from risk.report.terminal.register import PROBLEM
from risk.report.terminal.values import changed

SCENARIOS: Spec[Assumptions] = Spec(
    (
        spec.text("name", "name", lambda a: a.scenario.name),
        spec.count("changes", "changes", lambda a: len({change.id for change in a.changes}), form="general"),
        spec.count("events", "events", lambda a: len(a.events), form="general"),
        spec.count("cuts", "cuts", lambda a: sum(not on for on in a.switches.values()), form="general"),
        spec.worded("inherits", "inherits", ", ".join, lambda a: a.scenario.inherits, list[str], optional=1),
        spec.text("title", "title", lambda a: a.scenario.title, least=16),
        told("digest"),
    ),
    id="scenarios",
)

LIST: Document[Sequence[Assumptions]] = Document(
    (told("scenarios", Many(SCENARIOS), lambda found: found),),
    name="scenarios.list/1",
    title="Scenarios: bubblerisk scenarios list --json",
)

CHANGES: Spec[Change] = Spec(
    (
        spec.text("id", "id"),
        spec.text("field", "field"),
        spec.worded("before", "base", changed, type=Any),
        spec.worded("after", "here", changed, type=Any),
        spec.text("scenario", "by"),
        spec.text("why", "why"),
        told("file"),
        told("line", int),
    ),
    id="changes",
)

EVENTS: Spec[Event] = Spec(
    (
        spec.text("variable", "forces"),
        spec.text("start", "from"),
        spec.text("end", "to"),
        spec.worded("size", "size", "{:g}".format, type=float, align="right"),
        spec.text("unit", "unit"),
        spec.worded("probability", "P", "{:g}".format, type=float, align="right"),
        spec.text("why", "why", least=16),
        told("scenario"),
        told("file"),
        told("line", int),
    ),
    id="events",
)

SHOW: Document[Assumptions] = Document(
    (
        told("scenario", whole(ScenarioInfo)),
        told("changes", Many(CHANGES), lambda a: a.normalised()["changes"]),
        told("switches", dict[str, bool]),
        told("events", Many(EVENTS), lambda a: a.normalised()["events"]),
        told("digest"),
    ),
    name="scenarios.show/1",
    title="What a scenario changes, cuts and forces: bubblerisk scenarios show NAME --json",
)

CHECK: Document[Mapping[str, Any]] = Document(
    (
        told("ok", bool),
        told("summary", absent=True),
        told("entries", int, absent=True),
        told("scenarios", list[str]),
        told("errors", Many(PROBLEM)),
    ),
    name="scenarios.check/1",
    title="Whether scenarios are valid: bubblerisk scenarios check --json",
)


def list_screen(found: Sequence[Assumptions], page: Page) -> Screen:
    """Scenarios, one a line."""
    return parts(SCENARIOS.table(found), page)


def screen(found: Assumptions, page: Page) -> Screen:
    """What a scenario changes, cuts and forces, and why."""
    scenario = found.scenario
    items = [
        (scenario.name, scenario.title),
        ("", scenario.description),
        ("inherits", ", ".join(scenario.inherits)),
        ("cuts", ", ".join(coupling for coupling, on in found.switches.items() if not on)),
    ]
    return (
        pairs(items, page),
        *((Text(), *_changes(found, page)) if found.changes else ()),
        *((Text(), *parts(EVENTS.table(found.events), page)) if found.events else ()),
    )


def _changes(found: Assumptions, page: Page) -> Iterator[RenderableType]:
    """What changed: a block for each entry or row on a terminal, else one line for each field."""
    if page.plain:
        yield from parts(CHANGES.table(found.changes), page)
        return
    for (id, scenario), members in groupby(found.changes, key=lambda change: (change.id, change.scenario)):
        fields = list(members)
        last = fields[0]
        yield line(id if scenario == found.scenario.name else f"{id}  ({scenario})", page)
        items = [(c.field, f"{changed(c.before)} → {changed(c.after)}") for c in fields]
        yield pairs([*items, ("why", f"{last.why} ({last.file}:{last.line})")], page, indent=2)
