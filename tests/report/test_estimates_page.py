"""The page of the docs on estimates: tables are the command's, words are not touched."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from risk.assumptions import locate
from risk.calibrate.estimate import MODULES, Answer, ask
from risk.calibrate.estimate.planted import register
from risk.report.terminal.estimates_page import refreshed

PAGE = (Path(__file__).parents[2] / "docs" / "estimates.md").read_text(encoding="utf-8")


def answer(name: str) -> Answer:
    return ask(MODULES[name], register(), locate.register())


@pytest.mark.parametrize("name", ["private_credit", "revenue"])
def test_the_page_shows_what_the_data_say_today(name: str) -> None:
    assert refreshed(PAGE, [answer(name)]) == PAGE


def test_only_the_numbers_of_what_was_answered_change() -> None:
    found = answer("private_credit")
    first, *rest = found.estimates
    other = replace(first, finding=replace(first.finding, estimate=0.987))
    page = refreshed(PAGE, [replace(found, estimates=(other, *rest), data=("mine.csv@sha256:0",))])
    before, after = PAGE.splitlines(), page.splitlines()
    changed = [new for old, new in zip(before, after, strict=True) if old != new]
    assert len(changed) == 2
    assert "0.987" in changed[0]
    assert changed[1] == "Data: `mine.csv@sha256:0`."


def test_what_has_no_data_stays() -> None:
    missing = replace(answer("private_credit"), estimates=(), data=(), missing=("x.csv",))
    assert refreshed(PAGE, [missing]) == PAGE
