"""A listed company's default from its equity: first passage of the value of its assets below its debt.

Assets follow a geometric Brownian motion, debt grows at the riskless rate, and the company defaults when the
one first falls to the other (Black and Cox 1976). Discounted, equity is then assets less debt whatever the
horizon, and its volatility is that of the assets times assets over equity.

==========  =====  ========================================================================
symbol      unit   meaning
==========  =====  ========================================================================
E, D, V     USD    equity, debt, assets; V = E + D
σ           1/√y   volatility of assets, σ_E E / V
x           log    ln(V / D), distance to default
m           1/y    drift of ln(V / D): (reward) σ − σ² / 2; reward 0 where prices are told
==========  =====  ========================================================================

Notes
-----
P(T) = Φ((−x − m T) / σ√T) + exp(−2 m x / σ²) Φ((−x + m T) / σ√T)

References
----------
Black and Cox (1976), *Journal of Finance* 31; Merton (1974), *Journal of Finance* 29; Finger and others
(2002), "CreditGrades Technical Document"; Hull and White (2000) for the reading of a swap.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
from scipy.optimize import brentq
from scipy.special import ndtr

from risk.calibrate.challenger.inputs import BP
from risk.processes import Array, Numeric

YEARS = 5.0
WIDEST = 4.0
"""Largest volatility of assets that is tried, a root year: default in five years is then next to certain."""


@dataclass(frozen=True)
class Firm:
    """A company as markets see it, or draws of it, (draw,).

    Attributes
    ----------
    equity, debt : USD, one unit for both.
    volatility : of equity, a root year.
    """

    equity: Numeric
    debt: float
    volatility: Numeric

    @property
    def distance(self) -> Array:
        """Ln of assets over debt."""
        return np.asarray(np.log1p(self.equity / self.debt))

    @property
    def asset_volatility(self) -> Array:
        """Of assets, a root year."""
        return np.asarray(self.volatility * self.equity / (self.equity + self.debt))

    def default(self, years: float, reward: Numeric = 0.0) -> Array:
        """Probability that assets fall to debt within `years`.

        Parameters
        ----------
        reward : excess return of the assets per unit of volatility; 0 gives the probability in prices.
        """
        return first_passage(self.distance, self.asset_volatility, years, reward)

    def below(self, years: float, reward: Numeric = 0.0) -> Array:
        """Probability that assets are below debt at the end, whatever they were before (Merton)."""
        return at_maturity(self.distance, self.asset_volatility, years, reward)

    def at_default(self, wanted: float, years: float) -> Firm:
        """The company with the volatility at which its default has a wanted probability in prices."""

        def miss(sigma: float) -> float:
            return float(first_passage(self.distance, sigma, years)) - wanted

        sigma = float(brentq(miss, 1e-3, WIDEST))
        return replace(self, volatility=sigma * (self.equity + self.debt) / self.equity)


def first_passage(distance: Numeric, volatility: Numeric, years: float, reward: Numeric = 0.0) -> Array:
    """Probability that a Brownian motion with drift falls by `distance` (positive, log) within `years`."""
    drift = reward * volatility - 0.5 * np.square(volatility)
    spread = volatility * math.sqrt(years)
    direct = ndtr((-distance - drift * years) / spread)
    reflected = np.exp(-2.0 * drift * distance / np.square(volatility))
    return np.asarray(direct + reflected * ndtr((-distance + drift * years) / spread))


def at_maturity(distance: Numeric, volatility: Numeric, years: float, reward: Numeric = 0.0) -> Array:
    """Probability that the same motion is below on the last day, wherever it was before."""
    drift = reward * volatility - 0.5 * np.square(volatility)
    return np.asarray(ndtr((-distance - drift * years) / (volatility * math.sqrt(years))))


def implied(spread: Numeric, recovery: Numeric, years: float) -> Array:
    """Default probability that a swap's spread pays for, hazard constant.

    Parameters
    ----------
    spread : basis points a year.
    recovery : share of par.
    """
    return np.asarray(-np.expm1(-spread * BP / (1.0 - recovery) * years))
