"""The amplification screen: losses without each coupling, what it adds, and the gain of the loop."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from rich.text import Text

from risk.analysis.amplification import LEAST, ON, Amplification, Effect, LoopGain, Measure, effect_in_words
from risk.analysis.amplification import amplification as compare
from risk.analysis.statistics import Estimate
from risk.report.terminal.numbers import with_error, with_interval
from risk.report.terminal.page import Cell, Column, Page, Screen, grid, heading, note
from risk.report.terminal.summary import Heading, estimate_data, heading_data, thin
from risk.report.terminal.summary import heading as run_heading
from risk.report.terminal.verdict import titles
from risk.runs import Run

SCHEMA = "bubblerisk.amplification/1"
NOTHING, EVERYTHING = "none (all on)", "all of them"

OPTIONAL = {"bust": 1, "second_round": 2}
"""Measures whose ratio is left out where room is short, the largest first."""


@dataclass(frozen=True)
class Findings:
    """The run with all couplings on, and what the others say beside it."""

    heading: Heading
    found: Amplification


def findings(runs: Mapping[str, Run], quarter: str) -> Findings:
    """Compare the runs of `risk.analysis.amplification.cases`; the spread is pushed in `quarter`."""
    return Findings(run_heading(runs[ON]), compare(runs, quarter))


def screen(findings: Findings, page: Page) -> Screen:
    """Losses, ratios and the loop on a page."""
    found = findings.found
    star = "; * fewer than 500 paths lie in this tail" if _starred(found) else ""
    return (
        *titles(findings.heading, page, "Amplification"),
        heading("Headline loss with one coupling cut, USD bn", page),
        _levels(found, page),
        note(f"± 95% Monte Carlo, here and below{star}", page),
        Text(),
        heading("Amplification: all couplings on over one cut, on the same draws", page),
        _ratios(found, page),
        note("An effect is a mean that differs by more than two paired standard errors.", page),
        Text(),
        *_loop(found.loop, page),
    )


def _levels(found: Amplification, page: Page) -> Any:
    headings = (
        Column("Cut"),
        *(Column(measure.label, "right") for measure in found.measures),
        Column("Run", optional=1),
    )
    rows: list[tuple[Cell, ...]] = [(NOTHING, *_row(found.on, found.measures), "")]
    rows += [(_name(e), *_row(e.levels, found.measures), e.run) for e in _all(found)]
    return grid(headings, rows, page)


def _ratios(found: Amplification, page: Page) -> Any:
    headings = (
        Column("Cut"),
        *(Column(m.label, "right", OPTIONAL.get(m.name, 0)) for m in found.measures),
        Column("Effect on the mean"),
    )
    rows = [(_name(e), *(_ratio(e.ratios[m.name]) for m in found.measures), e.words) for e in _all(found)]
    return grid(headings, rows, page)


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


def _starred(found: Amplification) -> bool:
    return thin([e for levels in (found.on, *(e.levels for e in _all(found))) for e in levels.values()])


def _loop(loop: LoopGain, page: Page) -> Screen:
    alarm = "" if page.plain or loop.words.startswith("damped") else "bold red"
    return (
        Text(
            page.say(f"Loop gain {with_error(loop.gain, '')}: {loop.words}"),
            style=alarm or ("" if page.plain else "bold"),
        ),
        note(
            f"With losses->spread cut, {loop.push:+.0f} bp on the high-yield spread in {loop.quarter} moves "
            f"the AI-exposed loss by {with_error(loop.extra_loss, 'USD bn')} USD bn. The gain is the spread "
            "that losses would add, in bp-quarters for each imposed, all of it taken as "
            f"unexpected. With the loop closed the spread moves by {with_error(loop.closed, '')} for each.",
            page,
        ),
    )


def findings_data(findings: Findings) -> dict[str, Any]:
    """Findings as plain data for JSON."""
    found = findings.found
    loop = found.loop
    return {
        **heading_data(findings.heading),
        "measures": {
            m.name: {"label": m.label, "outcome": m.outcome, "unit": m.unit or "probability"}
            for m in found.measures
        },
        "on": _estimates(found.on),
        "couplings": [{"coupling": effect.case, **_effect_data(effect)} for effect in found.effects],
        "whole": _effect_data(found.whole),
        "loop": {
            "quarter": loop.quarter,
            "push_bp": loop.push,
            "extra_loss": estimate_data(loop.extra_loss),
            "gain": estimate_data(loop.gain),
            "closed": estimate_data(loop.closed),
            "verdict": loop.words,
        },
    }


def _effect_data(effect: Effect) -> dict[str, Any]:
    return {
        "run": effect.run,
        "cut": _estimates(effect.levels),
        "on_over_cut": _estimates(effect.ratios),
        "effect": {name: effect_in_words(found) for name, found in effect.ratios.items()},
    }


def _estimates(found: Mapping[str, Estimate]) -> dict[str, Any]:
    return {name: estimate_data(estimate) for name, estimate in found.items()}
