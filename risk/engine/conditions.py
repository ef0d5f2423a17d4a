"""What must be true of a register before the engine can set it up, told in the units of the files.

That is what it divides by, takes logarithms of, reads by position or counts quarters with.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from risk.assumptions.priors import TAILS, DiscreteUniform
from risk.assumptions.problems import Problem
from risk.assumptions.table import units
from risk.assumptions.tables import MAY_BE_EMPTY
from risk.axes import ordinal
from risk.engine.background import Background
from risk.engine.places import at_entry, at_row
from risk.engine.unit_variance import factors
from risk.engine.world import READERS
from risk.factors import arranged
from risk.mechanisms.private_credit.wall import quarters_left
from risk.parameters import entry_ids
from risk.shocks.dependence import SQUARES
from risk.shocks.draw import CORRELATION
from risk.units import SCALE

if TYPE_CHECKING:
    from risk.assumptions import Assumptions, Entry
    from risk.engine.quarters import Opening

LARGEST = 1e100
"""In base units, of any number: its square and the sum of many are still finite."""
TOO_LARGE = f"no number of the model is above {LARGEST:g} in base units"

WHOLE: Mapping[str, tuple[int, int]] = {
    "run.paths": (1, 100_000_000),
    "run.seed": (0, 2**53),
    "dependence.degrees_of_freedom": (3, SQUARES),
}
"""Settings that are counted with, and from where to where they go."""

POSITIVE = (
    ("capex.firm", "guidance", "the plan grows from it"),
    ("credit.segment", "exposure", "what falls due is a share of it"),
)
"""Table, column and why it must be above zero in every row."""

POSITIVE_SUM = (
    ("gpu.generation", "gpus", "there would be no compute to let"),
    ("capex.firm", "capex_last_quarter", "the suppliers' capacity is a share of it"),
    ("neoclouds.facility", "debt", "there would be no debt to follow"),
    ("neoclouds.firm", "cohort_share", "no firm would finance what is built"),
)
"""Table, column and why it must be above zero in some row."""

BIDDERS = ("revenue.compute_share", "revenue.run_rate", "revenue.lab_funding")

BILLION = SCALE["USD bn"]

LENGTH: Mapping[str, float] = {"quarter": 400.0, "year": 100.0, "month": 1200.0, "day": 36500.0}
"""Longest time that anything may take, a hundred years: quarters are counted one by one."""

RARE = 1e-3
"""Share of paths whose readings may leave nothing for internal use: their market starts tighter than was
drawn (`rents.tightened`). On more the register contradicts itself. Judgement, some seven times what the
base case has."""


def conditions(assumptions: Assumptions) -> Iterator[Problem]:
    """Yield everything that keeps the model from being set up."""
    for stage in STAGES:
        found = [problem for look in stage for problem in look(assumptions)]
        yield from found
        if found:
            return  # what comes later would stumble over it


def _missing(assumptions: Assumptions) -> Iterator[Problem]:
    """Yield entries the model reads that are not there, and tables without rows."""
    for name, table in assumptions.tables.items():
        if not table.rows and name not in MAY_BE_EMPTY:
            file, line = _home(assumptions, name.partition(".")[0])
            yield Problem("A004", file, line, 1, f"the table [[{name}]] has no row; the model reads it")
    tables = tuple(f"{name}." for name in assumptions.tables)
    for kind in (*READERS.values(), Background):
        for id in entry_ids(kind):
            if id not in assumptions.entries and not id.startswith(tables):
                file, line = _home(assumptions, id.partition(".")[0])
                yield Problem("A004", file, line, 1, f"[{id}] is missing; the model reads it")


def _home(assumptions: Assumptions, section: str) -> tuple[str, int]:
    """File of a section, and the line of the last thing in it."""
    places = [(e.file, e.line) for e in assumptions.entries.values() if e.section == section]
    for table in assumptions.tables.values():
        if table.name.startswith(f"{section}.") and table.rows:
            places.append((table.file, table.lines[-1]))
    return max(places, key=lambda place: place[1]) if places else (assumptions.directory, 0)


def _lengths(assumptions: Assumptions) -> Iterator[Problem]:
    for entry in assumptions.entries.values():
        most = LENGTH.get(entry.unit)
        if most is not None and not isinstance(entry.value, str):
            for x in leaves(entry.value):
                if x > most:
                    yield at_entry("A011", entry, f"{entry.id} is {x:g} {entry.unit}; at most {most:g}")
    for table in assumptions.tables.values():
        for column, unit in units(table.model).items():
            for i, row in enumerate(table.rows):
                x = getattr(row, column)
                if x > LENGTH.get(unit, float("inf")):
                    reason = f"{column} of '{row.id}' is {x:g} {unit}; at most {LENGTH[unit]:g}"
                    yield at_row("A011", table, i, reason, column)


def _sizes(assumptions: Assumptions) -> Iterator[Problem]:
    """Yield numbers so large that their squares and sums are not finite."""
    for entry in assumptions.entries.values():
        if isinstance(entry.value, str) or entry.unit in LENGTH:
            continue
        ends = [] if entry.prior is None else [entry.prior.quantile(p) for p in TAILS if not _vector(entry)]
        for key, values in (("value", leaves(entry.value)), ("prior", ends)):
            for x in values:
                if abs(x) * entry.scale > LARGEST:
                    verb = "is" if key == "value" else "is drawn as"
                    reason = f"{entry.id} {verb} {x:g} {entry.unit}; {TOO_LARGE}"
                    yield at_entry("A006", entry, reason, key)
                    break
    for table in assumptions.tables.values():
        for column, unit in units(table.model).items():
            for i, row in enumerate(table.rows):
                if unit not in LENGTH and abs(getattr(row, column)) * SCALE[unit] > LARGEST:
                    reason = f"{column} of '{row.id}' is {getattr(row, column):g} {unit}; {TOO_LARGE}"
                    yield at_row("A006", table, i, reason, column)
    for event in assumptions.events:
        if abs(event.scaled) > LARGEST:
            reason = f"{event.variable} is forced by {event.size:g} {event.unit}; {TOO_LARGE}"
            yield Problem("A006", event.file, event.line, 1, reason)


def _vector(entry: Entry) -> bool:
    return not isinstance(entry.value, (int, float))


def _settings(assumptions: Assumptions) -> Iterator[Problem]:
    """Yield settings that are counted with and are no whole numbers."""
    for id, (low, high) in WHOLE.items():
        entry = assumptions.entries.get(id)
        if entry is None or not isinstance(entry.value, (int, float)):
            continue
        prior = entry.prior
        ends = (entry.value, entry.value) if prior is None else prior.support
        whole = float(entry.value).is_integer() and (prior is None or isinstance(prior, DiscreteUniform))
        if not (whole and low <= ends[0] and ends[1] <= high):
            reason = f"{id} is {entry.value:g}; it must be a whole number from {low:,} to {high:,}"
            yield at_entry("A011", entry, reason, "value" if prior is None else "prior")


def _matrix(assumptions: Assumptions) -> Iterator[Problem]:
    """Yield what is wrong with the rows of the factors' correlation."""
    entry = assumptions.entries[CORRELATION]
    try:
        arranged(entry.labels)
    except ValueError as error:
        yield at_entry("A018", entry, f"{entry.id} {error}", "labels")


def _base_date(assumptions: Assumptions) -> Iterator[Problem]:
    """Yield what the state at the base date would be divided by, or be the logarithm of, and is zero."""
    tables = assumptions.tables
    for name, column, why in POSITIVE:
        for i, row in enumerate(tables[name].rows):
            if not getattr(row, column) > 0:
                yield at_row("A011", tables[name], i, f"{column} of '{row.id}' is 0; {why}", column)
    for name, column, why in POSITIVE_SUM:
        if not tables[name].numbers(column).sum() > 0:
            yield at_row("A011", tables[name], 0, f"{column} is 0 in every row of [[{name}]]; {why}", column)
    table = tables["gpu.generation"]
    generations: tuple[Any, ...] = table.rows
    base = ordinal(assumptions.calendar.labels[0])
    out = [not row.launch or ordinal(row.launch) <= base for row in generations]
    if not any(out):
        yield at_row("A014", table, 0, "no generation is launched at the base date", "launch")
    for i, row in enumerate(generations):
        if not (row.index > 0 or row.relative_throughput > 0):
            reason = f"'{row.id}' has neither an index nor a relative_throughput: it would do no work"
            yield at_row("A011", table, i, reason, "index")


def _falling_due(assumptions: Assumptions) -> Iterator[Problem]:
    """Yield years in which more falls due than there is."""
    table, base = assumptions.tables["credit.maturity"], assumptions.calendar.labels[0]
    segments: tuple[Any, ...] = assumptions.tables["credit.segment"].rows
    exposure, years = {row.id: row.exposure for row in segments}, cast("tuple[Any, ...]", table.rows)
    for i, row in enumerate(years):
        quarters = quarters_left(base, row.year)
        if quarters and row.amount > quarters * exposure[row.segment]:
            reason = (
                f"amount of '{row.id}' is {row.amount:g} USD bn; {quarters} quarters of a book of "
                f"{exposure[row.segment]:g} USD bn are at most {quarters * exposure[row.segment]:g}"
            )
            yield at_row("A011", table, i, reason, "amount")


def opening_faults(assumptions: Assumptions, start: Opening) -> Iterator[Problem]:
    """Yield what is impossible in the state at the base date: nothing, or less, of something.

    Parameters
    ----------
    start : paths at the base date, of a rehearsal or of a run.
    """
    left = start.world.demand.internal
    if np.mean(left <= 0) > RARE:
        row = int(left.argmin())
        share, revenue, anchors = (start.drawn[id] for id in BIDDERS)
        who = assumptions.terms.anchors
        bids = [float(np.ravel(x)[row if np.size(x) > 1 else 0]) for x in (share, revenue, anchors)]
        market = start.world.seen.demand[row, 0]
        customers, anchors, market = (x / BILLION for x in (bids[0] * bids[1], bids[2], market))
        reason = (
            f"nothing is left for internal use at the base date: rents clear at {market:.4g} USD bn/y, "
            f"customers bid {customers:.4g} (compute_share × run_rate) and {who} {anchors:.4g} (lab_funding)"
        )
        fix = "lower one of the three under revenue, or raise the fleet or its rents"
        yield at_entry("A028", assumptions.entries[BIDDERS[-1]], reason, "prior", fix)
    if start.world.fleet.energized.min() < 0:
        fix = "raise gpus in [[gpu.generation]] or lower gpu.recent_purchases"
        reason = "more of the newest generation is on order at the base date than there is of it"
        yield at_entry("A028", assumptions.entries["gpu.recent_purchases"], reason, "value", fix)


def leaves(value: Any) -> Iterator[float]:
    """Yield the numbers of a value, however nested."""
    if isinstance(value, tuple):
        for item in value:
            yield from leaves(item)
    else:
        yield value


STAGES = (
    (_missing,),
    (_lengths, _sizes, _settings, _matrix),
    (_base_date, _falling_due, factors),
)
"""What is looked at together, in order."""
