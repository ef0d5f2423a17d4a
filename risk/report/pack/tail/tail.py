"""Tail: what is true in the worst paths, what happens together there, and the worst paths one by one."""

from __future__ import annotations

from collections.abc import Sequence
from math import floor, isfinite, log10, sqrt

from risk.analysis import joint, ranking
from risk.analysis.contrasts import beyond_noise
from risk.analysis.joint import Combination, Flags, Lift, Middle
from risk.analysis.statistics import Estimate
from risk.analysis.verdict import Claim
from risk.paths import Variable
from risk.report.pack.base.cells import (
    error_cell,
    known,
    margin_cell,
    money,
    pair,
    probability_cell,
    probability_text,
    subtitle,
    value_cell,
)
from risk.report.pack.base.names import assumption
from risk.report.pack.base.results import TAIL, Results
from risk.report.pack.tail import facts as tail
from risk.report.pack.tail import warning
from risk.report.sheet import Paragraph, Sheet
from risk.report.table import Cell, Column, Content, Formula, Table
from risk.units import SCALE

SHARE = f"{TAIL:.0%}"
SHOWN_DRIVERS, SHOWN_COMBINATIONS, SHOWN_PATHS = 15, 10, 10
MOST_DECIMALS = 6
TOLD = ("capex_2030", "revenue_2030", "h100_2028", "spread_peak", "defaulted_compute_2030")
"""Outcomes printed of each of the worst paths."""

CLASSES = (("bust", "bust"), ("correction", "correction"), ("durable", "durable"))


def sheet(results: Results, others: Sequence[Results] = ()) -> Sheet:
    """Build the sheet; `others` are scenarios beside, on which spreads are asked too whether they warn."""
    inside = ranking.worst(results.loss, TAIL)
    lifts, found = _lifts(results, inside), _combinations(results, inside)
    return Sheet(
        "Tail",
        f"Tail – what is true in the worst {SHARE} of paths?",
        subtitle(results, f"worst = largest headline loss; {int(inside.sum()):,} paths"),
        "P",
        (
            Paragraph(_finding(results, lifts, found), "finding"),
            events(results, lifts),
            combinations(results, found, int(inside.sum())),
            paths(results),
            tail.table(results),
            causes(results, inside),
            medians(results, inside),
            *warning.blocks(results, others),
        ),
        question=f"What do the worst {SHARE} of paths have in common, and which paths are they?",
        grid=(47.5, 9.5, 11.0, 9.2, 11.0, 9.2, 9.5, 8.5, 9.3, 11.3, 9.3, 11.0, 11.0),
        landscape=False,
    )


def _finding(results: Results, lifts: dict[str, Lift], found: Sequence[Combination]) -> str:
    top = max(lifts, key=lambda name: lifts[name].lift.value if isfinite(lifts[name].lift.value) else 0.0)
    told = lifts[top]
    worst = results.metric("headline_loss").maximum
    return (
        f"{top} ({results.verdict.claim(top).label}) is {told.lift.value:.1f} times as frequent in the tail "
        f"({probability_text(told.tail)}) as on all paths ({probability_text(told.everywhere)}). "
        f"{_together(found)} The worst path loses {money(worst)}."
    )


def _together(found: Sequence[Combination]) -> str:
    """The most frequent combination; the first two where chance does not tell them apart."""
    first = found[0]
    told = [f"{' + '.join(c.names) or 'none of them'} ({probability_text(c.tail)})" for c in found[:2]]
    of = "bear propositions in the tail"
    if len(found) > 1:
        one, two, n = first.tail.value, found[1].tail.value, first.tail.n
        if not beyond_noise(one - two, sqrt((one + two - (one - two) ** 2) / n)):
            return f"The most frequent combinations of {of}, not told apart, are {told[0]} and {told[1]}."
    return f"The most frequent combination of {of} is {told[0]}."


def medians(results: Results, inside: Flags) -> Table:
    """Medians of outcomes in the tail and everywhere, the most unusual first."""
    shown = [v for v in results.run.variables if not any(word in v.name for word in tail.LOSSES)]
    found = {v.name: joint.middle(results.run.outcome(v.name), inside) for v in shown}
    shown.sort(key=lambda v: -_unusual(found[v.name]))
    rows = tuple(_median_row(v, found[v.name]) for v in shown)
    note = (
        "Percentile: share of all paths below the tail's median; 50% = the tail is like the rest. Its ± is "
        "the tail median's own interval, read as percentiles. Outcomes that are losses are left out. * fewer "
        "than 500 paths on either side of the median."
    )
    return _medians("tail-medians", "Outcome", [v.name for v in shown], rows, note)


def _medians(
    identifier: str, of: str, ids: list[str], rows: tuple[tuple[Content, ...], ...], note: str, *last: Column
) -> Table:
    """Medians in the tail and everywhere, and where the first lies among all; `last` = a further column."""
    columns = (
        Column("label", of),
        Column("unit", "Unit"),
        Column("tail", f"Worst {SHARE}", "number", style="engine"),
        Column("tail_se", "± SE", "number", style="note"),
        Column("all", "All paths", "number", style="engine"),
        Column("all_se", "± SE", "number", style="note"),
        Column("place", "Percentile", "rate.0", style="engine"),
        Column("place_se", "± SE", "standard_error", style="note"),
        *last,
    )
    title = f"Medians of the {of.lower()}s in the worst {SHARE} and on all paths, the most unusual first"
    return Table(identifier, columns, rows, title, note, tuple(ids))


def _unusual(middle: Middle) -> float:
    return abs(middle.place.value - 0.5)


def _median_row(variable: Variable, m: Middle) -> tuple[Content, ...]:
    worst, everywhere = pair(m.tail, variable.unit), pair(m.everywhere, variable.unit)
    return (variable.label, variable.unit, *worst, *everywhere, *_place_cells(m.place))


def _place_cells(place: Estimate) -> tuple[Content, Content]:
    value = value_cell(place.value, place.standard_error, "fraction")
    return value, error_cell(place.value, place.standard_error, "fraction")


def causes(results: Results, inside: Flags) -> Table:
    """Medians of uncertain assumptions in the tail and everywhere, the most unusual first."""
    draws = results.run.parameters()
    found = {name: joint.middle(values, inside) for name, values in draws.items()}
    shown = sorted(found, key=lambda name: -_unusual(found[name]))[:SHOWN_DRIVERS]
    rows = tuple(_cause_row(results, name, found[name]) for name in shown)
    note = (
        f"The {len(rows)} of {len(found)} uncertain assumptions whose median in the tail lies farthest from "
        "that of all paths. Beyond noise: the percentile is more than two standard errors from 50%."
    )
    noise = Column("noise", "Beyond noise?", align="center")
    return _medians("tail-causes", "Assumption", shown, rows, note, noise)


def _cause_row(results: Results, identifier: str, m: Middle) -> tuple[Content, ...]:
    entry = results.register.entries.get(identifier.partition("[")[0])
    unit = entry.unit if entry else "1"
    worst, everywhere = (_figures(e, SCALE[unit]) for e in (m.tail, m.everywhere))
    clear = beyond_noise(_unusual(m), m.place.standard_error)
    names = assumption(identifier), "–" if unit == "1" else unit
    return (*names, *worst, *everywhere, *_place_cells(m.place), "yes" if clear else "no")


def _figures(estimate: Estimate, scale: float) -> tuple[Content, Content]:
    """A number of any size and its error, to the error's first digit."""
    value, error = estimate.value / scale, estimate.standard_error / scale
    decimals = max(0, -floor(log10(error))) if error > 0.0 else MOST_DECIMALS
    if decimals > MOST_DECIMALS:
        return known(value, "tolerance"), known(error, "tolerance")
    return known(value, f"number.{decimals}"), known(error, f"usd_error.{decimals}")


def _flagged(results: Results) -> list[Claim]:
    return [c for c in results.verdict.claims if c.probability is not None]


def _lifts(results: Results, inside: Flags) -> dict[str, Lift]:
    return {c.id: joint.lift(results.run.outcome(c.id), inside) for c in _flagged(results)}


def events(results: Results, lifts: dict[str, Lift]) -> Table:
    """Every proposition in the tail and everywhere."""
    columns = (
        Column("label", "Proposition"),
        Column("side", "Side"),
        Column("tail", f"P in worst {SHARE}", "probability", style="engine"),
        Column("tail_mc", "± 95%", "margin", style="note"),
        Column("all", "P on all", "probability", style="engine"),
        Column("all_mc", "± 95%", "margin", style="note"),
        Column("lift", "Lift", "number.2", style="calculation"),
        Column("lift_se", "± SE", "usd_error.2", style="note"),
    )
    rows = []
    for claim in _flagged(results):
        found = lifts[claim.id]
        both = (
            cell for e in (found.tail, found.everywhere) for cell in (probability_cell(e), margin_cell(e))
        )
        rows.append((f"{claim.id}  {claim.label}", claim.side, *both, *_lift_cells(found.lift)))
    note = "Lift: probability in the tail over probability on all paths; 1 = the tail says nothing about it."
    title = f"Propositions in the worst {SHARE} and on all paths"
    return Table("tail-events", columns, tuple(rows), title, note, tuple(c.id for c in _flagged(results)))


def _lift_cells(found: Estimate) -> tuple[Content, Content]:
    if not isfinite(found.value):
        return "–", "–"
    value = value_cell(found.value, found.standard_error, "multiple")
    form = value.format if isinstance(value, Cell) else None
    return Cell(Formula("{row.tail}/{row.all}", found.value), form), error_cell(
        found.value, found.standard_error, "multiple"
    )


def counted(results: Results) -> list[Claim]:
    """Bear propositions of the verdict; their sharper and looser readings are left out."""
    return [c for c in _flagged(results) if c.side == "bear" and c.id[1:].isdigit()]


def _combinations(results: Results, inside: Flags) -> tuple[Combination, ...]:
    flags = {c.id: results.run.outcome(c.id) for c in counted(results)}
    return joint.combinations(flags, inside, results.loss)


def combinations(results: Results, found: Sequence[Combination], paths: int) -> Table:
    """The most frequent sets of bear propositions in the tail, and all others together."""
    columns = (
        Column("label", "Exactly these come true"),
        Column("number", "How many", "count"),
        Column("count", "Paths", "count", style="engine"),
        Column("share", f"Of worst {SHARE}", "probability", style="calculation"),
        Column("share_mc", "± 95%", "margin", style="note"),
        Column("all", "Of all", "probability", style="engine"),
        Column("all_mc", "± 95%", "margin", style="note"),
        Column("loss", "Mean loss", "usd_bn", style="engine"),
        Column("loss_se", "± SE", "usd_error", style="note"),
    )
    shown = found[:SHOWN_COMBINATIONS]
    rows: list[tuple[Content, ...]] = [_combination_row(c, paths) for c in shown]
    rest = paths - sum(c.count for c in shown)
    others = len(found) - len(shown)
    total = "SUM({tail-combinations.count[0]}:{tail-combinations.count[" + str(len(shown)) + "]})"
    share = Formula("{row.count}/{tail-combinations.count[total]}", rest / paths)
    rows.append((f"{others} other combinations", None, rest, Cell(share, "rate"), *(None,) * 5))
    rows.append(("All", None, Formula(total, paths), *(None,) * 6))
    told = ", ".join(c.id for c in counted(results))
    note = (
        f"Of {told}: exactly those named come true, the others do not. Mean loss: headline, USD bn, over the "
        "paths of the tail that show the combination."
    )
    title = f"What comes together in the worst {SHARE}: the {len(shown)} most frequent combinations"
    ids = (*(f"c{i}" for i in range(len(shown))), "others", "total")
    return Table("tail-combinations", columns, tuple(rows), title, note, ids, frozenset({len(rows) - 1}))


def _combination_row(c: Combination, paths: int) -> tuple[Content, ...]:
    form = probability_cell(c.tail)
    share = Formula("{row.count}/{tail-combinations.count[total]}", c.count / paths)
    return (
        " + ".join(c.names) or "none",
        len(c.names),
        c.count,
        Cell(share, form.format if isinstance(form, Cell) else None, "calculation"),
        margin_cell(c.tail),
        probability_cell(c.everywhere),
        margin_cell(c.everywhere),
        value_cell(c.loss.value, c.loss.standard_error, "USD bn"),
        error_cell(c.loss.value, c.loss.standard_error, "USD bn"),
    )


def paths(results: Results) -> Table:
    """The worst paths: what came of each, and the command that tells it."""
    run = results.run
    variables = [run.variable(name) for name in ("headline_loss", "loss_without_software", *TOLD)]
    columns = (
        Column("again", "Command"),
        Column("id", "Path", "count", align="right"),
        Column("class", "Outcome", span=2),
        *(Column(v.name, _short(results, v), "number", style="engine") for v in variables),
        Column("flags", "Comes true", span=2),
    )
    values = run.outcomes([v.name for v in variables])
    claims, kinds = counted(results), {name: run.outcome(name) for name, _ in CLASSES}
    flags = {c.id: run.outcome(c.id) for c in claims}
    rows: list[tuple[Content, ...]] = []
    for path in ranking.worst_first(run.outcome("headline_loss"))[:SHOWN_PATHS].tolist():
        numbers = (value_cell(float(values[v.name][path]) / SCALE[v.unit], 0.0, v.unit) for v in variables)
        kind = next((label for name, label in CLASSES if kinds[name][path] > 0), "–")
        true = " ".join(c.id for c in claims if flags[c.id][path] > 0) or "none"
        rows.append((f"bubblerisk path {run.id} {path}", Cell(path, "general"), kind, *numbers, true))
    return Table(
        "tail-paths",
        columns,
        tuple(rows),
        f"The {len(rows)} worst paths",
        "Numbers of single paths, without error. Of equal losses the lower path comes first.",
        tuple(f"w{i + 1}" for i in range(len(rows))),
    )


def _short(results: Results, variable: Variable) -> str:
    return {
        "headline_loss": "Loss, USD bn",
        "loss_without_software": "without software",
        "capex_2030": "Capex {0}, USD bn",
        "revenue_2030": "Revenue {0}, USD bn",
        "h100_2028": "H100 {0.year}, USD/h",
        "spread_peak": "Peak HY, bp",
        "defaulted_compute_2030": "Defaulted compute {0.year}",
    }[variable.name].format(results.run.span(variable.name))
