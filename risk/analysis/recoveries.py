"""What credit recovers: par in default, what of it came back, and the recoveries of the thesis page.

Two averages are kept apart. The *pooled* recovery asks what a dollar in default got back, over all paths
together; it is a ratio of means, so large defaults weigh more. The *quantiles* are over paths, each path
weighing the same, among those on which anything defaulted.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import nan

import numpy as np
from numpy.typing import NDArray

from risk.analysis import statistics
from risk.analysis.statistics import Estimate
from risk.assumptions.figures import printed, scale
from risk.assumptions.page import Figure
from risk.runs import Run
from risk.runs.passes import Columns

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]

LEVELS = (0.05, 0.50, 0.95)
SMALLEST = 1e6
"""USD in default below which a path tells nothing about recovery."""

DUST = 12
"""Decimals of a recovery: what lies beyond them is rounding of the division."""


@dataclass(frozen=True)
class Claims:
    """Par in default and what of it was lost, (path,) USD each."""

    par: Array
    loss: Array

    @property
    def recovered(self) -> Array:
        """What came back, (path,) USD."""
        return self.par - self.loss

    def less(self, other: Claims) -> Claims:
        """What is left without a part of it."""
        return Claims(self.par - other.par, self.loss - other.loss)


@dataclass(frozen=True)
class Recovery:
    """Recovery over par in default.

    Attributes
    ----------
    n : paths with a claim of at least `SMALLEST`.
    pooled : what a dollar in default gets back.
    quantiles : one a level of `LEVELS`, over those n paths.
    lowest, highest : on any of them; NaN where there is none.
    """

    n: int
    pooled: Estimate
    quantiles: tuple[Estimate, ...]
    lowest: float
    highest: float


@dataclass(frozen=True)
class Reconciled:
    """A recovery that the thesis page prints, and where it lies among those of the model.

    Attributes
    ----------
    page : the page's figure.
    worst : pooled, over the worst paths.
    below : share of the paths with a claim that recover as little or less.
    """

    page: float
    everywhere: Recovery
    stress: Recovery
    worst: Recovery
    below: Estimate


class ByInstrument(Mapping[str, Claims]):
    """Claims by instrument, read when asked for; `part`: of some quarters only, see `tally.PARTS`."""

    def __init__(self, run: Run, part: str = "") -> None:
        kinds = (f"claim_{part}", f"loss_{part}") if part else ("claim", "loss")
        self._pairs = {n: [f"{kind}.{n}" for kind in kinds] for n in run.entities["losses.instrument"]}
        self._columns = Columns(run, "outcomes", (name for pair in self._pairs.values() for name in pair))

    def __getitem__(self, instrument: str) -> Claims:
        return Claims(*(self._columns[name] for name in self._pairs[instrument]))

    def __iter__(self) -> Iterator[str]:
        return iter(self._pairs)

    def __len__(self) -> int:
        return len(self._pairs)


def claims(run: Run, part: str = "") -> Mapping[str, Claims]:
    """Claims by instrument; `part` as of `ByInstrument`."""
    return ByInstrument(run, part)


def together(found: Mapping[str, Claims], instruments: Sequence[str]) -> Claims:
    """Claims on some instruments added up, path by path."""
    first, *others = instruments
    par, loss = found[first].par, found[first].loss
    for name in others:
        par, loss = par + found[name].par, loss + found[name].loss
    return Claims(par, loss)


def by_path(found: Claims) -> Array:
    """Recovery of every path on which something defaulted, (path with a claim,)."""
    some = found.par >= SMALLEST
    return np.round(1.0 - found.loss[some] / found.par[some], DUST)


def recovery(found: Claims) -> Recovery:
    """Summarise claims, over the paths they cover."""
    paths = by_path(found)
    ends = (float(paths.min()), float(paths.max())) if len(paths) else (nan, nan)
    return Recovery(len(paths), pooled(found), statistics.quantiles(paths, LEVELS), *ends)


def pooled(found: Claims) -> Estimate:
    """What a dollar in default gets back: one less the ratio of means.

    Notes
    -----
    Standard error of a ratio R of means by its influence, ``(loss − R par) / mean par``.
    """
    if not len(found.par) or found.par.sum() < SMALLEST:
        return Estimate(nan, nan, 0)
    ratio, influence = _ratio(found)
    return Estimate(1.0 - ratio, statistics.mean(influence).standard_error, len(influence))


def difference(left: Claims, right: Claims) -> Estimate:
    """Pooled recovery of one less that of the other, both on the same paths."""
    if min(left.par.sum(), right.par.sum()) < SMALLEST:
        return Estimate(nan, nan, 0)
    (a, up), (b, down) = _ratio(left), _ratio(right)
    return Estimate(b - a, statistics.mean(down - up).standard_error, len(up))


def _ratio(found: Claims) -> tuple[float, Array]:
    par = statistics.mean(found.par).value
    ratio = statistics.mean(found.loss).value / par
    return ratio, (found.loss - ratio * found.par) / par


def selected(found: Claims, paths: Flags) -> Claims:
    """The same on some paths only."""
    return Claims(found.par[paths], found.loss[paths])


def reconciled(page: float, every: Claims, stress: Claims, worst: Flags) -> Reconciled:
    """Set a figure of the page against the model's claims; `worst` selects paths."""
    return Reconciled(
        page,
        recovery(every),
        recovery(stress),
        recovery(selected(every, worst)),
        statistics.probability(by_path(every) <= page),
    )


def page_figure(figure: Figure) -> float:
    """A share of the thesis page, which prints it in percent; the middle of a range."""
    span = printed(figure.value)
    if span is None:
        raise ValueError(f"figure '{figure.id}' of the thesis page is '{figure.value}', which is no number")
    return span.middle * scale(figure.unit)
