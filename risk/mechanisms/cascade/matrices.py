"""Who holds, owns and funds whom, as matrices: from the rows of the tables.

The node list of the network is the holders of record in the order of their table, then households. A
vehicle is a holder with owners of its own; every other holder is an ultimate owner, and so are households.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from risk.errors import AssumptionError
from risk.parameters import Array

ROLES = ("fund", "clo", "insurer", "pension", "bank", "vendor")
FUND, CLO, INSURER, PENSION, BANK, VENDOR = range(len(ROLES))
"""What a holder does under pressure, by row of the matrix of roles."""

HOUSEHOLDS = "households"
CLASSES = ("senior", "junior")

TOLERANCE = 1e-9


def holdings(rows: Iterable[Any], instruments: Sequence[str], holders: Sequence[str]) -> Array:
    """Share of each instrument at each holder, (instrument, holder).

    Parameters
    ----------
    rows : with `instrument`, `holder` and `share`.

    Raises
    ------
    AssumptionError : an instrument is unknown, or nobody holds one.
    """
    matrix = np.zeros((len(instruments), len(holders)))
    for row in rows:
        _known(row.instrument, instruments, "credit.holding")
        matrix[instruments.index(row.instrument), holders.index(row.holder)] += row.share
    _whole(matrix.sum(axis=1), instruments, "credit.holding has no holder of")
    return matrix


def ultimate(rows: Iterable[Any], holders: Sequence[str]) -> tuple[str, ...]:
    """Names of the ultimate owners, in the order of the columns of `owners`."""
    vehicles = {row.vehicle for row in rows}
    return (*(name for name in holders if name not in vehicles), HOUSEHOLDS)


def owners(rows: Iterable[Any], holders: Sequence[str]) -> Array:
    """Share of each holder's equity that each ultimate owner has, (holder, owner); others own themselves.

    Parameters
    ----------
    rows : with `vehicle`, `owner` and `share`.

    Raises
    ------
    AssumptionError : a vehicle owns another.
    """
    rows = list(rows)
    names = ultimate(rows, holders)
    matrix = np.array([[float(holder == name) for name in names] for holder in holders])
    for row in rows:
        _known(row.owner, names, "credit.owner")
        matrix[holders.index(row.vehicle), names.index(row.owner)] += row.share
    return matrix


def creditors(rows: Iterable[Any], holders: Sequence[str]) -> Array:
    """Share of each holder's debt owed to each node in each class, (class, holder, node); most senior first.

    Debt of ultimate owners, to depositors and policyholders, stands outside the network: their rows are
    empty.

    Parameters
    ----------
    rows : with `debtor`, `seniority`, `creditor` and `share`.
    """
    nodes = (*holders, HOUSEHOLDS)
    matrix = np.zeros((len(CLASSES), len(holders), len(nodes)))
    for row in rows:
        at = CLASSES.index(row.seniority), holders.index(row.debtor), nodes.index(row.creditor)
        matrix[at] += row.share
    return matrix


def roles(rows: Iterable[Any]) -> Array:
    """One where a holder has a role, (role, holder).

    Parameters
    ----------
    rows : of the holders, with `role`.
    """
    return np.array([[float(row.role == role) for row in rows] for role in ROLES])


def _known(name: str, names: Sequence[str], table: str) -> None:
    if name not in names:
        raise AssumptionError(f"{table} names '{name}'; it must be one of {', '.join(names)}")


def _whole(sums: Array, names: Sequence[str], reason: str) -> None:
    for name, total in zip(names, sums, strict=True):
        if abs(total - 1.0) > TOLERANCE:
            raise AssumptionError(f"{reason} '{name}'" if total == 0 else f"{reason} all of '{name}'")
