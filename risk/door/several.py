"""Several runs side by side: cost told before, one bar, and what is finished kept."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from risk.cores import workers
from risk.door import costs, opening
from risk.door.desk import Desk
from risk.door.meter import Meter
from risk.door.side_by_side import side_by_side

if TYPE_CHECKING:
    from risk.runs import Run
    from risk.runs.prepare import Plan

K = TypeVar("K")


def simulated(plans: Mapping[K, Plan], at: Desk, title: str, admitted: bool = False) -> dict[K, Run]:
    """Open or simulate the runs of several plans.

    Parameters
    ----------
    title : what they are for.
    admitted : it is known that their registers run.

    Raises
    ------
    Interrupted : finished blocks are kept; the same call goes on from there.
    AssumptionErrors, NumericalError : as `opening.simulate`; of the first that fails.
    """
    from risk.runs import Interrupted

    of = {str(key): _seconds(plan) for key, plan in plans.items()}
    left = sum(seconds > 0.0 for seconds in of.values())
    if not left:
        return {key: opening.simulate(plan, at, admitted) for key, plan in plans.items()}
    paths = max(plan.paths for plan in plans.values())
    runs = f"{title}: {left} of {len(plans)} runs of {paths:,} paths are left"
    at.step(costs.cost(runs, workers(at.jobs), sum(of.values()), at.jobs))
    with at.bar(title) as bar:
        meter = Meter(bar, of)

        def simulate(name: str, plan: Plan) -> Run:
            run = opening.simulate(plan, meter.desk(at, name, of[name]), admitted)
            meter.end(name)
            return run

        calls: list[Callable[[], Run]] = [partial(simulate, str(key), plan) for key, plan in plans.items()]
        try:
            made = side_by_side(calls, workers(at.jobs))
            return {key: each.result() for key, each in zip(plans, made, strict=True)}
        except KeyboardInterrupt as stop:
            complete = sum(plan.stored for plan in plans.values())
            reason = f"interrupted: {complete} of {len(plans)} runs are complete"
            kept = f"every finished block in {at.runs} is kept; the same command goes on from there"
            raise Interrupted(f"{reason}; {kept}", getattr(stop, "exit_code", 130)) from None


def _seconds(plan: Plan) -> float:
    """Of one core that a run takes; nothing where it is stored."""
    return 0.0 if plan.stored else costs.seconds_of(costs.missing(plan) * plan.paths, costs.timed(plan))
