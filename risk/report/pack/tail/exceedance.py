"""Exceedance: how often a loss is exceeded, with and without software borrowers."""

from __future__ import annotations

import numpy as np

from risk.analysis import metrics, statistics
from risk.analysis.metrics import HEADLINE, LEVELS
from risk.analysis.statistics import EXCEEDANCE_PROBABILITIES, NORMAL_95, Estimate
from risk.report.charts import Exceedance, Marker, Series
from risk.report.formats import show
from risk.report.pack.base.cells import error_cell, money, subtitle, value_cell
from risk.report.pack.base.results import Array, Results
from risk.report.sheet import Paragraph, Sheet
from risk.report.table import Cell, Column, Content, Formula, Table

WITHOUT = "loss_without_software"
TABLE = "loss-exceedance"
FEWEST = 10
"""Paths that must lie beyond a loss for the pack to print it."""

_LOSSES = (("loss", HEADLINE, "Headline loss"), ("narrow", WITHOUT, "Without software"))


def sheet(results: Results) -> Sheet:
    """Build the sheet."""
    return Sheet(
        "Exceedance",
        "Exceedance – how often is which loss exceeded?",
        subtitle(results, f"credit loss to {results.labels[-1]}, USD bn; one in N means paths, not years"),
        "P",
        (Paragraph(_finding(results), "finding"), chart(results), table(results)),
        question="How often is which loss exceeded, and how sure is that far out in the tail?",
        grid=(13.0, 12.0, *(13.0,) * (10 if results.before(HEADLINE) else 8)),
        landscape=False,
        pages=1,
    )


def _finding(results: Results) -> str:
    wide, narrow = results.metric(HEADLINE), results.metric(WITHOUT)
    return (
        f"One path in twenty loses more than {money(wide.var[0].value)}, one in a hundred more than "
        f"{money(wide.var[1].value)}; without software borrowers {money(narrow.var[0].value)} and "
        f"{money(narrow.var[1].value)}."
    )


def points(losses: Array) -> list[Estimate | None]:
    """The loss exceeded with each of the probabilities; None where too few paths lie beyond it."""
    found = statistics.quantiles(losses, [1.0 - p for p in EXCEEDANCE_PROBABILITIES])
    enough = (p * len(losses) >= FEWEST for p in EXCEEDANCE_PROBABILITIES)
    return [estimate if kept else None for estimate, kept in zip(found, enough, strict=True)]


def table(results: Results) -> Table:
    """The probability points: loss, error and 95% limits, with and without software, and the run before."""
    columns = [
        Column("p", "Probability", "rate.2", align="center"),
        Column("period", "One path in", "count", style="calculation"),
    ]
    cells: list[list[Content]] = []
    for key, name, header in _LOSSES:
        columns += [
            Column(key, header, "usd_bn", style="engine"),
            Column(f"{key}_se", "± SE", "usd_error", style="note", align="right"),
            Column(f"{key}_low", "95% low", "usd_bn", style="note", align="right"),
            Column(f"{key}_high", "95% high", "usd_bn", style="note", align="right"),
        ]
        cells += _cells(points(metrics.values(results.run, results.run.variable(name))))
    before = results.before(HEADLINE)
    if before is not None:
        columns += [
            Column("before", "Prior run", "usd_bn", style="engine"),
            Column("before_se", "± SE", "usd_error", style="note", align="right"),
        ]
        cells += _cells(points(before.loss))[:2]
    rows = [(p, _period(p), *(column[i] for column in cells)) for i, p in enumerate(EXCEEDANCE_PROBABILITIES)]
    note = (
        f"–: fewer than {FEWEST} paths lie beyond; * fewer than {statistics.THIN_TAIL}. Limits: "
        "order-statistic interval, which needs no distribution; ± = its half-width over 1.96. One path in N "
        "speaks of the whole horizon, not of a year."
    )
    ids = tuple(point_id(p) for p in EXCEEDANCE_PROBABILITIES)
    return Table(TABLE, tuple(columns), tuple(rows), "Loss by probability, USD bn", note, ids)


def point_id(probability: float) -> str:
    """Row of a probability."""
    return f"p{round(probability * 10_000)}"


def _period(probability: float) -> Cell:
    many = 1.0 / probability
    return Cell(Formula("1/{row.p}", many), "count" if many >= 10.0 else "years")


def _cells(found: list[Estimate | None]) -> list[list[Content]]:
    """Columns of values, errors and limits."""
    columns: list[list[Content]] = [[], [], [], []]
    for e in found:
        if e is None:
            row: tuple[Content, ...] = ("–",) * 4
        else:
            low, high = (value_cell(end, e.standard_error, "USD bn") for end in e.interval)
            value = value_cell(e.value, e.standard_error, "USD bn", thin=e.thin)
            row = (value, error_cell(e.value, e.standard_error, "USD bn"), low, high)
        for column, cell in zip(columns, row, strict=True):
            column.append(cell)
    return columns


def chart(results: Results) -> Exceedance:
    """The curve with its limits, the loss without software, the run before, VaR 95% and 99%."""
    probability, loss = curve(results)
    low, high = limits(probability, results.run.paths)
    narrow = metrics.values(results.run, results.run.variable(WITHOUT))
    var = [e.value for e in results.metric(HEADLINE).var]
    before = results.before(HEADLINE)
    beyond = show(float(statistics.probability(narrow > var[0]).value), "probability")
    return Exceedance(
        id="exceedance-curve",
        title="Probability that the credit loss exceeds x",
        alt=(
            f"One path in 20 loses more than USD {var[0]:,.0f}bn, one in 100 more than USD {var[1]:,.0f}bn; "
            f"without software borrowers {beyond} of paths lose more than the first."
        ),
        x_title="Loss, USD bn",
        y_title="Probability (log scale)",
        format="count",
        height=38,
        loss=loss.tolist(),
        probability=probability.tolist(),
        lower=low,
        upper=high,
        prior=None if before is None else exceeded(before.loss, loss),
        markers=[
            Marker(label=f"VaR {level}%", loss=v, probability=1.0 - level / 100.0)
            for level, v in zip((95, 99), var, strict=True)
        ],
        name="Headline loss",
        lines=[Series(name="Without software borrowers", values=_positive(narrow, loss), tone="light")],
    )


def curve(results: Results) -> tuple[Array, Array]:
    """Probabilities and losses of the headline's curve, the lower quantiles of the loss in front."""
    found, quantiles = results.exceedance, results.metric(HEADLINE).quantiles
    front = [(1.0 - level, q.value) for level, q in zip(LEVELS, quantiles, strict=True)]
    front = [(p, loss) for p, loss in front if p > max(found.probability, default=0.0)]
    first, losses = np.array(front).reshape(-1, 2).T
    return np.append(first, found.probability), np.append(losses, found.loss)


def limits(probability: Array, n: int) -> tuple[list[float], list[float]]:
    """95% limits of the probability at each loss: binomial."""
    half = NORMAL_95 * np.sqrt(probability * (1.0 - probability) / n)
    low, high = (np.clip(probability + sign * half, 1.0 / n, 1.0) for sign in (-1.0, 1.0))
    return low.tolist(), high.tolist()


def exceeded(losses: Array, levels: Array) -> list[float]:
    """Share of losses beyond each level, one path at least, for a log axis."""
    return [max(float((losses > level).mean()), 1.0 / len(losses)) for level in levels]


def _positive(losses: Array, levels: Array) -> list[Content]:
    """Share of losses beyond each level; blank where no path is."""
    found = ((losses > level).mean() for level in levels)
    return [float(share) if share > 0.0 else None for share in found]
