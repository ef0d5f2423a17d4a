"""What the end of a run leaves: paper outstanding, what of it falls due soon, what is likely to be lost.

Nothing is simulated beyond the end. Loans that stand below their event test, or were amended, count as
failed: their lenders lose what today's collateral is short of, and their companies' unsecured lenders what
the rest of the company is. Everything else loses what it does through the cycle, at the ratings and the
spread of the end.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from risk.engine.context import Flows, by_line
from risk.engine.layout import Layout
from risk.engine.world import Parameters, World, exposures, secured
from risk.mechanisms.neocloud import facility
from risk.mechanisms.private_credit import segments, site_debt
from risk.processes import across, beside, positions

Array = NDArray[np.float64]

AHEAD = 8
"""Quarters after the end that are looked at: two years."""

YEAR = 4
OWED = 1.0  # USD; less is nothing


def left(p: Parameters, layout: Layout, world: World, f: Flows, t: int) -> Array:
    """Par outstanding after quarter t, due within two years, expected to be lost in them, (3, path, line)."""
    owed = exposures(layout, world.facility, world.holdco, world.segments)
    due = _joined(layout, world, _facilities_due(p, layout, world, t), _company_due(p, world, t))
    lost = _joined(layout, world, *_paper_ahead(p, layout, world, f, t))
    pools = AHEAD * segments.loss_ahead(p.segments, world.segments, f.spread, world.seen.dearness)
    found = (
        owed,
        beside((due, _pools_due(p, world, t))),
        beside((lost, pools)),
    )
    return np.stack([by_line(x, layout.pools.lines) for x in found])


def _joined(layout: Layout, world: World, loans: Array, company: tuple[Array, ...]) -> Array:
    """Paper by instrument, (path, instrument), of amounts by facility and by firm."""
    return beside((*secured(layout, world.facility, loans), *map(across, company)))


def _facilities_due(p: Parameters, layout: Layout, world: World, t: int) -> Array:
    """Principal of facilities due within two years, in equal parts until their date, (path, facility)."""
    book, loans = layout.opening[t + 1], world.facility
    last = book.due + p.facility.amend_quarters * loans.pushed
    balloon = np.minimum(book.balloon * loans.original * loans.scheduled, loans.debt)
    parts = (loans.debt - balloon) * np.minimum(AHEAD / np.maximum(last - t, 1.0), 1.0)
    scheduled = parts + balloon * (last <= t + AHEAD)
    return np.where(loans.level > 0.0, np.minimum(AHEAD * loans.level, loans.debt), scheduled)


def _company_due(p: Parameters, world: World, t: int) -> tuple[Array, Array, Array]:
    """Revolver, notes and converts due within two years, USD, (path, firm)."""
    company = world.holdco
    soon = slice(t + 1, t + AHEAD + 1)
    notes, converts = (
        np.minimum(sum(calendar[soon], np.zeros_like(company.cash)), owed)
        for calendar, owed in ((company.due, company.notes), (company.convert_due, company.converts))
    )
    waits = (p.holdco.revolver_quarters - t - 1.0) % p.holdco.revolver_tenor
    first = np.where(p.holdco.revolver_quarters > t, p.holdco.revolver_quarters - t - 1.0, waits)
    return company.revolver * (first < AHEAD), notes, converts


def _pools_due(p: Parameters, world: World, t: int) -> Array:
    """Of pools: what was extended, SPV debt as it amortizes, the rest at the pace of the run's last year."""
    pools, params = world.segments, p.segments
    pace = params.wall[max(t + 1 - YEAR, 1) : t + 1].sum(axis=0) * (AHEAD / YEAR)
    sites = AHEAD * site_debt.amortization(params, pools.exposure * params.sites)
    due = pools.extended + pace * (pools.exposure - pools.extended) + sites
    return np.asanyarray(np.minimum(due, pools.exposure))


def _paper_ahead(
    p: Parameters, layout: Layout, world: World, f: Flows, t: int
) -> tuple[Array, tuple[Array, Array, Array]]:
    """Loss on facilities, (path, facility), and on revolver, notes and converts, (path, firm), USD."""
    book, loans, company = layout.opening[t + 1], world.facility, world.holdco
    owed = loans.debt > OWED
    failing = owed & (loans.extended | (loans.stage >= facility.EVENT))
    over = np.where(owed, loans.cash + _collateral(layout, world, f) - loans.debt, 0.0)
    years = AHEAD / YEAR * segments.spread_hazard(p.segments, f.spread)
    sound = years * p.glue.expected_secured
    secured_loss = np.where(failing, np.maximum(-over, 0.0), np.minimum(sound, 1.0) * loans.debt)

    debt, bad = book.by_firm(loans.debt), book.by_firm(loans.debt * failing)
    chance = bad / np.maximum(debt, OWED)
    paper = company.revolver + company.paper
    parts = company.cash + book.by_firm(np.maximum(over, 0.0))
    short = np.maximum(1.0 - parts / np.maximum(paper, OWED), 0.0)

    def unsecured(amount: Array, rate: float) -> Array:
        return amount * (chance * short + (1.0 - chance) * np.minimum(years * rate, 1.0))

    rates = p.glue.expected_secured, p.glue.expected_unsecured
    return secured_loss, (
        unsecured(company.revolver, rates[0]),
        unsecured(company.notes, rates[1]),
        unsecured(company.converts, rates[1]),
    )


def _collateral(layout: Layout, world: World, f: Flows) -> Array:
    """What facilities' devices and shells are worth today, USD, (path, facility)."""
    loans = world.facility
    at = positions(np.ones(loans.debt.shape, dtype=bool))
    value = f.operators.collateral[at[0], layout.book.generation[at[1]]]
    worth = facility.collateral_value(layout.terms, loans, layout.book, value, at)
    return worth.reshape(loans.debt.T.shape).T
