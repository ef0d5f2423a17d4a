"""A comparison in Markdown, to paste into a memo or a pull request."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from risk.report.terminal.comparison import Comparison, bridge, how, result_cells, worded
from risk.report.terminal.summary import Heading


def comparison(found: Comparison) -> str:
    """Both runs, what was assumed differently, and what came out differently."""
    runs = [_run(name, run) for name, run in (("old", found.before), ("new", found.after))]
    changes = [
        (
            c.id if c.field == "value" else f"{c.id} ({c.field})",
            c.unit,
            worded(c.before),
            worded(c.after),
            f"{c.file}:{c.line}" if c.line else c.file,
        )
        for c in found.changes
    ]
    results = [tuple(str(cell) for cell in result_cells(result)) for result in found.results]
    parts = [
        f"## {found.before.scenario} → {found.after.scenario}",
        table(("", "Run", "Scenario", "Paths", "Seed"), runs, "lllrr"),
        f"### Assumptions changed ({len(found.changed)} of {found.inputs:,} inputs)",
        table(("Assumption", "Unit", "Old", "New", "File"), changes, "llrrl") if changes else "None.",
        "### Results",
        table(("Result", "Unit", "Old", "New", "Change", "2 SE", "Noise?"), results, "llrrrrl"),
        escaped(bridge(found)),
        how(found),
    ]
    return "\n\n".join(filter(None, parts))


def _run(name: str, run: Heading) -> tuple[str, ...]:
    return name, f"`{run.run}`", run.scenario, f"{run.paths:,}", str(run.seed)


def table(titles: Sequence[str], rows: Iterable[Sequence[str]], align: str) -> str:
    """A Markdown table; `align` has l or r for each column."""
    rule = ["---:" if side == "r" else "---" for side in align]
    lines = [titles, rule, *([escaped(cell) for cell in row] for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def escaped(text: str) -> str:
    """Text that Markdown shows as it is."""
    clean = "".join(c if c.isprintable() else " " for c in text)
    return "".join(f"\\{c}" if c in "\\|*_<>[]" else c for c in clean)
