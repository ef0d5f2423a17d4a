"""The headlines with less noise from the same paths: what was drawn is known on average, and is taken out.

What a path drew of its parameters, and what its common factors did in a year, has a mean that is known
exactly. A run of so many paths has drawn a little more or less than that; what of a result goes along with
it, by a regression on the same paths, is chance, and comes off (control variates).

======  ====  ============================================================================================
symbol  unit  meaning
======  ====  ============================================================================================
c       1     controls of a path: uniforms of its parameters less 1/2, yearly sums of its factors; mean 0
ψ       any   what a path adds to a result: 1 or 0 of an event, its loss, y ≤ q, or (y − q)⁺ / (1 − p)
β       any   slopes of the regression of ψ on c
R²      1     share of the variance of ψ that c explains, less what as many idle controls cost
======  ====  ============================================================================================

mean, probability   ψ̄ − β c̄
quantile            the one at level 2p − (ψ̄ − β c̄), where q is the plain one and ψ = 1 where y ≤ q
shortfall           q + ψ̄ − β c̄

Each has √(1 − R²) of the error, and of the interval, that it has without.

Notes
-----
Lavenberg and Welch (1981), *Management Science* 27(3); for quantiles Hesterberg and Nelson (1998), same
journal, 44(9). Slopes found on the same paths leave a bias of order 1 / n. Measured, with the coverage of the
errors, by `benchmarks/fewer_paths.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from math import sqrt
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

from risk.analysis import statistics
from risk.analysis.estimate import Estimate
from risk.analysis.verdict import CLASSES
from risk.errors import UsageError
from risk.runs import Run
from risk.runs.passes import Columns
from risk.shocks.draw import draw_shocks, parameter_uniforms
from risk.shocks.stream import BLOCK
from risk.units import SCALE

if TYPE_CHECKING:
    from risk.assumptions import Assumptions

Array = NDArray[np.float64]
Kind = Literal["probability", "mean", "quantile", "shortfall"]
Part = tuple[Array, Sequence[Array]]
"""Controls of a block, and what each headline is told of on its paths."""

FEWEST = 20
"""Paths to each control below which a regression on them is not made."""

RARE = 30
"""Paths in a tail below which a result is left as it is, as is a probability whose interval is Wilson's."""

LOSSES: tuple[tuple[Kind, float], ...] = (
    ("mean", 0.5),
    *(("quantile", level) for level in (0.5, 0.95, 0.99)),
    *(("shortfall", level) for level in (0.95, 0.975, 0.99)),
)
"""What is told of each line of credit loss."""

MEDIANS = (
    *("capex_2027", "capex_2028", "capex_2030", "revenue_2028", "revenue_2030", "gap_2030"),
    *("h100_2026", "h100_2028", "h100_2030"),
)
"""Outcomes whose medians are told, where the register has them."""


@dataclass(frozen=True)
class Headline:
    """A number that is told of a run.

    Attributes
    ----------
    outcome : it is told of. `level` of a quantile or shortfall.
    """

    outcome: str
    label: str
    unit: str
    kind: Kind
    level: float = 0.5

    def estimate(self, values: Array) -> Estimate:
        """The number from (path,) values in its unit, as everywhere else."""
        match self.kind:
            case "probability":
                return statistics.probability(values)
            case "mean":
                return statistics.mean(values)
            case "quantile":
                return statistics.quantile(values, self.level)
            case "shortfall":
                return statistics.expected_shortfall(values, self.level)

    def added(self, values: Array, threshold: float) -> Array:
        """What each of (path,) values adds to the number, ψ; `threshold` is the plain quantile."""
        match self.kind:
            case "quantile":
                return (values <= threshold).astype(np.float64)
            case "shortfall":
                return np.maximum(values - threshold, 0.0) / (1.0 - self.level)
            case _:
                return values


@dataclass(frozen=True)
class Sharpened:
    """A headline as the run has it, and with the controls' noise out.

    Attributes
    ----------
    explained : R², share of the variance that controls explain; 0 where the number is left as it is.
    """

    headline: Headline
    plain: Estimate
    sharp: Estimate
    explained: float

    @property
    def worth(self) -> float:
        """How many times as many paths would tell the number as well."""
        return 1.0 / (1.0 - self.explained)


def headlines(register: Assumptions, kept: Collection[str]) -> tuple[Headline, ...]:
    """What is sharpened: classes, propositions that are answered, lines of loss, medians of the markets.

    Parameters
    ----------
    kept : outcomes that a run of the register has.
    """
    claims = {p.id: f"{p.id} {p.label}" for p in register.propositions.values() if not p.pending}
    found = [Headline(id, label, "1", "probability") for id, label in (dict(CLASSES) | claims).items()]
    shown = register.outcomes
    for name in (f"{line}_loss" for line in register.tables["credit.line"].names):
        if row := shown.get(name):
            found += [Headline(name, row.label, row.unit, *tail) for tail in LOSSES]
    found += [Headline(n, shown[n].label, shown[n].unit, "quantile") for n in MEDIANS if n in shown]
    return tuple(headline for headline in found if headline.outcome in kept)


def sharpened(run: Run) -> tuple[Sharpened, ...]:
    """Every headline of a run with and without its controls; of its columns one is held, or some blocks.

    Raises
    ------
    UsageError : too few paths for a regression on as many controls.
    """
    told = headlines(run.register, run.names("outcomes"))
    columns = Columns(run, "outcomes", (headline.outcome for headline in told))
    finite = {name for name, values in columns.items() if np.isfinite(values).all()}
    known = [headline for headline in told if headline.outcome in finite]

    def values(place: int) -> Array:
        headline = known[place]
        return columns[headline.outcome] / SCALE.get(headline.unit, 1.0)

    return _regressed(known, values, _parts(run, known), run.paths)


def _parts(run: Run, told: Sequence[Headline]) -> Iterator[Part]:
    for rows, found in run.batches("outcomes", dict.fromkeys(headline.outcome for headline in told)):
        for first in range(0, rows.stop - rows.start, BLOCK):
            drawn = controls(run.register, run.manifest.seed, run.block((rows.start + first) // BLOCK))
            some = slice(first, first + BLOCK)
            yield drawn, [found[h.outcome][some] / SCALE.get(h.unit, 1.0) for h in told]


def controls(register: Assumptions, seed: int, block: int) -> Array:
    """Controls of a random block, (1024, control), each of mean zero and unit variance before the clip.

    Uniforms that parameters are drawn from, and innovations of the common factors summed by calendar year.
    """
    calendar = register.calendar
    uncertain = [entry for entry in register.entries.values() if entry.prior is not None]
    rows = np.concatenate([parameter_uniforms(entry, seed, block) for entry in uncertain])
    common = draw_shocks(register, seed, block, calendar.quarters, {}, {}, register.shocks).common
    years = [[t - 1 for t in calendar.steps(year)] for year in calendar.years]
    sums = [common[quarters].sum(axis=0) / sqrt(len(quarters)) for quarters in years if quarters]
    return np.concatenate([sqrt(12.0) * (rows.T - 0.5), *sums], axis=1)


def regressed(
    told: Sequence[tuple[Headline, Array]], blocks: Iterator[Array], paths: int
) -> tuple[Sharpened, ...]:
    """Headlines with their (path,) values, regressed on the controls of one block after another.

    Parameters
    ----------
    blocks : (1024, control) each; of the last only the paths that there are count.

    Raises
    ------
    UsageError : too few paths for as many controls.
    """
    parts = (
        (drawn, [values[first : first + BLOCK] for _, values in told])
        for first, drawn in zip(range(0, paths, BLOCK), blocks, strict=True)
    )
    return _regressed([headline for headline, _ in told], lambda place: told[place][1], parts, paths)


def _regressed(
    told: Sequence[Headline], values: Callable[[int], Array], parts: Iterator[Part], paths: int
) -> tuple[Sharpened, ...]:
    """The same of columns that are read by their places when they are asked for."""
    plain, thresholds = list[Estimate](), list[float]()
    for place, headline in enumerate(told):
        column = values(place)
        plain.append(headline.estimate(column))
        thresholds.append(float(np.quantile(column, headline.level, method=statistics.QUANTILE_METHOD)))
    moments = Moments()
    for drawn, rows in parts:
        adds = [h.added(part, q) for h, part, q in zip(told, rows, thresholds, strict=True)]
        moments.add(drawn[: len(adds[0])], np.stack(adds, axis=1))
    _refuse_few(paths, moments.controls)
    off, explained = moments.fitted()
    return tuple(
        _sharpened(headline, partial(values, place), before, float(off[place]), float(explained[place]))
        for place, (headline, before) in enumerate(zip(told, plain, strict=True))
    )


class Moments:
    """Sums of controls and of what paths add to results, and of their products, block after block."""

    def __init__(self) -> None:
        self.paths, self.controls = 0, 0
        self._sums: Array = np.zeros(0)
        self._products: Array = np.zeros((0, 0))

    def add(self, drawn: Array, adds: Array) -> None:
        """Take in (path, control) and (path, result) of a block."""
        both = np.concatenate([drawn, adds], axis=1)
        if not self.paths:
            self._sums, self._products = np.zeros(both.shape[1]), np.zeros((both.shape[1],) * 2)
        self._sums += both.sum(axis=0)
        self._products += both.T @ both
        self.paths, self.controls = self.paths + len(both), drawn.shape[1]

    def fitted(self) -> tuple[Array, Array]:
        """By result what comes off its mean, β c̄, and the share of its variance that controls explain."""
        n, k = self.paths, self.controls
        means = self._sums / n
        covariance = self._products / n - np.multiply.outer(means, means)
        slopes = np.linalg.lstsq(covariance[:k, :k], covariance[:k, k:], rcond=None)[0]
        variance = np.diag(covariance)[k:]
        along = (slopes * covariance[:k, k:]).sum(axis=0)
        # Unbiased, and larger by what it costs to find the slopes on the same paths (Lavenberg and Welch).
        left = (variance - along) * (n - 1.0) / (n - 1.0 - k) * (n - 2.0) / (n - 2.0 - k)
        share = np.where(variance > 0.0, 1.0 - left / np.where(variance > 0.0, variance, 1.0), 0.0)
        return (slopes * means[:k, None]).sum(axis=0), np.clip(share, 0.0, 1.0 - 1e-9)


def _refuse_few(paths: int, count: int) -> None:
    if paths < FEWEST * count:
        blocks = -(-FEWEST * count // BLOCK)
        raise UsageError(
            f"{paths:,} paths are too few for a regression on {count} controls",
            f"simulate {blocks * BLOCK:,} or more",
        )


def _sharpened(
    headline: Headline,
    values: Callable[[], Array],
    plain: Estimate,
    off: float,
    explained: float,
) -> Sharpened:
    """A headline less what comes off; as it is where it rests on few paths, or controls explain nothing."""
    rare = plain.limits is not None if headline.kind == "probability" else (plain.tail or RARE) < RARE
    if rare or explained == 0.0:
        return Sharpened(headline, plain, plain, 0.0)
    value, left = plain.value - off, sqrt(1.0 - explained)
    if headline.kind == "quantile":
        # Of what is at or below the plain quantile `off` too much was drawn: what was meant lies further up.
        value = statistics.quantile(values(), min(max(headline.level + off, 0.0), 1.0)).value
    limits = None
    if plain.limits is not None:
        low, high = (value + left * (end - plain.value) for end in plain.limits)
        limits = low, high
    sharp = Estimate(value, left * plain.standard_error, plain.n, limits, plain.tail)
    return Sharpened(headline, plain, sharp, explained)
