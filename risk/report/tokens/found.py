"""What is shown of the arithmetic of tokens: machines, workload, rents of a run, hit rates, moves."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from risk.analysis.tokens import AHEAD, CACHE, MODEL, SERVING, Decline, Served, decline, served
from risk.processes import serving

if TYPE_CHECKING:
    from risk.assumptions import Assumptions
    from risk.calibrate.tokens import Moves
    from risk.runs import Run

DATES = ("h100_2028", "h100_2030")
"""Outcomes at whose dates rents are read, beside the base date."""

MACHINE = ("compute", "memory_bandwidth", "memory")
WORKLOAD = ("devices", "prefill_efficiency", "decode_efficiency", "hit_rate")
MILLION = 1e6


@dataclass(frozen=True)
class Generation:
    """A device of a generation: FLOP/s, bytes/s, bytes; rent over the numeraire's, NaN if not rented."""

    name: str
    place: int
    compute: float
    bandwidth: float
    memory: float
    rent: float


@dataclass(frozen=True)
class Hits:
    """What a hit rate does on the numeraire, and to what a token costs.

    Attributes
    ----------
    share : of device time that prefill takes.
    fleet, prefill : devices for the same requests, and those for prefill, over what they are without a cache.
    numeraire, newest : USD a million tokens on either, at rents of the base date.
    """

    rate: float
    share: float
    fleet: float
    prefill: float
    numeraire: float
    newest: float


@dataclass(frozen=True)
class Tokens:
    """What is shown of a run.

    Attributes
    ----------
    workload : what is served and how, base units, by the names that formulas have for it.
    rents : label → USD an hour by generation, means of the run, the base date first.
    hit_rate : that is asked of.
    moves : what coupling would move; None where nobody measured it.
    """

    served: Served
    workload: Mapping[str, float]
    generations: tuple[Generation, ...]
    rents: Mapping[str, tuple[float, ...]]
    hit_rate: float
    decline: Decline
    moves: Moves | None

    @property
    def base(self) -> str:
        """Label of the base date."""
        return next(iter(self.rents))

    @property
    def roles(self) -> tuple[str, str]:
        """Names of the numeraire and of the newest rented generation."""
        return self.served.names[self.served.numeraire], self.served.names[self.served.newest]


def tokens(run: Run, moves: Moves | None) -> Tokens:
    """What is shown of a run whose register is not `risk.analysis.tokens.lacking` anything."""
    register = run.register
    found, table = served(register), register.tables["gpu.generation"]
    asked = moves.hit_rate if moves else register.number(AHEAD)
    compute, bandwidth, memory, index = (table.numbers(column).tolist() for column in (*MACHINE, "index"))
    unit = index[found.numeraire]
    generations = tuple(
        Generation(name, i, compute[i], bandwidth[i], memory[i], index[i] / unit if index[i] else math.nan)
        for i, name in enumerate(found.names)
    )
    means, _ = run.mean("gpu.contract_rent")
    dates = sorted({0, *(run.span(name).last for name in DATES)})
    rents = {run.calendar.labels[t]: tuple(means[t].tolist()) for t in dates}
    split = decline(run, found, asked)
    return Tokens(found, _workload(register, found), generations, rents, asked, split, moves)


def _workload(register: Assumptions, found: Served) -> dict[str, float]:
    weights = register.number(MODEL)
    return {
        "weights": weights,
        "parameters": weights / register.number(f"{SERVING}parameter_bytes"),
        "cache": register.number(CACHE),
        **{name: register.number(f"{SERVING}{name}") for name in WORKLOAD},
        "inputs": found.inputs,
    }


def hits(found: Tokens) -> Iterator[Hits]:
    """Hit rates from none to the one that is asked of."""
    s, rents = found.served, found.rents[found.base]
    base, none = s.numeraire, s.time(0.0)[s.numeraire]
    for rate in (0.0, s.hit_rate, 0.5 * (s.hit_rate + found.hit_rate), found.hit_rate):
        time, share = s.time(rate), float(s.prefill_share(rate)[base])
        fleet = float(time[base] / none)
        cost = [MILLION * float(serving.cost(float(time[i]), rents[i])) for i in (base, s.newest)]
        yield Hits(rate, share, fleet, share * fleet / float(s.prefill_share(0.0)[base]), *cost)
