"""The same shocks under other parameters: all of them, or some, drawn from another seed.

Every other draw stays where it is, so that the difference to the run is what these parameters make of it.
Degrees of freedom are a parameter that the shocks are shaped by: where they are among those drawn anew, the
same normals are shaped by the new ones.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from hashlib import blake2b
from typing import TYPE_CHECKING, Any, cast

import numpy as np
from numpy.typing import NDArray

from risk.engine import inputs
from risk.engine.couplings import Baseline, Links
from risk.engine.layout import layout as fix_layout
from risk.engine.quarters import Opening, opened
from risk.engine.simulate import TOGETHER, carried
from risk.shocks.draw import DEGREES_OF_FREEDOM, draw_parameters, end_to_end, sample_parameter
from risk.shocks.stream import BLOCK

if TYPE_CHECKING:
    from risk.assumptions import Assumptions, Entry
    from risk.assumptions.priors import Prior

Array = NDArray[np.float64]


def parameter_seed(seed: int, other: int = 1) -> int:
    """Seed of other parameters: made of a run's seed and their number, and of nothing else."""
    words = f"other parameters {other} of {seed}".encode()
    return int.from_bytes(blake2b(words, digest_size=8).digest(), "little")


def swapped(
    assumptions: Assumptions,
    seed: int,
    rows: Mapping[int, int],
    outcomes: Iterable[str],
    ids: Collection[str],
    baseline: Baseline | None = None,
) -> dict[str, Array]:
    """Outcomes of a run some of whose parameters are drawn anew, name → (path,).

    Parameters
    ----------
    seed : of the run, whose shocks and other parameters stay.
    rows : random block → paths kept of it, 1,024 of all but the last.
    ids : entries that are drawn anew.
    baseline : medians for couplings that are switched off.

    Raises
    ------
    NumericalError : the model could not compute a path.
    """
    found, blocks = [], list(rows)
    for first in range(0, len(blocks), TOGETHER):
        own = blocks[first : first + TOGETHER]
        start = _opening(assumptions, seed, own, ids)
        paths = sum(rows[block] for block in own)
        made = carried(assumptions, start, paths, Links(assumptions.switches, baseline))
        found += [block.outcomes for block in made]
    return {name: np.concatenate([block[name] for block in found]) for name in outcomes}


def _opening(assumptions: Assumptions, seed: int, blocks: list[int], ids: Collection[str]) -> Opening:
    other, layout = parameter_seed(seed), fix_layout(assumptions)
    kept = draw_parameters(assumptions, seed, *blocks)
    anew = draw_parameters(assumptions, other, *blocks)
    drawn = inputs.complete(assumptions, {id: anew[id] if id in ids else value for id, value in kept.items()})
    shocks = [inputs.shocks(_freed(assumptions, other, block, ids), layout, seed, block) for block in blocks]
    paths = [block * BLOCK + row for block in blocks for row in range(BLOCK)]
    return opened(assumptions, layout, drawn, end_to_end(shocks), paths)


def _freed(assumptions: Assumptions, other: int, block: int, ids: Collection[str]) -> Assumptions:
    """The register by which the shocks of a block are shaped."""
    entry = assumptions.entries[DEGREES_OF_FREEDOM]
    if DEGREES_OF_FREEDOM not in ids or entry.prior is None:
        return assumptions
    given = replace(entry, prior=cast("Prior", _Given(entry, other, block)))
    return replace(assumptions, entries={**assumptions.entries, entry.id: given})


@dataclass(frozen=True)
class _Given:
    """What another seed draws of an entry in a block, whatever is asked of the prior."""

    entry: Entry
    seed: int
    block: int

    def quantile(self, _: Any) -> Array:
        return sample_parameter(self.entry, self.seed, self.block) / self.entry.scale
