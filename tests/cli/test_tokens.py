"""`bubblerisk tokens`: the arithmetic of a stored run, and registers tried beside it."""

from __future__ import annotations

import pytest

from risk.calibrate import tokens
from tests.cli.conftest import Ask, Stored

FEW = ("-n", "64", "--jobs", "1")


def test_what_coupling_moves_is_told_kept_and_not_computed_twice(runs: Stored, ask: Ask) -> None:
    said = ask("tokens", "base", *FEW, "--json")
    found = said.json
    assert (found["schema"], found["each"], found["hit_rate"]) == ("bubblerisk.tokens/1", 64, 0.9)
    assert "of 64 paths, about" in said.err
    assert [row["name"] for row in found["generations"]][:2] == ["A100", "H100"]
    assert found["base"]["bust"]["value"] == pytest.approx(runs.base.outcome("bust")[:64].mean())
    moved = {row["name"]: row["effects"] for row in found["moved"]}
    assert list(moved) == ["ladder", "rents", "kept", "costs", "passed"]
    assert moved["kept"]["mean"]["value"] > moved["costs"]["mean"]["value"] > moved["passed"]["mean"]["value"]
    assert moved["kept"]["rent"]["value"] < moved["costs"]["rent"]["value"] < 0.0
    kept = tokens.kept(runs.base)
    assert kept is not None
    assert {row.name: row.effects["bust"].value for row in kept.moved} == {
        name: effects["bust"]["value"] for name, effects in moved.items()
    }
    again = ask("tokens", "base", *FEW)
    assert "paths, about" not in again.err
    assert "buyers pay for 84% of its work" in again.out.replace("\n", " ")
    assert "Shown, and not coupled." in again.out


@pytest.mark.parametrize("rate", ["0.5", "1", "-1", "nan"])
def test_a_rate_that_is_no_rise_is_refused(runs: Stored, ask: Ask, rate: str) -> None:
    said = ask("tokens", "base", f"--hit-rate={rate}")
    assert said.code == 2
    assert "is no rise from today's 0.563" in said.err
    assert "such as 0.9" in said.err
