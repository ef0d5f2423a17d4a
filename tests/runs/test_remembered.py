"""A run whose columns are read once, for one answer after the other."""

from __future__ import annotations

import pytest

from risk.runs import Run
from risk.runs.remembered import Remembered, once


def test_what_a_run_knows_already_is_handed_on(reference: Run) -> None:
    written = reference.written
    found = Remembered.of(reference)
    assert found.written is written
    assert Remembered.of(found) is found


def test_columns_are_read_once(reference: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    found, name = Remembered.of(reference), reference.names("outcomes")[0]
    first = found.outcome(name)
    monkeypatch.setattr(Run, "_columns", lambda *_: pytest.fail("read again"))
    assert found.outcome(name) is first


def test_what_was_found_of_a_run_is_found_once_a_word(reference: Run) -> None:
    asked = list[tuple[str, ...]]()

    @once
    def find(run: Run, *words: str) -> int:
        asked.append(words)
        return len(asked)

    found = Remembered.of(reference)
    assert [find(found), find(found), find(found, "bust"), find(found, "bust")] == [1, 1, 2, 2]
    assert [find(reference), find(reference)] == [3, 4]  # a run that does not remember is asked each time
    assert find(Remembered.of(reference)) == 5
