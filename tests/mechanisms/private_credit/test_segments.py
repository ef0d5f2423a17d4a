from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given as examples
from hypothesis import strategies as st

from risk.mechanisms.private_credit import segments
from risk.mechanisms.private_credit.segments import B_LOANS, DIRECT_LENDING, SOFTWARE, SPV
from risk.processes.vasicek import frye_jacobs, frye_jacobs_index
from tests.mechanisms.given import column, given, row
from tests.mechanisms.worked import worked

BN = 1e9
CORRELATION = np.eye(6)
for _i, _j, _r in ((0, 1, -0.3), (0, 5, -0.5), (1, 5, 0.6), (1, 2, 0.1)):
    CORRELATION[_i, _j] = CORRELATION[_j, _i] = _r

MEDIAN = row(0.5, 0.5, 0.5, 0.5)


def parameters(**changes: Any) -> segments.Params:
    values: dict[str, Any] = {
        "exposure": row(240 * BN, 420 * BN, 900 * BN, 700 * BN),
        "growth": row(0.0, 0.08, 0.06, 0.03),
        "demand_weight": row(0.5, 0.5, 0.0, 0.0),
        "lab_weight": row(0.5, 0.5, 0.0, 0.0),
        "correlation": CORRELATION,
        "in_kind_start": row(0.0, 0.10, 0.10, 0.0),
        "pd_spv": column(0.008),
        "pd_software": column(0.07),
        "pd_direct_lending": column(0.06),
        "pd_b_loans": column(0.05),
        "correlation_generic": column(0.20),
        "correlation_ai": column(0.375),
        "pd_spread_response": column(7.5),
        "pd_spread_center": 0.0447,
        "pd_spread_low": -0.02,
        "pd_spread_high": 0.08,
        "lgd_generic": column(0.54),
        "lgd_concentration": 1e6,
        "in_kind_hazard": 1.75,
        "in_kind_loading": 0.5,
        "in_kind_speed": 0.25,
        "in_kind_rate": 0.11,
        "fire_sale_discount": column(0.25),
        "sale_cost": 0.05,
        "spv_loan_to_value": 0.75,
        "spv_shell_share": 0.60,
        "spv_exit_quarters": 16.0,
        "spv_leave_share": 0.50,
        "spv_guarantee": 0.75,
        "wall_default": 0.25,
        "shut_spread": 0.075,
        "wall": np.full(27, 0.06),
    }
    return given(segments.Params, **(values | changes))


def conditions(**changes: float) -> segments.Conditions:
    values = {
        "credit": 1.0,
        "demand": -0.5,
        "lab": -0.8,
        "spread": 0.0647,
        "availability": 0.8,
        "rent_ratio": 0.5,
        "digestion": 0.0,
        "spv_additions": 0.0,
    }
    return segments.Conditions(**{name: column(x) for name, x in (values | changes).items()})


def step(
    p: segments.Params | None = None, uniform: Any = MEDIAN, **changes: float
) -> tuple[segments.State, segments.Flows]:
    p = p or parameters()
    return segments.step(p, segments.init(p, 1), 5, conditions(**changes), uniform)


def test_worked_example() -> None:
    with worked("private-credit", "software loans") as w:
        states = {"credit": w["credit factor"], "demand": w["demand state"], "lab": w["lab state"]}
        p = parameters(exposure=row(240 * BN, w["exposure"] * BN, 900 * BN, 700 * BN))
        after, f = step(p, spread=w["spread"], **states)
        x = segments.segment_factor(p, *(column(states[name]) for name in ("credit", "demand", "lab")))
        w.agrees("pool factor", x[0, SOFTWARE])
        w.agrees("default probability", segments.default_probability(p, column(w["spread"]))[0, SOFTWARE])
        w.agrees("default rate", f.default_rate[0, SOFTWARE])
        w.agrees("conditional", f.default_rate[0, SOFTWARE] / 1.075)
        w.agrees("loss given default", f.loss[0, SOFTWARE] / f.defaulted[0, SOFTWARE])
        w.agrees("defaulted", f.defaulted[0, SOFTWARE] / BN)
        w.agrees("paid in kind", f.in_kind_accrued[0, SOFTWARE] / BN)
        w.agrees("new loans", f.originated[0, SOFTWARE] / BN)
        w.agrees("share in kind after", after.in_kind[0, SOFTWARE])
        w.agrees("expected loss", f.expected_loss[0, SOFTWARE] / BN)


def test_worked_example_of_sites() -> None:
    with worked("private-credit", "sites") as w:
        p = parameters(exposure=row(BN * w["exposure"], 0, 0, 0))
        w.agrees("value over debt", segments.spv_value(p, column(w["B200 rent over base"])))
        _, f = step(p, rent_ratio=w["B200 rent over base"])
        w.agrees("loss given default", f.loss[0, SPV] / f.defaulted[0, SPV])
        _, g = step(p, rent_ratio=w["B200 rent over base"], digestion=1.0)
        w.agrees("leaving in digestion", g.repaid[0, SPV] / BN)
        assert g.guarantee_called.item() == 0.0
        worse = w["rent over base, worse"]
        w.agrees("value over debt, worse", segments.spv_value(p, column(worse)))
        high = replace(p, spv_guarantee=0.90)
        stays, leaves = (step(high, rent_ratio=worse, digestion=x)[1] for x in (0.0, 1.0))
        w.agrees("guarantee pays", leaves.guarantee_called / BN)
        w.agrees("lenders lose", (leaves.loss - stays.loss)[0, SPV] / BN)
        assert (leaves.impaired - leaves.defaulted)[0, SPV] == pytest.approx(7.5 * BN)
        assert (g.impaired - g.defaulted)[0, SPV] == 0.0, "a sponsor who leaves a good site costs nobody"


def test_factor_variance_follows_the_correlation_of_the_shocks() -> None:
    """Half a million draws of correlated states: every pool's factor has variance one."""
    z = np.random.default_rng(3).multivariate_normal(np.zeros(6), CORRELATION, 500_000)
    x = segments.segment_factor(parameters(), z[:, 0:1], z[:, 1:2], z[:, 5:6])
    assert np.abs(x.var(axis=0) - 1.0).max() < 4 * np.sqrt(2 / 500_000)
    independent = replace(parameters(), correlation=np.eye(6))
    assert segments.segment_factor(independent, column(1.0), column(0.0), column(0.0))[
        0, SPV
    ] == pytest.approx(1 / np.sqrt(1.5))


def test_ai_states_move_ai_pools_only() -> None:
    base, weak = step()[1].default_rate, step(demand=-2.0, lab=-2.0)[1].default_rate
    assert (weak[0, [SPV, SOFTWARE]] > base[0, [SPV, SOFTWARE]]).all()
    np.testing.assert_array_equal(weak[0, [DIRECT_LENDING, B_LOANS]], base[0, [DIRECT_LENDING, B_LOANS]])


@pytest.mark.parametrize(
    ("spread", "multiple"), [(0.0447, 1.0), (0.0547, np.exp(0.075)), (0.0, np.exp(-0.15)), (0.9, np.exp(0.6))]
)
def test_default_probability_answers_to_the_spread(spread: float, multiple: float) -> None:
    p = parameters()
    quarter = 1.0 - (1.0 - np.array([0.008, 0.07, 0.06, 0.05])) ** 0.25
    np.testing.assert_allclose(segments.default_probability(p, column(spread))[0], multiple * quarter)


def test_mean_default_rate_over_the_factor_is_the_probability() -> None:
    """Relation 18: correlation moves the tail of a pool and not its mean."""
    nodes, weights = np.polynomial.hermite_e.hermegauss(64)
    for rho in (0.05, 0.20):  # at .45 the bound of one half on a quarter's rate would show
        p = parameters(correlation_generic=column(rho), in_kind_start=row(0, 0, 0, 0))
        rates = np.array([step(p, credit=x, spread=0.0447)[1].default_rate[0, DIRECT_LENDING] for x in nodes])
        assert weights @ rates / weights.sum() == pytest.approx(1.0 - 0.94**0.25, rel=1e-4)


def test_losses_rise_with_defaults_and_stay_within_them() -> None:
    lgds = [step(credit=x)[1] for x in (-2.0, 0.0, 2.0, 4.0)]
    ratios = np.array([(f.loss / f.defaulted)[0] for f in lgds])
    assert (np.diff(ratios[:, 1:], axis=0) > 0).all()
    assert (ratios >= 0).all()
    assert (ratios <= 1).all()


@pytest.mark.parametrize(
    ("conditional", "pd", "lgd", "rho", "expected"),
    [(0.05, 0.08, 0.40, 0.20, 0.3197), (0.10, 0.09, 0.45, 0.20, 0.4151), (0.15, 0.10, 0.50, 0.20, 0.4971)],
)
def test_frye_jacobs(conditional: float, pd: float, lgd: float, rho: float, expected: float) -> None:
    assert frye_jacobs(conditional, frye_jacobs_index(pd, lgd, rho)).item() == pytest.approx(
        expected, abs=5e-5
    )


def test_recovery_noise_is_even_handed() -> None:
    """High draws lose more, low ones less; sites have no noise."""
    p = parameters(lgd_concentration=40.0)
    low, high = (step(p, uniform=np.full((1, 4), u))[1].loss[0] for u in (0.1, 0.9))
    assert (high[1:] > low[1:]).all()
    assert high[SPV] == low[SPV]


def test_the_wall_defaults_in_a_shut_market_only() -> None:
    shut, open_ = (step(spread=s)[1].default_rate[0] for s in (0.0751, 0.0749))
    assert shut[B_LOANS] - open_[B_LOANS] == pytest.approx(0.06 * 0.25, abs=1e-4)
    np.testing.assert_allclose(shut[:B_LOANS], open_[:B_LOANS], rtol=3e-3)


def test_paying_in_kind_raises_balance_and_hazard() -> None:
    none = parameters(in_kind_start=row(0, 0, 0, 0))
    with_, without = step()[1], step(none)[1]
    assert with_.default_rate[0, SOFTWARE] / without.default_rate[0, SOFTWARE] == pytest.approx(1.075)
    assert without.in_kind_accrued.sum() == 0.0
    crowded = parameters(in_kind_start=row(0.0, 0.59, 0.1, 0.0))
    assert step(crowded, credit=9.0)[0].in_kind[0, SOFTWARE] == pytest.approx(0.59 + 0.25 * 0.01)


def test_a_default_rate_is_at_most_one_half() -> None:
    assert step(credit=30.0)[1].default_rate[0, :B_LOANS].max() == 0.5


def test_new_loans_need_available_credit_and_sponsors() -> None:
    f = step(availability=0.5, spv_additions=10 * BN)[1]
    assert f.originated[0] == pytest.approx(np.array([10, 4.2, 6.75, 2.625]) * BN)


states = st.floats(-3.0, 3.0)


@examples(states, states, states, st.floats(0.02, 0.15), st.floats(0.05, 2.0), st.sampled_from([0.0, 1.0]))
def test_books_roll_forward_and_losses_close(
    credit: float, demand: float, lab: float, spread: float, rent: float, digestion: float
) -> None:
    p = parameters()
    after, f = step(
        p, credit=credit, demand=demand, lab=lab, spread=spread, rent_ratio=rent, digestion=digestion
    )
    moved = f.originated + f.in_kind_accrued - f.defaulted - f.repaid
    np.testing.assert_allclose(after.exposure, p.exposure + moved, rtol=1e-12)
    assert (f.loss >= 0.0).all()
    assert (f.loss <= f.impaired * (1 + 1e-12)).all()
    assert (f.guarantee_called >= 0.0).all()


@examples(states, st.floats(0.05, 2.0), st.floats(1.0, 1.1))
def test_better_rents_never_lose_a_site_lender_more(credit: float, rent: float, up: float) -> None:
    """Relation 17."""
    for digestion in (0.0, 1.0):
        before, after = (
            step(credit=credit, rent_ratio=r, digestion=digestion)[1].loss[0, SPV] for r in (rent, rent * up)
        )
        assert after <= before * (1 + 1e-12)
