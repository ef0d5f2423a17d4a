"""Where a path stands: normal scores of what was drawn for it, and those that a condition moves.

A coordinate is an uncertain assumption, or what struck a common factor over a calendar year: the sum of its
innovations, drawn again from the run's seed. Its score is the standard normal quantile of its rank among all
paths, so that 0 is the middle of a prior and ±2 what one path in twenty is beyond, whatever the shape.

==========  ====  ===================================================================================
symbol      unit  meaning
==========  ====  ===================================================================================
z, u        sd,1  score of a path in a coordinate, and its rank as a share of all paths
a, b        sd    means of z and of √5 (6u² − 6u + 1) where the condition is met, less those of all
N           1     coordinates that count: the fewest that have nine tenths of Σ (a² + b²), each ¼ at most
==========  ====  ===================================================================================

Notes
-----
A condition may ask for a high or a low value (a), or for one far from the middle on either side (b, of a
Legendre polynomial, as in Neyman's smooth tests). Both have mean 0 and variance 1 and are uncorrelated, so
that without any effect n a² / (1 − p) and n b² / (1 − p) are independent chi-squares (p the probability of
the condition, n the paths that meet it). Their sum tests a coordinate, and Benjamini and Hochberg (1995)
hold the false discoveries among all of them to one in twenty. All is found on the learning half. Draws of
single companies, generations and hazards are no coordinates.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from risk.analysis import statistics
from risk.analysis.explain_inputs import shocks
from risk.analysis.reverse.halves import learning
from risk.analysis.reverse.threads import each
from risk.analysis.statistics import Estimate
from risk.factors import FACTORS
from risk.runs import Run

Array = NDArray[np.float64]
Singles = NDArray[np.float32]
Flags = NDArray[np.bool_]

_FACTORS = {factor.letter: factor for factor in FACTORS}

DISCOVERIES = 0.05
"""Share of the coordinates that are found which may be found by chance."""

CARRIED = 0.9
"""Share of what a condition moves that the coordinates which count have together (judgement)."""

LOUDEST = 0.25
"""a² + b² at most, where it is told what has nine tenths of it: half a standard deviation. A condition that
names a coordinate moves it by much more, and would leave nothing to all others (judgement)."""

MOST = 40
"""Coordinates that count at most."""


@dataclass(frozen=True)
class Coordinate:
    """One thing that is drawn for a path.

    Attributes
    ----------
    id : of the assumption; of a shock as `risk.analysis.explain_inputs` has it, ``shock.Z.2028``.
    label : in words; empty of an assumption, whose id says it.
    unit : of its values; of a shock "sd": over a year, in its standard deviations.
    up : what a high value means, of a shock.
    values : (path,) in `unit`.
    """

    id: str
    values: Array
    unit: str
    label: str = ""
    up: str = ""

    @property
    def shock(self) -> bool:
        """Whether it happens, rather than is not known."""
        return bool(self.label)


def normal_scores(values: ArrayLike) -> Array:
    """Standard normal quantiles of the ranks of (path,) values; those that are the same have the same."""
    from scipy.special import ndtri

    data = np.asarray(values)
    n = len(data)
    order = np.argsort(data)
    ordered = data[order]
    first = np.flatnonzero(np.concatenate([[True], ordered[1:] != ordered[:-1]])[:n])
    last = np.append(first[1:], n) - 1
    scores = np.empty(n)
    scores[order] = np.repeat(ndtri(((first + last) / 2.0 + 0.5) / n), last - first + 1)
    return scores


def coordinates(run: Run, units: Mapping[str, tuple[str, float]]) -> Iterator[Coordinate]:
    """Every coordinate of the paths of a run.

    Parameters
    ----------
    units : id of an assumption → its unit in reports, and that in base units.
    """
    for name, values in run.parameters().items():
        unit, scale = units[name]
        yield Coordinate(name, values if scale == 1.0 else values / scale, unit)
    for shock in shocks(run):
        _, letter, year = shock.name.split(".")
        factor = _FACTORS[letter]
        label = f"{factor.name[0].upper()}{factor.name[1:]} {year}"
        yield Coordinate(shock.name, shock.values, "sd", label, factor.up)


@dataclass(frozen=True)
class Moved:
    """A coordinate that counts for a condition.

    Attributes
    ----------
    shift : mean score over the paths of the other half that meet the condition; 0 on all paths.
    """

    coordinate: Coordinate
    shift: Estimate


@dataclass(frozen=True)
class Told:
    """What tells the paths that meet a condition from all others.

    Attributes
    ----------
    moved : coordinates that count, the largest effect first.
    tested, found : how many there are, and of how many an effect is beyond chance.
    scores : (moved, path).
    """

    moved: tuple[Moved, ...]
    tested: int
    found: int
    scores: Singles


def told_apart(every: Sequence[Coordinate], flags: Flags) -> Told:
    """The coordinates that a condition moves, of (path,) flags."""
    from scipy.stats import false_discovery_control

    learn = learning(len(flags))
    inside = flags & learn
    share = inside.sum() / learn.sum()
    # Scores of all would take more room than anything else: of those that count they are found again.
    strength = np.array(each(lambda c: _strength(normal_scores(c.values), inside, learn), every))
    chances = np.exp(-0.5 * strength * inside.sum() / (1.0 - share))
    found = false_discovery_control(chances) <= DISCOVERIES
    order = [i for i in np.argsort(-strength, kind="stable").tolist() if found[i]]
    heard = np.cumsum(np.minimum(strength[order], LOUDEST))
    carried = heard / heard[-1] if order else heard
    counting = order[: min(int(np.searchsorted(carried, CARRIED)) + 1, MOST)]
    other = flags & ~learn
    scores = {i: normal_scores(every[i].values) for i in counting}
    return Told(
        tuple(Moved(every[i], statistics.mean(scores[i][other])) for i in counting),
        len(every),
        int(found.sum()),
        np.array([scores[i] for i in counting], dtype=np.float32).reshape(len(counting), len(flags)),
    )


def _strength(scores: Array, inside: Flags, every: Flags) -> float:
    """a² + b² of the paths that meet a condition, among others."""
    from scipy.special import ndtr

    u = ndtr(scores)
    spread = np.sqrt(5.0) * (6.0 * u * (u - 1.0) + 1.0)
    return float(sum((each[inside].mean() - each[every].mean()) ** 2 for each in (scores, spread)))
