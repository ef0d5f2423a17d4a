"""Columns of a run one after the other, read several in one pass: memory flat in columns, time in passes.

Whoever looks at many columns one by one need not hold them all, and need not read the files once for each.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Literal

from risk.runs.run import Floats, Run, Singles

AHEAD: int = 64 * 2**20
"""Bytes of columns that are read in one pass: of a million paths eight outcomes."""

QUARTERS: int = 192 * 2**20
"""Bytes of a series that are kept in one pass: all of a million paths, of ten million four quarters. A pass
reads every quarter, whichever it keeps."""


class Columns(Mapping[str, Floats]):
    """Columns of a run by name, (path,) each, of which only some neighbours are held.

    Parameters
    ----------
    names : in the order in which they are looked at, near enough; by default all of the kind.
    """

    def __init__(
        self, run: Run, kind: Literal["outcomes", "parameters"], names: Iterable[str] | None = None
    ) -> None:
        self._read = run.outcomes if kind == "outcomes" else run.parameters
        self._names = list(run.names(kind) if names is None else dict.fromkeys(names))
        self._places = {name: place for place, name in enumerate(self._names)}
        self._many = max(AHEAD // (8 * max(run.paths, 1)), 1)
        self._held: Mapping[str, Floats] = {}

    def __getitem__(self, name: str) -> Floats:
        """One column; UsageError where the run has none of that name or of a neighbour's."""
        if name not in self._held:
            first = self._places[name] // self._many * self._many
            self._held = {}  # before the next are read
            self._held = self._read(self._names[first : first + self._many])
        return self._held[name]

    def __contains__(self, name: object) -> bool:
        return name in self._places

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)


class Family(Mapping[str, Floats]):
    """Outcomes of one family, such as ``loss.notes``, by member; of them too only neighbours are held."""

    def __init__(self, run: Run, family: str, members: Iterable[str]) -> None:
        self._members = {member: f"{family}.{member}" for member in members}
        self._columns = Columns(run, "outcomes", self._members.values())

    def __getitem__(self, member: str) -> Floats:
        return self._columns[self._members[member]]

    def __iter__(self) -> Iterator[str]:
        return iter(self._members)

    def __len__(self) -> int:
        return len(self._members)


def by_quarter(run: Run, *names: str) -> Iterator[tuple[Singles, ...]]:
    """Series of a run quarter by quarter from the base date on: (path,) of each, base units."""
    steps, many = run.calendar.quarters + 1, _together(run, len(names))
    for first in range(0, steps, many):
        at = slice(first, min(first + many, steps)) if many < steps else None
        rows = zip(*(run.series(name, at) for name in names), strict=True)
        if at is None or many == 1:
            yield from rows
        else:  # a row that is looked at would hold all that was read with it while the next is read
            yield from (tuple(row.copy() for row in each) for each in rows)
        del rows


def at_quarters(run: Run, name: str, quarters: Iterable[int]) -> dict[int, Singles]:
    """A series at the end of some quarters only: quarter → (path,), base units, in order of time."""
    wanted = set(quarters)
    if len(wanted) * _together(run) < run.calendar.quarters:  # fewer passes, a quarter each
        return {t: run.series(name, t) for t in sorted(wanted)}
    return {t: row.copy() for t, (row,) in enumerate(by_quarter(run, name)) if t in wanted}


def _together(run: Run, series: int = 1) -> int:
    """Quarters of so many series that are read in one pass."""
    return max(QUARTERS // (4 * max(run.paths, 1) * series), 1)
