"""Hindcast: earlier states held against what was read since, with fans and readings."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from risk.calibrate import scores
from risk.calibrate.hindcast.forecast import Fan as Path
from risk.calibrate.hindcast.hindcast import FANS, Hindcast, Vintage
from risk.report import hindcast as tables
from risk.report.charts import Fan, Series
from risk.report.content import Content
from risk.report.pack.base.cells import subtitle
from risk.report.pack.base.results import Results
from risk.report.sheet import At, Paragraph, Sheet, Strip

CHART, COLUMNS = 16, 14
"""Rows of a chart, and columns of the sheet that those side by side share."""

FORMS = {"capex": "usd_bn.0", "cfo_year": "usd_bn.0", "ai_revenue": "usd_bn.0"}


def sheet(results: Results) -> Sheet | None:
    """Build the sheet; None where no hindcasts are kept beside the run."""
    found = results.hindcast
    if found is None:
        return None
    return Sheet(
        "Hindcast",
        "Hindcast – would it have known?",
        subtitle(results, f"earlier states, {found.paths:,} paths each, by the same engine"),
        "C",
        question="Held against what was read after earlier base dates, is it right as often as it says?",
        screen=(
            Paragraph(tables.verdict(found), "finding" if found.kept else "alert"),
            *(Paragraph(words, "alert") for words in filter(None, [tables.failing(found)])),
            tables.METRICS.table(tables.by_metric(found), note=f"{tables.LIGHTS} {tables.RATIOS}"),
            tables.LEADS.table(tables.by_lead(found)),
            tables.BY_VINTAGE.table(tables.by_vintage(found)),
            Paragraph(f"What leaks: {tables.LEAKS}", "note"),
            *_charts(found),
            tables.table_all(found),
        ),
    )


def _charts(found: Hindcast) -> tuple[Strip, ...]:
    """A line of fans a metric, those of vintages at the end of a year."""
    shown = [v for v in found.vintages if v.quarter.endswith("Q4")] or list(found.vintages)
    rows = ([(v, fan) for v in shown for fan in v.fans if fan.metric == metric] for metric in FANS)
    return tuple(_strip([_chart(found, *each) for each in row]) for row in rows if row)


def _strip(charts: list[Fan]) -> Strip:
    edges = [1 + round(i * COLUMNS / len(charts)) for i in range(len(charts) + 1)]
    return Strip(tuple(At(c, a, b - a) for c, (a, b) in zip(charts, pairwise(edges), strict=True)))


def _chart(found: Hindcast, vintage: Vintage, fan: Path) -> Fan:
    """A fan with what was read."""
    own = [score for score in vintage.plain.scores if score.metric == fan.metric]
    label, unit = found.labels[fan.metric], own[0].unit if own else ""
    inside = sum(not score.outside for score in own)
    return Fan(
        id=f"hindcast-{fan.metric}-{vintage.quarter}",
        title=f"{label}, seen from {vintage.quarter}",
        alt=f"{inside} of {len(own)} readings lie inside the {scores.DECLARED:.0%} interval.",
        x_title="Quarter",
        y_title=unit or "value",
        format=FORMS.get(fan.metric, "price"),
        height=CHART,
        labels=fan.quarters,
        p5=fan.p5,
        p25=fan.p25,
        p50=fan.p50,
        p75=fan.p75,
        p95=fan.p95,
        lines=[Series(name="Read", values=_joined(fan.read), tone="orange")],
    )


def _joined(read: tuple[float | None, ...]) -> list[Content]:
    """Readings by quarter with straight lines between them; nothing before the first and after the last."""
    known = [i for i, x in enumerate(read) if x is not None]
    if not known:
        return [None] * len(read)
    values = np.interp(range(len(read)), known, [float(read[i] or 0.0) for i in known])
    return [float(x) if known[0] <= i <= known[-1] else None for i, x in enumerate(values)]
