"""Registers in which the arithmetic of tokens reaches paths, and what is kept of what they move."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest

from risk.analysis.tokens import HIT_RATE, PRICE, decline, lacking, served
from risk.assumptions import Assumptions, load
from risk.assumptions.priors import Lognormal, Normal, Triangular, Uniform
from risk.assumptions.reconcile import agreements
from risk.calibrate import tokens
from risk.calibrate.tokens import SHARE, SHARE_DECLINE, alternatives
from risk.errors import UsageError
from risk.runs import Run

YEARS = 6.25
"""Of the base run, 2026Q3 to 2032Q4."""


@pytest.fixture(scope="module")
def register() -> Assumptions:
    return load()


@pytest.fixture(scope="module")
def found(register: Assumptions) -> dict[str, tokens.Alternative]:
    return {each.name: each for each in alternatives(register, 0.9)}


def changed(found: tokens.Alternative) -> dict[str, tuple[float, float]]:
    return {c.id: (c.before, c.after) for c in found.changed}


def test_work_of_generations_by_hand(register: Assumptions) -> None:
    """B200 over H100: time of both phases, 43.7% of inputs in prefill, 19.28 inputs an output."""
    s = served(register)
    h100, b200 = s.names.index("H100"), s.names.index("B200")
    inputs = 4.0 * 1.364606 / 0.283114
    assert s.inputs == pytest.approx(inputs, rel=1e-5)
    slow = 0.437 * inputs * 0.283114 + 1.364606
    fast = 0.437 * inputs * 0.124444 + 8 * (140 + 558 * 2.5) / (8 * 8.0 * 0.7) / 558
    assert s.work[b200] / s.work[h100] == pytest.approx(slow / fast, rel=1e-4)


def test_expressions_of_the_register_say_what_the_arithmetic_says(register: Assumptions) -> None:
    """The expression lets a part of a request into a batch, so that it lies a little off."""
    s = served(register)
    work = dict(zip(s.names, s.work, strict=True))
    newest = work[s.names[s.newest]]
    told = {(a.id, a.row): a.right for a in agreements(register)}
    expected = {("rents-and-work", name): work[name] for name in ("A100", "H100", "H200", "B200")}
    expected |= {("roadmap-and-work", name): work[name] / newest for name in ("Rubin", "Next")}
    assert {key: told[key] for key in told if key[0].endswith("-work")} == pytest.approx(expected, rel=2e-3)


def test_rents_follow_work_within_their_tolerance_and_a_slip_is_met(register: Assumptions) -> None:
    table = register.tables["gpu.generation"]
    rows = tuple(row.model_copy(update={"compute": 225.0}) if row.id == "B200" else row for row in table.rows)
    slipped = replace(register, tables={**register.tables, table.name: replace(table, rows=rows)})
    for known, holds in ((register, True), (slipped, False)):
        told = [a for a in agreements(known) if (a.id, a.row) == ("rents-and-work", "B200")]
        assert [1 / a.most <= a.left / a.right <= a.most for a in told] == [holds]


def test_hardware_is_part_of_the_fall_of_token_prices(register: Assumptions) -> None:
    hardware = -math.log1p(-register.number("gpu.hardware_cost_decline"))
    prior = register.entries[PRICE].prior
    assert isinstance(prior, Uniform)
    assert hardware < register.number(PRICE)
    assert prior.low == pytest.approx(hardware, abs=0.01), (
        "the prior begins where nothing but hardware cheapens"
    )


def test_the_newer_chips_do_what_their_data_sheets_allow(
    register: Assumptions, found: dict[str, tokens.Alternative]
) -> None:
    s, table = served(register), found["ladder"].assumptions.tables["gpu.generation"]
    work = dict(zip(s.names, s.work / s.work[s.newest], strict=True))
    ratios = dict(zip(table.names, table.numbers("relative_throughput").tolist(), strict=True))
    assert ratios == {
        "A100": 0, "H100": 0, "H200": 0, "B200": 0, "Rubin": work["Rubin"], "Next": work["Next"],
    }  # fmt: skip
    assert set(changed(found["ladder"])) == {
        f"gpu.generation.{n}.relative_throughput" for n in ("Rubin", "Next")
    }


def test_who_keeps_the_saving_of_hits_decides_what_reaches_paths(
    register: Assumptions, found: dict[str, tokens.Alternative]
) -> None:
    saved, share = served(register).saving(0.9), register.number(SHARE)
    price, trend = register.number(PRICE), register.number(SHARE_DECLINE)
    (kept,), (passed,) = (changed(found[name]).items() for name in ("kept", "passed"))
    assert kept[0] == SHARE_DECLINE
    assert kept[1] == pytest.approx((trend, trend + saved / YEARS))
    assert passed[0] == PRICE
    assert passed[1] == pytest.approx((price, price + saved / YEARS))
    both = changed(found["costs"])
    after = math.exp(-(both[PRICE][1] - price) * YEARS)  # of the price that customers pay
    left = share * math.exp(-(both[SHARE_DECLINE][1] - trend) * YEARS)  # compute's share of it
    assert after == pytest.approx(1.0 - share + share * math.exp(-saved)), "what is not compute stays"
    assert left * after == pytest.approx(share * math.exp(-saved)), "compute costs what a token costs now"


def test_more_hits_save_more(register: Assumptions) -> None:
    s = served(register)
    saved = [s.saving(rate) for rate in (s.hit_rate, 0.6, 0.75, 0.9, 0.99)]
    assert saved[0] == 0.0
    assert saved == sorted(set(saved))


def test_a_prior_moves_with_its_value(found: dict[str, tokens.Alternative]) -> None:
    entry = found["passed"].assumptions.entries[PRICE]
    assert isinstance(entry.prior, Uniform)
    assert entry.prior.low + entry.prior.high == pytest.approx(2.0 * float(cast("float", entry.value)))
    normal = tokens.shifted(Normal(shape="normal", mean=1.0, sd=0.2, low=0.5), 0.25)
    assert normal == Normal(shape="normal", mean=1.25, sd=0.2, low=0.75)
    triangle = tokens.shifted(Triangular(shape="triangular", low=0.0, mode=1.0, high=2.0), -1.0)
    assert triangle == Triangular(shape="triangular", low=-1.0, mode=0.0, high=1.0)


def test_a_prior_without_such_a_move_is_refused() -> None:
    odd = Lognormal(shape="lognormal", median=1.0, sigma=0.1)
    with pytest.raises(UsageError, match="cannot be moved along"):
        tokens.shifted(odd, 0.1)


@pytest.mark.parametrize("rate", [0.5, 0.563, 1.0, 1.5, -0.1, math.nan])
def test_a_rate_that_is_no_rise_is_refused(register: Assumptions, rate: float) -> None:
    with pytest.raises(UsageError, match="is no rise"):
        alternatives(register, rate)


def test_the_base_is_left_as_it_is(register: Assumptions, found: dict[str, tokens.Alternative]) -> None:
    assert load().digest == register.digest
    assert len({each.assumptions.digest for each in found.values()} | {register.digest}) == len(found) + 1


def test_it_is_said_why_nothing_can_be_said(register: Assumptions) -> None:
    assert lacking(register) == ""
    entries = {id: entry for id, entry in register.entries.items() if id != HIT_RATE}
    assert HIT_RATE in lacking(replace(register, entries=entries))
    vast = replace(register.entries["gpu.decode.model_bytes"], value=1000.0)
    assert "does not fit on A100" in lacking(replace(register, entries={**register.entries, vast.id: vast}))


def test_rents_of_a_token_fall_as_the_cheapest_device_on_sale(register: Assumptions) -> None:
    """Rents that stand still: tokens cheapen by what launches bring, and by nothing else."""
    labels = register.calendar.labels
    rents = np.ones((len(labels), 6)) * np.array([1.0, 2.0, 3.0, 4.0, 5.0, 60.0])
    run = cast(
        "Run",
        SimpleNamespace(
            register=register, calendar=register.calendar, mean=lambda key: (rents, np.zeros_like(rents))
        ),
    )
    s = served(register)
    split = decline(run, s, 0.9)
    cheapest = (rents[0] * s.time())[[0, 1, 2, 3]].min(), (rents[0] * s.time()).min()
    assert split.rented == pytest.approx(math.log(cheapest[0] / cheapest[1]) / YEARS)
    assert split.until == "2032Q4"
    assert split.rest == pytest.approx(split.priced - split.bought)


def test_moves_are_path_by_path_and_kept_beside_their_run(
    tmp_path: Path, found: dict[str, tokens.Alternative]
) -> None:
    draws = np.random.default_rng(1)
    base: dict[str, Any] = {
        "bust": (draws.random(400) < 0.3).astype(float),
        "headline_loss": 1e9 * draws.exponential(20.0, 400),
        "h100_2028": draws.random(400) + 1.0,
    }
    more = {**base, "headline_loss": base["headline_loss"] + 3e9}
    run = cast("Run", SimpleNamespace(id="abc", directory=tmp_path))
    assert tokens.kept(run) is None
    made = tokens.moves(run, 0.9, base, [(found["ladder"], more)])
    (row,) = made.moved
    assert row.effects["mean"].value == pytest.approx(3.0)
    assert row.effects["bust"].value == 0.0
    assert row.effects["mean"].standard_error == pytest.approx(0.0, abs=1e-12)
    tokens.keep(made, run)
    assert tokens.kept(run) == made
    assert tokens.kept(cast("Run", SimpleNamespace(id="other", directory=tmp_path))) is None
    (tmp_path / tokens.FILE).write_text("{")
    assert tokens.kept(run) is None
