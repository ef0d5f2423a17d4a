from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given as examples
from hypothesis import strategies as st

from risk.mechanisms.capex import cash_flow, funding
from tests.mechanisms.given import column, given, row
from tests.mechanisms.worked import worked

BN = 1e9


def parameters(**changes: Any) -> funding.Params:
    values: dict[str, Any] = {
        "cfo": row(47 * BN),
        "cash": row(95 * BN),
        "debt": row(140 * BN),
        "leverage_limit": row(1.9),
        "lease_not_commenced": row(90 * BN),
        "anchor_equity_share": row(0.4),
        "ai_revenue_share": row(0.28),
        "anchor_commitment_share": row(0.06),
        "cfo_growth": column(0.115),
        "cfo_macro_beta": 0.012,
        "cfo_demand_beta": 0.015,
        "cfo_common_volatility": 0.035,
        "cfo_firm_volatility": 0.04,
        "cfo_transitory_volatility": 0.025,
        "bond_spread": 0.012,
        "bond_spread_leverage": 0.03,
        "bond_spread_threshold": 0.7,
        "bond_spread_cap": 0.06,
        "retired_coupon": 0.04,
        "cash_margin": -0.003,
        "ai_revenue_kept": column(0.55),
        "ai_cash_margin": column(0.25),
        "anchor_shortfall_pass": 0.5,
        "payout": column(0.2),
        "payout_speed": column(0.35),
        "payout_cap": 0.8,
        "retirement_share": 0.8,
        "cash_reserve": column(0.4),
        "minimum_cash": 0.6,
        "maturity_rate": 0.011,
        "prefunding": 0.5,
        "leverage_stretch": 1.15,
        "bond_cap": 30 * BN,
        "private_credit_cap": 3 * BN,
        "equity_cap": 3 * BN,
        "lease_present_value": 0.65,
        "lease_start_quarters": 18.0,
        "lease_service": 0.10,
        "lease_principal": 0.04,
        "spv_principal": 0.04,
        "spv_share": 0.045,
        "spv_availability": 0.5,
        "suppliers_inside": 0.5,
    }
    return given(funding.Params, **(values | changes))


def market(**changes: Any) -> funding.Market:
    values: dict[str, Any] = {
        "availability": column(0.9),
        "sofr": column(0.04),
        "macro": column(1.0),
        "demand": column(0.0),
        "common": row(0.0, 0.0),
        "firm": row(0.0),
    }
    return funding.Market(**(values | changes))


def state(**changes: float) -> funding.State:
    values = {"core_cfo": 47.0, "cash": 60.0, "bonds": 140.0, "leases": 30.0, "spv": 5.0, "uncommenced": 58.5}
    return funding.State(**{name: row(BN * x) for name, x in (values | changes).items()})


def step(
    p: funding.Params | None = None, s: funding.State | None = None, t: int = 3, **changes: Any
) -> tuple[funding.State, funding.Flows]:
    inputs: dict[str, Any] = {
        "planned": row(52 * BN),
        "next_year": row(216 * BN),
        "revenue_gain": column(20 * BN),
        "anchor_shortfall": column(10 * BN),
        "recycled": column(27 * BN),
        "spv_support": row(0.0),
        "charge": row(0.0),
        "m": market(),
    }
    return funding.step(p or parameters(), s or state(), t, **(inputs | changes))


def test_worked_example() -> None:
    with worked("capex", "funding") as w:
        after, f = step(planned=row(BN * w["planned"]), s=state(bonds=w["bonds before"]))
        nothing = column(0.0)
        core = after.core_cfo
        p = parameters()
        w.agrees("core cash flow", core / BN)
        w.agrees("AI contribution", (cash_flow.operating_cash(p, core, column(20 * BN), nothing) - core) / BN)
        w.agrees("unpaid by labs", (core - cash_flow.operating_cash(p, core, nothing, column(10 * BN))) / BN)
        earned = cash_flow.operating_cash(p, core, column(20 * BN), column(10 * BN))
        w.agrees("debt over limit", 185 * BN / funding.leverage_limit(p, earned))
        w.agrees("interest", f.interest / BN)
        w.agrees("rents", (earned - f.interest - f.cfo) / BN)
        w.agrees("cash flow", f.cfo / BN)
        w.agrees("payout", f.payout / BN)
        w.agrees("lab equity", f.anchor_equity / BN)
        w.agrees("maturities", f.maturities / BN)
        w.agrees("spare cash", 60 - 0.6 * 95)
        short = f.planned + f.payout + f.anchor_equity + f.maturities - f.cfo
        ahead = 216 * BN + 4 * (f.payout + f.anchor_equity + f.maturities - f.cfo)
        w.agrees("shortfall", short / BN)
        w.agrees("ahead", ahead / BN)
        w.agrees("reserve", 0.4 * 216)
        w.agrees("need", (short - 3 * BN + 0.5 * ahead) / BN)
        w.agrees("room", (funding.leverage_limit(p, f.cfo) - 183.35 * BN) / BN)
        w.agrees("bonds", f.bonds / BN)
        w.agrees("private credit", f.private_credit / BN)
        w.agrees("equity", f.equity / BN)
        w.agrees("cut", f.cut / BN)
        w.agrees("cash after", after.cash / BN)
        w.agrees("lease additions", f.lease_additions / BN)
        w.agrees("SPV additions", f.spv_additions / BN)
        w.agrees("net debt raised", f.net_debt_change / BN)


def test_worked_example_of_a_rich_firm() -> None:
    with worked("capex", "cash above its target") as w:
        after, f = step(
            s=state(cash=w["cash before"], bonds=w["bonds before"], core_cfo=70.0, leases=0.0, spv=0.0),
            planned=row(BN * w["planned"]),
            next_year=row(BN * w["next year"]),
            m=market(macro=column(0.0)),
        )
        w.agrees("interest", f.interest / BN)
        w.agrees("cash flow", f.cfo / BN)
        due = f.maturities - f.retired
        floor = 0.2 * f.cfo
        w.agrees("floor", floor / BN)
        w.agrees("due", due / BN)
        target = 0.6 * 95 + 0.4 * w["next year"]
        w.agrees("target", target)
        end = w["cash before"] * BN + f.cfo - f.planned - floor - due - f.anchor_equity
        w.agrees("cash at the end, nothing raised", end / BN)
        w.agrees("leaves", 0.35 * (end / BN - target))
        w.agrees("retired", f.retired / BN)
        w.agrees("payout", f.payout / BN)
        w.agrees("cash after", after.cash / BN)
        assert f.bonds.item() == f.cut.item() == 0.0


def test_need_is_exact_where_no_cap_binds() -> None:
    """Bonds cover shortfall less spare cash plus half of the year ahead."""
    roomy = parameters(bond_cap=1e15)
    _, f = step(roomy)
    ahead = 216 * BN + 4 * (f.payout + f.anchor_equity + f.maturities - f.cfo)
    short = f.planned + f.payout + f.anchor_equity + f.maturities - f.cfo
    assert f.bonds.item() == pytest.approx((short - 3 * BN + 0.5 * ahead).item())
    assert f.private_credit.item() == f.equity.item() == 0.0


def test_a_firm_at_its_limit_can_still_refinance_what_matures() -> None:
    """All of it on its balance sheet since the base date, so that none bears interest twice."""
    p = parameters(private_credit_cap=0.0, equity_cap=0.0)
    bonds = funding.leverage_limit(p, step(p)[1].cfo) - 35.0 * BN
    _, f = step(replace(p, debt=bonds), state(bonds=bonds.item() / BN))
    assert f.bonds.item() == pytest.approx(f.maturities.item())


def test_what_cannot_be_funded_is_cut() -> None:
    broke = parameters(leverage_limit=row(0.0), private_credit_cap=0.0, equity_cap=0.0)
    after, f = step(broke)
    uses = f.payout + f.anchor_equity + f.maturities
    assert (f.cut / BN).item() == pytest.approx((52 * BN + uses - f.cfo).item() / BN - 3.0)
    assert after.cash.item() / BN == pytest.approx(57.0), "the minimum is kept"
    _, f = step(broke, planned=row(1 * BN), spv_support=row(100 * BN))
    assert f.capex.item() == 0.0, "capex is cut to nothing, not below"


def test_a_firm_that_burns_cash_pays_nothing_out_and_may_owe_nothing() -> None:
    """Before leases, at nothing and just above it; what it owes is then all over its limit."""
    p = parameters(lease_service=0.0)
    quiet: dict[str, Any] = {name: column(0.0) for name in ("revenue_gain", "anchor_shortfall")}
    quiet["m"] = market(macro=column(0.0))
    for cash in (-20.0, 0.0, 1e-6, 20.0):
        f = step(p, state(core_cfo=cash), **quiet)[1]
        assert np.sign(f.cfo.item()) == np.sign(cash)
        assert f.payout.item() == pytest.approx(0.2 * max(f.cfo.item(), 0.0))
        assert funding.leverage_limit(p, f.cfo).item() == pytest.approx(
            1.9 * 1.15 * 4 * max(f.cfo.item(), 0.0)
        )
        assert 0.0 <= f.bonds.item() <= funding.leverage_limit(p, f.cfo).item()
        assert funding.sources(f).item() == pytest.approx(funding.uses(f).item())
    owed = step(p, state(core_cfo=-20.0), **quiet)
    debt = owed[0].bonds + owed[0].leases + owed[0].spv
    assert owed[1].excess_leverage.item() == pytest.approx(debt.item() - 1.0), "over a limit of one dollar"


def test_leases_commence_evenly_and_are_then_all_in() -> None:
    p = parameters()
    s = funding.init(p, 1)
    for t in range(1, 20):
        s, f = step(p, s, t)
        assert f.lease_additions.item() == pytest.approx(3.25 * BN if t <= 18 else 0.0)
    assert s.uncommenced.item() == pytest.approx(0.0, abs=1.0)


def test_leases_commence_in_a_crunch_too() -> None:
    broke = parameters(leverage_limit=row(0.0), private_credit_cap=0.0, equity_cap=0.0)
    assert step(broke)[1].lease_additions.item() == pytest.approx(3.25 * BN)


@pytest.mark.parametrize("what", ["lease", "spv"])
def test_rent_is_ten_percent_of_which_four_is_principal(what: str) -> None:
    """Of leases and of vehicles."""
    balance = {"lease": "leases", "spv": "spv"}[what]
    more, less = step(s=state(**{balance: 40.0}))[1], step(s=state(**{balance: 30.0}))[1]
    assert (less.cfo - more.cfo).item() == pytest.approx(0.10 * 10 * BN / 4)
    principal = [getattr(f, f"{what}_principal").item() for f in (more, less)]
    assert principal[0] - principal[1] == pytest.approx(0.04 * 10 * BN / 4)


@pytest.mark.parametrize(
    ("change", "interest"),
    [
        ({}, 0.0),
        ({"bonds": 160.0}, 20 * 0.052),
        ({"bonds": 130.0}, -10 * 0.04),
        ({"cash": 115.0}, -20 * 0.037),
        ({"cash": 50.0}, 0.0),
    ],
    ids=str,
)
def test_interest_is_on_what_was_added(change: dict[str, float], interest: float) -> None:
    """Bonds above the base date's at SOFR + 1.2%, those repaid at 4%, cash above it at SOFR - .3%."""
    quiet = parameters(bond_spread_leverage=0.0)
    assert step(quiet, state(**change))[1].interest.item() == pytest.approx(interest * BN / 4)


def test_spreads_widen_with_leverage_up_to_a_cap() -> None:
    p, calm = parameters(), column(0.04)
    cfo = row(50 * BN)
    limit = funding.leverage_limit(p, cfo).item() / BN
    for over, spread in ((0.6, 0.012), (0.7, 0.012), (1.2, 0.027), (9.0, 0.06)):
        s = state(bonds=over * limit - 35.0)
        added = s.bonds.item() - 140 * BN
        assert cash_flow.interest(p, s, cfo, calm).item() == pytest.approx((0.04 + spread) * added / 4)


@pytest.mark.parametrize(
    ("news", "stays", "passes"),
    [
        ({"macro": column(1.0)}, -0.012, 0.0),
        ({"demand": column(1.0)}, 0.015, 0.0),
        ({"common": row(1.0, 0.0)}, 0.035, 0.0),
        ({"firm": row(1.0)}, 0.04, 0.0),
        ({"common": row(0.0, 1.0)}, 0.0, 0.025),
    ],
    ids=str,
)
def test_what_strikes_cash_flow(news: dict[str, Any], stays: float, passes: float) -> None:
    nothing: dict[str, Any] = {name: column(0.0) for name in ("revenue_gain", "anchor_shortfall")}
    p, s = parameters(), state(leases=0.0, spv=0.0)
    still = step(p, s, **nothing, m=market(macro=column(0.0)))
    found = step(p, s, **nothing, m=market(**({"macro": column(0.0)} | news)))
    assert (found[0].core_cfo / still[0].core_cfo).item() == pytest.approx(np.exp(stays))
    assert (found[1].cfo / still[1].cfo).item() == pytest.approx(np.exp(stays + passes))


def test_nothing_is_raised_beyond_the_target() -> None:
    """A year of terrible cash flow ahead: the firm ends the quarter at its target and not above."""
    roomy = parameters(bond_cap=1e15, leverage_limit=row(1e3))
    after, _ = step(roomy, next_year=row(900 * BN))
    assert after.cash.item() / BN == pytest.approx(57.0 + 0.4 * 900)


@examples(st.floats(0.0, 900.0), st.floats(0.0, 400.0), st.floats(0.0, 300.0), st.floats(-50.0, 200.0))
def test_nothing_is_raised_to_be_paid_out(cash: float, bonds: float, planned: float, cfo: float) -> None:
    _, f = step(s=state(cash=cash, bonds=bonds, core_cfo=cfo), planned=row(planned * BN))
    extra = (f.payout - 0.2 * np.maximum(f.cfo, 0.0) + f.retired).item()
    assert extra < 1.0 or (f.bonds + f.private_credit + f.equity).item() == 0.0
    assert f.payout.item() <= 0.8 * max(f.cfo.item(), 0.0) + 1.0
    assert 0.0 <= f.retired.item() <= max((bonds - 140.0) * BN, 0.0)


@pytest.mark.parametrize(
    ("change", "sign"),
    [
        ({"m": market(macro=column(2.0))}, -1),
        ({"revenue_gain": column(40 * BN)}, 1),
        ({"anchor_shortfall": column(20 * BN)}, -1),
    ],
    ids=str,
)
def test_what_moves_cash_flow(change: dict[str, Any], sign: int) -> None:
    assert np.sign((step(**change)[1].cfo - step()[1].cfo).item()) == sign


def test_less_credit_means_less_private_credit_and_fewer_vehicles() -> None:
    tight, easy = step(m=market(availability=column(0.5)))[1], step(m=market(availability=column(1.0)))[1]
    assert tight.private_credit.item() == pytest.approx(1.5 * BN)
    assert easy.private_credit.item() == pytest.approx(3.0 * BN)
    assert tight.spv_additions / easy.spv_additions == pytest.approx(0.75)


@pytest.mark.parametrize(("following", "left"), [(0.0, 1.0), (0.5, 0.75), (1.0, 0.5)])
def test_vehicles_follow_availability_by_their_share(following: float, left: float) -> None:
    p = parameters(spv_availability=following)
    tight, easy = (
        step(p, m=market(availability=column(0.5)))[1],
        step(p, m=market(availability=column(1.0)))[1],
    )
    assert easy.spv_additions.item() == pytest.approx(0.045 * 52 * BN)
    assert tight.spv_additions / easy.spv_additions == pytest.approx(left)


def test_excess_leverage_is_debt_over_its_limit() -> None:
    after, f = step(s=state(bonds=500.0))
    limit = 1.9 * 1.15 * 4 * f.cfo
    assert f.excess_leverage == pytest.approx((after.bonds + after.leases + after.spv) / limit - 1)
    assert step()[1].excess_leverage.item() == 0.0


amounts = st.floats(0.0, 300.0)


@examples(amounts, amounts, amounts, amounts, st.floats(-100.0, 200.0), st.floats(0.0, 1.0))
def test_sources_equal_uses_and_stocks_move_by_flows(
    planned: float, ahead: float, cash: float, debt: float, cfo: float, availability: float
) -> None:
    s = state(core_cfo=cfo, cash=cash, bonds=debt)
    after, f = step(
        s=s, planned=row(planned * BN), next_year=row(ahead * BN), m=market(availability=column(availability))
    )
    assert funding.sources(f).item() == pytest.approx(funding.uses(f).item(), rel=1e-12, abs=1.0)
    assert (after.cash - s.cash).item() == pytest.approx((f.cash_build - f.cash_drawn).item(), abs=1e-3)
    moved = f.bonds + f.private_credit - f.maturities
    assert (after.bonds - s.bonds).item() == pytest.approx(moved.item(), rel=1e-12, abs=1e-3)
    assert (after.spv - s.spv).item() == pytest.approx((f.spv_additions - f.spv_principal).item(), abs=1e-3)
    net = after.bonds + after.leases + after.spv - after.cash - s.bonds - s.leases - s.spv + s.cash
    assert f.net_debt_change.item() == pytest.approx(net.item(), abs=1e-2)
    assert (after.leases - s.leases).item() == pytest.approx((f.lease_additions - f.lease_principal).item())
    assert (after.uncommenced - s.uncommenced).item() == pytest.approx(-f.lease_additions.item())
    assert 0.0 <= f.cut.item() <= planned * BN
    assert f.capex.item() == pytest.approx(planned * BN - f.cut.item())


def test_a_better_year_ahead_does_not_pay_for_this_quarter() -> None:
    """Nothing planned for the next year: the shortfall of the quarter is raised in full."""
    _, f = step(parameters(bond_cap=1e15), next_year=row(0.0))
    short = f.planned + f.payout + f.anchor_equity + f.maturities - f.cfo
    assert f.bonds.item() == pytest.approx(short.item() - 3 * BN)
    assert f.cut.item() == 0.0
