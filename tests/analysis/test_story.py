"""What a path's story tells: each kind of event on its condition, and nothing where nothing happens."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from functools import cache

import numpy as np
import pytest

from risk.analysis import story_credit
from risk.analysis.story import defaults, quarter, years
from risk.analysis.telling import Event, money, percent, plain
from risk.assumptions import Assumptions, load
from risk.axes import Calendar
from risk.engine.rerun import Rerun
from tests.analysis.reruns import LABELS, having, quiet

T = 2
Changes = dict[str, tuple[float, ...] | float]
FACILITY, HOLDCO = "operators.facility", "operators.holdco"


@cache
def told_by() -> Assumptions:
    return load()


def events(rerun: Rerun, t: int = T) -> tuple[Event, ...]:
    return quarter(rerun, t, told_by()).events


def test_nothing_happens_on_a_quiet_path() -> None:
    for t in range(1, len(LABELS)):
        found = quarter(quiet(), t, told_by())
        assert found.events == ()
        assert (found.label, found.rent, found.loss) == (LABELS[t], 2.0, 0.0)
        assert (found.capex, found.spread) == pytest.approx((200e9, 0.03))


@pytest.mark.parametrize(
    ("kind", "changes", "almost", "entity", "amount", "words"),
    [
        ("forced", {"forced.demand": (-0.4,)}, {}, "demand", -0.4, "forces log AI demand by -0.40."),
        ("forced", {"forced.hy_spread": (0.03,)}, {}, "hy_spread", 300.0, "high-yield spread by +300 bp."),
        (
            "launch",
            {"state.fleet.since_launch": (9.0, 0.3)},
            {"state.fleet.since_launch": (9.0, -0.1)},
            "Rubin",
            2.0,
            "Rubin is launched; the H100 one-year rent stands at $2.00",
        ),
        ("efficiency", {"rents.jump": (-0.2,)}, {}, "", 100 * np.expm1(-0.2), "lowers spot rents by 18%."),
        ("power", {"power_bound": 1.0}, {}, "", 2.0, "Power binds: 2.0 M H100e"),
        (
            "demand",
            {"shock.Z": (-2.4,)},
            {"shock.Z": (-2.0,)},
            "",
            -2.4,
            "shock of -2.4 sd: AI revenue goes from $150bn to $150bn a year.",
        ),
        (
            "window_shut",
            {"demand.window": (-1.6,)},
            {"demand.window": (-1.5,)},
            "labs",
            -1.6,
            "shuts at -1.6 sd",
        ),
        (
            "anchor_shortfall",
            {"lab_coverage": 0.8},
            {"lab_coverage": 1.0},
            "labs",
            0.8,
            "pay 80% of their compute",
        ),
        (
            "rent",
            {"h100_contract": 1.6},
            {"h100_contract": 1.71},
            "H100",
            -20.0,
            "falls by 20% to $1.60 an hour.",
        ),
        (
            "rent",
            {"h100_contract": 2.4},
            {"h100_contract": 2.29},
            "H100",
            20.0,
            "rises by 20% to $2.40 an hour.",
        ),
        (
            "regime",
            {"state.market.regime": (2.0,)},
            {},
            "stress",
            300.0,
            "from calm to stress; the high-yield spread stands at 300 bp.",
        ),
        (
            "market_shut",
            {"hy_spread": 0.08},
            {"hy_spread": 0.0749},
            "",
            800.0,
            "spread is 800 bp (shut above 750 bp)",
        ),
        ("digestion", {"digestion": 1.0}, {}, "", 200.0, "begin to digest; Big-Five capex is $200bn"),
        ("capex_fall", {"capex": 170e9}, {"capex": 181e9}, "", 170.0, "capex falls by 15% to $170bn"),
        (
            "capex_cut",
            {"funding.cut": (0.0, 3e9)},
            {"funding.cut": (0.0, 1e8)},
            "ORCL",
            3.0,
            "ORCL cannot pay for $3.0bn of the $15bn",
        ),
        (
            "renegotiation",
            {"state.contracts.price_factor": (0.6, 1.0)},
            {"state.contracts.price_factor": (0.995, 1.0)},
            "CRWV-LAB",
            40.0,
            "renegotiate: 40% off the contract price.",
        ),
        (
            "contracts_left",
            {"state.contracts.kept": (1.0, 0.9)},
            {"state.contracts.kept": (1.0, 0.96)},
            "NBIS-IG1",
            10.0,
            "leave 10% of the contracts early.",
        ),
        (
            "spv_exit",
            {"segments.guarantee_called": (2e9,)},
            {"segments.guarantee_called": (4e7,)},
            "spv",
            2.0,
            "guarantees of $2.0bn.",
        ),
        (
            "pool_loss",
            {"segments.loss": (1e8, 4e9)},
            {"segments.loss": (1e8, 2e9)},
            "software",
            4.0,
            "Losses on software loans are $4.0bn (4.0 times the expected); 1.0% defaults.",
        ),
        (
            "fire_sale",
            {"state.seen.fire_sale": (0.1,)},
            {"state.seen.fire_sale": (0.02,)},
            "",
            100 * -np.expm1(-0.1),
            "press spot rents by 9.5% next quarter.",
        ),
        (
            "balloon",
            {f"{FACILITY}.balloon_due": (0.0, 2e9), f"{FACILITY}.balloon_refinanced": (0.0, 2e9)},
            {f"{FACILITY}.balloon_due": (0.0, 4e7)},
            "NBIS-IG1",
            2.0,
            "balloon of $2.0bn falls due: $2.0bn refinanced.",
        ),
        (
            "notes",
            {f"{HOLDCO}.notes_due": (1e9, 0.0), f"{HOLDCO}.notes_sound": (1e9, 0.0)},
            {},
            "CRWV",
            1.0,
            "CRWV meets notes of $1.0bn soundly.",
        ),
        ("notes", {f"{HOLDCO}.notes_due": (1e9, 0.0)}, {}, "CRWV", 1.0, "only with rescue equity"),
        (
            "holdco_default",
            {
                f"{HOLDCO}.default": (1.0, 0.0),
                f"{HOLDCO}.written_off": (8e9, 0.0),
                f"{HOLDCO}.loss": (6e9, 0.0),
            },
            {},
            "CRWV",
            6.0,
            "CRWV defaults at the HoldCo: lenders lose $6.0bn of $8.0bn.",
        ),
        (
            "payment_default",
            {
                f"{FACILITY}.payment_default": (1.0, 0.0),
                f"{FACILITY}.dscr": (0.8, 1.5),
                f"{FACILITY}.written_off": (2e9, 0.0),
                f"{FACILITY}.recovered": (5e8, 0.0),
                f"{FACILITY}.loss": (1.5e9, 0.0),
            },
            {f"{FACILITY}.dscr": (0.8, 1.5)},
            "CRWV-LAB",
            1.5,
            "CRWV-LAB cannot pay and defaults (DSCR 0.80): claim $2.0bn, recovered $500m, loss $1.5bn (75%).",
        ),
        (
            "maturity_default",
            {f"{FACILITY}.maturity_default": (0.0, 1.0), f"{FACILITY}.balloon_due": (0.0, 2e9)},
            {},
            "NBIS-IG1",
            0.0,
            "cannot refinance its balloon and defaults: claim $0m, recovered $0m, no loss.",
        ),
        (
            "forced_sale",
            {"cascade.forced": (3e9, 0.0, 0.0, 4e7)},
            {"cascade.forced": (4e7, 0.0, 0.0, 0.0)},
            "Pension funds",
            3.0,
            "Pension funds are forced to sell $3.0bn.",
        ),
        (
            "mark_to_market",
            {"cascade.mark_to_market": (1e9, 2e9)},
            {"cascade.mark_to_market": (2e7, 0.0)},
            "",
            3.0,
            "take $3.0bn off what holders keep",
        ),
        (
            "creditor_loss",
            {"cascade.creditor_loss": (1e9, 0.0)},
            {"cascade.creditor_loss": (2e7, 0.0)},
            "",
            1.0,
            "leave their creditors $1.0bn short.",
        ),
        (
            "wall",
            {"segments.due": (0.0, 1e10), "segments.refinanced": (0.0, 4e9), "segments.extended": (0.0, 3e9)},
            {"segments.due": (0.0, 1e10), "segments.refinanced": (0.0, 6e9), "segments.extended": (0.0, 0.0)},
            "software",
            4.0,
            "Of $10bn of software loans falling due 40% is refinanced, $3.0bn extended.",
        ),
    ],
)
def test_an_event_is_told_on_its_condition_and_not_short_of_it(
    kind: str, changes: Changes, almost: Changes, entity: str, amount: float, words: str
) -> None:
    (found,) = events(having(quiet(), T, changes))
    assert (found.kind, found.entity) == (kind, entity)
    assert found.amount == pytest.approx(amount, rel=1e-6)
    assert words in found.sentence
    assert events(having(quiet(), T, almost)) == ()
    assert events(having(quiet(), T, changes), T - 1) == ()


@pytest.mark.parametrize(
    ("kind", "during", "after"),
    [
        ("forced", {"forced.demand": (-0.4,)}, {"forced.demand": (0.0,)}),
        ("power_free", {"power_bound": 1.0}, {"power_bound": 0.0}),
        ("window_open", {"demand.window": (-2.0,)}, {"demand.window": (-1.0,)}),
        ("anchor_recovery", {"lab_coverage": 0.8}, {"lab_coverage": 1.1}),
        ("market_open", {"hy_spread": 0.08}, {"hy_spread": 0.07}),
        ("digestion_end", {"digestion": 1.0}, {"digestion": 0.0}),
    ],
)
def test_what_began_is_told_once_and_its_end_as_well(kind: str, during: Changes, after: Changes) -> None:
    rerun = having(quiet(), 1, during)
    assert len(events(rerun, 1)) == 1
    assert events(rerun, 2) == ()
    (end,) = events(having(rerun, 3, after), 3)
    assert end.kind == kind


@pytest.mark.parametrize(("code", "kind"), list(enumerate(story_credit.STAGES))[1:])
def test_every_stage_of_distress_is_told_when_it_is_reached(code: int, kind: str) -> None:
    stage = f"{FACILITY}.stage"
    rerun = having(quiet(), T, {stage: (float(code), 0.0)})
    (found,) = events(rerun)
    assert (found.kind, found.entity) == (kind, "CRWV-LAB")
    assert found.sentence.startswith("CRWV-LAB ")
    assert events(rerun, T + 1) == ()
    (back,) = events(having(rerun, T + 1, {stage: (0.0, 0.0)}), T + 1)
    assert back.kind == "sound"
    assert events(having(rerun, T + 1, {stage: (np.nan, 0.0)}), T + 1) == ()


def test_facilities_are_told_from_the_lowest_rung_to_the_highest() -> None:
    both = having(quiet(), T, {f"{FACILITY}.stage": (5.0, 1.0)})
    assert [event.entity for event in events(both)] == ["NBIS-IG1", "CRWV-LAB"]


def test_a_loan_off_the_ladder_has_either_recovered_or_been_repaid() -> None:
    troubled = having(quiet(), 1, {f"{FACILITY}.stage": (1.0, 1.0)})
    after = having(troubled, T, {f"{FACILITY}.stage": (0.0, 0.0), "state.facility.debt": (0.0, 1e9)})
    assert [(event.kind, event.entity) for event in events(after)] == [
        ("repaid", "CRWV-LAB"),
        ("sound", "NBIS-IG1"),
    ]


def test_a_second_round_is_told_again_only_where_it_grows() -> None:
    mark = "cascade.mark_to_market"
    rerun = having(having(quiet(), 1, {mark: (1e9, 0.0)}), T, {mark: (1.2e9, 0.0)})
    assert events(rerun) == ()
    (found,) = events(having(rerun, T + 1, {mark: (1.6e9, 0.0)}), T + 1)
    assert found.kind == "mark_to_market"


def test_a_cohort_is_told_in_its_quarter_and_also_where_nobody_lends() -> None:
    rerun = replace(quiet(), cohorts=(T,))
    (shut,) = events(rerun)
    assert (shut.kind, shut.sentence) == ("cohort", "Nobody lends against this year's new GPUs.")
    (lent,) = events(
        having(rerun, T, {"operators.originated": (2e10, 1e10), "operators.notes_issued": (1e9, 0.0)})
    )
    assert lent.sentence == "Neoclouds borrow $30bn against new GPUs and $1.0bn in notes."
    assert events(rerun, T + 1) == ()


def test_a_failed_holdco_leaves_others_short_where_the_model_says_so() -> None:
    failed: Changes = {f"{HOLDCO}.default": (1.0, 0.0), f"{HOLDCO}.lease_loss": (2e9, 0.0)}
    (found,) = events(having(quiet(), T, failed | {f"{HOLDCO}.customer_loss": (1e9, 5e9)}))
    assert found.sentence.endswith("; landlords and customers are left $3.0bn short.")


def test_causes_come_before_effects() -> None:
    everything: Changes = {
        "segments.loss": (1e8, 4e9),
        f"{HOLDCO}.default": (1.0, 0.0),
        f"{FACILITY}.payment_default": (1.0, 0.0),
        "hy_spread": 0.08,
        "h100_contract": 1.0,
        "shock.Z": (-3.0,),
        "state.fleet.since_launch": (9.0, 0.0),
    }
    kinds = [event.kind for event in events(having(quiet(), T, everything))]
    assert kinds == [
        "launch",
        "demand",
        "rent",
        "market_shut",
        "payment_default",
        "holdco_default",
        "pool_loss",
    ]


def test_years_add_flows_and_end_on_stocks() -> None:
    calendar = Calendar(date(2026, 6, 30), 3)
    names = ("capex", "revenue", "required_revenue", "h100_contract", "hy_spread", "headline_loss")
    series = {name: np.array([10.0, 1.0, 2.0, 4.0]) for name in names}
    series["headline_loss"] = np.array([0.0, 1.0, 3.0, 7.0])
    rerun = having(quiet(), 3, {f"{FACILITY}.payment_default": (1.0, 0.0), f"{HOLDCO}.default": (1.0, 1.0)})
    first, second = years(calendar, series, defaults(rerun))
    assert (first.year, first.quarters, first.capex, first.revenue) == (2026, 2, 3.0, 2.0)
    assert (first.loss, first.cumulative_loss, first.defaults) == (3.0, 3.0, 0)
    assert (second.loss, second.cumulative_loss, second.defaults) == (4.0, 7.0, 3)
    assert years(calendar, series)[0].defaults is None


@pytest.mark.parametrize(
    ("usd", "words"),
    [(1.234e12, "$1.23tn"), (9.99e11, "$999bn"), (9.996e11, "$1.00tn"), (3.44e10, "$34bn"), (4.1e9, "$4.1bn"),
     (9.96e9, "$10bn"), (3.2e8, "$320m"), (9.96e8, "$1.0bn"), (0.0, "$0m"), (-2e9, "-$2.0bn"), (-1e5, "$0m")],
)  # fmt: skip
def test_money_in_words(usd: float, words: str) -> None:
    assert money(usd) == words


def test_shares_and_names_in_words() -> None:
    assert [percent(x) for x in (0.123, 0.0995, 0.0123, -0.2)] == ["12%", "10%", "1.2%", "-20%"]
    assert [plain(x) for x in ("spv", "direct_lending", "b_loans")] == [
        "SPV debt",
        "direct lending",
        "B loans",
    ]
