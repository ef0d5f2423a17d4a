"""Modules of the reports can be imported first, each by itself: commands begin at different ones."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import risk.report

ROOT = Path(risk.report.__file__ or "").parent
MODULES = sorted(path.stem for path in ROOT.glob("*.py") if "risk.report.pack" in path.read_text("utf-8"))
"""Those that stand on the base of the pack, whose sheets stand on them."""

FIRST = """
import importlib, sys
for name in sys.argv[1:]:
    for known in [known for known in sys.modules if known.startswith("risk.")]:
        del sys.modules[known]
    importlib.import_module(f"risk.report.{name}")
"""


def test_each_is_imported_first() -> None:
    done = subprocess.run(
        [sys.executable, "-c", FIRST, *MODULES], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
