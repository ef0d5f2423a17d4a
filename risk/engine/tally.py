"""Neocloud and credit quantities of which the propositions need the path, quarter by quarter."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from risk.engine.context import Flows
from risk.engine.layout import Layout
from risk.engine.record import HEADLINE
from risk.engine.world import Fixed, World
from risk.mechanisms.neocloud.book import IG, IG_ON_LAB
from risk.mechanisms.private_credit.segments import SOFTWARE

Array = NDArray[np.float64]

COREWEAVE = "CRWV"


@dataclass
class Tally:
    """Collects one block; `rows` paths are kept. Row 0 of every quantity is the base date: nothing yet.

    Attributes
    ----------
    due, sound : (quarter + 1, path) bullets by the quarter in which they fall due, USD, and the part repaid
        from cash or replaced soundly.
    history : name → quantity of each quarter, (path,).
    """

    rows: int
    quarters: int
    due: Array = field(init=False)
    sound: Array = field(init=False)
    history: dict[str, list[Array]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.due = np.zeros((self.quarters + 1, self.rows))
        self.sound = np.zeros((self.quarters + 1, self.rows))

    def path(self, name: str) -> Array:
        """A quantity by quarter, (quarter + 1, path)."""
        return np.stack(self.history[name])

    def cumulative(self, name: str) -> Array:
        """Running sum of a quantity, (quarter + 1, path)."""
        return np.cumsum(self.history[name], axis=0)

    def add(self, layout: Layout, seasoning: float, after: World, f: Flows, fixed: Fixed, t: int) -> None:
        """Add quarter t; `seasoning` is the age in quarters from which compute counts for defaults."""
        new = _seasoned(layout, seasoning, after, fixed, t) | _losses(f) | _defaults(layout, after)
        for name, values in new.items():
            kept = np.asarray(values, dtype=np.float64)[: self.rows]
            self.history.setdefault(name, [np.zeros(self.rows)]).append(kept)
        self._bullets(layout, after, f, t)

    def _bullets(self, layout: Layout, after: World, f: Flows, t: int) -> None:
        """Bullets due in quarter t, and those that a default brings down, at the dates they were due."""
        book, loans, company = layout.book, f.neoclouds.facility, f.neoclouds.holdco
        self._add(self.due, t, loans.balloon_due)
        self._add(self.due, t, company.notes_due + company.revolver_called)
        self._add(self.sound, t, loans.balloon_refinanced + loans.balloon_paid)
        self._add(self.sound, t, company.notes_sound)
        ahead = np.flatnonzero((book.balloon > 0) & (book.due >= t) & (book.due <= self.quarters))
        lost = loans.payment_default[:, ahead] * book.balloon[ahead] * after.facility.original[:, ahead]
        for k, column in enumerate(ahead):
            self._add(self.due, book.due[column], lost[:, k : k + 1])
        paths = np.flatnonzero(company.default[: self.rows].any(axis=1))
        for q in range(t + 1, self.quarters + 1):
            self.due[q, paths] += (company.default[paths] * after.holdco.due[q][paths]).sum(axis=1)

    def _add(self, into: Array, t: int, amounts: Array) -> None:
        into[t] += amounts.sum(axis=1)[: self.rows]


def _seasoned(layout: Layout, seasoning: float, after: World, fixed: Fixed, t: int) -> dict[str, Array]:
    """Share of seasoned neocloud H100e, data-center leases excluded, whose facility has defaulted."""
    book, loans = layout.book, after.facility
    columns = np.flatnonzero(~book.data_center & (book.origination <= t - seasoning))
    compute = loans.gpus[:, columns] * fixed.throughput[:, book.generation[columns]]
    everything = np.maximum(compute.sum(axis=1), 1.0)
    failed = loans.defaulted[:, columns]
    failed_company = failed | after.holdco.defaulted[:, book.firm[columns]]
    return {
        "seasoned": (compute * failed).sum(axis=1) / everything,
        "seasoned_holdco": (compute * failed_company).sum(axis=1) / everything,
    }


def _losses(f: Flows) -> dict[str, Array]:
    """Losses, defaulted par and new par of GPU-backed and HoldCo paper, and of all AI-exposed credit, USD."""
    loans, company, pools = f.neoclouds.facility, f.neoclouds.holdco, f.segments
    exposed = slice(0, SOFTWARE + 1)
    paper_par = f.neoclouds.originated.sum(axis=1) + f.neoclouds.notes_issued.sum(axis=1)
    paper_defaulted = loans.written_off.sum(axis=1) + company.written_off.sum(axis=1)
    return {
        "paper_loss": loans.loss.sum(axis=1) + company.loss.sum(axis=1),
        "paper_par": paper_par,
        "exposed_loss": f.instrument_losses[:, :HEADLINE].sum(axis=1),
        "exposed_defaulted": paper_defaulted + pools.impaired[:, exposed].sum(axis=1),
        "exposed_par": paper_par + pools.originated[:, exposed].sum(axis=1),
        "loss_without_software": f.instrument_losses[:, : HEADLINE - 1].sum(axis=1),
    }


def _defaults(layout: Layout, after: World) -> dict[str, Array]:
    """Whether a facility with a strong payer, and CoreWeave's HoldCo, have defaulted."""
    strong = np.flatnonzero(np.isin(layout.book.payer[: after.facility.defaulted.shape[1]], (IG, IG_ON_LAB)))
    coreweave = np.equal(layout.book.firms, COREWEAVE)
    return {
        "strong_payer_default": after.facility.defaulted[:, strong].max(axis=1, initial=False) * 1.0,
        "coreweave_default": after.holdco.defaulted[:, coreweave].max(axis=1, initial=False) * 1.0,
    }
