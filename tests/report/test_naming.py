"""Currency and unit of work are called what the register calls them, in everything that is shown."""

from __future__ import annotations

from dataclasses import replace

import pytest

from risk.assumptions import Assumptions, load
from risk.errors import UsageError
from risk.report.content import Cell, Formula
from risk.report.naming import renamed, shared
from risk.report.table import Column, Table
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
        ("660-725 $bn, at most 3.5 $T", "660-725 EUR bn, at most 3.5 EUR T"),
        ("20 million H100 equivalents", "20 million B200e"),
        ("Summary!$F$8", "Summary!$F$8"),
        ("$M$5, $T:$T, $k1", "$M$5, $T:$T, $k1"),
        ("usd_bn, USDC", "usd_bn, USDC"),
    ],
)
def test_texts_that_are_shown(text: str, said: str) -> None:
    assert EURO.said(text) == Page(names=EURO).say(text) == said
    assert Names().said(text) == text


def called(names: Names) -> Assumptions:
    """The register with other names of its currency and unit of work."""
    base, own = load(), {"run.currency": names.currency, "run.unit_of_work": names.work}
    entries = {id: replace(base.entry(id), value=name) for id, name in own.items()}
    return replace(base, entries={**base.entries, **entries})


def test_names_come_from_the_register() -> None:
    assert called(EURO).names[:2] == EURO[:2]
    assert replace(load(), entries={}).names[:2] == Names()[:2]


def test_runs_that_count_differently_do_not_stand_side_by_side() -> None:
    euro = called(Names("EUR"))
    assert shared(euro, euro) == Names("EUR", letters=euro.letters)
    with pytest.raises(UsageError, match="EUR and H100e and USD and H100e"):
        shared(euro, load())


def test_a_workbook_is_renamed_throughout() -> None:
    columns = (Column("name", "Name"), Column("loss", "Loss", unit="USD bn"))
    rows = (
        ("USD", Cell(Formula("{row.loss}*2", 2.0), "usd_bn")),
        (Cell("'a $600bn gap'", quoted=True), 1.0),
    )
    table = Table("t", columns, rows, "Fleet, H100e M", "In USD.")
    found = renamed(table, EURO)
    assert (found.title, found.note, found.columns[1].label) == ("Fleet, B200e M", "In EUR.", "Loss, EUR bn")
    assert found.rows == (("EUR", rows[0][1]), rows[1])
    assert renamed(table, Names()) is table
