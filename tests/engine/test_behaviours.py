"""What the model can show: five behaviours of sector busts, each a scenario, a metric and a sign.

Every claim holds by four standard errors of the paired difference (the scenarios share their draws).
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import pytest
from numpy.typing import NDArray

from risk.analysis.early_warning import warning
from risk.assumptions import load
from risk.engine import simulate
from risk.paths import Block

pytestmark = pytest.mark.slow

SEED = 20261122
BLOCKS = 4
SURE = 4.0
"""Standard errors by which a claim must hold."""

STACK = (("ddtl", "vendor", "site_loan"), ("notes", "converts"))
"""Secured paper, and what stands behind it."""

Array = NDArray[np.float64]


@lru_cache(maxsize=8)
def paths(scenario: str) -> tuple[Block, ...]:
    assumptions = load(None, scenario)
    return tuple(simulate(assumptions, SEED, block) for block in range(BLOCKS))


def outcome(scenario: str, name: str) -> Array:
    return np.concatenate([b.outcomes[name] for b in paths(scenario)])


def series(scenario: str, name: str) -> Array:
    return np.concatenate([b.series[name] for b in paths(scenario)], axis=1).astype(np.float64)


def certainty(difference: Array) -> float:
    """Mean of a paired difference in standard errors."""
    return float(difference.mean() / (difference.std(ddof=1) / np.sqrt(len(difference))))


def test_volumes_grow_while_the_unit_price_collapses_and_lenders_still_lose() -> None:
    end = 18  # 2030Q4
    fleet = np.log(series("volume-boom", "fleet")[end]) - np.log(series("base", "fleet")[end])
    assert certainty(fleet) > SURE
    rent = series("volume-boom", "h100_contract")[end]
    assert certainty(np.log(rent) - np.log(series("base", "h100_contract")[end])) < -SURE
    start = series("volume-boom", "h100_contract")[0]
    assert certainty(np.log(rent / start) - np.log(0.3)) < -SURE, "the unit price falls by more than 70%"
    lost = outcome("volume-boom", "neocloud_loss") - outcome("base", "neocloud_loss")
    assert certainty(lost) > SURE


def test_the_sector_busts_while_the_rest_of_credit_stays_calm() -> None:
    lost = outcome("sector-bust", "neocloud_loss") - outcome("base", "neocloud_loss")
    assert certainty(lost) > SURE
    assert outcome("sector-bust", "neocloud_loss").mean() > 1.25 * outcome("base", "neocloud_loss").mean()
    rate = outcome("sector-bust", "generic_default_rate") - outcome("base", "generic_default_rate")
    assert certainty(rate) < -SURE, "generic defaults stay those of calm and tight markets, under the cycle's"
    assert 0.01 < outcome("sector-bust", "generic_default_rate").mean() < 0.03


def test_secured_lenders_recover_much_more_than_what_unsecured_ones_do() -> None:
    """On paths where both lose; errors of the ratio of recoveries by the delta method."""
    claims, losses = (
        [np.sum([outcome("sector-bust", f"{what}.{i}") for i in ranks], axis=0) for ranks in STACK]
        for what in ("claim", "loss")
    )
    both = (claims[0] > 1e6) & (claims[1] > 1e6)
    secured, unsecured = (
        1.0 - lost[both].sum() / owed[both].sum() for owed, lost in zip(claims, losses, strict=True)
    )
    # influence of each path on secured - 1.5 x unsecured
    pull = [
        (owed[both] - lost[both] - share * owed[both]) / owed[both].mean()
        for owed, lost, share in zip(claims, losses, (secured, unsecured), strict=True)
    ]
    error = (pull[0] - 1.5 * pull[1]).std(ddof=1) / np.sqrt(both.sum())
    assert secured - 1.5 * unsecured > SURE * error


def test_amendments_mean_fewer_defaults_at_first_more_later_and_lower_recovery() -> None:
    def effect(name: str) -> Array:
        return outcome("gpu-glut", name) - outcome("no-amendments", name)

    assert certainty(effect("wall_default_2028")) < -SURE, "B loans at the 2028 wall"
    early = effect("defaulted_compute_2030")
    assert certainty(early) < -SURE
    assert certainty(effect("defaulted_compute_2032") - early) > 2.0, "most lenders who refuse have called"
    claims, losses = (
        [outcome(s, f"{what}.ddtl") for s in ("gpu-glut", "no-amendments")] for what in ("claim", "loss")
    )
    shares = [lost.sum() / owed.sum() for owed, lost in zip(claims, losses, strict=True)]
    pull = [
        (lost - share * owed) / owed.mean() for owed, lost, share in zip(claims, losses, shares, strict=True)
    ]
    error = (pull[0] - pull[1]).std(ddof=1) / np.sqrt(len(pull[0]))
    assert shares[0] - shares[1] > SURE * error, "amended loans lose more"


def test_easing_into_the_turn_leaves_spreads_without_a_warning() -> None:
    found = warning(outcome("easy-terms", "B5i_quarter"), series("easy-terms", "hy_spread"))
    assert found is not None
    assert found.value + SURE * found.standard_error < 0.6
    lost = outcome("easy-terms", "loss.ddtl") - outcome("sector-bust", "loss.ddtl")
    assert certainty(lost) > SURE, "secured lenders lose more than in the bust alone"
