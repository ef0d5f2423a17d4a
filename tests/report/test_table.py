from __future__ import annotations

import pytest

from risk.report.charts import Fan, Step, Waterfall
from risk.report.content import Cell, Check, Formula, ReportError, number_of, value_of
from risk.report.sheet import Properties, Sheet, Workbook
from risk.report.table import Column, Table
from tests.report.demo import demo
from tests.report.demo_charts import fan

COLUMNS = (Column("name", "Name"), Column("loss", "Loss", "usd_bn", unit="USD bn"))


def test_formula_without_a_value_is_refused() -> None:
    with pytest.raises(ReportError, match="no value"):
        Formula("A1+1", float("nan"))
    with pytest.raises(ReportError, match="leave out"):
        Formula("=A1", 1.0)


def test_formulas_are_added_and_divided_as_wholes() -> None:
    one, two = Formula("{t.loss[a]}", 6.0), Formula("SUM({t-2.loss})", 2.0)
    assert one - two == Formula("{t.loss[a]}-SUM({t-2.loss})", 4.0)
    assert (one + two) / 4 == Formula("({t.loss[a]}+SUM({t-2.loss}))/4", 2.0)
    assert one - (one - two) == Formula("{t.loss[a]}-({t.loss[a]}-SUM({t-2.loss}))", 2.0)
    assert one / two == Formula("{t.loss[a]}/SUM({t-2.loss})", 3.0)


def test_nan_is_never_an_empty_cell() -> None:
    with pytest.raises(ReportError, match="table t, row 0, loss: nan"):
        Table("t", COLUMNS, (("a", float("nan")),))


def test_rows_and_columns_must_fit() -> None:
    with pytest.raises(ReportError, match="1 cells for 2 columns"):
        Table("t", COLUMNS, (("a",),))
    with pytest.raises(ReportError, match="same key"):
        Table("t", (COLUMNS[0], COLUMNS[0]), ())
    with pytest.raises(ReportError, match="has no column 'gain'; it has name, loss"):
        Table("t", COLUMNS, ()).column("gain")


def test_what_a_reader_sees() -> None:
    table = Table(
        "t", COLUMNS, (("a", Formula("1+1", 2.0)), ("b", Cell(-3.25, "usd_bn.2"))), row_ids=("a", "b")
    )
    assert [table.text(r, 1) for r in range(2)] == ["2.0", "-3.25"]
    assert table.columns[1].label == "Loss, USD bn"
    assert table.row_number("b") == table.row_number("-1") == 1
    assert value_of(Check("1=1", True)) == "OK"
    with pytest.raises(ReportError, match="not a number"):
        number_of("text")


def test_a_waterfall_adds_up_and_never_falls_below_zero() -> None:
    words = {"id": "w", "title": "t", "alt": "a", "x_title": "x", "y_title": "y"}
    steps = [
        Step(label="a", amount=10.0, total=True),
        Step(label="b", amount=-4.0),
        Step(label="c", amount=1.0),
    ]
    table = Waterfall(steps=steps, **words).table()  # type: ignore[arg-type]
    assert table.column("base") == (None, 6.0, 6.0)
    assert table.column("fall") == (None, 4.0, None)
    with pytest.raises(ReportError, match="below zero at 'd'"):
        Waterfall(steps=[*steps, Step(label="d", amount=-9.0)], **words).table()  # type: ignore[arg-type]


def test_bands_of_a_fan_add_up_to_its_quantiles() -> None:
    chart: Fan = fan("fan")
    table = chart.table()
    for row in range(len(table.rows)):
        parts = ("base", "p5_p25", "p25_p50", "p50_p75", "p75_p95")
        stacked = sum(number_of(table.rows[row][table.index(key)]) for key in parts)
        assert stacked == pytest.approx(number_of(chart.p95[row]), rel=1e-12)


def test_a_chart_must_say_what_it_finds() -> None:
    with pytest.raises(ReportError, match="alt text"):
        Waterfall(id="w", title="t", alt=" ", x_title="x", y_title="y", steps=[])


def test_names_are_unique() -> None:
    book = demo()
    with pytest.raises(ReportError, match="same name"):
        Workbook(book.properties, (book.sheets[0], book.sheets[0]))
    with pytest.raises(ReportError, match="cannot be the name"):
        Sheet("a/b", "t", "s", "C", ())
    twice = Sheet("a", "t", "s", "C", (Table("t", COLUMNS, ()), Table("t", COLUMNS, ())))
    with pytest.raises(ReportError, match="same id: t"):
        Workbook(Properties("t", "r", book.properties.created), (twice,))
