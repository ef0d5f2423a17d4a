"""The verdict: each proposition's probability with its error and timing, and the outcome classes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from risk.analysis import statistics, words
from risk.analysis.statistics import Estimate
from risk.assumptions.measures import Proposition
from risk.axes import Calendar, ended
from risk.runs import Run

Array = NDArray[np.float64]

CLASSES: tuple[tuple[str, str], ...] = (
    ("bust", "Bust"),
    ("correction", "Correction"),
    ("durable", "Durable"),
    ("durable_paid", "Durable, paid for"),
    ("durable_unpaid", "Durable, unpaid"),
)
"""Outcome classes: the first three are exclusive and exhaustive, the last two split the third."""

ALTERNATIVES: tuple[tuple[str, str], ...] = (
    ("b1x", "counting external customers only (B1x)"),
    ("60", "with a 60% fall of rent in B4"),
)


@dataclass(frozen=True)
class Timing:
    """When it happens, where it happens: quarter labels of the quartiles over the paths that show it."""

    early: str
    median: str
    late: str


@dataclass(frozen=True)
class Claim:
    """One proposition; `probability` is None where the model cannot yet answer it."""

    id: str
    side: str
    label: str
    statement: str
    probability: Estimate | None
    words: str
    timing: Timing | None
    pending: str


@dataclass(frozen=True)
class OutcomeClass:
    """One outcome class and its probability."""

    name: str
    label: str
    probability: Estimate
    words: str


@dataclass(frozen=True)
class Verdict:
    """What the committee votes on.

    Attributes
    ----------
    alternatives : definition → probabilities of bust, correction, durable under it.
    bust_timing : when enough had broken, on paths that end in a bust.
    by : the year or quarter by which the classes are decided.
    """

    claims: tuple[Claim, ...]
    classes: tuple[OutcomeClass, ...]
    alternatives: Mapping[str, tuple[Estimate, Estimate, Estimate]]
    bust_timing: Timing | None
    version: str
    by: str

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
    outcomes = run.outcomes()
    register = run.register
    claims = tuple(_claim(p, outcomes, run.calendar) for p in register.propositions.values())
    classes = tuple(_class(name, label, outcomes[name]) for name, label in CLASSES)
    alternatives = {
        label: (
            statistics.probability(outcomes[f"bust_{key}"]),
            statistics.probability(outcomes[f"correction_{key}"]),
            statistics.probability(outcomes[f"durable_{key}"]),
        )
        for key, label in ALTERNATIVES
    }
    bust = timing(outcomes["bust_quarter"], run.calendar)
    return Verdict(claims, classes, alternatives, bust, register.propositions_version, decided(run))


def decided(run: Run) -> str:
    """Year, or quarter inside a year, with which the last window of the classes' gap and breaks ends."""
    register = run.register
    own = register.classes[""]
    claims = {p.id: p.any for p in register.propositions.values()}
    claims |= {flag.id: flag.any for flag in register.flags.values()}
    windows = [c.over for name in (own.gap, *own.breaks) for c in claims[name]]
    return ended(run.calendar.labels[max(run.window(over).last for over in windows)])


def _class(name: str, label: str, flags: Array) -> OutcomeClass:
    probability = statistics.probability(flags)
    return OutcomeClass(name, label, probability, words.words(probability))


def _claim(row: Proposition, outcomes: Mapping[str, Array], calendar: Calendar) -> Claim:
    flags, told = outcomes.get(row.id), (row.id, row.side, row.label, row.statement)
    if flags is None or row.pending or not np.isfinite(flags).all():
        return Claim(*told, None, "pending", None, row.pending)
    probability = statistics.probability(flags)
    quarters = outcomes.get(f"{row.id}_quarter")
    when = None if quarters is None else timing(np.where(flags > 0, quarters, np.nan), calendar)
    said = words.words(probability)
    return Claim(*told, probability, said, when, "")
