from typing import Any

import numpy as np
import pytest

from risk.mechanisms.private_credit import market
from risk.processes import markov
from tests.mechanisms.given import Array, column, given
from tests.mechanisms.worked import worked

CALM, TIGHT, STRESS = market.CALM, market.TIGHT, market.STRESS
MATRIX = np.array([[0.872, 0.123, 0.005], [0.146, 0.732, 0.122], [0.005, 0.156, 0.839]])
MEANS = np.array([-0.4, -0.05, 0.653])
QUIET = {name: column(0.0) for name in ("macro", "forced_stress", "forced_spread")} | {"regime": column(0.5)}


def parameters(**changes: Any) -> market.Params:
    values: dict[str, Any] = {
        "start_spread": 0.0278,
        "calm_spread": 0.033,
        "tight_spread": 0.0485,
        "stress_spread": column(0.08),
        "spread_reversion": 0.40,
        "spread_volatility": 0.09,
        "widening": 1.25,
        "narrowing": 0.80,
        "lowest_spread": 0.02,
        "terms_easing": 0.0,
        "start_sofr": 0.0365,
        "sofr_means": np.array([0.0365, 0.0390, 0.0225]),
        "sofr_speed": 0.25,
        "transition": MATRIX,
        "stress_entry_loading": 0.35,
        "stress_entry_low": 0.2,
        "stress_entry_high": 4.0,
        "stress_entry_impact": column(50.0),
        "stress_width": 0.06,
        "factor_means": MEANS,
        "factor_own": 0.907,
        "availability_slope": 11.0,
        "neutral_spread": 0.04,
        "factor_persistence": column(0.76),
        "start_factor": -0.4,
        "loss_impact": column(10e-4 / 10e9),
        "largest_impact": 0.04,
        "impact_persistence": 0.5,
    }
    return given(market.Params, **(values | changes))


def state(regime: int = TIGHT, spread: float = 0.05, factor: float = 0.2) -> market.State:
    return market.State(np.array([[regime]]), column(spread), column(factor), column(0.0365))


def step(
    s: market.State | None = None, impact: float = 0.0, squeeze: float = 0.0, **shocks: float
) -> tuple[market.State, market.Flows]:
    read = QUIET | {name: column(x) for name, x in shocks.items()}
    return market.step(parameters(), s or state(), column(impact), column(squeeze), market.Shocks(**read))


def entry(macro: float, regime: int = CALM, impact: float = 0.0) -> Array:
    """Probabilities of the next regime, read off the thresholds of the uniform."""
    grid = (np.arange(100_000) + 0.5) / 100_000
    p = parameters()
    start = np.full((len(grid), 1), regime)
    strike, owed = (column(*[x] * len(grid)) for x in (macro, impact))
    after = market.next_regime(p, start, strike, owed, grid[:, None])
    return np.bincount(after[:, 0], minlength=3) / len(grid)


def test_worked_example() -> None:
    with worked("private-credit", "credit market") as w:
        macro, p = w["macro shock"], parameters()
        found = entry(macro, impact=w["impact"])
        w.agrees("entry into stress", found[STRESS])
        w.agrees("staying calm", found[CALM])
        after, f = step(state(TIGHT, w["spread before"]), w["impact"], w["squeeze"], macro=macro)
        assert after.regime.item() == TIGHT
        w.agrees("spread", f.spread)
        w.agrees("availability", f.availability)
        w.agrees("SOFR", f.sofr)
        w.agrees("eased mean, tight", market.mean_spread(parameters(terms_easing=0.3), after.regime))
        w.agrees("factor", after.factor)
        w.agrees("on the way to a bust", f.stress)
        caught, _ = step(state(TIGHT, w["spread before"]), forced_stress=1.0, macro=macro)
        w.agrees("factor, had stress come", caught.factor)
        w.agrees("next impact", market.loss_impact(p, column(0.004), column(1e9 * w["unexpected loss"])))


def test_it_starts_calm_at_the_observed_spread() -> None:
    s = market.init(parameters(), 3)
    assert s.regime.tolist() == [[CALM]] * 3
    assert s.spread[2, 0] == 0.0278
    assert s.factor[0, 0] == -0.4
    assert s.sofr[1, 0] == 0.0365


@pytest.mark.parametrize(("macro", "scale"), [(0.0, 1.0), (1.0, 1.35), (-5.0, 0.2), (20.0, 4.0)])
def test_macro_stress_quickens_the_entry_into_stress(macro: float, scale: float) -> None:
    assert entry(macro)[STRESS] == pytest.approx(0.005 * scale, abs=1e-5)
    assert entry(macro, TIGHT)[STRESS] == pytest.approx(0.122 * scale, abs=1e-5)
    np.testing.assert_allclose(entry(macro, STRESS), MATRIX[STRESS], atol=1e-5)


def test_unexpected_losses_quicken_the_entry_into_stress() -> None:
    """Half as much again for 100 bp owed; the product with macro stress is a probability still."""
    assert entry(0.0, TIGHT, 0.01)[STRESS] == pytest.approx(0.122 * 1.5, abs=1e-5)
    assert entry(20.0, TIGHT, 0.04)[STRESS] == 1.0
    np.testing.assert_allclose(entry(0.0, STRESS, 0.04), MATRIX[STRESS], atol=1e-5)


def test_regime_and_factor_are_one_cycle() -> None:
    """Regimes' means and the factor's own part: mean zero, variance one, autocorrelation as in the record.

    Macro stress quickens the entry into stress, so that own part and regime go together: hundredths more.
    """
    p, draws, n = parameters(), np.random.default_rng(2), 2000
    s = market.init(p, n)
    seen, regimes = [], []
    for _ in range(120):
        macro, regime = draws.standard_normal((n, 1)), draws.random((n, 1))
        none = np.zeros((n, 1))
        s, _ = market.step(p, s, none, none, market.Shocks(macro, regime, none, none))
        seen.append(s.factor[:, 0])
        regimes.append(s.regime[:, 0])
    x, r = np.array(seen[40:]), np.array(regimes[40:])
    assert abs(x.mean()) < 0.05
    assert 1.0 < x.std() < 1.05
    assert 0.74 < np.corrcoef(x[:-1].ravel(), x[1:].ravel())[0, 1] < 0.82
    means = [x[r == k].mean() for k in (CALM, TIGHT, STRESS)]
    assert means[CALM] < means[TIGHT] < means[STRESS]


def test_the_regimes_mean_moves_the_factor_at_once() -> None:
    """What the factor has of its own persists; a regime that is forced takes its mean along."""
    calm, forced = (step(state(CALM, factor=0.2), forced_stress=x)[0].factor for x in (0.0, 1.0))
    assert calm.item() == pytest.approx(-0.4 + 0.76 * 0.6)
    assert forced.item() == pytest.approx(0.653 + 0.76 * 0.6)


def test_the_way_from_calm_to_a_bust() -> None:
    found = market.stress(parameters(), column(0.03, 0.04, 0.07, 0.10, 0.16))
    assert found[:, 0] == pytest.approx([0.0, 0.0, 0.5, 1.0, 2.0])


def test_regimes_spend_their_time_as_the_chain_says() -> None:
    """Four standard errors, the autocorrelation of the chain in them."""
    p, draws = parameters(), np.random.default_rng(1).random((400, 500, 1))
    regime, seen = np.zeros((500, 1), dtype=np.int64), np.zeros(3)
    for t in range(400):
        regime = market.next_regime(p, regime, np.zeros((500, 1)), np.zeros((500, 1)), draws[t])
        if t >= 100:
            seen += np.bincount(regime[:, 0], minlength=3)
    expected = markov.stationary(MATRIX)
    second = np.sort(np.abs(np.linalg.eigvals(MATRIX)))[-2]
    error = np.sqrt(expected * (1 - expected) / 150_000 * (1 + second) / (1 - second))
    assert (np.abs(seen / seen.sum() - expected) < 4 * error).all()


@pytest.mark.parametrize(("regime", "mean"), [(CALM, 0.033), (TIGHT, 0.0485), (STRESS, 0.08)])
def test_the_spread_reverts_to_the_mean_of_its_regime(regime: int, mean: float) -> None:
    """Uniforms that keep each regime where it is."""
    stays = {CALM: 0.5, TIGHT: 0.5, STRESS: 0.9}[regime]
    assert step(state(regime), regime=stays)[1].spread.item() == pytest.approx(0.05 + 0.4 * (mean - 0.05))


def test_spreads_widen_faster_than_they_narrow() -> None:
    still, up, down = (step(macro=x)[1].spread.item() for x in (0.0, 1.0, -1.0))
    up, down = up - still, down - still
    assert up == pytest.approx(0.09 * 0.05 * 1.25)
    assert down == pytest.approx(-0.09 * 0.05 * 0.80)


def test_unexpected_losses_widen_the_spread_and_wear_off() -> None:
    """10 bp for 10bn, at most 400 bp; a gain narrows nothing; half is carried over."""
    p = parameters()

    def impact(carried: float, lost: float) -> float:
        return float(market.loss_impact(p, column(carried), column(lost * 1e9)).item())

    assert impact(0.0, 10.0) == pytest.approx(0.0010)
    assert impact(0.0, -10.0) == 0.0
    assert impact(0.0, 500.0) == 0.04
    assert impact(0.01, 0.0) == pytest.approx(0.005)
    assert step(impact=0.01)[1].spread.item() - step()[1].spread.item() == pytest.approx(0.004)


def test_forced_stress_holds_the_regime_and_a_forced_spread_passes() -> None:
    after, _ = step(state(CALM), forced_stress=1.0)
    assert after.regime.item() == STRESS
    forced, free = step(forced_spread=0.02), step()
    assert forced[1].spread - free[1].spread == pytest.approx(0.02)
    assert forced[0].spread == free[0].spread
    assert forced[1].availability < free[1].availability


def test_credit_dries_up_with_the_spread() -> None:
    p = parameters()
    found = [market.availability(p, column(s), column(0.0)).item() for s in (0.02, 0.04, 0.075)]
    assert found == pytest.approx([1.0, 1.0, np.exp(-11 * 0.035)])


def test_pulled_lines_squeeze_what_is_available_and_nothing_else() -> None:
    free, squeezed, gone = (step(squeeze=x)[1] for x in (0.0, 0.25, 1.0))
    assert squeezed.availability.item() == pytest.approx(0.75 * free.availability.item())
    assert gone.availability.item() == 0.0
    assert squeezed.spread == free.spread


def test_the_policy_rate_falls_in_a_bust_only() -> None:
    """A quarter of the gap is closed a quarter: after ten years the rate is at the mean of its regime."""
    after, f = step(state(CALM), forced_stress=1.0)
    assert f.sofr.item() == pytest.approx(0.0365 - 0.25 * 0.0140), "it answers to the regime it has entered"
    for _ in range(40):
        after, f = step(after, forced_stress=1.0)
    assert f.sofr.item() == pytest.approx(0.0225, abs=1e-6)
    assert f.regime.item() == STRESS
    assert step(state(CALM))[1].sofr.item() == 0.0365
    assert step(state(TIGHT))[1].sofr.item() > 0.0365


def test_easy_terms_hide_risk_until_stress_shows_it() -> None:
    """Spreads in calm and tight markets fall toward the lowest; in stress nothing changes."""
    regimes = np.array([[CALM], [TIGHT], [STRESS]])
    stress = {"stress_spread": column(0.08, 0.08, 0.08)}
    free, eased, given_away = (
        market.mean_spread(parameters(terms_easing=e, **stress), regimes)[:, 0] for e in (0.0, 0.5, 1.0)
    )
    assert free.tolist() == [0.033, 0.0485, 0.08]
    assert eased == pytest.approx([0.0265, 0.03425, 0.08])
    assert given_away == pytest.approx([0.02, 0.02, 0.08])


def test_the_spread_has_a_floor() -> None:
    """0.02 + 0.4 x 0.013 - 0.09 x 0.02 x 5 x 0.8 = 0.018 would be under it."""
    assert step(state(CALM, 0.02), macro=-5.0)[1].spread.item() == 0.02
