"""Replays: misses, placebo, sharpness, naive forecasts, and percentiles of what the model itself drew."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.stats import kstest, norm

from risk.assumptions.cases import Described, Expected, load_case
from risk.calibrate import scores
from risk.calibrate.cases import forced, judge, naive
from risk.calibrate.cases.placebo import compare, placebo
from risk.calibrate.cases.replay import WANTED, Replay, against, effective, judged
from risk.engine import simulate
from risk.paths import Block
from tests.case_files import REGISTER, TEMPLATE, changed, written

SEED, PATHS = 3, 512
TEMPLATE_FILE = REGISTER / "cases" / "template.toml"


@pytest.fixture(scope="module")
def described() -> Described:
    return load_case(REGISTER, TEMPLATE_FILE)


@pytest.fixture(scope="module")
def block(described: Described) -> Block:
    return simulate(described.register, SEED, 0, PATHS)


def outcome(described: Described, of: str, **changes: Any) -> Expected:
    found = next(o for o, _ in described.case.outcomes if o.id == of)
    return found.model_copy(update=changes)


def held(described: Described, block: Block, *outcomes: Expected) -> Replay:
    """A replay of some outcomes, without a second reading."""
    site = described.case.outcomes[0][1]
    case = replace(described.case, outcomes=tuple((each, site) for each in outcomes))
    own = replace(described, case=case)
    same = compare(block.outcomes, block.outcomes)
    return Replay(
        own,
        "run",
        PATHS,
        SEED,
        judged(own, block.outcomes, SEED),
        (),
        same,
        (),
        effective(own, block.outcomes),
    )


# ─── misses ───


@pytest.mark.parametrize("quantity", ["", "share_prices"])
def test_what_the_model_has_no_quantity_for_is_a_miss(
    described: Described, block: Block, quantity: str
) -> None:
    median = float(np.median(block.outcomes["case_price"]))
    met = outcome(described, "price", realised=median)
    found = held(described, block, met, outcome(described, "price", id="none", quantity=quantity))
    assert [each.inside for each in found.judged] == [True, False]
    assert found.share == 0.5
    assert [each.id for each in found.far] == ["none"], "a headline that cannot be produced lies beyond 99.5%"


def test_a_misspelt_quantity_says_what_may_be_meant(described: Described, block: Block) -> None:
    missed = judge.judge(
        outcome(described, "price", quantity="h100_contrct"), block.outcomes, described.case.calendar, 0
    )
    assert "did you mean 'h100_contract'" in missed.missing


# ─── percentiles of the model's own truth ───


def test_percentiles_of_paths_the_model_drew_are_uniform(described: Described, block: Block) -> None:
    calendar = described.case.calendar
    values = block.outcomes["case_price"]
    truths = [
        outcome(described, "price", realised=float(x), error=0.0, id=f"t{i}")
        for i, x in enumerate(values[:200])
    ]
    found = [judge.judge(truth, {f"case_{truth.id}": values}, calendar, SEED) for truth in truths]
    assert kstest([each.pit for each in found], "uniform").pvalue > 0.01
    assert 0.84 < np.mean([each.inside for each in found]) < 0.96


def test_a_quarter_that_never_comes_is_an_atom_with_a_random_percentile(
    described: Described, block: Block
) -> None:
    first = outcome(described, "carrier_b", realised="never")
    calendar = described.case.calendar
    none = {"case_carrier_b_quarter": np.full(PATHS, np.nan), "case_carrier_b": np.zeros(PATHS)}
    seeds = [judge.judge(first, none, calendar, seed).pit for seed in range(200)]
    assert kstest(seeds, "uniform").pvalue > 0.01
    assert judge.judge(first, none, calendar, 0).median == calendar.quarters + 1


def test_a_conditional_outcome_counts_its_paths(described: Described) -> None:
    price = outcome(described, "price", given="exposed_defaulted")
    x = np.linspace(0.5, 1.5, PATHS)
    met = np.arange(PATHS) % 4 == 0
    found = judge.judge(price, {"case_price": x, "given_price": met * 1.0}, described.case.calendar, SEED)
    assert found.paths == met.sum()
    rare = judge.judge(
        price, {"case_price": x, "given_price": np.zeros(PATHS)}, described.case.calendar, SEED
    )
    assert rare.missing == f"on 0 of {PATHS} paths only"


# ─── naive forecasts and sharpness ───


def test_no_change_is_a_random_walk_from_the_last_value(described: Described) -> None:
    price = outcome(described, "price")
    past = naive.past(price, described.case.head.base_date)
    assert past is not None
    assert past.logs
    assert past.last == 4.0
    assert past.growth == pytest.approx(np.log(4.0 / 6.0) / 4.0, rel=2e-3)
    still, trend = naive.forecasts(price, past, described.case.calendar, SEED)
    assert np.median(still) == pytest.approx(1.0, abs=0.02), "a ratio to the base date"
    low, high = np.quantile(np.log(still), [0.05, 0.95])
    assert high - low == pytest.approx(2 * norm.ppf(0.95) * past.volatility * np.sqrt(2.0), rel=0.05)
    assert np.median(trend) == pytest.approx(np.exp(2.0 * past.growth), rel=0.02)


def test_naive_forecasts_follow_the_statistic(described: Described) -> None:
    calendar = described.case.calendar
    b = outcome(described, "carrier_b", last=0.0, volatility=0.5)
    past = naive.past(b, calendar.base)
    assert past is not None
    assert not past.logs
    quarters = naive.forecasts(b, past, calendar, SEED)[0]
    assert set(np.unique(quarters)) <= set(range(1, calendar.quarters + 2))
    least = outcome(described, "price", statistic="minimum", over="run")
    p = naive.past(least, calendar.base)
    assert p is not None
    assert np.median(naive.forecasts(least, p, calendar, SEED)[0]) < 4.0


def test_a_vague_case_is_not_sharp_and_a_knowing_one_is(described: Described, block: Block) -> None:
    price = outcome(described, "price")
    knowing = {"case_price": 0.7 * np.exp(0.05 * norm.ppf((np.arange(PATHS) + 0.5) / PATHS))}
    vague = {"case_price": 0.7 * np.exp(4.0 * norm.ppf((np.arange(PATHS) + 0.5) / PATHS))}
    calendar = described.case.calendar
    sharp, blunt = (judge.judge(price, x, calendar, SEED) for x in (knowing, vague))
    assert sharp.inside
    assert blunt.inside, "being wide is how a vague case covers"
    for name in naive.NAMES:
        one, other = (against([each], name) for each in (sharp, blunt))
        assert one is not None
        assert one.crps < 1
        assert one.width < 1
        assert other is not None
        assert other.crps > 1
        assert other.width > 1
    whole = replace(held(described, block, price), judged=(blunt,))
    assert not whole.sharp
    assert whole.light != "green"
    assert replace(whole, judged=(sharp,)).light == "green"


def test_an_overconfident_case_is_red(described: Described, block: Block) -> None:
    price = outcome(described, "price", error=0.0)
    sure = {"case_price": np.full(PATHS, 1.0) + 1e-3 * np.arange(PATHS) / PATHS}
    found = replace(
        held(described, block, price), judged=(judge.judge(price, sure, described.case.calendar, SEED),)
    )
    assert found.share < WANTED
    assert found.far
    assert found.light == "red"


# ─── placebo and forced paths ───


def test_a_placebo_gives_the_same_ranks_and_flags(described: Described, block: Block) -> None:
    other = simulate(placebo(described.register), SEED, 0, PATHS)
    found = compare(block.outcomes, other.outcomes)
    assert found.equal, found
    assert found.flags > 30
    assert found.outcomes >= 3
    assert not set(described.register.tables["neoclouds.firm"].names) & set(
        placebo(described.register).tables["neoclouds.firm"].names
    )


def test_a_number_that_is_a_dollar_shows_in_a_placebo(described: Described, block: Block) -> None:
    register = placebo(described.register)
    entry = register.entries["neoclouds.reletting_reference"]
    kept = replace(register.entries["gpu.gpu_cost"], value=described.register.entries["gpu.gpu_cost"].value)
    wrong = replace(register, entries={**register.entries, "gpu.gpu_cost": kept, entry.id: entry})
    assert compare(block.outcomes, simulate(wrong, SEED, 0, PATHS).outcomes).ranks_moved


def test_a_forced_price_is_that_of_the_record_on_every_path(described: Described, block: Block) -> None:
    other = forced.register(described.case, described.register, "price", block.series["revenue"])
    found = simulate(other, SEED, 0, PATHS)
    np.testing.assert_allclose(found.outcomes["case_price"], 0.7, rtol=1e-6)
    assert np.ptp(block.outcomes["case_price"]) > 0.5, "unforced it goes its own ways"


def test_a_forced_demand_moves_the_median_to_the_record(tmp_path: Path, block: Block) -> None:
    text = changed(
        'path = "price"\nquarter = "2002Q4"\nvalue = 0.7', 'path = "demand"\nquarter = "2002Q4"\nvalue = 0.6'
    )
    own = load_case(REGISTER, written(tmp_path, text))
    other = forced.register(own.case, own.register, "demand", block.series["revenue"])
    found = simulate(other, SEED, 0, PATHS).series["revenue"]
    assert np.median(found[8] / found[0]) == pytest.approx(0.6, rel=0.1)


def test_scores_of_a_certain_forecast_are_its_error() -> None:
    x = np.full(100, 2.0)
    assert scores.crps(x, 3.0) == pytest.approx(1.0)
    assert scores.interval_score(x, 3.0, 0.9) == pytest.approx(20.0)
    assert TEMPLATE
