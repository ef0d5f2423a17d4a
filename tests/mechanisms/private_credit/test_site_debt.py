from dataclasses import replace

import numpy as np
import pytest

from risk.mechanisms.private_credit import site_debt
from tests.base_names import SPV
from tests.mechanisms.given import column, row
from tests.mechanisms.private_credit.pools import BN, parameters, step
from tests.mechanisms.worked import worked


def test_worked_example_of_sites() -> None:
    with worked("private-credit", "sites") as w:
        p = parameters(exposure=row(BN * w["exposure"], 0, 0, 0))
        w.agrees("value over debt", site_debt.spv_value(p, column(w["B200 rent over base"])))
        _, f = step(p, rent_ratio=w["B200 rent over base"])
        w.agrees("loss given default", f.loss[0, SPV] / f.defaulted[0, SPV])
        w.agrees("amortized", f.repaid[0, SPV] / BN)
        _, g = step(p, rent_ratio=w["B200 rent over base"], digestion=1.0)
        w.agrees("leaving in digestion", (g.repaid - f.repaid)[0, SPV] / BN)
        assert g.guarantee_called.item() == 0.0
        assert not f.downgrade.item()
        worse = w["rent over base, worse"]
        w.agrees("value over debt, worse", site_debt.spv_value(p, column(worse)))
        assert step(p, rent_ratio=worse)[1].downgrade.item()
        high = replace(p, spv_guarantee=0.90)
        stays, leaves = (step(high, rent_ratio=worse, digestion=x)[1] for x in (0.0, 1.0))
        w.agrees("guarantee pays", leaves.guarantee_called / BN)
        w.agrees("lenders lose", (leaves.loss - stays.loss)[0, SPV] / BN)
        assert (leaves.impaired - leaves.defaulted)[0, SPV] == pytest.approx(7.5 * BN)
        assert (g.impaired - g.defaulted)[0, SPV] == pytest.approx(0.0), "a good site costs nobody"


def test_notes_are_downgraded_as_rents_fall() -> None:
    """0.86 = (0.6 + 0.4 x 0.1125) / 0.75."""
    p = parameters()
    value = site_debt.spv_value(p, column(1.0, 0.113, 0.112, 0.0))
    np.testing.assert_array_equal(site_debt.downgraded(p, value)[:, 0], [False, False, True, True])


def test_loss_given_default_stays_a_share() -> None:
    p = parameters(sale_cost=0.0)
    assert site_debt.loss_given_default(p, column(2.0, 0.4, 0.0), column(0.0))[:, 0].tolist() == [
        0.0,
        0.6,
        1.0,
    ]


def test_no_sponsor_leaves_without_digestion() -> None:
    calm = site_debt.exits(parameters(), column(240 * BN), column(0.5), column(0.0))
    assert calm.leaving.item() == calm.called.item() == calm.loss.item() == 0.0
