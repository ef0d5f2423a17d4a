"""What the committee would do, and when: `actions.toml` of a register. No part of a run's identity.

An action has a trigger, which is read off series at the end of a quarter: of the quarters that it names
(``h100_contract@2027Q4 < 1.4 USD/h``), or of every quarter until it is due where it says ``@t``
(``h100_contract@t < 1.4 USD/h``). It has an owner, a quarter by whose end it is due, and a payoff beside
doing nothing, an expression of quantities of a path. The committee's words stand beside a run, so that its
pack shows the actions with which it was made.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from risk.analysis.conditions import check, check_amount, names
from risk.assumptions import Assumptions, locate
from risk.assumptions.problems import AssumptionErrors, Problem
from risk.assumptions.reader import Document
from risk.assumptions.reader import parse as parsed
from risk.assumptions.reader import read as opened
from risk.assumptions.schema import Note, Quarter, Record, Text
from risk.assumptions.validation import Site, validate
from risk.axes import Calendar, ordinal, quarter_end
from risk.errors import StorageError, UsageError
from risk.runs import Run
from risk.runs.files import publish_json, read_json
from risk.units import SCALE, parse, unknown

FILE = "actions.toml"

BESIDE = "actions.json"
"""File beside a run of the actions it was shown with."""

YEAR = dt.timedelta(days=366)
"""Actions agreed on before a run's base date, or later by more, are about another time."""

EACH = re.compile(r"@t\b")
"""Stands in a trigger for the end of every quarter until the action is due."""

DATED = re.compile(r"@(\d{4}Q[1-4])\b")

MONEY = "USD"


class _Head(Record):
    """What is said of all actions."""

    agreed: dt.date
    unit: Text
    basis: Text
    illustrative: bool


class _Written(Record):
    """An action as written: ``[action.hedge]``."""

    action: Text
    trigger: Text
    owner: Text
    by: Quarter
    payoff: Text
    note: Note = ""


@dataclass(frozen=True)
class Action:
    """Something that may be done.

    Attributes
    ----------
    action, owner, by : what, by whom, and the quarter by whose end.
    trigger : condition on which it is done; `payoff` beside doing nothing, in the unit of all.
    """

    id: str
    action: str
    trigger: str
    owner: str
    by: str
    payoff: str
    note: str = ""

    def readings(self, calendar: Calendar) -> dict[str, str]:
        """Quarter at whose end the trigger is read → condition: one where it names its quarters itself."""
        if not EACH.search(self.trigger):
            return {max(DATED.findall(self.trigger)): self.trigger}
        quarters = calendar.labels[1 : calendar.index(self.by) + 1]
        return {quarter: EACH.sub(f"@{quarter}", self.trigger) for quarter in quarters}


@dataclass(frozen=True)
class Actions:
    """What a committee agreed on.

    Attributes
    ----------
    agreed : the day.
    unit : of payoffs; `basis` says on what book they are, and from what.
    illustrative : the payoffs are an example and nobody's.
    """

    agreed: dt.date
    unit: str
    basis: str
    illustrative: bool
    actions: tuple[Action, ...]

    def of_time(self, run: Run) -> bool:
        """Whether they are about a run's time: agreed on at its base date or in the year after."""
        return run.calendar.base <= self.agreed <= run.calendar.base + YEAR


def read(folder: Path, register: Assumptions) -> Actions | None:
    """Read the actions in a register's folder; None where it has no such file.

    Parameters
    ----------
    register : on a run of which triggers and payoffs have to mean something.

    Raises
    ------
    AssumptionErrors : everything that is wrong, by line.
    """
    if not (folder / FILE).exists():
        return None
    document, problems = opened(folder / FILE)
    return _understood(document, problems, register)


def keep(run: Run, folder: Path | None) -> None:
    """Keep the actions of a run's time beside it; raises as `read`."""
    path = locate.register(folder) / FILE
    if not path.exists():
        return
    document, problems = opened(path)
    found = _understood(document, problems, run.register)
    content = {"run": run.id, "text": document.text if found.of_time(run) else ""}
    if _beside(run) != content:
        publish_json(run.directory / BESIDE, content)


def kept(run: Run) -> Actions | None:
    """The actions that are kept beside a run; None where there are none."""
    content = _beside(run)
    if content is None or not content.get("text"):
        return None
    document, problems = parsed(FILE, content["text"])
    return _understood(document, problems, run.register)


def _beside(run: Run) -> dict[str, Any] | None:
    path = run.directory / BESIDE
    if not path.exists():
        return None
    try:
        content: dict[str, Any] = read_json(path)
    except StorageError:
        return None
    return content if content.get("run") == run.id else None


def _understood(document: Document, problems: list[Problem], register: Assumptions) -> Actions:
    data = dict(document.data)
    raw = data.pop("action", {})
    head, wrong = validate(_Head, data, Site(document, ()))
    problems += wrong
    if head is not None:
        problems += _unit(Site(document, ()), head.unit)
    listed = raw if isinstance(raw, dict) else {}
    if not problems and not listed:
        reason = "there is no action" if isinstance(raw, dict) else "'action' must be a table"
        problems.append(document.problem("A005", ("action",), reason, "write [action.hedge]", key=True))
    found = []
    for id, table in listed.items():
        site = Site(document, ("action", id))
        one, wrong = validate(_Written, table if isinstance(table, dict) else {}, site)
        problems += wrong
        if one is not None:
            action = Action(id, **one.model_dump())
            problems += _triggered(site, action, register)
            if head is not None and head.unit in SCALE:
                problems += _refused(site, "payoff", action.payoff, register, head.unit)
            found.append(action)
    if problems or head is None:
        raise AssumptionErrors(problems, len(listed))
    return Actions(head.agreed, head.unit, head.basis, head.illustrative, tuple(found))


def _unit(site: Site, unit: str) -> Iterator[Problem]:
    if unit not in SCALE:
        yield site.problem("A009", ("unit",), *unknown(unit))
    elif parse(unit).base != MONEY:
        yield site.problem("A009", ("unit",), f"payoffs are money, not {unit}", "e.g. USD m")


def _triggered(site: Site, action: Action, register: Assumptions) -> Iterator[Problem]:
    """Yield what is wrong with when an action is done."""
    calendar = register.calendar
    if action.by not in calendar.labels[1:]:
        reason = f"by = {action.by} is not a quarter of the run"
        yield site.problem("A014", ("by",), reason, f"from {calendar.labels[1]} to {calendar.labels[-1]}")
        return
    try:
        undated = [name for name in names(action.trigger) if "@" not in name]
    except UsageError as error:
        yield site.problem("A029", ("trigger",), error.reason, *error.fixes)
        return
    if undated or not names(action.trigger):
        reason = f"{undated[0]} has no quarter" if undated else "the trigger looks at nothing"
        fix = "a trigger is read off series at the end of a quarter: hy_spread@2027Q4, hy_spread@t for each"
        yield site.problem("A014", ("trigger",), f"{reason}: nobody can say when it is known", fix)
        return
    late = [quarter for quarter in DATED.findall(action.trigger) if ordinal(quarter) > ordinal(action.by)]
    if late:
        reason = f"the trigger is read at the end of {late[0]}, after {action.by}, by which it is due"
        yield site.problem("A014", ("trigger",), reason, "name an earlier quarter, or a later by")
        return
    yield from _refused(site, "trigger", EACH.sub(f"@{action.by}", action.trigger), register)


def _refused(site: Site, key: str, words: str, register: Assumptions, unit: str = "") -> Iterator[Problem]:
    """Yield why a condition, or an expression in a unit, means nothing."""
    try:
        if unit:
            check_amount(register, words, unit)
        else:
            check(register, words)
    except UsageError as error:
        yield site.problem("A029", (key,), error.reason, *error.fixes)


def due(action: Action) -> dt.date:
    """Last day on which an action is due."""
    return quarter_end(ordinal(action.by))
