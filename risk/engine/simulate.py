"""Simulate random blocks: draw everything, step through the quarters, return what is remembered.

Blocks are drawn one by one and stepped through together, so that every array call works on more paths.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from risk.engine import beyond, finite, outcomes, record, totals
from risk.engine.background import Background
from risk.engine.couplings import Baseline, Links, medians
from risk.engine.quantities import kept
from risk.engine.quarters import Opening, opening, quarters
from risk.engine.tally import Tally
from risk.errors import NumericalError
from risk.parameters import build
from risk.paths import FACILITY_BLOCKS, SERIES, Block
from risk.shocks.stream import BLOCK

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from risk.assumptions import Assumptions

Array = NDArray[np.float64]

TOGETHER = 4
"""Random blocks worth stepping through together: arrays of more paths fit into no cache."""

EVERY = 8
"""Accounting identities are looked at on one random block of so many, the first in: what breaks one is code,
which breaks it wherever it is run, and on all paths they cost a twentieth of a simulation; judgement."""

BASELINE_BLOCKS = 4
"""Random blocks of the coupled base case from which the medians of cut couplings are taken."""


def simulate(
    assumptions: Assumptions,
    seed: int,
    block: int,
    paths: int = BLOCK,
    baseline: Baseline | None = None,
    check_all: bool = False,
) -> Block:
    """Simulate one random block of 1,024 paths and keep the first `paths` of them.

    Parameters
    ----------
    assumptions : the valid register under one scenario.
    seed, block : of every random stream; a path is the same whatever `paths` is.
    baseline : medians for couplings that are switched off (`pilot`).
    check_all : look at the accounting identities whatever the block (`EVERY`).

    Raises
    ------
    NumericalError : a recorded quantity is not finite; names mechanism, variable, path and quarter.
    """
    return simulate_together(assumptions, seed, {block: paths}, baseline, check_all)[0]


def simulate_together(
    assumptions: Assumptions,
    seed: int,
    rows: Mapping[int, int],
    baseline: Baseline | None = None,
    check_all: bool = False,
) -> tuple[Block, ...]:
    """Simulate random blocks together; each is to the bit what `simulate` makes of it.

    Parameters
    ----------
    rows : block → paths kept of it, 1,024 of all but the last.

    Raises
    ------
    NumericalError : as `simulate`; names a path of any of the blocks.
    """
    if any(paths != BLOCK for paths in [*rows.values()][:-1]):
        raise ValueError("only the last of several blocks can be cut")
    links = Links(assumptions.switches, baseline)
    looked_at = [k for k, block in enumerate(rows) if check_all or block % EVERY == 0]
    return carried(assumptions, opening(assumptions, seed, *rows), sum(rows.values()), links, looked_at)


def pilot(assumptions: Assumptions, seed: int) -> Baseline:
    """Median path of every coupled input in the base case, from its first four blocks, all couplings on."""
    return coupled_medians(opening(assumptions, seed, *range(BASELINE_BLOCKS)))


def coupled_medians(start: Opening) -> Baseline:
    """Median path of every coupled input over the paths of an opening, all couplings on."""
    links = Links({}, keep=True)
    for _ in quarters(start, links):
        pass
    return medians(links.kept, start.layout.quarters)


def carried(
    assumptions: Assumptions,
    start: Opening,
    paths: int,
    links: Links,
    looked_at: Sequence[int] = (),
    thorough: bool = False,
) -> tuple[Block, ...]:
    """Step an opening through its quarters and remember the first `paths` rows, by random block.

    Parameters
    ----------
    looked_at : which of the blocks, by position, on whose paths accounting identities are looked at.
    thorough : look at every flow of every quarter for what is not finite.

    Raises
    ------
    NumericalError : a number is not finite, in a quarter or in what is remembered of it.
    """
    try:
        with finite.strict():
            found = _remembered(assumptions, start, paths, links, looked_at, thorough)
            wrong = next(filter(None, map(_unsound, found)), "")
            if wrong and not thorough:
                _remembered(assumptions, start, paths, links, (), thorough=True)
            if wrong:
                raise NumericalError(f"the sum of {wrong} is not finite")
            return found
    except FloatingPointError as error:
        # A quarter says itself what is wrong with it: this arose in what is remembered.
        def attempt(rows: slice) -> None:
            part: Opening = finite.some(start, rows, len(start.rows.ids))
            part = replace(part, rows=replace(start.rows, ids=start.rows.ids[rows]))
            _remembered(assumptions, part, rows.stop - rows.start, links, (), thorough)

        path = start.rows.ids[finite.failing(attempt, paths)]
        reason = f"{error} in {finite.place(error)} on path {path}"
        raise NumericalError(reason, path=path) from error


def _remembered(
    assumptions: Assumptions,
    start: Opening,
    paths: int,
    links: Links,
    looked_at: Sequence[int],
    thorough: bool,
) -> tuple[Block, ...]:
    p, layout, fixed = start.p, start.layout, start.fixed
    background = build(Background, start.drawn, len(start.rows.ids))
    names = totals.entities(assumptions, layout)
    early = min(start.rows.ids) < FACILITY_BLOCKS * BLOCK
    columns = kept(assumptions.measures, names)
    r = record.Record(paths, layout.quarters, early, looked_at=looked_at, columns=columns)
    tally = Tally(r.rows, layout.quarters)
    record.base_date(r, p, layout, start.world, fixed)
    for context, before, after, flows in quarters(start, links, thorough):
        record.quarter(r, p, layout, before, after, flows, context.t)
        tally.add(layout, background, after, flows, fixed, context.t)
        if context.t == layout.quarters:
            tally.left = beyond.left(p, layout, after, flows, context.t)[:, : r.rows]
        del before, after, flows  # they need not stay in memory while the next quarter is computed
    _refuse_non_finite(r, start.rows.ids)
    parameters = _parameters(start.drawn, assumptions)
    scalars = outcomes.outcomes(assumptions, r, tally, background, names)
    return tuple(_blocks(start, r, parameters, scalars, names))


def _blocks(
    start: Opening,
    r: record.Record,
    parameters: Mapping[str, Array],
    scalars: Mapping[str, Array],
    names: Mapping[str, tuple[str, ...]],
) -> Iterator[Block]:
    """What is remembered, block by block."""
    series = {v.name: r.path(v.name) for v in SERIES}
    for k, rows in enumerate(r.blocks):
        index = start.rows.ids[rows.start] // BLOCK
        early = index < FACILITY_BLOCKS
        yield Block(
            index=index,
            paths=rows.stop - rows.start,
            parameters={id: values[rows] for id, values in parameters.items()},
            outcomes={name: values[rows] for name, values in scalars.items()},
            series=_singles(series, rows),
            facility=_singles(r.facility, rows) if early else {},
            firm=_singles(r.firm, rows) if early else {},
            sums={key: sums[k] for key, sums in r.sums.items()},
            squares={key: squares[k] for key, squares in r.squares.items()},
            identities=r.identities.get(k, {}),
            entities=names,
        )


def _unsound(block: Block) -> str:
    """Quantity by entity whose sums are not finite, and the block; empty where all are."""
    kinds = (block.sums, block.squares)
    wrong = next((n for sums in kinds for n, x in sums.items() if not np.isfinite(x).all()), "")
    return wrong and f"{wrong} over the paths of block {block.index}"


def _singles(kept: Mapping[str, Array], rows: slice) -> dict[str, NDArray[np.float32]]:
    """Series of a block as stored, name → (quarter + 1, path, …)."""
    return {name: values[:, rows].astype(np.float32) for name, values in kept.items()}


def _parameters(drawn: Mapping[str, object], assumptions: Assumptions) -> dict[str, Array]:
    """Drawn scalar parameters, id → (path,); a drawn vector gets one id a component."""
    out: dict[str, Array] = {}
    for identifier, entry in assumptions.entries.items():
        if entry.prior is None:
            continue
        values = np.asarray(drawn[identifier])
        if values.shape[1] == 1:
            out[identifier] = values[:, 0]
        else:
            out |= {f"{identifier}[{k}]": values[:, k] for k in range(values.shape[1])}
    return out


def _refuse_non_finite(r: record.Record, ids: Sequence[int]) -> None:
    """Stop on NaN or infinity in anything recorded (the base date may lack a flow)."""
    for name in r.history:
        values = r.path(name)[1:, : r.paths]
        if not np.isfinite(values).all():
            t, row = np.argwhere(~np.isfinite(values))[0]
            path = ids[int(row)]
            reason = f"{name} is not finite ({values[t, row]:g}) on path {path} in quarter {int(t) + 1}"
            raise NumericalError(reason, path=path)
