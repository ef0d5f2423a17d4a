"""Any quantity of a path by name: one number a path, in the unit that reports show.

An outcome, a proposition or an outcome class (1 where it comes true, 0 where not), the quarter in which it
did, a draw of an uncertain assumption, or a series at a quarter: ``hy_spread@2028Q4``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches

import numpy as np
from numpy.typing import NDArray

from risk.assumptions import Assumptions, Entry
from risk.axes import Calendar
from risk.catalogue import FAMILIES, PARTS
from risk.errors import UsageError
from risk.paths import SERIES, Variable
from risk.runs import Run
from risk.runs.legend import FLAG, TRUE, Legend
from risk.runs.passes import at_quarters
from risk.units import SCALE

Floats = NDArray[np.float64]

AT = "@"
"""Between a series and the quarter at whose end it is read."""

_SERIES = {variable.name: variable for variable in SERIES}


@dataclass(frozen=True)
class Column:
    """One number a path.

    Attributes
    ----------
    values : (path,) in `unit`; NaN where a path has none, such as the quarter of what never came.
    unit : as reports show it; "1" of what happens on a path or does not.
    flag : whether it is such a thing: a proposition, an outcome class.
    kind : outcomes, parameters or series.
    """

    name: str
    values: Floats
    unit: str
    label: str
    flag: bool
    kind: str


def quantity(run: Run, name: str) -> Column:
    """The quantity of a name, of every path of a run.

    Raises
    ------
    UsageError : nothing is called so, or a series lacks its quarter or is asked for one outside the run.
    """
    return quantities(run, [name])[name]


def quantities(run: Run, names: Iterable[str]) -> dict[str, Column]:
    """Several quantities in one pass over the files of each kind; raises as `quantity`."""
    known = Known.of_run(run)
    places = {name: known.place(name) for name in dict.fromkeys(names)}
    return {
        name: _column(name, known, place, values)
        for (name, place), values in zip(places.items(), _read(run, places.values()), strict=True)
    }


@dataclass(frozen=True)
class Place:
    """Where a quantity stands: the kind of its file, its column, and of a series the quarter."""

    kind: str
    column: str
    at: int = 0


@dataclass(frozen=True)
class Known:
    """Every name that a quantity may have.

    Attributes
    ----------
    names : kind → names of its columns.
    """

    legend: Legend
    names: Mapping[str, frozenset[str]]

    @classmethod
    def of_run(cls, run: Run) -> Known:
        """What a run keeps."""
        kinds = ("outcomes", "parameters", "series")
        return cls(Legend.of(run.register), {kind: frozenset(run.names(kind)) for kind in kinds})

    @classmethod
    def of_register(cls, register: Assumptions) -> Known:
        """What a run of a register would keep."""
        legend = Legend.of(register)
        drawn = [entry for entry in register.entries.values() if entry.id in legend.parameters]
        return cls(
            legend,
            {
                "outcomes": frozenset(legend.declared),
                "parameters": frozenset(name for entry in drawn for name in _components(entry)),
                "series": frozenset(_SERIES),
            },
        )

    @property
    def calendar(self) -> Calendar:
        """The quarters."""
        return self.legend.calendar

    def place(self, name: str) -> Place:
        """Where a quantity stands; UsageError as of `quantity`."""
        series, at, quarter = name.partition(AT)
        if at and series in self.names["series"]:
            return Place("series", series, self._quarter(name, quarter))
        for kind in ("outcomes", "parameters"):
            if name in self.names[kind] or (kind == "outcomes" and self._of_family(name)):
                return Place(kind, name)
        raise self._unknown(series, bool(at))

    def __contains__(self, name: object) -> bool:
        """Whether a quantity is called so."""
        try:
            return isinstance(name, str) and bool(self.place(name))
        except UsageError:
            return False

    def variable(self, place: Place) -> Variable:
        """What stands there: unit and label."""
        return self.legend.column(place.kind, place.column)

    def _of_family(self, name: str) -> bool:
        """Whether it may be an outcome that no file declares, such as ``loss.notes``."""
        family, _, member = name.partition(".")
        word, _, part = family.rpartition("_")
        whole = family in FAMILIES or (word in FAMILIES and part in PARTS)
        kept = any("." in outcome for outcome in self.names["outcomes"])  # those of a run are all listed
        return bool(member) and whole and not kept

    def _quarter(self, name: str, quarter: str) -> int:
        try:
            return self.calendar.index(quarter)
        except ValueError as error:
            labels = self.calendar.labels
            raise UsageError(
                f"{name[:80]}: {error}", f"give a quarter from {labels[0]} to {labels[-1]}"
            ) from None

    def _unknown(self, name: str, dated: bool) -> UsageError:
        if name in self.names["series"]:
            return UsageError(
                f"{name} is a series, a number a quarter",
                f"say at the end of which, e.g. {name}{AT}{self.calendar.labels[-1]}",
            )
        if dated and any(name in names for names in self.names.values()):
            return UsageError(
                f"{name[:80]} is one number a path, not a series", f"leave out {AT} and the quarter"
            )
        pool = self.names["series"] if dated else frozenset().union(*self.names.values())
        folded = {known.casefold(): known for known in sorted(pool)}
        close = [folded[word] for word in get_close_matches(name[:80].casefold(), list(folded), n=3)]
        what = "series" if dated else "quantity of a path"
        listed = (
            ", ".join(sorted(pool))
            if dated
            else "outcomes, propositions, classes, uncertain inputs and series"
        )
        return UsageError(
            f"there is no {what} called {name[:80]}",
            f"did you mean {' or '.join(close)}?" if close else f"there are: {listed}",
        )


def empty(known: Known, name: str) -> Column:
    """The quantity of a name, of no path; raises as `quantity`."""
    return _column(name, known, known.place(name), np.empty(0))


def _components(entry: Entry) -> tuple[str, ...]:
    """Columns of an uncertain assumption: its own, or one a component."""
    if not isinstance(entry.value, tuple):
        return (entry.id,)
    return tuple(f"{entry.id}[{k}]" for k in range(len(entry.value)))


def _column(name: str, known: Known, place: Place, values: Floats) -> Column:
    variable = known.variable(place)
    flag = variable.unit == FLAG
    label = variable.label.removesuffix(f": {TRUE}") or name
    if place.kind == "series":
        label = f"{label}, {known.calendar.labels[place.at]}"
    if flag:
        return Column(name, values, "1", label, True, place.kind)
    factor = SCALE[variable.unit]
    return Column(name, values if factor == 1.0 else values / factor, variable.unit, label, False, place.kind)


def _read(run: Run, places: Iterable[Place]) -> Iterator[Floats]:
    """Values of each, (path,), base units."""
    listed = list(places)
    of = {kind: [p.column for p in listed if p.kind == kind] for kind in ("outcomes", "parameters", "series")}
    found = {"outcomes": run.outcomes(of["outcomes"]), "parameters": run.parameters(of["parameters"])}
    series = {
        name: at_quarters(run, name, (p.at for p in listed if (p.kind, p.column) == ("series", name)))
        for name in dict.fromkeys(of["series"])
    }
    for place in listed:
        if place.kind == "series":
            yield series[place.column][place.at].astype(np.float64)
        else:
            yield found[place.kind][place.column]
