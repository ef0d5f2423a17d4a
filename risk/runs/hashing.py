"""Fingerprints of numbers, source text and folders of results.

A fingerprint depends on values only: not on the order of a mapping's keys, the layout of an array in memory,
the compression of a file or the line endings of a checkout.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import fields, is_dataclass
from datetime import date
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

NUMERICAL_LIBRARIES = ("numpy", "scipy")
"""Libraries whose version may move the last bit of a result."""

ABOVE_ENGINE = frozenset({"runs", "analysis", "calibrate", "exchange", "report", "cli", "__main__.py"})
"""Parts of the package that read a run but cannot change it; everything else is in its identity."""


def digest(value: Any) -> str:
    """Fingerprint of nested plain data.

    Parameters
    ----------
    value
        None, numbers, text, dates, mappings, sequences, arrays and dataclasses of these.

    Returns
    -------
    64 hex digits (SHA-256). An array and a list of the same numbers differ.

    Raises
    ------
    TypeError
        Something else was found.
    """
    text = json.dumps(_plain(value), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def array_digest(array: NDArray[Any]) -> str:
    """Fingerprint of an array's type, shape and bits: 32 hex digits."""
    native = np.ascontiguousarray(array, dtype=array.dtype.newbyteorder("<"))
    state = hashlib.sha256(f"{native.dtype.str}{native.shape}".encode())
    state.update(native.reshape(-1).view(np.uint8).data)
    return state.hexdigest()[:32]


def source_digest(package: Path | None = None) -> str:
    """Fingerprint of the source text that computes a run, from axes to engine.

    Parameters
    ----------
    package
        Folder of the package; by default this one.
    """
    if package is None:
        return _own_source()
    return digest({path.relative_to(package).as_posix(): _text(path) for path in _sources(package)})


@cache
def _own_source() -> str:
    """It cannot change while the program runs."""
    return source_digest(Path(__file__).parents[1])


def numerical_versions() -> dict[str, str]:
    """Installed version of every numerical library."""
    return {name: version(name) for name in NUMERICAL_LIBRARIES}


def _sources(root: Path) -> Iterator[Path]:
    for path in sorted(root.rglob("*.py")):
        if path.relative_to(root).parts[0] not in ABOVE_ENGINE:
            yield path


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8").replace("\r\n", "\n")


def _plain(value: Any) -> Any:
    """Turn `value` into what JSON can write without losing a bit (floats as hexadecimal)."""
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, float):
        return {"float": value.hex()}
    if isinstance(value, date):
        return {"date": value.isoformat()}
    if isinstance(value, np.ndarray):
        return {"array": array_digest(value)}
    if isinstance(value, np.generic):
        return _plain(value.item())
    if isinstance(value, Mapping):
        return {"mapping": {str(key): _plain(item) for key, item in value.items()}}
    if isinstance(value, Set):
        return {"set": sorted(digest(item) for item in value)}
    if isinstance(value, Sequence):
        return [_plain(item) for item in value]
    if is_dataclass(value) and not isinstance(value, type):
        return {"mapping": {field.name: _plain(getattr(value, field.name)) for field in fields(value)}}
    raise TypeError(f"{type(value).__name__} has no fingerprint")
