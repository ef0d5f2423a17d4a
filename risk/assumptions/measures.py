"""Outcomes, propositions and flags as rows of files: what is measured, of whom, how, over which time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from risk.assumptions.priors import refuse
from risk.assumptions.schema import Note, Record, Text
from risk.axes import Calendar, span, window
from risk.units import SCALE


def _window(text: str) -> str:
    if "." not in text.replace("..", ""):  # else the id of an entry that holds the window
        try:
            window(text)
        except ValueError as error:
            raise refuse("A014", str(error)) from None
    return text


def _unit(text: str) -> str:
    if text not in SCALE:
        raise refuse("A009", f"is '{text}', which is no unit")
    return text


Window = Annotated[str, AfterValidator(_window)]
Unit = Annotated[str, AfterValidator(_unit)]
Conditions = Annotated[tuple["Condition", ...], Field(strict=False)]
SORTS, PAID = ("bust", "correction", "durable"), ("durable_paid", "durable_unpaid")


class Measure(Record):
    """A number read off one path.

    Attributes
    ----------
    quantity, entity : what, of the catalogue of path quantities; of whom, by the name of its row.
    per, per_over : a quantity it is divided by; where that stands still, the quarter at which.
    by : what is summed up first: nothing, calendar years, any four quarters in a row.
    relative_to : divided by its own peak so far, its base-date level, or its level so many quarters before.
    cumulative : a running total since the base date.
    complement : one minus it.
    statistic : of the window: its last point, its sum, …
    over : the window, see `risk.axes.window`, or the entry that holds it.
    counts_from : entry with the smallest `per` that counts; below it there is nothing.
    """

    quantity: Text
    over: Window
    statistic: Literal["level", "any", "sum", "mean", "smallest", "largest", "drift", "volatility"] = "level"
    entity: Note = ""
    per: Note = ""
    per_over: Note = ""
    by: Literal["quarter", "year", "four quarters"] = "quarter"
    relative_to: Literal["", "peak", "base"] | Annotated[int, Field(ge=1, le=60)] = ""
    cumulative: bool = False
    complement: bool = False
    counts_from: Note = ""


class Outcome(Measure):
    """A scalar that every path leaves behind: ``[[outcome]]`` in outcomes.toml.

    `{0}` in the label stands for the window as the run has it. One that is not `shown` is kept and reported
    by those who ask for it.
    """

    id: Text
    unit: Unit
    label: Text
    shown: bool = True


class Condition(Measure):
    """A measure held against a threshold: a number, an entry, or a quantity that moves with the path.

    It holds if any point of its window is on the right side of the threshold (`level`: the last one; `sum`
    and the rest: the statistic), `twice` if two in a row are. `also` names what must hold beside it.
    """

    statistic: Literal["level", "any", "sum", "mean", "smallest", "largest", "drift", "volatility"] = "any"
    at_least: float | Text | None = None
    at_most: float | Text | None = None
    above: float | Text | None = None
    below: float | Text | None = None
    twice: bool = False
    also: Conditions = ()

    @property
    def thresholds(self) -> dict[str, float | str]:
        """The threshold by how it is meant; one, or the condition is none."""
        words = ("at_least", "at_most", "above", "below")
        return {word: value for word in words if (value := getattr(self, word)) is not None}


class Flag(Record):
    """What comes true on a path or does not: ``[[flag]]`` in outcomes.toml, or the claim of a proposition.

    `timed`: the quarter in which it first comes true is kept as ``<id>_quarter``.
    """

    id: Text
    any: Conditions
    timed: bool = False


class Proposition(Record):
    """A claim of the verdict, fixed in advance: ``[[proposition]]`` in propositions.toml.

    It is a flag that the committee votes on. `{0}`, `{1}` in label and statement stand for the windows of its
    conditions as the run has them, `{0.year}` for the year and `{0.per}` for the quarter at which the divisor
    stands.
    """

    id: Text
    side: Literal["bear", "bull"]
    statement: Text
    source: Text
    label: Note = ""
    locator: Note = ""
    note: Note = ""
    pending: Note = ""
    any: Conditions = ()
    timed: bool = False


class Class(Record):
    """A way to sort paths into bust, correction, durable: ``[[class]]`` in propositions.toml.

    Attributes
    ----------
    gap : proposition without which there is no bust.
    breaks : propositions of which some break a correction, and enough a bust.
    companions : entry with how many are enough.
    label : what it is called beside the classes proper.
    version : of the propositions it reads as they were then; empty where it reads today's.
    """

    id: Note = ""
    label: Note = ""
    version: Note = ""
    gap: Text
    breaks: Annotated[tuple[Text, ...], Field(strict=False, min_length=1)]
    companions: Text

    @property
    def words(self) -> tuple[str, ...]:
        """What it calls paths; the class without an id tells durable ones apart."""
        return tuple(f"{word}_{self.id}" for word in SORTS) if self.id else (*SORTS, *PAID)


Condition.model_rebuild()


@dataclass(frozen=True)
class Said:
    """What a text may say of a measure's window: `{0}`, `{0.short}` (2026-30), `{0.year}`, `{0.per}`."""

    label: str
    short: str
    year: str
    per: str

    def __str__(self) -> str:
        return self.label


def worded(
    text: str, found: Sequence[Measure], calendar: Calendar, windows: Mapping[str, str], clip: bool = True
) -> str:
    """Return a text with the windows of its measures as the run has them, or as they were asked for.

    Raises
    ------
    LookupError, AttributeError, ValueError : it speaks of what the measures do not have.
    """
    said = []
    for m in found:
        over = span(calendar, windows.get(m.over, m.over), clip)
        per = str(span(calendar, windows.get(m.per_over, m.per_over), clip)) if m.per_over else ""
        said.append(Said(over.label, over.short, over.year, per))
    return text.format(*said)


def measures(records: Iterable[Record]) -> Iterator[Measure]:
    """Yield every measure in outcomes, flags and propositions, conditions inside conditions too."""
    for record in records:
        if isinstance(record, Measure):
            yield record
        for condition in (*getattr(record, "any", ()), *getattr(record, "also", ())):
            yield from measures([condition])
