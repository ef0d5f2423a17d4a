"""Lines of credit loss of a run, against its outcomes."""

from __future__ import annotations

import numpy as np
import pytest

from risk.analysis.loss_lines import loss_lines, outcome, ratio
from risk.analysis.metrics import HEADLINE
from tests.analysis.errors import student
from tests.report.runs import small_run


def test_the_headline_is_the_first_and_labels_are_the_registers() -> None:
    run = small_run()
    found = loss_lines(run)
    rows = run.register.tables["credit.line"].rows
    assert [(line.name, line.label) for line in found] == [(row.name, row.label) for row in rows]  # type: ignore[attr-defined]
    assert found[0].loss.variable.name == HEADLINE


def test_lines_add_up_to_all_credit_and_classes_to_their_mean() -> None:
    run = small_run()
    every = np.sum([run.outcome(f"loss.{name}") for name in run.entities["losses.instrument"]], axis=0) / 1e9
    found = loss_lines(run)
    assert sum(line.loss.mean.value for line in found) == pytest.approx(every.mean())
    for line in found:
        shares = [(e.value, e.n / run.paths) for e in line.by_class.values()]
        assert sum(value * share for value, share in shares) == pytest.approx(line.loss.mean.value)
        assert line.excess.value == pytest.approx(line.loss.mean.value - line.expected.value)
        flags = run.outcome("bust") > 0
        beyond = (run.outcome(outcome(line.name)) - run.outcome(f"line_expected.{line.name}")) / 1e9
        assert line.excess_by_class["bust"].value == pytest.approx(beyond[flags].mean())
        assert line.excess_by_class["bust"].standard_error == pytest.approx(student(beyond[flags]))


def test_a_rate_is_a_year_of_the_par_owed() -> None:
    run = small_run()
    for line in loss_lines(run):
        years = run.outcome(f"line_owed.{line.name}").mean() / 4.0
        assert line.rate.value == pytest.approx(run.outcome(outcome(line.name)).mean() / years)
        assert 0.0 < line.expected_rate.value < 0.05


def test_the_error_of_a_ratio_is_its_spread() -> None:
    generator, found = np.random.default_rng(3), []
    for _ in range(300):
        below = np.exp(0.5 * generator.standard_normal(500))
        found.append(ratio(below * (1.0 + 0.3 * generator.standard_normal(500)), below))
    spread = np.std([e.value for e in found], ddof=1)
    assert np.mean([e.standard_error for e in found]) == pytest.approx(spread, rel=0.15)
    assert np.isnan(ratio(np.ones(3), np.zeros(3)).value)
