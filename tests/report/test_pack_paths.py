"""Single paths in the pack: what is listed, what the workbook computes from it, and how a cell is traced."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import openpyxl
import pytest

from risk.analysis import sampling, statistics
from risk.errors import AssumptionError, UsageError
from risk.report.content import ReportError, number_of, plain, value_of
from risk.report.excel.places import Places, arrange
from risk.report.excel.rows import LongRows, Rows, Strings
from risk.report.form import Form, Recipe
from risk.report.opened import Opened
from risk.report.pack import pack, write_pack
from risk.report.pack.base.cells import Tables
from risk.report.pack.base.names import assumption
from risk.report.pack.base.results import Results
from risk.report.pack.paths.lookup import Found, same
from risk.report.pack.paths.sample import driver_unit
from risk.report.pack.paths.tracing import Tracer
from risk.report.pack.paths.witness import Witnesses
from risk.report.sheet import Workbook
from risk.report.table import Column, Table
from risk.runs import Run
from tests.report.runs import PATHS, small_run
from tests.report.test_few_paths import CANNOT_HOLD

LEVELS = {"95": 0.95, "975": 0.975, "99": 0.99}


@pytest.fixture(scope="module")
def run() -> Run:
    return small_run()


@pytest.fixture(scope="module")
def tracer(run: Run) -> Tracer:
    return Tracer(run, pack(run))


@pytest.fixture(scope="module")
def book(tracer: Tracer) -> Workbook:
    return tracer.book


@pytest.fixture(scope="module")
def tables(book: Workbook) -> Tables:
    return Tables(book.sheets)


@pytest.fixture(scope="module")
def places(book: Workbook) -> Places:
    return arrange(book)


@pytest.fixture(scope="module")
def file(run: Run, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("pack") / "pack.xlsx"
    write_pack(run, path)
    return path


@pytest.fixture(scope="module")
def opened(file: Path) -> openpyxl.Workbook:
    return openpyxl.load_workbook(file, data_only=True)


def column(opened: openpyxl.Workbook, places: Places, table: str, key: str) -> list[float]:
    """A column as the file has it."""
    place = places.find(table)
    return [row[0].value for row in opened[place.sheet][place.range(key).replace("$", "")]]


def losses(run: Run) -> np.ndarray:
    return np.asarray(run.outcome("headline_loss") / 1e9)


def test_rows_carry_their_path_and_the_loss_in_full(
    run: Run, opened: openpyxl.Workbook, places: Places
) -> None:
    loss = losses(run)
    for table in ("sample", "tail-rows"):
        ids = [int(i) for i in column(opened, places, table, "path")]
        assert column(opened, places, table, "headline_loss") == loss[ids].tolist()
        rents = run.outcome("h100_2030")[ids]
        assert column(opened, places, table, "h100_2030") == pytest.approx(rents, rel=5e-6)
        driver = next(c for c in places.find(table).table.columns if c.key == "driver0")
        assert driver.header == assumption(Results.of(run).drivers[0].id)
    assert len(column(opened, places, "sample", "path")) == PATHS
    tail = column(opened, places, "tail-rows", "headline_loss")
    assert tail == sorted(loss.tolist(), reverse=True)[: len(tail)]


def test_the_file_s_own_rows_give_var_and_shortfall(
    run: Run, opened: openpyxl.Workbook, places: Places, tables: Tables
) -> None:
    """The formulas of Trace, worked by hand on what the file lists."""
    tail = sorted(column(opened, places, "tail-rows", "headline_loss"), reverse=True)
    for key, level in LEVELS.items():
        position = (PATHS - 1) * level
        rank = PATHS - int(position)
        low, high = tail[rank - 1], tail[rank - 2]
        var = low + (position - int(position)) * (high - low)
        es = var + sum(x - var for x in tail if x > var) / (PATHS * (1.0 - level))
        assert var == pytest.approx(statistics.var(losses(run), level).value, rel=1e-12)
        assert es == pytest.approx(statistics.expected_shortfall(losses(run), level).value, rel=1e-12)
        assert number_of(tables.content("tail-measures", "var", key)) == pytest.approx(var, rel=1e-12)
        assert number_of(tables.content("tail-measures", "es", key)) == pytest.approx(es, rel=1e-12)
        for end, loss in (("below", low), ("above", high)):
            assert losses(run)[int(tables.number("tail-measures", end, key))] == loss


def test_patterns_give_every_probability(run: Run, opened: openpyxl.Workbook, places: Places) -> None:
    counts = np.array(column(opened, places, "patterns", "paths"))
    assert counts.sum() == PATHS
    flags = [c.key for c in places.find("patterns").table.columns][3:]
    assert {"B1", "U4x", "bust", "durable_unpaid"} <= set(flags)
    for name in flags:
        held = np.array(column(opened, places, "patterns", name))
        assert set(held.tolist()) <= {0, 1}
        assert counts @ held == run.outcome(name).sum(), name


def test_summary_is_live(book: Workbook, tables: Tables) -> None:
    for table in ("summary-classes", "summary-bear", "summary-bull"):
        for cell in tables[table].column("p"):
            assert getattr(plain(cell), "text", "").startswith("SUMPRODUCT({patterns."), table
    tiles = [tile.value for b in book.sheets[1].blocks() for tile in getattr(b, "tiles", ())]
    texts = {getattr(tile, "text", "") for tile in tiles}
    assert {"{tail-measures.var[95]}", "{tail-measures.es[975]}", "MAX(Tail_Loss)"} <= texts


def test_names_and_excel_tables_are_there(opened: openpyxl.Workbook) -> None:
    names = {
        "As_Of",
        "Stale_Days",
        "Loss_Threshold",
        "Sample_Loss",
        "Tail_Loss",
        "N_Paths",
        "Seed",
        "Tail_Share",
    }
    assert names <= set(opened.defined_names)
    found = {name: (sheet, t) for sheet in opened.worksheets for name, t in dict(sheet.tables).items()}
    assert {"tblAssumptions", "tblSample", "tblTail", "tblPatterns", "tblChecks"} <= set(found)
    for sheet, t in found.values():
        headers = [cell.value for cell in sheet[t.ref][0]]
        assert [c.name for c in t.tableColumns] == headers


def test_lists_of_paths_are_for_the_screen(opened: openpyxl.Workbook) -> None:
    for name in ("Sample", "TailRows", "Patterns"):
        assert opened[name][opened[name].print_area.split("!")[1]].value is None
        assert re.fullmatch(r"A1:[A-Z]+\d+", opened[name].dimensions)


def test_estimates_are_called_so_and_checked(tables: Tables) -> None:
    for label in tables["sample-estimates"].column("label"):
        assert "estimate" in str(value_of(label))
    said = [str(value_of(c)) for c in tables["checks"].column("check")]
    for text in ("VaR 95%", "ES 95%", "ES 97.5%", "VaR 99%", "ES 99%"):
        assert any(s.startswith(text) and "TailRows" in s for s in said), text
    claims = [s for s in said if s.endswith("from Patterns")]
    assert len(claims) == sum(len(tables[t].rows) for t in ("claims", "classes"))
    assert any("Blanks or text" in s for s in said)


def test_a_pack_without_a_threshold_has_no_name_for_it(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("risk.report.pack.base.results.THRESHOLD", "run.nothing")
    made = pack(run)
    assert "Loss_Threshold" not in made.names
    assert Tables(made.sheets)["sample-estimates"].row_ids == ("mean", "p50", "var95")


# Tracing


def address(places: Places, table: str, key: str, row: str) -> str:
    place = places.find(table)
    return f"{place.sheet}!{place.cell(place.table.row_number(row), key)}".replace("$", "")


def test_every_number_on_summary_leads_to_paths(
    tracer: Tracer, file: Path, opened: openpyxl.Workbook, run: Run
) -> None:
    witnesses = Witnesses(Results.of(run))
    cells = [cell for row in openpyxl.load_workbook(file)["Summary"].iter_rows() for cell in row]
    live = [cell.coordinate for cell in cells if cell.data_type == "f"]
    formulas = [a for a in live if isinstance(opened["Summary"][a].value, int | float)]
    assert len(formulas) > 80
    for cell in formulas:
        found = tracer.lookup.cell(f"Summary!{cell}")
        tables = {part.where.table for part in found.inputs if part.where}
        # of runs with couplings cut, whose paths are others; of the register's watch list
        beside = tables in ({"feedback"}, {"watch-tripwires"})
        assert beside or witnesses.of(found), f"{cell}: {found.what}"
        assert steps(found) <= 2, f"{cell}: {found.what}"


def steps(found: Found, depth: int = 0) -> int:
    """Formulas to follow until a cell of the engine or a column of rows."""
    where = found.where
    if (
        depth
        and where
        and where.table
        in (
            "metrics",
            "claims",
            "classes",
            "tail",
            "drivers",
            "tail-measures",
            "loss-lines",
            "movers",
            "watch-tripwires",
        )
    ):
        return depth
    if found.value is None or not found.inputs:
        return depth
    return max(steps(part, depth + 1) for part in found.inputs if part.address != "Manifest!B12")


def test_a_probability_is_traced(tracer: Tracer, places: Places, file: Path, run: Run) -> None:
    traced = tracer.trace(address(places, "summary-classes", "p", "0"), Opened.at(file))
    assert traced.agrees
    assert traced.found.value == run.outcome("bust").mean()
    assert traced.found.formula.startswith("SUMPRODUCT(Patterns!$")
    assert "half of the 95% interval" in traced.error
    bust = run.outcome("bust")
    for witness in traced.paths:
        assert (bust[witness.path] > 0) == ("not hold" not in witness.why)
        assert witness.loss == losses(run)[witness.path]


def test_the_path_at_the_quantile_is_named(tracer: Tracer, places: Places, run: Run) -> None:
    traced = tracer.trace(address(places, "tail-measures", "es", "975"))
    var = statistics.var(losses(run), 0.975).value
    below, above, worst = traced.paths
    assert below.loss <= var <= above.loss
    assert worst.loss == losses(run).max()
    assert "standard error" in traced.error
    assert traced.compared == 0
    assert traced.agrees, "nothing was compared"


@pytest.mark.parametrize(
    ("table", "key", "row"),
    [
        ("metrics", "p95", "h100_2030"),
        ("witnesses", "p95", "h100_2030"),
        ("metrics", "se", "h100_2030"),
        ("tail", "tail", "0"),
        ("drivers", "high", "0"),
        ("sample", "path", "7"),
        ("patterns", "paths", "0"),
        ("tail-rows", "path", "3"),
    ],
)
def test_cells_of_every_kind_name_paths(
    tracer: Tracer, places: Places, table: str, key: str, row: str
) -> None:
    traced = tracer.trace(address(places, table, key, row))
    assert traced.paths
    assert all(0 <= w.path < PATHS for w in traced.paths)


def test_a_row_of_a_list_is_its_own_path(tracer: Tracer, places: Places, opened: openpyxl.Workbook) -> None:
    for table in ("sample", "tail-rows"):
        cell = address(places, table, "headline_loss", "7")
        (witness,) = tracer.trace(cell).paths
        sheet, _, where = cell.partition("!")
        assert opened[sheet][f"A{where[1:]}"].value == witness.path


def test_text_has_a_meaning_but_no_path(tracer: Tracer, places: Places) -> None:
    traced = tracer.trace(address(places, "cover", "value", "run"))
    assert traced.found.what == "Cover · Run"
    assert traced.paths == ()


def test_a_file_that_says_otherwise_is_found_out(
    tracer: Tracer, places: Places, file: Path, run: Run, tmp_path: Path
) -> None:
    cell = address(places, "summary-classes", "p", "0")
    sheet, _, where = cell.partition("!")
    book = openpyxl.load_workbook(file, data_only=True)
    book[sheet][where] = 0.5
    book.save(tmp_path / "other.xlsx")
    traced = tracer.trace(cell, Opened.at(tmp_path / "other.xlsx"))
    assert not traced.agrees
    assert [(d.address, d.file) for d in traced.differences] == [(cell, "0.5")]
    other = small_run("gpu-glut")
    write_pack(other, tmp_path / "glut.xlsx", form=Form(sample=1_000))
    assert tracer.trace(cell, Opened.at(tmp_path / "glut.xlsx")).other == other.id, "another run's pack"


@pytest.mark.parametrize(
    ("cell", "answer"),
    [
        ("F14", "'F14' is not a cell"),
        ("Summry!F14", "did you mean Summary"),
        ("Nothing!A1", "it has: Cover, Summary"),
        ("Summary!XFD9", "nothing stands in Summary!XFD9"),
        ("Summary!A1048577", "nothing stands"),
        ("Sample!A3", "nothing stands"),
    ],
)
def test_an_unknown_cell_is_refused(tracer: Tracer, cell: str, answer: str) -> None:
    with pytest.raises(UsageError, match=re.escape(answer)) as error:
        tracer.trace(cell)
    assert error.value.exit_code == 2


def test_cells_are_named_in_any_case_and_with_quotes_and_dollars(tracer: Tracer, places: Places) -> None:
    cell = address(places, "summary-classes", "p", "0")
    sheet, _, where = cell.partition("!")
    for said in (cell.lower(), f"'{sheet}'!{where}", f" {sheet}!${where[0]}${where[1:]} "):
        assert tracer.trace(said).found.address == cell


def test_what_a_pack_is_made_of_is_read_from_it(run: Run, file: Path, tmp_path: Path) -> None:
    other, form = small_run("gpu-glut"), Form("letter", 1_000)
    write_pack(run, tmp_path / "prior.xlsx", prior=other, beside=(other,), form=form)
    assert Opened.at(tmp_path / "prior.xlsx").recipe == Recipe(other.id, (other.id,), form)
    assert Opened.at(file).recipe == Recipe()


def test_a_recipe_reads_as_it_is_said_and_nonsense_as_the_default() -> None:
    for recipe in (Recipe(), Recipe("1cefc72ade3f", ("0f", "1a"), Form("letter", 20_000))):
        assert Recipe.read({name: str(value) for name, value in recipe.properties().items()}) == recipe
    assert Recipe.read({"paper": "a3", "sample_rows": "9999999"}) == Recipe()
    assert Recipe("ab", ("cd",), Form("letter", 1_000)).options() == (
        " --prior ab --with cd --paper letter --sample 1000"
    )
    assert Recipe().options() == ""


def test_paper_and_sample_are_those_asked_for(run: Run) -> None:
    form = Form("letter", 1_000)
    book = Tracer(run, pack(run, form=form), form).book
    assert book.paper == "letter"
    listed = Tables(book.sheets)["sample"]
    assert len(listed.rows) == 1_000 < run.paths
    sheet = next(sheet for sheet in book.sheets if sheet.name == "Sample")
    assert "1,000 paths" in sheet.subtitle
    checks = Tables(book.sheets)["checks"]
    failing = [row[0] for row in checks.rows if value_of(row[checks.index("result")]) == "FAIL"]
    # at 2,048 paths a target may miss its bound by chance; nothing else may fail
    assert {plain(name) for name in failing} <= set(CANNOT_HOLD)


def test_what_is_no_workbook_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "x.xlsx"
    path.write_text("not a workbook")
    with pytest.raises(AssumptionError, match="not an Excel workbook"):
        Opened.at(path)


def test_values_are_compared_to_rounding() -> None:
    assert same(1.0, 1.0 + 1e-12)
    assert not same(1.0, 1.0 + 1e-6)
    assert same("", None)
    assert not same(1.0, None)
    assert not same(1.0, float("inf"))
    assert not same("a", "b")


# Long tables


@pytest.mark.parametrize("row", [(3, float("nan")), (3,), (3, "4")], ids=["not finite", "too short", "text"])
def test_long_tables_hold_plain_numbers_only(row: tuple[float | str, ...]) -> None:
    columns = (Column("a", "a", "general"), Column("b", "b", "general"))
    with pytest.raises(ReportError, match="finite plain numbers only, in full rows"):
        Table("t", columns, ((1, 2.0), row), bulk=True)


def test_rows_of_a_long_table_share_looks_and_keep_all_digits() -> None:
    rows = Rows(Strings())
    rows.text(5, 1, 2, "a & b")
    rows.long[6] = LongRows((1, 2), (3, 4), ((1, 2.5), (2, 0.1 + 0.2)), 12.8)
    assert rows.extent() == "A1:B7"
    text = rows.written()
    assert text.startswith('<row r="5"><c r="A5" s="2" t="s"><v>0</v></c></row><row r="6" ht="12.8"')
    assert '<c r="A7" s="3"><v>2</v></c><c r="B7" s="4"><v>0.30000000000000004</v></c></row>' in text


def test_an_even_sample_estimates_the_run(run: Run) -> None:
    loss = losses(run)
    part = loss[sampling.sampled(len(loss), 500)]
    assert abs(part.mean() - loss.mean()) < 4.0 * part.std() / np.sqrt(len(part))


def test_every_driver_has_a_unit_even_a_component_of_a_vector() -> None:
    results = Results.of(small_run())
    names = [driver.id for driver in results.drivers]
    assert any(name.endswith("[0]") for name in names), "a vector is among the uncertain assumptions"
    assert all(driver_unit(results, name) for name in names)
