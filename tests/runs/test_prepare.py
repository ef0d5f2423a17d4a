"""Plans of runs: base medians are simulated once, and new words reach a stored run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from risk.engine.couplings import Baseline
from risk.errors import UsageError
from risk.runs import Run, open_run, prepare
from risk.runs.files import read_json
from risk.runs.prepare import Plan, restate
from tests.runs import fake


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Any, int]]:
    """Calls of the pilot, which answers at once."""
    made: list[tuple[Any, int]] = []

    def pilot(assumptions: Any, seed: int) -> Baseline:
        made.append((assumptions, seed))
        return Baseline({"rent": np.array([[0.1], [1.0 / 3.0]])})

    monkeypatch.setattr(prepare, "pilot", pilot)
    monkeypatch.setattr(prepare, "source_digest", lambda: fake.SOURCE)
    return made


def planned(root: Path, cut: bool, paths: int = 10, seed: int = fake.SEED) -> Plan:
    base: Any = fake.Assumptions()
    return Plan(base, replace(base, level=2.0) if cut else None, paths, seed, root)


def test_without_cut_couplings_there_is_no_pilot(calls: list[Any], tmp_path: Path) -> None:
    plan = planned(tmp_path, cut=False)
    assert plan.specification() == plan.settle(pytest.fail)
    assert calls == []


def test_base_medians_are_simulated_once_and_kept_to_the_bit(calls: list[Any], tmp_path: Path) -> None:
    plan, notes = planned(tmp_path, cut=True), list[str]()
    assert plan.specification() is None
    found = plan.settle(notes.append)
    assert found.baseline
    assert found == plan.specification() == planned(tmp_path, cut=True).settle(pytest.fail)
    assert calls == [(plan.base, fake.SEED)]
    assert len(notes) == 1
    assert found != planned(tmp_path, cut=False).specification()
    assert planned(tmp_path, cut=True, seed=8).specification() is None


def test_damaged_medians_are_simulated_again(calls: list[Any], tmp_path: Path) -> None:
    first = planned(tmp_path, cut=True).settle(str)
    (file,) = (tmp_path / "baselines").iterdir()
    file.write_text(file.read_text().replace("0.1", "0.2"))
    assert planned(tmp_path, cut=True).settle(str) == first
    assert len(calls) == 2


def test_senseless_numbers_are_refused_before_the_pilot(calls: list[Any], tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="paths is 0"):
        planned(tmp_path, cut=True, paths=0).settle(str)
    assert calls == []


def test_new_words_do_not_move_a_number(tmp_path: Path) -> None:
    run = fake.run(tmp_path)
    before = fake.payload(run)

    class Reworded(fake.Assumptions):
        def normalised(self) -> Mapping[str, Any]:  # type: ignore[override]
            return {**super().normalised(), "note": "new"}

    scenario = SimpleNamespace(name="base", title="Reworded", description="As is")
    assumptions: Any = Reworded(scenario=scenario)
    again = restate(run, assumptions)
    assert read_json(again.directory / "assumptions.json")["note"] == "new"
    assert again.manifest.title == "Reworded"
    assert (again.id, again.manifest.result) == (run.id, run.manifest.result)
    after = fake.payload(open_run(run.id, tmp_path))
    assert {name for name in before if before[name] != after[name]} == {"assumptions.json"}
    assert restate(again, assumptions) is again


def test_another_scenario_of_the_same_numbers_does_not_rename_a_run(tmp_path: Path) -> None:
    run: Run = fake.run(tmp_path)
    twin: Any = fake.Assumptions(scenario=SimpleNamespace(name="twin", title="Twin", description=""))
    assert restate(run, twin) is run


def test_inputs_make_runs_of_any_length_and_seed(calls: list[Any], tmp_path: Path) -> None:
    for cut in (False, True):
        plan = planned(tmp_path, cut)
        found, other = plan.settle(str), planned(tmp_path, cut, paths=77, seed=8).settle(str)
        assert plan.makes(found)
        assert plan.makes(other)
        for name in ("assumptions", "source", "versions", "baseline"):
            changes: dict[str, Any] = {name: "other"}
            assert not plan.makes(replace(other, **changes))
        assert not planned(tmp_path, not cut).makes(found)
