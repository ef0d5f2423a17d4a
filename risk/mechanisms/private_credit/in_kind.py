"""Payment in kind: borrowers whose earnings no longer cover their interest stop paying cash.

Interest cover is lognormal across the borrowers of a segment. Its median falls as the all-in rate rises and
as earnings fall with the factor; those under the trigger toggle. Their balance grows, and they default more
often.

==========  ================  ========  ================================================================
symbol      shape             unit      meaning
==========  ================  ========  ================================================================
in_kind     (path, segment)   frac.     share of the book paying in kind
cover       (path, segment)   multiple  median earnings over interest
==========  ================  ========  ================================================================

Notes
-----
share = Φ((ln trigger − ln cover) / dispersion),  cover = cover₀ · (rate₀ / rate) · exp(−loading · x),
rate = sofr + margin₀ + β (spread − spread₀).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr

from risk.parameters import Array, entry
from risk.processes import outer

NO_COVER = 1e-6  # stands for the 0 of a segment that never pays in kind: a guard of the logarithm


@dataclass(frozen=True)
class Params:
    """Register entries of payment in kind; (1, segment) for table columns."""

    interest_cover: Array = entry("credit.segment.interest_cover")  # median at the base date
    pays_in_kind: Array = entry("credit.segment.pays_in_kind")  # share of loans that allow it
    pik_trigger: float = entry("credit.pik_trigger")  # multiple
    cover_dispersion: float = entry("credit.cover_dispersion")
    cover_loading: float = entry("credit.cover_loading")  # per sd of the factor
    loan_margin: float = entry("credit.loan_margin")  # 1/y over SOFR
    loan_margin_beta: float = entry("credit.loan_margin_beta")
    start_spread: float = entry("credit.start_spread")
    start_sofr: float = entry("credit.sofr")  # 1/y
    in_kind_speed: float = entry("credit.in_kind_speed")  # 1/q
    in_kind_rate: float = entry("credit.in_kind_rate")  # 1/y
    in_kind_hazard: float = entry("credit.in_kind_hazard")  # multiple


def all_in_rate(params: Params, sofr: Array, spread: Array) -> Array:
    """Rate borrowers pay, 1/y, (path, 1)."""
    return np.asanyarray(sofr + params.loan_margin + params.loan_margin_beta * (spread - params.start_spread))


def cover(params: Params, sofr: Array, spread: Array, factor: Array) -> Array:
    """Median interest cover, (path, segment)."""
    rate = (params.start_sofr + params.loan_margin) / all_in_rate(params, sofr, spread)
    return outer(params.interest_cover, rate) * np.exp(-params.cover_loading * factor)


def target(params: Params, cover: Array) -> Array:
    """Share that would pay in kind if the cover stayed, (path, segment)."""
    distance = np.log(params.pik_trigger) - np.log(np.maximum(cover, NO_COVER))
    return np.asanyarray(params.pays_in_kind * ndtr(distance / params.cover_dispersion))


def moved(params: Params, in_kind: Array, sofr: Array, spread: Array, factor: Array) -> Array:
    """Share paying in kind after the quarter, (path, segment)."""
    aim = target(params, cover(params, sofr, spread, factor))
    return np.asanyarray(in_kind + params.in_kind_speed * (aim - in_kind))


def hazard(params: Params, in_kind: Array) -> Array:
    """Default hazard of a book over that of one paying cash, (path, segment)."""
    return 1.0 + (params.in_kind_hazard - 1.0) * in_kind
