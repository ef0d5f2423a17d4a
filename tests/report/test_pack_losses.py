"""Exceedance, Scenarios, Drivers and Tail: what they show is what the analysis finds in the run."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from risk.analysis import contrasts, shares, statistics
from risk.analysis.attribution import ranked
from risk.analysis.explain import explain
from risk.analysis.loss_lines import loss_lines
from risk.analysis.statistics import EXCEEDANCE_PROBABILITIES
from risk.analysis.story import pick
from risk.report.charts import Chart, Exceedance, Ranges, Tornado
from risk.report.content import Formula, number_of, plain, value_of
from risk.report.excel import Draft, build
from risk.report.pack import pack, write_pack
from risk.report.pack.base.cells import Tables
from risk.report.pack.base.results import Results
from risk.report.pack.decision import drivers
from risk.report.pack.decision.why import why
from risk.report.pack.scenarios import lines as scenario_lines
from risk.report.sheet import Paragraph, Workbook
from risk.report.table import Table
from risk.runs import Run
from tests.report import explain_results
from tests.report.runs import PATHS, SEED, small_run

FOUR = ("Exceedance", "Scenarios", "Drivers", "Tail")


@pytest.fixture(scope="module")
def run() -> Run:
    return small_run()


@pytest.fixture(scope="module")
def glut() -> Run:
    return small_run("gpu-glut")


@pytest.fixture(scope="module")
def book(run: Run, glut: Run) -> Workbook:
    return pack(run, prior=glut, beside=[glut])


@pytest.fixture(scope="module")
def draft(book: Workbook) -> Draft:
    return build(book)


@pytest.fixture(scope="module")
def tables(book: Workbook) -> Tables:
    return Tables(book.sheets)


def chart(book: Workbook, name: str) -> Chart:
    return next(b for s in book.sheets for b in s.blocks() if isinstance(b, Chart) and b.id == name)


def texts(book: Workbook, sheet: str) -> str:
    found = next(s for s in book.sheets if s.name == sheet)
    return " ".join(str(b.text) for b in found.blocks() if isinstance(b, Paragraph))


def test_nothing_is_clipped_and_no_check_fails(draft: Draft, tables: Tables) -> None:
    assert draft.clipped == ()
    checks = tables["checks"]
    ours = (
        "Exceedance",
        "Combinations",
        "scenario",
        "worst path",
        "Line item",
        "first driver",
        "Shares above",
    )
    found = [row for row in checks.rows if any(word in str(value_of(row[0])) for word in ours)]
    assert len(found) >= 9
    assert {value_of(row[checks.index("result")]) for row in found} == {"OK"}


def test_the_pack_with_others_beside_is_the_same_bytes_twice(run: Run, glut: Run, tmp_path: Path) -> None:
    first, again = (write_pack(run, tmp_path / name, beside=[glut]) for name in ("a.xlsx", "b.xlsx"))
    assert first == again


# Exceedance


def test_all_probability_points_are_listed_and_dashed_where_too_few_paths_lie_beyond(
    run: Run, tables: Tables
) -> None:
    table = tables["loss-exceedance"]
    assert len(table.rows) == len(EXCEEDANCE_PROBABILITIES) == 23
    losses = run.outcome("headline_loss") / 1e9
    for p, row in zip(EXCEEDANCE_PROBABILITIES, table.rows, strict=True):
        value = plain(row[table.index("loss")])
        if p * PATHS < 10:
            assert value == "–"
        else:
            expected = statistics.quantile(losses, 1.0 - p)
            assert number_of(row[table.index("loss")]) == pytest.approx(expected.value)
            assert number_of(row[table.index("loss_low")]) == pytest.approx(expected.interval[0])
        assert number_of(row[table.index("period")]) == pytest.approx(1.0 / p)


def test_the_curve_has_limits_markers_the_lines_beside_it_and_the_run_before(
    book: Workbook, run: Run
) -> None:
    found = chart(book, "exceedance-curve")
    assert isinstance(found, Exceedance)
    assert [m.label for m in found.markers] == ["VaR 95%", "VaR 99%"]
    assert found.prior is not None
    assert [line.name for line in found.lines] == [line.label for line in loss_lines(run)[1:]]
    for name, line in zip(("software_loss", "generic_loss"), found.lines, strict=True):
        other = run.outcome(name) / 1e9
        for x, share in zip(found.loss, line.values, strict=True):
            beyond = float((other > number_of(x)).mean())
            assert share == (beyond if beyond else None)


# Scenarios


def test_without_other_runs_the_sheet_says_how_to_get_them(run: Run) -> None:
    book = pack(run)
    assert build(book).clipped == ()
    said = texts(book, "Scenarios")
    assert f"bubblerisk pack base --paths {PATHS} --seed {SEED} --with gpu-glut" in said
    assert len(Tables(book.sheets)["scenario-verdict"].rows) == 1


def test_a_scenario_stands_beside_base_with_paired_errors(run: Run, glut: Run, tables: Tables) -> None:
    table = tables["scenario-verdict"]
    assert table.row_ids == (run.id, glut.id)
    measure = contrasts.shortfall(0.975)
    one, two = (measure(r.outcome("headline_loss") / 1e9) for r in (run, glut))
    moved = contrasts.change(one, two, paired=True)
    assert number_of(tables.content(table.id, "es_change", glut.id)) == pytest.approx(moved.value)
    error = number_of(tables.content(table.id, "es_change_se", glut.id))
    assert error == pytest.approx(moved.standard_error)
    assert error < np.hypot(one.estimate.standard_error, two.estimate.standard_error)


def test_line_items_are_those_of_the_run(run: Run, glut: Run, tables: Tables) -> None:
    for number, own in enumerate((run, glut)):
        rent = own.series("h100_contract").astype(float)
        middle = np.median(rent, axis=1)
        name = f"scenario-lines-{number}"
        assert number_of(tables.content(name, "end", "L04")) == pytest.approx(middle[-1])
        assert number_of(tables.content(name, "extreme", "L04")) == pytest.approx(middle.min())
        low = value_of(tables.content(name, "quarter", "L04"))
        assert low == own.calendar.labels[int(middle.argmin())]
        p95 = np.quantile(rent[-1], 0.95)
        assert number_of(tables.content(name, "p95", "L04")) == pytest.approx(p95)
    moved = tables.content("scenario-lines-1", "change", "L04")
    ends = [tables.number(f"scenario-lines-{i}", "end", "L04") for i in (0, 1)]
    assert number_of(moved) == pytest.approx(ends[1] - ends[0])
    assert isinstance(plain(moved), Formula)


def test_many_scenarios_are_laid_side_by_side_in_several_tables(run: Run) -> None:
    results = Results.of(run)
    (case,) = scenario_lines.cases(results)
    blocks = [scenario_lines.line_table(results, case, i) for i in range(9)]
    found = scenario_lines.side_by_side([case] * 9, blocks)
    assert [(len(t.columns) - 3) // 2 for t in found] == [7, 2]
    assert len({t.id for t in found}) == 2


def test_inputs_that_differ_are_listed(tables: Tables) -> None:
    listed = [str(value_of(cell)).strip() for cell in tables["scenario-inputs"].column("id")]
    assert listed[0] == "gpu-glut"
    assert {"gpu.hardware_cost_decline", "gpu.launch_obsolescence", "demand", "power"} <= set(listed)


def test_the_base_case_comes_first_whatever_the_pack_is_of(run: Run, glut: Run) -> None:
    found = Tables(pack(glut, beside=[run, glut]).sheets)
    assert found["scenario-verdict"].row_ids == (run.id, glut.id)
    assert value_of(found.content("scenario-verdict", "es_change", run.id)) == "–"


def test_ranges_are_those_of_the_line_item(book: Workbook, run: Run) -> None:
    found = chart(book, "scenario-ranges")
    assert isinstance(found, Ranges)
    loss = run.series("headline_loss")[-1] / 1e9
    assert number_of(found.p95[0]) == pytest.approx(np.quantile(loss.astype(float), 0.95), rel=1e-6)


# Drivers


def test_every_uncertain_assumption_has_a_share_and_an_error(run: Run, tables: Tables) -> None:
    table, losses = tables["drivers"], run.outcome("headline_loss") / 1e9
    found = shares.shares(ranked(run), losses)
    assert set(table.row_ids) == set(run.parameters())
    for name, estimate in found.single.items():
        assert number_of(tables.content("drivers", "share", name)) == pytest.approx(estimate.value)
        assert number_of(tables.content("drivers", "share_se", name)) == pytest.approx(
            estimate.standard_error
        )
    swings = tables.numbers("drivers", "swing")
    assert swings == sorted(swings, reverse=True)


def test_the_tornado_draws_the_largest_where_errors_are_known(run: Run, book: Workbook) -> None:
    """Of so few paths no swing has an error: none is drawn, and nothing is called noise."""
    results = Results(run)
    assert all(driver.noise is None and not driver.clear for driver in results.drivers)
    assert not [each for sheet in book.sheets for each in sheet.blocks() if isinstance(each, Tornado)]
    table = drivers.table(results, shares.shares(results.ranked, results.driven))
    drawn = drivers.tornado(results, table)
    assert len(drawn.labels) == 15
    assert [number_of(v) for v in drawn.low] == [driver.low.value for driver in results.drivers[:15]]


def test_ranks_stay_open_where_noise_leaves_them_so() -> None:
    e = statistics.Estimate
    assert shares.open_places([e(0.5, 0.01, 9), e(0.1, 0.02, 9), e(0.12, 0.02, 9), e(0.0, 0.001, 9)]) == [
        "1",
        "2 to 3",
        "2 to 3",
        "4",
    ]


# Tail


def test_combinations_count_every_path_of_the_tail(run: Run, tables: Tables) -> None:
    losses = run.outcome("headline_loss")
    tail = int((losses >= np.quantile(losses, 0.95)).sum())
    counts = tables.numbers("tail-combinations", "count")
    assert counts[-1] == tail == sum(counts[:-1])
    assert len(tables["tail-combinations"].rows) == 12


def test_the_worst_paths_are_those_that_the_program_tells(run: Run, tables: Tables) -> None:
    told = [str(value_of(cell)) for cell in tables["tail-paths"].column("again")]
    assert told == [f"bubblerisk path {run.id} {pick(run, f'worst:{i}')}" for i in range(1, 11)]
    worst = tables.number("tail-paths", "headline_loss", "w1")
    assert worst == pytest.approx(run.outcome("headline_loss").max() / 1e9)


def test_lifts_are_ratios(run: Run, tables: Tables) -> None:
    losses, flags = run.outcome("headline_loss"), run.outcome("B8")
    inside = losses >= np.quantile(losses, 0.95)
    expected = flags[inside].mean() / flags.mean()
    assert tables.number("tail-events", "lift", "B8") == pytest.approx(expected)


def test_medians_of_outcomes_and_assumptions(run: Run, tables: Tables) -> None:
    losses = run.outcome("headline_loss")
    inside = losses >= np.quantile(losses, 0.95)
    rent = run.outcome("h100_2028")
    assert tables.number("tail-medians", "tail", "h100_2028") == pytest.approx(np.median(rent[inside]))
    assert tables.number("tail-medians", "all", "h100_2028") == pytest.approx(np.median(rent))
    assert not [name for name in tables["tail-medians"].row_ids if "loss" in name]
    places = [abs(p - 0.5) for p in tables.numbers("tail-causes", "place")]
    assert places == sorted(places, reverse=True)


def test_the_four_sheets_open_with_their_finding(book: Workbook) -> None:
    for name in FOUR:
        assert len(texts(book, name)) > 80, name


def test_drivers_says_why_a_bust_and_that_no_budget_was_measured(
    book: Workbook, run: Run, tables: Tables
) -> None:
    found = explain(run, "bust", paths=4_096)
    rows = tables["why-bust"].row_ids
    assert list(rows) == [each.name for each in found.inputs[:20]]
    first = found.inputs[0]
    assert number_of(tables.content("why-bust", "low", first.name)) == pytest.approx(first.low.value)
    assert "is not measured of this run" in texts(book, "Drivers")


def test_drivers_shows_a_budget_that_was_measured(run: Run) -> None:
    kept = explain_results.KEPT
    results = Results.of(run)
    vars(results)["budget"] = kept  # as if it had been kept beside the run
    blocks = {block.id: block for block in why(results) if isinstance(block, Table)}
    shares = blocks["budget"]
    assert shares.row_ids == ("bust", "headline_loss")
    assert number_of(shares.rows[0][1]) == pytest.approx(kept.budgets["bust"].parameters.value)
    assert [row[0] for row in blocks["budget-groups"].rows] == list(explain_results.LABELS.values())
