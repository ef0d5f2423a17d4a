"""Facilities at the base date; the loan is the worked example of model.md: 100 at 11% over 20 quarters."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from risk.analysis.facilities import facilities


def assumptions(**more: Any) -> dict[str, Any]:
    """A register with one facility: 10,000 units at 3.00 $/h, operating cost 1.00, availability 90%."""
    row = {
        "name": "F", "firm": "A", "generation": "B200", "kind": "gpu", "payer": "ig", "lender": "L",
        "stylised": True, "gpus": 10.0, "price": 3.0, "contract_first": 8.0, "contract_last": 12.0,
        "debt": 0.1, "coupon": 11.0, "debt_quarters": 20.0, "balloon": 0.0, "opex_multiple": 2.0,
        "prepaid_share": 0.0,
    } | more  # fmt: skip
    units = {
        "gpus": "GPU k", "price": "USD/h", "contract_first": "quarter", "contract_last": "quarter",
        "debt": "USD bn", "coupon": "%", "debt_quarters": "quarter", "balloon": "%", "opex_multiple": "1",
        "prepaid_share": "fraction",
    }  # fmt: skip
    return {
        "entries": {
            "neoclouds.contract_availability": {"value": 0.9, "unit": "fraction"},
            "gpu.collateral_life": {"value": 4.0, "unit": "year"},
            "neoclouds.site_refinancing_quarters": {"value": 48.0, "unit": "quarter"},
        },
        "tables": {
            "neoclouds.facility": {"units": units, "rows": [row]},
            "gpu.generation": {"units": {"opex": "USD/h"}, "rows": [{"name": "B200", "opex": 0.5}]},
        },
    }


def test_worked_example() -> None:
    (f,) = facilities(assumptions(), 26)
    assert f.cash == pytest.approx(2190 * 10_000 * (0.9 * 3.0 - 1.0))  # 37.23m a quarter
    assert f.scheduled == pytest.approx(6.5672e6, rel=1e-5)
    assert f.balance[[4, 8, 12, 16, 20]] / 1e6 == pytest.approx([84.09, 66.36, 46.59, 24.56, 0.0], abs=0.005)
    assert f.service[0] == pytest.approx(20 * f.scheduled)
    assert f.contract_life == pytest.approx(2.5)
    assert f.debt_end == 5.0
    assert 2.5 < f.debt_life < 5.0
    assert f.duration_gap == pytest.approx(f.debt_life - 2.5)
    assert f.contracted[0] == pytest.approx(10 * f.cash)  # ten quarters on average
    assert f.contracted[12] == 0.0
    assert f.plain


def test_a_contract_as_long_as_the_debt_covers_it_as_the_dscr_says() -> None:
    (f,) = facilities(assumptions(contract_first=20.0, contract_last=24.0), 26)
    assert f.contracted[0] / f.service[0] == pytest.approx(f.cash / f.scheduled)


def test_a_balloon_hides_what_falls_due() -> None:
    (f,) = facilities(assumptions(balloon=100.0), 26)
    assert f.scheduled == pytest.approx(f.interest_only) == pytest.approx(0.1e9 * 0.11 / 4)
    assert f.amortizing == pytest.approx(6.5672e6, rel=1e-5)
    assert f.debt_life == pytest.approx(5.0)
    assert f.principal[20] == pytest.approx(0.1e9)
    assert np.count_nonzero(f.principal) == 1
    assert not f.plain


def test_a_prepayment_is_taken_off_the_bills() -> None:
    (f,) = facilities(assumptions(prepaid_share=0.1), 26)
    assert f.cash == pytest.approx(2190 * 10_000 * (0.9 * 3.0 * 0.9 - 1.0))


def test_a_site_lives_as_long_as_its_lease() -> None:
    (f,) = facilities(assumptions(kind="data_center"), 26)
    assert f.asset_life == 12.0
    assert f.lease_life is None
