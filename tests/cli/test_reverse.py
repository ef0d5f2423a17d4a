"""`bubblerisk reverse`: what is told is what the paths hold, and its most likely path is proved."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from risk.engine import simulate
from risk.paths import Block
from tests.cli.conftest import PATHS, Ask, Stored


def test_the_most_likely_path_meets_the_condition_and_is_proved(runs: Stored, ask: Ask) -> None:
    answer = ask("reverse", "base", "--if", "bust", "--then", "headline_loss", "--json")
    found = answer.json
    bust = runs.base.outcome("bust") > 0
    assert answer.code == 0
    assert (found["met"], found["probability"]["paths"]) == (int(bust.sum()), PATHS)
    assert found["proved"] is True
    assert bust[[found["path"], *found["next_paths"], *(way["medoid"] for way in found["ways"])]].all()
    loss = runs.base.outcome("headline_loss") / 1e9
    assert found["path_loss"] == pytest.approx(loss[found["path"]])
    assert found["then"][0]["met"]["value"] == pytest.approx(loss[bust].mean())
    for figure in (*(sign["hits"] for sign in found["signs"]), *(rule["density"] for rule in found["rules"])):
        low, high = figure["interval"]
        assert low <= figure["value"] <= high
        assert figure["standard_error"] > 0.0
    assert sum(cell["paths"] for row in found["map"]["cells"] for cell in row) == PATHS


def test_the_screen_names_the_path_to_tell(runs: Stored, ask: Ask) -> None:
    said = ask("reverse", "base", "--if", "bust and headline_loss > 20", "--stored")
    assert said.code == 0
    assert f"bubblerisk path {runs.base.id[:8]} " in said.out
    assert "It was not simulated again." in said.out
    assert "By themselves: 'bust'" in said.out


def test_a_path_that_comes_out_differently_is_told(
    runs: Stored, ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:

    def other(*arguments: Any) -> Block:
        block = simulate(*arguments)
        block.series["h100_contract"][3] += np.float32(0.1)
        return block

    monkeypatch.setattr("risk.runs.again.simulate", other)
    said = ask("reverse", "base", "--if", "bust")
    assert said.code == 5
    assert "comes out differently now: h100_contract" in said.err
    assert not said.out


def test_a_path_that_no_longer_meets_the_condition_fails(
    runs: Stored, ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:

    def other(*arguments: Any) -> Block:
        block = simulate(*arguments)
        block.outcomes["bust"][:] = 0.0
        return block

    monkeypatch.setattr("risk.runs.again.simulate", other)
    said = ask("reverse", "base", "--if", "bust")
    assert said.code == 1
    assert "FAIL: simulated again it does not meet the condition." in said.out


@pytest.mark.parametrize(
    ("words", "reason", "fix"),
    [
        ("headline_los > 5", "headline_los", "headline_loss"),
        ("headline_loss > 5 GW", "GW", "USD bn"),
        ("headline_loss", "is a number", "compare it"),
        ("bust and", "is not a condition", "headline_loss > 200"),
        ("hy_spread > 500", "a number a quarter", "hy_spread@"),
        ("headline_loss > 5000", "none of 1,024 paths meets", "less extreme"),
        ("headline_loss > -1", "no path of 1,024 does not meet", "fewer paths"),
    ],
)
def test_a_wrong_condition_is_refused_with_what_to_do(
    runs: Stored, ask: Ask, words: str, reason: str, fix: str
) -> None:
    said = ask("reverse", "base", "--if", words)
    assert said.code == 2
    assert said.err.startswith("error: ")
    assert reason in said.err
    assert fix in said.err
    assert not said.out


def test_a_wrong_consequence_is_refused(runs: Stored, ask: Ask) -> None:
    said = ask("reverse", "base", "--if", "bust", "--then", "no_such_thing")
    assert said.code == 2
    assert "no_such_thing" in said.err


def test_without_a_condition_nothing_is_done(runs: Stored, ask: Ask) -> None:
    said = ask("reverse", "base")
    assert said.code == 2
    assert "--if" in said.err
