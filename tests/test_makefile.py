"""What the Makefile does itself, with programs that only speak in place of those it starts."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

pytestmark = pytest.mark.skipif(shutil.which("make") is None, reason="make is not installed")


def _make(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["make", *words], cwd=folder, capture_output=True, text=True, check=False)


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    for name in ("Makefile", "requirements.lock", "requirements-dev.lock", "requirements-docs.lock"):
        shutil.copy(ROOT / name, tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    ("says", "code", "lines"),
    [
        ("echo 'No known vulnerabilities found' >&2; exit 0", 0, []),
        (
            "echo 'x 1.0 CVE-1'; echo 'Found 1 known vulnerability in 1 package' >&2; exit 1",
            1,
            ["Found 1 known vulnerability in 1 package"],
        ),
        (
            "printf 'Traceback:\\n  File\\nConnectionError: no such host\\n' >&2; exit 1",
            1,
            ["requirements.lock was not audited: ConnectionError: no such host"],
        ),
        (
            "echo 'ERROR:pip_audit._cli:x: Dependency not found (1.0)' >&2; exit 1",
            1,
            ["requirements.lock was not audited: x: Dependency not found (1.0)"],
        ),
    ],
)
def test_an_audit_says_in_one_sentence_what_it_found_or_why_it_did_not_look(
    checkout: Path, says: str, code: int, lines: list[str]
) -> None:
    program = checkout / "build" / "audit" / "bin" / "pip-audit"
    program.parent.mkdir(parents=True)
    program.write_text(f"#!/bin/sh\n{says}\n")
    program.chmod(0o755)
    (checkout / "build" / "audit" / "ready").touch()
    made = _make(checkout, "audit")
    told = [line for line in made.stderr.splitlines() if not line.startswith("make")]
    assert (bool(made.returncode), told) == (bool(code), lines)


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-dev.lock", "requirements-docs.lock"])
def test_pip_and_setuptools_are_locked_with_hashes(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    for package in ("pip", "setuptools"):
        assert re.search(rf"^{package}==\S+ \\\n +--hash=sha256:", text, re.MULTILINE)
