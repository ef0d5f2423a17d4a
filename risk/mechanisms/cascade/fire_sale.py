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
from risk.processes import anywhere, only, outer

ROUNDS = 2
SMALLEST = 1.0  # USD: a book below it is empty


@dataclass(frozen=True)
class Sales:
    """What was sold in a quarter and what it did to prices, USD unless said.

    Attributes
    ----------
    sold : (path, holder) in all rounds, at the prices of each.
    deleveraged : (path, holder) of it to restore leverage.
    marks : by round, (path, holder) fall in value of what holders keep.
    fall : (path, instrument) fall in price, share.
    kept : (path, holder) share of the book not sold.
    """

    sold: Array
    deleveraged: Array
    marks: tuple[Array, ...]
    fall: Array
    kept: Array


def excess(params: Params, kappa: Array, assets: Array, equity: Array, shut: Array) -> Array:
    """What holders sell to restore their leverage, (path, holder) USD.

    A CLO over its limit diverts cash to its debt while the market is open, and must sell where it is shut.
    """
    beyond = assets - params.assets_to_equity * equity
    over = beyond > params.threshold * params.assets_to_equity * equity
    must = 1.0 - outer(1.0 - shut, params.roles[[CLO]])
    return np.asanyarray(kappa * beyond * over * must)


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
    needs = (book, assets, equity, forced, asked, kappa, psi, shut)
    none = np.zeros_like(assets)
    unmoved = (none, none, np.zeros_like(book), np.ones_like(assets), *(none for _ in range(ROUNDS)))
    found = only(
        anywhere(forced + asked > 0.0), lambda rows: _rounds(params, *(x[rows] for x in needs)), *unmoved
    )
    sold, deleveraged, fall, kept, *marks = found
    return Sales(sold, deleveraged, tuple(marks), fall, kept)


def _rounds(
    params: Params,
    book: Array,
    assets: Array,
    equity: Array,
    forced: Array,
    deleveraged: Array,
    kappa: Array,
    psi: Array,
    shut: Array,
) -> tuple[Array, ...]:
    """Sold, deleveraged, fall in price, share kept, and the mark of each round, where somebody sells."""
    selling = sold = forced + deleveraged
    kept, fallen, marks = np.ones_like(assets), np.zeros_like(book), []
    for k in range(ROUNDS):
        if k:
            selling = excess(params, kappa, assets, equity, shut)
            sold, deleveraged = sold + selling, deleveraged + selling
        share = kept * selling / np.maximum(assets, SMALLEST)  # of what was held at first
        kept = kept - share
        falling = np.minimum(psi * through(share, params.holdings.T), params.largest_discount - fallen)
        mark = kept * through(falling * book, params.holdings)
        fallen = fallen + falling
        assets, equity = assets - selling - mark, np.maximum(equity - mark, 0.0)
        marks.append(mark)
    return sold, deleveraged, fallen, kept, *marks
