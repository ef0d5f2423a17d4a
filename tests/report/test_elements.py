"""How estimates become cells."""

from __future__ import annotations

import numpy as np
import pytest

from risk.analysis.statistics import Estimate, proportion
from risk.report.content import Cell, Formula, plain, value_of
from risk.report.formats import show
from risk.report.pack.base.cells import (
    Tables,
    error_cell,
    margin_cell,
    pair,
    probability_cell,
    probability_text,
    shortened,
    value_cell,
)
from risk.report.pack.base.names import assumption, words
from risk.report.pack.base.yearly import line, made_of
from risk.report.sheet import Sheet


def text(cell: Cell | str) -> str:
    return cell if isinstance(cell, str) else show(value_of(cell), cell.format or "text")


@pytest.mark.parametrize(
    ("hits", "n", "expected"),
    [
        (0, 20_000, "< 3/20,000"),
        (20_000, 20_000, "> 99.98%"),
        (0, 2_000_000, "< 3/2M"),
        (3, 20_000, "<0.1%"),
        (1_000, 20_000, "5.0%"),
        (10_000, 20_000, "50%"),
        (19_850, 20_000, "99.3%"),
        (19_999, 20_000, ">99.9%"),
    ],
)
def test_a_probability_never_reads_zero_or_one(hits: int, n: int, expected: str) -> None:
    assert text(probability_cell(proportion(hits, n))) == expected
    assert probability_text(proportion(hits, n)) == expected


def test_a_pending_probability_is_a_dash() -> None:
    assert probability_cell(None) == "–"
    assert margin_cell(None) == "–"


@pytest.mark.parametrize(
    ("value", "error", "unit", "expected"),
    [
        (153.04, 1.8, "USD bn", ("153", "±2")),
        (153.04, 0.18, "USD bn", ("153.0", "±0.2")),
        (0.5134, 0.0021, "fraction", ("51.3%", "±0.2%")),
        (2.3178, 0.004, "USD/h", ("2.32", "±0.004")),
        (430.2, 0.7, "bp", ("430", "±0.7")),
        (96.0, 0.0, "USD bn", ("96.0", "exact")),
        (float("nan"), 1.0, "USD bn", ("–", "–")),
    ],
)
def test_digits_end_where_the_error_begins(
    value: float, error: float, unit: str, expected: tuple[str, str]
) -> None:
    assert (text(value_cell(value, error, unit)), text(error_cell(value, error, unit))) == expected


def test_a_thin_tail_is_starred() -> None:
    value, _ = pair(Estimate(5.21e11, 8e9, 20_000, tail=200), "USD bn")
    assert text(value) == "521*"


def test_text_is_shortened_to_its_room() -> None:
    assert shortened("short", 20.0) == "short"
    cut = shortened("a label that is much longer than the room it has", 20.0)
    assert cut.endswith("…")
    assert len(cut) < 25


def test_totals_of_a_table_by_year_are_live_sums() -> None:
    rows = {
        "a": line("A", np.array([1e9, 2e9]), np.array([1e7, 1e7])),
        "b": line("B", np.array([3e9, 4e9])),
        "all": ("All",),
    }
    made = made_of("t", "T", ("2027", "2028"), "USD bn", rows)
    table = made.totaled(("y0", "y1"), {"all": ["a", "b"]})
    assert table.total == {2}
    total = plain(table.rows[2][table.index("y1")])
    assert isinstance(total, Formula)
    assert total.text == "{t.y1[a]}+{t.y1[b]}"
    assert total.value == pytest.approx(6.0)
    tables = Tables([Sheet("S", "S", "", "P", (table,))])
    assert tables.total("t", "y0").value == pytest.approx(8.0)
    assert value_of(tables.link("t", "y0", "all")) == pytest.approx(4.0)


def test_codes_are_read_out_as_words() -> None:
    assert words("ig_on_lab") == "IG on lab"
    assert words("cloud") == "Cloud"
    assert assumption("credit.lgd_generic") == "LGD generic (credit)"
