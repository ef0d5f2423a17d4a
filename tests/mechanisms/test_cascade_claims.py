import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from risk.errors import NumericalError
from risk.mechanisms import cascade
from risk.mechanisms.cascade.claims import bear, chains, debts, failure_cost, settle
from tests.mechanisms.given import Array
from tests.mechanisms.holders import BN, CLO, FUND, NAMES, OWNERS, network, rows
from tests.mechanisms.worked import worked


def clo_only() -> cascade.Params:
    """A CLO whose senior notes banks hold and whose junior notes insurers hold; households own it."""
    owned = rows("vehicle owner share", ("clo", "households", 1.0))
    debt = rows(
        "debtor seniority creditor share", ("clo", "senior", "bank", 0.8), ("clo", "junior", "insurer", 0.2)
    )
    return network(
        owners=cascade.owners(owned, NAMES),
        creditors=cascade.creditors(debt, NAMES),
    )


def at(holder: int, amount: Array) -> Array:
    """Amounts of one holder, (path, holder)."""
    out = np.zeros((len(amount), len(NAMES)))
    out[:, holder] = amount
    return out


def borne(losses: Array) -> dict[str, Array]:
    """USD bn of each ultimate owner for losses of a CLO with 100 of assets and 10 of equity."""
    ones = np.ones(len(losses))
    found = bear(clo_only(), at(CLO, 10 * BN * ones), at(CLO, 100 * BN * ones), at(CLO, losses * BN))
    names = cascade.ultimate(rows("vehicle", ("clo",)), NAMES)
    return dict(zip(names, found.ultimate.T / BN, strict=True))


def test_worked_example() -> None:
    with worked("cascade", "claims") as w:
        p = clo_only()
        assets, equity, loss = (at(CLO, np.array([BN * w[k]])) for k in ("assets", "equity", "loss"))
        assert p.assets_to_equity[0, CLO] == w["assets to equity, target"]
        after, ultimate, unpaid, cost = settle(p, equity, assets, loss)
        w.agrees("cost of failure", cost[0, CLO] / BN)
        w.agrees("means", (assets - loss - cost)[0, CLO] / BN)
        w.agrees("unpaid to junior notes", unpaid[0, CLO] / BN)
        owners = dict(zip(cascade.ultimate(rows("vehicle", ("clo",)), NAMES), ultimate[0] / BN, strict=True))
        w.agrees("loss of owners", owners["households"])
        w.agrees("loss of insurers", owners["insurer"])
        w.agrees("loss of banks", owners["bank"])
        w.agrees("borne in all", ultimate.sum() / BN)
        assert after[0, CLO] == pytest.approx(0.0, abs=1e-3)


def test_junior_notes_are_wiped_out_before_senior_lose() -> None:
    found = borne(np.linspace(0.0, 100.0, 401))
    households, insurers, banks = found["households"], found["insurer"], found["bank"]
    assert (insurers[households < 10.0 - 1e-9] == 0.0).all()
    assert (banks[insurers < 18.0 - 1e-9] < 1e-9).all()
    for part in (households, insurers, banks):
        assert (np.diff(part) > -1e-9).all()
    # All assets gone: owners lose their 10, junior notes their 18, senior notes the 72.
    assert (households[-1], insurers[-1], banks[-1]) == pytest.approx((10.0, 18.0, 72.0))


def test_costs_start_at_zero_and_never_exceed_their_share_of_assets() -> None:
    p = network()
    equity = at(CLO, BN * np.array([5.0, 0.0, -1e-6, -4.0, -10.0, -80.0]))
    cost = failure_cost(p, equity, at(CLO, np.full(6, 100 * BN)))[:, CLO] / BN
    np.testing.assert_allclose(cost, [0.0, 0.0, 5e-7, 2.0, 5.0, 5.0])


def test_an_ultimate_owner_bears_its_own_losses_whatever_its_equity() -> None:
    p = network()
    loss = np.full((1, len(NAMES)), 3 * BN)
    found = bear(p, np.full_like(loss, 5 * BN), np.full_like(loss, 10 * BN), loss)
    deep = bear(p, np.full_like(loss, BN) + at(FUND, np.array([4 * BN])), np.full_like(loss, 10 * BN), loss)
    assert not found.unpaid.any()
    assert not deep.unpaid[:, 2:].any()
    assert (deep.equity >= 0.0).all()
    assert deep.ultimate[0, OWNERS.index("vendor")] == 3 * BN


def test_a_failing_clo_costs_the_fund_that_holds_its_junior_notes() -> None:
    p = network(bankruptcy_cost=0.0)
    assets = at(CLO, np.array([100 * BN])) + at(FUND, np.array([50 * BN]))
    equity = at(CLO, np.array([10 * BN])) + at(FUND, np.array([25 * BN]))
    found = bear(p, equity, assets, at(CLO, np.array([14 * BN])))
    # 4 unpaid, all of it junior: half is the fund's, whose owners lose it.
    assert found.unpaid[0, CLO] / BN == pytest.approx(4.0)
    assert found.equity[0, FUND] / BN == pytest.approx(25.0 - 2.0)
    by_owner = dict(zip(OWNERS, found.ultimate[0] / BN, strict=True))
    assert by_owner == pytest.approx(
        {"insurer": 10.0, "pension": 2.0 + 0.5, "bank": 0.0, "vendor": 0.0, "households": 1.5}, abs=1e-9
    )


def test_debt_finances_the_book_and_the_claims_on_other_vehicles() -> None:
    found = debts(network(), at(CLO, np.array([90.0])) + at(FUND, np.array([25.0])))[0]
    assert found[CLO] == pytest.approx(90.0)
    assert found[FUND] == pytest.approx(25.0 + 0.1 * 90.0)


def ring(leak: float) -> Array:
    """The fund owes the CLO all its debt but `leak`, the CLO the fund all of its own."""
    across = np.zeros((len(NAMES), len(NAMES)))
    across[FUND, CLO], across[CLO, FUND] = 1.0 - leak, 1.0
    return across


def test_a_ring_of_vehicles_owes_its_debt_many_times_over() -> None:
    """1 + 0.9 + 0.81 + … = 10 at the fund; the CLO finances 0.9 of it."""
    found = chains(ring(0.1))
    assert found[FUND, FUND] == pytest.approx(10.0)
    assert found[FUND, CLO] == pytest.approx(9.0)
    assert found[CLO, CLO] == pytest.approx(10.0)


def test_a_ring_from_which_nothing_leaks_is_told() -> None:
    with pytest.raises(NumericalError, match="owe one another all they owe"):
        chains(ring(0.0))


@given(st.lists(st.floats(0.0, 1.0), min_size=36, max_size=36), st.floats(0.0, 0.95))
def test_chains_are_the_sum_of_their_links(values: list[float], most: float) -> None:
    """1 + across + across^2 + …, which rows that sum to 0.95 at most leave below 1e-12 after 600 terms."""
    shares = np.array(values).reshape(6, 6)
    across = most * shares / np.maximum(shares.sum(axis=1, keepdims=True), 1.0)
    total = term = np.eye(6)
    for _ in range(600):
        term = term @ across
        total = total + term
    np.testing.assert_allclose(chains(across), total, rtol=1e-9, atol=1e-10)


amounts = st.lists(st.floats(0.0, 1.0), min_size=len(NAMES), max_size=len(NAMES))


@settings(max_examples=200)
@given(amounts, amounts, amounts)
def test_claims_balance(size: list[float], equity: list[float], loss: list[float]) -> None:
    """What is owed is paid or unpaid; what is lost is borne; no equity is negative."""
    p = network()
    assets = np.array([size]) * 100 * BN
    own = assets * np.array([equity])
    losses = assets * np.array([loss])
    after, ultimate, unpaid, cost = settle(p, own, assets, losses)
    total = losses.sum() + cost.sum()
    assert ultimate.sum() == pytest.approx(total, rel=1e-9, abs=1.0)
    assert (after >= -1.0).all()
    debt = debts(p, (assets - own) * p.vehicle)
    assert (unpaid <= debt + 1.0).all()
    assert (unpaid >= -1.0).all()
    # A vehicle that leaves debt unpaid keeps nothing.
    assert (np.minimum(unpaid, after * p.vehicle) < 1.0).all()


def test_a_path_does_not_depend_on_those_beside_it() -> None:
    p, rng = network(), np.random.default_rng(4)
    assets = rng.uniform(10, 100, (40, len(NAMES))) * BN
    equity, losses = assets * rng.random(assets.shape), assets * rng.random(assets.shape)
    every = bear(p, equity, assets, losses)
    one = bear(p, equity[7:8], assets[7:8], losses[7:8])
    np.testing.assert_array_equal(one.ultimate, every.ultimate[7:8])
    np.testing.assert_array_equal(one.equity, every.equity[7:8])
