from dataclasses import asdict, replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given as examples
from hypothesis import strategies as st

from risk.mechanisms.neocloud import estate
from tests.mechanisms.given import column, given, row
from tests.mechanisms.worked import worked

CREDITORS = ("revolver", "notes", "leases", "customers", "guarantees", "converts")
amounts = st.floats(0.0, 20.0)
several = st.fixed_dictionaries(dict.fromkeys(CREDITORS, amounts))


def parameters(**changes: Any) -> estate.Params:
    values = {
        "cost": 0.08,
        "calm_discount": column(0.20),
        "bust_discount": column(0.60),
        "calm_multiple": column(4.5),
        "bust_multiple": column(2.5),
        "lease_share": 0.35,
        "lease_damages": 1.5,
    }
    return given(estate.Params, **(values | changes))


def owed(**claims: float) -> estate.Claims:
    return estate.Claims(**{name: row(claims.get(name, 0.0)) for name in CREDITORS})


def settle(value: float, **claims: float) -> dict[str, float]:
    """What each gets of an estate, with its cost and what is left for shareholders."""
    s = estate.settle(parameters(), row(value), owed(**claims))
    got = {name: x.item() for name, x in asdict(s.recovered).items()}
    return got | {"cost": s.cost.item(), "equity": s.equity.item()}


def test_worked_example() -> None:
    with worked("neoclouds", "estate") as w:
        p = parameters()
        going, secured, cash = (row(w[x]) for x in ("EBITDA", "secured debt less cash", "cash"))
        half = column(w["distress"])
        value = estate.worth(p, row(w["stakes in facilities"]), going, secured, cash, half)
        w.agrees("estate", value)
        w.agrees("discount", (p.calm_discount + p.bust_discount) / 2)
        w.agrees("multiple", (p.calm_multiple + p.bust_multiple) / 2)
        w.agrees("stakes sold", (1 - w["discount"]) * w["stakes in facilities"])
        w.agrees("sold whole", w["multiple"] * w["EBITDA"] - w["secured debt less cash"])
        leases = estate.lease_claim(p, row(w["operating cost"]))
        w.agrees("rejected leases", leases)
        names = {
            "revolver": "revolver", "notes": "notes", "customers": "prepayments",
            "guarantees": "guarantees", "converts": "converts",
        }  # fmt: skip
        claims = replace(owed(**{k: w[name] for k, name in names.items()}), leases=leases)
        s = estate.settle(p, value, claims)
        w.agrees("cost", s.cost)
        w.agrees("to the revolver", s.recovered.revolver)
        unsecured = (claims.notes, claims.converts, claims.leases, claims.customers, claims.guarantees)
        w.agrees("unsecured claims", np.sum(unsecured))
        w.agrees("share", s.recovered.notes / claims.notes)
        w.agrees("to notes", s.recovered.notes)
        w.agrees("to landlords", s.recovered.leases)
        w.agrees("to customers", s.recovered.customers)
        w.agrees("to lenders of facilities", s.recovered.guarantees)
        w.agrees("to converts", s.recovered.converts)
        assert s.equity.item() == 0.0
        w.agrees("lenders lose", claims.debt - s.recovered.debt)


@pytest.mark.parametrize(
    ("value", "paid"),
    [
        (100.0, {"cost": 8.0, "revolver": 92.0}),
        (150.0, {"cost": 12.0, "revolver": 100.0, "notes": 9.5, "leases": 4.75, "customers": 4.75,
                 "converts": 19.0}),
        (350.0, {"cost": 28.0, "revolver": 100.0, "notes": 50.0, "leases": 25.0, "customers": 25.0,
                 "converts": 100.0, "equity": 22.0}),
    ],
)  # fmt: skip
def test_a_junior_class_is_wiped_out_before_a_senior_one_loses(value: float, paid: dict[str, float]) -> None:
    """100 of revolver; 50, 25, 25 and 100 of converts, unsecured alike."""
    got = settle(value, revolver=100.0, notes=50.0, leases=25.0, customers=25.0, converts=100.0)
    assert got == pytest.approx(dict.fromkeys(got, 0.0) | paid)


def test_nothing_is_shared_out_where_nobody_failed() -> None:
    assert set(settle(0.0).values()) == {0.0}


def test_unpaid_bills_come_off_an_estate_and_stakes_go_at_a_discount() -> None:
    p, none = parameters(), row(0.0, 0.0, 0.0)
    found = estate.worth(p, row(10.0, 10.0, 10.0), none, none, row(0.0, -2.0, -9.0), column(0.75))
    assert found[0] == pytest.approx([5.0, 3.0, 0.0])


def test_an_estate_is_the_larger_of_its_parts_and_its_whole() -> None:
    """Stakes of 10 at a discount of .2 to .6, EBITDA of 4 at 4.5 to 2.5 times less 5 of debt."""
    p, stakes, cash = parameters(), row(10.0, 10.0), row(1.0, 1.0)
    for s, value in ((0.0, [13.0 + 1.0, 8.0 + 1.0]), (1.0, [5.0 + 1.0, 4.0 + 1.0])):
        found = estate.worth(p, stakes, row(4.0, 0.0), row(5.0, 5.0), cash, column(s))
        assert found[0] == pytest.approx(value)
    loss = estate.worth(p, row(0.0), row(-3.0), row(0.0), row(1.0), column(0.0))
    assert loss.item() == 1.0  # nobody buys a business that loses money


def test_rent_a_landlord_may_claim() -> None:
    assert estate.lease_claim(parameters(), row(2.0)).item() == pytest.approx(1.05)


def test_classes_may_be_any() -> None:
    """Two classes of two claims each: 10 pays the first 4 + 2, and two thirds of 4 + 2."""
    paid, left = estate.by_seniority(row(10.0), [(row(4.0), row(2.0)), (row(4.0), row(2.0))])
    assert np.allclose(np.concatenate(paid[0] + paid[1], axis=1), [[4.0, 2.0, 8.0 / 3.0, 4.0 / 3.0]])
    assert left.item() == 0.0
    assert estate.by_seniority(row(10.0), [])[1].item() == 10.0


@examples(amounts, several)
def test_an_estate_is_shared_out_in_full(value: float, claims: dict[str, float]) -> None:
    """Cost, recoveries and shareholders' rest sum to the estate; no creditor gets more than its claim."""
    got = settle(value, **claims)
    assert sum(got.values()) == pytest.approx(value, abs=1e-12)
    assert all(0.0 <= got[name] <= claims[name] for name in CREDITORS)
    assert got["equity"] >= 0.0


@examples(amounts, several)
def test_seniority(value: float, claims: dict[str, float]) -> None:
    got = settle(value, **claims)
    unsecured = ("notes", "leases", "customers", "guarantees", "converts")
    shortfall = {name: claims[name] - got[name] for name in CREDITORS}
    if shortfall["revolver"] > 1e-9:
        assert all(got[name] <= 1e-9 for name in (*unsecured, "equity"))
    if max(shortfall.values()) > 1e-9:
        assert got["equity"] <= 1e-9
    for name in unsecured:
        share = sum(got[x] for x in unsecured) / max(sum(claims[x] for x in unsecured), 1e-300)
        assert got[name] == pytest.approx(share * claims[name], abs=1e-9)


@examples(amounts, amounts, several)
def test_a_smaller_estate_pays_no_creditor_more(value: float, more: float, claims: dict[str, float]) -> None:
    poor, rich = settle(value, **claims), settle(value + more, **claims)
    assert all(poor[name] <= rich[name] + 1e-9 for name in (*CREDITORS, "equity"))


@examples(amounts, several, st.sampled_from(CREDITORS), amounts)
def test_a_larger_claim_takes_from_others_only(
    value: float, claims: dict[str, float], whose: str, more: float
) -> None:
    one, other = settle(value, **claims), settle(value, **(claims | {whose: claims[whose] + more}))
    assert other[whose] >= one[whose] - 1e-9
    assert all(other[name] <= one[name] + 1e-9 for name in (*CREDITORS, "equity") if name != whose)
