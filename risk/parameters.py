"""How a mechanism names the register entries it reads.

A mechanism's `Params` declares each field with the id of its register entry; `build` fills it from the
drawn inputs. A number that no `Params` names is dead and a test says so.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field, fields
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

Array = NDArray[np.float64]
P = TypeVar("P", bound="DataclassInstance")


def entry(identifier: str) -> Any:
    """Declare a `Params` field as the register entry (or table column) `identifier`."""
    return field(metadata={"id": identifier})


def build(params: type[P], inputs: Mapping[str, Any]) -> P:
    """Fill a `Params` class from drawn inputs.

    Parameters
    ----------
    params : a frozen dataclass whose fields carry `entry` ids.
    inputs : id → array, (path, 1) for a drawn scalar, (1, n) for a table column, else a constant.

    Raises
    ------
    KeyError : the register lacks an entry the mechanism reads.
    """
    return params(**{f.name: inputs[f.metadata["id"]] for f in fields(params)})


def entry_ids(params: type[Any]) -> tuple[str, ...]:
    """Ids of every register entry a `Params` class reads, in field order."""
    return tuple(f.metadata["id"] for f in fields(params))
