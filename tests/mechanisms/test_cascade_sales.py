from dataclasses import fields, replace

import numpy as np
import pytest

from risk.mechanisms import cascade
from risk.mechanisms.cascade.channels import Books, force, freeze
from risk.mechanisms.cascade.fire_sale import sell
from tests.mechanisms.given import Array
from tests.mechanisms.holders import (
    BANK,
    BN,
    CLO,
    FUND,
    INSTRUMENTS,
    INSURER,
    NAMES,
    PENSION,
    channels,
    network,
    owed,
)  # fmt: skip
from tests.mechanisms.worked import worked

OPEN, SHUT = np.zeros((1, 1)), np.ones((1, 1))
PRESSED = {"pensions": 400 * BN, "banks": 0.03, "clo": 1.0, "nbfi": 400 * BN, "downgrade": 1.0}


def hit(p: cascade.Params, share: float = 0.04, **inputs: float) -> cascade.Flows:
    """A quarter in which every instrument loses the same share."""
    exposures = owed(*[200.0] * len(INSTRUMENTS))
    return cascade.step(p, cascade.init(p, exposures), share * exposures, exposures, channels(**inputs))[1]


def column(value: float) -> Array:
    return np.array([[value]])


# ─── fire sales ───


def test_worked_example_of_a_fire_sale() -> None:
    with worked("cascade", "fire sale") as w:
        shares = np.zeros((1, len(NAMES)))
        shares[0, [INSURER, PENSION]] = 0.5
        ratio = np.ones((1, len(NAMES)))
        ratio[0, INSURER] = w["target assets to equity of A"]
        p = network(
            holdings=shares,
            assets_to_equity=ratio,
            threshold=np.full((1, len(NAMES)), w["band"]),
            overleverage_sold=column(w["part sold"]),
            price_impact=column(w["price impact"]),
        )
        book = column(BN * w["market"])
        assets = book * shares
        equity = assets.copy()
        equity[0, INSURER] = BN * w["equity of A"]
        s = sell(p, book, assets, equity, np.zeros_like(assets), OPEN)
        marks = np.concatenate(s.marks) / BN
        first = w["part sold"] * (w["market"] / 2 - ratio[0, INSURER] * w["equity of A"])
        w.agrees("A sells first", first)
        w.agrees("A sells in the second round", s.sold[0, INSURER] / BN - first)
        w.agrees("mark of A, first round", marks[0, INSURER])
        w.agrees("mark of B, first round", marks[0, PENSION])
        w.agrees("mark of A, second round", marks[1, INSURER])
        w.agrees("mark of B, second round", marks[1, PENSION])
        w.agrees("fall in price", 100 * s.fall.item())


def test_leverage_inside_the_band_sells_nothing() -> None:
    p = network()
    book = owed(*[100.0] * 10)
    assets = book @ p.holdings
    inside = assets / p.assets_to_equity / (1.0 + p.threshold) * 1.0001
    outside = assets / p.assets_to_equity / (1.0 + p.threshold) * 0.9999
    assert not sell(p, book, assets, inside, 0 * assets, SHUT).sold.any()
    assert (sell(p, book, assets, outside, 0 * assets, SHUT).sold > 0.0).all()


def test_no_losses_no_sales() -> None:
    f = hit(network(), share=0.0)
    assert not f.sold.any()
    assert not f.mark_to_market.any()
    assert not f.discount.any()


@pytest.mark.parametrize("field", ["price_impact", "overleverage_sold"])
def test_marks_rise_with_price_impact_and_with_what_is_sold(field: str) -> None:
    marks = [hit(network(**{field: column(x)})).mark_to_market.sum() for x in np.linspace(0.0, 0.7, 15)]
    assert marks[0] == 0.0
    assert (np.diff(marks) > 0.0).all()


def test_the_fall_in_price_is_capped() -> None:
    p = network(price_impact=column(50.0), threshold=np.zeros((1, len(NAMES))))
    f = hit(p, share=0.08, **PRESSED)
    assert f.discount.item() == pytest.approx(p.largest_discount)
    assert (f.mark_to_market <= p.largest_discount * 400 * BN).all()


def test_a_clo_sells_only_in_a_shut_market() -> None:
    assert hit(network()).sold[0, CLO] == 0.0
    shut = hit(network(), clo=1.0)
    assert shut.sold[0, CLO] == pytest.approx(shut.forced[0, 2])
    assert shut.forced[0, 2] > 0.0


def test_a_downgrade_of_spv_notes_makes_insurers_sell_more() -> None:
    calm, down = hit(network()), hit(network(), downgrade=1.0)
    assert down.sold[0, INSURER] > calm.sold[0, INSURER] > 0.0
    np.testing.assert_array_equal(down.ultimate, calm.ultimate)
    assert not down.forced.any()


def test_nobody_sells_more_than_it_holds() -> None:
    p = network(overleverage_sold=column(1.0), call_rate=1.0, run_sale=1.0, line_pull=100.0)
    exposures = owed(*[5.0] * 10)
    losses = 0.3 * exposures
    f = cascade.step(p, cascade.init(p, exposures), losses, exposures, channels(**PRESSED))[1]
    assert (f.sold <= (exposures - losses) @ p.holdings * (1 + 1e-12)).all()
    assert (f.mark_to_market >= 0.0).all()


def test_marks_fall_on_those_who_hold_what_is_sold() -> None:
    shares = np.zeros((10, len(NAMES)))
    shares[:5, INSURER], shares[5:, BANK] = 1.0, 1.0
    p = network(holdings=shares)
    exposures = owed(*[100.0] * 10)
    losses = exposures * np.array([0.04] * 5 + [0.0] * 5)
    f = cascade.step(p, cascade.init(p, exposures), losses, exposures, channels())[1]
    assert f.mark_to_market[0, INSURER] > 0.0
    assert f.mark_to_market[0, BANK] == 0.0


# ─── channels ───


def test_worked_example_of_the_channels() -> None:
    with worked("cascade", "channels") as w:
        values = np.zeros((4, len(NAMES)))
        assets, margin, equity, losses = values
        for holder, name in ((FUND, "funds"), (BANK, "banks"), (PENSION, "pensions")):
            assets[holder], losses[holder] = w[f"assets of {name}"], w[f"loss of {name}"]
        margin[FUND] = w["margin of funds"]
        equity[FUND], equity[BANK] = w["equity of funds"], w["equity of banks"]
        books = Books(*(BN * x[None, :] for x in values))
        p = network()
        lost = BN * w["loss of funds"]
        forced = force(p, channels(pensions=lost, banks=w["widening"], nbfi=lost), books)
        w.agrees("pensions sell", forced.pensions[0, PENSION] / BN)
        w.agrees("banks sell", forced.banks[0, BANK] / BN)
        w.agrees("share of lines pulled", forced.pulled.item())
        w.agrees("funds sell", forced.nbfi[0, FUND] / BN)
        w.agrees("squeeze", p.line_squeeze * forced.pulled.item())


@pytest.mark.parametrize("name", cascade.CHANNELS)
def test_a_channel_off_forces_nothing_and_moves_no_credit_loss(name: str) -> None:
    p = network()
    on, off = hit(p, **PRESSED), hit(p, **{**PRESSED, name: 0.0})
    k = cascade.CHANNELS.index(name)
    assert on.forced[0, k] > 0.0
    assert off.forced[0, k] == 0.0
    for field in ("losses", "ultimate", "bankruptcy_cost", "creditor_loss"):
        np.testing.assert_array_equal(getattr(on, field), getattr(off, field))
    assert off.mark_to_market.sum() < on.mark_to_market.sum()


def test_all_channels_off_leave_only_sales_for_leverage() -> None:
    f = hit(network())
    assert not f.forced.any()
    assert not f.squeeze.any()
    assert f.sold[0, INSURER] > 0.0


def test_losses_inside_the_margin_call_and_pull_nothing() -> None:
    p = network()
    margin = 0.01 * 2000 * BN * 0.2  # of the fund, 4% a year on a fifth of the book
    f = hit(p, share=0.0, pensions=margin, nbfi=2 * margin)
    assert not f.forced.any()
    assert not f.squeeze.any()
    assert hit(p, share=0.0, pensions=1.01 * margin).forced[0, 0] > 0.0
    assert hit(p, share=0.0, nbfi=2.02 * margin).squeeze.item() > 0.0


def test_undrawn_lines_are_pulled_before_vehicles_must_sell() -> None:
    p = network()
    squeezes, sales = [], []
    for lost in np.linspace(0.0, 200 * BN, 41):
        f = hit(p, share=0.0, nbfi=lost)
        squeezes.append(f.squeeze.item())
        sales.append(f.forced[0, 3])
    assert (np.diff(squeezes) >= 0.0).all()
    assert (np.diff(sales) >= 0.0).all()
    assert max(squeezes) == p.line_squeeze
    undrawn = (p.bank_lines - p.bank_lines_drawn) / p.bank_lines
    assert all(sale == 0.0 for x, sale in zip(squeezes, sales, strict=True) if x < p.line_squeeze * undrawn)
    assert max(sales) == pytest.approx(p.bank_lines_drawn)


def test_banks_do_not_run_without_a_widening() -> None:
    deep = {"share": 0.2}
    assert hit(network(), **deep, banks=0.0).forced[0, 1] == 0.0
    assert hit(network(), **deep, banks=0.001).forced[0, 1] > 0.0
    assert hit(network(), share=0.0, banks=0.01).forced[0, 1] == 0.0


def test_the_clo_bid_freezes_in_a_shut_market_or_with_its_equity() -> None:
    p = network()
    target = np.repeat(1.0 / p.assets_to_equity, 6, axis=0)
    left = np.array([[1.0], [1 / 1.05], [0.8], [0.5], [0.1], [0.0]])
    found = freeze(p, left * target, channels(6))
    np.testing.assert_allclose(found[:2, 0], 0.0, atol=1e-12)
    assert (np.diff(found[1:, 0]) > 0.0).all()
    assert found[-1, 0] == 1.0
    assert (freeze(p, target, channels(6, clo=1.0)) == 1.0).all()


def test_the_pensions_stake_is_read_off_the_owners() -> None:
    p = network()
    without = replace(p, owners=p.owners.copy())
    without.owners[FUND] = 0.0
    without.owners[FUND, -1] = 1.0  # households own the fund
    assert hit(without, pensions=400 * BN).forced[0, 0] == 0.0
    assert hit(p, pensions=400 * BN).forced[0, 0] > 0.0


def test_flows_have_one_row_a_path() -> None:
    f = hit(network(), **PRESSED)
    assert all(len(getattr(f, field.name)) == 1 for field in fields(f))
    assert f.forced.shape == (1, len(cascade.CHANNELS))
    assert f.mark_by_round.shape == (1, 2)
