"""What lenders do while there is cash, and what their pledges, guarantees and cross-defaults bring them."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given as examples
from hypothesis import strategies as st

from risk.mechanisms.neocloud import facility
from tests.mechanisms.given import column, row
from tests.mechanisms.neocloud.books import assemble
from tests.mechanisms.neocloud.books import facility as loan
from tests.mechanisms.neocloud.loans import (
    BOOK,
    GPUS,
    OPEN,
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

WEAK: dict[str, Any] = {
    "contracted": row(6_000),
    "billed_rate": row(18_000),
    "spot": row(1.0),
    "utilization": column(0.5),
}
"""Coverage .94: an event of default; 30m of trapped cash pays service for years."""


def pledge(**changes: float) -> facility.Pledge:
    values = {
        "units": 10_000.0, "contracted": 8_000.0, "billed": 24_000.0, "opex": 0.62, "now": 12_000.0,
        "later": 3_000.0, "left": 8.0, "rate": 0.16, "shell": 0.0,
    }  # fmt: skip
    return facility.Pledge(**{name: np.array([x]) for name, x in (values | changes).items()})


def worth(discount: float, **changes: float) -> float:
    return float(facility.pledged(parameters(), pledge(**changes), discount).item())


def test_worked_example() -> None:
    with worked("neoclouds", "contracts as collateral") as w:
        given = {
            "units": w["units"], "contracted": w["contracted"], "billed": 3.0 * w["contracted"],
            "opex": w["cost of the best user"], "left": w["left"], "rate": w["rate"],
            "now": w["unit sold now"], "later": w["unit sold then"],
        }  # fmt: skip
        d = w["discount"]
        w.agrees("net cash", 2190 * (0.96 * given["billed"] - given["contracted"] * given["opex"]) / M)
        w.agrees("sold", worth(d, **(given | {"contracted": 0.0, "billed": 0.0})) / M)
        no_units = given | {"now": 0.0, "later": 0.0}
        w.agrees("contracts", worth(d, **no_units) / M)
        w.agrees("pledged", worth(d, **given) / M)
        w.agrees("units then", (worth(d, **given) - worth(d, **no_units)) / M)


def test_a_pledge_is_worth_what_a_loop_over_quarters_says() -> None:
    cash = 2190 * (0.96 * 24_000 - 8_000 * 0.62)
    stream = sum(cash / 1.04**k for k in range(1, 9))
    assert worth(0.0) == pytest.approx(stream + 8_000 * 3_000 + 2_000 * 12_000)
    shell = worth(0.0, shell=50 * M) - worth(0.0)
    assert shell == pytest.approx(50 * M / 1.04**8), "the building is used until the contracts end"
    assert worth(0.0, shell=50 * M, contracted=0.0, billed=0.0) == pytest.approx(120 * M + 50 * M)


positive = st.floats(0.0, 50_000.0)


@examples(st.floats(0.0, 10_000.0), positive, positive, positive, st.floats(0.0, 30.0), st.floats(0.0, 0.9))
def test_the_larger_of_two_uses_and_never_more_at_a_larger_discount(
    contracted: float, billed: float, now: float, later: float, left: float, discount: float
) -> None:
    seen = {"contracted": contracted, "billed": billed, "now": now, "later": later, "left": left}
    found = worth(discount, **seen)
    assert found >= (1.0 - discount) * 10_000 * now * (1.0 - 1e-12)
    assert worth(min(discount + 0.1, 1.0), **seen) <= found
    assert worth(discount, **(seen | {"rate": 0.20})) <= found * (1.0 + 1e-12)


def test_contracts_that_cost_more_than_they_bring_add_nothing() -> None:
    assert worth(0.25, billed=0.0, later=0.0) == worth(0.25, contracted=0.0, billed=0.0)


ALL = parameters(acceleration=1.0)


def second(u: float, p: facility.Params = ALL, **changes: Any) -> facility.Flows:
    """The second quarter of an event of default, its lender drawing u; cash is there in both."""
    start = state(cash=row(60 * M))
    seen = WEAK | {"amend": row(u)}
    after, first = step(start, p=p, **seen)
    assert not first.payment_default.any()
    assert first.stage.item() == facility.EVENT
    return step(after, p=p, t=2, **(seen | changes))[1]


def test_a_lender_calls_in_the_second_quarter_while_there_is_cash() -> None:
    f = second(0.9)
    assert f.payment_default.all()
    assert f.accelerated.all()
    assert f.stage.item() == facility.PAYMENT_DEFAULT
    assert f.principal.item() == f.interest.item() == f.distributed.item() == 0.0
    assert f.recovered.item() > 106.875 * M, "the cash is the lender's too"


@pytest.mark.parametrize(
    ("u", "p", "changes"),
    [
        (0.1, ALL, {}),
        (0.9, parameters(acceleration=0.0), {}),
        (0.8, parameters(acceleration=0.5), {}),
        (0.9, ALL, {"contracted": row(8_000), "billed_rate": row(24_000)}),
        (0.9, ALL, {"support": row(3 * M), "window": OPEN}),
    ],
    ids=["would amend", "nobody calls", "half do not", "coverage is back", "cured"],
)
def test_who_is_not_called(u: float, p: facility.Params, changes: dict[str, Any]) -> None:
    f = second(u, p, **changes)
    assert not f.payment_default.any()
    assert not f.accelerated.any()


def test_calling_share_is_of_the_lenders_who_do_not_amend() -> None:
    """Half amend; of the others .6 call: 30 of 100 draws."""
    draws, p = np.linspace(0.005, 0.995, 100), parameters(acceleration=0.6)
    assert sum(second(u, p).accelerated.item() for u in draws) == 30


def test_who_was_amended_once_is_called() -> None:
    start = state(cash=row(60 * M), extended=np.array([[True]]), stage=row(facility.EVENT))
    assert step(start, p=ALL, **WEAK, amend=row(0.1))[1].accelerated.all()


def test_calling_recovers_more_than_waiting() -> None:
    """The same loan, called in its second quarter of distress or left until its cash is gone."""

    def outcome(p: facility.Params) -> facility.Flows:
        s = state(cash=row(8 * M))
        for t in range(1, 20):
            s, f = step(s, t=t, p=p, unit=15_000.0 * 0.93**t, amend=row(0.9), **WEAK)
            if s.defaulted.all():
                return f
        raise AssertionError("never")

    called, waited = outcome(ALL), outcome(parameters())
    share = [f.recovered.item() / f.written_off.item() for f in (called, waited)]
    assert share[0] > share[1]


def test_a_default_crosses_into_the_loan_that_names_it_a_quarter_later() -> None:
    pair = assemble(loan(name="fails"), loan(name="sound"))
    crossing = replace(terms(pair), crosses=((1, 0),))
    seen = conditions(
        **wide(2, contracted=row(1_000, 8_000), billed_rate=row(3_000, 24_000), amend=row(0.9, 0.9))
    )
    s = state(pair, cash=row(0.0, 60 * M))
    s, first = facility.step(ALL, crossing, s, pair, 1, seen)
    assert first.payment_default.tolist() == [[True, False]]
    assert first.distributed[0, 1] > 0.0
    s, f = facility.step(ALL, crossing, s, pair, 2, seen)
    assert f.accelerated.tolist() == [[False, True]]
    assert f.distributed.sum() == 0.0
    assert s.defaulted.all()


def test_a_patient_lender_waives_a_cross_default() -> None:
    pair = assemble(loan(name="failed"), loan(name="sound"))
    s = state(pair, defaulted=np.array([[True, False]]), debt=300 * M)
    s = replace(s, debt=row(0.0, 300 * M))
    crossing = replace(terms(pair), crosses=((1, 0),))
    for u, called in ((0.1, False), (0.9, True)):
        seen = conditions(**wide(2, amend=row(u, u)))
        assert facility.step(ALL, crossing, s, pair, 1, seen)[1].accelerated[0, 1] == called


def test_a_rows_own_ratios_stand_before_the_registers() -> None:
    own = replace(terms(), lock_up=row(1.35), sweep=row(1.30), event=row(1.15))
    seen: dict[str, Any] = {"contracted": row(GPUS)}
    for dscr, general, special in ((1.33, 0, 1), (1.25, 0, 2), (1.14, 1, 3)):
        rate = (dscr * 18.347015437587103 * M / 2190 + 11_470) / 0.96
        c = conditions(billed_rate=row(rate), **seen)
        found = [facility.step(parameters(), x, state(), BOOK, 1, c)[1].stage.item() for x in (terms(), own)]
        assert found == [general, special]


def test_a_company_meets_guaranteed_shortfalls_first() -> None:
    """Short by 27.1m each, 30m at hand: neither without a guarantee, the guaranteed one with it."""
    pair = assemble(loan(name="ring-fenced"), loan(name="guaranteed"))
    seen = conditions(**(wide(2, **POOR) | {"support": row(30 * M)}))
    free, owed = terms(pair), replace(terms(pair), guarantee=row(0.0, 1.0))
    assert facility.step(parameters(), free, state(pair), pair, 1, seen)[1].supported.sum() == 0.0
    f = facility.step(parameters(), owed, state(pair), pair, 1, seen)[1]
    assert (f.supported > 0.0).tolist() == [[False, True]]
    assert f.payment_default.tolist() == [[True, False]]


def test_what_a_guarantor_pays_is_recovered() -> None:
    _, f = a_quarter(parameters(), terms(), state(), BOOK, 1, conditions(**POOR))
    owed = replace(terms(), guarantee=row(0.5))
    paid = facility.indemnify(owed, BOOK, f, row(0.4))
    assert paid.loss.item() == pytest.approx(0.8 * f.loss.item())
    assert (paid.loss + paid.recovered).item() == pytest.approx(f.written_off.item())
    assert paid.cost.item() == f.cost.item() > 0.0
    whole = facility.indemnify(replace(terms(), guarantee=row(1.0)), BOOK, f, row(1.0))
    assert whole.loss.item() == whole.cost.item() == 0.0, "the guarantor bears the sale's cost too"
