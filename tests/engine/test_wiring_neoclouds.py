"""What the quarter hands to neoclouds and what a new cohort is founded on: each input from its source."""

from __future__ import annotations

from dataclasses import fields

import numpy as np
import pytest

from risk.engine import pledges
from risk.engine.neoclouds import balloon_rate
from risk.engine.origination import Credit
from risk.mechanisms.gpu_repricing import rents
from risk.mechanisms.neocloud import cohorts, holdco
from tests.base_names import B200
from tests.engine.base import Array, Opened
from tests.engine.wiring import COHORT, ORDINARY, Wired, flat, shortfall, tag, wired


@pytest.fixture(scope="module", params=[1, COHORT, ORDINARY, 13])
def w(request: pytest.FixtureRequest, base: Opened) -> Wired:
    """In quarter 1 facilities draw what is committed; in quarter 13 notes and converts fall due."""
    return wired(base, request.param)


def test_payers_see_spot_of_their_generation_and_what_labs_cannot_fund(w: Wired) -> None:
    book = w.base.layout.opening[w.context.t]
    w.reads("contracts", {
        "payers.market": tag("rent->renewals:spot") * w.flows.rents.spot[:, book.generation],
        "payers.shortfall": shortfall(w),
        "payers.stress": w.after.market.factor,
        "payers.release_lag": w.call("assets").result.release_lag,
        "payers.tenant_defaulted": (book.tenant >= 0) & w.before.holdco.defaulted[:, book.tenant],
        **{f"uniforms.{k}": w.uniform(name)
           for k, name in enumerate(("ig", "lab", "ig-on-lab", "tenant", "other"))},
    })  # fmt: skip
    assert (w.call("contracts").given["payers"].shortfall > 0.0).any()


def test_buyers_of_units_look_at_rents_credit_and_what_is_on_the_market(w: Wired) -> None:
    found, p, market = w.call("assets").result, w.p.collateral, w.flows.market
    wide = market.spread - p.neutral_spread
    overhang = tag("fire-sale->rent:overhang") * w.before.seen.overhang
    s = np.clip(p.spread_loading * wide + p.overhang_loading * overhang, 0.0, 1.0)
    assert 0.0 < s.mean() < 1.0
    deeper = np.maximum(p.bust_discount - p.calm_discount, 0.0)
    cost = tag("capex->supply:hardware cost") * w.flows.fleet.cost
    expected = {
        "buyers.rent": tag("rent->collateral:spot") * w.flows.rents.spot,
        "buyers.utilization": tag("rent->collateral:utilization") * w.flows.rents.utilization,
        "buyers.decline": tag("rent->collateral:decline") * rents.expected_decline(w.p.rents, w.after.rents),
        "buyers.rate": market.sofr + p.margin + p.margin_beta * wide,
        "buyers.new": cost * w.base.fixed.throughput,
        "cost": cost,
        "overhang": overhang,
        "distress": s,
        "discount": p.calm_discount + s * deeper,
        "release_lag": 2.0 + 2.0 * s,
    }
    read = flat({f.name: getattr(found, f.name) for f in fields(found)})
    for name, value in expected.items():
        np.testing.assert_allclose(read[name], value, rtol=1e-12, err_msg=name)


def test_facilities_read_prices_credit_and_their_company(w: Wired) -> None:
    t, p, market = w.context.t, w.p, w.flows.market
    book, billing = w.base.layout.opening[t], w.call("contracts").result[1]
    overhead = p.holdco.overhead * holdco_growth(w)
    w.reads("facility", {
        "t": t,
        "c.contracted": billing.contracted,
        "c.billed_rate": billing.billed_rate,
        "c.vacant": billing.vacant,
        "c.spot": tag("rent->renewals:spot") * w.flows.rents.spot[:, book.generation],
        "c.newest_contract": tag("rent->renewals:contract") * w.flows.rents.contract[:, B200 : B200 + 1],
        "c.utilization": tag("rent->renewals:utilization") * w.flows.rents.utilization,
        "c.realization": billing.realization,
        "c.collateral": pledges.maturing(w.p, w.base.layout, t, w.call("assets").result),
        "c.spread": market.spread,
        "c.availability": market.availability,
        "c.sofr": market.sofr,
        "c.issue_rate": market.sofr + p.glue.balloon_margin
        + p.glue.margin_beta * (market.spread - p.glue.neutral_spread),
        "c.support": holdco.available(p.holdco, w.before.holdco, overhead),
        "c.window": market.spread <= p.holdco.equity_window_spread,
        "c.backed": ~w.before.holdco.defaulted,
        "c.amend": w.base.shocks.uniform["amend"][0][:, : book.facilities],
    })  # fmt: skip
    given = w.call("facility").given
    assert given["book"] is book
    np.testing.assert_array_equal(given["terms"].opex, w.base.layout.terms.opex[:, : book.facilities])


def holdco_growth(w: Wired) -> Array:
    """Overhead over that of the base date: half of what the fleet has grown by, (path, firm)."""
    devices = w.base.layout.opening[w.context.t].by_firm(w.before.facility.devices)
    return np.asarray(1.0 + 0.5 * np.maximum(devices / w.base.fixed.fleet_by_firm - 1.0, 0.0))


def test_the_equity_window_is_open_up_to_its_spread(base: Opened, w: Wired) -> None:
    limit = base.p.holdco.equity_window_spread
    assert 0.0 < np.mean(w.flows.market.spread <= limit) < 1.0, "both sides occur"


def test_companies_read_what_their_facilities_paid(w: Wired) -> None:
    t, p, market = w.context.t, w.p, w.flows.market
    book, (loans, paid) = w.base.layout.opening[t], w.call("facility").result
    issue = p.glue.note_spread_base + p.glue.note_spread_beta * market.spread
    read = w.call("holdco").inputs
    found = ("residual", "going", "net_secured", "operating_cost", "customers")
    estate = {f"c.{name}": read[f"c.{name}"] for name in found}
    reserve = loans.cash - p.facility.debt_reserve * paid.service
    spare = np.where((loans.stage == 0.0) & ~loans.defaulted, np.maximum(reserve, 0.0), 0.0)
    w.reads("holdco", estate | {
        "t": t,
        "c.distributions": book.by_firm(paid.distributed + paid.drawn + w.flows.operators.facility.surplus),
        "c.upstream": book.by_firm(spare),
        "c.guaranteed": guaranteed(w),
        "c.supported": book.by_firm(paid.supported),
        "c.ebitda": 4.0 * book.by_firm(paid.cfads),
        "c.secured": book.by_firm(loans.debt),
        "c.overhead": p.holdco.overhead * holdco_growth(w),
        "c.spread": market.spread,
        "c.availability": market.availability,
        "c.issue_spread": issue,
        "c.issue_rate": market.sofr + issue,
        "c.sofr": market.sofr,
        "c.distress": w.call("assets").result.distress,
    })  # fmt: skip


def guaranteed(w: Wired) -> Array:
    """What lenders of failed facilities may ask of companies that stand, USD, (path, firm)."""
    t, layout, (loans, paid) = w.context.t, w.base.layout, w.call("facility").result
    billing, market = w.call("contracts").result[1], w.call("assets").result
    lost = pledges.foreclosed(w.p, layout, t, market, billing, loans, paid).loss
    owed = layout.opening[t].by_firm(layout.terms_at(t).guarantee * lost)
    return np.asarray(~w.before.holdco.defaulted * owed)


@pytest.mark.parametrize("t", [1, 16])
def test_estates_are_looked_into_where_a_company_may_fail(base: Opened, t: int) -> None:
    """Facilities as going concerns or as GPUs, a year of running cost, service owed to customers."""
    w = wired(base, t)
    p, layout = w.p, base.layout
    book, (loans, paid) = layout.opening[t], w.call("facility").result
    n, c = book.facilities, w.call("holdco").given["c"]
    terms, (payers, billing) = layout.terms_at(t), w.call("contracts").result
    every, market = np.arange(len(loans.debt)), w.call("assets").result
    by_hand = {
        "residual": pledges.residual(p, layout, t, market, billing, loans, every),
        "going": 4.0 * paid.cfads * ~loans.defaulted,
        "net_secured": loans.debt - loans.cash,
        "operating_cost": 8760.0 * loans.devices * terms.opex,
        "customers": payers.prepaid[:, :n] * payers.kept[:, :n] * layout.unearned[t, :n],
    }
    rows = np.flatnonzero(c.operating_cost.any(axis=1))
    assert (len(rows) > 1) is (t > 2)
    for name, amounts in by_hand.items():
        off = 4.0 * c.overhead[rows] if name == "going" else 0.0
        np.testing.assert_allclose(
            getattr(c, name)[rows], book.by_firm(amounts)[rows] - off, rtol=1e-9, atol=1.0, err_msg=name
        )
        if name != "going":
            rest = np.delete(getattr(c, name), rows, axis=0)
            assert (rest == 0.0).all()


def test_renewals_are_struck_at_the_index_of_their_generation(w: Wired) -> None:
    book = w.base.layout.opening[w.context.t]
    index = tag("rent->renewals:contract") * w.flows.rents.contract[:, book.generation]
    w.reads("renewals", {"t": w.context.t, "index": index})


# ─── a cohort ───


@pytest.fixture(scope="module")
def founded(base: Opened) -> Wired:
    return wired(base, COHORT)


def test_a_cohort_is_founded_on_terms_of_the_day(founded: Wired) -> None:
    w, t, layout = founded, COHORT, founded.base.layout
    g, market, firms = layout.cohorts[t], w.flows.market, layout.cohort_firms
    companies, loans = w.call("holdco").result[0], w.call("facility").result[0]
    overhead = w.p.holdco.overhead * holdco_growth(w)
    owed = layout.opening[t].by_firm(loans.debt) + companies.notes + companies.converts + companies.revolver
    cost = tag("capex->supply:hardware cost") * w.flows.fleet.cost
    rent = tag("rent->renewals:contract") * w.flows.rents.contract
    w.reads("cohort", {
        "generation": g,
        "c.capex": tag("capex->supply:operators") * w.flows.spending.operator_capex,
        "c.device_cost": cost * w.base.fixed.throughput[:, g : g + 1],
        "c.rent": rent[:, g : g + 1],
        "c.decline": tag("rent->renewals:decline") * rents.expected_decline(w.p.rents, w.after.rents),
        "c.spread": market.spread,
        "c.availability": market.availability,
        "c.sofr": market.sofr,
        "c.holdco_cash": companies.cash[:, firms],
        "c.holdco_defaulted": companies.defaulted[:, firms],
        "c.holdco_debt": owed[:, firms],
        "c.holdco_ebitda": (w.call("holdco").given["c"].ebitda - 4.0 * overhead)[:, firms],
        "c.equity_room": w.call("holdco").result[1].equity_room[:, firms],
        "c.fundable": w.call("cohort").inputs["c.fundable"],
        "c.vendor": cohorts.vendor_lends(w.p.cohorts, w.uniform("vendor"))[:, firms],
    })  # fmt: skip
    given = w.call("cohort").given["params"]
    for name in ("firm_share", "rated", "cash_at_base"):
        np.testing.assert_array_equal(getattr(given, name), getattr(w.p.cohorts, name)[:, firms])


def test_a_cohort_joins_contracts_facilities_and_companies(founded: Wired) -> None:
    """Columns firm by firm and payer by payer; notes at SOFR and the issue spread; cash is spent once."""
    w, t, layout, new = founded, COHORT, founded.base.layout, founded.flows.operators.new
    n = layout.opening[t].facilities
    firms, payers = layout.cohort_firms, new.devices.shape[2]
    assert [x.shape for x in (w.after.facility.devices,)] == [(1024, n + len(firms) * payers)]
    for k, firm in enumerate(firms):
        columns = slice(n + k * payers, n + (k + 1) * payers)
        for name, given in (
            ("devices", new.devices),
            ("debt", new.debt),
            ("margin", new.margin),
            ("vendor", new.vendor),
        ):
            lent = (new.debt[:, firm] > 0.0) if name == "margin" else True  # else there is no loan
            found = getattr(w.after.facility, name)[:, columns]
            np.testing.assert_array_equal(found, given[:, firm] * lent, name)
        np.testing.assert_array_equal(w.after.contracts.quantity[:, columns], new.devices[:, firm])
        np.testing.assert_allclose(
            w.after.contracts.value[:, columns], (new.devices * new.price)[:, firm], rtol=1e-12
        )
        for j in range(payers):
            tenor = int(np.asarray(w.p.cohorts.contract_quarters).ravel()[j])
            ending = w.after.contracts.buckets[t + tenor]
            assert ending is not None
            np.testing.assert_array_equal(ending[0][:, n + k * payers + j], new.devices[:, firm, j])
    rate = w.flows.market.sofr + 0.015 + w.p.glue.note_spread_beta * w.flows.market.spread
    w.reads("notes", {"t": t, "notes": new.notes, "converts": new.converts, "rate": rate})
    np.testing.assert_allclose(
        w.after.holdco.cash, w.call("holdco").result[0].cash - new.cash_used, rtol=1e-12
    )
    assert (new.cash_used > 0.0).any()
    asked = w.call("cohort").result
    for name in [f.name for f in fields(asked)]:
        everywhere = getattr(new, name)
        np.testing.assert_array_equal(everywhere[:, firms], getattr(asked, name), name)
        assert not np.delete(everywhere, firms, axis=1).any(), name
    drawn = w.flows.operators.lent
    assert not drawn[:, :n].any()
    np.testing.assert_array_equal(drawn[:, n:], w.after.facility.debt[:, n:])


def test_a_loan_is_added_to_while_it_stands_and_its_customer_stays(base: Opened) -> None:
    """The fourth cohort of a year joins loans that are sound, were never amended, and have a customer."""
    w = wired(base, ORDINARY)
    layout, loans = base.layout, w.call("facility").result[0]
    assert layout.opened[ORDINARY] == ORDINARY - 3
    n = layout.opening[ORDINARY - 3].facilities
    found = w.call("cohort").inputs["c.fundable"].reshape(1024, -1)
    columns = slice(n, n + found.shape[1])
    bad = loans.defaulted | loans.extended | (loans.stage >= 2.0) | (w.after.contracts.kept == 0.0)
    np.testing.assert_array_equal(found, ~bad[:, columns] * 1.0)
    assert 0 < (found == 0.0).sum() < found.size / 2


def test_a_balloon_refinances_at_the_neutral_margin_at_the_neutral_spread(founded: Wired) -> None:
    one = np.ones((1, 1))
    neutral = Credit(founded.base.p.glue.neutral_spread * one, one, one, 0.03 * one)
    found = balloon_rate(founded.base.p, neutral)
    np.testing.assert_allclose(found, 0.03 + founded.base.p.glue.balloon_margin)
