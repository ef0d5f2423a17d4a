"""The amplification screen: losses without each coupling, what it adds, and the gain of the loop."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace

from rich.text import Text

from risk.analysis.amplification import LEAST, ON, Amplification, Effect, Measure, effect_in_words
from risk.analysis.amplification import amplification as compare
from risk.analysis.loop import LoopGain
from risk.analysis.statistics import Estimate
from risk.report.record import Document, Keyed, Many, Record, told
from risk.report.table import Column, Table
from risk.report.terminal.feedback import LOOP
from risk.report.terminal.headed import Headed, document, titles
from risk.report.terminal.numbers import with_error, with_interval
from risk.report.terminal.page import Page, Screen, heading, line, note, table
from risk.report.terminal.summary import THIN, thin
from risk.runs import Run

NOTHING, EVERYTHING = "none (all on)", "all of them"

OPTIONAL = {"bust": 1, "second_round": 2}
"""Measures whose ratio is left out where room is short, the largest first."""


def findings(
    runs: Mapping[str, Run], quarter: str, noise: Mapping[str, Mapping[str, float]] | None = None
) -> Headed[Amplification]:
    """Compare the runs of `risk.analysis.amplification.cases`; the spread is pushed in `quarter`.

    The heading is that of the run with all couplings on.
    """
    return Headed.of(runs[ON], compare(runs, quarter, noise))


def screen(findings: Headed[Amplification], page: Page) -> Screen:
    """Losses, ratios and the loop on a page."""
    found = findings.result
    star = f"; {THIN}" if _starred(found) else ""
    return (
        *titles(findings.heading, page, "Amplification"),
        heading("Headline loss with one coupling cut, USD bn", page),
        table(_levels(found), page),
        note(f"± 95% Monte Carlo, here and below{star}", page),
        Text(),
        heading("Amplification: all couplings on over one cut, on the same draws", page),
        table(_ratios(found), page),
        note(
            "An effect is a mean that differs by more than two standard errors. The medians that stand in "
            f"for a cut coupling are of 4,096 paths; their own noise is {_in(found.pilots)}.",
            page,
        ),
        Text(),
        *_loop(found.loop, page),
    )


def _levels(found: Amplification) -> Table:
    columns = (
        Column("cut", "Cut"),
        *(Column(measure.name, measure.label, align="right") for measure in found.measures),
        Column("run", "Run", optional=1),
    )
    rows = [(NOTHING, *_row(found.on, found.measures), "")]
    rows += [(_name(e), *_row(e.levels, found.measures), e.run) for e in _all(found)]
    return Table("levels", columns, tuple(rows))


def _ratios(found: Amplification) -> Table:
    columns = (
        Column("cut", "Cut"),
        *(Column(m.name, m.label, align="right", optional=OPTIONAL.get(m.name, 0)) for m in found.measures),
        Column("effect", "Effect on the mean"),
    )
    ratios = ((_name(e), *(_ratio(e.ratios[m.name]) for m in found.measures), e.words) for e in _all(found))
    return Table("ratios", columns, tuple(ratios))


def _all(found: Amplification) -> Sequence[Effect]:
    return (*found.effects, found.whole)


def _name(effect: Effect) -> str:
    return effect.case if "->" in effect.case else EVERYTHING


def _row(levels: Mapping[str, Estimate], measures: Sequence[Measure]) -> list[str]:
    return [_level(levels[measure.name], measure.unit) for measure in measures]


def _level(found: Estimate, unit: str) -> str:
    return with_error(found, unit) if unit else with_interval(found)


def _ratio(found: Estimate) -> str:
    if math.isnan(found.value):
        return "–"
    none = max(abs(found.value - 1.0), found.standard_error) < LEAST
    return with_error(replace(found, standard_error=0.0) if none else found, "")


def _in(pilots: bool) -> str:
    return "in ±" if pilots else "not in ± (--pilots measures it)"


def _starred(found: Amplification) -> bool:
    return thin([e for levels in (found.on, *(e.levels for e in _all(found))) for e in levels.values()])


def _loop(loop: LoopGain, page: Page) -> Screen:
    style = "bold" if loop.words.startswith("damped") else "bold red"
    return (
        line(f"Loop gain {with_error(loop.gain, '')}: {loop.words}", page, style),
        note(
            f"With losses->spread cut, {loop.push:+z.0f} bp on the high-yield spread in {loop.quarter} moves "
            f"the headline loss by {with_error(loop.extra_loss, 'USD bn')} USD bn. The gain is the spread "
            "that losses would add, in bp-quarters for each imposed, all of it taken as "
            f"unexpected. With the loop closed the spread moves by {with_error(loop.closed, '')} for each.",
            page,
        ),
    )


MEASURE: Record[Measure] = Record(
    (told("label"), told("outcome"), told("unit", get=lambda m: m.unit or "probability"))
)
EFFECT: Record[Effect] = Record(
    (
        told("run"),
        told("cut", dict[str, Estimate], lambda e: e.levels),
        told("on_over_cut", dict[str, Estimate], lambda e: e.ratios),
        told(
            "effect", dict[str, str], lambda e: {k: effect_in_words(found) for k, found in e.ratios.items()}
        ),
    )
)
COUPLING: Record[Effect] = Record((told("coupling", get=lambda e: e.case), *EFFECT.fields))

DOCUMENT: Document[Headed[Amplification]] = document(
    told("measures", Keyed(MEASURE), lambda found: {m.name: m for m in found.measures}),
    told("on", dict[str, Estimate]),
    told("couplings", Many(COUPLING), lambda found: found.effects),
    told("whole", EFFECT),
    told("loop", LOOP),
    told("pilots", bool),
    name="amplification/1",
    title="What each coupling adds: bubblerisk amplification --json",
)
