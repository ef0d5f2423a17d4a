"""Contracts of a cohort join the contract book (see `contracts`), class by class and so by expiry."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from risk.mechanisms.neocloud.contracts import Bucket, State
from risk.parameters import Array


def sign(state: State, first: int, expiry: Array, signed: Bucket) -> State:
    """Add contracts (GPUs, GPUs × price) to the last columns.

    Parameters
    ----------
    first : the first of these columns; `expiry` by column, the quarter in which its contracts end.
    """
    buckets = list(state.buckets)
    for quarter in np.unique(expiry):
        chosen = np.equal(expiry, quarter)
        buckets[int(quarter)] = _more(buckets[int(quarter)], first, (signed[0] * chosen, signed[1] * chosen))
    quantity, value = _more((state.quantity, state.value), first, signed)
    return replace(state, quantity=quantity, value=value, buckets=tuple(buckets))


def _more(old: Bucket | None, first: int, signed: Bucket) -> Bucket:
    """A bucket with something added from column `first` on."""
    paths, columns = signed[0].shape
    totals = []
    for k, amount in enumerate(signed):
        total = np.zeros((paths, first + columns))
        if old is not None:
            total[:, : old[k].shape[1]] = old[k]
        total[:, first:] += amount
        totals.append(total)
    return totals[0], totals[1]
