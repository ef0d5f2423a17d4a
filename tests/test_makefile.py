"""What the Makefile does itself, with programs that only speak in place of those it starts."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

LOCKS = tuple(f"requirements{of}.lock" for of in ("", "-dev", "-docs", "-cluster"))

pytestmark = pytest.mark.skipif(shutil.which("make") is None, reason="make is not installed")


def _make(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["make", *words], cwd=folder, capture_output=True, text=True, check=False)


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    for name in ("Makefile", *LOCKS):
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


@pytest.mark.parametrize("name", LOCKS)
def test_pip_and_setuptools_are_locked_with_hashes(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    for package in ("pip", "setuptools"):
        assert re.search(rf"^{package}==\S+ \\\n +--hash=sha256:", text, re.MULTILINE)


@pytest.fixture
def installed(checkout: Path) -> Path:
    """A checkout whose programs say what they were asked, but for one that fails."""
    shutil.copy(ROOT / "pyproject.toml", checkout)
    programs = checkout / ".venv" / "bin"
    programs.mkdir(parents=True)
    for name in ("bubblerisk", "python"):
        (programs / name).write_text(f'#!/bin/sh\ncase "$*" in *"$FAIL"*) exit 4;; esac\necho {name} "$@"\n')
        (programs / name).chmod(0o755)
    (checkout / ".venv" / "ready").write_text(f"{checkout}\n")
    (checkout / "docs").mkdir()
    return checkout


def test_evidence_writes_every_page_by_its_command(installed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FAIL", "nothing of the kind")
    made = _make(installed, "evidence", "OPTIONS=--jobs 1", "DATA=mine")
    assert made.returncode == 0, made.stderr
    assert "-m risk.door.estimates_page docs/estimates.md mine" in made.stdout
    pages = {
        str(file.relative_to(installed / "docs")): file.read_text()
        for file in installed.rglob("docs/**/*.md")
    }
    assert pages == {
        "hindcast.md": "bubblerisk hindcast --jobs 1 --md\n",
        "cases/us-railroads-1890.md": "bubblerisk replay us-railroads-1890 --jobs 1 --md\n",
        "cases/us-merchant-power-2001.md": "bubblerisk replay us-merchant-power-2001 --jobs 1 --md\n",
        "challenger.md": "bubblerisk challenger --jobs 1 --md\n",
        "coverage.md": "python -m risk.calibrate.estimate.coverage\n",
        "intervals.md": "python -m risk.calibrate.coverage.page\n",
        "validation.md": "bubblerisk validation base --paths 4096 --md\n",
    }


def test_a_page_whose_command_fails_stays_as_it_was(installed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FAIL", "replay us-merchant")
    kept = installed / "docs" / "cases" / "us-merchant-power-2001.md"
    kept.parent.mkdir()
    kept.write_text("as it was")
    assert _make(installed, "evidence").returncode != 0
    assert kept.read_text() == "as it was"
    assert (installed / "docs" / "cases" / "us-railroads-1890.md").exists()
    assert not (installed / "docs" / "challenger.md").exists()


def test_the_cases_of_the_evidence_are_those_that_ship() -> None:
    named = re.search(r"^CASES = (.*)$", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    shipped = {file.stem for file in (ROOT / "assumptions" / "cases").iterdir()} - {"template"}
    assert named
    assert set(named[1].split()) == shipped
