"""Propositions by their definitions: bars, windows, first and last quarter, on paths written by hand.

The calendar is the tests' own and does not move with the register's.
Index 0 is 2026Q2; 2027Q2 is 4, 2028Q4 is 10, 2029Q4 is 14, 2030Q4 is 18, 2031Q4 is 22, 2032Q4 is 26.
"""

from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import pytest

from risk.assumptions import load
from risk.axes import Calendar
from risk.engine.background import Background
from risk.engine.measuring import Setting
from risk.engine.outcomes import declared, lines, powered, recoveries, yearly
from risk.engine.quantities import Quantities
from risk.engine.record import Record
from risk.engine.tally import Tally
from tests.base_names import INSTRUMENTS
from tests.engine.base import BACKGROUND, Array

CALENDAR = Calendar(date(2026, 6, 30), 26)
REGISTER = replace(load(), calendar=CALENDAR)
QUARTERS = 27
AT = CALENDAR.index

NUMBERS = {
    "propositions.capex_fall": 0.70,
    "propositions.debt_funded": 0.32,
    "propositions.rent_fall": 0.30,
    "propositions.rent_fall_alternative": 0.40,
    "propositions.facility_default": 1 / 3,
    "propositions.facility_default_early": 0.20,
    "propositions.bullet_failure": 0.25,
    "propositions.cascade_loss": 40.0,
    "propositions.cascade_share": 0.25,
    "propositions.paper_loss": 0.10,
    "propositions.private_credit_loss": 0.15,
    "propositions.low_recovery": 0.33,
    "propositions.low_recovery_defaults": 0.05,
    "propositions.revenue_bar": 650.0,
    "propositions.cash_coverage": 0.80,
    "propositions.rent_holds": 0.75,
    "propositions.rent_holds_alternative": 0.50,
    "propositions.bust_companions": 2.0,
}
QUIET: dict[str, float] = {
    "revenue": 100.0,
    "internal_use": 30.0,
    "compute_share": 0.6,
    "required_revenue": 100.0,
    "required_cahn": 100.0,
    "required_cahn_all": 100.0,
    "required_energized": 100.0,
    "compute_demand": 200.0,
    "lab_recycled": 20.0,
    "capex": 100.0,
    "lease_additions": 25.0,
    "cfo": 125.0,
    "ai_capex": 100.0,
    "digestion": 0.0,
    "power_bound": 0.0,
    "net_raised": 0.0,
    "cash": 300.0,
    "payout": 25.0,
    "power_drawn": 20e9,
    "power_waiting": 5e9,
    "power_queue": 40e9,
    "power_unclaimed": 1e9,
    "fleet": 15e6,
    "undeployed": 1e6,
    "idle_impairment": 0.0,
    "adjusted_debt": 500.0,
    "h100_contract": 2.65,
    "h100_spot": 2.42,
    "utilization": 0.65,
    "neocloud_debt": 60.0,
    "exposed_at_base": 700.0,
    "headline_loss": 0.0,
    "hy_spread": 0.04,
    "quarter_loss": 0.0,
    "second_round": 0.0,
    **dict.fromkeys(
        (f"neocloud_{x}" for x in ("planned", "financed", "borrowed", "earned", "equity", "sources")), 0.0
    ),
}
TALLIED = (
    "seasoned", "seasoned_holdco", "seasoned_distressed", "paper_loss", "paper_par", "exposed_loss",
    "exposed_defaulted", "exposed_par", "strong_payer_default", "bankruptcy_cost",
)  # fmt: skip


FLOWS = {
    "net_raised", "quarter_loss", "second_round", "required_cahn", "required_cahn_all", "required_energized",
    "payout", "idle_impairment", "power_unclaimed",
    "neocloud_planned", "neocloud_financed", "neocloud_borrowed", "neocloud_earned", "neocloud_equity",
    "neocloud_sources",
}  # fmt: skip
"""What is not recorded at the base date."""

OF_ENTITIES = {
    "credit.wall_defaulted": "b_loans",
    "credit.extended": "b_loans",
    "credit.default_rate": "direct_lending",
    "credit.loss": "direct_lending",
    "credit.defaulted": "direct_lending",
    "holdco.defaulted": "CRWV",
}
LINES_KEPT = ("software", "generic")
OWNERS = ("bank", "households")
CLAIMS = np.stack([np.arange(x, x + 10.0)[None, :] for x in (10.0, 2.0, 5.0, 1.0, 3.0)])
LOSSES = 0.5 * CLAIMS
"""Par in default and its loss by instrument, in all quarters and in parts of them, (part, 1, instrument)."""


def series(level: float, **at: float) -> Array:
    """A path that stands at a level but for some quarters, e.g. ``q2028Q4=1.0``."""
    path = np.full(QUARTERS, level)
    for label, value in at.items():
        path[AT(label[1:])] = value
    return path


def since(label: str, after: float, before: float = 0.0) -> Array:
    """A path that steps to another level in a quarter."""
    return np.where(np.arange(QUARTERS) >= AT(label), after, before)


def find(
    due: dict[str, float] | None = None,
    sound: dict[str, float] | None = None,
    background: Background = BACKGROUND,
    numbers: dict[str, float] | None = None,
    **paths: Any,
) -> dict[str, Any]:
    """Outcomes of one path: quiet but for the series given."""
    kept = [*OF_ENTITIES.items(), *(("line.loss", name) for name in LINES_KEPT)]
    columns = {pair: k for k, pair in enumerate(kept)}
    record, tally = Record(1, 26, columns=columns), Tally(1, 26)
    tally.claims, tally.losses, tally.owed = CLAIMS, LOSSES, 10.0 * CLAIMS
    tally.pools = {t: np.full((3, 1, 4), [[[200.0 + t]], [[1.0]], [[0.5]]]) for t in range(1, 27)}
    tally.paired = np.array([[30.0, 20.0, 15.0]])
    tally.ultimate = np.array([[7.0, 9.0]])
    tally.lines = np.array([[[3.0, 4.0, 5.0]], [[30.0, 40.0, 50.0]]])
    tally.left = np.array([[[9.0, 8.0, 7.0]], [[6.0, 5.0, 4.0]], [[0.3, 0.2, 0.1]]])
    for name, level in QUIET.items():
        path = paths.pop(name, series(level))
        record.history[name] = path[name in FLOWS :, None]
    for name in TALLIED:
        tally.history[name] = paths.pop(name, series(0.0))[:, None]
    for (key, name), column in columns.items():
        own = f"{name}_loss" if key == "line.loss" else key.replace(".", "_")
        path = paths.pop(own, series(0.0))
        record.kept[key, column] = path[1:, None]
    assert not paths, f"unknown {sorted(paths)}"
    for into, amounts in ((tally.due, due), (tally.sound, sound)):
        for label, amount in (amounts or {}).items():
            into[AT(label[1:])] = amount
    values = NUMBERS | (numbers or {})
    setting = Setting(Quantities(record, tally, background, columns), CALENDAR, values, REGISTER.windows)
    found = declared(REGISTER, setting) | recoveries(tally, INSTRUMENTS, OWNERS) | yearly(tally, REGISTER)
    found |= lines(tally, ("headline", "software", "generic")) | powered(setting.q, CALENDAR)
    return {name: x.item() for name, x in found.items()}


# ─── B1: realized against required in every calendar year 2027–2030 ───


def test_b1_needs_every_year_short() -> None:
    short: dict[str, Any] = {"revenue": series(40.0)}  # with internal use 40 + 30 / 0.6 = 90
    assert find(**short)["B1"] == 1.0
    assert find(**short)["coverage_2029"] == pytest.approx(0.9)
    one_year = {f"q2029Q{q}": 50.0 for q in (1, 2, 3, 4)}
    covered = find(revenue=series(40.0, **one_year))
    assert covered["B1"] == 0.0


def test_b1_compares_years_and_not_quarters() -> None:
    """A single good quarter does not close a year; a full year at the bar does."""
    assert find(revenue=series(40.0, q2029Q4=79.0))["B1"] == 1.0
    assert find(revenue=series(40.0, q2029Q4=80.0))["B1"] == 0.0  # (3 x 90 + 130) / 4 = 100


@pytest.mark.parametrize("year", [2026, 2031])
def test_b1_looks_at_no_other_year(year: int) -> None:
    quarters = {f"q{year}Q{q}": 1e6 for q in range(3 if year == 2026 else 1, 5)}
    assert find(revenue=series(40.0, **quarters))["B1"] == 1.0


def test_b1x_counts_external_revenue_only() -> None:
    found = find(revenue=series(60.0))
    assert (found["B1"], found["B1x"]) == (0.0, 1.0)
    assert found["coverage_external_2030"] == pytest.approx(0.6)
    assert find(revenue=series(100.0))["B1x"] == 0.0


def test_b1_under_the_other_definitions() -> None:
    found = find(revenue=series(60.0), required_cahn=series(111.0), required_energized=series(109.0))
    assert (found["B1"], found["B1_cahn"], found["B1_energized"]) == (0.0, 1.0, 0.0)
    assert (found["B1x_cahn"], found["B1x_energized"], found["B1_cahn_all"]) == (1.0, 1.0, 0.0)


def test_the_gap_is_required_less_realized() -> None:
    """Relation 5."""
    found = find(revenue=series(40.0))
    assert found["gap_2030"] == pytest.approx(found["required_2030"] - 90.0)
    assert found["gap_external_2030"] == pytest.approx(found["required_2030"] - 40.0)


# ─── B2: four-quarter capex at or below .70 of its running maximum by 2030Q4 ───


def test_b2_is_a_fall_of_four_quarters_from_the_peak() -> None:
    assert find(capex=since("2028Q1", 70.0, 100.0))["B2"] == 1.0
    assert find(capex=since("2028Q1", 70.0, 100.0))["B2_quarter"] == AT("2028Q4")
    assert find(capex=since("2028Q1", 70.1, 100.0))["B2"] == 0.0
    assert np.isnan(find(capex=since("2028Q1", 70.1, 100.0))["B2_quarter"])


def test_b2_has_until_the_end_of_the_run() -> None:
    assert find(capex=since("2032Q1", 70.0, 100.0))["B2"] == 1.0
    assert find(capex=since("2032Q2", 70.0, 100.0))["B2"] == 0.0


def test_b2_counts_the_quarters_before_the_base_date() -> None:
    """100 a quarter before the base date; the running maximum starts with the year to it."""
    assert find(capex=since("2026Q3", 70.0, 100.0))["B2_quarter"] == AT("2027Q2")
    found = find(capex=np.full(QUARTERS, 63.0))
    assert found["B2_quarter"] == AT("2027Q1"), "252 against 363 at the base date"


# ─── B3: net debt and equity raised over spending, 2027Q2–2030Q4 ───


@pytest.mark.parametrize(
    ("raised", "holds", "quarter"),
    [
        (since("2026Q3", 40.0), 1.0, "2027Q2"),  # 40 / 125 = .32 in the first window
        (since("2026Q3", 39.9), 0.0, None),
        (since("2030Q1", 40.0), 1.0, "2030Q4"),
        (since("2030Q2", 40.0), 0.0, None),
    ],
)
def test_b3(raised: Array, holds: float, quarter: str | None) -> None:
    found = find(net_raised=raised)
    assert found["B3"] == holds
    assert (found["B3_quarter"] == AT(quarter)) if quarter else np.isnan(found["B3_quarter"])


def test_b3_does_not_count_the_base_quarter() -> None:
    assert find(net_raised=series(0.0, q2026Q2=1e6))["B3"] == 0.0


# ─── B4: the H100 one-year rent ───


def test_b4_is_a_fall_to_three_tenths_in_eight_quarters() -> None:
    fallen = find(h100_contract=since("2028Q2", 0.30 * 2.65, 2.65))
    assert fallen["B4"] == 1.0
    assert fallen["B4_quarter"] == AT("2028Q2")
    assert find(h100_contract=since("2028Q2", 0.301 * 2.65, 2.65))["B4"] == 0.0
    assert find(h100_contract=since("2028Q2", 0.40 * 2.65, 2.65))["B4_60"] == 1.0
    assert find(h100_contract=since("2028Q2", 0.401 * 2.65, 2.65))["B4_60"] == 0.0


def test_b4_starts_eight_quarters_after_the_base_date_and_ends_with_the_run() -> None:
    early = series(2.65, q2028Q1=0.7)  # seven quarters after the base date, and back
    assert find(h100_contract=early)["B4"] == 0.0
    assert find(h100_contract=series(2.65, q2028Q2=0.7))["B4"] == 1.0
    assert find(h100_contract=series(2.65, q2032Q4=0.7))["B4"] == 1.0


def test_b4_is_also_two_quarters_below_operating_cost() -> None:
    """Slowly down, never to .30 within eight quarters, to under 0.45 $/h by 2029Q4."""

    def sliding(low: dict[str, float]) -> Array:
        path = np.geomspace(2.65, 0.46, 14)
        return np.concatenate([path, np.full(QUARTERS - 14, 0.46)]) * np.where(
            series(0.0, **low) > 0, 0.9, 1.0
        )

    none = find(h100_contract=sliding({}))
    assert none["B4"] == 0.0
    assert none["B4_neocloud_cost"] == 1.0, "0.46 is under 1.85 x 0.45"
    assert find(h100_contract=sliding({"q2029Q4": 1.0}))["B4"] == 0.0
    assert find(h100_contract=sliding({"q2029Q3": 1.0, "q2029Q4": 1.0}))["B4_quarter"] == AT("2029Q4")
    assert find(h100_contract=sliding({"q2029Q4": 1.0, "q2030Q1": 1.0}))["B4"] == 0.0
    assert find(h100_contract=sliding({"q2029Q2": 1.0, "q2029Q4": 1.0}))["B4"] == 0.0, "consecutive"


# ─── B5: seasoned compute in default ───


def test_b5_and_b5i_are_tested_at_the_end() -> None:
    third = find(seasoned=since("2032Q4", 1 / 3))
    assert (third["B5"], third["B5i"]) == (1.0, 1.0)
    assert third["B5_quarter"] == AT("2032Q4")
    assert find(seasoned=since("2032Q4", 0.3333))["B5"] == 0.0
    fifth = find(seasoned=since("2032Q4", 0.20))
    assert (fifth["B5"], fifth["B5i"]) == (0.0, 1.0)
    assert fifth["B5i_quarter"] == AT("2032Q4")
    assert find(seasoned=since("2032Q4", 0.1999))["B5i"] == 0.0


def test_b5_falls_with_new_compute_and_has_then_no_quarter() -> None:
    """Reached in 2029 and diluted before the test: not held, and no date is given."""
    passing = np.where((np.arange(QUARTERS) >= AT("2029Q1")) & (np.arange(QUARTERS) < AT("2030Q1")), 0.4, 0.1)
    found = find(seasoned=passing)
    assert found["B5"] == found["B5i"] == 0.0
    assert np.isnan(found["B5_quarter"])
    assert np.isnan(found["B5i_quarter"])


def test_b5x_counts_facilities_of_failed_companies() -> None:
    found = find(seasoned=since("2032Q4", 0.1), seasoned_holdco=since("2032Q4", 0.5))
    assert (found["B5"], found["B5x"]) == (0.0, 1.0)


# ─── B6: the debt wall ───


def test_b6_is_the_share_of_bullets_due_by_the_wall_that_fail() -> None:
    due = {"q2028Q4": 60.0, "q2031Q4": 40.0}
    quarter = find(due=due, sound={"q2028Q4": 60.0, "q2031Q4": 15.0})
    assert quarter["B6"] == 1.0
    assert quarter["bullet_failure_share"] == pytest.approx(0.25)
    assert quarter["B6_2029"] == 0.0
    assert find(due=due, sound={"q2028Q4": 60.0, "q2031Q4": 15.1})["B6"] == 0.0
    assert find(due=due | {"q2032Q1": 1e6}, sound={"q2028Q4": 60.0, "q2031Q4": 40.0})["B6"] == 0.0


def test_b6_by_2029_counts_what_is_due_by_then() -> None:
    found = find(due={"q2029Q4": 10.0, "q2030Q1": 90.0}, sound={"q2030Q1": 90.0})
    assert (found["B6_2029"], found["B6"]) == (1.0, 0.0)


def test_nothing_due_is_nothing_failed() -> None:
    assert find()["bullet_failure_share"] == 0.0


# ─── B7: principal lost ───


def test_b7_is_loss_by_the_end_over_par_two_years_earlier() -> None:
    """60 at the base date and 40 by 2030Q4: a loss of 10 by 2032Q4 is a tenth."""
    par = series(0.0, q2030Q4=40.0, q2031Q1=1e6)
    lost = find(paper_par=par, paper_loss=series(0.0, q2032Q4=10.0))
    assert lost["B7"] == 1.0
    assert lost["paper_loss_share"] == pytest.approx(0.10)
    assert lost["B7_quarter"] == AT("2032Q4")
    assert (
        find(paper_par=par, paper_loss=series(0.0, q2030Q4=10.0, q2031Q1=5.0))["neocloud_loss_2030"] == 10.0
    )
    assert find(paper_par=par, paper_loss=series(0.0, q2032Q4=9.99))["B7"] == 0.0


def test_b7x_is_a_large_loss_or_a_poor_recovery() -> None:
    """700 exposed: a loss of 105; or recovery under a third where 35 of par defaulted."""
    assert (
        find(exposed_loss=series(0.0, q2029Q1=105.0), exposed_defaulted=series(0.0, q2029Q1=300.0))["B7x"]
        == 1.0
    )
    assert (
        find(exposed_loss=series(0.0, q2029Q1=104.0), exposed_defaulted=series(0.0, q2029Q1=300.0))["B7x"]
        == 0.0
    )
    assert (
        find(exposed_loss=series(0.0, q2029Q1=24.0), exposed_defaulted=series(0.0, q2029Q1=35.0))["B7x"]
        == 1.0
    )
    assert (
        find(exposed_loss=series(0.0, q2029Q1=23.0), exposed_defaulted=series(0.0, q2029Q1=34.0))["B7x"]
        == 0.0
    )
    assert (
        find(exposed_loss=series(0.0, q2029Q1=23.0), exposed_defaulted=series(0.0, q2029Q1=35.0))["B7x"]
        == 0.0
    )


# ─── B8: forced sales mark down a quarter of what credit lost in a year of heavy losses ───

QUARTER_OF_YEAR: dict[str, Any] = {"quarter_loss": series(0.0, q2028Q1=30.0, q2028Q4=10.0)}


def test_b8_is_a_year_in_which_marks_are_a_quarter_of_a_large_loss() -> None:
    found = find(**QUARTER_OF_YEAR, second_round=series(0.0, q2028Q2=10.0))
    assert (found["B8"], found["B8_quarter"]) == (1.0, AT("2028Q4"))
    assert found["second_round_share"] == pytest.approx(0.25)
    assert found["second_round"] == 10.0
    small = find(**QUARTER_OF_YEAR, second_round=series(0.0, q2028Q2=9.9))
    assert small["B8"] == 0.0
    assert np.isnan(small["B8_quarter"])


def test_b8_needs_loss_and_marks_in_one_calendar_year() -> None:
    assert find(**QUARTER_OF_YEAR, second_round=series(0.0, q2029Q1=100.0))["B8"] == 0.0
    less: dict[str, Any] = {"quarter_loss": series(0.0, q2028Q1=30.0, q2028Q4=9.9)}
    found = find(**less, second_round=series(0.0, q2028Q2=100.0))
    assert (found["B8"], found["second_round_share"]) == (0.0, 0.0), "a small year does not count"


def test_b8_counts_what_is_left_of_the_first_year_and_is_dated_by_the_first_that_holds() -> None:
    lost = series(0.0, q2026Q2=1e6, q2026Q4=40.0, q2032Q4=40.0)
    marked = series(0.0, q2026Q2=1e6, q2026Q3=10.0, q2032Q1=20.0)
    found = find(quarter_loss=lost, second_round=marked)
    assert found["B8_quarter"] == AT("2026Q4")
    assert found["second_round_share"] == pytest.approx(0.5)
    assert found["second_round"] == 30.0, "the base date has no flow"


def test_b5d_counts_amended_facilities() -> None:
    found = find(seasoned=since("2032Q4", 0.1), seasoned_distressed=since("2030Q4", 1 / 3))
    assert (found["B5"], found["B5d"]) == (0.0, 1.0)
    assert found["distressed_compute_2030"] == pytest.approx(1 / 3)
    assert find(seasoned_distressed=since("2032Q4", 0.33))["B5d"] == 0.0


def test_the_wall_is_counted_to_2028_and_after() -> None:
    defaulted = series(0.0, q2027Q1=2.0, q2028Q4=3.0, q2029Q1=7.0)
    found = find(credit_wall_defaulted=defaulted, credit_extended=series(0.0, q2028Q4=4.0, q2029Q1=50.0))
    assert (found["wall_default_2028"], found["wall_default_later"]) == (5.0, 7.0)
    assert found["wall_extended_2028"] == 4.0


def test_a_pools_year_is_over_its_book_at_the_start() -> None:
    """Four quarters of one and of a half, on the book with which the year began; whole years only."""
    found = find()
    assert found["default.b_loans.2027"] == pytest.approx(4.0 / 203.0)
    assert found["lost.software.2032"] == pytest.approx(2.0 / 223.0)
    assert "default.b_loans.2026" not in found


def test_recoveries_and_who_bears_losses_stand_under_their_names() -> None:
    found = find(bankruptcy_cost=series(0.0, q2027Q1=1.5, q2032Q4=2.0))
    for k, name in enumerate(INSTRUMENTS):
        assert found[f"claim.{name}"] == 10.0 + k
        assert found[f"loss.{name}"] == 0.5 * (10.0 + k)
        assert found[f"claim_stress.{name}"] == 5.0 + k
        assert found[f"loss_stress.{name}"] == 0.5 * (5.0 + k)
        assert found[f"owed_calm.{name}"] == 10.0 * (2.0 + k)
        assert found[f"claim_wide.{name}"] == 3.0 + k
    assert [found[f"paired.{name}"] for name in ("claim", "calm", "stress")] == [30.0, 20.0, 15.0]
    assert (found["ultimate.bank"], found["ultimate.households"]) == (7.0, 9.0)
    assert found["bankruptcy_cost"] == 3.5


def test_lines_stand_under_their_names() -> None:
    found = find(software_loss=series(0.0, q2027Q1=1.5, q2032Q4=2.0), generic_loss=series(1.0))
    assert (found["software_loss"], found["generic_loss"]) == (3.5, 26.0)
    assert [found[f"line_expected.{name}"] for name in ("headline", "software", "generic")] == [3.0, 4.0, 5.0]
    assert found["line_owed.software"] == 40.0
    assert [found[f"line_{kind}.generic"] for kind in ("left", "due", "ahead")] == [7.0, 4.0, 0.1]


# ─── U1 to U4 ───


def test_u1_is_a_run_rate_of_650_by_2030() -> None:
    found = find(revenue=since("2030Q4", 650.0, 100.0))
    assert (found["U1"], found["U1_quarter"]) == (1.0, AT("2030Q4"))
    assert find(revenue=since("2031Q1", 650.0, 100.0))["U1"] == 0.0
    assert find(revenue=since("2030Q4", 600.0, 100.0))["U1x"] == 1.0


def test_u2_needs_every_year_covered() -> None:
    """CFO of 100 against 125 of capex, leases and SPVs is .80."""
    assert find(cfo=series(100.0))["U2"] == 1.0
    assert find(cfo=series(100.0, q2028Q2=99.0))["U2"] == 0.0
    assert find(cfo=series(100.0, q2028Q2=99.0, q2028Q3=101.0))["U2"] == 1.0, "years, not quarters"
    assert find(cfo=series(100.0, q2026Q4=0.0, q2031Q1=0.0))["U2"] == 1.0


def test_u3_is_no_strong_payers_facility_in_default_by_2030() -> None:
    assert find()["U3"] == 1.0
    assert find(strong_payer_default=since("2030Q4", 1.0))["U3"] == 0.0
    assert find(strong_payer_default=since("2031Q1", 1.0))["U3"] == 1.0


def test_u4_reads_the_end_of_2028() -> None:
    assert find(h100_contract=series(2.65, q2028Q4=0.75 * 2.65))["U4"] == 1.0
    found = find(h100_contract=series(2.65, q2028Q4=0.74 * 2.65))
    assert (found["U4"], found["U4x"]) == (0.0, 1.0)
    assert find(h100_contract=series(2.65, q2028Q4=0.49 * 2.65))["U4x"] == 0.0


# ─── classes ───

FALL: dict[str, Any] = {"capex": since("2028Q1", 60.0, 100.0)}
DEFAULTS: dict[str, Any] = {"seasoned": since("2029Q2", 0.25)}
SHORT: dict[str, Any] = {"revenue": series(40.0)}


@pytest.mark.parametrize(
    ("paths", "named"),
    [
        ({}, "durable_paid"),
        (SHORT, "durable_unpaid"),
        (FALL, "correction"),
        (FALL | SHORT, "correction"),
        (FALL | DEFAULTS, "correction"),
        (FALL | DEFAULTS | SHORT, "bust"),
    ],
)
def test_classes(paths: dict[str, Any], named: str) -> None:
    found = find(**paths)
    classes = ("bust", "correction", "durable_paid", "durable_unpaid")
    assert [name for name in classes if found[name] == 1.0] == [named]
    assert found["durable"] == found["durable_paid"] + found["durable_unpaid"]
    for suffix in ("", "_b1x", "_60"):
        assert sum(found[f"{name}{suffix}"] for name in ("bust", "correction", "durable")) == 1.0


def test_a_bust_is_dated_when_enough_has_happened() -> None:
    found = find(**FALL, **DEFAULTS, **SHORT)
    assert found["bust_quarter"] == AT("2029Q2")
    losses: dict[str, Any] = {"paper_loss": series(0.0, q2028Q3=50.0)}
    assert find(**FALL, **DEFAULTS, **SHORT, **losses)["bust_quarter"] == AT("2028Q3")
    assert np.isnan(find(**FALL)["bust_quarter"])


def test_classes_under_other_definitions() -> None:
    external = find(**FALL, **DEFAULTS, revenue=series(60.0))
    assert (external["bust"], external["bust_b1x"]) == (0.0, 1.0)
    softer = find(**FALL, **SHORT, h100_contract=since("2028Q2", 0.35 * 2.65, 2.65))
    assert (softer["bust"], softer["bust_60"]) == (0.0, 1.0)


# ─── levels ───


def test_calendar_years_of_capex_reach_back_to_the_first_quarter_of_2026() -> None:
    found = find(capex=series(100.0, q2026Q2=172.0, q2026Q3=196.0, q2026Q4=196.0))
    assert found["capex_2026"] == 100.0 + 172.0 + 196.0 + 196.0
    assert found["capex_2027"] == 400.0
    assert found["ai_capex_2026_2030"] == 200.0 + 18 * 100.0
    assert found["deployed_2026_2030"] == 100.0 + 172.0 + 2 * 196.0 + 16 * 100.0 + 18 * 25.0


def test_rent_statistics() -> None:
    falling = 2.65 * np.exp(-0.3 * np.arange(QUARTERS) / 4)
    found = find(h100_contract=falling, h100_spot=falling)
    assert found["rent_drift"] == pytest.approx(-0.3)
    assert found["rent_volatility"] == pytest.approx(0.0, abs=1e-12)
    assert found["rent_rises_a_year"] == 0.0
    assert find(h100_contract=since("2027Q2", 2.66, 2.65))["rent_rises_a_year"] == 1.0
    noisy = 2.42 * np.exp(0.1 * (-1.0) ** np.arange(QUARTERS))
    assert find(h100_spot=noisy)["spot_volatility"] == pytest.approx(2 * 0.2, rel=0.05)  # 26 changes of +-.2


def test_coreweave_has_five_years() -> None:
    inside, outside = (find(holdco_defaulted=since(x, 1.0)) for x in ("2031Q2", "2031Q3"))
    assert (inside["coreweave_default_5y"], outside["coreweave_default_5y"]) == (1.0, 0.0)
    assert outside["coreweave_default"] == 1.0


def test_losses_and_rates() -> None:
    found = find(
        headline_loss=np.arange(QUARTERS, dtype=float),
        quarter_loss=series(0.0, q2026Q2=1e6, q2028Q1=3.0, q2028Q4=4.0),
        credit_default_rate=series(0.015),
        credit_loss=series(1.0),
        credit_defaulted=series(2.0),
    )
    assert found["headline_loss"] == 26.0
    assert found["headline_loss_2030"] == 18.0
    assert found["credit_worst_year"] == 7.0
    assert found["generic_default_rate"] == pytest.approx(0.06)
    assert found["generic_recovery"] == pytest.approx(0.5)


def test_cash_is_held_against_the_capex_of_the_year() -> None:
    """300 at the end of 2027 over the four quarters of that year; each year has its own."""
    found = find(cash=series(300.0, q2027Q4=500.0), capex=series(100.0, q2027Q1=200.0, q2028Q1=350.0))
    assert found["cash_to_capex_2027"] == pytest.approx(500.0 / 500.0)
    assert found["cash_to_capex_2028"] == pytest.approx(300.0 / 650.0)
    assert found["cash_to_capex_2029"] == pytest.approx(300.0 / 400.0)


def test_payout_is_of_the_whole_cash_flow_of_its_years() -> None:
    found = find(payout=series(25.0, q2030Q1=145.0, q2026Q4=999.0), cfo=series(125.0))
    assert found["payout_share"] == pytest.approx((24 * 25.0 + 120.0) / (24 * 125.0))
    assert found["payout_share_last"] == pytest.approx(0.2)


def test_what_waits_and_what_works() -> None:
    at = find(undeployed=series(1e6, q2028Q4=3e6), power_drawn=series(20e9, q2030Q4=100e9))
    assert at["undeployed_share"] == pytest.approx(0.2)
    assert at["power_2030"] == 100e9
    assert at["energy_2030"] == pytest.approx(100e9 * 0.75 * 8760)


def test_power_and_energy_by_calendar_year() -> None:
    """Energy at the mean of a quarter's ends; idle is what is gone of normal use, .65."""
    at = find(
        power_drawn=series(20e9, q2030Q4=100e9),
        utilization=series(0.65, q2030Q4=0.52, q2031Q1=0.78),
        power_waiting=series(5e9, q2030Q4=7e9),
        power_queue=series(40e9, q2031Q4=30e9),
        power_unclaimed=series(1e9, q2030Q2=4e9),
    )
    hours = 0.75 * 2190
    assert at["load.2029"] == 20e9
    assert at["load.2030"] == 100e9
    assert at["energy.2029"] == pytest.approx(hours * 4 * 20e9)
    assert at["energy.2030"] == pytest.approx(hours * (3 * 20e9 + 60e9))
    assert at["energy.2031"] == pytest.approx(hours * (3 * 20e9 + 60e9))
    assert at["idle.2029"] == at["idle.2031"] == 0.0
    assert at["idle.2030"] == pytest.approx(20e9)
    assert at["idle_energy.2030"] == at["idle_energy.2031"] == pytest.approx(hours * 10e9)
    assert (at["waiting.2030"], at["waiting.2031"]) == (7e9, 5e9)
    assert (at["queue.2030"], at["queue.2031"]) == (40e9, 30e9)
    assert (at["unclaimed.2030"], at["unclaimed.2031"]) == (7e9, 4e9)
