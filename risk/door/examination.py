"""What `bubblerisk doctor` looks at, one function a subject."""

from __future__ import annotations

import locale
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from datetime import date
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from risk.errors import BubbleriskError
from risk.report.terminal.characters import unicode
from risk.report.terminal.findings import Finding

OLDEST = (3, 11)
LIBRARIES = ("numpy", "scipy", "pandas", "pyarrow", "pydantic", "openpyxl", "rich", "cyclopts", "filelock")

STREAM = ("doctor", 20261122, 3)
EXPECTED = (-0.48643812996998015, 1.6115671762720134, -0.32195321637298174)
"""Name, seed and block of a stream, and its first normals: the same on every machine, or no run is."""

SPARE = 2_000_000_000
"""Bytes that should be free: a run of 100,000 paths and its packs."""


def examine(register: Path | None, folders: Iterable[Path], trial: bool) -> Iterator[Finding]:
    """Look at everything; a library that is missing does not hide the rest.

    Parameters
    ----------
    trial : simulate 1,024 paths, to say how long a run takes.
    """
    yield _python()
    yield _source()
    yield _libraries()
    yield _random_numbers()
    yield _workbooks()
    yield _fonts()
    yield _office()
    yield _locale()
    yield _characters()
    for folder in folders:
        yield _folder(folder)
    found, valid = _register(register)
    yield found
    if trial and valid:
        yield _trial(register)


def _python() -> Finding:
    words = f"{platform.python_version()} on {platform.system()} {platform.machine()}, {os.cpu_count()} cores"
    if sys.version_info < OLDEST:
        return Finding("FAIL", "Python", words, "install Python 3.11 or newer")
    return Finding("ok", "Python", words)


def _source() -> Finding:
    """Whether the code that runs, and its environment, are those of the checkout one stands in."""
    running = Path(__file__).resolve().parents[2]
    here = Path.cwd().resolve()
    fix = "make setup, which makes the environment of this folder anew"
    if (here / "risk" / "engine").is_dir() and here != running:
        return Finding("FAIL", "source", f"{running} runs, not this folder", fix)
    made = Path(sys.prefix) / "ready"
    where = made.read_text(encoding="utf-8").strip() if made.is_file() else ""
    if where and Path(where).resolve() != Path(sys.prefix).resolve().parent:
        return Finding("FAIL", "source", f"the environment was made for {where}", fix)
    return Finding("ok", "source", running.as_posix())


def _libraries() -> Finding:
    known: dict[str, str] = {}
    for name in LIBRARIES:
        try:
            known[name] = version(name)
        except PackageNotFoundError:
            known[name] = ""
    missing = [name for name, number in known.items() if not number]
    if missing:
        fix = "make setup; or pip install --require-hashes -r requirements.lock"
        return Finding("FAIL", "libraries", f"missing: {', '.join(missing)}", fix)
    return Finding("ok", "libraries", ", ".join(f"{name} {number}" for name, number in known.items()))


def _random_numbers() -> Finding:
    from risk.shocks.stream import generator

    name, seed, block = STREAM
    drawn = tuple(float(x) for x in generator(seed, name, block).standard_normal(len(EXPECTED)))
    if drawn != EXPECTED:
        fix = "runs made here equal no run made elsewhere: install NumPy from requirements.lock"
        return Finding("FAIL", "random numbers", f"{drawn} where {EXPECTED} is due", fix)
    return Finding("ok", "random numbers", "PCG64DXSM gives the fixed numbers, to the bit")


def _workbooks() -> Finding:
    import openpyxl

    if not openpyxl.LXML:
        return Finding(
            "FAIL", "workbooks", "openpyxl does not find lxml", "install it from requirements.lock"
        )
    if not openpyxl.DEFUSEDXML:
        fix = "install it from requirements.lock: without it a hostile workbook is not refused"
        return Finding("FAIL", "workbooks", "openpyxl does not find defusedxml", fix)
    return Finding("ok", "workbooks", "openpyxl with lxml and defusedxml")


def _fonts() -> Finding:
    matcher = shutil.which("fc-match")
    if matcher is None:
        return Finding("ok", "fonts", "left to the programs that show the pack (no fontconfig here)")
    found = _said([matcher, "-f", "%{family}", "Calibri"])
    if any(name in found for name in ("Calibri", "Carlito")):
        return Finding("ok", "fonts", f"Calibri is shown in {found}")
    fix = "on Debian: sudo apt-get install fonts-crosextra-carlito"
    return Finding("warn", "fonts", f"Calibri is shown in {found or 'an unknown font'}: widths differ", fix)


def _office() -> Finding:
    program = office()
    if program is None:
        fix = "only the PDF and the proofs of the workbook need it; on Debian: make system"
        return Finding("warn", "LibreOffice", "not found", fix)
    words = _said([program, "--version"]) or program
    return Finding("ok", "LibreOffice", words.removeprefix("LibreOffice ")[:40].strip())


def office() -> str | None:
    """Path of LibreOffice; None where it is not installed."""
    return shutil.which("soffice") or shutil.which("libreoffice")


def _said(command: list[str]) -> str:
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.strip()


def _locale() -> Finding:
    name = locale.setlocale(locale.LC_ALL, None).partition(";")[0]
    return Finding("ok", "locale", f"{name}; numbers are written as 1,234.5 in every locale")


def _characters() -> Finding:
    encoding = getattr(sys.stdout, "encoding", "") or "unknown"
    if not unicode():
        return Finding(
            "warn", "characters", f"{encoding}: screens are written in ASCII", "set a UTF-8 locale"
        )
    return Finding("ok", "characters", f"{encoding}: boxes and bars can be shown")


def _folder(folder: Path) -> Finding:
    """Whether a file can be written in a folder, or where it would be made."""
    existing = next(p for p in (folder.absolute(), *folder.absolute().parents) if p.exists())
    try:
        with tempfile.NamedTemporaryFile(dir=existing, prefix=".doctor-"):
            pass
    except OSError as error:
        fix = "make it writable, or use --runs DIR and --reports DIR"
        return Finding("FAIL", f"{folder}/", f"cannot be written ({error.strerror or error})", fix)
    free = shutil.disk_usage(existing).free
    words = f"writable, {free / 1e9:,.0f} GB free" + (
        "" if existing == folder.absolute() else ", not made yet"
    )
    if free < SPARE:
        return Finding("warn", f"{folder}/", words, "a run of 100,000 paths needs up to 2 GB")
    return Finding("ok", f"{folder}/", words)


def _register(register: Path | None) -> tuple[Finding, bool]:
    from risk.analysis.provenance import provenance
    from risk.assumptions import load, locate

    try:
        names = locate.scenarios(locate.register(register))
        base = next(iter([load(register, name) for name in names]))
    except BubbleriskError as error:
        return Finding("FAIL", "register", error.reason, "see: bubblerisk assumptions check"), False
    counts = provenance(base, date.today())
    words = f"{counts.entries} entries, {counts.rows} rows, {len(names)} scenarios, 0 errors; {counts.words}"
    if counts.stale:
        return Finding("warn", "register", words, "see: bubblerisk assumptions stale"), True
    return Finding("ok", "register", words), True


def _trial(register: Path | None) -> Finding:
    """Seconds for one random block, and what a run of the default size takes on one worker."""
    from risk.assumptions import load
    from risk.engine import simulate
    from risk.shocks.stream import BLOCK

    assumptions = load(register)
    begun = time.monotonic()
    try:
        simulate(assumptions, assumptions.integer("run.seed"), 0, BLOCK)
    except BubbleriskError as error:
        return Finding("FAIL", "simulation", error.reason)
    seconds, paths = time.monotonic() - begun, assumptions.integer("run.paths")
    whole = seconds * paths / BLOCK
    length = f"{whole:.0f} s" if whole < 100 else f"{whole / 60:.0f} min"
    words = f"{BLOCK:,} paths in {seconds:.1f} s; {paths:,} take about {length} on one worker"
    return Finding("ok", "simulation", words)
