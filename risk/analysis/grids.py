"""Grids: what energy costs and emits for a unit in an hour, in the world and in the places of the register.

All are single numbers with ranges; no path moves them, and they move no path while nothing is charged.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from risk.assumptions import Assumptions
from risk.assumptions.tables import EnergyLocation
from risk.engine.surcharge import surcharge
from risk.errors import UsageError, suggestion
from risk.mechanisms.gpu_repricing import energy
from risk.units import HOURS_A_YEAR, SCALE

Array = NDArray[np.float64]

GW, MT, MWH = (SCALE[unit] for unit in ("GW", "Mt", "MWh"))

WORLD = "world"
"""The place that the fleet stands in where no other is asked for."""

REFERENCE_PRICE = 100.0
"""USD a tonne of which costs are told, whatever a run charges."""


@dataclass(frozen=True)
class Ranged:
    """A number with the ends of what sources leave open."""

    low: float
    value: float
    high: float

    def times(self, factor: float) -> Ranged:
        """All three times a factor."""
        return Ranged(self.low * factor, self.value * factor, self.high * factor)


@dataclass(frozen=True)
class Charge:
    """What a unit's energy costs in an hour, USD.

    Attributes
    ----------
    opex : all of its operating cost; `power` the energy in it.
    carbon : what `REFERENCE_PRICE` a tonne would add at the base date.
    charged : what the run adds by its end.
    """

    generation: str
    opex: float
    power: Ranged
    carbon: Ranged
    charged: float


@dataclass(frozen=True)
class Place:
    """A place with its grid, and a fleet that stands there.

    Attributes
    ----------
    intensity : t/MWh; `price`, USD/MWh; `clean`, share of renewables and nuclear.
    emitted : Mt a year of a GW of facility power; `power` and `carbon` as in `Charge`, of the newest unit.
    """

    name: str
    label: str
    source: str
    note: str
    intensity: Ranged
    clean: float
    price: Ranged
    usage_effectiveness: float
    emitted: Ranged
    power: Ranged
    carbon: Ranged


def entry(register: Assumptions, id: str) -> Ranged:
    """An entry with its plausible range, base units."""
    found, value = register.entry(id), register.number(id)
    low, high = (float(str(end)) * found.scale for end in (found.low, found.high))
    return Ranged(low, value, high)


def intensity(register: Assumptions, quarter: float) -> float:
    """What the grid emits some quarters after the base date, t of CO2 a Wh."""
    grid, decline = (register.number(f"energy.{name}") for name in ("grid_intensity", "intensity_decline"))
    return float(energy.intensity(grid, decline, quarter / 4.0))


def added(register: Assumptions, quarters: int) -> float:
    """USD a Wh that is charged in the last quarter, from what it adds to the first generation's hour."""
    power = _drawn(register, register.number("gpu.power_usage_effectiveness"))
    return float(surcharge(register)[quarters, 0] / power[0])


def _drawn(register: Assumptions, usage_effectiveness: float) -> Array:
    """What a unit of each generation draws on average, W, (generation,)."""
    power = register.tables["gpu.generation"].numbers("power")
    return energy.mean_power(power, usage_effectiveness, register.number("gpu.load"))


def charges(register: Assumptions, charged: float) -> tuple[Charge, ...]:
    """What energy costs each generation in an hour.

    Parameters
    ----------
    charged : USD a Wh that is charged.
    """
    table = register.tables["gpu.generation"]
    price, grid = (entry(register, f"energy.{name}") for name in ("power_price", "grid_intensity"))
    drawn = _drawn(register, register.number("gpu.power_usage_effectiveness"))
    rows = zip(table.names, table.numbers("opex").tolist(), drawn.tolist(), strict=True)
    return tuple(
        Charge(name, opex, price.times(watts), grid.times(REFERENCE_PRICE * watts), charged * watts)
        for name, opex, watts in rows
    )


def places(register: Assumptions) -> tuple[Place, ...]:
    """The world, and every place of the register."""
    grid, price = (entry(register, f"energy.{name}") for name in ("grid_intensity", "power_price"))
    world = _place(
        register,
        grid.times(MWH),
        price.times(MWH),
        register.number("gpu.power_usage_effectiveness"),
        name=WORLD,
        label="World",
        source=register.entry("energy.grid_intensity").source,
        note=register.entry("energy.grid_intensity").note,
        clean=register.number("energy.grid_clean"),
    )
    return world, *(
        _place(
            register,
            Ranged(row.intensity_low, row.intensity, row.intensity_high),
            Ranged(row.price_low, row.price, row.price_high),
            row.pue,
            **{word: getattr(row, word) for word in ("name", "label", "source", "note", "clean")},
        )
        for row in register.rows(EnergyLocation)
    )


def _place(
    register: Assumptions,
    intensity: Ranged,
    price: Ranged,
    usage_effectiveness: float,
    **words: Any,
) -> Place:
    """A place, with what a GW emits there and what the newest unit's hour costs in power and carbon."""
    watts = float(_drawn(register, usage_effectiveness)[_newest(register)])
    a_year = register.number("gpu.load") * HOURS_A_YEAR * GW / MWH
    return Place(
        **words,
        intensity=intensity,
        price=price,
        usage_effectiveness=usage_effectiveness,
        emitted=intensity.times(a_year / MT),
        power=price.times(watts / MWH),
        carbon=intensity.times(REFERENCE_PRICE * watts / MWH),
    )


def _newest(register: Assumptions) -> int:
    """Place in their table of the newest generation that is rented at the base date."""
    return int(register.tables["gpu.generation"].numbers("newest").argmax())


def asked(places: tuple[Place, ...], name: str) -> Place:
    """The place of a name; UsageError with those that there are."""
    chosen = next((place for place in places if place.name == name.lower()), None)
    if chosen is None:
        known = [place.name for place in places]
        close = suggestion(name.lower(), known)
        hint = f"did you mean {close}? " if close else ""
        raise UsageError(f"the register has no place {name[:80]}", f"{hint}places: {', '.join(known)}")
    return chosen
