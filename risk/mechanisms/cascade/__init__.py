"""Who loses: credit losses by instrument booked once at those who bear them, and what they set off.

First round. Each dollar of credit loss belongs to an instrument, and each instrument is held in fixed shares
by holders of record. Funds, BDCs and CLOs among them are vehicles: their losses fall on the owners of their
equity and, beyond equity, on their creditors by seniority, so that every dollar ends at an ultimate owner
(bank, insurer, pension, vendor, household) and nowhere twice. A quarter's margin covers ordinary losses and
rebuilds equity up to its target; more than that is paid out.

Second round. Holders over their leverage, and holders forced by one of four channels, sell; prices fall and
what others keep is marked down. Marks are shown apart, never added to credit losses, and not carried: prices
recover, and next quarter's equity knows credit losses only. What is sold repays debt, so that leverage is
lower next quarter: buyers bring their own equity. Carried besides are the fall in price, which widens
spreads, the lines pulled, which squeeze credit, and the bid of CLOs.

==============  ====================  ========  ============================================================
symbol          shape                 unit      meaning
==============  ====================  ========  ============================================================
equity          (path, holder)        fraction  equity over assets; new assets are financed like the old
cumulative      (path, holder)        USD       first-round losses booked at holders of record so far
downgraded      (path, 1)             0, 1      notes on sites below their rating, and the capital charge met
==============  ====================  ========  ============================================================

Notes
-----
A = holdings . exposures;  E = e A + carry A dt;  e' = min(1 / lambda, (E - loss)+ / (A - loss) / kept).
References: thesis page, "AI-capex financing & bubble risk"; Eisenberg & Noe (2001); Greenwood, Landier &
Thesmar (2015).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from risk.mechanisms.cascade.channels import Books, Channels, force, freeze, fund_losses, vehicle_losses
from risk.mechanisms.cascade.claims import bear
from risk.mechanisms.cascade.fire_sale import sell
from risk.mechanisms.cascade.matrices import CLO, INSURER, creditors, holdings, owners, roles, ultimate
from risk.mechanisms.cascade.parameters import DT, Params, through
from risk.parameters import Array
from risk.processes import across, beside, blank

__all__ = [
    "CHANNELS", "Channels", "Flows", "Params", "State", "book", "creditors", "fund_losses", "holdings",
    "init", "owners", "roles", "step", "ultimate", "vehicle_losses",
]  # fmt: skip

CHANNELS = ("pensions", "banks", "clo", "nbfi")
"""Columns of the forced sales."""


SMALLEST_KEPT = 1e-9
"""Share of a book below which all of it counts as sold: keeps zero out of a denominator."""


@dataclass(frozen=True)
class State:
    """See the symbol table."""

    equity: Array
    cumulative: Array
    downgraded: Array


@dataclass(frozen=True)
class Flows:
    """What happened in the quarter, (path, holder) USD unless said."""

    losses: Array  # first round, at holders of record
    ultimate: Array  # (path, owner) the same losses and the costs below, at those who bear them
    bankruptcy_cost: Array  # (path, 1)
    creditor_loss: Array  # what a vehicle leaves its creditors unpaid
    sold: Array
    mark_to_market: Array  # second round: reported apart, never added
    mark_by_round: Array  # (path, 2)
    forced: Array  # (path, channel) sold because of each channel
    discount: Array  # (path, 1) fall in price, mean over what is owed
    squeeze: Array  # (path, 1) fall in availability next quarter
    freeze: Array  # (path, 1) share of the CLO bid missing next quarter


def init(params: Params, exposures: Array) -> State:
    """Every holder at its target, nothing booked.

    Parameters
    ----------
    exposures : (path, instrument) USD.
    """
    zero = blank(exposures, params.holdings.shape[1])
    return State(1.0 / params.assets_to_equity + zero, zero, np.zeros((len(exposures), 1)))


def book(params: Params, losses: Array) -> Array:
    """Losses of instruments, (path, instrument) USD, at their holders of record, (path, holder)."""
    return through(losses, params.holdings)


def step(
    params: Params, state: State, losses: Array, exposures: Array, channels: Channels
) -> tuple[State, Flows]:
    """Book the quarter's losses, then let holders sell.

    Parameters
    ----------
    losses : (path, instrument) USD.
    exposures : (path, instrument) USD owed at the start of the quarter, at least the losses.
    """
    booked, assets = book(params, losses), through(exposures, params.holdings)
    margin = params.carry * DT * assets
    left = np.maximum(assets - booked, 0.0)
    books = Books(left, margin, state.equity * assets + margin, booked)
    borne = bear(params, books.equity, assets + margin, booked)
    target = 1.0 / params.assets_to_equity
    full = (left <= 0.0) * target  # a holder of nothing starts anew at its target
    equity = np.minimum(borne.equity / np.maximum(left, 1.0) + full, target)

    forced = force(params, channels, books)
    after = np.maximum(exposures - losses, 0.0)
    notes = params.roles[INSURER] * through(after * params.rated, params.holdings)
    fresh = np.maximum(channels.downgrade - state.downgraded, 0.0)
    charged = np.maximum(equity * left - params.downgrade_charge * fresh * notes, 0.0)
    sold = np.minimum(forced.pensions + forced.banks + forced.nbfi, left)
    sales = sell(params, after, left, charged, sold, channels.clo)
    by_channel = (forced.pensions, forced.banks, sales.deleveraged * params.roles[CLO], forced.nbfi)

    flows = Flows(
        losses=booked,
        ultimate=borne.ultimate,
        bankruptcy_cost=across(borne.cost),
        creditor_loss=borne.unpaid,
        sold=sales.sold,
        mark_to_market=sum(sales.marks[1:], start=sales.marks[0]),
        mark_by_round=beside(across(mark) for mark in sales.marks),
        forced=beside(map(across, by_channel)),
        discount=across(sales.fall * after) / np.maximum(across(after), 1.0),
        squeeze=params.line_squeeze * forced.pulled,
        freeze=freeze(params, equity, channels),
    )
    repaid = np.minimum(equity / np.maximum(sales.kept, SMALLEST_KEPT), target)
    return State(repaid, state.cumulative + booked, channels.downgrade), flows
