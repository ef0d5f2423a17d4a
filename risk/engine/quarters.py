"""Random blocks stepped through their quarters, for a run to remember or a single path to be told."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from risk.engine import finite, inputs, world
from risk.engine.context import Context, Flows
from risk.engine.couplings import Links
from risk.engine.finite import Rows
from risk.engine.layout import Layout
from risk.engine.layout import layout as fix_layout
from risk.engine.surcharge import charged
from risk.engine.world import Fixed, Parameters, World
from risk.errors import NumericalError
from risk.shocks.draw import Shocks
from risk.shocks.stream import BLOCK

if TYPE_CHECKING:
    from risk.assumptions import Assumptions

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Opening:
    """Blocks at the base date, their paths one after another: everything drawn, and the world it starts from.

    Attributes
    ----------
    drawn : every register number of the blocks, id → array.
    forced : what the scenario's events add, variable → quarter → (path, 1).
    rows : which path stands in each row, and the names of entities.
    """

    drawn: Mapping[str, Any]
    p: Parameters
    layout: Layout
    fixed: Fixed
    shocks: Shocks
    forced: Mapping[str, list[Array]]
    world: World
    rows: Rows


class Quarter(NamedTuple):
    """One quarter of an opening: the world before and after it, and what happened."""

    context: Context
    before: World
    after: World
    flows: Flows


def opening(assumptions: Assumptions, seed: int, *blocks: int) -> Opening:
    """Draw blocks and set them up at the base date.

    Raises
    ------
    NumericalError : the state at the base date cannot be computed.
    """
    layout = fix_layout(assumptions)
    drawn = inputs.draw(assumptions, seed, *blocks)
    shocks = inputs.shocks(assumptions, layout, seed, *blocks)
    ids = [block * BLOCK + row for block in blocks for row in range(BLOCK)]
    return opened(assumptions, layout, drawn, shocks, ids)


def opened(
    assumptions: Assumptions, layout: Layout, drawn: Mapping[str, Any], shocks: Shocks, ids: Sequence[int]
) -> Opening:
    """Set paths up at the base date.

    Parameters
    ----------
    drawn, shocks : as many rows of each as there are paths.
    ids : id of every path, in the order of the rows.
    """
    paths = len(ids)
    p = finite.each(world.parameters(drawn, paths), np.asfortranarray)
    try:
        with finite.strict():
            state, fixed = finite.each(world.initial(p, layout, shocks, paths), np.asfortranarray)
    except FloatingPointError as error:
        raise NumericalError(f"{error} at the base date in {finite.place(error)}") from error
    forced = world.forced(assumptions, shocks.uniform, paths)
    return Opening(drawn, p, layout, fixed, shocks, forced, state, Rows(ids, _names(assumptions, layout)))


def alone(start: Opening, row: int) -> Opening:
    """One path of an opening by itself."""
    found: Opening = finite.some(start, slice(row, row + 1), len(start.rows.ids))
    return replace(found, rows=replace(start.rows, ids=(start.rows.ids[row],)))


def quarters(start: Opening, links: Links, thorough: bool = False) -> Iterator[Quarter]:
    """Step an opening through every quarter.

    Parameters
    ----------
    thorough : look at every flow for what is not finite, not only at the states.

    Raises
    ------
    NumericalError : a number is not finite; names mechanism, variable, entity, path and quarter.
    """
    state = start.world
    for t in range(1, start.layout.quarters + 1):
        events = {name: values[t] for name, values in start.forced.items()}
        context = Context(charged(start.p, t), start.layout, start.fixed, links, start.shocks, events, t)
        after, flows = finite.step(context, state, start.rows, thorough)
        yield Quarter(context, state, after, flows)
        state = after
        del after, flows  # the next quarter needs none of them in memory


def _names(assumptions: Assumptions, layout: Layout) -> dict[str, tuple[str, ...]]:
    """Names along the axes."""
    tables, book = assumptions.tables, layout.book
    axes = {
        "spender": "capex.firm",
        "generation": "gpu.generation",
        "segment": "credit.segment",
        "holder": "credit.holder",
    }
    named = {axis: tables[table].names for axis, table in axes.items()}
    inside = {named["segment"][i] for i in layout.pools.headline}
    return {
        **named,
        "firm": book.firms,
        "facility": book.names,
        "instrument": inputs.instruments(assumptions),
        "beside": tuple(name for name in named["segment"] if name not in inside),
    }
