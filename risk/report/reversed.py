"""A reverse stress in words: its finding, its rules and marks, for screen and sheet alike."""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import pairwise

from risk.analysis.estimate import Estimate
from risk.analysis.reverse.answer import Reverse
from risk.analysis.reverse.coordinates import Coordinate
from risk.analysis.reverse.grid import SHOWN, Grid
from risk.analysis.reverse.nearest import Nearest
from risk.analysis.reverse.rules import Bound, Rule
from risk.analysis.reverse.signs import Sign, Signs
from risk.analysis.reverse.ways import STRONG, Mark, Ways
from risk.analysis.words import probability_text
from risk.report.formats import show
from risk.report.intervals import half

Called = Callable[[Coordinate], str]
"""What a coordinate is called: by its id on a screen, in words on a sheet."""

RULES_HOW = (
    "Coverage: share of the paths that meet the condition which the rule holds; density: share of the paths "
    "it holds that meet it. Found on one half of the paths, counted on the other."
)


def by_id(coordinate: Coordinate) -> str:
    """A coordinate by its id; a shock in words too."""
    return f"{coordinate.label} ({coordinate.id})" if coordinate.shock else coordinate.id


def nearest_text(found: Nearest, words: str) -> str:
    """Which path is the most likely way, and how far it lies from the middle."""
    first, *others = found.paths
    rest = ", ".join(f"{path}" for path in others)
    return (
        f"Path {first} is the path nearest to the middle of everything on which '{words}' is met: "
        f"{found.distances[0]:.1f} standard deviations away in the {len(found.steps)} coordinates that "
        f"count, where half of all paths lie within {found.everywhere.value:.1f}"
        f"{_beside(found.everywhere.standard_error)} and half of those that meet it within "
        f"{found.typical.value:.1f}{_beside(found.typical.standard_error)}. Next come paths {rest}."
    )


def _beside(error: float) -> str:
    return f" (± {1.96 * error:.2f})" if math.isfinite(error) else ""


def counted_text(found: Reverse) -> str:
    """How many coordinates the condition moves, and how many of them count."""
    counted = len(found.nearest.steps)
    return (
        f"Of {found.tested} coordinates (uncertain assumptions, and each common factor's shocks by year) the "
        f"condition moves {found.found} beyond chance, at most one in twenty of them falsely; {counted} have "
        "nine tenths of what it moves and count."
    )


def rule_text(rule: Rule, called: Called = by_id) -> str:
    """A rule in plain words."""
    return "; ".join(bound_text(bound, called) for bound in rule.bounds)


def bound_text(bound: Bound, called: Called = by_id) -> str:
    """One side of a box in plain words, in its coordinate's unit."""
    side, limit = ("above", bound.low) if bound.low is not None else ("below", bound.high)
    assert limit is not None
    return f"{called(bound.coordinate)} {side} {amount(bound.coordinate, limit)}"


def amount(coordinate: Coordinate, value: float) -> str:
    """A value of a coordinate in its unit."""
    unit = "" if coordinate.unit == "1" else f" {coordinate.unit}"
    return f"{value:{'+' if coordinate.shock else ''}.3g}{unit}"


def marks_text(marks: tuple[Mark, ...], called: Callable[[Mark], str]) -> str:
    """What sets a way apart: each with its mean score and half of a 95% interval."""
    return "; ".join(f"{called(mark)} {mark.score.value:+.2f} ± {half(mark.score):.2f}" for mark in marks)


def ways_text(found: Ways) -> str:
    """How many ways there are, and how that was decided."""
    number = len(found.ways)
    tried = ", ".join(f"{k}: {strength:.2f}" for k, strength in found.strengths)
    how = (
        f"Courses of a dozen series, grouped by k-means; the most groups into which a second half of the "
        f"paths falls as the first does (prediction strength at least {STRONG:g}; {tried})."
        if tried
        else "Too few paths to look for more than one."
    )
    said = "One way: no second group is found again." if number == 1 else f"{number} ways."
    return f"{said} {how}"


def sign_text(sign: Sign) -> str:
    """A series and its threshold in plain words."""
    return f"{sign.series.label}: {threshold_text(sign)}"


def threshold_text(sign: Sign) -> str:
    """What of a series is an alarm."""
    side = "above" if sign.above else "below"
    if sign.change:
        return f"a year's change {side} {100.0 * sign.threshold:+.0f}%"
    unit = "" if sign.unit == "fraction" else f" {sign.unit}"
    return f"{side} {sign.threshold:,.4g}{unit}"


def signs_text(found: Signs) -> str:
    """What a sign is held against, and what it cannot warn of."""
    moment = (
        "before the quarter in which it comes true"
        if found.dated
        else f"before {found.last}, the last quarter that it looks at"
    )
    late = f" {found.early:,} paths meet it too early for any alarm in time and are left out."
    early = late if found.early else ""
    none = "" if found.signs else " No series tells these paths from the others that early."
    return (
        f"An alarm counts where it rings at least {found.ahead} quarters {moment}; on paths that never meet "
        f"it, up to {found.ahead} quarters before {found.last}.{early}{none} Series and thresholds are "
        "chosen on one half of the paths, all rates counted on the other; ± is half of a 95% interval."
    )


def grid_text(found: Grid, words: str) -> str:
    """What a map shows, and how sure its cells are."""
    error = found.largest_error
    known = (
        f" The largest half of a 95% interval of the others is {100.0 * error:.0f} points."
        if error == error
        else ""
    )
    return (
        f"P({words}) by the fall of the contract rent from the base date to {found.quarter} and the mean "
        f"high-yield spread of the year to it; {found.thin} cells hold fewer than {SHOWN} paths.{known}"
    )


def grid_finding(found: Grid, words: str) -> str:
    """What a map shows: where it is likeliest, and which of its two sides tells more."""
    falls = edge_labels(found.falls, percent)
    spreads = edge_labels(found.spreads, whole)
    read = [
        (cell.value, r, c)
        for r, row in enumerate(found.cells)
        for c, cell in enumerate(row)
        if cell.n >= SHOWN
    ]
    if not read:
        return f"No cell holds {SHOWN} paths."
    (top, r, c), (bottom, _, _) = max(read), min(read)
    by_fall, by_spread = _reach(found.cells), _reach(tuple(zip(*found.cells, strict=True)))
    more = "the fall of the rent" if by_fall >= by_spread else "the spread"
    return (
        f"P({words}) is {percent(bottom)} to {percent(top)}, most where the rent fell by {falls[r]} and the "
        f"spread is {spreads[c]} bp; {more} tells more: {100 * by_fall:.0f} points from row to row, "
        f"{100 * by_spread:.0f} from column to column."
    )


def _reach(rows: tuple[tuple[Estimate, ...], ...]) -> float:
    """Between the likeliest and the least likely row, each as a whole, of those with enough paths."""
    counts = [sum(cell.n for cell in row) for row in rows]
    hits = [sum(cell.n * cell.value for cell in row if cell.n) for row in rows]
    shares = [hit / n for hit, n in zip(hits, counts, strict=True) if n >= SHOWN]
    return max(shares) - min(shares) if shares else 0.0


def edge_labels(edges: tuple[float, ...], form: Callable[[float], str]) -> tuple[str, ...]:
    """Labels of the bins between edges, the outer ones open."""
    inner = tuple(f"{form(a)} to {form(b)}" for a, b in pairwise(edges))
    return (f"< {form(edges[0])}", *inner, f"≥ {form(edges[-1])}")


def percent(value: float) -> str:
    """A fraction as a whole per cent."""
    return f"{100.0 * value:.0f}%"


def whole(value: float) -> str:
    """A number without decimals."""
    return show(value, "count")


def finding(found: Reverse, called: Called = by_id) -> str:
    """The answer in two sentences."""
    moved = sorted(found.nearest.steps, key=lambda step: -abs(step.moved.shift.value))[:3]
    told = ", ".join(f"{called(s.moved.coordinate)} ({s.moved.shift.value:+.2f} sd)" for s in moved)
    return (
        f"{found.met:,} of {found.paths:,} paths meet '{found.words}': {probability_text(found.probability)} "
        f"by sampling{_range(found)}. Most moved on them: {told or 'nothing beyond chance'}."
    )


def _range(found: Reverse) -> str:
    """The range over what nobody knows, or that it was not measured."""
    if found.band is None:
        return "; its range over what nobody knows is not measured"
    if found.band.ends is None:
        return "; parameter sets move it by no more than noise"
    low, high = found.band.ends
    return f", {percent(low)} to {percent(high)} over parameter sets (5 to 95%)"
