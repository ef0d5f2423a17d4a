"""What happens to markets and hyperscalers on a path: each kind of event has one small teller."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from risk.analysis.telling import Event, Moment, bp, money, percent
from risk.paths import EVENT_VARIABLES

Teller = Callable[[Moment], Iterator[Event]]

SHOCK = 2.0
"""Standard deviations from which a demand shock is told."""

RENT_MOVE = 0.15
"""Change of the H100 contract rent in a quarter from which it is told."""

CAPEX_FALL = 0.10
"""Fall of Big-Five capex in a quarter from which it is told."""

UNFUNDED = 0.01
"""Share of a firm's plan left unpaid from which it is told."""

SMALLEST = 5e7
"""USD below which an amount is not told."""

FORCED = {
    "demand": "log AI demand",
    "lab_funding": "the labs' funding window",
    "credit_stress": "credit stress",
    "hardware_cost": "log hardware cost",
    "power": "the log power cap",
    "hy_spread": "the high-yield spread",
}
REGIMES = ("calm", "tight", "stress")


def forced(m: Moment) -> Iterator[Event]:
    """A scenario's forced event begins, changes or ends."""
    for name, unit in EVENT_VARIABLES.items():
        now, before = (
            float(np.nan_to_num(row[0])) for row in (m.row(f"forced.{name}"), m.before(f"forced.{name}"))
        )
        if now == before:
            continue
        size = (
            f"{1e4 * now:+,.0f} bp" if unit == "bp" else f"{now:+.2f}" + (f" {unit}" if unit == "sd" else "")
        )
        words = (
            f"The scenario forces {FORCED[name]} by {size}."
            if now
            else f"The scenario lets go of {FORCED[name]}."
        )
        yield Event("forced", name, words, 1e4 * now if unit == "bp" else now, unit)


def launch(m: Moment) -> Iterator[Event]:
    """A generation of chips reaches the market."""
    name = "state.fleet.since_launch"
    _, rent = m.series("h100_contract")
    for _, newest in m.where("generation", (m.before(name) < 0) & (m.row(name) >= 0)):
        yield Event(
            "launch",
            newest,
            f"{newest} is launched; the H100 one-year rent stands at ${rent:.2f} an hour.",
            rent,
            "USD/h",
        )


def efficiency(m: Moment) -> Iterator[Event]:
    """Better algorithms make a jump."""
    jump = m.one("rents.jump")
    if jump:
        move = float(np.expm1(jump))
        verb = "lowers" if move < 0 else "raises"
        yield Event(
            "efficiency",
            "",
            f"A jump in algorithmic efficiency {verb} spot rents by {percent(abs(move))}.",
            100.0 * move,
            "%",
        )


def power(m: Moment) -> Iterator[Event]:
    """The power cap begins or ceases to bind."""
    before, now = m.series("power_bound")
    if now > before:
        waiting = m.series("undeployed")[1]
        yield Event(
            "power",
            "",
            f"Power binds: {waiting / 1e6:.1f} M H100e of delivered compute wait for it.",
            waiting / 1e6,
            "H100e M",
        )
    elif now < before:
        yield Event("power_free", "", "Power no longer binds.")


def demand(m: Moment) -> Iterator[Event]:
    """Customers' demand moves by more than two standard deviations."""
    size = m.one("shock.Z")
    if abs(size) > SHOCK:
        before, now = m.series("revenue")
        words = (
            f"Demand shock of {size:+.1f} sd: AI revenue goes from {money(before)} to {money(now)} a year."
        )
        yield Event("demand", "", words, size, "sd")


def anchors(m: Moment) -> Iterator[Event]:
    """The labs' funding window shuts or opens, and their means fall below what they have committed to."""
    limit = m.trace.limits["shut_window"]
    now, before = m.one("demand.window"), float(np.nan_to_num(m.before("demand.window")[0]))
    if now < limit <= before:
        yield Event(
            "window_shut",
            "labs",
            f"The labs' funding window shuts at {now:+.1f} sd (shut below {limit:+.1f}).",
            now,
            "sd",
        )
    elif before < limit <= now:
        yield Event(
            "window_open", "labs", f"The labs' funding window opens again, at {now:+.1f} sd.", now, "sd"
        )
    earlier, coverage = m.series("lab_coverage")
    if coverage < 1.0 <= earlier:
        yield Event(
            "lab_shortfall",
            "labs",
            f"The labs can pay {percent(coverage)} of their compute commitments.",
            coverage,
            "fraction",
        )
    elif earlier < 1.0 <= coverage:
        yield Event(
            "lab_recovery",
            "labs",
            "The labs' means cover their compute commitments again.",
            coverage,
            "fraction",
        )


def rent(m: Moment) -> Iterator[Event]:
    """The H100 contract rent moves by more than 15% in a quarter."""
    before, now = m.series("h100_contract")
    move = now / before - 1.0
    if abs(move) > RENT_MOVE:
        verb = "falls" if move < 0 else "rises"
        words = f"The H100 one-year rent {verb} by {percent(abs(move))} to ${now:.2f} an hour."
        yield Event("rent", "H100", words, 100.0 * move, "%")


def regime(m: Moment) -> Iterator[Event]:
    """Credit changes its regime."""
    now, before = int(m.one("state.market.regime")), int(m.before("state.market.regime")[0])
    if now != before:
        spread = m.series("hy_spread")[1]
        turn = f"from {REGIMES[before]} to {REGIMES[now]}"
        words = f"Credit turns {turn}; the high-yield spread stands at {bp(spread)}."
        yield Event("regime", REGIMES[now], words, 1e4 * spread, "bp")


def shut(m: Moment) -> Iterator[Event]:
    """The spread crosses the level above which nobody issues."""
    limit = m.trace.limits["shut_spread"]
    before, now = m.series("hy_spread")
    if before <= limit < now:
        yield Event(
            "market_shut",
            "",
            f"The market shuts: the high-yield spread is {bp(now)} (shut above {bp(limit)}).",
            1e4 * now,
            "bp",
        )
    elif now <= limit < before:
        yield Event(
            "market_open", "", f"The market reopens at a high-yield spread of {bp(now)}.", 1e4 * now, "bp"
        )


def digestion(m: Moment) -> Iterator[Event]:
    """Hyperscalers begin or end a digestion of what they have built."""
    before, now = m.series("digestion")
    capex = m.series("capex")[1]
    if now > before:
        yield Event(
            "digestion",
            "",
            f"Hyperscalers begin to digest; Big-Five capex is {money(capex)} in the quarter.",
            capex / 1e9,
            "USD bn/q",
        )
    elif now < before:
        yield Event(
            "digestion_end",
            "",
            f"The digestion ends; Big-Five capex is {money(capex)} in the quarter.",
            capex / 1e9,
            "USD bn/q",
        )


def capex(m: Moment) -> Iterator[Event]:
    """Capex falls steeply, or a firm cannot pay for its plan."""
    before, now = m.series("capex")
    if now < (1.0 - CAPEX_FALL) * before:
        words = f"Big-Five capex falls by {percent(1.0 - now / before)} to {money(now)} in the quarter."
        yield Event("capex_fall", "", words, now / 1e9, "USD bn/q")
    planned, cut = m.row("funding.planned"), m.row("funding.cut")
    for column, firm in m.where("spender", (cut > UNFUNDED * planned) & (cut > SMALLEST)):
        words = f"{firm} cannot pay for {money(cut[column])} of the {money(planned[column])} it planned."
        yield Event("capex_cut", firm, words, cut[column] / 1e9, "USD bn")


TELLERS: dict[str, Teller] = {
    "forced": forced,
    "launch": launch,
    "efficiency": efficiency,
    "power": power,
    "demand": demand,
    "labs": anchors,
    "rent": rent,
    "regime": regime,
    "shut": shut,
    "digestion": digestion,
    "capex": capex,
}
"""What is told, in the order of cause and effect within a quarter."""
