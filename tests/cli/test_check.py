"""`bubblerisk check`."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from risk.runs import Run
from tests.cli.conftest import SMALL, Ask, Stored


def targets(ask: Ask, *words: object) -> dict[str, dict[str, object]]:
    return {target["id"]: target for target in ask("check", *words, "--json").json["targets"]}


def test_check_prints_every_target_and_identity(runs: Stored, ask: Ask) -> None:
    said = ask("check", runs.base.id)
    for words in ("T1 ", "T12 ", "semianalysis-contract", "funding: sources = uses", "± SE"):
        assert words in said.out
    found = ask("check", runs.base.id, "--json").json
    assert found["schema"] == "bubblerisk.check/1"
    assert [identity["name"] for identity in found["identities"]] == list(runs.base.identities)
    assert all(identity["holds"] for identity in found["identities"])
    assert said.code == (0 if found["ok"] else 1)
    assert found["failures"] == sum(target["contradicts"] for target in found["targets"])


def test_a_declaration_is_read_from_the_register_as_it_is_now(runs: Stored, ask: Ask) -> None:
    file = Path("assumptions/base/targets.toml")
    before = targets(ask, "base", *SMALL)["T2a"]
    assert (before["status"], before["contradicts"]) == ("met", False)
    text = file.read_text()
    start = text.index('id = "T2a"')
    text = text[:start] + re.sub(r"high = .*", "high = 765.0", text[start:], count=1)
    file.write_text(text)
    refused = ask("check", "base", *SMALL)
    assert refused.code == 1
    assert "FAIL" in refused.out
    said = 'status = "missed"\nreason = "Declared so by a test."'
    file.write_text(text[:start] + text[start:].replace('status = "met"', said, 1))
    after = targets(ask, "base", *SMALL)["T2a"]
    assert (after["status"], after["contradicts"]) == ("missed", False)
    assert "T2a missed: Declared so by a test." in ask("check", "base", *SMALL).out


def test_a_broken_identity_fails(runs: Stored, ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("risk.analysis.identities.TOLERANCE", 0.0)
    said = ask("check", runs.base.id)
    assert said.code == 1
    assert "FAIL" in said.out


def test_a_stored_run_has_its_paths_already(runs: Stored, ask: Ask) -> None:
    said = ask("check", runs.base.id, "-n", 5)
    assert said.code == 2
    assert "leave out --paths" in said.err


def test_what_stands_beside_a_run_is_measured_of_the_base_case_only(runs: Stored, ask: Ask) -> None:
    said = ask("check", runs.base.id)
    blocks = "base: stylised facilities in base, glut, fast, 6 random blocks\n"
    assert said.err == f"{blocks}base: feedback\nbase: order\n"
    assert ask("check", "base", *SMALL).err == ""
    assert targets(ask, runs.base.id)["T6b"]["value"] == pytest.approx(100 / 2048)
    assert targets(ask, runs.base.id)["T20b"]["value"] == 0.03
    assert targets(ask, runs.base.id)["T19a"]["value"] == 0.04
    other = ask("check", runs.glut.id)
    assert other.err == ""
    assert "–: measured beside runs of the base case only, or not defined by so few paths." in other.out
    for name in ("T6b", "T19a", "T20b"):
        found = targets(ask, runs.glut.id)[name]
        assert (found["value"], found["contradicts"]) == (None, False)


def test_feedback_needs_a_whole_block(runs: Stored, short: Run, ask: Ask) -> None:
    assert "feedback" not in ask("check", short.id).err
    assert targets(ask, short.id)["T20a"]["value"] is None


def test_another_stress_is_measured_again(runs: Stored, ask: Ask) -> None:
    assert "base: feedback" in ask("check", runs.base.id).err
    file = Path("assumptions/scenarios/joint-tail.toml")
    file.write_text(file.read_text() + '\n[switches]\n"wall->clo" = false\n')
    assert ask("check", runs.base.id).err == "base: feedback\nbase: order\n"
    assert ask("check", runs.base.id).err == ""
