"""`bubblerisk whatif`: other numbers and scenarios beside a stored run, on its draws."""

from __future__ import annotations

import pytest

from risk.analysis import contrasts
from risk.analysis.amplification import Measure
from risk.calibrate import tokens, whatif
from tests.cli.conftest import Ask, Stored

FEW = ("-n", "64", "--jobs", "1")


def test_a_number_that_is_set_is_set_in_every_path_and_compared_on_the_same_draws(
    runs: Stored, ask: Ask
) -> None:
    said = ask("whatif", "base", "--set", "gpu.power_lead=5", *FEW, "--json")
    found = said.json
    assert (found["schema"], found["each"], found["changed"]) == (
        "bubblerisk.whatif/1",
        64,
        ["gpu.power_lead"],
    )
    rows = {row["name"]: row for row in found["results"]}
    assert rows["bust"]["before"]["value"] == pytest.approx(runs.base.outcome("bust")[:64].mean())
    for row in rows.values():
        gone = row["after"]["value"] - row["before"]["value"]
        assert row["change"]["value"] == pytest.approx(gone, abs=1e-9)
    assert rows["capex_2030"]["change"]["value"] > 0.0
    again = ask("whatif", "base", "--set", "gpu.power_lead = 5", *FEW)
    assert "paths, about" not in again.err
    assert "What if: gpu.power_lead = 5" in again.out


def test_a_scenario_moves_what_its_run_moves(runs: Stored, ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both are stored, so that nothing is simulated."""
    monkeypatch.setattr("risk.engine.trial.trial", lambda *_: pytest.fail("simulated again"))
    found = ask("whatif", "base", "--scenario", "gpu-glut", *FEW, "--json").json
    rows = {row["name"]: row["after"]["value"] for row in found["results"]}
    assert rows["bust"] == pytest.approx(runs.glut.outcome("bust")[:64].mean())
    assert rows["mean"] == pytest.approx(runs.glut.outcome("headline_loss")[:64].mean() / 1e9)


def test_a_run_of_a_scenario_is_asked_within_it(runs: Stored, ask: Ask) -> None:
    found = ask("whatif", "gpu-glut", "--set", "gpu.power_lead=5", *FEW, "--json").json
    assert found["results"][0]["before"]["value"] == pytest.approx(runs.glut.outcome("bust")[:64].mean())
    assert found["changed"] == ["gpu.power_lead"]


@pytest.mark.parametrize(
    ("setting", "code", "words"),
    [
        ("gpu.power_led=5", 3, "gpu.power_lead"),
        ("gpu.power_lead=500", 3, "gpu.power_lead is 500"),
        ("gpu.power_lead=five", 2, "it must be ID=VALUE"),
        ("gpu.power_lead", 2, "it must be ID=VALUE"),
        ("gpu.power_lead=5\n[switches]", 2, "it must be ID=VALUE"),
        ("gpu.power_lead='x'", 3, "gpu.power_lead"),
        ("=5", 2, "it must be ID=VALUE"),
    ],
)
def test_what_cannot_be_set_is_refused(runs: Stored, ask: Ask, setting: str, code: int, words: str) -> None:
    said = ask("whatif", "base", "--set", setting)
    assert said.code == code
    assert words in said.err


def test_nothing_asked_and_a_number_set_twice_are_refused(runs: Stored, ask: Ask) -> None:
    assert "what if what?" in ask("whatif", "base").err
    twice = ask("whatif", "base", "--set", "gpu.power_lead=5", "--set", "gpu.power_lead=6")
    assert (twice.code, "set twice" in twice.err) == (2, True)


@pytest.mark.parametrize("measures", [whatif.BESIDE, tokens.MEASURES])
def test_a_mean_is_called_one_and_stands_in_the_unit_of_its_outcome(
    runs: Stored, measures: tuple[Measure, ...]
) -> None:
    """Other screens print medians of the same outcomes."""
    for measure in measures:
        if measure.statistic is contrasts.mean:
            assert "mean" in measure.label
            assert measure.unit == runs.base.register.outcomes[measure.outcome].unit
