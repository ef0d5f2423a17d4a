"""The numbers of a stored run as DataFrames."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from risk.catalogue import CATALOGUE
from risk.errors import UsageError, suggestion
from risk.paths import FACILITY_SERIES, FIRM_SERIES, SERIES, Variable

if TYPE_CHECKING:
    import pandas as pd

    from risk.runs import Run
    from risk.runs.legend import Legend


class Numbers:
    """The numbers of a run; `Result` says what holds of all of them."""

    def __init__(self, run: Run) -> None:
        self.stored = run

    @property
    def id(self) -> str:
        """Run id: 12 hex digits."""
        return self.stored.id

    @property
    def scenario(self) -> str:
        """Name of its scenario."""
        return self.stored.manifest.scenario

    @property
    def title(self) -> str:
        """What the scenario is, in words."""
        return self.stored.manifest.title

    @property
    def paths(self) -> int:
        """Number of paths."""
        return self.stored.paths

    @property
    def seed(self) -> int:
        """Seed of every random stream."""
        return self.stored.manifest.seed

    @property
    def folder(self) -> Path:
        """Where its files are: Parquet that needs none of us (docs/runs.md)."""
        return self.stored.directory

    @property
    def quarters(self) -> pd.PeriodIndex:
        """Its quarters, the base date first."""
        from risk.door.frames import quarters

        return quarters(self.stored.calendar)

    @cached_property
    def outcomes(self) -> pd.DataFrame:
        """What became of every path: index path, one column an outcome, proposition (true or not) or date.

        A proposition that comes true on a path has the quarter in `<id>_quarter`, else NaT.
        """
        from risk.door.frames import columns

        return columns(self.stored, "outcomes", self._legend)

    def outcome(self, name: str) -> pd.Series[Any]:
        """One outcome, index path; UsageError where there is none. Quicker than `outcomes`."""
        from risk.door.frames import column

        return column(self.stored, "outcomes", self._legend, name)

    @cached_property
    def parameters(self) -> pd.DataFrame:
        """What was drawn: index path, one column an uncertain assumption, in the unit of its entry."""
        from risk.door.frames import columns

        return columns(self.stored, "parameters", self._legend)

    def parameter(self, id: str) -> pd.Series[Any]:
        """The draws of one assumption, index path; UsageError where it is not uncertain."""
        from risk.door.frames import column

        return column(self.stored, "parameters", self._legend, id)

    def series(self, name: str) -> pd.DataFrame:
        """A quarterly series, path × quarter (a PeriodIndex), such as ``h100_contract``.

        Raises
        ------
        UsageError : there is no such series; the message names one that is meant, or all.
        """
        from risk.door.frames import series

        return series(self.stored, _named(name, SERIES, "series"))

    def facilities(self, name: str) -> pd.DataFrame:
        """A series of every facility, such as ``dscr``: rows (path, quarter), a column a facility.

        Of the first 20,480 paths. Raises as `series`.
        """
        from risk.door.frames import by_entity

        return by_entity(self.stored, "facility", _named(name, FACILITY_SERIES, "series of facilities"))

    def firms(self, name: str) -> pd.DataFrame:
        """A series of every company, such as ``runway``: rows (path, quarter), a column a company.

        Of the first 20,480 paths. Raises as `series`.
        """
        from risk.door.frames import by_entity

        return by_entity(self.stored, "firm", _named(name, FIRM_SERIES, "series of companies"))

    def means(self, name: str) -> pd.DataFrame:
        """Mean of a quantity over all paths, such as ``facility.debt``: quarters × (entity, mean and se).

        Raises as `series`.
        """
        from risk.door.frames import means

        kept = (Variable(q.name, q.unit, q.label) for q in CATALOGUE.values() if q.kept == "sums")
        return means(self.stored, _named(name, tuple(kept), "quantities"))

    @property
    def register(self) -> pd.DataFrame:
        """The register that the run was made of, as `risk.register` gives today's."""
        from risk.door.registers import entries

        return entries(self.stored.register)

    @cached_property
    def _legend(self) -> Legend:
        from risk.runs.legend import Legend

        return Legend.of(self.stored.register)

    def __repr__(self) -> str:
        return f"<run {self.id} of {self.scenario}: {self.paths:,} paths, seed {self.seed}>"


def _named(name: str, known: Sequence[Variable], what: str) -> Variable:
    """The variable of a name; UsageError where there is none."""
    found = next((variable for variable in known if variable.name == name), None)
    if found is not None:
        return found
    names = [variable.name for variable in known]
    close = suggestion(name, names)
    fix = f"did you mean {close}?" if close else f"there are: {', '.join(names)}"
    raise UsageError(f"there is no {name[:80]} among the {what}", fix)
