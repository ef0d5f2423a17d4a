"""From exposure to loss, instrument by instrument: on all paths, around the median and in the tail."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import fsum

import numpy as np

from risk.analysis import ranking, recoveries, statistics
from risk.analysis.recoveries import Claims
from risk.analysis.statistics import Estimate
from risk.report.charts import Step, Waterfall
from risk.report.pack.base.cells import pair
from risk.report.pack.base.names import words
from risk.report.pack.base.results import TAIL, Array, Results
from risk.report.sheet import At, Band
from risk.report.table import Cell, Column, Content, Formula, Table, number_of

PAPER = ("ddtl", "vendor", "site_loan", "revolver", "notes", "converts")
EXPOSED = (*PAPER, "spv", "software")
INSTRUMENTS = (*EXPOSED, "direct_lending", "b_loans")

SUMS: Mapping[str, tuple[str, ...]] = {"paper": PAPER, "exposed": EXPOSED, "all": INSTRUMENTS}
"""Rows printed bold, each below the last of what it adds up."""

STAGES = ("par", "recovered", "loss")
PAIRS = 4
"""Numbers a row of the waterfall has, each with its error."""


@dataclass(frozen=True)
class View:
    """Paths over which means are taken, from one quantile of the headline loss to another."""

    id: str
    short: str
    label: str
    low: float
    high: float


SHARE = f"{TAIL:.0%}"
VIEWS = (
    View("mean", "all paths", "all paths", 0.0, 1.0),
    View(
        *("middle", "around the median", f"the {SHARE} of paths around the median headline loss"),
        *(0.5 - TAIL / 2, 0.5 + TAIL / 2),
    ),
    View("worst", f"worst {SHARE}", f"the worst {SHARE} of paths by headline loss", 1.0 - TAIL, 1.0),
)


def bands(results: Results) -> tuple[Band, ...]:
    """One waterfall a view, as a table with its chart beside it."""
    made = [(view, waterfall(results, view)) for view in VIEWS]
    beside = 2 * PAIRS + 2
    return tuple(Band((At(table, 1, beside - 1), At(_steps(view, table), beside))) for view, table in made)


def waterfall_id(view: View) -> str:
    """Id of a view's table."""
    return f"waterfall-{view.id}"


def waterfall(results: Results, view: View) -> Table:
    """Exposure, par in default, what of it came back and what was lost; means over a view's paths."""
    paths = ranking.between(results.loss, view.low, view.high)
    exposure = dict(zip(INSTRUMENTS, _exposure(results), strict=True))
    claims, _ = results.claims
    rows, ids = [], []
    for name in INSTRUMENTS:
        found = recoveries.selected(claims[name], paths)
        rows.append((words(name), *pair(_exact(exposure[name]), "USD bn"), *_stages(found)))
        ids.append(name)
        for total, parts in SUMS.items():
            if parts[-1] == name:
                together = recoveries.selected(recoveries.together(claims, parts), paths)
                owed = _exact(fsum(exposure[part] for part in parts))
                cells = (*pair(owed, "USD bn"), *_stages(together))
                rows.append((words(total, TOTALS), *_live(waterfall_id(view), parts, cells)))
                ids.append(total)
    columns = [Column("label", "Instrument")]
    heads = ("Exposure", "Par in default", "Re- covered", "Loss")
    for key, head in zip(("exposure", *STAGES), heads, strict=True):
        columns += [Column(key, head, "usd_bn", style="engine")]
        columns += [Column(f"{key}_se", "±", "usd_error", style="note", align="right")]
    bold = frozenset(ids.index(total) for total in SUMS)
    title = f"From exposure to loss: mean over {view.label}, USD bn"
    return Table(
        waterfall_id(view),
        tuple(columns),
        tuple(rows),
        title,
        "",
        tuple(ids),
        bold,
    )


TOTALS = {"paper": "Neocloud paper", "exposed": "AI-exposed: the headline loss", "all": "All credit"}
NOTE = (
    "From exposure to loss: exposure is that of the base date, par in default includes loans made later, "
    "recovered is what collateral, contract cash and estates bring; means, so that rows and columns add up; "
    "± = standard error over the paths shown."
)


def _exposure(results: Results) -> Array:
    mean, _ = results.run.mean("exposure.instrument")
    return np.asarray(mean[0])


def _exact(value: float) -> Estimate:
    return Estimate(value, 0.0, 1)


def _stages(found: Claims) -> list[Content]:
    estimates = [statistics.mean(getattr(found, stage)) for stage in STAGES]
    return [cell for estimate in estimates for cell in pair(estimate, "USD bn")]


def _live(table: str, parts: Sequence[str], cells: Sequence[Content]) -> list[Content]:
    """Replace every number of a sum by the live sum of its parts; errors stay."""
    made = list(cells)
    for i, key in enumerate(("exposure", *STAGES)):
        own = cells[2 * i]
        text = "+".join(f"{{{table}.{key}[{part}]}}" for part in parts)
        form = own.format if isinstance(own, Cell) else "usd_bn"
        made[2 * i] = Cell(Formula(text, number_of(own)), form, "calculation")
    return made


def _steps(view: View, table: Table) -> Waterfall:
    """Par in default, less what came back of each group, is the loss."""

    def amount(stage: str, row: str) -> float:
        return number_of(table.rows[table.row_number(row)][table.index(stage)])

    owed, lost = amount("par", "all"), amount("loss", "all")
    steps = [
        Step(label="In default", amount=owed, total=True),
        *(Step(label=label, amount=-amount("recovered", row)) for row, label in BARS.items()),
        Step(label="Lost", amount=lost, total=True),
    ]
    return Waterfall(
        id=f"chart-{table.id}",
        title=f"In default, recovered, lost: {view.short}",
        alt=(
            f"Over {view.label}, lenders get back USD {owed - lost:,.0f}bn of the {owed:,.0f}bn in default "
            f"and lose {lost:,.0f}bn."
        ),
        x_title="Recovered from",
        y_title="USD bn",
        format="count",
        steps=steps,
        height=len(table.rows) + 1,
    )


BARS = {"exposed": "AI-exposed", "direct_lending": "Direct lending", "b_loans": "B-rated loans"}
"""Rows of the waterfall whose recoveries are drawn; together they are all."""
