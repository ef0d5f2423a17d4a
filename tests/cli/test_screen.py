"""`bubblerisk screen` on a planted model: its cost, its answers, and after an interrupt."""

from __future__ import annotations

from pathlib import Path

import pytest

from risk.runs.interrupts import Interrupt
from tests.cli.conftest import Ask
from tests.runs import planted

FEW = ("screen", "--only", "gpu.*", "-n", "1024", "--seed", "7", "-j", "1")


@pytest.fixture(autouse=True)
def _planted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    planted.register(tmp_path / "assumptions")
    monkeypatch.setattr("risk.engine.trial.trial", planted.trial)
    monkeypatch.setattr("risk.engine.admission.admit", lambda _: None)


def test_cost_is_told_before_and_what_is_kept_is_only_read(ask: Ask) -> None:
    said = ask(*FEW)
    assert said.code == 0
    lines = [line for line in said.err.splitlines() if line.startswith("screen of base")]
    assert "10 of 11 trials of 1,024 paths are left, about 0 s on 1 process" in lines[0]
    assert "screen of base: done 11 trials in" in lines[-1]
    assert "Judgements that decide the answer: Base case" in said.out
    assert "Nothing moves (1)" in said.out
    again = ask(*FEW)
    assert (again.code, again.err, again.out) == (0, "", said.out)


def test_json_has_every_number(ask: Ask) -> None:
    found = ask(*FEW, "--json").json
    assert found["schema"] == "bubblerisk.screen/1"
    by_id = {number["id"]: number for number in (*found["moved"], *found["refused"])}
    assert set(planted.NUMBERS) <= set(by_id)
    assert by_id[planted.DECIDES]["decides"] == ["bust", "durable"]
    assert by_id[planted.IDLE]["inert"]
    assert by_id[planted.FRAGILE]["refused"]["high"] == "too far for the model"
    assert found["refused"][0]["id"] == planted.BRITTLE
    assert found["headlines"]["bust"]["threshold"] == pytest.approx(2.0 * (0.24 / 20_000) ** 0.5, rel=0.05)


def test_markdown_is_a_table(ask: Ask) -> None:
    said = ask(*FEW, "--md", "-q")
    assert said.code == 0
    assert said.err == ""
    assert "| gpu.decides | 0.4 in 0.2–0.8 | 1 |" in said.out


def test_an_interrupt_keeps_what_is_done_and_the_same_command_goes_on(
    ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = ask(*FEW, "--json", "--runs", "elsewhere").out
    with monkeypatch.context() as patch:
        patch.setattr(Interrupt, "__bool__", lambda _: len(list(Path("runs").rglob("*.npz"))) == 6)
        patch.setattr(Interrupt, "exit_code", 130)
        stopped = ask(*FEW, "--json")
    assert (stopped.code, stopped.out) == (130, "")
    assert "interrupted: 6 of 11 trials are kept" in stopped.err
    going_on = ask(*FEW, "--json")
    assert "5 of 11 trials" in going_on.err
    assert going_on.out == whole


@pytest.mark.parametrize(
    ("words", "answer"),
    [
        (("--only", "gpu.nothing*"), "no judgement without a prior is called 'gpu.nothing*'"),
        (("-n", "0"), "Must be >= 1"),
        (("--top", "0"), "Must be >= 1"),
    ],
)
def test_what_makes_no_sense_is_refused(ask: Ask, words: tuple[str, ...], answer: str) -> None:
    said = ask("screen", "--seed", 7, *words)
    assert (said.code, said.out) == (2, "")
    assert answer in said.err
