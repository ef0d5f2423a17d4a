"""What couplings add, and the gain of the loop, on runs made by hand."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from risk.analysis import amplification as amp
from risk.analysis import contrasts, loop
from risk.analysis.statistics import Estimate
from risk.assumptions import Assumptions, load
from risk.assumptions.locate import NAME
from risk.axes import Calendar
from risk.errors import UsageError
from risk.paths import COUPLINGS
from tests.analysis.errors import student
from tests.assumptions.builder import Register

Array = NDArray[np.float64]
PATHS = 400
CUT = '[switches]\n"supply->rent" = false\n"capex->supply" = false\n'


@pytest.fixture
def register(tmp_path: Path) -> Path:
    made = Register(tmp_path / "assumptions").scenario("cut", CUT)
    made.write()
    return tmp_path / "assumptions"


def test_every_coupling_is_cut_in_a_run_of_its_own(register: Path) -> None:
    found = amp.cases(load(register), "2027Q1")
    special = (amp.ON, amp.OFF, amp.OPEN_PUSHED, amp.PUSHED)
    assert set(found) == {*COUPLINGS, *special}
    off = {case: {c for c, on in a.switches.items() if not on} for case, a in found.items()}
    assert all(off[coupling] == {coupling} for coupling in COUPLINGS)
    assert [off[case] for case in special] == [set(), set(COUPLINGS), {loop.LOOP}, set()]
    assert {case for case, a in found.items() if a.events} == {amp.OPEN_PUSHED, amp.PUSHED}
    assert len({a.digest for a in found.values()}) == len(found)


def test_names_are_legal_and_tell_what_is_cut(register: Path) -> None:
    found = amp.cases(load(register), "2027Q1")
    names = [a.scenario.name for a in found.values()]
    assert all(NAME.fullmatch(name) for name in names)
    assert len(set(names)) == len(names)
    assert found["supply->rent"].scenario.name == "base-without-supply-rent"
    assert found["supply->rent"].scenario.title == "Base case, without supply->rent"
    assert found[amp.OPEN_PUSHED].scenario.name == "base-without-losses-spread-pushed-2027q1"


def test_a_scenario_that_cuts_couplings_is_coupled_first(register: Path) -> None:
    found = amp.cases(load(register, "cut"), "2027Q1")
    assert found[amp.ON].scenario.name == "cut-coupled"
    assert found[amp.ON] == load(register)
    assert not found["supply->rent"].switches["supply->rent"]
    assert found["supply->rent"].switches["capex->supply"]


def test_the_push_is_certain_and_lies_in_one_quarter_of_the_run(register: Path) -> None:
    base = load(register)
    (push,) = amp.cases(base, "2030Q2")[amp.PUSHED].events
    assert (push.start, push.end) == ("2030Q2", "2030Q2")
    assert (push.variable, push.probability) == ("hy_spread", 1.0)
    assert push.scaled == pytest.approx(0.01)


def test_the_quarter_of_the_push_lies_in_the_run() -> None:
    calendar = Calendar(date(2026, 6, 30), 26)
    assert loop.push_quarter(calendar) == "2027Q1"
    assert loop.push_quarter(calendar, "2032Q4") == "2032Q4"
    for wrong in ("2026Q2", "2033Q1", "next"):
        with pytest.raises(UsageError, match="2026Q3 to 2032Q4"):
            loop.push_quarter(calendar, wrong)


def test_a_ratio_by_hand() -> None:
    on, off = np.array([3.0, 6.0, 9.0]), np.array([2.0, 4.0, 3.0])
    found = amp.ratio(contrasts.mean(on), contrasts.mean(off))
    # R = 6 / 3 = 2; (on − 2 off) / 3 = −1/3, −2/3, 1
    assert found.value == pytest.approx(2.0)
    assert found.standard_error == pytest.approx(student([-1 / 3, -2 / 3, 1.0]))


def test_proportional_losses_have_a_ratio_without_error() -> None:
    losses = np.random.default_rng(1).exponential(size=PATHS)
    found = amp.ratio(contrasts.shortfall(0.975)(1.3 * losses), contrasts.shortfall(0.975)(losses))
    assert found.value == pytest.approx(1.3)
    assert found.standard_error < 1e-12


@pytest.mark.parametrize("measure", [contrasts.mean, contrasts.shortfall(0.975)], ids=["mean", "ES"])
def test_the_error_of_a_ratio_is_its_spread(measure: Any) -> None:
    generator = np.random.default_rng(2)
    found = []
    for _ in range(300):
        common, own = generator.standard_normal((2, 2_000))
        found.append(amp.ratio(measure(np.exp(0.1 + 1.1 * common + 0.1 * own)), measure(np.exp(common))))
    spread = np.std([estimate.value for estimate in found], ddof=1)
    stated = np.mean([estimate.standard_error for estimate in found])
    # The spread over 300 repetitions is known to 4%; the tail's error is itself noisy.
    assert 0.85 < stated / spread < 1.15


def test_over_nothing_there_is_no_ratio() -> None:
    zero = contrasts.probability(np.zeros(PATHS))
    assert np.isnan(amp.ratio(contrasts.probability(np.ones(PATHS)), zero).value)


@pytest.mark.parametrize(
    ("value", "error", "words"),
    [
        (1.05, 0.02, amp.ADDS),
        (0.95, 0.02, amp.DAMPENS),
        (1.05, 0.03, amp.NOISY),
        (0.95, 0.03, amp.NOISY),
        (1.0, 0.0, amp.NOISY),
        (1.00009, 0.00001, amp.NOISY),
        (1.00011, 0.00001, amp.ADDS),
        (float("nan"), float("nan"), amp.NOISY),
    ],
)
def test_an_effect_in_words(value: float, error: float, words: str) -> None:
    assert amp.effect_in_words(Estimate(value, error, PATHS)) == words


@pytest.mark.parametrize(
    ("value", "error", "words"),
    [
        (0.3, 0.1, loop.DAMPED),
        (0.9, 0.06, loop.UNSETTLED),
        (1.1, 0.04, loop.EXPLOSIVE),
        (-0.1, 0.01, loop.OPPOSED),
        (-0.01, 0.01, loop.DAMPED),
        (-1.2, 0.05, loop.EXPLOSIVE),
    ],
)
def test_a_gain_in_words(value: float, error: float, words: str) -> None:
    other = Estimate(0.0, 0.0, PATHS)
    assert loop.LoopGain("2027Q1", 100.0, other, Estimate(value, error, PATHS), other).words == words


def test_spread_owed_by_hand() -> None:
    # 35 bp per 10 bn, half of it left after a quarter, at most 400 bp.
    extra = np.array([[10e9], [0.0], [20e9], [-10e9], [200e9]])
    owed = loop.spread_owed(extra, 35e-4 / 10e9, 0.5, 400e-4)
    assert owed[:, 0] * 1e4 == pytest.approx([35.0, 17.5, 78.75, 4.375, 400.0])


def test_a_loss_only_moved_in_time_owes_nothing_in_all() -> None:
    extra = np.zeros((40, 1))
    extra[3], extra[6] = -5e9, 5e9
    owed = loop.spread_owed(extra, 35e-4 / 10e9, 0.5, 400e-4)
    assert owed.sum() == pytest.approx(0.0, abs=1e-9)


@cache
def impact() -> Assumptions:
    """The register with what losses owe the spread as the numbers below have it."""
    values = {"loss_impact": 35.0, "largest_impact": 400.0, "impact_persistence": 0.5}
    base = load()
    found = (replace(base.entry(f"credit.{name}"), value=value) for name, value in values.items())
    return replace(base, entries={**base.entries, **{entry.id: entry for entry in found}})


@dataclass(frozen=True)
class Made:
    """As much of a run as an amplification reads."""

    id: str
    columns: Mapping[str, Array]
    lines: Mapping[str, Array] = field(default_factory=dict)
    draws: Mapping[str, Array] = field(default_factory=dict)
    calendar: Calendar = field(default_factory=lambda: Calendar(date(2026, 6, 30), 26))
    register: Assumptions = field(default_factory=impact)

    def names(self, kind: str) -> tuple[str, ...]:
        return tuple({"outcomes": self.columns, "parameters": self.draws}[kind])

    def outcomes(self, names: Iterable[str]) -> dict[str, Array]:
        return {name: self.columns[name] for name in names}

    def parameter(self, name: str) -> Array:
        return self.draws[name]

    def series(self, name: str) -> Array:
        return self.lines[name]


LOSSES = np.random.default_rng(3).exponential(100e9, PATHS)
BETA = 2e11
"""USD of AI-exposed loss that follows a spread of 1 for a quarter, in the quarter after."""


def made_line(spread: Array) -> Mapping[str, Array]:
    """Series of a run in which losses follow the spread and nothing else."""
    losses = np.concatenate([np.zeros((1, PATHS)), BETA * spread[:-1]])
    return {"hy_spread": spread, "headline_loss": np.cumsum(losses, axis=0)}


def made_runs(**more: Array) -> dict[str, Any]:
    """Runs in which the first coupling adds a quarter, the second takes a tenth and others do nothing."""
    factors = dict.fromkeys(COUPLINGS, 1.0) | {
        COUPLINGS[0]: 1.25,
        COUPLINGS[1]: 0.9,
        amp.OFF: 1.1,
        amp.ON: 1.0,
    }
    calm = np.full((27, PATHS), 0.03)
    pushed = calm.copy()
    pushed[3] += 0.01
    outcomes = {"bust": (LOSSES > 150e9).astype(float), **more}
    runs: dict[str, Any] = {
        case: Made(case, {"headline_loss": LOSSES / factor, **outcomes}, made_line(calm))
        for case, factor in factors.items()
    }
    for case, of in ((amp.OPEN_PUSHED, loop.LOOP), (amp.PUSHED, amp.ON)):
        runs[case] = replace(runs[of], lines=made_line(pushed))
    return runs


def test_effects_are_sorted_and_the_whole_stands_apart() -> None:
    found = amp.amplification(made_runs(), "2027Q1")
    assert [m.name for m in found.measures] == ["mean", "shortfall", "bust"]
    assert [found.effects[0].case, found.effects[-1].case] == [COUPLINGS[0], COUPLINGS[1]]
    assert len(found.effects) == len(COUPLINGS)
    assert found.effects[0].ratios["mean"].value == pytest.approx(1.25)
    assert found.effects[0].levels["mean"].value == pytest.approx(LOSSES.mean() / 1.25e9)
    assert found.on["mean"].value == pytest.approx(LOSSES.mean() / 1e9)
    assert found.whole.ratios["shortfall"].value == pytest.approx(1.1)
    words = {effect.case: effect.words for effect in found.effects}
    assert words[COUPLINGS[0]] == amp.ADDS
    assert words[COUPLINGS[1]] == amp.DAMPENS
    assert {words[c] for c in COUPLINGS[2:]} == {amp.NOISY}


def test_the_second_round_is_compared_where_it_is_recorded() -> None:
    found = amp.amplification(made_runs(second_round=0.2 * LOSSES), "2027Q1")
    assert [m.name for m in found.measures][-1] == "second_round"
    assert found.on["second_round"].value == pytest.approx(0.2 * LOSSES.mean() / 1e9)


def test_the_gain_of_a_loop_that_is_known() -> None:
    found = amp.amplification(made_runs(), "2027Q1").loop
    # 100 bp cost 2 bn, which owe 7 bp, then half of it each quarter: 14 bp-quarters for 100.
    assert found.extra_loss.value == pytest.approx(2.0)
    assert found.gain.value == pytest.approx(0.14, rel=1e-5)
    assert found.gain.standard_error < 1e-9
    assert found.closed.value == pytest.approx(1.0)
    assert (found.quarter, found.push, found.words) == ("2027Q1", 100.0, loop.DAMPED)


def test_an_uncertain_weight_is_read_path_by_path() -> None:
    runs = made_runs()
    weight = np.linspace(1.0, 3.0, PATHS) * 35e-4 / 10e9
    runs[loop.LOOP] = replace(runs[loop.LOOP], draws={"credit.loss_impact": weight})
    gain = amp.amplification(runs, "2027Q1").loop.gain
    assert gain.value == pytest.approx(0.28, rel=1e-5)
    spread = 0.14 * student(np.linspace(1.0, 3.0, PATHS))
    assert gain.standard_error == pytest.approx(spread, rel=1e-4)
