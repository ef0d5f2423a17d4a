"""`bubblerisk screen` on the shipped register: workers change nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.conftest import ROOT, Ask

ONE = (
    "screen",
    "--only",
    "credit.rating.*",
    "-n",
    "32",
    "--assumptions",
    ROOT / "assumptions",
    "--json",
    "-q",
)


@pytest.mark.slow
def test_two_processes_find_what_one_finds(ask: Ask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    one, two = (ask(*ONE, "-j", jobs, "--runs", f"by-{jobs}") for jobs in (1, 2))
    assert (one.code, one.err) == (0, "")
    assert two == one
    [number] = one.json["moved"]
    assert number["id"] == "credit.rating.pd_multiple"
    assert number["reached"] == {"low": 0.5, "high": 0.5}
    assert "of 'A' too" in number["refused"]["low"]
    [refused] = one.json["refused"]
    assert "over its rows, not to 1" in refused["refused"]["high"]
