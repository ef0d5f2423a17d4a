"""`bubblerisk hindcast` on one vintage of few paths."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from risk.calibrate.hindcast import hindcast
from tests.cli.conftest import Ask

FEW = ("2025Q4", "--paths", "64", "--seed", "5", "--jobs", "1")


@pytest.mark.slow
def test_a_vintage_is_run_twice_and_scored(ask: Ask, tmp_path: Path) -> None:
    folder = ("--runs", str(tmp_path))
    said = ask("hindcast", *FEW, *folder)
    assert said.code == 0
    assert said.out.startswith("Hindcasts from one earlier state, 64 paths each, seed 5\n")
    assert "hindcast: 2 of 2 runs of 64 paths are left, about " in said.err
    assert "not all vintages" in said.err
    assert hindcast.read(tmp_path) is None  # packs go on showing what all gave

    again = ask("hindcast", *FEW, *folder, "--json")
    assert again.code == 0
    found = json.loads(again.out)
    assert [v["quarter"] for v in found["vintages"]] == ["2025Q4"]
    assert found["vintages"][0]["information"] == "2026-03-01"
    assert all(score["published"] > "2026-03-01" for score in found["scores"])
    assert {score["quarter"] for score in found["scores"]} <= {"2026Q1", "2026Q2", "2026Q3", "2026Q4"}
    outside = [score for score in found["scores"] if score["outside"]]
    assert len(found["misses"]) == len(outside)

    page = ask("hindcast", *FEW, *folder, "--md")
    assert page.out.startswith("# Hindcasts\n")
    assert "| 2025Q4 | 2026-03-01 |" in page.out


def test_a_vintage_that_is_not_there_is_told_at_once(ask: Ask, tmp_path: Path) -> None:
    said = ask("hindcast", "2025Q3", "--runs", str(tmp_path))
    assert said.code == 2
    assert "no state of '2025Q3'" in said.err
