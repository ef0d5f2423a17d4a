"""One quarter with every joint laid open: what each mechanism was handed, and what it gave back.

The world before the quarter is disturbed, so that nothing rests at zero, at one or at the level of its
neighbor: an input from the wrong place, of another quarter, in another unit or with the other sign is then
another number. Each coupling multiplies what passes by a factor of its own, so that an input tells which
switch it came through.
"""

from __future__ import annotations

import inspect
import zlib
from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass, replace
from typing import Any, NamedTuple

import numpy as np
import pytest

from risk.engine import pledges
from risk.engine.context import Context, Flows
from risk.engine.couplings import Links, name_of
from risk.engine.world import Parameters, World
from risk.mechanisms import cascade
from risk.mechanisms.capex import funding, plan
from risk.mechanisms.gpu_repricing import fleet, rents
from risk.mechanisms.neocloud import cohorts, contracts, facility, holdco
from risk.mechanisms.private_credit import market, segments
from risk.mechanisms.revenue_gap import adoption, demand, required
from tests.engine.base import Array, Opened

COHORT, ORDINARY = 2, 5
"""A quarter whose cohort opens the loans of its year, and one whose cohort finds them open; in both, shares
that change with time still move."""

JOINTS: Mapping[str, tuple[Any, str]] = {
    **{
        module.__name__.rpartition(".")[2]: (module, "step")
        for module in (
            market, funding, fleet, adoption, demand, rents, contracts, facility, holdco, segments, cascade,
            required, plan,
        )
    },
    "assets": (pledges, "asset_market"),
    "renewals": (contracts, "roll"),
    "cohort": (cohorts, "originate"),
    "notes": (holdco, "sell"),
}  # fmt: skip
"""Where the engine hands something over: name → module and function."""

GIVEN = ("params", "state", "estate_params", "book", "terms")
"""Arguments that are no inputs of the quarter."""


class Call(NamedTuple):
    """One call of a function: its arguments by name, and its result."""

    given: dict[str, Any]
    result: Any

    @property
    def inputs(self) -> dict[str, Any]:
        """What it reads of the quarter by name, e.g. ``shocks.macro`` or ``c.spread``."""
        return flat({name: value for name, value in self.given.items() if name not in GIVEN})


def flat(values: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """Nested mappings and dataclasses as one, names joined by a point."""
    out: dict[str, Any] = {}
    for name, value in values.items():
        parts = {str(i): item for i, item in enumerate(value)} if isinstance(value, tuple) else value
        if is_dataclass(value) and not isinstance(value, type):
            parts = {f.name: getattr(value, f.name) for f in fields(value)}
        out |= flat(parts, f"{prefix}{name}.") if isinstance(parts, dict) else {f"{prefix}{name}": value}
    return out


class Tagged(Links):
    """Couplings that leave their mark on what passes."""

    def __call__(self, coupling: str, t: int, value: Array, part: str = "") -> Array:
        """The value times the factor of its name."""
        return value * tag(name_of(coupling, part))


def tag(name: str) -> float:
    """Factor of a coupling's input, between .9 and 1 and unlike any other's."""
    return 1.0 - 0.1 * zlib.crc32(name.encode()) / 2**32


class Wired(NamedTuple):
    """A quarter laid open."""

    base: Opened
    context: Context
    before: World
    after: World
    flows: Flows
    calls: dict[str, list[Call]]

    @property
    def p(self) -> Parameters:
        """Parameters of the quarter."""
        return self.context.p

    def call(self, name: str, which: int = 0) -> Call:
        """What was handed over at a joint."""
        return self.calls[name][which]

    def factor(self, letter: str) -> Array:
        """Innovation of a factor in the quarter, (path, 1)."""
        k = "MZEHPL".index(letter)
        drawn = self.base.shocks.common[self.context.t - 1, :, k : k + 1]
        return np.asarray(drawn + self.context.forced["macro"] if letter == "M" else drawn)

    def uniform(self, event: str) -> Array:
        """Uniforms of an event in the quarter, (path, entity)."""
        return np.asarray(self.base.shocks.uniform[event][self.context.t - 1])

    def reads(self, name: str, expected: Mapping[str, Any], which: int = 0) -> None:
        """Assert that a joint is handed exactly this: every input, each from its source."""
        found = self.call(name, which).inputs
        assert set(found) == set(expected)
        for key, value in expected.items():
            np.testing.assert_allclose(found[key], value, rtol=1e-12, atol=0.0, err_msg=f"{name}: {key}")


def total(values: Array) -> Array:
    """Sum over entities, (path, 1)."""
    return np.asarray(values.sum(axis=1, keepdims=True))


def shortfall(w: Wired) -> Array:
    """Share of commitments the labs cannot fund, through its coupling, (path, 1)."""
    return tag("labs->payers") * np.maximum(1.0 - w.flows.demand.coverage, 0.0)


def wired(base: Opened, t: int, p: Parameters | None = None) -> Wired:
    """Step quarter t once from a disturbed world, with every joint watched."""
    calls: dict[str, list[Call]] = {}
    before, events = disturbed(base, t)
    p = p or base.p
    guaranteed = replace(p, segments=replace(p.segments, spv_guarantee=1.0))
    changes: dict[str, Any] = {"p": guaranteed, "links": Tagged({}), "forced": events}
    with pytest.MonkeyPatch.context() as patch:
        for name, (module, function) in JOINTS.items():
            patch.setattr(module, function, watched(getattr(module, function), calls.setdefault(name, [])))
        after, flows = base.again(t, before, **changes)
    return Wired(base, base.context(t, **changes), before, after, flows, calls)


def watched(function: Callable[..., Any], calls: list[Call]) -> Callable[..., Any]:
    signature = inspect.signature(function)

    def run(*arguments: Any, **keywords: Any) -> Any:
        bound = signature.bind(*arguments, **keywords)
        bound.apply_defaults()
        result = function(*arguments, **keywords)
        calls.append(Call(dict(bound.arguments), result))
        return result

    return run


def disturbed(base: Opened, t: int) -> tuple[World, dict[str, Array]]:
    """The world before quarter t and what a scenario forces on it, nothing in either at rest."""
    world, rng = base.worlds[t - 1], np.random.default_rng(t)
    paths = len(world.seen.revenue)

    def some(scale: float, width: int = 1) -> Array:
        return scale * rng.uniform(0.5, 1.5, (paths, width))

    moved = {
        "surprise": 0.05,
        "dearness": 0.3,
        "jump": 0.03,
        "impact": 0.002,
        "squeeze": 0.1,
        "freeze": 0.2,
        "fire_sale": 0.04,
        "overhang": 0.05,
    }
    scaled = (
        "rents", "yields", "revenue", "suppliers", "recycled", "availability", "spread", "demand",
        "plan_growth",
    )  # fmt: skip
    seen = replace(
        world.seen,
        **{name: some(scale) for name, scale in moved.items()},
        **{name: some(0.8) * getattr(world.seen, name) for name in scaled},
        anchor_shortfall=some(20e9),
        spv_support=some(1e9, world.seen.spv_support.shape[1]),
        operator_capex=some(8e9),
    )
    half = np.arange(paths)[:, None] % 2 == 0
    plans = replace(
        world.plan,
        log_plan=world.plan.log_plan + np.where(half, 0.6, 0.0),
        digestion=np.where(half, 0.0, 1.0),
    )
    failed = np.array(world.holdco.defaulted)
    failed[::3, base.layout.book.tenant.max()] = True
    events = {
        "demand": some(0.1), "lab_funding": some(-0.5), "hardware_cost": some(0.1), "power": some(0.1),
        "credit_stress": np.where(half, 1.0, 0.0), "hy_spread": some(0.01), "macro": some(0.2),
        "rent": some(0.0),  # one that is set hears nothing else
    }  # fmt: skip
    assert set(events) == set(base.forced)
    return replace(world, seen=seen, plan=plans, holdco=replace(world.holdco, defaulted=failed)), events
