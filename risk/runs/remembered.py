"""A run whose columns are read once, for what asks for most of them one by one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import cached_property, wraps
from threading import RLock
from typing import Any, Concatenate, ParamSpec, Self, TypeVar, cast

from numpy.typing import NDArray

from risk.freed import hand_back
from risk.runs.run import Run
from risk.runs.stacking import At

P = ParamSpec("P")
T = TypeVar("T")

WHOLE = ("outcomes", "parameters", "series")
"""Kinds of columns of which most are asked for; each of the others takes as much room as all of these."""

ROOM: int = 160 * 2**20
"""Bytes of these columns that a run keeps: all of 23,000 paths, of a million the twenty asked for last."""

SHORT = 2**15
"""Paths up to which nothing is handed back on the way: columns are small and fit into what was let go."""

LONG = 2**18
"""Paths from which half as much is kept."""

NEIGHBOURS: int = 80 * 2**20
"""Bytes that are read where one column is asked for: of 20,000 paths all of a kind, of a million ten. What
stands side by side is asked for together, and a pass over the files takes as long for one."""


class Remembered(Run):
    """A run that reads most of its columns from disk once, as long as one answer is put together."""

    @classmethod
    def of(cls, run: Run) -> Self:
        """The same run, with what it knows of its blocks and its register; one that remembers as it is."""
        if isinstance(run, cls):
            return run
        found = cls(run.store, run.manifest)
        vars(found).update(vars(run))  # properties that were found once
        return found

    @cached_property
    def _known(self) -> dict[tuple[str, str], NDArray[Any]]:
        """Kind and name → column, the one asked for last at the end."""
        return {}

    @property
    def _room(self) -> int:
        """Bytes of columns that are kept; of a long run hardly one is asked for again while it is there."""
        return ROOM if self.paths <= LONG else NEIGHBOURS

    @cached_property
    def found(self) -> dict[tuple[object, ...], object]:
        """Function and what it was asked → what it has found of the run; see `once`."""
        return {}

    def _columns(self, kind: str, names: Iterable[str] | None, at: At = None) -> dict[str, NDArray[Any]]:
        asked = list(self.names(kind) if names is None else names)
        if kind not in WHOLE or (at is not None and self._together(kind) < len(self.names(kind))):
            return super()._columns(kind, asked, at)
        with self._lock:
            found = self._found(kind, asked)
        return found if at is None else {name: whole[at] for name, whole in found.items()}

    def _found(self, kind: str, asked: Sequence[str]) -> dict[str, NDArray[Any]]:
        """Whole columns, those that are not known read with their neighbours."""
        known = self._known
        if new := [name for name in asked if (kind, name) not in known]:
            read = super()._columns(kind, self._beside_it(kind, new))
            known.update({(kind, name): values for name, values in read.items()})
        for name in asked:  # what was asked for last stands at the end
            known[kind, name] = known.pop((kind, name))
        found = {name: known[kind, name] for name in asked}
        if new:
            self._let_go()
        return found

    @cached_property
    def _lock(self) -> RLock:
        """Threads that look at columns side by side come here one after the other."""
        return RLock()

    def _together(self, kind: str) -> int:
        """Columns of a kind that are read in one pass."""
        a_path = 4 * (self.calendar.quarters + 1) if kind == "series" else 8
        return max(NEIGHBOURS // (a_path * max(self.paths, 1)), 1)

    def _beside_it(self, kind: str, new: Sequence[str]) -> Sequence[str]:
        """A column with its neighbours; several as they are."""
        names, many = self.names(kind), self._together(kind)
        if (len(new) > 1 and many < len(names)) or new[0] not in names:
            return new
        first = names.index(new[0]) // many * many
        return [n for n in names[first : first + many] if (kind, n) not in self._known]

    def forget(self) -> None:
        """Let go of all columns; one that is asked for again is read again."""
        with self._lock:
            self._known.clear()
        hand_back()

    def _let_go(self) -> None:
        """Let go of what was asked for longest ago, as far as there is no room for it."""
        over = sum(values.nbytes for values in self._known.values()) - self._room
        for key, size in [(key, values.nbytes) for key, values in self._known.items()]:
            if over > 0:
                del self._known[key]
                over -= size
        tidy(self)


def tidy(run: Run) -> None:
    """Hand back what is free on the way to an answer, where it is much; else it is only asked for anew."""
    if run.paths > SHORT:
        hand_back()


class Compared(Remembered):
    """A run that others are compared with: so little is asked of it that columns come without neighbours."""

    def _beside_it(self, kind: str, new: Sequence[str]) -> Sequence[str]:
        return new


def once(find: Callable[Concatenate[Run, P], T]) -> Callable[Concatenate[Run, P], T]:
    """What a function finds of a run in some words, found once where the run remembers.

    Only for what rests on the run's columns and its register: what is kept beside a run changes.
    """

    @wraps(find)
    def found(run: Run, /, *words: P.args, **named: P.kwargs) -> T:
        if not isinstance(run, Remembered):
            return find(run, *words, **named)
        asked = (find, words, *named.items())
        if asked not in run.found:
            run.found[asked] = find(run, *words, **named)
        return cast(T, run.found[asked])

    return found
