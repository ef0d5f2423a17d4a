"""`bubblerisk amplification`, with two couplings and medians of one block."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from risk.analysis import amplification as amp
from risk.analysis.loop import LOOP
from risk.runs import list_runs
from tests.cli.conftest import SMALL, Ask, Stored

FEW = (LOOP, "supply->rent")


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(amp, "COUPLINGS", FEW)
    # The package's function of that name hides the module.
    monkeypatch.setattr(sys.modules["risk.engine.simulate"], "BASELINE_BLOCKS", 1)


@pytest.mark.slow
@pytest.mark.usefixtures("few")
def test_one_run_a_switch_and_the_loop_gain(runs: Stored, ask: Ask) -> None:
    said = ask("amplification", *SMALL)
    assert said.code == 0
    assert said.out.startswith("Amplification to 2032Q4: Base case\n")
    assert f"run {runs.base.id} · base" in said.out
    assert "Loop gain" in said.out
    # The stored run with all couplings on is found; two cuts, all cut and two pushes are simulated.
    assert len(list_runs(runs.folder)) == 2 + 5
    assert "couplings of base: 5 of 6 runs of 1,024 paths are left, about " in said.err
    assert said.err.count("medians of the base case stand in") == 1

    before = {path: path.stat().st_mtime_ns for path in runs.folder.rglob("*") if path.is_file()}
    again = ask("amplification", *SMALL, "--json")
    assert (again.code, again.err) == (0, "")
    assert before == {path: path.stat().st_mtime_ns for path in runs.folder.rglob("*") if path.is_file()}
    found = again.json
    assert found["schema"] == "bubblerisk.amplification/1"
    assert {coupling["coupling"] for coupling in found["couplings"]} == set(FEW)
    loss = runs.base.outcome("headline_loss").mean() / 1e9
    assert found["on"]["mean"]["value"] == pytest.approx(loss)
    for effect in (*found["couplings"], found["whole"]):
        level, ratio = effect["cut"]["mean"]["value"], effect["on_over_cut"]["mean"]["value"]
        assert ratio == pytest.approx(loss / level)
    assert found["loop"]["closed"]["value"] == pytest.approx(1.0, abs=0.2)

    stored = ask("show", "base-without-supply-rent", "--json").json
    register = runs.folder / stored["run"] / "assumptions.json"
    switches = json.loads(register.read_text(encoding="utf-8"))["switches"]
    assert [name for name, on in switches.items() if not on] == ["supply->rent"]


def test_help_names_the_number_of_paths(ask: Ask) -> None:
    assert "4096" in ask("amplification", "--help").out


@pytest.mark.parametrize(
    ("words", "code", "answer"),
    [
        ("amplification bace", 2, "did you mean 'base'?"),
        ("amplification -n 0", 2, "Must be >= 1"),
        ("amplification --quarter 2040Q1", 2, "it goes from 2026Q4 to 2032Q4"),
    ],
)
def test_what_does_not_exist_is_refused_at_once(
    runs: Stored, ask: Ask, words: str, code: int, answer: str
) -> None:
    said = ask(*words.split())
    assert (said.code, said.out) == (code, "")
    assert answer in said.err
    assert len(list_runs(runs.folder)) == 2


def test_a_bad_assumption_stops_everything(runs: Stored, ask: Ask) -> None:
    file = Path("assumptions/base/gpu.toml")
    file.write_text(file.read_text().replace("value = 0.22", "value = nan", 1))
    said = ask("amplification", *SMALL)
    assert said.code == 3
    assert "gpu.toml:" in said.err
