"""Tail: what is true in the worst paths, what happens together there, and the worst paths one by one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from math import isfinite, sqrt

from risk.analysis import joint, ranking
from risk.analysis.contrasts import beyond_noise
from risk.analysis.joint import Combination, Flags, Lift
from risk.analysis.metrics import HEADLINE
from risk.analysis.statistics import Estimate
from risk.analysis.verdict import CLASSES, Claim
from risk.paths import Variable
from risk.report.content import Cell, Content, Formula, number_of
from risk.report.formats import show
from risk.report.guards import EXACT, Condition
from risk.report.intervals import lopsided
from risk.report.pack.base.cells import Tables, money, probability_text, subtitle, value_cell
from risk.report.pack.base.fields import chance, dollars, estimated, itself, probability
from risk.report.pack.base.results import TAIL, Results
from risk.report.pack.tail import medians, warning
from risk.report.pack.tail.facts import FACTS, facts
from risk.report.record import Field
from risk.report.sheet import Paragraph, Sheet
from risk.report.spec import Spec, count, measure, shown
from risk.report.table import Table
from risk.runs.passes import Columns
from risk.units import SCALE

SHARE = f"{TAIL:.0%}"
SHOWN_COMBINATIONS, SHOWN_PATHS = 10, 10
TOLD = {
    "headline_loss": "Loss, USD bn",
    "software_loss": "Loss of software, USD bn",
    "capex_2030": "Capex {0}, USD bn",
    "revenue_2030": "Revenue {0}, USD bn",
    "h100_2028": "H100 {0.year}, USD/h",
    "spread_peak": "Peak HY, bp",
    "defaulted_compute_2030": "Defaulted compute {0.year}",
}
"""Outcomes printed of each of the worst paths, and their headers; `{0}` is the window."""


def sheet(results: Results) -> Sheet:
    """Build the sheet; of scenarios beside spreads are asked too whether they warn."""
    inside = ranking.worst(results.loss, TAIL)
    lifts, found = _lifts(results, inside), _combinations(results, inside)
    return Sheet(
        "Tail",
        f"Tail – what is true in the worst {SHARE} of paths?",
        subtitle(results, f"worst = largest headline loss; {int(inside.sum()):,} paths"),
        "P",
        (
            Paragraph(_finding(results, lifts, found), "finding"),
            EVENTS.table((claim, lifts[claim.id]) for claim in results.verdict.known),
            FACTS.table(facts(results)),
            combinations(results, found, int(inside.sum())),
            paths(results),
            medians.causes(results, inside),
            *warning.blocks(results),
        ),
        question=f"What do the worst {SHARE} of paths have in common, and which paths are they?",
        pages=3,
        screen=(medians.outcomes(results, inside),),
        grid=(43.6, 9.5, 12.5, 10.4, 11.0, 10.4, 9.5, 8.5, 9.3, 11.3, 9.3, 11.0, 11.0),
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


def _lifts(results: Results, inside: Flags) -> dict[str, Lift]:
    edge = ranking.edge(results.loss, TAIL)
    return {c.id: joint.lift(results.run.outcome(c.id), inside, edge) for c in results.verdict.known}


def _live(formula: Formula, like: Content) -> Cell:
    """A formula that prints as a cell does."""
    return Cell(formula, like.format if isinstance(like, Cell) else None)


def _lift(found: Estimate) -> tuple[Content, Content]:
    if not isfinite(found.value):
        return "–", "–"
    value, error = estimated(found, "multiple")
    if lopsided(found):
        error = "–".join(show(end, "number.2") for end in found.interval)
    return _live(Formula("{row.tail}/{row.all}", found.value), value), error


LIFT = "number.2", "usd_error.2"
EVENTS: Spec[tuple[Claim, Lift]] = Spec(
    (
        shown("label", "Proposition", lambda row: f"{row[0].id}  {row[0].label}"),
        shown("side", "Side", lambda row: row[0].side),
        chance("tail", f"P in worst {SHARE}", lambda row: row[1].tail),
        chance("all", "P on all", lambda row: row[1].everywhere),
        measure("lift", "Lift", lambda row: row[1].lift, _lift, "± SE", *LIFT, style="calculation"),
    ),
    id="tail-events",
    title=f"Propositions in the worst {SHARE} and on all paths",
    note="Lift: probability in the tail over that on all paths, ± SE; its 95% interval where it is lopsided.",
    row_id=lambda row: row[0].id,
)
"""Every proposition in the tail and everywhere."""


def counted(results: Results) -> list[Claim]:
    """Bear propositions of the verdict; their sharper and looser readings are left out."""
    return [c for c in results.verdict.known if c.side == "bear" and c.id[1:].isdigit()]


def _combinations(results: Results, inside: Flags) -> tuple[Combination, ...]:
    flags = Columns(results.run, "outcomes", [c.id for c in counted(results)])
    return joint.combinations(flags, inside, results.loss)


def combinations(results: Results, found: Sequence[Combination], paths: int) -> Table:
    """The most frequent sets of bear propositions in the tail, and all others together."""
    shown = found[:SHOWN_COMBINATIONS]
    told = ", ".join(c.id for c in counted(results))
    note = (
        f"Of {told}: exactly those named come true, the others do not. Mean loss: headline, USD bn, over the "
        "paths of the tail that show the combination."
    )
    title = f"What comes together in the worst {SHARE}: the {len(shown)} most frequent combinations"
    made = _sets(paths).table(shown, title=title, note=note)
    rest = paths - sum(c.count for c in shown)
    total = Formula(f"SUM({{{made.id}.count[0]}}:{{{made.id}.count[{len(shown)}]}})", paths)
    others = (f"{len(found) - len(shown)} other combinations", None, rest, Cell(_of_all(rest, paths), "rate"))
    last: tuple[tuple[Content, ...], ...] = ((*others, *(None,) * 5), ("All", None, total, *(None,) * 6))
    ids = (*(f"c{i}" for i in range(len(shown))), "others", "total")
    return replace(made, rows=(*made.rows, *last), row_ids=ids, total=frozenset({len(shown) + 1}))


def _of_all(count: int, paths: int) -> Formula:
    return Formula("{row.count}/{tail-combinations.count[total]}", count / paths)


def _sets(paths: int) -> Spec[Combination]:
    """Combinations of a tail of so many paths."""

    def share(c: Combination) -> tuple[Content, Content]:
        value, margin = probability(c.tail)
        return _live(_of_all(c.count, paths), value), margin

    return Spec(
        (
            shown("label", "Exactly these come true", lambda c: " + ".join(c.names) or "none"),
            count("number", "How many", lambda c: len(c.names)),
            count("count", "Paths", style="engine"),
            chance("share", f"Of worst {SHARE}", itself, share, style="calculation"),
            chance("all", "Of all", lambda c: c.everywhere),
            dollars("loss", "Mean loss"),
        ),
        id="tail-combinations",
    )


def paths(results: Results) -> Table:
    """The worst paths: what came of each, and the command that tells it."""
    run = results.run
    variables = [run.variable(name) for name in TOLD]
    claims, kinds = counted(results), dict(CLASSES[:3])
    worst = ranking.worst_first(run.outcome(HEADLINE))[:SHOWN_PATHS].tolist()
    columns = Columns(run, "outcomes", [*TOLD, *kinds, *(c.id for c in claims)])
    values = {name: {i: float(every[i]) for i in worst} for name, every in columns.items()}

    def number(v: Variable) -> Field[int]:
        header = TOLD[v.name].format(run.span(v.name))
        told, scale = values[v.name], SCALE[v.unit]
        return shown(
            v.name, header, lambda i: value_cell(told[i] / scale, 0.0, v.unit), "number", style="engine"
        )

    def true(i: int) -> str:
        return " ".join(c.id for c in claims if values[c.id][i] > 0)

    spec: Spec[int] = Spec(
        (
            shown("again", "Command", lambda i: f"bubblerisk path {run.id} {i}"),
            count("id", "Path", lambda i: Cell(i, "general"), align="right"),
            shown("class", "Outcome", lambda i: next((k for k in kinds if values[k][i] > 0), "–"), span=2),
            *map(number, variables),
            shown("flags", "Comes true", lambda i: true(i) or "none", span=2),
        ),
        id="tail-paths",
        note="Numbers of single paths, without error. Of equal losses the lower path comes first.",
    )
    ids = tuple(f"w{i + 1}" for i in range(len(worst)))
    return spec.table(worst, title=f"The {len(worst)} worst paths", row_ids=ids)


def conditions(results: Results, t: Tables) -> Iterator[Condition]:
    """Combinations make up the tail; its worst path and its propositions are those of Metrics."""
    share, how = t.total("tail-combinations", "share"), "shares of the tail's paths"
    yield Condition("Combinations make up the tail", share, 1, EXACT, how)
    worst, most = t.at("tail-paths", HEADLINE, "w1"), t.at("metrics", "max", HEADLINE)
    slack, how = EXACT * number_of(most), "Tail v. Metrics"
    yield Condition("The worst path is the largest loss", worst, most, slack, how)
    for claim in ("B1", "B8"):
        if claim in t["tail-events"].row_ids:
            here, there = t.at("tail-events", "all", claim), t.at("claims", "p", claim)
            yield Condition(f"P({claim}) on all paths", here, there, EXACT, how)
