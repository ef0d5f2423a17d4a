"""`bubblerisk compare`."""

from __future__ import annotations

import numpy as np
import pytest

from risk.runs import Run
from tests.analysis.errors import student
from tests.cli.conftest import FEW, SEED, Ask, Stored, twin


def test_two_scenarios_differ_in_what_one_changes(runs: Stored, ask: Ask) -> None:
    said = ask("compare", "base", "gpu-glut")
    assert said.code == 0
    assert "Assumptions changed (4 of" in said.out
    assert "scenarios/gpu-glut.toml:" in said.out
    assert "Both runs share their draws" in said.out


def test_errors_of_differences_are_path_by_path(runs: Stored, ask: Ask) -> None:
    found = ask("compare", "base", "gpu-glut", "--json").json
    assert found["schema"] == "bubblerisk.compare/1"
    assert found["paired"] is True
    bust = next(result for result in found["results"] if result["name"] == "bust")
    moved = runs.glut.outcome("bust") - runs.base.outcome("bust")
    assert bust["change"]["value"] == pytest.approx(moved.mean())
    assert bust["change"]["standard_error"] == pytest.approx(student(moved))
    assert bust["noise"] == bool(abs(moved.mean()) <= 2 * student(moved))


def test_the_bridge_leads_from_old_to_new_with_the_paired_error(runs: Stored, ask: Ask) -> None:
    old, new = (run.outcome("bust") for run in (runs.base, runs.glut))
    error = 100 * (new - old).std(ddof=1) / np.sqrt(len(old))
    line = (
        f"Bridge of P(bust)  {100 * old.mean():.1f}% → 4 changed inputs {100 * (new - old).mean():+.1f} pp "
        f"(±{error:.1f} paired SE) → {100 * new.mean():.1f}%"
    )
    assert line in ask("compare", "base", "gpu-glut").out.splitlines()
    assert "Bridge" not in ask("compare", "base", "base").out


def test_a_run_and_itself_are_the_same(runs: Stored, ask: Ask) -> None:
    said = ask("compare", runs.base.id, "base")
    assert "Assumptions changed (0 of" in said.out
    lines = said.out.splitlines()
    results = lines[lines.index("Results") + 2 : -1]
    assert len(results) > 20
    assert all(line.endswith("same") for line in results)


def test_markdown_has_the_same_tables_and_escapes_what_would_be_markup(runs: Stored, ask: Ask) -> None:
    said = ask("compare", "base", "gpu-glut", "--md")
    assert said.code == 0
    assert said.out.startswith("## base → gpu-glut")
    lines = [line for line in said.out.splitlines() if line.startswith("|")]
    assert any(line.startswith("| gpu.launch\\_obsolescence |") for line in lines)
    assert "Both runs share their draws" in said.out
    assert "\n\nBridge of P(bust)  " in said.out
    for block in said.out.split("\n\n"):
        if block.startswith("|"):
            widths = {line.replace("\\|", "").count("|") for line in block.splitlines()}
            assert len(widths) == 1


def test_runs_of_one_seed_are_compared_on_the_paths_that_both_have(
    runs: Stored, short: Run, ask: Ask
) -> None:
    for before, after in ((short, runs.glut), (runs.glut, short)):
        found = ask("compare", before.id, after.id, "--json").json
        assert (found["paired"], found["shared_paths"]) == (True, FEW)
        loss = next(result for result in found["results"] if result["name"] == "headline_loss")
        old, new = (run.outcome("headline_loss")[:FEW] / 1e9 for run in (before, after))
        assert loss["before"]["value"] == pytest.approx(old.mean())
        assert loss["after"]["value"] == pytest.approx(new.mean())
        moved = new - old
        assert loss["change"]["value"] == pytest.approx(moved.mean())
        assert loss["change"]["standard_error"] == pytest.approx(student(moved))
        assert {result["change"]["paths"] for result in found["results"]} == {FEW}


def test_what_is_shared_is_said(runs: Stored, short: Run, ask: Ask) -> None:
    for words in ((), ("--md",)):
        said = ask("compare", short.id, runs.base.id, *words)
        assert f"Both runs share their first {FEW} paths: results are of these only" in said.out
    lines = ask("compare", short.id, runs.base.id).out.splitlines()
    results = lines[lines.index("Results") + 2 : -1]
    assert all(line.endswith("same") for line in results), "nothing but the length differs"


def test_runs_of_other_seeds_share_nothing(runs: Stored, ask: Ask) -> None:
    other = twin(runs.base, seed=SEED + 1)
    found = ask("compare", other, runs.base.id, "--json").json
    assert (found["paired"], found["shared_paths"]) == (False, 0)
