"""Base dates and horizons roll: a dated outcome is what its own series says at the date it names."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from risk.assumptions import Assumptions, load
from risk.axes import EVER, Calendar, span
from risk.engine import outcomes, simulate
from risk.engine.layout import layout
from risk.engine.measuring import Setting
from tests import rolled as states
from tests.engine.base import changed

SEED, PATHS = 5, 16

BASES = {0: "2026-06-30", 1: "2026-09-30", 2: "2026-12-31", 3: "2027-03-31", 5: "2027-09-30", 8: "2028-06-30"}
"""Quarters by which the base date is rolled."""

ROLLED = [(0, 4), (0, 5), (0, 20), (1, 13), (2, 4), (2, 26), (3, 5), (5, 20), (8, 4), (8, 7)]
LONG = [(1, 60), (8, 60)]


def rolled(register: Assumptions, by: int, quarters: int) -> Assumptions:
    """The register with another base date and horizon, and nothing else changed."""
    calendar = Calendar(date.fromisoformat(BASES[by]), quarters)
    return replace(register, calendar=calendar)


class Kept:
    """What a block remembers quarter by quarter: the setting that outcomes were read against."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.setting: Setting | None = None
        real = outcomes.declared

        def declared(assumptions: Assumptions, s: Setting) -> Any:
            self.setting = s
            return real(assumptions, s)

        monkeypatch.setattr(outcomes, "declared", declared)

    def points(self, name: str, entity: str) -> dict[int, Any]:
        """Quarter of the calendar → values of a quantity, (path,)."""
        assert self.setting is not None
        found = self.setting.q(name, entity)
        base = self.setting.calendar.offset("0000Q1")
        return {int(t) - base: x for t, x in zip(found.quarters, found.values, strict=True)}


def quarters_of(label: str, first: int) -> tuple[int, int]:
    """First and last quarter, counted from year 0, of a label such as 2030, 2027-2030, 2030Q4, 2027Q2-2030Q4.

    Parameters
    ----------
    first : where a stretch begins whose label names its end alone.
    """
    ends = label.split("-")
    last = ends[-1] if "Q" in ends[-1] else f"{ends[-1]}Q4"
    begin = ends[0] if "Q" in ends[0] else f"{ends[0]}Q1"
    number = [4 * int(x[:4]) + int(x[5]) - 1 for x in (begin, last)]
    return (number[0] if len(ends) == 2 or "Q" not in label else first), number[1]


PLAIN = {"level", "sum", "mean", "smallest", "largest"}
"""Statistics that are recomputed; drift and volatility have tests of their own."""


def check(register: Assumptions, monkeypatch: pytest.MonkeyPatch) -> int:
    """Compare every outcome that is one quantity over its window with its series; how many were."""
    kept = Kept(monkeypatch)
    block = simulate(register, SEED, 0, PATHS)
    base = 4 * register.calendar.base.year + (register.calendar.base.month - 1) // 3
    compared = 0
    for m in register.outcomes.values():
        if m.per or m.relative_to or m.cumulative or m.by != "quarter" or m.statistic not in PLAIN:
            continue
        written = register.windows.get(m.over, m.over)
        over = span(register.calendar, written)
        sums = written.startswith(("run", "+1.."))
        since = base + 1 if sums else base + EVER if written.startswith("..") else base + over.last
        first, last = quarters_of(str(over), since)
        points = kept.points(m.quantity, m.entity)
        inside = [x for t, x in points.items() if first <= t <= last]
        assert inside, f"{m.id} is dated {over}, of which its series has nothing"
        values = np.stack(inside)
        expected = {
            "level": lambda x: x[-1], "sum": lambda x: x.sum(axis=0), "mean": lambda x: x.mean(axis=0),
            "smallest": lambda x: x.min(axis=0), "largest": lambda x: x.max(axis=0),
        }[m.statistic](values)  # fmt: skip
        said = f"{m.id} {over}"
        np.testing.assert_allclose(block.outcomes[m.id], expected, rtol=1e-9, atol=1e-9, err_msg=said)
        compared += 1
    return compared


@pytest.mark.parametrize(("by", "quarters"), ROLLED)
def test_dated_outcomes_are_their_series_at_the_date_they_name(
    register: Assumptions, monkeypatch: pytest.MonkeyPatch, by: int, quarters: int
) -> None:
    assert check(rolled(register, by, quarters), monkeypatch) >= 30


@pytest.mark.slow
@pytest.mark.parametrize(("by", "quarters"), LONG)
def test_so_they_are_over_sixty_quarters(
    register: Assumptions, monkeypatch: pytest.MonkeyPatch, by: int, quarters: int
) -> None:
    assert check(rolled(register, by, quarters), monkeypatch) >= 30


@pytest.mark.parametrize(("by", "quarters"), [*ROLLED, *LONG])
def test_cohorts_follow_the_base_date_and_have_names_of_their_own(
    register: Assumptions, by: int, quarters: int
) -> None:
    moved = rolled(register, by, quarters)
    for every in (1, 2, 4):
        plan = layout(changed(moved, {"neoclouds.cohort_spacing": every}))
        assert len(set(plan.book.names)) == len(plan.book.names)
        dates = [moved.calendar.labels[t] for t in plan.cohorts]
        assert all(t > 0 for t in plan.cohorts)
        if every == 4:
            assert dates == [x for x in moved.calendar.labels[1:] if x.endswith("Q4") and x <= "2031Q4"]


@pytest.mark.slow
@pytest.mark.parametrize(("by", "quarters"), [(0, 5), (3, 4), (8, 20)])
def test_screens_and_pack_of_a_rolled_register(tmp_path: Path, by: int, quarters: int) -> None:
    from risk.report.pack import write_pack
    from risk.runs import execute
    from tests.report.runs import SEED as OTHER

    base = date.fromisoformat(BASES[by])
    folder = states.rolled(Path(__file__).parents[2] / "assumptions", base, tmp_path)
    file = folder / "base" / "run.toml"
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace("value = 26\n", f"value = {quarters}\n", 1), encoding="utf-8")
    run = execute(load(folder), 256, OTHER, jobs=1, directory=tmp_path / "runs")
    assert run.calendar == Calendar(date.fromisoformat(BASES[by]), quarters)
    write_pack(run, tmp_path / "pack.xlsx")
    from openpyxl import load_workbook

    book = load_workbook(tmp_path / "pack.xlsx", read_only=True)
    last = run.calendar.labels[-1]
    words = [str(c) for row in book["Summary"].iter_rows(values_only=True) for c in row if c]
    assert not [w for w in words if "by 2030" in w and last < "2030Q4"]
