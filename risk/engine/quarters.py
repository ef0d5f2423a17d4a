"""One random block stepped through its quarters, for a run to remember or a single path to be told."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from risk.engine import inputs, quarter, world
from risk.engine.context import Context, Flows
from risk.engine.couplings import Links
from risk.engine.layout import Layout
from risk.engine.layout import layout as fix_layout
from risk.engine.world import Fixed, Parameters, World
from risk.shocks.draw import Shocks
from risk.shocks.stream import BLOCK

if TYPE_CHECKING:
    from risk.assumptions import Assumptions

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Opening:
    """A block at the base date: everything drawn, and the world it starts from.

    Attributes
    ----------
    drawn : every register number of the block, id → array.
    forced : what the scenario's events add, variable → quarter → (path, 1).
    """

    drawn: Mapping[str, Any]
    p: Parameters
    layout: Layout
    fixed: Fixed
    shocks: Shocks
    forced: Mapping[str, list[Array]]
    world: World


class Quarter(NamedTuple):
    """One quarter of a block: the world before and after it, and what happened."""

    context: Context
    before: World
    after: World
    flows: Flows


def opening(assumptions: Assumptions, seed: int, block: int) -> Opening:
    """Draw a block and set it up at the base date."""
    layout = fix_layout(assumptions)
    drawn = inputs.draw(assumptions, seed, block)
    shocks = inputs.shocks(assumptions, layout, seed, block)
    p = world.parameters(drawn, BLOCK)
    state, fixed = world.initial(p, layout, BLOCK)
    forced = world.forced(assumptions, shocks.uniform, BLOCK)
    return Opening(drawn, p, layout, fixed, shocks, forced, state)


def quarters(start: Opening, links: Links) -> Iterator[Quarter]:
    """Step through every quarter of a block."""
    state = start.world
    for t in range(1, start.layout.quarters + 1):
        events = {name: values[t] for name, values in start.forced.items()}
        context = Context(start.p, start.layout, start.fixed, links, start.shocks, events, t)
        after, flows = quarter.step(context, state)
        yield Quarter(context, state, after, flows)
        state = after
