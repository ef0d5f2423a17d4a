"""The challenger's figures beside those of a run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from risk.analysis import statistics
from risk.analysis.estimate import Estimate
from risk.calibrate.challenger import capex, firm, pools
from risk.calibrate.challenger.cut import Moved
from risk.calibrate.challenger.figures import Figure, Step, by_share, cuts, exact, undone
from risk.calibrate.challenger.firm import YEARS, Firm
from risk.calibrate.challenger.pools import Book, Number
from risk.errors import UsageError
from risk.processes import Array, Numeric
from risk.units import SCALE

if TYPE_CHECKING:
    from risk.calibrate.challenger.inputs import Inputs, Numbers
    from risk.calibrate.estimate.series import Data
    from risk.runs import Run

LISTED = "CRWV"
TAIL = 0.95
DRAWS = 1_000
"""Draws of what is not known: an end of a range is known to a percentile or so."""

ENDS = (0.05, 0.95)
UNIT = SCALE["USD bn"]


@dataclass(frozen=True)
class Market:
    """What prices say of the listed company.

    Attributes
    ----------
    firm : as quoted; `days` the days of equity value and swap.
    swap : five-year default probability that the swap pays for; `priced` that of first passage.
    expected : of first passage, at the assets' expected return; `by_swap` at the volatility that the swap
        implies of equity, `volatility`.
    at_maturity : in prices, where only the last day counts; `last_day` the same at the expected return.
    drawn : `expected` by draw of the inputs, (draw,).
    """

    firm: Firm
    spread: float
    days: tuple[str, str]
    swap: float
    priced: float
    expected: float
    volatility: float
    by_swap: float
    at_maturity: float
    last_day: float
    drawn: Array


@dataclass(frozen=True)
class Challenge:
    """All figures, and what they were made of; `measured`: whether couplings were cut."""

    figures: tuple[Figure, ...]
    market: Market
    capex: capex.Autoregression
    inputs: Inputs
    measured: bool


@dataclass(frozen=True)
class _World:
    """A run, what couplings do to it, the register's numbers at their values and as the run drew them."""

    run: Run
    moved: Moved
    given: Numbers
    drawn: Numbers

    @property
    def years(self) -> float:
        return self.run.calendar.quarters / 4.0

    def number(self, identifier: str) -> float:
        return self.run.register.number(identifier)

    def draws(self, identifier: str) -> Numeric:
        """Draws of the run's own first paths where an entry is uncertain, else its value."""
        if identifier not in self.run.names("parameters"):
            return self.number(identifier)
        return np.resize(self.run.parameter(identifier), DRAWS)

    def of(self, name: str) -> dict[str, Estimate]:
        """What couplings do to the mean of an outcome, by case."""
        return {case: found[name] for case, found in self.moved.items()}

    def owed(self, line: str) -> float:
        """Par owed on average over the run, USD bn."""
        return float(self.run.outcome(f"line_owed.{line}").mean()) / UNIT / self.run.calendar.quarters

    def label(self, line: str) -> str:
        row = next(r for r in self.run.register.tables["credit.line"].rows if r.id == line)
        return str(getattr(row, "label", line))


def challenge(run: Run, given: Inputs, data: Mapping[str, Data], moved: Moved) -> Challenge:
    """Find the challenger's figures beside those of a run.

    Parameters
    ----------
    data : series that ship, by file.
    moved : what couplings do (`risk.calibrate.challenger.cut`).

    Raises
    ------
    UsageError : the register has no debt of the listed company, or the series are too short.
    """
    world = _World(run, moved, given.numbers, given.drawn(run.manifest.seed, DRAWS))
    model, prices = capex.fit(data), _market(world, given)
    figures = (
        _capex(world, model),
        _listed(world, prices),
        *(each for line in ("generic", "software") for each in _pools(world, line)),
        _headline(world, prices),
    )
    return Challenge(figures, prices, model, given, bool(moved))


def _market(world: _World, inputs: Inputs) -> Market:
    """Read the listed company's prices; its debt is the register's."""
    debt = sum(pools.owed_by(world.run.register, *each, firm=LISTED) for each in pools.PAPER)
    if not debt > 0.0:
        raise UsageError(
            f"the register has no debt of {LISTED}, whose equity the challenger reads",
            f'name its loans in {" or ".join(table for table, _ in pools.PAPER)} firm = "{LISTED}"',
        )
    given, drawn = world.given, world.drawn
    found = Firm(given.equity_value, debt, given.equity_volatility)
    swap = float(firm.implied(given.cds, given.cds_recovery, YEARS))
    by_swap = found.at_default(swap, YEARS)
    return Market(
        firm=found,
        spread=inputs.rows["cds"].value,
        days=(inputs.rows["equity_value"].as_of.isoformat(), inputs.rows["cds"].as_of.isoformat()),
        swap=swap,
        priced=float(found.default(YEARS)),
        expected=float(found.default(YEARS, given.reward)),
        volatility=float(by_swap.volatility),
        by_swap=float(by_swap.default(YEARS, given.reward)),
        at_maturity=float(found.below(YEARS)),
        last_day=float(found.below(YEARS, given.reward)),
        drawn=Firm(drawn.equity_value, debt, drawn.equity_volatility).default(YEARS, drawn.reward),
    )


def _capex(world: _World, model: capex.Autoregression) -> Figure:
    run = world.run
    share, seed = run.register.number("propositions.capex_fall"), run.manifest.seed
    ahead = run.calendar.quarters + max(-run.calendar.offset(model.last), 0)
    own = [("no drift of its own", capex.falls(model.without_drift, ahead, share, seed))]
    label, found = f"Capex falls {1.0 - share:.0%} from its peak", capex.falls(model, ahead, share, seed)
    return _figure(world, "B2", label, "fraction", found, capex.band(model, ahead, share, seed), own)


def _listed(world: _World, prices: Market) -> Figure:
    own = [
        ("taking prices for probabilities", exact(prices.priced)),
        ("the volatility that the swap implies", exact(prices.by_swap)),
        ("assets below debt on the last day only", exact(prices.last_day)),
    ]
    label, found = "CoreWeave defaults within five years", exact(prices.expected)
    return _figure(world, "coreweave_default_5y", label, "fraction", found, prices.drawn, own)


def _pools(world: _World, line: str) -> Iterator[Figure]:
    """Mean of a line of pools and its tail."""
    years, register, name, label = world.years, world.run.register, f"{line}_loss", world.label(line)

    def books(number: Number) -> tuple[Book, ...]:
        return pools.of_line(register, line, years, number)

    def undoing(number: Number) -> Iterator[tuple[str, tuple[Book, ...]]]:
        plain = books(number)
        rising, in_kind = pools.rising(plain, number), pools.in_kind(register, line, plain, number)
        yield "loss given default that rises with defaults", rising
        yield "loans that pay in kind", in_kind
        yield "the model's own par owed", pools.scaled(plain, world.owed(line))
        all_three = pools.scaled(pools.in_kind(register, line, rising, number), world.owed(line))
        yield "all three together", all_three

    first, drawn = books(world.number), books(world.draws)
    steps = dict(undoing(world.number))
    own = [(what, exact(float(pools.mean(found, years)))) for what, found in steps.items()]
    told, mean = f"{label}: mean loss", exact(float(pools.mean(first, years)))
    yield _figure(world, name, told, "USD bn", mean, pools.mean(drawn, years), own)

    own = [(what, exact(float(pools.quantile(found, years, TAIL)))) for what, found in steps.items()]
    spread = float(np.quantile(pools.losses(drawn, years), TAIL))
    own += [("inputs drawn as the run draws them", exact(spread))]
    losses = statistics.quantile(world.run.outcome(name) / UNIT, TAIL)
    tail, band = exact(float(pools.quantile(first, years, TAIL))), pools.quantile(drawn, years, TAIL)
    yield _made(
        f"{name}_95", f"{label}: loss at 95%", "USD bn", losses, tail, band, undone(losses, tail, own)
    )


def _headline(world: _World, prices: Market) -> Figure:
    """Paper of neoclouds at the default that the listed one's equity says, and loans on sites."""
    years, register = world.years, world.run.register

    def books(default: Numeric, given: Numbers, number: Number) -> tuple[Book, ...]:
        hazard = -np.log1p(-default) / YEARS
        paper = pools.paper(register, hazard, given.lgd_secured, given.lgd_unsecured, number)
        sites = pools.of_line(register, "headline", years, number)
        return (*paper, *(replace(book, lgd=given.lgd_secured) for book in sites))

    def mean(found: tuple[Book, ...]) -> Estimate:
        return exact(float(pools.mean(found, years)))

    first = books(prices.expected, world.given, world.number)
    defaults = statistics.probability(world.run.outcome("coreweave_default_5y")).value
    modelled = books(min(defaults, 1.0 - 1e-9), world.given, world.number)
    owed = world.owed("headline")
    own = [
        ("the model's own par owed", mean(pools.scaled(first, owed))),
        ("the model's own default of CoreWeave", mean(modelled)),
        ("both", mean(pools.scaled(modelled, owed))),
    ]
    band = pools.mean(books(np.minimum(prices.drawn, 1.0 - 1e-9), world.drawn, world.draws), years)
    label = f"{world.label('headline')}: mean loss"
    return _figure(world, "headline_loss", label, "USD bn", mean(first), band, own)


def _figure(
    world: _World,
    name: str,
    label: str,
    unit: str,
    challenger: Estimate,
    band: Array,
    own: list[tuple[str, Estimate]],
) -> Figure:
    """A figure that is the mean of an outcome, with what couplings and the challenger's own steps close."""
    scale = SCALE[unit]
    model = statistics.mean(world.run.outcome(name) / scale)
    moved = {
        case: Estimate(each.value / scale, each.standard_error / scale, each.n)
        for case, each in world.of(name).items()
    }
    steps = [*undone(model, challenger, own), *cuts(model, challenger, moved)]
    return _made(name, label, unit, model, challenger, band, steps)


def _made(
    name: str, label: str, unit: str, model: Estimate, challenger: Estimate, band: Array, steps: list[Step]
) -> Figure:
    low, high = (float(end) for end in np.quantile(band, ENDS))
    return Figure(name, label, unit, model, challenger, low, high, by_share(steps))
