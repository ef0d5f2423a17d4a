from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given as examples
from hypothesis import strategies as st

from risk.mechanisms.neocloud import book, facility, workout
from risk.mechanisms.neocloud import loan as loans
from risk.mechanisms.neocloud.book import Book
from tests.mechanisms.given import column, row
from tests.mechanisms.neocloud.books import assemble
from tests.mechanisms.neocloud.books import facility as loan
from tests.mechanisms.neocloud.loans import (
    BOOK,
    GPUS,
    POOR,
    M,
    a_quarter,
    conditions,
    parameters,
    state,
    step,
    terms,
    wide,
)  # fmt: skip
from tests.mechanisms.worked import worked


def test_worked_example() -> None:
    with worked("neoclouds", "facility") as w:
        devices, contracted, debt = w["GPUs"], w["contracted"], M * w["debt"]
        start = state(debt=debt, devices=row(devices), cash=row(M * w["trapped cash"]))
        seen = conditions(contracted=row(contracted), billed_rate=row(3.0 * contracted), spot=row(w["spot"]))
        p = parameters(distribution=column(w["share leaving"]))
        free = replace(terms(), opex=row(0.0))
        billed = replace(seen, contracted=row(devices))
        idle = replace(seen, billed_rate=row(0.0))
        w.agrees("contract income", loans.operating_cash(p, free, start, BOOK, billed) / 2190)
        w.agrees("spot income", loans.operating_cash(p, free, start, BOOK, idle) / 2190)
        w.agrees("operating cost", devices * terms().opex)
        after, f = facility.step(p, terms(), start, BOOK, 1, seen)
        w.agrees("CFADS", f.cfads / M)
        w.agrees("interest", f.interest / M)
        w.agrees("principal", f.principal / M)
        w.agrees("DSCR", f.dscr)
        w.agrees("distributed", f.distributed / M)
        w.agrees("cash", after.cash / M)
        w.agrees("debt after", after.debt / M)


def test_worked_example_of_a_payment_default() -> None:
    with worked("neoclouds", "payment default") as w:
        n = w["contracted"]
        seen = POOR | {
            "contracted": row(n),
            "billed_rate": row(3.0 * n),
            "unit": w["value of a GPU"],
            "support": row(7 * M),
        }
        start = state(cash=row(M * w["trapped cash"]))
        after, f = step(start, **seen)
        w.agrees("CFADS", f.cfads / M)
        w.agrees("missing", (f.service - f.cfads - start.cash) / M)
        w.agrees("cash for the lender", (start.cash + f.cfads) / M)
        w.agrees("forced sale", f.recovered / M - w["cash for the lender"])
        w.agrees("recovered", f.recovered / M)
        w.agrees("loss", f.loss / M)
        assert f.payment_default.all()
        assert not f.maturity_default.any()
        assert after.debt.item() == after.cash.item() == 0.0
        assert f.principal.item() == f.interest.item() == 0.0
        assert f.repossessed.item() == GPUS


def test_worked_example_of_a_balloon() -> None:
    with worked("neoclouds", "balloon") as w:
        book = assemble(loan(balloon=1.0, due=1))
        start = state(book, debt=M * w["balloon"])
        cfads = row(M * w["CFADS"])
        seen = conditions(issue_rate=column(w["rate"]))
        p = parameters()
        due, columns = row(M * w["balloon"]), np.array([0])
        found = workout.refinancing(p, terms(book), start, book, seen, cfads, due, columns)
        w.agrees("refinanced", found / M)
        for limit, name in ((105 * M, "by value"), (62.666 * M, "by cash")):
            w.agrees(name, limit / M)
        rich, poor = row(1e9), row(M * w["CFADS"])
        by_value = [
            workout.refinancing(p, terms(book), start, book, seen, rich, row(x), columns).item()
            for x in (104.9 * M, 105.1 * M)
        ]
        by_cash = [
            workout.refinancing(p, terms(book), start, book, seen, poor, row(x), columns).item()
            for x in (62.66 * M, 62.67 * M)
        ]
        assert by_value == [104.9 * M, 0.0]
        assert by_cash == [62.66 * M, 0.0]
        w.agrees("annuity", (1.0 - 1.02**-16) / 0.02)
        after, f = facility.step(p, terms(book), start, book, 1, seen)
        assert f.balloon_refinanced.item() == M * w["balloon"]
        w.agrees("amortization", after.level / M)
        assert not after.defaulted.any()


def test_a_cure_by_the_company_keeps_a_facility_alive() -> None:
    """Missing 27.107m: a company that can pay it does, one a dollar short does not."""
    short = 27_107_015.4376
    after, f = step(support=row(short), **POOR)
    assert f.supported.item() == pytest.approx(short)
    assert after.cash.item() == 0.0
    assert not after.defaulted.any()
    assert after.debt.item() == pytest.approx(300 * M - f.principal.item())
    assert step(support=row(short - 1.0), **POOR)[1].payment_default.all()


def test_a_company_cures_all_its_facilities_or_none() -> None:
    pair = assemble(loan(name="a"), loan(name="b", generation=0))
    both = wide(2, **POOR)
    assert step(book=pair, support=row(40 * M), **both)[1].payment_default.all()
    assert not step(book=pair, support=row(60 * M), **both)[1].payment_default.any()


@pytest.mark.parametrize(("dscr", "share"), [(1.19, 0.0), (1.21, 0.3)])
def test_the_stock_of_cash_is_distributed_above_the_lock_up_only(dscr: float, share: float) -> None:
    service = 18.347015437587103 * M
    rate = (dscr * service / 2190 + 11_470) / 0.96
    seen: dict[str, Any] = {"contracted": row(GPUS), "billed_rate": row(rate)}
    f = step(state(cash=row(50 * M)), **seen)[1]
    assert f.dscr.item() == pytest.approx(dscr)
    assert f.distributed.item() == pytest.approx(share * (50 * M + (dscr - 2.0) * service))
    assert step(state(cash=row(0.5 * service)), **seen)[1].distributed.item() == 0.0, "the reserve stays"


def test_nothing_leaves_while_contracts_bring_less_than_they_must() -> None:
    """A least realization of .85: at .84 the facility is locked up whatever its coverage."""
    strict = replace(terms(), realization=row(0.85))
    start = state(cash=row(50 * M))
    found = [
        facility.step(parameters(), strict, start, BOOK, 1, conditions(realization=row(x)))[1]
        for x in (0.85, 0.84)
    ]
    assert [f.distributed.item() > 0.0 for f in found] == [True, False]
    assert [f.stage.item() for f in found] == [facility.SOUND, facility.LOCK_UP]


def test_nothing_leaves_ahead_of_a_balloon() -> None:
    book = assemble(loan(balloon=0.5, due=10))
    start = state(book, cash=row(90 * M))
    paid = [step(start, book, t)[1].distributed.item() > 0.0 for t in (5, 6, 7, 10)]
    assert paid == [True, True, False, False]


def test_a_facility_without_debt_pays_out_everything_and_stops_at_a_loss() -> None:
    free = state(debt=0.0, cash=row(5 * M))
    after, f = step(free)
    assert f.distributed.item() == pytest.approx(f.cfads.item() + 5 * M)
    assert after.cash.item() == 0.0
    after, f = step(free, **POOR)
    assert f.cfads.item() == 0.0
    assert f.distributed.item() == pytest.approx(5 * M)
    assert not after.defaulted.any()


def test_default_is_absorbing_and_nothing_flows_after() -> None:
    """Relation 12."""
    s, first = step(**POOR)
    assert s.defaulted.all()
    for t in range(2, 6):
        s, f = step(s, t=t)
        flows = [
            f.cfads,
            f.service,
            f.principal,
            f.interest,
            f.distributed,
            f.supported,
            f.written_off,
            f.loss,
            f.drawn,
            f.swept,
            f.capitalized,
            f.cost,
            f.surplus,
        ]
        flows += [f.balloon_due, f.balloon_paid, f.balloon_extended, f.repossessed]
        assert all(x.item() == 0.0 for x in flows)
        assert s.defaulted.all()
        assert not (f.payment_default | f.maturity_default | f.amended).any()
        assert np.isnan(f.stage.item())
    assert first.loss.item() > 0.0
    assert first.stage.item() == facility.PAYMENT_DEFAULT


def test_a_balloon_nobody_refinances_is_paid_from_cash_or_defaults() -> None:
    book = assemble(loan(balloon=1.0, due=1))
    shut: dict[str, Any] = {"spread": column(0.0751)}
    rich = state(book, debt=60 * M, cash=row(100 * M))
    after, f = step(rich, book, **shut)
    assert f.balloon_paid.item() == 60 * M
    assert after.debt.item() == 0.0
    assert not after.defaulted.any()
    poor = state(book, debt=300 * M)
    after, f = step(poor, book, **shut)
    assert f.maturity_default.all()
    assert not f.payment_default.any()
    assert f.written_off.item() == pytest.approx(300 * M)
    assert f.balloon_due.item() == pytest.approx(300 * M)
    kept = f.cfads - f.interest - f.distributed
    assert f.recovered.item() == pytest.approx(106.875 * M + kept.item())


@pytest.mark.parametrize(
    "shut", [{"spread": column(0.0751)}, {"availability": column(0.59)}, {"collateral": row(8_571)}], ids=str
)
def test_what_shuts_refinancing(shut: dict[str, Any]) -> None:
    """A spread above 750 bp, availability under .6, or a value under 60 / .7."""
    book = assemble(loan(balloon=1.0, due=1))
    start = state(book, debt=60 * M)
    assert step(start, book)[1].balloon_refinanced.item() == 60 * M
    assert step(start, book, **shut)[1].balloon_refinanced.item() == 0.0


def test_a_refinanced_balloon_amortizes_at_the_new_rate() -> None:
    book = assemble(loan(balloon=1.0, due=1, coupon=0.08))
    s, _ = step(state(book, debt=60 * M), book, issue_rate=column(0.10))
    assert s.margin.item() == 0.10
    for quarter in range(2, 18):
        s, f = step(s, book, t=quarter)
        assert f.principal.item() == pytest.approx(60 * M / 16)
    assert s.debt.item() == 0.0


def test_data_centers_re_let_and_are_secured_by_their_shell() -> None:
    """Rent follows the B200 contract within [.3, 1.2], less a tenth; the GPUs belong to the tenant."""
    book = assemble(loan(site=True))
    site = terms(book, shell=1.15, lease=0.95)
    empty = {"contracted": row(0.0), "billed_rate": row(0.0)}

    def income(b200: float) -> float:
        cash = loans.operating_cash(
            parameters(),
            replace(site, opex=row(0.0)),
            state(book),
            book,
            conditions(newest_contract=column(b200), **empty),
        )
        return float(cash.item() / 2190 / GPUS)

    assert income(1.5) == pytest.approx(0.9 * 0.5 * 0.95)
    assert income(0.1) == pytest.approx(0.9 * 0.3 * 0.95)
    assert income(9.0) == pytest.approx(0.9 * 1.2 * 0.95)
    value = facility.collateral_value(site, state(book), book, row(15_000), (np.array([0]), np.array([0])))
    assert value.item() == pytest.approx(1.15 * 300 * M)
    defaulted = facility.step(
        parameters(), site, state(book), book, 1, conditions(newest_contract=column(0.1), **empty)
    )[1]
    assert defaulted.payment_default.all()
    assert defaulted.repossessed.item() == 0.0
    assert workout.refinancing_quarters(parameters(), book).item() == 48.0


def test_idle_units_rent_at_no_more_than_the_highest_utilization() -> None:
    idle: dict[str, Any] = {"contracted": row(0.0), "billed_rate": row(0.0)}
    full, more = (step(utilization=column(u), **idle)[1].cfads.item() for u in (0.85, 0.95))
    assert full == more
    assert step(utilization=column(0.84), **idle)[1].cfads.item() < full


def test_more_contracts_than_units_do_not_rent_at_a_loss() -> None:
    assert step(contracted=row(12_000))[1].cfads == step(contracted=row(10_000))[1].cfads


quarters = st.fixed_dictionaries(
    {
        "billed_rate": st.floats(0.0, 40_000.0),
        "spot": st.floats(0.01, 8.0),
        "contracted": st.floats(0.0, GPUS),
        "vacant": st.floats(0.0, GPUS),
        "support": st.floats(0.0, 60 * M),
        "unit": st.floats(0.0, 60_000.0),
        "sofr": st.floats(0.0, 0.08),
        "spread": st.floats(0.03, 0.10),
        "window": st.booleans(),
        "backed": st.booleans(),
    }
)
LOANS = (
    loan(floating=True, balloon=0.3, due=4, draw_quarters=3),
    loan(due=4),
    loan(due=8, balloon=1.0, amortization="equal"),
    loan(due=5, site=True),
)


@examples(
    st.sampled_from(LOANS),
    st.lists(quarters, min_size=14, max_size=14),
    st.floats(0.0, 1.0),
    st.floats(0.0, 1.0),
    st.floats(0.0, 100.0),
)
def test_cash_and_debt_roll_forward_and_losses_close(
    which: book.Row, path: list[dict[str, float]], amend: float, distribution: float, cash: float
) -> None:
    """Relations 1, 3, 12, 14 and 15, whatever happens to a loan: every dollar in goes somewhere."""
    layout = assemble(which)
    s = state(layout, undrawn=60 * M, cash=row(M * cash))
    p = parameters(distribution=column(distribution))
    for t, quarter in enumerate(path, start=1):
        seen = {name: np.array([[value]]) for name, value in quarter.items()}
        unit = seen.pop("unit")[0]
        c = conditions(**seen, amend=row(amend))
        after, f = a_quarter(p, terms(layout, shell=1.15), s, layout, t, c, now=unit * np.ones(1))
        paid = f.principal + f.swept + f.balloon_paid
        np.testing.assert_allclose(
            s.debt + f.drawn + f.capitalized - paid - f.written_off, after.debt, atol=1e-3, rtol=1e-12
        )
        moved = f.cfads + f.supported - f.interest - paid - f.distributed
        alive = ~after.defaulted
        np.testing.assert_allclose(after.cash, alive * (s.cash + moved), atol=1e-3, rtol=1e-12)
        np.testing.assert_allclose(f.loss + f.recovered, f.written_off, atol=1e-3)
        met = f.balloon_refinanced + f.balloon_paid + f.balloon_extended
        np.testing.assert_allclose(f.balloon_due, met + f.maturity_default * f.written_off, atol=1e-3)
        assert 0.0 <= f.cost.item() <= f.loss.item() <= f.written_off.item()
        assert f.surplus.item() == 0.0 or f.loss.item() == 0.0
        assert f.cured.item() <= f.supported.item()
        assert min(after.cash.item(), after.debt.item(), after.undrawn.item(), f.distributed.item()) >= 0.0
        assert not (s.defaulted & (f.payment_default | f.maturity_default)).any()
        assert (after.defaulted >= s.defaulted).all()
        assert np.isnan(f.stage.item()) == s.defaulted.item()
        s = after
    assert s.undrawn.item() == 0.0 or which.draw_quarters == 0
    assert s.debt.item() == 0.0 or s.extended.item() or s.level.item() > 0.0


def defaults(
    rents: list[float], book: Book, coupon: float = 0.08, billed: float = 3.0, until: int = 8
) -> int:
    """Quarter of default, 99 for never, of a loan contracted until `until` and at spot after it."""
    p = parameters(distribution=column(0.0), cash_sweep=0.0)
    s = replace(state(book, debt=350 * M), margin=row(coupon))
    for t, rent in enumerate(rents, start=1):
        n = GPUS if t <= until else 0.0
        seen = conditions(
            contracted=row(n), billed_rate=row(billed * n), spot=row(rent), collateral=row(3_000 * rent)
        )
        s, _ = facility.step(p, terms(book), s, book, t, seen)
        if s.defaulted.any():
            return t
    return 99


paths = st.lists(st.floats(0.3, 6.0), min_size=20, max_size=20)


@examples(paths, st.floats(0.3, 1.0))
def test_lower_rent_never_saves_a_loan(rents: list[float], factor: float) -> None:
    """Relation 25, with all surplus trapped (distribution stops at the lock-up: see the page's limits)."""
    assert defaults([factor * r for r in rents], BOOK) <= defaults(rents, BOOK)


@examples(paths)
def test_dearer_debt_never_defaults_later(rents: list[float]) -> None:
    """Relation 8: a hundred basis points more, the schedule of principal kept."""
    assert defaults(rents, BOOK, coupon=0.09) <= defaults(rents, BOOK)


@examples(paths, st.integers(0, 19))
def test_a_longer_contract_never_defaults_sooner(rents: list[float], until: int) -> None:
    """Relation 11; where spot pays more than the contract the longer one may earn less."""
    dear = [min(r, 4.0) for r in rents]  # under a contract at 3.00, net of vacancy and vintage
    assert defaults(dear, BOOK, until=until + 1) >= defaults(dear, BOOK, until=until)


@examples(paths)
def test_a_contract_as_long_as_the_debt_has_no_gap_risk(rents: list[float]) -> None:
    """Relation 10: fixed price, sound payer; and the same default or none whatever rents do."""
    assert defaults(rents, BOOK, until=20) == 99


def test_tighter_lock_up_never_pays_out_more() -> None:
    """Relation 13 for what may leave the ring-fence."""
    for billed in (15_000, 17_000, 20_000, 24_000):
        seen: dict[str, Any] = {"contracted": row(GPUS), "billed_rate": row(float(billed))}
        loose, tight = (step(p=parameters(lock_up=x), **seen)[1].distributed.item() for x in (1.1, 1.3))
        assert tight <= loose


def test_richer_collateral_never_loses_more() -> None:
    """Relation 17: losses with collateral 10% up, and never under zero or over the claim (relation 15)."""
    values = [0.0, 5_000.0, 15_000.0, 40_000.0, 80_000.0]
    losses = [step(unit=v, **POOR)[1].loss.item() for v in values]
    richer = [step(unit=1.1 * v, **POOR)[1].loss.item() for v in values]
    assert all(b <= a for a, b in zip(losses, richer, strict=True))
    assert losses == sorted(losses, reverse=True)
    assert losses[0] == pytest.approx(300 * M)
    assert losses[-1] == 0.0


@examples(st.floats(2.0, 6.0), st.floats(0.0, 8.0), st.floats(0.0, 1.0), st.floats(0.2, 1.0))
def test_a_payers_failure_never_raises_cash(price: float, spot: float, kept: float, haircut: float) -> None:
    """Relation 26, where the contract pays what its units would fetch; a haircut costs in any case."""
    spot = min(spot, 0.96 * price / (0.85 * 0.75))
    whole_book, left = 8_000.0, 8_000.0 * kept
    before = step(contracted=row(whole_book), billed_rate=row(price * whole_book), spot=row(spot))[1].cfads
    after = step(contracted=row(left), billed_rate=row(price * left), spot=row(spot))[1].cfads
    assert after.item() <= before.item() + 1.0
    cut = step(contracted=row(whole_book), billed_rate=row(haircut * price * whole_book), spot=row(spot))[
        1
    ].cfads
    assert cut.item() <= before.item() + 1.0


def test_money_times_1024_is_money_times_1024() -> None:
    """Relation 22: every amount in dollars scales to the bit, decisions stay."""
    scale = 1024.0
    dollars = ("billed_rate", "spot", "newest_contract", "collateral", "support")
    base = conditions(**POOR, support=row(5 * M))
    scaled = replace(base, **{name: scale * getattr(base, name) for name in dollars})
    p = parameters()
    dear = replace(p, reletting_reference=scale * p.reletting_reference)
    after, f = a_quarter(p, terms(), state(), BOOK, 1, base)
    dear_terms = replace(terms(), opex=scale * terms().opex)
    after_k, f_k = a_quarter(
        dear, dear_terms, state(debt=scale * 300 * M), BOOK, 1, scaled, now=scale * 15_000.0
    )
    for name in ("cfads", "service", "written_off", "recovered", "loss"):
        assert getattr(f_k, name) == scale * getattr(f, name)
    assert f_k.dscr == f.dscr
    assert after_k.defaulted == after.defaulted
