"""What a quarter is computed with, and what comes out of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from risk.engine import neoclouds
from risk.engine.couplings import Links
from risk.engine.inputs import PAPER
from risk.engine.layout import Layout
from risk.engine.world import Fixed, Parameters
from risk.mechanisms import cascade
from risk.mechanisms.capex import funding, plan
from risk.mechanisms.gpu_repricing import fleet, rents
from risk.mechanisms.private_credit import market, segments
from risk.mechanisms.revenue_gap import adoption, demand, required
from risk.processes import across, beside, columns_of
from risk.shocks.draw import Shocks

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Context:
    """What a quarter is computed with, beside the world it starts from."""

    p: Parameters
    layout: Layout
    fixed: Fixed
    links: Links
    shocks: Shocks
    forced: Mapping[str, Array]  # what the scenario's events add this quarter, (path, 1)
    t: int

    def factor(self, letter: str) -> Array:
        """Innovation of a common factor this quarter, what is forced of it in, (path, 1)."""
        drawn = self.shocks.factor(letter)[self.t - 1]  # stored from the first simulated quarter
        return np.asanyarray(drawn + self.forced["macro"] if letter == "M" else drawn)

    def own(self, group: str) -> Array:
        """Idiosyncratic innovations of a group this quarter, (path, entity)."""
        return np.asanyarray(self.shocks.idiosyncratic[group][self.t - 1])

    def uniform(self, event: str) -> Array:
        """Uniforms of a hazard event this quarter, (path, entity)."""
        return np.asanyarray(self.shocks.uniform[event][self.t - 1])

    def link(self, coupling: str, value: Array, part: str = "") -> Array:
        """Pass an input through its coupling's switch."""
        return self.links(coupling, self.t, value, part)


@dataclass(frozen=True)
class Spending:
    """What capex is spent on this quarter, USD, (path, 1)."""

    cash_capex: Array  # Big Five
    leased: Array  # lease and SPV additions
    ai: Array  # world, cash
    compute: Array  # world
    wanted: Array  # compute, had nobody waited for power
    operator_capex: Array  # neoclouds' planned AI capex since the last cohort


@dataclass(frozen=True)
class Flows:
    """Everything that happened in a quarter, by mechanism."""

    market: market.Flows
    funding: funding.Flows
    fleet: fleet.Flows
    adoption: adoption.Flows
    demand: demand.Flows
    rents: rents.Flows
    operators: neoclouds.Flows
    segments: segments.Flows
    cascade: cascade.Flows
    required: required.Flows
    plan: plan.Flows
    spending: Spending
    spread: Array  # (path, 1) effective high-yield spread
    instrument_losses: Array  # (path, instrument) USD
    instrument_claims: Array  # (path, instrument) USD of par that loses principal or is in default
    instrument_owed: Array  # (path, instrument) USD at the start of the quarter
    instrument_expected: Array  # (path, instrument) USD lost of it through the cycle


def of_pools(values: Array, pools: NDArray[np.intp]) -> Array:
    """Some pools' columns of (path, segment) values."""
    return columns_of(values, pools)


def with_pools(values: Array, pools: NDArray[np.intp]) -> Array:
    """Paper and some pools of (path, instrument) values."""
    paper = len(PAPER)
    return columns_of(values, np.concatenate([np.arange(paper), paper + pools]))


def by_line(values: Array, lines: Sequence[NDArray[np.intp]]) -> Array:
    """Sums of (path, instrument) values by line of credit loss, paper in the first, (path, line)."""
    pools = values[:, len(PAPER) :]
    first = with_pools(values, lines[0])
    return beside(across(x) for x in (first, *(of_pools(pools, one) for one in lines[1:])))
