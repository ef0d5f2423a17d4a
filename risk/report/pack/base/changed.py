"""What a scenario sets differently from base, in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from risk.assumptions import Assumptions


@dataclass(frozen=True)
class Changed:
    """One change of a scenario: the assumption, why, what it was, is, and where that stands."""

    id: str
    why: str
    before: str
    after: str
    where: str


def changed(register: Assumptions) -> Iterator[Changed]:
    """Every change of a scenario; forced events stand with their quarters."""
    for c in register.changes:
        yield Changed(c.id, c.why, text(c.before), text(c.after), f"{c.field}, {c.file}:{c.line}")
    for e in register.events:
        size = f"{e.size:g} {e.unit}, probability {e.probability:g}"
        yield Changed(f"event: {e.variable}", e.why, f"{e.start} to {e.end}", size, f"{e.file}:{e.line}")


def text(value: Any) -> str:
    """A changed value in words: numbers, vectors and priors."""
    if value is None:
        return "none"
    if isinstance(value, Mapping):
        numbers = ", ".join(f"{k} {text(v)}" for k, v in value.items() if k != "shape" and v is not None)
        return f"{value['shape']}: {numbers}" if "shape" in value else numbers
    if isinstance(value, list | tuple):
        return " ".join(text(v) for v in value)
    return f"{value:g}" if isinstance(value, int | float) and not isinstance(value, bool) else str(value)
