"""The pack of a small real run, read back and compared with the analysis it shows."""

from __future__ import annotations

import math
import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pytest

from risk.analysis.feedback import adds, feedback, pathways_in_words
from risk.analysis.loss_lines import loss_lines
from risk.analysis.metrics import metrics
from risk.analysis.verdict import verdict
from risk.assumptions.table import units
from risk.assumptions.tables import Facility
from risk.calibrate import targets
from risk.paths import PATHWAYS
from risk.report.content import Cell, Check, Formula, number_of, plain, value_of
from risk.report.excel import Draft, build
from risk.report.excel.places import Places, arrange
from risk.report.pack import pack, write_pack
from risk.report.pack.base.cells import Tables
from risk.report.pack.credit.feedback import ABSENT
from risk.report.sheet import Paragraph, Workbook
from risk.runs import Run
from tests.report.runs import PATHS, SEED, small_book, small_run
from tests.report.test_few_paths import CANNOT_HOLD

SHEETS = (
    *(
        "Cover",
        "Summary",
        "Metrics",
        "Fans",
        "Exceedance",
        "Thresholds",
        "Scenarios",
        "Drivers",
        "Views",
        "Actions",
        "Tail",
        "Watch",
        "Reverse",
        "Neoclouds",
        "Duration",
        "PrivateCredit",
        "GPUPrices",
        "Tokens",
        "Capex",
        "Energy",
        "RevenueGap",
        "Cascade",
    ),
    *(
        "Calibration",
        "Reconciliation",
        "Assumptions",
        "Dependence",
        "Limits",
        "Validation",
        "Checks",
        "Manifest",
    ),
    *("Trace", "Sample", "TailRows", "Patterns"),
)
WRITTEN = 1e-14  # a file holds 16 significant digits
ERRORS = re.compile(r"#REF!|#NAME\?|#VALUE!|#DIV/0!|#N/A|#NUM!|Err:\d+")


@pytest.fixture(scope="module")
def run() -> Run:
    return small_run()


@pytest.fixture(scope="module")
def book(run: Run) -> Workbook:
    return small_book()


@pytest.fixture(scope="module")
def draft(book: Workbook) -> Draft:
    return build(book)


@pytest.fixture(scope="module")
def places(draft: Draft) -> Places:
    return arrange(draft.workbook)


@pytest.fixture(scope="module")
def tables(book: Workbook) -> Tables:
    return Tables(book.sheets)


@pytest.fixture(scope="module")
def opened(draft: Draft, tmp_path_factory: pytest.TempPathFactory) -> openpyxl.Workbook:
    path = tmp_path_factory.mktemp("pack") / "pack.xlsx"
    path.write_bytes(draft.finished())
    return openpyxl.load_workbook(path, data_only=True)


def shown(opened: openpyxl.Workbook, places: Places, table: str, column: str, row: str) -> Any:
    """What the file shows in a cell."""
    place = places.find(table)
    address = place.cell(place.table.row_number(row), column).replace("$", "")
    return opened[place.sheet][address].value


def test_sheets_come_in_order_of_reading(book: Workbook, draft: Draft) -> None:
    assert tuple(sheet.name for sheet in book.sheets) == SHEETS
    assert [sheet.name for sheet in draft.workbook.sheets] == [*SHEETS, "ChartData"]


def test_nothing_is_clipped(draft: Draft) -> None:
    assert draft.clipped == ()


def test_every_cell_has_a_value_and_none_is_an_error(draft: Draft, opened: openpyxl.Workbook) -> None:
    formulas = sum(len(cells) for cells in draft.cached.values())
    assert formulas > 4000
    for name, cells in draft.cached.items():
        for address, value in cells.items():
            found = opened[name][address].value
            assert found is not None or value == "", f"{name}!{address}"
        for row in opened[name].iter_rows():
            for cell in row:
                assert not (isinstance(cell.value, float) and math.isnan(cell.value)), cell.coordinate
                assert not (isinstance(cell.value, str) and ERRORS.search(cell.value)), cell.coordinate


def test_two_builds_are_the_same_bytes_and_small(run: Run, tmp_path: Path) -> None:
    hashes = [write_pack(run, tmp_path / name) for name in ("a.xlsx", "b.xlsx")]
    assert hashes[0] == hashes[1]
    assert (tmp_path / "a.xlsx").stat().st_size < 3e6


def test_verdict_is_that_of_the_analysis(run: Run, opened: openpyxl.Workbook, places: Places) -> None:
    found = verdict(run)
    for outcome in found.classes:
        value = shown(opened, places, "classes", "p", outcome.name)
        assert value == pytest.approx(outcome.probability.value, rel=WRITTEN)
        assert shown(opened, places, "classes", "words", outcome.name) == outcome.words
    for claim in found.claims:
        value = shown(opened, places, "claims", "p", claim.id)
        p = claim.probability
        assert value == ("pending" if p is None else pytest.approx(p.value, rel=WRITTEN))
        if claim.timing:
            assert shown(opened, places, "claims", "median", claim.id) == claim.timing.median


def test_summary_quotes_the_other_sheets(tables: Tables, opened: openpyxl.Workbook, places: Places) -> None:
    links = 0
    names = ("classes", "bear", "bull", "feedback", "movers", "watch", "tail")
    for table in (f"summary-{name}" for name in names):
        for row in tables[table].rows:
            numbers = [cell for cell in row if isinstance(value_of(cell), float)]
            assert all(isinstance(plain(cell), Formula) for cell in numbers), table
            links += len(numbers)
    assert links > 60
    place = places.find("summary-bear")
    for number, row in enumerate(place.table.rows):
        address = place.cell(number, "p").replace("$", "")
        assert opened["Summary"][address].value == shown(opened, places, "claims", "p", str(row[0]))


def test_metrics_are_those_of_the_analysis(run: Run, opened: openpyxl.Workbook, places: Places) -> None:
    for m in metrics(run):
        name = m.variable.name
        for column, value in (("mean", m.mean), ("p50", m.quantiles[4]), ("es975", m.shortfall[1])):
            assert shown(opened, places, "metrics", column, name) == pytest.approx(value.value, rel=WRITTEN)
        assert shown(opened, places, "metrics", "n", name) == PATHS


def test_the_headline_loss_and_the_lines_beside_it_stand_on_summary(draft: Draft, run: Run) -> None:
    shown = set(draft.cached["Summary"].values())
    for line in loss_lines(run):
        means = {line.loss.mean.value, line.excess.value, *(e.value for e in line.by_class.values())}
        ahead = {line.rate.value, line.expected_rate.value, line.left.value, line.due.value, line.ahead.value}
        assert means | ahead <= shown
    m = loss_lines(run)[0].loss
    assert {m.mean.value, m.quantiles[4].value, m.var[0].value, m.shortfall[1].value, m.maximum} <= shown


def test_feedback_stands_on_summary_and_is_small_in_words(run: Run, book: Workbook, tables: Tables) -> None:
    found = feedback(run)
    assert found is not None
    for i, world in enumerate(found.worlds.values()):
        assert tables.number("summary-feedback", "gain", str(i)) == world.loop.gain.value
        assert tables.number("summary-feedback", "mean", str(i)) == world.whole.ratios["mean"].value
    for i, world in enumerate(found.worlds.values()):
        for pathway in PATHWAYS:
            assert tables.number("pathways", f"marks{i}", pathway) == adds(world, pathway).value
    said = [b.text for b in book.sheets[1].blocks() if isinstance(b, Paragraph)]
    assert pathways_in_words(found) in said


def test_where_feedback_was_not_measured_nothing_is_said_of_it() -> None:
    other = small_book("joint-tail")
    tables = Tables(other.sheets)
    assert not any(name in tables for name in ("feedback", "pathways", "summary-feedback"))
    cascade = next(sheet for sheet in other.sheets if sheet.name == "Cascade")
    assert ABSENT in [b.text for b in cascade.blocks() if isinstance(b, Paragraph)]


def test_checks_are_many_and_recomputed(book: Workbook, tables: Tables, draft: Draft) -> None:
    results = [value_of(cell) for cell in tables["checks"].column("result")]
    assert len(results) >= 25
    assert all(isinstance(plain(cell), Check) for cell in tables["checks"].column("result"))
    assert number_of(tables.content("checks-total", "failed", "0")) == results.count("FAIL")
    # at 2,048 paths a target may miss its bound by chance, and P(bust) has a standard error above 1%
    names = [str(value_of(cell)) for cell in tables["checks"].column("check")]
    failing = {name for name, result in zip(names, results, strict=True) if result == "FAIL"}
    assert failing <= set(CANNOT_HOLD)
    cover = set(draft.cached["Cover"].values())
    assert ("ALL CONSISTENCY CHECKS OK" if not failing else f"{len(failing)} CHECK(S) FAIL") in cover
    assert book.names["Checks_Failed"] == "{checks-total.failed[0]}"


def test_what_lies_outside_its_bounds_is_named_in_red_on_the_summary(run: Run, book: Workbook) -> None:
    free = ("met", "informational")
    outside = [t.id for t in targets.results(run) if t.status in free and t.inside is False]
    blocks = next(sheet for sheet in book.sheets if sheet.name == "Summary").blocks()
    red = [str(block.text) for block in blocks if isinstance(block, Paragraph) and block.style == "alert"]
    assert any(target.status == "informational" for target in targets.results(run) if target.id in outside)
    declared = [t.id for t in run.register.targets.values() if t.status == "missed"]
    said = (
        f"outside their bounds: {', '.join(outside)}; declared missed, with the reason: {', '.join(declared)}"
    )
    assert red[0] == f"Calibration targets {said}."
    assert red[1].startswith("No hindcast is kept here")
    assert len(red) == 2


def test_targets_are_those_of_the_calibration(run: Run, tables: Tables) -> None:
    for target in targets.results(run):
        value = value_of(tables.content("targets", "value", target.id))
        assert value == ("not measured" if target.value is None else target.value)
        words = value_of(tables.content("targets", "agrees", target.id))
        assert words == ("FAIL" if target.contradicts else "OK")


def test_every_assumption_is_listed_with_its_origin(run: Run, tables: Tables) -> None:
    listed = tables["assumptions"]
    cells = sum(len(units(table.model)) * len(table.rows) for table in run.register.tables.values())
    assert len(listed.rows) == len(run.register.entries) + cells
    uncertain = [name for name, entry in run.register.entries.items() if entry.prior]
    assert listed.row_ids[: len(uncertain)] == tuple(uncertain)
    omega = listed.rows[listed.row_number("gpu.launch_obsolescence")]
    found = dict(zip((c.key for c in listed.columns), (value_of(c) for c in omega), strict=True))
    entry = run.register.entry("gpu.launch_obsolescence")
    assert (found["value"], found["unit"], found["shape"]) == (entry.value, entry.unit, "triangular")
    assert found["place"] == f"{entry.file}:{entry.line}"
    assert found["p5"] < found["p50"] < found["p95"]  # type: ignore[operator]


def test_age_and_staleness_follow_the_dates_on_the_cover(run: Run, tables: Tables) -> None:
    as_of = value_of(tables.content("cover", "value", "as_of"))
    limit = number_of(tables.content("cover", "value", "stale"))
    listed = tables["assumptions"]
    for dated, age, word in zip(*(listed.column(c) for c in ("as_of", "age", "stale")), strict=True):
        days = (as_of - value_of(dated)) / timedelta(days=1)  # type: ignore[operator]
        assert number_of(age) == days
        assert value_of(word) == ("STALE" if days > limit else "ok")


def test_every_stylised_row_says_so(run: Run, tables: Tables) -> None:
    facility = (
        (name, "neoclouds.facility") for name in ("facilities", "facility-distress", "facility-defaults")
    )
    for table, rows in (*facility, ("holdcos", "neoclouds.firm")):
        said = [value_of(cell) for cell in tables[table].column("stylised")]
        stylised = run.register.tables[rows].numbers("stylised")
        assert said == ["stylised" if s else "published" for s in stylised]


def test_leases_and_balloons_print_their_coverage_three_ways(run: Run, tables: Tables) -> None:
    for row in run.register.rows(Facility):
        both = [value_of(tables.content("facilities", c, row.name)) for c in ("interest", "amortizing")]
        special = row.kind == "site" or row.balloon > 0.0
        assert all(isinstance(v, float) for v in both) == special


def test_manifest_says_how_to_make_the_run_again(run: Run, tables: Tables) -> None:
    again = value_of(tables.content("manifest", "value", "again"))
    assert again == f"bubblerisk run base --paths {PATHS} --seed {SEED}"
    for fact, value in (("run", run.id), ("paths", PATHS), ("seed", SEED), ("result", run.manifest.result)):
        assert value_of(tables.content("manifest", "value", fact)) == value


def test_no_machine_path_or_host_name_is_shown(run: Run, opened: openpyxl.Workbook) -> None:
    texts = [
        c.value for s in opened.worksheets for row in s.iter_rows() for c in row if isinstance(c.value, str)
    ]
    host = str(run.manifest.environment["host"])
    assert not [t for t in texts if str(run.directory) in t or t == host]


def test_a_prior_run_stands_beside_this_one(run: Run) -> None:
    other = small_run("gpu-glut")
    book = pack(run, prior=other)
    draft, tables = build(book), Tables(book.sheets)
    assert draft.clipped == ()
    before, now = verdict(other), verdict(run)
    for name in ("bust", "durable"):
        gap = now.outcome(name).probability.value - before.outcome(name).probability.value
        assert number_of(tables.content("classes", "change", name)) == pytest.approx(gap)
    assert "prior" in {column.key for column in tables["summary-bear"].columns}
    fan = next(b for b in book.sheets[1].blocks() if getattr(b, "id", "") == "summary-rent")
    medians = np.median(other.series("h100_contract"), axis=1)
    assert fan.prior[-len(medians) :] == pytest.approx(medians, rel=1e-5)  # type: ignore[union-attr]


def test_a_scenario_shows_what_it_changes(tables: Tables) -> None:
    book = small_book("gpu-glut")
    changed = Tables(book.sheets)
    ids = [value_of(cell) for cell in changed["changes"].column("id")]
    assert "gpu.launch_obsolescence" in ids
    value = changed.content("assumptions", "value", "gpu.launch_obsolescence")
    assert isinstance(value, Cell)
    assert value.bold
    assert "gpu-glut" in str(value_of(changed.content("assumptions", "changed", "gpu.launch_obsolescence")))
    assert value_of(tables.content("changes", "id", "0")) == "none"
