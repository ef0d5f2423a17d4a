"""Progress on a terminal and in a pipe."""

from __future__ import annotations

import logging

import pytest

from risk.cli import progress as module
from risk.cli.options import Output
from risk.cli.progress import Progress, level
from risk.door.meter import Meter

Capture = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """A clock that moves a second every time it is read."""
    ticks = iter(range(10_000))
    monkeypatch.setattr("time.monotonic", lambda: float(next(ticks)))


def test_a_pipe_gets_a_line_every_tenth(capsys: Capture) -> None:
    with Progress("base", Output()) as progress:
        for done in range(256, 10_241, 256):
            progress(done, 10_240, {"bust": 0.25})
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 10
    assert lines[0] == "base: 10%  1,024/10,240 paths  eta 9 s  P(bust) 25% ±2.7"
    assert lines[8].startswith("base: 90%  9,216/10,240 paths  eta 1 s  P(bust) 25% ±0.9")
    assert lines[9] == "base: done 10,240 paths in 10.0 s"


def test_blocks_stored_before_say_nothing_of_pace_or_result(capsys: Capture) -> None:
    with Progress("base", Output()) as progress:
        progress(5_120, 10_240, {})
        progress(6_144, 10_240, {"bust": 0.5})
    lines = capsys.readouterr().err.splitlines()
    assert lines[0] == "base: 50%  5,120/10,240 paths"
    assert lines[1].startswith("base: 60%  6,144/10,240 paths  eta ")
    assert lines[1].endswith("P(bust) 50% ±3.1")


def test_seconds_that_were_expected_are_no_count(capsys: Capture) -> None:
    with Progress("batch of 2", Output()) as progress:
        meter = Meter(progress, {"base": 10.0, "gpu-glut": 13.0})
        meter.end("base")
        meter.end("gpu-glut")
    assert capsys.readouterr().err.splitlines() == [
        "batch of 2: 40%",
        "batch of 2: done in 1.0 s",
    ]


@pytest.mark.parametrize("bare", [True, False])
def test_a_terminal_gets_a_bar(monkeypatch: pytest.MonkeyPatch, capsys: Capture, bare: bool) -> None:
    monkeypatch.setattr(module, "is_terminal", lambda stream: True)
    for name, value in {"FORCE_COLOR": "1", "TERM": "xterm-256color", "COLUMNS": "80"}.items():
        monkeypatch.setenv(name, value)
    with Progress("gpu-glut", Output(no_color=bare)) as progress:
        progress(1_024, 2_048, {"bust": 0.25})
        progress(2_048, 2_048, {"bust": 0.25})
    shown = capsys.readouterr()
    assert shown.out == ""
    assert "gpu-glut" in shown.err
    assert "2,048/2,048 paths" in shown.err
    assert "P(bust) 25% ±1.9" in shown.err
    assert ("\x1b[38;" in shown.err or "\x1b[3" in shown.err) != bare


def test_who_asks_for_quiet_gets_it(capsys: Capture) -> None:
    with Progress("base", Output(quiet=True)) as progress:
        progress(2_048, 2_048, {"bust": 0.25})
    assert capsys.readouterr().err == ""


def test_the_log_is_shown_as_asked() -> None:
    assert level(Output(quiet=True)) == logging.ERROR
    assert level(Output()) == logging.WARNING
    assert level(Output(verbose=True)) == logging.INFO
