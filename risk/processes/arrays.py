"""Arrays of paths: how they lie in memory, how they are put together, where they need be computed.

An array of paths and columns, (path, column), lies column by column, so that whatever is done to a column
runs over paths that lie side by side. Arithmetic keeps the order of its arguments; what makes an array here
makes it so. Numbers by path, (path, 1), times numbers by column, (1, column), know no order: `outer`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import reduce
from itertools import accumulate
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]
Index = NDArray[np.intp]
At = tuple[Index, Index]
"""Positions: rows, columns."""
K = TypeVar("K", bound=np.generic)


def only(
    flags: Flags, compute: Callable[[Any], Iterable[NDArray[Any]]], *otherwise: NDArray[Any]
) -> tuple[NDArray[Any], ...]:
    """Arrays that are computed only where they need be: as found where flags are up, else as given.

    Parameters
    ----------
    flags : (path,) for whole paths, (path, column) for single positions.
    compute : gets what indexes the flagged ones (rows, or `At`) in any array of that shape, and returns their
        values of as many arrays as there are in `otherwise`; it is not asked where no flag is up.
    otherwise : (path, …) or (path, column); none of them is changed.
    """
    if not flags.any():
        return otherwise
    at = np.flatnonzero(flags) if flags.ndim == 1 else positions(flags)
    return tuple(_placed(array, at, found) for array, found in zip(otherwise, compute(at), strict=True))


def _placed(array: NDArray[K], at: Any, values: NDArray[K]) -> NDArray[K]:
    out = array.copy(order="K")
    out[at] = values
    return out


def anywhere(flags: Flags) -> Flags:
    """Whether a flag is up in any column, (path,)."""
    return np.asanyarray(flags.any(axis=1))


def positions(flags: Flags) -> At:
    """Rows and columns of the flags that are up, (path, column), column by column (nonzero is slow)."""
    columns, rows = np.divmod(np.flatnonzero(flags.T), len(flags))
    return rows, columns


def across(values: Array) -> Array:
    """Sum of columns, one after the other, (path, 1).

    A single path is doubled, for its columns could be added up in any order.
    """
    if len(values) == 1:
        return across(np.repeat(values, 2, axis=0))[:1]
    total: Array = np.add.reduce(np.asanyarray(values.T, order="C"), axis=0)
    return total[:, None]


def grouped(amounts: Array, groups: Index | Sequence[int], count: int) -> Array:
    """Sum columns by the group each belongs to, (path, group), one column after the other.

    A matrix product is faster, but its last bit changes with the processor and with the number of paths.
    """
    sums: dict[int, Array] = {}
    for k, column in zip(groups, amounts.T, strict=True):
        sums[k] = sums[k] + column if k in sums else column
    none = np.zeros_like(amounts, shape=len(amounts))
    return np.stack([sums.get(k, none) for k in range(count)]).T


def columns_of(values: NDArray[K], which: Index | Sequence[int]) -> NDArray[K]:
    """Some columns, (path, column)."""
    return np.take(values.T, which, axis=0).T


def put(array: NDArray[K], columns: Index, values: NDArray[K]) -> NDArray[K]:
    """A copy of an array with some columns replaced."""
    return _placed(array, (slice(None), columns), values)


def raised(array: Array, columns: Index, *more: Array) -> Array:
    """A copy of an array with something added to some columns, one after the other."""
    return put(array, columns, reduce(np.add, more, columns_of(array, columns)))


def beside(parts: Iterable[NDArray[K]]) -> NDArray[K]:
    """Arrays of the same paths side by side, (path, column)."""
    return np.concatenate([part.T for part in parts]).T


def blank(like: NDArray[Any], columns: int) -> Array:
    """Zeros on the paths of another array, (path, column)."""
    return np.zeros_like(like, shape=(columns, len(like)), dtype=np.float64, order="C").T


def repeated(row: Array, paths: int) -> Array:
    """The same (column,) or (1, column) numbers on every path, (path, column)."""
    return np.repeat(np.reshape(row, (-1, 1)), paths, axis=1).T


def outer(one: Array | Flags, other: Array | Flags) -> Array:
    """Products of numbers by path, (path, 1), and numbers by column, (1, column), (path, column)."""
    product: Array = np.multiply(one.T, other.T)
    return product.T


def running(values: Array) -> Array:
    """Running sum of (quarter, …) values; `cumsum` takes five times as long along the first axis."""
    return np.stack([*accumulate(values)])
