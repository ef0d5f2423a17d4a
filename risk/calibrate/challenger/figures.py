"""The challenged figures: what the model says, what the challenger says, and what closes the difference.

A difference is explained by what can be measured: a coupling cut in the model, or a simplification of the
challenger undone. Each moves one side; it closes the share of the difference that is gone then.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from risk.analysis import statistics
from risk.analysis.amplification import OFF
from risk.analysis.estimate import Estimate
from risk.calibrate.challenger import capex, firm, pools
from risk.calibrate.challenger.cut import Moved
from risk.calibrate.challenger.firm import YEARS, Firm
from risk.calibrate.challenger.pools import Book
from risk.units import SCALE

if TYPE_CHECKING:
    from risk.calibrate.challenger.inputs import Inputs
    from risk.calibrate.estimate.series import Data
    from risk.runs import Run

LISTED = "CRWV"
TAIL = 0.95
NOISE = 2.0
"""Standard errors within which a coupling moves nothing."""

LEAST = 0.05
"""Share of a difference below which a step explains nothing of it."""

Side = Literal["model", "challenger"]
UNIT = SCALE["USD bn"]


@dataclass(frozen=True)
class Step:
    """One thing undone on one side.

    Attributes
    ----------
    what : in words, as behind "with".
    value : of that side then, in the unit of its figure.
    closes : share of the difference that is gone; below zero where it grows.
    """

    what: str
    side: Side
    value: float
    closes: float


@dataclass(frozen=True)
class Figure:
    """A figure of both.

    Attributes
    ----------
    unit : "fraction" of a probability, else "USD bn".
    steps : what closes the difference, most first.
    """

    name: str
    label: str
    unit: str
    model: Estimate
    challenger: float
    steps: tuple[Step, ...]


@dataclass(frozen=True)
class Market:
    """What prices say of the listed company.

    Attributes
    ----------
    firm : as quoted; `days` the days of equity value and swap.
    swap : five-year default probability that the swap pays for; `priced` that of first passage.
    expected : of first passage, at the assets' expected return; `by_swap` at the volatility that the swap
        implies of equity, `volatility`.
    at_maturity : in prices, where only the last day counts.
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


@dataclass(frozen=True)
class Challenge:
    """All figures, and what they were made of."""

    figures: tuple[Figure, ...]
    market: Market
    capex: capex.Autoregression
    measured: bool


def challenge(run: Run, given: Inputs, data: Mapping[str, Data], moved: Moved) -> Challenge:
    """Find the challenger's figures beside those of a run.

    Parameters
    ----------
    data : series that ship, by file.
    moved : what couplings do (`risk.calibrate.challenger.cut`).
    """
    model, prices = capex.fit(data), market(run, given)
    figures = (
        _capex(run, model, moved),
        _listed(run, prices, moved),
        *(each for line in ("generic", "software") for each in _pools(run, line, moved)),
        _headline(run, given, prices, moved),
    )
    return Challenge(figures, prices, model, bool(moved))


def market(run: Run, given: Inputs) -> Market:
    """Read the listed company's prices; its debt is the register's."""
    debt = sum(pools.owed_by(run.register, *each, firm=LISTED) for each in pools.PAPER)
    found = Firm(given.equity_value, debt, given.equity_volatility)
    swap = firm.implied(given.cds, given.cds_recovery, YEARS)
    by_swap = found.at_default(swap, YEARS)
    return Market(
        firm=found,
        spread=given.cds,
        days=(given.as_of["equity_value"].isoformat(), given.as_of["cds"].isoformat()),
        swap=swap,
        priced=found.default(YEARS),
        expected=found.default(YEARS, given.reward),
        volatility=by_swap.volatility,
        by_swap=by_swap.default(YEARS, given.reward),
        at_maturity=firm.at_maturity(found.distance, found.asset_volatility, YEARS),
    )


def _capex(run: Run, model: capex.Autoregression, moved: Moved) -> Figure:
    share, seed = run.register.number("propositions.capex_fall"), run.manifest.seed
    ahead = run.calendar.quarters + _behind(run, model)

    def falls(found: capex.Autoregression) -> float:
        return capex.falls(found, ahead, share, seed).value

    own = [("no drift of its own", falls(model.without_drift))]
    label = f"Capex falls {1.0 - share:.0%} from its peak"
    return _figure(run, "B2", label, "fraction", falls(model), own, moved)


def _behind(run: Run, model: capex.Autoregression) -> int:
    """Quarters from the last on record to the base date."""
    return max(-run.calendar.offset(model.last), 0) if model.last else 0


def _listed(run: Run, prices: Market, moved: Moved) -> Figure:
    own = [
        ("prices taken for probabilities", prices.priced),
        ("the volatility that the swap implies", prices.by_swap),
    ]
    label = "CoreWeave defaults within five years"
    return _figure(run, "coreweave_default_5y", label, "fraction", prices.expected, own, moved)


def _pools(run: Run, line: str, moved: Moved) -> Iterator[Figure]:
    years = _years(run)
    books = pools.of_line(run.register, line, years)
    again = pools.scaled(books, _owed(run, line))
    name, told = f"{line}_loss", str(_label(run, line))
    mean = pools.mean(books, years)
    own = [("the model's own par owed", pools.mean(again, years))]
    yield _figure(run, name, f"{told}: mean loss", "USD bn", mean, own, moved)
    tail = pools.quantile(books, years, TAIL)
    own = [("the model's own par owed", pools.quantile(again, years, TAIL))]
    losses = statistics.quantile(run.outcome(name) / UNIT, TAIL)
    steps = _steps(losses.value, tail, own)
    yield Figure(f"{name}_95", f"{told}: loss at 95%", "USD bn", losses, tail, steps)


def _headline(run: Run, given: Inputs, prices: Market, moved: Moved) -> Figure:
    years, register = _years(run), run.register

    def books(default: float) -> tuple[Book, ...]:
        hazard = -math.log1p(-default) / YEARS
        paper = pools.paper(register, hazard, given.lgd_secured, given.lgd_unsecured)
        sites = (replace(b, lgd=given.lgd_secured) for b in pools.of_line(register, "headline", years))
        return (*paper, *sites)

    first = books(prices.expected)
    defaults = statistics.probability(run.outcome("coreweave_default_5y")).value
    owed = _owed(run, "headline")
    own = [
        ("the model's own par owed", pools.mean(pools.scaled(first, owed), years)),
        ("the model's own default of CoreWeave", pools.mean(books(defaults), years)),
        ("both", pools.mean(pools.scaled(books(defaults), owed), years)),
    ]
    label = f"{_label(run, 'headline')}: mean loss"
    return _figure(run, "headline_loss", label, "USD bn", pools.mean(first, years), own, moved)


def _figure(
    run: Run,
    name: str,
    label: str,
    unit: str,
    challenger: float,
    own: list[tuple[str, float]],
    moved: Moved,
) -> Figure:
    """A figure that is the mean of an outcome, with what couplings and the challenger's own steps close."""
    scale = SCALE[unit]
    model = statistics.mean(run.outcome(name) / scale)
    cut = {case: found[name] for case, found in moved.items() if _clear(found[name])}
    steps = [
        *_steps(model.value, challenger, own),
        *(_cut(case, each.value / scale, model.value, challenger) for case, each in cut.items()),
    ]
    return Figure(name, label, unit, model, challenger, _best(steps))


def _steps(model: float, challenger: float, own: list[tuple[str, float]]) -> tuple[Step, ...]:
    return tuple(
        Step(what, "challenger", value, _closes(model, challenger, model, value)) for what, value in own
    )


def _cut(case: str, change: float, model: float, challenger: float) -> Step:
    what = "all couplings cut" if case == OFF else f"{case} cut"
    value = model + change
    return Step(what, "model", value, _closes(model, challenger, value, challenger))


def _closes(model: float, challenger: float, moved: float, other: float) -> float:
    gap = abs(model - challenger)
    return 1.0 - abs(moved - other) / gap if gap else math.nan


def _best(steps: list[Step]) -> tuple[Step, ...]:
    """All couplings and the challenger's own steps, and of single couplings the one that closes most."""
    single = [s for s in steps if s.side == "model" and not s.what.startswith("all")]
    rest = [s for s in steps if s not in single]
    most = sorted(single, key=lambda s: -s.closes)[:1]
    return tuple(sorted([*rest, *most], key=lambda s: -s.closes))


def _clear(found: Estimate) -> bool:
    return abs(found.value) > NOISE * found.standard_error


def _years(run: Run) -> float:
    return run.calendar.quarters / 4.0


def _owed(run: Run, line: str) -> float:
    """Par owed on average over a run, USD bn."""
    return float(run.outcome(f"line_owed.{line}").mean()) / UNIT / run.calendar.quarters


def _label(run: Run, line: str) -> str:
    row = next(r for r in run.register.tables["credit.line"].rows if r.id == line)
    return str(getattr(row, "label", line))


def sentence(figure: Figure, show: Callable[[float], str]) -> str:
    """What closes the difference, made from what was measured."""
    told = [s for s in figure.steps if s.closes >= LEAST][:3]
    if not told:
        return "Nothing that was measured closes a twentieth of the difference."
    parts = [f"{s.what} closes {_share(s.closes)} (the {s.side} then says {show(s.value)})" for s in told]
    return f"Of the difference {'; '.join(parts)}."


def _share(closes: float) -> str:
    return "all of it" if closes > 0.995 else f"{closes:.0%}"
