"""Views in tables and sentences, for the screen and the sheet."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import exp, inf, isfinite

from risk.analysis.estimate import THIN_TAIL, Estimate
from risk.analysis.views.belief import Belief, Believed, Shift
from risk.analysis.views.members import FLOOR, Apart, Ballots, Held, Member
from risk.analysis.views.opinion import Shown
from risk.report import spec
from risk.report.content import Cell, Content
from risk.report.intervals import half, parameter_range
from risk.report.means import mean_text
from risk.report.pack.base.cells import error_cell, probability_text, value_cell
from risk.report.pack.base.fields import itself, probability
from risk.report.pack.base.names import assumption
from risk.report.record import Field
from risk.report.spec import Spec

ABOUT = (
    "Under a member's views the paths of the run are weighted anew, as little as the views allow (entropy "
    "pooling). Nothing is simulated: what no path shows cannot be believed."
)
COLUMNS = (
    "Cost: relative entropy to the model in nats, 0 where the model says so already. Effective: so many "
    f"equally weighted paths say as much; fewer than {FLOOR} are refused. ±: half of a 95% interval of "
    "sampling noise, which knows that weights were found on the same paths: what a view fixes has none. "
    f"* Fewer than {THIN_TAIL} effective paths lie in this tail."
)
OVER_INPUTS = (
    "Over inputs: between what the model's probability lies on nine in ten sets of parameters, before any "
    "view. What is left of it under views is not measured."
)
APART_SAID = (
    "Shared: what both give to the same futures, 100% where they agree on everything. The difference is the "
    "second's P(bust) less the first's."
)
VIEWS_SAID = (
    "Alone: cost of the view if it were the only one. Binds: the ballot would come out otherwise without it. "
    "Of two terms compared the numbers say how far the first lies above the other. A view held with less "
    "than full confidence is met in part."
)
BELIEF_SAID = (
    "Each set moves the means of its inputs alone, as little as it takes, and no further than the 5% and 95% "
    "quantiles of their priors; the model does the rest. More inputs stand here where they cost less. "
    "Nearest: the least change of all beliefs, and the inputs whose means it moves most. P5, P95, sd: of the "
    "prior."
)
SIGNS: Mapping[str, str] = {"=": "=", ">=": "≥", "<=": "≤"}
FRACTIONS = ((1 / 3, "a third"), (2 / 3, "two thirds"), (0.5, "a half"), (0.25, "a quarter"))


def percent(share: float) -> str:
    """A bar in words: two thirds, 40%."""
    return next((word for value, word in FRACTIONS if abs(share - value) < 1e-9), f"{100.0 * share:.3g}%")


def in_unit(found: Estimate, unit: str) -> tuple[Content, Content]:
    """An estimate in `unit` and half of its 95% interval, in cells."""
    value, error = found.value, found.standard_error
    wide = half(found) if isfinite(error) else error
    return value_cell(value, error, unit, thin=found.thin), error_cell(value, wide, unit, error)


def _held(row: Told, found: Estimate) -> tuple[Content, Content]:
    """What a view is about, in cells, and half of its 95% interval."""
    number, wide = _SHOWN[row.held.shown](found, row.held.unit)
    return number, Cell("exact", style="note") if found.standard_error == 0.0 else wide


def _points(found: Estimate, unit: str = "") -> tuple[Content, Content]:
    return Cell(found.value, "change.1"), Cell(half(found), "margin")


def _ratio(found: Estimate, unit: str) -> tuple[Content, Content]:
    return Cell(found.value, "rate.3"), Cell(half(found), "standard_error.3")


_SHOWN: Mapping[Shown, Callable[[Estimate, str], tuple[Content, Content]]] = {
    "share": lambda found, unit: probability(found),
    "points": _points,
    "ratio": _ratio,
    "number": in_unit,
}


def _asked(held: Held) -> Content:
    number = f"{held.asked:.4g}" if held.shown == "number" else f"{100.0 * held.asked:.4g}%"
    return f"{SIGNS[held.relation]} {number}"


def _unit(held: Held) -> Content:
    return held.unit if held.shown == "number" and held.unit != "1" else ""


def _nats(found: Estimate) -> tuple[Content, Content]:
    return Cell(found.value, "number.2"), Cell(half(found), "number.3")


MEMBERS: Spec[Member] = Spec(
    (
        spec.text("label", "Member", least=18, span=2),
        spec.count("views", "Views", lambda m: len(m.views) or None, type=int | None),
        spec.figure("effective", "Effective paths", lambda m: m.effective, form="count"),
        spec.measure("cost", "Cost, nats", None, _nats, "±", note="number.3"),
    ),
    id="views-members",
)


@dataclass(frozen=True)
class Row:
    """A number of every member.

    Attributes
    ----------
    band : of the model over parameters, in words; empty where there is none.
    """

    name: str
    label: str
    unit: str
    estimates: tuple[Estimate, ...]
    band: str


def rows(found: Ballots, claims: bool = False) -> tuple[Row, ...]:
    """Classes and losses, or propositions, each of every member."""
    return tuple(
        Row(
            figure.name,
            figure.label,
            figure.unit,
            tuple(member.figures[place].estimate for member in found.members),
            parameter_range(found.bands.get(figure.name)),
        )
        for place, figure in enumerate(found.members[0].figures)
        if figure.claim is claims
    )


def side_by_side(found: Ballots, claims: bool = False) -> Spec[Row]:
    """Table of numbers by member, the model first with its range over inputs; of propositions on request."""
    members = found.members
    ranged = any(row.band for row in rows(found, claims))
    model, *others = [_of_member(place, member) for place, member in enumerate(members)]
    band: Sequence[Field[Row]] = (
        [spec.shown("band", "over inputs", lambda row: row.band, align="right")] if ranged else []
    )
    return Spec(
        (
            spec.text("label", "Proposition" if claims else "Outcome, or loss in USD bn", least=22, span=3),
            model,
            *band,
            *others,
        ),
        id="views-claims" if claims else "views-figures",
        row_id=lambda row: row.name,
    )


def _of_member(place: int, member: Member) -> Field[Row]:
    def cells(row: Row) -> tuple[Content, Content]:
        found = row.estimates[place]
        return probability(found) if row.unit == "1" else in_unit(found, row.unit)

    return spec.measure(
        f"m{place}",
        member.label,
        itself,
        cells,
        "±",
        rest=place + 2,
    )


@dataclass(frozen=True)
class Told:
    """A view with whose it is."""

    member: str
    held: Held

    @property
    def called(self) -> str:
        """What it is about: its label, else its own words."""
        return self.held.view.label or self.held.words


def told_views(found: Ballots) -> tuple[Told, ...]:
    """Every view of every member."""
    return tuple(Told(member.label, held) for member in found.voting for held in member.views)


def _figures(get: str) -> Field[Told]:
    header = {"before": "Model", "after": "Ballot"}[get]
    return spec.measure(
        get,
        header,
        itself,
        lambda row: _held(row, getattr(row.held, get)),
        "±",
        rest=3,
        width=9,
    )


VIEWS: Spec[Told] = Spec(
    (
        spec.text("member", "Member", optional=4),
        spec.text("view", "View", lambda row: row.called, least=24),
        spec.shown("unit", "Unit", lambda row: _unit(row.held), optional=1),
        _figures("before"),
        spec.shown("asked", "Asked", lambda row: _asked(row.held), align="right"),
        _figures("after"),
        spec.figure("alone", "Alone", lambda row: row.held.alone, form="number.2", optional=2),
        spec.flag("binds", "Binds", lambda row: row.held.binds, optional=1),
        spec.figure("confidence", "Held", lambda row: row.held.confidence, form="share", optional=3),
    ),
    id="views-held",
)


def sourced(found: Ballots) -> Iterator[str]:
    """What views of prices rest on, a sentence or two each; of several comparisons in one view once."""
    told = {(row.member, row.held.place): row for row in told_views(found) if row.held.view.source}
    for row in told.values():
        view = row.held.view
        yield f"{row.called}: {view.reading} ({view.as_of}; {view.source}). {view.conversion}"


APART: Spec[Apart] = Spec(
    (
        spec.text("one", "Between"),
        spec.text("other", "and"),
        spec.figure("shared", "Shared", form="share"),
        spec.measure("bust", "P(bust) differs by", None, _points, "±"),
    ),
    id="views-apart",
)


@dataclass(frozen=True)
class Moved:
    """A shift of an input within a change of beliefs."""

    bar: str
    kind: str
    belief: Belief
    shift: Shift
    first: bool


def moved(beliefs: Sequence[Believed]) -> Iterator[Moved]:
    """Every shift of every change of beliefs."""
    for each in beliefs:
        for belief in _cheaper(each.smallest):
            many = len(belief.shifts)
            kind = f"{many} input{'s' if many > 1 else ''}"
            yield from _moved(bar(each), kind, belief)
        if each.nearest is not None:
            yield from _moved(bar(each), "nearest", each.nearest)


def _cheaper(sets: Sequence[Belief]) -> Iterator[Belief]:
    """Sets of inputs that cost less, as printed, than every one of fewer inputs."""
    least = inf
    for belief in sets:
        printed = round(belief.cost.value, 2)
        if printed < least:
            least = printed
            yield belief


def _moved(words: str, kind: str, belief: Belief) -> Iterator[Moved]:
    for place, shift in enumerate(belief.shifts):
        yield Moved(words, kind, belief, shift, place == 0)


def bar(each: Believed) -> str:
    """What is asked, in words: P(bust) above two thirds."""
    return f"{each.words} {'above' if each.above else 'below'} {percent(each.bar)}"


def _mean(header: str, get: Callable[[Shift], float], optional: int = 0) -> Field[Moved]:
    return spec.shown(
        header.lower(),
        header,
        lambda row: mean_text(get(row.shift), row.shift),
        align="right",
        optional=optional,
    )


def _of_first(header: str, get: Callable[[Belief], float], form: str) -> Field[Moved]:
    """A number of the whole change, in its first row."""
    return spec.shown(
        header.lower(),
        header,
        lambda row: Cell(get(row.belief), form) if row.first else "",
        form,
    )


BELIEFS: Spec[Moved] = Spec(
    (
        spec.shown("bar", "To believe", lambda row: f"{row.bar}: {row.kind}" if row.first else "", least=24),
        spec.shown("input", "Mean of", lambda row: assumption(row.shift.name), least=20),
        spec.shown("unit", "Unit", lambda row: unit_text(row.shift.unit), optional=1),
        _mean("Model", lambda shift: shift.before.value),
        _mean("Believed", lambda shift: shift.after.value),
        _mean("P5", lambda shift: shift.low, optional=2),
        _mean("P95", lambda shift: shift.high, optional=2),
        spec.shown("deviations", "sd", lambda row: f"{row.shift.deviations:+.2f}", align="right"),
        _of_first("Cost", lambda belief: belief.cost.value, "number.2"),
        _of_first("Effective", lambda belief: belief.effective, "count"),
    ),
    id="views-beliefs",
)


def unit_text(unit: str) -> str:
    """A unit beside a number; nothing of a pure number."""
    return "" if unit == "1" else unit


def range_text(shift: Shift) -> str:
    """Between what a prior's middle nine tenths lie."""
    return f"{mean_text(shift.low, shift)} to {mean_text(shift.high, shift)}"


def shift_text(shift: Shift) -> str:
    """A shift in a sentence."""
    before, after = (mean_text(found.value, shift) for found in (shift.before, shift.after))
    times = exp(shift.after.value - shift.before.value)
    unit = {"1": "", "log": f" in logs, {times:.2f} times as much"}.get(shift.unit, f" {shift.unit}")
    return (
        f"{assumption(shift.name)} averages {after} instead of {before}{unit} "
        f"(5 to 95% of its prior: {range_text(shift)})"
    )


def believed(each: Believed) -> str:
    """What one would have to believe, in a sentence or two."""
    now = f"{each.words} is {probability_text(each.before)}"
    way = f"{'above' if each.above else 'below'} {percent(each.bar)}"
    if each.nearest is None:
        already = each.why.startswith("the model")
        return (
            f"{now}, {way} already."
            if already
            else f"{now}: it cannot be said what takes it {way}; {each.why}."
        )
    if not each.smallest:
        return (
            f"{now}. No three inputs take it {way} with means inside the middle nine tenths of their priors."
        )
    best = each.smallest[0]
    shifts = " and ".join(map(shift_text, best.shifts))
    fewer = {1: "", 2: " No single input does it.", 3: " No two inputs do it."}[len(best.shifts)]
    return f"{now}. It goes {way} for whoever believes that {shifts}.{fewer}"


def ballot(member: Member, model: Member) -> str:
    """What a ballot does to the verdict, in a sentence."""
    bust, before = member.figure("bust"), model.figure("bust")
    loss, was = (found.figure("headline_loss_mean").value for found in (member, model))
    return (
        f"{member.label}: P(bust) is {probability_text(bust)}, where the model says "
        f"{probability_text(before)}; mean AI-infrastructure loss USD {loss:,.0f}bn ({was:,.0f})."
    )
