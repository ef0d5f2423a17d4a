"""Neoclouds in a quarter: payers, facilities, HoldCos, renewals, new cohorts, in that order."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from risk.engine import origination, pledges
from risk.engine.layout import Layout
from risk.engine.origination import AssetMarket, Credit, Sector
from risk.engine.world import Fixed, Parameters, World, secured
from risk.mechanisms.gpu_repricing import generations
from risk.mechanisms.neocloud import cohorts, contracts, facility, holdco
from risk.mechanisms.neocloud.book import Book, widen
from risk.processes import At, Index, across, anywhere, beside, columns_of, only, positions
from risk.units import HOURS_A_QUARTER

Array = NDArray[np.float64]

QUARTERS_A_YEAR = 4.0


@dataclass(frozen=True)
class Flows:
    """What happened to neoclouds this quarter."""

    facility: facility.Flows
    holdco: holdco.Flows
    billing: contracts.Flows
    new: cohorts.Origination  # what the cohort of the quarter was built and paid with
    lent: Array  # (path, facility) USD of new secured debt
    collateral: Array  # (path, generation) USD per GPU
    paired: Array  # (path, 3) USD, see `pledges.paired`
    losses: Array  # (path, instrument) USD, the six instruments of neocloud paper
    claims: Array  # (path, instrument) USD of par in default


@dataclass(frozen=True)
class Chance:
    """Uniforms that decide what payers and lenders do."""

    payers: tuple[Array, ...]  # by payer, (path, 1); of a sound one (path, contract)
    vendor: Array  # (path, firm) whether a vendor lends this year
    amend: Array  # (path, facility) whether a lender amends, drawn once a path


def step(
    p: Parameters,
    layout: Layout,
    world: World,
    t: int,
    market: AssetMarket,
    fixed: Fixed,
    credit: Credit,
    shortfall: Array,
    capex: Array,
    chance: Chance,
) -> tuple[Sector, Flows]:
    """One quarter of the neocloud sector.

    Parameters
    ----------
    shortfall : (path, 1) share of commitments the labs cannot fund.
    capex : (path, 1) USD of neocloud AI capex since the last cohort, this quarter in.
    """
    book, terms = layout.opening[t], layout.terms_at(t)
    tenant_gone = (book.tenant >= 0) & columns_of(world.holdco.defaulted, book.tenant)
    seen = contracts.Payers(
        columns_of(market.spot, book.generation), shortfall, credit.factor, tenant_gone, market.release_lag
    )
    payers, billing = contracts.step(p.contracts, world.contracts, book, seen, chance.payers)

    spending = holdco.overhead(p.holdco, book.by_firm(world.facility.devices) / fixed.fleet_by_firm)
    support = holdco.available(p.holdco, world.holdco, spending)
    lender = chance.amend[:, : book.facilities]
    secured = pledges.maturing(p, layout, t, market)
    conditions = _conditions(p, book, world, market, secured, credit, billing, support, lender)
    loans, paid = facility.step(p.facility, terms, world.facility, book, t, conditions)
    paired = pledges.paired(p, layout, t, market, credit.sofr, billing, loans, paid)
    paid = pledges.foreclosed(p, layout, t, market, billing, loans, paid)
    asked, spare = _holdco_conditions(
        p, layout, world, t, market, payers, billing, loans, paid, spending, credit
    )
    holdcos, company = holdco.step(p.holdco, p.estate, world.holdco, t, asked)
    paid = facility.indemnify(terms, book, paid, company.guarantee_share)
    loans, paid = _upstreamed(book, loans, paid, spare, asked.upstream, company.upstreamed)
    losses, claims = _by_instrument(layout, world, paid, company)

    payers = contracts.roll(p.contracts, payers, t, columns_of(market.contract, book.generation))
    sector, new, older = Sector(payers, loans, holdcos), cohorts.nothing(holdcos.cash), loans.debt
    if t in layout.cohorts:
        ebitda = asked.ebitda - QUARTERS_A_YEAR * spending
        sector, new = origination.cohort(
            p, layout, t, sector, capex, market, fixed, credit, ebitda, company.equity_room, chance.vendor
        )
    return sector, Flows(
        facility=paid,
        holdco=company,
        billing=billing,
        new=new,
        lent=sector.facility.debt - widen(older, sector.facility.debt.shape[1]),
        collateral=market.collateral,
        paired=paired,
        losses=losses,
        claims=claims,
    )


def _upstreamed(
    book: Book, loans: facility.State, paid: facility.Flows, spare: Array, most: Array, taken: Array
) -> tuple[facility.State, facility.Flows]:
    """Facilities after their HoldCo took what it needed of their spare cash, pro rata.

    Parameters
    ----------
    spare : (path, facility) USD; `most`, the sum of it, and `taken`, (path, firm).
    """

    def moved(rows: Index) -> tuple[Array, Array]:
        passed = spare[rows] * columns_of(taken[rows] / np.maximum(most[rows], 1.0), book.firm)
        return loans.cash[rows] - passed, paid.distributed[rows] + passed

    cash, distributed = only(anywhere(taken > 0.0), moved, loans.cash, paid.distributed)
    return replace(loans, cash=cash), replace(paid, distributed=distributed)


def _conditions(
    p: Parameters,
    book: Book,
    world: World,
    market: AssetMarket,
    collateral: Array,
    credit: Credit,
    billing: contracts.Flows,
    support: Array,
    lender: Array,
) -> facility.Conditions:
    """What facilities read this quarter."""
    return facility.Conditions(
        contracted=billing.contracted,
        realization=billing.realization,
        billed_rate=billing.billed_rate,
        vacant=billing.vacant,
        spot=columns_of(market.spot, book.generation),
        newest_contract=generations.only(market.contract, p.generations.newest),
        utilization=market.utilization,
        collateral=collateral,
        spread=credit.spread,
        availability=credit.availability,
        issue_rate=balloon_rate(p, credit),
        sofr=credit.sofr,
        support=support,
        window=credit.spread <= p.holdco.equity_window_spread,
        backed=~world.holdco.defaulted,
        amend=lender,
    )


def balloon_rate(p: Parameters, credit: Credit) -> Array:
    """Simple rate at which a balloon is refinanced, (path, 1)."""
    wider = p.glue.margin_beta * (credit.spread - p.glue.neutral_spread)
    return credit.sofr + p.glue.balloon_margin + wider


def _holdco_conditions(
    p: Parameters,
    layout: Layout,
    world: World,
    t: int,
    market: AssetMarket,
    payers: contracts.State,
    billing: contracts.Flows,
    loans: facility.State,
    paid: facility.Flows,
    spending: Array,
    credit: Credit,
) -> tuple[holdco.Conditions, Array]:
    """What HoldCos read after their facilities have paid, and the cash facilities could spare them."""
    book = layout.opening[t]
    issue = origination.note_spread(p, credit.spread)
    free = np.maximum(loans.cash - p.facility.debt_reserve * paid.service, 0.0)
    spare = ~loans.defaulted * (loans.stage == facility.SOUND) * free
    none = np.zeros_like(spending)
    conditions = holdco.Conditions(
        distributions=book.by_firm(paid.distributed + paid.drawn + paid.surplus),
        upstream=book.by_firm(spare),
        supported=book.by_firm(paid.supported),
        guaranteed=~world.holdco.defaulted * facility.guaranteed(layout.terms_at(t), book, paid),
        ebitda=QUARTERS_A_YEAR * book.by_firm(paid.cfads),
        secured=book.by_firm(loans.debt),
        overhead=spending,
        spread=credit.spread,
        availability=credit.availability,
        issue_spread=issue,
        issue_rate=credit.sofr + issue,
        sofr=credit.sofr,
        residual=none,
        going=none,
        net_secured=none,
        distress=market.distress,
        operating_cost=none,
        customers=none,
    )
    at = positions(columns_of(holdco.may_fail(p.holdco, world.holdco, t, conditions), book.firm))
    return _with_estates(p, layout, t, market, payers, billing, loans, paid, conditions, at), spare


def _with_estates(
    p: Parameters,
    layout: Layout,
    t: int,
    market: AssetMarket,
    payers: contracts.State,
    billing: contracts.Flows,
    loans: facility.State,
    paid: facility.Flows,
    c: holdco.Conditions,
    at: At,
) -> holdco.Conditions:
    """Conditions with what estates hold and who has claims on them.

    Parameters
    ----------
    at : positions of the facilities of companies that may fail; nobody needs to value another's estate.
    """
    if not len(at[0]):
        return c
    book, unearned = layout.opening[t], contracts.unearned(payers, layout.unearned[t, : paid.loss.shape[1]])
    opex = QUARTERS_A_YEAR * HOURS_A_QUARTER * loans.devices[at] * layout.opex_at(t)[0, at[1]]
    found = {
        "residual": pledges.residual(p, layout, t, market, billing, loans, at),
        "going": QUARTERS_A_YEAR * ~loans.defaulted[at] * paid.cfads[at],
        "net_secured": loans.debt[at] - loans.cash[at],
        "operating_cost": opex,
        "customers": unearned[at],
    }
    estates = {name: book.by_firm_at(at, amounts, len(c.residual)) for name, amounts in found.items()}
    estates["going"] = estates["going"] - QUARTERS_A_YEAR * c.overhead
    return replace(c, **estates)


def _by_instrument(
    layout: Layout, world: World, paid: facility.Flows, company: holdco.Flows
) -> tuple[Array, Array]:
    """Losses and claims of neocloud paper by instrument, USD, (path, instrument) each."""
    lost = (company.revolver_loss, company.notes_loss, company.converts_loss)
    owed = (company.claims.revolver, company.claims.notes, company.claims.converts)
    losses = [*secured(layout, world.facility, paid.loss), *map(across, lost)]
    claims = [*secured(layout, world.facility, paid.written_off), *map(across, owed)]
    return beside(losses), beside(claims)


__all__ = ["AssetMarket", "Credit", "Flows", "Sector", "step"]
