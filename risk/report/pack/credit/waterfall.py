"""From exposure to loss, instrument by instrument: on all paths, around the median and in the tail."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import fsum

from risk.analysis import ranking, recoveries, statistics
from risk.analysis.recoveries import Claims
from risk.analysis.statistics import Estimate
from risk.report import spec
from risk.report.charts import Step, Waterfall
from risk.report.content import number_of
from risk.report.guards import Splits
from risk.report.pack.base.fields import amount
from risk.report.pack.base.names import words
from risk.report.pack.base.results import TAIL, Results
from risk.report.record import Field
from risk.report.sheet import At, Strip
from risk.report.spec import Spec
from risk.report.table import Table

PAPER = ("ddtl", "vendor", "site_loan", "revolver", "notes", "converts")
EXPOSED = (*PAPER, "spv")
INSTRUMENTS = (*EXPOSED, "software", "direct_lending", "b_loans")

SUMS: Mapping[str, tuple[str, ...]] = {"paper": PAPER, "exposed": EXPOSED, "all": INSTRUMENTS}
"""Rows printed bold, each below the last of what it adds up."""

GROUPS = {name: (name,) for name in INSTRUMENTS} | dict(SUMS)
"""Rows of a table of instruments: each of them, and what is added up."""

TOTALS = {"paper": "Neocloud paper", "exposed": "AI infrastructure: the headline", "all": "All credit"}
NOTE = (
    "From exposure to loss: exposure is that of the base date, par in default includes loans made later, "
    "recovered is what collateral, contract cash and estates bring; means, so that rows and columns add up; "
    "± = standard error over the paths shown."
)


@dataclass(frozen=True)
class View:
    """Paths over which means are taken, from one quantile of the headline loss to another."""

    id: str
    short: str
    label: str
    low: float
    high: float

    @property
    def table(self) -> str:
        """Id of its table."""
        return f"waterfall-{self.id}"


SHARE = f"{TAIL:.0%}"
VIEWS = (
    View("mean", "all paths", "all paths", 0.0, 1.0),
    View(
        *("middle", "around the median", f"the {SHARE} of paths around the median headline loss"),
        *(0.5 - TAIL / 2, 0.5 + TAIL / 2),
    ),
    View("worst", f"worst {SHARE}", f"the worst {SHARE} of paths by headline loss", 1.0 - TAIL, 1.0),
)


@dataclass(frozen=True)
class Claimed:
    """Claims on an instrument, or several together, over a view's paths; `exposure` in USD."""

    name: str
    exposure: float
    claims: Claims


def stage(key: str, header: str) -> Field[Claimed]:
    """Mean of one stage from claim to loss."""
    return amount(key, header, lambda row: statistics.mean(getattr(row.claims, key)), "USD bn")


WATERFALL: Spec[Claimed] = Spec(
    (
        spec.text("label", "Instrument", lambda row: words(row.name, TOTALS)),
        amount("exposure", "Exposure", lambda row: Estimate(row.exposure, 0.0, 1), "USD bn"),
        stage("par", "Par in default"),
        stage("recovered", "Re- covered"),
        stage("loss", "Loss"),
    ),
    row_id=lambda row: row.name,
)


def bands(results: Results) -> tuple[Strip, ...]:
    """One waterfall a view, as a table with its chart beside it."""
    made = [(view, waterfall(results, view)) for view in VIEWS]
    beside = 1 + len(made[0][1].columns)
    return tuple(Strip((At(table, 1, beside - 1), At(_steps(view, table), beside))) for view, table in made)


def waterfall(results: Results, view: View) -> Table:
    """Exposure, par in default, what of it came back and what was lost; means over a view's paths."""
    paths, claims = ranking.between(results.loss, view.low, view.high), results.claims[0]
    exposure = dict(zip(INSTRUMENTS, results.run.mean("exposure.instrument")[0][0].tolist(), strict=True))
    rows = [
        Claimed(
            name,
            fsum(exposure[part] for part in GROUPS[name]),
            recoveries.selected(recoveries.together(claims, GROUPS[name]), paths),
        )
        for name in sorted(GROUPS, key=lambda name: INSTRUMENTS.index(GROUPS[name][-1]))
    ]
    title, text = "From exposure to loss: mean over", "Recovered and lost make up par in default"
    how = f"summed over rows, {view.label}"
    guard = Splits(f"{text}: {view.id}", "par", ("recovered", "loss"), how=how)
    made = WATERFALL.table(rows, id=view.table, title=f"{title} {view.label}, USD bn", guards=(guard,))
    return made.totaled(("exposure", "par", "recovered", "loss"), SUMS)


def _steps(view: View, table: Table) -> Waterfall:
    """Par in default, less what came back of each group, is the loss."""
    owed, lost = (number_of(table.cell(key, "all")) for key in ("par", "loss"))
    steps = [
        Step(label="In default", amount=owed, total=True),
        *(Step(label=label, amount=-number_of(table.cell("recovered", row))) for row, label in BARS.items()),
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


BARS = {
    "exposed": "AI infrastructure",
    "software": "Software",
    "direct_lending": "Direct lending",
    "b_loans": "B-rated loans",
}
"""Rows of the waterfall whose recoveries are drawn; together they are all."""
