"""One block of the base case, opened up: the world before every quarter and what happened in it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from risk.assumptions import Assumptions
from risk.assumptions.schema import Event
from risk.engine import inputs, quarter, world
from risk.engine.background import Background
from risk.engine.context import Context, Flows
from risk.engine.couplings import Links
from risk.engine.layout import Layout, layout
from risk.engine.world import Fixed, Parameters, World
from risk.shocks.draw import Shocks
from risk.shocks.stream import BLOCK

Array = NDArray[np.float64]
SEED = 5

BACKGROUND = Background(
    seasoning_quarters=8.0,
    load=0.75,
    normal_utilization=0.65,
    surcharge=np.zeros((1, 27, 6)),
    narrow_spread=0.045,
    wide_spread=0.06,
    opex=np.array([[0.26, 0.45, 0.45, 0.62, 0.86, 1.16]]),
    numeraire=1,
    merchant_opex_multiple=1.85,
    capex_before=np.array([100.0, 100.0, 100.0]),
    ai_capex_before=np.array([100.0, 100.0]),
)
"""What outcomes need of a register, in round numbers."""


@dataclass
class Opened:
    """A block stepped through by hand: worlds[t] stands at the end of quarter t, flows[t] happened in it."""

    p: Parameters
    layout: Layout
    fixed: Fixed
    shocks: Shocks
    forced: Mapping[str, list[Array]]
    links: Links
    worlds: list[World]
    flows: list[Flows | None] = field(default_factory=lambda: [None])

    def context(self, t: int, **changes: Any) -> Context:
        """What quarter t is computed with."""
        forced = {name: values[t] for name, values in self.forced.items()}
        return replace(
            Context(self.p, self.layout, self.fixed, self.links, self.shocks, forced, t), **changes
        )

    def flow(self, t: int) -> Flows:
        """What happened in quarter t."""
        found = self.flows[t]
        assert found is not None
        return found

    def again(self, t: int, before: World | None = None, **changes: Any) -> tuple[World, Flows]:
        """Step quarter t again, from another world or in another context."""
        return quarter.step(self.context(t, **changes), before or self.worlds[t - 1])


def opened(
    assumptions: Assumptions,
    until: int,
    links: Links | None = None,
    shocks: Shocks | None = None,
    block: int = 0,
) -> Opened:
    """Step a block through its first quarters."""
    plan = layout(assumptions)
    drawn = inputs.draw(assumptions, SEED, block)
    shocks = shocks or inputs.shocks(assumptions, plan, SEED, block)
    p = world.parameters(drawn, BLOCK)
    start, fixed = world.initial(p, plan, shocks, BLOCK)
    forced = world.forced(assumptions, shocks.uniform, BLOCK)
    run = Opened(p, plan, fixed, shocks, forced, links or Links({}), [start])
    for t in range(1, until + 1):
        after, flows = quarter.step(run.context(t), run.worlds[-1])
        run.worlds.append(after)
        run.flows.append(flows)
    return run


def changed(
    assumptions: Assumptions,
    values: Mapping[str, Any] | None = None,
    switches: Mapping[str, bool] | None = None,
    events: Iterable[Event] = (),
) -> Assumptions:
    """The register with some values fixed (no prior), some couplings cut and some stresses forced."""
    entries = dict(assumptions.entries)
    for name, value in (values or {}).items():
        entries[name] = replace(entries[name], value=value, prior=None)
    return replace(
        assumptions,
        entries=entries,
        switches={**assumptions.switches, **(switches or {})},
        events=(*assumptions.events, *events),
    )


def fixed_parameters(assumptions: Assumptions) -> Assumptions:
    """The register without priors: every path has the same parameters."""
    priors = {name: e.value for name, e in assumptions.entries.items() if e.prior is not None}
    return changed(assumptions, priors)


def quiet(assumptions: Assumptions, **levels: float) -> Shocks:
    """Shocks of a world without chance: innovations zero, no hazard event, regimes and recoveries at rest.

    Parameters
    ----------
    levels : uniforms of some events at other values, e.g. ``amend=0.0``: every lender amends.
    """
    real = inputs.shocks(assumptions, layout(assumptions), SEED, 0)
    level = {"regime": 0.5, "recovery": 0.5, "weather": 0.5, "efficiency": 1.0, "event": 0.0} | levels
    return Shocks(
        common=np.zeros_like(real.common),
        idiosyncratic={name: np.zeros_like(x) for name, x in real.idiosyncratic.items()},
        uniform={name: np.full_like(x, level.get(name, 1.0 - 1e-12)) for name, x in real.uniform.items()},
        mixing=np.ones_like(real.mixing),
    )
