"""Estimates by name as plain data of a record beside a run, and back."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from risk.analysis.estimate import Estimate
from risk.analysis.parameter_band import number


def plain(effects: Mapping[str, Estimate]) -> dict[str, Any]:
    """Estimates as JSON has them; what is not defined is null."""
    return {
        name: {
            "numbers": [number(e.value), number(e.standard_error)],
            "n": e.n,
            "limits": e.limits and [number(limit) for limit in e.limits],
            "tail": e.tail,
        }
        for name, e in effects.items()
    }


def restored(raw: Mapping[str, Any]) -> dict[str, Estimate]:
    """Estimates of `plain` data; KeyError, TypeError or ValueError where it is none."""
    return {
        name: Estimate(*_numbers(e["numbers"]), e["n"], e["limits"] and _numbers(e["limits"]), e["tail"])
        for name, e in raw.items()
    }


def _numbers(raw: list[float | None]) -> tuple[float, float]:
    one, two = (math.nan if x is None else float(x) for x in raw)
    return one, two
