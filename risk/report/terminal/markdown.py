"""Tables and a comparison in Markdown, to paste into a memo or a pull request."""

from __future__ import annotations

from collections.abc import Sequence

from risk.analysis.versions import Versions
from risk.report.spec import Spec, shown
from risk.report.table import Table
from risk.report.terminal import screening as screens
from risk.report.terminal.comparison import (
    BETWEEN,
    CHANGES,
    RESULTS,
    UNREAD,
    VERSIONS,
    Comparison,
    bridge,
    how,
)  # fmt: skip
from risk.report.terminal.headed import Heading
from risk.report.terminal.screening import Shown

RUNS: Spec[tuple[str, Heading]] = Spec(
    (
        shown("name", "", lambda run: run[0]),
        shown("run", "Run", lambda run: f"`{run[1].run}`"),
        shown("scenario", "Scenario", lambda run: run[1].scenario),
        shown("paths", "Paths", lambda run: run[1].paths, form="count"),
        shown("seed", "Seed", lambda run: run[1].seed, form="general"),
    ),
    id="markdown-runs",
)


def comparison(found: Comparison) -> str:
    """Both runs, what was assumed differently, and what came out differently."""
    parts = [
        f"## {found.before.scenario} → {found.after.scenario}",
        table(RUNS.table((("old", found.before), ("new", found.after)))),
        *([UNREAD] if found.unread else _differences(found)),
        *(_versions(found.versions) if found.versions else ()),
        how(found),
    ]
    return "\n\n".join(filter(None, parts))


def _differences(found: Comparison) -> list[str]:
    return [
        f"### Assumptions changed ({len(found.changed)} of {found.inputs:,} inputs)",
        table(CHANGES.table(found.changes)) if found.changes else "None.",
        "### Results",
        table(RESULTS.table(found.results)),
        escaped(bridge(found)),
    ]


def _versions(found: Versions) -> list[str]:
    title = f"### Propositions of version {found.old} and {found.new}: what moved because of which"
    return [title, table(VERSIONS.table(found.rows)), BETWEEN.format(found.old, found.new)]


def screening(shown: Shown) -> str:
    """What decides the answer, what moves nothing, and where a range was not gone all the way."""
    found, stops = shown.found, tuple(screens.stops(shown.found))
    parts = [
        f"## Judgements that decide the answer: {found.scenario}",
        f"{found.paths:,} paths, seed {found.seed}. {screens.summary(found)}",
        *((table(screens.ROWS.table(shown.rows)), screens.how(shown)) if shown.rows else ()),
        *_listed(f"Nothing moves ({len(found.inert)})", screens.inert(found)),
        *((f"### Not moved all the way ({len(stops)})", table(screens.STOPS.table(stops))) if stops else ()),
        *_listed(f"Left out ({len(found.left_out)})", screens.left_out(found)),
    ]
    return "\n\n".join(parts)


def _listed(title: str, lines: Sequence[str]) -> list[str]:
    return [f"### {title}", *map(escaped, lines)] if lines else []


def table(block: Table) -> str:
    """A table in Markdown, without its title and note."""
    places = range(len(block.columns))
    rule = [{"left": "---", "right": "---:", "center": ":---:"}[block.aligns[i]] for i in places]
    rows = [[escaped(block.text(r, i)) for i in places] for r in range(len(block.rows))]
    lines = [[column.label for column in block.columns], rule, *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def escaped(text: str) -> str:
    """Text that Markdown shows as it is."""
    clean = "".join(c if c.isprintable() else " " for c in text)
    return "".join(f"\\{c}" if c in "\\|*_<>[]" else c for c in clean)
