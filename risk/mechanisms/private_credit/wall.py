"""The maturity wall: what falls due is refinanced, extended, repaid otherwise, or defaults.

Refinancing gets harder as spreads widen and as the book weakens. Of syndicated loans CLOs buy most: what of
their bid is gone cannot be placed, and in a shut market nothing can be placed with them. Part of what
isn't refinanced is amended and extended: it tries again within the year and recovers less if it fails later.

==========  ================  ======  ==================================================================
symbol      shape             unit    meaning
==========  ================  ======  ==================================================================
extended    (path, segment)   USD     part of the book that was extended and must try again
placed      (path, segment)   frac.   share of what falls due that is refinanced
==========  ================  ======  ==================================================================

Notes
-----
placed = min(Φ[a − b (s − 400 bp) − c ln weakness] (1 − k · frozen), 1 − k if shut), k: what CLOs buy.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr

from risk.axes import ordinal
from risk.errors import AssumptionError
from risk.parameters import Array, Drawn, entry
from risk.processes import outer

LEAST_WEAKNESS = 1e-6  # a guard of the logarithm


@dataclass(frozen=True)
class Params:
    """Register entries of maturities."""

    wall: Array = entry("credit.maturity.due")  # (quarter + 1, segment), see `maturity_shares`
    refinancing_ease: float = entry("credit.refinancing_ease")  # normal score
    refinancing_spread: float = entry("credit.refinancing_spread")  # score per unit of spread
    refinancing_leverage: float = entry("credit.refinancing_leverage")
    neutral_spread: float = entry("capex.neutral_spread")
    shut_spread: float = entry("credit.shut_spread")
    clo_share: float = entry("credit.clo_share")
    wall_extension: Drawn = entry("credit.wall_extension")
    extension_quarters: float = entry("credit.extension_quarters")
    wall_default: float = entry("credit.wall_default")


@dataclass(frozen=True)
class Matured:
    """What became of the loans that fell due, (path, segment) USD."""

    due: Array
    refinanced: Array
    extended: Array
    defaulted: Array
    defaulted_again: Array  # part of `defaulted` that had been extended before
    repaid: Array
    stock: Array  # extended loans after the quarter


def maturity_shares(
    rows: Iterable[tuple[str, float, float]],
    labels: Sequence[str],
    segments: Sequence[str],
    exposures: Sequence[float],
) -> Array:
    """Share of each segment's book that falls due in each quarter, (quarter + 1, segment).

    Parameters
    ----------
    rows : (segment, year, amount); a year's amount is spread evenly over its quarters after the base date.
    labels : quarters, the base date's first, like ``2026Q2``.
    segments : their names, in the order of `exposures`.
    exposures : base-date books, in the unit of the amounts.

    Raises
    ------
    AssumptionError : a quarter's share of a year is more than the book.
    """
    years = np.array([int(label[:4]) for label in labels])
    after_base = np.array([ordinal(label) > ordinal(labels[0]) for label in labels])
    due = np.zeros((len(labels), len(segments)))
    for segment, year, amount in rows:
        column, quarters = list(segments).index(segment), quarters_left(labels[0], int(year))
        if not (amount and quarters):
            continue
        if amount > quarters * exposures[column]:
            reason = f"credit.maturity: {amount:g} of {segment} falls due in {year:g}, more than its book"
            raise AssumptionError(reason, "spread the amounts or raise credit.segment.exposure")
        due[(years == year) & after_base, column] += amount / quarters / exposures[column]
    return due


def quarters_left(base: str, year: int) -> int:
    """Quarters of a year that lie after the base date."""
    return max(0, min(4, ordinal(f"{year}Q4") - ordinal(base)))


def placed(params: Params, spread: Array, weakness: Array, frozen: Array, clo: Array) -> Array:
    """Share of what falls due that is refinanced, (path, segment).

    Parameters
    ----------
    spread : (path, 1) high-yield spread.
    weakness : (path, segment) lowest rating and paying in kind, over its base level.
    frozen : (path, 1) share of the CLO bid that is gone.
    clo : (1, segment) share that CLOs buy.
    """
    score = params.refinancing_ease - params.refinancing_spread * (spread - params.neutral_spread)
    score = score - params.refinancing_leverage * np.log(np.maximum(weakness, LEAST_WEAKNESS))
    shut = spread > params.shut_spread
    return np.minimum(ndtr(score) * (1.0 - outer(clo, frozen)), 1.0 - outer(clo, shut))


def fall_due(params: Params, t: int, performing: Array, extended: Array, placed: Array) -> Matured:
    """Maturities of the quarter; `extended`, a part of `performing`, tries again at its own pace."""
    again = extended / params.extension_quarters
    first = params.wall[t] * (performing - extended)
    unplaced = 1.0 - placed
    agreed = params.wall_extension * unplaced
    failing = params.wall_default * (unplaced - agreed)
    due = first + again
    return Matured(
        due=due,
        refinanced=placed * due,
        extended=agreed * due,
        defaulted=failing * due,
        defaulted_again=failing * again,
        repaid=(unplaced - agreed - failing) * due,
        stock=extended - again + agreed * due,
    )
