from collections.abc import Sequence
from dataclasses import replace

import pytest

from risk.assumptions import Assumptions, load
from risk.assumptions.table import Row
from risk.assumptions.tables import CapexActual, CapexFirm
from risk.calibrate.replay import gross_issuance


@pytest.fixture(scope="module")
def register() -> Assumptions:
    return load()


def changed(register: Assumptions, identifier: str, value: float) -> float:
    entry = replace(register.entry(identifier), value=value)
    return gross_issuance(replace(register, entries={**register.entries, identifier: entry}))


def test_the_replay_issues_what_2025_saw(register: Assumptions) -> None:
    assert 121e9 <= gross_issuance(register) <= 150e9


def test_firms_that_pay_out_more_issue_more(register: Assumptions) -> None:
    assert changed(register, "capex.payout", 0.30) > gross_issuance(register)


def test_firms_that_plan_ahead_issue_more(register: Assumptions) -> None:
    assert changed(register, "capex.prefunding", 0.8) > gross_issuance(register)


def test_without_prefunding_only_the_shortfall_of_the_quarter_is_raised(register: Assumptions) -> None:
    assert changed(register, "capex.prefunding", 0.0) < 0.6 * gross_issuance(register)


def test_cash_rich_firms_issue_nothing(register: Assumptions) -> None:
    def rich(rows: Sequence[CapexActual | CapexFirm]) -> tuple[Row, ...]:
        return tuple(row.model_copy(update={"cfo": 4.0 * row.cfo}) for row in rows)

    rows = {"capex.actual": rich(register.rows(CapexActual)), "capex.firm": rich(register.rows(CapexFirm))}
    tables = {name: replace(register.tables[name], rows=found) for name, found in rows.items()}
    assert gross_issuance(replace(register, tables={**register.tables, **tables})) == 0.0


def test_firms_do_not_report_on_one_day(register: Assumptions) -> None:
    """One firm's report of the base date's quarter changes what is known of that firm alone."""
    rows = register.rows(CapexActual)
    label = register.calendar.labels[0]
    reported = {row.firm for row in rows if row.quarter == label}
    expected = next(firm for firm in register.rows(CapexFirm) if firm.name not in reported)
    own = {"firm": expected.name, "quarter": label, "capex": expected.capex_last_quarter}
    early = (*rows, rows[-1].model_copy(update=own))
    tables = {**register.tables, "capex.actual": replace(register.tables["capex.actual"], rows=early)}
    assert gross_issuance(replace(register, tables=tables)) == pytest.approx(gross_issuance(register))
