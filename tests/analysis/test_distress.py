"""The stages of distress of a small run, against what the run recorded."""

from pathlib import Path

import numpy as np
import pytest

from risk.analysis import distress, neoclouds
from risk.analysis.facilities import facilities
from risk.analysis.ladder import FEWEST
from risk.analysis.standings import DEPTHS
from risk.paths import FACILITY_BLOCKS
from risk.runs import Run
from risk.shocks.stream import BLOCK
from tests.report.runs import small_run
from tests.runs.tiled import tiled


@pytest.fixture(scope="module")
def run() -> Run:
    return small_run()


def test_whoever_comes_far_down_has_come_past_the_stages_above(run: Run) -> None:
    for found in distress.distress(run).values():
        chances = [found.reached[stage].value for stage in DEPTHS]
        assert chances == sorted(chances, reverse=True)
        assert found.reached["cured"].value <= found.reached["event"].value


def test_payment_and_maturity_defaults_are_all_defaults(run: Run) -> None:
    defaults = neoclouds.defaults(run)
    for name, found in distress.distress(run).items():
        both = found.reached["payment_default"].value + found.reached["maturity_default"].value
        assert both == pytest.approx(defaults[name].probability[-1].value)
        if found.event and found.default:
            assert {found.event.label, found.default.label} <= set(run.calendar.labels)


def test_what_comes_once_is_counted_alike_in_sums_and_in_series(run: Run) -> None:
    stage = run.facility("stage")  # of every path of so small a run
    for i, name in enumerate(run.entities["stage"]):
        for depth, code in (("amended", 5), ("payment_default", 6), ("maturity_default", 7)):
            ever = (stage[:, :, i] == code).any(axis=0).mean()
            assert distress.once(run, f"facility.{depth}", name).value == pytest.approx(ever)


def test_the_median_quarter_is_that_of_the_paths_that_come_so_far(run: Run) -> None:
    stage, names = run.facility("stage"), run.entities["stage"]
    found = distress.distress(run)
    stated = 0
    for i, name in enumerate(names):
        reached = stage[:, :, i] >= 3
        first = reached.argmax(axis=0)[reached.any(axis=0)]
        timing = found[name].event
        assert (timing is not None) == (len(first) >= FEWEST)
        if timing:
            stated += 1
            assert timing.label == run.calendar.labels[int(np.median(first))]
            assert timing.error >= 0.0
    assert stated > 3


def test_every_facility_stands_somewhere(run: Run) -> None:
    shares = distress.shares(run)
    assert sum(shares.values()) == pytest.approx(np.ones(run.calendar.quarters + 1))
    assert shares["sound"][0] == 1.0
    names = run.entities["facility.defaulted"]
    own = [names.index(f.name) for f in facilities(run.register, run.calendar.quarters)]
    assert shares["default"] == pytest.approx(run.mean("facility.defaulted")[0][:, own].mean(axis=1))
    assert (np.diff(shares["repaid"]) > -1e-12).all()  # who has repaid stays so


def test_shares_are_of_the_paths_that_have_facilities(run: Run, tmp_path: Path) -> None:
    """Facilities are kept on the first paths of a long run only: here the paths of the short one again."""
    long = tiled(run, (FACILITY_BLOCKS + 2) * BLOCK, tmp_path)
    assert long.paths > FACILITY_BLOCKS * BLOCK
    np.testing.assert_allclose(distress.past_event(long).share, distress.past_event(run).share)
    for stage, share in distress.shares(run).items():
        np.testing.assert_allclose(distress.shares(long)[stage], share)
