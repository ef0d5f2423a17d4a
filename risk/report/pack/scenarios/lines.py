"""Line items of the scenarios: where each starts, how far it goes and where it ends, one run a table."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import floor, log10

from risk.analysis import contrasts, metrics
from risk.analysis.contrasts import Difference, Statistic
from risk.analysis.line_items import ITEMS, Course, Line, courses, lines
from risk.analysis.metrics import Metric
from risk.analysis.statistics import Estimate
from risk.report.formats import named
from risk.report.pack.base.cells import MOST_DECIMALS, error_cell, format_of, value_cell
from risk.report.pack.base.results import Array, Results
from risk.report.table import Cell, Column, Content, Formula, Table, number_of

BASE = "base"
ABREAST = 7
"""Runs side by side in the table of where each ends."""


@dataclass(frozen=True)
class Case:
    """One run, its line items, and the run it is compared with."""

    results: Results
    base: Results
    lines: tuple[Line, ...]

    @property
    def name(self) -> str:
        """Name of the scenario."""
        return self.results.manifest.scenario

    @property
    def title(self) -> str:
        """Name and title of the scenario."""
        return f"{self.name}: {self.results.manifest.title}"

    @property
    def is_base(self) -> bool:
        """Whether it is the run that the others are compared with."""
        return self.results is self.base

    @cached_property
    def loss(self) -> Metric:
        """Distribution of the headline loss."""
        return metrics.headline(self.results.run)

    def change(self, name: str, measure: Callable[[Array], Statistic], scale: float = 1.0) -> Difference:
        """Difference of an outcome to the run compared with, in units of `scale`."""
        before, after = (measure(r.run.outcome(name) / scale) for r in (self.base, self.results))
        paired = contrasts.share_draws(self.base.run, self.results.run)
        moved = contrasts.change(before, after, paired)
        return Difference(name, name, "", before.estimate, after.estimate, moved)


def cases(results: Results, beside: Sequence[Results]) -> tuple[Case, ...]:
    """The runs shown, the one they are compared with first: that of the base case, else the pack's own."""
    runs = {r.run.id: r for r in (results, *beside)}  # a run given twice is shown once
    base = next((r for r in runs.values() if r.manifest.scenario == BASE), results)
    common = courses(base.run)
    shown = sorted(runs.values(), key=lambda r: r is not base)
    return tuple(_case(r, base, common) for r in shown)


def _case(results: Results, base: Results, common: dict[str, Course]) -> Case:
    own = common if results is base else courses(results.run)
    return Case(results, base, lines(own, common, contrasts.share_draws(base.run, results.run)))


def table_id(number: int) -> str:
    """Id of the table of line items of the n-th run shown."""
    return f"scenario-lines-{number}"


def line_table(results: Results, case: Case, number: int) -> Table:
    """Line items of one run: start, trough or peak, end and range, and the difference to base."""
    columns = (
        Column("id", "Id", style="id"),
        Column("label", "Line item"),
        Column("unit", "Unit"),
        *_estimated("start", results.labels[0]),
        *_estimated("extreme", "Trough or peak"),
        Column("quarter", "in", "quarter"),
        *_estimated("end", f"{results.labels[-1]} median"),
        *_estimated("p5", "P5"),
        *_estimated("p95", "P95"),
        Column("change", "Change", "number", style="calculation"),
        Column("change_se", "± SE", "number", style="note"),
        Column("noise", "Beyond noise?", align="center"),
    )
    rows = tuple(_line_row(results, case, line, number) for line in case.lines)
    title = f"{case.title} (run {case.results.run.id})"
    note = (
        "Trough (peak, where higher is worse: digestion, spread, debt, loss) of the median path, quarter by "
        "quarter; not the course of any one path. Digestion: share of paths, without quantiles."
    )
    ids = tuple(item.id for item in ITEMS)
    return Table(table_id(number), columns, rows, title, note if number == 0 else "", ids)


def _estimated(key: str, header: str) -> tuple[Column, Column]:
    return (
        Column(key, header, "number", style="engine"),
        Column(f"{key}_se", "± SE", "number", style="note", align="right"),
    )


def _line_row(results: Results, case: Case, line: Line, number: int) -> tuple[Content, ...]:
    unit = line.item.unit
    label = results.run.register.said(line.item.label)
    cells: list[Content] = [line.item.id, label, unit if unit != "fraction" else "share"]
    cells += _pair(line.start, unit)
    cells += [*_pair(line.extreme, unit), results.labels[line.quarter]]
    for estimate in (line.end, line.low, line.high):
        cells += _pair(estimate, unit)
    if case.is_base:
        return (*cells, *("–",) * 3)
    moved = line.change
    formula = Formula(f"{{row.end}}-{{{table_id(0)}.end[{line.item.id}]}}", moved.value)
    clear = contrasts.beyond_noise(moved.value, moved.standard_error)
    cells += [*_moved(formula, moved, unit), "yes" if clear else "no"]
    return tuple(cells)


def _moved(formula: Formula, moved: Estimate, unit: str) -> tuple[Cell, Cell]:
    """A change with its sign, to the first digit of its error."""
    percent = named(format_of(unit)).percent
    error = moved.standard_error * (100.0 if percent else 1.0)
    decimals = min(max(0, -floor(log10(error))), MOST_DECIMALS) if error > 0.0 else 0
    value, own = ("change", "standard_error") if percent else ("usd_change", "usd_error")
    return (
        Cell(formula, f"{value}.{decimals}", "calculation"),
        Cell(moved.standard_error, f"{own}.{decimals}"),
    )


def _pair(estimate: Estimate | None, unit: str) -> tuple[Content, Content]:
    if estimate is None:
        return "–", "–"
    return (
        value_cell(estimate.value, estimate.standard_error, unit),
        error_cell(estimate.value, estimate.standard_error, unit),
    )


def side_by_side(shown: Sequence[Case], blocks: Sequence[Table]) -> list[Table]:
    """Where the median path of every run ends, side by side; numbers are links to the tables below."""
    found = []
    for start in range(0, len(shown), ABREAST):
        part = list(range(start, min(start + ABREAST, len(shown))))
        columns = [Column("id", "Id", style="id"), Column("label", "Line item"), Column("unit", "Unit")]
        for i in part:
            columns += [
                Column(f"s{i}", shown[i].name, "number", style="calculation"),
                Column(f"s{i}_se", "± SE", "number", style="note", align="right"),
            ]
        rows = []
        for row, item in enumerate(ITEMS):
            cells = [blocks[i].rows[row][blocks[i].index(key)] for i in part for key in ("end", "end_se")]
            keys = [(i, key) for i in part for key in ("end", "end_se")]
            linked = [
                _link(cell, table_id(i), key, item.id) for cell, (i, key) in zip(cells, keys, strict=True)
            ]
            rows.append((item.id, *blocks[0].rows[row][1:3], *linked))
        title = "Where the median path ends" + (", continued" if start else "")
        ids = tuple(item.id for item in ITEMS)
        found.append(Table(f"scenario-ends-{start}", tuple(columns), tuple(rows), title, "", ids))
    return found


def _link(content: Content, table: str, key: str, row: str) -> Content:
    if not isinstance(content, Cell) or isinstance(content.content, str):
        return content
    formula = Formula(f"{{{table}.{key}[{row}]}}", number_of(content))
    return Cell(formula, content.format, content.style or "calculation")
