"""Whether views can hold together on the paths of a run, by linear programs (HiGHS).

What is found decides whether weights are looked for, and what a refusal says; no weight comes from it.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from risk.analysis.views.moments import Array, Moment, Unreachable


def contradiction(moments: Sequence[Moment]) -> Unreachable | None:
    """The fewest moments that cannot hold together, each left out in turn; None where all can."""
    if extreme(moments) is not None:
        return None
    which = list(range(len(moments)))
    for place in range(len(moments)):
        fewer = [i for i in which if i != place]
        if fewer and extreme([moments[i] for i in fewer]) is None:
            which = fewer
    *others, last = which
    given, values = [moments[i] for i in others], moments[last].values
    ends = [extreme(given, sign * values) for sign in (1.0, -1.0)]
    least, most = (float("nan") if end is None else end for end in ends)
    return Unreachable(which, least, -most)


def extreme(moments: Sequence[Moment], values: Array | None = None) -> float | None:
    """Least mean of (path,) values where moments hold, 0 without values; None where they cannot hold."""
    from scipy.optimize import linprog

    if not moments:
        return 0.0 if values is None else float(values.min())
    paths = len(moments[0].values)
    cost = np.zeros(paths) if values is None else values
    size = float(np.abs(cost).max()) or 1.0
    equal, most = [(np.ones(paths), 1.0)], []
    for moment in moments:
        unit = float(moment.values.std()) or 1.0
        row, bound = moment.values / unit, moment.bound / unit
        if moment.relation == "=":
            equal.append((row, bound))
        else:
            most.append((row, bound) if moment.relation == "<=" else (-row, -bound))
    found = linprog(
        cost / size,
        A_ub=np.array([row for row, _ in most]) if most else None,
        b_ub=[bound for _, bound in most] if most else None,
        A_eq=np.array([row for row, _ in equal]),
        b_eq=[bound for _, bound in equal],
        method="highs",
    )
    return float(found.fun) * size if found.status == 0 and found.fun is not None else None
