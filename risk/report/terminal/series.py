"""The series of one path, quarter by quarter."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from risk.paths import SERIES, Variable
from risk.report.record import Document, Keyed, Record, told
from risk.report.table import Column, Table
from risk.report.terminal.page import Page, Screen, parts


@dataclass(frozen=True)
class PathSeries:
    """What is recorded of a path.

    Attributes
    ----------
    values : by name of the series, in its reporting unit; NaN where it is not defined.
    """

    scenario: str
    seed: int
    path: int
    quarters: Sequence[str]
    values: Mapping[str, Sequence[float]]

    @property
    def series(self) -> dict[str, tuple[Variable, Sequence[float]]]:
        """Each series with what it is."""
        return {v.name: (v, self.values[v.name]) for v in SERIES}


ONE: Record[tuple[Variable, Sequence[float]]] = Record(
    (
        told("label", get=lambda pair: pair[0].label),
        told("unit", get=lambda pair: pair[0].unit),
        told("values", list[float], lambda pair: pair[1]),
    )
)
DOCUMENT: Document[PathSeries] = Document(
    (
        told("scenario"),
        told("seed", int),
        told("path", int),
        told("quarters", list[str]),
        told("series", Keyed(ONE)),
    ),
    name="series/1",
    title="The series of one path: bubblerisk path RUN PATH --series --json",
)


def screen(found: PathSeries, page: Page) -> Screen:
    """A row a quarter."""
    columns = (
        Column("quarter", "quarter"),
        *(Column(v.name, f"{v.name}, {v.unit}", align="right") for v in SERIES),
    )
    numbers = ([f"{x:.6g}" for x in found.values[v.name]] for v in SERIES)
    return parts(Table("series", columns, tuple(zip(found.quarters, *numbers, strict=True))), page)
