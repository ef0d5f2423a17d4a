"""Fire sales: holders over their leverage sell, prices fall for all who hold the same instruments.

A holder may let leverage drift above its target by a band. Beyond it, it sells a part of what stands above
the target, across its holdings; forced sales of the channels come first. The fall in price is in proportion
to the share of each instrument's market that is sold, up to a cap, and what holders keep is marked down.
The mark can push others over their limit: a second round, and no third. Marks are reported apart from
credit losses and never added to them: a loan held to its end pays what it pays.

Notes
-----
sold = kappa (a - lambda e) where a > lambda (1 + band) e;  fall_i = min(psi sold_i / market_i, cap);
mark = sum_i fall_i kept_i.
References: Greenwood, Landier & Thesmar (2015).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from risk.mechanisms.cascade.matrices import CLO
from risk.mechanisms.cascade.parameters import Params, through
from risk.parameters import Array

ROUNDS = 2
SMALLEST = 1.0  # USD: a book below it is empty


@dataclass(frozen=True)
class Sales:
    """What was sold in a quarter and what it did to prices, USD unless said.

    Attributes
    ----------
    sold : (path, holder) in all rounds, at the prices of each.
    deleveraged : (path, holder) of it to restore leverage.
    marks : (round, path, holder) fall in value of what holders keep.
    fall : (path, instrument) fall in price, share.
    kept : (path, holder) share of the book not sold.
    """

    sold: Array
    deleveraged: Array
    marks: Array
    fall: Array
    kept: Array


def excess(params: Params, kappa: Array, assets: Array, equity: Array, shut: Array) -> Array:
    """What holders sell to restore their leverage, (path, holder) USD.

    A CLO over its limit diverts cash to its debt while the market is open, and must sell where it is shut.
    """
    beyond = assets - params.assets_to_equity * equity
    over = beyond > params.threshold * params.assets_to_equity * equity
    must = 1.0 - params.roles[CLO] * (1.0 - shut)
    return np.asarray(kappa * beyond * over * must)


def sell(params: Params, book: Array, assets: Array, equity: Array, forced: Array, shut: Array) -> Sales:
    """Sales of a quarter in two rounds; worked out only on paths where somebody sells.

    Parameters
    ----------
    book : (path, instrument) USD owed after the quarter's losses.
    assets : (path, holder) USD, the same by holder.
    equity : (path, holder) USD that counts against required capital.
    forced : (path, holder) USD sold in the first round whatever the leverage, at most the assets.
    shut : (path, 1) one where the market is shut.
    """
    kappa, psi = params.overleverage_sold, params.price_impact
    asked = excess(params, kappa, assets - forced, equity, shut)
    first = forced + asked
    sold, deleveraged = np.zeros_like(assets), np.zeros_like(assets)
    marks, fall, left = np.zeros((ROUNDS, *assets.shape)), np.zeros_like(book), np.ones_like(assets)
    rows = np.flatnonzero(first.any(axis=1))
    if rows.size == 0:
        return Sales(sold, deleveraged, marks, fall, left)

    book, assets, equity, kappa, psi, shut = (x[rows] for x in (book, assets, equity, kappa, psi, shut))
    selling, kept, fallen = first[rows], np.ones_like(assets), np.zeros_like(book)
    deleveraged[rows] = asked[rows]
    for k in range(ROUNDS):
        if k:
            selling = excess(params, kappa, assets, equity, shut)
            deleveraged[rows] += selling
        share = kept * selling / np.maximum(assets, SMALLEST)  # of what was held at first
        kept = kept - share
        falling = np.minimum(psi * through(share, params.holdings.T), params.largest_discount - fallen)
        mark = kept * through(falling * book, params.holdings)
        fallen = fallen + falling
        assets, equity = assets - selling - mark, np.maximum(equity - mark, 0.0)
        sold[rows] += selling
        marks[k, rows] = mark
    fall[rows], left[rows] = fallen, kept
    return Sales(sold, deleveraged, marks, fall, left)
