"""The form of a case: its head, its sources, and what is expected of it.

A case is one TOML file, or a folder with a `case.toml`. Numbers of the register stand under ``[change."id"]``
and ``[[table."name"]]`` as in a scenario; here is what only a case has.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path as FilePath
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field

from risk.assumptions import locate
from risk.assumptions.measures import Unit, Window
from risk.assumptions.problems import AssumptionErrors, Problem
from risk.assumptions.priors import refuse
from risk.assumptions.reader import Document, read, shown
from risk.assumptions.schema import Grade, Note, Quarter, Record, Source, Text
from risk.assumptions.terms import Terms
from risk.assumptions.validation import Site, unknown_key, validate
from risk.axes import Calendar, ordinal, quarter_end
from risk.errors import UsageError, suggestion

CASES = "cases"
"""Folder of the register's cases."""

FILE = "case.toml"
KEYS = ("case", "source", "change", "table", "event", "forced", "outcome")

Statistic = Literal[
    "level", "ratio", "minimum", "maximum", "mean", "cumulative", "first time", "happens"
]  # fmt: skip
"""Of the window: its last point, that over the base date's, its least and greatest point, their mean, their
sum, the quarter in which a threshold is first met, and whether it is."""

THRESHOLDS = ("at_least", "at_most", "above", "below")
NEVER = "never"


def _period(value: Any) -> dt.date:
    """Return the last day of a year, a quarter or a day as written."""
    if isinstance(value, dt.date) and not isinstance(value, dt.datetime):
        return value
    text = str(value)
    try:
        if text.isdigit() and len(text) == 4:
            return dt.date(int(text), 12, 31)
        return quarter_end(ordinal(text)) if "Q" in text else dt.date.fromisoformat(text)
    except ValueError:
        reason = f"is '{text[:40]}'; it must be a year, a quarter or a day: 1890, \"1890Q4\", 1890-12-31"
        raise refuse("A014", reason) from None


def _known(value: Any) -> Any:
    """Check one point of a history: when, and how much."""
    pair = isinstance(value, (list, tuple)) and len(value) == 2
    if not pair or isinstance(value[1], bool) or not isinstance(value[1], (int, float)):
        raise refuse("A005", 'must be points such as ["1889Q4", 4.8]')
    return _period(value[0]), float(value[1])


Point = Annotated[Any, AfterValidator(_known)]
Points = Annotated[tuple[Point, ...], Field(strict=False)]


class Head(Record):
    """The ``[case]`` table.

    `base_date` is the last day of the quarter from which the model starts, `information_date` the last on
    which a contemporary could have learned what is given, `horizon` the last quarter that is looked at.
    """

    title: Text
    base_date: dt.date
    horizon: Quarter
    evidence: Literal["weak", "strong"]
    information_date: dt.date | None = None
    description: Note = ""
    currency: Text = "USD"
    unit_of_work: Text = "unit"
    terms: dict[str, Text] = Field(default_factory=dict)


class Expected(Record):
    """What came of it: ``[[outcome]]``.

    `quantity` is one of the catalogue of path quantities; what has none cannot be produced, and is a miss.
    `realised` is a number, a range, a quarter or "never"; `error` the standard deviation of the measurement.
    `given`: only paths count on which that quantity is above zero in the window. `history` holds what was
    known before the base date of the same quantity; from it come two naive forecasts.
    """

    id: Text
    label: Text
    unit: Unit
    realised: Any
    over: Window
    source: Text
    grade: Grade
    quantity: Note = ""
    entity: Note = ""
    statistic: Statistic = "level"
    per: Note = ""
    by: Literal["quarter", "year", "four quarters"] = "quarter"
    relative_to: Literal["", "peak", "base"] | Annotated[int, Field(ge=1, le=60)] = ""
    complement: bool = False
    given: Note = ""
    at_least: float | None = None
    at_most: float | None = None
    above: float | None = None
    below: float | None = None
    error: Annotated[float, Field(ge=0)] = 0.0
    headline: bool = False
    history: Points = ()
    last: float | None = None
    growth: float | None = None
    volatility: Annotated[float, Field(gt=0)] | None = None
    note: Note = ""

    @property
    def threshold(self) -> dict[str, float]:
        """The threshold by how it is meant."""
        return {word: x for word in THRESHOLDS if (x := getattr(self, word)) is not None}

    @property
    def timed(self) -> bool:
        """Whether it is a quarter, or whether something happens at all."""
        return self.statistic in ("first time", "happens")


class Forced(Record):
    """What the price or demand did: ``[[forced]]``, over its value at the base date. Of a second reading only."""

    path: Literal["price", "demand"]
    quarter: Quarter
    value: Annotated[float, Field(gt=0)]
    source: Text
    grade: Grade
    note: Note = ""


@dataclass(frozen=True)
class Case:
    """A case as read.

    Attributes
    ----------
    name : of its file; `file` as it is shown to the user.
    document : the file, which knows where everything stands.
    outcomes, forced : with their place in the file.
    sources : its own bibliography.
    calendar : from the base date to the horizon.
    """

    name: str
    file: str
    head: Head
    document: Document
    calendar: Calendar
    outcomes: tuple[tuple[Expected, Site], ...]
    forced: tuple[tuple[Forced, Site], ...]
    sources: Mapping[str, Source]
    problems: tuple[Problem, ...] = field(default=(), repr=False)

    @property
    def information(self) -> dt.date:
        """Last day on which something could be learned."""
        return self.head.information_date or self.head.base_date + dt.timedelta(days=60)

    @property
    def changes(self) -> dict[str, Any]:
        """What it says of entries and rows."""
        found = self.document.data.get("change", {})
        return found if isinstance(found, dict) else {}

    @property
    def tables(self) -> dict[str, Any]:
        """Tables that it gives whole."""
        found = self.document.data.get("table", {})
        return found if isinstance(found, dict) else {}


def find(register: FilePath, which: str | FilePath) -> FilePath:
    """Return a case's file: of a name in the register, of a file, or of a folder.

    Raises
    ------
    UsageError : there is no such case.
    """
    text, folder = str(which), register / CASES
    named = locate.NAME.fullmatch(text)
    places = [folder / f"{text}.toml", folder / text / FILE] if named else []
    for path in (*places, FilePath(which), FilePath(which) / FILE):
        if path.is_file() or path.is_fifo():
            return path
    known = names(register)
    meant = suggestion(text, known)
    hint = f"did you mean '{meant}'?" if meant else "cases: " + (", ".join(known) or "none")
    raise UsageError(f"there is no case '{text[:80]}'", hint, "or give a file: ./my-case.toml")


def names(register: FilePath) -> tuple[str, ...]:
    """Return the names of a register's cases; the template is none."""
    folder = register / CASES
    found = {path.stem for path in folder.glob("*.toml")} | {path.parent.name for path in folder.glob(f"*/{FILE}")}
    return tuple(sorted(name for name in found - {"template"} if locate.NAME.fullmatch(name)))


def parse(path: FilePath) -> Case:
    """Read a case; what is wrong below its head is kept with it, to be told with the rest.

    Raises
    ------
    AssumptionErrors : it has no head from which anything could be told.
    """
    document, problems = read(path)
    if problems:
        raise AssumptionErrors(problems, 0)
    problems = [unknown_key(Site(document, ()), (key,), KEYS) for key in document.data if key not in KEYS]
    problems += _blank(document)
    site = Site(document, ("case",))
    raw = document.data.get("case")
    if not isinstance(raw, dict):
        reason = "the [case] table is missing"
        raise AssumptionErrors([*problems, site.problem("A004", (), reason, "see docs/cases.md", key=True)], 0)
    head, refused = validate(Head, raw, site)
    calendar = None
    if head is not None:
        calendar, wrong = _calendar(head, site)
        refused += [*wrong, *_terms(head, site)]
    if head is None or calendar is None:
        raise AssumptionErrors([*problems, *refused], 0)
    outcomes, wrong = _rows(document, "outcome", Expected)
    forced, bad = _rows(document, "forced", Forced)
    sources, worse = _sources(document)
    name = path.parent.name if path.name == FILE else path.stem
    kept = (*problems, *refused, *wrong, *bad, *worse)
    return Case(name, shown(path), head, document, calendar, outcomes, forced, sources, kept)


def _blank(document: Document) -> list[Problem]:
    """Return tables and changes that are not written as such."""
    found = []
    for key, example in (("change", '[change."revenue.run_rate"]'), ("table", '[[table."capex.firm"]]')):
        if not isinstance(document.data.get(key, {}), dict):
            found.append(document.problem("A005", (key,), f"'{key}' must name what it is about", f"write {example}", key=True))
    return found


def _calendar(head: Head, site: Site) -> tuple[Calendar | None, list[Problem]]:
    """Return the time axis, or why there is none."""
    try:
        first = Calendar(head.base_date, 1)
    except ValueError as error:
        return None, [site.problem("A014", ("base_date",), f"base_date: {error}")]
    found = []
    if head.base_date < dt.date(1870, 1, 1):
        found.append(site.problem("A014", ("base_date",), "base_date lies before 1870"))
    if head.information_date is not None and head.information_date < head.base_date:
        reason = f"information_date = {head.information_date} lies before the base date {head.base_date}"
        found.append(site.problem("A014", ("information_date",), reason, "the state of a day is not known before it"))
    quarters = first.offset(head.horizon)
    if not 4 <= quarters <= 80:
        reason = f"horizon = {head.horizon} is {quarters} quarters after the base date; it must be 4 to 80"
        found.append(site.problem("A014", ("horizon",), reason))
    return (None if found else Calendar(head.base_date, quarters)), found


def _terms(head: Head, site: Site) -> list[Problem]:
    known = set(Terms.model_fields)
    return [unknown_key(site, ("terms", key), known) for key in head.terms if key not in known]


def _rows(document: Document, key: str, model: Any) -> tuple[tuple[tuple[Any, Site], ...], list[Problem]]:
    """Return the valid rows of an array of tables with their places, and what is wrong with the others."""
    rows = document.data.get(key, [])
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        reason = f"'{key}' must be an array of tables"
        return (), [document.problem("A005", (key,), reason, f"write [[{key}]]", key=True)]
    found, problems = [], []
    for i, raw in enumerate(rows):
        site = Site(document, (key, i))
        row, refused = validate(model, raw, site)
        problems += refused
        if row is not None:
            found.append((row, site))
    return tuple(found), problems


def _sources(document: Document) -> tuple[dict[str, Source], list[Problem]]:
    tables, found, problems = document.data.get("source", {}), {}, list[Problem]()
    if not isinstance(tables, dict):
        reason = "'source' must name a source"
        return {}, [document.problem("A005", ("source",), reason, "write [source.census-1890]", key=True)]
    for key, raw in tables.items():
        site = Site(document, ("source", key))
        if not isinstance(raw, dict):
            problems.append(site.problem("A005", (), f"'{key}' is not a source", f"write [source.{key}]", key=True))
            continue
        source, refused = validate(Source, raw, site)
        problems += refused
        if source is not None:
            found[key] = source
    return found, problems
