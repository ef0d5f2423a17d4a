"""Whatever check admits runs: what does not is refused with file and line."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from risk.assumptions import AssumptionErrors, Assumptions, Problem
from risk.assumptions.priors import parse
from risk.assumptions.schema import Event
from risk.assumptions.tables import MAY_BE_EMPTY
from risk.engine import admission
from risk.engine.admission import admit
from risk.engine.rehearsal import LEAST, cast, corners
from tests.engine.corners import Walk

SAMPLED = 6
"""Corners tried in the quick run."""


def changed(assumptions: Assumptions, id: str, **fields: Any) -> Assumptions:
    entry = replace(assumptions.entries[id], **fields)
    return replace(assumptions, entries={**assumptions.entries, id: entry})


def cells(
    assumptions: Assumptions, name: str, column: str, value: float, rows: int | None = None
) -> Assumptions:
    table = assumptions.tables[name]
    found = tuple(
        row.model_copy(update={column: value}) if rows is None or i < rows else row
        for i, row in enumerate(table.rows)
    )
    return replace(assumptions, tables={**assumptions.tables, name: replace(table, rows=found)})


def refusal(assumptions: Assumptions) -> Problem:
    with pytest.raises(AssumptionErrors) as told:
        admit(assumptions)
    found = told.value.problems[0]
    assert found.line > 0, found
    assert found.file.endswith(".toml")
    return found


def correlated(assumptions: Assumptions, rho: float) -> Assumptions:
    """M, Z and L all but the same factor."""
    letters = "MZEHPL"
    matrix = tuple(
        tuple(1.0 if i == j else rho if {i, j} <= set("MZL") else 0.0 for j in letters) for i in letters
    )
    return changed(assumptions, "dependence.correlation", value=matrix)


def test_the_base_case_is_admitted_on_paths_with_every_corner(register: Assumptions) -> None:
    admit(register)
    ends = corners(register)
    uncertain = {id for id, entry in register.entries.items() if entry.prior is not None}
    assert {(end.id, end.low) for end in ends if end is not None} == {
        (id, low) for id in uncertain for low in (True, False)
    }
    start = cast(register)
    assert len(start.rows.ids) == len(ends) >= LEAST
    row = next(i for i, end in enumerate(ends) if end and end.id == "gpu.spot_reversion" and end.low)
    assert start.drawn["gpu.spot_reversion"][row, 0] == start.drawn["gpu.spot_reversion"].min()


CASES: dict[str, tuple[Callable[[Assumptions], Assumptions], str, str]] = {
    "factors that cancel": (lambda a: correlated(a, 0.9998), "all but cancel", "dependence"),
    "no compute": (lambda a: cells(a, "gpu.generation", "gpus", 0.0), "no compute to let", "gpu"),
    "no capex": (lambda a: cells(a, "capex.firm", "capex_last_quarter", 0.0), "suppliers", "capex"),
    "no guidance": (lambda a: cells(a, "capex.firm", "guidance", 0.0, 1), "guidance of", "capex"),
    "no book": (lambda a: cells(a, "credit.segment", "exposure", 0.0, 1), "exposure of 'spv' is 0", "credit"),
    "a wall above the book": (
        lambda a: cells(a, "credit.maturity", "amount", 1e4, 1), "is 10000 USD bn", "credit",
    ),
    "no index": (lambda a: cells(a, "gpu.generation", "index", 0.0), "index", "gpu"),
    "nothing left for internal use": (
        lambda a: changed(a, "revenue.lab_funding", value=1e3, prior=None), "nothing is left", "revenue",
    ),
    "freedom that is no whole number": (
        lambda a: changed(a, "dependence.degrees_of_freedom", value=4.5, prior=None),
        "whole number", "dependence",
    ),
    "a long time": (lambda a: changed(a, "gpu.trend_window", value=1e9), "at most 400", "gpu"),
    "a large number": (lambda a: changed(a, "capex.bond_cap", value=1e299), "in base units", "capex"),
    "an overflow": (lambda a: changed(a, "capex.digestion_gap", value=-1e9), "digestion_hazard", "capex"),
    "an end of a prior": (
        lambda a: changed(
            a, "revenue.elasticity",
            prior=parse({"shape": "lognormal", "median": 1.0, "sigma": 3.0}), value=1.0,
        ),
        "revenue.elasticity", "revenue",
    ),
    "a far end of a prior": (
        lambda a: changed(
            a, "revenue.elasticity",
            prior=parse({"shape": "lognormal", "median": 1.0, "sigma": 1.0}), value=1.0,
        ),
        "revenue.elasticity drawn at its highest", "revenue",
    ),
}  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("case", CASES)
def test_what_does_not_run_is_refused_where_it_stands(register: Assumptions, case: str) -> None:
    spoil, words, file = CASES[case]
    found = refusal(spoil(register))
    assert words in found.reason
    assert found.file.endswith(f"{file}.toml")


def test_tables_without_rows_are_refused_all_at_once(register: Assumptions) -> None:
    bare = {name: replace(table, rows=(), lines=()) for name, table in register.tables.items()}
    with pytest.raises(AssumptionErrors) as told:
        admit(replace(register, tables=bare))
    reasons = {problem.reason for problem in told.value.problems}
    assert reasons >= {
        f"the table [[{name}]] has no row; the model reads it" for name in set(bare) - MAY_BE_EMPTY
    }


@pytest.mark.slow
def test_an_event_too_large_is_refused_where_the_scenario_forces_it(register: Assumptions) -> None:
    for size in (1e9, 1e299):
        event = Event(
            "demand",
            "2027Q1",
            "2027Q4",
            size,
            "log",
            "More.",
            1e-6,
            "more",
            "assumptions/scenarios/more.toml",
            7,
        )
        found = refusal(replace(register, events=(event,)))
        assert (found.file, found.line) == (event.file, event.line)


def test_demand_that_does_not_vary_runs(register: Assumptions) -> None:
    admit(changed(register, "revenue.demand_volatility", value=0.0, prior=None))


def test_every_number_can_be_taken_back(register: Assumptions) -> None:
    """Also of a list, whose components have one plausible range or one each."""

    def enlarged(value: Any) -> Any:
        return tuple(map(enlarged, value)) if isinstance(value, tuple) else 1e9 * value

    for entry in register.entries.values():
        if not isinstance(entry.value, str):
            spoilt = replace(entry, value=enlarged(entry.value), prior=None)
            back = admission._ordinary(register, spoilt).assumptions.entries[entry.id].value
            assert np.abs(np.ravel(np.asarray(back, float))).max() < 1e6, entry.id


def unplaced(case: Any) -> str:
    """What is wrong with the answer to a corner: nothing if it runs, or is refused by file and line."""
    found = case.build()  # None where the loader refuses it
    try:
        if found is not None:
            admit(found)
    except AssumptionErrors as error:
        return "" if all(problem.line for problem in error.problems) else f"{case.words}: {error}"
    return ""


@pytest.mark.slow
def test_some_corners_of_domains_run_or_are_refused(register: Assumptions) -> None:
    for case in random.Random(4).sample(list(Walk(register).corners()), SAMPLED):
        assert not unplaced(case)


@pytest.mark.full
def test_every_corner_of_every_domain_runs_or_is_refused(register: Assumptions) -> None:
    for case in Walk(register).corners():
        assert not unplaced(case)
