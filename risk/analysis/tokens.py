"""What tokens cost by generation, how that falls over a run, and what a cache hit saves.

Machines, model and workload are the register's; rents are those it holds or a run's means. Nothing here moves
a path: rents clear in dollars, and the work of a rented generation is read off its rent.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from risk.axes import ordinal
from risk.processes import serving

if TYPE_CHECKING:
    from risk.assumptions import Assumptions
    from risk.runs import Run

Array = NDArray[np.float64]

MODEL, CACHE = "gpu.decode.model_bytes", "gpu.decode.cache_per_request"
SERVING = "gpu.serving."
HIT_RATE, AHEAD = f"{SERVING}hit_rate", f"{SERVING}hit_rate_ahead"
NEEDED = (
    MODEL,
    CACHE,
    f"{SERVING}devices",
    f"{SERVING}parameter_bytes",
    f"{SERVING}prefill_efficiency",
    f"{SERVING}decode_efficiency",
    f"{SERVING}prefill_share",
    HIT_RATE,
    AHEAD,
)
"""Entries without which nothing can be said."""

PRICE, HARDWARE = "revenue.token_price_decline", "gpu.hardware_cost_decline"
YEAR = 4.0
"""Quarters of one."""


def lacking(register: Assumptions) -> str:
    """Why it cannot be said what tokens cost: an entry is missing, the model does not fit; else empty."""
    missing = [name for name in NEEDED if name not in register.entries]
    if missing:
        return f"its register has no {missing[0]}"
    full = served(register).batch > 0.0
    return "" if full.all() else f"the model does not fit on {served(register).names[int(full.argmin())]}"


@dataclass(frozen=True)
class Served:
    """Serving one workload on a device of each generation; arrays are (generation,).

    Attributes
    ----------
    numeraire, newest : their places among `names`.
    batch : requests side by side where memory is full.
    prefill, decode : device-seconds an input token that is in no cache, and an output token.
    inputs : input tokens for each output token; `hit_rate` : share of them found in a cache.
    """

    names: tuple[str, ...]
    numeraire: int
    newest: int
    batch: Array
    prefill: Array
    decode: Array
    inputs: float
    hit_rate: float

    def time(self, hit_rate: float | None = None) -> Array:
        """Device-seconds a token, input and output together, (generation,)."""
        h = self.hit_rate if hit_rate is None else hit_rate
        return serving.request_time(self.prefill, self.decode, self.inputs, h) / (1.0 + self.inputs)

    def prefill_share(self, hit_rate: float | None = None) -> Array:
        """Share of device time in prefill, (generation,)."""
        h = self.hit_rate if hit_rate is None else hit_rate
        return serving.prefill_share(self.prefill, self.decode, self.inputs, h)

    @cached_property
    def work(self) -> Array:
        """Work of a device over the numeraire's: the rent, in its rents, at which tokens cost alike."""
        time = self.time()
        return np.asarray(time[self.numeraire] / time)

    def saving(self, hit_rate: float) -> float:
        """Log fall of what a token costs on the newest generation where so many inputs are found instead."""
        return float(np.log(self.time()[self.newest] / self.time(hit_rate)[self.newest]))


def served(register: Assumptions) -> Served:
    """Serve the register's workload on its generations; KeyError where it is `lacking` an entry."""
    table, number = register.tables["gpu.generation"], register.number
    columns = ("compute", "memory_bandwidth", "memory")
    machine = serving.Machine(*(np.asarray(table.numbers(column)) for column in columns))
    weights = number(MODEL)
    service = serving.Service(
        weights,
        weights / number(f"{SERVING}parameter_bytes"),
        number(CACHE),
        number(f"{SERVING}devices"),
        number(f"{SERVING}prefill_efficiency"),
        number(f"{SERVING}decode_efficiency"),
    )
    role = {name: [getattr(row, name) for row in table.rows].index(True) for name in ("numeraire", "newest")}
    batch, prefill = serving.batch(service, machine), serving.prefill_time(service, machine)
    decode = serving.decode_time(service, machine, batch)
    base = role["numeraire"]
    share = number(f"{SERVING}prefill_share")
    inputs = serving.inputs_per_output(float(prefill[base]), float(decode[base]), share)
    hit_rate = number(HIT_RATE)
    return Served(table.names, base, role["newest"], batch, prefill, decode, inputs, hit_rate)


@dataclass(frozen=True)
class Decline:
    """How fast tokens cheapen, log a year.

    Attributes
    ----------
    bought : the price of the hardware that does a unit of work.
    rented : rent of a token on the cheapest generation on sale, mean rents of a run.
    priced : what customers pay, by the register.
    saved : what a rise of the hit rate saves, log, once.
    """

    until: str
    bought: float
    rented: float
    priced: float
    saved: float

    @property
    def rest(self) -> float:
        """What software, models, caches and margins add to the hardware, log a year."""
        return self.priced - self.bought


def decline(run: Run, found: Served, hit_rate: float) -> Decline:
    """Split the fall of token prices over a run into hardware and the rest."""
    register = run.register
    rents, _ = run.mean("gpu.contract_rent")
    labels, launches = run.calendar.labels, register.tables["gpu.generation"].words("launch")

    def cheapest(t: int) -> float:
        on_sale = [not launch or ordinal(launch) <= ordinal(labels[t]) for launch in launches]
        return float(np.min(np.where(on_sale, rents[t] * found.time(), np.inf)))

    years = (len(labels) - 1) / YEAR
    rented = math.log(cheapest(0) / cheapest(len(labels) - 1)) / years
    bought = -math.log1p(-register.number(HARDWARE))
    return Decline(labels[-1], bought, rented, register.number(PRICE), found.saving(hit_rate))
