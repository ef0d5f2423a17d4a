"""A number that is not finite stops the run with its name, and only its own path."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from risk.assumptions import Assumptions
from risk.engine import finite, quarter
from risk.engine.context import Context
from risk.engine.couplings import Links
from risk.engine.quarters import Opening, alone, opening, quarters
from risk.engine.rerun import rerun
from risk.engine.world import World
from risk.errors import NumericalError

SEED, PATH, T = 5, 1024 + 700, 3


@pytest.fixture(scope="module")
def start(register: Assumptions) -> Opening:
    return opening(register, SEED, 1)


Spoil = Callable[[Any, Any, np.ndarray], tuple[Any, Any]]


def _flow(after: World, flows: Any, here: np.ndarray) -> tuple[Any, Any]:
    rents = flows.rents
    return after, replace(flows, rents=replace(rents, spot=np.where(here, np.nan, rents.spot)))


def _state(after: World, flows: Any, here: np.ndarray) -> tuple[Any, Any]:
    holdco = after.holdco
    return replace(after, holdco=replace(holdco, cash=np.where(here, -np.inf, holdco.cash))), flows


def _stage(after: World, flows: Any, here: np.ndarray) -> tuple[Any, Any]:
    loans = after.facility
    return replace(after, facility=replace(loans, stage=np.where(here, np.inf, loans.stage))), flows


def _overflow(after: World, flows: Any, here: np.ndarray) -> tuple[Any, Any]:
    np.exp(np.where(here, 1e3, 0.0))
    return after, flows


def _invalid(after: World, flows: Any, here: np.ndarray) -> tuple[Any, Any]:
    np.log(np.where(here, -1.0, 1.0))
    return after, flows


CASES: dict[str, tuple[Spoil, str]] = {
    "a flow": (_flow, "rents.spot of A100 is not finite (nan)"),
    "a state": (_state, "state.holdco.cash of CRWV is not finite (-inf)"),
    "a stage": (_stage, "state.facility.stage"),
    "an overflow": (_overflow, "overflow encountered in exp"),
    "a logarithm": (_invalid, "invalid value encountered in log"),
}


def _spoilt(spoil: Spoil, start: Opening, patch: pytest.MonkeyPatch) -> None:
    """Let one path go wrong in a quarter: that with the window of `PATH` at the base date."""
    step, mark = quarter.step, start.shocks.factor("L")[T - 1][PATH - 1024, 0]

    def wrong(c: Context, world: World) -> tuple[Any, Any]:
        after, flows = step(c, world)
        here = c.factor("L") == mark if c.t == T else np.zeros((1, 1), dtype=bool)
        return spoil(after, flows, here)

    patch.setattr(quarter, "step", wrong)


@pytest.fixture(params=CASES)
def case(request: pytest.FixtureRequest) -> tuple[Spoil, str]:
    return CASES[str(request.param)]


def test_it_is_named_with_its_path_and_quarter(
    start: Opening, case: tuple[Spoil, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    spoil, words = case
    _spoilt(spoil, start, monkeypatch)
    with pytest.raises(NumericalError) as told:
        list(quarters(start, Links({}), thorough=True))
    assert told.value.path == PATH
    assert words in told.value.reason
    assert told.value.reason.endswith(f"on path {PATH} in quarter {T}")


def test_its_path_is_named_among_blocks_that_are_simulated_together(
    register: Assumptions, start: Opening, case: tuple[Spoil, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    spoil, words = case
    _spoilt(spoil, start, monkeypatch)
    with pytest.raises(NumericalError, match=rf"on path {PATH} in quarter {T}") as told:
        list(quarters(opening(register, SEED, 4, 1), Links({}), thorough=True))
    assert told.value.path == PATH
    assert words in told.value.reason


def test_a_state_is_looked_at_without_being_asked(start: Opening, monkeypatch: pytest.MonkeyPatch) -> None:
    _spoilt(_state, start, monkeypatch)
    with pytest.raises(NumericalError, match=r"holdco\.cash"):
        list(quarters(start, Links({})))


@pytest.mark.slow
def test_a_replay_shows_the_path_until_it_stops_and_others_in_full(
    register: Assumptions, start: Opening, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = rerun(register, SEED, PATH)
    _spoilt(_overflow, start, monkeypatch)
    told = rerun(register, SEED, PATH)
    assert f"on path {PATH} in quarter {T}" in told.stopped
    for name, values in told.series.items():
        np.testing.assert_allclose(values[:T], whole.series[name][:T], rtol=1e-6)
        assert np.isnan(values[T:]).all()
    other = rerun(register, SEED, PATH + 1)
    assert not other.stopped
    assert np.isfinite(other.series["capex"]).all()


def test_one_path_alone_is_the_same_path(start: Opening) -> None:
    row = PATH - 1024
    together, single = quarters(start, Links({})), quarters(alone(start, row), Links({}))
    for q, s, _ in zip(together, single, range(2), strict=False):
        np.testing.assert_allclose(s.flows.rents.spot[0], q.flows.rents.spot[row], rtol=1e-12)
        np.testing.assert_allclose(s.after.holdco.cash[0], q.after.holdco.cash[row], rtol=1e-9)


def test_the_failing_row_is_found_wherever_it_is() -> None:
    for row in (0, 1, 63, 99):

        def attempt(rows: slice, row: int = row) -> None:
            if rows.start <= row < rows.stop:
                raise FloatingPointError

        assert finite.failing(attempt, 100) == row
