"""The duration ladder of a small run, against what the run recorded."""

from __future__ import annotations

import numpy as np
import pytest

from risk.analysis import ladder
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
            off = run.parameter(ladder.NOWCAST)[0]  # what that path draws of debt at the base date
            assert written[0] == pytest.approx(recorded[0, 0, i] * np.exp(off), rel=SINGLE)
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
    notes = run.register.tables["neoclouds.note"]
    own = np.equal(notes.words("firm"), "CRWV")
    due = [
        notes.numbers("amount")[own & ((q := notes.numbers("quarter_due") - t) > 0) & (q <= 4)] for t in ends
    ]
    k = next(i for i, amounts in enumerate(due) if amounts.any())
    need = ladder.firms_at(run, "refinancing_need", ends[k : k + 1])["CRWV"]
    assert need.at(0.5)[0] >= due[k].sum() * (1.0 - SINGLE)
