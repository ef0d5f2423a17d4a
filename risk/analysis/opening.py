"""The world at the base date, as the register's own numbers have it, and the balances that must close.

Values, not draws: what a reader can add up with a calculator. Use by the buyers themselves is solved here as
in the model, so that the market clears at observed rents.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from risk.assumptions.reconcile import Agreement, agreements
from risk.units import HOURS_A_YEAR

if TYPE_CHECKING:
    from risk.assumptions import Assumptions


@dataclass(frozen=True)
class Rented:
    """Units of one generation.

    Attributes
    ----------
    units : devices; `work` : in units of the numeraire.
    rent : USD per unit-hour, one-year contract; `power` : W with cooling.
    bill : USD a year at the rent and at normal utilization.
    """

    name: str
    units: float
    work: float
    rent: float
    power: float
    bill: float


@dataclass(frozen=True)
class Line:
    """One line of a balance; `kind` groups lines, `amount` in base units."""

    kind: str
    name: str
    amount: float


@dataclass(frozen=True)
class State:
    """The balance of the base date.

    Attributes
    ----------
    fleet : by generation.
    bids : dollars a year that bid for compute, by who pays; they add up to the fleet's rent bill.
    revenue : dollars a year of end customers, by segment.
    debt : principal by company (`kind`) and instrument (`name`).
    agreements : every total of the register that has a second reading.
    """

    fleet: tuple[Rented, ...]
    bids: tuple[Line, ...]
    revenue: tuple[Line, ...]
    debt: tuple[Line, ...]
    agreements: tuple[Agreement, ...]


def opening(register: Assumptions) -> State:
    """The balance of a register's base date, prior draws at their central values."""
    fleet = tuple(_fleet(register))
    revenue = register.number("revenue.run_rate")
    segments = register.tables["revenue.segment"]
    shares = zip(segments.names, segments.numbers("run_rate_share"), strict=True)
    return State(
        fleet=fleet,
        bids=tuple(_bids(register, sum(line.bill for line in fleet), revenue)),
        revenue=tuple(Line("revenue", name, float(share) * revenue) for name, share in shares),
        debt=tuple(_debt(register)),
        agreements=agreements(register),
    )


def _fleet(register: Assumptions) -> Iterator[Rented]:
    table = register.tables["gpu.generation"]
    index, units = table.numbers("index"), table.numbers("gpus")
    power = table.numbers("power") * register.number("gpu.power_usage_effectiveness")
    ratio = index / index[table.numbers("numeraire") > 0.0]
    work = ratio ** (1.0 / (1.0 + register.number("gpu.launch_obsolescence")))
    hours = register.number("gpu.normal_utilization") * HOURS_A_YEAR
    for i in np.flatnonzero(index > 0.0):
        bill = units[i] * index[i] * hours
        yield Rented(
            table.names[i], *map(float, (units[i], units[i] * work[i], index[i], units[i] * power[i], bill))
        )


def _bids(register: Assumptions, bill: float, revenue: float) -> Iterator[Line]:
    customers = register.number("revenue.compute_share") * revenue
    funding = register.number("revenue.lab_funding")
    yield Line("bid", "End customers, by way of the compute share of what they pay", customers)
    yield Line("bid", register.said("Money raised by {anchors}"), funding)
    yield Line("bid", "Buyers' own use, solved so that the market clears", bill - customers - funding)


def _debt(register: Assumptions) -> Iterator[Line]:
    loans, notes = register.tables["neoclouds.facility"], register.tables["neoclouds.note"]
    firms = register.tables["neoclouds.firm"]
    for i, firm in enumerate(firms.names):
        owed: dict[str, float] = {}
        for column, table in (("instrument", loans), ("kind", notes)):
            amounts = table.numbers("debt" if table is loans else "amount")
            for whose, kind, amount in zip(table.words("firm"), table.words(column), amounts, strict=True):
                if whose == firm:
                    owed[kind] = owed.get(kind, 0.0) + float(amount)
        for kind, amount in owed.items():
            yield Line(firm, kind, amount)
        if (revolver := float(firms.numbers("revolver")[i])) > 0.0:
            yield Line(firm, "revolver, committed and undrawn", revolver)
