"""What the challenger's reduced form would add as a control: its loss by line, on each path's own draws.

The reduced form reads the path's probabilities of default, losses given default and correlations, and the sum
of its macro innovations as the state of the one factor. Its mean over all draws is taken as known.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from risk.assumptions import locate
from risk.assumptions.priors import Dirichlet
from risk.calibrate.challenger import inputs, pools
from risk.calibrate.challenger.challenge import LISTED
from risk.calibrate.challenger.firm import YEARS, Firm
from risk.factors import LETTERS

if TYPE_CHECKING:
    from risk.assumptions import Assumptions

Array = NDArray[np.float64]

MACRO = LETTERS.index("M")
KNOTS = (0.5, 0.95, 0.99)
"""Levels of the challenger's own loss beyond which it is a control of its own."""


def losses(register: Assumptions, drawn: Array, components: Mapping[str, int]) -> dict[str, Array]:
    """The challenger's loss of each line on every path, outcome → (path,), USD bn.

    Parameters
    ----------
    drawn : controls of paths, as `risk.analysis.controls.controls` has them.
    components : uncertain entry → uniforms that it is drawn from, in the order of the controls.
    """
    values, years = _values(register, drawn, components), register.calendar.quarters / 4.0
    state = _state(register, drawn[:, sum(components.values()) :])

    def number(id: str) -> Array | float:
        return values[id] if id in values else register.number(id)

    found = {}
    for line in register.tables["credit.line"].names:
        plain = pools.of_line(register, line, years, number)
        books = pools.in_kind(register, line, pools.rising(plain, number), number)
        books = (*books, *_paper(register, number)) if line == "headline" else books
        found[f"{line}_loss"] = np.sum([book.loss(years, state) for book in books], axis=0)
    return found


def _values(register: Assumptions, drawn: Array, components: Mapping[str, int]) -> dict[str, Array]:
    """What entries drew, id → (path,), base units; vectors are left out."""
    found, ends = {}, np.cumsum([0, *components.values()]).tolist()
    for id, (first, _) in zip(components, pairwise(ends), strict=True):
        entry = register.entries[id]
        if entry.prior is not None and not isinstance(entry.prior, Dirichlet):
            found[id] = np.asarray(entry.prior.quantile(drawn[:, first] / np.sqrt(12.0) + 0.5) * entry.scale)
    return found


def _state(register: Assumptions, sums: Array) -> Array:
    """State of the one factor: macro innovations of all quarters, (path,), of unit variance."""
    calendar = register.calendar
    lengths = [len(calendar.steps(year)) for year in calendar.years if calendar.steps(year)]
    yearly = sums.reshape(len(sums), len(lengths), len(LETTERS))[:, :, MACRO]
    return np.asarray((yearly * np.sqrt(lengths)).sum(axis=1) / np.sqrt(calendar.quarters))


def _paper(register: Assumptions, number: pools.Number) -> tuple[pools.Book, ...]:
    """Neoclouds' paper of the base date at the default that the listed one's equity says."""
    given = inputs.read(locate.register(), set(register.sources)).numbers
    debt = sum(pools.owed_by(register, *each, firm=LISTED) for each in pools.PAPER)
    default = Firm(given.equity_value, debt, given.equity_volatility).default(YEARS, given.reward)
    hazard = -np.log1p(-default) / YEARS
    return pools.paper(register, hazard, given.lgd_secured, given.lgd_unsecured, number)


def table(
    adds: Mapping[str, Array], of: Sequence[str], told: Mapping[str, Array], drawn: Array
) -> Iterator[str]:
    """Efficiency of controls alone and with the challenger's loss among them.

    Parameters
    ----------
    adds : headline in words → what each path adds to it; `of` its outcome.
    told : outcome → the challenger's loss.
    """
    yield "| | correlation with the challenger's loss | controls | controls and challenger |"
    yield "| --- | ---: | ---: | ---: |"
    further = np.stack([column for loss in told.values() for column in _columns(loss)], axis=1)
    both = np.concatenate([drawn, further], axis=1)
    for (name, values), outcome in zip(adds.items(), of, strict=True):
        along = np.corrcoef(values, told[outcome])[0, 1]
        yield f"| {name} | {along:.2f} | {_worth(drawn, values):.2f} | {_worth(both, values):.2f} |"


def _columns(loss: Array) -> Iterator[Array]:
    """A loss, and how far and whether it is beyond each knot; unit variance."""
    knots = np.quantile(loss, KNOTS)
    for column in (loss, *(np.maximum(loss - k, 0.0) for k in knots), *((loss > k) * 1.0 for k in knots)):
        yield (column - column.mean()) / column.std()


def _worth(drawn: Array, values: Array) -> float:
    """Variance over what controls leave of it, unbiased."""
    n, k = drawn.shape
    apart, centred = values - values.mean(), drawn - drawn.mean(axis=0)
    slopes = np.linalg.lstsq(centred.T @ centred, centred.T @ apart, rcond=None)[0]
    return float(apart.var() * (n - 1 - k) / (n - 1) / (apart - centred @ slopes).var())
