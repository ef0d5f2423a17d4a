"""A carbon price and a clean-power requirement: what they add, from when on, and whom it costs what."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from risk.assumptions import Assumptions, load
from risk.engine.context import Flows
from risk.engine.surcharge import charged, surcharge
from risk.engine.world import World
from risk.mechanisms.gpu_repricing import collateral
from risk.processes import across
from tests.engine.base import Array, Opened, changed

H100, T = 1, 6
ADDED = 0.1  # USD/h of every unit
HOURS, QUARTER = 8760.0, 2190.0


@pytest.fixture(scope="module")
def carbon() -> Assumptions:
    return load(scenario="carbon-price")


def test_nothing_is_added_in_the_base(register: Assumptions, base: Opened) -> None:
    assert not surcharge(register).any()
    assert charged(base.p, T) is base.p
    terms = base.layout.terms_at(T).opex
    np.testing.assert_array_equal(terms, base.layout.terms.opex[:, : terms.shape[1]])


def test_what_a_carbon_price_adds(carbon: Assumptions) -> None:
    """An H100 takes 1.3 kW at its peak, 1.21875 on average with its site: .04875 USD/h at .4 t/MWh."""
    added = surcharge(carbon)[:, H100]
    first, last = carbon.calendar.offset("2028Q1"), carbon.calendar.offset("2029Q4")
    falls = 0.97 ** (np.array([first, last]) / 4.0)
    assert not added[:first].any()
    assert added[first] == pytest.approx(0.04875 * falls[0] / 8.0)
    assert added[last] == pytest.approx(0.04875 * falls[1])
    assert added[last + 1] < added[last]  # the grid gets cleaner


def test_what_is_clean_pays_its_premium_and_no_carbon(carbon: Assumptions) -> None:
    clean = {"energy.clean_required": 1.0, "energy.clean_premium": 25e-6}
    half = {"energy.clean_required": 0.5, "energy.clean_premium": 0.0}
    at = carbon.calendar.offset("2030Q4")
    kwh = 1.3 * 1.25 * 0.75
    raw = {name: value / carbon.entries[name].scale for name, value in clean.items()}
    assert surcharge(changed(carbon, raw))[at, H100] == pytest.approx(kwh * 0.025)
    assert surcharge(changed(carbon, half))[at, H100] == pytest.approx(surcharge(carbon)[at, H100] / 2.0)


def test_nothing_is_charged_at_the_base_date(carbon: Assumptions) -> None:
    """A charge that was there before would be in the rents and contracts that are read."""
    early = changed(carbon, {"energy.charge_from": "2020Q1", "energy.charge_ramp": 1})
    added = surcharge(early)[:, H100]
    assert added[0] == 0.0
    assert added[1] > 0.0


@pytest.fixture(scope="module")
def dearer(base: Opened) -> tuple[World, Flows]:
    """Quarter T once more, from the same world, with a tenth of a dollar an hour on every unit."""
    glue = replace(base.p.glue, surcharge=np.full_like(base.p.glue.surcharge, ADDED))
    plan = replace(base.layout, surcharge=np.full_like(base.layout.surcharge, ADDED))
    return base.again(T, p=charged(replace(base.p, glue=glue), T), layout=plan)


def falls(now: Any, then: Any) -> None:
    """Nowhere more, and less on most paths."""
    before, after = np.asarray(then), np.asarray(now)
    assert (after <= before + 1e-9 * np.abs(before)).all()
    assert (after < before).any(axis=1).mean() > 0.5


def alike(base: Opened, dearer: tuple[World, Flows]) -> Array:
    """Paths on which no more units were retired, so that rents are the same, (path,)."""
    found = np.equal(dearer[1].fleet.retired, base.flow(T).fleet.retired).all(axis=1)
    assert np.mean(found) > 0.5
    return np.asarray(found)


def test_operators_earn_less_by_what_their_units_run(base: Opened, dearer: tuple[World, Flows]) -> None:
    now, then = dearer[1].operators.facility.cfads, base.flow(T).operators.facility.cfads
    loans, same = base.worlds[T - 1].facility, alike(base, dearer)
    runs = loans.devices * ~loans.defaulted
    found = (then - now)[same, : runs.shape[1]]
    costs = QUARTER * ADDED * runs[same]
    alive = found != 0.0  # of a unit that no lender holds any more nothing is earned, and nothing saved
    np.testing.assert_allclose(found[alive], costs[alive], rtol=1e-6)
    assert alive.any(axis=1).all()
    assert (across(now) < across(then)).all()


def test_lenders_lend_less_against_new_units(base: Opened, dearer: tuple[World, Flows]) -> None:
    now, then = dearer[1].operators.lent, base.flow(T).operators.lent
    falls(across(now), across(then))


def test_collateral_is_worth_less(base: Opened) -> None:
    p = base.p.collateral
    glue = replace(base.p.glue, surcharge=np.full_like(base.p.glue.surcharge, ADDED))
    more = charged(replace(base.p, glue=glue), T).collateral
    rents = base.flow(T).rents
    shape = np.zeros_like(rents.spot)
    buyers = collateral.Conditions(
        rent=rents.spot, utilization=rents.utilization, decline=shape[:, :1] + 0.2,
        rate=shape[:, :1] + 0.12, new=shape + 1e6,
    )  # fmt: skip
    age = collateral.age(p, T)
    value: Array = collateral.value(p, p.opex, buyers, age)
    falls(collateral.value(more, more.opex, buyers, age), value)


def test_builders_pay_for_the_part_of_the_fleet_that_is_theirs(
    base: Opened, dearer: tuple[World, Flows]
) -> None:
    fleet = across(base.worlds[T - 1].fleet.energized / base.fixed.throughput)
    theirs = fleet * ADDED * QUARTER / (1.0 + base.p.glue.other_buyers)
    paid = across(base.flow(T).funding.cfo) - across(dearer[1].funding.cfo)
    assert (paid >= theirs * (1.0 - 1e-9)).all()  # and more interest where the limit comes nearer
    np.testing.assert_allclose(np.median(paid / theirs), 1.0, atol=0.01)


def test_more_must_be_earned_and_new_units_yield_less(base: Opened, dearer: tuple[World, Flows]) -> None:
    """What the place costs is in the charge for sites: the surcharge comes on top, once and in full."""
    now, then = dearer[1].required, base.flow(T).required
    units, same = across(dearer[0].fleet.energized / base.fixed.throughput), alike(base, dearer)
    np.testing.assert_allclose(
        (now.fleet_opex - then.fleet_opex)[same], (units * ADDED * HOURS)[same], rtol=1e-9
    )
    assert (now.vintage > then.vintage)[same].all()
    falls(dearer[0].seen.yields, base.worlds[T].seen.yields)


def test_no_unit_stays_that_left_without_the_charge(base: Opened, dearer: tuple[World, Flows]) -> None:
    now, then = dearer[1].fleet.retired, base.flow(T).fleet.retired
    assert (now >= then).all()
