"""Designs of `benchmarks/fewer_paths.py`: what they draw, and that the plain one is the program's own."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from scipy.stats import qmc

from benchmarks import fewer_paths as designs
from benchmarks.fewer_paths import Array
from benchmarks.fewer_paths_table import SEED
from risk.assumptions import Assumptions, load
from risk.engine.quarters import opening
from risk.shocks.stream import BLOCK

BLOCKS, REPLICATES = (0, 1), 48


@cache
def _register() -> Assumptions:
    return load()


@cache
def _drawn(design: str, block: int) -> Array:
    if design == designs.LED:
        dimensions = sum(designs.sizes(_register()).values())
        return designs.led(range(dimensions)[::-1])(_register(), block)
    return designs.DESIGNS[design](_register(), block)


@pytest.mark.parametrize("design", designs.DESIGNS)
def test_a_design_fills_the_unit_cube_anew_in_each_block(design: str) -> None:
    one, other = (_drawn(design, block) for block in BLOCKS)
    assert one.shape == (BLOCK, sum(designs.sizes(_register()).values()))
    for found in (one, other):
        assert ((found > 0.0) & (found < 1.0)).all()
        assert np.abs(found.mean(axis=0) - 0.5).max() < 4.5 / np.sqrt(12.0 * BLOCK)
    assert not (one == other).all(axis=0).any()


@pytest.mark.parametrize("design", ["plain", "latin", "sobol", "antithetic"])
def test_blocks_are_independent_replicates(design: str) -> None:
    """What one block misses of a product's mean tells nothing of what the next one misses."""
    missed = np.array([np.prod(_drawn(design, block)[:, :3], axis=1).mean() for block in range(REPLICATES)])
    after = np.corrcoef(missed[:-1], missed[1:])[0, 1]
    assert abs(after) < 3.0 / np.sqrt(REPLICATES)
    error = missed.std(ddof=1) / np.sqrt(REPLICATES)
    assert abs(missed.mean() - 0.125) < 4.0 * error


@pytest.mark.parametrize("design", ["latin", "sobol", designs.LED])
def test_every_margin_is_stratified(design: str) -> None:
    """Each 1,024th holds one path, in every dimension."""
    strata = np.sort(np.floor(_drawn(design, 0) * BLOCK), axis=0)
    assert (strata == np.arange(BLOCK)[:, None]).all()


def test_a_sobol_block_is_a_net_and_others_are_none() -> None:
    """Its first two dimensions: each of the 1,024 boxes of 32 by 32 holds one path."""
    boxes = {
        design: len({tuple(box) for box in np.floor(_drawn(design, 0)[:, :2] * 32.0).tolist()})
        for design in ("plain", "latin", "sobol")
    }
    assert boxes["sobol"] == BLOCK
    assert max(boxes["plain"], boxes["latin"]) < 0.75 * BLOCK
    assert qmc.discrepancy(_drawn("sobol", 0)[:, :2]) < 0.2 * qmc.discrepancy(_drawn("latin", 0)[:, :2])


def test_leading_dimensions_go_where_they_are_wanted() -> None:
    net = designs.sobol(_register(), 0, "led")
    np.testing.assert_array_equal(_drawn(designs.LED, 0), net[:, ::-1])


def test_mirrored_halves_have_the_mean_exactly() -> None:
    assert np.abs(_drawn("antithetic", 0).mean(axis=0) - 0.5).max() < 1e-12


def test_the_plain_design_is_what_every_run_draws() -> None:
    own = opening(_register(), SEED, *BLOCKS)
    found = designs.opening(_register(), {block: _drawn("plain", block) for block in BLOCKS})
    for id, values in own.drawn.items():
        np.testing.assert_array_equal(found.drawn[id], values, err_msg=id)
    np.testing.assert_array_equal(found.shocks.common, own.shocks.common)
    for group, shocks in own.shocks.idiosyncratic.items():
        np.testing.assert_array_equal(found.shocks.idiosyncratic[group], shocks)
