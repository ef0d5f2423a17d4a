"""Relations of credit on the whole model: what makes lenders better or worse off, on every path.

Three rules of the model are not monotone, so that a relation is asked with them out of the way and their
exceptions are counted on the whole model. Cash is swept, or trapped under the lock-up, where coverage is low:
a slightly worse quarter can leave a facility with less debt or more cash later. A company helps all of its
facilities or none: where it gives up on them it keeps its cash. A lender amends a missed payment once, and an
amended loan is served for longer.
"""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from risk.assumptions import Assumptions
from risk.engine import neoclouds, quarter
from risk.engine.context import Flows
from risk.engine.couplings import Baseline, Links
from risk.engine.world import World
from risk.mechanisms.neocloud import facility
from risk.mechanisms.neocloud.facility import AMENDED, EVENT, LOCK_UP, SWEEP
from risk.paths import COUPLINGS
from tests.engine.base import Array, Opened, changed, opened

APART = dict.fromkeys(COUPLINGS, False)
EXCEPTIONS = 0.005
"""Share of paths and facilities on which a declared exception may show."""


def alone(base: Opened, **state: Any) -> list[World]:
    """Facilities without their companies: none helps, draws, sweeps, distributes, amends, cures."""
    start = base.worlds[0]
    p = replace(
        base.p.facility,
        cash_sweep=0.0,
        cure_limit=0.0,
        amend_probability=np.zeros((1024, 1)),
        distribution=np.zeros((1024, 1)),
    )
    gone = np.ones_like(start.holdco.defaulted)
    zero = np.zeros_like(start.holdco.cash)
    nobody = replace(start.holdco, defaulted=gone, cash=zero, notes=zero, limit=zero)
    world = replace(start, holdco=nobody, facility=replace(start.facility, **state))
    worlds = [world]
    for t in range(1, base.layout.quarters + 1):
        worlds.append(quarter.step(base.context(t, p=replace(base.p, facility=p)), worlds[-1])[0])
    return worlds


@pytest.fixture(scope="module")
def apart(register: Assumptions, medians: Baseline) -> Opened:
    """The base date, every coupling cut: one borrower does not move another's market."""
    return opened(register, 0, Links(APART, medians))


@pytest.fixture(scope="module")
def alone_as_they_are(apart: Opened) -> list[World]:
    return alone(apart)


# ─── relation 8 ───


def test_dearer_debt_defaults_no_later_where_a_facility_stands_alone(
    apart: Opened, alone_as_they_are: list[World]
) -> None:
    """Relation 8: 100 bp more on every loan."""
    dear = alone(apart, margin=apart.worlds[0].facility.margin + 0.01)
    sooner = 0
    for usual, late in zip(alone_as_they_are, dear, strict=True):
        n = usual.facility.debt.shape[1]
        assert (late.facility.defaulted[:, :n] >= usual.facility.defaulted[:, :n]).all()
        sooner += int((late.facility.defaulted[:, :n] > usual.facility.defaulted[:, :n]).sum())
    assert sooner > 0


def test_more_debt_on_the_same_fleet_defaults_no_later(apart: Opened, alone_as_they_are: list[World]) -> None:
    loans = apart.worlds[0].facility
    deep = alone(apart, debt=1.1 * loans.debt, original=1.1 * loans.original)
    sooner = 0
    sold_sites = apart.layout.base_book.site  # a shell is worth a multiple of the loan: not the same
    for usual, late in zip(alone_as_they_are, deep, strict=True):
        n = loans.debt.shape[1]
        one, other = (w.facility.defaulted[:, :n][:, ~sold_sites] for w in (usual, late))
        assert (other >= one).all()
        sooner += int((other > one).sum())
    assert sooner > 0


@pytest.mark.slow
def test_dearer_debt_hardly_ever_defaults_later_in_the_whole_model(
    register: Assumptions, base: Opened
) -> None:
    """Relation 8 with all rules on, every cohort and balloon dearer: exceptions are the declared ones."""
    margins = [float(x) + 100.0 for x in np.asarray(register.value("neoclouds.cohort_margins")) * 1e4]
    dear = opened(changed(register, {"neoclouds.cohort_margins": tuple(margins)}), base.layout.quarters)
    usual, late = base.worlds[-1].facility.defaulted, dear.worlds[-1].facility.defaulted
    assert (usual & ~late).mean() < EXCEPTIONS
    assert late.sum() > usual.sum()


# ─── relation 9 ───


@pytest.mark.parametrize(
    ("name", "value"), [("neoclouds.site_refinancing_ltv", 0.3), ("neoclouds.refinancing_dscr", 3.0)]
)
def test_terms_of_refinancing_matter_from_the_first_balloon_on(
    register: Assumptions, base: Opened, name: str, value: float
) -> None:
    """Relation 9: nobody looks at them before there is something to refinance, first a site."""
    due = int(base.layout.base_book.due[base.layout.base_book.balloon > 0].min())
    strict = opened(changed(register, {name: value}), due)
    for t in range(due):
        for field in ("debt", "cash", "level", "stage"):
            one, other = (getattr(run.worlds[t].facility, field) for run in (strict, base))
            np.testing.assert_array_equal(one, other)
    one, other = (run.flow(due).operators.facility.balloon_refinanced for run in (strict, base))
    assert (one <= other).all()
    assert (one < other).any()


# ─── relation 12 ───


def test_after_a_default_nothing_flows_and_no_rung_is_named(base: Opened) -> None:
    """Relation 12: facilities and companies, every flow there is."""
    for t in range(1, len(base.worlds)):
        before, f = base.worlds[t - 1], base.flow(t).operators
        gone = before.facility.defaulted
        for name in f.facility.__dataclass_fields__:
            values = getattr(f.facility, name)[gone]
            if name in ("dscr", "stage"):
                assert np.isnan(values).all(), name
            else:
                assert not values.any(), name
        dead = before.holdco.defaulted
        for name in (
            "overhead",
            "interest",
            "equity",
            "notes_due",
            "notes_repaid",
            "revolver_due",
            "default",
        ):
            assert not getattr(f.holdco, name)[dead].any(), name
        for name in ("loss", "written_off", "lease_loss", "customer_loss", "estate_cost", "estate_equity"):
            assert not getattr(f.holdco, name)[dead].any(), name
        book = base.layout.opening[t]
        assert not (f.facility.supported * dead[:, book.firm]).any(), "a dead company helps nobody"
        assert not (f.facility.drawn * dead[:, book.firm]).any(), "and no lender funds its draws"


# ─── relation 13 ───


def staged(base: Opened, t: int, **changes: Any) -> Array:
    p = replace(base.p, facility=replace(base.p.facility, **changes))
    return base.again(t, p=p)[1].operators.facility.stage


@pytest.mark.parametrize("t", [5, 9, 13, 18, 24])
@pytest.mark.parametrize(("covenant", "stage"), [("lock_up", LOCK_UP), ("sweep", SWEEP), ("event", EVENT)])
def test_a_tighter_covenant_is_never_broken_later(base: Opened, covenant: str, stage: int, t: int) -> None:
    """Relation 13: from the same balance sheet, who is under the old ratio is under the new one."""
    old = getattr(base.p.facility, covenant)
    usual, tight = staged(base, t), staged(base, t, **{covenant: 1.1 * old})
    alive = ~np.isnan(usual)
    assert (tight[alive & (usual >= stage)] >= stage).all()
    assert (tight >= stage).sum() > (usual >= stage).sum()


@pytest.mark.parametrize("t", [9, 18])
def test_a_tighter_lock_up_lets_less_out(base: Opened, t: int) -> None:
    p = replace(base.p, facility=replace(base.p.facility, lock_up=1.4))
    tight, loose = base.again(t, p=p)[1].operators, base.flow(t).operators
    f, usual = tight.facility.distributed, loose.facility.distributed
    own = ~(upstreaming(base, t, tight) | upstreaming(base, t, loose))  # else the company takes what it needs
    assert (f <= usual)[own].all()
    assert (f < usual)[own].any()


def upstreaming(base: Opened, t: int, f: neoclouds.Flows) -> NDArray[np.bool_]:
    """Facilities whose company takes of their cash what it needs beside what they distribute."""
    return np.asarray((f.holdco.upstreamed > 0.0)[:, base.layout.opening[t].firm])


@pytest.mark.parametrize("t", [9, 18])
def test_more_of_the_cash_swept_leaves_less_debt_and_no_more_loss(base: Opened, t: int) -> None:
    half, whole = (
        base.again(t, p=replace(base.p, facility=replace(base.p.facility, cash_sweep=x))) for x in (0.5, 1.0)
    )
    one, other = (world.facility.debt - flows.operators.lent for world, flows in (half, whole))
    n = base.layout.opening[t].facilities
    assert (other[:, :n] <= one[:, :n] + 1.0).all(), "before this quarter's cohort draws"
    assert whole[1].operators.facility.swept.sum() > half[1].operators.facility.swept.sum() > 0.0


def test_lenders_who_amend_more_readily_see_fewer_payment_defaults(base: Opened) -> None:
    """Where nobody calls a loan that is served; who calls one is beside that."""

    def quarter(t: int, share: float, acceleration: float) -> facility.Flows:
        amends = np.full((1024, 1), share)
        other = replace(base.p.facility, amend_probability=amends, acceleration=acceleration)
        return base.again(t, p=replace(base.p, facility=other))[1].operators.facility

    for t in (9, 14, 20):
        assert (quarter(t, 1.0, 1.0).payment_default <= quarter(t, 0.0, 1.0).payment_default).all()
        stern, kind = (quarter(t, share, 0.0) for share in (0.0, 1.0))
        assert (kind.payment_default <= stern.payment_default).all()
        assert not (stern.stage == AMENDED).any()
        np.testing.assert_array_equal(kind.amended | kind.payment_default, stern.payment_default)


# ─── relation 14 to 17 ───


@pytest.mark.parametrize("t", [9, 14, 20, 25])
def test_more_collateral_leaves_no_holder_with_a_larger_loss(base: Opened, t: int) -> None:
    """Relation 17: what lenders realize on chips and shells is a tenth higher."""
    usual = base.p.collateral
    calm, bust = (1.0 - 1.1 * (1.0 - x) for x in (usual.calm_discount, usual.bust_discount))
    p = replace(base.p, collateral=replace(usual, calm_discount=calm, bust_discount=bust))
    found, before = base.again(t, p=p)[1], base.flow(t)
    cent = 1.0
    assert (found.instrument_losses <= before.instrument_losses + cent).all()
    assert (found.cascade.losses <= before.cascade.losses + cent).all()
    assert (found.cascade.ultimate <= before.cascade.ultimate + cent).all()
    assert (found.cascade.losses < before.cascade.losses - cent).any()


def test_equity_of_holders_absorbs_and_never_exceeds_its_target(base: Opened) -> None:
    target = 1.0 / base.p.cascade.assets_to_equity
    for t in range(1, len(base.worlds)):
        equity = base.worlds[t].cascade.equity
        assert (equity >= -1e-12).all(), "what clearing leaves of nothing is rounding"
        assert (equity <= target * (1 + 1e-12)).all()
    assert (base.worlds[-1].cascade.equity < target).any()


# ─── relation 25 and 26 ───


def struck(base: Opened, t: int, log: float, **changes: Any) -> Flows:
    """Quarter t at other spot rents, in logs."""
    world = base.worlds[t - 1]
    low = replace(world, rents=replace(world.rents, spot=world.rents.spot + log))
    return base.again(t, low, **changes)[1]


@pytest.mark.parametrize("t", [12, 17, 22])
def test_lower_rent_never_saves_a_facility(base: Opened, t: int) -> None:
    """Relation 25; cures aside, whose cash could repay a balloon in the quarter in which it comes in."""
    p = replace(
        base.p, facility=replace(base.p.facility, cure_limit=0.0, amend_probability=np.zeros((1024, 1)))
    )
    low, usual = (struck(base, t, x, p=p).operators.facility for x in (-0.4, 0.0))
    failed, before = (f.payment_default | f.maturity_default for f in (low, usual))
    assert (failed >= before).all()
    assert failed.sum() > before.sum()
    assert (low.cfads <= usual.cfads + 1.0).all()


def test_lower_rent_hardly_ever_saves_a_company(base: Opened) -> None:
    """Exceptions: a company that can no longer save its facilities keeps the cash it would have put in.

    One whose lenders sell a facility gets what the sale brings above the claim.
    """
    saved = failed = 0
    for t in range(11, len(base.worlds)):  # paper falls due in most of them
        low, usual = (struck(base, t, x).operators.holdco for x in (-0.8, 0.0))
        rescued = usual.default & ~low.default
        sold = low.distributions > usual.distributions
        assert ((low.supported < usual.supported) | sold)[rescued].all()
        saved += int(rescued.sum())
        failed += int((low.default & ~usual.default).sum())
    assert failed > 40
    assert failed > 10 * saved, (failed, saved)


@pytest.mark.parametrize("payer", ["ig", "lab", "ig-on-lab", "tenant"])
def test_a_payers_failure_raises_nobodys_cash(base: Opened, payer: str) -> None:
    """Relation 26: nothing a facility earns or passes on goes up when payers leave or renegotiate.

    What a forced sale brings above the claim is no earning, nor what a company in need takes of its loans.
    """
    t = 19  # some tenant has failed by then
    gone = {**base.shocks.uniform, payer: np.zeros_like(base.shocks.uniform[payer])}
    late = base.again(t, shocks=replace(base.shocks, uniform=gone))[1].operators
    usual = base.flow(t).operators
    assert (late.facility.cfads <= usual.facility.cfads + 1.0).all()
    own = ~(upstreaming(base, t, late) | upstreaming(base, t, usual))
    assert (late.facility.distributed <= usual.facility.distributed + 1.0)[own].all()
    book = base.layout.opening[t]
    passed, before = (
        x.holdco.distributions - x.holdco.upstreamed - book.by_firm(x.facility.surplus) for x in (late, usual)
    )
    assert (passed <= before + 1.0).all()
    assert (late.facility.cfads < usual.facility.cfads - 1.0).any()
