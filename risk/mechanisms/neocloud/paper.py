"""HoldCo paper: notes, and converts that shareholders' equity may stand in for.

Every issue falls due in equal parts over a stretch of quarters, so that no quarter holds a cliff. Converts
carry a low coupon and rank with notes. What falls due of them is settled in shares while the company's
equity is worth a multiple of it; else it is met like notes. The same equity value bounds what shareholders
put in, and is the first loss.

============  ===============  ====  ==================================================================
symbol        shape            unit  meaning
============  ===============  ====  ==================================================================
equity        (path, firm)     USD   what the company is worth beyond its debt
room          (path, firm)     USD   what shareholders would put in this quarter
due           by quarter       USD   paper that falls due, (path, firm) each
============  ===============  ====  ==================================================================

Notes
-----
equity = (m e^{-b (HY - neutral)} EBITDA - debt + cash)+ ;  room = share · equity while HY <= window;
a convert is settled in shares where equity >= cover · what falls due.
References: CoreWeave offerings of notes and converts, 2025-2026; the value of equity is judgement.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from risk.parameters import Array, Drawn, entry


@dataclass(frozen=True)
class Params:
    """Register entries of paper and of the equity beneath it."""

    coupon: float = entry("neoclouds.note_coupon")  # of notes at the base date
    convert_coupon: float = entry("neoclouds.convert_coupon")
    convert_cover: float = entry("neoclouds.convert_cover")  # equity over what is settled in shares
    earliest: float = entry("neoclouds.note_earliest")  # quarters from issue to the first part due
    latest: float = entry("neoclouds.note_latest")  # … and to the last
    equity_multiple: Drawn = entry("neoclouds.equity_multiple")  # enterprise value over EBITDA
    equity_loading: float = entry("neoclouds.equity_loading")  # log multiple per unit of spread
    equity_window: Drawn = entry("neoclouds.equity_window")  # share of equity value a quarter
    equity_window_spread: float = entry("neoclouds.equity_window_spread")
    neutral_spread: float = entry("capex.neutral_spread")


def equity_value(params: Params, ebitda: Array, debt: Array, cash: Array, spread: Array) -> Array:
    """What shareholders own, at least nothing, USD, (path, firm).

    Parameters
    ----------
    ebitda : USD a year, overhead off; `debt` of the company and its facilities.
    """
    multiple = params.equity_multiple * np.exp(-params.equity_loading * (spread - params.neutral_spread))
    return np.maximum(multiple * np.maximum(ebitda, 0.0) - debt + cash, 0.0)


def equity_room(params: Params, equity: Array, spread: Array) -> Array:
    """What shareholders would put in this quarter, USD, (path, firm)."""
    return (spread <= params.equity_window_spread) * (params.equity_window * equity)


def settled_in_shares(params: Params, equity: Array, due: Array) -> Array:
    """Converts falling due that shareholders' dilution pays, USD, (path, firm)."""
    return (equity >= params.convert_cover * due) * due


def issue(params: Params, due: Sequence[Array], t: int, amount: Array) -> tuple[Array, ...]:
    """Add paper issued in quarter t to the calendar of what falls due."""
    first, last = t + round(params.earliest), t + round(params.latest)
    part, changed = amount / (last + 1 - first), list(due)
    changed[first : last + 1] = [old + part for old in changed[first : last + 1]]
    return tuple(changed)
