"""Four ways in which losses and spreads reach holders who are not over their leverage.

Pensions meet capital calls of funds that lose more than their margin. Banks lose on securities as spreads
widen; where that and loan losses eat too much of the equity behind the book, depositors run and the bank
sells. CLOs whose equity is impaired, or a shut market, leave new loans without their largest buyer. Banks
pull lines from vehicles that lose equity: undrawn lines first, which squeezes new credit, then drawn ones,
which vehicles repay by selling. Each channel starts from one input, so that it can be switched off.

Notes
-----
call = rate (funds' loss - margin)+ pensions' stake;  pension sales = call (1 - liquid);
run where widening > 0 and securities duration widening + loss > threshold equity;
pulled = committed min(1, pull (vehicles' loss - margin)+ / equity);  repaid = (pulled - undrawn)+.
References: thesis page, "AI-capex financing & bubble risk" (the four pathways); sizes are judgement.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from risk.mechanisms.cascade.matrices import BANK, CLO, FUND, PENSION
from risk.mechanisms.cascade.parameters import Params, through
from risk.parameters import Array
from risk.processes import across, columns_of, put

TINY = 1.0  # USD: keeps empty books out of denominators


@dataclass(frozen=True)
class Channels:
    """Input of each channel, (path, 1)."""

    pensions: Array  # USD lost at funds
    banks: Array  # widening of the spread in the quarter, fraction, not negative
    clo: Array  # 1 where the market is shut
    nbfi: Array  # USD lost at vehicles
    downgrade: Array  # 1 where notes on sites lose investment grade


@dataclass(frozen=True)
class Books:
    """What holders bring into the quarter and lose in it, (path, holder) USD."""

    assets: Array  # after the losses
    margin: Array  # earned in the quarter
    equity: Array  # before the losses, margin in
    losses: Array


@dataclass(frozen=True)
class Forced:
    """What the channels force, (path, holder) USD sold and (path, 1) share of bank lines pulled."""

    pensions: Array
    banks: Array
    nbfi: Array
    pulled: Array


def fund_losses(params: Params, booked: Array) -> Array:
    """Losses at funds that call on committed investors, (path, 1) USD."""
    return through(booked, params.roles[FUND][:, None])


def vehicle_losses(params: Params, booked: Array) -> Array:
    """Losses at all vehicles, CLOs in, (path, 1) USD."""
    return through(booked, params.vehicle[:, None])


def force(params: Params, channels: Channels, books: Books) -> Forced:
    """Sales that the channels force on holders, not above what these hold."""
    pulled = _pulled(params, channels.nbfi, books)
    undrawn = params.bank_lines - params.bank_lines_drawn
    repaid = np.maximum(pulled * params.bank_lines - undrawn, 0.0)
    return Forced(
        pensions=_calls(params, channels.pensions, books),
        banks=_runs(params, channels.banks, books),
        nbfi=np.minimum(repaid * _weights(params.roles[FUND] * books.assets), books.assets),
        pulled=pulled,
    )


def freeze(params: Params, equity: Array, channels: Channels) -> Array:
    """Share of the CLO bid that is missing, (path, 1): all of it in a shut market.

    Parameters
    ----------
    equity : (path, holder) over assets. Below the band of the target the bid falls in line with equity.
    """
    cushion = 1.0 / (1.0 + params.threshold)
    impaired = np.clip(1.0 - equity * params.assets_to_equity / cushion, 0.0, 1.0)
    clo = params.roles[CLO] * params.holdings.sum(axis=0)
    mean = through(impaired, _share(clo)[:, None])
    return np.maximum(np.clip(channels.clo, 0.0, 1.0), mean)


def _calls(params: Params, lost: Array, books: Books) -> Array:
    beyond = np.maximum(lost - fund_losses(params, books.margin), 0.0)
    funds, pensions = np.flatnonzero(params.roles[FUND]), np.flatnonzero(params.roles[PENSION])
    column = params.owners[pensions].argmax(axis=1)  # an ultimate owner owns itself
    stake = through(_weights(columns_of(books.assets, funds)), params.owners[np.ix_(funds, column)])
    called = params.call_rate * beyond * stake
    sold = np.minimum((1.0 - params.pension_liquid) * called, columns_of(books.assets, pensions))
    return put(np.zeros_like(books.assets), pensions, sold)


def _runs(params: Params, widening: Array, books: Books) -> Array:
    mark = params.bank_securities * params.securities_duration * widening * books.assets
    run = (mark + books.losses > params.run_threshold * books.equity) & (widening > 0.0)
    return np.asanyarray(params.run_sale * params.roles[BANK] * run * books.assets)


def _pulled(params: Params, lost: Array, books: Books) -> Array:
    beyond = np.maximum(lost - vehicle_losses(params, books.margin), 0.0)
    equity = np.maximum(vehicle_losses(params, books.equity), TINY)
    return np.minimum(params.line_pull * beyond / equity, 1.0)


def _weights(amounts: Array) -> Array:
    """Shares of the row's sum, (path, holder)."""
    return np.asanyarray(amounts / np.maximum(across(amounts), TINY))


def _share(vector: Array) -> Array:
    total = float(vector.sum())
    return vector / total if total else vector
