"""The guide is run, not copied: its commands, in order, in an empty folder; what one prints is put below it.

In a page a block of code with a title (`toml title="my-view.toml"`) is a file of that folder. One of
`console` holds commands, one a line after `$ `. Nothing of what they print is kept in `docs/`, where it would
grow old; of the terms that a page explains (`terms`) a test finds each in what is printed.
"""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

from tools.pages import Fence, fences

ROOT = Path(__file__).parents[1]
PAGES = tuple(
    ROOT / "docs" / "guide" / f"{name}.md"
    for name in ("first-run", "read-the-pack", "your-view", "your-book")
)
"""In order of reading; a page may use the runs and files of those before it."""

PROGRAM = """from risk.__main__ import main
if __name__ == "__main__":  # workers import it again
    main()
"""

WIDTH = 104
"""Columns of the screens: what a page of the site has room for."""

TITLE = re.compile(r'title="([^"]+)"')
EXIT = re.compile(r"\bexit=(\d+)\b")
"""The exit code of a block whose commands are to fail; what is shown is then the error."""

TERM = re.compile(r"^`([^`\n]+)`\n:", re.MULTILINE)
"""A term that is explained, as a screen prints it."""


class GuideError(Exception):
    """A command of the guide fails; the message has page, command and what it said."""


def filled(pages: Iterable[Path] = PAGES) -> Mapping[Path, str]:
    """Text of every page with what its commands print.

    Raises
    ------
    GuideError : a command fails.
    """
    with TemporaryDirectory() as folder:
        room = _Room(Path(folder))
        return {page: room.fill(page) for page in pages}


def terms(page: str) -> list[str]:
    """What a page explains of its screens."""
    return TERM.findall(page)


class _Room:
    """The folder in which the guide's reader sits, with the program at hand."""

    def __init__(self, folder: Path) -> None:
        bin_ = folder / "bin"
        bin_.mkdir()
        self._program(bin_ / "bubblerisk", PROGRAM)
        self._program(bin_ / "python", f'exec {shlex.quote(sys.executable)} "$@"\n', "/bin/sh")
        self._desk = folder / "desk"
        self._desk.mkdir()
        path = os.pathsep.join((str(bin_), os.environ.get("PATH", os.defpath)))
        self._known = {**os.environ, "PATH": path, "PYTHONPATH": str(ROOT), "COLUMNS": str(WIDTH)}

    @staticmethod
    def _program(file: Path, code: str, by: str = sys.executable) -> None:
        file.write_text(f"#!{by}\n{code}", "utf-8")
        file.chmod(0o755)

    def fill(self, page: Path) -> str:
        """A page with what its commands print; its files are written."""
        return "".join(self._block(page, part) if isinstance(part, Fence) else part for part in fences(page))

    def _block(self, page: Path, block: Fence) -> str:
        named = TITLE.search(block.info)
        if named:
            (self._desk / named[1]).write_text(block.text, "utf-8")
        if block.language != "console":
            return block.source
        commands = [line.removeprefix("$ ") for line in block.text.splitlines() if line.startswith("$ ")]
        code = int(found[1]) if (found := EXIT.search(block.info)) else 0
        said = "\n".join(f"$ {each}\n{self._run(page, each, code)}" for each in commands)
        return Fence(block.mark, block.language, said).source

    def _run(self, page: Path, command: str, code: int) -> str:
        shell = ["bash", "-o", "pipefail", "-c", command]
        done = subprocess.run(
            shell, cwd=self._desk, env=self._known, capture_output=True, text=True, check=False
        )
        if done.returncode not in (code, 141):  # 141: whoever read the output has seen enough
            raise GuideError(f"{page.name}: `{command}` ends with {done.returncode}\n{done.stderr}")
        shown = (
            (done.stderr if code else done.stdout)
            .replace(f"{ROOT}{os.sep}", "")
            .replace(str(self._desk), ".")
        )
        return shown.rstrip("\n") + "\n"
