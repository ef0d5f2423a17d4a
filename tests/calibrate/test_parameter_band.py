"""Two more runs on a run's parameters: what they share, when they are made, what is kept of them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from risk.analysis.parameter_band import bands, kept
from risk.assumptions import Assumptions, load
from risk.calibrate import parameter_band
from risk.paths import Block
from risk.runs import Run, execute
from risk.runs.beside import PARAMETER_BAND
from risk.shocks.draw import draw_parameters
from risk.shocks.stream import generator, shock_seed

PATHS, SEED = 4_096, 7
UNKNOWN = "revenue.elasticity"


def toy(assumptions: Assumptions, seed: int, block: int, paths: int, baseline: Any) -> Block:
    """An engine in which everything comes with a probability that is the rank of one parameter, halved."""
    drawn = np.ravel(draw_parameters(assumptions, seed, block)[UNKNOWN])
    rank = np.argsort(np.argsort(drawn)) / 1024
    stream = generator(shock_seed(seed, assumptions.shocks), "event:toy", block)
    names = parameter_band.events(assumptions)
    chances = dict.fromkeys(names, 0.5 * rank) | {names[-1]: np.full(1024, 0.3)}
    came = {name: np.asarray(stream.random(1024) < p, np.float64)[:paths] for name, p in chances.items()}
    return Block(block, paths, {}, came, {}, {}, {}, {}, {"toy": 0.0})


@pytest.fixture(scope="module")
def three(tmp_path_factory: pytest.TempPathFactory) -> list[Run]:
    folder, register = tmp_path_factory.mktemp("runs"), load()
    of = [register, *(parameter_band.struck(register, k) for k in (1, 2))]
    return [execute(each, PATHS, SEED, 1, folder, simulate=toy) for each in of]


def test_the_variance_over_parameters_of_a_toy_engine_is_found(three: list[Run]) -> None:
    run, *others = three
    parameter_band.keep(run, others)
    names = parameter_band.events(run.register)
    found = kept(run)
    first = found[names[0]].variance
    assert abs(first.value - 0.25 / 12) < 4 * first.standard_error, "of a uniform on 0 to one half"
    last = found[names[-1]].variance
    assert abs(last.value) < 3 * last.standard_error, "what depends on no parameter"
    record = run.parameter_band
    assert record is not None
    assert record["runs"] == [other.id for other in others]
    every = bands(run, run.outcomes(names))
    assert every[names[0]].ends is not None


def test_a_run_is_not_measured_twice(three: list[Run]) -> None:
    run, *others = three
    (run.directory / PARAMETER_BAND).unlink(missing_ok=True)
    assert parameter_band.wanted(run)
    assert not parameter_band.wanted(others[0]), "the further runs have none themselves"
    parameter_band.keep(run, others)
    assert not parameter_band.wanted(run)


@pytest.mark.parametrize(
    ("paths", "record", "wanted"),
    [
        (1023, None, False),
        (1024, None, True),
        (1024, {"method": parameter_band._method()}, False),
        (1024, {"method": "another"}, True),
    ],
)
def test_it_is_wanted_once_of_a_run_with_a_whole_block(paths: int, record: Any, wanted: bool) -> None:
    run: Any = SimpleNamespace(paths=paths, register=SimpleNamespace(shocks=0), parameter_band=record)
    assert parameter_band.wanted(run) is wanted


def test_the_further_runs_share_parameters_and_no_more_than_enough_paths(three: list[Run]) -> None:
    plans = parameter_band.plans(three[0], None)
    assert [plan.assumptions.shocks for plan in plans] == [1, 2]
    assert [plan.paths for plan in plans] == [PATHS, PATHS]
    assert [plan.specification() for plan in plans] == [run.manifest.specification for run in three[1:]]
    long: Any = SimpleNamespace(
        register=three[0].register, paths=20_000, manifest=three[0].manifest, directory=Path("runs/x"), id="x"
    )
    assert parameter_band.plans(long, None) == (), "another run than today's inputs make"


def test_other_shocks_are_part_of_a_register_and_survive_a_run(three: list[Run]) -> None:
    register = load()
    other = parameter_band.struck(register, 1)
    assert other != register
    assert replace(other, shocks=0) == register
    assert three[1].register.shocks == 1
    assert three[1].manifest.scenario == "base-other-shocks-1"
