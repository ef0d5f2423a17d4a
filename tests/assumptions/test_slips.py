"""Single slips in the shipped register: a unit, a sign or a thousand wrong in any one number.

Every number is spoilt in memory, one at a time, and judged where it stands; the files are read once.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from risk.assumptions import columns, entries
from risk.assumptions.draft import Draft, Raw, read_base
from risk.assumptions.table import numeric
from risk.assumptions.tables import TABLES
from risk.assumptions.validation import validate_at

BASE = Path(__file__).parents[2] / "assumptions" / "base"

SLIPS = {"×100": 100, "÷100": 0.01, "sign": -1, "×1000": 1000, "÷1000": 0.001}

LET_IN = {
    ("run.seed", "×100"): "any seed is as good as another",
    ("run.seed", "×1000"): "any seed is as good as another",
    ("gpu.memory_cost", "÷100"): "memory may add nothing: its prior spans zero, and draws come from that",
    ("gpu.memory_cost", "÷1000"): "memory may add nothing: its prior spans zero, and draws come from that",
    ("gpu.memory_cost", "sign"): "memory may come to subtract: its prior spans zero",
    ("gpu.term_premium", "÷100"): "the premium may be nil: its prior spans zero, and draws come from that",
    ("gpu.term_premium", "÷1000"): "the premium may be nil: its prior spans zero, and draws come from that",
    ("gpu.term_premium", "sign"): "contracts may trade below spot, as they did in May 2026",
    ("gpu.initial_drift", "÷100"): "momentum may be nil: its prior spans zero, and draws come from that",
    (
        "gpu.base_tightness",
        "÷100",
    ): "the market may start even: its prior spans zero, and draws come from that",
    (
        "gpu.base_tightness",
        "÷1000",
    ): "the market may start even: its prior spans zero, and draws come from that",
    ("gpu.initial_drift", "÷1000"): "momentum may be nil: its prior spans zero, and draws come from that",
    ("gpu.initial_drift", "sign"): "rents may fall into the base date: the prior spans zero",
    ("capex.guidance_bias", "÷100"): "guidance may be unbiased: its prior spans zero",
    ("capex.guidance_bias", "÷1000"): "guidance may be unbiased: its prior spans zero",
    ("capex.guidance_bias", "sign"): "guidance may come in high: its prior spans zero",
    ("credit.factor_means", "÷100"): "held against the chain of regimes when the model is set up",
    ("credit.factor_means", "÷1000"): "held against the chain of regimes when the model is set up",
    ("credit.factor_means", "sign"): "must rise from calm to stress, which the engine looks at",
    ("neoclouds.equity_window", "÷100"): "none of it is no HoldCo equity, which a scenario may ask for",
    ("neoclouds.equity_window", "÷1000"): "none of it is no HoldCo equity, which a scenario may ask for",
    ("gpu.delivery_weights", "×100"): "a concentration of 2,000 is a firm opinion, not an impossible one",
    ("neoclouds.cohort_payer_shares", "×100"): "as of deliveries: a firm opinion, not an impossible one",
}
"""Slips of an entry, of its value or any one number of its prior, that nothing can tell from a meant change.

Besides them the lower end of a prior may go to a hundredth of itself or below zero: it cuts a tail of fewer
than one draw in twenty, and what is drawn stays plausible.
"""


@pytest.fixture(scope="module")
def draft() -> Draft:
    return read_base(BASE)


def slipped(x: Any, factor: float) -> Any:
    """A number, or everything in a list or a prior, times a factor; a whole number stays one if it can."""
    if isinstance(x, list):
        return [slipped(item, factor) for item in x]
    if isinstance(x, Mapping):
        found = {k: v if k in ("shape", "concentration") else slipped(v, factor) for k, v in x.items()}
        if "low" in found and "high" in found:
            found["low"], found["high"] = sorted((found["low"], found["high"]))
        return found | {k: abs(found[k]) for k in ("sd", "sigma") if k in found}
    y = x * factor
    return int(y) if isinstance(x, int) and float(y).is_integer() else y


def components(value: list[Any], factor: float) -> Iterator[list[Any]]:
    """The list with one number of it slipped, for each that is not zero."""
    for i, item in enumerate(value):
        for j in range(len(item)) if isinstance(item, list) else (None,):
            spoilt = copy.deepcopy(value)
            if j is None:
                spoilt[i] = slipped(item, factor)
            else:
                spoilt[i][j] = slipped(item[j], factor)
            if spoilt != value:
                yield spoilt


def variants(table: Mapping[str, Any], factor: float) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every way in which one slip may spoil an entry: where, and the spoilt table."""
    value, prior = table["value"], table.get("prior")
    yield "value", {**table, "value": slipped(value, factor)}
    if isinstance(value, list):
        yield from (("value", {**table, "value": spoilt}) for spoilt in components(value, factor))
    if prior is not None:
        yield "prior", {**table, "prior": slipped(prior, factor)}
        yield "both", {**table, "value": slipped(value, factor), "prior": slipped(prior, factor)}
        for key in set(prior) - {"shape"}:
            yield f"prior.{key}", {**table, "prior": {**prior, key: slipped(prior[key], factor)}}


def test_no_slip_in_an_entry_is_let_in_but_those_that_say_why(draft: Draft) -> None:
    accepted, tried = set(), 0
    for id, raw in draft.entries.items():
        if isinstance(raw.table["value"], str):
            continue
        for name, factor in SLIPS.items():
            for where, spoilt in variants(raw.table, factor):
                if spoilt == raw.table:
                    continue  # a true zero
                tried += 1
                built, problems = entries.build(id, spoilt, raw.locate)
                assert (built is None) == bool(problems)
                if built is not None and (where != "prior.low" or factor > 1):
                    accepted.add((id, name))
    assert tried > 4000
    assert accepted == set(LET_IN)


def test_no_slip_in_a_cell_of_a_table_is_let_in(draft: Draft) -> None:
    accepted, tried = [], 0
    for name, raws in draft.rows.items():
        for i, raw in enumerate(raws):
            for column in numeric(TABLES[name]):
                for slip, factor in SLIPS.items():
                    cell = raw.table.get(column, 0)
                    if cell:
                        tried += 1
                        spoilt = Raw({**raw.table, column: slipped(cell, factor)}, raw.home)
                        if sound(draft, name, i, spoilt):
                            accepted.append((name, i, column, slip))
    assert tried > 2500
    assert not accepted


def sound(draft: Draft, name: str, i: int, raw: Raw) -> bool:
    """Whether a row would be let in by itself."""
    row, _ = validate_at(TABLES[name], raw.table, raw.locate)
    before = draft.rows[name]
    draft.rows[name] = [*before[:i], raw, *before[i + 1 :]]
    found = row is not None and not list(columns.problems(draft, name, {i: row}))
    draft.rows[name] = before
    return found


def test_every_number_has_a_domain_and_a_plausible_range(draft: Draft) -> None:
    for id, raw in draft.entries.items():
        if raw.table["unit"] != "text" or raw.table.get("domain"):
            assert {"low", "high"} <= set(raw.table), id
        if raw.table["unit"] not in ("text", "date"):
            assert "domain" in raw.table, id


SIGNED = {
    "capex.guidance_bias",
    "capex.guidance_growth", "capex.expected_growth", "capex.neutral_growth", "capex.digestion_gap_center",
    "capex.cfo_growth", "capex.prefunding_growth_low", "capex.prefunding_growth_high", "credit.sofr",
    "credit.sofr_means", "credit.factor_means", "credit.start_factor", "gpu.hardware_cost_decline",
    "gpu.hardware_cost_decline_base", "gpu.memory_cost", "gpu.power_growth", "gpu.late_power_gain",
    "gpu.term_premium", "gpu.median_rent_decline", "neoclouds.added_debt_cost", "revenue.log_ceiling",
    "revenue.token_price_decline",
    "revenue.intensity_growth", "revenue.compute_share_decline", "revenue.internal_growth",
    "revenue.lab_funding_growth", "capex.nowcast_error", "neoclouds.nowcast_error", "gpu.index_error",
    "gpu.initial_drift", "gpu.base_tightness", "revenue.weather_drift",
}  # fmt: skip
"""Growth, declines, logarithms, interest and states: what the mathematics allows either sign."""


def test_a_domain_is_real_only_where_either_sign_is_possible(draft: Draft) -> None:
    assert {id for id, raw in draft.entries.items() if raw.table.get("domain") == "real"} == SIGNED


def test_what_is_counted_is_an_integer(draft: Draft) -> None:
    for id in ("run.seed", "run.paths", "run.quarters", "dependence.degrees_of_freedom"):
        raw = draft.entries[id]
        for wrong in (float(raw.table["value"]), raw.table["value"] + 0.5, 1e15):
            built, (problem, *_) = entries.build(id, {**raw.table, "value": wrong}, raw.locate)
            assert built is None
            assert problem.code == "A011"
        assert isinstance(entries.build(id, raw.table, raw.locate)[0].value, int)  # type: ignore[union-attr]


def mirrored(matrix: list[list[float]], i: int, j: int, x: float) -> list[list[float]]:
    found = copy.deepcopy(matrix)
    found[i][j] = found[j][i] = x
    return found


def test_a_correlation_against_its_direction_is_refused_with_its_pair(draft: Draft) -> None:
    raw = draft.entries["dependence.correlation"]
    matrix, labels = raw.table["value"], raw.table["labels"]
    for i in range(len(labels)):
        for j in range(i):
            for factor in (-1, 0.01) if matrix[i][j] else ():
                spoilt = {**raw.table, "value": mirrored(matrix, i, j, matrix[i][j] * factor)}
                built, problems = entries.build("dependence.correlation", spoilt, raw.locate)
                assert built is None
                assert [problem.code for problem in problems] == ["A027"]
                assert f"{labels[j]}-{labels[i]} is {matrix[i][j] * factor:g}" in problems[0].reason
                kept = entries.build("dependence.correlation", {**spoilt, "accept": "Tried."}, raw.locate)[0]
                assert kept is not None
                assert [outlier.field for outlier in kept.outliers] == [f"value.{j}.{i}"]


def test_every_pair_has_one_direction(draft: Draft) -> None:
    raw = draft.entries["dependence.correlation"]
    for declared in (raw.table["directions"][1:], [*raw.table["directions"], raw.table["directions"][0]]):
        built, problems = entries.build(
            "dependence.correlation", {**raw.table, "directions": declared}, raw.locate
        )
        assert built is None
        assert "M-Z" in problems[0].reason
