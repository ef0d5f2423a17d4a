"""What is recorded of one path, a row a quarter."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from risk.paths import SERIES as RECORDED
from risk.report.record import Document, whole
from risk.report.table import Column, Table
from risk.report.terminal.page import Page, Screen, parts
from risk.runs.prepare import Plan
from risk.units import SCALE


@dataclass(frozen=True)
class Series:
    """One quantity by quarter, in `unit`."""

    label: str
    unit: str
    values: Sequence[float]


@dataclass(frozen=True)
class Recorded:
    """A path; its series by name."""

    scenario: str
    seed: int
    path: int
    quarters: Sequence[str]
    series: Mapping[str, Series]

    @classmethod
    def of(cls, plan: Plan, path: int, found: Mapping[str, Iterable[float]]) -> Recorded:
        """Path of a planned run, from its series in base units."""
        series = {
            v.name: Series(v.label, v.unit, [float(x) / SCALE[v.unit] for x in found[v.name]])
            for v in RECORDED
        }
        assumptions = plan.assumptions
        return cls(assumptions.scenario.name, plan.seed, path, assumptions.calendar.labels, series)


SERIES: Document[Recorded] = Document(
    whole(Recorded).fields,
    name="series/1",
    title="Series of one path by quarter: bubblerisk path SCENARIO ID --series --json",
)


def screen(found: Recorded, page: Page) -> Screen:
    """A column a series; where they go on below themselves the quarter is repeated."""
    columns = [Column(name, name, unit=one.unit, align="right") for name, one in found.series.items()]
    cells = ([f"{x:.6g}" for x in one.values] for one in found.series.values())
    rows = tuple(zip(found.quarters, *cells, strict=True))
    return parts(Table("series", (Column("quarter", "quarter"), *columns), rows), page)
