"""What a valid register is made of: entries, sources, limits, events. All frozen."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from typing import Annotated, Any, Literal, cast, get_args

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from risk.assumptions.plausible import Outlier
from risk.assumptions.priors import Dirichlet, Prior, refuse
from risk.assumptions.problems import quoted
from risk.axes import is_window, ordinal
from risk.units import SCALE, TEXT_UNITS

Grade = Literal["page", "filing", "secondary", "memory", "computed", "judgement", "nowcast", "estimated"]
"""How good the evidence is: the thesis page, a primary document, …, nobody published it. A nowcast rests
on an older observation and the rule that moved it to the base date; what may be wrong with it has a prior.
What is estimated names the module of `bubblerisk estimate` and the data it was found on."""

Domain = Literal[
    "real", "share", "positive", "non-negative", "negative", "count", "whole",
    "correlation", "transition", "weights", "quarter",
]  # fmt: skip
"""What the mathematics lets a value be. A count is a whole number from 1, a whole one from 0; both are
written without a point and kept as integers. Correlation and transition are of a matrix, weights of a vector
that sums to one, a quarter of a text."""

Number = float | int | tuple[float, ...] | tuple[tuple[float, ...], ...]

DOMAINS: tuple[str, ...] = get_args(Domain)

INTEGERS = ("count", "whole")
"""Domains of numbers that are counted, not measured."""


def _printable(text: str) -> str:
    if text.isprintable():
        return text
    bad = next((c for c in text if not (c.isprintable() or c in "\n\t")), None)
    if bad is not None:
        raise refuse("A005", f"holds the control character U+{ord(bad):04X}")
    return text


def _filled(text: str) -> str:
    if not text.strip():
        raise refuse("A004", "is empty")
    return _printable(text)


def _quarter(text: str) -> str:
    try:
        ordinal(text)
    except ValueError as error:
        raise refuse("A014", str(error)) from None
    return text


def observed(when: Any) -> dt.date | str:
    """Return a day, or the label of a quarter."""
    if isinstance(when, dt.date) and not isinstance(when, dt.datetime):
        return when
    try:
        return dt.date.fromisoformat(when) if isinstance(when, str) and "-" in when else _label(when)
    except ValueError:
        reason = f"is {quoted(when)}; it must be a date such as 2026-06-30 or a quarter such as 2026Q2"
        raise refuse("A014", reason) from None


def _label(when: Any) -> str:
    """Return a quarter's label; "" where nothing was observed."""
    if not isinstance(when, str) or (when and not ordinal(when)):
        raise ValueError
    return when


def _https(text: str) -> str:
    if text and not (text.startswith("https://") and text.isprintable() and " " not in text):
        raise refuse("A011", "is not an https:// address")
    return text


Note = Annotated[str, AfterValidator(_printable)]
Text = Annotated[str, AfterValidator(_filled)]
Quarter = Annotated[str, AfterValidator(_quarter)]
Observed = Annotated[Any, AfterValidator(observed)]
"""When what a number rests on was observed: a day, or a quarter, which is over on its last day."""
Link = Annotated[str, AfterValidator(_https)]


class Record(BaseModel):
    """A table of a file with exactly these keys."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False, defer_build=True)


class Source(Record):
    """Where a figure was read: ``[key]`` in sources.toml."""

    title: Text
    grade: Grade
    publisher: Note = ""
    url: Link = ""
    date: dt.date | None = None
    note: Note = ""


DATA = re.compile(r"[\w.-]+@sha256:[0-9a-f]{12}(, [\w.-]+@sha256:[0-9a-f]{12})*")


def _hashed(text: str) -> str:
    if not DATA.fullmatch(text):
        reason = f"is {quoted(text)}; it must name files and the first 12 digits of their hashes"
        raise refuse("A011", reason, fix="file.csv@sha256:0123456789ab, as bubblerisk estimate prints them")
    return text


class Estimated(Record):
    """What data said of a number, and how to find it again.

    Attributes
    ----------
    module : of `bubblerisk estimate`.
    data : files with the first digits of their hashes.
    date : when it was estimated.
    """

    module: Text
    data: Annotated[str, AfterValidator(_hashed)]
    date: dt.date


class Limit(Record):
    """What the model does not do, or does badly: ``[[limit]]`` in limits.toml.

    Attributes
    ----------
    size : how much, where moving it cannot tell, or what a target says of it; `moved` for the rest.
    moved : scenarios, and files of ``validation/limits``, that switch or move it; their effect is its size.
    owner, review_by, trigger : a role, the day by which it is looked at again, and what calls for it before.
    """

    id: Text
    scope: Literal["data", "model", "numerical", "validation", "out of scope"]
    limitation: Text
    why: Text
    bias: Literal["overstates losses", "understates losses", "either way", "none"]
    done: Text
    owner: Text
    review_by: dt.date
    size: Note = ""
    trigger: Note = ""
    moved: Annotated[tuple[Text, ...], Field(strict=False)] = ()


@dataclass(frozen=True)
class Change:
    """One field a scenario set differently from what it found.

    Attributes
    ----------
    id : entry, or ``table.row``.
    field : key that changed.
    before, after : its values; a prior as a table, None where there is none.
    scenario : the scenario that says so, and why.
    file, line : where it says so.
    """

    id: str
    field: str
    before: Any
    after: Any
    scenario: str
    why: str
    file: str
    line: int


@dataclass(frozen=True)
class Entry:
    """One number of the register (or vector, matrix, or setting in words), with where it comes from.

    Attributes
    ----------
    id : dotted path; the first part is the section.
    value : in `unit`; tuples for vectors and matrices, text for dates and words.
    prior : what is not known about it, in `unit`; None where it is held fixed.
    domain : what the mathematics allows.
    low, high : what is plausible, in `unit`: of every component alike, or one bound a component.
    accept : why it may lie beyond them.
    fixed : why it has no prior, where it is a judgement that answers hang on.
    state : it describes the world at the base date; else it holds whenever.
    known_by : day by which a contemporary could know it, where that is told.
    observed, rule : of a state that is a nowcast, when what it rests on was observed, and how it was moved to
        the base date.
    estimate : what data said of it, where `bubblerisk estimate` asked them.
    labels : names of a vector's components, or of a matrix's rows.
    file, line : where it stands in the base register.
    changes : what scenarios changed, in order.
    """

    id: str
    value: Number | str
    unit: str
    source: str
    as_of: dt.date
    grade: Grade
    owner: str
    prior: Prior | None = None
    locator: str = ""
    note: str = ""
    domain: Domain = "real"
    low: Number | str | None = None
    high: Number | str | None = None
    accept: str = ""
    fixed: str = ""
    state: bool = False
    known_by: dt.date | None = None
    observed: dt.date | str = ""
    rule: str = ""
    estimate: Estimated | None = None
    labels: tuple[str, ...] = ()
    file: str = ""
    line: int = 0
    changes: tuple[Change, ...] = ()
    outliers: tuple[Outlier, ...] = ()

    @property
    def section(self) -> str:
        """First part of the id."""
        return self.id.partition(".")[0]

    @property
    def name(self) -> str:
        """The id without its section."""
        return self.id.partition(".")[2]

    @property
    def scale(self) -> float:
        """Factor from `unit` to base units."""
        return 1.0 if self.unit in TEXT_UNITS else SCALE[self.unit]

    @property
    def window(self) -> str:
        """The window of time it holds: a quarter, or first and last calendar year; empty where none."""
        if isinstance(self.value, str):
            return self.value if is_window(self.value) else ""
        years = isinstance(self.value, tuple) and len(self.value) == 2 and self.section == "propositions"
        return "..".join(f"{year:g}" for year in self.value) if years else ""  # type: ignore[union-attr]

    @property
    def origin(self) -> str:
        """``base``, or the last scenario that changed the entry."""
        return self.changes[-1].scenario if self.changes else "base"

    @property
    def origins(self) -> dict[str, str]:
        """Scenario by changed field."""
        return {change.field: change.scenario for change in self.changes}

    def quantile(self, p: float) -> float | tuple[float, ...] | None:
        """Return the prior's quantile in `unit` (of each weight for a Dirichlet); None without a prior."""
        if isinstance(self.prior, Dirichlet):
            weights = cast("tuple[float, ...]", self.value)
            return tuple(self.prior.marginal(weight / sum(weights), p) for weight in weights)
        return None if self.prior is None else self.prior.quantile(p)

    @property
    def p5(self) -> float | tuple[float, ...] | None:
        """Quantile at 5 %."""
        return self.quantile(0.05)

    @property
    def p50(self) -> float | tuple[float, ...] | None:
        """Median."""
        return self.quantile(0.5)

    @property
    def p95(self) -> float | tuple[float, ...] | None:
        """Quantile at 95 %."""
        return self.quantile(0.95)


@dataclass(frozen=True)
class Event:
    """A stress a scenario forces on some quarters; `size` in `unit`, quarters as labels, both ends in."""

    variable: str
    start: str
    end: str
    size: float
    unit: str
    why: str
    probability: float = 1.0
    scenario: str = ""
    file: str = ""
    line: int = 0

    @property
    def scaled(self) -> float:
        """Size in base units."""
        return self.size * SCALE[self.unit]


@dataclass(frozen=True)
class ScenarioInfo:
    """Name and words of a scenario, and those it builds on (in order of application).

    Attributes
    ----------
    vintage : quarter whose state stands for the base date's, such as "2026Q2"; empty for the register's own.
    """

    name: str
    title: str
    description: str = ""
    inherits: tuple[str, ...] = ()
    vintage: str = ""
