"""Accounting identities of every quarter of a block, and that they can fail."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from risk.engine.identities import Identity, of_quarter, value_added
from tests.engine.base import Opened

TOLERANCE = 1e-9
"""Relative; relations 1 to 5 of the model's promises."""


def errors(base: Opened, t: int, **changes: Any) -> dict[str, float]:
    flows = replace(base.flow(t), **changes)
    chain = value_added(base.p, flows)
    found = of_quarter(base.worlds[t - 1], base.worlds[t], flows, chain)
    return {i.name: i.error for i in found}


def test_every_identity_holds_in_every_quarter(base: Opened) -> None:
    for t in range(1, len(base.worlds)):
        worst = errors(base, t)
        assert len(worst) >= 17
        assert max(worst.values()) < TOLERANCE, (t, worst)


def test_value_added_is_the_inflow_and_chips_are_never_added_to_capex(base: Opened) -> None:
    """Final demand: customers, outside money, internal budgets, investment; recycled money is none of it."""
    f = base.flow(9)
    inflow, layers = value_added(base.p, f)
    spending = f.spending.compute[:, 0]
    np.testing.assert_allclose(inflow.sum(axis=1), layers.sum(axis=1), rtol=1e-12)
    np.testing.assert_allclose(inflow[:, 3], 4 * spending / 0.6, rtol=1e-12)
    memory_and_chips = layers[:, 5] + layers[:, 6]
    theirs = (1.0 - base.p.funding.suppliers_inside) * f.demand.anchor_recycled[:, 0]
    np.testing.assert_allclose(memory_and_chips, 4 * spending - theirs, rtol=1e-12)
    outside = f.adoption.revenue.sum(axis=1) + (f.demand.anchor_external + f.demand.internal)[:, 0]
    np.testing.assert_allclose(inflow[:, :3].sum(axis=1), outside, rtol=1e-12)


@pytest.mark.parametrize(
    ("name", "part", "field"),
    [
        ("funding: sources = uses", "funding", "bonds"),
        ("funding: cash roll-forward", "funding", "cash_drawn"),
        ("funding: debt roll-forward", "funding", "maturities"),
        ("funding: lease roll-forward", "funding", "lease_principal"),
        ("fleet: stock = purchases - retired", "fleet", "retired"),
        ("segments: exposure roll-forward", "segments", "originated"),
        ("losses by holder = losses by instrument", "cascade", "losses"),
        ("losses at ultimate owners = losses + cost", "cascade", "bankruptcy_cost"),
        ("segments: exposure roll-forward", "segments", "in_kind_accrued"),
        ("demand = money paid + buyers' margin", "rents", "paid"),
        ("value added = inflow", "required", "fleet_opex"),
    ],
)
def test_an_identity_notices_a_percent(base: Opened, name: str, part: str, field: str) -> None:
    flows = getattr(base.flow(12), part)
    broken = replace(flows, **{field: 1.01 * getattr(flows, field) + 1e3})
    if name == "value added = inflow":  # opex moves between layers: the total must not notice
        assert errors(base, 12, **{part: broken})[name] < TOLERANCE
        return
    assert errors(base, 12, **{part: broken})[name] > TOLERANCE


@pytest.mark.parametrize(
    ("name", "part", "field"),
    [
        ("facilities: debt roll-forward", "facility", "principal"),
        ("facilities: cash roll-forward", "facility", "distributed"),
        ("facilities: debt roll-forward", "facility", "swept"),
        ("facilities: debt roll-forward", "facility", "capitalized"),
        ("facilities: cash roll-forward", "facility", "swept"),
        ("facilities: cash roll-forward", "facility", "supported"),
        ("facilities: loss + recovery = claim", "facility", "recovered"),
        ("HoldCos: note roll-forward", "holdco", "notes_repaid"),
        ("HoldCos: revolver roll-forward", "holdco", "revolver_repaid"),
        ("HoldCos: cash roll-forward", "holdco", "overhead"),
        ("HoldCos: convert roll-forward", "holdco", "converts_due"),
        ("HoldCos: shares settle converts alone", "holdco", "settled"),
        ("HoldCos: note roll-forward", "new", "converts"),
        ("operator capex: sources = uses", "new", "prepayment"),
        ("operator capex: financed within plan", "new", "financed"),
    ],
)
def test_a_company_identity_notices_a_percent(base: Opened, name: str, part: str, field: str) -> None:
    sector = base.flow(12).operators
    flows = getattr(sector, part)
    broken = replace(sector, **{part: replace(flows, **{field: 1.01 * getattr(flows, field) + 1e3})})
    assert errors(base, 12, operators=broken)[name] > TOLERANCE


def test_the_error_of_an_identity_is_the_worst_path() -> None:
    left, right = np.array([[1.0], [100.0]]), np.array([[1.0], [101.0]])
    assert Identity("x", left, right, right).error == pytest.approx(1 / 101)
    assert Identity("x", left, right, np.zeros((2, 1))).error == 1.0
