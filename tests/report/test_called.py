"""Commands that are printed can be typed as they stand."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from risk.cli.app import COMMANDS as KNOWN
from risk.report.terminal.called import COMMANDS, NAME, as_called, program


@pytest.fixture
def script(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The program in a folder's environment, called from that folder by a path."""
    path = tmp_path / ".venv" / "bin" / NAME
    path.parent.mkdir(parents=True)
    path.write_text("#!/bin/sh\n")
    path.chmod(0o755)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", "/nowhere")
    monkeypatch.setattr(sys, "argv", [str(path)])
    program.cache_clear()
    yield path
    program.cache_clear()


def test_every_command_is_known() -> None:
    assert set(COMMANDS) == {name for name, _, _ in KNOWN}


def test_a_newcomer_is_told_what_he_typed(script: Path) -> None:
    said = as_called("Next:  bubblerisk pack 1234    see: bubblerisk run --help")
    assert said == "Next:  .venv/bin/bubblerisk pack 1234    see: .venv/bin/bubblerisk run --help"


def test_prose_stays(script: Path) -> None:
    text = "another version of bubblerisk may have written it; bubblerisk packages; /x/bubblerisk run"
    assert as_called(text) == text


def test_the_name_is_enough_where_it_is_found(script: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(script.parent))
    assert as_called("bubblerisk runs") == "bubblerisk runs"


def test_elsewhere_the_whole_path_is_told(script: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir("/")
    assert as_called("bubblerisk runs") in (f"{script} runs", f"{str(script)[1:]} runs")


def test_a_module_is_called_as_one(script: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["/x/risk/__main__.py"])
    monkeypatch.setattr(sys, "orig_argv", ["python3", "-m", "risk", "runs"])
    assert as_called("bubblerisk runs") == "python3 -m risk runs"
