"""Without chance the model is one path, and a spreadsheet gives the same numbers (relation 19)."""

import numpy as np
import pytest

from risk.assumptions import Assumptions
from risk.engine import inputs
from risk.engine.series import base_series, series
from risk.mechanisms.gpu_repricing import rents
from tests.engine.base import SEED, Opened, changed, fixed_parameters, opened, quiet
from tests.engine.credit_sheet import Sheet
from tests.engine.sheet import Row, sheet
from tests.engine.test_credit_sheet import compare_companies, compare_loans

QUARTERS = 14
"""Two launches, the first answers of power, all of guidance, the first year without it."""


def patient(register: Assumptions) -> Assumptions:
    """On the central path lenders would call small fleets in 2028; here none does."""
    return changed(fixed_parameters(register), {"neoclouds.acceleration": 0.0})


@pytest.fixture(scope="module")
def still(register: Assumptions) -> Opened:
    certain = patient(register)
    return opened(certain, QUARTERS, shocks=quiet(certain))


@pytest.fixture(scope="module")
def rows(register: Assumptions, still: Opened) -> list[Row]:
    new = [still.flow(t).operators.new for t in range(1, QUARTERS)]
    financed = [float(x.financed[0].sum() / x.planned[0].sum()) for x in new]
    return sheet(fixed_parameters(register), QUARTERS, [1.0, *financed])


def test_all_paths_are_one(still: Opened) -> None:
    world = still.worlds[-1]
    arrays = [
        world.rents.contract, world.fleet.energized, world.funding.cash, world.plan.log_plan,
        world.facility.debt, world.holdco.cash, world.segments.exposure, world.market.spread,
    ]  # fmt: skip
    for values in arrays:
        np.testing.assert_array_equal(values, np.broadcast_to(values[:1], values.shape))


def test_no_event_happens(still: Opened) -> None:
    for t in range(1, QUARTERS + 1):
        assert not still.worlds[t].plan.digestion.any()
        assert not still.worlds[t].facility.defaulted.any()
        assert not still.worlds[t].holdco.defaulted.any()
        assert not still.worlds[t].seen.impact.any(), "no loss beyond what the market expects"


def test_the_base_date_is_the_spreadsheets(still: Opened) -> None:
    p, start = still.p, still.worlds[0]
    found = base_series(p, start, still.fixed, *rents.quotes(p.rents, start.rents, still.fixed.throughput))
    for name, value in found.items():
        values = np.broadcast_to(value, (1024, 1))
        np.testing.assert_array_equal(values, np.broadcast_to(values[0], values.shape), err_msg=name)


@pytest.mark.parametrize("t", range(1, QUARTERS + 1))
def test_every_series_is_the_spreadsheets(still: Opened, rows: list[Row], t: int) -> None:
    """To the ninth digit: the sheet adds in another order and steps adoption numerically."""
    found = series(still.p, still.worlds[t], still.flow(t))
    row = rows[t - 1]
    for name, expected in row.items():
        if name in found:
            np.testing.assert_allclose(found[name][0, 0], expected, rtol=1e-9, err_msg=name)
    by_firm = still.flow(t).funding.capex[0]
    np.testing.assert_allclose(by_firm, row["capex by firm"], rtol=1e-9)
    np.testing.assert_allclose(still.flow(t).fleet.cost[0, 0], row["cost of an H100e"], rtol=1e-9)


@pytest.mark.parametrize("t", range(1, QUARTERS + 1))
def test_what_contracts_bill_is_the_spreadsheets(still: Opened, rows: list[Row], t: int) -> None:
    """Every facility of the base date: units under contract, what they bill, what stands vacant."""
    found = still.flow(t).operators.billing
    for i, name in enumerate(still.layout.base_book.names):
        units, bills, vacant = rows[t - 1]["billed"][name]
        for values, expected in (
            (found.contracted, units),
            (found.billed_rate, bills),
            (found.vacant, vacant),
        ):
            here = np.broadcast_to(values, (1024, values.shape[1]))[0, i]
            np.testing.assert_allclose(here, expected, rtol=1e-9, atol=1e-6, err_msg=name)


def test_loans_and_companies_are_the_spreadsheets(still: Opened, register: Assumptions) -> None:
    drawn = inputs.draw(patient(register), SEED, 0)
    sheet = Sheet(still, drawn, 0)
    for t in range(1, QUARTERS + 1):
        sheet.step(t)
        compare_loans(still, sheet, t)
        compare_companies(still, sheet, t)


def test_lenders_who_all_amend_make_another_path(register: Assumptions) -> None:
    """Still without chance: old GPUs rent for little, few contracts renew, shareholders give nothing."""
    poor = {
        "neoclouds.vintage_discount": 0.2, "neoclouds.renewal_share": 0.2, "neoclouds.equity_window": 0.0,
        "neoclouds.note_share": 1.0,
    }  # fmt: skip
    certain = changed(fixed_parameters(register), poor)
    run = opened(certain, register.calendar.quarters, shocks=quiet(certain, amend=0.0))
    sheet, amended, failed = Sheet(run, inputs.draw(certain, SEED, 0), 0), 0, 0
    for t in range(1, len(run.worlds)):
        sheet.step(t)
        compare_loans(run, sheet, t)
        compare_companies(run, sheet, t)
        amended += sum(loan.extended for loan in sheet.loans)
        failed += sum("shareholders" in company.now for company in sheet.companies)
    assert min(amended, failed) > 0
