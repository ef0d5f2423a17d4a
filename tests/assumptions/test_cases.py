"""Cases: what is laid over the register, what is refused with file and line, what is counted as left open."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from risk.assumptions import load
from risk.assumptions.cases import Described, load_case
from risk.assumptions.cases.opened import NOTHING, PRIOR, RATIO, SILENT, VALUE, WIDE, given
from risk.assumptions.problems import AssumptionErrors
from risk.errors import UsageError
from tests.case_files import REGISTER, TEMPLATE, changed, line_of, without, written

BASE = load(REGISTER)
DATED = 'source = "invented", as_of = 2000-12-31'
SPREAD = f'"credit.start_spread" = {{ value = 700, {DATED}'

UNSAID = f'{{ value = 700, {DATED}, grade = "judgement"'
SHARE = 'quantity = "seasoned_holdco"\nover = "2003Q4"\nunit = "fraction"'
FIRST = 'source = "invented"\nas_of = 2000-12-31\ngrade = "judgement"\n\n[change]'


@pytest.fixture(scope="module")
def template() -> Described:
    return load_case(REGISTER, REGISTER / "cases" / "template.toml")


def problems(folder: Path, text: str) -> AssumptionErrors:
    with pytest.raises(AssumptionErrors) as refused:
        load_case(REGISTER, written(folder, text))
    return refused.value


# ─── no foresight ───


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (SPREAD, SPREAD.replace("2000-12-31", "2001-01-01"), "describes a day after the base date"),
        (SPREAD, SPREAD.replace("as_of", "known_by = 2001-06-30, as_of"), "after the information date"),
        ('["2000", 4.0]]', '["2001", 4.0]]', "lies after the base date"),
        (
            "balloon = 80.0\nsource",
            "balloon = 80.0\nobserved = 2001-05-01\nsource",
            "after the information date",
        ),
        ('over = "2003Q4"', 'over = "2005Q4"', "ends after the horizon"),
        ('over = "2003Q4"', 'over = "2000Q4"', "on the base date or before"),
    ],
)
def test_what_no_contemporary_could_know_is_refused_by_file_and_line(
    tmp_path: Path, old: str, new: str, said: str
) -> None:
    text = changed(old, new)
    found = problems(tmp_path, text).problems
    (problem,) = [each for each in found if said in each.reason]
    assert Path(problem.file).name == "my-case.toml"
    assert problem.line == line_of(text, next(line for line in text.splitlines() if line not in TEMPLATE))


def test_a_younger_source_is_no_foresight(tmp_path: Path) -> None:
    text = changed('title = "Invented for the template"', 'title = "A history"\ndate = 2010-01-01')
    assert load_case(REGISTER, written(tmp_path, text)).case.sources["invented"].date is not None


def test_reported_quarters_and_events_after_the_base_date_are_refused(tmp_path: Path) -> None:
    rows = """
[[table."capex.actual"]]
firm = "INCUMBENT A"
quarter = "2001Q1"
capex = 1.0
cfo = 1.0
source = "invented"
as_of = 2000-12-31
grade = "judgement"

[[event]]
variable = "demand"
start = "2001Q1"
end = "2001Q4"
size = -0.3
unit = "log"
why = "What came."
"""
    reasons = [each.reason for each in problems(tmp_path, TEMPLATE + rows).problems]
    assert any("quarter = 2001Q1: the number describes a day after the base date" in each for each in reasons)
    assert any("an event of a case needs known_by" in each for each in reasons)
    told = rows.replace("2001Q1", "2000Q4", 1).replace('why = "What', 'known_by = 2001-02-01\nwhy = "What')
    assert load_case(REGISTER, written(tmp_path, TEMPLATE + told)).register.events


# ─── what is open ───


def test_every_number_is_given_or_counted_as_open(template: Described) -> None:
    entries = {each.id for each in template.open if each.id in template.register.entries}
    told = {id for id in template.case.changes if id not in template.filled.priors}
    read = {id for id in template.register.entries if not id.startswith(SILENT)}
    assert entries | told == read
    assert not entries & told
    tables = {each.id.rsplit(".", 1)[0] for each in template.open if each.id.count(".") == 2}
    tables |= {each.id for each in template.open if each.id in template.register.tables}
    rows = {name for name, table in template.register.tables.items() if table.rows}
    assert tables | set(template.case.tables) >= rows
    assert given(template.case) > 90


def test_a_number_taken_out_is_one_more_that_is_open(tmp_path: Path, template: Described) -> None:
    fewer = load_case(REGISTER, written(tmp_path, without("gpu.service_age")))
    assert {each.id for each in fewer.open} - {each.id for each in template.open} == {"gpu.service_age"}
    assert given(template.case) - given(fewer.case) == 1


def test_rules_say_what_fills_a_number(template: Described) -> None:
    rule = {each.id: each.rule for each in template.open}
    assert rule["gpu.power_capacity"] == RATIO
    assert rule["gpu.spot_reversion"] == PRIOR
    assert rule["gpu.price_floor"] == VALUE
    assert rule["neoclouds.facility.balloon"] == NOTHING if "neoclouds.facility.balloon" in rule else True
    assert rule["capex.firm.lab_equity_share"] == NOTHING


def test_amounts_left_open_are_todays_in_the_ratio_of_sizes(template: Described) -> None:
    def sizes(name: str, column: str) -> float:
        ours, today = (each.tables[name].numbers(column).sum() for each in (template.register, BASE))
        return float(ours / today)

    money = sizes("capex.firm", "capex_last_quarter")
    assert template.scale.money == pytest.approx(money)
    cap = template.register.number("capex.bond_cap") / BASE.number("capex.bond_cap")
    assert cap == pytest.approx(money)
    impact = template.register.number("credit.loss_impact") / BASE.number("credit.loss_impact")
    assert impact == pytest.approx(1 / money)
    power = template.register.entry("gpu.power_capacity")
    today = BASE.entry("gpu.power_capacity")
    assert power.p50 / today.p50 == pytest.approx(template.scale.power)  # type: ignore[operator]
    assert template.register.number("gpu.load") == BASE.number("gpu.load")


def test_a_value_without_a_prior_takes_todays_moved_and_wider(tmp_path: Path) -> None:
    text = changed('value = 0.35, prior = { shape = "uniform", low = 0.2, high = 0.5 }', "value = 0.35")
    found = load_case(REGISTER, written(tmp_path, text))
    prior, today = (each.entry("revenue.imitation").prior for each in (found.register, BASE))
    assert prior is not None
    assert today is not None
    spread = [float(p.quantile(0.84) - p.quantile(0.16)) for p in (prior, today)]
    assert spread[0] / spread[1] == pytest.approx(1.5 * 0.35 / 0.75, rel=0.1)
    assert {each.id: each.rule for each in found.open}["revenue.imitation"] == WIDE


def test_an_older_state_is_carried_and_said(template: Described) -> None:
    entry = template.register.entry("gpu.h100_contract_two_years_before")
    assert str(entry.observed) == "1998-12-31"
    assert entry.rule
    assert entry.id in template.filled.carried


def test_a_number_may_stand_in_another_multiple_of_its_unit(tmp_path: Path) -> None:
    text = changed('"gpu.undeployed" = { value = 0.01,', '"gpu.undeployed" = { value = 10, unit = "H100e k",')
    found = load_case(REGISTER, written(tmp_path, text))
    assert found.register.number("gpu.undeployed") == pytest.approx(1e4)


def test_dates_move_with_the_base_date(template: Described) -> None:
    r = template.register
    assert r.calendar.labels[0] == "2000Q4"
    assert r.calendar.labels[-1] == "2004Q4"
    assert r.text("neoclouds.first_cohort") == "2001Q1"
    assert tuple(r.array("propositions.gap_years")) == (2002, 2005)
    assert {row.year for row in r.tables["credit.maturity"].rows} >= {2001, 2004}  # type: ignore[attr-defined]


def test_a_case_may_begin_in_1870(tmp_path: Path) -> None:
    text = TEMPLATE.replace("2000-12-31", "1870-12-31").replace("2000-09-30", "1870-09-30")
    text = text.replace("1998-12-31", "1869-12-31").replace("2001-03-31", "1871-03-31")
    for year in range(2004, 1995, -1):
        text = text.replace(f'"{year}', f'"{year - 130}')
    assert load_case(REGISTER, written(tmp_path, text)).register.calendar.labels[0] == "1870Q4"


# ─── plain errors ───


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (UNSAID, "{ value = 700", "source and as_of and grade of credit.start_spread"),
        ('"credit.start_spread"', '"credit.start_spred"', "Did you mean 'credit.start_spread'"),
        ("[change]", '[change]\n"run.quarters" = { value = 9 }', "told in the [case] table"),
        ('entity = "CARRIER B"', 'entity = "CARIER B"', "is no row of neoclouds.firm"),
        (SHARE, SHARE.replace("fraction", "USD bn"), "seasoned_holdco is in fraction"),
        ('realised = "2003Q2"', "realised = true", "must be a quarter of the run"),
        ("at_least = 0.5\n", "", "needs one threshold"),
        ('realised = 0.7\n', 'realised = "much"\n', "must be a number or a range"),
        ('firm = "CARRIER A"\ngpus', 'firm = "CARRIER C"\ngpus', "no row of [[neoclouds.firm]]"),
        ('horizon = "2004Q4"', 'horizon = "2001Q2"', "it must be 4 to 80"),
        ("base_date = 2000-12-31", "base_date = 2000-12-30", "not the end of a quarter"),
        ('sector = "carrier"', 'sectr = "carrier"', "Did you mean 'sector'"),
        (FIRST, FIRST.replace('invented', 'inventd'), "Did you mean 'invented'"),
        ('[[outcome]]\nid = "price"', '[[outcome]]\nid = "price"\nmetric = "x"', "unknown key 'metric'"),
        ("cash = 3.0", 'cash = "much"', "must be a number"),
    ],
)  # fmt: skip
def test_a_slip_is_told_with_file_and_line(tmp_path: Path, old: str, new: str, said: str) -> None:
    found = problems(tmp_path, changed(old, new)).problems
    (problem,) = [each for each in found if said in str(each)]
    assert Path(problem.file).name == "my-case.toml"
    assert problem.line > 0


def test_a_table_that_hangs_on_a_replaced_one_is_asked_for(tmp_path: Path) -> None:
    a, b = TEMPLATE.index('[[table."neoclouds.facility"]]'), TEMPLATE.index('[[table."neoclouds.note"]]')
    found = problems(tmp_path, TEMPLATE[:a] + TEMPLATE[b:])
    assert any('[[table."neoclouds.facility"]] is missing' in each.reason for each in found.problems)


def test_an_unknown_case_is_told_with_those_there_are() -> None:
    with pytest.raises(UsageError) as refused:
        load_case(REGISTER, "us-railroads-1891")
    assert "us-railroads-1890" in str(refused.value)


@pytest.mark.parametrize("name", ["us-railroads-1890", "us-merchant-power-2001"])
def test_shipped_cases_read_and_are_marked_weak(name: str) -> None:
    found = load_case(REGISTER, name)
    assert found.case.head.evidence == "weak"
    assert found.register.scenario.name == f"case-{name}"
    assert np.isfinite(found.scale.money)
