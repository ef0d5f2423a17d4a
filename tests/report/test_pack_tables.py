"""The pack's Excel tables in the written file, and the plain tables of neoclouds, cascade and shortfall."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import openpyxl
import pytest

from risk.analysis import gpu_lives, statistics
from risk.analysis.early_warning import spread_warning
from risk.assumptions.tables import CapexFirm
from risk.report.content import Formula, plain, value_of
from risk.report.excel import build
from risk.report.pack.base.cells import Tables
from risk.report.pack.base.results import Results
from risk.report.pack.credit import cascade
from risk.report.pack.credit.waterfall import EXPOSED
from risk.report.pack.neoclouds import firms
from risk.report.pack.tail import warning
from risk.report.sheet import Workbook
from risk.report.table import Table
from tests.report.runs import small_book, small_results, small_run

NAMED = {"tblAssumptions", "tblNeocloud", "tblCascade", "tblSample", "tblTail", "tblChecks"}
BILLION = 1e9


@pytest.fixture(scope="module")
def results() -> Results:
    return small_results()


@pytest.fixture(scope="module")
def book() -> Workbook:
    return small_book()


@pytest.fixture(scope="module")
def tables(book: Workbook) -> Tables:
    return Tables(book.sheets)


def test_the_named_tables_are_real_and_their_headers_unique(book: Workbook, tmp_path: Path) -> None:
    draft = build(book)
    assert draft.clipped == ()
    path = tmp_path / "pack.xlsx"
    path.write_bytes(draft.finished())
    opened = openpyxl.load_workbook(path, data_only=True)
    found = {}
    for sheet in opened.worksheets:
        for table in sheet.tables.values():
            head, *rows = sheet[table.ref]
            headers = [cell.value for cell in head]
            assert headers == [column.name for column in table.tableColumns]
            assert all(isinstance(header, str) and header for header in headers)
            assert len({str(header).casefold() for header in headers}) == len(headers)
            found[table.displayName] = [[cell.value for cell in row] for row in rows]
    assert found.keys() >= NAMED
    for name in NAMED:
        assert len(found[name]) > 1
        assert all(row[0] not in (None, "") for row in found[name])
    assert [row[0] for row in found["tblNeocloud"]] == list(small_run().entities["holdco.defaulted"])


def test_a_company_is_what_the_run_says(results: Results, tables: Tables) -> None:
    run, number = results.run, tables.number
    names = run.entities["holdco.defaulted"]
    defaulted = run.mean("holdco.defaulted")[0]
    before, after = (run.calendar.index(quarter) for quarter in ("2028Q4", "2029Q4"))
    for i, name in enumerate(names):
        expected = defaulted[after, i] - defaulted[before, i]
        assert number(firms.PLAIN, "y2029", name) == pytest.approx(expected, abs=1e-9)
        assert number(firms.PLAIN, "ever", name) == pytest.approx(defaulted[-1, i], abs=1e-9)
        secured = [c for c, f in enumerate(run.entities["facility.loss"]) if f.startswith(name)]
        lost, owed = (
            run.mean(f"facility.{kind}")[0][:, secured].sum() + run.mean(f"holdco.{kind}")[0][:, i].sum()
            for kind in ("loss", "written_off")
        )
        lgd = value_of(tables.content(firms.PLAIN, "lgd", name))
        assert lgd == (pytest.approx(lost / owed) if owed > 0.0 else "–")
        assert number(firms.PLAIN, "loss", name) == pytest.approx(lost / 1e6, abs=1e-6)
        assert value_of(tables.content(firms.PLAIN, "stale", name)) in ("ok", "STALE")
    assert sum(number(firms.PLAIN, "y2029", name) for name in names) > 0.0


def test_a_company_is_called_by_its_name(results: Results) -> None:
    """The first sentence of its note is the name, and nothing else stands in it."""
    for firm in firms.holdcos(results):
        assert re.fullmatch(rf"{firm.name}: [A-Z][A-Za-z, ]+", firm.label)


def test_only_the_tenant_owes_rents_of_a_site(results: Results, tables: Tables) -> None:
    """65 thousand B200 at .95 USD an hour, availability off, for the 25 quarters of its lease."""
    assert tables.number(firms.PLAIN, "rents", "CRWV") == pytest.approx(
        65e3 * 0.95 * 0.96 * 8760 * 6.25 / BILLION, rel=1e-9
    )
    assert tables.number(firms.PLAIN, "rents", "NBIS") == 0.0


def test_repeated_numbers_are_links(tables: Tables) -> None:
    for key in firms.LINKED:
        formula = plain(tables.content(firms.PLAIN, key, "CRWV"))
        assert formula == Formula(f"{{holdcos.{key}[CRWV]}}", tables.number("holdcos", key, "CRWV"))
    shown = tables[cascade.PLAIN]
    for name in shown.row_ids:
        for source, (key, _) in cascade.STAGES.items():
            if name in tables[source].row_ids:
                assert tables.number(shown.id, key, name) == tables.number(source, "all", name)
            else:
                assert value_of(tables.content(shown.id, key, name)) == "–"


def test_holders_and_owners_add_up_to_their_tables(tables: Tables) -> None:
    for source, (key, _) in cascade.STAGES.items():
        added = sum(tables.numbers(cascade.PLAIN, key))
        assert added == pytest.approx(tables.number(source, "all", "total"), rel=1e-9)


def test_contributions_add_up_to_the_shortfall_and_a_wrong_one_fails(
    results: Results, tables: Tables, book: Workbook
) -> None:
    from risk.report.pack.credit import shortfall

    assert all(test.passed for test in shortfall.conditions(tables))
    expected = statistics.expected_shortfall(results.loss, 0.975).value
    assert tables.number(shortfall.TABLE, "es", "total") == pytest.approx(expected)
    shares = sum(tables.number(shortfall.TABLE, "share", name) for name in EXPOSED)
    assert shares == pytest.approx(1.0)
    changed = _larger(tables[shortfall.TABLE], "es", "total")
    sheets = [
        replace(s, bands=tuple(changed if b is tables[shortfall.TABLE] else b for b in s.bands))
        for s in book.sheets
    ]
    assert [test.passed for test in shortfall.conditions(Tables(sheets))] == [False, True]


def _larger(table: Table, column: str, row: str) -> Table:
    """The table with one number larger by one."""
    number, place = table.row_number(row), table.index(column)
    cells = list(table.rows[number])
    value = value_of(cells[place])
    assert isinstance(value, float)
    cells[place] = value + 1.0
    return replace(table, rows=(*table.rows[:number], tuple(cells), *table.rows[number + 1 :]))


def test_recoveries_by_regime_are_those_of_their_paths(results: Results, tables: Tables) -> None:
    kinds = ("claim_stress", "loss_stress", "claim", "loss")
    par, lost, all_par, all_lost = (results.run.outcome(f"{kind}.software") for kind in kinds)
    for side, owed, gone in (("stress", par, lost), ("rest", all_par - par, all_lost - lost)):
        some = owed >= 1e6
        assert tables.number("recoveries-regime", f"{side}_n", "software") == some.sum()
        for level in (10, 50, 90):
            expected = np.quantile(1.0 - gone[some] / owed[some], level / 100.0)
            found = tables.number("recoveries-regime", f"{side}_p{level}", "software")
            assert found == pytest.approx(expected)


def test_spreads_are_asked_on_every_run_shown(results: Results, tables: Tables) -> None:
    for event in warning.EVENTS:
        for lead in warning.LEADS:
            found = spread_warning(results.run, event, lead)
            said = value_of(tables.content("warning", f"auc{lead}", f"base_{event}"))
            assert said == ("–" if found is None else found.value)
    own = warning.measured(results)
    told = warning.sentence({"base": own, "other": own}, warning.told(results))
    assert told.count("in other") == 1
    assert "in other" not in warning.sentence({"base": own}, warning.told(results))
    assert "hardly a warning" in told or "some warning" in told or "a warning" in told


@pytest.mark.parametrize(
    ("value", "error", "words"),
    [
        (0.51, 0.01, "no warning"),
        (0.44, 0.01, "tight spreads come first"),
        (0.55, 0.01, "hardly a warning"),
        (0.70, 0.01, "some warning"),
        (0.85, 0.01, "a warning"),
    ],
)
def test_words_of_a_warning(value: float, error: float, words: str) -> None:
    assert warning.reading(statistics.Estimate(value, error, 100)) == words


def test_lives_and_crossings_are_those_of_the_analysis(results: Results, tables: Tables) -> None:
    kept = gpu_lives.kept(results.run, "newest", "contract")
    assert tables.number("implied-lives", "p50", "newest") == kept.lives()[1].value
    for firm in results.register.rows(CapexFirm):
        assert tables.number("accounting-lives", "life", firm.name) == firm.useful_life
        assert tables.number("accounting-lives", "newest", firm.name) == kept.shorter(firm.useful_life).value
    earned = results.run.series("h100_contract") * results.run.series("utilization")
    never = (earned >= 0.45).all(axis=0).mean()
    assert tables.number("crossings", "never", "numeraire_contract") == pytest.approx(never)
    assert "A100 20" in tables["crossings"].note
