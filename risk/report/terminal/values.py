"""Values of the register in words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from risk.assumptions.problems import quoted

PRIOR = ("mean", "sd", "median", "sigma", "low", "mode", "high", "concentration")
"""Order in which a prior's numbers are told: from left to right."""


def number(value: object) -> str:
    """A value in full, a matrix row by row; numbers in five digits."""
    if isinstance(value, tuple):
        return f"[{', '.join(map(number, value))}]"
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else f"{value:.5g}"
    return str(value)


def short(value: object) -> str:
    """A value in a few characters: the size of a vector or matrix, not its numbers."""
    if isinstance(value, tuple):
        return f"{len(value)} × {len(value[0])}" if isinstance(value[0], tuple) else f"[{len(value)}]"
    return number(value)


def with_unit(value: object, unit: str) -> str:
    """A value in full and its unit."""
    return f"{number(value)} {unit if unit != '1' else ''}".strip()


def prior(found: Mapping[str, Any] | None, told: Callable[[Any], str] = number) -> str:
    """A prior in a line: its shape, then its numbers."""
    if found is None:
        return ""
    return f"{found['shape']} ({', '.join(f'{key} {told(found[key])}' for key in PRIOR if key in found)})"


def changed(value: Any) -> str:
    """The value of a changed key in a few words."""
    if isinstance(value, Mapping):
        return prior(value)
    if isinstance(value, (list, tuple)):
        return f"[{len(value)}]"
    return "none" if value is None else quoted(value)


def worded(value: Any) -> str:
    """The value of an input that differs between two registers: short lists in full, six digits."""
    if value is None:
        return "–"
    if isinstance(value, dict):
        return prior(value, "{:g}".format)
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        shown = f"[{', '.join(map(worded, value))}]"
        return shown if len(shown) <= 40 else f"[{len(value)}]"
    return f"{value:g}" if isinstance(value, float) else str(value)
