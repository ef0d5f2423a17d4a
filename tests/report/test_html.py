"""The page of a workbook: what it says, what it leaves out, and what it may not do."""

from __future__ import annotations

import hashlib
import re
from base64 import b64decode
from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path

import pytest

from risk.analysis.verdict import verdict
from risk.report import charts
from risk.report.answer import sentences
from risk.report.charts import Chart
from risk.report.content import Cell, Check, Formula, Link, ReportError, value_of
from risk.report.formats import show
from risk.report.html import page, write
from risk.report.html.heat import heat
from risk.report.html.markup import Markup, join, number, tag
from risk.report.html.page import CELLS, LARGEST, shown
from risk.report.html.scale import Scale, ends, tick_labels
from risk.report.html.tables import header
from risk.report.pack.base.results import Results
from risk.report.sheet import Fold, HeatMap, Paragraph, Sheet, Tile, Tiles, Workbook
from risk.report.table import Column, Table
from tests.report.demo import HOSTILE, demo
from tests.report.runs import small_book, small_run

VOID = {"meta", "input"}
IMPLIED = {"td": ("td", "th"), "th": ("td", "th"), "tr": ("td", "th", "tr")}
"""What ends where another begins, as HTML has it."""

MARKUP = ("<script>alert(1)</script>", """a" onclick='x' b=\"""", "&lt;b&gt;", "]]>-->")
LEFT_OUT = {
    "Reconciliation",
    "Assumptions",
    "Dependence",
    "Checks",
    "Manifest",
    "Trace",
    "Sample",
    "TailRows",
}


@dataclass
class Element:
    """An element with its parts."""

    name: str
    attributes: dict[str, str]
    parts: list[Element | str] = field(default_factory=list)

    def all(self, *names: str) -> Iterator[Element]:
        for part in self.parts:
            if isinstance(part, Element):
                if part.name in names:
                    yield part
                yield from part.all(*names)

    @property
    def text(self) -> str:
        return "".join(part if isinstance(part, str) else part.text for part in self.parts)


class Reader(HTMLParser):
    """Reads a page strictly: every element but cells and rows must be closed, in turn."""

    def __init__(self) -> None:
        super().__init__()
        self.root = Element("", {})
        self.open = [self.root]

    def handle_starttag(self, name: str, attributes: list[tuple[str, str | None]]) -> None:
        assert len({key for key, _ in attributes}) == len(attributes)
        element = Element(name, {key: value or "" for key, value in attributes})
        self._end(IMPLIED.get(name, ()))
        self.open[-1].parts.append(element)
        if name not in VOID:
            self.open.append(element)

    def _end(self, names: Collection[str]) -> None:
        while self.open[-1].name in names:
            self.open.pop()

    def handle_endtag(self, name: str) -> None:
        self._end(IMPLIED["tr"] if name in ("thead", "tbody") else ())
        assert self.open.pop().name == name

    def handle_data(self, data: str) -> None:
        self.open[-1].parts.append(data)


def read(text: str) -> Element:
    reader = Reader()
    reader.feed(text)
    reader.close()
    assert reader.open == [reader.root]
    return reader.root


def by_id(root: Element, name: str) -> Element:
    (found,) = (e for e in root.all("div", "section", "figure", "details") if e.attributes.get("id") == name)
    return found


def rows(grid: Element) -> list[list[str]]:
    body = next(grid.all("tbody"))
    return [[cell.text.rstrip("\n") for cell in row.all("th", "td")] for row in body.all("tr")]


@pytest.fixture(scope="module")
def book() -> Workbook:
    return small_book()


@pytest.fixture(scope="module")
def made(book: Workbook) -> str:
    return page(book, "pack.xlsx")


@pytest.fixture(scope="module")
def root(made: str) -> Element:
    return read(made)


def test_the_page_is_small_and_the_same_again(book: Workbook, made: str, tmp_path: Path) -> None:
    assert 100_000 < len(made.encode()) <= LARGEST == 600_000
    write(small_book(), tmp_path / "page.html", "pack.xlsx")
    assert (tmp_path / "page.html").read_bytes() == made.encode()
    assert [file.name for file in tmp_path.iterdir()] == ["page.html"]


def test_it_has_one_title_a_language_and_headings_in_order(root: Element) -> None:
    assert next(root.all("html")).attributes["lang"] == "en-US"
    assert next(root.all("title")).text.endswith(f"run {small_run().id}")
    levels = [int(e.name[1]) for e in root.all("h1", "h2", "h3")]
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in zip([0, *levels], levels, strict=False))


def test_the_policy_allows_the_own_style_and_script_and_nothing_else(root: Element, made: str) -> None:
    (policy,) = (m.attributes["content"] for m in root.all("meta") if "http-equiv" in m.attributes)
    found = re.fullmatch(
        r"default-src 'none'; style-src 'sha256-([^']+)'; script-src 'sha256-([^']+)'; "
        r"base-uri 'none'; form-action 'none'",
        policy,
    )
    assert found
    (style,), (script,) = root.all("style"), root.all("script")
    for own, digest in zip((style, script), found.groups(), strict=True):
        assert b64decode(digest) == hashlib.sha256(own.text.encode()).digest()
    assert not list(root.all("link", "img", "iframe", "object", "base", "form"))
    assert not re.search(r"https?:|url\((?!#)|@import|javascript:", made)
    assert not re.search(r"fetch|XMLHttp|WebSocket|import|eval|innerHTML|Storage|cookie", script.text)
    assert not re.search(r"transition|animation|scroll-behavior", style.text)  # for whom motion is too much
    attributes = {key for e in root.all(*{t.name for t in _every(root)}) for key in e.attributes}
    assert not {key for key in attributes if key.startswith("on")} | ({"style", "src"} & attributes)


def _every(root: Element) -> Iterator[Element]:
    for part in root.parts:
        if isinstance(part, Element):
            yield part
            yield from _every(part)


def test_links_stay_on_the_page(root: Element) -> None:
    ids = [e.attributes["id"] for e in _every(root) if "id" in e.attributes]
    targets = [a.attributes["href"] for a in root.all("a")]
    assert [i for i, count in Counter(ids).items() if count > 1] == []
    assert {target.removeprefix("#") for target in targets} <= set(ids)
    assert all(target.startswith("#") for target in targets)


def test_every_sheet_of_the_committee_is_there_and_the_rest_is_named(book: Workbook, root: Element) -> None:
    sections = [e.attributes["id"].removeprefix("sheet-") for e in _sheets(root)]
    assert sections == [sheet.name for sheet in shown(book)]
    assert sections[:2] == ["Summary", "Thresholds"] == list(book.front)
    assert {s.name for s in book.sheets if s.kind == "P"} | {
        "Cover",
        "Calibration",
        "Limits",
        "Validation",
    } == set(sections)
    about = next(root.all("footer")).text
    assert "pack.xlsx" in about
    assert set(re.findall(r"\w+", about)) >= LEFT_OUT


def _sheets(root: Element) -> Iterator[Element]:
    yield from (e for e in root.all("section", "details") if "sheet-" in e.attributes.get("id", ""))


def test_the_answer_lies_open_and_all_else_is_folded(book: Workbook, root: Element) -> None:
    first, *others = _sheets(root)
    assert first.name == "section"
    assert {e.name for e in others} == {"details"}
    assert not [e for e in root.all("details") if "open" in e.attributes]
    folds = [
        next(e.all("summary")).text for e in first.parts if isinstance(e, Element) and e.name == "details"
    ]
    (sheet,) = (s for s in book.sheets if s.name == "Summary")
    assert folds == [band.title for band in (*sheet.bands, *sheet.screen) if isinstance(band, Fold)]
    (lead,) = (b.text for b in sheet.blocks() if isinstance(b, Paragraph) and b.style == "lead")
    run = small_run()
    assert lead == " ".join(sentences(Results.of(run).answer, verdict(run)))
    assert [
        p.text for p in first.parts if isinstance(p, Element) and p.attributes.get("class") == "lead"
    ] == [lead]


def test_tables_that_lie_open_say_what_each_cell_is(book: Workbook, root: Element) -> None:
    (sheet,) = (s for s in book.sheets if s.name == "Summary")
    block = next(b for b in sheet.blocks() if isinstance(b, Table))
    grid = next(by_id(root, block.id).all("table"))
    for row in next(grid.all("tbody")).all("tr"):
        assert [c.attributes.get("data-k") for c in row.all("td")] == [header(c) for c in block.columns[1:]]
        assert {c.attributes["role"] for c in row.all("td")} == {"cell"}
    folded = next(by_id(root, "metrics").all("table"))
    assert not [c for c in folded.all("td") if "data-k" in c.attributes]


def test_without_its_script_every_number_of_a_dial_is_there(book: Workbook, root: Element) -> None:
    (sheet,) = (s for s in book.sheets if s.dial)
    (dial,) = (e for e in root.all("div") if e.attributes.get("class") == "dial")
    assert "hidden" in dial.attributes
    for block in (b for b in sheet.blocks() if isinstance(b, Table)):
        assert len(rows(next(by_id(root, block.id).all("table")))) == len(block.rows)
    assert not [e for e in by_id(root, "sheet-Thresholds").all("tr", "td", "th") if "hidden" in e.attributes]


def test_every_cell_reads_as_in_the_workbook(book: Workbook, root: Element) -> None:
    cells = 0
    for block in (b for s in shown(book) for b in s.blocks() if isinstance(b, Table)):
        found = by_id(root, block.id)
        if block.printed_rows == 0:
            assert "in the workbook only" in found.text
            continue
        there = rows(next(found.all("table")))
        for r, row in enumerate(there):
            assert row == [block.text(r, i) for i in range(len(block.columns))], (block.id, r)
            cells += len(row)
        assert len(there) == min(len(block.rows), block.printed_rows or len(block.rows))
    assert cells > 10_000


def test_the_summary_is_complete(book: Workbook, root: Element) -> None:
    (sheet,) = (s for s in book.sheets if s.name == "Summary")
    there = by_id(root, "sheet-Summary")
    blocks = list(sheet.blocks())
    verdict = [b for b in blocks if isinstance(b, Table) and b.columns[-1].key == "when"]
    for block in verdict:
        cells = list(map(list, zip(*rows(next(by_id(there, block.id).all("table"))), strict=True)))
        for key in ("p", "words", "when"):
            place = block.index(key)
            assert cells[place] == [block.text(row, place) for row in range(len(block.rows))]
    assert sum(len(block.rows) for block in verdict) > 15
    tiles = [tile for b in blocks if isinstance(b, Tiles) for tile in b.tiles]
    texts = [(t.label, show(value_of(t.value), t.format), t.note) for t in tiles]
    wanted = [tuple(filter(None, each)) for each in texts]
    boxes = (box for group in there.all("dl") for box in group.all("div"))
    assert [tuple(d.text for d in box.all("dt", "dd")) for box in boxes] == wanted
    prose = [b.text for b in blocks if isinstance(b, Paragraph) and isinstance(b.text, str)]
    assert [said for said in prose if said not in there.text] == []


def test_tables_have_headers_with_scopes(root: Element) -> None:
    for grid in root.all("table"):
        head = list(next(grid.all("thead")).all("th"))
        assert head
        assert {cell.attributes["scope"] for cell in head} <= {"col", "colgroup"}
        assert all(next(row.all("th", "td")).name == "th" for row in next(grid.all("tbody")).all("tr"))
    regions = [e for e in root.all("div") if e.attributes.get("role") == "region"]
    assert len(regions) == len(list(root.all("table")))
    assert all(e.attributes["aria-label"] and e.attributes["tabindex"] == "0" for e in regions)


def test_every_chart_is_drawn_with_its_finding_and_its_axes(book: Workbook, root: Element) -> None:
    charted = [b for s in shown(book) for b in s.blocks() if isinstance(b, Chart)]
    maps = [b for s in shown(book) for b in s.blocks() if isinstance(b, HeatMap)]
    assert len(charted) > 20
    for chart in charted:
        figure = by_id(root, chart.id)
        (drawing,) = (svg for svg in figure.all("svg") if svg.attributes.get("role") == "img")
        said = [text.text for text in drawing.all("text")]
        assert next(drawing.all("title")).text == chart.alt
        assert {chart.x_title, chart.y_title} <= set(said)
        assert next(figure.all("figcaption")).text == f"{chart.title} {chart.alt}"
        assert list(drawing.all("path"))
    for block in maps:
        (drawing,) = by_id(root, block.id).all("svg")
        assert next(drawing.all("title")).text == block.alt != ""
    drawn = sum(svg.attributes.get("role") == "img" for svg in root.all("svg"))
    assert drawn == len(charted) + len(maps)


def test_the_demo_has_every_kind_of_chart_and_says_its_legend() -> None:
    root = read(page(demo(), "demo.xlsx"))
    kinds = {type(b) for s in shown(demo()) for b in s.blocks() if isinstance(b, Chart)}
    assert kinds == set(charts.Chart.__subclasses__())
    names = {
        li.text for ul in root.all("ul") if ul.attributes.get("class") == "legend" for li in ul.all("li")
    }
    wanted = {"P5–P95", "Median, prior run", "95% MC limits", "VaR 95%", "Driver at P10", "Median to P95"}
    assert wanted <= names
    dashed = [li for li in root.all("li") if li.text == "Median, prior run"]
    assert all("dash" in next(li.all("i")).attributes["class"] for li in dashed)


def small(*blocks: Table | Paragraph | Tiles | HeatMap | Chart) -> Workbook:
    return Workbook(demo().properties, (Sheet("One", "One", "", "P", blocks),), contents="One")


@pytest.mark.parametrize("text", [*HOSTILE, *MARKUP])
def test_hostile_text_stays_text(text: str) -> None:
    shape = tuple(Column(key, text) for key in ("a", "b"))
    book = small(
        Table("t", shape, ((text, Link(text, text)),), text, text),
        Paragraph(text),
        Tiles((Tile(text, text, "text", text),)),
        charts.Bars(
            id=text, title=text, alt=text, x_title=text, y_title=text, labels=[text],
            series=[charts.Series(name=text, values=[1.0]), charts.Series(name=text, values=[2.0])],
        ),
    )  # fmt: skip
    root = read(page(book, text))
    plain = text.replace("\x07", "")
    assert len(list(root.all("script"))) == 1
    assert not list(root.all("b "))
    assert rows(next(root.all("table"))) == [[plain, plain]]
    assert plain in [p.text for p in root.all("p")]
    assert next(root.all("svg")).parts[0] == Element("title", {}, [plain] if plain else [])
    assert not [e for e in _every(root) if set(e.attributes) & {"onclick", "b"}]


def test_a_page_that_grows_too_large_shows_fewer_rows_and_says_so() -> None:
    columns = tuple(Column(f"c{i}", f"C{i}") for i in range(20))
    cells = tuple(("total" if r == 2999 else "x" * 40, *["x" * 9] * 19) for r in range(3000))
    brief = Table("brief", columns[:3], tuple(row[:3] for row in cells[:30]))
    table = Table("long", columns, cells, total=frozenset({2999}))
    made = page(small(table, brief), "pack.xlsx")
    assert len(made.encode()) <= LARGEST
    there = rows(next(read(made).all("table")))
    assert len(there) == CELLS[-1] // 20 + 1
    assert there[-1][0] == "total"
    assert made.count("rows are shown") == 1
    assert f"{len(there)} of 3000 rows are shown; the workbook has all." in made
    wide = Table("wide", (Column("a", "A"),), (("x" * 700_000,),))
    with pytest.raises(ReportError, match="more than 600,000"):
        page(small(wide), "pack.xlsx")


def test_cells_are_marked_where_they_differ_from_their_column() -> None:
    columns = (
        Column("a", "What"),
        Column("b", "USD bn", "usd_bn", style="engine"),
        Column("p", "P", "probability", style="bar"),
        Column("c", "Check"),
    )
    cells = (
        ("One", -2.0, 0.31, Check("1=1", True)),
        ("Two", Cell(Formula("1+1", 2.0), style="input"), 1.2, Check("1=2", False)),
    )
    grid = next(read(page(small(Table("t", columns, cells, total=frozenset({1}))), "p")).all("table"))
    first, second = next(grid.all("tbody")).all("tr")
    assert [td.attributes.get("class") for td in first.all("td")] == ["minus", "b31", "good"]
    assert [td.attributes.get("class") for td in second.all("td")] == ["i", "b100", "bad"]
    assert [td.text for td in second.all("td")] == ["2.0", "120%", "FAIL"]
    assert second.attributes["class"] == "total"
    assert set(grid.attributes["class"].split()) == {"l1", "e2", "c4"}


def test_headers_have_whole_words_again() -> None:
    words = {"Correc-\ntion": "Correction", "2026\nQ2": "2026 Q2", "Se- cured": "Secured"}
    headers = words | {"long- and short": "long- and short"}
    assert {text: header(Column("a", text)) for text in headers} == headers
    assert header(Column("a", "± 95%")) == "±\u00a095%"


def test_a_heat_map_has_its_middle_in_the_middle() -> None:
    block = HeatMap("h", "H", "r", "c", ("a",), ("b",), ((0.2,),), low=0.0, middle=0.2, high=1.0)
    steps = {-1.0: 0, 0.0: 0, 0.1: 25, 0.2: 50, 0.6: 75, 1.0: 100, 2.0: 100}
    assert {value: heat(block, value) for value in steps} == steps


def test_markup_is_escaped_once() -> None:
    inner = tag("b", '1 < 2 & "3"')
    assert inner == "<b>1 &lt; 2 &amp; &quot;3&quot;</b>"
    assert tag("p", inner, title='a "b" <c>') == f'<p title="a &quot;b&quot; &lt;c&gt;">{inner}</p>'
    assert join(["<", Markup("<br>")], ">") == "&lt;&gt;<br>"
    assert [number(v) for v in (1.0, -0.04, 2.25, -3.19)] == ["1", "0", "2.2", "-3.2"]


def test_axes_have_round_ends_that_hold_every_value() -> None:
    assert ends([3.0, 97.0]) == (0.0, 100.0)
    assert ends([95.0, 99.0]) == (95.0, 99.0)
    assert ends([-12.0, 30.0]) == (-20.0, 30.0)
    assert ends([0.0]) == (0.0, 1.0)
    scale = Scale(0.001, 1.0, 200.0, 20.0, log=True)
    assert scale.ticks() == pytest.approx([0.001, 0.01, 0.1, 1.0])
    assert [scale(v) for v in (0.001, 0.1, 1.0)] == pytest.approx([200.0, 80.0, 20.0])
    assert tick_labels([0.0, 0.5, 1.0], "count") == ["0.0", "0.5", "1.0"]
    assert tick_labels([0.0, 20.0], "usd_bn.0") == ["0", "20"]
