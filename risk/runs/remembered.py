"""A run whose columns are read once, for what asks for most of them one by one."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cached_property, wraps
from typing import Any, Concatenate, ParamSpec, Self, TypeVar, cast

from numpy.typing import NDArray

from risk.runs.run import Run
from risk.runs.stacking import At

P = ParamSpec("P")
T = TypeVar("T")

WHOLE = ("outcomes", "parameters", "series")
"""Kinds of columns of which most are asked for: one pass over the files reads them all."""

KEPT = 100_000
"""Paths up to which a run's columns are kept in memory; those of a larger run are read each time."""


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
    def _known(self) -> dict[str, dict[str, NDArray[Any]]]:
        return {}

    @cached_property
    def found(self) -> dict[tuple[object, ...], object]:
        """Function and what it was asked → what it has found of the run; see `once`."""
        return {}

    def _columns(self, kind: str, names: Iterable[str] | None, at: At = None) -> dict[str, NDArray[Any]]:
        if at is not None:
            if self.paths > KEPT:
                return super()._columns(kind, names, at)
            return {name: whole[at] for name, whole in self._columns(kind, names).items()}
        asked = list(self.names(kind) if names is None else names)
        if kind in WHOLE and self.paths <= KEPT and kind not in self._known:
            self._known[kind] = super()._columns(kind, None)
        known = self._known.get(kind, {})
        if set(asked) <= set(known):
            return {name: known[name] for name in asked}
        found = super()._columns(kind, asked)
        if kind == "facility":  # never more than one: each is nearly as large as all path series together
            self._known[kind] = found
        return found


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
