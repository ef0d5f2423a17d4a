"""How a path's quarters are put into lines."""

from __future__ import annotations

from dataclasses import replace

import pytest

from risk.analysis.telling import Event
from risk.report.terminal.page import Page, text
from risk.report.terminal.path import DOCUMENT, FEW, lines, screen
from tests.report import terminal_results as made


def fate(kind: str, count: int) -> list[Event]:
    return [Event(kind, f"F{i}", f"F{i} has it.", 0.5, "USD bn") for i in range(count)]


def test_many_facilities_with_one_fate_share_a_line_and_few_do_not() -> None:
    assert list(lines(fate("lock_up", FEW))) == ["F0 has it.", "F1 has it.", "F2 has it."]
    assert list(lines(fate("lock_up", 4))) == ["4 facilities are locked up: F0, F1, F2, F3."]
    (line,) = lines(fate("payment_default", 4))
    assert line == "4 facilities cannot pay and default (loss $2.0bn in all): F0, F1, F2, F3."
    assert len(list(lines(fate("holdco_default", 7)))) == 7, "HoldCos are told one by one"
    assert len(list(lines([*fate("lock_up", 2), *fate("sweep", 3)]))) == 5, "different fates are told apart"


def test_a_light_path_is_said_to_be_light() -> None:
    light = replace(made.TOLD, result=replace(made.TOLD.result, rank=made.PATHS - 9, second_round=None))
    shown = text(screen(light, Page(120)), Page(120))
    assert f"number {made.PATHS - 9:,} of {made.PATHS:,} by loss, the lightest 0.05%." in shown
    assert "Second round" not in shown


def test_json_is_in_reporting_units() -> None:
    found = DOCUMENT.data(made.TOLD)
    assert (found["headline_loss"], found["rank"], found["second_round"]) == (412.0, 57, 18.0)
    assert found["years"][0]["capex"] == 400.0
    assert found["years"][0]["defaults"] == 0
    assert found["medians"][0]["defaults"] is None
    assert [q["quarter"] for q in found["quarters"]][:2] == ["2026Q3", "2026Q4"]
    assert found["quarters"][0]["events"][0]["kind"] == "power"


def test_a_text_is_the_same_in_a_notebook_and_shows_nothing_by_itself(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    told = text(screen(made.TOLD, Page(120)), Page(120))
    monkeypatch.setattr("rich.console._is_jupyter", lambda: True)
    monkeypatch.setattr("rich.jupyter.display", lambda *_: pytest.fail("it is shown"), raising=False)
    assert text(screen(made.TOLD, Page(120)), Page(120)) == told
    assert capsys.readouterr().out == ""
