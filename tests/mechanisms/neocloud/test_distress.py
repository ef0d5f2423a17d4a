from dataclasses import replace
from typing import Any

import numpy as np
import pytest

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
    conditions,
    parameters,
    state,
    step,
    terms,
    wide,
)
from tests.mechanisms.worked import worked

SERVICE = 18.347015437587103 * M
TIGHT: dict[str, Any] = {
    "contracted": row(6_000),
    "billed_rate": row(18_000),
    "spot": row(1.0),
    "utilization": column(0.5),
}
"""Conditions of 17.19m of cash on 18.35m of service."""


def covered(dscr: float, **changes: Any) -> facility.Flows:
    """Flows of a quarter with a given coverage."""
    rate = (dscr * SERVICE / 2190 + 11_470) / 0.96
    return step(changes.pop("start", None), contracted=row(GPUS), billed_rate=row(rate), **changes)[1]


def test_worked_example() -> None:
    with worked("neoclouds", "cure and sweep") as w:
        n = w["contracted"]
        start = state(cash=row(M * w["trapped cash"]), cures=row(w["cures before"]))
        seen = TIGHT | {"contracted": row(n), "billed_rate": row(3.0 * n)}
        after, f = step(start, **seen, support=row(3 * M), window=OPEN)
        w.agrees("CFADS", f.cfads / M)
        w.agrees("service", f.service / M)
        w.agrees("DSCR", f.dscr)
        w.agrees("cure", f.cured / M)
        w.agrees("before the sweep", (after.cash + f.swept) / M)
        w.agrees("swept", f.swept / M)
        w.agrees("debt after", after.debt / M)
        w.agrees("cures after", after.cures)
        assert f.stage.item() == facility.CURED
        assert f.supported.item() == f.cured.item()
        lifted = (f.cfads + f.cured) / f.service
        assert lifted.item() == pytest.approx(1.05)


@pytest.mark.parametrize(
    ("dscr", "stage"),
    [
        (1.21, facility.SOUND),
        (1.19, facility.LOCK_UP),
        (1.11, facility.LOCK_UP),
        (1.09, facility.SWEEP),
        (1.06, facility.SWEEP),
        (1.04, facility.EVENT),
    ],
)
def test_stages(dscr: float, stage: int) -> None:
    f = covered(dscr, start=state(cash=row(50 * M)))
    assert f.dscr.item() == pytest.approx(dscr)
    assert f.stage.item() == stage
    assert (f.distributed.item() > 0.0) == (stage == facility.SOUND)


def test_a_facility_without_debt_is_sound() -> None:
    f = step(state(debt=0.0), **POOR)[1]
    assert f.stage.item() == facility.SOUND
    assert np.isnan(f.dscr.item())


@pytest.mark.parametrize(("dscr", "sweeps"), [(1.09, True), (1.11, False)])
def test_cash_above_the_reserve_prepays_under_the_sweep_only(dscr: float, sweeps: bool) -> None:
    start = state(cash=row(50 * M))
    spare = 50 * M + (dscr - 1.0) * SERVICE - SERVICE
    assert covered(dscr, start=start).swept.item() == pytest.approx(sweeps * spare)
    half = parameters(cash_sweep=0.5)
    assert covered(dscr, start=start, p=half).swept.item() == pytest.approx(sweeps * 0.5 * spare)
    deep = parameters(debt_reserve=2.0)
    assert covered(dscr, start=start, p=deep).swept.item() == pytest.approx(sweeps * (spare - SERVICE))


def test_a_sweep_takes_no_more_than_the_debt() -> None:
    after, f = step(state(debt=30 * M, cash=row(200 * M)), **TIGHT)
    assert f.dscr.item() > 1.10
    after, f = step(state(debt=30 * M, cash=row(200 * M)), **POOR)
    assert f.swept.item() == pytest.approx(30 * M - f.principal.item())
    assert after.debt.item() == 0.0
    paid_out = step(after, t=2)[1].distributed.item()
    assert paid_out >= after.cash.item() > 0.0


def test_tighter_covenants_are_never_breached_later() -> None:
    """Relation 13: the stage reached at every coverage, each ratio five points tighter."""
    for dscr in np.arange(0.9, 1.4, 0.02):
        for ratio in ("lock_up", "sweep", "event"):
            base = covered(dscr, start=state(cash=row(50 * M)))
            p = parameters(**{ratio: getattr(parameters(), ratio) + 0.05})
            tight = covered(dscr, start=state(cash=row(50 * M)), p=p)
            assert tight.stage.item() >= base.stage.item()
            assert tight.distributed.item() <= base.distributed.item()
            assert tight.swept.item() >= base.swept.item()


@pytest.mark.parametrize("shut", [{"window": ~OPEN}, {"backed": ~OPEN}, {"support": row(2 * M)}], ids=str)
def test_what_keeps_a_company_from_curing(shut: dict[str, Any]) -> None:
    """The window, its own default, or less than the 2.073m it takes; service is met from trapped cash."""
    seen = TIGHT | {"support": row(3 * M), "window": OPEN}
    start = state(cash=row(30 * M))
    assert step(start, **seen)[1].cured.item() > 2 * M
    f = step(start, **(seen | shut))[1]
    assert f.cured.item() == f.supported.item() == 0.0
    assert f.stage.item() == facility.EVENT
    assert not f.payment_default.any()


def test_the_fifth_cure_does_not_come() -> None:
    """Seven quarters of coverage .94, a company that would cure them all: four are cured, the rest not."""
    after, stages, cured = state(cash=row(30 * M)), [], []
    for t in range(1, 8):
        after, f = step(after, t=t, support=row(4 * M), window=OPEN, **TIGHT)
        stages.append(int(f.stage.item()))
        cured.append(f.cured.item() > 0.0)
    assert cured == [True] * 4 + [False] * 3
    assert stages == [facility.CURED] * 4 + [facility.EVENT] * 3
    assert after.cures.item() == 4.0


def test_a_loan_at_its_limit_has_its_shortfall_met_still() -> None:
    """The limit is on cures of the covenant: the company pays the 1.155m of missing service, no more."""
    start = state(cures=row(4.0))
    after, f = step(start, support=row(3 * M), window=OPEN, **TIGHT)
    assert f.supported.item() == pytest.approx(SERVICE - f.cfads.item())
    assert f.cured.item() == 0.0
    assert after.cures.item() == 4.0
    assert f.stage.item() == facility.EVENT


def test_the_limit_is_a_loans_own_and_its_cures_are_not_asked_for() -> None:
    """Two facilities 2.073m under the event, one at its limit: 3m are enough for the other, not for both."""
    pair = assemble(loan(name="at its limit"), loan(name="first cure"))
    seen = conditions(**(wide(2, **TIGHT) | {"window": OPEN, "support": row(3 * M)}))
    start = state(pair, cash=row(30 * M, 30 * M))
    both = facility.step(parameters(), terms(pair), start, pair, 1, seen)[1]
    assert both.cured.sum() == 0.0
    limited = replace(start, cures=row(4.0, 0.0))
    after, f = facility.step(parameters(), terms(pair), limited, pair, 1, seen)
    assert (f.cured > 0.0).tolist() == [[False, True]]
    assert after.cures.tolist() == [[4.0, 1.0]]


@pytest.mark.parametrize("limit", [0.0, 1.0, 6.0])
def test_a_higher_limit_never_cures_less(limit: float) -> None:
    fewer, more = (parameters(cure_limit=x) for x in (limit, limit + 1.0))
    start = state(cash=row(30 * M), cures=row(limit))
    seen: dict[str, Any] = TIGHT | {"support": row(3 * M), "window": OPEN}
    assert step(start, p=fewer, **seen)[1].cured.item() == 0.0
    assert step(start, p=more, **seen)[1].cured.item() > 2 * M


def test_a_shortfall_is_met_without_a_window_and_counts_as_no_cure() -> None:
    after, f = step(support=row(2 * M), **TIGHT)
    assert f.supported.item() == pytest.approx(SERVICE - f.cfads.item())
    assert f.cured.item() == after.cash.item() == after.cures.item() == 0.0
    assert f.stage.item() == facility.EVENT
    failed = step(support=row(2 * M), backed=~OPEN, **TIGHT)[1]
    assert failed.payment_default.all()


@pytest.mark.parametrize(
    ("support", "supported", "cured"), [(6.0, 4.1454, 4.1454), (3.0, 1.1555, 0.0), (1.0, 0.0, 0.0)]
)
def test_shortfalls_come_before_covenants(support: float, supported: float, cured: float) -> None:
    """One facility short by 1.155m, both 2.073m under the event: both, the shortfall alone, or nothing."""
    pair = assemble(loan(name="short"), loan(name="trapped"))
    start = state(pair, cash=row(0, 30 * M))
    seen = wide(2, **TIGHT) | {"window": OPEN, "support": row(support * M)}
    _, f = facility.step(parameters(), terms(pair), start, pair, 1, conditions(**seen))
    assert f.supported.sum() / M == pytest.approx(supported, abs=5e-4)
    assert f.cured.sum() / M == pytest.approx(cured, abs=5e-4)
    assert f.payment_default.tolist() == [[supported == 0.0, False]]


def test_money_of_one_company_does_not_help_another() -> None:
    pair = assemble(loan(name="a"), loan(name="b", firm=1), firms=2)
    seen = wide(2, **TIGHT) | {
        "window": OPEN, "support": row(0.0, 9 * M), "backed": np.array([[True, True]]),
    }  # fmt: skip
    _, f = facility.step(parameters(), terms(pair), state(pair), pair, 1, conditions(**seen))
    assert f.payment_default.tolist() == [[True, False]]
    assert f.stage.tolist() == [[facility.PAYMENT_DEFAULT, facility.CURED]]


def test_more_support_never_defaults_more() -> None:
    rescued = [
        not step(support=row(x * M), window=OPEN, **POOR)[1].payment_default.any() for x in range(0, 60, 3)
    ]
    assert rescued == sorted(rescued)
    assert BOOK.facilities == 1
    assert {True, False} == set(rescued)


def test_who_cannot_pay_is_not_swept() -> None:
    """With no reserve kept, trapped cash of a loan in default is the lender's by default, not by a sweep."""
    f = step(state(cash=row(20 * M)), p=parameters(debt_reserve=0.0), **POOR)[1]
    assert f.payment_default.all()
    assert f.swept.item() == 0.0
    assert f.written_off.item() == 300 * M
