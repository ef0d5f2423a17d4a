"""Registers between two: with all parts over the second, with none the first, and each part by itself."""

from __future__ import annotations

from functools import cache

import pytest

from risk.assumptions import Assumptions, load
from risk.assumptions.mixed import BASE_DATE, COUPLINGS, mixed, parts


@cache
def register(name: str) -> Assumptions:
    return load(scenario=name)


@pytest.mark.slow
def test_all_parts_make_the_second_and_none_the_first() -> None:
    base = register("base")
    for name in ("bull", "gpu-glut", "base@2026Q2"):
        other = register(name)
        found = parts(base, other)
        assert found, name
        assert mixed(base, other, found) == other
        assert mixed(base, other, ()) == base
        assert mixed(other, base, parts(other, base)) == base


def test_parts_are_in_the_order_of_the_files_and_each_goes_over_by_itself() -> None:
    base, bull = register("base"), register("bull")
    found = parts(base, bull)
    order = [id for id in base.entries if id in {part.id for part in found}]
    assert [part.id for part in found] == order
    assert {part.section for part in found} == {"revenue"}
    for part in found:
        one = mixed(base, bull, (part,))
        assert one.entries[part.id].prior == bull.entries[part.id].prior
        assert [each.id for each in parts(base, one)] == [part.id]


def test_another_base_date_is_one_part_with_the_state_of_the_world() -> None:
    found = parts(register("base"), register("base@2026Q2"))
    assert found[0].id == BASE_DATE
    assert "run.base_date" in found[0].entries
    assert found[0].tables
    assert not any(part.tables for part in found[1:])
    moved = mixed(register("base"), register("base@2026Q2"), found[:1])
    assert moved.calendar == register("base@2026Q2").calendar


def test_couplings_are_one_part() -> None:
    base = register("base")
    cut = base.derived("cut", "cut", switches={"losses->spread": False})
    assert [part.id for part in parts(base, cut)] == [COUPLINGS]
    assert parts(base, base) == ()
