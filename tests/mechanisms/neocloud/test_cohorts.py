from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given as examples
from hypothesis import strategies as st

from risk.mechanisms.neocloud import cohorts
from tests.mechanisms.given import Array, column, given, row
from tests.mechanisms.worked import worked

BN = 1e9


def parameters(**changes: Any) -> cohorts.Params:
    values: dict[str, Any] = {
        "firm_share": row(0.6, 0.4),
        "cash_at_base": row(2.6 * BN, 3.6 * BN),
        "payer_shares": np.array([[0.35, 0.40, 0.25]]),
        "contract_quarters": np.array([20.0, 20.0, 6.0]),
        "debt_quarters": np.array([20.0, 20.0, 16.0]),
        "vendor_financed": np.array([0.0, 0.0, 1.0]),
        "margins": np.array([0.0225, 0.0450, 0.0900]),
        "added_cost": 0.0,
        "margin_beta": 0.5,
        "prepaid": np.array([0.10, 0.10, 0.0]),
        "rated": row(1.0, 1.0),
        "vendor_access": 0.5,
        "vendor_discount": 0.025,
        "neutral_spread": 0.04,
        "advance_rate": 0.714,
        "target_dscr": 1.40,
        "merchant_haircut": 0.80,
        "compute_share": 0.60,
        "holdco_non_compute": 0.60,
        "paper_share": 0.85,
        "convert_share": 0.45,
        "cash_kept": 0.50,
        "contract_availability": 0.96,
        "opex_multiple": 1.85,
        "opex": row(0.45, 0.62),
        "leverage_limit": 5.0,
        "shut_availability": 0.60,
        "normal_utilization": 0.65,
        "utilization_premium": 0.10,
    }
    return given(cohorts.Params, **(values | changes))


def conditions(**changes: Any) -> cohorts.Conditions:
    """Companies without debt, which the issuance test lets build anything, unless told otherwise."""
    values: dict[str, Any] = {
        "capex": column(10 * BN),
        "device_cost": column(53e3),
        "rent": column(4.00),
        "decline": column(0.20),
        "spread": column(0.05),
        "availability": column(0.9),
        "sofr": column(0.0365),
        "holdco_cash": row(2.6 * BN, 3.6 * BN),
        "holdco_defaulted": np.array([[False, False]]),
        "holdco_debt": row(0.0, 0.0),
        "holdco_ebitda": row(5 * BN, 5 * BN),
        "equity_room": row(9 * BN, 9 * BN),
        "fundable": np.ones((1, 2, 3)),
        "vendor": np.array([[False, False]]),
    }
    return cohorts.Conditions(**(values | changes))


def originate(p: cohorts.Params | None = None, **changes: Any) -> cohorts.Origination:
    return cohorts.originate(p or parameters(), 1, conditions(**changes))


def sources(new: cohorts.Origination) -> Array:
    """What pays for a cohort, (path, firm)."""
    paid = new.debt.sum(axis=2) + new.prepayment.sum(axis=2)
    return np.asarray(paid + new.cash_used + new.notes + new.converts + new.equity)


def test_worked_example() -> None:
    with worked("neoclouds", "cohort") as w:
        p = parameters(
            firm_share=row(1.0),
            rated=row(1.0),
            cash_at_base=row(2.6 * BN),
            payer_shares=np.array([[1.0, 0.0, 0.0]]),
            contract_quarters=np.array([2.0, 20.0, 6.0]),
            debt_quarters=np.array([4.0, 20.0, 16.0]),
            paper_share=0.90,
            cash_kept=0.90,
            leverage_limit=6.0,
        )
        seen = conditions(
            capex=column(BN * w["capex"]),
            device_cost=column(1e3 * w["cost of a GPU"]),
            rent=column(w["rent"]),
            holdco_cash=row(2.6 * BN),
            holdco_defaulted=np.array([[False]]),
            holdco_debt=row(BN * w["company owes"]),
            holdco_ebitda=row(BN * w["company's EBITDA"]),
            vendor=np.array([[False]]),
            equity_room=row(1 * BN),
            fundable=np.ones((1, 1, 3)),
        )
        new = cohorts.originate(p, 1, seen)
        w.agrees("compute", 0.6 * w["capex"])
        w.agrees("GPUs", new.devices[0, 0, 0])
        w.agrees("term price", new.price[0, 0, 0] / 0.9)
        w.agrees("still to be paid", new.price[0, 0, 0])
        w.agrees("coupon", new.coupon[0, 0, 0])
        w.agrees("uncontracted, third party", new.coupon[0, 0, 2])
        lent = cohorts.originate(p, 1, replace(seen, vendor=np.array([[True]])))
        w.agrees("uncontracted, vendor", lent.coupon[0, 0, 2])
        price, rate = column(w["term price"]), column(w["coupon"])
        value, _ = cohorts.present_value(p, 0, 1, price, rate, seen)
        w.agrees("present value", value)
        w.agrees("contracted quarter", 2190 * (0.96 * w["still to be paid"] - 1.147))
        for name, quarter in (("third quarter", 3), ("fourth quarter", 4)):
            w.agrees(name, 2190 * (0.80 * 0.75 * 4.00 * np.exp(-0.05 * quarter) - 1.147))
        w.agrees("debt", new.debt[0, 0, 0] / BN)
        w.agrees("prepayment", new.prepayment[0, 0, 0] / BN)
        w.agrees("HoldCo's need", (new.cash_used + new.notes + new.converts + new.equity).item() / BN)
        w.agrees("from cash", new.cash_used / BN)
        w.agrees("notes issued", new.notes / BN)
        w.agrees("converts issued", new.converts / BN)
        w.agrees("equity", new.equity / BN)
        poor = cohorts.originate(p, 1, replace(seen, equity_room=row(BN * w["with a room of"])))
        w.agrees("built", poor.cost / new.cost)
        assert poor.equity.item() == pytest.approx(BN * w["with a room of"])
        w.agrees("cohort's EBITDA", ebitda(p, new).item() / BN)
        owes = BN * w["company owes"] + (new.debt.sum() + new.notes.sum() + new.converts.sum())
        w.agrees("leverage after", owes / (BN * w["company's EBITDA"] + ebitda(p, new).item()))


def ebitda(p: cohorts.Params, new: cohorts.Origination) -> Array:
    """EBITDA of what was built, USD a year, (path, firm): the full term price less operating cost."""
    gross = 0.96 * new.price / (1.0 - p.prepaid)
    return np.asarray((8760 * new.devices * (gross - 0.62 * 1.85)).sum(axis=2))


def test_worked_example_of_the_issuance_test() -> None:
    with worked("neoclouds", "issuance test") as w:
        seen = conditions(
            holdco_debt=row(BN * w["company owes"]), holdco_ebitda=row(BN * w["company's EBITDA"])
        )
        owed, earned = row(BN * w["cohort would owe"]), row(BN * w["cohort's EBITDA"])
        p = parameters(leverage_limit=6.0)
        room = 6.0 * w["company's EBITDA"] - w["company owes"]
        w.agrees("room", room)
        w.agrees("taken by the cohort", w["cohort would owe"] - 6.0 * w["cohort's EBITDA"])
        built = cohorts.share_built(p, seen, owed, earned).item()
        w.agrees("built", built)
        w.agrees("debt after", w["company owes"] + built * w["cohort would owe"])
        w.agrees("EBITDA after", w["company's EBITDA"] + built * w["cohort's EBITDA"])
        after = (seen.holdco_debt + built * owed) / (seen.holdco_ebitda + built * earned)
        w.agrees("leverage after", after)


def test_sources_equal_uses() -> None:
    """Debt, prepayments, cash, notes, converts and equity pay for compute and .6 of the rest (relation 2)."""
    new = originate(rent=column(3.0))
    paid = sources(new)
    np.testing.assert_allclose(paid, new.cost, rtol=1e-12)
    np.testing.assert_allclose(new.cost, np.array([[0.6, 0.4]]) * 10 * BN * (0.6 + 0.6 * 0.4), rtol=1e-12)


def test_capex_is_split_by_firm_and_payer() -> None:
    new = originate()
    spent = new.devices * 53e3
    np.testing.assert_allclose(spent.sum(axis=2), row(3.6 * BN, 2.4 * BN))
    np.testing.assert_allclose(spent[0, 0] / spent[0, 0].sum(), [0.35, 0.40, 0.25])


def test_debt_is_capped_by_cost_in_a_rich_market() -> None:
    new = originate(rent=column(40.0))
    np.testing.assert_allclose(new.debt, 0.714 * new.devices * 53e3)
    assert (new.notes >= 0.0).all()


def test_no_debt_where_contracts_do_not_cover_cost() -> None:
    """Nor is such a fleet built, for who would pay for it; what was planned is not financed."""
    new = originate(rent=column(0.1))
    assert new.debt.sum() == new.devices.sum() == new.cost.sum() == new.financed.sum() == 0.0
    assert new.planned[0] == pytest.approx([6 * BN, 4 * BN])


def test_a_room_that_is_used_up_builds_what_cash_pays_for() -> None:
    """Shareholders put in nothing, so that no paper is sold either."""
    new = originate(equity_room=row(0.0, 0.0), rent=column(2.6))
    assert (new.notes + new.converts + new.equity).sum() == pytest.approx(0.0, abs=1.0)
    np.testing.assert_allclose(new.cash_used, row(1.3 * BN, 1.8 * BN))
    np.testing.assert_allclose(sources(new), new.cost, rtol=1e-12)


def test_paper_alone_needs_no_equity() -> None:
    new = originate(parameters(paper_share=1.0), equity_room=row(0.0, 0.0), rent=column(2.6))
    assert new.equity.sum() == pytest.approx(0.0, abs=1.0)
    np.testing.assert_allclose(new.financed, new.planned)


def test_a_loan_in_distress_is_not_added_to() -> None:
    fundable = np.ones((1, 2, 3))
    fundable[0, 0, 1] = 0.0
    new = originate(fundable=fundable)
    assert (new.devices[0] > 0.0).tolist() == [[True, False, True], [True, True, True]]
    assert new.financed[0] == pytest.approx([0.6 * 6 * BN, 4 * BN])


def test_prepayments_beyond_the_need_are_the_companys_cash() -> None:
    new = originate(rent=column(60.0))
    assert (new.cash_used < 0.0).all()
    assert new.notes.sum() == new.converts.sum() == new.equity.sum() == 0.0
    np.testing.assert_allclose(sources(new), new.cost, rtol=1e-12)


def test_one_number_makes_all_debt_dearer() -> None:
    dearer = originate(parameters(added_cost=0.03))
    np.testing.assert_allclose(dearer.coupon - originate().coupon, 0.03)


def test_the_present_value_is_a_sum_over_quarters() -> None:
    """Contract quarters at the price still to be paid, later ones at a haircut of a rent that falls."""
    p, seen = parameters(), conditions()
    price, rate = column(3.5), row(0.06, 0.12)
    for k, (contract, life) in enumerate(((20, 20), (20, 20), (6, 16))):
        value, bills = cohorts.present_value(p, k, 1, price, rate, seen)
        for firm in range(2):
            found = billed = 0.0
            for q in range(1, life + 1):
                gross = 0.96 * 3.5 * (1.0 - p.prepaid[k])
                billed += 2190 * 0.96 * 3.5 * (q <= contract)
                if q > contract:
                    gross = 0.80 * 0.75 * 4.0 * np.exp(-0.20 * q / 4)
                found += 2190 * (gross - 0.62 * 1.85) / (1.0 + rate[0, firm] / 4) ** q
            assert value[0, firm] == pytest.approx(found)
        assert bills.item() == pytest.approx(billed)


@pytest.mark.parametrize(
    ("change", "up"),
    [
        ({"rent": column(4.4)}, True),
        ({"decline": column(0.30)}, False),
        ({"spread": column(0.07)}, False),
        ({"device_cost": column(60e3)}, False),
        ({"sofr": column(0.05)}, False),
        ({"vendor": np.array([[True, True]])}, True),
        ({"availability": column(0.7)}, None),
    ],
    ids=str,
)
def test_what_moves_debt(change: dict[str, Any], up: bool | None) -> None:
    """More rent, more debt; faster decline, wider spreads and dearer GPUs, less."""
    moved = originate(rent=column(3.0)).debt.sum(), originate(**({"rent": column(3.0)} | change)).debt.sum()
    assert (moved[0] == moved[1]) if up is None else (moved[1] > moved[0]) is np.bool_(up)


@pytest.mark.parametrize(
    ("change", "firms"),
    [
        ({"availability": column(0.59)}, [False, False]),
        ({"holdco_defaulted": np.array([[True, False]])}, [False, True]),
    ],
    ids=str,
)
def test_a_shut_market_and_a_failed_company_originate_nothing(
    change: dict[str, Any], firms: list[bool]
) -> None:
    new = originate(**change)
    built = (new.devices.sum(axis=2) > 0)[0].tolist()
    assert built == firms
    for amounts in (new.debt.sum(axis=2), new.notes, new.equity, new.cash_used, new.cost):
        assert [x > 0 for x in amounts[0]] == firms


def test_margins_follow_payer_and_spread_and_are_not_negative() -> None:
    coupons = originate(spread=column(0.04)).coupon[0, 0]
    assert coupons == pytest.approx([0.0590, 0.0815, 0.1265])
    p = parameters(margins=np.array([0.0, 0.01, 0.09]))
    assert originate(p, spread=column(0.02)).coupon[0, 0] == pytest.approx([0.0365, 0.0365, 0.1165])


def test_a_company_keeps_half_of_its_cash() -> None:
    poor = originate(holdco_cash=row(1.0 * BN, 1.9 * BN), rent=column(2.6))
    assert poor.cash_used[0] == pytest.approx([0.0, 0.1 * BN])
    paper = poor.notes + poor.converts
    assert paper[0, 0] / (paper + poor.equity)[0, 0] == pytest.approx(0.85)
    assert poor.converts[0, 0] / paper[0, 0] == pytest.approx(0.45)


def test_a_vendor_lends_below_the_market_to_fleets_without_a_contract() -> None:
    """250 bp off the margin of the uncontracted class of the firm it lends to, nothing elsewhere."""
    new, without = originate(vendor=np.array([[True, False]])), originate()
    off = without.margin - new.margin
    assert off[0] == pytest.approx(np.array([[0.0, 0.0, 0.025], [0.0, 0.0, 0.0]]))
    assert new.vendor[0].tolist() == [[0.0, 0.0, 1.0], [0.0, 0.0, 0.0]]
    assert new.devices[0] == pytest.approx(without.devices[0])
    assert new.debt[0, 0, 2] >= without.debt[0, 0, 2]
    assert not without.vendor.any()


def test_no_vendor_lends_where_there_is_no_loan() -> None:
    both = np.array([[True, True]])
    assert not originate(vendor=both, rent=column(0.1)).vendor.any()
    assert not originate(vendor=both, availability=column(0.59)).vendor.any()


def test_a_vendor_never_pays_to_lend() -> None:
    p = parameters(margins=np.array([0.0225, 0.045, 0.01]))
    lent = originate(p, vendor=np.array([[True, True]]), spread=column(0.04))
    assert lent.margin[0, 0].tolist() == [0.0225, 0.045, 0.0]


def test_an_unrated_firm_without_a_vendor_builds_no_uncontracted_fleet() -> None:
    """What is not built is not paid for: three quarters of the capex is."""
    p = parameters(rated=row(1.0, 0.0))
    without, lent = originate(p), originate(p, vendor=np.array([[False, True]]))
    assert (without.devices[0] > 0.0).tolist() == [[True, True, True], [True, True, False]]
    assert without.debt[0, 1, 2] == without.prepayment[0, 1, 2] == 0.0
    assert without.cost[0] == pytest.approx(lent.cost[0] * [1.0, 0.75])
    assert without.financed[0] == pytest.approx(lent.financed[0] * [1.0, 0.75])
    assert (without.cash_used + without.notes + without.converts + without.equity)[0, 1] < (
        lent.cash_used + lent.notes + lent.converts + lent.equity
    )[0, 1]
    assert lent.devices[0] == pytest.approx(originate().devices[0])
    np.testing.assert_allclose(sources(without), without.cost)


def test_a_vendors_mind_is_drawn() -> None:
    """Access of .5: it lends where the draw lies below."""
    assert cohorts.vendor_lends(parameters(), row(0.0, 0.499, 0.5, 0.9)).tolist() == [
        [True, True, False, False]
    ]


def test_the_coupon_is_sofr_and_margin_on_every_path() -> None:
    """Two paths whose policy rates differ; margins do not, and dearer money lends less."""
    new = originate(
        capex=column(10 * BN, 10 * BN), device_cost=column(53e3, 53e3), rent=column(3.0, 3.0),
        decline=column(0.2, 0.2), spread=column(0.05, 0.05), availability=column(0.9, 0.9),
        sofr=column(0.0365, 0.06), holdco_cash=np.tile(row(2.6 * BN, 3.6 * BN), (2, 1)),
        holdco_debt=np.zeros((2, 2)), holdco_ebitda=np.full((2, 2), 5 * BN),
        equity_room=np.full((2, 2), 9 * BN), fundable=np.ones((2, 2, 3)),
        holdco_defaulted=np.zeros((2, 2), dtype=bool), vendor=np.array([[True, False], [False, True]]),
    )  # fmt: skip
    np.testing.assert_allclose(
        new.coupon - new.margin, np.array([0.0365, 0.06])[:, None, None] + np.zeros((2, 2, 3))
    )
    np.testing.assert_allclose(new.margin[0, ::-1], new.margin[1])
    assert (new.debt[1].sum(axis=1) < new.debt[0].sum(axis=1)).all()


WEAK: dict[str, Any] = {"rent": column(2.6), "vendor": np.array([[True, True]])}
"""A market in which a cohort owes more than five times what it earns."""
NO_SPARE = row(1.3 * BN, 1.8 * BN)
"""Half of the cash of the base date: all of it is kept."""


def room(x: float, y: float) -> dict[str, Any]:
    """Companies earning 2bn a year that could owe x and y billion more."""
    return {"holdco_ebitda": row(2 * BN, 2 * BN), "holdco_debt": row((10 - x) * BN, (10 - y) * BN)}


def leverage(new: cohorts.Origination, **company: Any) -> Array:
    """Debt over EBITDA of companies with what they built, (path, firm)."""
    owed = company["holdco_debt"] + new.debt.sum(axis=2) + new.notes + new.converts
    return np.asarray(owed / (company["holdco_ebitda"] + ebitda(parameters(), new)))


def test_an_accretive_cohort_is_built_in_full() -> None:
    """It owes less than five times what it earns, so that even a company at its limit may build it."""
    free, at_limit = originate(), originate(**room(0.0, 0.0))
    for name in ("devices", "debt", "cost", "notes", "equity", "cash_used", "prepayment"):
        np.testing.assert_array_equal(getattr(at_limit, name), getattr(free, name))
    assert (leverage(at_limit, **room(0.0, 0.0)) < 5.0).all()


def test_a_dilutive_cohort_is_cut_to_the_limit() -> None:
    """Without spare cash debt over EBITDA is the limit afterwards; sources still pay for uses."""
    whole = originate(**WEAK, holdco_cash=NO_SPARE)
    cut = originate(**WEAK, holdco_cash=NO_SPARE, **room(0.5, 0.3))
    share = cut.cost / whole.cost
    assert ((share > 0.05) & (share < 0.95)).all()
    np.testing.assert_allclose(leverage(cut, **room(0.5, 0.3)), 5.0, rtol=1e-12)
    for name in ("devices", "debt", "prepayment"):
        np.testing.assert_allclose(getattr(cut, name), getattr(whole, name) * share[:, :, None], rtol=1e-12)
    for name in ("notes", "converts", "equity"):
        np.testing.assert_allclose(getattr(cut, name), getattr(whole, name) * share, rtol=1e-12)
    np.testing.assert_allclose(sources(cut), cut.cost, rtol=1e-12)


def test_spare_cash_keeps_a_cut_cohort_under_the_limit() -> None:
    """Judged as a whole, its cash off its notes; what is built takes all the cash first."""
    cash = row(2.0 * BN, 2.5 * BN)
    cut, whole = (originate(**WEAK, holdco_cash=cash, **company) for company in (room(0.5, 0.5), {}))
    taken = whole.debt.sum(axis=2) + whole.notes + whole.converts - 5.0 * ebitda(parameters(), whole)
    np.testing.assert_allclose(cut.cost / whole.cost, 0.5 * BN / taken, rtol=1e-12)
    np.testing.assert_allclose(cut.cash_used, row(0.7 * BN, 0.7 * BN))
    after = leverage(cut, **room(0.5, 0.5))
    assert ((after > 4.0) & (after < 5.0)).all()
    np.testing.assert_allclose(sources(cut), cut.cost, rtol=1e-12)


def test_a_company_over_its_limit_builds_nothing_that_leaves_it_there() -> None:
    """Far over it an accretive cohort does not help; a little over it the cohort brings it back."""
    assert originate(**WEAK).vendor[:, :, 2].all()
    far = originate(**WEAK, **room(-0.1, -5.0))
    assert far.devices.sum() == far.cost.sum() == far.notes.sum() == far.vendor.sum() == 0.0
    back = originate(**room(-0.1, -60.0))
    assert (back.cost[0] > 0.0).tolist() == [True, False]
    assert leverage(back, **room(-0.1, -60.0))[0, 0] < 5.0


def test_a_company_in_default_builds_nothing_whatever_it_earns() -> None:
    new = originate(holdco_defaulted=np.array([[True, False]]))
    assert new.devices[0, 0].sum() == new.notes[0, 0] == new.cost[0, 0] == 0.0
    assert new.cost[0, 1] > 0.0


usd = st.floats(0.0, 40.0)


@examples(usd, st.floats(-2.0, 6.0), usd, st.floats(-2.0, 6.0), st.floats(0.0, 5.0))
def test_what_is_built_stays_within_the_limit(
    debt: float, earned: float, owed: float, adds: float, more: float
) -> None:
    """Relation: the share lies in [0, 1], never breaks the limit, and more debt never builds more."""
    p = parameters()
    whole = row(owed * BN, owed * BN), row(adds * BN, adds * BN)
    seen = conditions(
        holdco_debt=row(debt * BN, (debt + more) * BN), holdco_ebitda=row(earned * BN, earned * BN)
    )
    share = cohorts.share_built(p, seen, *whole)
    assert ((share >= 0.0) & (share <= 1.0)).all()
    assert share[0, 1] <= share[0, 0]
    after = seen.holdco_debt + share * whole[0], seen.holdco_ebitda + share * whole[1]
    assert (after[0] <= 5.0 * after[1] + 1.0)[share > 0.0].all()
    tighter = cohorts.share_built(replace(p, leverage_limit=column(4.0)), seen, *whole)
    if min(earned, adds) >= 0.0:
        assert (tighter <= share).all()
