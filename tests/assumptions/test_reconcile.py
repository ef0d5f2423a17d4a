"""Totals of the shipped register: what must agree does, and a number ten times too large is found."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from risk.assumptions import AssumptionErrors, Assumptions, Entry, Problem, load
from risk.assumptions.draft import Draft, read_base
from risk.assumptions.expression import Nothing, Ref, Scope
from risk.assumptions.reconcile import Reconciliation, check, read
from risk.assumptions.rows import row_id
from risk.assumptions.table import Row
from risk.assumptions.tables import Facility
from tests.assumptions.builder import Register

FOLDER = Path(__file__).parents[2] / "assumptions"

Rows = Mapping[str, Mapping[int, Row]]


@pytest.fixture(scope="module")
def draft() -> Draft:
    return read_base(FOLDER / "base")


@pytest.fixture(scope="module")
def base() -> Assumptions:
    return load(FOLDER)


@pytest.fixture(scope="module")
def rows(draft: Draft, base: Assumptions) -> Rows:
    """Rows of every table by their place in its file."""
    return {
        name: {i: base.tables[name].row(row_id(raw, name)) for i, raw in enumerate(raws)}
        for name, raws in draft.rows.items()
    }


FOUND_OTHERWISE = {
    "capex.actual.cfo": "cash flow swings tenfold between quarters: only the mean of the last four is held",
    "capex.firm.leverage_limit": "an upper bound of debt; ten times it lies beyond its plausible range",
    "revenue.ai_capex_history": "but its last three quarters: a history of stylised years",
    "gpu.recent_purchases": "but the last",
    "gpu.generation.gpus": "of A100s, the smallest of a sum: its row has a range of its own",
    "gpu.generation.power": "of A100s, and of generations nobody has yet",
    "gpu.generation.memory": "where eight devices hold the model many times: the page's own figure",
    "gpu.generation.memory_bandwidth": "of some, whose work compute bounds: the page's own figure",
    "gpu.serving.devices": "ten times as many lie beyond the plausible range",
    "gpu.serving.hit_rate": "ten times a share is none",
    "revenue.token_price_decline": "hardware is a lower bound of it; ten times it lies beyond its range",
}
"""What may be ten times too large without a total that says so, and what else finds it."""


def compared(
    record: Reconciliation, entries: Mapping[str, Entry], rows: Rows, slip: tuple[Ref, float] | None = None
) -> Iterator[tuple[Scope, bool]]:
    """Every comparison of a reconciliation: its scope with what was read, and whether it holds."""
    for at in rows[record.each] if record.each else (0,):
        scope = Scope(entries, rows, record.each, at, slip)
        if record.where and not scope.matches(record.where, at):
            continue
        try:
            yield scope, record.holds(scope.number(record.left), scope.number(record.right))
        except Nothing:
            continue


def test_a_number_ten_times_too_large_breaks_a_total(draft: Draft, base: Assumptions, rows: Rows) -> None:
    records, problems = read(draft.documents["reconciliations"])
    assert not problems
    caught: dict[Ref, bool] = {}
    for record, _ in records:
        found = list(compared(record, base.entries, rows))
        assert found or record.where, record.id
        assert all(held for _, held in found)
        for scope, _ in found:
            for ref in {ref for ref in list(scope.read) if scope._read(ref)}:
                spoilt = Scope(scope.entries, scope.rows, scope.table, scope.at, (ref, 10))
                broken = not record.holds(spoilt.number(record.left), spoilt.number(record.right))
                caught[ref] = caught.get(ref, False) or broken
    missed = {
        f"{name}.{column}" if column else name for (name, _, column), found in caught.items() if not found
    }
    assert missed == set(FOUND_OTHERWISE)
    assert sum(caught.values()) > 200


def test_it_is_told_with_the_numbers_and_the_line_of_the_one_that_does_not_fit(
    draft: Draft, base: Assumptions, rows: Rows
) -> None:
    loans = rows["neoclouds.facility"]
    at, loan = next((i, row) for i, row in loans.items() if row.id == "CRWV-DDTL2")
    assert isinstance(loan, Facility)
    year = 1.2 * 8760 * loan.gpus * loan.price / 1e6  # of thousand GPUs, in $bn
    spoilt = {**loans, at: loan.model_copy(update={"debt": 10 * loan.debt})}
    problems, outliers = check(draft, base.entries, {**rows, "neoclouds.facility": spoilt})
    told = {problem.reason.partition(":")[0]: problem for problem in problems}
    assert set(told) == {"facility-debt of CRWV-DDTL2", "debt-of-coreweave"}
    assert not outliers
    problem = told["facility-debt of CRWV-DDTL2"]
    line = Path(problem.file).read_text("utf-8").splitlines()[problem.line - 1]
    assert (problem.code, line) == ("A026", f"debt = {loan.debt}")
    assert f"{10 * loan.debt:g} against {year:.4g} USD bn" in problem.reason
    assert "neoclouds.facility.CRWV-DDTL2 debt" in problem.fixes[0]


BANK = """
[[reconciliation]]
id = "price"
left = "gpu.system_price"
right = "60 * 1000"
tolerance = 0.5
unit = "USD k/GPU"
source = "sector-page"
why = "What it costs."
"""


def problem_of(register: Register) -> Problem:
    return register.add("reconciliations", BANK).edit("gpu", "value = 53", "value = 530").problem()


def test_a_reason_lets_it_in_and_it_is_listed(register: Register) -> None:
    assert problem_of(register).code == "A026"
    accepted = register.edit("gpu", "value = 530", 'value = 530\naccept = "A rack, not a GPU."').load()
    (outlier,) = accepted.outliers
    assert (outlier.id, outlier.reason, outlier.high) == ("gpu.system_price", "A rack, not a GPU.", 1.5)
    assert outlier.field == "value, in price"


@pytest.mark.parametrize(
    ("left", "said"),
    [
        ("gpu.system_prize", "no entry"),
        ("sum(gpu.generation.gpu)", "no entry"),
        ("sum(gpu.generation.gpus[nam == 'H100'])", "no column"),
        ("__import__('os')", "not understood"),
        ("gpu.system_price / 0", "zero"),
        ("gpu.system_price +", "syntax"),
        ("gpu.generation.gpus", "not one"),
        ("gpu.delivery[7]", "range"),
        ("sum(gpu.generation.gpus * gpu.delivery)", "against"),
    ],
)
def test_an_expression_nobody_understands_is_refused_in_its_place(
    register: Register, left: str, said: str
) -> None:
    text = BANK.replace('"gpu.system_price"', f'"{left}"')
    problem = register.add("reconciliations", text).problem()
    assert (problem.code, Path(problem.file).name) == ("A018", "reconciliations.toml")
    assert said in problem.reason


def test_a_scenario_is_reconciled_too(register: Register) -> None:
    change = '[change."gpu.system_price"]\nvalue = 530\nwhy = "Dear."\n'
    register.add("reconciliations", BANK).scenario("dear", change)
    assert register.load().scenario.name == "base"
    with pytest.raises(AssumptionErrors, match=r"dear\.toml"):
        register.load("dear")
    register.scenario("dear", change + 'accept = "A rack."\n')
    assert [outlier.reason for outlier in register.load("dear").outliers] == ["A rack."]
    assert register.load("dear").outliers[0].file.endswith("dear.toml")
