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
from risk.processes import beside, blank, grouped
from risk.processes.annuity import level_pay_balance

Array = NDArray[np.float64]
Index = NDArray[np.intp]

CONDUCTS = ("sound", "renegotiates", "leans", "subtenant", "leaves")
SOUND, RENEGOTIATES, LEANS, SUBTENANT, LEAVES = range(len(CONDUCTS))
"""How payers keep their contracts: hardly ever end one, renegotiate, hang on funding that others need, fail
with their own company, leave one by one."""

INSTRUMENTS = ("ddtl", "vendor", "site_loan")
DDTL, VENDOR, SITE = range(3)


ROUNDING = 1e-9  # share of a loan


@dataclass(frozen=True)
class Book:
    """Fixed facts of every facility column.

    Attributes
    ----------
    names, firms : facility and firm names.
    firm, generation, payer : (facility,) rows of their tables.
    tenant : (facility,) firm that rents what a facility has built, -1 where none does.
    origination : (facility,) quarter of origination, 0 for the base book.
    due : (facility,) last debt quarter, from origination included.
    amortization : (quarter + 1, facility) share of original debt due each quarter, balloon excluded.
    balances_ahead : (quarter + 1, facility) sum of the scheduled balances on which interest is still to be
        paid after each quarter, as shares of original debt.
    balloon : (facility,) share of original debt due at `due`.
    site : (facility,) True for data-center leases (no GPU collateral).
    floating : (facility,) True where the rate is SOFR and a margin, False where it is fixed.
    instrument : (facility,) integer codes of `INSTRUMENTS`.
    draws : (quarter + 1, facility) share of what was undrawn at origination that may be drawn each quarter.
    """

    names: tuple[str, ...]
    firms: tuple[str, ...]
    firm: Index
    generation: Index
    payer: Index
    tenant: Index
    origination: Index
    due: Index
    amortization: Array
    balances_ahead: Array
    balloon: Array
    site: NDArray[np.bool_]
    floating: NDArray[np.bool_]
    instrument: Index
    draws: Array

    @property
    def facilities(self) -> int:
        """Number of facility columns."""
        return len(self.names)

    def columns(self, payer: int) -> Index:
        """Columns whose contracts a payer owes."""
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
            tenant=self.tenant[:n],
            origination=self.origination[:n],
            due=self.due[:n],
            amortization=self.amortization[:, :n],
            balances_ahead=self.balances_ahead[:, :n],
            balloon=self.balloon[:n],
            site=self.site[:n],
            floating=self.floating[:n],
            instrument=self.instrument[:n],
            draws=self.draws[:, :n],
        )

    def by_firm(self, amounts: Array, columns: Index | None = None) -> Array:
        """Sum facility columns by firm, (path, firm), in the order of the columns.

        Parameters
        ----------
        amounts : (path, facility), or (path, column) of the columns named.
        """
        return grouped(amounts, self.firm if columns is None else self.firm[columns], len(self.firms))

    def by_firm_at(self, at: tuple[Index, Index], amounts: Array, paths: int) -> Array:
        """Sum (position,) amounts of facilities at some positions by firm, (path, firm)."""
        rows, columns = at
        firms = len(self.firms)
        sums = np.bincount(self.firm[columns] * paths + rows, amounts, firms * paths)
        by_firm = sums.astype(np.float64, copy=False)  # of nothing it counts whole numbers
        return by_firm.reshape(firms, paths).T


@dataclass(frozen=True)
class Row:
    """One facility column before sorting.

    Attributes
    ----------
    coupon : rate at which the schedule is fixed, 1/y.
    amortization : `level` (principal and interest together), `equal` (principal) or `sculpted` (both to
        `profile`).
    grace : quarters after origination without principal, of a loan repaid in equal parts.
    draw_quarters : quarters after origination over which what is undrawn is drawn in equal parts; 0 for none.
    profile : (life,) expected cash for debt service by quarter of a sculpted loan's life; its shape counts.
    """

    name: str
    firm: int
    generation: int
    payer: int
    origination: int
    due: int
    coupon: float
    balloon: float
    amortization: str
    site: bool
    floating: bool
    instrument: int
    grace: int = 0
    draw_quarters: int = 0
    profile: Array | None = None
    tenant: int = -1


def _payments(row: Row) -> Array:
    """Share of original debt repaid in each quarter of a loan's life, balloon excluded, (life,)."""
    life = row.due - row.origination
    if row.amortization == "level":
        elapsed = np.arange(life + 1, dtype=np.float64)
        return -np.diff(level_pay_balance(1.0, row.coupon / 4.0, life, elapsed, row.balloon))
    if row.amortization == "sculpted":
        return _sculpted(row)
    parts = np.full(life, (1.0 - row.balloon) / (life - row.grace))
    parts[: row.grace] = 0.0
    return parts


def _sculpted(row: Row) -> Array:
    """Principal by quarter such that principal and interest together are in proportion to the profile.

    Notes
    -----
    1 = sum_k s profile_k / (1 + r)^k + balloon / (1 + r)^n gives s;
    balance_k = (1 + r)^k (1 - sum_{j<=k} s profile_j / (1 + r)^j).
    """
    profile, life = np.asanyarray(row.profile, dtype=np.float64), row.due - row.origination
    growth = (1.0 + row.coupon / 4.0) ** np.arange(1.0, life + 1.0)
    worth = profile / growth
    if profile.shape != (life,) or not worth.sum() > 0.0:
        raise AssumptionError(f"{row.name} is sculpted to no cash in its {life} quarters", "make it level")
    scale = (1.0 - row.balloon / growth[-1]) / worth.sum()
    balance = growth * (1.0 - scale * np.cumsum(worth))
    principal = -np.diff(balance, prepend=1.0)
    if (principal < -ROUNDING).any():
        quarter = int(np.argmin(principal)) + 1
        raise AssumptionError(
            f"{row.name} is sculpted to cash that does not cover its interest in quarter {quarter}",
            "make it level, or its contract longer",
        )
    return np.asanyarray(principal)


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


def expiries(first: Array, final: Array, last: int) -> Array:
    """Share of contracts that ends in quarters 0…last, evenly from first to final, (quarter, facility)."""
    window = np.arange(last + 1)[:, None]
    return np.asanyarray(((window >= first) & (window <= final)) / (final - first + 1.0))


def expected_cash(
    life: int,
    ends: tuple[float, float],
    price: float,
    cost: float,
    availability: float,
    merchant: float,
    decline: float,
) -> Array:
    """Cash per GPU-hour that a lender expects in each quarter of a loan's life, USD, (life,): a `profile`.

    Contracts run as written; what has ended earns a haircut rent that falls as the market expects.

    Parameters
    ----------
    ends : quarters in which the first and the last contract end, evenly between.
    price, cost : what contracts still pay, and operating cost, USD an hour.
    availability : share of hours that a contract pays for.
    merchant : share of the price that an hour without a contract brings at first.
    decline : log fall a year of what it brings.
    """
    quarter = np.arange(1.0, life + 1.0)
    ended = np.cumsum(expiries(np.array(ends[:1]), np.array(ends[1:]), life)[:, 0])
    let = 1.0 - ended[:-1]  # in force during quarters 1, 2, …: what has not ended before
    income = let * availability + (1.0 - let) * (merchant * np.exp(-decline * quarter / 4.0))
    return np.asanyarray(np.maximum(income * price - cost, 0.0))


def _draws(row: Row, quarters: int) -> Array:
    """Share of the undrawn commitment that may be drawn in each quarter 0…quarters, (quarter + 1,)."""
    equal = np.full(row.draw_quarters, 1.0 / max(row.draw_quarters, 1))
    return _placed(equal, row.origination + 1, quarters)


def assemble(rows: list[Row], firms: tuple[str, ...], quarters: int) -> Book:
    """Sort rows by origination, then firm (of one firm and date in the order given), and fix the layout."""
    chosen = sorted(rows, key=lambda r: (r.origination, r.firm))
    firm = np.array([r.firm for r in chosen], dtype=np.intp)
    return Book(
        names=tuple(r.name for r in chosen),
        firms=firms,
        firm=firm,
        generation=np.array([r.generation for r in chosen], dtype=np.intp),
        payer=np.array([r.payer for r in chosen], dtype=np.intp),
        tenant=np.array([r.tenant for r in chosen], dtype=np.intp),
        origination=np.array([r.origination for r in chosen], dtype=np.intp),
        due=np.array([r.due for r in chosen], dtype=np.intp),
        amortization=np.stack([amortization(r, quarters) for r in chosen], axis=1),
        balances_ahead=np.stack([balances_ahead(r, quarters) for r in chosen], axis=1),
        balloon=np.array([r.balloon for r in chosen]),
        site=np.array([r.site for r in chosen]),
        floating=np.array([r.floating for r in chosen]),
        instrument=np.array([r.instrument for r in chosen], dtype=np.intp),
        draws=np.stack([_draws(r, quarters) for r in chosen], axis=1),
    )


def widen(array: Array, columns: int) -> Array:
    """An array of facility columns with zeros for those that came later."""
    missing = columns - array.shape[1]
    return beside((array, blank(array, missing))) if missing else array
