"""The state of a register is dated: it describes the base date, and nothing was known too late."""

import datetime as dt
import re
import shutil
from pathlib import Path

import pytest

from risk.assumptions import AssumptionErrors, Assumptions, load
from risk.assumptions.states import ROLLING
from tests.assumptions.builder import PROVENANCE, Register
from tests.rolled import rolled

REAL = Path(__file__).parents[2] / "assumptions"

STATE = f"""\
[gpu.stock]
value = 2.4
unit = "USD/h"
state = true
owner = "Research"
{PROVENANCE}"""


def dated(register: Register, keys: str) -> Register:
    """The small register with one state, whose dates are these keys in place of its own."""
    text = STATE.replace("as_of = 2026-06-30\n", "") + keys + "\n"
    return register.add("gpu", text)


def told(register: Register) -> list[tuple[str, str, str]]:
    return [(p.code, f"{Path(p.file).name}:{p.line}", p.reason) for p in register.problems()]


GOOD = [
    "as_of = 2026-06-30",
    "as_of = 2026-04-01",  # a day of the base date's quarter
    'as_of = 2026-03-31\nobserved = "2026Q1"\nrule = "grown by 3%"',
    'as_of = 2026-06-30\nobserved = 2025-08-01\nrule = "unchanged"\nknown_by = 2025-09-30',
    "as_of = 2026-06-30\nknown_by = 2026-10-10",
]

BAD = [
    ("as_of = 2026-07-01", "A031", "after the base date 2026-06-30"),
    ("as_of = 2026-03-31", "A031", "before the base date 2026-06-30 and observed and rule are missing"),
    ('as_of = 2026-03-31\nobserved = "2026Q1"', "A031", "rule is missing"),
    (
        'as_of = 2025-12-31\nobserved = "2026Q1"\nrule = "x"',
        "A031",
        "and before 2026Q1, when what it rests on",
    ),
    ('as_of = 2026-06-30\nobserved = "2026Q1"', "A004", "observed is given without rule"),
    ('as_of = 2026-06-30\nrule = "grown"', "A004", "rule is given without observed"),
    ("as_of = 2026-06-30\nknown_by = 2026-10-11", "A031", "after the information date 2026-10-10"),
    ('as_of = 2026-06-30\nobserved = "2026Q4"\nrule = "x"', "A031", "observed = 2026Q4 lies after"),
    ("as_of = 2026-06-30\nknown_by = 2026-06-29", "A014", "nobody knows a figure before its day"),
    ('as_of = 2026-06-30\nobserved = "2026Q1"\nrule = "x"\nknown_by = 2026-03-30', "A014", "before observed"),
    ('as_of = 2026-06-30\nobserved = "spring"\nrule = "x"', "A014", "or a quarter such as 2026Q2"),
    ("as_of = 2026-06-30\nobserved = 2026-06-30T10:00:00", "A014", "must be a date such as 2026-06-30"),
    ("as_of = 2026-06-30\nknown_by = 3", "A005", "must be a date"),
]


@pytest.mark.parametrize("keys", GOOD)
def test_a_state_of_the_base_date_or_a_nowcast_is_one(register: Register, keys: str) -> None:
    assert dated(register, keys).load().entry("gpu.stock").state


@pytest.mark.parametrize(("keys", "code", "reason"), BAD)
def test_what_is_no_state_of_the_base_date_is_refused(
    register: Register, keys: str, code: str, reason: str
) -> None:
    found = told(dated(register, keys))
    assert any(c == code and reason in r for c, _, r in found), found


def test_a_parameter_may_be_of_any_day(register: Register) -> None:
    register.edit("gpu", "as_of   = 2026-06-30", "as_of   = 2019-01-31")
    assert not register.load().entry("gpu.launch_obsolescence").state


def test_everything_out_of_date_is_told_at_once_with_its_place(register: Register) -> None:
    register.edit("gpu", 'name = "Rubin"', 'name = "Rubin"\nknown_by = 2027-01-01')
    found = told(dated(register, "as_of = 2026-03-31\nknown_by = 2026-12-01"))
    assert [(code, place.split(":")[0]) for code, place, _ in found] == [("A031", "gpu.toml")] * 3
    assert len({place for _, place, _ in found}) == 3


def test_an_information_date_bounds_what_was_known(register: Register) -> None:
    register.add("run", OWN)
    dated(register, "as_of = 2026-06-30\nknown_by = 2026-08-30")
    assert [r for _, _, r in told(register)] == [
        "known_by = 2026-08-30 lies after the information date 2026-08-29"
    ]
    register.edit("run", "2026-08-29", "2026-06-29")
    assert any("before the base date" in r for _, _, r in told(register))
    register.edit("run", "2026-06-29", "2026-12-31")
    assert any("after the register's own date" in r for _, _, r in told(register))


VINTAGE = """
[change."run.base_date"]
value = "{base}"
why = "Another day."

[change."gpu.stock"]
value = 2.1
as_of = {base}
known_by = {known}
why = "As it was."
"""
STATED = """
[change."run.information_date"]
value = "{day}"
why = "When the books of that year were out."
"""
OWN = f"""
[run.information_date]
value = "2026-08-29"
unit = "date"
owner = "Risk"
{PROVENANCE}"""


def vintage(register: Register, base: str, known: str, more: str = "") -> list[str]:
    """What is told of a scenario with a base date of its own, and a state known at some day."""
    dated(register, "as_of = 2026-06-30").scenario("v", VINTAGE.format(base=base, known=known) + more)
    try:
        register.load("v")
    except AssumptionErrors as error:
        return [f"{Path(p.file).stem}: {p.reason}" for p in error.problems if p.line]
    return []


@pytest.mark.parametrize("known", ["2026-02-28", "2026-03-01"])  # 59 and 60 days after the base date
def test_a_vintage_knows_what_was_known_sixty_days_after_its_base_date(
    register: Register, known: str
) -> None:
    assert vintage(register, "2025-12-31", known) == []


def test_a_day_later_everything_known_too_late_is_listed(register: Register) -> None:
    register.edit("gpu", 'name = "Rubin"', 'name = "Rubin"\nknown_by = 2026-07-15')
    assert vintage(register, "2025-12-31", "2026-03-02") == [
        "gpu: known_by = 2026-07-15 lies after the information date 2026-03-01",
        "v: known_by = 2026-03-02 lies after the information date 2026-03-01",
    ]


def test_a_vintage_may_state_its_information_date(register: Register) -> None:
    known = STATED.format(day="2026-05-01")
    assert vintage(register, "2025-12-31", "2026-05-01", known) == []
    found = register.load("v")
    assert [c.after for c in found.changes if c.id == "run.information_date"] == ["2026-05-01"]


@pytest.mark.parametrize(
    ("base", "day", "words"),
    [
        ("2025-12-31", "2026-04-30", "known_by = 2026-05-01 lies after the information date 2026-04-30"),
        ("2025-12-31", "2025-12-30", "lies before the base date"),
        ("2025-12-31", "2026-10-11", "lies after the register's own date"),
    ],
)
def test_a_stated_date_holds(register: Register, base: str, day: str, words: str) -> None:
    assert any(words in said for said in vintage(register, base, "2026-05-01", STATED.format(day=day)))


def test_what_the_register_states_is_of_its_own_base_date(register: Register) -> None:
    register.add("run", OWN)
    (said,) = vintage(register, "2025-12-31", "2026-03-02")
    assert said.endswith("after the information date 2026-03-01")


def test_nothing_is_known_after_the_register(register: Register) -> None:
    (said,) = vintage(register, "2026-09-30", "2026-10-11")
    assert said.endswith("after the information date 2026-10-10")


def test_a_row_of_an_earlier_day_is_no_state_without_a_rule(tmp_path: Path) -> None:
    """However early: `as_of` of a state is a day of the base date's quarter, or a nowcast says more."""
    copy = Path(shutil.copytree(REAL, tmp_path / "assumptions"))
    file = copy / "base" / "gpu.toml"
    base = load().calendar.base
    head, *rows = file.read_text("utf-8").split("[[gpu.generation]]")
    last = len(rows) - 1
    assert ["rule =" in rows[at] for at in (0, last)] == [True, False]  # a reading of September, and a plan
    for at in (0, last):
        day = f"as_of = {base}"
        assert day in rows[at]
        rows[at] = rows[at].replace(day, "as_of = 1999-12-31", 1)
    file.write_text("[[gpu.generation]]".join([head, *rows]), "utf-8")
    with pytest.raises(AssumptionErrors) as told_of:
        load(copy)
    early, late = told_of.value.problems
    assert (early.code, late.code) == ("A031", "A031")
    assert f"1999-12-31 lies before the base date {base} and before 2026-09-21, when" in early.reason
    assert f"1999-12-31 lies before the base date {base} and observed and rule are missing" in late.reason


MOVED = """\
[scenario]
name = "moved"
title = "Another base date"

[change."run.base_date"]
value = "{day}"
why = "Look back."
"""


@pytest.mark.parametrize("day", ["2024-12-31", "2026-03-31", "2026-06-30"])
def test_a_base_date_moved_alone_is_refused_with_the_state_it_leaves(tmp_path: Path, day: str) -> None:
    file = tmp_path / "moved.toml"
    file.write_text(MOVED.format(day=day), encoding="utf-8")
    with pytest.raises(AssumptionErrors) as caught:
        load(REAL, file)
    (problem,) = [p for p in caught.value.problems if p.code == "A031"]
    assert (Path(problem.file).name, problem.line) == ("moved.toml", 6)
    count = re.search(r"(\d+) of (\d+) entries and rows of state", problem.reason)
    assert count is not None
    assert count[1] == count[2]
    assert int(count[1]) > 200
    assert re.findall(r"\((\S+\.toml:\d+)\)", problem.reason)[4:], "the first few with file and line"
    assert problem.fixes[0].startswith(ROLLING)


def test_a_rolled_register_describes_its_new_base_date(tmp_path: Path) -> None:
    found = load(rolled(REAL, dt.date(2026, 12, 31), tmp_path))
    assert found.calendar.labels[0] == "2026Q4"
    assert {e.as_of for e in found.entries.values() if e.state} == {dt.date(2026, 12, 31)}


def test_the_register_says_what_is_state(register_of_base: Assumptions) -> None:
    state = {id for id, entry in register_of_base.entries.items() if entry.state}
    assert {"gpu.h100_spot", "credit.start_spread", "revenue.run_rate", "capex.recent_capex"} <= state
    assert not {"gpu.spot_reversion", "credit.stress_spread", "revenue.elasticity", "run.seed"} & state


@pytest.fixture(scope="module")
def register_of_base() -> Assumptions:
    return load(REAL)


def test_dates_of_a_state_are_carried_along(register: Register) -> None:
    keys = 'as_of = 2026-06-30\nobserved = 2025-08-01\nrule = "unchanged"\nknown_by = 2025-09-30'
    data = dated(register, keys).load().normalised()["entries"]["gpu.stock"]
    told_of = {key: data[key] for key in ("state", "as_of", "known_by", "observed", "rule")}
    assert told_of == {
        "state": True, "as_of": "2026-06-30", "known_by": "2025-09-30", "observed": "2025-08-01",
        "rule": "unchanged",
    }  # fmt: skip


def test_a_list_of_state_names_columns(register: Register) -> None:
    columns = (REAL / "base" / "columns.toml").read_text("utf-8").replace('"guidance"', '"gidance"')
    register.add("columns", columns)
    assert any(c == "A018" and "Did you mean 'guidance'?" in r for c, _, r in told(register))
