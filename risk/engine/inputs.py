"""From the register to what the mechanisms read: drawn parameters, table columns, the facility layout.

Everything is in base units here and beyond.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from risk.axes import ordinal
from risk.mechanisms.neocloud import book as books
from risk.mechanisms.neocloud import facility
from risk.parameters import entry
from risk.shocks.draw import Shocks, draw_parameters, draw_shocks

if TYPE_CHECKING:
    from risk.assumptions import Assumptions

Array = NDArray[np.float64]

INSTRUMENTS = ("facility", "holdco", "spv", "software", "direct_lending", "b_loans")
COHORT_EVERY = 4
LAST_COHORT = "2031Q4"


@dataclass(frozen=True)
class Glue:
    """Numbers the engine itself needs to join mechanisms."""

    ai_share: float = entry("capex.ai_share")
    ai_share_later: float = entry("capex.ai_share_later")
    ai_share_quarters: float = entry("capex.ai_share_quarters")
    compute_share: float = entry("capex.compute_share")
    other_buyers: Array = entry("capex.other_buyers")
    neocloud_share: float = entry("neoclouds.neocloud_share")
    merchant_market: float = entry("gpu.merchant_market")
    fire_sale_elasticity: float = entry("gpu.fire_sale_elasticity")
    sofr: float = entry("credit.sofr")
    neutral_spread: float = entry("capex.neutral_spread")
    balloon_margin: float = entry("neoclouds.balloon_margin")
    margin_beta: float = entry("neoclouds.cohort_margin_beta")
    note_spread_base: float = entry("neoclouds.note_spread_base")
    note_spread_beta: float = entry("neoclouds.note_spread_beta")
    layer_shares: Array = entry("revenue.layer_shares")  # (4,)
    memory_interconnect_share: float = entry("revenue.memory_interconnect_share")

    def ai_share_at(self, t: int) -> float:
        """AI share of Big-Five capex in quarter t."""
        return self.ai_share + (self.ai_share_later - self.ai_share) * min(1.0, t / self.ai_share_quarters)


@dataclass(frozen=True)
class Layout:
    """What never changes between paths: the facility book, calendars, names."""

    quarters: int
    book: books.Book
    contracts: tuple[Array, Array]  # base facilities: GPUs, USD/h
    expiry: Array  # (last quarter + 1, base facility)
    base: Mapping[str, Array]  # base facilities: gpus, debt, coupon, prepaid
    terms: facility.Terms
    bullets: Array  # (quarter + 1, firm)
    cohorts: Mapping[int, int]  # quarter of origination → generation bought
    cohort_firms: NDArray[np.intp]
    tenant: int  # firm whose HoldCo the neocloud-tenant leases depend on
    last: int  # last quarter anything may fall due


def table_columns(assumptions: Assumptions) -> dict[str, Array]:
    """Numeric columns of every table as (1, entity) arrays, by `table.column`; launches as quarters from base."""
    columns: dict[str, Array] = {}
    for name, table in assumptions.tables.items():
        for field in type(table.rows[0]).model_fields if table.rows else ():
            values = table.column(field)
            if not isinstance(values, tuple):
                columns[f"{name}.{field}"] = values[None, :]
    base = ordinal(assumptions.calendar.labels[0])
    launches = assumptions.tables["gpu.generation"].words("launch")
    columns["gpu.generation.launch"] = np.array([[float(ordinal(q) - base) for q in launches]])
    columns["credit.holding.share"] = _holdings(assumptions)
    return columns


def _holdings(assumptions: Assumptions) -> Array:
    """Share of each instrument at each holder, (instrument, holder)."""
    holders = assumptions.tables["credit.holder"].names
    matrix = np.zeros((len(INSTRUMENTS), len(holders)))
    for row in assumptions.tables["credit.holding"].rows:
        matrix[INSTRUMENTS.index(row.instrument), holders.index(row.holder)] = row.share  # type: ignore[attr-defined]
    return matrix


def draw(assumptions: Assumptions, seed: int, block: int) -> dict[str, Any]:
    """Every register number of a block, id → array (see `risk.parameters.build`)."""
    inputs: dict[str, Any] = dict(draw_parameters(assumptions, seed, block))
    return {**inputs, **table_columns(assumptions)}


def shocks(assumptions: Assumptions, layout: Layout, seed: int, block: int) -> Shocks:
    """Every shock of a block; index t of an array belongs to quarter t + 1."""
    firms = len(assumptions.tables["capex.firm"].rows)
    segments = len(assumptions.tables["credit.segment"].rows)
    events = {
        "regime": 1, "digestion": 2, "efficiency": 1, "lab": 1, "ig-on-lab": 1, "tenant": 1,
        "ig": layout.book.facilities, "recovery": segments, "event": len(assumptions.events),
    }  # fmt: skip
    groups = {"capex": 1, "firm": firms, "rent": 1}
    wanted = {name: n for name, n in events.items() if n}
    return draw_shocks(assumptions, seed, block, layout.quarters, groups, wanted)


def layout(assumptions: Assumptions) -> Layout:
    """Fix the columns of the facility book and the calendars of debt."""
    quarters = assumptions.calendar.quarters
    base = assumptions.tables["neoclouds.facility"]
    firms = assumptions.tables["neoclouds.firm"]
    generations = assumptions.tables["gpu.generation"].names
    rows = [_base_row(r, firms.names, generations) for r in base.rows]
    cohorts = cohort_generations(assumptions)
    cohort_firms = np.flatnonzero(firms.numbers("cohort_share") > 0)
    debt_quarters = np.asarray(assumptions.value("neoclouds.cohort_debt_quarters"))
    for t, generation in cohorts.items():
        for f in cohort_firms:
            for k, payer in enumerate(books.COHORT_PAYERS):
                label = f"{firms.names[f]}-{assumptions.calendar.labels[t][:4]}-{books.PAYERS[payer].upper()}"
                due = t + int(debt_quarters[k])
                rows.append(books.Row(label, int(f), generation, payer, t, due, 0.0, 0.0, False, False))
    book = books.assemble(rows, firms.names, quarters)
    last = max(int(book.due.max()), quarters) + 24
    order = np.argsort([firms.names.index(f) for f in base.words("firm")], kind="stable")

    def column(name: str) -> Array:
        return base.numbers(name)[order]  # in the order of the book's base columns

    first, final = column("contract_first"), column("contract_last")
    window = np.arange(last + 1)[:, None]
    expiry = ((window >= first) & (window <= final)) / (final - first + 1.0)
    tenants = [t for t in base.words("tenant") if t]
    return Layout(
        quarters=quarters,
        book=book,
        contracts=(column("gpus"), column("price")),
        expiry=expiry,
        base={name: column(name) for name in ("gpus", "debt", "coupon", "prepaid_share")},
        terms=_terms(assumptions, book, order),
        bullets=_bullets(assumptions, last),
        cohorts=cohorts,
        cohort_firms=cohort_firms,
        tenant=firms.names.index(tenants[0]) if tenants else 0,
        last=last,
    )


def cohort_generations(assumptions: Assumptions) -> dict[int, int]:
    """Quarter of each cohort → generation it buys: every fourth quarter, what has been out for a year."""
    labels = assumptions.calendar.labels
    base = ordinal(labels[0])
    launches = [ordinal(q) - base for q in assumptions.tables["gpu.generation"].words("launch")]
    out = {}
    for t, label in enumerate(labels):
        if t and label.endswith("Q4") and ordinal(label) <= ordinal(LAST_COHORT):
            out[t] = max(g for g, launched in enumerate(launches) if launched + COHORT_EVERY <= t)
    return out


def _base_row(row: Any, firms: tuple[str, ...], generations: tuple[str, ...]) -> books.Row:
    """Layout row of a base-date facility."""
    return books.Row(
        name=row.name,
        firm=firms.index(row.firm),
        generation=generations.index(row.generation),
        payer=books.PAYERS.index(row.payer),
        origination=0,
        due=int(row.debt_quarters),
        coupon=row.coupon / 100.0,
        balloon=row.balloon / 100.0,
        level_payment=True,
        data_center=row.kind == "data_center",
    )


def _terms(assumptions: Assumptions, book: books.Book, order: NDArray[np.intp]) -> facility.Terms:
    """Operating cost, lease rent and shell value of every column, (1, facility)."""
    base = assumptions.tables["neoclouds.facility"]
    opex = assumptions.tables["gpu.generation"].numbers("opex")[book.generation]
    multiple = np.full(book.facilities, float(assumptions.value("neoclouds.cohort_opex_multiple")))  # type: ignore[arg-type]
    rent, shell = np.zeros(book.facilities), np.zeros(book.facilities)
    multiple[book.base_columns] = base.numbers("opex_multiple")[order]
    rent[book.base_columns] = base.numbers("price")[order]
    shell[book.base_columns] = base.numbers("shell_value")[order]
    return facility.Terms((opex * multiple)[None, :], rent[None, :], shell[None, :])


def _bullets(assumptions: Assumptions, last: int) -> Array:
    """Base-date HoldCo notes by quarter due, (quarter + 1, firm) USD."""
    firms = assumptions.tables["neoclouds.firm"].names
    table = assumptions.tables["neoclouds.note"]
    out = np.zeros((last + 1, len(firms)))
    for firm, quarter, amount in zip(table.words("firm"), table.numbers("quarter_due"), table.numbers("amount"), strict=True):
        out[int(quarter), firms.index(firm)] += amount
    return out

