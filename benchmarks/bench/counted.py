"""What the step asks of NumPy, and the least time in which a processor could do it.

An array that counts is sent through the quarters: calls, elements computed, and of these the transcendental
ones. The floor is the time for as many elements at the speed of an addition, or of an exponential, on arrays
that stay in the cache: the work itself, without the calls, the temporaries and the way through memory.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass, replace
from types import MappingProxyType
from typing import Any
from unittest import mock

import numpy as np

from benchmarks.bench.figure import Figure
from benchmarks.bench.timing import processor
from risk.assumptions import Assumptions
from risk.engine.couplings import Links
from risk.engine.quarters import opening, quarters
from risk.shocks.stream import BLOCK

TRANSCENDENTAL = frozenset({"exp", "expm1", "log", "log1p", "power", "float_power", "tanh", "ndtr", "ndtri"})
LEFT_ALONE = ("Layout", "Links", "Rows")
LENGTH, ROUNDS = 4096, 2000


@dataclass
class Tally:
    """Calls and elements of the arrays that count."""

    calls: int = 0
    elements: int = 0
    transcendental: int = 0

    def add(self, name: str, elements: int) -> None:
        """Count a call that computes so many elements."""
        self.calls += 1
        self.elements += elements
        self.transcendental += elements if name in TRANSCENDENTAL else 0


TALLY = Tally()


class Counting(np.ndarray[Any, Any]):
    """An array that counts what is computed of it."""

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **options: Any) -> Any:
        """Count a ufunc: as many elements as it reads or makes, whichever are more."""
        plain = [_plain(x) for x in inputs]
        options |= {"out": tuple(_plain(x) for x in options["out"])} if options.get("out") else {}
        found = getattr(ufunc, method)(*plain, **options)
        most = max([np.size(x) for x in plain] if method != "__call__" else [0])
        TALLY.add(ufunc.__name__, max(most, _size(found)))
        return _counting(found)

    def __array_function__(self, function: Any, types: Any, inputs: Any, options: Any) -> Any:
        """Count a function by what it makes."""
        found = function(*map(_plain, inputs), **{name: _plain(x) for name, x in options.items()})
        TALLY.add(function.__name__, _size(found))
        return _counting(found)


def counts(register: Assumptions, seed: int) -> Iterator[Figure]:
    """Calls a quarter, elements a path and quarter, and the floor of the whole horizon."""
    start = opening(register, seed, 1)
    counting = mapped(start, lambda x: x.view(Counting))
    TALLY.calls = TALLY.elements = TALLY.transcendental = 0
    with mock.patch("numpy.asarray", np.asanyarray):  # which would stop the counting
        for _ in quarters(counting, Links(register.switches, None)):
            pass
    horizon = start.layout.quarters
    many = BLOCK * horizon
    yield Figure("array calls", TALLY.calls / horizon, "", "a quarter")
    yield Figure("elements computed", TALLY.elements / many, "", "a path and quarter")
    yield Figure("transcendentals", TALLY.transcendental / many, "", "of them")
    add, exp = speeds()
    plain = TALLY.elements - TALLY.transcendental
    floor = (plain * add + TALLY.transcendental * exp) / BLOCK / 1e3
    taken = 1e6 * processor(lambda: [None for _ in quarters(start, Links(register.switches, None))]) / BLOCK
    yield Figure("an addition", add, "ns", "an element, in the cache", comparable=False)
    yield Figure("an exponential", exp, "ns", "an element, in the cache", comparable=False)
    yield Figure("floor of the step", floor, "µs", "a path: the same elements without calls and memory")
    yield Figure("step to its floor", taken / floor, "×", "one block at a time")


def speeds() -> tuple[float, float]:
    """Nanoseconds an element of an addition and of an exponential on arrays that fit into the cache."""
    rng = np.random.default_rng(1)
    x, y, out = rng.random(LENGTH), rng.random(LENGTH), np.empty(LENGTH)
    add = processor(lambda: [np.add(x, y, out=out) for _ in range(ROUNDS)])
    exp = processor(lambda: [np.exp(x, out=out) for _ in range(ROUNDS)])
    return 1e9 * add / LENGTH / ROUNDS, 1e9 * exp / LENGTH / ROUNDS


def mapped(value: Any, change: Any) -> Any:
    """Everything in a nest of data, its float arrays changed."""
    if isinstance(value, np.ndarray):
        return change(value)
    if is_dataclass(value) and not isinstance(value, type):
        if type(value).__name__ in LEFT_ALONE:
            return value
        return replace(value, **{f.name: mapped(getattr(value, f.name), change) for f in fields(value)})
    if isinstance(value, Mapping):
        return MappingProxyType({name: mapped(item, change) for name, item in value.items()})
    if isinstance(value, (tuple, list)):
        return type(value)(mapped(item, change) for item in value)
    return value


def _plain(value: Any) -> Any:
    if isinstance(value, Counting):
        return value.view(np.ndarray)
    return type(value)(map(_plain, value)) if type(value) in (tuple, list) else value


def _counting(value: Any) -> Any:
    if type(value) is np.ndarray:
        return value.view(Counting)
    return type(value)(map(_counting, value)) if type(value) in (tuple, list) else value


def _size(value: Any) -> int:
    return sum(map(np.size, value)) if type(value) in (tuple, list) else int(np.size(value))
