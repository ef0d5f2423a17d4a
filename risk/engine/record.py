"""What blocks remember of their quarters: path series, sums over paths by entity, and the identities.

Nothing here feeds back into the model.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from risk.engine import finite, series, totals
from risk.engine.context import Flows, with_pools
from risk.engine.identities import Identity, at_base, of_quarter, value_added
from risk.engine.ladder import ladder, refinancing_need, runway
from risk.engine.layout import Layout
from risk.engine.world import Fixed, Parameters, World
from risk.mechanisms.gpu_repricing import rents
from risk.processes import across
from risk.shocks.stream import BLOCK

Array = NDArray[np.float64]
K = TypeVar("K", str, tuple[str, int])
T = TypeVar("T", bound=np.generic)


@dataclass
class Record:
    """Collects blocks one after another, all but the last of 1,024 paths; the first `paths` are wanted.

    Attributes
    ----------
    blocks : paths of each block.
    history, facility, firm, kept : quantity → (quarter, path, …) from the first quarter that has it to the
        last; NaN where the run stopped before.
    singles : whether facilities and firms are kept path by path; only the first blocks of a run store them.
    sums, squares : key → (block, quarter + 1, entity).
    looked_at : positions of the blocks on whose paths identities are looked at.
    identities : position of such a block → name → largest relative error.
    columns : (key of sums, name of an entity) → its column, of those kept path by path in `kept`.
    """

    paths: int
    quarters: int
    singles: bool = True
    history: dict[str, Array] = field(default_factory=dict)
    facility: dict[str, Array] = field(default_factory=dict)
    firm: dict[str, Array] = field(default_factory=dict)
    sums: dict[str, Array] = field(default_factory=dict)
    squares: dict[str, Array] = field(default_factory=dict)
    looked_at: Sequence[int] = ()
    identities: dict[int, dict[str, float]] = field(default_factory=dict)
    columns: Mapping[tuple[str, str], int] = field(default_factory=dict)
    kept: dict[tuple[str, int], Array] = field(default_factory=dict)
    blocks: tuple[slice, ...] = field(init=False)

    def __post_init__(self) -> None:
        firsts = range(0, self.paths, BLOCK)
        self.blocks = tuple(slice(first, min(first + BLOCK, self.paths)) for first in firsts)

    @property
    def rows(self) -> int:
        """Rows that are kept: two at least, for NumPy adds up a lone one in another order, to other bits."""
        return max(self.paths, 2)

    def keep(self, name: str, t: int, values: Array) -> None:
        """Keep quarter t of a path quantity, (path, 1)."""
        self._write(self.history, name, t, values[:, 0])

    def keep_facilities(self, name: str, t: int, values: Array) -> None:
        """Keep quarter t of a quantity of base-date facilities, (path, facility)."""
        self._write(self.facility, name, t, values)

    def keep_firms(self, name: str, t: int, values: Array) -> None:
        """Keep quarter t of a quantity of HoldCos, (path, firm)."""
        self._write(self.firm, name, t, values)

    def _write(self, into: dict[K, Array], key: K, t: int, values: NDArray[Any]) -> None:
        if key not in into:
            into[key] = np.full((self.quarters + 1 - t, self.rows, *values.shape[1:]), np.nan)
        into[key][t - self.quarters - 1] = values[: self.rows]

    def open(self, key: str, entities: int) -> None:
        """Make room for the sums of a quantity; needed where not all entities exist from the start."""
        self.sums[key] = np.zeros((len(self.blocks), self.quarters + 1, entities))
        self.squares[key] = np.zeros((len(self.blocks), self.quarters + 1, entities))

    def total(self, key: str, t: int, values: Array) -> None:
        """Add one quarter's sum and sum of squares over the paths of each block, by entity."""
        self._keep_columns(key, t, values)
        width = values.shape[1]
        if key not in self.sums:
            self.open(key, width)
        sums, squares = self.sums[key][:, t, :width], self.squares[key][:, t, :width]
        for blocks, part in self._by_block(values):
            sums[blocks] = np.einsum("kij->kj", part)
            squares[blocks] = np.einsum("kij,kij->kj", part, part)

    def count(self, key: str, t: int, flags: NDArray[np.bool_]) -> None:
        """As `total`, for flags: how many paths have one, by entity."""
        self._keep_columns(key, t, flags)
        self.counted(key, t, np.concatenate([part.sum(axis=1) for _, part in self._by_block(flags)]))

    def counted(self, key: str, t: int, found: NDArray[np.intp]) -> None:
        """Note how many paths have a flag, (block, entity)."""
        width = found.shape[1]
        if key not in self.sums:
            self.open(key, width)
        self.sums[key][:, t, :width] = self.squares[key][:, t, :width] = found

    def _by_block(self, values: NDArray[T]) -> Iterator[tuple[slice, NDArray[T]]]:
        """Which blocks, and their paths, (block, path, entity): all whole ones, then a cut one."""
        whole = self.paths // BLOCK
        yield slice(whole), values[: whole * BLOCK].reshape(whole, BLOCK, values.shape[1])
        if self.paths % BLOCK:
            yield slice(whole, None), values[None, whole * BLOCK : self.paths]

    def _keep_columns(self, key: str, t: int, values: NDArray[Any]) -> None:
        """Remember the entities that an outcome asks for, path by path; zero before they come to life."""
        for (name, _), column in self.columns.items():
            if name == key:
                alive = column < values.shape[1]
                found = values[:, column] if alive else np.zeros(self.rows)
                self._write(self.kept, (key, column), t, found)

    def check(self, look: Callable[..., Iterable[Identity]], paths: int, *states: Any) -> None:
        """Note the largest relative error of each identity on the blocks that are looked at.

        Parameters
        ----------
        look : yields identities of some paths from their part of the states.
        paths : rows that the states have.
        """
        for k in self.looked_at:
            worst = self.identities.setdefault(k, {})
            for identity in look(*finite.some(states, self.blocks[k], paths)):
                worst[identity.name] = float(np.maximum(worst.get(identity.name, 0.0), identity.error))

    def path(self, name: str) -> Array:
        """A kept quantity as (quarter + 1, path)."""
        return self.history[name]


def base_date(r: Record, p: Parameters, layout: Layout, world: World, fixed: Fixed) -> None:
    """Index 0: the state at the base date; flows stand at the last quarter before it."""
    spot, contract = rents.quotes(p.rents, world.rents, fixed.throughput)
    zero = np.zeros_like(fixed.revenue)
    kept = series.base_series(p, world, fixed, spot, contract) | series.base_memo(
        p, world, fixed, layout.pools
    )
    for name, value in kept.items():
        r.keep(name, 0, zero + value)
    r.path("exposed_at_base")[:] = r.path("exposed_at_base")[0]  # known from the start to the end
    for key in totals.FACILITY:
        r.open(f"facility.{key}", layout.book.facilities)
    r.total("gpu.fleet", 0, world.fleet.energized)
    r.total("gpu.contract_rent", 0, contract)
    r.total("gpu.spot_rent", 0, spot)
    r.total("revenue.segment", 0, world.adoption.ceiling * world.adoption.adopted)
    totals.stocks(r, layout, world, 0)
    r.check(at_base, len(zero), p, world, fixed)
    if r.singles:
        loans = layout.base_book.facilities
        _ladder(r, p, layout, world, 0, np.full((len(zero), loans), np.nan), np.zeros((len(zero), loans)))
        r.keep_firms("runway", 0, np.full_like(world.holdco.cash, np.nan))


def quarter(r: Record, p: Parameters, layout: Layout, before: World, world: World, f: Flows, t: int) -> None:
    """Record quarter t."""
    for name, value in (series.series(p, world, f) | series.memo(p, world, f, t)).items():
        r.keep(name, t, value)
    headline = across(with_pools(f.instrument_losses, layout.pools.headline))[: r.rows]
    r.keep("headline_loss", t, r.path("headline_loss")[t - 1][:, None] + headline)
    totals.stocks(r, layout, world, t)
    chain = value_added(p, f)
    totals.flows(r, layout, world, f, chain, t)
    totals.stages(r, f, t)
    totals.recoveries(r, f, t)
    if r.singles:
        stage = f.operators.facility.stage[:, : layout.base_book.facilities]
        _ladder(r, p, layout, world, t, _dscr(layout, world, f), stage)
        r.keep_firms("runway", t, runway(world, f))
    r.check(_identities, len(f.spread), p, before, world, f)


def _identities(p: Parameters, before: World, after: World, f: Flows) -> Iterable[Identity]:
    return of_quarter(before, after, f, value_added(p, f))


def _ladder(
    r: Record, p: Parameters, layout: Layout, world: World, t: int, dscr: Array, stage: Array
) -> None:
    """The duration ladder, and the stages of distress, of base-date facilities and their firms."""
    found = ladder(p.facility, layout, world, t)
    r.keep_facilities("dscr", t, dscr)
    r.keep_facilities("contracted_coverage", t, found.coverage)
    r.keep_facilities("maturity_gap", t, found.gap)
    r.keep_facilities("stage", t, stage)
    r.keep_firms("firm_coverage", t, found.firm_coverage)
    r.keep_firms("refinancing_need", t, refinancing_need(p, layout, world, t))


def _dscr(layout: Layout, world: World, f: Flows) -> Array:
    """DSCR of base-date facilities not in default, (path, facility)."""
    columns = slice(0, layout.base_book.facilities)
    gone = world.facility.defaulted[:, columns]
    return np.where(gone, np.nan, f.operators.facility.dscr[:, columns])
