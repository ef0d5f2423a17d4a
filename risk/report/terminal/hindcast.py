"""The hindcast screen: coverage and scores by metric, lead and vintage, what missed, and what leaks."""

from __future__ import annotations

from collections.abc import Iterator

from rich.text import Text

from risk.calibrate.hindcast.hindcast import Hindcast
from risk.report import hindcast as tables
from risk.report.record import Document, Many, told
from risk.report.terminal import markdown
from risk.report.terminal.page import WORDS, Page, Screen, heading, line, note, table


def screen(found: Hindcast, page: Page) -> Screen:
    """What hindcasts found on a page."""
    many = len(found.vintages)
    what = "one earlier state" if many == 1 else f"{many} earlier states"
    return (
        heading(f"Hindcasts from {what}, {found.paths:,} paths each, seed {found.seed}", page),
        line(tables.verdict(found), page, "" if found.kept else WORDS["FAIL"]),
        Text(),
        table(tables.METRICS.table(tables.by_metric(found)), page),
        note(tables.LIGHTS, page),
        note(tables.RATIOS, page),
        Text(),
        table(tables.LEADS.table(tables.by_lead(found)), page),
        Text(),
        table(tables.BY_VINTAGE.table(tables.by_vintage(found)), page),
        Text(),
        *_misses(found, page),
        note(f"What leaks: {tables.LEAKS}", page),
    )


def _misses(found: Hindcast, page: Page) -> Iterator[Text]:
    if found.misses:
        yield heading("What missed", page)
        yield from (line(words, page, WORDS["FAIL"]) for words in tables.misses(found))
        yield Text()


def document(found: Hindcast) -> str:
    """The same in Markdown: the page of the docs."""
    plain = [(tables.METRICS, tables.by_metric), (tables.LEADS, tables.by_lead)]
    plain.append((tables.BY_VINTAGE, tables.by_vintage))
    drawn = [markdown.table(made.table(rows(found))) for made, rows in plain]
    missed = [f"* {markdown.escaped(words)}" for words in tables.misses(found)]
    parts = [
        "# Hindcasts",
        f"{tables.ABOUT} {found.paths:,} paths each, seed {found.seed}; `make evidence` writes this page.",
        f"**{markdown.escaped(tables.verdict(found))}**",
        "## By metric",
        drawn[0],
        tables.LIGHTS,
        tables.RATIOS,
        "## By quarters ahead, and by vintage",
        *drawn[1:],
        "## What missed",
        "\n".join(missed) or "Nothing.",
        "## What leaks",
        tables.LEAKS,
        "## Runs",
        markdown.table(tables.VINTAGES.table(found.vintages)),
        "## Every reading that was scored",
        markdown.table(tables.SCORES.table(tables.scored(found))),
    ]
    return "\n\n".join(parts)


DOCUMENT: Document[Hindcast] = Document(
    (
        told("paths", int),
        told("seed", int),
        told("verdict", get=tables.verdict),
        told("vintages", Many(tables.VINTAGES)),
        told("metrics", Many(tables.METRICS), tables.by_metric),
        told("leads", Many(tables.LEADS), tables.by_lead),
        told("by_vintage", Many(tables.BY_VINTAGE), tables.by_vintage),
        told("misses", list[str], lambda found: [miss.sentence for miss in found.misses]),
        told("scores", Many(tables.SCORES), tables.scored),
        told("leaks", get=lambda found: tables.LEAKS),
    ),
    name="hindcast/1",
    title="Earlier states held against what was read since: bubblerisk hindcast --json",
)
