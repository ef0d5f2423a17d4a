"""A run whose columns are read once, for what asks for most of them one by one."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from typing import Any, Self

from numpy.typing import NDArray

from risk.runs.run import Run

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

    def _columns(self, kind: str, names: Iterable[str] | None) -> dict[str, NDArray[Any]]:
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
