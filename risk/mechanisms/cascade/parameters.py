"""Register entries of the cascade, and how amounts pass along shares."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from risk.parameters import Array, Drawn, entry

DT = 0.25


@dataclass(frozen=True)
class Params:
    """Register entries of the cascade; (1, holder) for table columns."""

    holdings: Array = entry("credit.holding.share")  # (instrument, holder); rows sum to one
    rated: Array = entry(
        "credit.holding.rated"
    )  # (instrument,) one for notes on sites, held for their rating
    owners: Array = entry("credit.owner.share")  # (holder, owner); rows sum to one
    creditors: Array = entry("credit.creditor.share")  # (class, holder, node), node: holders, households
    roles: Array = entry("credit.holder.role")  # (role, holder) 0 or 1
    assets_to_equity: Array = entry("credit.holder.assets_to_equity")  # target
    carry: Array = entry("credit.holder.carry")  # 1/y on assets
    threshold: Array = entry("credit.holder.threshold")  # band over the target, share of it
    bankruptcy_cost: float = entry("credit.bankruptcy_cost")  # of the assets of vehicles that fail
    overleverage_sold: Drawn = entry("credit.overleverage_sold")  # of what is beyond the target
    price_impact: Drawn = entry("credit.price_impact")  # price over share of the market sold
    largest_discount: float = entry("credit.largest_discount")
    call_rate: float = entry("credit.call_rate")
    pension_liquid: float = entry("credit.pension_liquid")
    bank_securities: float = entry("credit.bank_securities")  # USD per USD of loans on this book
    securities_duration: float = entry("credit.securities_duration")  # year
    run_threshold: float = entry("credit.run_threshold")  # of equity
    run_sale: float = entry("credit.run_sale")  # of holdings
    bank_lines: float = entry("credit.bank_lines")  # USD committed to vehicles
    bank_lines_drawn: float = entry("credit.bank_lines_drawn")  # USD
    line_pull: float = entry("credit.line_pull")  # share of lines per share of equity lost
    line_squeeze: float = entry("credit.line_squeeze")
    downgrade_charge: float = entry("credit.downgrade_charge")  # of notes on sites held

    @cached_property
    def vehicle(self) -> Array:
        """One where a holder passes its losses on, (holder,)."""
        owed: Array = self.creditors.sum(axis=(0, 2))
        return np.where(owed > 0.0, 1.0, 0.0)

    @cached_property
    def lodged(self) -> Array:
        """Share of each node that is each ultimate owner, (node, owner); vehicles are nobody's."""
        own = self.owners * (1.0 - self.vehicle)[:, None]
        return np.vstack([own, np.arange(own.shape[1]) == own.shape[1] - 1])


def through(amounts: Array, shares: Array) -> Array:
    """Amounts (path, k) passed along shares (k, m), (path, m).

    Sums run over k in its order, whatever the processor and the number of paths: `einsum` of two arrays takes
    no BLAS, and with paths side by side in memory its inner loop runs along them. A single path is doubled,
    for it could be any loop's.
    """
    if len(amounts) == 1:
        return through(np.repeat(amounts, 2, axis=0), shares)[:1]
    passed: Array = np.einsum("kp,km->mp", np.asanyarray(amounts.T, order="C"), shares)
    return passed.T
