"""What a narrow screen keeps, and what a row of it may not say."""

from __future__ import annotations

from dataclasses import replace

import pytest

from risk.analysis.contrasts import Difference
from risk.analysis.statistics import Estimate
from risk.analysis.verdict import CLASSES
from risk.errors import UsageError
from risk.report.terminal import checks, comparison, distribution, path, runs, verdict
from risk.report.terminal.headed import Headed
from risk.report.terminal.page import Page, text
from tests.report import command_results as commands
from tests.report import terminal_results as made
from tests.report.runs import small_run
from tests.schema import problems

NARROW = Page(80)


def test_a_narrow_page_says_what_was_declared_and_what_a_probability_reads_as() -> None:
    found = text(checks.screen(made.CHECKS, NARROW), NARROW)
    assert "Declared  Found" in found
    assert "missed    as declared" in found
    shown = text(verdict.screen(made.SUMMARY, NARROW), NARROW).splitlines()
    titles = next(line for line in shown if "Proposition" in line)
    assert titles.split()[-4:] == ["When", "P", "in", "words"]


@pytest.mark.parametrize("name", ["a" * 40, "a-long-name-of-a-scenario-of-40-characters"])
def test_a_long_name_of_a_scenario_cuts_no_other_column(name: str) -> None:
    row = replace(commands.RUNS[0], scenario=name, paths=1_000_000)
    shown = text(runs.screen(runs.Listing("runs", [row]), NARROW), NARROW).splitlines()
    assert max(map(len, shown)) <= NARROW.width
    for word in (row.run, "1,000,000", "2026-11-22 10:15", "131.5 MB", "today's"):
        assert word in shown[2]
    assert "".join(line[14:34].strip() for line in shown[2 : shown.index("")]).startswith(name[:14])


def test_what_a_path_loses_beside_the_headline_is_told_apart() -> None:
    shown = " ".join(text(path.screen(made.TOLD, NARROW), NARROW).split())
    inside = "In the headline: delayed-draw loans $5.8bn, notes $203bn, SPV debt $44bn, software loans $159bn"
    assert f"{inside}; beside it, generic credit: B loans $291bn." in shown


def difference(unit: str, old: float, new: float, error: float) -> Difference:
    own = 3.0 if unit else 0.003
    before, after = Estimate(old, own, made.PATHS), Estimate(new, own, made.PATHS)
    return Difference("x", "X", unit, before, after, Estimate(new - old, error, made.PATHS))


@pytest.mark.parametrize(
    ("unit", "old", "new", "error", "shown"),
    [
        ("USD bn", 135.5, 135.51, 0.9, ("135.5", "135.5", "0")),
        ("USD bn", 135.6, 135.9, 5.0, ("136", "136", "0")),
        ("USD bn", 135.6, 135.9, 0.1, ("135.6", "135.9", "+0.3")),
        ("USD bn", 1_473.0, 1_508.0, 3.0, ("1,473", "1,508", "+35")),
        ("", 0.2, 0.2001, 0.0002, ("20.0%", "20.0%", "0")),
        ("", 0.2, 0.19, 0.0002, ("20.0%", "19.0%", "-1.0 pp")),
    ],
)
def test_old_new_and_change_have_the_same_digits(
    unit: str, old: float, new: float, error: float, shown: tuple[str, ...]
) -> None:
    (row,) = comparison.RESULTS.table([difference(unit, old, new, error)]).rows
    assert row[2:5] == shown


def test_heading_and_bridge_count_the_same_inputs() -> None:
    shown = text(comparison.screen(made.COMPARISON, NARROW), NARROW)
    assert "Assumptions changed (3 of 429 inputs)" in shown
    assert "→ 3 changed inputs" in shown


@pytest.mark.parametrize(("name", "label"), CLASSES)
def test_an_outcome_class_is_a_result(name: str, label: str) -> None:
    run = small_run()
    found = Headed.of(run, distribution.detail(run, name))
    assert text(distribution.screen(found, NARROW), NARROW).startswith(label)
    document = distribution.form_of(found.result)
    data = {"schema": document.id, **document.data(found)}
    assert not problems(data)
    assert bool(data["by_year"]) is (name == "bust")


def test_a_result_that_is_none_lists_every_name_once() -> None:
    with pytest.raises(UsageError) as caught:
        distribution.detail(small_run(), "xx")
    names = caught.value.fixes[0].removeprefix("results: ").split(", ")
    assert len(names) == len(set(names))
    assert {"bust", "headline_loss", "B4", "h100_contract"} <= set(names)
