"""What the end of a run leaves, against the books it saw."""

from dataclasses import replace

import numpy as np
import pytest

from risk.engine import beyond
from risk.engine.world import World
from risk.mechanisms.neocloud import facility
from risk.mechanisms.private_credit import segments
from tests.base_names import B_LOANS, DIRECT_LENDING, SOFTWARE, SPV
from tests.engine.base import Array, Opened

T = 24


def left(base: Opened, world: World | None = None) -> Array:
    return beyond.left(base.p, base.layout, world or base.worlds[T], base.flow(T), T)


@pytest.fixture(scope="module")
def found(base: Opened) -> Array:
    return left(base)


def test_what_is_outstanding_is_what_the_books_hold(found: Array, base: Opened) -> None:
    world, pools = base.worlds[T], base.worlds[T].segments.exposure
    paper = world.facility.debt.sum(axis=1)
    paper += (world.holdco.revolver + world.holdco.paper).sum(axis=1)
    np.testing.assert_allclose(found[0, :, 0], paper + pools[:, SPV], rtol=1e-9)
    np.testing.assert_allclose(found[0, :, 1], pools[:, SOFTWARE], rtol=1e-9)
    np.testing.assert_allclose(found[0, :, 2], pools[:, DIRECT_LENDING] + pools[:, B_LOANS], rtol=1e-9)


def test_what_is_due_and_what_is_lost_are_part_of_it(found: Array) -> None:
    outstanding, due, lost = found
    for part in (due, lost):
        assert (part >= 0.0).all()
        assert (part <= outstanding * (1.0 + 1e-9)).all()
        assert (part.mean(axis=0) > 0.0).all()


def test_notes_are_due_by_their_calendar(base: Opened) -> None:
    """Of the paper of companies; a note two years and a quarter away is not due."""
    world, company = base.worlds[T], base.worlds[T].holdco
    soon, late = (list(company.due) for _ in range(2))
    owed = company.notes.copy()
    for calendar, quarter in ((soon, T + 8), (late, T + 9)):
        calendar[T + 1 :] = [np.zeros_like(owed)] * (len(calendar) - T - 1)
        calendar[quarter] = owed
    due = [left(base, replace(world, holdco=replace(company, due=tuple(x))))[1, :, 0] for x in (soon, late)]
    np.testing.assert_allclose(due[0] - due[1], owed.sum(axis=1), rtol=1e-6, atol=1.0)


def test_sound_paper_loses_what_it_does_through_the_cycle_at_the_spread(base: Opened) -> None:
    world, loans = base.worlds[T], base.worlds[T].facility
    quiet = replace(loans, stage=np.zeros_like(loans.stage), extended=np.zeros_like(loans.extended))
    found = left(base, replace(world, facility=quiet))[2, :, 0]
    glue, hazard = base.p.glue, segments.spread_hazard(base.p.segments, base.flow(T).spread)[:, 0]
    secured = loans.debt.sum(axis=1) + world.holdco.revolver.sum(axis=1)
    by_hand = (
        2.0
        * hazard
        * (glue.expected_secured * secured + glue.expected_unsecured * world.holdco.paper.sum(axis=1))
    )
    pools = 8.0 * segments.loss_ahead(
        base.p.segments, world.segments, base.flow(T).spread, world.seen.dearness
    )
    np.testing.assert_allclose(found, by_hand + pools[:, SPV], rtol=1e-9)


def test_a_loan_below_its_event_test_loses_what_its_collateral_is_short_of(base: Opened) -> None:
    """Without collateral or cash everything, with more than enough nothing; unsecured lenders go with it."""
    world, loans = base.worlds[T], base.worlds[T].facility
    failing = replace(loans, stage=np.full_like(loans.stage, facility.EVENT))
    nothing = replace(
        failing, devices=0.0 * loans.devices, original=0.0 * loans.original, cash=0.0 * loans.cash
    )
    bare = replace(world, facility=nothing, holdco=replace(world.holdco, cash=0.0 * world.holdco.cash))
    rich = replace(world, facility=replace(failing, cash=loans.cash + 1e15))
    pools = (
        8.0
        * segments.loss_ahead(base.p.segments, world.segments, base.flow(T).spread, world.seen.dearness)[
            :, SPV
        ]
    )
    owed = loans.debt.sum(axis=1)
    of_bare, of_rich = (left(base, x)[2, :, 0] - pools for x in (bare, rich))
    borrowed = base.layout.opening[T + 1].by_firm(loans.debt) > beyond.OWED
    paper = ((world.holdco.revolver + world.holdco.paper) * borrowed).sum(axis=1)
    assert (of_bare >= (owed + paper) * (1.0 - 1e-9)).all()
    assert (of_rich <= 0.5 * (world.holdco.revolver + world.holdco.paper * ~borrowed).sum(axis=1) + 1.0).all()


def test_pools_lose_more_at_a_wider_spread(base: Opened) -> None:
    world, spread = base.worlds[T], np.full_like(base.flow(T).spread, 0.03)
    dear = world.seen.dearness
    calm, stress = (
        segments.loss_ahead(base.p.segments, world.segments, x, dear) for x in (spread, spread + 0.05)
    )
    assert (stress > calm).all()
