"""What moved between two runs, and whether it is more than noise.

Runs of the same seed share the draws of the paths that both have, so that their errors largely cancel: the
error of a difference on these is that of the paths' differences.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from risk.analysis import statistics
from risk.analysis.loss_lines import outcome
from risk.analysis.statistics import Estimate
from risk.analysis.verdict import CLASSES, decided
from risk.assumptions.measures import measures
from risk.axes import ended
from risk.runs import Run
from risk.runs.passes import Columns
from risk.units import SCALE

Array = NDArray[np.float64]

NOISE = 2.0
"""Standard errors within which a difference counts as noise."""


def beyond_noise(value: float, standard_error: float) -> bool:
    """Whether a difference exceeds what counts as noise; never where its error is not known (NaN)."""
    return abs(value) > NOISE * standard_error


@dataclass(frozen=True)
class Statistic:
    """A number computed from one outcome, and how each path moves it.

    Attributes
    ----------
    influence : (path,) values whose mean is zero and whose standard error is that of the estimate.
    """

    estimate: Estimate
    influence: Array


@dataclass(frozen=True)
class Difference:
    """One result of two runs.

    Attributes
    ----------
    unit : as a `Variable` has it; empty for probabilities.
    change : after less before; its error is the paired one where both runs share their draws.
    """

    name: str
    label: str
    unit: str
    before: Estimate
    after: Estimate
    change: Estimate

    @property
    def noise(self) -> bool:
        """Whether chance alone may have moved it so far."""
        return not beyond_noise(self.change.value, self.change.standard_error)


def mean(values: Array) -> Statistic:
    """Mean of (path,) values."""
    found = statistics.mean(values)
    return Statistic(found, values - found.value)


def probability(flags: Array) -> Statistic:
    """Share of (path,) flags that are 1."""
    return Statistic(statistics.probability(flags), flags - flags.mean())


def quantile(level: float) -> Callable[[Array], Statistic]:
    """Quantile of (path,) values.

    The influence of a path on a quantile is ``(level − 1{x ≤ q}) / f(q)``; the density is read off the
    quantile's own standard error.
    """

    def measure(values: Array) -> Statistic:
        found = statistics.quantile(values, level)
        scale = found.standard_error * math.sqrt(len(values)) / math.sqrt(level * (1.0 - level))
        below = (values <= found.value).astype(np.float64)
        return Statistic(found, (level - below) * scale)

    return measure


def shortfall(level: float) -> Callable[[Array], Statistic]:
    """Expected shortfall of (path,) losses: the influence is ``(L − VaR)⁺ / (1 − level)`` about its mean."""

    def measure(losses: Array) -> Statistic:
        found = statistics.expected_shortfall(losses, level)
        excess = np.maximum(losses - np.quantile(losses, level), 0.0) / (1.0 - level)
        return Statistic(found, excess - excess.mean())

    return measure


MEASURES: tuple[tuple[str, str, Callable[[Array], Statistic]], ...] = (
    ("headline_loss", "Headline loss, mean", mean),
    ("headline_loss", "Headline loss, P50", quantile(0.50)),
    ("headline_loss", "Headline loss, VaR 95%", quantile(0.95)),
    ("headline_loss", "Headline loss, ES 97.5%", shortfall(0.975)),
    ("capex_2030", "{Spender} cash capex {0}, P50", quantile(0.50)),
    ("revenue_2030", "End-customer {sector} revenue {0}, P50", quantile(0.50)),
    ("gap_2030", "Revenue gap {0}, P50", quantile(0.50)),
    ("h100_2028", "{Numeraire} contract rent end-{0.year}, P50", quantile(0.50)),
)
"""Outcome, label with its window and its roles, how it is measured."""


def differences(before: Run, after: Run, paths: int = 0) -> tuple[Difference, ...]:
    """The verdict and headline numbers of two runs.

    Parameters
    ----------
    paths : compare the first so many of both, path by path, and no others; by default all.
    """
    paired = paths > 0 or share_draws(before, after)
    labels = {name: f"P({label.lower()})" for name, label in CLASSES}
    labels |= {name: f"P({name}) {claim.label}" for name, claim in after.register.propositions.items()}
    measured, first = (*MEASURES, *_beside(after)), slice(paths or None)
    wanted = [*labels, *(name for name, *_ in measured)]
    old, new = (
        Columns(run, "outcomes", [name for name in wanted if name in run.names("outcomes")])
        for run in (before, after)
    )
    found = []
    for name, label in labels.items():
        if name not in old or name not in new:
            continue
        one, two = (run[name][first] for run in (old, new))
        if np.isfinite(one).all() and np.isfinite(two).all():
            said = dated(label, name, before, after)
            found.append(_difference(name, said, "", probability(one), probability(two), paired))
    variables = {variable.name: variable for variable in after.variables}
    for name, text, measure in measured:
        unit = variables[name].unit
        label = dated(after.register.said(text, after.span(name)), name, before, after)
        then, now = (measure(run[name][first] / SCALE[unit]) for run in (old, new))
        found.append(_difference(name, label, unit, then, now, paired))
    return tuple(found)


def _beside(run: Run) -> Iterator[tuple[str, str, Callable[[Array], Statistic]]]:
    """As `MEASURES`, of the lines of credit loss beside the headline."""
    for row in run.register.tables["credit.line"].rows[1:]:
        label = f"{getattr(row, 'label', row.id)}, loss"
        yield outcome(row.id), f"{label}, mean", mean
        yield outcome(row.id), f"{label}, ES 97.5%", shortfall(0.975)


def windows(run: Run, name: str) -> tuple[str, ...]:
    """Stretches of time that an outcome, a proposition or an outcome class looks at, as the run has them."""
    register = run.register
    own = next(found for found in register.classes.values() if not found.id)
    rows = {**register.outcomes, **{claim.id: claim for claim in register.claims}}
    parts = (own.gap, *own.breaks) if name in dict(CLASSES) else (name,)
    found = measures(rows[part] for part in parts if part in rows)
    return tuple(dict.fromkeys(str(run.window(over)) for m in found for over in (m.over, m.per_over) if over))


def dated(label: str, name: str, before: Run, after: Run) -> str:
    """A label, and where both runs look at different stretches of time the two of them."""
    now, then = windows(after, name), windows(before, name)
    if now == then:
        return label
    if name in dict(CLASSES) and decided(after) != decided(before):
        now, then = (decided(after),), (decided(before),)
    own = "" if any(ended(end) in label for end in now) else f"{', '.join(now)}; "
    return f"{label} ({own}before: {', '.join(then)})"


def shared_paths(before: Run, after: Run) -> int:
    """Paths that both runs have: path i of one is path i of the other under other assumptions."""
    one, two = ((run.manifest.seed, run.manifest.quarters) for run in (before, after))
    return min(before.paths, after.paths) if one == two else 0


def share_draws(before: Run, after: Run) -> bool:
    """Whether every path of one is also a path of the other."""
    return before.paths == after.paths == shared_paths(before, after)


def change(before: Statistic, after: Statistic, paired: bool) -> Estimate:
    """After less before, with the error of the difference path by path where both share their draws."""
    if paired:
        error = statistics.mean(after.influence - before.influence).standard_error
    else:
        error = math.hypot(before.estimate.standard_error, after.estimate.standard_error)
    paths = min(before.estimate.n, after.estimate.n)
    return Estimate(after.estimate.value - before.estimate.value, error, paths)


def _difference(
    name: str, label: str, unit: str, before: Statistic, after: Statistic, paired: bool
) -> Difference:
    moved = change(before, after, paired)
    return Difference(name, label, unit, before.estimate, after.estimate, moved)
