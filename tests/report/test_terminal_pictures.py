"""Bars, lines and histograms made of characters."""

from __future__ import annotations

import numpy as np
import pytest

from risk.analysis.statistics import Histogram
from risk.report.terminal.page import Page, bar
from risk.report.terminal.pictures import TAIL, axis, columns, sparkline

WIDE, ASCII = Page(80), Page(80, unicode=False)


@pytest.mark.parametrize(
    ("share", "shown"),
    [(0.0, "░░░░░"), (0.001, "█░░░░"), (0.2, "█░░░░"), (0.5, "██░░░"), (1.0, "█████")],
)
def test_a_bar_is_as_long_as_its_share(share: float, shown: str) -> None:
    assert bar(share, WIDE, 5).plain == shown


def test_a_bar_can_be_ascii() -> None:
    assert bar(0.4, ASCII, 5).plain == "##..."


def test_a_line_starts_at_zero() -> None:
    assert sparkline([0.0, 1.0, 2.0, 4.0], 4.0, WIDE) == "▁▃▅█"
    assert sparkline([0.0, 4.0], 4.0, ASCII).isascii()
    assert sparkline([0.0, 0.0], 0.0, WIDE) == "▁▁"


def test_a_histogram_has_a_column_for_every_bin_and_shows_a_single_path() -> None:
    found = Histogram(np.array([0.0, 1.0, 2.0, 3.0]), np.array([800, 400, 1]))
    lines = columns(found, 2, WIDE, tail_from=2.0)
    assert [line.plain for line in lines] == ["█  ", "██▁"]
    assert lines[1].spans[-1].style == TAIL


def test_marks_stand_below_their_bins_and_never_touch() -> None:
    found = Histogram(np.linspace(0.0, 20.0, 21), np.ones(20, dtype=np.int64))
    assert axis(found, {"P50": 5.0, "P95": 15.0}) == "     ^P50      ^P95"
    assert axis(found, {"P50": 5.0, "P95": 7.0}) == "     ^P50"
    assert axis(found, {"P95": 99.0}) == " " * 19 + "^P95"
