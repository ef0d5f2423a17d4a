"""Targets as rows of a file: which statistic over paths, of what, must lie between which bounds."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated, Literal, NamedTuple, get_args

from pydantic import Field

from risk.assumptions.measures import Class, Flag, Measure, Outcome, Proposition, Unit, Window, measures
from risk.assumptions.schema import Note, Record, Text
from risk.catalogue import CATALOGUE

Case = Literal["base", "glut", "fast"]
CASES: tuple[Case, ...] = get_args(Case)
"""Worlds of stylised facilities: as it is, with a glut on half of its paths, with fast obsolescence."""

STRESS = "joint-tail"
"""Scenario in which feedback is measured beside the base case, of a register that has it."""

LOOP_GAIN = "loop gain"
BULL = "bull"
ALL_LINES = "all lines"
World = Literal["base", "joint-tail", "bull"]
Figure = Literal["", "loop gain", "mean", "shortfall", "bust", "second_round", "B5", "B7", "all lines"]
FIGURES: Mapping[str, tuple[str, ...]] = {
    "feedback": (LOOP_GAIN, "mean", "shortfall", "bust", "second_round"),
    "order": ("bust", "B5", "B7", ALL_LINES),
}
"""What is asked of other worlds, by measure. Of feedback: the gain of the loop, or a loss with couplings on
over one with them off (what is compared by `bubblerisk amplification`); of an order of stresses: a
probability, or the loss of all lines of credit."""

MEASURES: Mapping[str, str] = {
    "clearing": "1", "stylised": "1", "feedback": "1", "order": "1", "extreme propositions": "1",
    "replay": "USD", "spend against power": "1",
    "default rate": "1", "loss rate": "1", "default and spread": "1", "default in stress": "1",
    "default in wide years": "1", "recovery in wide quarters": "1",
    "recovery": "1", "paired recovery": "1",
    "largest quarter": "1", "last quarter": "1",
}  # fmt: skip
"""What a run is measured by that is no statistic of one number a path, and its unit: the base date's market,
loans, feedback and the order of stresses beside the run, the verdict as a whole, another year, the base
date's spending, pools over the cycle, what a dollar in default gets back, the same loans in stress less in
calm, when losses come. `risk.calibrate` computes them."""

POOLED = ("default rate", "loss rate")
"""Measures with a statistic over paths and calendar years."""

OF = (
    *POOLED,
    "default and spread",
    "default in stress",
    "default in wide years",
    "recovery in wide quarters",
    "recovery",
)
"""Measures of what `of` names: a pool, or instruments together."""


class Target(Record):
    """What the base case must hit: ``[[target]]`` in targets.toml.

    It is a statistic over paths of an `outcome` or of a `quantity`; what neither can say is a `measure`.
    `{0}` in label and statement stands for the window as it was asked for: a run that does not cover it has
    nothing to measure.

    Attributes
    ----------
    outcome : id of an outcome, flag or proposition, or what a class calls a path.
    quantity, over : a series that a run keeps path by path, at the end of its window; in a window of years
        at the end of each, and the mean of these.
    log_change : quarters over which the change of the quantity's logarithm stands for its level.
    across, quantile : the statistic over paths.
    observed : what was read where the run has the outcome, in the unit of that: the share of paths below it.
    against, complement : the outcome with which it is ranked, or by whose mean its own is divided; one minus
        what it is ranked with.
    measure : one of `MEASURES`.
    tenor, case : of a stylised facility.
    world, figure : of feedback, of an order of stresses: the scenario, and what of it.
    coupling : whose addition is asked for, as a share of the figure without it; none = all on over all off.
    of : the pool, or the instruments taken together, that a measure over the cycle is of.
    above : in `unit`; the share of years above it is what is asked for.
    low, high : bounds, both in, in `unit`.
    """

    id: Text
    label: Text
    statement: Text
    status: Literal["met", "missed", "pending", "informational"]
    source: Text
    reason: Note = ""
    locator: Note = ""
    outcome: Note = ""
    quantity: Note = ""
    over: Window | None = None
    log_change: Annotated[int, Field(ge=0, le=60)] = 0
    across: Literal["", "mean", "probability", "standard deviation", "rank correlation", "ratio of means"] = (
        ""
    )
    quantile: Annotated[float, Field(gt=0, lt=1)] | None = None
    observed: float | None = None
    against: Note = ""
    complement: bool = False
    measure: Note = ""
    of: Annotated[tuple[Text, ...], Field(strict=False)] = ()
    above: float | None = None
    tenor: Note = ""
    case: Case = "base"
    world: World = "base"
    figure: Figure = ""
    coupling: Note = ""
    low: float | None = None
    high: float | None = None
    unit: Unit = "1"
    as_of: dt.date | None = None
    note: Note = ""


class Reading(NamedTuple):
    """A number that every path leaves behind under a name.

    Attributes
    ----------
    unit : "1" of what happens on a path or does not, which `happens` tells.
    said : measures whose windows a text may name.
    measures : all that it rests on.
    """

    unit: str
    happens: bool
    said: Sequence[Measure]
    measures: Sequence[Measure]


def readings(
    outcomes: Iterable[Outcome], claims: Iterable[Flag | Proposition], classes: Iterable[Class]
) -> dict[str, Reading]:
    """Return outcomes, flags, propositions and what classes call a path, by name."""
    found = {o.id: Reading(o.unit, False, [o], [o]) for o in outcomes}
    found |= {c.id: Reading("1", True, c.any, list(measures([c]))) for c in claims}
    for definition in classes:
        parts = [found[name] for name in (definition.gap, *definition.breaks) if name in found]
        whole = Reading("1", True, [], [m for part in parts for m in part.measures])
        found |= dict.fromkeys(definition.words, whole)
    return found


def reading(target: Target, known: Mapping[str, Reading]) -> Reading:
    """Return what a valid target is a statistic of; without measures where nothing is dated."""
    if target.over is not None:
        own = [Measure(quantity=target.quantity, over=target.over)]
        return Reading("1" if target.log_change else CATALOGUE[target.quantity].unit, False, own, own)
    found = known.get(target.outcome, Reading(MEASURES.get(target.measure, "1"), False, [], []))
    if target.observed is not None:
        return found._replace(unit="1", happens=False)
    if target.against:
        return Reading("1", False, found.said, [*found.measures, *known[target.against].measures])
    return found
