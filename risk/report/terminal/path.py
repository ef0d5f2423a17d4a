"""The screen of one path: which it is, its years beside the run's median, and what happened when."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any

from rich.console import RenderableType
from rich.text import Text

from risk.analysis.story import Proposition, Quarter, Story, Year
from risk.analysis.telling import Event, bp, money, percent, plain
from risk.report.formats import show
from risk.report.record import Document, Field, Many, Record, told, whole
from risk.report.table import Column, Table
from risk.report.terminal.headed import Headed, document, facts
from risk.report.terminal.page import Page, Screen, heading, note, table

UNITS = (
    "USD bn; revenue and required revenue a year, H100 one-year rent in USD/h and spread in bp as the year "
    "ends; med.: the run's median, where there is room."
)

FEW = 3
"""Facilities that are told one by one; more of them with the same fate in a quarter share a line."""

FATES = {
    "renegotiation": "see their contracts renegotiated",
    "contracts_left": "lose contracts early",
    "sound": "are sound again",
    "repaid": "have repaid their debt",
    "lock_up": "are locked up",
    "sweep": "have their cash swept",
    "breach": "breach a covenant and are not cured",
    "cure": "are cured by their HoldCo",
    "amendment": "are amended and extended",
    "payment_default": "cannot pay and default",
    "maturity_default": "cannot refinance their balloons and default",
    "balloon": "meet or extend their balloons",
}
"""What befalls facilities, in the plural."""

SUMMED = {
    "cure": "paid",
    "sweep": "prepaid",
    "balloon": "due",
    "payment_default": "loss",
    "maturity_default": "loss",
}
"""Whose amounts add up, and to what."""


def screen(found: Headed[Story], page: Page) -> Screen:
    """One path on a page, and a blank line before what comes next."""
    story = found.result
    return (
        heading(f"Path {story.path} of {found.heading.title}: {story.outcome}", page),
        facts(found.heading, page),
        *(Text(page.say(line)) for line in _headline(story)),
        Text(),
        _years(story, page),
        note(UNITS, page),
        Text(),
        *_quarters(story.quarters, page),
        Text(),
    )


def _headline(story: Story) -> Iterator[str]:
    """What the path came to."""
    light = 1.0 - (story.rank - 1) / story.paths
    where = f"worst {_rank(story.share)}" if story.share <= 0.5 else f"lightest {_rank(light)}"
    yield (
        f"Headline loss {money(story.loss)}: number {story.rank:,} of {story.paths:,} by loss, the {where}. "
        f"The run's median is {money(story.median_loss)}."
    )
    inside, beside = (
        ", ".join(
            f"{plain(n)} {money(usd)}" for n, usd in story.instruments.items() if (n in story.beside) is out
        )
        for out in (False, True)
    )
    yield f"In the headline: {inside}" + (f"; beside it, generic credit: {beside}." if beside else ".")
    if story.second_round is not None:
        yield f"Second round, never part of losses: {money(story.second_round)} marked to market."
    true = [f"{p.id} {p.label}" + (f" ({p.quarter})" if p.quarter else "") for p in story.propositions]
    yield f"Comes true: {'; '.join(true) or 'none of the propositions'}."
    yield _compared(story.years[-1], story.medians[-1])


def _compared(own: Year, median: Year) -> str:
    """Where the path ends, and where the run's median does."""
    pairs = (
        ("capex", money(own.capex), money(median.capex)),
        ("revenue", money(own.revenue), money(median.revenue)),
        ("H100 rent", f"${own.rent:.2f}", f"${median.rent:.2f}"),
        ("spread", bp(own.spread), bp(median.spread)),
    )
    words = ", ".join(f"{name} {one} ({other})" for name, one, other in pairs)
    return f"In {own.year}, the run's median in brackets: {words}."


def _rank(share: float) -> str:
    """A share of paths in percent; two digits where it is small."""
    return f"{100.0 * share:.2g}%" if share < 0.1 else percent(share)


def _years(story: Story, page: Page) -> RenderableType:
    """The path's years; the run's median beside them where there is room."""
    columns = [Column("year", "Year")]
    for i, title in enumerate(("Capex", "Revenue", "Required", "H100", "Spread", "Cumul. loss")):
        columns += [
            Column(f"own{i}", title, align="right"),
            Column(f"median{i}", "med.", align="right", optional=2 + i),
        ]
    columns[-2:-2] = [
        Column("defaults", "Defaults", align="right"),
        Column("loss", "Loss", align="right"),
    ]
    rows = tuple(_year(own, median) for own, median in zip(story.years, story.medians, strict=True))
    return table(Table("path-years", tuple(columns), rows), page)


def _year(own: Year, median: Year) -> tuple[str, ...]:
    label = str(own.year) if own.quarters == 4 else f"{own.year} ({own.quarters}q)"
    cells = [label]
    for one, other in zip(_figures(own), _figures(median), strict=True):
        cells += [one, other]
    cells[-2:-2] = [str(own.defaults), show(own.loss / 1e9, "usd_bn.1")]
    return tuple(cells)


def _figures(year: Year) -> tuple[str, ...]:
    return (
        *(show(usd / 1e9, "usd_bn.0") for usd in (year.capex, year.revenue, year.required)),
        show(year.rent, "price"),
        show(1e4 * year.spread, "usd_bn.0"),
        show(year.cumulative_loss / 1e9, "usd_bn.1"),
    )


def _quarters(quarters: Sequence[Quarter], page: Page) -> Iterator[RenderableType]:
    """Every quarter with what happened in it; those in which nothing did are told together."""
    for quiet, group in groupby(quarters, lambda q: not q.events):
        members = list(group)
        if quiet:
            yield note(_quiet(members), page)
            continue
        for member in members:
            yield _opening(member, page)
            happened = tuple(("-", line) for line in lines(member.events))
            yield table(
                Table("events", (Column("mark", ""), Column("event", "", least=30)), happened), page, 2
            )


def _opening(quarter: Quarter, page: Page) -> Text:
    """The line that a quarter's events stand under."""
    figures = (
        f"capex {money(quarter.capex)}",
        f"H100 ${quarter.rent:.2f}/h",
        f"spread {bp(quarter.spread)}",
        f"loss {money(quarter.loss)}",
    )
    return heading(f"{quarter.label}  " + " · ".join(figures), page)


def _quiet(quarters: Sequence[Quarter]) -> str:
    first, last = quarters[0], quarters[-1]
    label, verb = (first.label, "") if first is last else (f"{first.label} to {last.label}", " → ")
    figures = (
        f"capex {money(first.capex)}" + (verb and verb + money(last.capex)),
        f"H100 ${first.rent:.2f}" + (verb and f"{verb}${last.rent:.2f}") + "/h",
        f"loss {money(sum(q.loss for q in quarters))}",
    )
    return f"{label}: nothing out of the ordinary; {', '.join(figures)}"


def lines(events: Sequence[Event]) -> Iterator[str]:
    """What happened in a quarter; many facilities with one fate share a line."""
    for kind, group in groupby(events, lambda e: e.kind):
        members = list(group)
        if kind not in FATES or len(members) <= FEW:
            yield from (event.sentence for event in members)
            continue
        names = ", ".join(event.entity for event in members)
        total = ""
        if kind in SUMMED:
            total = f" ({SUMMED[kind]} {money(sum(1e9 * (e.amount or 0.0) for e in members))} in all)"
        yield f"{len(members)} facilities {FATES[kind]}{total}: {names}."


def _second_round(story: Story) -> float | None:
    return None if story.second_round is None else story.second_round / 1e9


def _billions(name: str) -> Field[Any]:
    """An amount of a thing in USD bn."""
    return told(name, float, lambda item: getattr(item, name) / 1e9)


YEAR = Record(
    tuple(
        _billions(f.key) if f.key in ("capex", "revenue", "required", "loss", "cumulative_loss") else f
        for f in whole(Year).fields
    )
)
QUARTER: Record[Quarter] = Record(
    (
        told("quarter", get=lambda q: q.label),
        _billions("capex"),
        told("h100_contract", float, lambda q: q.rent),
        told("hy_spread", float, lambda q: q.spread),
        _billions("loss"),
        told("events", Many(whole(Event))),
    )
)

DOCUMENT: Document[Headed[Story]] = document(
    told("path", int),
    told("outcome"),
    told("headline_loss", float, lambda story: story.loss / 1e9),
    told("median_headline_loss", float, lambda story: story.median_loss / 1e9),
    told("rank", int),
    told("worst_share", float, lambda story: story.share),
    told("propositions", Many(whole(Proposition))),
    told("losses", dict[str, float], lambda s: {name: usd / 1e9 for name, usd in s.instruments.items()}),
    told("second_round", float | None, _second_round),
    told("years", Many(YEAR)),
    told("medians", Many(YEAR)),
    told("quarters", Many(QUARTER)),
    name="path/1",
    title="One path of a run: bubblerisk path RUN PATH --json",
)
"""Money in USD bn, rates as fractions."""
