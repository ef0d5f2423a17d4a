"""Reverse stress: what is planted is found, what is inert is not, and its figures are as sure as they say."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import cast

import numpy as np
import pytest
from numpy.typing import ArrayLike, NDArray
from scipy.spatial.distance import mahalanobis
from scipy.stats import norm, rankdata

from risk.analysis import statistics
from risk.analysis.conditions import condition
from risk.analysis.explain_inputs import shocks
from risk.analysis.reverse import grid as grids
from risk.analysis.reverse import signs as sign_finder
from risk.analysis.reverse.answer import joint, parts, reverse
from risk.analysis.reverse.consequences import consequence
from risk.analysis.reverse.coordinates import Coordinate, Told, coordinates, normal_scores, told_apart
from risk.analysis.reverse.dates import Dates, dates
from risk.analysis.reverse.halves import FEWEST, enough, learning
from risk.analysis.reverse.nearest import distances, nearest
from risk.analysis.reverse.rules import PEEL, SMALLEST, Box, kept, peeled, rules, within
from risk.analysis.reverse.ways import COURSE, strength, ways
from risk.analysis.statistics import Estimate
from risk.assumptions import load
from risk.errors import UsageError
from risk.factors import FACTORS
from risk.paths import SERIES
from risk.runs import Run
from tests.report.runs import small_run
from tests.stored_paths import stored

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]

N = 6_000


def drawn(columns: Array) -> list[Coordinate]:
    """Coordinates x0, x1, … of (path, coordinate) draws."""
    return [Coordinate(f"x{i}", column, "1") for i, column in enumerate(columns.T)]


def planted(seed: int = 1, paths: int = N, inert: int = 30) -> tuple[list[Coordinate], Array, Flags]:
    """Two coordinates that raise a loss together, one whose spread does, the rest without any effect."""
    x = np.random.default_rng(seed).standard_normal((paths, 3 + inert))
    y = x[:, 0] + x[:, 1] + np.abs(x[:, 2]) + 0.5 * np.random.default_rng(seed + 99).standard_normal(paths)
    return drawn(x), x, y > np.quantile(y, 0.8)


def of(columns: Array, flags: Flags) -> Told:
    """As if every coordinate counted."""
    every = drawn(columns)
    told = told_apart(every, flags)
    scores = np.array([normal_scores(c.values) for c in every], dtype=np.float32)
    moved = {m.coordinate.id: m for m in told.moved}
    shift = Estimate(0.0, 0.0, 0)
    known = tuple(moved.get(c.id) or SimpleNamespace(coordinate=c, shift=shift) for c in every)
    return Told(cast("tuple[object, ...]", known), len(every), len(every), scores)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "values", [np.arange(50.0)[::-1], np.repeat([3.0, 1.0, 2.0], [20, 5, 25]), np.zeros(10)]
)
def test_scores_are_normal_quantiles_of_ranks_and_the_same_values_have_the_same(values: Array) -> None:
    expected = norm.ppf((rankdata(values) - 0.5) / len(values))
    np.testing.assert_allclose(normal_scores(values), expected, atol=1e-12)


def test_coordinates_are_assumptions_in_their_units_and_shocks_in_words() -> None:
    run = small_run()
    capacity = run.parameter("gpu.power_capacity")
    units = dict.fromkeys(run.names("parameters"), ("1", 1.0)) | {"gpu.power_capacity": ("GW/y", 1e9)}
    found = {c.id: c for c in coordinates(run, units)}
    np.testing.assert_allclose(found["gpu.power_capacity"].values, capacity / 1e9)
    demand = found["shock.Z.2028"]
    assert (demand.label, demand.unit, demand.up) == ("AI demand 2028", "sd", "more of it")
    expected = next(s.values for s in shocks(run) if s.name == "shock.Z.2028")
    np.testing.assert_array_equal(demand.values, expected)
    assert len(found) == len(run.names("parameters")) + len(FACTORS) * len(run.calendar.years)


def test_what_moves_a_condition_is_found_and_what_is_inert_is_not() -> None:
    every, _, flags = planted()
    told = told_apart(every, flags)
    assert {m.coordinate.id for m in told.moved} == {"x0", "x1", "x2"}
    assert told.tested == 33
    assert {m.coordinate.id: m.shift.value > 0.5 for m in told.moved} == {"x0": True, "x1": True, "x2": False}


def test_a_coordinate_that_the_condition_names_does_not_hide_the_rest() -> None:
    rng = np.random.default_rng(3)
    x = rng.standard_normal((N, 8))
    flags = (x[:, 0] > 1.2) & (x[:, 1] + 0.5 * x[:, 2] + rng.standard_normal(N) > 0.3)
    assert {m.coordinate.id for m in told_apart(drawn(x), flags).moved} == {"x0", "x1", "x2"}


def test_without_any_effect_false_discoveries_are_as_rare_as_they_should_be() -> None:
    rng = np.random.default_rng(5)
    runs, some = 200, 0
    for _ in range(runs):
        x, flags = rng.standard_normal((600, 20)), rng.random(600) < 0.4
        some += told_apart(drawn(x), flags).found > 0
    assert some / runs <= 0.05 + 3.0 * np.sqrt(0.05 * 0.95 / runs)


def test_distance_is_that_of_mahalanobis() -> None:
    rng = np.random.default_rng(3)
    mixed = rng.standard_normal((500, 4)) @ rng.standard_normal((4, 4))
    inverse = np.linalg.inv(mixed.T @ mixed / len(mixed))
    expected = [mahalanobis(row, np.zeros(4), inverse) for row in mixed]
    np.testing.assert_allclose(distances(mixed.T.astype(np.float64)), expected, rtol=1e-6)


def test_the_most_likely_way_is_the_nearest_path_and_leads_to_the_design_point() -> None:
    rng = np.random.default_rng(4)
    x = rng.standard_normal((40_000, 2))
    flags = x @ [3.0, 4.0] / 5.0 > 2.0  # the design point is 2 (0.6, 0.8)
    found = nearest(of(x, flags), flags)
    apart = distances(of(x, flags).scores)
    ids = np.flatnonzero(flags)
    assert found.paths == tuple(ids[np.argsort(apart[ids])][:3].tolist())
    assert found.distances[0] == pytest.approx(2.0, abs=0.05)
    ends = {step.moved.coordinate.id: step for step in found.steps}
    for name, expected in (("x0", 1.2), ("x1", 1.6)):
        step = ends[name]
        assert step.score == pytest.approx(expected, abs=0.25)
        assert step.near.value == pytest.approx(expected, abs=0.1)
        assert step.value == x[found.paths[0], int(name[1])]


@pytest.mark.parametrize(("noise", "coordinates"), [(0.0, 2), (2.0, 6)])
def test_the_error_of_the_nearest_paths_covers(noise: float, coordinates: int) -> None:
    def mean_near(seed: int, paths: int) -> Estimate:
        rng = np.random.default_rng(seed)
        x = rng.standard_normal((paths, coordinates))
        flags = x[:, 0] + noise * rng.standard_normal(paths) > 0.5
        return next(s.near for s in nearest(of(x, flags), flags).steps if s.moved.coordinate.id == "x0")

    truth = float(np.mean([mean_near(10_000 + i, 40_000).value for i in range(6)]))
    hits = sum(low <= truth <= high for low, high in (mean_near(i, 6_000).interval for i in range(200)))
    assert 0.91 <= hits / 200 <= 0.99


def test_a_planted_box_is_found_and_told_in_its_units() -> None:
    rng = np.random.default_rng(8)
    x = rng.standard_normal((N, 12))
    inside = (x[:, 0] > 0.5) & (x[:, 1] < 0.0)
    flags = np.where(inside, rng.random(N) < 0.8, rng.random(N) < 0.02)
    found = rules(of(x, flags), flags)
    best = max(found, key=lambda rule: rule.density.value)
    assert {bound.coordinate.id for bound in best.bounds} == {"x0", "x1"}
    low = next(b for b in best.bounds if b.coordinate.id == "x0").low
    high = next(b for b in best.bounds if b.coordinate.id == "x1").high
    assert low is not None
    assert high is not None
    assert low == pytest.approx(0.5, abs=0.15)
    assert high == pytest.approx(0.0, abs=0.15)
    half = ~learning(N)
    held = (x[:, 0] > low) & (x[:, 1] < high) & half
    assert best.density.value == pytest.approx(flags[held].mean())
    assert best.coverage.value == pytest.approx((flags & held).sum() / (flags & half).sum())


def test_where_nothing_tells_paths_apart_there_is_no_rule() -> None:
    rng = np.random.default_rng(9)
    x, flags = rng.standard_normal((N, 8)), rng.random(N) < 0.3
    assert rules(told_apart(drawn(x), flags), flags) == ()
    bounds = [len(rule.bounds) for rule in rules(of(x, flags), flags)]
    assert sum(bounds) <= 2  # at two standard errors one bound in forty stays by chance


def plain_prim(x: Array, met: Flags) -> list[tuple[float, float]]:
    """Friedman and Fisher's peeling as it is written, path by path: coverage and density of every box."""
    inside = list(range(len(met)))
    total, found = int(met.sum()), [(1.0, float(met.mean()))]
    while True:
        tried = []
        for j in range(x.shape[1]):
            values = sorted(x[i, j] for i in inside)
            cut = int(np.ceil(PEEL * len(values))) - 1
            below, above = values[cut], values[int(np.ceil((1.0 - PEEL) * len(values))) - 1]
            tried += [[i for i in inside if x[i, j] > below], [i for i in inside if x[i, j] < above]]
        density = sum(met[i] for i in inside) / len(inside)
        gains = [
            (sum(met[i] for i in left) / len(left) - density) / (len(inside) - len(left)) for left in tried
        ]
        if max(gains) <= 0.0 or len(inside := tried[int(np.argmax(gains))]) < SMALLEST:
            return found
        hits = sum(met[i] for i in inside)
        found.append((hits / total, hits / len(inside)))


def test_peeling_is_that_of_the_method_as_it_is_written() -> None:
    rng = np.random.default_rng(11)
    x = rng.standard_normal((300, 3))
    met = x[:, 0] + x[:, 1] ** 2 + 0.3 * rng.standard_normal(300) > 1.5
    found: list[Box] = list(peeled(x.T.astype(np.float32), met))
    assert len(found) > 20
    expected = plain_prim(x.astype(np.float32).astype(np.float64), met)
    np.testing.assert_allclose([(b.coverage, b.density) for b in found], expected)


def test_a_bound_that_chance_could_have_drawn_is_taken_off() -> None:
    rng = np.random.default_rng(12)
    scores = rng.standard_normal((2, 4_000)).astype(np.float32)
    met = (scores[0] > 1.0) & (rng.random(4_000) < 0.7)
    limits = {(0, True): 1.0, (1, True): -1.6}
    assert kept(scores, met, limits) == {(0, True): 1.0}
    assert within(scores, limits).sum() == ((scores[0] > 1.0) & (scores[1] > np.float32(-1.6))).sum()


def course(*centers: tuple[float, float], paths: int = 3_000, seed: int = 2) -> Array:
    """Courses about centers in the first two series."""
    rng = np.random.default_rng(seed)
    found = rng.standard_normal((paths, len(COURSE)))
    found[:, :2] += np.array(centers)[np.arange(paths) // 2 % len(centers)]
    return found


@pytest.mark.parametrize(
    "centers", [((0.0, 0.0),), ((-3.0, 0.0), (3.0, 0.0)), ((-4.0, 0.0), (4.0, 0.0), (0.0, 6.0))]
)
def test_ways_are_as_many_as_were_planted(centers: tuple[tuple[float, float], ...]) -> None:
    data = course(*centers)
    flags = np.arange(len(data)) < 2_400
    every = np.random.default_rng(1).standard_normal((len(data), 3))
    every[:, 0] += data[:, 0]
    when = Dates(np.full(len(data), 9), True, 20)
    found = ways(data, of(every, flags), flags, when, np.abs(data[:, 1]), seed=7)
    assert len(found.ways) == len(centers)
    assert sum(way.share.value for way in found.ways) == pytest.approx(1.0)
    for way in found.ways:
        assert way.share.value == pytest.approx(1.0 / len(centers), abs=0.03)
        assert way.quarter is not None
        assert way.quarter.value == 9.0
    if len(centers) == 2:
        assert {way.course[0].id for way in found.ways} == {COURSE[0]}
        assert {way.causes[0].id for way in found.ways} == {"x0"}
        assert sorted(np.sign(way.course[0].score.value) for way in found.ways) == [-1.0, 1.0]
        for way in found.ways:  # the path with the smallest sum of squared distances to those of its side
            side = np.flatnonzero(flags & (np.sign(data[:, 0]) == np.sign(way.course[0].score.value)))
            sums = [((data[side] - data[i]) ** 2).sum() for i in side]
            ranked = side[np.argsort(sums)]
            assert way.medoid in ranked[:5]


def test_one_cloud_is_not_split() -> None:
    rng = np.random.default_rng(3)
    assert strength(rng.standard_normal((2_000, 6)), 2, rng) < 0.8


def watched(quarters: int, paths: int, **given: Array) -> Run:
    """A run of which only these series say anything."""
    rng = np.random.default_rng(1)
    register = load()
    series: dict[str, ArrayLike] = {
        v.name: (1.0 + 0.01 * rng.random((quarters + 1, paths))).astype(np.float32) for v in SERIES
    }
    return stored(register, series=series | {name: x.astype(np.float32) for name, x in given.items()})


def test_a_planted_sign_is_found_with_its_threshold_its_rates_and_its_lead() -> None:
    rng = np.random.default_rng(6)
    paths, quarters = 4_000, load().calendar.quarters
    flags = rng.random(paths) < 0.3
    date = np.where(flags, rng.integers(10, 21, paths), 20)
    spread = 0.03 + 0.001 * rng.random((quarters + 1, paths))
    rings = np.where(flags, rng.random(paths) < 0.8, rng.random(paths) < 0.1)
    at = np.where(flags, date - 7, rng.integers(3, 15, paths))
    spread[at[rings], np.flatnonzero(rings)] = 0.09
    run = watched(quarters, paths, hy_spread=spread)
    found = sign_finder.signs(run, flags, Dates(date, True, 20))
    first = found.signs[0]
    assert (first.series.name, first.above, found.early) == ("hy_spread", True, 0)
    half = ~learning(paths)
    assert first.hits.value == pytest.approx(rings[half & flags].mean())
    assert first.false_alarms.value == pytest.approx(rings[half & ~flags].mean())
    assert first.rings.value == pytest.approx(flags[half & rings].mean())
    assert first.lead.value == 7.0
    assert first.area.value == pytest.approx(0.5 + 0.5 * (0.8 - 0.1), abs=0.03)
    assert len(found.signs) == 1  # the others say nothing


def test_an_alarm_in_the_last_year_is_none() -> None:
    rng = np.random.default_rng(7)
    paths, quarters = 2_000, load().calendar.quarters
    flags = rng.random(paths) < 0.5
    date = np.where(flags, 12, 20)
    spread = 0.03 + 0.001 * rng.random((quarters + 1, paths))
    spread[10:12, flags] = 0.09
    run = watched(quarters, paths, hy_spread=spread)
    assert not sign_finder.signs(run, flags, Dates(date, True, 20)).signs
    assert sign_finder.signs(run, flags, Dates(date, True, 20), ahead=2).signs[0].hits.value == 1.0
    soon = sign_finder.signs(run, flags, Dates(np.where(flags, 3, 20), True, 20))
    assert (soon.signs, soon.early) == ((), int(flags.sum()))


def test_rates_of_noise_are_those_of_noise() -> None:
    """A threshold chosen among forty on one half is judged by the other."""
    rng = np.random.default_rng(8)
    paths, quarters = 2_000, load().calendar.quarters
    gaps = []
    for _ in range(20):
        flags = rng.random(paths) < 0.5
        values = (0.03 + 0.01 * rng.random((quarters + 1, paths))).astype(np.float32)
        when = Dates(np.full(paths, 14), True, 14)
        look = sign_finder.looked(flags, when, ~learning(paths))
        furthest = sign_finder._furthest(values[1:], look.until, above=True)
        tried = sign_finder._threshold(furthest[learning(paths)], flags[learning(paths)], False, True)
        sign = sign_finder._measured(SERIES[0], tried, values[1:], furthest, look, None)
        gaps.append(sign.hits.value - sign.false_alarms.value)
    assert np.mean(gaps) == pytest.approx(0.0, abs=3.0 * np.std(gaps) / np.sqrt(20))


def test_when_a_condition_comes_true() -> None:
    run = small_run()
    came = run.outcome("bust_quarter")
    found = dates(run, condition(run, "bust"))
    assert found.dated
    bust = np.isfinite(came)
    np.testing.assert_array_equal(found.quarter[bust], came[bust])
    assert (found.quarter[~bust] == found.last).all()
    calendar = run.calendar
    for words, last in (
        ("hy_spread@2028Q4 > 500", calendar.index("2028Q4")),
        ("h100_2028 < 1 and hy_spread@2027Q4 > 500", calendar.index("2028Q4")),
        ("headline_loss > 50", calendar.quarters),
    ):
        assert dates(run, condition(run, words))[1:] == (False, last)


def test_the_map_counts_every_path_once() -> None:
    rng = np.random.default_rng(2)
    fall, spread = rng.normal(0.4, 0.2, N), rng.lognormal(6.0, 0.3, N)
    flags = rng.random(N) < np.clip(fall, 0.0, 1.0)
    found = grids.mapped("2028Q4", fall, spread, flags)
    assert sum(cell.n for row in found.cells for cell in row) == N
    i, j = 2, 1
    inside = (fall >= found.falls[i - 1]) & (fall < found.falls[i])
    inside &= (spread >= found.spreads[j - 1]) & (spread < found.spreads[j])
    assert found.cells[i][j] == statistics.proportion(int(flags[inside].sum()), int(inside.sum()))
    assert found.thin == sum(cell.n < 100 for row in found.cells for cell in row) > 0
    assert 0.0 < found.largest_error < 0.1


@pytest.mark.parametrize(("low", "high"), [(0.0, 1.0), (280.0, 1_430.0), (-0.3, 0.05), (5.0, 5.0)])
def test_edges_are_round_and_few(low: float, high: float) -> None:
    found = grids.edges(np.linspace(low, high, 1_000))
    assert 1 <= len(found) <= grids.CELLS
    assert [*found] == sorted(set(found))
    if len(found) > 1:
        step = found[1] - found[0]
        assert all(abs(x / step - round(x / step)) < 1e-6 for x in found)


@pytest.mark.parametrize(
    ("met", "said"),
    [
        (0, "none of 1,000 paths meets 'B4'; a reverse stress needs 100"),
        (99, "99 of 1,000 paths meet 'B4'"),
        (950, "50 of 1,000 paths do not meet 'B4'"),
        (1_000, "no path of 1,000 does not meet 'B4'"),
    ],
)
def test_a_condition_of_too_few_paths_is_refused_with_how_many_there_are(met: int, said: str) -> None:
    with pytest.raises(UsageError) as caught:
        enough("B4", np.arange(1_000) < met)
    assert said in caught.value.reason
    assert caught.value.fixes
    enough("B4", np.arange(1_000) < FEWEST)


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("bust", ("bust",)),
        ("bust and B4", ("bust", "B4")),
        ("bust and (B4 or B2) and x<1", ("bust", "(B4 or B2)", "x<1")),
        ("bust or B4 and B2", ("bust or B4 and B2",)),
        ("not (bust and B4)", ("not (bust and B4)",)),
    ],
)
def test_the_parts_of_a_condition(words: str, expected: tuple[str, ...]) -> None:
    assert parts(words) == expected


def test_how_many_times_as_often_parts_come_together() -> None:
    run = small_run()
    found = joint(run, condition(run, "bust and B4"))
    assert found is not None
    bust, rents = (run.outcome(name) > 0 for name in ("bust", "B4"))
    assert found.times.value == pytest.approx((bust & rents).mean() / bust.mean() / rents.mean())
    assert joint(run, condition(run, "bust or B4")) is None


def _covers(measure: Callable[[Array, Flags], Estimate], truth: float) -> float:
    hits = 0
    for seed in range(300):
        rng = np.random.default_rng(seed)
        x = rng.standard_normal(800)
        flags = x + rng.standard_normal(800) > 1.0
        low, high = measure(x, flags).interval
        hits += low <= truth <= high
    return hits / 300


def test_the_error_of_a_change_covers() -> None:
    from risk.analysis.reverse.consequences import _change

    truth = float(np.sqrt(0.5) * norm.pdf(np.sqrt(0.5)) / norm.sf(np.sqrt(0.5)))  # mean of x where x + e > 1
    assert 0.92 <= _covers(_change, truth) <= 0.98


def test_what_follows_of_a_quantity_and_of_a_condition() -> None:
    run = small_run()
    bust = run.outcome("bust") > 0
    loss = run.outcome("headline_loss") / 1e9
    found = consequence(run, bust, "headline_loss")
    assert found.unit == "USD bn"
    assert found.met.value == pytest.approx(loss[bust].mean())
    assert found.change.value == pytest.approx(loss[bust].mean() - loss.mean())
    assert found.middle is not None
    assert found.middle.value == pytest.approx(np.median(loss[bust]))
    claim = consequence(run, bust, "B4")
    assert (claim.unit, claim.middle) == ("probability", None)
    assert claim.met.value == pytest.approx(run.outcome("B4")[bust].mean())
    assert consequence(run, bust, "headline_loss > 50").met.value == pytest.approx((loss[bust] > 50).mean())
    with pytest.raises(UsageError, match="no quantity"):
        consequence(run, bust, "headline_los")


def test_the_whole_of_a_run() -> None:
    run = small_run()
    found = reverse(run, "bust", ["headline_loss"])
    bust = run.outcome("bust") > 0
    assert (found.met, found.paths) == (int(bust.sum()), run.paths)
    assert bust[[*found.nearest.paths, *(way.medoid for way in found.ways.ways)]].all()
    assert found.band is not None
    assert found.signs.dated
    assert found.then[0].words == "headline_loss"
    assert len(found.nearest.steps) > 3
    assert all(abs(rule.density.value) <= 1.0 for rule in found.rules)
    again = reverse(run, "bust", ["headline_loss"])
    assert again.nearest.paths == found.nearest.paths
    assert again.ways == found.ways
