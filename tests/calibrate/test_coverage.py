"""Coverage of intervals: planted truth, and the pieces of a real run."""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

import risk.analysis
import risk.calibrate
from risk.analysis.statistics import Estimate
from risk.calibrate.coverage import __main__ as command
from risk.calibrate.coverage import asked, beside, kinds, sources
from risk.calibrate.coverage import pieces as keeping
from risk.calibrate.coverage.chosen import Chosen, Part, Paths, chosen, reference
from risk.calibrate.coverage.figures import Measured, failing, figures
from risk.calibrate.coverage.measure import Coverage, held
from risk.calibrate.coverage.page import PRINTED, page
from risk.calibrate.coverage.pieces import Row, columns, rows
from risk.calibrate.coverage.sources import estimates, told
from risk.calibrate.validation import evidence
from risk.errors import UsageError
from risk.runs.piece import Piece
from risk.shocks.stream import BLOCK
from tests.report.runs import small_run

PIECES, NUMBERS = 400, 5
ROOT = Path(__file__).parents[2]


def planted(stated: float, kind: str = "mean") -> Coverage:
    """Coverage of numbers whose error is 1, but is stated as so much."""
    draws = np.random.default_rng(11).standard_normal((PIECES, NUMBERS))

    def piece(row: np.ndarray) -> list[Row]:
        return [Row(f"{i}", kind, Estimate(x, stated, BLOCK)) for i, x in enumerate(row.tolist())]

    truth = [Row(f"{i}", kind, Estimate(0.0, stated, BLOCK)) for i in range(NUMBERS)]
    return held(truth, map(piece, draws), BLOCK)[0]


def test_honest_intervals_hold_and_others_are_told() -> None:
    honest, bold, vague = planted(1.0), planted(0.7), planted(1.5)
    assert honest.held.value == pytest.approx(0.95, abs=3 * honest.held.standard_error)
    assert honest.held.standard_error == pytest.approx(np.sqrt(0.95 * 0.05 / PIECES / NUMBERS), rel=0.2)
    assert honest.below == pytest.approx(0.025, abs=0.012)
    assert bold.held.value < 0.9
    assert vague.held.value > 0.985
    assert [found.right for found in (honest, bold, vague)] == [True, False, False]
    assert planted(1.5, "upper bound").right


def test_intervals_of_one_piece_count_as_one() -> None:
    """The same number told five times over says no more than once."""
    draws = np.random.default_rng(12).standard_normal(PIECES).tolist()
    same = [[Row(f"{i}", "mean", Estimate(x, 1.0, BLOCK)) for i in range(NUMBERS)] for x in draws]
    truth = [Row(f"{i}", "mean", Estimate(0.0, 1.0, BLOCK)) for i in range(NUMBERS)]
    (found,) = held(truth, same, BLOCK)
    assert found.held.standard_error == pytest.approx(np.sqrt(0.95 * 0.05 / PIECES), rel=0.25)


def test_what_is_rare_or_silent_is_told_apart() -> None:
    known = {"often": 0.4, "rarely": 0.01}
    truth = [Row(name, "probability", Estimate(p, 0.001, BLOCK)) for name, p in known.items()]
    pieces = [[Row("often", "probability", Estimate(0.4, 0.01, BLOCK))]] * 30
    often, rarely = held(truth, pieces, BLOCK)
    assert (often.kind, rarely.kind) == ("probability", "rare probability")
    assert (often.silent, rarely.silent) == (0.0, 1.0)
    assert not rarely.right


def test_what_chance_does_not_move_is_not_counted() -> None:
    truth = [Row("known", "mean", Estimate(1.0, 0.0, BLOCK))]
    assert held(truth, [truth] * 30, BLOCK) == ()


def test_what_a_piece_chose_is_held_against_its_own_truth() -> None:
    """Each piece draws another rule; its count is right of that rule, not of any other's."""
    rng = np.random.default_rng(13)
    truths = rng.normal(0.0, 50.0, PIECES)
    pieces = [[Row("rule", "density of a rule", Estimate(t + rng.normal(), 1.0, 9), t)] for t in truths]
    (found,) = held([], pieces, BLOCK)
    assert found.right


def test_what_grows_with_the_paths_is_held_against_its_pieces() -> None:
    rng = np.random.default_rng(14)
    pieces = [[Row("total", "total effect", Estimate(0.4 + rng.normal(), 1.0, 9))] for _ in range(PIECES)]
    (found,) = held([Row("total", "total effect", Estimate(0.9, 0.01, 9))], pieces, BLOCK)
    assert found.right


def test_an_estimate_of_no_kind_is_refused() -> None:
    assert [kind for _, kind, _ in estimates({"a": Estimate(0.0, 1.0, 9)}, "mean")] == ["mean"]
    with pytest.raises(KeyError, match=r"what kind of estimate x\.a is"):
        list(estimates({"a": Estimate(0.0, 1.0, 9)}, "", ("x",)))


def _modules(package: ModuleType) -> Iterator[ModuleType]:
    for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
        if not found.name.endswith("__main__"):
            yield importlib.import_module(found.name)


def test_every_field_that_tells_an_estimate_has_a_kind_or_a_reason() -> None:
    """What is printed with an error is an `Estimate`; a new one is declared before it is told."""
    told_by = set()
    for module in (*_modules(risk.analysis), *_modules(risk.calibrate)):
        for name, each in vars(module).items():
            if is_dataclass(each) and isinstance(each, type) and each.__module__ == module.__name__:
                place = f"{module.__name__.rpartition('.')[2]}.{name}"
                found = (own for own in fields(each) if re.search(r"\b(Estimate|Effects)\b", str(own.type)))
                told_by |= {f"{place}.{own.name}" for own in found}
    told_by -= {f"pieces.Row.{name}" for name in Row._fields}
    assert told_by == kinds.KINDS.keys() | kinds.LEFT_OUT.keys()
    assert not kinds.KINDS.keys() & kinds.LEFT_OUT.keys()
    assert {name.partition(".")[0] for name in kinds.KINDS} <= PRINTED.keys()


@cache
def _whole() -> dict[tuple[object, ...], str]:
    return {place: kind for place, kind, _ in told(small_run())}


@cache
def _chosen() -> list[Chosen]:
    run = small_run()
    return list(chosen(next(Part.all(run, 1)), Paths(reference(run))))


def test_everything_that_is_told_of_a_run_has_a_kind_and_is_told_of_its_pieces() -> None:
    run = small_run()
    whole, part = _whole(), {place: kind for place, kind, _ in told(next(Piece.all(run, 1)))}
    assert {place[0] for place in whole} == set(sources.SOURCES)
    alike = {place for place in whole if "band" not in place}
    assert len(alike & set(part)) > 0.9 * len(alike)


FURTHER = ("budget.Budget", "parameter_band.Moments", "parameter_band.ParameterBand", "bridge.Step")
"""What rests on further runs."""


def test_every_kind_is_told_by_somebody() -> None:
    found = {*_whole().values(), *(kind for _, kind, _, _ in _chosen())}
    rest = {kind for name, kind in kinds.KINDS.items() if name.rpartition(".")[0] not in FURTHER}
    assert rest <= found


def test_what_a_run_chooses_does_the_same_everywhere() -> None:
    sides = [low <= truth <= high for _, _, e, truth in _chosen() for low, high in (e.interval,)]
    assert len(sides) > 50
    assert np.mean(sides) > 0.85
    assert {place[0] for place, *_ in _chosen()} >= {*asked.CONDITIONS}


def _registers(seed: int, paths: int) -> dict[str, dict[str, np.ndarray]]:
    """Runs on the same paths: of what is common to all, parameters or shocks and a change."""
    rng = np.random.default_rng(seed)
    p, q, s, t, u = rng.standard_normal((5, paths))
    names = {beside.OWN: (p, s, 0.0), beside.STRUCK: (p, t, 0.0), beside.STRUCK_AGAIN: (p, u, 0.0)}
    names |= {beside.REDRAWN: (q, s, 0.0), beside.CHANGED: (p, s, 0.5)}
    made = {}
    for name, (known, struck, change) in names.items():
        loss = 1e9 * np.exp(known + struck + change)
        flags = {"bust": loss > 2e9, "correction": loss > 5e9, "durable": loss < 5e8}
        both = {key: flag.astype(float) for key, flag in flags.items()}
        made[name] = both | {"headline_loss": loss, "second_round": 0.1 * loss}
    return made


def test_what_rests_on_further_runs_is_told_and_holds() -> None:
    found = _registers(5, 100 * beside.SIZE)
    whole = [Row(f"{p}", kind, e) for p, kind, e in _further(found)]
    pieces = [[Row(f"{p}", kind, e) for p, kind, e in _further(each)] for each in beside.pieces(found)]
    by_kind = {each.kind: each for each in held(whole, pieces, beside.SIZE)}
    assert {"part of the budget", "band over parameters", "step of a bridge"} <= by_kind.keys()
    assert set(beside.KINDS.values()) <= by_kind.keys()
    for kind, each in by_kind.items():
        assert each.held.value > 0.85, kind  # of 100 pieces of 256 paths of a loss with a heavy tail
    assert by_kind["paired difference"].right


def _further(found: Any) -> Iterator[tuple[Any, str, Estimate]]:
    for name, each in beside.told(found).items():
        yield from estimates(each, beside.KINDS.get(name, ""), (name,))


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


def test_pieces_are_told_once_and_kept(tmp_path: Path) -> None:
    made = keeping.pieces(small_run(), 1, ("readings",))
    planned = keeping.Pieces(made.run, 1, made.count, made.only, type(made.store)(tmp_path))
    assert (planned.count, list(planned.missing)) == (2, [1, 0])
    assert list(planned.compute({0: 1})) == [0]
    assert planned.missing == (1,)
    kept = {row.place: row for row in planned.kept(0)}
    piece = next(Piece.all(small_run(), 1))
    for place, kind, estimate in told(piece, ("readings",)):
        row = kept[keeping.named(place)]
        assert (row.kind, row.estimate.value, row.estimate.interval) == (
            kind,
            estimate.value,
            estimate.interval,
        )


def test_rows_come_back_as_they_were_kept() -> None:
    told_of = [Row("a", "mean", Estimate(1.0, 0.5, 9), 1.2), Row("b", "lift", Estimate(np.nan, np.nan, 0))]
    one, two = rows(columns(told_of))
    assert (one.place, one.kind, one.estimate.interval, one.truth) == (
        "a",
        "mean",
        told_of[0].estimate.interval,
        1.2,
    )
    assert np.isnan([*two.estimate.interval, two.truth]).all()


def test_figures_come_of_larger_pieces_where_small_ones_tell_nothing() -> None:
    right = Estimate(0.95, 0.01, 400)

    def of(kind: str, silent: float) -> Coverage:
        return Coverage(kind, 3, right, 0.03, 0.02, silent)

    small = Measured(400, 1024, (of("mean", 0.0), of("swing", 1.0)))
    large = Measured(50, 8192, (of("mean", 0.0), of("swing", 0.0)))
    further = Measured(400, 256, (of("band", 0.0),))
    one, two, three = figures(small, large, further)
    assert (one.id, one.n, "1,024 paths" in one.what) == ("interval-mean", 400, True)
    assert (two.id, two.n, "8,192 paths" in two.what) == ("interval-swing", 50, True)
    assert (three.id, "256 paths" in three.what) == ("interval-band", True)
    assert one.wanted
    assert (one.low, one.high) == pytest.approx((0.9, 1.0))
    assert not failing((one, two, three))


def test_the_page_is_that_of_what_is_kept() -> None:
    (record,) = (each for each in evidence.read(ROOT / "assumptions") if each.name == "coverage")
    assert (ROOT / "docs" / "intervals.md").read_text(encoding="utf-8") == f"{page(record)}\n"


def test_a_short_run_is_refused() -> None:
    with pytest.raises(UsageError, match="2,048 paths make too few pieces"):
        command.main(2048)
