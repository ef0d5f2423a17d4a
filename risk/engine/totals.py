"""Sums over paths by entity: who owes, earns, loses and holds what in every quarter."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from risk.catalogue import MEMBERS
from risk.engine.context import Flows, by_line
from risk.engine.identities import Chain
from risk.engine.inputs import instruments
from risk.engine.layout import Layout
from risk.engine.series import liquidity
from risk.engine.world import World, exposures
from risk.mechanisms import cascade
from risk.mechanisms.neocloud import facility
from risk.mechanisms.private_credit.market import REGIMES
from risk.paths import FACILITY_SERIES, FIRM_SERIES
from risk.processes import beside, positions
from risk.shocks.stream import BLOCK

if TYPE_CHECKING:
    from risk.assumptions import Assumptions
    from risk.engine.record import Record

Array = NDArray[np.float64]

FUNDING = (
    "planned", "capex", "lease_additions", "spv_additions", "lab_equity", "maturities", "payout",
    "spv_support", "cash_build", "cfo", "cash_drawn", "bonds", "private_credit", "equity", "cut",
)  # fmt: skip
CREDIT = (
    "default_rate", "defaulted", "loss", "due", "refinanced", "extended", "wall_defaulted", "in_kind", "weak",
)  # fmt: skip
LOANS = (
    "cfads", "service", "drawn", "swept", "capitalized", "written_off", "recovered", "cost", "loss",
)  # fmt: skip
STAGES: Mapping[str, int] = {
    "lock_up": facility.LOCK_UP,
    "sweep": facility.SWEEP,
    "event": facility.EVENT,
    "cured": facility.CURED,
    "amended": facility.AMENDED,
    "payment_default": facility.PAYMENT_DEFAULT,
    "maturity_default": facility.MATURITY_DEFAULT,
}
"""Stages of distress: share of paths on which a facility stands on one in a quarter."""

HOLDCO = ("written_off", "loss", "lease_loss", "customer_loss", "estate_cost", "equity_value", "settled")
HOLDERS = ("losses", "mark_to_market", "sold")
FIELD: Mapping[str, str] = {
    "lab_equity": "anchor_equity", "lab_external": "anchor_external", "lab_recycled": "anchor_recycled",
}  # fmt: skip
"""Fields of the flows that runs keep under another name."""

FACILITY = ("defaulted", "extended", "debt", "lent", *LOANS, *STAGES)
"""Sums kept for every facility, cohorts included."""


def entities(assumptions: Assumptions, layout: Layout) -> dict[str, tuple[str, ...]]:
    """Entity names of every key of sums and facility series."""
    book, tables = layout.book, assumptions.tables
    base, paper = layout.base_book.names, instruments(assumptions)
    names = {
        **MEMBERS,
        "revenue.segment": tables["revenue.segment"].names,
        "losses.ultimate": cascade.ultimate(tables["credit.owner"].rows, tables["credit.holder"].names),
        "forced": cascade.CHANNELS,
        "line.loss": tables["credit.line"].names,
    }
    holders = {"losses": "holder", "mark_to_market": "holder", "sold": "holder"}
    names |= {f"{key}.{by}": tables["credit.holder"].names for key, by in holders.items()}
    names |= {f"{key}.instrument": paper for key in ("losses", "claims", "exposure")}
    names |= {f"{key}.{regime}": paper for key in ("losses", "claims") for regime in REGIMES}
    names |= {v.name: base for v in FACILITY_SERIES} | {v.name: layout.book.firms for v in FIRM_SERIES}
    groups = {
        "funding": (FUNDING, tables["capex.firm"].names),
        "gpu": (("fleet", "contract_rent", "spot_rent", "collateral"), tables["gpu.generation"].names),
        "credit": (("exposure", *CREDIT), tables["credit.segment"].names),
        "holdco": (("defaulted", "secured_debt", "notes", "converts", "liquidity", *HOLDCO), book.firms),
        "facility": (FACILITY, book.names),
    }
    return names | {f"{group}.{key}": who for group, (keys, who) in groups.items() for key in keys}


def stocks(r: Record, layout: Layout, world: World, t: int) -> None:
    """Balances at the end of quarter t."""
    company, loans = world.holdco, world.facility
    r.total("exposure.instrument", t, exposures(layout, loans, company, world.segments))
    r.total("credit.exposure", t, world.segments.exposure)
    r.count("holdco.defaulted", t, company.defaulted)
    r.total("holdco.secured_debt", t, layout.opening[t + 1].by_firm(loans.debt))
    r.total("holdco.notes", t, company.paper)  # converts in
    r.total("holdco.converts", t, company.converts)
    r.total("holdco.liquidity", t, liquidity(company))
    r.count("facility.defaulted", t, loans.defaulted)
    r.count("facility.extended", t, loans.extended)
    r.total("facility.debt", t, loans.debt)


def flows(r: Record, layout: Layout, world: World, f: Flows, chain: Chain, t: int) -> None:
    """Flows and prices of quarter t by entity."""
    totals = {
        "gpu.fleet": world.fleet.energized,
        "gpu.contract_rent": f.rents.contract,
        "gpu.spot_rent": f.rents.spot,
        "gpu.collateral": f.operators.collateral,
        "revenue.segment": f.adoption.revenue,
        "demand": _side_by_side(f.demand, MEMBERS["demand"]),
        "required": _side_by_side(f.required, MEMBERS["required"]),
        "inflow": chain.inflow,
        "value_added": chain.layers,
        "losses.instrument": f.instrument_losses,
        "line.loss": by_line(f.instrument_losses, layout.pools.lines),
        "claims.instrument": f.instrument_claims,
        "losses.ultimate": f.cascade.ultimate,
        "rounds": f.cascade.mark_by_round,
        "forced": f.cascade.forced,
        "cascade": _side_by_side(f.cascade, MEMBERS["cascade"]),
        "power": beside((f.fleet.power_energized, f.fleet.cost, f.fleet.power_per_unit)),
    }
    totals |= {f"funding.{key}": _field(f.funding, key) for key in FUNDING}
    totals |= {f"credit.{key}": getattr(f.segments, key) for key in CREDIT}
    totals |= {f"facility.{key}": getattr(f.operators.facility, key) for key in LOANS}
    totals["facility.lent"] = f.operators.lent
    totals |= {f"holdco.{key}": getattr(f.operators.holdco, key) for key in HOLDCO}
    totals |= {f"{key}.holder": getattr(f.cascade, key) for key in HOLDERS}
    for key, values in totals.items():
        r.total(key, t, values)


def _side_by_side(flows: object, keys: tuple[str, ...]) -> Array:
    """(path, 1) fields of some flows as columns, (path, key)."""
    return beside(_field(flows, key) for key in keys)


def _field(flows: object, key: str) -> Array:
    """What a run keeps as `key`."""
    values: Array = getattr(flows, FIELD.get(key, key))
    return values


def stages(r: Record, f: Flows, t: int) -> None:
    """Where facilities stand on the stages of distress."""
    stage = f.operators.facility.stage[: r.paths]
    rows, columns = positions(stage > facility.SOUND)
    places = rows // BLOCK, stage[rows, columns].astype(np.intp), columns
    shape = len(r.blocks), max(STAGES.values()) + 1, stage.shape[1]
    found = np.bincount(np.ravel_multi_index(places, shape), minlength=math.prod(shape)).reshape(shape)
    for name, reached in STAGES.items():
        r.counted(f"facility.{name}", t, found[:, reached])


def recoveries(r: Record, f: Flows, t: int) -> None:
    """Claims and losses by instrument in the quarter's credit regime."""
    for k, regime in enumerate(REGIMES):
        here = np.equal(f.market.regime, k)
        r.total(f"claims.{regime}", t, f.instrument_claims * here)
        r.total(f"losses.{regime}", t, f.instrument_losses * here)
