from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from risk.mechanisms.revenue_gap import required
from risk.processes.annuity import capital_recovery_factor
from tests.mechanisms.given import column, given, row
from tests.mechanisms.worked import worked

BN = 1e9


def parameters(**changes: Any) -> required.Params:
    values: dict[str, Any] = {
        "hurdle": 0.10,
        "component_shares": np.array([0.60, 0.25, 0.15]),
        "component_lives": np.array([5.0, 20.0, 25.0]),
        "lease_life": 20.0,
        "history": np.full(22, 50 * BN),
        "cahn_multiple": 4.0,
        "merchant_site_share": 0.9,
        "opex": row(0.26, 0.45),
        "site_share": column(0.35),
    }
    return given(required.Params, **(values | changes))


def inputs(**changes: Any) -> required.Inputs:
    values: dict[str, Any] = {
        "ai_capex": column(50 * BN),
        "leased": column(0.0),
        "compute_spending": column(30 * BN),
        "units": row(0.0, 4e6),
        "energized_share": column(0.9),
        "merchant_share": column(0.78),
        "compute_share": column(0.60),
    }
    return required.Inputs(**(values | changes))


def test_worked_example() -> None:
    with worked("revenue-gap", "required revenue") as w:
        p = parameters()
        quarter = BN * w["AI capex a quarter"]
        compute = 0.6 * quarter
        sites = 0.4 * (BN * w["AI capex since 2021"] - quarter)
        before = required.State((column(compute),) * 20, column(sites), column(BN * w["leased"]))
        _, f = required.step(p, before, inputs(ai_capex=column(quarter), compute_spending=column(compute)))
        for years in (5, 20, 25):
            w.agrees(f"CRF over {years} years", capital_recovery_factor(0.10, years))
        nothing = column(0.0)
        w.agrees("compute", required.charge(p, column(600.0), nothing, nothing))
        w.agrees("power and shells", required.charge(p, nothing, column(480.0), nothing))
        w.agrees("leases", required.charge(p, nothing, nothing, column(100.0)))
        w.agrees("capital charge", f.capital_charge / BN)
        w.agrees("fleet opex", f.fleet_opex / BN)
        w.agrees("required", f.vintage / BN)
        w.agrees("required from energization", f.vintage_energized / BN)
        w.agrees("Cahn", f.cahn / BN)
        w.agrees("Cahn, all accelerators", f.cahn_all / BN)


@pytest.mark.parametrize(
    ("hurdle", "compute_life", "charge"),
    [(0.10, 5, 0.204), (0.10, 4, 0.235), (0.10, 6, 0.184), (0.08, 5, 0.190), (0.12, 5, 0.219)],
)
def test_blended_charge_of_a_dollar(hurdle: float, compute_life: float, charge: float) -> None:
    p = parameters(hurdle=hurdle, component_lives=np.array([compute_life, 20.0, 25.0]))
    found = required.charge(p, column(0.6), column(0.4), column(0.0)).item()
    assert found == pytest.approx(charge, abs=5e-4)


def test_a_vintage_is_charged_from_the_quarter_of_the_cash_for_its_life() -> None:
    """One quarter of capex, then none: the compute charge lasts 20 quarters, the rest stays."""
    p = parameters(history=np.zeros(22))
    s = required.init(p)
    charges = []
    for t in range(1, 23):
        spent = 100.0 if t == 1 else 0.0
        s, f = required.step(p, s, inputs(ai_capex=column(spent), compute_spending=column(0.6 * spent)))
        charges.append(f.capital_charge.item())
    both, long = 100 * 0.20417, 100 * (0.25 * 0.117460 + 0.15 * 0.110168)
    assert charges[:20] == pytest.approx([both] * 20, rel=1e-4)
    assert charges[20:] == pytest.approx([long] * 2, rel=1e-4)


@pytest.mark.parametrize("life", [4.0, 5.0, 6.0, 8.0])
def test_a_life_longer_than_the_record_counts_what_is_recorded(life: float) -> None:
    s = required.init(parameters(component_lives=np.array([life, 20.0, 25.0])))
    assert len(s.vintages) == 4 * life
    assert sum(x.item() for x in s.vintages) == pytest.approx(min(4 * life, 22) * 30 * BN)
    assert s.vintages[-1].item() == 30 * BN
    assert s.long_lived.item() == pytest.approx(22 * 20 * BN)


@pytest.mark.parametrize("hurdle", [0.02, 0.10, 0.30])
def test_a_higher_hurdle_never_asks_for_less(hurdle: float) -> None:
    """Relation 6."""
    p = parameters(hurdle=hurdle)
    low, high = (
        required.step(q, required.init(q), inputs())[1] for q in (p, replace(p, hurdle=hurdle + 0.01))
    )
    assert high.vintage > low.vintage
    assert high.vintage_energized > low.vintage_energized
    assert high.cahn == low.cahn


def test_leases_carry_a_charge_of_their_own_life() -> None:
    p = parameters()
    more = required.step(p, required.init(p), inputs(leased=column(100 * BN)))[1].capital_charge
    none = required.step(p, required.init(p), inputs())[1].capital_charge
    assert (more - none).item() / BN == pytest.approx(11.746, abs=1e-3)


def test_a_site_is_paid_once() -> None:
    """Its share of operating cost is left out, for power and shells carry their charge."""
    free, paid = parameters(site_share=column(0.0)), parameters(site_share=column(0.4))
    less, more = (required.step(p, required.init(p), inputs())[1] for p in (paid, free))
    assert less.fleet_opex.item() == pytest.approx(0.6 * more.fleet_opex.item())
    assert less.capital_charge == more.capital_charge


def test_compute_that_is_not_ordered_leaves_its_place_to_sites() -> None:
    """The same capex with less compute: a charge of five years becomes one of twenty."""
    p = parameters()
    usual, held = (
        required.step(p, required.init(p), inputs(compute_spending=column(x * BN)))[1] for x in (30.0, 20.0)
    )
    fall = 10 * BN * (capital_recovery_factor(0.10, 5) - (0.25 * 0.11746 + 0.15 * 0.110168) / 0.40)
    assert (usual.capital_charge - held.capital_charge).item() == pytest.approx(fall, rel=1e-5)
