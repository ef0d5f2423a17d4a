"""Simulate one random block: draw everything, step through the quarters, return what is remembered."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from risk.engine import inputs, outcomes, quarter, record, world
from risk.engine.context import Context
from risk.engine.couplings import Baseline, Links, medians
from risk.engine.layout import layout as fix_layout
from risk.engine.tally import Tally
from risk.errors import NumericalError
from risk.parameters import build
from risk.paths import FACILITY_BLOCKS, SERIES, Block
from risk.shocks.stream import BLOCK

if TYPE_CHECKING:
    from collections.abc import Mapping

    from risk.assumptions import Assumptions

Array = NDArray[np.float64]

BASELINE_BLOCKS = 4
"""Random blocks of the coupled base case from which the medians of cut couplings are taken."""


def simulate(
    assumptions: Assumptions, seed: int, block: int, paths: int = BLOCK, baseline: Baseline | None = None
) -> Block:
    """Simulate one random block of 1,024 paths and keep the first `paths` of them.

    Parameters
    ----------
    assumptions : the valid register under one scenario.
    seed, block : of every random stream; a path is the same whatever `paths` is.
    baseline : medians for couplings that are switched off (`pilot`).

    Raises
    ------
    NumericalError : a recorded quantity is not finite; names mechanism, variable, path and quarter.
    """
    links = Links(assumptions.switches, baseline)
    return _run(assumptions, seed, block, paths, links)


def pilot(assumptions: Assumptions, seed: int) -> Baseline:
    """Median path of every coupled input in the base case, from its first four blocks, all couplings on."""
    kept = []
    for block in range(BASELINE_BLOCKS):
        links = Links({}, keep=True)
        _run(assumptions, seed, block, BLOCK, links)
        kept.append(links.kept)
    return medians(kept, assumptions.calendar.quarters)


def _run(assumptions: Assumptions, seed: int, block: int, paths: int, links: Links) -> Block:
    layout = fix_layout(assumptions)
    drawn = inputs.draw(assumptions, seed, block)
    shocks = inputs.shocks(assumptions, layout, seed, block)
    p, bars = world.parameters(drawn, BLOCK), build(outcomes.Bars, drawn, BLOCK)
    state, fixed = world.initial(p, layout, BLOCK)
    forced = world.forced(assumptions, shocks.uniform, BLOCK)

    r, tally = record.Record(paths, layout.quarters), Tally(paths, layout.quarters)
    record.base_date(r, p, layout, state, fixed)
    for t in range(1, layout.quarters + 1):
        events = {name: values[t] for name, values in forced.items()}
        context = Context(p, layout, fixed, links, shocks, events, t)
        after, flows = quarter.step(context, state)
        record.quarter(r, p, layout, state, after, flows, t)
        tally.add(layout, bars.seasoning_quarters, after, flows, fixed, t)
        state = after
    _refuse_non_finite(r, block)
    calendar = assumptions.calendar
    wall = calendar.index(str(assumptions.entries["propositions.wall_quarter"].value))
    facility = {name: np.stack(values).astype(np.float32) for name, values in r.facility.items()}
    return Block(
        index=block,
        paths=paths,
        parameters=_parameters(drawn, assumptions, paths),
        outcomes=outcomes.outcomes(r, tally, bars, calendar, wall),
        series={v.name: r.path(v.name).astype(np.float32) for v in SERIES},
        facility=facility if block < FACILITY_BLOCKS else {},
        sums=r.sums,
        squares=r.squares,
        identities=r.identities,
        entities=record.entities(assumptions, layout),
    )


def _parameters(drawn: Mapping[str, object], assumptions: Assumptions, paths: int) -> dict[str, Array]:
    """Drawn scalar parameters, id → (path,); a drawn vector gets one id a component."""
    out: dict[str, Array] = {}
    for identifier, entry in assumptions.entries.items():
        if entry.prior is None:
            continue
        values = np.asarray(drawn[identifier])[:paths]
        if values.shape[1] == 1:
            out[identifier] = values[:, 0]
        else:
            out |= {f"{identifier}[{k}]": values[:, k] for k in range(values.shape[1])}
    return out


def _refuse_non_finite(r: record.Record, block: int) -> None:
    """Stop on NaN or infinity in any recorded series (the base date may lack a flow)."""
    for name in r.history:
        values = r.path(name)[1:]
        if not np.isfinite(values).all():
            t, row = np.argwhere(~np.isfinite(values))[0]
            path = block * BLOCK + int(row)
            raise NumericalError(
                f"{name} is not finite on path {path} in quarter {int(t) + 1}",
                f"replay it: bubblerisk path RUN {path}",
            )
