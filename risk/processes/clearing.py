"""Clearing of mutual claims with limited liability and seniority.

Nobody pays more than it owes or than it has, every class is paid in full before the next receives anything,
and claims within a class share in proportion. What one debtor has depends on what the others pay; the
greatest payments that agree with each other are found by iteration downwards from payment in full, which
converges to them from above.

References
----------
Eisenberg and Noe (2001), "Systemic risk in financial systems", *Management Science* 47(2); Elsinger (2009),
"Financial networks, cross holdings, and limited liability", OeNB working paper 156, for seniority.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from risk.errors import NumericalError
from risk.processes import Array

TOLERANCE = 1e-13
"""Largest change in a round, as a share of all that is owed on the path, at which payments count as
settled."""

ROUND_LIMIT = 10_000


@dataclass(frozen=True)
class Clearing:
    """Settlement of one network a path; money in the unit of the obligations.

    Attributes
    ----------
    paid
        Shape (…, class, debtor, creditor).
    equity
        What each node has left after paying, shape (…, node).
    """

    paid: Array
    equity: Array


def clear(assets: Array, obligations: Array) -> Clearing:
    """Greatest clearing payments of a network.

    Parameters
    ----------
    assets
        Means from outside the network, non-negative, shape (…, node).
    obligations
        Owed by debtor to creditor, non-negative, shape (…, class, debtor, creditor), most senior class first.
        An outside holder is a node that owes nothing.

    Raises
    ------
    NumericalError
        Payments have not settled after 10,000 rounds: a ring of claims from which next to nothing leaks out.
    """
    owed = obligations.sum(axis=-1)
    senior = np.cumsum(owed, axis=-2) - owed
    share = obligations / np.where(owed > 0.0, owed, 1.0)[..., None]
    scale = np.maximum(owed.sum(axis=(-2, -1), keepdims=True), np.finfo(np.float64).tiny)
    payment = owed
    for _ in range(ROUND_LIMIT):
        means = assets + _received(payment, share)
        proposed = np.clip(means[..., None, :] - senior, 0.0, owed)
        moving = np.abs(proposed - payment).max(axis=(-2, -1), keepdims=True) > TOLERANCE * scale
        # A settled path stays as it is: its bits must not depend on the paths beside it.
        payment = np.where(moving, proposed, payment)
        if not moving.any():
            means = assets + _received(payment, share)
            return Clearing(payment[..., None] * share, means - payment.sum(axis=-2))
    raise NumericalError(f"claims did not clear within {ROUND_LIMIT} rounds")


def _received(payment: Array, share: Array) -> Array:
    received: Array = (payment[..., None] * share).sum(axis=(-3, -2))
    return received
