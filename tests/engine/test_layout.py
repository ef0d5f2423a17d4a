"""The facility book against its tables, in whatever order they stand."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from risk.assumptions import Assumptions
from risk.engine import simulate
from risk.engine.layout import Layout, contract_tenors, layout
from tests.engine.base import SEED, changed


def with_rows(register: Assumptions, table: str, rows: tuple[Any, ...]) -> Assumptions:
    tables = {**register.tables, table: replace(register.tables[table], rows=rows)}
    return replace(register, tables=tables)


@pytest.fixture(params=["as given", "reversed"])
def plan(request: pytest.FixtureRequest, register: Assumptions) -> Layout:
    rows = register.tables["neoclouds.facility"].rows
    return layout(
        register if request.param == "as given" else with_rows(register, "neoclouds.facility", rows[::-1])
    )


def test_every_fact_of_a_facility_is_its_own(plan: Layout, register: Assumptions) -> None:
    firms = register.tables["neoclouds.firm"].names
    generations = register.tables["gpu.generation"].names
    opex = dict(zip(generations, register.tables["gpu.generation"].numbers("opex"), strict=True))
    book = plan.base_book
    rows: dict[str, Any] = {row.id: row for row in register.tables["neoclouds.facility"].rows}
    assert sorted(book.names) == sorted(rows)
    for i, name in enumerate(book.names):
        row = rows[name]
        assert firms[book.firm[i]] == row.firm
        assert generations[book.generation[i]] == row.generation
        assert register.tables["neoclouds.payer"].names[book.payer[i]] == row.payer
        assert book.due[i] == row.debt_quarters
        assert book.balloon[i] == row.balloon / 100
        assert book.site[i] == (row.kind == "site")
        assert plan.base["gpus"][i] == row.gpus * 1e3
        assert plan.base["debt"][i] == row.debt * 1e9
        assert plan.base["coupon"][i] == pytest.approx(row.coupon / 100)
        assert plan.contracts[0][i] == row.gpus * 1e3
        assert plan.contracts[1][i] == pytest.approx(row.price * (1 - row.prepaid_share))
        assert plan.terms.opex[0, i] == pytest.approx(opex[row.generation] * row.opex_multiple)
        assert plan.terms.lease_rent[0, i] == row.price
        assert plan.terms.shell_value[0, i] == row.shell_value
        ends = np.flatnonzero(plan.expiry[:, i])
        assert (ends[0], ends[-1]) == (row.contract_first, row.contract_last)
        np.testing.assert_allclose(plan.expiry[ends, i], 1 / len(ends))
        repaid = book.amortization[: int(row.debt_quarters) + 1, i].sum()
        assert repaid == pytest.approx(1 - row.balloon / 100)


def test_some_contracts_are_prepaid(register: Assumptions) -> None:
    """Else the test above would not see a prepayment go missing."""
    assert register.tables["neoclouds.facility"].numbers("prepaid_share").max() > 0


def test_a_years_cohorts_cost_the_cohort_multiple_and_are_repaid_in_equal_parts_once_drawn(
    register: Assumptions,
) -> None:
    plan = layout(register)
    opex = register.tables["gpu.generation"].numbers("opex")
    n = plan.base_book.facilities
    multiple = register.value("neoclouds.cohort_opex_multiple")
    np.testing.assert_allclose(plan.terms.opex[0, n:], opex[plan.book.generation[n:]] * multiple)
    assert plan.terms.shell_value[0, n:].sum() == plan.terms.lease_rent[0, n:].sum() == 0.0
    tenors = dict(zip(("IG", "LAB", "OTHER"), (22, 18, 14), strict=True))
    for i in range(n, plan.book.facilities):
        year, payer = plan.book.names[i].split("-")[1:]
        drawn = [t for t in plan.cohorts if register.calendar.labels[t].startswith(year)]
        assert plan.book.origination[i] == drawn[0]
        assert {plan.opened[t] for t in drawn} == {drawn[0]}
        last, life = drawn[-1], tenors[payer]
        assert plan.book.due[i] - last == life
        assert plan.book.amortization[: last + 1, i].sum() == 0.0
        paid = plan.book.amortization[last + 1 : last + 1 + life, i]
        np.testing.assert_allclose(paid, 1 / life)
        signed = np.mean(drawn)
        contract = {"IG": 24, "LAB": 18, "OTHER": 6}[payer]
        left = np.clip(contract - (np.arange(plan.quarters + 1.0) - signed), 0.0, contract)
        np.testing.assert_allclose(plan.contract_left[:, i], left)
    assert plan.last == plan.quarters + 32, "paper of up to 32 quarters issued in the last"


def test_one_number_scales_the_tenor_of_all_new_contracts(register: Assumptions) -> None:
    assert contract_tenors(register).tolist() == [24, 18, 6]
    assert contract_tenors(changed(register, {"neoclouds.contract_tenor": 0.75})).tolist() == [18, 14, 4]
    assert contract_tenors(changed(register, {"neoclouds.contract_tenor": 0.1})).tolist() == [2, 2, 1]


@pytest.mark.slow
def test_long_tenors_have_their_place(register: Assumptions) -> None:
    """A note of ten years, a lease of fifteen, a bullet in 2046: nothing falls off the calendar."""
    table = register.tables["neoclouds.facility"]
    lease: Any = table.rows[-1]
    rows = (*table.rows[:-1], lease.model_copy(update={"contract_first": 60.0, "contract_last": 60.0}))
    notes = register.tables["neoclouds.note"].rows
    late: Any = notes[0]
    long = with_rows(register, "neoclouds.facility", rows)
    long = with_rows(long, "neoclouds.note", (late.model_copy(update={"quarter_due": 80.0}), *notes[1:]))
    plan = layout(changed(long, {"neoclouds.note_latest": 40.0}))
    assert plan.last == 80
    np.testing.assert_allclose(plan.expiry.sum(axis=0), 1.0)
    assert plan.bullets[80].sum() == late.amount * 1e9
    simulate(changed(long, {"neoclouds.note_latest": 40.0}), 1, 0, paths=2)


def test_what_exists_opens_a_quarter_later(register: Assumptions) -> None:
    plan = layout(register)
    sizes = [book.facilities for book in plan.opening]
    born = [np.count_nonzero(plan.book.origination < max(t, 1)) for t in range(plan.quarters + 2)]
    assert sizes == born
    assert sizes[-1] == plan.book.facilities, "what the last quarter leaves opens the one after it"
    assert plan.terms_at(7).opex.shape == (1, sizes[7])
    assert set(plan.book.tenant) == {-1, plan.book.firms.index("CRWV")}


def test_notes_are_due_when_the_table_says(register: Assumptions) -> None:
    plan = layout(register)
    notes = register.tables["neoclouds.note"]
    total = {"note": np.zeros_like(plan.bullets), "convert": np.zeros_like(plan.bullets)}
    for row in notes.rows:
        due: Any = row
        total[due.kind][int(due.quarter_due), plan.book.firms.index(due.firm)] += due.amount * 1e9
    np.testing.assert_allclose(plan.bullets, total["note"])
    np.testing.assert_allclose(plan.converts, total["convert"])
    assert total["note"].any()
    assert total["convert"].any()


@pytest.mark.slow
def test_a_firm_may_own_nothing(register: Assumptions) -> None:
    rows = register.tables["neoclouds.facility"].rows
    left: tuple[Any, ...] = tuple(row for row in rows if getattr(row, "firm", "") != "LAMB")
    found = simulate(with_rows(register, "neoclouds.facility", left), SEED, 0, 16)
    at = found.entities["holdco.secured_debt"].index("LAMB")
    assert found.sums["holdco.secured_debt"][0, at] == 0.0


def test_a_launch_three_quarters_ago_is_too_young_for_a_cohort(register: Assumptions) -> None:
    table = register.tables["gpu.generation"]
    rows = tuple(
        row.model_copy(update={"launch": "2027Q1"}) if row.id == "Rubin" else row for row in table.rows
    )
    late = replace(register, tables={**register.tables, "gpu.generation": replace(table, rows=rows)})
    bought = [table.names[g] for g in layout(late).cohorts.values()]
    assert bought[:10] == ["B200"] * 5 + ["Rubin"] * 5


def test_cohorts_buy_what_has_been_out_for_a_year(register: Assumptions) -> None:
    names = register.tables["gpu.generation"].names
    found = {register.calendar.labels[t]: names[g] for t, g in layout(register).cohorts.items()}
    assert found == {
        f"{year}Q{q}": bought
        for year, bought in zip(
            range(2026, 2033), ("B200", "B200", "Rubin", "Rubin", "Next", "Next", "Next"), strict=True
        )
        for q in range(1, 5)
        if (year, q) >= (2026, 4)
    }
