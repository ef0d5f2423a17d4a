from dataclasses import fields, replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from risk.assumptions import load
from risk.errors import AssumptionError
from risk.mechanisms import cascade
from tests.mechanisms.given import Array
from tests.mechanisms.holders import (
    BN,
    CLO,
    FUND,
    INSTRUMENTS,
    INSURER,
    NAMES,
    OWED,
    OWNED,
    OWNERS,
    PENSION,
    base,
    channels,
    network,
    owed,
    rows,
)  # fmt: skip
from tests.mechanisms.worked import worked

PATHS = 60


def world(seed: int = 1, paths: int = PATHS) -> tuple[Array, Array, Array]:
    """Exposures, losses up to nearly all of them, and what is left of target equity."""
    rng = np.random.default_rng(seed)
    exposures = rng.uniform(1.0, 900.0, (paths, len(INSTRUMENTS))) * BN
    losses = exposures * rng.beta(0.4, 2.0, (paths, len(INSTRUMENTS)))
    return exposures, losses, rng.uniform(0.0, 1.0, (paths, len(NAMES)))


def opening(equity: Array) -> cascade.State:
    """Nothing booked, no notes downgraded."""
    return cascade.State(equity, np.zeros_like(equity), np.zeros((len(equity), 1)))


def quarter(
    p: cascade.Params, seed: int = 1, paths: int = PATHS, /, **inputs: float
) -> tuple[cascade.State, cascade.Flows, Array]:
    exposures, losses, left = world(seed, paths)
    state = opening(left / p.assets_to_equity)
    return *cascade.step(p, state, losses, exposures, channels(paths, **inputs)), losses


PRESSED = {"pensions": 300 * BN, "banks": 0.03, "clo": 1.0, "nbfi": 300 * BN, "downgrade": 1.0}


def test_worked_example() -> None:
    with worked("cascade", "holders") as w:
        shares = np.array([[0.5, 0.3, 0.2], [0.25, 0.0, 0.75]])
        losses = BN * np.array([[w["loss on facilities"], w["loss on notes"]]])
        found = cascade.book(network(holdings=shares), losses)[0] / BN
        for holder, loss in zip("ABC", found, strict=True):
            w.agrees(f"loss of {holder}", loss)


@settings(max_examples=60)
@given(st.integers(0, 10_000))
def test_every_loss_ends_at_one_ultimate_owner(seed: int) -> None:
    """Relations 14 and 27: first round = instruments; ultimate owners = first round + cost of bankruptcy."""
    _, f, losses = quarter(network(8), seed, 8, **PRESSED)
    np.testing.assert_allclose(f.losses.sum(axis=1), losses.sum(axis=1), rtol=1e-12)
    total = losses.sum(axis=1) + f.bankruptcy_cost[:, 0]
    np.testing.assert_allclose(f.ultimate.sum(axis=1), total, rtol=1e-12)
    assert (f.ultimate >= 0.0).all()
    assert (f.bankruptcy_cost >= 0.0).all()


def test_look_through_goes_to_owners_while_equity_lasts() -> None:
    exposures = owed(*[100.0] * 10)
    p = network()
    f = cascade.step(p, cascade.init(p, exposures), 0.01 * exposures, exposures, channels())[1]
    np.testing.assert_allclose(f.ultimate, f.losses @ p.owners)
    assert dict(zip(OWNERS, f.ultimate[0] / BN, strict=True)) == pytest.approx(
        {"insurer": 4.0, "pension": 2.0 + 0.5, "bank": 1.5, "vendor": 0.5, "households": 1.5}
    )
    assert not f.creditor_loss.any()
    assert not f.bankruptcy_cost.any()


def test_the_margin_of_a_quarter_stands_before_creditors() -> None:
    """A CLO of 100 with 10 of equity loses all: owners bear 10 and the margin of 1, junior notes all 18."""
    shares = np.zeros((10, len(NAMES)))
    shares[:, CLO] = 1.0
    p, exposures = network(holdings=shares), owed(100.0)
    f = cascade.step(p, cascade.init(p, exposures), exposures, exposures, channels())[1]
    # Half of the junior notes are pensions', half an empty fund's, which owes all it paid for them: .6 to
    # banks. What is left is the margin less the cost of failure, and goes to senior notes: 72 - .95.
    assert f.bankruptcy_cost.item() / BN == pytest.approx(0.05)
    assert dict(zip(OWNERS, f.ultimate[0] / BN, strict=True)) == pytest.approx(
        {"insurer": 11.0, "pension": 9.0, "bank": 71.05 + 5.4, "vendor": 0.0, "households": 3.6}, abs=1e-6
    )


def test_losses_add_up_over_quarters() -> None:
    p, exposures = network(), owed(*[100.0] * 10)
    state = cascade.init(p, exposures)
    booked = np.zeros((1, len(NAMES)))
    for _ in range(3):
        state, f = cascade.step(p, state, 0.02 * exposures, exposures, channels())
        booked = booked + f.losses
    np.testing.assert_allclose(state.cumulative, booked, rtol=1e-14)


def test_margin_rebuilds_equity_up_to_the_target() -> None:
    p, exposures = network(overleverage_sold=np.zeros((1, 1))), owed(*[100.0] * 10)
    state = replace(cascade.init(p, exposures), equity=np.zeros((1, len(NAMES))))
    quarters = []
    for _ in range(120):
        state, _ = cascade.step(p, state, 0.0 * exposures, exposures, channels())
        quarters.append(state.equity[0])
    np.testing.assert_allclose(quarters[0], 0.01, rtol=1e-12)  # 4% a year for a quarter
    assert (np.diff(quarters, axis=0) >= 0.0).all()
    np.testing.assert_allclose(quarters[-1], 1.0 / p.assets_to_equity[0])


def test_marks_are_not_carried() -> None:
    """Next quarter's equity knows credit losses, and the debt repaid by sales."""
    soft, _, _ = quarter(network(PATHS, price_impact=np.zeros((PATHS, 1))), 3, **PRESSED)
    hard, f, _ = quarter(network(PATHS, price_impact=np.full((PATHS, 1), 0.5)), 3, **PRESSED)
    assert f.mark_to_market.sum() > 0.0
    assert (hard.equity >= soft.equity - 1e-12).all()


def test_sales_repay_debt() -> None:
    p, exposures = network(), owed(*[100.0] * 10)
    losses = 0.04 * exposures
    state, f = cascade.step(p, cascade.init(p, exposures), losses, exposures, channels())
    start, left = 200 * BN, 192 * BN  # of the insurer
    equity = start / 9 + 0.01 * start - 8 * BN
    first = 0.5 * (left - 9 * equity)
    assert f.sold[0, INSURER] > first > 0.0
    assert equity / (left - first) < state.equity[0, INSURER] < 1.0 / 9
    assert state.equity[0, INSURER] == pytest.approx(equity / (left - f.sold[0, INSURER]), rel=1e-2)
    _, after = cascade.step(p, state, 0.01 * exposures, exposures, channels())
    assert 0.0 < after.sold[0, INSURER] < 0.6 * f.sold[0, INSURER]


def test_the_charge_of_a_downgrade_is_met_once() -> None:
    p, exposures = network(downgrade_charge=0.2), owed(*[100.0] * 10)
    state, sold = cascade.init(p, exposures), []
    for downgrade in (0.0, 1.0, 1.0, 0.0, 1.0):
        state, f = cascade.step(p, state, 0.0 * exposures, exposures, channels(downgrade=downgrade))
        sold.append(f.sold[0, INSURER])
    assert [amount > 0.0 for amount in sold] == [False, True, False, False, True]


def test_marks_by_round_and_by_holder_agree() -> None:
    _, f, _ = quarter(network(PATHS), **PRESSED)
    np.testing.assert_allclose(f.mark_by_round.sum(axis=1), f.mark_to_market.sum(axis=1), rtol=1e-12)
    assert (f.mark_by_round > 0.0).all()


def permuted(p: cascade.Params, order: list[int]) -> cascade.Params:
    """Holders in another order, possibly one twice; households stay the last node."""
    columns = {
        name: getattr(p, name)[:, order]
        for name in ("holdings", "roles", "assets_to_equity", "carry", "threshold")
    }
    nodes = [*order, len(NAMES)]
    return replace(p, owners=p.owners[order], creditors=p.creditors[:, order][:, :, nodes], **columns)


BY_HOLDER = ("losses", "creditor_loss", "sold", "mark_to_market")


def test_relabelling_holders_permutes_results_only() -> None:
    """Relation 16."""
    p, order = network(PATHS), [4, 0, 5, 2, 1, 3]
    exposures, losses, left = world()
    equity = left / p.assets_to_equity
    inputs = exposures, channels(PATHS, **PRESSED)
    after, f = cascade.step(p, opening(equity), losses, *inputs)
    other, g = cascade.step(permuted(p, order), opening(equity[:, order]), losses, *inputs)
    np.testing.assert_allclose(other.equity, after.equity[:, order], rtol=1e-10, atol=1e-12)
    for field in fields(cascade.Flows):
        found, wanted = getattr(g, field.name), getattr(f, field.name)
        wanted = wanted[:, order] if field.name in BY_HOLDER else wanted
        np.testing.assert_allclose(found, wanted, rtol=1e-9, atol=1.0, err_msg=field.name)


def split(p: cascade.Params, which: int) -> cascade.Params:
    """The same network with one vehicle cut into halves; the new half comes last."""
    q = permuted(p, [*range(len(NAMES)), which])
    half = np.ones(len(NAMES) + 1)
    half[[which, -1]] = 0.5
    return replace(q, holdings=q.holdings * half, creditors=q.creditors * np.append(half, 1.0))


@pytest.mark.parametrize("which", [FUND, CLO])
def test_merging_two_alike_adds(which: int) -> None:
    """Relation 16: two pari passu vehicles of one kind are one."""
    p = network(PATHS)
    exposures, losses, left = world(7)
    equity = left / p.assets_to_equity
    order = [*range(len(NAMES)), which]
    inputs = exposures, channels(PATHS, **PRESSED)
    one = cascade.step(p, opening(equity), losses, *inputs)[1]
    state = opening(equity[:, order])
    two = cascade.step(split(p, which), state, losses, *inputs)[1]
    assert (one.creditor_loss > 0).any()
    for field in fields(cascade.Flows):
        found = np.array(getattr(two, field.name))
        if field.name in BY_HOLDER:
            found[:, which] += found[:, -1]
            found = found[:, :-1]
        np.testing.assert_allclose(found, getattr(one, field.name), rtol=1e-9, atol=1.0, err_msg=field.name)


def test_money_is_homogeneous_of_degree_one() -> None:
    p = network(PATHS)
    exposures, losses, left = world(5)
    scaled = replace(p, bank_lines=3 * p.bank_lines, bank_lines_drawn=3 * p.bank_lines_drawn)
    state = opening(left / p.assets_to_equity)
    one = channels(PATHS, **PRESSED)
    three = replace(one, pensions=3 * one.pensions, nbfi=3 * one.nbfi)
    f = cascade.step(p, state, losses, exposures, one)[1]
    g = cascade.step(scaled, state, 3 * losses, 3 * exposures, three)[1]
    for field in fields(cascade.Flows):
        factor = 1.0 if field.name in ("discount", "squeeze", "freeze") else 3.0
        wanted = factor * getattr(f, field.name)
        np.testing.assert_allclose(getattr(g, field.name), wanted, rtol=1e-9, atol=1.0, err_msg=field.name)


def test_a_holder_of_nothing_stays_at_its_target() -> None:
    p, exposures = network(), owed(0.0)
    state, f = cascade.step(p, cascade.init(p, exposures), 0 * exposures, exposures, channels(**PRESSED))
    np.testing.assert_allclose(state.equity, 1.0 / p.assets_to_equity)
    assert not f.sold.any()
    assert not f.mark_to_market.any()


# ─── matrices ───


def test_matrices_of_the_tables() -> None:
    held = rows("instrument holder share", ("a", "fund", 0.4), ("a", "bank", 0.6), ("b", "clo", 1.0))
    matrix = cascade.holdings(held, ("b", "a"), NAMES)
    np.testing.assert_array_equal(matrix, [[0, 1, 0, 0, 0, 0], [0.4, 0, 0, 0, 0.6, 0]])
    assert cascade.ultimate(OWNED, NAMES) == OWNERS
    own = cascade.owners(OWNED, NAMES)
    np.testing.assert_array_equal(own[FUND], [0, 0.25, 0, 0, 0.75])
    np.testing.assert_array_equal(own[PENSION], [0, 1, 0, 0, 0])
    debt = cascade.creditors(OWED, NAMES)
    assert debt.shape == (2, 6, 7)
    np.testing.assert_allclose(debt.sum(axis=(0, 2)), [1, 1, 0, 0, 0, 0])
    assert debt[1, CLO, FUND] == 0.1


def test_an_instrument_nobody_holds_is_refused() -> None:
    with pytest.raises(AssumptionError, match="no holder of 'b'"):
        cascade.holdings(rows("instrument holder share", ("a", "fund", 1.0)), ("a", "b"), NAMES)


def test_an_unknown_instrument_is_refused() -> None:
    with pytest.raises(AssumptionError, match="names 'c'"):
        cascade.holdings(rows("instrument holder share", ("c", "fund", 1.0)), ("a",), NAMES)


def test_a_vehicle_is_nobody_s_ultimate_owner() -> None:
    with pytest.raises(AssumptionError, match="names 'fund'"):
        cascade.owners([*OWNED, *rows("vehicle owner share", ("clo", "fund", 0.1))], NAMES)


# ─── the register's network ───

REGISTER = load()
OWED_NOW = owed(30, 3, 27, 2, 12, 6, 250, 420, 900, 700)


def test_facts_of_the_register() -> None:
    p, names = base(REGISTER), REGISTER.tables["credit.holder"].names
    private, b_loans = slice(0, -1), INSTRUMENTS.index("b_loans")
    held = OWED_NOW[:, private] @ p.holdings[private] / OWED_NOW[:, private].sum()
    assert held[0, names.index("pension")] == pytest.approx(0.31, abs=0.01)
    assert 0.70 <= p.holdings[b_loans, names.index("clo")] <= 0.80
    np.testing.assert_allclose(p.owners.sum(axis=1), 1.0)
    kinds = [row.kind == "vehicle" for row in REGISTER.tables["credit.holder"].rows]  # type: ignore[attr-defined]
    np.testing.assert_array_equal(p.vehicle > 0, kinds)


def test_ordinary_losses_sell_nothing() -> None:
    """One percent a quarter of generic books, covered by the margin, for five years."""
    p = base(REGISTER)
    losses = OWED_NOW * np.array([[0.003] * 6 + [0.001] + [0.01] * 3])
    state = cascade.init(p, OWED_NOW)
    for _ in range(20):
        booked = cascade.book(p, losses)
        lost = {
            "pensions": cascade.fund_losses(p, booked).item(),
            "nbfi": cascade.vehicle_losses(p, booked).item(),
        }
        state, f = cascade.step(p, state, losses, OWED_NOW, channels(**lost))
        assert not f.sold.any()
        assert not f.squeeze.any()


def test_thirty_billion_of_losses_on_ai_paper_set_off_a_second_round_of_a_few_billion() -> None:
    """The scale of the second round: 5 to 30% of a heavy quarter, not a multiple of it."""
    p = base(REGISTER)
    ai = OWED_NOW * (np.arange(10) < INSTRUMENTS.index("direct_lending"))
    losses = 30 * BN * ai / ai.sum()
    f = cascade.step(p, cascade.init(p, OWED_NOW), losses, OWED_NOW, channels())[1]
    assert 0.05 < f.mark_to_market.sum() / losses.sum() < 0.30
    assert f.mark_to_market[0, INSURER] > 0.0
