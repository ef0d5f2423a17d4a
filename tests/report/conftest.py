"""The demo workbook, and LibreOffice as a second opinion on it."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import pytest

from risk.report.excel import Draft, build
from tests.report.demo import demo

Convert = Callable[[Path, str], Path]
"""Convert a workbook to another format; returns the folder with the results."""


@pytest.fixture(scope="session")
def draft() -> Draft:
    return build(demo())


@pytest.fixture(scope="session")
def pack(draft: Draft, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("pack") / "demo.xlsx"
    path.write_bytes(draft.finished())
    return path


def without_values(draft: Draft) -> bytes:
    """The file with its formulas only: a spreadsheet program must compute every value on loading."""
    packed, found = BytesIO(), 0
    known = re.compile(rb'(?: t="\w+")?><f>([^<]*)</f><v>[^<]*</v>')
    with ZipFile(BytesIO(draft.finished())) as source, ZipFile(packed, "w") as target:
        for name in source.namelist():
            part, count = known.subn(rb"><f>\1</f>", source.read(name))
            target.writestr(name, part)
            found += count if name.startswith("xl/worksheets/") else 0
    assert found == sum(map(len, draft.cached.values()))
    return packed.getvalue()


def needed(program: str) -> str:
    """Path of a program; without it the test is skipped, but fails where the proofs must be made (CI)."""
    path = shutil.which(program)
    if path is None:
        reason = f"{program} is not installed (`make system` installs it)"
        if os.environ.get("CI", "").lower() in ("1", "true"):
            pytest.fail(reason)
        pytest.skip(reason)
    return path


@pytest.fixture(scope="session")
def convert(tmp_path_factory: pytest.TempPathFactory) -> Convert:
    office = needed("soffice")
    profile = tmp_path_factory.mktemp(
        "office-profile"
    ).as_uri()  # of its own, so that runs do not lock each other

    def run(path: Path, form: str) -> Path:
        folder = tmp_path_factory.mktemp("converted")
        command = [office, f"-env:UserInstallation={profile}", "--headless", "--convert-to", form]
        command += ["--outdir", str(folder), str(path)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=180, check=False)
        assert done.returncode == 0, done.stderr
        return folder

    return run
