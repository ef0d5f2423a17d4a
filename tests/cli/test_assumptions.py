import json
from pathlib import Path
from typing import Any

import pytest

from risk.cli.app import run
from tests.assumptions.builder import Register

Capture = pytest.CaptureFixture[str]


@pytest.fixture
def register(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Register:
    monkeypatch.chdir(tmp_path)
    return Register(tmp_path / "assumptions")


def ask(register: Register, *words: str) -> int:
    register.write()
    return run(list(words))


def answer(capsys: Capture) -> Any:
    return json.loads(capsys.readouterr().out)


def test_list_shows_every_entry_in_columns(register: Register, capsys: Capture) -> None:
    assert ask(register, "assumptions", "list") == 0
    shown = capsys.readouterr()
    lines = shown.out.splitlines()
    assert lines[0].split() == ["id", "value", "unit", "P5", "P95", "grade", "as", "of", "owner", "source"]
    row = next(line for line in lines if line.startswith("gpu.launch_obsolescence"))
    assert row.split()[1:5] == ["0.15", "1", "0.09183", "0.3339"]
    assert len(lines) == 1 + 10
    assert shown.err == "10 entries (10 judgement)\n"


def test_list_filters_by_section_and_grade(register: Register, capsys: Capture) -> None:
    register.edit("gpu", 'grade   = "judgement"', 'grade   = "page"')
    ask(register, "assumptions", "list", "--section", "gpu", "--grade", "page", "--json")
    document = answer(capsys)
    assert document["schema"] == "bubblerisk.assumptions.list/1"
    assert list(document["entries"]) == ["gpu.launch_obsolescence"]
    assert document["entries"]["gpu.launch_obsolescence"]["file"] == "base/gpu.toml"


def test_show_tells_where_a_number_comes_from(register: Register, capsys: Capture) -> None:
    assert ask(register, "assumptions", "show", "gpu.launch_obsolescence") == 0
    shown = capsys.readouterr().out
    assert "triangular (low 0.05, mode 0.15, high 0.4)" in shown
    assert "P5 0.091833, P50 0.19083, P95 0.33386" in shown
    assert '"AI Infrastructure & Datacenter" (sector page, 2026-05-30)' in shown
    assert "assumptions/base/gpu.toml:3" in shown


def test_show_under_a_scenario_tells_what_it_was(register: Register, capsys: Capture) -> None:
    text = '[change."gpu.system_price"]\nvalue = 60\nwhy = "Dear."\n'
    register.scenario("dear", text)
    ask(register, "assumptions", "show", "gpu.system_price", "-s", "dear")
    shown = capsys.readouterr().out
    assert "60 USD k/GPU" in shown
    assert "value, before 53, by dear: Dear. (assumptions/scenarios/dear.toml:3)" in shown


def test_show_prints_vectors_matrices_tables_and_rows(register: Register, capsys: Capture) -> None:
    ask(register, "assumptions", "show", "gpu.delivery")
    assert "[0.2, 0.5, 0.3] fraction" in capsys.readouterr().out
    ask(register, "assumptions", "show", "dependence.correlation")
    assert "[[1, 0.6, -0.5], [0.6, 1, -0.3]" in capsys.readouterr().out
    ask(register, "assumptions", "show", "gpu.generation")
    assert "gpus (GPU M)" in capsys.readouterr().out
    ask(register, "assumptions", "show", "gpu.generation.Rubin")
    assert "2.6 kW" in capsys.readouterr().out
    for id in ("gpu.delivery", "gpu.generation", "gpu.generation.Rubin"):
        ask(register, "assumptions", "show", id, "--json")
        assert answer(capsys)["id"] == id


@pytest.fixture
def admitted(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take a register of a few entries for one that runs."""
    monkeypatch.setattr("risk.engine.admission.admit", lambda _: None)


@pytest.mark.usefixtures("admitted")
def test_check_says_ok_or_every_error(register: Register, capsys: Capture) -> None:
    assert ask(register, "assumptions", "check") == 0
    assert capsys.readouterr().out == "ok  assumptions, base: 10 entries, 6 rows, 1 source, 0 errors\n"
    register.edit("gpu", "value = 53", "value = -53").edit("run", "value = 26", "value = 2.5")
    assert ask(register, "assumptions", "check") == 3
    shown = capsys.readouterr()
    assert not shown.out
    assert shown.err.count("error[A0") == 2
    assert shown.err.endswith("2 errors in 2 files (10 entries checked). Nothing was run.\n")


@pytest.mark.usefixtures("admitted")
def test_check_as_json_says_the_same(register: Register, capsys: Capture) -> None:
    ask(register, "assumptions", "check", "--json")
    document = answer(capsys)
    assert (document["ok"], document["entries"], document["errors"]) == (True, 10, [])
    register.edit("gpu", "value = 53", "value = -53")
    assert ask(register, "assumptions", "check", "--json") == 3
    (error,) = answer(capsys)["errors"]
    assert (error["code"], error["file"], error["line"]) == ("A011", "assumptions/base/gpu.toml", 15)


def test_check_refuses_what_the_model_cannot_read(register: Register, capsys: Capture) -> None:
    assert ask(register, "assumptions", "check", "--json") == 3
    errors = answer(capsys)["errors"]
    assert "the table [[gpu.generation]] has no row; the model reads it" not in {e["reason"] for e in errors}
    gone = next(e for e in errors if e["reason"] == "[gpu.spot_reversion] is missing; the model reads it")
    assert gone["file"] == "assumptions/base/gpu.toml"
    assert gone["line"] > 0
