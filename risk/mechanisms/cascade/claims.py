"""Losses of vehicles reach those who bear them: owners first, beyond equity the creditors by seniority.

A vehicle whose equity is gone pays its creditors what its assets bring, senior before junior; what one
vehicle receives depends on what another pays, so claims are cleared together. A row of holders stands for
thousands of vehicles: how far equity falls below zero, over the equity it should have, is taken as the
share of them that fail, and only the assets of those bear the cost of bankruptcy. Equity after clearing is
never negative, and the debt that was not paid is written off.

Notes
-----
own debt = A - E;  debt D = own debt + claims on other vehicles, financed with it;
means = A - loss - cost;  paid = clear(means, D creditors);  owners lose E - E', creditors D - paid.
References: Eisenberg & Noe (2001); Elsinger (2009) for seniority; the cost of failure is judgement.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from risk.errors import NumericalError
from risk.mechanisms.cascade.parameters import Params, through
from risk.parameters import Array
from risk.processes import Index, anywhere, only
from risk.processes.clearing import clear

SMALLEST_LEAK = 1e-9
"""Share of a ring's debt that somebody outside it holds, below which it counts as none."""


@dataclass(frozen=True)
class Borne:
    """Who has borne a quarter's losses, USD.

    Attributes
    ----------
    equity : (path, holder) left, not below zero.
    ultimate : (path, owner) borne in the end.
    unpaid : (path, holder) debt a vehicle leaves unpaid.
    cost : (path, holder) of bankruptcy.
    """

    equity: Array
    ultimate: Array
    unpaid: Array
    cost: Array


def bear(params: Params, equity: Array, assets: Array, losses: Array) -> Borne:
    """Pass losses on to owners and creditors.

    Parameters
    ----------
    equity, assets : (path, holder) USD before the losses, the quarter's margin in.
    losses : (path, holder) USD at holders of record, at most the assets of a vehicle.
    """
    left = equity - losses
    ultimate = through(losses, params.owners)
    insolvent, none = (left < 0.0) & (params.vehicle > 0.0), np.zeros_like(left)

    def cleared(rows: Index) -> tuple[Array, Array, Array, Array]:
        return settle(params, equity[rows], assets[rows], losses[rows])

    return Borne(*only(anywhere(insolvent), cleared, np.maximum(left, 0.0), ultimate, none, none))


def settle(params: Params, equity: Array, assets: Array, losses: Array) -> tuple[Array, Array, Array, Array]:
    """Clear the claims of vehicles where one is insolvent: equity, ultimate losses, unpaid debt, cost."""
    vehicle = params.vehicle
    cost = failure_cost(params, equity - losses, assets - losses)
    owed = debts(params, (assets - equity) * vehicle)[:, None, :, None] * params.creditors
    square = np.concatenate([owed, np.zeros_like(owed[:, :, :1])], axis=2)  # households owe nothing
    means = np.maximum(assets - losses - cost, 0.0) * vehicle
    cleared = clear(np.concatenate([means, np.zeros_like(means[:, :1])], axis=1), square)

    missed = (square - cleared.paid).sum(axis=1)  # (row, debtor, creditor)
    left = cleared.equity[:, :-1]
    borne = losses * (1.0 - vehicle) + (equity - left) * vehicle
    ultimate = through(borne, params.owners) + through(missed.sum(axis=1), params.lodged)
    after = np.maximum(equity - losses, 0.0) * (1.0 - vehicle) + left * vehicle
    return after, ultimate, missed[:, :-1].sum(axis=2), cost


def failure_cost(params: Params, equity: Array, assets: Array) -> Array:
    """Cost of bankruptcy, (path, holder) USD: on the assets of the share of vehicles that fail."""
    needed = np.maximum(assets, 1.0) / params.assets_to_equity
    failing = np.clip(-equity / needed, 0.0, 1.0) * params.vehicle
    return params.bankruptcy_cost * failing * np.maximum(assets, 0.0)


def debts(params: Params, own: Array) -> Array:
    """Debt of vehicles, (path, holder) USD, given what finances assets outside the network."""
    across = params.creditors[:, :, :-1].sum(axis=0) * params.vehicle  # (debtor, creditor vehicle)
    return through(own, chains(across))


def chains(across: Array) -> Array:
    """Debt of each vehicle for a dollar that one of them owes for itself, (vehicle, debtor).

    Parameters
    ----------
    across : (debtor, creditor) share of a debtor's debt that a creditor finances with debt of its own.

    Raises
    ------
    NumericalError : vehicles in a ring owe one another all they owe.

    Notes
    -----
    1 + across + across^2 + … = (1 - across)^-1. Debtors with creditors among vehicles join the network one
    after the other, in the order of the holders: of a dollar the new one owes, those before it owe a part
    again; a share comes back to it, and what leaks out of the ring divides its debt (Sherman and Morrison).
    """
    chain = np.eye(len(across))
    for k in np.flatnonzero(across.any(axis=1)):
        financed = (across[k][:, None] * chain).sum(axis=0)
        leak = 1.0 - financed[k]
        if leak < SMALLEST_LEAK:
            raise NumericalError("vehicles owe one another all they owe, so that nobody bears their losses")
        chain = chain + chain[:, k : k + 1] * financed / leak
    return chain
