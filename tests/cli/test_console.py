"""Messages: on a terminal, in a pipe, and never among data."""

import sys

import pytest

from risk.cli import console


def test_no_word_of_a_message_is_broken_on_a_terminal(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    reason = "error: gpu.hardware_cost_decline is nan; a number must be finite (1e300 at most), it says"
    text = f"{reason}\n   = {'do this ' * 8}and that\n   |\n7 | {'value ' * 20}\n\x1b[31m"
    console.message(text)
    piped = capsys.readouterr().err
    assert piped.splitlines() == [*text.splitlines()[:-1], " [31m"]
    monkeypatch.setattr(console, "is_terminal", lambda stream: True)
    monkeypatch.setenv("COLUMNS", "60")
    console.message(text)
    lines = capsys.readouterr().err.splitlines()
    assert " ".join(" ".join(lines).split()) == " ".join(piped.split())
    assert [line for line in lines if len(line) > 60] == [f"7 | {'value ' * 20}"]
    assert lines[1].startswith("   finite (1e300")
    assert lines[3].startswith("     ")


def test_messages_do_not_mix_with_data(capsys: pytest.CaptureFixture[str]) -> None:
    console.message("note")
    shown = capsys.readouterr()
    assert (shown.out, shown.err) == ("", "note\n")
    assert sys.stdout is not sys.stderr
