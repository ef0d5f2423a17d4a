"""What was measured before, one file a time, and how today's figures stand beside it."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks.bench.figure import Figure

RESULTS = Path(__file__).resolve().parents[1] / "results"
ROOT = RESULTS.parents[1]

SLOWER = 1.15
"""Times the figure before, from which it is marked: less than that is the machine's mood."""


def keep(figures: Sequence[Figure], machine: dict[str, Any]) -> Path:
    """Write today's figures, with the machine's description and the commit."""
    now = datetime.now(UTC)
    path = RESULTS / f"{now:%Y-%m-%d-%H%M}.json"
    content = {
        "date": f"{now:%Y-%m-%d}",
        "commit": _commit(),
        "machine": machine,
        "figures": {f.name: {"value": float(f"{f.value:.4g}"), "unit": f.unit} for f in figures},
    }
    RESULTS.mkdir(exist_ok=True)
    path.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return path


def before(machine: dict[str, Any]) -> dict[str, Any]:
    """The last result of a like machine; without figures where there is none."""
    found = [json.loads(path.read_text(encoding="utf-8")) for path in sorted(RESULTS.glob("*.json"))]
    return next((each for each in reversed(found) if each["machine"] == machine), {"figures": {}})


def beside(figure: Figure, last: dict[str, Any]) -> str:
    """The figure before and the ratio to it; marked where it is worse by more than the machine's mood."""
    known = last["figures"].get(figure.name)
    if not figure.comparable or known is None or not known["value"] or not figure.value:
        return ""
    ratio = figure.value / known["value"]
    worse = ratio if figure.less else 1.0 / ratio
    return f"{known['value']:>10,.4g}{ratio:>7.2f}{'  worse' if worse > SLOWER else ''}"


def _commit() -> str:
    """Commit of the source, and whether files differ from it; empty outside a checkout."""
    words = ("git", "describe", "--always", "--dirty", "--exclude=*")
    return subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False).stdout.strip()
