from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Any

import numpy as np
import pytest

from risk.runs.hashing import array_digest, digest


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
