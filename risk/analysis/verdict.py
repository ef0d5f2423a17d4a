"""The verdict: each proposition's probability with its error and timing, and the outcome classes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from risk.analysis import parameter_band, statistics, words
from risk.analysis.parameter_band import ParameterBand
from risk.analysis.statistics import Estimate
from risk.assumptions.measures import Class, Proposition
from risk.axes import Calendar, ended
from risk.runs import Run
from risk.runs.passes import Columns

Array = NDArray[np.float64]

CLASSES: tuple[tuple[str, str], ...] = (
    ("bust", "Bust"),
    ("correction", "Correction"),
    ("durable", "Durable"),
    ("durable_paid", "Durable, paid for"),
    ("durable_unpaid", "Durable, unpaid"),
)
"""Outcome classes: the first three are exclusive and exhaustive, the last two split the third."""

SO_FAR = "propositions.so_far_years"
"""Calendar years by whose end it is told how much of a probability had come."""


@dataclass(frozen=True)
class Timing:
    """When it happens, where it happens: quarter labels of the quartiles over the paths that show it."""

    early: str
    median: str
    late: str


@dataclass(frozen=True)
class Claim:
    """One proposition; `probability` is None where the model cannot yet answer it.

    Attributes
    ----------
    so_far : year → probability that it had come by its end and holds at the end of its window; of those that
        are dated and look beyond that year.
    band : where the probability lies over parameters; None where that was not measured.
    """

    id: str
    side: str
    label: str
    statement: str
    probability: Estimate | None
    words: str
    timing: Timing | None
    pending: str
    so_far: Mapping[str, Estimate] = field(default_factory=dict)
    band: ParameterBand | None = None


@dataclass(frozen=True)
class OutcomeClass:
    """One outcome class and its probability; `band` as of a claim."""

    name: str
    label: str
    probability: Estimate
    words: str
    band: ParameterBand | None = None


@dataclass(frozen=True)
class Verdict:
    """What the committee votes on.

    Attributes
    ----------
    alternatives : definition → probabilities of bust, correction, durable under it.
    bust_timing : when enough had broken, on paths that end in a bust.
    bust_so_far : year → probability of a bust in which enough had broken by its end.
    before : version → bust, correction, durable as that version of the propositions reads these paths.
    by : the year or quarter by which the classes are decided.
    ranges : definition → bands of the three under it; empty where no bands were measured.
    """

    claims: tuple[Claim, ...]
    classes: tuple[OutcomeClass, ...]
    alternatives: Mapping[str, tuple[Estimate, Estimate, Estimate]]
    bust_timing: Timing | None
    version: str
    by: str
    bust_so_far: Mapping[str, Estimate] = field(default_factory=dict)
    before: Mapping[str, tuple[Estimate, Estimate, Estimate]] = field(default_factory=dict)
    ranges: Mapping[str, tuple[ParameterBand, ParameterBand, ParameterBand]] = field(default_factory=dict)

    @property
    def ranged(self) -> bool:
        """Whether bands over parameters were measured."""
        return any(c.band is not None for c in self.classes)

    @property
    def known(self) -> tuple[Claim, ...]:
        """Propositions that the model can answer."""
        return tuple(c for c in self.claims if c.probability is not None)

    def claim(self, identifier: str) -> Claim:
        """One proposition by id."""
        return next(c for c in self.claims if c.id == identifier)

    def outcome(self, name: str) -> OutcomeClass:
        """One outcome class by name."""
        return next(c for c in self.classes if c.name == name)


def timing(quarters: Array, calendar: Calendar) -> Timing | None:
    """Quartiles of the quarter of occurrence as labels; None where it never happens.

    Parameters
    ----------
    quarters : (path,) index of the quarter, NaN where it never came.
    """
    happened = quarters[np.isfinite(quarters)]
    if not len(happened):
        return None
    early, median, late = np.quantile(happened, (0.25, 0.5, 0.75), method="inverted_cdf").astype(int)
    labels = calendar.labels
    return Timing(labels[early], labels[median], labels[late])


def verdict(run: Run) -> Verdict:
    """Evaluate every proposition and class of a run."""
    register = run.register
    outcomes = Columns(run, "outcomes", _looked_at(run))
    bands = parameter_band.bands(run, outcomes)
    claims = tuple(_claim(p, run, outcomes, bands.get(p.id)) for p in register.propositions.values())
    classes = tuple(_class(name, label, outcomes[name], bands.get(name)) for name, label in CLASSES)
    others = [definition for definition in register.classes.values() if definition.id]
    quarters = outcomes["bust_quarter"]
    return Verdict(
        claims,
        classes,
        alternatives={other.label: _three(outcomes, other) for other in others if not other.version},
        bust_timing=timing(quarters, run.calendar),
        version=register.propositions_version,
        by=decided(run),
        bust_so_far=so_far(run, quarters, run.calendar.quarters),
        before={other.version: _three(outcomes, other) for other in others if other.version},
        ranges={o.label: found for o in others if not o.version and (found := _ranges(bands, o))},
    )


def _looked_at(run: Run) -> Iterator[str]:
    """Outcomes that the verdict looks at, and that the run has, in the order in which it does."""
    known, register = set(run.names("outcomes")), run.register
    for claim in register.propositions:
        yield from (name for name in (claim, f"{claim}_quarter") if name in known)
    yield from (name for name, _ in CLASSES)
    yield "bust_quarter"
    for definition in register.classes.values():
        yield from (definition.words[:3] if definition.id else ())


def _three(outcomes: Mapping[str, Array], definition: Class) -> tuple[Estimate, Estimate, Estimate]:
    bust, correction, durable = (statistics.probability(outcomes[word]) for word in definition.words[:3])
    return bust, correction, durable


def _ranges(
    bands: Mapping[str, ParameterBand], definition: Class
) -> tuple[ParameterBand, ParameterBand, ParameterBand] | None:
    three = definition.words[:3]
    if not bands.keys() >= set(three):
        return None
    bust, correction, durable = (bands[word] for word in three)
    return bust, correction, durable


def _word(probability: Estimate, band: ParameterBand | None) -> str:
    """A probability in one word, by its range over parameters; of its own where no ranges were measured."""
    if not probability.n:
        return words.words(probability)
    if band is None:
        return words.word(probability.value)
    return words.ranged(*band.ends) if band.ends else words.NO_RANGE


def so_far(run: Run, quarters: Array, last: int) -> dict[str, Estimate]:
    """Year → probability that something dated had come by its end; years in which a window still goes on.

    Parameters
    ----------
    quarters : (path,) index of the quarter in which it first comes, NaN where it does not.
    last : index of the window's last quarter.
    """
    entry, calendar = run.register.entries.get(SO_FAR), run.calendar
    years = np.atleast_1d(np.asarray(entry.value, dtype=int)) if entry is not None else ()
    ends = {str(year): calendar.offset(f"{year:04d}Q4") for year in years}
    return {
        year: statistics.probability(np.nan_to_num(quarters, nan=np.inf) <= end)
        for year, end in ends.items()
        if 0 < end < last
    }


def decided(run: Run) -> str:
    """Year, or quarter inside a year, with which the last window of the classes' gap and breaks ends."""
    register = run.register
    own = register.classes[""]
    claims = {p.id: p.any for p in register.propositions.values()}
    claims |= {flag.id: flag.any for flag in register.flags.values()}
    windows = [c.over for name in (own.gap, *own.breaks) for c in claims[name]]
    return ended(run.calendar.labels[max(run.window(over).last for over in windows)])


def _class(name: str, label: str, flags: Array, band: ParameterBand | None) -> OutcomeClass:
    probability = statistics.probability(flags)
    return OutcomeClass(name, label, probability, _word(probability, band), band)


def _claim(row: Proposition, run: Run, outcomes: Mapping[str, Array], band: ParameterBand | None) -> Claim:
    flags, told = outcomes.get(row.id), (row.id, row.side, row.label, row.statement)
    if flags is None or row.pending or not np.isfinite(flags).all():
        return Claim(*told, None, "pending", None, row.pending)
    probability = statistics.probability(flags)
    quarters = outcomes.get(f"{row.id}_quarter")
    said = _word(probability, band)
    if quarters is None:
        return Claim(*told, probability, said, None, "", band=band)
    dated = np.where(flags > 0, quarters, np.nan)
    last = max(run.window(condition.over).last for condition in row.any)
    when = timing(dated, run.calendar)
    return Claim(*told, probability, said, when, "", so_far(run, dated, last), band)
