from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from risk.axes import EVER, NO_QUARTER, Calendar, label, ordinal, span

BASE = Calendar(date(2026, 6, 30), 26)


def test_labels_run_from_the_base_date() -> None:
    assert BASE.labels[:3] == ("2026Q2", "2026Q3", "2026Q4")
    assert (BASE.labels[-1], len(BASE.labels)) == ("2032Q4", 27)
    assert BASE.dates[:2] == (date(2026, 6, 30), date(2026, 9, 30))
    assert BASE.year[:4] == (2026, 2026, 2026, 2027)
    assert BASE.quarter[:4] == (2, 3, 4, 1)


def test_full_years_have_four_steps() -> None:
    assert BASE.years == (2026, 2027, 2028, 2029, 2030, 2031, 2032)
    assert BASE.full_years == (2027, 2028, 2029, 2030, 2031, 2032)
    assert BASE.partial_years == (2026,)
    assert BASE.steps(2026) == (1, 2)
    assert BASE.steps(2027) == (3, 4, 5, 6)


def test_index_is_the_inverse_of_labels() -> None:
    assert [BASE.index(quarter) for quarter in BASE.labels] == list(range(27))
    assert BASE.offset("2026Q1") == -1
    assert BASE.offset("2033Q1") == 27


@pytest.mark.parametrize("quarter", ["2026Q1", "2033Q1", "2028-Q4", "Q4 2028", "2028Q5", ""])
def test_quarters_outside_the_run_or_unreadable_are_refused(quarter: str) -> None:
    with pytest.raises(ValueError, match=r"outside|is not a quarter"):
        BASE.index(quarter)


@pytest.mark.parametrize(
    ("base", "quarters"), [(date(2026, 6, 29), 26), (date(2026, 5, 31), 26), (date(2026, 6, 30), 0)]
)
def test_impossible_calendars_are_refused(base: date, quarters: int) -> None:
    with pytest.raises(ValueError, match=r"end of a quarter|at least one"):
        Calendar(base, quarters)


@given(st.integers(4 * 1900, 4 * 2200))
def test_labels_and_ordinals_are_inverse(number: int) -> None:
    assert ordinal(label(number)) == number


@pytest.mark.parametrize(
    ("text", "first", "last", "label", "years"),
    [
        ("2028", 7, 10, "2028", (2028,)),
        ("2026", -1, 2, "2026", (2026,)),
        ("2027..2030", 3, 18, "2027-2030", (2027, 2028, 2029, 2030)),
        ("2030Q4", 18, 18, "2030Q4", ()),
        ("..2030Q4", EVER, 18, "2030Q4", ()),
        ("2027Q2..2030Q4", 4, 18, "2027Q2-2030Q4", ()),
        ("+8", 8, 8, "2028Q2", ()),
        ("run", 1, 26, "2032Q4", ()),
        ("end", 26, 26, "2032Q4", ()),
        ("base", 0, 0, "2026Q2", ()),
        # what lies outside is moved inside, and the label says so
        ("2040Q1", 26, 26, "2032Q4", ()),
        ("2019Q1", 0, 0, "2026Q2", ()),
        ("2040", 23, 26, "2032", (2032,)),
        ("2019", -1, 2, "2026", (2026,)),
        ("2031..2040", 19, 26, "2031-2032", (2031, 2032)),
    ],
)
def test_windows(text: str, first: int, last: int, label: str, years: tuple[int, ...]) -> None:
    found = span(Calendar(date(2026, 6, 30), 26), text)
    assert (found.first, found.last, str(found), found.years) == (first, last, label, years)


@pytest.mark.parametrize(
    ("quarters", "text", "empty"),
    [
        (10, "2029Q1..end", True),  # to 2028Q4: what comes later has nothing
        (11, "2029Q1..end", False),
        (10, "2029Q1..2030Q4", True),
        (10, "+1..2026Q2", True),  # until before it begins
        (10, "..2020Q4", False),
        (10, "2029Q1", False),  # a point in time is moved
    ],
)
def test_a_stretch_with_no_quarter_in_the_run_is_empty(quarters: int, text: str, empty: bool) -> None:
    found = span(Calendar(date(2026, 6, 30), quarters), text)
    assert (found.first > found.last) == (str(found) == NO_QUARTER) == empty
    assert found.moved or not empty


@pytest.mark.parametrize(
    "text",
    [
        *("", "2030Q5", "203", "..", "yesterday", "2027...2030", "+-4"),
        *("2027..2030Q4", "2027Q1..2030", "base..2030", "+1..2030"),  # a year at one end alone
        *("2030..2027", "2030Q4..2030Q1"),
    ],
)
def test_what_is_no_window(text: str) -> None:
    with pytest.raises(ValueError, match=r"window|a year at one end|ends before"):
        span(Calendar(date(2026, 6, 30), 26), text)


@pytest.mark.parametrize(
    ("base", "quarters", "text", "label", "moved"),
    [
        (date(2026, 12, 31), 26, "2026", "2027", True),  # no step of 2026 is left
        (date(2026, 12, 31), 26, "2027", "2027", False),
        (date(2026, 6, 30), 26, "2026", "2026", False),
        (date(2027, 6, 30), 10, "2027..2030", "2027-2029", True),
        (date(2027, 6, 30), 10, "2030Q4", "2029Q4", True),
        (date(2027, 6, 30), 9, "..2030Q4", "2029Q3", True),
        (date(2027, 6, 30), 9, "run", "2029Q3", False),
        (date(2027, 6, 30), 9, "..end", "2029Q3", False),
        (date(1870, 3, 31), 4, "1869..1871", "1870", True),
    ],
)
def test_a_window_says_whether_it_was_moved(
    base: date, quarters: int, text: str, label: str, moved: bool
) -> None:
    found = span(Calendar(base, quarters), text)
    assert (str(found), found.moved) == (label, moved)


@pytest.mark.parametrize(
    ("base", "text", "label", "short"),
    [
        (date(2026, 6, 30), "2030", "2030", "2030"),
        (date(2031, 12, 31), "2026..2030", "2026-2030", "2026-30"),
        (date(2026, 6, 30), "1999..2001", "1999-2001", "1999-2001"),
        (date(2026, 6, 30), "..2030Q4", "2030Q4", "2030Q4"),
        (date(2031, 12, 31), "2030Q4", "2030Q4", "2030Q4"),
        (date(2026, 6, 30), "+8", "2028Q2", "2028Q2"),
        (date(2026, 6, 30), "..end", "2027Q2", "2027Q2"),
    ],
)
def test_a_window_may_be_told_as_it_was_asked_for(base: date, text: str, label: str, short: str) -> None:
    found = span(Calendar(base, 4), text, clip=False)
    assert (str(found), found.short, found.moved) == (label, short, False)


@pytest.mark.parametrize(
    ("text", "quarters", "year"),
    [("2030Q4", 26, "2030"), ("2030Q4", 16, "2030Q2"), ("2027..2030", 26, "2030"), ("2030", 16, "2029")],
)
def test_the_year_of_a_window_is_one_that_ends_with_it(text: str, quarters: int, year: str) -> None:
    assert span(Calendar(date(2026, 6, 30), quarters), text).year == year


def test_a_year_the_run_does_not_end_is_the_last_it_ends() -> None:
    short = Calendar(date(2026, 6, 30), 20)  # to 2031Q2
    assert str(span(short, "2031")) == "2030"
    assert str(span(Calendar(date(1873, 9, 30), 1), "1873")) == "1873"
