from typing import Any

import numpy as np
import pytest

from risk.mechanisms.neocloud import cohorts
from tests.mechanisms.given import column, given, row
from tests.mechanisms.worked import worked

BN = 1e9


def parameters(**changes: Any) -> cohorts.Params:
    values: dict[str, Any] = {
        "firm_share": row(0.6, 0.4),
        "cash_at_base": row(2.6 * BN, 3.6 * BN),
        "payer_shares": np.array([0.35, 0.40, 0.25]),
        "contract_quarters": np.array([20.0, 20.0, 6.0]),
        "debt_quarters": np.array([20.0, 20.0, 16.0]),
        "margins": np.array([0.0225, 0.0450, 0.0900]),
        "margin_beta": 0.5,
        "prepaid": np.array([0.10, 0.10, 0.0]),
        "sofr": 0.0365,
        "neutral_spread": 0.04,
        "advance_rate": 0.80,
        "target_dscr": 1.35,
        "merchant_haircut": 0.80,
        "compute_share": 0.60,
        "holdco_non_compute": 0.60,
        "note_share": 0.85,
        "cash_kept": 0.50,
        "contract_availability": 0.96,
        "opex_multiple": 1.85,
        "opex": row(0.45, 0.62),
        "shut_availability": 0.60,
        "normal_utilization": 0.65,
        "utilization_premium": 0.10,
    }
    return given(cohorts.Params, **(values | changes))


def conditions(**changes: Any) -> cohorts.Conditions:
    values: dict[str, Any] = {
        "capex": column(10 * BN),
        "gpu_cost": column(53e3),
        "rent": column(4.00),
        "decline": column(0.20),
        "spread": column(0.05),
        "availability": column(0.9),
        "holdco_cash": row(2.6 * BN, 3.6 * BN),
        "holdco_defaulted": np.array([[False, False]]),
    }
    return cohorts.Conditions(**(values | changes))


def originate(p: cohorts.Params | None = None, **changes: Any) -> cohorts.Origination:
    return cohorts.originate(p or parameters(), 1, conditions(**changes))


def test_worked_example() -> None:
    with worked("neoclouds", "cohort") as w:
        p = parameters(
            firm_share=row(1.0),
            cash_at_base=row(2.6 * BN),
            payer_shares=np.array([1.0, 0.0, 0.0]),
            contract_quarters=np.array([2.0, 20.0, 6.0]),
            debt_quarters=np.array([4.0, 20.0, 16.0]),
        )
        seen = conditions(
            capex=column(BN * w["capex"]),
            gpu_cost=column(1e3 * w["cost of a GPU"]),
            rent=column(w["rent"]),
            holdco_cash=row(2.6 * BN),
            holdco_defaulted=np.array([[False]]),
        )
        new = cohorts.originate(p, 1, seen)
        w.agrees("compute", 0.6 * w["capex"])
        w.agrees("GPUs", new.gpus[0, 0, 0])
        w.agrees("term price", new.price[0, 0, 0] / 0.9)
        w.agrees("still to be paid", new.price[0, 0, 0])
        w.agrees("coupon", new.coupon[0, 0, 0])
        price, rate = column(w["term price"]), column(w["coupon"])
        value, _ = cohorts.present_value(p, 0, 1, price, rate, seen)
        w.agrees("present value", value)
        w.agrees("contracted quarter", 2190 * (0.96 * w["still to be paid"] - 1.147))
        for name, quarter in (("third quarter", 3), ("fourth quarter", 4)):
            w.agrees(name, 2190 * (0.80 * 0.75 * 4.00 * np.exp(-0.05 * quarter) - 1.147))
        w.agrees("debt", new.debt[0, 0, 0] / BN)
        w.agrees("prepayment", new.prepayment[0, 0, 0] / BN)
        w.agrees("HoldCo's need", (new.cash_used + new.notes + new.equity).item() / BN)
        w.agrees("from cash", new.cash_used / BN)
        w.agrees("notes issued", new.notes / BN)
        w.agrees("equity", new.equity / BN)


def test_sources_equal_uses() -> None:
    """Debt, prepayments, cash, notes and equity pay for compute and .6 of the rest (relation 2)."""
    new = originate(rent=column(3.0))
    paid = new.debt.sum(axis=2) + new.prepayment.sum(axis=2) + new.cash_used + new.notes + new.equity
    np.testing.assert_allclose(paid, new.cost, rtol=1e-12)
    np.testing.assert_allclose(new.cost, np.array([[0.6, 0.4]]) * 10 * BN * (0.6 + 0.6 * 0.4), rtol=1e-12)


def test_capex_is_split_by_firm_and_payer() -> None:
    new = originate()
    spent = new.gpus * 53e3
    np.testing.assert_allclose(spent.sum(axis=2), row(3.6 * BN, 2.4 * BN))
    np.testing.assert_allclose(spent[0, 0] / spent[0, 0].sum(), [0.35, 0.40, 0.25])


def test_debt_is_capped_by_cost_in_a_rich_market() -> None:
    new = originate(rent=column(40.0))
    np.testing.assert_allclose(new.debt, 0.8 * new.gpus * 53e3)
    assert (new.notes >= 0.0).all()


def test_no_debt_where_contracts_do_not_cover_cost() -> None:
    assert originate(rent=column(0.1)).debt.sum() == 0.0


@pytest.mark.parametrize(
    ("change", "up"),
    [
        ({"rent": column(4.4)}, True),
        ({"decline": column(0.30)}, False),
        ({"spread": column(0.07)}, False),
        ({"gpu_cost": column(60e3)}, False),
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
    built = (new.gpus.sum(axis=2) > 0)[0].tolist()
    assert built == firms
    for amounts in (new.debt.sum(axis=2), new.notes, new.equity, new.cash_used, new.cost):
        assert [x > 0 for x in amounts[0]] == firms


def test_margins_follow_payer_and_spread_and_are_not_negative() -> None:
    coupons = originate(spread=column(0.04)).coupon[0, 0]
    assert coupons == pytest.approx([0.0590, 0.0815, 0.1265])
    p = parameters(margins=np.array([0.0, 0.01, 0.09]))
    assert originate(p, spread=column(0.02)).coupon[0, 0] == pytest.approx([0.0365, 0.0365, 0.1165])


def test_a_company_keeps_half_of_its_cash() -> None:
    poor = originate(holdco_cash=row(1.0 * BN, 1.9 * BN), rent=column(2.0))
    assert poor.cash_used[0] == pytest.approx([0.0, 0.1 * BN])
    assert poor.notes[0, 0] / (poor.notes + poor.equity)[0, 0] == pytest.approx(0.85)
