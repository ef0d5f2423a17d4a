"""Cascade: who holds what is lost, who bears it in the end, and what forced sales add on paper."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import fsum

import numpy as np

from risk.analysis import holders, statistics
from risk.analysis.flows import Yearly, flows, year_labels
from risk.report.charts import STACK, Exceedance, Series
from risk.report.guards import ROUNDING
from risk.report.pack.base.cells import (
    UPPER_BOUND,
    across,
    error_cell,
    pair,
    paired_cells,
    subtitle,
    year_columns,
    year_grid,
)
from risk.report.pack.base.names import HOLDERS, words
from risk.report.pack.base.results import Results
from risk.report.pack.credit import cascade_table, losses, second_round
from risk.report.pack.credit.losses import BILLION, TOTAL
from risk.report.sheet import At, Band, Paragraph, Sheet
from risk.report.table import Cell, Check, Column, Content, Formula, Table, number_of

LEVELS = 60
"""Losses at which the exceedance curves are drawn."""


def sheet(results: Results) -> Sheet:
    """Build the sheet."""
    labels = year_labels(results.run.calendar)
    record, owners = _tables(results, labels)
    second = second_round.blocks(results, labels)
    half = 1 + across(labels)
    borne = holders.ultimate(results.run)
    main = holders.main(borne)
    chart = losses.chart(
        labels, owners, main, "Credit loss by ultimate owner, means", "the largest mean loss", HOLDERS, 20
    )
    return Sheet(
        "Cascade",
        "Cascade – who holds the losses, who bears them, and what forced sales add",
        subtitle(results),
        "P",
        (
            Paragraph(second_round.finding(results), "finding"),
            Band((At(chart, 1, half - 1), At(_exceedance(borne, main), half))),
            record,
            owners,
            _conservation(results, labels, (record, owners)),
            _points(borne, results.run.paths),
            *second,
            cascade_table.table([b for b in (record, owners, *second) if isinstance(b, Table)]),
            Paragraph(second_round.LIMITS, "note"),
            Paragraph(second_round.AMPLIFICATION, "note"),
            Paragraph(UPPER_BOUND, "note"),
        ),
        question="Who bears the losses in the end, and how much do forced sales add?",
        grid=year_grid(labels, sums=True),
        landscape=False,
    )


def _tables(results: Results, labels: Sequence[str]) -> tuple[Table, Table]:
    """Losses at holders of record and at ultimate owners."""
    record = losses.by_year(
        "losses-holder",
        "Credit loss by holder of record, mean over paths, USD bn",
        labels,
        flows(results.run, "losses.holder"),
        "Holder of record",
        HOLDERS,
    )
    owners = losses.by_year(
        "losses-ultimate",
        "The same losses by ultimate owner, cost of failed vehicles in, mean over paths, USD bn",
        labels,
        flows(results.run, "losses.ultimate"),
        "Ultimate owner",
        HOLDERS,
        note=(
            "BDCs, interval funds, CLOs and other non-banks own nothing for themselves: what they lose falls "
            "on the owners of their equity and, beyond it, on their creditors."
        ),
    )
    return record, owners


def _conservation(results: Results, labels: Sequence[str], tables: tuple[Table, Table]) -> Table:
    """What is lost on instruments is booked at holders and, with the cost of failures, borne by owners."""
    cost = _cost(flows(results.run, "cascade"))
    record, owners = tables
    lost = flows(results.run, "losses.instrument").mean.sum(axis=1) / BILLION
    columns = [*(f"y{i}" for i in range(len(labels))), "all"]
    amounts = {
        "instruments": [*lost, fsum(lost)],
        "holders": _totals(record, columns),
        "owners": _totals(owners, columns),
    }
    sources = dict(zip(amounts, ("losses-instrument", record.id, owners.id), strict=True))
    rows: list[tuple[Content, ...]] = []
    for key, label in _LINES.items():
        cells: list[Content] = [label]
        for i, column in enumerate(columns):
            text = f"{{{sources[key]}.{column}[{TOTAL}]}}"
            cells += [Cell(Formula(text, float(amounts[key][i])), "usd_bn", "link"), None]
        rows.append(tuple(cells))
    rows.append(cost)
    spent = [number_of(cost[1 + 2 * i]) for i in range(len(columns))]
    booked = [a - b for a, b in zip(amounts["holders"], amounts["instruments"], strict=True)]
    borne = [a - b - c for a, b, c in zip(amounts["owners"], spent, amounts["instruments"], strict=True)]
    rows.append(_checks("Holders of record equal instruments", columns, "holders", booked))
    rows.append(_checks("Ultimate owners less that cost equal instruments", columns, "owners", borne))
    made = (Column("label", "Conservation"), *year_columns(labels), *losses.all_columns())
    ids = (*_LINES, "cost", "check_holders", "check_owners")
    return Table("conservation", made, tuple(rows), "First round: every loss is borne once, USD bn", "", ids)


_LINES: Mapping[str, str] = {
    "instruments": "Lost on instruments",
    "holders": "Booked at holders of record",
    "owners": "Borne by ultimate owners",
}


def _totals(table: Table, columns: Sequence[str]) -> list[float]:
    total = table.rows[table.row_number(TOTAL)]
    return [number_of(total[table.index(column)]) for column in columns]


def _cost(found: Yearly) -> tuple[Content, ...]:
    """Bankruptcy cost of failed vehicles by year and in all."""
    mean, error = (values / BILLION for values in found.entity("bankruptcy_cost"))
    text = "+".join(f"{{conservation.y{i}[cost]}}" for i in range(len(mean)))
    return (
        "   of it cost of failed vehicles",
        *paired_cells(mean, error, "USD bn"),
        Cell(Formula(text, fsum(mean)), "usd_bn", "calculation"),
        error_cell(fsum(mean), fsum(error), "USD bn"),
    )


def _checks(label: str, columns: Sequence[str], row: str, gaps: Sequence[float]) -> tuple[Content, ...]:
    """Whether one line, less the cost where owners bear it, is what instruments lost."""
    cells: list[Content] = [label]
    for column, gap in zip(columns, gaps, strict=True):
        cost = f"-{{conservation.{column}[cost]}}" if row == "owners" else ""
        lost = f"-{{conservation.{column}[instruments]}}"
        condition = f"ABS({{conservation.{column}[{row}]}}{cost}{lost})<={ROUNDING}"
        cells += [Check(condition, abs(gap) <= ROUNDING), None]
    return tuple(cells)


def _points(borne: Mapping[str, holders.Array], paths: int) -> Table:
    """Loss that each owner exceeds with given probabilities."""
    chances = holders.points(paths)
    every = {**borne, TOTAL: np.sum(list(borne.values()), axis=0)}
    columns = [Column("label", "More is lost on"), Column("p", "Chance", "rate"), Column("blank", "")]
    cells: list[list[Content]] = [[f"One path in {1.0 / p:,.0f}", p, None] for p in chances]
    for i, (name, loss) in enumerate(every.items()):
        header = "All owners" if name == TOTAL else words(name, HOLDERS)
        header = header.replace("Households", "House- holds").replace("equipment", "equip- ment")
        columns += [Column(f"l{i}", header, "usd_bn", style="engine")]
        columns += [Column(f"e{i}", "±", "usd_error", style="note", align="right")]
        for cell, found in zip(cells, holders.exceeded(loss, chances), strict=True):
            cell.extend(pair(found, "USD bn"))
    note = (
        "Losses to the end of the horizon, cost of failed vehicles in. Each column is ranked by itself: a "
        "row is no single path, and does not add up. ± = standard error of the quantile; * fewer than "
        f"{statistics.THIN_TAIL} paths in the tail."
    )
    title = "Loss exceeded with a given probability, by ultimate owner, USD bn"
    rows = tuple(tuple(row) for row in cells)
    ids = tuple(f"p{round(1000 * p)}" for p in chances)
    return Table("exceedance", tuple(columns), rows, title, note, ids)


def _exceedance(borne: Mapping[str, holders.Array], main: Sequence[str]) -> Exceedance:
    """Exceedance curves of the main owners over one grid of losses."""
    points = holders.points(len(next(iter(borne.values()))))
    ends = {name: holders.exceeded(borne[name], points[-1:])[0].value / BILLION for name in main}
    grid = np.linspace(0.0, max(ends.values()), LEVELS)
    floor = points[-1]
    first, *others = (_curve(name, borne[name] / BILLION, grid, floor) for name in main)
    lines = [Series(name=s.name, values=s.values, tone=t) for s, t in zip(others, STACK[1:], strict=False)]
    worst = max(ends, key=lambda name: ends[name])
    return Exceedance(
        id="chart-exceedance-owners",
        title="Chance that an owner loses more than x",
        alt=(
            f"{words(worst, HOLDERS)} face the largest tail: one path in {1 / floor:,.0f} costs them more "
            f"than USD {ends[worst]:,.0f}bn."
        ),
        x_title="Loss, USD bn",
        y_title="Probability (log scale)",
        format="count",
        loss=grid.tolist(),
        probability=first.values,
        name=first.name,
        lines=lines,
        floor=floor,
        height=20,
    )


def _curve(name: str, loss: holders.Array, grid: holders.Array, floor: float) -> Series:
    found = holders.chance(loss, grid)
    return Series(name=words(name, HOLDERS), values=[float(p) if p >= floor else None for p in found])
