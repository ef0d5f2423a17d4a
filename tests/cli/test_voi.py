"""`bubblerisk voi`: actions, triggers and what to find out; refused by file and line; kept for the pack."""

from __future__ import annotations

from pathlib import Path

from risk.analysis import actions
from risk.door import opening
from risk.door.desk import Desk
from risk.report.pack.base.results import Results
from risk.report.pack.decision.actions import sheet
from tests.cli.conftest import Ask, Stored

FILE = Path("assumptions", actions.FILE)


def test_every_action_and_every_input_is_valued(runs: Stored, ask: Ask) -> None:
    found = ask("voi", "base", "--json").json
    assert found["schema"] == "bubblerisk.voi/1"
    declared = actions.read(Path("assumptions"), runs.base.register)
    assert declared is not None
    assert [row["id"] for row in found["actions"]] == [each.id for each in declared.actions]
    assert {row["name"] for row in found["information"]["single"]} == set(runs.base.parameters())
    values = [row["value"]["value"] for row in found["information"]["single"]]
    assert values == sorted(values, reverse=True)
    assert found["information"]["perfect"]["value"] >= found["information"]["inputs"]["value"]["value"]
    out = ask("voi", "base").out
    assert "Find out next" in out or "No single input is worth finding out" in out
    assert "The payoffs are an example" in out


def test_what_is_wrong_is_told_by_file_and_line_and_nothing_is_valued(runs: Stored, ask: Ask) -> None:
    text = FILE.read_text("utf-8")
    FILE.write_text(text.replace("lab_coverage@t < 1", "lab_coverge@t < 1"), "utf-8")
    said = ask("voi", "base")
    line = text.splitlines().index('trigger = "lab_coverage@t < 1"') + 1
    assert said.code == 3
    assert said.out == ""
    assert f"actions.toml:{line}:" in said.err
    assert "did you mean lab_coverage" in said.err
    FILE.unlink()
    said = ask("voi", "base")
    assert (said.code, "nobody said what may be done" in said.err) == (2, True)


def test_actions_of_the_time_stand_beside_the_run_for_its_pack(runs: Stored) -> None:
    at = Desk(runs.folder, Path("assumptions"))
    (runs.base.directory / actions.BESIDE).unlink(missing_ok=True)
    assert actions.kept(runs.base) is None
    opening.stand(runs.base, at)
    kept = actions.kept(runs.base)
    assert kept == actions.read(Path("assumptions"), runs.base.register)
    made = sheet(Results.of(runs.base))
    assert made is not None
    assert {"actions-triggers", "voi-inputs"} <= {getattr(block, "id", "") for block in made.blocks()}
    FILE.write_text(FILE.read_text("utf-8").replace("agreed = 2026", "agreed = 2031"), "utf-8")
    opening.stand(runs.base, at)
    assert actions.kept(runs.base) is None
    assert sheet(Results.of(runs.base)) is None
