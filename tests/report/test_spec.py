"""One declaration, every renderer: what a field says is in the table, the document and its schema."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import pytest
from jsonschema import Draft202012Validator

from risk.analysis.statistics import Estimate
from risk.report.content import Cell, Formula
from risk.report.guards import Adds, Every, Guard, Ordered, Rising, Splits, Within
from risk.report.record import Document, Keyed, Many, Perhaps, Record, lifted, told, whole
from risk.report.spec import Spec, count, figure, flag, measure, shown, text
from risk.report.table import Column, Table
from risk.report.terminal.markdown import table as in_markdown
from risk.report.terminal.page import Page, parts, table
from risk.report.terminal.page import text as printed


@dataclass(frozen=True)
class Loan:
    name: str
    size: float
    quarters: int
    sound: bool
    loss: Estimate | None = None


@dataclass(frozen=True)
class Book:
    owner: str
    opened: date
    loans: tuple[Loan, ...]


LOANS: Spec[Loan] = Spec(
    (
        text("name", "Loan"),
        figure("size", "USD bn", form="usd_bn"),
        count("quarters", "Quarters", optional=1),
        flag("sound", "Sound?"),
        measure("loss", "Loss", None, lambda e: ("–", "") if e is None else (e.value, e.standard_error)),
        shown("mark", "Mark", lambda loan: loan.name[:1]),
        told("twice", float, lambda loan: 2.0 * loan.size),
    ),
    id="loans",
    row_id=lambda loan: loan.name,
    bold=lambda loan: not loan.sound,
)
BOOK: Document[Book] = Document(
    (
        told("owner"),
        told("opened", date),
        told("loans", Many(LOANS)),
        told("first", Perhaps(whole(Loan)), lambda book: book.loans[0] if book.loans else None),
        told("by_name", Keyed(whole(Loan)), lambda book: {loan.name: loan for loan in book.loans}),
        told("note", get=lambda book: None, absent=True),
    ),
    name="book/1",
    title="A book of loans",
)
ALPHA = Loan("Alpha", 4.0, 20, True, Estimate(0.5, 0.1, 100))
BETA = Loan("Beta", float("nan"), 8, False)


def test_a_table_has_what_is_shown_and_a_document_what_is_told() -> None:
    made = LOANS.table([ALPHA, BETA])
    keys = [column.key for column in made.columns]
    assert keys == ["name", "size", "quarters", "sound", "loss", "loss_se", "mark"]
    assert made.rows[1][:4] == ("Beta", "–", 8, "no")
    assert (made.row_ids, made.total) == (("Alpha", "Beta"), frozenset({1}))
    assert [*LOANS.data(ALPHA)] == ["name", "size", "quarters", "sound", "loss", "twice"]
    assert LOANS.data(BETA)["size"] is None


def test_every_renderer_prints_the_same_digits() -> None:
    made = LOANS.table([ALPHA, BETA])
    screen, markdown = printed((table(made, Page(80)),), Page(80)), in_markdown(made)
    for number, row in enumerate(made.rows):
        for column in range(len(row)):
            assert made.text(number, column) in screen
            assert made.text(number, column) in markdown


def test_a_table_that_is_too_wide_goes_on_below_with_its_key() -> None:
    page = Page(26)
    lines = printed(parts(LOANS.table([ALPHA]), page), page).splitlines()
    assert max(map(len, lines)) <= page.width
    assert sum(line.startswith("Alpha") for line in lines) > 1


@pytest.mark.parametrize("loans", [(), (ALPHA,), (ALPHA, BETA)])
def test_a_document_keeps_to_its_own_schema(loans: tuple[Loan, ...]) -> None:
    data = {"schema": BOOK.id, **BOOK.data(Book("Ben", date(2026, 6, 30), loans))}
    assert not list(Draft202012Validator(BOOK.full_schema()).iter_errors(data))
    assert "note" not in data


@pytest.mark.parametrize(
    "change", [{"owner": 3}, {"loans": [{"name": "x"}]}, {"more": 1}, {"first": "Alpha"}]
)
def test_a_schema_refuses_what_the_document_would_not_say(change: dict[str, object]) -> None:
    data = {"schema": BOOK.id, **BOOK.data(Book("Ben", date(2026, 6, 30), (ALPHA,))), **change}
    assert list(Draft202012Validator(BOOK.full_schema()).iter_errors(data))


def test_fields_of_a_part_are_fields_of_the_whole() -> None:
    one: Record[Book] = Record(lifted(lambda book: book.loans[0], whole(Loan, "loss").fields))
    assert one.data(Book("Ben", date(2026, 6, 30), (ALPHA,)))["quarters"] == 20


COLUMNS = tuple(Column(key, key, "number") for key in ("low", "high", "twice"))
ROWS = Table("t", COLUMNS, ((1.0, 2.0, 2.0), (3.0, 4.0, 6.0), (4.0, 6.0, 8.0)), row_ids=("a", "b", "sum"))
BROKEN = Table("t", COLUMNS, ((1.0, 2.0, 2.0), (5.0, 4.0, 8.0), (4.0, "–", "–")), row_ids=("a", "b", "sum"))


@pytest.mark.parametrize(
    ("guard", "value"),
    [
        (Ordered("rises", ("low", "high")), 1),
        (Rising("rises downwards", ("low", "high")), 1),
        (Splits("is twice the other", "twice", ("low", "low")), 2.0),
        (Within("inside", ("low", "high"), 0.0, 4.5), 1),
        (Every("both", (Ordered("rises", ("low", "high")), Within("inside", ("low",), 0.0, 4.5)), "how"), 2),
        (Adds("adds", ("low",), ("a", "b"), "sum"), 6),
        (Adds("to a number", ("low",), ("a", "b"), 4.0), 6),
    ],
)
def test_a_guard_holds_of_a_sound_table_and_counts_what_is_broken(guard: Guard, value: float) -> None:
    sound = guard if not isinstance(guard, Within) else Within("inside", ("low", "high"), 0.0, 6.0)
    assert sound.condition(ROWS).passed
    found = guard.condition(BROKEN)
    assert not found.passed
    assert getattr(found.value, "value", None) == value


@pytest.mark.parametrize(("total", "passed"), [(5.0, True), (4.0, True), (3.0, False)])
def test_rows_may_add_up_to_no_more_than_a_number(total: float, passed: bool) -> None:
    assert Adds("at most", ("low",), ("a", "b"), total, rule="≤").condition(ROWS).passed is passed


def test_a_row_of_sums_is_live_and_keeps_its_format() -> None:
    cell = Cell(3.5, "usd_bn")
    made = Table("t", COLUMNS[:1], ((1.0,), (2.5,), (cell,)), row_ids=("a", "b", "sum"))
    found = made.totaled(("low",), {"sum": ("a", "b")})
    assert found.cell("low", "sum") == Cell(Formula("{t.low[a]}+{t.low[b]}", 3.5), "usd_bn", "calculation")
    assert found.rows[:2] == made.rows[:2]


FALLING = Table("t", COLUMNS[:2], ((1.0, 2.0), (4.0, 4.5)))


@pytest.mark.parametrize(("slack", "passed"), [(0.9, False), (1.0, True)])
def test_columns_may_fall_by_the_slack(slack: float, passed: bool) -> None:
    assert Ordered("falls a little", ("high", "low"), slack=slack).condition(FALLING).passed is passed
