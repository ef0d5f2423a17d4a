"""The layout of the facility book: which column is which facility, and what about it never changes.

Columns stand in the order in which facilities come to life: the base-date book first, then one column per
cohort date, firm and payer class. What exists in a quarter is the leading columns, and nothing is computed
for facilities to come.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from risk.errors import AssumptionError
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
    runs : first column of each run of columns of one firm, for `np.add.reduceat`.
    origination : (facility,) quarter of origination, 0 for the base book.
    due : (facility,) last debt quarter, from origination included.
    amortization : (quarter + 1, facility) share of original debt due each quarter, balloon excluded.
    balances_ahead : (quarter + 1, facility) sum of the scheduled balances on which interest is still to be
        paid after each quarter, as shares of original debt.
    balloon : (facility,) share of original debt due at `due`.
    data_center : (facility,) True for data-center leases (no GPU collateral).
    """

    names: tuple[str, ...]
    firms: tuple[str, ...]
    firm: Index
    generation: Index
    payer: Index
    runs: Index
    origination: Index
    due: Index
    amortization: Array
    balances_ahead: Array
    balloon: Array
    data_center: NDArray[np.bool_]

    @property
    def facilities(self) -> int:
        """Number of facility columns."""
        return len(self.names)

    def columns(self, payer: int) -> Index:
        """Columns whose contracts are owed by a payer class."""
        return np.flatnonzero(self.payer == payer)

    def until(self, t: int) -> Book:
        """The facilities that exist after quarter t: its leading columns."""
        n = int(np.searchsorted(self.origination, t, side="right"))
        return replace(
            self,
            names=self.names[:n],
            firm=self.firm[:n],
            generation=self.generation[:n],
            payer=self.payer[:n],
            runs=self.runs[self.runs < n],
            origination=self.origination[:n],
            due=self.due[:n],
            amortization=self.amortization[:, :n],
            balances_ahead=self.balances_ahead[:, :n],
            balloon=self.balloon[:n],
            data_center=self.data_center[:n],
        )

    def by_firm(self, amounts: Array) -> Array:
        """Sum facility columns by firm, (path, firm), in fixed order."""
        out = np.zeros((len(amounts), len(self.firms)))
        runs = np.add.reduceat(amounts, self.runs, axis=1)
        for firm, run in zip(self.firm[self.runs], runs.T, strict=True):
            out[:, firm] += run
        return out


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


def _payments(row: Row) -> Array:
    """Share of original debt repaid in each quarter of a loan's life, balloon excluded, (life,)."""
    life = row.due - row.origination
    if row.level_payment:
        elapsed = np.arange(life + 1, dtype=np.float64)
        return -np.diff(level_pay_balance(1.0, row.coupon / 4.0, life, elapsed, row.balloon))
    return np.full(life, (1.0 - row.balloon) / life)


def _placed(values: Array, first: int, quarters: int) -> Array:
    """Values from quarter `first` on, in a row of quarters 0…quarters."""
    row = np.zeros(quarters + 1)
    inside = values[: max(quarters + 1 - first, 0)]
    row[first : first + len(inside)] = inside
    return row


def amortization(row: Row, quarters: int) -> Array:
    """Share of original debt repaid in each quarter 0…quarters, balloon excluded, (quarter + 1,)."""
    return _placed(_payments(row), row.origination + 1, quarters)


def balances_ahead(row: Row, quarters: int) -> Array:
    """Sum of the balances of the quarters that follow each quarter 0…quarters, (quarter + 1,)."""
    balance = 1.0 - np.cumsum([0.0, *_payments(row)[:-1]])  # at the start of each quarter of the loan's life
    return _placed(np.cumsum(balance[::-1])[::-1], row.origination, quarters)


def assemble(rows: list[Row], firms: tuple[str, ...], quarters: int) -> Book:
    """Sort rows by origination, then firm (of one firm and date in the order given), and fix the layout."""
    chosen = sorted(rows, key=lambda r: (r.origination, r.firm))
    idle = set(range(len(firms))) - {r.firm for r in chosen}
    if idle:
        raise AssumptionError(
            "firms without a facility or a cohort: " + ", ".join(firms[i] for i in sorted(idle))
        )
    firm = np.array([r.firm for r in chosen], dtype=np.intp)
    return Book(
        names=tuple(r.name for r in chosen),
        firms=firms,
        firm=firm,
        generation=np.array([r.generation for r in chosen], dtype=np.intp),
        payer=np.array([r.payer for r in chosen], dtype=np.intp),
        runs=np.flatnonzero(np.diff(firm, prepend=-1)).astype(np.intp),
        origination=np.array([r.origination for r in chosen], dtype=np.intp),
        due=np.array([r.due for r in chosen], dtype=np.intp),
        amortization=np.stack([amortization(r, quarters) for r in chosen], axis=1),
        balances_ahead=np.stack([balances_ahead(r, quarters) for r in chosen], axis=1),
        balloon=np.array([r.balloon for r in chosen]),
        data_center=np.array([r.data_center for r in chosen]),
    )


def widen(array: Array, columns: int) -> Array:
    """An array of facility columns with zeros for those that came later."""
    missing = columns - array.shape[1]
    return np.concatenate([array, np.zeros((len(array), missing))], axis=1) if missing else array


def put(array: Array, columns: Index, values: Array) -> Array:
    """A copy of `array` with some columns replaced."""
    out = np.array(np.broadcast_to(array, np.broadcast_shapes(array.shape, (values.shape[0], 1))))
    out[:, columns] = values
    return out
