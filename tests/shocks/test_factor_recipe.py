"""The recipe for a factor, followed on a copy of the code as it is printed."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from tests.assumptions.test_recipes import printed, register
from tests.engine.base import SEED

ROOT = Path(__file__).parents[2]

FACTOR_RUN = """
import sys
from pathlib import Path
from risk.assumptions import load
from risk.factors import LETTERS
from risk.runs import execute
run = execute(load(Path("assumptions")), 100, int(sys.argv[1]), jobs=1, directory=Path(sys.argv[2]))
print("".join(LETTERS), run.outcome("headline_loss").sum().hex(), run.outcome("bust").sum())
"""


def test_the_factor(tmp_path: Path) -> None:
    """Drawn after the others: nothing moves until something reads it."""
    copy = tmp_path / "copy"
    shutil.copytree(ROOT / "risk", copy / "risk", ignore=shutil.ignore_patterns("__pycache__"))
    file = register(copy) / "base" / "dependence.toml"
    before = _run(copy, tmp_path / "before")
    (factor, pairs), (matrix,) = printed("A factor", "text"), printed("A factor")
    source = copy / "risk" / "factors.py"
    added = source.read_text("utf-8").replace('"open"),\n)', f'"open"),\n{factor})')
    source.write_text(added, "utf-8")
    text = file.read_text("utf-8")
    for key in ("value", "labels"):
        whole = re.compile(rf"^{key} = \[.*?\]$", re.MULTILINE | re.DOTALL)
        found = whole.search(matrix)
        assert found
        text = whole.sub(found[0], text, count=1)
    text = text.replace("\n]\nsource", f"\n{pairs}]\nsource", 1)
    file.write_text(text, "utf-8")
    after = _run(copy, tmp_path / "after")
    assert after == before.replace("MZEHPL", "MZEHPLR")


def _run(copy: Path, runs: Path) -> str:
    command = [sys.executable, "-c", FACTOR_RUN, str(SEED), str(runs)]
    known = {**os.environ, "PYTHONPATH": str(copy)}
    done = subprocess.run(command, cwd=copy, env=known, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout
