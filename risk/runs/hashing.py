"""Fingerprints of numbers, source text and folders of results.

A fingerprint depends on values only: not on the order of a mapping's keys, the layout of an array in memory,
the compression of a file or the line endings of a checkout.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence, Set
from dataclasses import fields, is_dataclass
from datetime import date
from functools import cache
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from risk.runs.source import source_texts

if TYPE_CHECKING:
    from risk.assumptions import Assumptions

NUMERICAL_LIBRARIES = ("numpy", "scipy")
"""Libraries whose version may move the last bit of a result."""

ENTRIES = ("risk.engine", "risk.assumptions")
"""Where what computes a run begins; whatever they do not import reads runs, and is not in their identity."""


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


_AS_IT_IS = (bool, int, str)
"""What JSON writes as it stands."""


@cache
def source_digest() -> str:
    """Fingerprint of the source text that computes a run; it cannot change while the program runs."""
    return digest(source_texts(ENTRIES))


@cache
def numerical_versions() -> Mapping[str, str]:
    """Version of every numerical library; it cannot change while the program runs."""
    return {name: version(name) for name in NUMERICAL_LIBRARIES}


def words_digest(assumptions: Assumptions) -> str:
    """Fingerprint of a register with all its words, found once: every run and pack of it is asked for it."""
    found: str | None = vars(assumptions).get("_words")
    if found is None:
        found = vars(assumptions)["_words"] = digest(assumptions.normalised())
    return found


def _plain(value: Any) -> Any:
    """Turn `value` into what JSON can write without losing a bit (floats as hexadecimal)."""
    if value is None or isinstance(value, _AS_IT_IS):
        return value
    if isinstance(value, float):
        return {"float": value.hex()}
    if isinstance(value, dict):  # what a mapping mostly is: to ask that of a protocol takes ten times as long
        return {"mapping": {str(key): _plain(item) for key, item in value.items()}}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
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
