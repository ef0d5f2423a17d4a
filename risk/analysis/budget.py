"""The budget of what is not known: how much of a result is parameters, how much shocks, how much both.

A path draws its parameters once and is struck by shocks once. Its result is held against three others: the
same parameters under other shocks, twice, and other parameters under the same shocks. With a group of
parameters drawn anew and all else as it was, what the result does is the group's alone and in company.

===========  =====  ========================================================================================
symbol       unit   meaning
===========  =====  ========================================================================================
y, V         any    result of a path; its variance
y₁, y₂       any    of the same parameters under other shocks
z            any    of other parameters under the same shocks
y_g          any    of the same shocks and parameters but those of a group
parameters   share  mean over the three pairs of y, y₁, y₂ of Cov / V: first-order share of all parameters
shocks       share  Cov(y, z) / V: first-order share of all shocks
both         share  1 − parameters − shocks: what either does only with the other
total        share  E[(y − y_g)²] / (2 V): what of the variance goes if all else were known (Jansen, 1999)
===========  =====  ========================================================================================

Notes
-----
Errors are those of the influence of single paths; V moves too. Degrees of freedom of the shocks count as a
parameter. Saltelli et al. (2010), *Computer Physics Communications* 181, for the estimators.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from risk.analysis import statistics
from risk.analysis.contrasts import Statistic, change, probability
from risk.analysis.gap import LENSES, PROPOSITIONS
from risk.analysis.statistics import Estimate
from risk.assumptions import Assumptions
from risk.runs import Run

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Budget:
    """How the variance of one result is made up.

    Attributes
    ----------
    groups : total effect of a group of parameters, by its name; empty where none were drawn anew.
    """

    name: str
    parameters: Estimate
    shocks: Estimate
    both: Estimate
    groups: Mapping[str, Estimate] = field(default_factory=dict)

    @property
    def largest(self) -> tuple[str, ...]:
        """Groups, the largest total first."""
        return tuple(sorted(self.groups, key=lambda name: -self.groups[name].value))


def budget(
    name: str, own: Array, struck: Array, redrawn: Array, groups: Mapping[str, Array]
) -> Budget | None:
    """The budget of a result; None where it is the same on all paths.

    Parameters
    ----------
    own : (path,) of the run.
    struck : (2, path) of its parameters under other shocks.
    redrawn : (path,) of other parameters under its shocks.
    groups : name → (path,) of its shocks under its parameters but those of a group.
    """
    away = own - own.mean()
    n, variance = len(own), float((away * away).mean())
    if not variance > 0.0:
        return None
    alike = np.stack([away, *(x - x.mean() for x in struck)])
    pairs = np.mean([alike[k] * alike[j] for k, j in combinations(range(len(alike)), 2)], axis=0)
    by_parameters = _share(pairs, away, variance)
    by_shocks = _share(away * (redrawn - redrawn.mean()), away, variance)
    both = 1.0 - by_parameters.estimate.value - by_shocks.estimate.value
    moved = -by_parameters.influence - by_shocks.influence
    totals = {group: _share(0.5 * (own - x) ** 2, away, variance).estimate for group, x in groups.items()}
    return Budget(
        name,
        by_parameters.estimate,
        by_shocks.estimate,
        Estimate(both, statistics.mean(moved).standard_error, n),
        totals,
    )


def _share(products: Array, away: Array, variance: float) -> Statistic:
    """Mean of (path,) products over the variance, and how each path moves it."""
    share = float(products.mean()) / variance
    influence = (products - share * away**2) / variance
    influence = influence - influence.mean()
    error = statistics.mean(influence).standard_error
    return Statistic(Estimate(share, error, len(away)), influence)


@dataclass(frozen=True)
class Reading:
    """What another definition does to a probability on the same paths.

    Attributes
    ----------
    of : the result that is defined otherwise.
    change : probability under this definition less that of the run's own.
    """

    id: str
    label: str
    of: str
    probability: Estimate
    change: Estimate


def readings(run: Run) -> tuple[Reading, ...]:
    """Every other definition of the verdict that a run keeps: classes first, then what moves most first.

    Classes by their other definitions, and propositions that the register states in another way.
    """
    register, kept = run.register, set(run.names("outcomes"))
    own = next(found for found in register.classes.values() if not found.id)
    pairs = [
        (other, word, f"{word.capitalize()} {definition.label}")
        for definition in register.classes.values()
        if definition.id
        for word, other in zip(own.words, definition.words, strict=False)
    ]
    pairs += list(_variants(register))
    wanted = [pair for pair in pairs if {pair[0], pair[1]} <= kept]
    columns = run.outcomes({name for pair in wanted for name in pair[:2]})
    found = [_reading(columns, *pair) for pair in wanted if np.isfinite(columns[pair[0]]).all()]
    return tuple(sorted(found, key=lambda each: (each.of not in own.words, -abs(each.change.value))))


def _variants(register: Assumptions) -> Iterable[tuple[str, str, str]]:
    """Propositions and flags that state another in another way: ``B1x`` of ``B1``, ``B4_60`` of ``B4``."""
    claims = register.propositions
    for id in (*claims, *register.flags):
        stem, _, way = id.partition("_")
        of = stem if way else stem[:-1]
        if of in claims and of != id:
            yield id, of, claims[id].label if id in claims else f"{claims[of].label} ({_way(id, way)})"


def _way(flag: str, way: str) -> str:
    """In which other way a flag states its proposition; the register has no words for flags."""
    lens = next((lens for (lens, _), id in PROPOSITIONS.items() if id == flag), None)
    return dict(LENSES)[lens] if lens else f"{way}%" if way.isdecimal() else way


def _reading(columns: Mapping[str, Array], id: str, of: str, label: str) -> Reading:
    before, after = probability(columns[of]), probability(columns[id])
    return Reading(id, label, of, after.estimate, change(before, after, paired=True))
