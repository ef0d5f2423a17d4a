"""How a mechanism names the register entries it reads.

A mechanism's `Params` declares each field with the id of its register entry; `build` fills it from the
drawn inputs. A number that no `Params` names is dead and a test says so.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import Field, field, fields
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from risk.errors import AssumptionError

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

Array = NDArray[np.float64]

Drawn = NDArray[np.float64]
"""Type of a field that has one value a path, shape (path, 1), or (path, k) for a vector."""

DRAWN = "Drawn"
"""How the annotation of such a field reads; postponed annotations are strings."""
P = TypeVar("P", bound="DataclassInstance")


def entry(identifier: str) -> Any:
    """Declare a `Params` field as the register entry (or table column) `identifier`."""
    return field(metadata={"id": identifier})


def build(params: type[P], inputs: Mapping[str, Any], paths: int = 1) -> P:
    """Fill a `Params` class from drawn inputs.

    Parameters
    ----------
    params : a frozen dataclass whose fields carry `entry` ids.
    inputs : id → array, (path, 1) for a drawn scalar, (1, n) for a table column, else a constant.
    paths : rows that a `Drawn` field has, whether its entry still has a prior or not.

    Raises
    ------
    KeyError : the register lacks an entry the mechanism reads.
    AssumptionError : an entry has a prior that the mechanism reads as one number for all paths.
    """
    return params(**{f.name: _shaped(f, inputs[f.metadata["id"]], paths) for f in fields(params)})


def _shaped(declared: Field[Any], value: Any, paths: int) -> Any:
    """Repeat a drawn entry whose prior was taken away; refuse a prior where none can be."""
    drawn = np.ndim(value) == 2 and len(value) == paths > 1
    if declared.type == DRAWN:
        return value if drawn else np.repeat(np.reshape(value, (-1, 1)), paths, axis=1).T
    if drawn:
        raise AssumptionError(
            f"{declared.metadata['id']} has a prior, but the model reads it as one number for all paths",
            "take the prior away",
        )
    return value


def entry_ids(params: type[Any]) -> tuple[str, ...]:
    """Ids of every register entry a `Params` class reads, in field order."""
    return tuple(f.metadata["id"] for f in fields(params))
