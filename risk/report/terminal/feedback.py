"""What JSON documents and the verdict screen say of couplings and the loop."""

from __future__ import annotations

from functools import partial

from risk.analysis.amplification import Amplification
from risk.analysis.estimate import Estimate
from risk.analysis.feedback import LOSS, MARKS, Feedback, adds, pathways_in_words, whole_in_words
from risk.analysis.loop import LoopGain
from risk.paths import PATHWAYS
from risk.report.record import Keyed, Record, told
from risk.report.terminal.page import Page, Screen, heading, note


def lines(found: Feedback, page: Page) -> Screen:
    """What was measured beside the run, in sentences."""
    return (
        heading(f"Feedback, {found.paths:,} paths a case", page),
        note(whole_in_words(found), page),
        note(pathways_in_words(found), page),
    )


def _added(found: Amplification, measure: str) -> dict[str, Estimate]:
    return {pathway: adds(found, pathway, measure) for pathway in PATHWAYS}


LOOP: Record[LoopGain] = Record(
    (
        told("quarter"),
        told("push_bp", float, lambda loop: loop.push),
        *(told(name, Estimate) for name in ("extra_loss", "gain", "closed")),
        told("verdict", get=lambda loop: loop.words),
    )
)

SCENARIO: Record[Amplification] = Record(
    (
        told("on_over_off", dict[str, Estimate], lambda found: found.whole.ratios),
        told("loop", LOOP),
        *(
            told(f"pathways_add_to_{what}", dict[str, Estimate], partial(_added, measure=measure))
            for what, measure in (("marks", MARKS), ("mean_loss", LOSS))
        ),
    )
)

FEEDBACK: Record[Feedback] = Record(
    (told("paths", int), told("scenarios", Keyed(SCENARIO), lambda f: f.worlds))
)
"""Ratios of losses, and shares that each pathway adds."""
