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
    }
    return given(required.Params, **(values | changes))


def inputs(**changes: Any) -> required.Inputs:
    values: dict[str, Any] = {
        "ai_capex": column(50 * BN),
        "leased": column(0.0),
        "compute_spending": column(60 * BN),
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
        before = required.State(
            (column(quarter),) * 20, column(BN * w["AI capex since 2021"] - quarter), column(BN * w["leased"])
        )
        _, f = required.step(p, before, inputs(ai_capex=column(quarter)))
        for years in (5, 20, 25):
            w.agrees(f"CRF over {years} years", capital_recovery_factor(0.10, years))
        nothing = column(0.0)
        w.agrees("compute", required.charge(p, column(1000.0), nothing, nothing))
        w.agrees("power and shells", required.charge(p, nothing, column(1200.0), nothing))
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
    found = required.charge(p, column(1.0), column(1.0), column(0.0)).item()
    assert found == pytest.approx(charge, abs=5e-4)


def test_a_vintage_is_charged_from_the_quarter_of_the_cash_for_its_life() -> None:
    """One quarter of capex, then none: the compute charge lasts 20 quarters, the rest stays."""
    p = parameters(history=np.zeros(22))
    s = required.init(p)
    charges = []
    for t in range(1, 23):
        s, f = required.step(p, s, inputs(ai_capex=column(100.0 if t == 1 else 0.0)))
        charges.append(f.capital_charge.item())
    both, long = 100 * 0.20417, 100 * (0.25 * 0.117460 + 0.15 * 0.110168)
    assert charges[:20] == pytest.approx([both] * 20, rel=1e-4)
    assert charges[20:] == pytest.approx([long] * 2, rel=1e-4)


@pytest.mark.parametrize("life", [4.0, 5.0, 6.0, 8.0])
def test_a_life_longer_than_the_record_counts_what_is_recorded(life: float) -> None:
    s = required.init(parameters(component_lives=np.array([life, 20.0, 25.0])))
    assert len(s.vintages) == 4 * life
    assert sum(x.item() for x in s.vintages) == pytest.approx(min(4 * life, 22) * 50 * BN)
    assert s.vintages[-1].item() == 50 * BN


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
