"""Every number of every quarter is finite, or the run stops and says which one is not.

An overflow, a division by zero or an invalid operation raises where it happens, for a comparison would take
a NaN for "no". What functions without such flags (special functions, sums of products) could let through is
looked for in every state every quarter, and in all that is recorded at the end. A quarter that fails is
searched in causal order, mechanism by mechanism, so that the first number to go wrong is the one named.
"""

from __future__ import annotations

import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, is_dataclass, replace
from functools import cache
from math import isfinite
from operator import attrgetter
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from risk.engine import quarter
from risk.engine.context import Context, Flows
from risk.engine.couplings import Links
from risk.engine.layout import Layout
from risk.engine.world import World
from risk.errors import NumericalError

Array = NDArray[np.float64]

UNDEFINED = frozenset({"dscr", "stage"})
"""Of facilities, what is NaN where there is nothing: no debt is served, or the loan is in default."""

STATES: Mapping[str, tuple[str, ...]] = {"operators": ("contracts", "facility", "holdco"), "spending": ()}
"""States of the world that go with a part of the flows, where it is not the one of the same name."""

AXES = {
    "funding": "spender", "plan": "spender", "fleet": "generation", "rents": "generation",
    "segments": "segment", "cascade": "holder", "facility": "facility", "contracts": "facility",
    "holdco": "firm", "instrument_losses": "instrument", "instrument_claims": "instrument",
}  # fmt: skip
"""What the columns of a part are, as far as they have names."""


@dataclass(frozen=True)
class Rows:
    """The paths of an opening.

    Attributes
    ----------
    ids : id of the path in each row.
    names : axis → names along it.
    """

    ids: Sequence[int]
    names: Mapping[str, tuple[str, ...]]


class strict(np.errstate):  # noqa: N801 - used as np.errstate is
    """Floating-point faults raise, but for an underflow, which is a zero."""

    def __init__(self) -> None:
        super().__init__(divide="raise", over="raise", invalid="raise", under="ignore")


def step(c: Context, world: World, rows: Rows, thorough: bool = False) -> tuple[World, Flows]:
    """One quarter for every path, and everything in it finite.

    Parameters
    ----------
    thorough : look at every flow too; it costs a tenth of a simulation.

    Raises
    ------
    NumericalError : names mechanism, variable, entity, path and quarter of the first number that is not.
    """
    try:
        with strict():
            after, flows = quarter.step(c, world)
    except (FloatingPointError, NumericalError) as error:
        raise _located(c, world, rows, error) from error
    if thorough or not _finite(after, world):
        found = _first(after, flows, rows, c)
        if found is not None:
            raise found
    return after, flows


def some(value: Any, rows: slice, paths: int) -> Any:
    """Some rows of everything that has one a path: arrays (path, …) and (quarter, path, …), however nested.

    Parameters
    ----------
    paths : rows that `value` has; more than any matrix of the register has (100), so that none is mistaken.
    """

    def cut(array: Array) -> Array:
        if array.ndim and len(array) == paths:
            return array[rows]
        return array[:, rows] if array.ndim == 3 and array.shape[1] == paths else array

    return each(value, cut)


def each(value: Any, change: Callable[[Array], Array]) -> Any:
    """A value with every array in it changed, however nested."""
    if isinstance(value, np.ndarray):
        return change(value)
    if isinstance(value, (Layout, Links, Rows)):
        return value
    if is_dataclass(value) and not isinstance(value, type):
        return replace(value, **{n: each(getattr(value, n), change) for n in _fields(type(value))})
    if isinstance(value, Mapping):
        return MappingProxyType({name: each(item, change) for name, item in value.items()})
    if isinstance(value, (tuple, list)):
        return type(value)(each(item, change) for item in value)
    return value


def place(error: BaseException) -> str:
    """Module and function of the model in which an error arose, e.g. ``gpu_repricing.rents.step``."""
    frames = [f for f in traceback.extract_tb(error.__traceback__) if "risk" in Path(f.filename).parts]
    if not frames:
        return "the model"
    parts = Path(frames[-1].filename).with_suffix("").parts
    inside = parts[len(parts) - parts[::-1].index("risk") :]
    known = inside[1:] if inside[0] in ("mechanisms", "processes") else inside
    return ".".join([*known, frames[-1].name])


def _fields(kind: type) -> tuple[str, ...]:
    return tuple(vars(kind)["__dataclass_fields__"])


def _finite(value: Any, before: Any) -> bool:
    """Whether every float in `value` is finite, but for what is the very same object in `before`."""
    kind: Any = type(value)
    if isinstance(value, np.ndarray):
        # A sum is finite only where all its terms are; terms whose sum overflows are looked at one by one.
        return (
            value.dtype.kind != "f" or isfinite(np.add.reduce(value, None)) or bool(np.isfinite(value).all())
        )
    if kind is tuple:
        known = before if type(before) is tuple and len(before) == len(value) else (None,) * len(value)
        return all(x is y or _finite(x, y) for x, y in zip(value, known, strict=True))
    if is_dataclass(value):
        parts = _parts(kind)
        return _finite(parts(value), parts(before) if type(before) is kind else None)
    return True


@cache
def _parts(kind: type) -> Callable[[object], tuple[Any, ...]]:
    """What returns the fields of a dataclass that must be finite, as a tuple."""
    names = [name for name in _fields(kind) if name not in UNDEFINED]
    if len(names) > 1:
        return attrgetter(*names)
    return lambda value: (getattr(value, names[0]),)


def _first(after: World, flows: Flows, rows: Rows, c: Context) -> NumericalError | None:
    """What to say of the first number that is not finite; None where all are."""
    for name, values in _causal(after, flows):
        wrong = np.isinf(values) if name.rpartition(".")[2] in UNDEFINED else ~np.isfinite(values)
        if wrong.any():
            where = tuple(int(i) for i in np.argwhere(wrong)[0])
            words = f"{name}{_entity(name, where, values, rows)} is not finite ({values[where]:g})"
            return _stopped(words, rows.ids[where[0]], c)
    return None


def _stopped(words: str, path: int, c: Context) -> NumericalError:
    return NumericalError(f"{words} on path {path} in quarter {c.t}", path=path)


def _causal(after: World, flows: Flows) -> Iterator[tuple[str, Array]]:
    """Every float array of a quarter with its place: mechanism by mechanism, its flows and then its state."""
    left = dict.fromkeys(_fields(World))
    for part in _fields(Flows):
        yield from _arrays(part, getattr(flows, part))
        for name in STATES.get(part, (part,)):
            if name in left:
                del left[name]
                yield from _arrays(f"state.{name}", getattr(after, name))
    for name in left:
        yield from _arrays(f"state.{name}", getattr(after, name))


def _arrays(name: str, value: object) -> Iterator[tuple[str, Array]]:
    if isinstance(value, np.ndarray):
        if value.dtype.kind == "f":
            yield name, value
    elif is_dataclass(value):
        for part in _fields(type(value)):
            yield from _arrays(f"{name}.{part}", getattr(value, part))
    elif isinstance(value, (tuple, list)):
        for i, item in enumerate(value):
            yield from _arrays(f"{name}[{i}]", item)


def _entity(name: str, where: tuple[int, ...], values: Array, rows: Rows) -> str:
    """Words that say which column of a part it is; nothing where it has one only."""
    if values.ndim < 2 or values.shape[1] == 1:
        return ""
    axis = next((AXES[part] for part in reversed(name.split(".")) if part in AXES), "")
    names = rows.names.get(axis, ())
    return f" of {names[where[1]]}" if values.shape[1] <= len(names) else f" (column {where[1] + 1})"


def _located(c: Context, world: World, rows: Rows, error: Exception) -> NumericalError:
    """Say on which path, and if possible in which variable, a quarter could not be computed."""
    with np.errstate(all="ignore"):
        try:
            found = _first(*quarter.step(c, world), rows, c)
        except Exception:
            found = None
    if found is not None:
        return found

    def attempt(chosen: slice) -> None:
        with strict():
            quarter.step(some(c, chosen, len(rows.ids)), some(world, chosen, len(rows.ids)))

    path = rows.ids[failing(attempt, len(rows.ids))]
    return _stopped(
        f"{error.reason if isinstance(error, NumericalError) else error} in {place(error)}", path, c
    )


def failing(attempt: Callable[[slice], object], paths: int) -> int:
    """First row on which an attempt fails, by bisection: paths do not see one another.

    Parameters
    ----------
    attempt : raises where the rows it is given hold a path on which it fails, as all of them do.
    """
    low, high = 0, paths
    while high - low > 1:
        middle = (low + high) // 2
        try:
            attempt(slice(low, middle))
        except (FloatingPointError, NumericalError):
            high = middle
        else:
            low = middle
    return low
