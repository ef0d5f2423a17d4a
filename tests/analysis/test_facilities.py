"""Facilities at the base date; the loan is the worked example of model.md: 100 at 11% over 20 quarters."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import pytest

from risk.analysis.facilities import LEASE_YEARS, facilities
from risk.assumptions import Assumptions, load, tables
from risk.assumptions.table import Row
from risk.assumptions.tables import Generation

VALUES = {
    "neoclouds.contract_availability": 0.9,
    "gpu.collateral_life": 4.0,
    "neoclouds.site_refinancing_quarters": 48,
    "neoclouds.lease_years": 15.0,
}


def assumptions(**more: Any) -> Assumptions:
    """A register with one facility: 10,000 units at 3.00 $/h, operating cost 1.00, availability 90%."""
    base = load()
    row: dict[str, Any] = {
        "name": "F", "firm": "CRWV", "generation": "B200", "kind": "device", "payer": "ig", "lender": "L",
        "stylised": True, "gpus": 10.0, "price": 3.0, "contract_first": 8, "contract_last": 12,
        "debt": 0.1, "coupon": 11.0, "debt_quarters": 20, "balloon": 0.0, "opex_multiple": 2.0,
        "prepaid_share": 0.0, "shell_value": 0.0, "rate": "floating", "instrument": "ddtl",
        "source": "s", "as_of": date(2026, 6, 30), "grade": "judgement",
    } | more  # fmt: skip
    chips = (chip.model_copy(update={"opex": 0.5}) for chip in base.rows(Generation))
    rows: dict[str, tuple[Row, ...]] = {
        "neoclouds.facility": (tables.Facility(**row),),
        "gpu.generation": tuple(chips),
    }
    changed = {name: replace(base.tables[name], rows=found) for name, found in rows.items()}
    entries = {id: replace(base.entry(id), value=value) for id, value in VALUES.items()}
    return replace(base, tables={**base.tables, **changed}, entries={**base.entries, **entries})


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
    (f,) = facilities(assumptions(contract_first=20, contract_last=24), 26)
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
    register = assumptions(kind="site")
    (f,) = facilities(register, 26)
    assert (f.asset_life, f.lease_life) == (12.0, 15.0)
    rest = {id: entry for id, entry in register.entries.items() if id != LEASE_YEARS}
    (f,) = facilities(replace(register, entries=rest), 26)
    assert f.lease_life is None


@pytest.mark.parametrize(("ran", "left"), [(0.0, 4.0), (2.5, 1.5), (4.5, 0.0)])
def test_what_collateral_has_left_to_earn_is_its_life_less_its_age(ran: float, left: float) -> None:
    register = assumptions()
    table = register.tables["gpu.generation"]
    aged = replace(table, rows=tuple(row.model_copy(update={"age": ran}) for row in table.rows))
    (f,) = facilities(replace(register, tables={**register.tables, "gpu.generation": aged}), 26)
    assert f.asset_life == left


def test_what_is_contracted_is_the_share_of_the_life_of_the_debt() -> None:
    (f,) = facilities(assumptions(), 26)
    assert f.contracted_share == pytest.approx(10.0 / 20.0)
    (longer,) = facilities(assumptions(contract_first=30, contract_last=34), 26)
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
    (f,) = facilities(assumptions(undrawn=0.02, draw_quarters=2), 26)
    assert (f.balance[0], f.service[0], f.scheduled) == (plain.balance[0], plain.service[0], plain.scheduled)
    assert f.repaid.sum() + f.bullet.sum() == pytest.approx(0.12e9)
    first = plain.repaid[1] * (1.0 + 0.01 / 0.1)  # the first draw of 10 on 100 repays in step with it
    assert f.repaid[1] == pytest.approx(first)
    assert f.balance[20] == 0.0


def test_a_sculpted_loan_repays_with_the_cash_behind_it() -> None:
    (f,) = facilities(assumptions(amortization="sculpted", contract_first=5, contract_last=17), 26)
    assert f.repaid[5] > f.repaid[12] > f.repaid[15] > 0.0
    assert f.repaid.sum() == pytest.approx(f.debt)
