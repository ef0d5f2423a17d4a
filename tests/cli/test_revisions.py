"""`bubblerisk assumptions diff` and `stale`."""

from __future__ import annotations

import datetime as dt
import shutil
import subprocess
from pathlib import Path

import pytest

from risk.runs.history import NOT_COMMITTED, history, last_change
from tests.cli.conftest import ROOT, Ask

FILE = Path("assumptions/base/gpu.toml")
ENTRY = "gpu.launch_obsolescence"


@pytest.fixture
def register(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A register under git, with one commit, in the working folder."""
    monkeypatch.chdir(tmp_path)
    shutil.copytree(ROOT / "assumptions", tmp_path / "assumptions")
    git("init", "-q")
    commit("First register", "Ann")
    return tmp_path / "assumptions"


def git(*words: str) -> None:
    subprocess.run(["git", "-c", "user.name=x", "-c", "user.email=x@example.org", *words], check=True)


def commit(why: str, author: str) -> None:
    git("add", "assumptions")
    git("commit", "-q", "-m", why, f"--author={author} <a@example.org>")


def edit(value: str) -> None:
    text = FILE.read_text(encoding="utf-8")
    at = text.index("value", text.index(f"[{ENTRY}]"))
    end = text.index("\n", at)
    FILE.write_text(f"{text[:at]}value = {value}{text[end:]}", encoding="utf-8")


def test_nothing_differs_from_the_last_commit(register: Path, ask: Ask) -> None:
    said = ask("assumptions", "diff")
    assert said.code == 0
    assert "Assumptions changed (0 of" in said.out
    assert "none" in said.out


def test_a_change_is_told_with_old_new_and_that_it_is_not_committed(register: Path, ask: Ask) -> None:
    edit("0.16")
    found = ask("assumptions", "diff", "--json").json
    (change,) = found["changes"]
    assert (change["id"], change["before"], change["after"]) == (ENTRY, 0.15, 0.16)
    assert (change["file"], change["why"]) == ("base/gpu.toml", "not committed")
    assert f"[{ENTRY}]" in FILE.read_text(encoding="utf-8").splitlines()[change["line"] - 1]


def test_who_and_why_come_from_the_commit_that_touched_the_entry(register: Path, ask: Ask) -> None:
    edit("0.16")
    commit("Two launches re-rated old units", "Ben")
    other = Path("assumptions/base/credit.toml")
    other.write_text(other.read_text(encoding="utf-8") + "\n# a remark\n", encoding="utf-8")
    commit("Unrelated", "Cid")
    (change,) = ask("assumptions", "diff", "HEAD~2", "--json").json["changes"]
    assert (change["who"], change["why"]) == ("Ben", "Two launches re-rated old units")
    said = ask("assumptions", "diff", "HEAD~2")
    assert "Two launches" in said.out
    between = ask("assumptions", "diff", "HEAD~2", "HEAD~1", "--json").json
    assert [(c["who"], c["why"]) for c in between["changes"]] == [("Ben", change["why"])]
    assert ask("assumptions", "diff", "HEAD~1", "HEAD", "--json").json["changes"] == []


def test_two_folders_are_compared_without_git(register: Path, ask: Ask, tmp_path: Path) -> None:
    shutil.copytree(register, tmp_path / "other")
    edit("0.17")
    (change,) = ask("assumptions", "diff", "other", "assumptions", "--json").json["changes"]
    assert change["after"] == 0.17


@pytest.mark.parametrize("revision", ["nonsense", "--output=x", "HEAD~99"])
def test_what_git_does_not_know_is_refused(register: Path, ask: Ask, revision: str) -> None:
    said = ask("assumptions", "diff", revision)
    assert said.code == 2
    assert not said.out
    assert "Traceback" not in said.err
    assert not Path("x").exists()


def test_a_register_that_does_not_load_names_its_revision(register: Path, ask: Ask) -> None:
    edit('"much"')
    commit("A slip", "Dan")
    edit("0.15")
    said = ask("assumptions", "diff", "HEAD")
    assert said.code == 3
    assert "the register of HEAD cannot be read" in said.err


def test_history_knows_every_line_and_what_is_not_committed(register: Path) -> None:
    edit("0.16")
    known = history(register)
    lines = FILE.read_text(encoding="utf-8").splitlines()
    first = lines.index(f"[{ENTRY}]") + 1
    assert last_change(known, "base/gpu.toml", first, first + 3) == NOT_COMMITTED
    old = last_change(known, "base/gpu.toml", 1, 2)
    assert old is not None
    assert (old.author, old.subject) == ("Ann", "First register")
    assert last_change(known, "base/nothing.toml", 1) is None
    assert len(known["files"]["base/gpu.toml"]) == 3  # before, the changed line, after


def test_a_register_without_git_has_no_history(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path))
    (tmp_path / "base").mkdir()
    assert history(tmp_path) == {}


def test_stale_lists_what_is_older_than_asked(register: Path, ask: Ask) -> None:
    found = ask("assumptions", "stale", "--on", "2026-11-22", "--days", "100", "--json").json
    assert found["stale"]
    day = dt.date(2026, 11, 22)
    for old in found["stale"]:
        assert old["age"] == (day - dt.date.fromisoformat(old["as_of"])).days > 100
    ages = [old["age"] for old in found["stale"]]
    assert ages == sorted(ages, reverse=True)
    assert ask("assumptions", "stale", "--on", "2026-11-22", "--days", "9000", "--json").json["stale"] == []


def test_stale_uses_the_registers_own_limit(register: Path, ask: Ask) -> None:
    said = ask("assumptions", "stale", "--on", "2026-11-22")
    assert "older than 180 days on 2026-11-22" in said.out
    assert ask("assumptions", "stale", "--days", "-1").code == 2
