"""The duration ladder and the rungs of distress of a small run, against what the run recorded."""

from __future__ import annotations

import numpy as np
import pytest

from risk.analysis import distress, ladder, neoclouds
from risk.analysis.facilities import Facility, facilities
from risk.runs import Run
from tests.report.runs import small_run

SINGLE = 1e-5  # facility and firm series are kept in single precision


@pytest.fixture(scope="module")
def run() -> Run:
    return small_run()


@pytest.fixture(scope="module")
def book(run: Run) -> tuple[Facility, ...]:
    return facilities(run.register, run.calendar.quarters)


def test_statements_at_the_base_date_are_those_of_the_engine(run: Run, book: tuple[Facility, ...]) -> None:
    engine = ladder.base_coverage(run)
    assert set(engine) == {f.name for f in book}
    for f in book:
        assert f.contracted[0] / f.service[0] == pytest.approx(engine[f.name], rel=SINGLE)
        assert f.duration_gap == pytest.approx(
            ladder.facilities_at(run, "maturity_gap", [0])[f.name].at(0.5)[0]
        )


def test_the_ladder_of_firms_is_what_the_run_recorded(run: Run, book: tuple[Facility, ...]) -> None:
    rungs = {rung.name: rung for rung in ladder.by_firm(run, book)}
    assert sum(len(rung.members) for rung in rungs.values()) == len(book)
    recorded = run.firm("firm_coverage")
    for i, firm in enumerate(run.entities["firm_coverage"]):
        if firm in rungs:
            for t in (1, 8):
                middle = np.nanmedian(recorded[t, :, i])
                assert rungs[firm].covered.at(0.5)[t] == pytest.approx(middle, rel=SINGLE)
            written = rungs[firm].written
            assert written is not None
            assert written[0] == pytest.approx(recorded[0, 0, i], rel=SINGLE)
            assert rungs[firm].owing[0] == 1.0
        else:
            assert np.isnan(recorded[:, :, i]).all()


def test_payers_pool_the_ratios_of_their_facilities(run: Run, book: tuple[Facility, ...]) -> None:
    rungs = ladder.by_payer(run, book)
    assert sorted(name for rung in rungs for name in rung.members) == sorted(f.name for f in book)
    ratios, names = run.facility("contracted_coverage"), run.entities["contracted_coverage"]
    for rung in rungs:
        own = ratios[6][:, [names.index(name) for name in rung.members]]
        assert rung.covered.at(0.05)[6] == pytest.approx(np.nanquantile(own, 0.05), rel=SINGLE)
        assert rung.owing[6] == pytest.approx(np.isfinite(own).mean())
        assert rung.written is None


def test_quantiles_over_few_paths_are_not_stated() -> None:
    values = np.ones((2, ladder.FEWEST), dtype=np.float32)
    values[1, 0] = np.nan
    found = ladder.quantiles(values)
    assert found.at(0.5)[0] == 1.0
    assert np.isnan(found.at(0.5)[1])
    assert np.isnan(found.error(0.5)[1])
    assert found.count.tolist() == [ladder.FEWEST, ladder.FEWEST - 1]


def test_whoever_comes_far_down_has_come_past_the_rungs_above(run: Run) -> None:
    for found in distress.distress(run).values():
        chances = [found.reached[rung].value for rung in distress.DEPTHS]
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
        for rung, code in (("amended", 5), ("payment_default", 6), ("maturity_default", 7)):
            ever = (stage[:, :, i] == code).any(axis=0).mean()
            assert distress.once(run, f"facility.{rung}", name).value == pytest.approx(ever)


def test_the_median_quarter_is_that_of_the_paths_that_come_so_far(run: Run) -> None:
    stage, names = run.facility("stage"), run.entities["stage"]
    found = distress.distress(run)
    stated = 0
    for i, name in enumerate(names):
        reached = stage[:, :, i] >= 3
        first = reached.argmax(axis=0)[reached.any(axis=0)]
        timing = found[name].event
        assert (timing is not None) == (len(first) >= ladder.FEWEST)
        if timing:
            stated += 1
            assert timing.label == run.calendar.labels[int(np.median(first))]
            assert timing.error >= 0.0
    assert stated > 3


def test_every_facility_stands_somewhere(run: Run, book: tuple[Facility, ...]) -> None:
    shares = distress.shares(run)
    assert sum(shares.values()) == pytest.approx(np.ones(run.calendar.quarters + 1))
    assert shares["sound"][0] == 1.0
    names = run.entities["facility.defaulted"]
    own = [names.index(f.name) for f in book]
    assert shares["default"] == pytest.approx(run.mean("facility.defaulted")[0][:, own].mean(axis=1))
    assert (np.diff(shares["repaid"]) > -1e-12).all()  # who has repaid stays so


def test_firms_at_year_ends(run: Run) -> None:
    ends = ladder.year_ends(run)
    assert ends[0] == 0
    assert [run.calendar.labels[t] for t in ends[1:]] == [f"{year}Q4" for year in run.calendar.years]
    for key in ("runway", "refinancing_need"):
        found = ladder.firms_at(run, key, ends[1:])
        assert tuple(found) == run.entities[key]
        assert all(
            (b.at(0.05) <= b.at(0.5)).all() and (b.at(0.5) <= b.at(0.95)).all() for b in found.values()
        )
    # a note due on every path is in everybody's need a year ahead
    first = ladder.firms_at(run, "refinancing_need", ends[1:2])["CRWV"]
    assert first.at(0.5)[0] == pytest.approx(0.8e9, rel=SINGLE)
