"""Headlines with what was drawn by chance taken out: on planted truth, and on the draws of the register."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from risk.analysis import controls
from risk.analysis.controls import Array, Headline, Sharpened, regressed
from risk.assumptions import load
from risk.assumptions.priors import Dirichlet
from risk.errors import UsageError
from risk.shocks.draw import draw_shocks, parameter_uniforms, sample_parameter
from risk.shocks.stream import BLOCK

PATHS, CONTROLS, SEED = 4 * BLOCK, 6, 3
KNOWN = 0.75
"""Share of the variance of a planted result that the controls make."""

MEAN = Headline("y", "Y", "1", "mean")
CHANCE = Headline("y", "Y", "1", "probability")
MEDIAN = Headline("y", "Y", "1", "quantile", 0.5)
TAIL = Headline("y", "Y", "1", "shortfall", 0.95)


def _planted(seed: int, paths: int = PATHS, known: float = KNOWN) -> tuple[Array, Array]:
    """A normal result, (path,), of which the first control makes a share; and all controls."""
    rng = np.random.default_rng(seed)
    drawn = rng.standard_normal((-(-paths // BLOCK) * BLOCK, CONTROLS))
    noise = rng.standard_normal(paths)
    return np.sqrt(known) * drawn[:paths, 0] + np.sqrt(1.0 - known) * noise, drawn


def _blocks(drawn: Array) -> Iterator[Array]:
    return (drawn[first : first + BLOCK] for first in range(0, len(drawn), BLOCK))


def _found(headline: Headline, values: Array, drawn: Array) -> Sharpened:
    (found,) = regressed([(headline, values)], _blocks(drawn), len(values))
    return found


def test_a_mean_loses_what_its_controls_drew() -> None:
    values, drawn = _planted(1)
    found = _found(MEAN, values, drawn)
    slopes = np.linalg.lstsq(drawn - drawn.mean(axis=0), values - values.mean(), rcond=None)[0]
    assert found.sharp.value == pytest.approx(values.mean() - float(drawn.mean(axis=0) @ slopes), abs=1e-12)
    assert found.explained == pytest.approx(KNOWN, abs=0.02)
    assert found.sharp.standard_error == pytest.approx(found.plain.standard_error * 0.5, rel=0.05)
    assert found.worth == pytest.approx(4.0, rel=0.1)


@pytest.mark.parametrize("paths", [PATHS, PATHS - 700])
@pytest.mark.parametrize(("headline", "truth"), [(MEAN, 0.0), (MEDIAN, 0.0), (TAIL, 2.0627), (CHANCE, 0.5)])
def test_errors_hold_and_are_smaller(headline: Headline, truth: float, paths: int) -> None:
    """Two hundred planted runs; the last block of some is cut."""
    runs = (_planted(seed, paths) for seed in range(200))
    if headline is CHANCE:
        found = [_found(headline, (values > 0.0).astype(float), drawn) for values, drawn in runs]
    else:
        found = [_found(headline, values, drawn) for values, drawn in runs]
    inside = [low <= truth <= high for each in found for low, high in (each.sharp.interval,)]
    assert 0.90 <= np.mean(inside) <= 0.99
    plain, sharp = (
        np.array([e.value for e in side]) for side in zip(*((f.plain, f.sharp) for f in found), strict=True)
    )
    told = np.mean([each.sharp.standard_error for each in found])
    assert sharp.std() == pytest.approx(told, rel=0.15)
    assert sharp.std() < plain.std()


def test_idle_controls_change_next_to_nothing_and_promise_nothing() -> None:
    values, drawn = _planted(5, known=0.0)
    found = _found(MEAN, values, drawn)
    assert found.explained < 0.01
    assert abs(found.sharp.value - found.plain.value) < 0.5 * found.plain.standard_error


def test_what_is_rare_or_certain_is_left_as_it_is() -> None:
    values, drawn = _planted(6)
    for flags in (values > 2.6, values > -np.inf):
        found = _found(CHANCE, flags.astype(float), drawn)
        assert found.sharp == found.plain
        assert found.worth == 1.0
    thin = _found(Headline("y", "Y", "1", "shortfall", 0.9975), values, drawn)
    assert thin.plain.tail is not None
    assert thin.plain.tail < controls.RARE
    assert thin.sharp == thin.plain


def test_classes_still_add_up_to_one() -> None:
    values, drawn = _planted(7)
    parts = [values < -0.5, (values >= -0.5) & (values < 1.0), values >= 1.0]
    told = [(CHANCE, part.astype(float)) for part in parts]
    found = regressed(told, _blocks(drawn), PATHS)
    assert sum(each.sharp.value for each in found) == pytest.approx(1.0, abs=1e-12)


def test_too_few_paths_are_refused_with_how_many_it_takes() -> None:
    values, drawn = _planted(8, paths=100)
    with pytest.raises(UsageError, match="100 paths are too few for a regression on 6 controls"):
        regressed([(MEAN, values)], _blocks(drawn), 100)


def test_controls_are_what_the_paths_drew_and_their_means_are_known() -> None:
    assumptions = load()
    found = np.concatenate([controls.controls(assumptions, SEED, block) for block in range(4)])
    uncertain = [entry for entry in assumptions.entries.values() if entry.prior is not None]
    first = uncertain[0]
    assert first.prior is not None
    assert not isinstance(first.prior, Dirichlet)
    uniforms = found[:BLOCK, 0] / np.sqrt(12.0) + 0.5
    np.testing.assert_allclose(first.prior.quantile(uniforms) * first.scale, sample_parameter(first, SEED, 0))
    assert np.abs(found.mean(axis=0)).max() < 4.5 / np.sqrt(len(found))
    dimensions = sum(len(parameter_uniforms(entry, SEED, 0)) for entry in uncertain)
    assert found[:, :dimensions].std(axis=0) == pytest.approx(np.ones(dimensions), abs=0.05)
    common = draw_shocks(assumptions, SEED, 0, assumptions.calendar.quarters, {}, {}).common
    last = [t - 1 for t in assumptions.calendar.steps(assumptions.calendar.years[-1])]
    np.testing.assert_allclose(
        found[:BLOCK, -common.shape[2] :], common[last].sum(axis=0) / np.sqrt(len(last))
    )
