"""Who loses: credit losses by instrument passed to their ultimate holders, booked once.

Each dollar of credit loss belongs to an instrument; each instrument is held in fixed shares by banks,
insurers, pensions, funds and CLOs. The first round books the loss at the ultimate holder and nowhere else.
Clearing between institutions and fire-sale rounds are not part of this round and are never added to it.

==============  ====================  ======  ==============================================================
symbol          shape                 unit    meaning
==============  ====================  ======  ==============================================================
cumulative      (path, holder)        USD     first-round losses booked so far
==============  ====================  ======  ==============================================================

References: thesis page, "AI-capex financing & bubble risk" (who holds private credit).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from risk.parameters import Array, entry


@dataclass(frozen=True)
class Params:
    """Holdings, (instrument, holder); every row sums to one."""

    holdings: Array = entry("credit.holding.share")


@dataclass(frozen=True)
class State:
    """See the symbol table."""

    cumulative: Array


@dataclass(frozen=True)
class Flows:
    """Losses of the quarter by holder, USD, (path, holder)."""

    losses: Array


def init(params: Params, paths: int) -> State:
    """No losses booked."""
    return State(np.zeros((paths, params.holdings.shape[1])))


def step(params: Params, state: State, losses: Array) -> tuple[State, Flows]:
    """Book the quarter's losses at their holders.

    Parameters
    ----------
    losses : (path, instrument) USD.
    """
    booked = np.zeros_like(state.cumulative)
    for i in range(params.holdings.shape[0]):  # fixed order: the sum's bits do not depend on a library
        booked = booked + losses[:, i : i + 1] * params.holdings[i]
    return State(state.cumulative + booked), Flows(booked)
