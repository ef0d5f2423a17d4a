from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
import pytest

import risk
from risk.runs.hashing import ABOVE_ENGINE, array_digest, digest, source_digest


@dataclass(frozen=True)
class _Record:
    level: float
    labels: tuple[str, ...]


def test_equal_values_have_equal_digests() -> None:
    record = _Record(0.1, ("a", "b"))
    assert digest(record) == digest({"labels": ["a", "b"], "level": 0.1})
    assert digest({"a": 1, "b": 2}) == digest(MappingProxyType({"b": 2, "a": 1}))
    assert digest(np.float64(0.3)) == digest(0.3)


@pytest.mark.parametrize(
    ("left", "right"),
    [
        (0.1, 0.1 + 2e-17 + 1e-17),
        (1, 1.0),
        (1, True),
        ("1", 1),
        (None, ""),
        (date(2026, 6, 30), "2026-06-30"),
        ([1, [2]], [[1], 2]),
        ({"a": {"b": 1}}, {"a": 1, "b": 1}),
        (0.0, -0.0),
        (np.zeros(2), np.zeros((1, 2))),
        (np.zeros(2), np.zeros(2, np.float32)),
    ],
)
def test_different_values_have_different_digests(left: Any, right: Any) -> None:
    assert digest(left) != digest(right)


def test_array_digest_ignores_memory_layout_only() -> None:
    array = np.arange(6.0).reshape(2, 3)
    assert array_digest(array) == array_digest(np.asfortranarray(array)) == array_digest(array.astype(">f8"))
    assert array_digest(array) != array_digest(array.T)


def test_an_object_without_fingerprint_is_refused() -> None:
    with pytest.raises(TypeError, match="object has no fingerprint"):
        digest(object())


def _package(root: Path) -> Path:
    for name in ("axes.py", "engine/__init__.py", "mechanisms/gpu/step.py", "report/excel.py", "cli/app.py"):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(b"x = 1\n")
    return root


@pytest.mark.parametrize(
    ("name", "moves"),
    [
        ("axes.py", True),
        ("engine/__init__.py", True),
        ("mechanisms/gpu/step.py", True),
        ("report/excel.py", False),
    ],
)
def test_source_digest_moves_with_the_text_from_axes_to_engine(
    tmp_path: Path, name: str, moves: bool
) -> None:
    package = _package(tmp_path)
    before = source_digest(package)
    (package / name).write_bytes(b"x = 1\r\n")
    assert source_digest(package) == before, "line endings are not source"
    (package / name).write_bytes(b"x = 2\n")
    assert (source_digest(package) != before) is moves


def test_the_identity_holds_what_the_engine_imports_and_no_more() -> None:
    code = (
        "import sys, risk.engine; print(*{name.split('.')[1] for name in sys.modules if name[:5] == 'risk.'})"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    package = Path(risk.__file__).parent
    parts = {path.relative_to(package).parts[0] for path in package.rglob("*.py")}
    assert {part.removesuffix(".py") for part in parts - ABOVE_ENGINE - {"__init__.py"}} == set(
        ran.stdout.split()
    )
