"""The first paths of a long run, and columns that are read a few at a time."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from risk.runs import Run, passes, remembered
from risk.runs import first as firsts
from risk.runs.beside import FEEDBACK
from risk.runs.files import publish_json
from risk.runs.first import first
from risk.runs.passes import Columns, at_quarters, by_quarter
from risk.runs.remembered import Remembered, once
from risk.shocks.stream import BLOCK


@pytest.fixture
def long(monkeypatch: pytest.MonkeyPatch, reference: Run) -> Run:
    """The reference, which is long where runs are explained on two blocks."""
    monkeypatch.setattr(firsts, "EXPLAINED", 2 * BLOCK)
    return replace(reference)


def test_a_run_that_is_not_long_is_explained_on_all_its_paths(reference: Run) -> None:
    assert first(reference) is reference


def test_a_long_run_is_explained_on_its_first_paths(long: Run) -> None:
    found = first(long)
    assert (found.paths, found.id, found.manifest.paths) == (2 * BLOCK, long.id, long.paths)
    assert first(long) is found
    for name in long.names("outcomes"):
        np.testing.assert_array_equal(found.outcome(name), long.outcome(name)[: 2 * BLOCK])
    np.testing.assert_array_equal(found.series("rent"), long.series("rent")[:, : 2 * BLOCK])


def test_what_was_measured_beside_the_whole_is_beside_its_first_paths(long: Run) -> None:
    file = long.directory / FEEDBACK
    publish_json(file, {"run": long.id})
    try:
        assert first(long).feedback == {"run": long.id}
    finally:
        file.unlink()


def test_what_is_found_of_the_first_paths_is_found_once(long: Run) -> None:
    asked = list[int]()

    @once
    def find(run: Run) -> int:
        asked.append(run.paths)
        return len(asked)

    assert [find(first(long)), find(first(long))] == [1, 1]
    assert asked == [2 * BLOCK]


@pytest.mark.parametrize("ahead", [1, 3 * 4 * 1024, passes.QUARTERS])
def test_columns_are_those_of_the_run_however_many_are_read_at_once(
    monkeypatch: pytest.MonkeyPatch, reference: Run, ahead: int
) -> None:
    for bound in ("AHEAD", "QUARTERS"):
        monkeypatch.setattr(passes, bound, ahead)
    for kind, whole in (("outcomes", reference.outcomes()), ("parameters", reference.parameters())):
        found = Columns(reference, kind)  # type: ignore[arg-type]
        assert list(found) == list(whole)
        for name, values in found.items():
            np.testing.assert_array_equal(values, whole[name])
    rents = [rent for (rent,) in by_quarter(reference, "rent")]
    np.testing.assert_array_equal(rents, reference.series("rent"))
    some = at_quarters(reference, "rent", (4, 1))
    assert list(some) == [1, 4]
    np.testing.assert_array_equal(list(some.values()), reference.series("rent")[[1, 4]])


def test_of_columns_only_neighbours_are_held(monkeypatch: pytest.MonkeyPatch, reference: Run) -> None:
    monkeypatch.setattr(passes, "AHEAD", 8 * reference.paths)  # one column
    found = Columns(reference, "outcomes")
    for name in found:
        _ = found[name]
        assert list(found._held) == [name]


@pytest.mark.parametrize("room", [0, 10 * 8 * 1024])
def test_a_run_remembers_as_far_as_there_is_room(
    monkeypatch: pytest.MonkeyPatch, reference: Run, room: int
) -> None:
    monkeypatch.setattr(remembered, "ROOM", room)
    monkeypatch.setattr(remembered, "NEIGHBOURS", 1)
    found = Remembered.of(replace(reference))
    for _ in range(2):
        for name in ("fell", "fell_in"):
            np.testing.assert_array_equal(found.outcome(name), reference.outcome(name))
        np.testing.assert_array_equal(found.series("rent", 2), reference.series("rent")[2])
        np.testing.assert_array_equal(found.series("rent"), reference.series("rent"))
    assert sum(values.nbytes for values in found._known.values()) <= room


def test_a_column_is_read_with_its_neighbours(monkeypatch: pytest.MonkeyPatch, reference: Run) -> None:
    found = Remembered.of(replace(reference))
    _ = found.outcome("fell")
    monkeypatch.setattr(Run, "_columns", lambda *_: pytest.fail("read again"))
    _ = found.outcome("fell_in")
