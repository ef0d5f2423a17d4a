"""What is a judgement without a prior, and where its ends lie."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from risk.assumptions import Assumptions, load
from risk.assumptions.judgements import Judgement, Refused, at, judgements, moved
from risk.assumptions.plausible import bound_at
from tests.assumptions.builder import PROVENANCE, Register


@pytest.fixture(scope="module")
def shipped() -> Assumptions:
    return load()


def by_id(assumptions: Assumptions) -> dict[str, Judgement]:
    return {found.id: found for found in judgements(assumptions)}


def entry(name: str, value: str, low: str, high: str, more: str = "") -> str:
    head = f'[gpu.{name}]\nvalue = {value}\nunit = "1"\nlow = {low}\nhigh = {high}\nowner = "Risk"\n'
    return f"{head}{more}{PROVENANCE}\n"


@pytest.fixture
def register(tmp_path: Path) -> Register:
    found = Register(tmp_path)
    found.add("gpu", entry("plain", "0.3", "0.1", "0.7", 'fixed = "Defined so."\n'))
    found.add("gpu", entry("vector", "[1.0, 2.0]", "[0.0, 1.0]", "[4.0, 8.0]", 'labels = ["a", "b"]\n'))
    found.add("gpu", entry("count", "4", "1", "9", 'domain = "count"\n'))
    found.add("gpu", entry("weights", "[0.2, 0.6, 0.2]", "0.1", "0.9", 'domain = "weights"\n'))
    known = entry("known", "1.0", "0.0", "2.0").replace('grade = "judgement"', 'grade = "filing"')
    uncertain = 'prior = { shape = "uniform", low = 0.1, high = 0.7 }\n'
    return found.add("gpu", known).add("gpu", entry("uncertain", "0.3", "0.1", "0.7", uncertain))


def test_only_judgements_without_a_prior_are_found(register: Register) -> None:
    found = by_id(register.load())
    assert {"gpu.plain", "gpu.vector", "gpu.count"} <= set(found)
    assert not {"gpu.known", "gpu.uncertain", "gpu.launch_obsolescence", "run.base_date"} & set(found)
    assert found["gpu.plain"].fixed == "Defined so."
    assert found["gpu.plain"].file == "base/gpu.toml"


@pytest.mark.parametrize(
    ("id", "share", "value"),
    [
        ("gpu.plain", -1.0, 0.1),
        ("gpu.plain", 1.0, 0.7),
        ("gpu.plain", 0.5, 0.5),
        ("gpu.plain", -0.25, 0.25),
        ("gpu.vector", 1.0, (4.0, 8.0)),
        ("gpu.vector", -0.5, (0.5, 1.5)),
        ("gpu.count", 1.0, 9),
        ("gpu.count", -0.5, 2),
        ("gpu.weights[0]", 1.0, (0.9, 0.075, 0.025)),
        ("gpu.weights[1]", -1.0, (0.45, 0.1, 0.45)),
    ],
)
def test_a_number_goes_to_the_ends_of_its_range(
    register: Register, id: str, share: float, value: object
) -> None:
    assumptions = register.load()
    found = moved(assumptions, by_id(assumptions)[id], share)
    entry_id = id.partition("[")[0]
    assert found.entries[entry_id].value == pytest.approx(value)
    assert type(found.entries[entry_id].value) is type(value)
    others = [name for name in found.entries if name != entry_id]
    assert all(found.entries[name] is assumptions.entries[name] for name in others)


def test_correlations_go_from_none_to_as_strong_as_they_can_be(shipped: Assumptions) -> None:
    number = by_id(shipped)["dependence.correlation"]
    rows = {share: moved(shipped, number, share).entries[number.home].value for share in (-1.0, -0.5, 0.25)}
    assert rows[-1.0] == tuple(tuple(float(i == j) for j in range(6)) for i in range(6))
    assert rows[-0.5][0][1] == pytest.approx(0.5 * -0.3)  # type: ignore[index]
    assert rows[0.25][0][1] == pytest.approx(1.25 * -0.3)  # type: ignore[index]
    with pytest.raises(Refused, match="not a correlation"):
        moved(shipped, number, 1.0)


def test_a_column_moves_where_its_rows_are_judgement_and_hold_something(shipped: Assumptions) -> None:
    number, table = by_id(shipped)["neoclouds.facility.debt"], shipped.tables["neoclouds.facility"]
    graded = {row.id for row in table.rows if row.grade == "judgement"}
    assert 0 < len(number.rows) <= len(graded) < len(table.rows)
    after = moved(shipped, number, 1.0).tables["neoclouds.facility"]
    for before, row in zip(table.rows, after.rows, strict=True):
        end = table.ranges["debt"].high
        assert row.debt == (end if row.id in number.rows else before.debt)  # type: ignore[attr-defined]
    balloon = by_id(shipped)["neoclouds.facility.balloon"]
    nothing = [row.id for row in table.rows if row.balloon == 0]  # type: ignore[attr-defined]
    assert set(nothing) & graded
    assert not set(nothing) & set(balloon.rows)


def test_what_rows_must_satisfy_together_is_said(shipped: Assumptions) -> None:
    with pytest.raises(Refused, match=r"share of '.*' sums to .* over its rows, not to 1"):
        moved(shipped, by_id(shipped)["credit.rating.share"], 1.0)
    with pytest.raises(Refused, match="comes before contract_first"):
        moved(shipped, by_id(shipped)["neoclouds.facility.contract_last"], -1.0)


def test_settings_windows_and_names_are_left_out_with_the_reason(shipped: Assumptions) -> None:
    left_out = {id: found.left_out for id, found in by_id(shipped).items() if found.left_out}
    assert left_out["run.quarters"] == "a setting of the run"
    assert left_out["propositions.gap_years"] == "a window of time"
    assert left_out["credit.maturity.year"] == "names its rows"
    assert len(left_out) < 20


def test_every_number_of_the_shipped_register_has_ends_around_it(shipped: Assumptions) -> None:
    """A number on its end moves one way only; one outside its range was let in for a reason."""
    for number in judgements(shipped):
        if number.low is None or number.left_out:
            continue
        values = number.value if isinstance(number.value, tuple) else (number.value,)
        for i, x in enumerate(values):
            assert at(number, 0.0) == number.value
            assert bound_at(number.low, (i,)) <= x <= bound_at(number.high, (i,)) or number.rows, number.id


def test_a_reason_beside_a_prior_is_refused(register: Register) -> None:
    register.edit("gpu", 'prior = { shape = "uniform", low = 0.1, high = 0.7 }\n',
                  'fixed = "No idea."\nprior = { shape = "uniform", low = 0.1, high = 0.7 }\n')  # fmt: skip
    problem = register.problem()
    assert (problem.code, problem.reason) == (
        "A012",
        "fixed says why gpu.uncertain has no prior, but it has one",
    )
    text = register.base["gpu"].splitlines()
    assert text[problem.line - 1] == 'fixed = "No idea."'


def test_a_scenario_may_give_a_prior_to_what_the_base_holds_fixed(register: Register) -> None:
    prior = 'prior = { shape = "uniform", low = 0.1, high = 0.7 }\nwhy = "Not so sure."\n'
    register.scenario("doubt", f'[change."gpu.plain"]\n{prior}')
    assert "gpu.plain" not in by_id(register.load("doubt"))


COLUMNS = (Path(__file__).parents[2] / "assumptions" / "base" / "columns.toml").read_text(encoding="utf-8")


def test_a_column_may_say_why_nothing_of_it_is_uncertain(tmp_path: Path) -> None:
    silent = re.sub(r', fixed = "[^"]*"', "", COLUMNS)
    before = "power = { low = 0.1, high = 12 }"
    assert before in silent
    register = Register(tmp_path).add(
        "columns", silent.replace(before, before[:-2] + ', fixed = "Metered." }')
    )
    assumptions = register.load()
    assert by_id(assumptions)["gpu.generation.power"].fixed == "Metered."
    assert by_id(assumptions)["gpu.generation.memory"].fixed == ""
