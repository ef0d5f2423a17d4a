"""Hindcasts in tables and sentences, for the screen, the page of the docs and the sheet."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from risk.calibrate import scores
from risk.calibrate.hindcast import naive
from risk.calibrate.hindcast.forecast import Score
from risk.calibrate.hindcast.hindcast import Hindcast, Miss, Vintage
from risk.calibrate.hindcast.pooled import Group
from risk.report import spec
from risk.report.content import Cell, Content
from risk.report.record import Field, told
from risk.report.spec import Spec
from risk.report.table import Table

WORDS = {"green": "OK", "amber": "amber", "red": "FAIL"}
"""A traffic light in words; red is set off wherever it is shown."""

WANTED = f"{scores.WANTED[0]:.0%} to {scores.WANTED[1]:.0%}"
SHOWN_MISSES = 12

ABOUT = (
    "The unchanged engine runs from what was known sixty days after each base date, and every reading that "
    "describes a later period and was published later still is held against its paths."
)
LIGHTS = (
    f"OK: {WANTED} of the readings lie inside the 90% interval (or more, where so few readings may say so by "
    "accident), and the CRPS is below that of both naive forecasts. FAIL: fewer, and either that is no "
    "accident or a naive forecast is better. amber: the rest."
)
RATIOS = (
    "Eff.: how many independent readings say as much. CRPS and interval score over those of the naive "
    f"forecasts, {naive.NAMES[0]} (with the metric's past volatility) and {naive.NAMES[1]}: below 1 the "
    "model is better."
)
LEAKS = (
    "Dynamics and priors are today's and know what came; starting states of earlier years are "
    "partly from memory or scaled by rules that know the present. The second run moves the centers of four "
    "priors (growth of cash flow, guidance bias, imitation, ceiling; the drift of rents is a state) to what "
    "the data of its day would have given."
)


@dataclass(frozen=True)
class Line:
    """Some readings taken together, with the same under the priors of each day."""

    label: str
    group: Group
    own: Group | None = None


def _first(numbers: tuple[float, ...]) -> float | None:
    return next(iter(numbers), None)


def _own_declared(line: Line) -> float | None:
    """Share inside the declared interval with the priors of each day."""
    return line.own.declared if line.own else None


def _own_crps(line: Line) -> float | None:
    """CRPS with the priors of each day over that of the first naive forecast."""
    return _first(line.own.crps) if line.own else None


def _light(line: Line) -> Content:
    return Cell(WORDS[line.group.light], style="flag")


def _inside(level: float) -> Field[Line]:
    place = scores.LEVELS.index(level)
    optional = 0 if level == scores.DECLARED else 2
    return spec.figure(
        f"inside_{level * 100:.0f}",
        f"{level:.0%}",
        lambda line: line.group.inside[place],
        form="share",
        optional=optional,
        width=7,
    )


def _ratio(key: str, header: str, get: Callable[[Line], float | None], **look: Any) -> Field[Line]:
    return spec.figure(key, header, get, type=float | None, **look)


def lines(id: str, header: str) -> Spec[Line]:
    """Table of readings taken together."""
    return Spec(
        (
            spec.text("label", header, least=18, width=36),
            spec.count("readings", "Read", lambda line: line.group.count, width=7),
            spec.figure("effective", "Eff.", lambda line: line.group.effective, form="number.1", width=7),
            *map(_inside, scores.LEVELS),
            spec.figure("pit", "PIT", lambda line: line.group.pit, optional=4, width=7),
            _ratio("crps_change", "CRPS/none", lambda line: _first(line.group.crps), width=10),
            _ratio("crps_growth", "CRPS/growth", lambda line: _first(line.group.crps[1:]), width=11),
            _ratio("score_change", "IS/none", lambda line: _first(line.group.interval), optional=3),
            _ratio("score_growth", "IS/growth", lambda line: _first(line.group.interval[1:]), optional=3),
            spec.figure("own_90", "Own 90%", _own_declared, "share", float | None, optional=1, width=9),
            _ratio("own_crps", "Own CRPS/none", _own_crps, optional=1, width=13),
            spec.shown("light", "Light", _light, width=8, align="center"),
            told("traffic_light", get=lambda line: line.group.light),
        ),
        id=id,
        row_id=lambda line: line.group.name,
        bold=lambda line: line.group.name == "all",
    )


METRICS = lines("hindcast-metrics", "By metric")
LEADS = lines("hindcast-leads", "By quarters ahead")
BY_VINTAGE = lines("hindcast-vintages", "By vintage")


def by_metric(found: Hindcast) -> tuple[Line, ...]:
    """Every metric, and all together."""
    own = {group.name: group for group in found.own_metrics}
    each = [Line(found.labels[g.name], g, own.get(g.name)) for g in found.metrics]
    return *each, Line("All", found.whole, found.own_whole)


def by_lead(found: Hindcast) -> tuple[Line, ...]:
    """Classes of leads."""
    return tuple(Line(f"{group.name} quarters", group) for group in found.leads)


def by_vintage(found: Hindcast) -> tuple[Line, ...]:
    """Vintages."""
    known = {v.quarter: v.information for v in found.vintages}
    return tuple(Line(f"{g.name}, known by {known[g.name]}", g) for g in found.by_vintage)


@dataclass(frozen=True)
class Told:
    """A score with its vintage and what its metric is called."""

    vintage: str
    label: str
    score: Score


def _verdict(row: Told) -> Content:
    return Cell("FAIL" if row.score.outside else "inside", style="flag")


def scored(found: Hindcast) -> tuple[Told, ...]:
    """Every reading that was scored, by vintage."""
    return tuple(Told(v.quarter, found.labels[s.metric], s) for v in found.vintages for s in v.plain.scores)


SCORES: Spec[Told] = Spec(
    (
        spec.text("vintage", "Vintage", width=9),
        spec.text("label", "Metric", least=18, width=36),
        spec.text("quarter", "Of", lambda row: row.score.quarter, width=9),
        spec.count("lead", "Ahead", lambda row: row.score.lead, width=7),
        spec.text("unit", "Unit", lambda row: row.score.unit, width=11),
        spec.figure("value", "Read", lambda row: row.score.value, width=9),
        spec.figure("low", "P5", lambda row: row.score.low, width=9, style="engine"),
        spec.figure("median", "P50", lambda row: row.score.median, width=9, style="engine"),
        spec.figure("high", "P95", lambda row: row.score.high, width=9, style="engine"),
        spec.figure("pit", "Percentile", lambda row: row.score.pit, form="rate", width=10, style="engine"),
        spec.figure("crps", "CRPS", lambda row: row.score.crps, width=9, style="engine"),
        spec.text("published", "Published", lambda row: row.score.published, width=11),
        spec.text("grade", "Grade", lambda row: row.score.grade, width=11),
        spec.shown("found", "90%", _verdict, width=8, align="center"),
        told("metric", get=lambda row: row.score.metric),
        told("outside", bool, lambda row: row.score.outside),
        told("naive_crps", list[float], lambda row: list(row.score.naive_crps)),
        told("interval_score", float, lambda row: row.score.interval),
        told("naive_interval_score", list[float], lambda row: list(row.score.naive_interval)),
    ),
    id="hindcast-scores",
)

VINTAGES: Spec[Vintage] = Spec(
    (
        spec.text("quarter", "Vintage"),
        spec.text("information", "Known by"),
        spec.count("readings", "Read", lambda v: len(v.plain.scores)),
        spec.text("run", "Run"),
        spec.text("own_run", "With the priors of the day"),
    ),
    id="hindcast-runs",
)


def verdict(found: Hindcast) -> str:
    """The finding in a sentence or two."""
    whole = found.whole
    beaten = [group for group in found.metrics if max(group.crps, default=1.0) < 1.0]
    good = "; ".join(found.labels[group.name] for group in beaten) or "none"
    word = "as wanted" if found.kept else f"wanted {WANTED}"
    return (
        f"{whole.declared:.0%} of {whole.count} readings lie inside the 90% interval ({word}; they say as "
        f"much as {whole.effective:.0f} independent ones). Better than both naive forecasts by CRPS: {good}."
    )


def failing(found: Hindcast) -> str:
    """Metrics whose light is red, in a sentence; empty where none is."""
    red = [group for group in found.failing if group.light == "red"]
    named = "; ".join(f"{found.labels[g.name]} {g.declared:.0%} inside 90%" for g in red)
    return f"Hindcasts that fail: {named}." if red else ""


def misses(found: Hindcast) -> Iterator[str]:
    """A sentence a metric on what missed: how many, which way, and the reading furthest out."""
    worst: dict[str, Miss] = {}
    for miss in found.misses:
        worst.setdefault(miss.score.metric, miss)
    for metric, miss in worst.items():
        own = [m for m in found.misses if m.score.metric == metric]
        above = sum(m.score.pit > 0.5 for m in own)
        total = next(group.count for group in found.metrics if group.name == metric)
        sides = [f"{n} {word}" for n, word in ((above, "above"), (len(own) - above, "below")) if n]
        outside = f"{len(own)} of {total} outside ({', '.join(sides)})"
        yield f"{miss.label}: {outside}; furthest out {miss.told}."


def table_all(found: Hindcast) -> Table:
    """Every reading that was scored."""
    return SCORES.table(scored(found), excel_name="tblHindcast")
