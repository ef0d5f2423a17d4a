from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given as examples
from hypothesis import strategies as st
from scipy.special import ndtr

from risk.mechanisms.private_credit import in_kind, ratings, segments
from risk.processes.vasicek import conditional_default_probability_t, threshold_t
from risk.shocks.stream import generator
from tests.base_names import B_LOANS, DIRECT_LENDING, SOFTWARE, SPV
from tests.mechanisms.given import Array, column, row
from tests.mechanisms.private_credit.pools import (
    BN,
    CORRELATION,
    MEDIAN,
    NOTHING_DUE,
    conditions,
    parameters,
    step,
)
from tests.mechanisms.worked import worked

NEVER_IN_KIND = row(0, 0, 0, 0)
POOLS = slice(SOFTWARE, B_LOANS + 1)
AS_EXPECTED = column(0.0)
"""The sector's price on the path expected at the base date."""


def test_worked_example() -> None:
    with worked("private-credit", "software loans") as w:
        states: dict[str, Any] = {
            "credit": w["credit factor"],
            "demand": w["demand state"],
        }
        p = parameters(exposure=row(240 * BN, w["exposure"] * BN, 900 * BN, 700 * BN))
        after, f = step(p, spread=w["spread"], mixing=w["mixing variable"], **states)
        x = segments.segment_factor(
            p, *(column(states.get(name, 0.0)) for name in ("credit", "demand", "anchor"))
        )
        w.agrees("pool factor", x[0, SOFTWARE])
        pd = segments.default_probability(p, column(w["spread"]), AS_EXPECTED)
        w.agrees("default probability", pd[0, SOFTWARE])
        rows = ratings.default_probability(p, pd)
        w.agrees("of BB", rows[0, 2])
        w.agrees("of CCC", rows[0, 4])
        reach = p.mixing_weight
        w.agrees("threshold of CCC", threshold_t(rows, column(5.0), reach)[0, 4])
        w.agrees("mixing that reaches pools", w["mixing variable"] ** reach)
        y, m = w["given it, standardized"], column(w["mixing variable"])
        new = p.own**2 * (1.0 - 0.76**2)
        w.agrees("what is new in the factor", new)
        w.agrees("given it, standardized", x[0, SOFTWARE] / np.sqrt(1.0 - new + new * m.item() ** 2))
        given_y = conditional_default_probability_t(rows[:, 2:5], 0.225, y, m, column(5.0), reach)
        for k, name in enumerate(("BB", "B", "CCC")):
            w.agrees(f"conditional, {name}", given_y[0, k])
        paying = segments.init(p, 1).in_kind[0, SOFTWARE]
        w.agrees("share in kind", paying)
        w.agrees("hazard", in_kind.hazard(p, row(0, paying, 0, 0))[0, SOFTWARE])
        w.agrees("quarter, CCC", segments.a_quarter(given_y[0, 2], 1 + 0.75 * paying))
        before_wall = (f.defaulted - f.wall_defaulted)[0, SOFTWARE] / BN / w["exposure"]
        w.agrees("before the wall", before_wall)
        w.agrees("falling due", f.due[0, SOFTWARE] / BN)
        w.agrees("refinanced", f.refinanced[0, SOFTWARE] / BN)
        w.agrees("extended", f.extended[0, SOFTWARE] / BN)
        w.agrees("defaulted at the wall", f.wall_defaulted[0, SOFTWARE] / BN)
        w.agrees("repaid", f.repaid[0, SOFTWARE] / BN)
        w.agrees("defaulted", f.defaulted[0, SOFTWARE] / BN)
        w.agrees("default rate", f.default_rate[0, SOFTWARE])
        w.agrees("of a year", 1 - (1 - f.default_rate[0, SOFTWARE]) ** 4)
        w.agrees("loss given default", f.loss[0, SOFTWARE] / f.defaulted[0, SOFTWARE])
        w.agrees("paid in kind", f.in_kind_accrued[0, SOFTWARE] / BN)
        w.agrees("new loans", f.originated[0, SOFTWARE] / BN)
        w.agrees("exposure after", after.exposure[0, SOFTWARE] / BN)
        w.agrees("cover", in_kind.cover(p, column(0.0365), column(w["spread"]), x)[0, SOFTWARE])
        w.agrees("share in kind after", after.in_kind[0, SOFTWARE])
        w.agrees("downgraded", p.downgrade * np.exp(p.downgrade_loading * x[0, SOFTWARE]))
        w.agrees("CCC after", f.weak[0, SOFTWARE])
        w.agrees("expected loss", f.expected_loss[0, SOFTWARE] / BN)


def test_factor_variance_follows_the_correlation_of_the_shocks() -> None:
    """Half a million draws of correlated states: every pool's factor has variance one.

    The credit factor is partly the regime's, which the AI states know nothing of.
    """
    draws = np.random.default_rng(3)
    z = draws.multivariate_normal(np.zeros(6), CORRELATION, 500_000)
    credit = 0.907 * z[:, 0:1] + np.sqrt(1.0 - 0.907**2) * draws.standard_normal((500_000, 1))
    x = segments.segment_factor(parameters(), credit, z[:, 1:2], z[:, 5:6])
    assert np.abs(x.var(axis=0) - 1.0).max() < 4 * np.sqrt(2 / 500_000)
    independent = replace(parameters(), correlation=np.eye(6))
    found = segments.segment_factor(independent, column(1.0), column(0.0), column(0.0))
    assert found[0, SPV] == pytest.approx(1 / np.sqrt(1.5))


def test_ai_states_move_ai_pools_only() -> None:
    """Where AI is weak sites default more; software, which AI displaces, less."""
    base, weak = step()[1].default_rate, step(demand=-2.0, anchor=-2.0)[1].default_rate
    assert weak[0, SPV] > base[0, SPV]
    assert weak[0, SOFTWARE] < base[0, SOFTWARE]
    np.testing.assert_array_equal(weak[0, [DIRECT_LENDING, B_LOANS]], base[0, [DIRECT_LENDING, B_LOANS]])


@pytest.mark.parametrize(
    ("spread", "multiple"),
    [(0.0447, 1.0), (0.0547, np.exp(0.005)), (0.0, np.exp(-0.01)), (0.9, np.exp(0.04))],
)
def test_default_hazard_answers_to_the_spread(spread: float, multiple: float) -> None:
    """Half a percent more hazard for 100 bp, between 200 bp under the center and 800 bp over it."""
    annual = np.array([0.008, 0.04, 0.0265, 0.0305])
    found = segments.default_probability(parameters(), column(spread), AS_EXPECTED)[0]
    np.testing.assert_allclose(np.log1p(-found), multiple * np.log1p(-annual))


def test_a_default_probability_stays_one_whatever_the_spread() -> None:
    """Nine in ten default in a year already, and the spread is 1,000 bp wide with twenty times the answer."""
    p = parameters(pd=row(0.008, 0.07, 0.06, 0.9), pd_spread_response=column(150.0))
    found = segments.default_probability(p, column(0.10), AS_EXPECTED)[0]
    assert (found <= 1.0).all()
    assert found[B_LOANS] > 0.99


@pytest.mark.parametrize("annual", [0.0, 0.02, 0.3, 0.95])
def test_four_quarters_make_the_year_they_are_taken_from(annual: float) -> None:
    quarter = segments.a_quarter(np.array(annual))
    assert 1.0 - (1.0 - quarter) ** 4 == pytest.approx(annual, abs=1e-15)
    dearer = segments.a_quarter(np.array(annual), 1.75)
    assert np.log1p(-dearer) == pytest.approx(1.75 * np.log1p(-quarter))


PLAIN: dict[str, Any] = {
    "pays_in_kind": NEVER_IN_KIND,
    "wall": NOTHING_DUE,
    "rating_share": row(1, 0, 0, 1, 0, 0, 1, 0, 1, 0),
    "downgrade": 0.0,
    "upgrade": 0.0,
}
"""Pools of one rating each that pay cash and owe nothing soon."""


def test_a_bad_year_defaults_at_the_rate_of_the_year() -> None:
    """The factor stands at two for four quarters: the year's Vasicek rate of the book is gone, not more."""
    p = parameters(**PLAIN, asset_correlation=row(0.225, 0.225, 0.3, 0.3))
    c = conditions(credit=2.0, spread=0.0447)
    state, alive = segments.init(p, 1), 1.0
    for t in range(1, 5):
        state, f = segments.step(p, state, t, c, MEDIAN)
        alive *= 1.0 - f.default_rate[0, B_LOANS]
    barrier = threshold_t(0.0305, 5.0, 0.1)
    year = ndtr((barrier + np.sqrt(0.3) * 2.0) / np.sqrt(0.7))
    assert 1.0 - alive == pytest.approx(year.item(), rel=1e-9)
    assert 0.12 < 1.0 - alive < 0.25


def simulated(rho: float, weight: float = 0.1, n: int = 200_000) -> Array:
    """Default rate a year of direct lending after three years of Student-t innovations, (path,).

    All of the factor is its own: regimes stay out of it.
    """
    stream = generator(11, "pools", 0)
    factor = np.zeros((n, 1))
    for _ in range(12):
        mixing = np.sqrt(3.0 / (stream.standard_normal((n, 5)) ** 2).sum(axis=1, keepdims=True))
        factor = 0.76 * factor + np.sqrt(1 - 0.76**2) * mixing * stream.standard_normal((n, 1))
    p = parameters(**PLAIN, asset_correlation=row(0.225, 0.225, rho, rho), mixing_weight=weight, own=1.0)
    c = replace(conditions(spread=0.0447), credit=factor, mixing=mixing)
    quarter = segments.step(p, segments.init(p, n), 5, c, MEDIAN)[1].default_rate[:, DIRECT_LENDING]
    return np.asarray(1.0 - (1.0 - quarter) ** 4)


@pytest.mark.slow
@pytest.mark.parametrize("weight", [0.1, 1.0])
def test_correlation_fattens_the_tail_and_leaves_the_mean(weight: float) -> None:
    """Relation 18, with the model's own factor: its newest part shares the mixing variable.

    The mean is the probability within 2%: earlier mixing variables leave the factor's past not quite normal.
    """
    rates = [simulated(rho, weight) for rho in (0.0, 0.15, 0.30)]
    for rate in rates:
        error = rate.std() / np.sqrt(rate.size)
        assert abs(rate.mean() - 0.0265) < 4 * error + 0.02 * 0.0265
    tails = [np.sort(rate)[-rate.size // 100 :].mean() for rate in rates]
    assert tails[0] < tails[1] < tails[2]


def test_without_correlation_the_factor_moves_nothing() -> None:
    none = parameters(asset_correlation=row(0.0, 0.0, 0.0, 0.0))
    calm, stressed = (step(none, credit=x)[1].default_rate for x in (-2.0, 2.0))
    np.testing.assert_array_equal(calm, stressed)


def test_a_large_mixing_variable_is_bad_for_every_pool() -> None:
    """At a neutral factor; the more of the mixing reaches pools, the more it moves them."""
    neutral: dict[str, Any] = {"credit": 0.0, "demand": 0.0, "anchor": 0.0}
    moves = []
    for weight in (0.0, 0.1, 1.0):
        p = parameters(mixing_weight=weight)
        small, one, large = (step(p, **neutral, mixing=m)[1].default_rate for m in (0.6, 1.0, 2.0))
        assert ((small < one) & (one < large)).all() or weight == 0.0
        moves.append(np.log(large / small))
    np.testing.assert_array_equal(moves[0], 0.0)
    assert (moves[1] < moves[2]).all()


@pytest.mark.slow
def test_the_worst_quarters_are_milder_where_less_of_the_mixing_reaches_pools() -> None:
    """One path in a thousand: the whole mixing defaults a good part more of a pool than its tenth root."""
    part, whole = (np.quantile(simulated(0.2, weight), 0.999) for weight in (0.1, 1.0))
    assert part < 0.9 * whole


def test_losses_rise_with_defaults_and_stay_within_them() -> None:
    flows = [step(credit=x)[1] for x in (-2.0, 0.0, 2.0, 4.0)]
    ratios = np.array([(f.loss / f.defaulted)[0] for f in flows])
    assert (np.diff(ratios[:, 1:], axis=0) > 0).all()
    assert (ratios >= 0).all()
    assert (ratios <= 1).all()


def test_loss_given_default_is_a_line_in_the_default_rate() -> None:
    """Nine tenths of a point a point, from the mean at 3.5% a year; never more than all."""
    p = parameters(extended_lgd=0.0)
    for credit in (-1.0, 0.5, 2.0):
        f = step(p, credit=credit)[1]
        year = 1.0 - (1.0 - f.default_rate[0, POOLS]) ** 4
        line = np.array([0.43, 0.41, 0.29]) + 0.9 * (year - 0.035)
        np.testing.assert_allclose((f.loss / f.defaulted)[0, POOLS], line, rtol=2e-3)
    steep = step(replace(p, lgd_slope=column(100.0)), credit=3.0)[1]
    assert (steep.loss <= steep.defaulted).all()


def test_expected_loss_is_that_of_the_cycle() -> None:
    """The state of the market moves losses and not what was expected on the same book."""
    calm, stressed = (step(credit=x, spread=s)[1] for x, s in ((-1.0, 0.03), (2.0, 0.1)))
    np.testing.assert_array_equal(calm.expected_loss, stressed.expected_loss)
    assert (calm.loss[0, POOLS] < calm.expected_loss[0, POOLS]).all()
    assert (stressed.loss[0, POOLS] > stressed.expected_loss[0, POOLS]).all()


def test_recovery_noise_is_even_handed() -> None:
    """High draws lose more, low ones less; sites have no noise."""
    p = parameters(lgd_concentration=40.0)
    low, high = (step(p, uniform=np.full((1, 4), u))[1].loss[0] for u in (0.1, 0.9))
    assert (high[1:] > low[1:]).all()
    assert high[SPV] == low[SPV]


def test_each_pool_has_its_own_recovery() -> None:
    """Software loses more than direct lending, B loans least; sites are not moved by a shift."""
    f, none = step()[1], step(parameters(lgd_shift=NEVER_IN_KIND))[1]
    moved = (f.loss / f.defaulted - none.loss / none.defaulted)[0]
    assert moved[SOFTWARE] > moved[DIRECT_LENDING] > 0.0 > moved[B_LOANS]
    assert moved[SPV] == 0.0
    np.testing.assert_allclose(segments.expected_lgd(parameters()), row(0.36, 0.43, 0.41, 0.29))


def test_paying_in_kind_raises_balance_and_hazard() -> None:
    none = parameters(**PLAIN)
    quiet = replace(none, pays_in_kind=row(0, 1, 1, 0))
    with_, without = step(quiet)[1], step(none)[1]
    paying = segments.init(quiet, 1).in_kind[0, SOFTWARE]
    ratio = np.log1p(-with_.default_rate[0, SOFTWARE]) / np.log1p(-without.default_rate[0, SOFTWARE])
    assert ratio == pytest.approx(1 + 0.75 * paying)
    assert with_.in_kind_accrued[0, SOFTWARE] == pytest.approx(paying * 0.0275 * 420 * BN)
    assert without.in_kind_accrued.sum() == 0.0


def test_dear_money_makes_borrowers_pay_in_kind() -> None:
    cheap, dear = (step(sofr=r)[1].in_kind[0] for r in (0.02, 0.06))
    assert (dear[[SOFTWARE, DIRECT_LENDING]] > cheap[[SOFTWARE, DIRECT_LENDING]]).all()
    assert dear[[SPV, B_LOANS]].tolist() == [0.0, 0.0]


def test_a_years_default_rate_is_at_most_95_percent() -> None:
    worst = step(parameters(wall=NOTHING_DUE), credit=60.0)[1].default_rate[0]
    assert worst[B_LOANS] == pytest.approx(1.0 - 0.05**0.25)
    assert (worst <= 1.0 - 0.05 ** (0.25 * 1.75)).all()


def test_new_loans_need_available_credit_and_sponsors() -> None:
    f = step(availability=0.5, spv_additions=10 * BN)[1]
    assert f.originated[0] == pytest.approx(np.array([10, 4.2, 6.75, 2.625]) * BN)


def test_the_wall_needs_clos_and_an_open_market() -> None:
    """Only B loans depend on CLOs; a weaker book and a wider spread leave more unplaced."""
    f, frozen = step()[1], step(clo=0.8)[1]
    assert frozen.refinanced[0, B_LOANS] < f.refinanced[0, B_LOANS]
    assert frozen.wall_defaulted[0, B_LOANS] > f.wall_defaulted[0, B_LOANS]
    np.testing.assert_array_equal(frozen.refinanced[0, :B_LOANS], f.refinanced[0, :B_LOANS])
    shut, open_ = (step(spread=s)[1] for s in (0.0751, 0.0749))
    assert shut.wall_defaulted[0, B_LOANS] > 1.5 * open_.wall_defaulted[0, B_LOANS]
    weak = segments.init(parameters(), 1)
    weak = replace(weak, mix=row(0.6, 0.4, 0.15, 0.6, 0.25, 0.2, 0.6, 0.2, 0.6, 0.4))
    assert step(state=weak)[1].refinanced[0, B_LOANS] < f.refinanced[0, B_LOANS]


def test_extension_puts_defaults_off_and_recovers_less() -> None:
    """One wall of a fifth of the book in a shut market, then a year in which nothing falls due."""
    wall = NOTHING_DUE.copy()
    wall[1] = 0.2
    walls = {}
    for share in (0.0, 0.7):
        p = parameters(wall=wall, wall_extension=column(share))
        state, seen = segments.init(p, 1), []
        for t in range(1, 6):
            state, f = segments.step(p, state, t, conditions(credit=0.0, spread=0.09), MEDIAN)
            seen.append((f.wall_defaulted[0, B_LOANS], 1 - f.loss[0, B_LOANS] / f.defaulted[0, B_LOANS]))
        walls[share] = np.array(seen)
    at_the_wall, later = walls[0.0] - walls[0.7], walls[0.7][1:, 0]
    assert at_the_wall[0, 0] > 0.0, "fewer default at the wall"
    assert (later > walls[0.0][1:, 0]).all(), "more default later"
    assert walls[0.0][1:, 0].sum() == 0.0
    assert (walls[0.7][2:, 1] < walls[0.0][2:, 1]).all(), "and they recover less"


def test_an_extended_loan_recovers_eight_points_less() -> None:
    """A third of the book was extended; it defaults like the rest, and a quarter of what is left retries."""
    p = parameters(wall=NOTHING_DUE)
    start = replace(segments.init(p, 1), extended=p.exposure / 3.0)
    f = step(p, state=start)[1]
    same = step(replace(p, extended_lgd=0.0), state=start)[1]
    np.testing.assert_array_equal(f.defaulted, same.defaulted)
    ordinary = f.defaulted - f.wall_defaulted
    np.testing.assert_allclose(f.due, (p.exposure - ordinary) / 3.0 / 4.0)
    late = ordinary / 3.0 + f.wall_defaulted
    np.testing.assert_allclose((f.loss - same.loss)[:, POOLS], 0.08 * late[:, POOLS], rtol=1e-9)
    assert f.loss[0, SPV] == same.loss[0, SPV]


def test_new_loans_dilute_a_weak_book() -> None:
    """Site debt doubles at the base mix: the share of new debt in the book after the quarter counts."""
    still = parameters(downgrade=0.0, upgrade=0.0, pd=row(0.0, 0.07, 0.06, 0.05))
    weak = replace(segments.init(still, 1), mix=row(0.2, 0.8, 0.15, 0.6, 0.25, 0.2, 0.6, 0.2, 0.85, 0.15))
    after, f = step(still, state=weak, spv_additions=240 * BN)
    new = 240 * BN / after.exposure[0, SPV]
    assert f.weak[0, SPV] == pytest.approx(0.8 * (1 - new) + 0.4 * new)


states = st.floats(-3.0, 3.0)


@examples(
    states, states, states, st.floats(0.02, 0.15), st.floats(0.05, 2.0), st.sampled_from([0.0, 1.0]),
    st.floats(0.3, 4.0), st.floats(0.0, 1.0),
)  # fmt: skip
def test_books_roll_forward_and_losses_close(
    credit: float,
    demand: float,
    anchor: float,
    spread: float,
    rent: float,
    digestion: float,
    mixing: float,
    clo: float,
) -> None:
    p = parameters()
    start = replace(segments.init(p, 1), extended=0.3 * p.exposure)
    drawn: dict[str, Any] = {
        "credit": credit,
        "demand": demand,
        "anchor": anchor,
        "spread": spread,
        "rent_ratio": rent,
    }
    after, f = step(p, state=start, digestion=digestion, mixing=mixing, clo=clo, **drawn)
    moved = f.originated + f.in_kind_accrued - f.defaulted - f.repaid
    np.testing.assert_allclose(after.exposure, p.exposure + moved, rtol=1e-12)
    assert ((after.extended >= 0.0) & (after.extended <= after.exposure)).all()
    assert (f.wall_defaulted <= f.defaulted).all()
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


def test_an_empty_book_stays_empty() -> None:
    p = parameters(exposure=row(0, 0, 0, 0))
    after, f = step(p)
    assert after.exposure.sum() == f.loss.sum() == f.due.sum() == 0.0
    np.testing.assert_allclose(ratings.by_segment(p, after.mix), 1.0)


def test_paths_do_not_see_each_other() -> None:
    p = replace(parameters(), freedom=column(3.0, 5.0, 8.0))
    c = replace(conditions(), mixing=column(0.7, 1.0, 2.5), credit=column(-1.0, 0.5, 2.0))
    together = segments.step(p, segments.init(p, 3), 5, c, MEDIAN)[1]
    alone = replace(p, freedom=column(8.0))
    single = segments.step(
        alone, segments.init(alone, 1), 5, replace(c, mixing=column(2.5), credit=column(2.0)), MEDIAN
    )[1]
    np.testing.assert_array_equal(together.loss[2], single.loss[0])


EXPOSED = row(0.5, 0.0, 0.8, 0.0)
"""Sites and direct lenders whose borrowers live off the sector's price."""


def test_worked_example_of_the_price() -> None:
    with worked("private-credit", "price of the sector") as w:
        p = parameters(
            price_weight=row(w["weight"], 0, 0, 0),
            price_hazard=column(w["answer of the hazard"]),
            price_lgd=column(w["answer of the loss"]),
            pd=row(w["through the cycle"], 0.04, 0.0265, 0.0305),
        )
        dearness, center = column(w["rents over their expected path"]), column(0.0447)
        felt = segments.price_state(p, dearness)
        w.agrees("felt", felt[0, SPV])
        w.agrees("hazard", np.exp(-p.price_hazard * felt)[0, SPV])
        w.agrees("default probability", segments.default_probability(p, center, dearness)[0, SPV])
        pool = replace(p, sites=NEVER_IN_KIND)
        rates = [step(pool, dearness=x)[1] for x in (0.0, dearness.item())]
        # what defaults more loses more besides: the line in the default rate is taken out
        usual, fallen = (
            (f.loss / f.defaulted - 0.9 * (1.0 - (1.0 - f.default_rate) ** 4))[0, SPV] for f in rates
        )
        w.agrees("loss given default", fallen - usual)


def test_borrowers_who_live_off_the_price_fail_as_it_falls() -> None:
    """Hazards rise by weight and coefficient, fall where rents are dear; nobody else hears."""
    p = parameters(price_weight=EXPOSED)
    usual = np.log1p(-segments.default_probability(p, column(0.06), AS_EXPECTED)[0])
    for dearness in (-1.5, -0.3, 0.3, 1.5):
        found = np.log1p(-segments.default_probability(p, column(0.06), column(dearness))[0])
        np.testing.assert_allclose(found / usual, np.exp(-dearness * EXPOSED[0]), rtol=1e-12)


def test_defaults_and_losses_follow_the_price_in_exposed_pools_alone() -> None:
    p = parameters(price_weight=EXPOSED)
    low, usual, high = (step(p, dearness=x)[1] for x in (-1.0, 0.0, 1.0))
    for name in ("defaulted", "loss"):
        cheap, base, dear = (getattr(f, name)[0] for f in (low, usual, high))
        assert (cheap[[SPV, DIRECT_LENDING]] > base[[SPV, DIRECT_LENDING]]).all(), name
        assert (dear[[SPV, DIRECT_LENDING]] < base[[SPV, DIRECT_LENDING]]).all(), name
        np.testing.assert_array_equal(cheap[[SOFTWARE, B_LOANS]], base[[SOFTWARE, B_LOANS]])
        np.testing.assert_array_equal(dear[[SOFTWARE, B_LOANS]], base[[SOFTWARE, B_LOANS]])
    np.testing.assert_array_equal(low.expected_loss, usual.expected_loss, err_msg="what the cycle takes")


def test_a_fallen_price_lowers_what_pools_recover_and_sites_have_rents_of_their_own() -> None:
    flat = parameters(price_weight=EXPOSED, price_hazard=column(0.0))
    low, usual = (step(flat, dearness=x)[1] for x in (-1.0, 0.0))
    np.testing.assert_array_equal(low.defaulted, usual.defaulted)
    more = ((low.loss - usual.loss) / usual.defaulted)[0]
    assert more[DIRECT_LENDING] == pytest.approx(0.1 * 0.8, rel=1e-3)
    np.testing.assert_array_equal(more[[SPV, SOFTWARE, B_LOANS]], 0.0)


@pytest.mark.parametrize(
    "off",
    [
        {"price_weight": NEVER_IN_KIND},
        {"price_weight": EXPOSED, "price_hazard": column(0.0), "price_lgd": column(0.0)},
    ],
    ids=["no weight", "no answer"],
)
def test_without_weight_or_answer_pools_do_not_hear_the_price(off: dict[str, Any]) -> None:
    deaf = parameters(**off)
    for dearness in (-2.0, 0.7):
        after, f = step(deaf, dearness=dearness)
        same, g = step(deaf)
        for name in ("defaulted", "loss", "repaid", "originated"):
            np.testing.assert_array_equal(getattr(f, name), getattr(g, name))
        np.testing.assert_array_equal(after.exposure, same.exposure)
        ahead, usual = (segments.loss_ahead(deaf, same, column(0.06), column(x)) for x in (dearness, 0.0))
        np.testing.assert_array_equal(ahead, usual)


def test_borrowers_feel_the_price_as_far_as_the_guard() -> None:
    p = parameters(price_weight=EXPOSED)
    np.testing.assert_allclose(
        segments.price_state(p, column(-9.0, 9.0)), [-2.5 * EXPOSED[0], 2.5 * EXPOSED[0]]
    )


def test_a_default_probability_stays_one_whatever_the_price() -> None:
    p = parameters(price_weight=row(1, 1, 1, 1), price_hazard=column(4.0), pd=row(0.3, 0.3, 0.3, 0.3))
    found = segments.default_probability(p, column(0.09), column(-2.5))
    assert (found <= 1.0).all()
    assert (found > 0.99).all()


def test_what_is_ahead_hears_the_price_of_the_day() -> None:
    p = parameters(price_weight=EXPOSED)
    state = segments.init(p, 1)
    low, usual = (segments.loss_ahead(p, state, column(0.05), column(x))[0] for x in (-1.0, 0.0))
    assert (low[[SPV, DIRECT_LENDING]] > usual[[SPV, DIRECT_LENDING]]).all()
    np.testing.assert_array_equal(low[[SOFTWARE, B_LOANS]], usual[[SOFTWARE, B_LOANS]])
