"""What every mechanism keeps to, found by looking and not by a list; one nobody runs fails.

A mechanism is a module under risk.mechanisms with a `step`. It has `Params`, `State` and `Flows` (frozen
dataclasses without default numbers), `init` and `step`; it draws nothing, reads no file, changes nothing it
is given, and its paths do not see each other.
"""

import ast
import importlib
import inspect
import pkgutil
from collections.abc import Callable, Sequence
from dataclasses import MISSING, dataclass, fields, is_dataclass, replace
from types import MappingProxyType, ModuleType
from typing import Any, Protocol

import numpy as np
import pytest

import risk.mechanisms
from risk.assumptions import load
from risk.parameters import entry
from tests.engine.base import opened

PATHS = 1024
QUARTERS = 7
"""Until after the second cohort, so that every branch has had its turn."""

SOME: tuple[Sequence[int], ...] = (
    *([0], [PATHS // 2], [PATHS - 1], [5, 6], [100, 101, 102], range(400, 407)),
    *(range(1, PATHS, 3), range(PATHS - 1, -1, -1)),
)
"""Paths that must come out to the bit as they do among all: alone, in few, every third, in another order."""

FORBIDDEN = {"random", "default_rng", "open", "print", "eval", "exec", "time", "os", "pathlib"}
"""Names a mechanism has no use for."""


def modules() -> dict[str, ModuleType]:
    """Every module under risk.mechanisms."""
    package = risk.mechanisms
    names = [m.name for m in pkgutil.walk_packages(package.__path__, f"{package.__name__}.")]
    return {name: importlib.import_module(name) for name in names}


class Mechanism(Protocol):
    """What a module under risk.mechanisms with a `step` is.

    `Params` name register entries, `State` is a balance sheet at the start of a quarter, `Flows` is what
    happened in one; `Shocks`, where chance strikes, what it strikes with. All are frozen dataclasses of
    arrays, (path, entity) or (path, 1). `step` returns the state at the end of the quarter and its flows.
    """

    Params: type[Any]
    State: type[Any]
    Flows: type[Any]
    init: Callable[..., Any]
    step: Callable[..., tuple[Any, Any]]


PARTS = tuple(Mechanism.__annotations__)
MECHANISMS = {name: module for name, module in modules().items() if hasattr(module, "step")}


@dataclass
class Call:
    """One call of a mechanism's step inside the model, and what it returned."""

    arguments: tuple[Any, ...]
    keywords: dict[str, Any]
    result: Any


def faults(module: ModuleType, call: Call | None) -> list[str]:
    """Say what a mechanism breaks of the contract."""
    found = [f"no {name}" for name in PARTS if not hasattr(module, name)]
    for name in ("Params", "State", "Flows", "Shocks"):
        kind = getattr(module, name, None)
        if kind is None:
            continue
        if not is_dataclass(kind) or not getattr(kind, "__dataclass_params__").frozen:  # noqa: B009
            found.append(f"{name} is not a frozen dataclass")
        elif any(f.default is not MISSING or f.default_factory is not MISSING for f in fields(kind)):
            found.append(f"{name} has default values")
    if not (module.__doc__ or "").strip():
        found.append("no docstring")
    if call is None:
        return [*found, "the engine never runs it"]
    return found + _impurities(module, call)


def _impurities(module: ModuleType, call: Call) -> list[str]:
    """Say what a step changes that it was given, and whether paths see each other."""
    frozen = transformed((call.arguments, call.keywords), read_only)
    copies = transformed(frozen, np.array)
    try:
        again = module.step(*frozen[0], **frozen[1])
    except ValueError as error:
        return [f"writes into what it is given: {error}"]
    found = []
    if not same(frozen, copies):
        found.append("changes what it is given")
    if not same(again, call.result):
        found.append("gives another result the second time")
    for rows in SOME:
        some = chosen((call.arguments, call.keywords), rows)
        if not same(module.step(*some[0], **some[1]), chosen(call.result, rows)):
            return [*found, f"paths see each other: {len(rows)} of them come out differently alone"]
    return found


def chosen(value: Any, rows: Sequence[int]) -> Any:
    """Some paths of every array that has all of them."""
    return transformed(value, lambda x: x[list(rows)] if len(x) == PATHS else x)


def read_only(array: Any) -> Any:
    copy = np.array(array)
    copy.flags.writeable = False
    return copy


def transformed(value: Any, change: Callable[[Any], Any]) -> Any:
    """A copy of nested dataclasses, tuples and mappings with every array of rank one or more changed."""
    if isinstance(value, np.ndarray):
        return change(value) if value.ndim else value
    if isinstance(value, tuple):
        return tuple(transformed(item, change) for item in value)
    if isinstance(value, (dict, MappingProxyType)):
        return {key: transformed(item, change) for key, item in value.items()}
    if is_dataclass(value) and not isinstance(value, type):
        return replace(value, **{f.name: transformed(getattr(value, f.name), change) for f in fields(value)})
    return value


def same(one: Any, other: Any) -> bool:
    if isinstance(one, np.ndarray):
        return one.shape == other.shape and np.array_equal(one, other, equal_nan=one.dtype.kind == "f")
    if isinstance(one, tuple):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(same(one[k], other[k]) for k in one)
    if is_dataclass(one) and not isinstance(one, type):
        return all(same(getattr(one, f.name), getattr(other, f.name)) for f in fields(one))
    return bool(one == other)


@pytest.fixture(scope="module")
def calls() -> dict[str, Call]:
    """The last call of every step in the first quarters of the base case."""
    seen: dict[str, Call] = {}
    with pytest.MonkeyPatch.context() as patch:
        for name, module in MECHANISMS.items():
            patch.setattr(module, "step", watched(name, module.step, seen))
        opened(load(), QUARTERS)
    return seen


def watched(name: str, step: Callable[..., Any], seen: dict[str, Call]) -> Callable[..., Any]:
    def run(*arguments: Any, **keywords: Any) -> Any:
        result = step(*arguments, **keywords)
        seen[name] = Call(arguments, keywords, result)
        return result

    return run


def test_the_five_mechanisms_and_the_cascade_are_found() -> None:
    packages = {name.split(".")[2] for name in MECHANISMS}
    assert packages == {"gpu_repricing", "capex", "revenue_gap", "neocloud", "private_credit", "cascade"}


@pytest.mark.parametrize("name", MECHANISMS)
def test_mechanism(name: str, calls: dict[str, Call]) -> None:
    assert faults(MECHANISMS[name], calls.get(name)) == []


@pytest.mark.parametrize("name", modules())
def test_no_chance_no_files_no_clock(name: str) -> None:
    tree = ast.parse(inspect.getsource(modules()[name]))
    used = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    used |= {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    imported = {
        alias.name.split(".")[0]
        for node in ast.walk(tree)
        if isinstance(node, ast.Import)
        for alias in node.names
    }
    assert not (used | imported) & FORBIDDEN
    drawn = [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and "shocks" in (node.module or "")
    ]
    assert not drawn


# ─── the contract notices ───


@dataclass(frozen=True)
class Params:
    speed: Any = entry("a.speed")


@dataclass(frozen=True)
class State:
    level: Any


@dataclass(frozen=True)
class Flows:
    moved: Any


def fake(step: Callable[..., Any], **changes: Any) -> tuple[ModuleType, Call]:
    """A mechanism with a step of one's own, run once on 1,024 paths."""
    module = ModuleType("fake", "What happens, in prose.")
    parts: dict[str, Any] = {
        "Params": Params,
        "State": State,
        "Flows": Flows,
        "init": lambda: None,
        "step": step,
    }
    for name, value in (parts | changes).items():
        if value is not None:
            setattr(module, name, value)
    arguments = (Params(2.0), State(np.arange(float(PATHS))[:, None]))
    return module, Call(arguments, {}, transformed(step(*transformed(arguments, np.array)), np.array))


def good(params: Params, state: State) -> tuple[State, Flows]:
    moved = params.speed * state.level
    return State(state.level + moved), Flows(moved)


def writes(params: Params, state: State) -> tuple[State, Flows]:
    state.level[0] = 0.0
    return good(params, state)


def averages(params: Params, state: State) -> tuple[State, Flows]:
    return good(params, State(state.level - state.level.mean()))


def draws(params: Params, state: State) -> tuple[State, Flows]:
    return good(params, State(state.level + np.random.default_rng().random()))


class Loose:
    """Not a dataclass."""


@pytest.mark.parametrize(
    ("step", "changes", "fault"),
    [
        (good, {}, None),
        (writes, {}, "writes into what it is given"),
        (averages, {}, "paths see each other"),
        (draws, {}, "gives another result the second time"),
        (good, {"init": None}, "no init"),
        (good, {"Flows": Loose}, "Flows is not a frozen dataclass"),
        (
            good,
            {"Params": dataclass(frozen=True)(type("P", (), {"__annotations__": {"a": float}, "a": 1.0}))},
            "default",
        ),
        (good, {"__doc__": ""}, "no docstring"),
    ],
)
def test_the_contract_notices(step: Callable[..., Any], changes: dict[str, Any], fault: str | None) -> None:
    module, call = fake(step, **changes)
    found = faults(module, call)
    assert (not found) if fault is None else any(fault in f for f in found), found


def test_a_mechanism_nobody_runs_fails() -> None:
    assert faults(fake(good)[0], None) == ["the engine never runs it"]
