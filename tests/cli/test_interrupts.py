"""Signals at moments when no run is under way: one line, and the exit code of the signal."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

IMPORTING = "from risk.__main__ import main; main()"
"""The program, with a library that takes a minute to import."""

BUSY = """
import time
from risk.cli import app
app.app = lambda *_, **__: (print("busy", flush=True), time.sleep(60))
app.main()
"""
"""The program in the middle of a command."""

LEAVING = """
import atexit, time
from risk.cli import app
atexit.register(lambda: (print("busy", flush=True), time.sleep(60)))
app.app = lambda *_, **__: 0
app.main()
"""
"""The program when all is said and done."""


def _signalled(code: str, number: int, folder: Path, times: int = 1) -> tuple[int, str]:
    """Exit code and standard error of a program that is sent a signal once it says that it is busy."""
    slow = "import time; print('busy', flush=True); time.sleep(60)"
    (folder / "cyclopts.py").write_text(slow if code == IMPORTING else "")
    path = [str(ROOT), *([str(folder)] if code == IMPORTING else [])]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(reversed(path))}
    pipe = subprocess.PIPE
    command = [sys.executable, "-c", code]
    with subprocess.Popen(command, env=environment, stdout=pipe, stderr=pipe, text=True) as program:
        assert program.stdout is not None
        assert program.stdout.readline() == "busy\n"
        for _ in range(times):
            program.send_signal(number)
            time.sleep(0.05)
        _, told = program.communicate(timeout=30)
    return program.returncode, told


@pytest.mark.parametrize("code", [IMPORTING, BUSY], ids=["importing", "busy"])
def test_ctrl_c_is_told_in_a_line(code: str, tmp_path: Path) -> None:
    assert _signalled(code, signal.SIGINT, tmp_path) == (130, "interrupted\n")


def test_sigterm_is_told_like_ctrl_c(tmp_path: Path) -> None:
    assert _signalled(BUSY, signal.SIGTERM, tmp_path) == (143, "interrupted\n")


def test_an_interrupt_at_the_very_end_says_nothing(tmp_path: Path) -> None:
    """Shells count a death by the signal as 130."""
    assert _signalled(LEAVING, signal.SIGINT, tmp_path) == (-signal.SIGINT, "")


def test_more_than_one_end_it_without_a_traceback(tmp_path: Path) -> None:
    status, told = _signalled(BUSY, signal.SIGINT, tmp_path, times=3)
    assert status in (130, -signal.SIGINT)
    assert "Traceback" not in told
