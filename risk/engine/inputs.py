"""From the register to what the mechanisms read: drawn parameters, table columns, shocks.

Everything is in base units here and beyond.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from risk.assumptions.table import Row, entry_columns
from risk.axes import EVER
from risk.engine.layout import BY_CLASS, Layout, by_class, classes, contract_tenors, layout
from risk.engine.surcharge import surcharge
from risk.mechanisms import cascade
from risk.mechanisms.neocloud.book import CONDUCTS, SOUND
from risk.mechanisms.private_credit import ratings, wall
from risk.parameters import Drawn, entry
from risk.processes import beside
from risk.shocks.draw import CORRELATION, Shocks, correlation_of, draw_parameters, draw_shocks, end_to_end

if TYPE_CHECKING:
    from risk.assumptions import Assumptions, Table

__all__ = ["PAPER", "Glue", "complete", "draw", "instruments", "layout", "shocks", "table_columns"]

Array = NDArray[np.float64]

PAPER = ("ddtl", "vendor", "site_loan", "revolver", "notes", "converts")
"""Instruments of companies simulated one by one: secured facilities, revolvers, notes, converts."""

UNSECURED = ("notes", "converts")
"""Those of them that nothing secures."""


@dataclass(frozen=True)
class Glue:
    """Numbers the engine itself needs to join mechanisms."""

    ai_share: float = entry("capex.ai_share")
    ai_share_later: Drawn = entry("capex.ai_share_later")
    ai_share_quarters: float = entry("capex.ai_share_quarters")
    compute_share: float = entry("capex.compute_share")
    order_redirect: float = entry("capex.order_redirect")  # of compute not ordered, to power and shells
    other_buyers: Drawn = entry("capex.other_buyers")
    operator_share: Drawn = entry("neoclouds.neocloud_share")
    nowcast_error: Drawn = entry("neoclouds.nowcast_error")  # log, secured debt of the base date
    unfunded_unbuilt: Drawn = entry("neoclouds.unfunded_unbuilt")
    merchant_market: float = entry("gpu.merchant_market")
    fire_sale_elasticity: float = entry("gpu.fire_sale_elasticity")
    sofr: float = entry("credit.sofr")
    neutral_spread: float = entry("capex.neutral_spread")
    balloon_margin: float = entry("neoclouds.balloon_margin")
    margin_beta: float = entry("neoclouds.cohort_margin_beta")
    note_spread_base: float = entry("neoclouds.note_spread_base")
    note_spread_beta: Drawn = entry("neoclouds.note_spread_beta")
    discount_spread: float = entry("credit.discount_spread")  # spread per unit of price discount
    expected_secured: float = entry("credit.expected_secured")  # 1/y of par lost through the cycle
    expected_unsecured: float = entry("credit.expected_unsecured")  # 1/y
    slowest_ahead: float = entry("capex.prefunding_growth_low")  # log a quarter
    fastest_ahead: float = entry("capex.prefunding_growth_high")
    smallest_build: float = entry("capex.smallest_build")
    layer_shares: Array = entry("revenue.layer_shares")  # (4,)
    memory_interconnect_share: float = entry("revenue.memory_interconnect_share")
    surcharge: Array = entry("gpu.generation.surcharge")  # (1, quarter + 1, generation) USD/h

    @property
    def expected_paper(self) -> Array:
        """Share of each instrument of `PAPER` that is lost in a year through the cycle, (instrument,)."""
        return np.where(np.isin(PAPER, UNSECURED), self.expected_unsecured, self.expected_secured)

    def ai_share_at(self, t: int) -> Array:
        """AI share of Big-Five capex in quarter t, (path, 1)."""
        progress = min(1.0, t / self.ai_share_quarters)
        return np.asarray(self.ai_share + (self.ai_share_later - self.ai_share) * progress)


def instruments(assumptions: Assumptions) -> tuple[str, ...]:
    """What credit losses stand on, in the order in which the engine adds them up: paper, then pools."""
    return (*PAPER, *assumptions.tables["credit.segment"].names)


def table_columns(assumptions: Assumptions) -> dict[str, Array]:
    """Numeric columns of every table as (1, entity) arrays by id; launches in quarters from the base date.

    Beside them what is added to operating cost, (1, quarter + 1, generation).
    """
    columns: dict[str, Array] = {}
    for name, table in assumptions.tables.items():
        for field in table.model.model_fields if table.rows else ():
            if field in Row.model_fields:  # where the row comes from
                continue
            values = table.column(field)
            if not isinstance(values, tuple):
                columns[f"{name}.{field}"] = values[None, :]
    launches = assumptions.tables["gpu.generation"].words("launch")
    quarters = [assumptions.calendar.offset(q) if q else EVER for q in launches]
    columns["gpu.generation.launch"] = np.array([quarters], dtype=np.float64)
    columns["gpu.generation.surcharge"] = surcharge(assumptions)[None, :]
    return columns | _payers(assumptions) | _credit_matrices(assumptions)


def _payers(assumptions: Assumptions) -> dict[str, Array]:
    """How payers keep their contracts, and on which of cohorts' contracts vendors lend."""
    payers = assumptions.tables["neoclouds.payer"]
    return {
        "neoclouds.payer.conduct": np.array([CONDUCTS.index(word) for word in payers.words("conduct")]),
        "neoclouds.payer.cohort_vendor_financed": payers.numbers("vendor_financed")[[*classes(assumptions)]],
    }


def _credit_matrices(assumptions: Assumptions) -> dict[str, Array]:
    """Who holds, owns and funds whom, and what share of each book falls due when."""
    tables = assumptions.tables
    holders, segments = tables["credit.holder"].names, tables["credit.segment"]
    due, sites = tables["credit.maturity"], np.equal(segments.words("lgd_class"), "site") * 1.0
    rated = tables["credit.rating"]
    rows = zip(rated.words("segment"), rated.numbers("share"), rated.numbers("pd_multiple"), strict=True)
    segment, share, multiple = ratings.columns(rows, segments.names)
    falling_due = zip(due.words("segment"), due.numbers("year"), due.numbers("amount"), strict=True)
    return {
        "credit.segment.sites": sites[None, :],
        "credit.holding.share": cascade.holdings(
            tables["credit.holding"].rows, instruments(assumptions), holders
        ),
        "credit.holding.rated": np.concatenate([np.zeros(len(PAPER)), sites]),
        "credit.holder.role": cascade.roles(tables["credit.holder"].rows),
        "credit.owner.share": cascade.owners(tables["credit.owner"].rows, holders),
        "credit.creditor.share": cascade.creditors(tables["credit.creditor"].rows, holders),
        "credit.rating.segment": segment,
        "credit.rating.share": share,
        "credit.rating.pd_multiple": multiple,
        "credit.maturity.due": wall.maturity_shares(
            falling_due, assumptions.calendar.labels, segments.names, segments.numbers("exposure").tolist()
        ),
    }  # fmt: skip


def draw(assumptions: Assumptions, seed: int, *blocks: int) -> dict[str, Any]:
    """Every register number of blocks one after another, id → array (see `risk.parameters.build`)."""
    return complete(assumptions, draw_parameters(assumptions, seed, *blocks))


def complete(assumptions: Assumptions, drawn: Mapping[str, Any]) -> dict[str, Any]:
    """Draws of entries, and all that tables say and take from them, id → array."""
    inputs = {**drawn, **{id: by_class(assumptions, id, drawn[id]) for id in BY_CLASS}}
    inputs["neoclouds.cohort_contract_quarters"] = contract_tenors(assumptions)
    inputs[CORRELATION] = correlation_of(assumptions)
    columns = table_columns(assumptions)
    roles = {id: int(columns[id].argmax()) for id in ("gpu.generation.numeraire", "gpu.generation.newest")}
    return {**inputs, **columns, **roles, **_named(assumptions, inputs)}


def _named(assumptions: Assumptions, drawn: Mapping[str, Any]) -> dict[str, Array]:
    """Columns that name entries, filled with what those drew, (path, entity) or (1, entity) by id."""
    found = {}
    for name, table in assumptions.tables.items():
        for column in entry_columns(table.model) if table.rows else ():
            values = [np.reshape(drawn[id], (-1, 1)) for id in table.words(column)]
            found[f"{name}.{column}"] = beside(np.broadcast_arrays(*values))
    return found


def _payer_events(payers: Table, layout: Layout) -> dict[str, range]:
    """Streams that decide what payers do: of a sound one, one for each of its contracts; else one for all."""
    conducts = payers.words("conduct")
    return {
        draws: range(len(layout.book.columns(i)) if conducts[i] == CONDUCTS[SOUND] else 1)
        for i, draws in enumerate(payers.words("draws"))
    }


def streams(table: Table) -> tuple[int, ...]:
    """Stream numbers of a table's entities."""
    return tuple(int(number) for number in table.numbers("stream"))


def shocks(assumptions: Assumptions, layout: Layout, seed: int, *blocks: int) -> Shocks:
    """Every shock of blocks one after another; index t of an array belongs to quarter t + 1."""
    return end_to_end([_shocks(assumptions, layout, seed, block) for block in blocks])


def _shocks(assumptions: Assumptions, layout: Layout, seed: int, block: int) -> Shocks:
    """Every shock of a block.

    What is drawn once a path (forced events, whether a lender amends, the first plan's error) has one row.
    """
    one, tables = range(1), assumptions.tables
    events = {
        "regime": one, "digestion": range(2), "efficiency": one, "weather": one,
        "recovery": streams(tables["credit.segment"]), "vendor": streams(tables["neoclouds.firm"]),
    } | _payer_events(tables["neoclouds.payer"], layout)  # fmt: skip
    firms = streams(tables["capex.firm"])
    groups = {"capex": one, "firm": firms, "rent": one, "drift": one, "customers": one}
    groups |= {"cash_flow": range(2), "cash_flow_firm": firms}
    groups |= {"generation": streams(tables["gpu.generation"])}
    every = draw_shocks(assumptions, seed, block, layout.quarters, groups, events, assumptions.shocks)
    once = {"event": range(len(assumptions.events)), "amend": range(layout.book.facilities)}
    wanted = {name: numbers for name, numbers in once.items() if numbers}
    first = draw_shocks(
        assumptions, seed, block, 1, {"first": one, "first_firm": firms}, wanted, assumptions.shocks
    )
    return replace(
        every,
        uniform=MappingProxyType({**every.uniform, **first.uniform}),
        idiosyncratic=MappingProxyType({**every.idiosyncratic, **first.idiosyncratic}),
    )
