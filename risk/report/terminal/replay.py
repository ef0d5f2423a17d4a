"""The replay screen: what came of a case, the second reading, the placebo, what was left open."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from rich.text import Text

from risk.assumptions.cases import Described, Open
from risk.assumptions.cases.opened import given
from risk.calibrate.cases.judge import LEVELS, Judged, Rival
from risk.calibrate.cases.placebo import Placebo
from risk.calibrate.cases.replay import Against, Reading, Replay
from risk.calibrate.cases.sensitivity import Chosen
from risk.report import replay as tables
from risk.report.record import Document, Field, Many, Record, lifted, told
from risk.report.terminal import markdown
from risk.report.terminal.page import WORDS, Page, Screen, heading, line, note, table


@dataclass(frozen=True)
class Shown:
    """A replay, and whether every open number is listed."""

    found: Replay
    opened: bool = False


def screen(shown: Shown, page: Page) -> Screen:
    """A replay on a page."""
    found = shown.found
    case = found.described.case
    return (
        heading(f"{case.head.title}: {found.paths:,} paths, seed {found.seed}, run {found.run}", page),
        note(tables.stands(found), page),
        line(
            tables.verdict(found),
            page,
            "" if found.light == "green" else WORDS["warn" if found.light == "amber" else "FAIL"],
        ),
        Text(),
        table(tables.rows(found).table(found.judged), page),
        note(tables.ABOUT, page),
        *_missing(found, page),
        Text(),
        table(tables.scores(found).table(found.known), page),
        note(tables.NAIVE, page),
        *_second(found, page),
        Text(),
        line(tables.placebo(found), page, "" if found.placebo.equal else WORDS["FAIL"]),
        Text(),
        heading("What the author chose", page),
        note(tables.sensitivity(found), page),
        *((table(tables.CHOSEN.table(found.chosen[: tables.TOP]), page),) if found.chosen else ()),
        Text(),
        *_open(found.described, shown.opened, page),
        note(tables.LEAKS, page),
    )


def _missing(found: Replay, page: Page) -> Iterator[Any]:
    for each in found.judged:
        if not each.known:
            yield line(f"{each.id} cannot be produced: {each.missing}", page, WORDS["FAIL"])


def _second(found: Replay, page: Page) -> Iterator[Any]:
    if found.readings:
        yield Text()
        yield heading(
            "With the record's path forced: what is still missed is not of the price or the demand", page
        )
        yield table(tables.second(found).table(tables.together(found)), page)


def _open(described: Described, listed: bool, page: Page) -> Iterator[Any]:
    total = sum(each.numbers for each in described.open)
    yield heading(f"Left open ({total:,} numbers)", page)
    yield table(tables.COUNTS.table(tables.counts(described.open)), page)
    kinds = ", ".join(f"{name} {tables.figure(x)}" for name, x in described.scale.kinds.items())
    yield note(f"Sizes over today's: {kinds}.", page)
    carried, dropped = described.filled.carried, described.filled.dropped
    if carried:
        yield note(f"Carried to the base date unchanged ({len(carried)}): {', '.join(carried)}.", page)
    if dropped:
        gone = ", ".join(f"{n} of {name}" for name, n in dropped.items())
        yield note(f"Rows of today's register that name what the case replaces, left out: {gone}.", page)
    for words in described.disagreements:
        yield note(f"Totals that do not agree: {words}.", page)
    if listed:
        yield table(tables.OPENED.table(described.open), page)
    else:
        yield note("All of them: --open, --md or --json.", page)


def checked(described: Described, page: Page) -> Screen:
    """What a case is that was only read and rehearsed."""
    case = described.case
    numbers = sum(each.numbers for each in described.open)
    return (
        heading(f"{case.head.title}: reads and runs", page),
        note(tables.described_line(case, len(described.open), numbers), page),
        Text(),
        *_open(described, True, page),
    )


def document(shown: Shown) -> str:
    """The same in Markdown."""
    found = shown.found
    drawn = {
        "Outcomes": (tables.rows(found).table(found.judged), tables.ABOUT),
        "Scores": (tables.scores(found).table(found.known), tables.NAIVE),
        "What the author chose": (tables.CHOSEN.table(found.chosen), tables.sensitivity(found)),
        "Left open": (tables.OPENED.table(found.described.open), tables.LEAKS),
    }
    parts = [
        f"# {found.described.case.head.title}",
        tables.stands(found),
        f"**{markdown.escaped(tables.verdict(found))}**",
    ]
    for title, (made, words) in drawn.items():
        parts += [f"## {title}", markdown.table(made), markdown.escaped(words)]
        if title == "Scores" and found.readings:
            parts += [
                "## With the record's path forced",
                markdown.table(tables.second(found).table(tables.together(found))),
            ]
        if title == "Scores":
            parts.append(markdown.escaped(tables.placebo(found)))
        if title == "Outcomes":
            misses = (
                f"* {each.id} cannot be produced: {each.missing}" for each in found.judged if not each.known
            )
            parts.append("\n".join(map(markdown.escaped, misses)))
    return "\n\n".join(filter(None, parts))


RIVAL: Record[Rival] = Record(
    (told("name"), *(told(key, float) for key in ("median", "crps", "interval", "width")))
)

JUDGED: Record[Judged] = Record(
    (
        *(told(key) for key in ("id", "label", "unit", "statistic")),
        told("headline", bool),
        *(told(key) for key in ("source", "grade", "said", "missing")),
        *(told(key, float) for key in ("realised", "median")),
        told(
            "intervals",
            dict[str, list[float]],
            lambda e: {f"{100 * k:g}%": [a, b] for k, a, b in zip(LEVELS, e.low, e.high, strict=True)},
        ),
        *(told(key, float) for key in ("pit", "crps", "interval", "width")),
        *(told(key, bool) for key in ("inside", "far")),
        told("paths", int),
        told("naive", Many(RIVAL), lambda each: each.rivals),
    )
)

READING: Record[Reading] = Record(
    (told("path"), told("run"), told("outcomes", Many(JUDGED), lambda r: r.judged))
)
AGAINST: Record[Against] = Record(
    (told("name"), told("outcomes", int), *(told(key, float) for key in ("crps", "interval", "width")))
)
CHOICE: Record[Chosen] = Record(
    (
        told("id"),
        told("open", bool),
        *(told(key, int) for key in ("inside_low", "inside_high")),
        told("moves", float),
        told("of"),
    )
)
LEFT: Record[Open] = Record((told("id"), told("rule"), told("numbers", int), told("uncertain", bool)))

PLACEBO: Record[Placebo] = Record(
    (
        told("equal", bool),
        *(told(key, int) for key in ("paths", "flags", "outcomes")),
        *(told(key, list[str]) for key in ("flags_moved", "ranks_moved")),
    )
)

_CASE: tuple[Field[Described], ...] = (
    told("case", get=lambda d: d.case.name),
    told("title", get=lambda d: d.case.head.title),
    told("evidence", get=lambda d: d.case.head.evidence),
    told("base_date", get=lambda d: d.case.head.base_date.isoformat()),
    told("information_date", get=lambda d: d.case.information.isoformat()),
    told("horizon", get=lambda d: d.case.head.horizon),
    told("given", int, lambda d: given(d.case)),
    told("scale", dict[str, float], lambda d: d.scale.kinds),
    told("open", Many(LEFT)),
    told("carried", list[str], lambda d: d.filled.carried),
    told("dropped", dict[str, int], lambda d: d.filled.dropped),
    told("disagreements", list[str], lambda d: list(d.disagreements)),
)

CHECKED: Document[Described] = Document(
    _CASE, name="replay.check/1", title="A case, read and rehearsed: bubblerisk replay --check --json"
)

DOCUMENT: Document[Shown] = Document(
    lifted(
        lambda shown: shown.found,
        (
            *lifted(lambda found: found.described, _CASE),
            told("run"),
            *(told(key, int) for key in ("paths", "seed")),
            told("verdict", get=tables.verdict),
            told("light"),
            told("inside", int),
            told("share", float),
            told("far", list[str], lambda found: [each.id for each in found.far]),
            told("sharp", bool),
            told("effective", float),
            told("against", Many(AGAINST)),
            told("outcomes", Many(JUDGED), lambda found: found.judged),
            told("readings", Many(READING)),
            told("placebo", PLACEBO),
            told("chosen", Many(CHOICE)),
        ),
    ),
    name="replay/1",
    title="A case held against what came: bubblerisk replay --json",
)
"""Probabilities and shares as fractions; what is not defined is null."""
