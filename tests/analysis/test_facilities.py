"""Facilities at the base date; the loan is the worked example of model.md: 100 at 11% over 20 quarters."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from risk.analysis.facilities import facilities
from risk.assumptions import Assumptions, load
from risk.assumptions.normalised import normalised
from risk.engine.layout import layout


def assumptions(**more: Any) -> dict[str, Any]:
    """A register with one facility: 10,000 units at 3.00 $/h, operating cost 1.00, availability 90%."""
    row = {
        "name": "F", "firm": "A", "generation": "B200", "kind": "device", "payer": "ig", "lender": "L",
        "stylised": True, "gpus": 10.0, "price": 3.0, "contract_first": 8.0, "contract_last": 12.0,
        "debt": 0.1, "coupon": 11.0, "debt_quarters": 20.0, "balloon": 0.0, "opex_multiple": 2.0,
        "prepaid_share": 0.0, "rate": "floating", "amortization": "level", "undrawn": 0.0,
        "draw_quarters": 0.0, "instrument": "ddtl",
    } | more  # fmt: skip
    units = {
        "gpus": "GPU k", "price": "USD/h", "contract_first": "quarter", "contract_last": "quarter",
        "debt": "USD bn", "coupon": "%", "debt_quarters": "quarter", "balloon": "%", "opex_multiple": "1",
        "prepaid_share": "fraction", "undrawn": "USD bn", "draw_quarters": "quarter",
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
    assert f.bullet[20] == pytest.approx(0.1e9)
    assert np.count_nonzero(f.bullet) == 1
    assert not f.repaid.any()
    assert not f.plain


def test_a_prepayment_is_taken_off_the_bills() -> None:
    (f,) = facilities(assumptions(prepaid_share=0.1), 26)
    assert f.cash == pytest.approx(2190 * 10_000 * (0.9 * 3.0 * 0.9 - 1.0))


def test_a_site_lives_as_long_as_its_lease() -> None:
    (f,) = facilities(assumptions(kind="site"), 26)
    assert f.asset_life == 12.0
    assert f.lease_life is None


def test_what_is_contracted_is_the_share_of_the_life_of_the_debt() -> None:
    (f,) = facilities(assumptions(), 26)
    assert f.contracted_share == pytest.approx(10.0 / 20.0)
    (longer,) = facilities(assumptions(contract_first=30.0, contract_last=34.0), 26)
    assert longer.contracted_share == 1.0


def test_equal_parts_repay_the_same_every_quarter() -> None:
    (f,) = facilities(assumptions(amortization="equal", balloon=20.0), 26)
    assert f.repaid[1:21] == pytest.approx(np.full(20, 0.08e9 / 20))
    assert f.bullet[20] == pytest.approx(0.02e9)
    # interest on 100, 96, … 24 after 20 of balloon, and the principal
    interest = 0.11 / 4 * (100 - 4 * np.arange(20)).sum() * 1e6
    assert f.service[0] == pytest.approx(0.1e9 + interest)
    assert f.scheduled == pytest.approx(4e6 + 2.75e6)


def test_what_is_drawn_joins_the_schedule() -> None:
    (plain,) = facilities(assumptions(), 26)
    (f,) = facilities(assumptions(undrawn=0.02, draw_quarters=2.0), 26)
    assert (f.balance[0], f.service[0], f.scheduled) == (plain.balance[0], plain.service[0], plain.scheduled)
    assert f.repaid.sum() + f.bullet.sum() == pytest.approx(0.12e9)
    first = plain.repaid[1] * (1.0 + 0.01 / 0.1)  # the first draw of 10 on 100 repays in step with it
    assert f.repaid[1] == pytest.approx(first)
    assert f.balance[20] == 0.0


def engine_schedule(register: Assumptions) -> None:
    """The engine's shares of original debt, and sums of balances ahead, against the statements."""
    book = layout(register).base_book
    quarters = register.calendar.quarters
    for f in facilities(normalised(register), quarters):
        i = book.names.index(f.name)
        if f.undrawn == 0.0:
            assert f.repaid / f.debt == pytest.approx(book.amortization[:, i], abs=1e-12)
            standing = 1.0 - np.cumsum(book.amortization[:, i])
            standing = np.where(np.arange(quarters + 1) < book.due[i], standing, 0.0)
            service = standing + f.coupon / 4.0 * book.balances_ahead[:, i]
            assert f.service / f.debt == pytest.approx(service, abs=1e-12)
        assert (f.rate == "floating") == book.floating[i]
        assert f.debt_end == book.due[i] / 4.0


def test_schedules_are_those_of_the_engine() -> None:
    engine_schedule(load())


@pytest.mark.parametrize("amortization", ["sculpted", "equal"])
def test_other_schedules_are_those_of_the_engine_too(amortization: str) -> None:
    base = load()
    table = base.tables["neoclouds.facility"]
    terms = {"amortization": amortization, "contract_first": 5, "contract_last": 17}
    rows = tuple(
        row.model_copy(update=terms) if name == "CRWV-LAB" else row
        for name, row in zip(table.names, table.rows, strict=True)
    )
    changed = replace(base, tables={**base.tables, "neoclouds.facility": replace(table, rows=rows)})
    (anchor,) = (f for f in facilities(normalised(changed), 26) if f.name == "CRWV-LAB")
    assert anchor.amortization == amortization
    if amortization == "sculpted":  # contracts run out: service falls with the cash behind it
        assert anchor.repaid[1] > anchor.repaid[12] > anchor.repaid[18]
    engine_schedule(changed)
