"""What the arithmetic of tokens would move if paths heard it: registers tried beside a run, and what is kept.

The base case does not hear it. The work of a rented generation is read off its rent, dollars and not tokens
bid for the fleet, and what tokens fetch falls at a rate of its own. Each alternative couples one of these.

===========  ==========================================================================================
alternative  what it sets
===========  ==========================================================================================
ladder       generations not yet rented do the work that their data sheets allow, none of it is lost
rents        a surprise in rents reaches token prices as far as compute is what a token costs
kept         cache hits rise, sellers keep what they save: compute takes less of a revenue dollar
costs        they rise, and prices fall by what compute was of them: some of both
passed       they rise, and prices fall by all that a token saves: compute's share stays
===========  ==========================================================================================

Hits rise evenly over the run, beyond what the register's own trends hold.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from risk.analysis import contrasts, metrics
from risk.analysis.amplification import Measure
from risk.analysis.bridge import Outcomes, measured
from risk.analysis.contrasts import change
from risk.analysis.estimate import Estimate
from risk.analysis.tokens import PRICE, YEAR, Served, served
from risk.assumptions import Assumptions
from risk.assumptions.priors import Normal, Prior, Triangular, Uniform
from risk.calibrate import effects
from risk.errors import StorageError, UsageError
from risk.runs import Run
from risk.runs.files import publish_json, read_json

FILE = "tokens.json"
"""Of what was measured, beside its run."""

MEASURES = (
    Measure("bust", "P(bust)", "bust", "", contrasts.probability),
    Measure("mean", "mean loss on AI infrastructure", metrics.HEADLINE, "USD bn", contrasts.mean),
    Measure("rent", "mean rent of an H100 at the end of 2028", "h100_2028", "USD/h", contrasts.mean),
)
"""What is looked at."""

SHARE, SHARE_DECLINE = "revenue.compute_share", "revenue.compute_share_decline"
PASS_THROUGH = "revenue.rent_pass_through"
ROADMAP = "relative_throughput"
LOCATION = ("low", "mode", "mean", "high")
"""Of what a prior has, the numbers that move with it."""


@dataclass(frozen=True)
class Changed:
    """A number that an alternative sets, in the register's unit."""

    id: str
    before: float
    after: float


@dataclass(frozen=True)
class Alternative:
    """A register in which one coupling is made; off in the base case."""

    name: str
    label: str
    changed: tuple[Changed, ...]
    assumptions: Assumptions


@dataclass(frozen=True)
class Moved:
    """What an alternative moves, by measure: on the same draws, less the run as it is."""

    name: str
    label: str
    changed: tuple[Changed, ...]
    effects: Mapping[str, Estimate]


@dataclass(frozen=True)
class Moves:
    """What the couplings would move in a run.

    Attributes
    ----------
    run : its id; `paths` of each register; `hit_rate` that was asked of.
    base : the measures in the run as it is.
    """

    run: str
    paths: int
    hit_rate: float
    base: Mapping[str, Estimate]
    moved: tuple[Moved, ...]


def alternatives(register: Assumptions, hit_rate: float) -> tuple[Alternative, ...]:
    """Registers in which one coupling each is made; KeyError where one lacks an entry.

    Parameters
    ----------
    hit_rate : that cache hits rise to by the end of the run.

    Raises
    ------
    UsageError : the rate is no rise, or the prior of the price decline cannot be shifted.
    """
    found = served(register)
    if not found.hit_rate < hit_rate < 1.0:
        reason = f"a hit rate of {hit_rate:g} is no rise from today's {found.hit_rate:g}"
        raise UsageError(reason, f"give one above {found.hit_rate:g} and below 1, such as 0.9")
    share, trend = register.number(SHARE), register.number(SHARE_DECLINE)
    years = (len(register.calendar.labels) - 1) / YEAR
    saved = found.saving(hit_rate)
    passed = -math.log1p(-share * -math.expm1(-saved))  # price, where only its part for compute falls

    def hits(name: str, label: str, price: float) -> Alternative:
        priced = register.number(PRICE) + price / years
        left = trend + (saved - price) / years
        return _entries(register, name, label, {PRICE: priced, SHARE_DECLINE: left})

    rise = f"Hits {found.hit_rate:.0%} to {hit_rate:.0%}"
    return (
        _ladder(register, found),
        _entries(register, "rents", "Rents reach prices as costs do", {PASS_THROUGH: share}),
        hits("kept", f"{rise}, saving kept", 0.0),
        hits("costs", f"{rise}, costs passed on", passed),
        hits("passed", f"{rise}, all passed on", saved),
    )


def _ladder(register: Assumptions, found: Served) -> Alternative:
    """Generations that are not rented yet at the work of their data sheets over the newest's."""
    table = register.tables["gpu.generation"]
    work = found.work / found.work[found.newest]
    rows, changed = [], []
    for row, after in zip(table.rows, work.tolist(), strict=True):
        before = getattr(row, ROADMAP)
        if before > 0.0:
            changed.append(Changed(f"{table.name}.{row.id}.{ROADMAP}", before, after))
        rows.append(row.model_copy(update={ROADMAP: after}) if before > 0.0 else row)
    tables = {**register.tables, table.name: replace(table, rows=tuple(rows))}
    label = "Newer chips do all their data sheets allow"
    return Alternative("ladder", label, tuple(changed), replace(register, tables=tables))


def _entries(register: Assumptions, name: str, label: str, values: Mapping[str, float]) -> Alternative:
    """A register with other entries, their priors moved along; what stays as it is, is not told."""
    entries, changed = dict(register.entries), []
    for id, after in values.items():
        entry = register.entries[id]
        before = float(entry.value)  # type: ignore[arg-type]
        if after != before:
            prior = entry.prior and shifted(entry.prior, after - before)
            entries[id] = replace(entry, value=after, prior=prior)
            changed.append(Changed(id, before, after))
    return Alternative(name, label, tuple(changed), replace(register, entries=entries))


def shifted(prior: Prior, by: float) -> Prior:
    """A prior moved as a whole; UsageError where its shape has no such move."""
    if not isinstance(prior, Uniform | Triangular | Normal):
        raise UsageError(
            f"a {prior.shape} prior cannot be moved along", "give a uniform, triangular or normal"
        )
    known = {name: getattr(prior, name, None) for name in LOCATION}
    return prior.model_copy(update={name: x + by for name, x in known.items() if x is not None})


def moves(run: Run, hit_rate: float, base: Outcomes, tried: Sequence[tuple[Alternative, Outcomes]]) -> Moves:
    """Compare registers with the run as it is, on the same paths.

    Parameters
    ----------
    base : name → (path,); those of the alternatives are of the same paths.
    """
    at = measured(base, MEASURES)
    rows = []
    for each, outcomes in tried:
        there = measured(outcomes, MEASURES)
        told = {name: change(at[name], there[name], paired=True) for name in at}
        rows.append(Moved(each.name, each.label, each.changed, told))
    estimates = {name: each.estimate for name, each in at.items()}
    paths = len(next(iter(base.values())))
    return Moves(run.id, paths, hit_rate, estimates, tuple(rows))


def keep(found: Moves, run: Run) -> None:
    """Keep what was measured beside its run."""
    publish_json(run.directory / FILE, _plain(found))


def kept(run: Run) -> Moves | None:
    """What was measured beside a run; None where nothing was, or it is not what was written."""
    path = run.directory / FILE
    if not path.exists():
        return None
    try:
        found = _restored(read_json(path))
    except (StorageError, KeyError, TypeError, ValueError):
        return None
    return found if found.run == run.id else None


def _plain(found: Moves) -> dict[str, Any]:
    rows = [
        {
            "name": row.name,
            "label": row.label,
            "changed": [[c.id, c.before, c.after] for c in row.changed],
            "effects": effects.plain(row.effects),
        }
        for row in found.moved
    ]
    head = {"run": found.run, "paths": found.paths, "hit_rate": found.hit_rate}
    return {**head, "base": effects.plain(found.base), "moved": rows}


def _restored(raw: Mapping[str, Any]) -> Moves:
    rows = tuple(
        Moved(
            row["name"],
            row["label"],
            tuple(Changed(*c) for c in row["changed"]),
            effects.restored(row["effects"]),
        )
        for row in raw["moved"]
    )
    return Moves(raw["run"], raw["paths"], raw["hit_rate"], effects.restored(raw["base"]), rows)
