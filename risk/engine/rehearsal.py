"""A rehearsal: what is valid entry by entry is set up at the base date and taken through every quarter once.

It is played on a few paths that a run of any length could draw: ordinary ones, those of a block on which a
common factor moves most, and for each uncertain number one on which it is drawn at either end of its prior.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from risk.assumptions.priors import Dirichlet
from risk.assumptions.values import NEVER
from risk.engine import inputs
from risk.engine.couplings import Links
from risk.engine.layout import layout as fix_layout
from risk.engine.quarters import Opening, opened
from risk.engine.simulate import carried, coupled_medians
from risk.factors import FACTORS
from risk.shocks.draw import Shocks, dirichlet, draw_parameters
from risk.shocks.stream import BLOCK

if TYPE_CHECKING:
    from risk.assumptions import Assumptions, Entry

Array = NDArray[np.float64]

SEED = 0
ORDINARY = 8
"""Paths drawn as any other, before those with an extreme in them."""

LEAST = 101
"""Paths at least: more than a matrix of the register has rows, see `finite.some`."""


@dataclass(frozen=True)
class Corner:
    """An uncertain number at an end of its prior."""

    id: str
    low: bool

    def __str__(self) -> str:
        return f"drawn at its {'lowest' if self.low else 'highest'}"


def rehearse(assumptions: Assumptions) -> None:
    """Take a few paths through the whole run; they are forgotten.

    Raises
    ------
    NumericalError : a number is not finite; `path` is a row of the rehearsal.
    AssumptionError : entries or tables do not fit what the model reads.
    """
    perform(assumptions, cast(assumptions))


def perform(assumptions: Assumptions, start: Opening) -> None:
    """Take what was cast through every quarter; see `rehearse`."""
    links = Links(assumptions.switches)
    if not all(assumptions.switches.values()):
        links = replace(links, baseline=coupled_medians(start))
    carried(assumptions, start, len(start.rows.ids), links, thorough=True)


def corners(assumptions: Assumptions) -> tuple[Corner | None, ...]:
    """What is extreme on each path of a rehearsal; None where nothing is."""
    uncertain = [id for id, entry in assumptions.entries.items() if entry.prior is not None]
    found = [Corner(id, low) for id in uncertain for low in (True, False)]
    ordinary = [None] * (ORDINARY + 2 * len(FACTORS))
    return (*ordinary, *found, *[None] * (LEAST - len(ordinary) - len(found)))


def cast(assumptions: Assumptions) -> Opening:
    """Paths of a rehearsal at the base date."""
    layout = fix_layout(assumptions)
    shocks = inputs.shocks(assumptions, layout, SEED, 0)
    ends = corners(assumptions)
    moved = shocks.common.sum(axis=0)
    chosen = [*range(ORDINARY), *moved.argmin(axis=0), *moved.argmax(axis=0)]
    rows = np.array([*chosen, *(row % BLOCK for row in range(len(chosen), len(ends)))])
    drawn = {
        id: _played(assumptions, id, value, rows, ends)
        for id, value in draw_parameters(assumptions, SEED, 0).items()
    }
    uniform = {name: array[:, rows] for name, array in shocks.uniform.items()}
    if "event" in uniform:
        uniform["event"][:, 0] = 0.0  # on the first path everything happens that a scenario may force
    here = Shocks(
        common=shocks.common[:, rows],
        idiosyncratic={name: array[:, rows] for name, array in shocks.idiosyncratic.items()},
        uniform=uniform,
        mixing=shocks.mixing[:, rows],
    )
    return opened(assumptions, layout, inputs.complete(assumptions, drawn), here, range(len(rows)))


def _played(
    assumptions: Assumptions, id: str, value: Any, rows: NDArray[np.intp], ends: Sequence[Corner | None]
) -> Any:
    """A register number on the rehearsal's paths: as drawn, but at its corners."""
    entry = assumptions.entries.get(id)
    if entry is None or entry.prior is None:
        return value
    found = value[rows]
    for i, corner in enumerate(ends):
        if corner is not None and corner.id == id:
            found[i] = extreme(entry, corner.low)
    return found


def extreme(entry: Entry, low: bool) -> Array:
    """What is drawn of an entry at an end of its prior, base units, (component,)."""
    p = NEVER if low else 1.0 - NEVER
    prior = entry.prior
    assert prior is not None
    if isinstance(prior, Dirichlet):
        mean = np.asarray(entry.value, dtype=np.float64)
        uniform = np.full(len(mean), 0.5)
        uniform[int(mean.argmax())] = p
        return dirichlet(mean, prior.concentration, uniform)
    return np.array([prior.quantile(p) * entry.scale])
