"""What is remembered of a quarter is what happened in it, under its own name."""

import numpy as np
import pytest

from risk.assumptions import Assumptions
from risk.catalogue import MEMBERS
from risk.engine import inputs, record
from risk.engine.record import Record
from risk.engine.totals import (
    CREDIT,
    FIELD,
    FUNDING,
    HOLDCO,
    LOANS,
    STAGES,
)  # fmt: skip
from risk.engine.world import exposures
from tests.base_names import DIRECT_LENDING, HEADLINE, INSTRUMENTS, SPV
from tests.engine.base import Array, Opened

ROWS = 500
T = 11


@pytest.fixture(scope="module")
def kept(base: Opened) -> Record:
    """The base case up to quarter T."""
    r = Record(ROWS, base.layout.quarters, columns={("credit.loss", "direct_lending"): DIRECT_LENDING})
    record.base_date(r, base.p, base.layout, base.worlds[0], base.fixed)
    for t in range(1, T + 1):
        record.quarter(r, base.p, base.layout, base.worlds[t - 1], base.worlds[t], base.flow(t), t)
    return r


def summed(values: Array) -> Array:
    return np.asarray(values[:ROWS].sum(axis=0))


def test_sums_are_over_kept_paths_by_entity(kept: Record, base: Opened) -> None:
    f, world = base.flow(T), base.worlds[T]
    expected = {f"funding.{key}": getattr(f.funding, FIELD.get(key, key)) for key in FUNDING}
    expected |= {f"facility.{key}": getattr(f.operators.facility, key) for key in LOANS}
    expected |= {f"holdco.{key}": getattr(f.operators.holdco, key) for key in HOLDCO}
    expected |= {f"credit.{key}": getattr(f.segments, key) for key in CREDIT}
    stage = f.operators.facility.stage
    expected |= {f"facility.{name}": (stage == code) * 1.0 for name, code in STAGES.items()}
    for k, regime in enumerate(("calm", "tight", "stress")):
        expected[f"losses.{regime}"] = f.instrument_losses * (f.market.regime == k)
        expected[f"claims.{regime}"] = f.instrument_claims * (f.market.regime == k)
    expected |= {
        "gpu.fleet": world.fleet.energized,
        "gpu.contract_rent": f.rents.contract,
        "gpu.spot_rent": f.rents.spot,
        "gpu.collateral": f.operators.collateral,
        "revenue.segment": f.adoption.revenue,
        "credit.exposure": world.segments.exposure,
        "credit.loss": f.segments.loss,
        "losses.instrument": f.instrument_losses,
        "claims.instrument": f.instrument_claims,
        "exposure.instrument": exposures(base.layout, world.facility, world.holdco, world.segments),
        "losses.holder": f.cascade.losses,
        "losses.ultimate": f.cascade.ultimate,
        "mark_to_market.holder": f.cascade.mark_to_market,
        "sold.holder": f.cascade.sold,
        "forced": f.cascade.forced,
        "rounds": f.cascade.mark_by_round,
        "holdco.secured_debt": base.layout.opening[T + 1].by_firm(world.facility.debt),
        "facility.extended": world.facility.extended,
        "facility.defaulted": world.facility.defaulted,
        "holdco.notes": world.holdco.notes + world.holdco.converts,
        "holdco.converts": world.holdco.converts,
        "holdco.defaulted": world.holdco.defaulted,
        "facility.debt": world.facility.debt,
    }
    for key, values in expected.items():
        width = values.shape[1]
        np.testing.assert_allclose(kept.sums[key][0, T, :width], summed(values), rtol=1e-12, err_msg=key)
        np.testing.assert_allclose(kept.squares[key][0, T, :width], summed(values * 1.0 * values), rtol=1e-12)
        assert (kept.sums[key][0, T, width:] == 0.0).all()
        assert (kept.sums[key][0, T + 1 :] == 0.0).all()


def test_columns_stand_under_their_names(kept: Record, base: Opened) -> None:
    f = base.flow(T)
    for key, flows in (
        ("demand", f.demand),
        ("required", f.required),
        ("cascade", f.cascade),
    ):
        for i, name in enumerate(MEMBERS[key]):
            total = np.broadcast_to(getattr(flows, FIELD.get(name, name)), (1024, 1))[:ROWS].sum()
            assert kept.sums[key][0, T, i] == pytest.approx(total), name
    power = (f.fleet.power_energized, f.fleet.cost, f.fleet.power_per_unit)
    for i, values in enumerate(power):
        assert kept.sums["power"][0, T, i] == pytest.approx(values[:ROWS].sum()), MEMBERS["power"][i]
    customers = MEMBERS["inflow"].index("customers")
    assert kept.sums["inflow"][0, T, customers] == pytest.approx(f.adoption.revenue[:ROWS].sum())
    assert kept.sums["value_added"].shape[2] == len(MEMBERS["value_added"]) == 8


def test_liquidity_is_cash_and_undrawn_revolver_of_the_living(kept: Record, base: Opened) -> None:
    h = base.worlds[T].holdco
    liquid = np.where(h.defaulted, 0.0, h.cash + h.limit - h.revolver)
    np.testing.assert_allclose(kept.sums["holdco.liquidity"][0, T], summed(liquid))
    np.testing.assert_allclose(kept.path("neocloud_liquidity")[T], liquid[:ROWS].sum(axis=1))
    debt = base.worlds[T].facility.debt.sum(axis=1) + (h.notes + h.converts).sum(axis=1)
    np.testing.assert_allclose(kept.path("neocloud_debt")[T], debt[:ROWS])


def test_what_outcomes_need_is_kept(kept: Record, base: Opened) -> None:
    f = base.flow(T)
    lost = sum(base.flow(t).instrument_losses[:ROWS, :HEADLINE].sum(axis=1) for t in range(1, T + 1))
    np.testing.assert_allclose(kept.path("headline_loss")[T], lost)
    assert INSTRUMENTS[HEADLINE - 1] == "spv"
    by_line = kept.sums["line.loss"][0, T]
    found = f.instrument_losses[:ROWS].sum(axis=0)
    np.testing.assert_allclose(
        by_line, [found[:HEADLINE].sum(), found[HEADLINE], found[HEADLINE + 1 :].sum()]
    )
    raised = (f.funding.net_debt_change + f.funding.equity).sum(axis=1)
    np.testing.assert_allclose(kept.path("net_raised")[T - 1], raised[:ROWS])
    asked = kept.kept["credit.loss", DIRECT_LENDING]
    np.testing.assert_array_equal(asked[T - 1], f.segments.loss[:ROWS, DIRECT_LENDING])
    np.testing.assert_array_equal(kept.path("required_cahn")[T - 1], f.required.cahn[:ROWS, 0])
    np.testing.assert_array_equal(
        kept.path("required_energized")[T - 1], f.required.vintage_energized[:ROWS, 0]
    )
    np.testing.assert_array_equal(kept.path("compute_demand")[T], f.demand.total[:ROWS, 0])
    np.testing.assert_array_equal(kept.path("lab_recycled")[T], f.demand.anchor_recycled[:ROWS, 0])
    np.testing.assert_allclose(kept.path("quarter_loss")[T - 1], f.instrument_losses[:ROWS].sum(axis=1))
    np.testing.assert_allclose(kept.path("second_round")[T - 1], f.cascade.mark_to_market[:ROWS].sum(axis=1))


def test_the_base_date_has_stocks_and_last_quarters_flows(
    kept: Record, base: Opened, register: Assumptions
) -> None:
    generations = register.tables["gpu.generation"]
    index = generations.numbers("index")[generations.names.index("H100")]
    error = np.exp(base.p.rents.index_error)[:ROWS, 0]  # one a path, the same of every reading of the day
    assert kept.path("capex")[0, 0] == pytest.approx(
        register.tables["capex.firm"].numbers("capex_last_quarter").sum()
    )
    assert kept.path("cfo")[0, 0] == pytest.approx(register.tables["capex.firm"].numbers("cfo").sum())
    np.testing.assert_allclose(kept.path("h100_contract")[0], index * error)
    np.testing.assert_allclose(kept.path("h100_spot")[0], register.value("gpu.h100_spot") * error)
    assert np.isnan(kept.path("required_revenue")[0]).all()
    exposed = register.tables["credit.segment"].numbers("exposure")[SPV]
    paper = kept.path("neocloud_debt")[0, 0]
    assert kept.path("exposed_at_base")[0, 0] == pytest.approx(exposed + paper)


def test_coverage_of_a_facility_in_default_is_not_a_number(kept: Record, base: Opened) -> None:
    n = base.layout.base_book.facilities
    gone = base.worlds[T].facility.defaulted[:ROWS, :n]
    assert np.isnan(kept.facility["dscr"][T][gone]).all()
    assert np.isnan(kept.facility["contracted_coverage"][T][gone]).all()
    alive = ~gone & (base.worlds[T].facility.debt[:ROWS, :n] > 1.0)
    assert np.isfinite(kept.facility["dscr"][T][alive]).all()
    assert np.isfinite(kept.facility["maturity_gap"][T][alive]).all()


def test_stages_are_those_of_the_ladder_until_a_default_and_nothing_after(kept: Record, base: Opened) -> None:
    n = base.layout.base_book.facilities
    for t in range(1, T + 1):
        stage = kept.facility["stage"][t]
        before = base.worlds[t - 1].facility.defaulted[:ROWS, :n]
        f = base.flow(t).operators.facility
        assert np.isnan(stage[before]).all()
        assert np.isfinite(stage[~before]).all()
        np.testing.assert_array_equal(stage == 6, f.payment_default[:ROWS, :n])
        np.testing.assert_array_equal(stage == 7, f.maturity_default[:ROWS, :n])
        amended = (f.amended | (f.balloon_extended > 0.0))[:ROWS, :n]
        np.testing.assert_array_equal(stage == 5, amended)
        np.testing.assert_array_equal(stage == 4, (f.cured[:ROWS, :n] > 0.0) & (stage < 5))
    assert (kept.facility["stage"][0] == 0.0).all()


def test_holdings_stand_at_their_instrument_and_holder(register: Assumptions) -> None:
    matrix = inputs.table_columns(register)["credit.holding.share"]
    holders = register.tables["credit.holder"].names
    table = register.tables["credit.holding"]
    found = zip(table.words("instrument"), table.words("holder"), table.numbers("share"), strict=True)
    for instrument, holder, share in found:
        assert matrix[INSTRUMENTS.index(instrument), holders.index(holder)] == share
    np.testing.assert_allclose(matrix.sum(axis=1), 1.0)


def test_launches_are_quarters_from_the_base_date(register: Assumptions) -> None:
    launch = inputs.table_columns(register)["gpu.generation.launch"][0]
    names = register.tables["gpu.generation"].names
    assert dict(zip(names, launch, strict=True)) == {
        "A100": -24, "H100": -15, "H200": -8, "B200": -6, "Rubin": 1, "Next": 9
    }  # fmt: skip
