"""What a replay says, as tables and sentences that the screen, the memo and the document share."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from risk.assumptions.cases import Open
from risk.assumptions.cases.form import Case
from risk.assumptions.cases.opened import RULES, given, judged
from risk.assumptions.problems import counted
from risk.calibrate.cases.judge import LEVELS, Judged
from risk.calibrate.cases.replay import WANTED, Against, Replay
from risk.calibrate.cases.sensitivity import Chosen
from risk.report import spec
from risk.report.record import Field
from risk.report.spec import Spec

NOTHING = "–"
TOP = 8
"""Numbers of the sensitivity that are shown."""

ABOUT = (
    "Inside: the 90% interval holds what came; what the model cannot produce is a miss. PIT: share of paths "
    "below what came. Ids with * are headlines: none may lie beyond 99.5%."
)
NAIVE = (
    "Score: CRPS over that of the naive forecast, geometric mean; below one the model is better. Width: its "
    "90% interval over theirs. No change: the last value with the volatility of its past; trend: its past "
    "growth."
)
LEAKS = (
    "What a case leaves open is today's register, which knows the years since; what its author chose was "
    "chosen by one who knows what came."
)


@dataclass(frozen=True)
class Count:
    """How many numbers a rule fills."""

    rule: str
    how: str
    numbers: int
    uncertain: int


def figure(x: float) -> str:
    """A number in three digits; a dash where there is none."""
    if not math.isfinite(x):
        return NOTHING
    return f"{x:.3g}" if 1e-3 <= abs(x) < 1e5 or x == 0 else f"{x:.2e}"


def when(each: Judged, x: float, case: Case) -> str:
    """A value of an outcome: a number, or the quarter that it counts."""
    if each.statistic != "first time" or not math.isfinite(x):
        return figure(x)
    t = round(x)
    return "never" if t > case.calendar.quarters else case.calendar.label(t)


def interval(each: Judged, level: float, case: Case) -> str:
    """Both ends of an interval."""
    if not each.known:
        return NOTHING
    k = LEVELS.index(level)
    return f"{when(each, each.low[k], case)} to {when(each, each.high[k], case)}"


def place(each: Judged) -> str:
    """Where what came lies."""
    if not each.known:
        return "MISS"
    return "inside" if each.inside else "FAR" if each.far else "outside"


def rows(found: Replay) -> Spec[Judged]:
    """The table of outcomes; its intervals in the case's own quarters."""
    case = found.described.case
    conditional = any(each.known and each.paths < found.paths for each in found.judged)
    return Spec(
        (
            spec.quoted("id", "Outcome", lambda each: each.id + (" *" if each.headline else ""), least=16),
            spec.shown("said", "Came", lambda each: each.said, align="right"),
            spec.shown("median", "Median", lambda each: when(each, each.median, case), align="right"),
            spec.shown("i90", "90%", lambda each: interval(each, 0.9, case), align="right"),
            spec.shown("i50", "50%", lambda each: interval(each, 0.5, case), align="right", optional=3),
            spec.shown("i80", "80%", lambda each: interval(each, 0.8, case), align="right", optional=5),
            spec.shown("i995", "99.5%", lambda each: interval(each, 0.995, case), align="right", optional=2),
            spec.shown(
                "pit", "PIT", lambda each: f"{each.pit:.3f}" if each.known else NOTHING, align="right"
            ),
            *(
                (spec.shown("paths", "n", lambda each: f"{each.paths:,}", align="right"),)
                if conditional
                else ()
            ),
            spec.shown("place", "", place),
        ),
        id="outcomes",
    )


def scores(found: Replay) -> Spec[Judged]:
    """The table of scores beside the naive forecasts."""
    return Spec(
        (
            spec.quoted("id", "Outcome", lambda each: each.id, least=16),
            spec.shown("crps", "CRPS", lambda each: figure(each.crps), align="right"),
            *_beside("crps", "CRPS"),
            spec.shown("interval", "IS 90%", lambda each: figure(each.interval), align="right", optional=2),
            *_beside("interval", "IS", optional=3),
            spec.shown("width", "Width", lambda each: figure(each.width), align="right", optional=1),
            *_beside("width", "width", optional=1),
        ),
        id="scores",
    )


def _beside(key: str, word: str, optional: int = 0) -> Iterator[Field[Judged]]:
    for i, name in enumerate(("no change", "trend")):
        yield spec.shown(
            f"{key}_{i}",
            f"{word}, {name}",
            lambda each, i=i: figure(getattr(each.rivals[i], key)) if each.rivals else NOTHING,  # type: ignore[misc]
            align="right",
            optional=optional,
        )


def second(found: Replay) -> Spec[tuple[Judged, ...]]:
    """The table of percentiles with paths of the record forced beside the first reading."""
    names = [reading.path for reading in found.readings]
    return Spec(
        (
            spec.quoted("id", "Outcome", lambda row: row[0].id, least=16),
            spec.shown("said", "Came", lambda row: row[0].said, align="right"),
            *(
                _percentile(f"as_{k}", title, k, found.described.case)
                for k, title in enumerate(["as it is", *(f"{n} forced" for n in names)])
            ),
        ),
        id="forced",
    )


def _percentile(key: str, title: str, k: int, case: Case) -> Field[tuple[Judged, ...]]:
    def text(row: tuple[Judged, ...]) -> str:
        each = row[k]
        return f"{when(each, each.median, case)}, PIT {each.pit:.3f}" if each.known else NOTHING

    return spec.shown(key, f"Median {title}", text, align="right")


def together(found: Replay) -> list[tuple[Judged, ...]]:
    """Outcomes that can be produced, in every reading."""
    columns = [found.judged, *(reading.judged for reading in found.readings)]
    return [row for row in zip(*columns, strict=True) if row[0].known]


CHOSEN: Spec[Chosen] = Spec(
    (
        spec.quoted("id", "Number", least=20),
        spec.flag("open", "Open", lambda each: each.open, "open", "judged"),
        spec.shown(
            "inside",
            "Inside, low / high fifth",
            lambda each: f"{each.inside_low} / {each.inside_high}",
            align="right",
        ),
        spec.shown("moves", "PIT moves", lambda each: f"{each.moves:.2f}", align="right"),
        spec.quoted("of", "of", optional=1),
    ),
    id="chosen",
)

COUNTS: Spec[Count] = Spec(
    (
        spec.text("rule", "Rule"),
        spec.count("numbers", "Numbers"),
        spec.count("uncertain", "Drawn"),
        spec.quoted("how", "How it fills", lambda each: each.how, least=24),
    ),
    id="open",
)

OPENED: Spec[Open] = Spec(
    (
        spec.quoted("id", "Left open", least=24),
        spec.count("numbers", "Numbers"),
        spec.text("rule", "Rule"),
        spec.flag("uncertain", "Drawn", lambda each: each.uncertain, "yes", ""),
    ),
    id="opened",
)


def counts(opened: Sequence[Open]) -> list[Count]:
    """Numbers left open, by the rule that fills them."""
    return [
        Count(rule, how, sum(each.numbers for each in found), sum(each.uncertain for each in found))
        for rule, how in RULES.items()
        if (found := [each for each in opened if each.rule == rule])
    ]


def verdict(found: Replay) -> str:
    """The verdict on a case, in a sentence or two."""
    n, unknown = len(found.judged), [each for each in found.judged if not each.known]
    parts = [
        f"{found.inside} of {n} outcomes lie inside their 90% interval "
        f"({found.share:.0%}; wanted {WANTED:.0%})"
    ]
    if unknown:
        parts.append(f"{len(unknown)} of the misses cannot be produced")
    parts.append(f"the {len(found.known)} judged say as much as {found.effective:.1f} independent ones")
    far = ", ".join(each.id for each in found.far)
    beyond = f"Headlines beyond 99.5% or not produced: {far}." if far else "No headline lies beyond 99.5%."
    return f"{found.light.upper()}: {'; '.join(parts)}. {beyond} {sharpness(found.against)}"


def sharpness(against: Sequence[Against]) -> str:
    """How the forecast compares with the naive ones."""
    if not against:
        return "No outcome has a history: it is compared with no naive forecast, and does not count as sharp."
    told = (
        f"CRPS {each.crps:.2f} and width {each.width:.2f} times those of {each.name} ({each.outcomes})"
        for each in against
    )
    better = all(each.crps < 1.0 for each in against)
    narrower = all(each.width <= 1.0 for each in against)
    word = "Sharper" if better and narrower else "Better, but wider" if better else "No better"
    return f"{word} than the naive forecasts: {', '.join(told)}."


def stands(found: Replay) -> str:
    """What the case itself is."""
    d = found.described
    return described_line(d.case, len(d.open), sum(o.numbers for o in d.open))


def described_line(case: Case, entries: int, numbers: int) -> str:
    """What a case gives and leaves open."""
    return (
        f"{case.head.evidence.capitalize()} evidence. From {case.head.base_date}, known by "
        f"{case.information}, to {case.head.horizon}. The case gives "
        f"{counted(given(case), 'number')}, of its entries and rows {judged(case)} are judgement or memory; "
        f"it leaves open {numbers:,} in {entries} places."
    )


def placebo(found: Replay) -> str:
    """What the placebo moved."""
    p = found.placebo
    what = f"{p.flags} flags and the ranks of {counted(p.outcomes, 'outcome')} on {p.paths:,} paths"
    if p.equal:
        return f"Placebo (no names, another currency and unit): {what} are the same."
    moved = ", ".join((*p.flags_moved, *p.ranks_moved))
    return f"Placebo FAILED (no names, another currency and unit): of {what} these moved: {moved}."


def sensitivity(found: Replay) -> str:
    """How far the verdict moves with what was chosen."""
    if not found.chosen:
        return "No uncertain number was chosen by the author."
    ends = [x for each in found.chosen for x in (each.inside_low, each.inside_high)]
    fixed = judged(found.described.case)
    return (
        f"With each of {len(found.chosen)} uncertain numbers that are open or judged in its lowest or "
        f"highest fifth, {min(ends)} to {max(ends)} outcomes lie inside (as it is {found.inside}). "
        f"{fixed} judged entries and rows of the case, those without a prior among them, are not moved here "
        "one by one."
    )
