"""Nothing is silent for more than five seconds, whatever the command."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from risk.cli import pulse as module
from risk.cli.app import app
from risk.cli.pulse import EVERY, hush, pulse, spoken
from risk.cli.settings import quiet, read

BEAT = 0.05
"""Seconds; a slow machine may miss beats, but does not invent them."""


@pytest.fixture
def said() -> list[str]:
    return []


def _until(said: list[str], count: int) -> None:
    deadline = time.monotonic() + 30
    while len(said) < count and time.monotonic() < deadline:
        time.sleep(BEAT / 5)


def test_a_sign_comes_before_five_seconds() -> None:
    assert EVERY < 5


def test_silence_is_broken_until_the_work_is_over(said: list[str]) -> None:
    with pulse(said.append, BEAT):
        _until(said, 2)
    assert said[0].startswith("still at work: ")
    time.sleep(2 * BEAT)
    count = len(said)
    time.sleep(4 * BEAT)
    assert len(said) == count


def test_who_speaks_need_not_say_so(said: list[str]) -> None:
    with pulse(said.append, 20 * BEAT):
        for _ in range(30):
            spoken()
            time.sleep(BEAT)
    assert not said


def test_beside_a_bar_and_for_who_wants_quiet_there_is_no_sign(said: list[str]) -> None:
    with pulse(said.append, BEAT):
        hush()
        time.sleep(6 * BEAT)
        assert not said
        hush(False)
        _until(said, 1)
    assert said


def test_quiet_is_asked_for_by_option_or_by_settings(tmp_path: Path) -> None:
    file = tmp_path / "settings.toml"
    file.write_text("[assumptions.list]\nquiet = true\n")
    assert quiet(["run", "-q"], ())
    assert quiet(["run"], (read(file, app),))
    assert not quiet(["run"], ())


@pytest.fixture(autouse=True)
def _as_before(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module._Voice, "hushed", False)
