"""Without chance the model is one path, and a spreadsheet gives the same numbers (relation 19)."""

import numpy as np
import pytest

from risk.assumptions import Assumptions
from risk.engine.record import _base_series, _series
from risk.mechanisms.gpu_repricing import rents
from tests.engine.base import Opened, fixed_parameters, opened, quiet
from tests.engine.sheet import Row, sheet

QUARTERS = 14
"""Two launches, the first answers of power, all of guidance, the first year without it."""


@pytest.fixture(scope="module")
def still(register: Assumptions) -> Opened:
    certain = fixed_parameters(register)
    return opened(certain, QUARTERS, shocks=quiet(certain))


@pytest.fixture(scope="module")
def rows(register: Assumptions) -> list[Row]:
    return sheet(fixed_parameters(register), QUARTERS)


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
    series = _base_series(p, start, still.fixed, *rents.quotes(p.rents, start.rents, still.fixed.throughput))
    for name, value in series.items():
        values = np.broadcast_to(value, (1024, 1))
        np.testing.assert_array_equal(values, np.broadcast_to(values[0], values.shape), err_msg=name)


@pytest.mark.parametrize("t", range(1, QUARTERS + 1))
def test_every_series_is_the_spreadsheets(still: Opened, rows: list[Row], t: int) -> None:
    """To the ninth digit: the sheet adds in another order and steps adoption numerically."""
    found = _series(still.p, still.worlds[t], still.flow(t))
    row = rows[t - 1]
    for name, expected in row.items():
        if name in found:
            np.testing.assert_allclose(found[name][0, 0], expected, rtol=1e-9, err_msg=name)
    by_firm = still.flow(t).funding.capex[0]
    np.testing.assert_allclose(by_firm, row["capex by firm"], rtol=1e-9)
    np.testing.assert_allclose(still.flow(t).fleet.cost[0, 0], row["cost of an H100e"], rtol=1e-9)


@pytest.mark.parametrize("t", range(1, 9))
def test_two_loans_are_the_spreadsheets(still: Opened, rows: list[Row], t: int) -> None:
    """One with an investment-grade payer, one with small customers who leave, expire and renew."""
    names = list(still.layout.base_book.names)
    for name, expected in rows[t - 1]["dscr"].items():
        i = names.index(name)
        np.testing.assert_allclose(still.flow(t).neoclouds.facility.dscr[0, i], expected, rtol=1e-9)
        np.testing.assert_allclose(still.worlds[t].facility.debt[0, i], rows[t - 1]["debt"][name], rtol=1e-9)
