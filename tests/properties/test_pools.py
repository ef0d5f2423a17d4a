"""Pools apart from the rest: their own loss follows their own numbers, path by path, over the whole range."""

from __future__ import annotations

import shutil
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from risk.assumptions import AssumptionErrors, Assumptions, load, locate
from risk.engine import simulate
from risk.engine.couplings import Baseline
from risk.paths import COUPLINGS
from tests.engine.base import SEED, Array, changed, opened

APART = dict.fromkeys(COUPLINGS, False)
POOLS = ("software", "direct_lending", "b_loans")
PROBABILITIES = ("credit.pd_software", "credit.pd_direct_lending", "credit.pd_b_loans")
CENT = 1.0
NARROW = (
    'value = 0.021\nunit = "fraction"\n'
    'prior = { shape = "normal", mean = 0.021, sd = 0.006, low = 0.008, high = 0.04 }'
)
"""Default probability of direct lending."""


def losses(register: Assumptions, medians: Baseline, **values: float) -> Array:
    """Loss to the end of every pool, couplings off, (pool, path) USD."""
    named = {name.replace("__", "."): value for name, value in values.items()}
    found = simulate(changed(register, named, APART), SEED, 0, baseline=medians).outcomes
    return np.stack([found[f"loss.{pool}"] for pool in POOLS])


def rises(found: list[Array]) -> bool:
    return all(
        ((after >= before - CENT).all() and (after > before).any()) for before, after in pairwise(found)
    )


@pytest.mark.slow
def test_a_pools_loss_rises_with_its_default_probability(register: Assumptions, medians: Baseline) -> None:
    names = [name.replace(".", "__") for name in PROBABILITIES]
    levels = (0.01, 0.025, 0.05, 0.2)
    assert rises([losses(register, medians, **dict.fromkeys(names, x)) for x in levels])


@pytest.mark.slow
def test_a_pools_loss_rises_with_its_loss_given_default(register: Assumptions, medians: Baseline) -> None:
    assert rises([losses(register, medians, credit__lgd_generic=x) for x in (0.15, 0.3, 0.45, 0.85)])


@pytest.mark.slow
def test_correlation_fattens_the_tail_of_a_pool(register: Assumptions, medians: Baseline) -> None:
    """Mean of the worst fortieth; the mean of all may go either way: a bad year leaves less to default."""
    tails = []
    for rho in (0.03, 0.1, 0.2, 0.4):
        found = losses(register, medians, credit__correlation_generic=rho, credit__correlation_ai=rho)
        tails.append(np.sort(found, axis=1)[:, -25:].mean(axis=1))
    for before, after in pairwise(tails):
        assert (after > before).all()


@pytest.mark.parametrize("scenario", ["base", pytest.param("joint-tail", marks=pytest.mark.slow)])
def test_no_pool_ever_loses_more_than_was_lent(scenario: str) -> None:
    """The book of the base date and all that was lent since; interest that was rolled up is no loan."""
    run = opened(load(scenario=scenario), load().calendar.quarters)
    lent, lost = run.worlds[0].segments.exposure, np.zeros_like(run.worlds[0].segments.exposure)
    for t in range(1, len(run.worlds)):
        pools = run.flow(t).segments
        lent, lost = lent + pools.originated, lost + pools.loss
        assert (lost <= lent).all(), t


def test_success_of_ai_hurts_software_alone(register: Assumptions, medians: Baseline) -> None:
    """Without the weight, software knows nothing of AI demand; with more of it, good AI paths lose more."""
    weak, strong = (losses(register, medians, credit__disruption=x)[0] for x in (0.05, 1.0))
    revenue = simulate(changed(register, {}, APART), SEED, 0, baseline=medians).outcomes["revenue_2030"]
    more = strong - weak
    assert np.corrcoef(more, np.log(revenue))[0, 1] > 0.1


@pytest.mark.parametrize(
    ("old", "new", "id"),
    [
        ('definition = "payment"', 'definition = "broad"', "loss-given-broad-default"),
        (NARROW, NARROW.replace("0.021", "0.06").replace("0.04", "0.09"), "expected-loss"),
    ],
)
def test_a_probability_beside_the_loss_of_another_definition_is_refused(
    tmp_path: Path, old: str, new: str, id: str
) -> None:
    """The broad count of defaults with what a payment default loses, with place and reason."""
    shutil.copytree(locate.register(), tmp_path / "a")
    file = tmp_path / "a" / "base" / "credit.toml"
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(AssumptionErrors, match=id) as refused:
        load(tmp_path / "a")
    assert all(problem.file.endswith("credit.toml") for problem in refused.value.problems)
