"""The sheets PrivateCredit and Cascade of a small real run, against the outcomes of the same run."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from risk.analysis.statistics import mean
from risk.report.charts import Bars, Exceedance, Ranges, Waterfall
from risk.report.content import Check, Formula, plain, value_of
from risk.report.pack.base.cells import Tables
from risk.report.pack.base.names import HOLDERS, words
from risk.report.pack.base.results import Array, Results
from risk.report.pack.credit import cascade, private_credit, recoveries, second_round, waterfall
from risk.report.pack.neoclouds import neoclouds
from risk.report.pack.verdict import metrics
from risk.report.sheet import Paragraph, Sheet
from tests.report.runs import small_results

BILLION = 1e9
WRITTEN = 1e-9


@pytest.fixture(scope="module")
def results() -> Results:
    return small_results()


@pytest.fixture(scope="module")
def sheets(results: Results) -> tuple[Sheet, Sheet]:
    return private_credit.sheet(results), cascade.sheet(results)


@pytest.fixture(scope="module")
def tables(sheets: tuple[Sheet, Sheet]) -> Tables:
    return Tables(sheets)


def billions(results: Results, name: str) -> Array:
    return results.run.outcome(name) / BILLION


def test_every_instrument_has_a_name_of_its_own(results: Results, tables: Tables) -> None:
    instruments = results.run.entities["losses.instrument"]
    assert instruments == waterfall.INSTRUMENTS
    labels = [value_of(cell) for cell in tables["losses-instrument"].column("label")]
    assert labels[0] == "Secured GPU facilities (DDTL)"
    assert len(set(labels)) == len(instruments) + 1
    assert words("vendor") != words("vendor", HOLDERS)


def test_losses_by_year_add_up_to_those_by_path(results: Results, tables: Tables) -> None:
    for name in waterfall.INSTRUMENTS:
        exact = billions(results, f"loss.{name}").mean()
        assert tables.number("losses-instrument", "all", name) == pytest.approx(exact, rel=WRITTEN)


def test_the_waterfall_is_that_of_its_paths(results: Results, tables: Tables) -> None:
    loss = results.loss
    worst = loss >= np.quantile(loss, 0.95)
    owed, lost = (billions(results, f"{kind}.software") for kind in ("claim", "loss"))
    for view, paths in (("mean", loss >= 0.0), ("worst", worst)):
        table = f"waterfall-{view}"
        assert tables.number(table, "par", "software") == pytest.approx(owed[paths].mean())
        assert tables.number(table, "loss", "software") == pytest.approx(lost[paths].mean())
        assert tables.number(table, "loss_se", "software") == pytest.approx(mean(lost[paths]).standard_error)
        assert tables.number(table, "loss", "exposed") == pytest.approx(loss[paths].mean())
    assert tables.number("waterfall-worst", "loss", "all") > tables.number("waterfall-middle", "loss", "all")


def test_the_middle_lies_around_the_median(results: Results, tables: Tables) -> None:
    low, high = np.quantile(results.loss, [0.475, 0.525])
    assert low <= tables.number("waterfall-middle", "loss", "exposed") <= high


def test_sums_of_the_waterfall_are_live(tables: Tables) -> None:
    for view in waterfall.VIEWS:
        table = view.table
        for total, parts in waterfall.SUMS.items():
            for stage in ("exposure", "par", "recovered", "loss"):
                formula = plain(tables.content(table, stage, total))
                assert isinstance(formula, Formula)
                assert all(f"{stage}[{part}]" in formula.text for part in parts)
                added = sum(tables.number(table, stage, part) for part in parts)
                assert formula.value == pytest.approx(added, abs=1e-9)


def test_recovery_of_a_dollar_and_of_paths(results: Results, tables: Tables) -> None:
    par, lost = (results.run.outcome(f"{kind}.b_loans") for kind in ("claim", "loss"))
    stress_par, stress_lost = (results.run.outcome(f"{kind}_stress.b_loans") for kind in ("claim", "loss"))
    number = tables.number
    assert number("recoveries", "pooled", "b_loans") == pytest.approx(1.0 - lost.sum() / par.sum())
    assert number("recoveries", "p50", "b_loans") == pytest.approx(np.median(1.0 - lost / par))
    assert number("recoveries", "n", "b_loans") == np.count_nonzero(par >= 1e6)
    stress = 1.0 - stress_lost.sum() / stress_par.sum()
    rest = 1.0 - (lost - stress_lost).sum() / (par - stress_par).sum()
    assert number("recoveries", "stress", "b_loans") == pytest.approx(stress)
    assert number("recoveries", "change", "b_loans") == pytest.approx(stress - rest)
    lowest, highest = recoveries.extremes(results)
    assert 0.0 <= lowest < highest <= 1.0


def test_the_page_is_reconciled(results: Results, tables: Tables, sheets: tuple[Sheet, Sheet]) -> None:
    names = ("software", "direct_lending")
    par, lost = (sum(results.run.outcome(f"{kind}.{name}") for name in names) for kind in ("claim", "loss"))
    paths = 1.0 - np.asarray(lost) / np.asarray(par)
    assert tables.number("reconciliation", "page", "private") == 0.33
    assert tables.number("reconciliation", "page", "syndicated") == 0.52
    assert tables.number("reconciliation", "below", "private") == pytest.approx((paths <= 0.33).mean())
    said = next(b.text for b in sheets[0].blocks() if isinstance(b, Paragraph))
    reading = value_of(tables.content("reconciliation", "reading", "private"))
    assert "33%" in str(said)
    assert str(reading) in str(said)


@pytest.mark.parametrize(
    ("share", "words"),
    [
        (0.05, "worse than nine paths in ten"),
        (0.2, "a bad path, not the usual one"),
        (0.5, "an ordinary path"),
        (0.8, "a good path"),
        (0.95, "better than nine paths in ten"),
    ],
)
def test_words_follow_the_share_of_paths(results: Results, share: float, words: str) -> None:
    found = recoveries.reconciliations(results)[0]
    assert recoveries.reading(replace(found, below=replace(found.below, value=share))) == words


def test_the_wall_is_refinanced_extended_paid_or_lost(results: Results, tables: Tables) -> None:
    for name in ("b_loans", "software", "direct_lending"):
        due = tables.number("maturity-wall", "all", f"{name}_due")
        fates = ("refinanced", "extended", "wall_defaulted", "otherwise")
        parts = sum(tables.number("maturity-wall", "all", f"{name}_{key}") for key in fates)
        assert parts == pytest.approx(due)
        assert due > 0.0
    assert "b_loans_in_kind" not in tables["maturity-wall"].row_ids  # they pay in cash
    first = results.run.outcome("wall_default_2028").mean() / BILLION
    years = [tables.number("maturity-wall", f"y{i}", "b_loans_wall_defaulted") for i in range(3)]
    assert sum(years) == pytest.approx(first)


def test_losses_are_borne_once(results: Results, tables: Tables) -> None:
    for name in results.run.entities["losses.ultimate"]:
        exact = billions(results, f"ultimate.{name}").mean()
        assert tables.number("losses-ultimate", "all", name) == pytest.approx(exact, rel=WRITTEN)
    cost = tables.number("conservation", "all", "cost")
    assert cost == pytest.approx(billions(results, "bankruptcy_cost").mean())
    lost, borne = (tables.number("conservation", "all", row) for row in ("instruments", "owners"))
    assert borne - cost == pytest.approx(lost)
    for row in ("check_holders", "check_owners"):
        cells = tables["conservation"].rows[tables["conservation"].row_number(row)][1::2]
        assert all(isinstance(plain(cell), Check) and value_of(cell) == "OK" for cell in cells)


def test_exceedance_by_owner_is_a_quantile_and_never_rises(results: Results, tables: Tables) -> None:
    owners = results.run.entities["losses.ultimate"]
    loss = billions(results, f"ultimate.{owners[0]}")
    assert tables.number("exceedance", "l0", "p50") == pytest.approx(np.quantile(loss, 0.95))
    for i in range(len(owners) + 1):
        assert (np.diff(tables.numbers("exceedance", f"l{i}")) >= 0.0).all()


def test_exceedance_curves_start_where_everybody_loses(sheets: tuple[Sheet, Sheet]) -> None:
    chart = next(b for b in sheets[1].blocks() if isinstance(b, Exceedance))
    curves = [chart.probability, *(line.values for line in chart.lines)]
    assert len(curves) >= 3
    for curve in curves:
        known = [float(value_of(p)) for p in curve if p is not None]  # type: ignore[arg-type]
        assert known[0] == 1.0
        assert (np.diff(known) <= 0.0).all()
        assert known[-1] >= chart.floor


def test_the_second_round_stands_apart(results: Results, tables: Tables) -> None:
    marks = billions(results, "second_round").mean()
    for table in ("marks-holder", "marks-round"):
        assert tables.number(table, "all", "total") == pytest.approx(marks)
    share = marks / tables.number("losses-instrument", "all", "total")
    assert tables.number("marks-holder", "all", "share") == pytest.approx(share)
    assert tables.number("forced", "all", "total") == pytest.approx(
        tables.number("sold-holder", "all", "total")
    )
    assert tables.number("forced", "all", "other") >= 0.0
    worst = results.run.outcome("second_round_share")
    assert tables.number("second-round", "p95", "second_round_share") == pytest.approx(
        np.quantile(worst, 0.95)
    )
    happened = results.run.outcome("B8").mean()
    assert tables.number("second-round-chances", "p", "B8") == pytest.approx(happened)


def test_the_sheet_says_what_it_leaves_out(sheets: tuple[Sheet, Sheet]) -> None:
    texts = [b.text for b in sheets[1].blocks() if isinstance(b, Paragraph)]
    assert second_round.LIMITS in texts
    assert any("bubblerisk amplification" in str(text) for text in texts)


def test_charts_say_their_finding(sheets: tuple[Sheet, Sheet]) -> None:
    kinds = (Bars, Exceedance, Ranges, Waterfall)
    charts = [b for sheet in sheets for b in sheet.blocks() if isinstance(b, kinds)]
    assert len(charts) == 7
    assert all(any(digit.isdigit() for digit in chart.alt) for chart in charts)


def test_all_conditions_of_credit_hold(results: Results) -> None:
    made = [
        metrics.sheet(results),
        neoclouds.sheet(results),
        private_credit.sheet(results),
        cascade.sheet(results),
    ]
    tables = Tables(made)
    found = [
        *tables.guarded(),
        *private_credit.conditions(results, tables),
        *cascade.conditions(results, tables),
    ]
    assert len(found) >= 30
    assert [c.text for c in found if not c.passed] == []
