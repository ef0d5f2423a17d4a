"""Estimates that are told where somebody asks: views, tripwires, triggers, what to know first, conditions.

The questions are fixed here, such as 1,024 paths can answer them; the register's own actions and watch list
are asked too. A piece that has too few paths for a question tells nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from risk.analysis import actions, metrics, triggers, voi, watch, weighted
from risk.analysis.book import kept
from risk.analysis.book.answer import Answer, answer
from risk.analysis.conditions import condition
from risk.analysis.estimate import Estimate
from risk.analysis.reverse.answer import joint
from risk.analysis.reverse.consequences import consequence
from risk.analysis.views import ballot, members
from risk.analysis.weighted import Importance
from risk.assumptions import locate
from risk.assumptions.problems import AssumptionErrors
from risk.calibrate.watch import watching
from risk.calibrate.watch.tripwires import crossings
from risk.runs import Run
from risk.runs.piece import Piece
from risk.shocks.stream import BLOCK

Array = NDArray[np.float64]

BALLOTS: Final = (
    ("doubts", '"P(bust) >= 50%"', '"mean(h100_2028) <= 1.5 USD/h"'),
    ("trusts", '"P(bust) <= 25%"', '"P(headline_loss > 50 USD bn) = 12%"'),
)
"""Members and what they believe; the second would say so with a confidence of seven tenths."""

CONDITIONS: Final = ("bust", "headline_loss > 5 USD bn and h100_2028 < 1.6 USD/h")
"""What is asked backwards: a class by name, and two things together."""

THEN: Final = ("headline_loss", "correction", "capex_2028")
"""What is asked of the paths that meet them."""

BOOK: Final = "example"
"""The book that ships."""

READ: Final = ("hy_spread", 2, 0.034, 0.15)
"""A reading: of which series, after how many quarters, in its base unit, and its error as a logarithm."""


@dataclass(frozen=True)
class Weighted:
    """Numbers under weights, by what they are."""

    probabilities: Mapping[str, Estimate]
    means: Mapping[str, Estimate]
    quantiles: Mapping[str, Estimate]
    shortfalls: Mapping[str, Estimate]
    changes: Mapping[str, Estimate]


@dataclass(frozen=True)
class Viewed:
    """Numbers under views, by what they are: of each member, and of all together."""

    probabilities: Mapping[tuple[str, str], Estimate]
    means: Mapping[tuple[str, str], Estimate]
    tails: Mapping[tuple[str, str], Estimate]
    costs: Mapping[str, Estimate]


def _views(run: Run) -> dict[str, Any]:
    """What members are told, and how far they are apart; nothing of a piece that starves a view."""
    try:
        found = members.ballots(run, _ballots())
    except AssumptionErrors:
        return {}
    voting = [each for each in found.members if each.views or each.name == members.TOGETHER]
    told = {(each.name, f.name): f for each in voting for f in each.figures}
    tails = {place: f.estimate for place, f in told.items() if place[1].endswith(("_p95", "_es975"))}
    means = {place: f.estimate for place, f in told.items() if f.unit != "1" and place not in tails}
    chances = {place: f.estimate for place, f in told.items() if f.unit == "1"}
    viewed = Viewed(chances, means, tails, {each.name: each.cost for each in voting})
    return {"viewed": viewed, "apart": found.apart, "held": {each.name: each.views for each in voting}}


@lru_cache(maxsize=1)
def _ballots() -> tuple[ballot.Ballot, ...]:
    head = '[ballot]\nmember = "{}"\ndate = 2026-10-10\nconfidence = {}\n'
    texts = []
    for (name, *views), confidence in zip(BALLOTS, (1.0, 0.7), strict=True):
        said = "".join(f"[[view]]\nbelieve = {view}\n" for view in views)
        texts.append((name, f"{name}.toml", head.format(name, confidence) + said))
    return ballot.written(texts)


def _readings(run: Run) -> Weighted:
    """Probabilities, the loss and its changes under weights of a reading."""
    name, quarter, value, error = READ
    near = np.log(run.series(name)[quarter].astype(np.float64) / value) / error
    weights, equal = Importance.of_logarithms(-0.5 * near**2), Importance.equal(run.paths)
    flags = {id: run.outcome(id) for id in ("bust", "correction", "durable")}
    loss = metrics.values(run, run.variable(metrics.HEADLINE))
    some = flags["bust"] > 0.5
    return Weighted(
        {id: weighted.probability(own > 0.5, weights) for id, own in flags.items()}
        | {"given": weighted.probability(loss > 50.0, weights, some)},
        {"loss": weighted.mean(loss, weights), "given": weighted.mean(loss, weights, some)},
        {f"{level}": weighted.quantile(loss, weights, level) for level in (0.5, 0.9, 0.95)},
        {"95%": weighted.shortfall(loss, weights, 0.95)},
        {id: weighted.change(own, equal, weights) for id, own in (*flags.items(), ("loss", loss))}
        | {"95%": weighted.shortfall_change(loss, equal, weights, 0.95)},
    )


def listed(run: Run) -> actions.Actions:
    """The register's actions."""
    found = actions.read(locate.register(), run.register)
    if found is None:
        raise FileNotFoundError(actions.FILE)
    return found


def _fired(run: Run) -> dict[str, triggers.Fired]:
    return {each.action.id: each for each in triggers.fired(run, listed(run))}


def _voi(run: Run) -> dict[str, Any]:
    """Payoffs, what the best is ahead by, and what it is worth to know everything, an input or a group."""
    found = voi.voi(run, listed(run))
    worth = {(kind, each.name): each for kind in ("groups", "single") for each in getattr(found, kind)}
    return {"choice": replace(found, groups=(), single=()), "worth": worth}


def _watch(run: Run) -> dict[str, watch.Told]:
    """Every tripwire; of a piece on its part of the whole run's crossings.

    A reading's error is drawn for as many paths as there are, and each path of the whole run has its own.
    """
    whole, part = (run.whole, run) if isinstance(run, Piece) else (run, None)
    begins = part.first * BLOCK if part else 0
    event, equal = watching.event(run), Importance.equal(run.paths)
    return {
        name: watch.told(crossed[begins : begins + run.paths], event.flags, event.dated, equal)
        for name, crossed in _crossed(whole).items()
    }


def _crossed(whole: Run) -> dict[str, Array]:
    if whole.id not in _CROSSED:
        _, listed = watching.registered(locate.register())
        _CROSSED[whole.id] = {each.id: each.quarters for each in crossings(whole, listed.items)}
    return _CROSSED[whole.id]


_CROSSED: dict[str, dict[str, Array]] = {}
"""Quarters in which tripwires are crossed, (path,), of the whole run that is measured."""


def _conditions(run: Run) -> dict[str, Any]:
    """What comes together, and what follows."""
    found = {}
    for words in CONDITIONS:
        asked = condition(run, words)
        then = {each: consequence(run, asked.flags, each) for each in THEN}
        found[words] = joint(run, asked), then
    return found


def _book(run: Run) -> Answer:
    """The example book, without what was measured beside the run, and without the ways, which it chooses."""
    blocks = -(-run.paths // BLOCK)
    part = run if isinstance(run, Piece) else Piece(run.store, run.manifest, run, 0, blocks)
    return replace(answer(part, kept.read(Path(BOOK), run.register, None)), ways=None)


SOURCES: Final[Mapping[str, tuple[Callable[[Run], Any], str]]] = {
    "views": (_views, ""),
    "readings since": (_readings, ""),
    "fired": (_fired, ""),
    "voi": (_voi, ""),
    "watch": (_watch, ""),
    "conditions": (_conditions, ""),
    "book": (_book, ""),
}
"""What is asked of a run, and the kind of estimates that stand in no class."""
