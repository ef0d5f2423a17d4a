"""Level payments and the annual charge for capital.

References
----------
Brealey, Myers and Allen, *Principles of Corporate Finance*, on annuities and equivalent annual cost.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from risk.processes import Array, Numeric


def capital_recovery_factor(rate: Numeric, periods: Numeric) -> Array:
    """Level payment a period that repays 1 with interest.

    Parameters
    ----------
    rate
        Simple interest a period, above −1; zero gives ``1 / periods``.
    periods
        Number of payments, positive.

    Notes
    -----
    ``r / (1 − (1 + r)^−n)``.
    """
    rate = np.asanyarray(rate, dtype=np.float64)
    discounted = -np.expm1(-periods * np.log1p(rate))
    interest_free = rate == 0.0
    return np.where(interest_free, 1.0 / periods, rate / np.where(interest_free, 1.0, discounted))


def level_payment(principal: Numeric, rate: Numeric, periods: Numeric, balloon: Numeric = 0.0) -> Array:
    """Payment a period that takes a loan from `principal` to `balloon`.

    Parameters
    ----------
    principal, balloon
        Opening balance, and the balance still owed right after the last level payment, in one currency unit.
    rate
        Simple interest a period.
    periods
        Number of payments, positive.
    """
    return capital_recovery_factor(rate, periods) * (principal - balloon) + np.multiply(rate, balloon)


def level_pay_balance(
    principal: Numeric, rate: Numeric, periods: Numeric, elapsed: Numeric, balloon: Numeric = 0.0
) -> Array:
    """Balance of a level-pay loan after `elapsed` payments.

    Parameters
    ----------
    principal, balloon
        As in `level_payment`.
    rate
        Simple interest a period.
    periods
        Payments in all, positive.
    elapsed
        Payments made, from 0 to `periods`.

    Notes
    -----
    The balance is what the remaining payments are worth:
    ``balloon + (principal − balloon) · CRF(r, n) / CRF(r, n − k)``, and the balloon itself at k = n.
    """
    remaining = np.subtract(periods, elapsed)
    running = remaining > 0
    factor = capital_recovery_factor(rate, np.where(running, remaining, 1.0))
    worth = capital_recovery_factor(rate, periods) / factor
    return np.where(running, balloon + (principal - balloon) * worth, balloon)


def blended_capital_charge(rate: Numeric, shares: Sequence[Numeric], lives: Sequence[Numeric]) -> Array:
    """Annual charge for one dollar of capital spread over assets of different lives.

    Parameters
    ----------
    rate
        Hurdle, simple, a year.
    shares
        Share of the dollar in each asset class, summing to 1.
    lives
        Economic life of each class, years.

    Returns
    -------
    1/year; the charge a dollar spent owes in every year in which all its classes are alive.
    """
    charges = [share * capital_recovery_factor(rate, life) for share, life in zip(shares, lives, strict=True)]
    return np.asanyarray(sum(charges[1:], start=charges[0]))
