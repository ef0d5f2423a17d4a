"""Evidence is written by a command and sealed; sizes and figures are what they are said to be."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from risk.analysis.metrics import HEADLINE
from risk.assumptions import load
from risk.calibrate.validation import evidence, figures, sizes
from risk.calibrate.validation.declared import FOLDER, Suite
from risk.calibrate.validation.evidence import EVIDENCE, Figure
from risk.calibrate.validation.sizes import BUST, Move
from risk.errors import StorageError, UsageError
from tests.report.command_results import HINDCAST
from tests.report.runs import small_run

REGISTER = Path(__file__).parents[3] / "assumptions"
FIGURE = Figure(
    "coverage", "Coverage of intervals", 0.94, "fraction", 0.92, 0.98, 400, "runs", "make evidence"
)


def test_a_record_is_kept_and_read(tmp_path: Path) -> None:
    record = evidence.made("coverage", "make evidence", [FIGURE], paths=4_096, seed=7)
    path = evidence.keep(record, tmp_path)
    assert path == tmp_path / FOLDER / EVIDENCE / "coverage.json"
    assert evidence.read(tmp_path) == (record,)
    assert len(record.source) == 64
    assert record.date[:2] == "20"


def test_a_figure_that_was_typed_by_hand_is_refused(tmp_path: Path) -> None:
    path = evidence.keep(evidence.made("coverage", "make evidence", [FIGURE]), tmp_path)
    path.write_text(path.read_text(encoding="utf-8").replace("0.94", "0.95"), encoding="utf-8")
    with pytest.raises(StorageError, match="make evidence"):
        evidence.read(tmp_path)


def test_a_register_without_evidence_has_none(tmp_path: Path) -> None:
    assert evidence.read(tmp_path) == ()


@pytest.mark.parametrize(
    ("value", "low", "high", "wanted"),
    [
        (0.92, 0.92, 0.98, True),
        (0.919, 0.92, 0.98, False),
        (0.981, 0.92, 0.98, False),
        (5.0, None, None, None),
        (0.7, 0.7, None, True),
        (2e-9, None, 1e-9, False),
    ],
)
def test_a_figure_lies_inside_what_was_wanted_or_not(
    value: float, low: float | None, high: float | None, wanted: bool | None
) -> None:
    assert replace(FIGURE, value=value, low=low, high=high).wanted is wanted


# ─── sizes ───


@cache
def moves() -> tuple[Move, ...]:
    return sizes.moves(REGISTER, load(REGISTER))


def test_every_move_of_the_register_loads_and_moves_something() -> None:
    base, moved = load(REGISTER), moves()
    assert len(moved) >= 20
    for move in moved:
        assert move.register.digest != base.digest, move.word
        assert move.limit in base.limits


def test_a_move_that_is_nowhere_is_refused() -> None:
    base = load(REGISTER)
    limit = next(iter(base.limits.values()))
    lost = replace(base, limits={limit.id: limit.model_copy(update={"moved": ("no-such-move",)})})
    with pytest.raises(UsageError, match="'no-such-move', which is neither a file nor a scenario"):
        sizes.moves(REGISTER, lost)


def test_a_size_is_the_paired_change_of_the_headlines() -> None:
    generator = np.random.default_rng(1)
    before = {BUST: np.repeat([0.0, 1.0], 2_048), HEADLINE: generator.gamma(2.0, 10.0, 4_096)}
    flags = before[BUST].copy()
    flags[:41] = 1.0
    found = sizes.size(
        Move("l", "m", load(REGISTER)), before, {BUST: flags, HEADLINE: before[HEADLINE] + 3.0}
    )
    assert found.bust == pytest.approx(41 / 4_096)
    assert found.bust_se == pytest.approx(np.sqrt(0.01 * 0.99 / 4_096), rel=0.02)
    assert [found.mean, found.p95] == pytest.approx([3.0, 3.0])
    assert found.mean_se == pytest.approx(0.0, abs=1e-9), "the same draws: their noise cancels"


@pytest.mark.slow
def test_one_move_is_simulated_on_the_draws_of_the_base() -> None:
    base = load(REGISTER)
    (move,) = (m for m in moves() if m.word == "estate-low")
    said: list[Any] = []
    record = sizes.measure(base, [move], 100, 5, said.append, 1)
    (found,) = record.sizes
    assert (record.paths, record.seed, found.move) == (1_024, 5, "estate-low")
    assert found.mean > 2.0 * found.mean_se > 0.0, "a failed company that is sold for less costs lenders more"
    assert len(said) == 1


# ─── figures ───

REPORT = """<testsuites><testsuite>
<testcase classname="tests.properties.test_signs" name="test_a"/>
<testcase classname="tests.properties.test_signs.TestMore" name="test_b"><failure message="no"/></testcase>
<testcase classname="tests.properties.test_signs" name="test_c"><skipped message="no office"/></testcase>
<testcase classname="tests.processes.test_ou" name="test_d"><error message="no"/></testcase>
</testsuite></testsuites>"""
SUITES = (
    Suite(id="relations", what="Relations", files=("tests/properties/*.py",)),
    Suite(id="closed", what="Closed forms", files=("tests/processes/test_ou.py",)),
    Suite(id="twins", what="Twins", files=("tests/engine/test_market_sheet.py",)),
)


def test_tests_that_passed_are_counted_and_those_that_did_not_run_have_no_row(tmp_path: Path) -> None:
    path = tmp_path / "tests.xml"
    path.write_text(REPORT, encoding="utf-8")
    found = {figure.id: figure for figure in figures.of_suites(path, SUITES)}
    assert set(found) == {"relations", "closed"}
    assert (found["relations"].value, found["relations"].n, found["relations"].wanted) == (0.5, 2, False)
    assert found["closed"].value == 0.0


@pytest.mark.parametrize(
    "text",
    ["no xml", "<testsuites/>", '<!DOCTYPE a [<!ENTITY b "c">]><testsuites>&b;</testsuites>'],
)
def test_what_is_no_report_of_tests_is_refused(text: str, tmp_path: Path) -> None:
    path = tmp_path / "tests.xml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(UsageError, match=r"--junitxml|no report"):
        list(figures.of_suites(path, SUITES))
    with pytest.raises(StorageError):
        list(figures.of_suites(tmp_path / "nowhere.xml", SUITES))


def test_figures_of_hindcasts_are_theirs() -> None:
    covered, better = figures.of_hindcast(HINDCAST)
    assert (covered.value, covered.n, covered.wanted) == (
        HINDCAST.whole.declared,
        HINDCAST.whole.count,
        False,
    )
    assert better.n == len(HINDCAST.metrics)


def test_figures_of_a_run_are_its_targets_identities_and_band() -> None:
    found = {figure.id: figure for figure in figures.of_run(small_run())}
    assert set(found) == {"targets", "targets-inside", "identities", "band"}
    assert found["targets"].value >= found["targets-inside"].value
    assert found["identities"].wanted
    assert 0.0 < found["band"].value < 1.0
    assert "band" not in {figure.id for figure in figures.of_run(small_run("gpu-glut"))}
