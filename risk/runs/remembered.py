"""A run whose columns are read once, for what asks for most of them one by one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import cached_property, wraps
from typing import Any, Concatenate, ParamSpec, Self, TypeVar, cast

from numpy.typing import NDArray

from risk.runs.run import Run

P = ParamSpec("P")
T = TypeVar("T")

WHOLE = ("outcomes", "parameters", "series")
"""Kinds of columns of which most are asked for."""

ROOM: int = 256 * 2**20
"""Bytes of these columns that a run keeps: all of 37,000 paths, of a million the thirty asked for last."""


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

    @cached_property
    def _small(self) -> bool:
        """Whether there is room for all of them, so that one pass over the files of a kind reads it whole."""
        quarters = 4 * (self.calendar.quarters + 1)
        a_path = sum(len(self.names(kind)) * (quarters if kind == "series" else 8) for kind in WHOLE)
        return self.paths * a_path <= ROOM

    @cached_property
    def found(self) -> dict[tuple[object, ...], object]:
        """Function and what it was asked → what it has found of the run; see `once`."""
        return {}

    def _columns(
        self, kind: str, names: Iterable[str] | None, at: int | slice | None = None
    ) -> dict[str, NDArray[Any]]:
        asked = list(self.names(kind) if names is None else names)
        if at is not None and not self._small:
            return super()._columns(kind, asked, at)
        if new := [name for name in asked if (kind, name) not in self._known]:
            self._keep(kind, super()._columns(kind, None if self._small and kind in WHOLE else new))
        known = self._known
        found = {name: known.setdefault((kind, name), known.pop((kind, name))) for name in asked}
        self._forget()
        return found if at is None else {name: whole[at] for name, whole in found.items()}

    def _keep(self, kind: str, read: Mapping[str, NDArray[Any]]) -> None:
        if kind not in WHOLE:  # never more than one: each is nearly as large as all path series together
            for key in [key for key in self._known if key[0] == kind]:
                del self._known[key]
        self._known.update({(kind, name): values for name, values in read.items()})

    def _forget(self) -> None:
        """Let go of what was asked for longest ago, as far as there is no room for it."""
        held = {key: values.nbytes for key, values in self._known.items() if key[0] in WHOLE}
        over = sum(held.values()) - ROOM
        for key, size in held.items():
            if over <= 0:
                return
            del self._known[key]
            over -= size


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
