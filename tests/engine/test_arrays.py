"""A quarter takes arrays of another kind as well as NumPy's own, and lays every array column by column.

Whoever traces the model, or hands it to another array library, comes in as such a kind: it sees every call of
NumPy, and what a function made with it stays of its kind.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from risk.assumptions import Assumptions
from risk.engine import finite, quarter
from risk.engine.context import Context
from risk.engine.couplings import Links
from risk.engine.quarters import Opening, opening
from risk.engine.surcharge import charged
from tests.engine.base import SEED

PATHS = 1024
QUARTERS = 3


class Told(np.ndarray[Any, Any]):
    """An array that hears of whatever is done to it."""

    def __array_ufunc__(self, ufunc: Any, method: Any, *inputs: Any, **kwargs: Any) -> Any:
        plain = [np.asarray(x) if isinstance(x, Told) else x for x in inputs]
        assert "out" not in kwargs, f"{ufunc.__name__} writes into an array"
        return told(getattr(ufunc, method)(*plain, **kwargs))

    def __array_function__(self, function: Any, types: Any, arguments: Any, options: Any) -> Any:
        return told(super().__array_function__(function, types, arguments, options))


def told(found: Any) -> Any:
    if isinstance(found, np.ndarray):
        return found.view(Told)
    return type(found)(map(told, found)) if isinstance(found, (tuple, list)) else found


@pytest.fixture(scope="module")
def start(register: Assumptions) -> Opening:
    return opening(register, SEED, 0)


def stepped(start: Opening, kind: type[NDArray[Any]]) -> dict[str, NDArray[Any]]:
    """Every array of three quarters, begun with arrays of a kind."""
    parts = (start.world, start.p, start.fixed, start.shocks, start.forced)
    world, p, fixed, shocks, forced = (finite.each(part, lambda x: x.view(kind)) for part in parts)
    found: dict[str, NDArray[Any]] = {}
    for t in range(1, QUARTERS + 1):
        events = {name: values[t] for name, values in forced.items()}
        context = Context(charged(p, t), start.layout, fixed, Links({}), shocks, events, t)
        world, flows = quarter.step(context, world)
        found |= dict(arrays(f"{t}.world", world)) | dict(arrays(f"{t}.flows", flows))
    return found


def arrays(name: str, value: Any) -> Iterator[tuple[str, NDArray[Any]]]:
    """Arrays by path inside a value, with their place."""
    if isinstance(value, np.ndarray):
        if value.ndim > 1 and len(value) == PATHS:
            yield name, value
    elif is_dataclass(value):
        for field in fields(value):
            yield from arrays(f"{name}.{field.name}", getattr(value, field.name))
    elif isinstance(value, tuple):
        for i, item in enumerate(value):
            yield from arrays(f"{name}[{i}]", item)


@pytest.fixture(scope="module")
def plain(start: Opening) -> dict[str, NDArray[Any]]:
    return stepped(start, np.ndarray)


def test_every_array_stays_of_the_kind_it_began_with(start: Opening, plain: dict[str, NDArray[Any]]) -> None:
    other = stepped(start, Told)
    assert list(other) == list(plain)
    assert [name for name, values in other.items() if not isinstance(values, Told)] == []
    assert [name for name, values in other.items() if values.tobytes() != plain[name].tobytes()] == []


def test_every_array_lies_column_by_column(plain: dict[str, NDArray[Any]]) -> None:
    """One that does not passes its order on to all that is made with it, and each costs up to ten times."""
    assert len(plain) > 500
    across = [name for name, x in plain.items() if x.shape[1] > 1 and x.strides[0] != x.itemsize]
    assert across == []
