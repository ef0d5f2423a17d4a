"""What is kept of a quarter and of the base date: every series by name, each from its source."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

import numpy as np
import pytest

from risk.assumptions import Assumptions
from risk.assumptions.schema import Event
from risk.engine import series, totals, world
from risk.engine.context import Flows
from risk.engine.ladder import refinancing_need
from risk.engine.record import Record
from risk.mechanisms.gpu_repricing import rents
from tests.base_names import B200, H100, SPV
from tests.engine.base import Array, Opened, changed
from tests.engine.wiring import ORDINARY, Wired, total, wired


@pytest.fixture(scope="module")
def w(base: Opened) -> Wired:
    return wired(base, ORDINARY)


ROUNDING = 1e-5
"""USD: what is left of billions that cancel may differ so far by the order of the sum."""


def agree(found: dict[str, Any], expected: dict[str, Any]) -> None:
    """Assert the same names, and each value from its source."""
    assert set(found) == set(expected)
    for name, value in expected.items():
        np.testing.assert_allclose(found[name], value, rtol=1e-12, atol=ROUNDING, err_msg=name)


def liquid(company: Any) -> Array:
    """Cash and undrawn revolver of the living, (path, 1)."""
    return total((company.cash + company.limit - company.revolver) * ~company.defaulted)


def test_series_of_a_quarter(w: Wired) -> None:
    f, after, owed = w.flows, w.after, w.after.funding
    agree(series.series(w.p, after, f), {
        "capex": total(f.funding.capex),
        "lease_additions": total(f.funding.lease_additions) + total(f.funding.spv_additions),
        "cfo": total(f.funding.cfo),
        "adjusted_debt": total(owed.bonds) + total(owed.leases) + total(owed.spv),
        "ai_capex": f.spending.ai + f.spending.leased,
        "digestion": after.plan.digestion,
        "revenue": total(f.adoption.revenue),
        "internal_use": f.demand.internal,
        "lab_funding": f.demand.anchor_external + f.demand.anchor_recycled,
        "required_revenue": f.required.vintage,
        "h100_contract": f.rents.contract[:, [H100]],
        "h100_spot": f.rents.spot[:, [H100]],
        "b200_contract": f.rents.contract[:, [B200]],
        "h100_clearing": f.rents.clearing[:, [H100]],
        "utilization": f.rents.utilization,
        "fleet": total(after.fleet.energized),
        "undeployed": total(after.fleet.undeployed),
        "power_bound": f.fleet.power_bound,
        "lab_coverage": f.demand.coverage,
        "hy_spread": f.market.spread,
        "credit_availability": f.market.availability,
        "neocloud_debt": total(after.facility.debt) + total(after.holdco.notes + after.holdco.converts),
        "neocloud_liquidity": liquid(after.holdco),
    })  # fmt: skip
    assert not np.array_equal(f.market.spread, after.market.spread), "what a scenario forces is in"


def borrowed(f: Flows) -> Array:
    """New debt of operators, draws in, less principal, (path, 1)."""
    loans, h, new = f.operators.facility, f.operators.holdco, f.operators.new
    plus = total(loans.drawn) + total(new.debt.sum(axis=2)) + total(new.notes) + total(new.converts)
    minus = total(loans.principal) + total(loans.swept) + total(loans.balloon_paid) + total(h.notes_repaid)
    return np.asarray(plus + total(h.drawn) - minus - total(h.revolver_repaid))


def earned(f: Flows) -> Array:
    """What operators' fleets earn after overhead and interest, and what customers prepay, (path, 1)."""
    loans, h = f.operators.facility, f.operators.holdco
    kept = total(loans.cfads) - total(loans.interest) - total(h.overhead) - total(h.interest)
    return np.asarray(kept + total(f.operators.new.prepayment.sum(axis=2)))


def asked(params: Any, state: Any, t: int) -> Array:
    """Power asked for in the quarters of a lead to t; the trend where that was before the run, (path, 1)."""
    lead, queue = len(state.demanded), 0.0
    for k, wanted in enumerate(state.demanded):
        quarter = t - lead + 1 + k
        trend = params.power_capacity * np.exp(params.power_growth * quarter / 4.0)
        queue = queue + (trend if quarter < 1 else wanted) / 4.0
    return np.asarray(queue)


def test_what_only_outcomes_need_of_a_quarter(w: Wired) -> None:
    f, t = w.flows, w.context.t
    agree(series.memo(w.p, w.after, f, t), {
        "compute_share": w.p.demand.compute_share * np.exp(-w.p.demand.compute_share_decline * t / 4.0),
        "compute_demand": f.demand.total,
        "lab_recycled": f.demand.anchor_recycled,
        "required_cahn": f.required.cahn,
        "required_cahn_all": f.required.cahn_all,
        "required_energized": f.required.vintage_energized,
        "net_raised": total(f.funding.net_debt_change) + total(f.funding.equity),
        "cash": total(w.after.funding.cash),
        "payout": total(f.funding.payout),
        "power_drawn": total(w.after.fleet.power),
        "power_waiting": f.fleet.power_waiting,
        "power_queue": asked(w.p.fleet, w.after.fleet, t),
        "power_unclaimed": f.fleet.power_unclaimed,
        "idle_impairment": f.fleet.impaired,
        "quarter_loss": total(f.instrument_losses),
        "second_round": total(f.cascade.mark_to_market),
        "neocloud_planned": total(f.operators.new.planned),
        "neocloud_financed": total(f.operators.new.financed),
        "neocloud_borrowed": borrowed(f),
        "neocloud_earned": earned(f),
        "neocloud_equity": total(f.operators.holdco.equity) + total(f.operators.new.equity),
        "neocloud_sources": borrowed(f) + earned(f)
        + total(f.operators.holdco.equity) + total(f.operators.new.equity),
    })  # fmt: skip


def test_series_at_the_base_date(base: Opened, register: Assumptions) -> None:
    start, p, fixed = base.worlds[0], base.p, base.fixed
    firms, spent = register.tables["capex.firm"], np.asarray(register.value("revenue.ai_capex_history"))
    spot, contract = rents.quotes(p.rents, start.rents, fixed.throughput)
    own = p.demand.anchor_revenue_share * p.demand.anchor_compute_share * fixed.revenue
    paper = total(start.facility.debt) + total(start.holdco.notes + start.holdco.converts)
    zero = ("lease_additions", "digestion", "power_bound", "headline_loss")
    agree(series.base_series(p, start, fixed, spot, contract), dict.fromkeys(zero, 0.0) | {
        "capex": firms.numbers("capex_last_quarter").sum(),
        "cfo": firms.numbers("cfo").sum(),
        "adjusted_debt": firms.numbers("debt").sum(),
        "ai_capex": spent[-1],
        "revenue": total(start.adoption.ceiling * start.adoption.adopted),
        "internal_use": start.demand.internal,
        "lab_funding": p.demand.anchor_funding,
        "required_revenue": np.nan,
        "h100_contract": contract[:, [H100]],
        "h100_spot": spot[:, [H100]],
        "b200_contract": contract[:, [B200]],
        "h100_clearing": contract[:, [H100]] * np.exp(p.rents.base_tightness),
        "utilization": p.rents.normal_utilization,
        "fleet": total(start.fleet.energized),
        "undeployed": total(start.fleet.undeployed),
        "lab_coverage": (own + p.demand.anchor_funding) / p.demand.committed[0],
        "hy_spread": p.market.start_spread,
        "credit_availability": 1.0,
        "neocloud_debt": paper,
        "neocloud_liquidity": liquid(start.holdco),
    })  # fmt: skip
    exposed = register.tables["credit.segment"].numbers("exposure")[SPV]
    wait = start.fleet.undeployed * p.fleet.unit_power / fixed.throughput * p.fleet.power_usage_effectiveness
    agree(series.base_memo(p, start, fixed, base.layout.pools), {
        "compute_share": p.demand.compute_share,
        "compute_demand": start.seen.demand,
        "lab_recycled": start.seen.recycled,
        "cash": firms.numbers("cash").sum(),
        "power_drawn": total(start.fleet.power),
        "power_waiting": total(wait),
        "power_queue": asked(p.fleet, start.fleet, 0),
        "exposed_at_base": paper + exposed,
    })  # fmt: skip


def test_nothing_out_of_the_ordinary_was_seen_before_the_base_date(base: Opened) -> None:
    start, p, fixed = base.worlds[0], base.p, base.fixed
    _, contract = rents.quotes(p.rents, start.rents, fixed.throughput)
    bids = p.demand.compute_share * fixed.revenue + p.demand.anchor_funding + start.demand.internal
    quiet = (
        "surprise", "dearness", "jump", "anchor_shortfall", "spv_support", "impact", "squeeze", "freeze",
        "fire_sale", "overhang", "operator_capex",
    )  # fmt: skip
    expected: dict[str, Any] = dict.fromkeys(quiet, 0.0) | {
        "rents": contract,
        "revenue": total(start.adoption.ceiling * start.adoption.adopted),
        "yields": 1.0,
        "suppliers": 1.0,
        "funded": 1.0,
        "recycled": p.demand.recycled_share * p.demand.anchor_funding,
        "availability": 1.0,
        "spread": p.market.start_spread,
        "demand": bids,
        "plan_growth": p.plan.guidance_growth,
    }
    found = {f.name: getattr(start.seen, f.name) for f in fields(start.seen)}
    agree(found, {name: np.broadcast_to(value, found[name].shape) for name, value in expected.items()})
    capex = p.plan.last_quarter.sum()
    np.testing.assert_allclose(fixed.capex, capex)
    cash = p.funding.cfo.sum() * np.exp(p.funding.nowcast_error)
    np.testing.assert_allclose(fixed.free_cash_flow, cash - capex)
    np.testing.assert_array_equal(fixed.newest_rent, contract[:, [B200]])
    np.testing.assert_array_equal(fixed.revenue, expected["revenue"])


def test_what_is_owed_after_a_quarter_has_no_convert_that_fell_due_in_it(base: Opened) -> None:
    layout = base.layout
    t = int(np.flatnonzero(layout.converts.any(axis=1))[0])
    kept, after = Record(1024, layout.quarters), base.worlds[t]
    totals.stocks(kept, layout, after, t)
    owed = world.exposures(layout, after.facility, after.holdco, after.segments)
    np.testing.assert_allclose(kept.sums["exposure.instrument"][0, t], owed.sum(axis=0), rtol=1e-12)


@pytest.mark.parametrize(
    ("start", "end", "quarters"),
    [
        ("2027Q1", "2027Q3", {2, 3, 4}),
        ("2026Q3", "2026Q3", {0}),
        ("2025Q1", "2026Q4", {0, 1}),
        ("2032Q3", "2040Q4", {24, 25}),
    ],
)
def test_a_stress_is_forced_from_its_first_to_its_last_quarter(
    register: Assumptions, start: str, end: str, quarters: set[int]
) -> None:
    """On the paths where it happens; two of them add up."""
    stress = [Event("hy_spread", start, end, 300.0, "bp", "test", probability=p) for p in (0.5, 1.0)]
    uniforms = {"event": np.array([[[0.4, 0.9], [0.5, 0.9]]])}
    forced = world.forced(changed(register, events=stress), uniforms, 2)
    for t, values in enumerate(forced["hy_spread"]):
        np.testing.assert_allclose(values, np.array([[0.06], [0.03]]) * (t in quarters), atol=1e-15)
    assert not any(values.any() for name in forced if name != "hy_spread" for values in forced[name])


def test_what_falls_due_within_four_quarters_must_be_refinanced(base: Opened) -> None:
    """The quarter after next-to-none: due today is past, due in four quarters is in, in five is not."""
    book, p, start = base.layout.base_book, base.p, base.worlds[0]
    company = start.holdco
    nothing = tuple(np.zeros_like(amounts) for amounts in company.due)
    company = replace(company, converts=0.0 * company.converts)
    for firm in range(len(book.firms)):
        for due in (*range(1, 7), int(p.holdco.revolver_quarters[0, firm])):
            notes = list(nothing)
            notes[due] = np.ones_like(company.cash) * (np.arange(len(book.firms)) == firm) * 1e9
            line = 5e8 * (np.arange(len(book.firms)) == firm) + np.zeros_like(company.cash)
            loans = replace(start.facility, debt=np.zeros_like(start.facility.debt))
            state = replace(company, due=type(company.due)(notes), notes=notes[due], revolver=line)
            for t in (due - 5, due - 4, due - 1, due):
                if t < 0:
                    continue
                found = refinancing_need(p, base.layout, replace(start, holdco=state, facility=loans), t)
                ends = int(p.holdco.revolver_quarters[0, firm])
                expected = 1e9 * (due - 4 <= t < due) + 5e8 * (ends - 4 <= t < ends)
                np.testing.assert_allclose(found[0, firm], expected, err_msg=f"{book.firms[firm]} {due} {t}")


def test_a_balloon_due_within_four_quarters_must_be_refinanced(base: Opened) -> None:
    book, start = base.layout.base_book, base.worlds[0]
    company = replace(
        start.holdco,
        notes=np.zeros_like(start.holdco.notes),
        converts=np.zeros_like(start.holdco.converts),
        revolver=np.zeros_like(start.holdco.revolver),
    )
    for i in np.flatnonzero(book.balloon > 0):
        debt = np.zeros_like(start.facility.debt)
        debt[:, i] = start.facility.original[:, i]
        seen = replace(start, holdco=company, facility=replace(start.facility, debt=debt))
        due = int(book.due[i])
        for t in (due - 5, due - 4, due - 1, due):
            found = refinancing_need(base.p, base.layout, seen, t)[:, book.firm[i]]
            assert bool((found > 0.0).all()) is (due - 4 <= t < due), (book.names[i], t)
