"""Actions: a declaration is all that a new one costs, what is wrong is told at once, and triggers by hand."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
import pytest

from risk.analysis.actions import FILE, Actions, read
from risk.analysis.triggers import fired, payoffs, quarters
from risk.assumptions import Assumptions, load
from risk.assumptions.problems import AssumptionErrors
from risk.errors import UsageError
from risk.runs import Run
from tests.stored_paths import stored

HEAD = """agreed = 2026-11-30
unit = "USD m"
basis = "A book of USD 1 bn."
illustrative = true
"""
SELL = """
[action.sell]
action = "Sell"
trigger = "hy_spread@t > 450 bp"
owner = "Head of credit"
by = "2027Q2"
payoff = "30 USD m * bust - 0.0001 * headline_loss - 1 USD m"
"""


@cache
def register() -> Assumptions:
    return load()


@cache
def run() -> Run:
    """Spreads in bp by quarter: path 0 never wide, 1 from the second quarter, 2 from the third, 3 only later."""
    spread = np.full((register().calendar.quarters + 1, 4), 0.03)
    spread[2:, 1] = spread[3:, 2] = spread[4:, 3] = 0.05
    return stored(
        register(),
        outcomes={
            "headline_loss": [10e9, 100e9, 100e9, 20e9],
            "bust": [0.0, 1.0, 0.0, 1.0],
            "bust_quarter": [np.nan, 9.0, np.nan, 5.0],
        },
        series={"hy_spread": spread.astype(np.float32)},
    )


def declared(folder: Path, text: str) -> Actions:
    (folder / FILE).write_text(text, "utf-8")
    found = read(folder, register())
    assert found is not None
    return found


def test_a_trigger_fires_at_the_end_of_the_first_quarter_in_which_it_is_met(tmp_path: Path) -> None:
    found = declared(tmp_path, HEAD + SELL)
    first = quarters(run(), found)[0]
    assert first[1:3].tolist() == [2.0, 3.0]
    assert np.isnan(first[[0, 3]]).all()  # 2027Q2 is the third quarter after 2026Q3


def test_a_trigger_that_names_its_quarters_fires_in_the_last_of_them(tmp_path: Path) -> None:
    words = "hy_spread@2026Q4 < 400 bp and hy_spread@2027Q1 > 450 bp"
    found = declared(tmp_path, HEAD + SELL.replace("hy_spread@t > 450 bp", words))
    assert quarters(run(), found)[0][1] == 2.0


def test_how_often_how_early_and_what_it_pays(tmp_path: Path) -> None:
    found = declared(tmp_path, HEAD + SELL)
    (sell,) = fired(run(), found)
    assert payoffs(run(), found)[0] == pytest.approx([-2.0, 19.0, -11.0, 27.0])
    assert sell.fires.value == 0.5
    assert (sell.given.value, sell.rest.value) == (0.5, 0.5)
    assert sell.warned.value == 0.5  # of both busts one
    assert sell.lead is not None
    assert sell.lead.value == 7.0
    assert sell.payoff.value == pytest.approx(8.25)
    assert sell.acted.value == pytest.approx(4.0)


def test_a_new_action_costs_a_declaration(tmp_path: Path) -> None:
    more = SELL.replace("action.sell", "action.wait").replace("450", "9000")
    found = fired(run(), declared(tmp_path, HEAD + SELL + more))
    assert [each.action.id for each in found] == ["sell", "wait"]
    assert (found[1].fires.value, found[1].when, found[1].lead) == (0.0, None, None)


def test_all_that_is_wrong_is_told_at_once_by_line(tmp_path: Path) -> None:
    wrong = {
        "none": SELL.replace('trigger = "hy_spread@t > 450 bp"\n', ""),
        "name": SELL.replace("hy_spread@t", "hy_spred@t"),
        "unit": SELL.replace("450 bp", "450 USD"),
        "undated": SELL.replace("hy_spread@t > 450 bp", "bust"),
        "late": SELL.replace("hy_spread@t", "hy_spread@2028Q1"),
        "early": SELL.replace('"2027Q2"', '"2026Q3"'),
        "paid": SELL.replace("30 USD m * bust", "30 * headline_los"),
        "bare": SELL.replace(" - 0.0001 * headline_loss - 1 USD m", "").replace("30 USD m * ", ""),
    }
    text = HEAD + "".join(t.replace("action.sell", f"action.{id}") for id, t in wrong.items())
    with pytest.raises(AssumptionErrors) as caught:
        declared(tmp_path, text)
    told = {problem.line: str(problem) for problem in caught.value.problems}
    lines = text.splitlines()
    assert len(caught.value.problems) == len(wrong)
    reasons = {
        "none": "'trigger' is missing",
        "name": "did you mean hy_spread",
        "unit": "in USD",
        "undated": "bust has no quarter",
        "late": "after 2027Q2",
        "early": "by = 2026Q3 is not a quarter of the run",
        "paid": "headline_los",
        "bare": "USD m is due",
    }
    found = {
        id: next(
            text
            for line, text in told.items()
            if max(i for i, head in enumerate(lines[:line]) if head.startswith("["))
            == lines.index(f"[action.{id}]")
        )
        for id in wrong
    }
    for id, reason in reasons.items():
        assert reason in found[id], found[id]
        assert "   = " in found[id] or id == "none"


@pytest.mark.parametrize(
    ("before", "after", "reason"),
    [
        ('unit = "USD m"', 'unit = "bp"', "payoffs are money"),
        ('unit = "USD m"', 'unit = "USD mm"', "USD mm"),
        ("illustrative = true\n", "", "'illustrative' is missing"),
        ("agreed", "agreeed", "unknown key 'agreeed'"),
    ],
)
def test_what_is_said_of_all_is_checked(tmp_path: Path, before: str, after: str, reason: str) -> None:
    with pytest.raises(AssumptionErrors, match=reason):
        declared(tmp_path, (HEAD + SELL).replace(before, after))


def test_no_action_is_refused_and_no_file_is_none(tmp_path: Path) -> None:
    assert read(tmp_path, register()) is None
    with pytest.raises(AssumptionErrors, match="no action"):
        declared(tmp_path, HEAD)


def test_a_payoff_that_some_path_lacks_is_refused(tmp_path: Path) -> None:
    text = (HEAD + SELL).replace("30 USD m * bust", "30 USD m * (bust / bust)")
    with pytest.raises(UsageError, match="has no value on 2 of 4 paths"):
        payoffs(run(), declared(tmp_path, text))


def test_the_actions_that_come_along_are_valid_and_an_example() -> None:
    found = read(Path(register().directory), register())
    assert found is not None
    assert found.illustrative
    assert len(found.actions) >= 3
