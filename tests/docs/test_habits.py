"""What a commit, a lock file and a release keep to."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
OPEN = "Unreleased"
LOCKS = ("requirements.lock", "requirements-dev.lock", "requirements-docs.lock")


def headings(page: str) -> list[str]:
    """Releases of a page, the newest first, without their days."""
    found = re.findall(r"^## (.+)$", (ROOT / page).read_text("utf-8"), re.MULTILINE)
    return [heading.partition(" (")[0] for heading in found]


def test_the_version_is_that_of_the_newest_release() -> None:
    released = [heading for heading in headings("CHANGELOG.md") if heading != OPEN]
    assert released[0] == PROJECT["project"]["version"]
    assert released == sorted(released, key=lambda version: [*map(int, version.split("."))], reverse=True)


def test_every_release_has_its_day_and_says_what_moved() -> None:
    text = (ROOT / "CHANGELOG.md").read_text("utf-8")
    for part in re.split(r"^## ", text, flags=re.MULTILINE)[1:]:
        title = part.partition("\n")[0]
        assert title == OPEN or re.fullmatch(r"\d+\.\d+\.\d+ \(\d{4}-\d\d-\d\d\)", title)
        assert "\n### Numbers that moved\n" in part, title
    assert headings("docs/releases.md") == headings("CHANGELOG.md")


def pins(name: str) -> dict[str, str]:
    """Package → version of a lock file."""
    text = (ROOT / name).read_text("utf-8")
    return dict(re.findall(r"^([a-z0-9._-]+)==(\S+)", text, re.MULTILINE))


@pytest.mark.parametrize("name", LOCKS[1:])
def test_lock_files_agree_where_both_have_a_package(name: str) -> None:
    ours, first = pins(name), pins(LOCKS[0])
    assert first.items() <= ours.items(), "what the program needs is the same in all"
    shared = ours.keys() & pins(LOCKS[1]).keys()
    assert {package: ours[package] for package in shared} == {p: pins(LOCKS[1])[p] for p in shared}


@pytest.mark.parametrize("name", LOCKS)
def test_lock_files_name_no_place(name: str) -> None:
    assert not re.search(r"://|--(?:extra-)?index-url|--find-links", (ROOT / name).read_text("utf-8"))


def test_hooks_ask_the_environment_and_no_network() -> None:
    text = (ROOT / ".pre-commit-config.yaml").read_text("utf-8")

    def said(key: str) -> list[str]:
        return re.findall(rf"^[ -]+{key}: (.+)$", text, re.MULTILINE)

    assert said("repo") == ["local"]
    assert said("id") == ["ruff", "format", "lint-imports", "assumptions"]
    assert said("language") == ["system"] * 4
    assert all(entry.startswith(".venv/bin/") for entry in said("entry"))


def test_editors_break_lines_where_ruff_does() -> None:
    text = (ROOT / ".editorconfig").read_text("utf-8")
    (longest,) = re.findall(r"^max_line_length = (\d+)$", text, re.MULTILINE)
    assert int(longest) == PROJECT["tool"]["ruff"]["line-length"]


def test_every_target_that_is_no_file_is_said_to_be_none() -> None:
    text = (ROOT / "Makefile").read_text("utf-8")
    listed = re.findall(r"^([a-z]+):[^#\n]*## ", text, re.MULTILINE)
    phony = (
        " ".join(re.findall(r"^\.PHONY:((?:.*\\\n)*.*)$", text, re.MULTILINE)).replace("\\\n", " ").split()
    )
    assert set(listed) <= set(phony)
