"""The screening screen: which judgements without a prior decide the answer, which move nothing."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rich.text import Text

from risk.analysis.amplification import Measure
from risk.analysis.estimate import NORMAL_95, Estimate
from risk.analysis.screening import HEADLINES, REFERENCE, Effect, Screened, Screening
from risk.assumptions.judgements import STRONGEST, Judgement
from risk.assumptions.normalised import plain
from risk.assumptions.problems import counted
from risk.report import spec
from risk.report.record import Document, Field, Keyed, Many, Record, lifted, told
from risk.report.spec import Spec
from risk.report.terminal.page import Page, Screen, heading, note, table
from risk.report.terminal.values import number, short

VALUE = float | str | list[Any] | None
ENDS = ("low", "high")

COARSE = 1.0
"""Half of an interval from which on a change is told without decimals."""

SHORT = {"shortfall": "ES"}
"""What headlines are called in a narrow column, where it is not their name."""

NOTHING = "–"
"""In the place of an effect of which nothing is known."""


@dataclass(frozen=True)
class Shown:
    """A screening, and how many numbers of it are shown; None = those that decide something."""

    found: Screening
    top: int | None = None

    @property
    def rows(self) -> tuple[Screened, ...]:
        """Numbers of the table."""
        return self.found.deciding if self.top is None else self.found.moved[: self.top]


@dataclass(frozen=True)
class Stop:
    """An end of a range to which the model does not go."""

    id: str
    end: str
    reached: float
    reason: str


def screen(shown: Shown, page: Page) -> Screen:
    """What decides, what moves nothing, what was refused, on a page."""
    found = shown.found
    stopped = tuple(stops(found))
    return (
        heading(f"Judgements that decide the answer: {found.title}", page),
        Text(page.say(f"{found.scenario} · {found.paths:,} paths · seed {found.seed}")),
        note(summary(found), page),
        *((Text(), table(ROWS.table(shown.rows), page), note(how(shown), page)) if shown.rows else ()),
        *_named(f"Nothing moves ({len(found.inert)})", inert(found), page),
        *((Text(), heading(f"Not moved all the way ({len(stopped)})", page)) if stopped else ()),
        *((table(STOPS.table(stopped), page),) if stopped else ()),
        *_named(f"Left out ({len(found.left_out)})", left_out(found), page),
    )


def summary(found: Screening) -> str:
    """How many numbers decide something, and how many of them owe a reason."""
    looked = len(found.moved) + len(found.refused)
    deciding, owing = len(found.deciding), len(found.owing)
    move, have = ("moves" if deciding == 1 else "move"), ("has" if owing == 1 else "have")
    silent = f"{owing} of these {have} neither a prior nor a reason" if owing else "each says why it is fixed"
    return (
        f"{deciding} of {counted(looked, 'judgement')} without a prior {move} a headline by more than two "
        f"standard errors of a {REFERENCE:,}-path run{f'; {silent}' if deciding else ''}. "
        f"{len(found.inert)} move nothing."
    )


def how(shown: Shown) -> str:
    """What the columns say."""
    hidden = len(shown.found.moved) - len(shown.found.inert) - len(shown.rows)
    more = f" {hidden} more move something: --top {len(shown.found.moved)}." if hidden > 0 else ""
    return (
        "Low / high: what a headline does when the number alone goes to the low and the high end of its "
        "plausible range, on the same draws, ± 95% of the wider error. Weight: the largest change of any "
        f"headline, and of which, over two standard errors of {REFERENCE:,} paths. Reason: whether the "
        f"register says why there is no prior (fixed).{more}"
    )


def _named(title: str, names: Sequence[str], page: Page) -> Screen:
    """What is listed below a heading; nothing where there is nothing."""
    return (Text(), heading(title, page), *(note(line, page) for line in names)) if names else ()


def inert(found: Screening) -> list[str]:
    """Numbers that move nothing, in a line."""
    return [", ".join(each.judgement.id for each in found.inert)] if found.inert else []


def left_out(found: Screening) -> list[str]:
    """Numbers that are not moved, by why they are not."""
    reasons = dict.fromkeys(each.left_out for each in found.left_out)
    names = {why: [each.id for each in found.left_out if each.left_out == why] for why in reasons}
    return [f"{', '.join(ids)}: {why}" for why, ids in names.items()]


def stops(found: Screening) -> Iterator[Stop]:
    """Ends of ranges to which the model does not go, those of numbers that go nowhere first."""
    for each in found.refused:
        yield Stop(each.judgement.id, "both", 0.0, each.refused[0])
    for each in found.moved:
        for end, reached, reason in zip(ENDS, each.reached, each.refused, strict=True):
            if reason:
                yield Stop(each.judgement.id, end, reached, reason)


def _range(found: Judgement) -> str:
    """A value and the ends of its range, of several the least and the largest."""
    value = short(found.value) if found.part is None else _span(found.value)
    if found.low is None:
        return f"{value} in 0x–{STRONGEST:g}x"
    ends = (found.low, found.high)
    return f"{value} in {_span(tuple(end(_leaves(x)) for end, x in zip((min, max), ends, strict=True)))}"


def _leaves(value: Any) -> tuple[float, ...]:
    return value if isinstance(value, tuple) else (value,)


def _span(value: Any) -> str:
    """A number, or the least and the largest of several."""
    if not isinstance(value, tuple):
        return number(value)
    least, most = (number(end(value)) for end in (min, max))
    return least if least == most else f"{least}–{most}"


def effect(found: Effect, unit: str) -> str:
    """What an effect is at either end, and the wider error; points of a probability, else in its unit."""
    scale = 1.0 if unit else 100.0
    known = [e for e in (found.low, found.high) if math.isfinite(e.value)]
    margin = max((NORMAL_95 * scale * e.standard_error for e in known), default=0.0)
    digits = 0 if margin >= COARSE else 1
    ends = " / ".join(_change(scale * e.value, digits) for e in (found.low, found.high))
    return f"{ends} ±{margin:.{digits}f}" if round(margin, digits) else ends


def _change(value: float, digits: int) -> str:
    """A change with its sign; a zero has none."""
    if not math.isfinite(value):
        return NOTHING
    return f"{value:+.{digits}f}" if round(value, digits) else "0"


def _effect(measure: Measure, optional: int) -> Field[Screened]:
    header = f"{measure.label}, {measure.unit or 'pp'}"
    return spec.shown(
        measure.name,
        header,
        lambda each: effect(each.effects[measure.name], measure.unit),
        align="right",
        optional=optional,
    )


EFFECT: Record[Effect] = Record(tuple(told(name, Estimate) for name in (*ENDS, "span")))

HEADLINE: Record[tuple[Measure, Estimate, float]] = Record(
    (
        told("label", get=lambda found: found[0].label),
        told("unit", get=lambda found: found[0].unit or "probability"),
        told("base", Estimate, lambda found: found[1]),
        told("threshold", float, lambda found: found[2]),
    )
)


def _plainly(name: str) -> Callable[[Judgement], Any]:
    return lambda found: plain(getattr(found, name))


NUMBER: Record[Judgement] = Record(
    (
        *(told(name) for name in ("id", "unit")),
        *(told(name, VALUE, _plainly(name)) for name in ("value", *ENDS)),
        told("rows", list[str]),
        *(told(name) for name in ("note", "fixed", "file")),
        told("line", int),
    )
)

NUMBERS: Record[Screened] = Record(
    (
        *lifted(lambda each: each.judgement, NUMBER.fields),
        told("reached", dict[str, float], lambda each: dict(zip(ENDS, each.reached, strict=True))),
        told("refused", dict[str, str], lambda each: dict(zip(ENDS, each.refused, strict=True))),
        told("effects", Keyed(EFFECT)),
        told("weight", float),
        told("peak"),
        told("decides", list[str]),
        told("inert", bool),
    )
)

LEFT_OUT: Record[Judgement] = Record((*NUMBER.fields, told("left_out")))

ROWS: Spec[Screened] = Spec(
    (
        spec.shown("id", "Judgement", lambda each: each.judgement.id, least=22),
        spec.shown("range", "Value in range", lambda each: _range(each.judgement), optional=1),
        spec.shown("unit", "Unit", lambda each: each.judgement.unit, optional=4),
        *map(_effect, HEADLINES, (0, 5, 0, 2)),
        spec.shown("weight", "Weight", lambda each: each.weight, form="number.1"),
        spec.shown("peak", "of", lambda each: SHORT.get(each.peak, each.peak)),
        spec.shown("fixed", "Reason", lambda each: "yes" if each.judgement.fixed else "no"),
    ),
    id="screening",
)

STOPS: Spec[Stop] = Spec(
    (
        spec.text("id", "Judgement", least=20),
        spec.text("end", "End"),
        spec.shown("reached", "Went", lambda stop: f"{100.0 * stop.reached:.0f}%", align="right"),
        spec.quoted("reason", "Why no farther", least=24),
    ),
    id="stops",
)


def _headlines(found: Screening) -> Mapping[str, tuple[Measure, Estimate, float]]:
    return {m.name: (m, found.base[m.name], found.thresholds[m.name]) for m in found.headlines}


DOCUMENT: Document[Shown] = Document(
    lifted(
        lambda shown: shown.found,
        (
            *(told(name) for name in ("scenario", "title")),
            *(told(name, int) for name in ("paths", "seed")),
            told("headlines", Keyed(HEADLINE), _headlines),
            told("moved", Many(NUMBERS)),
            told("refused", Many(NUMBERS)),
            told("left_out", Many(LEFT_OUT)),
            told("owing", list[str], lambda found: [each.judgement.id for each in found.owing]),
        ),
    ),
    name="screen/1",
    title="Which judgements without a prior decide the answer: bubblerisk screen --json",
)
"""All numbers, whatever the screen shows; probabilities as fractions, losses in USD bn."""
