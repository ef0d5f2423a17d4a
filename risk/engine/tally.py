"""Neocloud and credit quantities of which the propositions need the path, quarter by quarter."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from risk.engine.background import Background
from risk.engine.context import Flows, by_line, of_pools, with_pools
from risk.engine.inputs import PAPER
from risk.engine.layout import Layout, Pools
from risk.engine.world import Fixed, World
from risk.mechanisms.neocloud import cohorts, holdco
from risk.mechanisms.private_credit.market import CALM, STRESS
from risk.processes import across, beside, columns_of, running

Array = NDArray[np.float64]

PARTS = ("calm", "stress", "narrow", "wide")
"""Quarters told apart: by regime, and by the spread, under one bound or over another."""


@dataclass
class Tally:
    """Collects blocks; `rows` paths are kept. Row 0 of every quantity is the base date: nothing yet.

    Attributes
    ----------
    due, sound : (quarter + 1, path) bullets by the quarter in which they fall due, USD, and the part repaid
        from cash or replaced soundly.
    history : name → (quarter + 1, path) quantity of each quarter.
    claims, losses : (part, path, instrument) par in default and what of it was lost, USD, in all quarters and
        in those of each of `PARTS`.
    owed : (part, path, instrument) what was owed at the start of those quarters, added up, USD.
    pools : quarter → (opening book, defaulted, lost; path, segment) USD.
    paired : (path, 3) claims on loans secured by devices, and what of them would be recovered in a calm
        and in a stressed market for assets, USD.
    ultimate : (path, owner) credit loss at whom it ends with, USD.
    loans : (path, facility) loss on each loan of the base date, USD.
    failed : (path, firm) quarters in default so far.
    paper : (claims, lost; class of paper, path, firm) of failed companies, USD: revolver, notes, converts.
    lines : (expected, owed; path, line) loss of each line through the cycle, and what was owed at the start
        of quarters, added up, USD.
    left : (outstanding, due, expected; path, line) what the end of the run leaves, USD, see `beyond`.
    """

    rows: int
    quarters: int
    due: Array = field(init=False)
    sound: Array = field(init=False)
    history: dict[str, Array] = field(default_factory=dict)
    claims: Array | float = 0.0
    losses: Array | float = 0.0
    owed: Array | float = 0.0
    pools: dict[int, Array] = field(default_factory=dict)
    paired: Array | float = 0.0
    ultimate: Array | float = 0.0
    loans: Array | float = 0.0
    failed: Array | float = 0.0
    paper: Array | float = 0.0
    lines: Array | float = 0.0
    left: Array | float = 0.0

    def __post_init__(self) -> None:
        self.due = np.zeros((self.quarters + 1, self.rows))
        self.sound = np.zeros((self.quarters + 1, self.rows))

    def path(self, name: str) -> Array:
        """A quantity by quarter, (quarter + 1, path)."""
        return self.history[name]

    def cumulative(self, name: str) -> Array:
        """Running sum of a quantity, (quarter + 1, path)."""
        return running(self.history[name])

    def add(
        self, layout: Layout, background: Background, after: World, f: Flows, fixed: Fixed, t: int
    ) -> None:
        """Add quarter t."""
        new = (
            _seasoned(layout, background.seasoning_quarters, after, fixed, t)
            | _losses(f, layout.pools)
            | _defaults(layout, after)
        )
        parts = _parts(f, background)[: self.rows].T[:, :, None]
        self.claims = self.claims + parts * f.instrument_claims[: self.rows]
        self.losses = self.losses + parts * f.instrument_losses[: self.rows]
        self.owed = self.owed + parts * f.instrument_owed[: self.rows]
        owed, pools = f.instrument_owed[:, len(PAPER) :], f.segments
        self.pools[t] = np.stack([owed, pools.defaulted, pools.loss])[:, : self.rows]
        self.paired = self.paired + f.operators.paired[: self.rows]
        self.ultimate = self.ultimate + f.cascade.ultimate[: self.rows]
        self.loans = self.loans + f.operators.facility.loss[: self.rows, : layout.base_book.facilities]
        self.failed = self.failed + np.asanyarray(after.holdco.defaulted[: self.rows], dtype=np.float64)
        self.paper = self.paper + _paper(f.operators.holdco)[..., : self.rows, :]
        sums = [by_line(x, layout.pools.lines) for x in (f.instrument_expected, f.instrument_owed)]
        self.lines = self.lines + np.stack(sums)[:, : self.rows]
        for name, values in new.items():
            if name not in self.history:
                self.history[name] = np.zeros((self.quarters + 1, self.rows))
            self.history[name][t] = values[: self.rows]
        self._bullets(layout, after, f, t)

    def _bullets(self, layout: Layout, after: World, f: Flows, t: int) -> None:
        """Bullets due in quarter t, and those that a default brings down, at the dates they were due."""
        book, loans, company = layout.book, f.operators.facility, f.operators.holdco
        self._add(self.due, t, loans.balloon_due)
        self._add(self.due, t, company.notes_due + company.revolver_due + company.revolver_called)
        self._add(self.sound, t, loans.balloon_refinanced + loans.balloon_paid)
        self._add(self.sound, t, company.notes_sound + company.revolver_sound)
        ahead = np.flatnonzero((book.balloon > 0) & (book.due >= t) & (book.due <= self.quarters))
        owed = book.balloon[ahead] * columns_of(after.facility.original, ahead)
        lost = columns_of(loans.payment_default, ahead) * owed
        for k, column in enumerate(ahead):
            self._add(self.due, book.due[column], lost[:, k : k + 1])
        for q in range(t + 1, self.quarters + 1):
            self._add(self.due, q, company.default * (after.holdco.due[q] + after.holdco.convert_due[q]))

    def _add(self, into: Array, t: int, amounts: Array) -> None:
        into[t] += across(amounts)[: self.rows, 0]


def _parts(f: Flows, background: Background) -> Array:
    """One where a quarter counts, (path, all and each of `PARTS`)."""
    regime, spread = f.market.regime, f.spread
    columns = (
        np.ones_like(spread), np.equal(regime, CALM), np.equal(regime, STRESS),
        spread < background.narrow_spread, spread > background.wide_spread,
    )  # fmt: skip
    return beside(np.asanyarray(column, dtype=np.float64) for column in columns)


def _paper(company: holdco.Flows) -> Array:
    """Claims of paper on companies that fail, and what it loses, USD, (2, class, path, firm)."""
    claims = (company.claims.revolver, company.claims.notes, company.claims.converts)
    return np.stack([claims, (company.revolver_loss, company.notes_loss, company.converts_loss)])


def _seasoned(layout: Layout, seasoning: float, after: World, fixed: Fixed, t: int) -> dict[str, Array]:
    """Share of seasoned neocloud H100e, data-center leases excluded, whose facility has defaulted."""
    book, loans = layout.book, after.facility
    columns = np.flatnonzero(~book.site & (book.origination <= t - seasoning))
    compute = columns_of(loans.devices, columns) * columns_of(fixed.throughput, book.generation[columns])
    whole = across(compute)[:, 0]
    everything = np.where(whole > 0.0, whole, 1.0)
    failed = columns_of(loans.defaulted, columns)
    distressed = failed | columns_of(loans.extended, columns)
    failed_company = failed | columns_of(after.holdco.defaulted, book.firm[columns])
    return {
        "seasoned": across(compute * failed)[:, 0] / everything,
        "seasoned_holdco": across(compute * failed_company)[:, 0] / everything,
        "seasoned_distressed": across(compute * distressed)[:, 0] / everything,
    }


def _losses(f: Flows, chosen: Pools) -> dict[str, Array]:
    """Losses, defaulted par and new par of neocloud paper, and of credit of the headline, USD."""
    lost, owed, pools = f.instrument_losses, f.instrument_claims, f.segments
    new, drawn = f.operators.new, f.operators.facility.drawn
    paper_par = across(cohorts.by_firm(new.debt) + new.notes + new.converts)[:, 0] + across(drawn)[:, 0]
    return {
        "paper_loss": across(lost[:, : len(PAPER)])[:, 0],
        "paper_par": paper_par,
        "exposed_loss": across(with_pools(lost, chosen.headline))[:, 0],
        "exposed_defaulted": across(with_pools(owed, chosen.headline))[:, 0],
        "exposed_par": paper_par + across(of_pools(pools.originated, chosen.headline))[:, 0],
        "bankruptcy_cost": f.cascade.bankruptcy_cost[:, 0],
    }


def _defaults(layout: Layout, after: World) -> dict[str, Array]:
    """Whether a facility with a strong payer has defaulted."""
    payer = layout.book.payer[: after.facility.defaulted.shape[1]]
    strong = np.flatnonzero(np.equal(payer[:, None], layout.strong).any(axis=1))
    return {
        "strong_payer_default": columns_of(after.facility.defaulted, strong).max(axis=1, initial=False) * 1.0,
    }
