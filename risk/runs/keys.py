"""Keys: the columns of a stored file that say what a row is of, path, quarter and entity."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]

PATH, QUARTER, ENTITY, QUANTITY = "path", "quarter", "entity", "quantity"
"""Every key there is; the last is of sums over all paths."""

KEYS: Mapping[str, tuple[str, ...]] = {
    **dict.fromkeys(("parameters", "outcomes"), (PATH,)),
    "series": (PATH, QUARTER),
    **dict.fromkeys(("facility", "firm"), (PATH, QUARTER, ENTITY)),
    "sums": (),
}
"""Keys of a block's files by kind; sums of blocks are for us alone."""


@dataclass(frozen=True)
class Key:
    """A column of numbers, or of places in a list of names."""

    values: Array
    names: Sequence[str] = ()


def keys(
    shape: Sequence[int], first: int, quarters: Sequence[str] = (), entities: Sequence[str] = ()
) -> dict[str, Key]:
    """Keys of arrays that are laid flat in C order.

    Parameters
    ----------
    shape : of the arrays: (path,), (quarter + 1, path) or (quarter + 1, path, entity).
    first : id of the first path.
    quarters, entities : labels along their axes.
    """
    axis = 0 if len(shape) == 1 else 1
    path = np.arange(first, first + shape[axis], dtype=np.int32)
    found = {PATH: Key(_along(path, shape, axis))}
    if len(shape) > 1:
        found[QUARTER] = Key(_along(np.arange(shape[0], dtype=np.int16), shape, 0), quarters)
    if len(shape) > 2:
        found[ENTITY] = Key(_along(np.arange(shape[2], dtype=np.int16), shape, 2), entities)
    return found


def _along(values: Array, shape: Sequence[int], axis: int) -> Array:
    """Values of one axis in every place of a flat array."""
    sizes = [len(values) if i == axis else 1 for i in range(len(shape))]
    return np.broadcast_to(values.reshape(sizes), tuple(shape)).reshape(-1)


def keys_of_sums(
    shapes: Mapping[str, Sequence[int]], entities: Mapping[str, Sequence[str]], quarters: Sequence[str]
) -> dict[str, Key]:
    """Keys of sums that `flatten` has laid flat one after the other, in the order of their names.

    Parameters
    ----------
    shapes, entities : quantity → (quarter + 1, entity), and names along the last axis.
    """
    names = sorted(shapes)
    everyone = sorted({entity for name in names for entity in entities[name]})
    places = {entity: place for place, entity in enumerate(everyone)}
    quantity, quarter, entity = [], [], []
    for number, name in enumerate(names):
        steps, members = shapes[name]
        quantity.append(np.full(steps * members, number, dtype=np.int16))
        quarter.append(np.repeat(np.arange(steps, dtype=np.int16), members))
        entity.append(np.tile([places[of] for of in entities[name]], steps).astype(np.int16))
    return {
        QUANTITY: Key(np.concatenate(quantity), names),
        QUARTER: Key(np.concatenate(quarter), quarters),
        ENTITY: Key(np.concatenate(entity), everyone),
    }
