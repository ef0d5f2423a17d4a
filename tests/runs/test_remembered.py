"""A run whose columns are read once, for one answer after the other."""

from __future__ import annotations

import pytest

from risk.runs import Run
from risk.runs.remembered import Remembered


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
