"""`bubblerisk doctor`."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from risk.analysis.provenance import provenance
from risk.assumptions import load
from risk.door import examination
from tests.cli.conftest import Ask, Stored

SUBJECTS = [
    "Python",
    "source",
    "libraries",
    "random numbers",
    "workbooks",
    "fonts",
    "LibreOffice",
    "locale",
    "characters",
]


def test_everything_is_looked_at(runs: Stored, ask: Ask) -> None:
    said = ask("doctor", "--quick", "--json")
    assert said.code == 0
    assert [f["subject"] for f in said.json["findings"]] == [*SUBJECTS, "runs/", "reports/", "register"]
    assert all(f["fix"] for f in said.json["findings"] if f["state"] in ("warn", "FAIL"))


def test_the_trial_says_how_long_a_run_takes(runs: Stored, ask: Ask) -> None:
    said = ask("doctor")
    assert said.code == 0
    assert "1,024 paths in" in said.out
    assert "nothing stands in the way" in said.out


def test_another_folder_s_code_is_told(
    ask: Ask, runs: Stored, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "risk" / "engine").mkdir(parents=True)
    found = next(f for f in examination.examine(None, (), trial=False) if f.subject == "source")
    assert (found.state, "not this folder" in found.text) == ("FAIL", True)


def test_an_environment_made_elsewhere_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.prefix", str(tmp_path / ".venv"))
    (tmp_path / ".venv").mkdir()
    states = []
    for made in (tmp_path, tmp_path / "old"):
        (tmp_path / ".venv" / "ready").write_text(f"{made}\n")
        states.append(next(f.state for f in examination.examine(None, (), False) if f.subject == "source"))
    assert states == ["ok", "FAIL"]


def test_other_random_numbers_fail(runs: Stored, ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(examination, "EXPECTED", (0.1, 0.2, 0.3))
    said = ask("doctor", "--quick")
    assert said.code == 1
    assert "FAIL" in said.out
    assert "1 of" in said.out


def test_inputs_are_counted_in_the_words_of_every_page(runs: Stored, ask: Ask) -> None:
    counts = provenance(load(Path("assumptions")), date.today())
    found = {f["subject"]: f["text"] for f in ask("doctor", "--quick", "--json").json["findings"]}
    assert counts.words in found["register"]


def test_a_broken_register_fails_and_says_where_to_look(runs: Stored, ask: Ask) -> None:
    Path("assumptions/base/gpu.toml").write_text("[gpu\n", encoding="utf-8")
    said = ask("doctor")
    assert said.code == 1
    assert "bubblerisk assumptions check" in said.out
    assert "simulation" not in said.out


def test_a_folder_that_cannot_be_written_fails(
    runs: Stored, ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(**_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("tempfile.NamedTemporaryFile", refuse)
    said = ask("doctor", "--quick", "--json")
    assert said.code == 1
    assert {f["subject"] for f in said.json["findings"] if f["state"] == "FAIL"} == {"runs/", "reports/"}


def test_what_is_missing_only_for_printing_warns(
    runs: Stored, ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shutil.which", lambda _: None)
    said = ask("doctor", "--quick", "--json")
    assert said.code == 0
    assert {f["subject"] for f in said.json["findings"] if f["state"] == "warn"} >= {"LibreOffice"}
