from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given as examples
from hypothesis import strategies as st

from risk.mechanisms.neocloud import estate, holdco, paper
from tests.mechanisms.given import column, given, row
from tests.mechanisms.worked import worked

BN = 1e9


def parameters(**changes: Any) -> holdco.Params:
    values: dict[str, Any] = {
        "cash": row(2.6 * BN),
        "revolver": row(1.5 * BN),
        "revolver_quarters": row(15.0),
        "overhead": row(0.14 * BN),
        "growth_equity": row(0.42 * BN),
        "growth_equity_quarters": 10.0,
        "coupon": 0.095,
        "convert_coupon": 0.019,
        "convert_cover": 3.0,
        "earliest": 16.0,
        "latest": 32.0,
        "equity_multiple": column(10.0),
        "equity_loading": 4.0,
        "neutral_spread": 0.04,
        "revolver_rate": 0.07,
        "sofr": 0.0365,
        "equity_window": column(0.05),
        "equity_window_spread": 0.06,
        "leverage_limit": 7.0,
        "revolver_tenor": 20.0,
        "overhead_growth": 0.5,
        "shut_spread": 0.075,
        "shut_availability": 0.6,
        "sound_issue_spread": 0.09,
    }
    return given(holdco.Params, **(values | changes))


ESTATE = given(
    estate.Params,
    cost=0.08,
    calm_discount=column(0.5),
    bust_discount=column(0.5),
    calm_multiple=column(4.0),
    bust_multiple=column(2.0),
    lease_share=0.35,
    lease_damages=1.5,
)


def bullets(**due: float) -> np.ndarray[Any, np.dtype[np.float64]]:
    out = np.zeros((61, 1))
    for quarter, amount in due.items():
        out[int(quarter[1:]), 0] = amount * BN
    return out


def state(cash: float = 0.6, drawn: float = 0.9, **due: float) -> holdco.State:
    """A company whose notes (q…) and converts (c…) fall due in some quarters, USD bn."""
    notes = bullets(**{k: x for k, x in due.items() if k[0] == "q"})
    converts = bullets(**{k: x for k, x in due.items() if k[0] == "c"})
    start = holdco.init(parameters(), notes, converts, 1, 70)
    return replace(start, cash=row(cash * BN), revolver=row(drawn * BN))


def conditions(**changes: Any) -> holdco.Conditions:
    values: dict[str, Any] = {
        "distributions": row(0.3 * BN),
        "upstream": row(0.0),
        "supported": row(0.1 * BN),
        "guaranteed": row(0.0),
        "ebitda": row(2.1 * BN),
        "secured": row(12.0 * BN),
        "overhead": row(0.28 * BN),
        "spread": column(0.045),
        "availability": column(0.9),
        "issue_spread": column(0.0735),
        "issue_rate": column(0.11),
        "sofr": column(0.0365),
        "residual": row(4.0 * BN),
        "going": row(0.0),
        "net_secured": row(12.0 * BN),
        "distress": column(0.0),
        "operating_cost": row(1.6 * BN),
        "customers": row(0.5 * BN),
    }
    return holdco.Conditions(**(values | changes))


HEALTHY: dict[str, Any] = {"ebitda": row(9.0 * BN)}
"""20.9bn of debt on 7.88bn of EBITDA: notes are refinanced."""


def step(
    s: holdco.State, t: int = 12, p: holdco.Params | None = None, **changes: Any
) -> tuple[holdco.State, holdco.Flows]:
    return holdco.step(p or parameters(), ESTATE, s, t, conditions(**changes))


def test_worked_example() -> None:
    with worked("neoclouds", "HoldCo") as w:
        p = parameters()
        spending = holdco.overhead(p, row(w["fleet"]))
        w.agrees("overhead", spending / BN)
        s = state(w["cash"], w["revolver drawn"], q12=w["notes due"], q20=w["notes"] - w["notes due"])
        earned = row(BN * w["EBITDA"]) + 4 * spending
        seen = conditions(
            distributions=row(BN * w["distributions"]), supported=row(BN * w["cures"]), overhead=spending,
            ebitda=earned,
        )  # fmt: skip
        after, f = holdco.step(p, ESTATE, s, 12, seen)
        w.agrees("interest", f.interest / BN)
        w.agrees("owed", (seen.secured + s.paper + s.revolver) / BN)
        w.agrees("multiple", 10 * np.exp(-4 * 0.005))
        w.agrees("equity", f.equity_value / BN)
        w.agrees("drawn", f.drawn / BN)
        w.agrees("missing", f.drawn / BN)
        assert after.cash.item() == 0.0
        assert not f.default.any()
        assert f.notes_repaid.item() == f.notes_sound.item() == BN * w["notes due"]
        s = state(w["cash"], w["revolver drawn"], q12=1.5, q20=w["notes"] - 1.5)
        after, f = holdco.step(p, ESTATE, s, 12, seen)
        w.agrees(
            "had 1.5 been due",
            (f.supported + f.overhead - f.distributions).item() / BN + w["interest"] + 1.5 - 0.6,
        )
        w.agrees("rescue", p.equity_window * w["equity"])
        w.agrees("still missing", w["had 1.5 been due"] - 0.6 - w["rescue"])
        assert f.default.all()
        assert f.equity.item() == f.interest.item() == 0.0
        w.agrees("cash left", f.estate_cash / BN)
        w.agrees("claims", f.written_off / BN)
        assert f.revolver_called.item() == f.claims.revolver.item() == 1.5 * BN
        assert f.notes_sound.item() == f.notes_repaid.item() == 0.0


def test_worked_example_of_paper() -> None:
    with worked("neoclouds", "paper") as w:
        p = parameters(convert_cover=4.0)
        for name, due in (("settled in shares", w["converts due"]), ("had 1.1 been due", 1.1)):
            w.agrees(name, paper.settled_in_shares(p, row(w["equity"]), row(due)))
        found = paper.issue(p, [row(0.0)] * 60, 6, row(w["issued"]))
        w.agrees("due a quarter", found[22])
        assert [t for t, due in enumerate(found) if due.item() > 0.0] == list(range(22, 39))
        assert sum(due.item() for due in found) == pytest.approx(w["issued"])


BACKED: dict[str, Any] = {"ebitda": row(4.4 * BN), "availability": column(0.59)}
"""Nobody lends, but equity is worth something."""


def test_default_is_when_cash_revolver_and_rescue_are_spent() -> None:
    """0.6 undrawn and the rescue cover so much: a dollar more is a default."""
    s = state(0.0, 0.9, q20=8.0)
    calm: dict[str, Any] = {"distributions": row(0.0), "overhead": row(0.0), **BACKED}
    interest = 0.20575 * BN
    equity = (4.4 * 10 * np.exp(-4 * 0.005) - 20.9) * BN
    most = 0.6 * BN + 0.05 * equity - interest
    assert not step(s, supported=row(most), **calm)[1].default.any()
    assert step(s, supported=row(most + 2.0), **calm)[1].default.any()
    wide: dict[str, Any] = {"spread": column(0.0601)}  # shareholders stay away
    assert not step(s, supported=row(0.6 * BN - interest), **calm, **wide)[1].default.any()
    assert step(s, supported=row(0.6 * BN - interest + 2.0), **calm, **wide)[1].default.any()


def test_without_equity_nobody_rescues() -> None:
    """One number: no share of its value is put in, nor is growth paid for."""
    none = parameters(equity_window=column(0.0))
    s = state(0.0, 0.9, q20=8.0)
    f = step(s, t=1, p=none, supported=row(0.7 * BN), **HEALTHY)[1]
    assert f.default.all()
    assert f.equity.item() == f.equity_room.item() == 0.0
    assert not step(s, t=1, supported=row(0.7 * BN), **HEALTHY)[1].default.any()


def test_sound_facilities_pass_on_what_is_missing_and_no_more() -> None:
    """After the revolver and before shareholders; a company is not bankrupt beside its own cash."""
    s = state(0.0, 0.9, q20=8.0)
    seen: dict[str, Any] = {"distributions": row(0.0), "overhead": row(0.0), "supported": row(0.7 * BN)}
    short = 0.7 * BN + 0.20575 * BN - 0.6 * BN
    assert step(s, **seen)[1].default.all()
    after, f = step(s, upstream=row(1.0 * BN), **seen)
    assert not f.default.any()
    assert f.upstreamed.item() == f.distributions.item() == pytest.approx(short)
    assert f.drawn.item() == pytest.approx(0.6 * BN)
    assert after.cash.item() == f.equity.item() == 0.0
    f = step(s, upstream=row(0.1 * BN), **seen)[1]  # not enough: it stays where it is
    assert f.default.all()
    assert f.upstreamed.item() == 0.0
    assert step(replace(s, cash=row(2 * BN)), upstream=row(1.0 * BN), **seen)[1].upstreamed.item() == 0.0


def test_converts_are_settled_in_shares_while_equity_is_worth_three_times_them() -> None:
    """9.8 times 7.88 less 20.9 of debt: they leave with nobody's cash, as notes of the quarter do not."""
    s = state(c12=1.0, q12=0.9, q20=6.1)
    after, f = step(s, **(HEALTHY | {"availability": column(0.59)}), supported=row(0.0))
    assert f.settled.item() == 1.0 * BN
    assert f.notes_repaid.item() == 0.9 * BN
    assert f.notes_due.item() == f.notes_sound.item() == pytest.approx(1.9 * BN)
    assert after.converts.item() == 0.0
    assert after.notes.item() == 6.1 * BN


def test_converts_of_a_poor_company_are_met_like_notes() -> None:
    """Equity under three times what falls due: replaced by notes in an open market, else repaid."""
    poor = parameters(equity_multiple=column(2.0))
    s = state(cash=3.0, c12=1.0, q20=7.0)
    after, f = step(s, p=poor, **HEALTHY)
    assert f.settled.item() == f.notes_repaid.item() == after.converts.item() == 0.0
    assert after.notes.item() == 8.0 * BN
    f = step(s, p=poor, **(HEALTHY | {"availability": column(0.59)}))[1]
    assert f.notes_repaid.item() == 1.0 * BN
    assert f.settled.item() == 0.0


def test_equity_falls_with_spreads_and_is_never_negative() -> None:
    p = parameters()
    found = paper.equity_value(p, row(3.0, 3.0, -1.0), row(20.0, 40.0, 0.0), row(1.0, 1.0, 0.5), column(0.04))
    assert found[0] == pytest.approx([11.0, 0.0, 0.5])
    wide = paper.equity_value(p, row(3.0), row(20.0), row(1.0), column(0.06))
    assert wide.item() == pytest.approx(30.0 * np.exp(-0.08) - 19.0)
    assert paper.equity_room(p, row(10.0), column(0.06)).item() == pytest.approx(0.5)
    assert paper.equity_room(p, row(10.0), column(0.0601)).item() == 0.0


def test_notes_are_refinanced_in_an_open_market_for_four_to_eight_years() -> None:
    s = state(q12=0.9, q20=7.1)
    after, f = step(s, **HEALTHY)
    assert f.notes_repaid.item() == 0.0
    assert f.notes_sound.item() == 0.9 * BN
    assert after.notes.item() == 8.0 * BN
    assert [after.due[t].item() for t in (28, 44)] == pytest.approx([0.9 * BN / 17] * 2)
    assert after.due[27].item() == after.due[45].item() == 0.0
    assert after.coupon.item() == pytest.approx(0.095 + 0.9 / 8.0 * (0.11 - 0.095))


@pytest.mark.parametrize(
    "shut",
    [
        {"spread": column(0.0751)},
        {"availability": column(0.59)},
        {"secured": row(47.0 * BN)},
        {"ebitda": row(1.1 * BN)},
    ],
    ids=str,
)
def test_what_keeps_notes_from_being_refinanced(shut: dict[str, Any]) -> None:
    """A shut market, debt over seven times EBITDA after overhead, or none of it."""
    f = step(state(cash=3.0, q12=0.9, q20=7.1), **(HEALTHY | shut))[1]
    assert f.notes_repaid.item() == 0.9 * BN


def test_notes_replaced_at_a_wide_spread_are_not_sound() -> None:
    s = state(q12=0.9, q20=7.1)
    assert step(s, **HEALTHY, issue_spread=column(0.09))[1].notes_sound.item() == 0.9 * BN
    assert step(s, **HEALTHY, issue_spread=column(0.0901))[1].notes_sound.item() == 0.0


def test_notes_repaid_with_rescue_equity_are_not_sound() -> None:
    """Missing 0.858bn of which 0.6 is drawn: 0.258 of the 1.3bn repaid is shareholders' money."""
    s = state(cash=0.6, q12=1.3, q20=6.7)
    f = step(s, supported=row(0.0), **(BACKED | {"overhead": row(0.2525 * BN)}))[1]
    assert not f.default.any()
    assert f.notes_repaid.item() == 1.3 * BN
    rescue = f.equity.item()
    assert rescue > 0.0
    assert f.equity_room.item() == pytest.approx(0.05 * f.equity_value.item() - rescue)
    assert f.notes_sound.item() == pytest.approx(1.3 * BN - rescue)


def test_growth_equity_comes_while_the_window_is_open_and_equity_has_a_value() -> None:
    s = state(q20=8.0)
    assert step(s, t=10, **HEALTHY)[1].equity.item() == pytest.approx(0.42 * BN)
    assert step(s, t=11, **HEALTHY)[1].equity.item() == 0.0
    assert step(s, t=10, **HEALTHY, spread=column(0.0601))[1].equity.item() == 0.0
    assert step(s, t=10)[1].equity.item() == 0.0  # 20.9bn of debt on .98bn of EBITDA


def test_cash_repays_the_revolver_first() -> None:
    after, f = step(state(cash=2.0, q20=8.0))
    assert f.drawn.item() == pytest.approx(-0.9 * BN)
    assert after.revolver.item() == 0.0


def test_default_is_absorbing() -> None:
    """Relation 12: notes, cash and interest are gone; what facilities still distribute goes to creditors."""
    s, first = step(state(cash=-5.0, q12=0.9, q20=7.1))
    assert first.default.all()
    for t in range(13, 22):
        s, f = step(s, t=t, **HEALTHY)
        flows = [
            *(
                f.interest,
                f.overhead,
                f.equity,
                f.drawn,
                f.written_off,
                f.loss,
                f.lease_loss,
                f.customer_loss,
            ),
            *(f.notes_due, f.notes_repaid, f.revolver_due, f.revolver_repaid, f.estate_cash, f.estate_cost),
        ]
        assert all(x.item() == 0.0 for x in flows)
        assert s.cash.item() == s.paper.item() == s.revolver.item() == s.limit.item() == 0.0
        assert s.defaulted.all()
        assert not f.default.any()
        assert holdco.available(parameters(), s, row(0.0)).item() == 0.0


def test_support_is_cash_and_undrawn_revolver_after_overhead() -> None:
    assert holdco.available(parameters(), state(), row(0.28 * BN)).item() == pytest.approx(
        (0.6 + 0.6 - 0.28) * BN
    )
    assert holdco.available(parameters(), state(cash=-2.0), row(0.28 * BN)).item() == 0.0


def test_overhead_does_not_shrink_with_the_fleet() -> None:
    assert holdco.overhead(parameters(), row(0.5)).item() == pytest.approx(0.14 * BN)


def test_new_notes_move_the_average_coupon_and_the_calendar() -> None:
    p = parameters()
    s = holdco.sell(p, state(q20=8.0), 6, row(1.7 * BN), row(3.4 * BN), column(0.12))
    assert s.notes.item() == 9.7 * BN
    assert s.converts.item() == 3.4 * BN
    assert s.coupon.item() == pytest.approx((8.0 * 0.095 + 1.7 * 0.12) / 9.7)
    assert [s.due[t].item() for t in (22, 38)] == pytest.approx([0.1 * BN] * 2)
    assert [s.convert_due[t].item() for t in (22, 38)] == pytest.approx([0.2 * BN] * 2)
    none = holdco.sell(p, state(), 6, row(0.0), row(0.0), column(0.12))
    assert none.coupon.item() == 0.095


def test_base_date_notes_stand_in_the_calendar() -> None:
    s = state(q6=0.8, q23=3.2, c21=2.6)
    assert s.notes.item() == 4.0 * BN
    assert s.converts.item() == 2.6 * BN
    assert s.due[6].item() == 0.8 * BN
    assert s.maturing(21).item() == s.convert_due[21].item() == 2.6 * BN
    assert sum(x.item() for x in s.due) == 4.0 * BN
    assert len(s.due) == len(s.convert_due) == 71


def test_the_revolver_floats_with_sofr() -> None:
    """0.9bn drawn: 100 bp more cost 2.25m a quarter."""
    s = state(q20=8.0)
    dearer = step(s, sofr=column(0.0465))[1].interest - step(s)[1].interest
    assert dearer.item() == pytest.approx(0.9 * BN * 0.01 / 4)


def test_a_revolver_is_renewed_in_an_open_market_for_five_years() -> None:
    s = state(q20=8.0)
    for t, due in ((14, 0.0), (15, 0.9), (16, 0.0), (35, 0.9)):
        after, f = step(s, t=t, **HEALTHY)
        assert f.revolver_due.item() == f.revolver_renewed.item() == f.revolver_sound.item() == due * BN
        assert after.limit.item() == 1.5 * BN
    assert step(s, t=15, issue_spread=column(0.0901), **HEALTHY)[1].revolver_sound.item() == 0.0
    later = parameters(revolver_quarters=row(35.0))  # nor does it mature five years before its date
    assert step(s, t=15, p=later, **HEALTHY)[1].revolver_due.item() == 0.0


SHUT: list[dict[str, Any]] = [{"spread": column(0.0751)}, {"secured": row(47.0 * BN)}]


@pytest.mark.parametrize("refused", SHUT, ids=str)
def test_a_revolver_refused_is_repaid_from_cash_and_stays_closed(refused: dict[str, Any]) -> None:
    s = state(cash=2.0, q20=8.0)
    after, f = step(s, t=15, **(HEALTHY | refused))
    assert not f.default.any()
    assert f.revolver_repaid.item() == f.revolver_sound.item() == f.revolver_due.item() == 0.9 * BN
    assert f.drawn.item() == after.revolver.item() == after.limit.item() == 0.0
    for t in (16, 35):
        after, _ = step(after, t=t, **HEALTHY)
        assert after.limit.item() == 0.0
    poor = replace(after, cash=row(0.0))
    assert step(poor, t=36, distributions=row(0.0))[1].drawn.item() == 0.0
    assert holdco.available(parameters(), poor, row(0.0)).item() == 0.0


def test_a_revolver_refused_is_repaid_by_shareholders_or_brings_default() -> None:
    """0.9 due and 0.58575 spent more than came in, less cash of 0.6: 0.88575 missing or a little less."""
    seen: dict[str, Any] = BACKED | {"supported": row(0.4 * BN)}
    s = state(cash=0.6, q20=8.0)
    f = step(s, t=15, **seen)[1]
    assert f.equity_value.item() == pytest.approx((3.28 * 10 * np.exp(-0.02) - 20.3) * BN)
    assert f.default.all()
    assert f.claims.revolver.item() == 0.9 * BN
    assert f.revolver_due.item() == 0.9 * BN
    assert f.revolver_called.item() == f.revolver_repaid.item() == f.revolver_renewed.item() == 0.0
    f = step(replace(s, cash=row(0.96 * BN)), t=15, **seen)[1]
    assert not f.default.any()
    missing = 0.9 + 0.58575 - 0.96
    assert f.equity.item() == pytest.approx(missing * BN)
    assert f.revolver_repaid.item() == 0.9 * BN
    assert f.revolver_sound.item() == pytest.approx((0.9 - missing) * BN)
    assert not step(s, t=14, **seen)[1].default.any()


def test_rescue_equity_counts_against_notes_first_and_then_the_revolver() -> None:
    """0.3 of notes and 0.9 of revolver due, 0.48575 missing: of the revolver 0.18575 is not sound."""
    s = state(cash=1.0, q15=0.3, q20=7.7)
    f = step(s, t=15, supported=row(0.1 * BN), **BACKED)[1]
    assert f.equity.item() == pytest.approx(0.48575 * BN)
    assert f.notes_repaid.item() == 0.3 * BN
    assert f.notes_sound.item() == 0.0
    assert f.revolver_sound.item() == pytest.approx((0.9 - 0.18575) * BN)


def test_what_an_estate_owes_and_pays() -> None:
    """6 of notes and 2 of converts, alike; stakes of 16 at half; cash of 0.3 - 0.1 - 0.28 - 5 + 1.5."""
    s = state(cash=-5.0, drawn=0.0, q12=0.9, q20=5.1, c20=2.0)
    f = step(s, residual=row(16.0 * BN))[1]
    claims = f.claims
    assert claims.notes.item() == 6.0 * BN
    assert claims.converts.item() == 2.0 * BN
    assert claims.revolver.item() == 1.5 * BN
    assert claims.leases.item() == pytest.approx(0.84 * BN)
    assert claims.customers.item() == 0.5 * BN
    assert f.estate_cash.item() == pytest.approx(-3.58 * BN)
    value = (8.0 - 3.58) * BN
    assert f.estate_cost.item() == pytest.approx(0.08 * value)
    share = (0.92 * value - 1.5 * BN) / (9.34 * BN)
    assert f.revolver_loss.item() == 0.0
    assert f.notes_loss.item() == pytest.approx((1.0 - share) * 6.0 * BN)
    assert f.lease_loss.item() == pytest.approx((1.0 - share) * 0.84 * BN)
    assert f.customer_loss.item() == pytest.approx((1.0 - share) * 0.5 * BN)
    assert f.converts_loss.item() == pytest.approx((1.0 - share) * 2.0 * BN)
    assert f.loss.item() == pytest.approx((1.0 - share) * 8.0 * BN)
    assert f.written_off.item() == 9.5 * BN


def test_a_business_that_goes_on_is_worth_more_in_calm_than_in_a_bust() -> None:
    """EBITDA of 5 at four times, or at two, less 4 of secured debt; no stakes worth selling."""
    s = state(cash=-5.0, drawn=0.0, q20=8.0)
    whole: dict[str, Any] = {"residual": row(0.0), "going": row(5.0 * BN), "net_secured": row(4.0 * BN)}
    for distress, value in ((0.0, 16.0 - 3.58), (0.5, 11.0 - 3.58), (1.0, 6.0 - 3.58)):
        f = step(s, distress=column(distress), **whole)[1]
        assert f.estate_cost.item() == pytest.approx(0.08 * value * BN)


def test_a_rich_estate_leaves_something_to_shareholders() -> None:
    f = step(state(cash=-5.0, q20=8.0), residual=row(60.0 * BN))[1]
    assert f.loss.item() == f.lease_loss.item() == f.customer_loss.item() == 0.0
    assert f.estate_equity.item() > 0.0


def test_nothing_is_claimed_while_a_company_lives() -> None:
    f = step(state(cash=2.0, q12=0.9, q20=7.1))[1]
    assert not f.default.any()
    for amount in (
        f.written_off,
        f.claims.leases,
        f.claims.customers,
        f.estate_cost,
        f.estate_equity,
        f.loss,
    ):
        assert amount.item() == 0.0


@examples(st.floats(0.0, 40.0), st.floats(0.0, 40.0))
def test_a_lower_residual_pays_no_creditor_more(residual: float, more: float) -> None:
    s = state(cash=-3.0, q20=8.0)
    poor = step(s, residual=row(residual * BN))[1]
    rich = step(s, residual=row((residual + more) * BN))[1]
    for name in ("revolver", "notes", "converts", "lease", "customer"):
        assert getattr(poor, f"{name}_loss").item() >= getattr(rich, f"{name}_loss").item() - 1.0
    assert poor.estate_equity.item() <= rich.estate_equity.item() + 1.0


@examples(st.floats(0.0, 20.0), st.floats(0.0, 10.0), st.floats(0.0, 5.0), st.integers(12, 16))
def test_an_estate_is_shared_out_in_full(residual: float, debt: float, cures: float, t: int) -> None:
    """Relation 2, and no creditor loses more than its claim."""
    s = state(0.2, 0.9, q20=0.6 * debt, c20=0.4 * debt)
    f = step(s, t=t, residual=row(residual * BN), supported=row(cures * BN))[1]
    owned = row(residual * BN), row(0.0), row(12.0 * BN)
    value = f.default * estate.worth(ESTATE, *owned, f.estate_cash, column(0.0))
    paid = f.recovered.debt + f.recovered.leases + f.recovered.customers
    np.testing.assert_allclose(paid + f.estate_cost + f.estate_equity, value, atol=1e-3)
    for name in ("revolver", "notes", "leases", "customers", "converts"):
        claim, got = getattr(f.claims, name).item(), getattr(f.recovered, name).item()
        assert 0.0 <= got <= claim


@examples(
    st.floats(0.0, 5.0),
    st.floats(0.0, 1.5),
    st.floats(0.0, 3.0),
    st.floats(0.0, 3.0),
    st.floats(0.02, 0.12),
    st.floats(0.1, 20.0),
    st.sampled_from((12, 15)),
)
def test_cash_notes_and_revolver_roll_forward(
    cash: float, drawn: float, due: float, cures: float, spread: float, ebitda: float, t: int
) -> None:
    """Relations 1 and 3; what a default leaves of cash goes to the estate."""
    s = state(cash, drawn, **{f"q{t}": due, f"c{t}": 0.5 * due}, q20=5.0, c20=3.0)
    after, f = step(s, t=t, supported=row(cures * BN), spread=column(spread), ebitda=row(ebitda * BN))
    alive = ~f.default
    moved = f.distributions + f.equity + f.drawn - f.supported - f.overhead - f.interest
    moved = moved - f.notes_repaid - f.revolver_repaid - f.estate_cash
    np.testing.assert_allclose(after.cash, s.cash + moved, atol=1.0)
    owed = s.revolver + f.drawn - f.revolver_repaid - f.claims.revolver
    np.testing.assert_allclose(after.revolver, owed, atol=1e-3)
    assert (after.revolver <= after.limit + 1e-3).all()
    np.testing.assert_allclose(after.paper, alive * (s.paper - f.notes_repaid - f.settled), atol=1e-3)
    np.testing.assert_allclose(after.converts, alive * (s.converts - f.converts_due), atol=1e-3)
    for owed_later, calendar in ((after.notes, after.due), (after.converts, after.convert_due)):
        outstanding = sum(x.item() for x in calendar[t + 1 :])
        assert alive.item() * outstanding == pytest.approx(owed_later.item(), abs=1e-3)
    assert (after.cash >= -1.0).all()


@examples(
    st.floats(0.0, 3.0), st.floats(0.0, 1.5), st.floats(0.0, 2.0), st.floats(0.0, 1.0), st.integers(14, 16)
)
def test_more_cash_never_defaults(cash: float, drawn: float, due: float, more: float, t: int) -> None:
    s = state(cash, drawn, **{f"q{t}": due}, q20=8.0)
    richer = replace(s, cash=s.cash + more * BN)
    assert step(richer, t=t)[1].default.item() <= step(s, t=t)[1].default.item()


@pytest.mark.parametrize("asked", [0.2, 9.0])  # cash, revolver and what shareholders give come to 6.2bn
def test_a_guarantor_pays_or_fails_with_the_claim_beside_its_notes(asked: float) -> None:
    s = state(2.0, 0.0, q20=8.0)
    after, f = step(s, **HEALTHY, guaranteed=row(asked * BN), residual=row(4.0 * BN))
    free, _ = step(s, **HEALTHY)
    assert f.default.item() == (asked > 1.0)
    if f.default.item():
        assert f.claims.guarantees.item() == asked * BN
        share = f.recovered.guarantees.item() / (asked * BN)
        assert share == pytest.approx(f.recovered.notes.item() / f.claims.notes.item())
        assert f.guarantee_share.item() == pytest.approx(share)
        assert 0.0 < share < 1.0
    else:
        assert (free.cash - after.cash).item() == pytest.approx(asked * BN)
        assert f.guarantee_share.item() == 1.0
