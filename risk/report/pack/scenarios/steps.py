"""From the prior run to this one as a picture: what each input brings, the largest by name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from itertools import accumulate
from math import fsum

from risk.analysis import bridge as analysis
from risk.analysis.contrasts import Difference
from risk.analysis.metrics import HEADLINE
from risk.report import bridge
from risk.report.charts import Bridge, Step
from risk.report.formats import show
from risk.report.sheet import At

BRIDGED: Mapping[str, str] = {HEADLINE: "mean", "bust": "bust"}
"""What a bridge calls the results whose change is drawn."""

MOST = 8
"""Steps that a picture names; the rest is one."""

TOLD = 3
"""Of them the finding names so many."""

HEIGHT = 18
"""Rows of a picture: a line a step and the axis."""


def pictures(found: Sequence[Difference], bridged: analysis.Bridge | None) -> tuple[At, ...]:
    """Headlines side by side."""
    places = ((1, 3), (5, 5))
    return tuple(At(picture(d, bridged), *at) for d, at in zip(found, places, strict=True))


def picture(d: Difference, bridged: analysis.Bridge | None) -> Bridge:
    """How a result went from the old run to the new one."""
    changes = steps(d, bridged)
    form = "usd_bn.1" if d.unit else "rate.1"
    ends = (("Old", d.before.value), ("New", d.after.value))
    old, new = (Step(label=label, amount=value, total=True) for label, value in ends)
    made = partial(
        Bridge,
        id=f"chart-change-{d.name}",
        title=f"{d.label}: from old to new",
        alt=finding(d, changes, form),
        x_title="Step",
        format=form,
        steps=(old, *changes, new),
        height=HEIGHT,
    )
    unit = d.unit or "Probability"
    start, _ = made(y_title=unit).ends
    return made(y_title=f"{unit}, axis from {show(start, form)}" if start else unit)


def steps(d: Difference, bridged: analysis.Bridge | None) -> tuple[Step, ...]:
    """Steps of a bridge, in its order, the smallest together at the end; without one the whole change."""
    whole = (Step(label="Change", amount=d.change.value),)
    if bridged is None:
        return whole
    name = BRIDGED[d.name]
    moved = {step.name: step.effects[name].value for step in bridged.steps if step.effects[name].value}
    named = sorted(moved, key=lambda step: -abs(moved[step]))[: MOST if len(moved) > MOST + 1 else None]
    found = [
        Step(label=bridge.NAMES.get(step, step), amount=amount)
        for step, amount in moved.items()
        if step in named
    ]
    rest = [amount for step, amount in moved.items() if step not in named]
    if rest:
        found.append(Step(label=f"{len(rest)} others", amount=fsum(rest)))
    levels = accumulate((d.before.value, *(step.amount for step in found)))
    return tuple(found) if found and min(levels) >= 0.0 else whole


def finding(d: Difference, changes: Sequence[Step], form: str) -> str:
    """From what to what, whether beyond noise, and by which steps most."""
    said = partial(show, name=form)
    unit, word = f" {d.unit}" if d.unit else "", "within noise" if d.noise else "beyond noise"
    moved = f"{d.label} goes from {said(d.before.value)} to {said(d.after.value)}{unit}, {word}"
    if len(changes) < 2:
        return f"{moved}."
    scale = 1.0 if d.unit else 100.0
    largest = sorted(changes, key=lambda step: -abs(step.amount))[:TOLD]
    told = ", ".join(f"{step.label} {scale * step.amount:+.1f}" for step in largest)
    return f"{moved}; most by {told}{'' if d.unit else ' points'}."
