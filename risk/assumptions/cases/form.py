"""The form of a case: its head, its sources, and what is expected of it.

A case is one TOML file, or a folder with a `case.toml`. Numbers of the register stand under ``[change."id"]``
and ``[[table."name"]]`` as in a scenario; here is what only a case has.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field

from risk.assumptions.measures import Unit, Window
from risk.assumptions.priors import refuse
from risk.assumptions.problems import Problem
from risk.assumptions.reader import Document
from risk.assumptions.schema import Grade, Note, Quarter, Record, Source, Text
from risk.assumptions.validation import Site
from risk.axes import Calendar, ordinal, quarter_end

CASES = "cases"
"""Folder of the register's cases."""

FILE = "case.toml"
TEMPLATE = "template"
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
    """What price or demand did: ``[[forced]]``, over its value at the base date; of a second reading only."""

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
