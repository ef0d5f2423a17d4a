"""Line items of the scenarios: where each starts, how far it goes and where it ends, one run a table."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from math import floor, log10

from risk.analysis import contrasts, metrics
from risk.analysis.contrasts import Difference, Statistic
from risk.analysis.line_items import ITEMS, Line, alone, courses, ends, lines
from risk.analysis.metrics import Metric
from risk.analysis.statistics import Estimate
from risk.report.content import Cell, Content, Formula, number_of
from risk.report.formats import named
from risk.report.pack.base.cells import MOST_DECIMALS, format_of
from risk.report.pack.base.fields import estimated, itself
from risk.report.pack.base.results import Array, Results
from risk.report.record import Field
from risk.report.spec import Spec, measure, shown
from risk.report.table import Table
from risk.units import SCALE

BASE = "base"
ABREAST = 7
"""Runs side by side in the table of where each ends."""


@dataclass(frozen=True)
class Case:
    """One run, its line items, and the run it is compared with."""

    results: Results
    base: Results
    lines: tuple[Line, ...] = ()

    @property
    def name(self) -> str:
        """Name of the scenario."""
        return self.results.manifest.scenario

    @property
    def label(self) -> str:
        """Its name, with its last quarter where the run compared with looks to another."""
        end = self.results.labels[-1]
        return self.name if self.results.labels == self.base.labels else f"{self.name} (to {end})"

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

    @cached_property
    def bust(self) -> Difference:
        """How the probability of a bust moves."""
        return self.change("bust", contrasts.probability)

    @cached_property
    def shortfall(self) -> Difference:
        """How the expected shortfall of the headline loss moves, USD bn."""
        return self.change(metrics.HEADLINE, contrasts.shortfall(metrics.HEADLINE_TAIL), SCALE["USD bn"])

    def beyond(self, moved: Difference) -> str:
        """Whether a difference is beyond noise, in a word; a run does not differ from itself."""
        return "–" if self.is_base else "no" if moved.noise else "yes"

    def comparable(self, name: str) -> bool:
        """Whether a result is about the same time as in the run compared with."""
        return contrasts.windows(self.results.run, name) == contrasts.windows(self.base.run, name)

    def change(self, name: str, measure: Callable[[Array], Statistic], scale: float = 1.0) -> Difference:
        """Difference of an outcome to the run compared with, in units of `scale`."""
        before, after = (measure(r.run.outcome(name) / scale) for r in (self.base, self.results))
        paired = contrasts.share_draws(self.base.run, self.results.run)
        moved = contrasts.change(before, after, paired)
        return Difference(name, name, "", before.estimate, after.estimate, moved)

    def moves(self, name: str, measure: Callable[[Array], Statistic]) -> bool:
        """Whether an outcome differs from the run compared with by more than noise."""
        return not (self.is_base or self.change(name, measure).noise)


def cases(results: Results) -> tuple[Case, ...]:
    """The runs shown, the one they are compared with first: that of the base case, else the pack's own."""
    runs = {r.run.id: r for r in (results, *results.beside)}  # a run given twice is shown once
    base = next((r for r in runs.values() if r.manifest.scenario == BASE), results)
    shown = sorted(runs.values(), key=lambda r: r is not base)
    return tuple(_case(r, base) for r in shown)


def _case(results: Results, base: Results) -> Case:
    if results is base:
        return Case(results, base, alone(base.run))
    paired = contrasts.share_draws(base.run, results.run)
    return Case(results, base, lines(courses(results.run), ends(base.run), paired))


def table_id(number: int) -> str:
    """Id of the table of line items of the n-th run shown."""
    return f"scenario-lines-{number}"


def line_table(results: Results, case: Case, number: int) -> Table:
    """Line items of one run: start, trough or peak, end and range, and the difference to base."""
    spec: Spec[Line] = Spec(
        (
            shown("id", "Id", lambda line: line.item.id, style="id"),
            shown("label", "Line item", lambda line: results.run.register.said(line.item.label)),
            shown("unit", "Unit", lambda line: line.item.unit if line.item.unit != "fraction" else "share"),
            _estimated("start", results.labels[0], lambda line: line.start),
            _estimated("extreme", "Trough or peak", lambda line: line.extreme),
            shown("quarter", "in", lambda line: results.labels[line.quarter], "quarter"),
            _estimated("end", f"{results.labels[-1]} median", lambda line: line.end),
            _estimated("p5", "P5", lambda line: line.low),
            _estimated("p95", "P95", lambda line: line.high),
            *_change(case),
        ),
        table_id(number),
        f"{case.title} (run {case.results.run.id})",
        "" if number else _NOTE,
        lambda line: line.item.id,
    )
    return spec.table(case.lines)


_NOTE = (
    "Trough (peak, where higher is worse: digestion, spread, debt, loss) of the median path, quarter by "
    "quarter; not the course of any one path. Digestion: share of paths, without quantiles."
)


def _estimated(key: str, header: str, get: Callable[[Line], Estimate | None]) -> Field[Line]:
    def cells(line: Line) -> tuple[Content, Content]:
        found = get(line)
        return estimated(found and replace(found, tail=None), line.item.unit)

    return measure(key, header, itself, cells)


def _change(case: Case) -> tuple[Field[Line], Field[Line]]:
    """Difference to base, and whether it is more than noise; dashes in the table of base."""

    def cells(line: Line) -> tuple[Content, Content]:
        return ("–", "–") if case.is_base else _moved(line)

    def noise(line: Line) -> str:
        clear = contrasts.beyond_noise(line.change.value, line.change.standard_error)
        return "–" if case.is_base else "yes" if clear else "no"

    return (
        measure("change", "Change", itself, cells, style="calculation"),
        shown("noise", "Beyond noise?", noise, align="center"),
    )


def _moved(line: Line) -> tuple[Content, Content]:
    """A change with its sign, to the first digit of its error."""
    percent, moved = named(format_of(line.item.unit)).percent, line.change
    error = moved.standard_error * (100.0 if percent else 1.0)
    decimals = min(max(0, -floor(log10(error))), MOST_DECIMALS) if error > 0.0 else 0
    value, own = ("change", "standard_error") if percent else ("usd_change", "usd_error")
    formula = Formula(f"{{row.end}}-{{{table_id(0)}.end[{line.item.id}]}}", moved.value)
    return (
        Cell(formula, f"{value}.{decimals}", "calculation"),
        Cell(moved.standard_error, f"{own}.{decimals}"),
    )


def side_by_side(shown: Sequence[Case], blocks: Sequence[Table]) -> list[Table]:
    """Where the median path of every run ends, side by side; numbers are links to the tables below."""
    return [
        _abreast(shown, blocks, range(start, min(start + ABREAST, len(shown))))
        for start in range(0, len(shown), ABREAST)
    ]


def _abreast(cases: Sequence[Case], blocks: Sequence[Table], places: range) -> Table:
    """The ends of some of the runs."""

    def ends(i: int) -> Field[int]:
        return measure(
            f"s{i}",
            cases[i].name,
            itself,
            lambda row: (_link(blocks[i], "end", row), _link(blocks[i], "end_se", row)),
            style="calculation",
        )

    first = blocks[0]
    spec: Spec[int] = Spec(
        (
            shown("id", "Id", lambda row: ITEMS[row].id, style="id"),
            shown("label", "Line item", lambda row: first.rows[row][1]),
            shown("unit", "Unit", lambda row: first.rows[row][2]),
            *map(ends, places),
        ),
        f"scenario-ends-{places.start}",
        "Where the median path ends" + (", continued" if places.start else ""),
        row_id=lambda row: ITEMS[row].id,
    )
    return spec.table(range(len(ITEMS)))


def _link(table: Table, key: str, row: int) -> Content:
    content = table.rows[row][table.index(key)]
    if not isinstance(content, Cell) or isinstance(content.content, str):
        return content
    formula = Formula(f"{{{table.id}.{key}[{ITEMS[row].id}]}}", number_of(content))
    return Cell(formula, content.format, content.style or "calculation")
