"""What par in default gets back: by instrument, by regime, and on the thesis page."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import isfinite
from typing import Any

import numpy as np

from risk.analysis import ranking, recoveries, statistics
from risk.analysis.recoveries import Reconciled, Recovery
from risk.analysis.statistics import THIN_TAIL, Estimate
from risk.report import spec
from risk.report.charts import Ranges
from risk.report.content import Cell, number_of
from risk.report.guards import Within
from risk.report.pack.base.cells import probability_text
from risk.report.pack.base.fields import amount, blank, chance, number, part
from risk.report.pack.base.names import words
from risk.report.pack.base.results import TAIL, Results
from risk.report.pack.credit.waterfall import GROUPS, INSTRUMENTS, SUMS, TOTALS
from risk.report.record import Field
from risk.report.spec import Spec
from risk.report.table import Table

QUANTILES = tuple(f"p{round(100 * level)}" for level in recoveries.LEVELS)

SPREAD = (0.10, 0.50, 0.90)
REGIMES = {"stress": "Stress", "rest": "Other"}
"""Sides of the distribution by regime, and their headers."""

CHART = 18
"""Rows that a chart is high, to leave room on the page."""


@dataclass(frozen=True)
class Recovered:
    """Recovery of an instrument, or several together: in all quarters, in those of stress and in the rest.

    Attributes
    ----------
    on : by quarters: "all", or one of `REGIMES`; `spread` : the quantiles of `SPREAD` over paths.
    change : of what is recovered of par, in stress less in the rest.
    """

    name: str
    on: Mapping[str, Recovery]
    spread: Mapping[str, tuple[Estimate, ...]]
    change: Estimate


def recovered(results: Results) -> list[Recovered]:
    """Every instrument, and what is added up."""
    found = []
    known = results.claims
    for name, parts in GROUPS.items():
        every, stress = (recoveries.together(claims, parts) for claims in known)
        summed = {"all": recoveries.recovery(every)}
        on = {"stress": stress, "rest": every.less(stress)}
        del every  # two columns of a dozen that a long run would hold
        spread = {side: statistics.quantiles(recoveries.by_path(on[side]), SPREAD) for side in REGIMES}
        summed |= {side: recoveries.recovery(claims) for side, claims in on.items()}
        found.append(Recovered(name, summed, spread, recoveries.difference(stress, on["rest"])))
    return found


def _share(key: str, header: str, get: Callable[[Any], Estimate] | None) -> Field[Any]:
    return amount(key, header, get, "fraction", error="± SE")


_NAMED: Field[Recovered] = spec.text("label", "Instrument", lambda r: words(r.name, TOTALS))
BY_INSTRUMENT: Spec[Recovered] = Spec(
    (
        _NAMED,
        number("n", "Paths with a claim", lambda r: r.on["all"].n, "count"),
        number("n_stress", "… in stress", lambda r: r.on["stress"].n, "count"),
        _share("pooled", "Pooled", lambda r: r.on["all"].pooled),
        *(
            _share(key, f"{key.upper()} of paths", part(lambda r: r.on["all"].quantiles, i))
            for i, key in enumerate(QUANTILES)
        ),
        _share("stress", "In stress", lambda r: r.on["stress"].pooled),
        _share("rest", "Other quarters", lambda r: r.on["rest"].pooled),
        _share("change", "Stress less other", None),
    ),
    id="recoveries",
    title="What is recovered of par in default",
    note=(
        "Recovery = 1 – loss over par in default. Pooled: over all paths and quarters, so that large "
        "defaults weigh more; a sum falls in stress partly as the mix of what defaults shifts. P5, P50, P95: "
        "over the paths on which at least USD 1m defaulted, each weighing the same. Stress: quarters in "
        "which the credit market is in its stress regime. * fewer than "
        f"{THIN_TAIL} paths in the tail."
    ),
    row_id=lambda r: r.name,
    bold=lambda r: r.name in SUMS,
    guards=(
        Within(
            "Recoveries shown outside [0, 1]",
            ("pooled", *QUANTILES, "stress", "rest"),
            *(0.0, 1.0, "all quarters, stress and the rest"),
        ),
    ),
)
"""Recovery over paths, and in stress against the rest."""


def _regime(side: str, header: str) -> tuple[Field[Recovered], ...]:
    levels = enumerate(f"p{round(100 * level)}" for level in SPREAD)
    return (
        number(f"{side}_n", f"{header}: paths", lambda r: r.on[side].n, "count"),
        blank(f"{side}_blank"),
        *(
            _share(f"{side}_{p}", f"{header}: {p.upper()}", part(lambda r: r.spread[side], i))
            for i, p in levels
        ),
    )


BY_REGIME: Spec[Recovered] = Spec(
    (_NAMED, *(field for side in REGIMES.items() for field in _regime(*side))),
    id="recoveries-regime",
    title="How recoveries are distributed over paths, by regime of the credit market",
    note=(
        "Recovery over par of what failed in quarters of the stress regime and of what failed in all others, "
        "over the paths on which at least USD 1m did, each path weighing the same; both sides are not the "
        "same paths. Recoveries are booked in the quarter of the default: the model has no time to recovery "
        "but the wait until seized GPUs are let again, which is in their value. * fewer than "
        f"{THIN_TAIL} paths in the tail."
    ),
    row_id=lambda r: r.name,
    bold=lambda r: r.name in SUMS,
)
"""Recovery over paths of what failed in quarters of stress, and in all others."""


def extremes(results: Results) -> tuple[float, float]:
    """Lowest and highest recovery of any instrument on any path."""
    every, _ = results.claims
    ends = list[tuple[float, float]]()
    for parts in GROUPS.values():
        if len(found := recoveries.by_path(recoveries.together(every, parts))):
            ends.append((float(found.min()), float(found.max())))
    return min(low for low, _ in ends), max(high for _, high in ends)


def ranges(table: Table) -> Ranges:
    """P5 to P95 of recovery by instrument."""
    shown = [name for name in INSTRUMENTS if isinstance(table.cell("p50", name), Cell)]
    values = {key: [number_of(table.cell(key, name)) for name in shown] for key in QUANTILES}
    lowest, highest = (shown[int(np.argmin(x))] for x in (values["p50"], [-v for v in values["p50"]]))
    return Ranges(
        id="chart-recoveries",
        title="Recovery by instrument over paths: P5 – median – P95",
        alt=(
            f"On the median path with a claim {words(lowest)} recover {min(values['p50']):.0%} and "
            f"{words(highest)} {max(values['p50']):.0%}."
        ),
        x_title="Instrument",
        y_title="Recovery, share of par in default",
        format="share",
        labels=[words(name) for name in shown],
        p5=values["p5"],
        p50=values["p50"],
        p95=values["p95"],
        most=1.0,
        height=CHART,
    )


PAGE = {
    "private": (
        *("Private credit: software and direct lending", "recovery-private-credit"),
        ("software", "direct_lending"),
    ),
    "syndicated": ("Syndicated: B-rated loans", "recovery-syndicated", ("b_loans",)),
}
"""Recoveries the thesis page prints: in words, its figure, and the instruments they speak of."""

TAILS, MIDDLE = 0.10, (1.0 / 3.0, 2.0 / 3.0)
"""Shares of paths below the page's figure at which the words change."""


def reconciliations(results: Results) -> list[Reconciled]:
    """The page's recoveries set against the model's."""
    worst = ranking.worst(results.loss, TAIL)
    found = []
    for _, figure, instruments in PAGE.values():
        page = recoveries.page_figure(results.register.page_figures[figure])
        every, stress = (recoveries.together(claims, instruments) for claims in results.claims)
        found.append(recoveries.reconciled(page, every, stress, worst))
    return found


RECONCILIATION: Spec[tuple[str, Reconciled]] = Spec(
    (
        spec.text("label", "Recovery", lambda of: PAGE[of[0]][0]),
        spec.figure("page", "Thesis page", lambda of: of[1].page, "rate", style="input"),
        blank("blank"),
        _share("mean", "Pooled", lambda of: of[1].everywhere.pooled),
        _share("middle", "P50 of paths", lambda of: of[1].everywhere.quantiles[1]),
        _share("stress", "In stress", lambda of: of[1].stress.pooled),
        _share("worst", f"Worst {TAIL:.0%}", lambda of: of[1].worst.pooled),
        chance("below", "Paths at or below page", lambda of: of[1].below),
        spec.text("reading", "The page's figure is", lambda of: reading(of[1]), span=4),
    ),
    id="reconciliation",
    title="The recoveries of the thesis page, reconciled",
    note=(
        "Recoveries are outcomes here, not constants: the page's figures are points of the distributions "
        f"that the model gives. Worst {TAIL:.0%}: by headline loss."
    ),
    row_id=lambda of: of[0],
)
"""Where the page's 33% and 52% lie among the model's recoveries."""


def reading(found: Reconciled) -> str:
    """What the page's figure is among the model's paths, in words."""
    share = found.below.value
    if share < TAILS:
        return "worse than nine paths in ten"
    if share < MIDDLE[0]:
        return "a bad path, not the usual one"
    if share <= MIDDLE[1]:
        return "an ordinary path"
    return "a good path" if share <= 1.0 - TAILS else "better than nine paths in ten"


def sentence(found: Sequence[Reconciled]) -> str:
    """What the reconciliation means."""
    told = []
    for (label, _, _), one in zip(PAGE.values(), found, strict=True):
        everywhere, stress, worst = (
            f"{side.pooled.value:.0%}" if isfinite(side.pooled.value) else "– (no default)"
            for side in (one.everywhere, one.stress, one.worst)
        )
        told.append(
            f"{label}: par in default recovers {everywhere}, in stress {stress}, on the worst "
            f"{TAIL:.0%} of paths {worst}; the thesis page's {one.page:.0%} or less happens on "
            f"{probability_text(one.below)} of paths and is {reading(one)}"
        )
    return ". ".join(told) + "."
