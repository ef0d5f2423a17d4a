"""Arrays of paths lie column by column, are added up column by column, and computed where they need be."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from risk.processes import (
    At,
    Index,
    across,
    beside,
    blank,
    columns_of,
    grouped,
    only,
    outer,
    positions,
    put,
    raised,
    repeated,
)

Array = NDArray[np.float64]

PATHS, COLUMNS = 6, 4


def numbers(paths: int = PATHS, columns: int = COLUMNS, seed: int = 0) -> Array:
    return np.asfortranarray(np.random.default_rng(seed).standard_normal((paths, columns)))


def test_whole_paths_are_computed_only_where_flagged() -> None:
    x, none = numbers(), np.zeros(PATHS)
    flags = np.array([True, False, False, True, False, False])
    asked: list[Index] = []

    def compute(rows: Index) -> tuple[Array, Array]:
        asked.append(rows)
        return 2.0 * x[rows], x[rows].sum(axis=1)

    doubled, sums = only(flags, compute, x, none)
    np.testing.assert_array_equal(asked, [[0, 3]])
    np.testing.assert_array_equal(doubled, np.where(flags[:, None], 2.0 * x, x))
    np.testing.assert_array_equal(sums, np.where(flags, x.sum(axis=1), 0.0))
    assert none.sum() == 0.0


def test_single_positions_are_computed_only_where_flagged() -> None:
    x, by_path, by_column = numbers(), numbers(columns=1, seed=1), numbers(1, seed=2)
    flags = x > 0.5

    def compute(at: At) -> tuple[Array]:
        rows, columns = at
        return (x[at] * by_path[rows, 0] * by_column[0, columns],)

    (found,) = only(flags, compute, x)
    np.testing.assert_array_equal(found, np.where(flags, x * by_path * by_column, x))
    assert flags.any()
    assert not flags.all()


def test_nothing_is_computed_where_nothing_is_flagged() -> None:
    def compute(at: Any) -> tuple[Array]:
        raise AssertionError

    x = numbers()
    assert only(np.zeros(PATHS, dtype=bool), compute, x) == (x,)
    assert only(np.zeros(x.shape, dtype=bool), compute, x) == (x,)


def test_as_many_arrays_are_found_as_there_are() -> None:
    with pytest.raises(ValueError, match="zip"):
        only(np.ones(PATHS, dtype=bool), lambda rows: (np.ones(PATHS),), np.zeros(PATHS), np.zeros(PATHS))


def test_positions_come_column_by_column() -> None:
    rows, columns = positions(np.array([[True, False], [True, True]]))
    np.testing.assert_array_equal([rows, columns], [[0, 1, 1], [0, 0, 1]])


@pytest.mark.parametrize("paths", [1, 2, 7, 1024])
@pytest.mark.parametrize("columns", [1, 8, 9, 200])
def test_sums_are_those_of_one_column_after_the_other_whatever_else_is_there(
    paths: int, columns: int
) -> None:
    """To the bit, or a path by itself would not be the path of a block."""
    x = numbers(paths, columns)
    expected = np.zeros(paths)
    for k in range(columns):
        expected = expected + x[:, k]
    np.testing.assert_array_equal(across(x)[:, 0], expected)
    np.testing.assert_array_equal(across(np.ascontiguousarray(x))[:, 0], expected)
    np.testing.assert_array_equal(grouped(x, [0] * columns, 1)[:, 0], expected)


def test_columns_are_added_up_by_group() -> None:
    x = numbers()
    found = grouped(x, [2, 0, 2, 0], 3)
    np.testing.assert_array_equal(found, np.stack([x[:, 1] + x[:, 3], np.zeros(PATHS), x[:, 0] + x[:, 2]], 1))


def test_put_and_raised_copy() -> None:
    before = blank(np.ones((2, 1)), 3)
    after = put(before, np.array([1]), np.ones((2, 1)))
    np.testing.assert_array_equal(after, [[0, 1, 0], [0, 1, 0]])
    np.testing.assert_array_equal(raised(after, np.array([1, 2]), np.ones((2, 1))), [[0, 2, 1], [0, 2, 1]])
    assert before.sum() == 0.0


def test_everything_made_here_lies_column_by_column() -> None:
    x, row = numbers(), np.arange(4.0)[None, :]
    made = {
        "columns": columns_of(x, [2, 0]),
        "beside": beside((x, x[:, :1])),
        "blank": blank(x, COLUMNS),
        "repeated": repeated(row, PATHS),
        "outer": outer(x[:, :1], row),
        "grouped": grouped(x, [0, 1, 0, 1], 2),
        "put": put(x, np.array([1]), x[:, :1]),
        "only": only(x > 0.0, lambda at: (x[at],), x)[0],
    }
    assert {name: values.strides[0] for name, values in made.items()} == dict.fromkeys(made, x.itemsize)
    np.testing.assert_array_equal(made["columns"], x[:, [2, 0]])
    np.testing.assert_array_equal(made["outer"], x[:, :1] * row)
    np.testing.assert_array_equal(made["repeated"], np.tile(row, (PATHS, 1)))
