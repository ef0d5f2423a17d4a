"""Columns of a run a few blocks, or a few quarters, at a time: the numbers of the whole columns."""

from __future__ import annotations

import numpy as np
import pytest

from risk.errors import UsageError
from risk.runs import Run
from risk.runs.piece import Piece
from risk.runs.remembered import Remembered
from tests.runs import fake


def _runs(run: Run) -> list[Run]:
    return [run, Remembered.of(run), next(Piece.all(run, 3))]


@pytest.mark.parametrize("blocks", [1, 2, 16])
@pytest.mark.parametrize("kind", ["outcomes", "parameters", "series", "facility"])
def test_batches_are_the_columns_cut_by_path(reference: Run, kind: str, blocks: int) -> None:
    axis = 0 if kind in ("outcomes", "parameters") else 1
    for run in _runs(reference):
        name = run.names(kind)[0]
        found = list(run.batches(kind, [name], blocks))
        whole = np.concatenate([arrays[name] for _, arrays in found], axis=axis)
        np.testing.assert_array_equal(whole, run._columns(kind, [name])[name])
        assert [rows.start for rows, _ in found] == [0, *(rows.stop for rows, _ in found[:-1])]


def test_all_columns_of_a_kind_come_in_batches(reference: Run) -> None:
    _, first = next(reference.batches("outcomes"))
    assert tuple(first) == reference.names("outcomes")
    assert not list(reference.batches("firm"))


def test_a_batch_of_what_is_not_kept_is_refused(reference: Run) -> None:
    with pytest.raises(UsageError, match="has no fallen among its outcomes"):
        list(reference.batches("outcomes", ["fallen"]))


@pytest.mark.parametrize("at", [0, -1, slice(2, 4), slice(None)])
def test_some_quarters_of_a_series_are_those_of_the_whole(reference: Run, at: int | slice) -> None:
    for run in _runs(reference):
        some, whole = run.series("rent", at), run.series("rent")
        np.testing.assert_array_equal(some, whole[at])
        assert some.shape == whole[at].shape
    assert fake.BLOCKS > 3  # more than one block is put together
