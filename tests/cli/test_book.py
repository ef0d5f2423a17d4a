"""`bubblerisk book`: the worked example, a fault by file and line, and the same book in a pack."""

from __future__ import annotations

from pathlib import Path

import pytest

from risk.analysis.book import kept
from risk.errors import UsageError
from risk.report.content import number_of
from risk.report.form import Form, Recipe
from risk.report.guards import Condition
from risk.report.pack.base.cells import Tables
from risk.report.pack.base.results import Results
from risk.report.pack.decision.book import conditions, sheet
from risk.report.pack.verdict.summary import _book
from tests.cli.conftest import Ask, Stored


def test_the_example_adds_up_and_says_that_it_is_one(runs: Stored, ask: Ask) -> None:
    found = ask("book", "example", "base", "--json").json
    assert found["schema"] == "bubblerisk.book/1"
    assert found["illustrative"] is True
    for measure in ("mean", "es"):
        parts = sum(row[measure]["value"] for row in found["positions"])
        assert parts == pytest.approx(found["loss"][measure]["value"], rel=1e-9)
    assert all(row["grade"] == "judgement" and row["rides_on"] for row in found["positions"])
    assert found["unhedged"]["es"]["value"] > found["loss"]["es"]["value"]
    assert {row["of"] for row in found["limits"]} == {"total", "issuer", "instrument", "position"}
    assert found["ways"]
    out = ask("book", "example", "base").out
    assert "an example and nobody's" in out
    assert "Its hedges take USD" in out


def test_masked_it_names_no_company_and_no_position(runs: Stored, ask: Ask) -> None:
    out = ask("book", "example", "base", "--mask").out
    shown = {"NVIDIA", "nvidia", "CoreWeave", "CRWV", "crwv-notes", "Broadcom", "Infrastructure credit I"}
    assert not [word for word in shown if word in out]


def test_a_fault_is_told_by_file_and_line_and_nothing_is_counted(runs: Stored, ask: Ask) -> None:
    text = Path("assumptions/books/example.toml").read_text("utf-8")
    Path("ours.toml").write_text(text.replace('instrument = "notes"', 'instrument = "nots"', 1), "utf-8")
    line = text.splitlines().index('instrument = "notes"') + 1
    said = ask("book", "ours.toml", "base")
    assert (said.code, said.out) == (3, "")
    assert f"ours.toml:{line}:" in said.err
    assert "did you mean notes?" in said.err
    before = sorted(path for path in Path().rglob("*") if path.is_file())
    said = ask("pack", runs.base.id, "--book", "ours.toml", "-o", "pack.xlsx")
    assert said.code == 3
    assert sorted(path for path in Path().rglob("*") if path.is_file()) == before
    said = ask("book", "exampel", "base")
    assert (said.code, "did you mean example?" in said.err) == (2, True)


def test_a_book_kept_beside_a_run_is_in_its_pack(runs: Stored) -> None:
    register = runs.base.register
    book = kept.read(Path("example"), register, Path("assumptions"))
    key = kept.keep(runs.base, book, Path("assumptions"))
    assert Recipe.read({"book": key}).form.book == key
    assert " --book example.toml" in Recipe(form=Form(book=key)).options()
    results = Results.of(runs.base, form=Form(book=key))
    made = sheet(results)
    assert made is not None
    tables = Tables([made])
    checks = list(conditions(results, tables))
    assert len(checks) == 2
    assert all(isinstance(check, Condition) and check.passed for check in checks)
    assert results.book is not None
    assert number_of(tables.at("book-losses", "mean", "whole")) * 1e6 == results.book.whole.mean.value
    assert [str(block.text).startswith("An example and nobody's book.") for block in _book(results)] == [True]
    without = Results.of(runs.base)
    assert (sheet(without), list(_book(without))) == (None, [])
    assert kept.kept(runs.base, "example.toml@000000000000") is None
    assert kept.kept(runs.base, "../../secret@000000000000") is None


def test_the_door_tells_it_in_frames(runs: Stored) -> None:
    import risk

    told = risk.open("base").book("example")
    assert set(told["positions"].index) >= {"amd", "crwv-notes"}
    assert "issuers" in told.tables
    with pytest.raises(UsageError, match="no book"):
        risk.open("base").book("nobodys")
