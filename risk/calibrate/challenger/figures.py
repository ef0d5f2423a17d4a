"""A challenged figure: what the model says, what the challenger says, and what closes the difference.

A difference is explained by what can be measured: a coupling cut in the model, or a simplification of the
challenger undone. Each moves one side; it closes the share of the difference that is gone then.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from risk.analysis.amplification import OFF
from risk.analysis.contrasts import NOISE
from risk.analysis.estimate import Estimate

LOOKS = 3.5
"""Standard errors within which a coupling moves nothing. Some 80 are looked at, and of each figure's the one
that closes most is told: at two errors four of them would move something by chance, at three and a half one
of them does in 25 such tables."""

LEAST = 0.05
"""Share of a difference below which a step explains nothing of it."""

MOST = 3
"""Steps that a sentence tells."""

ALL = "all couplings cut"

Side = Literal["model", "challenger"]


def exact(value: float) -> Estimate:
    """A number of a closed form, which has no sampling error."""
    return Estimate(value, 0.0, 0)


@dataclass(frozen=True)
class Step:
    """One thing undone on one side.

    Attributes
    ----------
    what : in words, as before "closes".
    value : of that side then, in the unit of its figure; its error is that of what the step moves.
    closes : share of the difference that is gone; below zero where it grows, NaN where there is none.
    """

    what: str
    side: Side
    value: Estimate
    closes: float


@dataclass(frozen=True)
class Figure:
    """A figure of both.

    Attributes
    ----------
    unit : "fraction" of a probability, else "USD bn".
    low, high : 5% and 95% of the challenger's figure over what it does not know.
    steps : what closes the difference, most first.
    """

    name: str
    label: str
    unit: str
    model: Estimate
    challenger: Estimate
    low: float
    high: float
    steps: tuple[Step, ...]

    @property
    def difference(self) -> Estimate:
        """Model less challenger, with the sampling error of both."""
        error = math.hypot(self.model.standard_error, self.challenger.standard_error)
        return Estimate(self.model.value - self.challenger.value, error, self.model.n)

    @property
    def told(self) -> bool:
        """Whether the difference is told from sampling noise."""
        return abs(self.difference.value) > NOISE * self.difference.standard_error

    @property
    def inside(self) -> bool:
        """Whether the model lies in the challenger's own range."""
        return self.low <= self.model.value <= self.high

    @property
    def uncoupled(self) -> Step | None:
        """The model with all couplings cut, where that was measured."""
        return next((step for step in self.steps if step.what == ALL), None)


def undone(model: Estimate, challenger: Estimate, own: Iterable[tuple[str, Estimate]]) -> list[Step]:
    """Simplifications of the challenger that are undone."""
    return [
        Step(what, "challenger", value, closes(model.value, challenger.value, model.value, value.value))
        for what, value in own
    ]


def cuts(model: Estimate, challenger: Estimate, moved: Mapping[str, Estimate]) -> list[Step]:
    """All couplings cut, and of single ones that move something beyond noise the one that closes most.

    Parameters
    ----------
    moved : case → mean change with its couplings cut.
    """
    steps = {case: _cut(case, change, model, challenger) for case, change in moved.items()}
    clear = [step for case, step in steps.items() if case != OFF and _clear(moved[case])]
    return [*(step for case, step in steps.items() if case == OFF), *_most(clear)[:1]]


def by_share(steps: Iterable[Step]) -> tuple[Step, ...]:
    """Steps, what closes most first."""
    return tuple(_most(steps))


def closes(model: float, challenger: float, moved: float, other: float) -> float:
    """Share of a difference that is gone where its sides are moved."""
    gap = abs(model - challenger)
    return 1.0 - abs(moved - other) / gap if gap else math.nan


def _cut(case: str, change: Estimate, model: Estimate, challenger: Estimate) -> Step:
    value = Estimate(model.value + change.value, change.standard_error, change.n)
    share = closes(model.value, challenger.value, value.value, challenger.value)
    return Step(ALL if case == OFF else f"{case} cut", "model", value, share)


def _clear(found: Estimate) -> bool:
    return abs(found.value) > LOOKS * found.standard_error


def _most(steps: Iterable[Step]) -> list[Step]:
    return sorted(steps, key=lambda step: -step.closes)


def sentence(figure: Figure, show: Callable[[Estimate], str]) -> str:
    """What the difference is and what closes it, made from what was measured.

    Parameters
    ----------
    show : a number of the figure in words, with its error where it has one.
    """
    return " ".join(filter(None, (_apart(figure, show), _uncoupled(figure, show), _closed(figure, show))))


def _apart(figure: Figure, show: Callable[[Estimate], str]) -> str:
    where = "inside" if figure.inside else "outside"
    ends = f"{show(exact(figure.low))} to {show(exact(figure.high))}"
    inputs = f"{where} what the challenger's own inputs leave open ({ends})"
    if not figure.told:
        return f"No difference beyond sampling noise; the model lies {inputs}."
    side = "above" if figure.difference.value > 0.0 else "below"
    return f"The model lies {side} the challenger, {inputs}."


def _uncoupled(figure: Figure, show: Callable[[Estimate], str]) -> str:
    step = figure.uncoupled
    if step is None:
        return ""
    said = f"With all couplings cut it says {show(step.value)}"
    if not figure.told:
        return f"{said}."
    if abs(step.value.value - figure.model.value) <= NOISE * step.value.standard_error:
        return f"{said}: no change beyond noise."
    if step.closes > LEAST:
        return f"{said}, which closes {_share(step.closes)} of the difference."
    return f"{said}, {'further away' if step.closes < -LEAST else 'about as far away'}."


def _closed(figure: Figure, show: Callable[[Estimate], str]) -> str:
    if not figure.told:
        return ""
    told = [s for s in figure.steps if s.closes >= LEAST and s.what != ALL][:MOST]
    if not told:
        return "Nothing else that was measured closes a twentieth of it."
    parts = [f"{s.what}, {_share(s.closes)} (the {s.side} then says {show(s.value)})" for s in told]
    return f"What closes it: {'; '.join(parts)}."


def _share(closes: float) -> str:
    return "all" if closes > 0.995 else f"{closes:.0%}"
