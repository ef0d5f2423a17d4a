"""Assumptions derived in memory: couplings cut, stresses added, under another name."""

from __future__ import annotations

from pathlib import Path

import pytest

from risk.assumptions import Assumptions, load
from risk.assumptions.locate import LONGEST, NAME
from risk.assumptions.schema import Event
from risk.errors import AssumptionError
from tests.assumptions.builder import Register

CUT = '[switches]\n"supply->rent" = false\n'


@pytest.fixture
def base(tmp_path: Path) -> Assumptions:
    Register(tmp_path / "assumptions").scenario("cut", CUT).write()
    return load(tmp_path / "assumptions")


def test_a_cut_in_memory_is_the_cut_of_a_file(base: Assumptions) -> None:
    derived = base.derived("cut", "cut", {"supply->rent": False})
    assert derived == load(Path(base.directory), "cut")
    assert derived != base
    assert derived.derived("closed", "closed", {"supply->rent": True}) == base
    assert base.switches["supply->rent"]


def test_events_come_after_the_scenarios_own_and_bear_the_new_name(base: Assumptions) -> None:
    event = Event("hy_spread", "2027Q1", "2027Q1", 100.0, "bp", "A push.")
    twice = base.derived("one", "one", events=(event,)).derived("two", "two", events=(event,))
    assert [e.scenario for e in twice.events] == ["base-one", "base-one-two"]
    assert twice.normalised()["events"][0]["variable"] == "hy_spread"
    assert len({base.digest, twice.digest}) == 2


def test_a_long_name_is_cut_and_stays_legal(base: Assumptions) -> None:
    long = base.derived("x" * 40, "x").derived("without-supply-rent", "y")
    assert len(long.scenario.name) <= LONGEST
    assert NAME.fullmatch(long.scenario.name)
    assert long.scenario.name.endswith("-without-supply-rent")


def test_an_unknown_coupling_is_answered_with_a_known_one(base: Assumptions) -> None:
    with pytest.raises(AssumptionError, match="supply->rent"):
        base.derived("cut", "cut", {"suply->rent": False})
