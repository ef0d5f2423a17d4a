"""Parameters and states of mechanisms with only what a test gives; the rest is NaN and would show."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

Array = NDArray[np.float64]
K = TypeVar("K", bound="DataclassInstance")


def given(kind: type[K], **values: Any) -> K:
    """Fill a dataclass: given values, NaN elsewhere."""
    names = [f.name for f in fields(kind)]
    unknown = set(values) - set(names)
    assert not unknown, f"{kind.__qualname__} has no {sorted(unknown)}"
    return kind(**{name: values.get(name, np.nan) for name in names})


def row(*values: float) -> Array:
    """One path: (1, entity)."""
    return np.array([values], dtype=np.float64)


def column(*values: float) -> Array:
    """Paths of one quantity: (path, 1)."""
    return np.array(values, dtype=np.float64)[:, None]
