"""Some blocks of a run here, some there, gathered; and what of it makes no sense."""

from __future__ import annotations

import pytest

from tests.cli.conftest import SMALL, Ask, Stored

OTHER = (*SMALL[:3], 77, *SMALL[4:])
"""Options of a run that is not stored."""


def test_blocks_computed_apart_are_gathered_into_the_run(runs: Stored, ask: Ask) -> None:
    away = ask("run", "base", *OTHER, "--blocks", "0:1", "--runs", "away", "--json").json
    assert (away["computed"], away["stored"], away["missing"]) == (1, 1, [])
    before = ask("runs", "gather", "base", *OTHER)
    assert before.code == 1
    assert "0 of 1 blocks are there" in before.out
    assert f"bubblerisk run base --paths {OTHER[1]} --seed 77 --blocks 0:1" in before.out
    found = ask("runs", "gather", "base", "away", *OTHER, "--json")
    assert found.code == 0
    assert found.json["taken"] == [{"place": "away", "blocks": 1, "damaged": 0}]
    assert found.json["run"] == away["run"]
    assert (runs.folder / away["run"] / "manifest.json").exists()
    assert "complete" in ask("runs", "gather", "base", *OTHER).out


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("run", "--blocks", "3"), "'3' are no blocks of a run"),
        (("run", "--blocks", "3:3"), "'3:3' are no blocks of a run"),
        (("run", "--blocks", "0:1", "--dry-run"), "--blocks computes a part"),
        (("run", "--blocks", "0:1", "--cluster", "tcp://127.0.0.1:9"), "--blocks computes a part"),
        (("run", "--through", "s3://bucket"), "--cluster ADDRESS"),
        (("run", *SMALL, "--blocks", "9:10"), "blocks 9:10 are none of the run"),
        (("runs", "gather", "base", "nowhere", *OTHER), "there is no folder nowhere"),
    ],
)
def test_what_makes_no_sense_is_refused(runs: Stored, ask: Ask, words: tuple[str, ...], why: str) -> None:
    said = ask(*words)
    assert said.code == 2
    assert why in said.err
