"""Coverage of intervals: planted truth, and the pieces of a real run."""

from __future__ import annotations

import numpy as np
import pytest

from risk.analysis.statistics import Estimate
from risk.calibrate.coverage import figures, sources
from risk.calibrate.coverage.measure import Coverage, held, measure
from risk.calibrate.coverage.sources import Found, estimates, told
from risk.errors import UsageError
from risk.runs.piece import Piece
from risk.shocks.stream import BLOCK
from tests.report.runs import small_run

PIECES, NUMBERS = 400, 5


def planted(stated: float, kind: str = "mean") -> Coverage:
    """Coverage of numbers whose error is 1, but is stated as so much."""
    draws = np.random.default_rng(11).standard_normal((PIECES, NUMBERS))

    def piece(row: np.ndarray) -> list[Found]:
        return [((i,), kind, Estimate(x, stated, BLOCK)) for i, x in enumerate(row.tolist())]

    truth = [((i,), kind, Estimate(0.0, stated, BLOCK)) for i in range(NUMBERS)]
    return held(truth, map(piece, draws), BLOCK)[0]


def test_honest_intervals_hold_and_others_are_told() -> None:
    honest, bold, vague = planted(1.0), planted(0.7), planted(1.5)
    assert honest.held.value == pytest.approx(0.95, abs=3 * honest.held.standard_error)
    assert honest.held.standard_error == pytest.approx(np.sqrt(0.95 * 0.05 / PIECES / NUMBERS), rel=0.2)
    assert honest.below == pytest.approx(0.025, abs=0.012)
    assert bold.held.value < 0.9
    assert vague.held.value > 0.985
    assert [found.right for found in (honest, bold, vague)] == [True, False, False]


def test_intervals_of_one_piece_count_as_one() -> None:
    """The same number told five times over says no more than once."""
    draws = np.random.default_rng(12).standard_normal(PIECES).tolist()
    same = [[((i,), "mean", Estimate(x, 1.0, BLOCK)) for i in range(NUMBERS)] for x in draws]
    truth = [((i,), "mean", Estimate(0.0, 1.0, BLOCK)) for i in range(NUMBERS)]
    (found,) = held(truth, same, BLOCK)
    assert found.held.standard_error == pytest.approx(np.sqrt(0.95 * 0.05 / PIECES), rel=0.25)


def test_what_is_rare_or_silent_is_told_apart() -> None:
    kinds = {"often": 0.4, "rarely": 0.01}
    truth = [((name,), "probability", Estimate(p, 0.001, BLOCK)) for name, p in kinds.items()]
    pieces = [[(("often",), "probability", Estimate(0.4, 0.01, BLOCK))]] * 30
    often, rarely = held(truth, pieces, BLOCK)
    assert (often.kind, rarely.kind) == ("probability", "rare probability")
    assert (often.silent, rarely.silent) == (0.0, 1.0)
    assert not rarely.right


def test_what_chance_does_not_move_is_not_counted() -> None:
    truth = [(("known",), "mean", Estimate(1.0, 0.0, BLOCK))]
    assert held(truth, [truth] * 30, BLOCK) == ()


def test_an_estimate_of_no_kind_is_refused() -> None:
    assert [kind for _, kind, _ in estimates({"a": Estimate(0.0, 1.0, 9)}, "mean")] == ["mean"]
    with pytest.raises(KeyError, match=r"what kind of estimate x\.a is"):
        list(estimates({"a": Estimate(0.0, 1.0, 9)}, "", ("x",)))


def test_everything_that_is_told_of_a_run_has_a_kind_and_is_told_of_its_pieces() -> None:
    run = small_run()
    whole = {place: kind for place, kind, _ in told(run, run)}
    part = {place: kind for place, kind, _ in told(next(Piece.all(run, 1)))}
    assert set(sources.KINDS.values()) - {"quantile"} <= set(whole.values())
    assert {place[0] for place in whole} == set(sources.SOURCES) | {"differences"}
    alike = {place for place in whole if place[0] != "differences" and "band" not in place}
    assert len(alike & set(part)) > 0.9 * len(alike)


def test_pieces_are_the_run() -> None:
    run = small_run()
    pieces = list(Piece.all(run, 1))
    assert sum(piece.paths for piece in pieces) == run.paths
    for name in ("headline_loss", "bust"):
        np.testing.assert_array_equal(np.concatenate([p.outcome(name) for p in pieces]), run.outcome(name))
    series = np.concatenate([p.series("hy_spread") for p in pieces], axis=1)
    np.testing.assert_array_equal(series, run.series("hy_spread"))
    mean = np.mean([p.mean("facility.loss")[0] for p in pieces], axis=0)
    np.testing.assert_allclose(mean, run.mean("facility.loss")[0], rtol=1e-12)
    (both,) = Piece.all(run, 2)
    np.testing.assert_allclose(both.mean("facility.loss")[1], run.mean("facility.loss")[1], rtol=1e-9)


def test_figures_come_of_larger_pieces_where_small_ones_tell_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    held_by = {1: ("mean", 0.9, "swing", 1.0), 8: ("mean", 0.0, "swing", 0.0)}

    def measured(run: object, other: object = None, blocks: int = 1) -> tuple[Coverage, ...]:
        one, _, two, silent = held_by[blocks]
        told = Estimate(0.95, 0.01, 400)
        return Coverage(one, 3, told, 0.03, 0.02, 0.0), Coverage(two, 2, told, 0.03, 0.02, silent)

    monkeypatch.setattr(figures, "measure", measured)
    small, large = figures.figures(small_run())
    assert (small.id, small.n) == ("interval-mean", 2)
    assert "1,024 paths" in small.what
    assert (large.id, large.n, "8,192 paths" in large.what) == ("interval-swing", 0, True)
    assert small.wanted
    assert (small.low, small.high) == pytest.approx((0.9, 1.0))


def test_a_short_run_is_refused() -> None:
    with pytest.raises(UsageError, match="makes 2 pieces of 1,024 paths; coverage wants 20"):
        measure(small_run())
