from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.stats import spearmanr

from risk.analysis import statistics
from risk.assumptions import load, targets
from risk.assumptions.targets import Target
from risk.axes import Calendar
from risk.calibrate.targets import MEASURES, _contradicts, results
from risk.runs import Run, execute


@pytest.mark.parametrize(
    ("status", "value", "expected"),
    [
        ("met", 10.0, False),
        ("met", 8.1, False),  # outside the bound by less than two standard errors
        ("met", 7.0, True),
        ("met", 13.9, False),
        ("met", 15.0, True),
        ("missed", 10.5, True),  # clearly inside
        ("missed", 9.0, False),
        ("missed", 5.0, False),
        ("pending", 5.0, False),
        ("informational", 99.0, False),
    ],
)
def test_a_result_contradicts_its_declaration(status: str, value: float, expected: bool) -> None:
    assert _contradicts(status, value, 0.5, 9.0, 13.0) is expected


def test_a_one_sided_target_has_one_side() -> None:
    assert not _contradicts("met", 1e9, 1.0, 9.0, None)
    assert _contradicts("met", 0.0, 1.0, 9.0, None)


def test_every_measure_is_taken_and_belongs_to_a_target() -> None:
    declared = {t.measure for t in load().targets.values() if t.measure}
    assert set(MEASURES) == set(targets.MEASURES) == declared


def test_all_targets_are_declared() -> None:
    declared = {int("".join(c for c in t.id if c.isdigit())) for t in load().targets.values()}
    assert declared == {*range(1, 21)} - {11}


NEW: tuple[dict[str, Any], ...] = (
    {"outcome": "capex_2027", "across": "standard deviation", "unit": "USD bn"},
    {"outcome": "B4", "across": "probability", "unit": "%"},
    {"outcome": "correction", "across": "probability"},
    {"outcome": "B5i", "across": "probability"},
    {"outcome": "bust", "across": "probability"},  # as it rests on what is beyond the run
    {"outcome": "paper_loss_share", "across": "mean"},
    {"outcome": "capex_2027", "observed": 1_050},
    {"outcome": "spread_peak", "across": "rank correlation", "against": "capex_2027"},
    {"outcome": "spread_peak", "across": "rank correlation", "against": "capex_2027", "complement": True},
    {"quantity": "h100_spot", "over": "..2027Q4", "quantile": 0.25, "unit": "USD/h"},
    {"quantity": "h100_spot", "over": "2027", "log_change": 2, "across": "mean"},
    {"quantity": "h100_spot", "over": "2026..2027", "across": "mean", "unit": "USD/h"},
    {"quantity": "h100_spot", "over": "2026", "log_change": 4, "across": "mean"},  # from before the base date
    {"quantity": "h100_spot", "over": "2029Q4", "across": "mean"},
    {"quantity": "required_revenue", "over": "base", "across": "mean"},  # a flow, which begins later
)


@pytest.fixture(scope="module")
def small_run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """A run of two years, with more targets."""
    given, words = load(), {"label": "New", "statement": "Some", "status": "informational", "source": "x"}
    new = {f"N{i}": Target.model_validate({"id": f"N{i}", **words, **row}) for i, row in enumerate(NEW)}
    short = replace(given, calendar=Calendar(given.calendar.base, 8), targets={**given.targets, **new})
    return execute(short, 64, 5, jobs=1, directory=tmp_path_factory.mktemp("targets"))


def test_a_new_target_needs_no_code(small_run: Run) -> None:
    found = [r.value for r in results(small_run) if r.id.startswith("N")]
    spot = small_run.series("h100_spot").astype(np.float64)
    this, following = (small_run.calendar.offset(f"{year}Q4") for year in (2026, 2027))
    capex, peak = small_run.outcome("capex_2027"), small_run.outcome("spread_peak")
    ranked = float(spearmanr(peak, capex).statistic)
    expected = [
        capex.std(ddof=1) / 1e9,
        None, None,
        small_run.outcome("B5i").mean(),
        None,
        small_run.outcome("paper_loss_share").mean(),
        (capex < 1_050e9).mean(),
        ranked,
        -ranked,
        np.quantile(spot[following], 0.25, method=statistics.QUANTILE_METHOD),
        np.log(spot[following] / spot[following - 2]).mean(),
        (spot[this].mean() + spot[following].mean()) / 2,
        None, None, None,
    ]  # fmt: skip
    assert [value is None for value in found] == [value is None for value in expected]
    for value, right in zip(found, expected, strict=True):
        assert value is None or value == pytest.approx(right, rel=1e-12)


def test_a_run_that_is_too_short_has_nothing_to_measure(small_run: Run) -> None:
    found = {r.id: r for r in results(small_run)}
    beyond = {"T3a", "T4b", "T5a", "T5b", "T7"}
    assert all(found[id].value is None and not found[id].contradicts for id in beyond)
    assert found["T4b"].label == "End-customer AI revenue 2030, median"
    assert all(found[id].value is not None for id in ("T2a", "T2b", "T5d", "T8a", "T8c", "T9a", "T12"))


@pytest.mark.slow
def test_the_base_case_stands_where_it_says(tmp_path: Path) -> None:
    """At the number of paths at which the targets are declared."""
    register = load()
    paths, seed = round(register.number("run.paths")), round(register.number("run.seed"))
    run = execute(register, paths, seed, jobs=2, directory=tmp_path)
    wrong = [f"{r.id} {r.label}: {r.value} in [{r.low}, {r.high}]?" for r in results(run) if r.contradicts]
    assert not wrong, "\n".join(wrong)
    assert max(run.identities.values()) < 1e-9
