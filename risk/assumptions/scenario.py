"""Scenario files: whom they inherit from, which couplings they cut, which stresses they force."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path as FilePath
from typing import Annotated, Any

from pydantic import Field

from risk.assumptions import locate
from risk.assumptions.draft import Draft
from risk.assumptions.problems import Problem, quoted
from risk.assumptions.reader import Document, read
from risk.assumptions.schema import Event, Note, Quarter, Record, ScenarioInfo, Text
from risk.assumptions.validation import Site, unknown_key, validate
from risk.axes import Calendar
from risk.errors import UsageError, suggestion
from risk.paths import COUPLINGS, EVENT_VARIABLES
from risk.units import SCALE, parse, unknown

KEYS = frozenset({"scenario", "change", "add", "remove", "replace", "switches", "event"})


class Head(Record):
    """The ``[scenario]`` table."""

    title: Text
    name: Note = ""
    description: Note = ""
    inherits: Any = ()


class EventTable(Record):
    """An ``[[event]]`` table."""

    variable: Text
    start: Quarter
    end: Quarter
    size: float
    unit: Text
    why: Text
    probability: Annotated[float, Field(ge=0, le=1)] = 1.0


NOTHING = Document("")
"""What the base changes where no file says how it is called."""


@dataclass(frozen=True)
class ScenarioFile:
    """A scenario as read: its words, and the document with its differences."""

    info: ScenarioInfo
    document: Document = NOTHING


def chain(
    register: FilePath, which: str | FilePath, problems: list[Problem], over: Document | None = None
) -> list[ScenarioFile]:
    """Return the scenarios to apply, inherited ones first; the last is the one asked for.

    An earlier state that the word names, ``gpu-glut@2026Q2``, comes first: scenarios start from it.

    Parameters
    ----------
    problems : what is wrong with a file is added to them.
    over : a scenario that stands in no file, laid over the one asked for.

    Raises
    ------
    UsageError : there is no such scenario or vintage.
    """
    word, vintage = locate.vintage(register, which)
    path = locate.scenario(register, word)
    files: dict[FilePath, ScenarioFile] = {}
    if path is not None:
        _collect(register, path, problems, files, ())
    if over is not None:
        last, wrong = _headed(over, "", own=False)
        problems += wrong
        files[FilePath(over.name)] = last
    found = list(files.values()) or [ScenarioFile(ScenarioInfo(locate.BASE, "Base case"))]
    if vintage is None:
        return found
    state, wrong = _read(register, vintage)
    problems += wrong
    asked, quarter = found[-1].info, vintage.stem
    title = f"{asked.title}, from the state of {quarter}"
    found[-1] = replace(
        found[-1], info=replace(asked, name=locate.at(asked.name, quarter), title=title, vintage=quarter)
    )
    return [state, *found]


def _collect(
    register: FilePath,
    path: FilePath,
    problems: list[Problem],
    files: dict[FilePath, ScenarioFile],
    below: tuple[FilePath, ...],
) -> None:
    """Add a scenario to `files`, after those it inherits; `below` are the heirs."""
    file, wrong = _read(register, path)
    problems += wrong
    heirs = (*below, path.resolve())
    for i, name in enumerate(file.info.inherits):
        try:
            parent = locate.scenario(register, name)
        except UsageError as error:
            problems.append(_inherited(file, i, error.reason, *error.fixes))
            continue
        if parent is not None and parent.resolve() in heirs:
            problems.append(_inherited(file, i, f"'{name}' inherits from itself in the end"))
        elif parent is not None and parent.resolve() not in files:
            _collect(register, parent, problems, files, heirs)
    files[path.resolve()] = file


def _inherited(file: ScenarioFile, i: int, reason: str, *fixes: str) -> Problem:
    single = isinstance(file.document.data["scenario"]["inherits"], str)
    at = ("scenario", "inherits") if single else ("scenario", "inherits", i)
    return file.document.problem("A022", at, reason, *fixes)


def _read(register: FilePath, path: FilePath) -> tuple[ScenarioFile, list[Problem]]:
    document, problems = read(path)
    if problems:
        return ScenarioFile(ScenarioInfo(path.stem, path.stem), document), problems
    own = path.resolve().parent == (register / "scenarios").resolve()
    return _headed(document, path.stem, own)


def _headed(document: Document, stem: str, own: bool) -> tuple[ScenarioFile, list[Problem]]:
    """Return a scenario as it names itself; `own`: its file is one of the register."""
    info = ScenarioInfo(stem, stem)
    problems = [
        unknown_key(Site(document, ()), (key,), set(KEYS)) for key in document.data if key not in KEYS
    ]
    site = Site(document, ("scenario",))
    raw = document.data.get("scenario")
    if not isinstance(raw, dict):
        reason = "the [scenario] table is missing"
        return ScenarioFile(info, document), [
            *problems,
            site.problem("A004", (), reason, 'title = "…"', key=True),
        ]
    head, refused = validate(Head, raw, site)
    if head is not None:
        inherits, wrong = _inherits(head.inherits, site)
        problems += [*_named(head.name, stem, own, site), *wrong]
        info = ScenarioInfo(head.name or stem, head.title, head.description, inherits)
    if info.name == locate.BASE and any(document.data.get(key) for key in KEYS - {"scenario"}):
        fix = "give the scenario another name; a new base value belongs in base/"
        problems.append(site.problem("A022", (), "the base is the register itself and changes nothing", fix))
    return ScenarioFile(info, document), [*problems, *refused]


def _named(name: str, stem: str, own: bool, site: Site) -> Iterator[Problem]:
    """Yield what is wrong with a scenario's name; one of the register is named like its file."""
    if own and name and name != stem:
        yield site.problem("A007", ("name",), f"name is '{name}', but the file is {stem}.toml")
    elif not locate.NAME.fullmatch(name or stem):
        reason = f"'{name or stem}' is not a scenario name: lower-case letters, digits and hyphens"
        yield site.problem("A007", ("name",) if name else (), reason, 'e.g. name = "my-scenario"')


def _inherits(value: Any, site: Site) -> tuple[tuple[str, ...], list[Problem]]:
    names = [value] if isinstance(value, str) else value
    if isinstance(names, (list, tuple)) and all(isinstance(name, str) for name in names):
        return tuple(names), []
    reason = f"inherits is {quoted(value)}; it must be a scenario's name or a list of names"
    return (), [site.problem("A005", ("inherits",), reason)]


def switches(files: list[ScenarioFile], draft: Draft) -> dict[str, bool]:
    """Return every coupling, cut where the last scenario to mention it says false."""
    found = dict.fromkeys(COUPLINGS, True)
    for file in files:
        site = Site(file.document, ("switches",))
        table = file.document.data.get("switches", {})
        if not isinstance(table, dict):
            draft.problems.append(site.problem("A005", (), "'switches' must be a table", key=True))
            continue
        for name, on in table.items():
            if name not in found:
                meant = suggestion(name, COUPLINGS)
                reason = f"unknown coupling '{name}'." + (f" Did you mean '{meant}'?" if meant else "")
                fix = "couplings: " + ", ".join(COUPLINGS)
                draft.problems.append(site.problem("A018", (name,), reason, fix, key=True))
            elif not isinstance(on, bool):
                reason = f"{name} is {quoted(on)}; it must be true or false"
                draft.problems.append(site.problem("A005", (name,), reason))
            else:
                found[name] = on
    return found


def events(files: list[ScenarioFile], draft: Draft, calendar: Calendar | None) -> tuple[Event, ...]:
    """Return every forced stress, in order; quarters must lie in the run."""
    found: list[Event] = []
    for file in files:
        rows = file.document.data.get("event", [])
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            site = Site(file.document, ("event",))
            draft.problems.append(site.problem("A005", (), "'event' must be written [[event]]", key=True))
            continue
        for i, raw in enumerate(rows):
            site = Site(file.document, ("event", i))
            table, problems = validate(EventTable, raw, site)
            if table is not None:
                problems += _event_problems(table, site, calendar)
            draft.problems += problems
            if table is not None and not problems:
                line = file.document.line(site.path)
                words = table.model_dump()
                found.append(Event(**words, scenario=file.info.name, file=file.document.name, line=line))
    return tuple(found)


def _event_problems(event: EventTable, site: Site, calendar: Calendar | None) -> list[Problem]:
    found = []
    if event.variable not in EVENT_VARIABLES:
        meant = suggestion(event.variable, EVENT_VARIABLES)
        reason = f"unknown variable '{event.variable}'." + (f" Did you mean '{meant}'?" if meant else "")
        fix = "variables: " + ", ".join(EVENT_VARIABLES)
        found.append(site.problem("A018", ("variable",), reason, fix))
    elif event.unit not in SCALE:
        reason, fix = unknown(event.unit)
        found.append(site.problem("A009", ("unit",), reason, fix))
    elif parse(event.unit).base != parse(EVENT_VARIABLES[event.variable]).base:
        reason = (
            f"unit is '{event.unit}', but {event.variable} is forced in {EVENT_VARIABLES[event.variable]}"
        )
        found.append(site.problem("A009", ("unit",), reason))
    if calendar is not None:
        for key, quarter in (("start", event.start), ("end", event.end)):
            if not 1 <= calendar.offset(quarter) <= calendar.quarters:
                reason = (
                    f"{key} is {quarter}; the run goes from {calendar.labels[1]} to {calendar.labels[-1]}"
                )
                found.append(site.problem("A014", (key,), reason))
        if calendar.offset(event.end) < calendar.offset(event.start):
            reason = f"end = {event.end} comes before start = {event.start}"
            found.append(site.problem("A014", ("end",), reason))
    return found
