"""`bubblerisk --install-completion`."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from risk.cli.app import COMMANDS
from tests.cli.conftest import Ask


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish", "powershell"])
def test_a_script_knows_every_command(tmp_path: Path, ask: Ask, shell: str) -> None:
    file = tmp_path / "completion"
    assert ask("--install-completion", "--shell", shell, "-o", file).code == 0
    script = file.read_text(encoding="utf-8")
    assert not [name for name, _, _ in COMMANDS if name not in script]
    assert "target-se" in script


@pytest.mark.skipif(shutil.which("bash") is None, reason="bash is not installed")
def test_bash_completes_commands_and_options(tmp_path: Path, ask: Ask) -> None:
    file = tmp_path / "completion"
    ask("--install-completion", "--shell", "bash", "-o", file)
    for words, answer in (("dri", "drivers"), ("run --ta", "--target-se"), ("assumptions st", "stale")):
        count = len(words.split())
        script = f"source '{file}'; COMP_WORDS=(bubblerisk {words}); COMP_CWORD={count}; _bubblerisk"
        done = subprocess.run(
            ["bash", "--norc", "-c", f"{script}; echo ${{COMPREPLY[@]}}"],
            capture_output=True,
            text=True,
            check=True,
        )
        assert done.stdout.split() == [answer]
