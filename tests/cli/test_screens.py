"""No screen writes an escape code where none is wanted, nor a character that cannot be shown."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable

import pytest

from risk.cli import console, screens
from risk.cli.options import Output
from tests.cli.conftest import ROOT, Ask, Stored
from tests.report.test_terminal import SCREENS

Show = Callable[..., str]
ESCAPE = "\x1b"


@pytest.fixture
def show(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Show:
    """Write a screen to a terminal that has colors, unless told otherwise."""

    def write(name: str, output: Output = Output(), **variables: str) -> str:  # noqa: B008 - frozen
        monkeypatch.setattr(console, "is_terminal", lambda stream: True)
        known = {"COLUMNS": "80", "TERM": "xterm-256color", "FORCE_COLOR": "1"}
        for key, value in (known | variables).items():
            monkeypatch.setenv(key, value)
        screens.show(SCREENS[name], output)
        return capsys.readouterr().out

    return write


@pytest.mark.parametrize("name", SCREENS)
def test_no_color_is_no_escape_code(show: Show, name: str) -> None:
    assert ESCAPE in show(name)
    for shown in (show(name, Output(no_color=True)), show(name, NO_COLOR="1"), show(name, TERM="dumb")):
        assert ESCAPE not in shown
        assert max(map(len, shown.splitlines())) <= 80
    assert show(name, TERM="dumb").isascii()
    assert ESCAPE not in show(name, Output(plain=True))


WORDS = ("--help", "assumptions show gpu.launch_obsolescence", "rum")


@pytest.mark.skipif(os.name == "nt", reason="Windows has no pseudo-terminals")
@pytest.mark.parametrize("variables", [{"NO_COLOR": "1"}, {"TERM": "dumb"}], ids=["NO_COLOR", "dumb"])
def test_help_and_errors_on_a_real_terminal(variables: dict[str, str]) -> None:
    shown = {words: on_a_terminal(words, variables) for words in WORDS}
    assert not [words for words, text in shown.items() if ESCAPE in text]
    assert shown["--help"].startswith("Usage: bubblerisk")
    assert "error: Unknown command" in shown["rum"]
    for text in shown.values():
        assert "Traceback" not in text
    if "TERM" in variables:
        assert "".join(shown.values()).isascii()


def on_a_terminal(words: str, variables: dict[str, str]) -> str:
    """What the program writes, messages and all, to a terminal of its own."""
    import pty

    ours, theirs = pty.openpty()
    clean = {key: value for key, value in os.environ.items() if key not in ("NO_COLOR", "FORCE_COLOR")}
    environment = {**clean, "TERM": "xterm-256color", "COLUMNS": "80", "PYTHONUTF8": "1", **variables}
    command = [sys.executable, "-m", "risk", *words.split()]
    done = subprocess.Popen(command, stdout=theirs, stderr=theirs, stdin=theirs, cwd=ROOT, env=environment)
    os.close(theirs)
    parts: list[bytes] = []
    try:
        while part := os.read(ours, 65_536):
            parts.append(part)
    except OSError:  # Linux says so when the other end is closed
        pass
    done.wait()
    os.close(ours)
    return b"".join(parts).decode()


def test_what_goes_through_a_pipe_has_no_escape_code(
    runs: Stored, ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TERM", "xterm-256color")
    for words in ("show base", "compare base gpu-glut", "runs", "run --nonsense"):
        said = ask(*words.split())
        assert ESCAPE not in said.out + said.err
        assert said.out or said.err
