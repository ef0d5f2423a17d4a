"""Capex, funding, revenue, fleet and rents of single paths against a spreadsheet of its own (relation 19).

All states and flows of these mechanisms in all quarters, for all drawn parameters and shocks: what is yes or
no, or a count of quarters, is the same; amounts agree to nine digits, for the sheet adds in another order.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import pytest

from risk.assumptions import Assumptions
from risk.assumptions.schema import Event
from risk.axes import ordinal
from risk.engine import inputs, simulate
from risk.engine.context import Flows
from risk.engine.world import World
from risk.shocks.stream import BLOCK
from tests.engine.base import SEED, Array, Opened, changed, opened
from tests.engine.market_sheet import Markets
from tests.engine.reading import Points, Reader

DIGITS = 1e-9
LEFT = 1e-10
"""Of the largest of its kind: how good a number is that is left of larger ones, such as what is cut."""

FLAGS = ("fleet.power_bound", "fleet.since_launch", "adoption.regime", "plan.digestion")
BOOKS = ("core_cfo", "cash", "bonds", "leases", "spv", "uncommenced")
PAID = (
    "capex", "lease_additions", "spv_additions", "anchor_equity", "maturities", "payout", "spv_support",
    "cash_build", "cfo", "cash_drawn", "bonds", "private_credit", "equity", "cut", "planned", "retired",
    "interest", "lease_principal", "spv_principal", "net_debt_change", "excess_leverage",
)  # fmt: skip
HARDWARE = ("energized", "undeployed", "pipeline", "power", "clock", "launch_progress", "since_launch")
CLAIMS = ("B1", "B1x", "B2", "B3", "B4", "U1", "U1x", "U2", "U4", "U4x")
"""Propositions that read nothing of the credit side."""

ELSEWHERE: Mapping[str, Any] = {
    "neoclouds.cohort_spacing": 2.0,  # a quarter without one keeps its plan for the next
    "gpu.base_tightness": 0.25,
    "gpu.power_lead": 3.0,
    "capex.order_ahead": 4.0,  # further than what is wanted by now decides
    "capex.order_floor": 0.6,
    "revenue.saturation": 0.6,
    "revenue.largest_dearness": 0.3,
    "gpu.lowest_utilization": 0.6,
}
"""Where the base case never goes."""

STRESS = (
    Event("hardware_cost", "2027Q1", "2028Q2", 0.3, "log", "test", probability=0.7),
    Event("demand", "2028Q1", "2032Q4", -0.4, "log", "test", probability=0.5),
    Event("lab_funding", "2027Q3", "2028Q4", -1.5, "sd", "test", probability=0.5),
    Event("power", "2027Q2", "2029Q4", -0.3, "log", "test", probability=0.5),
)

RARE: Mapping[str, Callable[[World, Flows], Any]] = {
    "a digestion": lambda w, f: w.plan.digestion > 0.0,
    "a plan is cut": lambda w, f: f.funding.cut > 0.0,
    "a sponsor pays for its vehicle": lambda w, f: f.funding.spv_support > 0.0,
    "bonds are retired": lambda w, f: f.funding.retired > 0.0,
    "compute is not ordered": lambda w, f: f.spending.compute < 0.99 * f.spending.wanted,
    "hardware as dear as it gets": lambda w, f: f.fleet.cost > 1.249 * f.fleet.trend,
    "efficiency jumps": lambda w, f: f.rents.jump != 0.0,
    "the window is shut": lambda w, f: f.demand.window < -1.5,
    "labs cannot pay": lambda w, f: w.seen.anchor_shortfall > 0.0,
    "customers are shaken out": lambda w, f: w.adoption.regime == 2,
    "neoclouds do not find all their money": lambda w, f: w.seen.funded < 1.0,
    "repossessed units are sold": lambda w, f: w.seen.fire_sale > 0.0,
}


def states(m: Markets) -> dict[str, dict[str, Any]]:
    """Balances of a sheet, as the engine calls them."""
    b, f, c, d, r, h = m.builders, m.fleet, m.customers, m.bids, m.rents, m.hurdle
    return {
        "funding": {name: [getattr(firm, name) for firm in b.firms] for name in BOOKS},
        "plan": {
            "log_plan": [np.log(firm.plan) for firm in b.firms], "expected": b.expected,
            "digestion": float(b.digesting),
        },
        "fleet": {name: getattr(f, name) for name in HARDWARE},
        "adoption": {
            name: getattr(c, name) for name in ("adopted", "scale", "level", "demand_state", "regime")
        },
        "demand": {"internal": d.internal, "window": d.window},
        "rents": {
            "spot_rerating": r.off["spot"], "contract_rerating": r.off["contract"],
            "contract_history": r.contract_history,
            **{name: getattr(r, name) for name in ("spot", "contract", "clearing", "drift")},
        },
        "required": {"long_lived": h.long_lived, "leased": h.leased},
        "seen": {
            "anchor_shortfall": d.unpaid, "plan_growth": b.pace,
            **{
                name: getattr(m, name)
                for name in ("yields", "suppliers", "funded", "operator_capex", "fire_sale", "overhang")
            },
        },
    }  # fmt: skip


def flows(m: Markets) -> dict[str, dict[str, Any]]:
    """What happened in a quarter of a sheet, as the engine calls it."""
    b, c, r = m.builders, m.customers, m.rents
    return {
        "funding": {name: [firm.now[name] for firm in b.firms] for name in PAID},
        "spending": m.spent,
        "fleet": m.fleet.now,
        "adoption": {"revenue": c.revenue, "shock": c.shock},
        "demand": m.bids.now,
        "rents": r.now | {"surprise": r.surprise, "jump": r.jump},
        "required": m.hurdle.now,
        "plan": {"hazard": b.hazard, "growth": [firm.now["growth"] for firm in b.firms]},
    }


def compare(found: Any, told: Sequence[Mapping[str, Mapping[str, Any]]], rows: list[int], t: int) -> None:
    """Every number of some sheets with the engine's of the same name."""
    for part, name in ((part, name) for part, numbers in told[0].items() for name in numbers):
        model = values(getattr(getattr(found, part), name))[rows]
        sheet = np.array([np.ravel(one[part][name]) for one in told], dtype=np.float64)
        where = f"{part}.{name} in quarter {t}, of paths {rows[0]} to {rows[-1]}"
        if f"{part}.{name}" in FLAGS:
            np.testing.assert_array_equal(model, sheet, err_msg=where)
        least = LEFT * float(np.abs(sheet).max())
        np.testing.assert_allclose(model, sheet, rtol=DIGITS, atol=least, err_msg=where)


def values(found: Any) -> Array:
    """An array of the engine, or several in a row, (path, …)."""
    together = np.concatenate(found, axis=1) if isinstance(found, tuple) else np.asarray(found)
    return np.asarray(np.broadcast_to(together, (BLOCK, together.shape[1])), dtype=np.float64)


def walked(run: Opened, drawn: dict[str, Any], rows: list[int]) -> list[dict[str, Array]]:
    """Step sheets of some paths beside the engine, and return what propositions read by quarter."""
    sheets, read = [Markets(run, drawn, row) for row in rows], []
    read.append(told_of(sheets, 0))
    for t in range(1, len(run.worlds)):
        for sheet in sheets:
            sheet.step(t)
        compare(run.flow(t), [flows(sheet) for sheet in sheets], rows, t)
        compare(run.worlds[t], [states(sheet) for sheet in sheets], rows, t)
        read.append(told_of(sheets, t))
    return read


def told_of(sheets: list[Markets], t: int) -> dict[str, Array]:
    """What propositions read of a quarter, (path,)."""

    def each(m: Markets) -> dict[str, float]:
        numeraire = m.fleet.numeraire
        prices = {
            "revenue": m.revenue,
            "realized": m.revenue + m.bids.internal_use / m.bids.phi(t),
            "h100_contract": m.rents.now["contract"][numeraire],
            "cash_cost": m.fleet.opex[numeraire],
        }
        if t == 0:
            return prices | {"capex": m.builders.capex_0, "deployed": m.builders.capex_0}
        paid = m.builders.total
        return prices | {
            "capex": paid("capex"), "deployed": paid("capex") + m.spent["leased"], "cfo": paid("cfo"),
            "net_raised": paid("net_debt_change") + paid("equity"),
            "required_revenue": m.hurdle.now["vintage"],
        }  # fmt: skip

    rows = [each(m) for m in sheets]
    return {name: np.array([row[name] for row in rows]) for name in rows[0]}


def claims(register: Assumptions, read: list[dict[str, Array]], block: int, rows: list[int]) -> None:
    """Propositions read off the sheets, and when they came true, are those of the run."""
    base = ordinal(register.calendar.labels[0])
    before = np.asarray(register.value("capex.recent_capex"), dtype=np.float64)

    def points(name: str, _entity: str) -> Points:
        found: Points = {base + t: quarter[name] for t, quarter in enumerate(read) if name in quarter}
        if name in ("capex", "deployed"):
            found |= {base - k: np.full(len(rows), x) for k, x in enumerate(before[::-1], start=1)}
        return dict(sorted(found.items()))

    run, reader = simulate(register, SEED, block).outcomes, Reader(register, points, len(rows))
    flags = {flag.id: flag for flag in register.claims}
    for name in CLAIMS:
        holds, first = reader.claimed(flags[name])
        np.testing.assert_array_equal(run[name][rows], holds, err_msg=name)
        if flags[name].timed:
            np.testing.assert_array_equal(run[f"{name}_quarter"][rows], first, err_msg=name)


@pytest.mark.slow
def test_paths_are_the_spreadsheets(base: Opened, register: Assumptions) -> None:
    rows = list(range(0, BLOCK, 16))
    claims(register, walked(base, inputs.draw(register, SEED, 0), rows), 0, rows)


def test_what_is_rare_happens_on_these_paths(base: Opened) -> None:
    for name, happened in RARE.items():
        quarters = range(1, len(base.worlds))
        assert any(values(happened(base.worlds[t], base.flow(t)))[::16].any() for t in quarters), name


@pytest.mark.slow
def test_stressed_paths_of_another_market_are_the_spreadsheets(register: Assumptions) -> None:
    moved = changed(register, ELSEWHERE, events=STRESS)
    run = opened(moved, moved.calendar.quarters)
    walked(run, inputs.draw(moved, SEED, 0), list(range(0, BLOCK, 32)))


@pytest.mark.full
@pytest.mark.parametrize("block", [0, 1])
def test_two_thousand_paths_are_the_spreadsheets(register: Assumptions, block: int) -> None:
    run = opened(register, register.calendar.quarters, block=block)
    rows = list(range(BLOCK))
    claims(register, walked(run, inputs.draw(register, SEED, block), rows), block, rows)
