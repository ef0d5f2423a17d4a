"""The catalogue says what the engine remembers, no more and no less."""

from risk.assumptions import Assumptions
from risk.catalogue import CATALOGUE
from risk.engine import quantities, record, totals
from risk.engine.record import Record
from risk.engine.tally import Tally
from risk.units import SCALE
from tests.engine.base import Opened
from tests.engine.test_outcomes import BACKGROUND


def kept(*words: str) -> set[str]:
    return {name for name, quantity in CATALOGUE.items() if quantity.kept in words}


def test_units_are_units() -> None:
    assert {quantity.unit for quantity in CATALOGUE.values()} <= set(SCALE)


def test_what_is_kept_path_by_path(base: Opened) -> None:
    r, tally = Record(4, base.layout.quarters), Tally(4, base.layout.quarters)
    record.base_date(r, base.p, base.layout, base.worlds[0], base.fixed)
    record.quarter(r, base.p, base.layout, base.worlds[0], base.worlds[1], base.flow(1), 1)
    tally.add(base.layout, BACKGROUND, base.worlds[1], base.flow(1), base.fixed, 1)
    assert set(r.history) | set(tally.history) == kept("series", "outcomes")
    assert set(r.facility) | set(r.firm) == kept("first paths")


def test_what_is_summed(register: Assumptions, base: Opened) -> None:
    names = totals.entities(register, base.layout)
    assert set(names) == kept("sums", "first paths")
    for name in kept("sums"):
        of = CATALOGUE[name].of
        if of in register.tables and of != "neoclouds.facility":
            assert names[name] == register.tables[of].names, name


def test_what_is_derived() -> None:
    replaced = {"capex", "ai_capex"}  # the quarters before the run stand in front of these
    assert set(quantities.DERIVED) - replaced == kept("derived")
