"""The scalars a path leaves behind: propositions, timings, levels, losses, as the register declares them.

A flag is 1 where it holds on the path; a timing is the quarter index of the first occurrence, NaN where it
never came.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from risk.assumptions.measures import Class
from risk.axes import Calendar
from risk.engine.background import Background
from risk.engine.inputs import instruments as losing
from risk.engine.measuring import Setting, evaluated, measured
from risk.engine.quantities import Quantities
from risk.engine.record import Record
from risk.engine.tally import PARTS, Tally
from risk.mechanisms import cascade
from risk.units import HOURS_A_QUARTER

if TYPE_CHECKING:
    from risk.assumptions import Assumptions

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]

SMALLEST_BOOK = 1.0
"""USD; a book below it has no shares."""

LINES = ("line_expected", "line_owed", "line_left", "line_due", "line_ahead")
"""Of lines of credit loss: loss through the cycle, par owed in all quarters, and what the end leaves: par, of
it what is due within two years, what of it is expected to be lost in them."""

PAIRED = ("claim", "calm", "stress")
"""Of loans secured by devices: par in default, and what of it comes back in either market for assets."""

AMOUNTS = ("claim", "loss", "owed")
"""Of instruments: par in default, loss, and par owed in all quarters."""

CLASSES_OF_PAPER = ("revolver", "notes", "converts")
"""Of companies, in the tally's order."""

YEARLY = ("default", "lost")
"""Shares of pools by calendar year."""

POWERED = ("load", "energy", "idle", "idle_energy", "unclaimed", "waiting", "queue")
"""Power and energy of the fleet by calendar year."""


def outcomes(
    assumptions: Assumptions,
    r: Record,
    c: Tally,
    background: Background,
    names: Mapping[str, Sequence[str]] = MappingProxyType({}),
) -> dict[str, Array]:
    """Every per-path scalar of a block, name → (path,).

    Parameters
    ----------
    names : what losses stand on, whom they end with, loans and companies: key of sums → names, in the tally's
        order; of what has none nothing is left behind.
    """
    q = Quantities(r, c, background, r.columns)
    entries = assumptions.entries.items()
    numbers = {id: e.value * e.scale for id, e in entries if isinstance(e.value, (int, float))}
    out = declared(assumptions, Setting(q, assumptions.calendar, numbers, assumptions.windows))
    instruments, owners = (names.get(key, ()) for key in ("losses.instrument", "losses.ultimate"))
    out |= recoveries(c, instruments, owners) | yearly(c, assumptions) | powered(q, assumptions.calendar)
    out |= debtors(c, names.get("stage", ()), names.get("holdco.defaulted", ()))
    out |= lines(c, assumptions.tables["credit.line"].names)
    return {name: np.asarray(values, dtype=np.float64) for name, values in out.items()}


def declared(assumptions: Assumptions, s: Setting) -> dict[str, Array]:
    """What the register's files declare: outcomes, propositions and flags with their timings, classes."""
    out = {outcome.id: measured(outcome, s) for outcome in assumptions.outcomes.values()}
    for flag in assumptions.claims:
        happened, first = evaluated(flag, s)
        out[flag.id] = np.asarray(happened, dtype=np.float64)
        if flag.timed:
            out[f"{flag.id}_quarter"] = first
    for definition in assumptions.classes.values():
        out |= classes(definition, out, s.numbers[definition.companions])
    return out


def classes(definition: Class, o: Mapping[str, Array], companions: float) -> dict[str, Array]:
    """Exclusive and exhaustive outcome classes under a definition of the gap and of what breaks."""
    unpaid = np.asarray(o[definition.gap], dtype=bool)
    broken = np.stack([np.asarray(o[name], dtype=bool) for name in definition.breaks])
    bust = np.asarray(unpaid & (broken.sum(axis=0) >= companions))
    some = np.asarray(broken.any(axis=0))
    found = (bust, some & ~bust, ~some, ~some & ~unpaid, ~some & unpaid)
    out = dict(zip(definition.words, found, strict=False))  # only one class tells durable paths apart
    if not definition.id:
        out["bust_quarter"] = np.where(bust, _last_needed(o, definition.breaks, int(companions)), np.nan)
    return out


def _last_needed(o: Mapping[str, Array], breaks: Sequence[str], companions: int) -> Array:
    """Quarter at which enough of what breaks has broken."""
    dates = [np.where(np.asarray(o[k], dtype=bool), o[f"{k}_quarter"], np.inf) for k in breaks]
    ranked = np.sort(np.stack(dates), axis=0)[companions - 1]
    return np.where(np.isfinite(ranked), ranked, np.nan)


def recoveries(c: Tally, instruments: Sequence[str], owners: Sequence[str]) -> dict[str, Array]:
    """Par in default, loss and par owed by instrument, in all quarters and parts; pairs; by who bears it."""
    out: dict[str, Array] = {}
    for name, values in zip(AMOUNTS, (c.claims, c.losses, c.owed), strict=True):
        for part, amounts in zip(("", *(f"_{part}" for part in PARTS)), np.asarray(values), strict=True):
            out |= {f"{name}{part}.{instrument}": amounts[:, k] for k, instrument in enumerate(instruments)}
    out |= {f"paired.{name}": x for name, x in zip(PAIRED, np.asarray(c.paired).T, strict=True)}
    return out | {f"ultimate.{name}": np.asarray(c.ultimate)[:, k] for k, name in enumerate(owners)}


def debtors(c: Tally, loans: Sequence[str], firms: Sequence[str]) -> dict[str, Array]:
    """Loss on each loan of the base date, USD; of companies quarters in default and shares of paper lost."""
    out = {f"loan_loss.{name}": np.asarray(c.loans)[:, k] for k, name in enumerate(loans)}
    out |= {f"failed.{firm}": np.asarray(c.failed)[:, k] for k, firm in enumerate(firms)}
    for kind, claims, lost in zip(CLASSES_OF_PAPER, *np.asarray(c.paper), strict=True):
        shares = np.divide(lost, claims, out=np.zeros_like(lost), where=claims > SMALLEST_BOOK)
        out |= {f"{kind}_lost.{firm}": shares[:, k] for k, firm in enumerate(firms)}
    return out


def lines(c: Tally, names: Sequence[str]) -> dict[str, Array]:
    """Of each line of credit loss: what was expected and owed, and what the end of the run leaves, USD."""
    found = zip(LINES, (*np.asarray(c.lines), *np.asarray(c.left)), strict=True)
    return {f"{kind}.{line}": x[:, k] for kind, x in found for k, line in enumerate(names)}


def yearly(c: Tally, assumptions: Assumptions) -> dict[str, Array]:
    """Share of each pool's book at the start of a calendar year that defaults, and is lost, in it.

    Years that the run sees whole; the names are ``default.<pool>.<year>`` and ``lost.<pool>.<year>``.
    """
    calendar, pools = assumptions.calendar, assumptions.tables["credit.segment"].names
    out: dict[str, Array] = {}
    for year in calendar.full_years:
        steps = calendar.steps(year)
        book = np.maximum(c.pools[steps[0]][0], SMALLEST_BOOK)
        _, defaulted, lost = sum(c.pools[t] for t in steps) / book
        for k, pool in enumerate(pools):
            shares = zip(YEARLY, (defaulted[:, k], lost[:, k]), strict=True)
            out |= {f"{kind}.{pool}.{year}": share for kind, share in shares}
    return out


def powered(q: Quantities, calendar: Calendar) -> dict[str, Array]:
    """Power and energy of the fleet by calendar year, those that the run sees whole; W and Wh.

    The names are ``load.<year>`` and so on; energy is summed over quarters, at the mean of their ends.
    """
    out: dict[str, Array] = {}
    levels = {"load": "power_drawn", "idle": "power_idle", "waiting": "power_waiting", "queue": "power_queue"}
    hours = q.background.load * HOURS_A_QUARTER
    unclaimed = q("power_unclaimed")
    for year in calendar.full_years:
        steps = calendar.steps(year)
        ends = {
            name: np.stack([q(track).at(t) for t in (steps[0] - 1, *steps)]) for name, track in levels.items()
        }
        out |= {f"{name}.{year}": values[-1] for name, values in ends.items()}
        for name, level in (("energy", "load"), ("idle_energy", "idle")):
            out[f"{name}.{year}"] = hours * 0.5 * (ends[level][1:] + ends[level][:-1]).sum(axis=0)
        out[f"unclaimed.{year}"] = sum((unclaimed.at(t) for t in steps), np.zeros_like(ends["load"][0]))
    return out


def counted(assumptions: Assumptions) -> int:
    """How many numbers `outcomes` leaves of a path."""
    tables = assumptions.tables
    claims, classes = assumptions.claims, assumptions.classes.values()
    declared = len(assumptions.outcomes) + sum(1 + claim.timed for claim in claims)
    sorts = sum(len(definition.words) + (not definition.id) for definition in classes)
    owners = cascade.ultimate(tables["credit.owner"].rows, tables["credit.holder"].names)
    by_instrument = len(AMOUNTS) * (1 + len(PARTS)) * len(losing(assumptions))
    by_line = len(LINES) * len(tables["credit.line"].names)
    years = len(assumptions.calendar.full_years)
    by_year = years * (len(YEARLY) * len(tables["credit.segment"].names) + len(POWERED))
    by_debtor = len(tables["neoclouds.facility"].names) + (1 + len(CLASSES_OF_PAPER)) * len(
        tables["neoclouds.firm"].names
    )
    return declared + sorts + by_instrument + len(PAIRED) + len(owners) + by_line + by_year + by_debtor
