"""Who owes whom at the base date: debt of AI infrastructure, who holds it, and who stands behind vehicles.

==========  ================  ===================================================================
debtor      creditor          what is owed
==========  ================  ===================================================================
instrument  holder of record  par outstanding, by the share it holds (`credit.holding`)
vehicle     owner             what it holds, over its leverage, by its share (`credit.owner`)
vehicle     creditor          the rest of what it holds, by its share (`credit.creditor`)
==========  ================  ===================================================================

A vehicle funds what it holds here as it funds everything. What comes to it goes on to others in full, so
that all debt ends at ultimate owners.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from risk.engine.inputs import PAPER, instruments, table_columns
from risk.mechanisms.cascade.matrices import HOUSEHOLDS, ultimate
from risk.runs import Run

Array = NDArray[np.float64]

CLOSED = 1e-12
"""Share of all debt that may still be under way between vehicles."""


@dataclass(frozen=True)
class Owed:
    """Who owes what to whom, (debtor, creditor) USD, mean over paths at the base date.

    Attributes
    ----------
    instruments, vehicles : debtors, in this order; those of which something is owed.
    creditors : holders of record, then households.
    final : creditors who owe nothing on.
    """

    instruments: tuple[str, ...]
    vehicles: tuple[str, ...]
    creditors: tuple[str, ...]
    final: tuple[str, ...]
    amounts: Array

    @property
    def debt(self) -> float:
        """All debt of the instruments, USD."""
        return float(self.amounts[: len(self.instruments)].sum())

    def held(self, creditor: str) -> float:
        """What a creditor is owed, USD."""
        return float(self.amounts[:, self.creditors.index(creditor)].sum())

    def through(self, creditor: str) -> float:
        """What vehicles owe a creditor, USD."""
        return float(self.amounts[len(self.instruments) :, self.creditors.index(creditor)].sum())


def owed(run: Run) -> Owed:
    """Claims on the instruments of the headline loss, and on the vehicles that hold them."""
    register, tables = run.register, run.register.tables
    holders, segments = tables["credit.holder"].names, tables["credit.segment"]
    headline = tables["credit.line"].names[0]
    pools = zip(segments.names, segments.words("line"), strict=True)
    names = (*PAPER, *(name for name, line in pools if line == headline))
    every = instruments(register)
    rows = [every.index(name) for name in names]
    columns = table_columns(register)
    par = run.mean("exposure.instrument")[0][0][rows]
    direct = np.zeros((len(rows), len(holders) + 1))
    direct[:, :-1] = par[:, None] * columns["credit.holding.share"][rows]
    final = ultimate(tables["credit.owner"].rows, holders)
    vehicles = [i for i, name in enumerate(holders) if name not in final]
    amounts = np.concatenate([direct, _passed_on(direct, _funding(columns, holders, final), vehicles)])
    there = amounts.sum(axis=1) > 0.0
    some, others = (
        tuple(name for name, is_there in zip(who, flags, strict=True) if is_there)
        for who, flags in (
            (names, there[: len(names)]),
            ([holders[i] for i in vehicles], there[len(names) :]),
        )
    )
    return Owed(some, others, (*holders, HOUSEHOLDS), final, amounts[there])


def _funding(columns: Mapping[str, Array], holders: tuple[str, ...], final: tuple[str, ...]) -> Array:
    """Share of what each holder has that each node funds, owners and creditors together, (holder, node)."""
    equity = 1.0 / columns["credit.holder.assets_to_equity"][0]
    nodes = (*holders, HOUSEHOLDS)
    owned = np.zeros((len(holders), len(nodes)))
    owned[:, [nodes.index(name) for name in final]] = columns["credit.owner.share"]
    lent = columns["credit.creditor.share"].sum(axis=0)
    return np.asarray(equity[:, None] * owned + (1.0 - equity[:, None]) * lent)


def _passed_on(direct: Array, funding: Array, vehicles: list[int]) -> Array:
    """What vehicles owe on, (vehicle, node), what they owe one another in."""
    shares = funding[vehicles]
    start = direct.sum(axis=0)[vehicles]
    assets, coming = start, start
    while coming.sum() > CLOSED * direct.sum():
        coming = (coming[:, None] * shares).sum(axis=0)[vehicles]
        assets = assets + coming
    return np.asarray(assets[:, None] * shares)
