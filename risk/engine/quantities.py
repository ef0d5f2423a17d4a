"""Path quantities by name: what a block remembers quarter by quarter, and what follows from it.

A quantity knows the quarter it begins in: a price stands at the base date already, a flow begins a quarter
later, capex reaches back to the quarters before. The names are those of `risk.catalogue.CATALOGUE`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from risk.assumptions.measures import Measure
from risk.engine.background import Background
from risk.engine.record import Record
from risk.engine.tally import Tally
from risk.processes import running
from risk.units import HOURS_A_YEAR

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Track:
    """Points in time of a quantity: values (point, path), and the quarter of each (point,)."""

    values: Array
    quarters: NDArray[np.int64]

    @property
    def start(self) -> int:
        """Quarter of the first point."""
        return int(self.quarters[0])

    def at(self, t: int) -> Array:
        """Values of quarter t, or of the nearest point, (path,)."""
        return np.asarray(self.values[int(np.argmin(np.abs(self.quarters - t)))])

    def only(self, points: NDArray[np.bool_]) -> Track:
        """Some of the points."""
        return Track(self.values[points], self.quarters[points])


def track(values: Array, start: int) -> Track:
    """A track of consecutive quarters."""
    return Track(values, start + np.arange(len(values)))


@dataclass(frozen=True)
class Quantities:
    """Everything a block remembers path by path.

    Attributes
    ----------
    columns : (quantity, name of an entity) → its column, for those that are kept by entity.
    """

    record: Record
    tally: Tally
    background: Background
    columns: Mapping[tuple[str, str], int]

    def __call__(self, name: str, entity: str = "") -> Track:
        """The track of a quantity, of one entity where it has several."""
        if name in DERIVED:
            return DERIVED[name](self, entity)
        if (name, entity) in self.columns:
            values = self.record.kept[name, self.columns[name, entity]]
            return track(values, self.record.quarters + 1 - len(values))
        if name in self.tally.history:
            return track(self.tally.path(name)[1:], 1)
        values = self.record.path(name)
        start = self.record.quarters + 1 - len(values)
        return track(values[1:], 1) if name in BEGIN_LATER else track(values, start)


BEGIN_LATER = frozenset({"lease_additions", "required_revenue"})
"""Stored series with a place-holder at the base date."""


def _before(values: Track, history: Array) -> Track:
    """A quantity with the quarters before it in front, (quarter,) numbers that no path changes."""
    earlier = np.broadcast_to(history[:, None], (len(history), values.values.shape[1]))
    return track(np.concatenate([earlier, values.values]), values.start - len(history))


def _stored(q: Quantities, name: str) -> Track:
    return track(q.record.path(name), 0)


def _capex(q: Quantities, entity: str) -> Track:
    return _before(_stored(q, "capex"), q.background.capex_before)


def _ai_capex(q: Quantities, entity: str) -> Track:
    return _before(_stored(q, "ai_capex"), q.background.ai_capex_before[:-1])


def _deployed(q: Quantities, entity: str) -> Track:
    """Capex, and leases and SPVs since the base date."""
    capex, leases = q.record.path("capex"), q.record.path("lease_additions")
    spent = np.concatenate([capex[:1], capex[1:] + leases[1:]])
    return _before(track(spent, 0), q.background.capex_before)


def _cash_to_capex(q: Quantities, entity: str) -> Track:
    """Cash at the end of a quarter over the capex of the four quarters to it."""
    cash, capex = _stored(q, "cash"), _capex(q, "")
    x, first = (
        capex.values,
        max(-capex.start, 3),
    )  # the first point, from the base date, with a year behind it
    x = x[first:] + x[first - 1 : -1] + x[first - 2 : -2] + x[first - 3 : -3]
    return track(cash.values[-len(x) :] / x, capex.start + first)


def _energy(q: Quantities, entity: str) -> Track:
    """Watt-hours a year at the power of the quarter's end."""
    return track(q.record.path("power_drawn") * q.background.load * HOURS_A_YEAR, 0)


def _power_idle(q: Quantities, entity: str) -> Track:
    """Power of working units times the part of normal use that is gone."""
    r, normal = q.record, q.background.normal_utilization
    return track(idle(r.path("power_drawn"), r.path("utilization"), normal), 0)


def idle(power: Array, utilization: Array, normal: float) -> Array:
    """Power behind use that has fallen away: what of normal use is gone, of all that works.

    Parameters
    ----------
    power : (quarter, path) W that the working units draw.
    utilization : (quarter, path) share of their hours that is billed; `normal`, what is at the base date.
    """
    return power * np.maximum(1.0 - utilization / normal, 0.0)


def _realized(q: Quantities, entity: str) -> Track:
    """Revenue, internal use at what customers would pay for it in."""
    r = q.record
    return track(r.path("revenue") + r.path("internal_use") / r.path("compute_share"), 0)


def _gap(q: Quantities, entity: str) -> Track:
    return track((q.record.path("required_revenue") - _realized(q, "").values)[1:], 1)


def _gap_external(q: Quantities, entity: str) -> Track:
    return track((q.record.path("required_revenue") - q.record.path("revenue"))[1:], 1)


def _paper_at_risk(q: Quantities, entity: str) -> Track:
    """Neocloud paper of the base date and all that was issued since."""
    return track(q.record.path("neocloud_debt")[0] + q.tally.cumulative("paper_par"), 0)


def _exposed_at_risk(q: Quantities, entity: str) -> Track:
    """Exposed credit of the base date and all that was lent since."""
    return track(q.record.path("exposed_at_base")[0] + q.tally.cumulative("exposed_par"), 0)


def _bullet_failure(q: Quantities, entity: str) -> Track:
    """Share of the bullets due so far that were not met."""
    due, sound = running(q.tally.due), running(q.tally.sound)
    return track(np.where(due > 0, 1.0 - sound / np.maximum(due, 1.0), 0.0), 0)


def _cash_cost(q: Quantities, entity: str) -> Track:
    """Operating cost of a unit of the numeraire, USD an hour."""
    column = q.background.numeraire
    cost = q.background.opex[0, column] + q.background.surcharge[0, :, column]
    return track(np.broadcast_to(cost[:, None], q.record.path("capex").shape), 0)


def _merchant_cash_cost(q: Quantities, entity: str) -> Track:
    """The same of a unit that a new merchant runs."""
    b = q.background
    added = b.surcharge[0, :, b.numeraire, None]
    return track((_cash_cost(q, "").values - added) * b.merchant_opex_multiple + added, 0)


def _yearly_default_rate(q: Quantities, entity: str) -> Track:
    rate = q("credit.default_rate", entity)
    return track(rate.values * 4.0, rate.start)


DERIVED: Mapping[str, Callable[[Quantities, str], Track]] = {
    "capex": _capex,
    "ai_capex": _ai_capex,
    "deployed": _deployed,
    "cash_to_capex": _cash_to_capex,
    "energy": _energy,
    "power_idle": _power_idle,
    "realized": _realized,
    "gap": _gap,
    "gap_external": _gap_external,
    "paper_at_risk": _paper_at_risk,
    "exposed_at_risk": _exposed_at_risk,
    "bullet_failure": _bullet_failure,
    "cash_cost": _cash_cost,
    "merchant_cash_cost": _merchant_cash_cost,
    "credit.yearly_default_rate": _yearly_default_rate,
}
"""Quantities made of others."""

RECORDED = {"credit.yearly_default_rate": "credit.default_rate"}
"""What must be kept by entity for a derived quantity of an entity."""


def kept(wanted: Iterable[Measure], names: Mapping[str, Sequence[str]]) -> dict[tuple[str, str], int]:
    """Columns to keep path by path for the measures that ask for an entity: (key, name) → column.

    Parameters
    ----------
    names : key of sums → names of its entities.
    """
    found = {}
    for m in wanted:
        for quantity in (m.quantity, m.per) if m.entity else ():
            key = RECORDED.get(quantity, quantity)
            if m.entity in names.get(key, ()):
                found[key, m.entity] = list(names[key]).index(m.entity)
    return found
