"""The answer's sentences against the numbers they are made of, on four runs."""

from __future__ import annotations

from dataclasses import replace
from textwrap import wrap

import numpy as np
import pytest

from risk.analysis.answer import Answer, Cost
from risk.analysis.metrics import HEADLINE
from risk.analysis.statistics import Estimate
from risk.analysis.verdict import Verdict
from risk.analysis.words import NESTED, UNDECIDED
from risk.report import answer
from risk.report.pack.base.names import assumption
from risk.report.pack.base.results import Results
from risk.report.terminal.page import Page
from risk.report.terminal.page import text as written
from risk.report.terminal.verdict import LINES, REST, screen
from tests.report.runs import small_results
from tests.report.terminal_results import RANGED, SUMMARY

RUNS = ("base", "bull", "joint-tail")


@pytest.fixture(params=RUNS)
def results(request: pytest.FixtureRequest) -> Results:
    """Runs of 2,048 paths; of the base the range over inputs is known."""
    return small_results(request.param)


def test_the_first_sentence_has_probability_range_and_cost(results: Results) -> None:
    first, _ = answer.sentences(results.answer, results.verdict)
    bust = results.run.outcome("bust") > 0.0
    loss = results.run.outcome(HEADLINE) / 1e9
    share = f"{bust.mean():.0%}" if bust.mean() >= 0.0995 else f"{bust.mean():.1%}"
    assert f"comes on {share} of paths" in first
    assert results.verdict.by in first
    if results.verdict.ranged:
        low, high = results.verdict.outcome("bust").band.ends  # type: ignore[misc, union-attr]
        assert "over what we do not know" in first
        word = first.rpartition("know: ")[2].partition(")")[0]
        assert word == UNDECIDED or any(w == word and a <= low and high <= b for w, a, b in NESTED)
    else:
        assert "was not measured" in first
        assert not any(f" {word}" in first for word, *_ in NESTED)
    more = loss[bust].mean() - loss[~bust].mean()
    assert f"USD {more:,.0f}bn" in first or f"USD {more:,.1f}bn" in first


def test_the_second_sentence_names_what_decides(results: Results) -> None:
    _, second = answer.sentences(results.answer, results.verdict)
    if not results.answer.movers:
        assert second == "No input is told from chance as what decides it on so few paths."
        return
    first = results.answer.movers[0]
    assert second.startswith(assumption(first.id))
    draws, bust = results.run.parameters([first.id])[first.id], results.run.outcome("bust")
    lowest = bust[np.argsort(draws)[: len(draws) // 10]].mean()
    assert first.low.value == pytest.approx(lowest, abs=0.01)


def test_too_few_busts_cost_nothing_that_can_be_told() -> None:
    none = replace(SUMMARY.answer, cost=Cost(Estimate(np.nan, np.nan, 9), None), movers=())
    first, second = answer.sentences(none, RANGED)
    assert "too few paths are busts" in first
    assert "USD" not in first
    assert second.startswith("No input is told from chance")


def test_no_range_no_word() -> None:
    verdict: Verdict = SUMMARY.verdict
    assert "was not measured" in answer.sentences(SUMMARY.answer, verdict)[0]
    assert "(1 to 55% over what we do not know: undecided)" in answer.sentences(SUMMARY.answer, RANGED)[0]


@pytest.mark.parametrize(("width", "cut"), [(64, True), (80, False), (120, False)])
def test_the_answer_ends_the_screen_in_a_dozen_lines_and_says_where_the_rest_is(
    width: int, cut: bool
) -> None:
    summary = replace(SUMMARY, verdict=RANGED, red=("A reading lies outside its interval.",))
    page = Page(width, True, True)
    lines = written(screen(summary, page), page).splitlines()
    start = next(i for i, line in enumerate(lines) if line.startswith("A bust by"))
    said = [row for line in lines[start:] for row in wrap(line, width)]
    assert len(said) <= LINES
    assert "A reading lies outside its interval." in " ".join(said)
    assert all(text in " ".join(said) for text in summary.told) is not cut
    assert (said[-1] == REST) is cut


def test_every_class_says_its_ranges() -> None:
    found: Answer = small_results().answer
    for standing in found.standings:
        said = answer.ranges(standing)
        assert said.startswith(standing.found.label.lower())
        assert ("over definitions" in said) is (standing.definitions is not None)
        assert ("over scenarios" in said) is (standing.scenarios is not None)
    bust = found.standings[0]
    assert bust.definitions is not None
    assert bust.definitions[0] <= bust.found.probability.value <= bust.definitions[1]
