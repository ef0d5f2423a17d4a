"""From the register to what the mechanisms read: drawn parameters, table columns, shocks.

Everything is in base units here and beyond.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from risk.assumptions.table import Row
from risk.axes import ordinal
from risk.engine.layout import Layout, layout
from risk.mechanisms import cascade
from risk.mechanisms.neocloud.book import IG
from risk.mechanisms.private_credit import ratings, wall
from risk.parameters import Drawn, entry
from risk.shocks.draw import Shocks, draw_parameters, draw_shocks

if TYPE_CHECKING:
    from risk.assumptions import Assumptions

__all__ = ["HEADLINE", "INSTRUMENTS", "PAPER", "Glue", "draw", "layout", "shocks", "table_columns"]

Array = NDArray[np.float64]

INSTRUMENTS = (
    "ddtl", "vendor", "site_loan", "revolver", "notes", "converts", "spv", "software", "direct_lending",
    "b_loans",
)  # fmt: skip
"""What credit losses stand on, in the order in which the engine adds them up."""

PAPER = INSTRUMENTS.index("converts") + 1
"""Leading instruments that are neocloud paper: secured facilities, revolvers, notes, converts."""

HEADLINE = INSTRUMENTS.index("software") + 1
"""Leading instruments of the headline loss: neocloud paper, SPV and data-center loans, software."""


@dataclass(frozen=True)
class Glue:
    """Numbers the engine itself needs to join mechanisms."""

    ai_share: float = entry("capex.ai_share")
    ai_share_later: float = entry("capex.ai_share_later")
    ai_share_quarters: float = entry("capex.ai_share_quarters")
    compute_share: float = entry("capex.compute_share")
    other_buyers: Drawn = entry("capex.other_buyers")
    neocloud_share: float = entry("neoclouds.neocloud_share")
    merchant_market: float = entry("gpu.merchant_market")
    fire_sale_elasticity: float = entry("gpu.fire_sale_elasticity")
    sofr: float = entry("credit.sofr")
    neutral_spread: float = entry("capex.neutral_spread")
    balloon_margin: float = entry("neoclouds.balloon_margin")
    margin_beta: float = entry("neoclouds.cohort_margin_beta")
    note_spread_base: float = entry("neoclouds.note_spread_base")
    note_spread_beta: float = entry("neoclouds.note_spread_beta")
    discount_spread: float = entry("credit.discount_spread")  # spread per unit of price discount
    slowest_ahead: float = entry("capex.prefunding_growth_low")  # log a quarter
    fastest_ahead: float = entry("capex.prefunding_growth_high")
    smallest_build: float = entry("capex.smallest_build")
    layer_shares: Array = entry("revenue.layer_shares")  # (4,)
    memory_interconnect_share: float = entry("revenue.memory_interconnect_share")

    def ai_share_at(self, t: int) -> float:
        """AI share of Big-Five capex in quarter t."""
        progress = min(1.0, t / self.ai_share_quarters)
        return self.ai_share + (self.ai_share_later - self.ai_share) * progress


def table_columns(assumptions: Assumptions) -> dict[str, Array]:
    """Numeric columns of every table as (1, entity) arrays by id; launches in quarters from the base date."""
    columns: dict[str, Array] = {}
    for name, table in assumptions.tables.items():
        for field in table.model.model_fields if table.rows else ():
            if field in Row.model_fields:  # where the row comes from
                continue
            values = table.column(field)
            if not isinstance(values, tuple):
                columns[f"{name}.{field}"] = values[None, :]
    base = ordinal(assumptions.calendar.labels[0])
    launches = assumptions.tables["gpu.generation"].words("launch")
    columns["gpu.generation.launch"] = np.array([[float(ordinal(q) - base) for q in launches]])
    return columns | _credit_matrices(assumptions)


def _credit_matrices(assumptions: Assumptions) -> dict[str, Array]:
    """Who holds, owns and funds whom, and what share of each book falls due when."""
    tables = assumptions.tables
    holders, segments = tables["credit.holder"].names, tables["credit.segment"]
    due = tables["credit.maturity"]
    falling_due = zip(due.words("segment"), due.numbers("year"), due.numbers("amount"), strict=True)
    return {
        "credit.holding.share": cascade.holdings(tables["credit.holding"].rows, INSTRUMENTS, holders),
        "credit.holder.role": cascade.roles(tables["credit.holder"].rows),
        "credit.owner.share": cascade.owners(tables["credit.owner"].rows, holders),
        "credit.creditor.share": cascade.creditors(tables["credit.creditor"].rows, holders),
        "credit.rating.segment": ratings.membership(tables["credit.rating"].words("segment"), segments.names),
        "credit.maturity.due": wall.maturity_shares(
            falling_due, assumptions.calendar.labels, segments.names, segments.numbers("exposure").tolist()
        ),
    }  # fmt: skip


def draw(assumptions: Assumptions, seed: int, block: int) -> dict[str, Any]:
    """Every register number of a block, id → array (see `risk.parameters.build`)."""
    inputs: dict[str, Any] = dict(draw_parameters(assumptions, seed, block))
    return {**inputs, **table_columns(assumptions)}


def shocks(assumptions: Assumptions, layout: Layout, seed: int, block: int) -> Shocks:
    """Every shock of a block; index t of an array belongs to quarter t + 1.

    What is drawn once a path (forced events, whether a lender amends) has one row.
    """
    firms = len(assumptions.tables["capex.firm"].rows)
    segments = len(assumptions.tables["credit.segment"].rows)
    events = {
        "regime": 1, "digestion": 2, "efficiency": 1, "lab": 1, "ig-on-lab": 1, "tenant": 1,
        "ig": len(layout.book.columns(IG)), "recovery": segments, "vendor": len(layout.book.firms),
    }  # fmt: skip
    groups = {"capex": 1, "firm": firms, "rent": 1}
    every = draw_shocks(assumptions, seed, block, layout.quarters, groups, events)
    once = {"event": len(assumptions.events), "amend": layout.book.facilities}
    wanted = {name: n for name, n in once.items() if n}
    first = draw_shocks(assumptions, seed, block, 1, {}, wanted).uniform
    return replace(every, uniform=MappingProxyType({**every.uniform, **first}))
