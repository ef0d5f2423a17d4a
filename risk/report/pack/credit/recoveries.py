"""What par in default gets back: by instrument, by regime, and on the thesis page."""

from __future__ import annotations

from math import isfinite

import numpy as np

from risk.analysis import ranking, recoveries, statistics
from risk.analysis.recoveries import Claims, Reconciled
from risk.analysis.statistics import THIN_TAIL
from risk.report.charts import Ranges
from risk.report.pack.base.cells import margin_cell, pair, probability_cell, probability_text
from risk.report.pack.base.names import words
from risk.report.pack.base.results import TAIL, Results
from risk.report.pack.credit.waterfall import INSTRUMENTS, SUMS, TOTALS
from risk.report.table import Cell, Column, Content, Table, number_of

QUANTILES = tuple(f"p{round(100 * level)}" for level in recoveries.LEVELS)


SPREAD = (0.10, 0.50, 0.90)
REGIMES = {"stress": "Stress", "rest": "Other"}
"""Sides of the distribution by regime, and their headers."""

CHART = 12
"""Rows that a chart is high, to leave room on the page."""


def _summaries(results: Results) -> dict[str, tuple[Claims, Claims]]:
    """Instrument or group → claims in all quarters, and in those of stress."""
    groups = {name: (name,) for name in INSTRUMENTS} | dict(SUMS)
    every, stress = results.claims
    return {
        name: (recoveries.together(every, parts), recoveries.together(stress, parts))
        for name, parts in groups.items()
    }


def by_instrument(results: Results) -> Table:
    """Recovery over paths, and in stress against the rest."""
    columns = [
        Column("label", "Instrument"),
        Column("n", "Paths with a claim", "count", style="engine"),
        Column("n_stress", "… in stress", "count", style="engine"),
        *_paired("pooled", "Pooled"),
    ]
    for key in QUANTILES:
        columns += _paired(key, f"{key.upper()} of paths")
    columns += [*_paired("stress", "In stress"), *_paired("rest", "Other quarters")]
    columns += _paired("change", "Stress less other")
    rows = []
    made = _summaries(results)
    for name, (every, stress) in made.items():
        found, rest = recoveries.recovery(every), every.less(stress)
        counts = (found.n, len(recoveries.by_path(stress)))
        estimates = (
            *(found.pooled, *found.quantiles, recoveries.pooled(stress), recoveries.pooled(rest)),
            recoveries.difference(stress, rest),
        )
        cells = [cell for estimate in estimates for cell in pair(estimate, "fraction")]
        rows.append((words(name, TOTALS), *counts, *cells))
    note = (
        "Recovery = 1 – loss over par in default. Pooled: over all paths and quarters, so that large "
        "defaults weigh more; a sum falls in stress partly as the mix of what defaults shifts. P5, P50, P95: "
        "over the paths on which at least USD 1m defaulted, each weighing the same. Stress: quarters in "
        "which the credit market is in its stress regime. * fewer than "
        f"{THIN_TAIL} paths in the tail."
    )
    bold = frozenset(i for i, name in enumerate(made) if name in SUMS)
    title = "What is recovered of par in default"
    return Table("recoveries", tuple(columns), tuple(rows), title, note, tuple(made), bold)


def by_regime(results: Results) -> Table:
    """Recovery over paths of what failed in quarters of stress, and in all others."""
    columns = [Column("label", "Instrument")]
    for key, header in REGIMES.items():
        columns.append(Column(f"{key}_n", f"{header}: paths", "count", style="engine"))
        columns.append(Column(f"{key}_blank", ""))
        for level in SPREAD:
            columns += _paired(f"{key}_p{round(100 * level)}", f"{header}: P{round(100 * level)}")
    rows = []
    made = _summaries(results)
    for name, (every, stress) in made.items():
        cells: list[Content] = [words(name, TOTALS)]
        for found in (stress, every.less(stress)):
            paths = recoveries.by_path(found)
            cells += [len(paths), None]
            cells += [c for q in statistics.quantiles(paths, SPREAD) for c in pair(q, "fraction")]
        rows.append(tuple(cells))
    note = (
        "Recovery over par of what failed in quarters of the stress regime and of what failed in all others, "
        "over the paths on which at least USD 1m did, each path weighing the same; both sides are not the "
        "same paths. Recoveries are booked in the quarter of the default: the model has no time to recovery "
        "but the wait until seized GPUs are let again, which is in their value. * fewer than "
        f"{THIN_TAIL} paths in the tail."
    )
    bold = frozenset(i for i, name in enumerate(made) if name in SUMS)
    title = "How recoveries are distributed over paths, by regime of the credit market"
    return Table("recoveries-regime", tuple(columns), tuple(rows), title, note, tuple(made), bold)


def _paired(key: str, header: str) -> list[Column]:
    return [
        Column(key, header, "rate", style="engine"),
        Column(f"{key}_se", "± SE", "standard_error", style="note", align="right"),
    ]


def extremes(results: Results) -> tuple[float, float]:
    """Lowest and highest recovery of any instrument on any path."""
    found = [recoveries.by_path(every) for every, _ in _summaries(results).values()]
    return min(float(r.min()) for r in found if len(r)), max(float(r.max()) for r in found if len(r))


def ranges(results: Results, table: Table) -> Ranges:
    """P5 to P95 of recovery by instrument."""
    shown = [name for name in INSTRUMENTS if isinstance(_cell(table, "p50", name), Cell)]
    values = {key: [number_of(_cell(table, key, name)) for name in shown] for key in QUANTILES}
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


def _cell(table: Table, column: str, row: str) -> Content:
    return table.rows[table.row_number(row)][table.index(column)]


PAGE = (
    (
        "private",
        "Private credit: software and direct lending",
        "recovery-private-credit",
        ("software", "direct_lending"),
    ),
    ("syndicated", "Syndicated: B-rated loans", "recovery-syndicated", ("b_loans",)),
)
"""Recoveries the thesis page prints, and the instruments they speak of."""

TAILS, MIDDLE = 0.10, (1.0 / 3.0, 2.0 / 3.0)
"""Shares of paths below the page's figure at which the words change."""


def reconciliations(results: Results) -> tuple[Reconciled, ...]:
    """The page's recoveries set against the model's."""
    worst = ranking.worst(results.loss, TAIL)
    every, stress = results.claims
    return tuple(
        recoveries.reconciled(
            recoveries.page_figure(results.register.page_figures[figure]),
            recoveries.together(every, instruments),
            recoveries.together(stress, instruments),
            worst,
        )
        for _, _, figure, instruments in PAGE
    )


def reconciliation(results: Results) -> Table:
    """Where the page's 33% and 52% lie among the model's recoveries."""
    columns = [
        Column("label", "Recovery"),
        Column("page", "Thesis page", "rate", style="input"),
        Column("blank", ""),
        *_paired("mean", "Pooled"),
        *_paired("middle", "P50 of paths"),
        *_paired("stress", "In stress"),
        *_paired("worst", f"Worst {TAIL:.0%}"),
        Column("below", "Paths at or below page", "probability", style="engine"),
        Column("below_mc", "± 95%", "margin", style="note"),
        Column("reading", "The page's figure is", span=4),
    ]
    rows = []
    for (_, label, _, _), found in zip(PAGE, reconciliations(results), strict=True):
        middle = found.everywhere.quantiles[1]
        estimates = (found.everywhere.pooled, middle, found.stress.pooled, found.worst.pooled)
        cells = [cell for estimate in estimates for cell in pair(estimate, "fraction")]
        chance = probability_cell(found.below), margin_cell(found.below)
        rows.append((label, found.page, None, *cells, *chance, reading(found)))
    note = (
        "Recoveries are outcomes here, not constants: the page's figures are points of the distributions "
        f"that the model gives. Worst {TAIL:.0%}: by headline loss."
    )
    title = "The recoveries of the thesis page, reconciled"
    return Table("reconciliation", tuple(columns), tuple(rows), title, note, tuple(p[0] for p in PAGE))


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


def sentence(results: Results) -> str:
    """What the reconciliation means."""
    told = []
    for (_, label, _, _), found in zip(PAGE, reconciliations(results), strict=True):
        everywhere, stress, worst = (
            f"{pooled.value:.0%}" if isfinite(pooled.value) else "– (no default)"
            for pooled in (found.everywhere.pooled, found.stress.pooled, found.worst.pooled)
        )
        told.append(
            f"{label}: par in default recovers {everywhere}, in stress {stress}, on the worst "
            f"{TAIL:.0%} of paths {worst}; the thesis page's {found.page:.0%} or less happens on "
            f"{probability_text(found.below)} of paths and is {reading(found)}"
        )
    return ". ".join(told) + "."
