"""What each instrument contributes to the expected shortfall of the headline loss."""

from __future__ import annotations

from collections.abc import Iterator
from math import fsum

import numpy as np

from risk.analysis import statistics
from risk.analysis.contributions import contributions
from risk.analysis.metrics import HEADLINE, HEADLINE_TAIL
from risk.analysis.statistics import Estimate
from risk.report.guards import ROUNDING, Condition
from risk.report.pack.base.cells import Tables, pair
from risk.report.pack.base.names import words
from risk.report.pack.base.results import Results
from risk.report.pack.credit.losses import TOTAL
from risk.report.pack.credit.waterfall import EXPOSED
from risk.report.table import Cell, Column, Content, Formula, Table, number_of

TABLE = "shortfall"


def table(results: Results) -> Table:
    """Instruments of the headline loss, their means and their contributions, with live sums and shares."""
    names = EXPOSED
    losses = np.stack([results.claims[0][name].loss for name in names])
    parts = contributions(losses, HEADLINE_TAIL)
    means = [statistics.mean(loss) for loss in losses]
    columns = [Column("label", "Instrument")]
    for key, header in (("mean", "Mean loss"), ("es", f"In ES {HEADLINE_TAIL:.1%}")):
        columns.append(Column(key, header, "usd_bn", style="engine"))
        columns.append(Column(f"{key}_se", "±", "usd_error", style="note", align="right"))
    columns += [Column("share", "Share of ES", "rate", style="calculation"), Column("blank", "")]
    columns.append(Column("mean_share", "Share of mean", "rate", style="calculation"))
    wholes = [fsum(e.value for e in found) for found in (parts, means)]
    rows = [
        (words(name), *pair(mean, "USD bn"), *pair(part, "USD bn"), *_shares(part, mean, wholes))
        for name, part, mean in zip(names, parts, means, strict=True)
    ]
    note = (
        f"The headline loss on the worst {1.0 - HEADLINE_TAIL:.1%} of paths, by instrument: Euler's "
        "contributions, which add up to the expected shortfall. An instrument with a larger share of it than "
        "of the mean is one whose losses come when the others do. ± = standard error."
    )
    rows.append(_total(rows))
    bold = frozenset({len(names)})
    title = "What makes up the expected shortfall of the headline loss, USD bn"
    return Table(TABLE, tuple(columns), tuple(rows), title, note, (*names, TOTAL), bold)


def _shares(part: Estimate, mean: Estimate, wholes: list[float]) -> tuple[Content, ...]:
    """Live shares of both sums; "–" where there is nothing to share."""
    cells: list[Content] = []
    for key, estimate, whole in zip(("es", "mean"), (part, mean), wholes, strict=True):
        formula = f"{{row.{key}}}/{{{TABLE}.{key}[{TOTAL}]}}"
        cells.append(Formula(formula, estimate.value / whole) if whole > 0.0 else "–")
    return cells[0], None, cells[1]


def _total(rows: list[tuple[Content, ...]]) -> tuple[Content, ...]:
    """Live sums over the instruments."""
    cells: list[Content] = ["Headline loss"]
    for key, place in (("mean", 1), ("es", 3)):
        text = f"SUM({{{TABLE}.{key}[0]}}:{{{TABLE}.{key}[{len(rows) - 1}]}})"
        amount = fsum(number_of(row[place]) for row in rows)
        cells += [Cell(Formula(text, amount), "usd_bn", "calculation"), None]
    return (*cells, None, None, None)


def conditions(t: Tables) -> Iterator[Condition]:
    """The contributions add up to what Metrics says."""
    for key, metric, text in (("es", "es975", "ES contributions"), ("mean", "mean", "Mean losses")):
        here, there = t.at(TABLE, key, TOTAL), t.at("metrics", metric, HEADLINE)
        label = f"{text} of the instruments add up to the headline's"
        yield Condition(label, here, there, ROUNDING, "PrivateCredit v. Metrics")
