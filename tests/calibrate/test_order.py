"""Order of the stresses beside a run: what is held against what, with which error, when it is measured."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from risk.assumptions import Assumptions, load, locate
from risk.assumptions.targets import ALL_LINES, BULL, STRESS
from risk.calibrate import order
from risk.engine import simulate
from tests.analysis.errors import student

BASE = "base"
ON, OFF = np.array([1.0, 1.0, 1.0, 0.0]), np.array([1.0, 0.0, 0.0, 0.0])


def scenario(*inherits: str) -> Any:
    return SimpleNamespace(scenario=SimpleNamespace(inherits=inherits), digest="d")


def every(values: Any) -> dict[str, Any]:
    """The same for everything that is compared."""
    return dict.fromkeys((*order.ASKED, ALL_LINES), values)


def test_the_joint_stress_is_held_against_the_worst_of_its_parts() -> None:
    of = {STRESS: every(ON), "glut": every(ON * 0.5), "freeze": every(OFF)}
    found = order.differences(of, {STRESS: scenario("glut", "freeze"), "glut": scenario()})[STRESS]["bust"]
    assert found["against"] == "glut"
    assert found["value"] == pytest.approx(0.375)
    assert found["standard_error"] == pytest.approx(student(ON * 0.5)), "of paired differences"


def test_the_bull_case_is_held_against_the_base() -> None:
    of = {BULL: every(OFF), BASE: every(ON)}
    found = order.differences(of, {BULL: scenario()})[BULL]["bust"]
    assert (found["against"], found["value"]) == (BASE, -0.5)


def test_losses_are_told_over_the_others() -> None:
    of = {BULL: every(np.array([3e9, 1e9])), BASE: every(np.array([6e9, 2e9]))}
    found = order.differences(of, {BULL: scenario()})[BULL][ALL_LINES]
    assert found["value"] == pytest.approx(-0.5)
    assert found["standard_error"] == pytest.approx(student([-3e9, -1e9]) / 4e9)


@pytest.mark.parametrize(
    ("name", "paths", "kept", "wanted"),
    [
        (BASE, 1024, None, True),
        (BASE, 1023, None, False),
        ("gpu-glut", 1024, None, False),
        (BASE, 1024, {"method": order._method(), "worlds": {BULL: "d"}}, False),
        (BASE, 1024, {"method": order._method(), "worlds": {BULL: "another"}}, True),
        (BASE, 1024, {"method": "another", "worlds": {BULL: "d"}}, True),
    ],
)
def test_it_is_wanted_once_of_the_base_case(name: str, paths: int, kept: Any, wanted: bool) -> None:
    run: Any = SimpleNamespace(manifest=SimpleNamespace(scenario=name), paths=paths, order=kept)
    assert order.wanted(run, {BULL: scenario()}) is wanted


def test_nothing_is_wanted_of_a_register_without_stresses() -> None:
    run: Any = SimpleNamespace(manifest=SimpleNamespace(scenario=BASE), paths=1024, order=None)
    assert not order.wanted(run, {})


@pytest.mark.slow
def test_worlds_are_all_scenarios_whose_blocks_stand_by_themselves() -> None:
    found = order.worlds(None)
    assert set(found) == {*locate.scenarios(locate.register())} - {BASE, "couplings-off"}
    assert all(all(each.switches.values()) for each in found.values())
    assert {STRESS, BULL, *found[STRESS].scenario.inherits} <= set(found)


def test_every_figure_that_targets_ask_for_is_measured() -> None:
    register: Assumptions = load()
    asked = {t.figure for t in register.targets.values() if t.measure == "order"}
    assert asked == {*order.ASKED, ALL_LINES}


@pytest.mark.slow
def test_the_engine_orders_busts() -> None:
    """A glut with a freeze and a lab failure on top busts more often than any of them (a block each)."""
    parts = load(None, STRESS).scenario.inherits
    flags = {name: simulate(load(None, name), 20261122, 0).outcomes["bust"] for name in (STRESS, *parts)}
    assert flags[STRESS].mean() >= max(flags[name].mean() for name in parts)
