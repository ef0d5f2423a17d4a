"""One path told in full: the stored path to the bit, and everything the model says of it."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pytest

from risk.assumptions import Assumptions
from risk.engine import simulate
from risk.engine.couplings import Baseline
from risk.engine.rerun import Rerun, _arrays, _Kept, rerun
from risk.paths import EVENT_VARIABLES, SERIES
from risk.shocks.stream import BLOCK
from tests.engine.base import SEED, Opened, changed

ROW = 37


@pytest.fixture(scope="module")
def told(register: Assumptions) -> Rerun:
    return rerun(register, SEED, ROW)


@pytest.mark.slow
def test_a_rerun_is_the_stored_path_to_the_bit(register: Assumptions, told: Rerun) -> None:
    block = simulate(register, SEED, 0, paths=ROW + 1)
    assert set(told.series) == {v.name for v in SERIES}
    for name, values in block.series.items():
        assert told.series[name].dtype == np.float32
        np.testing.assert_array_equal(told.series[name], values[:, ROW], err_msg=name)


def test_a_path_of_a_later_block_with_cut_couplings(register: Assumptions, medians: Baseline) -> None:
    cut = changed(register, switches={"losses->spread": False, "supply->rent": False})
    block = simulate(cut, SEED, 2, paths=4, baseline=medians)
    found = rerun(cut, SEED, 2 * BLOCK + 3, medians)
    for name, values in block.series.items():
        np.testing.assert_array_equal(found.series[name], values[:, 3], err_msg=name)
    whole = rerun(register, SEED, 2 * BLOCK + 3)
    assert not np.array_equal(found.series["headline_loss"], whole.series["headline_loss"])


def test_details_are_the_row_of_the_flows_and_states(base: Opened, told: Rerun) -> None:
    for t in (1, 7, base.layout.quarters):
        flows, world = base.flow(t), base.worlds[t]
        for name, values in (
            ("funding.capex", flows.funding.capex),
            ("operators.facility.loss", flows.operators.facility.loss),
            ("instrument_losses", flows.instrument_losses),
            ("state.facility.debt", world.facility.debt),
            ("state.market.regime", world.market.regime),
            ("state.seen.fire_sale", world.seen.fire_sale),
            ("shock.Z", base.shocks.factor("Z")[t - 1]),
        ):
            np.testing.assert_array_equal(told.detail[name][t, : values.shape[1]], values[ROW], err_msg=name)


def test_there_is_nothing_before_there_is_something(told: Rerun) -> None:
    assert np.isnan(told.detail["funding.capex"][0]).all()
    assert np.isfinite(told.detail["state.facility.debt"][0]).any()
    debt, first = told.detail["state.facility.debt"], told.cohorts[0]
    youngest = told.names["facility"].index("CRWV-2026-IG")
    assert np.isnan(debt[first - 1, youngest])
    assert np.isfinite(debt[first:, youngest]).all()


def test_names_fit_what_they_name(told: Rerun) -> None:
    widths = {
        "spender": "funding.capex",
        "generation": "state.fleet.since_launch",
        "firm": "operators.holdco.default",
        "facility": "state.facility.debt",
        "segment": "segments.loss",
        "instrument": "instrument_losses",
        "holder": "cascade.losses",
    }
    assert set(told.names) == {*widths, "beside"}
    for axis, name in widths.items():
        assert told.detail[name].shape == (26, len(told.names[axis])), axis
    assert {f"forced.{name}" for name in EVENT_VARIABLES} <= set(told.detail)
    assert told.limits == {"shut_spread": pytest.approx(0.075), "shut_window": pytest.approx(-1.5)}


@dataclass(frozen=True)
class Inner:
    flag: object
    word: str = "not an array"
    parts: object = (np.ones((BLOCK, 1)),)

    @property
    def derived(self) -> object:
        return np.full((BLOCK, 1), 2.0)


@dataclass(frozen=True)
class Outer:
    inner: Inner
    everybody: object


def test_every_array_with_a_row_a_path_is_found_wherever_it_stands() -> None:
    outer = Outer(Inner(np.arange(BLOCK)[:, None] > 5), np.array([[3.0, 4.0]]))
    assert [name for name, _ in _arrays("a", outer)] == ["a.inner.flag", "a.inner.derived", "a.everybody"]
    assert "a.everybody" not in dict(_arrays("a", replace(outer, everybody=np.ones((7, 2)))))
    kept = _Kept(6)
    kept.add(1, "", outer)
    kept.add(2, "", replace(outer, everybody=np.array([[3.0, 4.0, 5.0]])))
    found = kept.whole(3)
    np.testing.assert_array_equal(found["inner.flag"], [[np.nan], [1.0], [1.0]])
    np.testing.assert_array_equal(found["everybody"], [[np.nan] * 3, [3.0, 4.0, np.nan], [3.0, 4.0, 5.0]])
