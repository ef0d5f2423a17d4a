"""What moved between runs of two versions of the propositions: because of definitions, because of the model.

The newer run keeps the older version as a reading of its own (`Class.version`). What that reading finds less
what the older run found is the model's doing; what today's reading finds beside it on the same paths is that
of thresholds and windows. Of the older run only outcomes are read, and its register as it was written.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from risk.analysis.contrasts import Statistic, change, mean, probability, share_draws
from risk.analysis.metrics import HEADLINE
from risk.analysis.statistics import Estimate
from risk.analysis.verdict import CLASSES
from risk.assumptions.tables import HEADLINE as FIRST
from risk.runs import Run
from risk.units import SCALE

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Moved:
    """One result of two runs and two versions.

    Attributes
    ----------
    unit : as a `Variable` has it; empty for probabilities.
    before, between, after : older run, newer run as the older version reads it, newer run as it reads itself.
    model, thresholds : what lies between these.
    """

    name: str
    label: str
    unit: str
    before: Estimate
    between: Estimate
    after: Estimate
    model: Estimate
    thresholds: Estimate


@dataclass(frozen=True)
class Versions:
    """Version of the propositions of the older run and of the newer one, and what moved between them."""

    old: str
    new: str
    rows: tuple[Moved, ...]


def versions(before: Run, after: Run) -> Versions | None:
    """What moved between two runs whose propositions are not of one version; None where they are."""
    old, new = str(before.written["propositions_version"]), after.register.propositions_version
    if old == new:
        return None
    paired = share_draws(before, after)
    return Versions(old, new, (*_read(before, after, old, paired), _headline(before, after, paired)))


def _read(before: Run, after: Run, version: str, paired: bool) -> Iterator[Moved]:
    """Outcome classes, and what breaks them, by either version."""
    register = after.register
    then = next((found for found in register.classes.values() if found.version == version), None)
    if then is None:
        return
    claims = register.propositions
    sorts = zip(CLASSES, then.words, strict=False)
    named = [(name, f"P({label.lower()})", word) for (name, label), word in sorts]
    own = zip(register.classes[""].breaks, then.breaks, strict=True)
    named += [(name, f"P({name}) {claims[name].label}", word) for name, word in own]
    first = before.outcomes([name for name, *_ in named])
    second = after.outcomes([column for name, _, word in named for column in (name, word)])
    for name, label, word in named:
        flags = first[name], second[word], second[name]
        yield _moved(name, label, "", [probability(x) for x in flags], paired)


def _headline(before: Run, after: Run, paired: bool) -> Moved:
    """The mean headline loss, of what either version counts in it."""
    unit = after.variable(HEADLINE).unit
    then = np.sum([*after.outcomes(f"loss.{name}" for name in _counted(before, after)).values()], axis=0)
    losses = before.outcome(HEADLINE), then, after.outcome(HEADLINE)
    found = [mean(np.asarray(values) / SCALE[unit]) for values in losses]
    return _moved(HEADLINE, "Headline loss, mean", unit, found, paired)


def _counted(before: Run, after: Run) -> Iterator[str]:
    """Instruments of the newer run that the older one counts in its headline."""
    rows = before.written["tables"]["credit.segment"]["rows"]
    outside = {row["name"] for row in rows if not row.get("headline", row.get("line") == FIRST)}
    return (name for name in after.entities["losses.instrument"] if name not in outside)


def _moved(name: str, label: str, unit: str, found: Sequence[Statistic], paired: bool) -> Moved:
    """A result as the older run has it, the newer one by the older version, and by its own."""
    before, between, after = found
    return Moved(
        *(name, label, unit),
        *(before.estimate, between.estimate, after.estimate),
        model=change(before, between, paired),
        thresholds=change(between, after, paired=True),
    )
