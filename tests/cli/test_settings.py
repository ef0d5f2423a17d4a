"""`--config FILE`."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.conftest import PATHS, SEED, Ask, Stored


def test_a_file_gives_options_and_the_command_line_wins(runs: Stored, ask: Ask) -> None:
    file = Path("mine.toml")
    file.write_text(f"[run]\npaths = {PATHS}\nseed = {SEED}\ndry-run = true\n[show]\nplain = true\n")
    plan = ask("run", "base", "--json", "--config", file).json
    assert (plan["paths"], plan["seed"], plan["run"]) == (PATHS, SEED, runs.base.id)
    assert ask("run", "base", "-n", 99, "--json", f"--config={file}").json["paths"] == 99
    assert ask("runs", "--config", file).code == 0  # has no table there
    assert ask("run", "base", "--dry-run", "--json").json["paths"] != PATHS  # forgotten afterwards


def test_a_table_may_be_that_of_a_command_of_a_command(runs: Stored, ask: Ask) -> None:
    Path("mine.toml").write_text('[assumptions.list]\nsection = "capex"\n')
    entries = ask("assumptions", "list", "--json", "--config", "mine.toml").json["entries"]
    assert {name.partition(".")[0] for name in entries} == {"capex"}


@pytest.mark.parametrize(
    ("content", "answer"),
    [
        ("[run]\npathz = 5\n", 'Unknown option: "[pathz]"'),
        ("[run]\npaths = 0\n", 'Invalid value "0" for [paths]'),
        ('[run]\npaths = "many"\n', "[paths]"),
        ("[rnu]\npaths = 5\n", "did you mean [run]?"),
        ("paths = 5\n", "'paths' is not the table of a command"),
        ("[assumptions.lst]\nsection = 'gpu'\n", "did you mean [assumptions.list]?"),
        ("[run\n", "settings mine.toml cannot be read (Expected ']'"),
    ],
)
def test_what_is_wrong_with_a_file_is_named(runs: Stored, ask: Ask, content: str, answer: str) -> None:
    Path("mine.toml").write_text(content)
    said = ask("run", "--dry-run", "--config", "mine.toml")
    assert (said.code, said.out) == (2, "")
    assert said.err.startswith("error: ")
    assert answer in said.err
    assert "mine.toml" in said.err


@pytest.mark.parametrize("words", ["--config", "--config a.toml --config b.toml", "--config nowhere.toml"])
def test_the_option_takes_one_file_that_is_there(runs: Stored, ask: Ask, words: str) -> None:
    said = ask("run", *words.split())
    assert (said.code, said.out) == (2, "")
    assert "Traceback" not in said.err
