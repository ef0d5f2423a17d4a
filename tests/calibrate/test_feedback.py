"""Feedback measured beside a run: when, and that it is what the command `amplification` would find."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from risk.analysis import amplification as amp
from risk.analysis import feedback as told
from risk.analysis import loop, metrics
from risk.assumptions import Assumptions, load
from risk.calibrate import blocks, feedback
from risk.calibrate.targets import TargetResult, results
from risk.errors import StorageError
from risk.paths import PATHWAYS
from risk.runs import Interrupted, Run, execute
from risk.runs.beside import FEEDBACK
from risk.runs.files import publish_json
from risk.runs.interrupts import Interrupt
from risk.runs.prepare import Plan
from risk.shocks.stream import BLOCK
from tests import feedback as by_hand
from tests.runs import fake

BASE, STRESS = "base", "joint-tail"


@pytest.fixture(scope="module")
def register() -> Assumptions:
    return load()


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """A run of the fake engine under the base's name; measuring takes no time."""
    monkeypatch.setattr("risk.runs.specification.source_digest", lambda: fake.SOURCE)
    monkeypatch.setattr(feedback, "measured", lambda worlds, *_: {w: by_hand.worlds()[w] for w in worlds})
    return fake.run(tmp_path)


def measure(run: Run, stressed: fake.Assumptions | None, level: float = 1.0) -> None:
    feedback.measure(run, fake.Assumptions(level=level), stressed, str)  # type: ignore[arg-type]


def wanted(run: Run, stressed: fake.Assumptions | None) -> bool:
    return feedback.wanted(run, stressed)  # type: ignore[arg-type]


def test_a_run_of_the_base_is_measured_once(run: Run) -> None:
    stressed = fake.Assumptions(level=2.0)
    assert wanted(run, stressed)
    measure(run, stressed)
    found = told.feedback(run)
    assert found is not None
    assert (found.paths, set(found.worlds)) == (BLOCK, {BASE, STRESS})
    assert not wanted(run, stressed)


def test_another_stress_or_method_measures_again(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    measure(run, fake.Assumptions(level=2.0))
    assert wanted(run, fake.Assumptions(level=3.0))
    assert wanted(run, None)
    monkeypatch.setattr(feedback, "_method", lambda: "another")
    assert wanted(run, fake.Assumptions(level=2.0))


def test_a_register_without_the_stress_has_one_world(run: Run) -> None:
    measure(run, None)
    found = told.feedback(run)
    assert found is not None
    assert set(found.worlds) == {BASE}


def test_another_world_scenario_or_less_than_a_block_is_not_measured(run: Run) -> None:
    measure(run, None, level=2.0)
    assert run.feedback is None
    assert not wanted(Run(run.store, replace(run.manifest, scenario="gpu-glut")), None)
    small = replace(run.manifest, specification=replace(run.manifest.specification, paths=BLOCK - 1))
    assert not wanted(Run(run.store, small), None)


def test_a_damaged_record_is_refused_and_measured_again(run: Run) -> None:
    measure(run, None)
    file = run.directory / FEEDBACK
    file.write_text(file.read_text().replace("1024", "1023", 1))
    with pytest.raises(StorageError, match="damaged"):
        _ = run.feedback
    assert wanted(run, None)
    publish_json(file, by_hand.kept("0" * 12))
    with pytest.raises(StorageError, match="another run"):
        _ = run.feedback


def targets(run: Run, register: Assumptions) -> dict[str, TargetResult]:
    """Targets on feedback, as a run of that register measures them."""
    some = {id: target for id, target in register.targets.items() if target.measure == "feedback"}
    run.__dict__["register"] = replace(register, targets=some)
    return {result.id: result for result in results(run)}


def test_targets_read_the_record(run: Run, register: Assumptions) -> None:
    assert all(r.value is None and not r.contradicts for r in targets(run, register).values())
    measure(run, fake.Assumptions(level=2.0))
    found = targets(run, register)
    asked = {
        (str(t.world), str(t.figure), t.coupling): t.id
        for t in register.targets.values()
        if t.measure == "feedback"
    }
    for world, gain, times, banks in ((BASE, -0.01, 3.1, 0.0), (STRESS, 0.03, 2.2, 0.16)):
        assert found[asked[world, "loop gain", ""]].value == gain
        assert found[asked[world, "mean", ""]].value == times
        assert found[asked[world, "second_round", "spread->banks"]].value == pytest.approx(banks)
        assert {(world, "second_round", pathway) for pathway in PATHWAYS} <= set(asked)
    assert all(r.inside is None and r.status == "informational" for r in found.values())


def test_an_interrupt_keeps_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(blocks, "compute", lambda *_: Interrupt(2))
    with pytest.raises(Interrupted, match="not measured") as stopped:
        blocks.computed(None, 3, 1, print)  # type: ignore[arg-type]
    assert stopped.value.exit_code == 130


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Medians of one block, and one pathway."""
    monkeypatch.setattr(sys.modules["risk.engine.simulate"], "BASELINE_BLOCKS", 1)
    monkeypatch.setattr(feedback, "PATHWAYS", ("wall->clo",))


@pytest.mark.slow
@pytest.mark.usefixtures("quick")
def test_it_is_what_runs_of_one_block_would_tell(register: Assumptions, tmp_path: Path) -> None:
    """Case by case against runs that are simulated and stored as any other."""
    short = replace(register, calendar=replace(register.calendar, quarters=6))
    run = execute(short, BLOCK, 5, jobs=1, directory=tmp_path)
    said: list[str] = []
    (found,) = feedback.measured({BASE: short}, run, said.append, jobs=1).values()
    assert said[-1] == "base: feedback in base, 5 random blocks"
    assert [effect.case for effect in found.effects if effect.case != loop.LOOP] == ["wall->clo"]
    quarter = loop.push_quarter(short.calendar)
    cases = amp.cases(short, quarter, ("wall->clo",))
    plans = {
        case: Plan(a, None if case in (amp.ON, amp.PUSHED) else short, BLOCK, 5, tmp_path)
        for case, a in cases.items()
    }
    for plan in plans.values():
        plan.settle(str)
    runs = {case: plan.run(jobs=1) for case, plan in plans.items()}
    expected = amp.amplification(runs, quarter)
    assert found.loop == expected.loop
    assert str(found.whole.ratios) == str(expected.whole.ratios)  # a NaN equals no other
    mine, other = ({e.case: str(e.ratios) for e in each.effects} for each in (found, expected))
    assert mine == other
    assert found.on["mean"].value == pytest.approx(run.outcome(metrics.HEADLINE).mean() / 1e9)
    assert np.isfinite(found.loop.gain.value)
