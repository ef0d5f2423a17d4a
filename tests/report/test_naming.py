"""Currency and unit of work are called what the register calls them, in everything that is shown."""

from __future__ import annotations

import re
from dataclasses import fields, is_dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from risk.assumptions import Assumptions, load
from risk.cli.app import app
from risk.errors import UsageError
from risk.report.naming import renamed, shared
from risk.report.pack import pack
from risk.report.table import Cell, Column, Formula, Table
from risk.report.terminal.page import Page
from risk.units import Names
from tests.report.runs import small_run

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


def called(names: Names) -> Assumptions:
    """The register with other names of its currency and unit of work."""
    base, own = load(), {"run.currency": names.currency, "run.unit_of_work": names.work}
    entries = {id: replace(base.entry(id), value=name) for id, name in own.items()}
    return replace(base, entries={**base.entries, **entries})


def test_names_come_from_the_register() -> None:
    assert called(EURO).names == EURO
    assert replace(load(), entries={}).names == Names()


def test_runs_that_count_differently_do_not_stand_side_by_side() -> None:
    euro = called(Names("EUR"))
    assert shared(euro, euro) == Names("EUR")
    with pytest.raises(UsageError, match="EUR and H100e and USD and H100e"):
        shared(euro, load())


def test_a_workbook_is_renamed_throughout() -> None:
    columns = (Column("name", "Name"), Column("loss", "Loss", unit="USD bn"))
    rows = (("USD", Cell(Formula("{row.loss}*2", 2.0), "usd_bn")),)
    table = Table("t", columns, rows, "Fleet, H100e M", "In USD.")
    found = renamed(table, EURO)
    assert (found.title, found.note, found.columns[1].label) == ("Fleet, B200e M", "In EUR.", "Loss, EUR bn")
    assert found.rows[0] == ("EUR", rows[0][1])
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


SCENARIO = """\
[scenario]
name = "euro"
title = "In another currency"

[change."run.currency"]
value = "EUR"
why = "What the committee counts in."

[change."run.unit_of_work"]
value = "B200e"
why = "What the fleet is counted in."
"""

OLD = re.compile(r"(?<![A-Za-z0-9])(USD|H100e)(?![A-Za-z0-9])")


@pytest.mark.slow
def test_pack_screen_and_document_of_a_run_have_the_registers_names(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "euro.toml"
    file.write_text(SCENARIO, encoding="utf-8")
    run = small_run(str(file))
    found = texts(pack(run))
    assert [text for text in found if OLD.search(text)] == []
    assert any("EUR bn" in text for text in found)
    assert any("B200e M" in text for text in found)
    options = [run.id, "--runs", str(run.directory.parent)]
    for command in ("show", "tail", "drivers"):
        for form in ([], ["--json"]):
            app([command, *options, *form], result_action="return_value")
            shown = capsys.readouterr().out
            assert "EUR" in shown, (command, form)
            assert not OLD.search(shown), (command, form)
