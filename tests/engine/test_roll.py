"""Base dates and horizons roll: a dated outcome is what its own series says at the date it names."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from functools import cache
from typing import Any

import numpy as np
import pytest

from risk.assumptions import Assumptions
from risk.axes import Calendar, ordinal, quarter_end, quarter_of, span
from risk.engine import outcomes, simulate
from risk.engine.layout import layout
from tests.engine.base import changed
from tests.engine.reading import Points, Reader

SEED, PATHS = 5, 64

ROLLED = [(0, 4), (0, 20), (1, 13), (2, 4), (2, 26), (3, 5), (4, 9), (5, 20), (6, 4), (7, 11), (8, 4), (8, 7)]
"""Quarters by which the base date is rolled, and quarters simulated."""

LONG = [(1, 60), (8, 60)]


def rolled(register: Assumptions, by: int, quarters: int) -> Assumptions:
    """The register with another base date and horizon, and nothing else changed."""
    return replace(register, calendar=Calendar(later(register, by), quarters))


def later(register: Assumptions, by: int) -> date:
    """The base date some quarters later."""
    return quarter_end(quarter_of(register.calendar.base) + by)


class Kept:
    """What a block remembers quarter by quarter: the setting that outcomes were read against."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.setting: Any = None
        real = outcomes.declared

        def declared(assumptions: Assumptions, s: Any) -> Any:
            self.setting = s
            return real(assumptions, s)

        monkeypatch.setattr(outcomes, "declared", declared)

    def points(self, name: str, entity: str) -> Points:
        """Quarter of the calendar → values of a quantity, (path,)."""
        found = self.setting.q(name, entity)
        base = ordinal(self.setting.calendar.labels[0])
        return {int(t) + base: x for t, x in zip(found.quarters, found.values, strict=True)}


def check(register: Assumptions, monkeypatch: pytest.MonkeyPatch) -> None:
    """Compare every outcome, flag, proposition and timing with what its row says of its series."""
    kept = Kept(monkeypatch)
    block = simulate(register, SEED, 0, PATHS)
    reader = Reader(register, cache(kept.points), PATHS)
    for m in register.outcomes.values():
        said = f"{m.id} {span(register.calendar, register.windows.get(m.over, m.over))}"
        expected = reader.measured(m)
        np.testing.assert_allclose(block.outcomes[m.id], expected, rtol=1e-9, atol=1e-9, err_msg=said)
    for flag in register.claims:
        holds, first = reader.claimed(flag)
        np.testing.assert_array_equal(block.outcomes[flag.id], holds, err_msg=flag.id)
        if flag.timed:
            np.testing.assert_array_equal(block.outcomes[f"{flag.id}_quarter"], first, err_msg=flag.id)


@pytest.mark.slow
@pytest.mark.parametrize(("by", "quarters"), ROLLED)
def test_dated_outcomes_are_their_series_at_the_date_they_name(
    register: Assumptions, monkeypatch: pytest.MonkeyPatch, by: int, quarters: int
) -> None:
    check(rolled(register, by, quarters), monkeypatch)


@pytest.mark.slow
@pytest.mark.parametrize(("by", "quarters"), LONG)
def test_so_they_are_over_sixty_quarters(
    register: Assumptions, monkeypatch: pytest.MonkeyPatch, by: int, quarters: int
) -> None:
    check(rolled(register, by, quarters), monkeypatch)


def test_what_comes_after_a_window_is_nothing_where_the_run_ends_with_it(register: Assumptions) -> None:
    quarters = ordinal("2028Q4") - quarter_of(register.calendar.base)
    short = simulate(rolled(register, 0, quarters), SEED, 0, PATHS).outcomes
    assert short["wall_default_2028"].any()
    assert not short["wall_default_later"].any()


@pytest.mark.parametrize(("by", "quarters"), [*ROLLED, *LONG])
def test_cohorts_follow_the_base_date_and_have_names_of_their_own(
    register: Assumptions, by: int, quarters: int
) -> None:
    moved, last = rolled(register, by, quarters), register.text("neoclouds.last_cohort")
    for every in (1, 2, 4):
        plan = layout(changed(moved, {"neoclouds.cohort_spacing": every}))
        assert len(set(plan.book.names)) == len(plan.book.names)
        dates = [moved.calendar.labels[t] for t in plan.cohorts]
        assert all(t > 0 for t in plan.cohorts)
        if every == 4:
            assert dates == [x for x in moved.calendar.labels[1:] if x.endswith("Q4") and x <= last]
