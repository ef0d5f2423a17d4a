"""How far the verdict on a case moves with the numbers that its author had to choose.

No further run is needed: every uncertain number is drawn path by path, and what the model says on the paths
on which it is lowest, or highest, is what it would say had the author chosen so.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from risk.assumptions.cases import Described
from risk.assumptions.cases.expected import produced
from risk.assumptions.cases.form import Expected
from risk.calibrate import scores
from risk.calibrate.cases import judge

Array = NDArray[np.float64]

SHARE = 5
"""The lowest and the highest fifth of the draws are looked at."""

JUDGED = ("judgement", "memory", "nowcast")


@dataclass(frozen=True)
class Chosen:
    """A number that the author of a case chose, or left open.

    Attributes
    ----------
    open : left to the register; else given as a judgement.
    inside_low, inside_high : outcomes inside 90% where it is lowest, and where it is highest.
    moves : most that the percentile of any outcome moves from the one to the other.
    of : the outcome that moves so.
    """

    id: str
    open: bool
    inside_low: int
    inside_high: int
    moves: float
    of: str


def chosen(
    described: Described, outcomes: Mapping[str, Array], parameters: Mapping[str, Array], seed: int
) -> tuple[Chosen, ...]:
    """Return every uncertain number that was chosen, the one that moves a percentile most first.

    Parameters
    ----------
    outcomes, parameters : name → (path,), of the run.
    """
    case = described.case
    wanted = [(o, *_read(o, described, outcomes, seed)) for o, _ in case.outcomes if produced(o)]
    found = [
        _chosen(id, id in case.changes, draws, wanted)
        for id, draws in parameters.items()
        if _counts(id, described)
    ]
    return tuple(sorted(found, key=lambda each: -each.moves))


def _counts(id: str, described: Described) -> bool:
    """Whether a number was chosen: left open, or given as a judgement."""
    table = described.case.changes.get(id.partition("[")[0])
    return not isinstance(table, dict) or table.get("grade") in JUDGED


def _read(
    outcome: Expected, described: Described, outcomes: Mapping[str, Array], seed: int
) -> tuple[Array, float]:
    """An outcome on every path as it would be read, NaN where it is not met, and what came."""
    calendar = described.case.calendar
    found = judge.sample(outcome, outcomes, calendar)
    x = np.full(len(found.met), np.nan)
    x[found.met] = judge.measured(outcome, found.values[found.met], "model", seed)
    return x, judge.realised(outcome, calendar)


def _chosen(id: str, given: bool, draws: Array, wanted: Sequence[tuple[Expected, Array, float]]) -> Chosen:
    order = np.argsort(draws, kind="stable")
    count = max(len(order) // SHARE, 1)
    ends = [[_percentile(x[rows], y) for _, x, y in wanted] for rows in (order[:count], order[-count:])]
    apart = [abs(high - low) for low, high in zip(*ends, strict=True)]
    most = int(np.nanargmax(apart)) if apart and not np.isnan(apart).all() else -1
    inside = [sum(scores.inside(u, judge.INSIDE) for u in row if not np.isnan(u)) for row in ends]
    moves, of = (apart[most], wanted[most][0].id) if most >= 0 else (0.0, "")
    return Chosen(id, not given, inside[0], inside[1], float(moves), of)


def _percentile(x: Array, y: float) -> float:
    known = x[np.isfinite(x)]
    return scores.pit(known, y, 0.5) if len(known) else float("nan")
