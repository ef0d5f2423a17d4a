"""The layout of the facility book: which column is which facility, and what about it never changes.

Columns are sorted by firm, base-date facilities first, then one column per cohort year and payer class,
so that a firm's facilities are contiguous and sums by firm are `np.add.reduceat`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from risk.processes.annuity import level_pay_balance

Array = NDArray[np.float64]
Index = NDArray[np.intp]

PAYERS = ("ig", "lab", "ig_on_lab", "neocloud", "other")
IG, LAB, IG_ON_LAB, NEOCLOUD, OTHER = range(5)
COHORT_PAYERS = (IG, LAB, OTHER)


@dataclass(frozen=True)
class Book:
    """Fixed facts of every facility column.

    Attributes
    ----------
    names, firms : facility and firm names.
    firm, generation, payer : (facility,) integer codes.
    starts : (firm,) first column of each firm, for `np.add.reduceat`.
    origination : (facility,) quarter of origination, 0 for the base book.
    due : (facility,) last debt quarter, from origination included.
    amortization : (quarter + 1, facility) share of original debt due each quarter, balloon excluded.
    balloon : (facility,) share of original debt due at `due`.
    data_center : (facility,) True for data-centre leases (no GPU collateral).
    """

    names: tuple[str, ...]
    firms: tuple[str, ...]
    firm: Index
    generation: Index
    payer: Index
    starts: Index
    origination: Index
    due: Index
    amortization: Array
    balloon: Array
    data_center: NDArray[np.bool_]
    base_columns: Index

    @property
    def facilities(self) -> int:
        """Number of facility columns."""
        return len(self.names)

    def columns(self, payer: int) -> Index:
        """Columns whose contracts are owed by a payer class."""
        return np.flatnonzero(self.payer == payer)

    def cohort(self, t: int) -> Index:
        """Columns originated in quarter t."""
        return np.flatnonzero(self.origination == t) if t > 0 else self.base_columns

    def by_firm(self, amounts: Array) -> Array:
        """Sum facility columns by firm, (path, firm), in fixed order."""
        return np.add.reduceat(amounts, self.starts, axis=1)


@dataclass(frozen=True)
class Row:
    """One facility column before sorting."""

    name: str
    firm: int
    generation: int
    payer: int
    origination: int
    due: int
    coupon: float
    balloon: float
    level_payment: bool
    data_center: bool


def amortization(row: Row, quarters: int) -> Array:
    """Share of original debt repaid in each quarter 0…quarters, balloon excluded, (quarter + 1,)."""
    shares = np.zeros(quarters + 1)
    life = row.due - row.origination
    if row.level_payment:
        balance = level_pay_balance(1.0, row.coupon / 4.0, life, np.arange(life + 1), row.balloon)
        paid = -np.diff(balance)
    else:
        paid = np.full(life, (1.0 - row.balloon) / life)
    last = min(row.due, quarters)
    shares[row.origination + 1 : last + 1] = paid[: last - row.origination]
    return shares


def assemble(rows: list[Row], firms: tuple[str, ...], quarters: int) -> Book:
    """Sort rows by firm (base-date facilities keep the order of their table) and fix the layout."""
    chosen = sorted(rows, key=lambda r: r.firm)
    firm = np.array([r.firm for r in chosen], dtype=np.intp)
    return Book(
        names=tuple(r.name for r in chosen),
        firms=firms,
        firm=firm,
        generation=np.array([r.generation for r in chosen], dtype=np.intp),
        payer=np.array([r.payer for r in chosen], dtype=np.intp),
        starts=np.searchsorted(firm, np.arange(len(firms))).astype(np.intp),
        origination=np.array([r.origination for r in chosen], dtype=np.intp),
        due=np.array([r.due for r in chosen], dtype=np.intp),
        amortization=np.stack([amortization(r, quarters) for r in chosen], axis=1),
        balloon=np.array([r.balloon for r in chosen]),
        data_center=np.array([r.data_center for r in chosen]),
        base_columns=np.flatnonzero(np.array([r.origination == 0 for r in chosen])),
    )


def put(array: Array, columns: Index, values: Array) -> Array:
    """A copy of `array` with some columns replaced."""
    out = np.array(np.broadcast_to(array, np.broadcast_shapes(array.shape, (values.shape[0], 1))))
    out[:, columns] = values
    return out
