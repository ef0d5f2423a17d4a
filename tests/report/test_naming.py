"""Currency and unit of work are called what the register calls them, in everything that is shown."""

from __future__ import annotations

import re
from dataclasses import fields, is_dataclass
from typing import Any

import pytest

from risk.report.naming import names, renamed
from risk.report.table import Cell, Column, Formula, Table
from risk.report.terminal.page import Page
from risk.units import Names

EURO = Names("EUR", "B200e")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Headline loss, USD bn", "Headline loss, EUR bn"),
        ("USD/h", "EUR/h"),
        ("H100e M", "B200e M"),
        ("H100 one-year rent at $2.42 an hour", "H100 one-year rent at EUR 2.42 an hour"),
        ("-$12bn", "-EUR 12bn"),
        ("Summary!$F$8", "Summary!$F$8"),
        ("usd_bn, USDC", "usd_bn, USDC"),
    ],
)
def test_texts_that_are_shown(text: str, said: str) -> None:
    assert EURO.said(text) == Page(names=EURO).say(text) == said
    assert Names().said(text) == text


def test_names_come_from_the_register() -> None:
    assert names({"entries": {}}) == Names()
    own = {"run.currency": {"value": "EUR"}, "run.unit_of_work": {"value": "B200e"}}
    assert names({"entries": own}) == EURO


def test_a_workbook_is_renamed_throughout() -> None:
    columns = (Column("name", "Name"), Column("loss", "Loss", unit="USD bn"))
    rows = (("USD", Cell(Formula("{row.loss}*2", 2.0), "usd_bn")),)
    table = Table("t", columns, rows, "Fleet, H100e M", "In USD.")
    found = renamed(table, EURO)
    assert (found.title, found.note, found.columns[1].label) == ("Fleet, B200e M", "In EUR.", "Loss, EUR bn")
    assert found.rows[0][0] == "EUR" and found.rows[0][1] == rows[0][1]
    assert renamed(table, Names()) is table


def texts(shown: Any) -> list[str]:
    if isinstance(shown, str):
        return [shown]
    if isinstance(shown, dict):
        return [text for item in shown.values() for text in texts(item)]
    if isinstance(shown, (tuple, list)):
        return [text for item in shown for text in texts(item)]
    if is_dataclass(shown) and not isinstance(shown, type):
        return [text for f in fields(shown) for text in texts(getattr(shown, f.name))]
    return []
