"""What happens to markets and spenders on a path: each kind of event has one small teller."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from risk.analysis.telling import Event, Moment, bp, money, percent
from risk.catalogue import CATALOGUE
from risk.paths import EVENT_VARIABLES
from risk.units import AS_IN_FILES, SCALE

Teller = Callable[[Moment], Iterator[Event]]

SHOCK = 2.0
"""Standard deviations from which a demand shock is told."""

RENT_MOVE = 0.15
"""Change of the numeraire's contract rent in a quarter from which it is told."""

CAPEX_FALL = 0.10
"""Fall of the spenders' capex in a quarter from which it is told."""

UNFUNDED = 0.01
"""Share of a firm's plan left unpaid from which it is told."""

SMALLEST = 5e7
"""USD below which an amount is not told."""

FORCED = {
    "demand": "log {sector} demand",
    "lab_funding": "the {anchors}' funding window",
    "credit_stress": "credit stress",
    "hardware_cost": "log hardware cost",
    "power": "the log power cap",
    "hy_spread": "the high-yield spread",
    "macro": "the news of the macro factor",
    "rent": "the log of all rents over those of the base date",
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
        what = m.said(FORCED[name])
        words = f"The scenario forces {what} by {size}." if now else f"The scenario lets go of {what}."
        yield Event("forced", name, words, 1e4 * now if unit == "bp" else now, unit)


def launch(m: Moment) -> Iterator[Event]:
    """A generation reaches the market."""
    name = "state.fleet.since_launch"
    _, rent = m.series("h100_contract")
    for _, newest in m.where("generation", (m.before(name) < 0) & (m.row(name) >= 0)):
        words = "{0} is launched; the {numeraire} one-year rent stands at ${1:.2f} an hour."
        yield Event("launch", newest, m.said(words, newest, rent), rent, "USD/h")


def efficiency(m: Moment) -> Iterator[Event]:
    """A device does more than before, all at once."""
    jump = m.one("rents.jump")
    if jump:
        move = float(np.expm1(jump))
        verb = "lowers" if move < 0 else "raises"
        words = m.said("A jump in {progress} {0} spot rents by {1}.", verb, percent(abs(move)))
        yield Event("efficiency", "", words, 100.0 * move, "%")


def power(m: Moment) -> Iterator[Event]:
    """The power cap begins or ceases to bind."""
    before, now = m.series("power_bound")
    if now > before:
        unit, work = CATALOGUE["undeployed"].unit, AS_IN_FILES.work
        waiting = m.series("undeployed")[1] / SCALE[unit]
        words = m.said("Power binds: {0:.1f} M {1} of delivered {capacity} wait for it.", waiting, work)
        yield Event("power", "", words, waiting, unit)
    elif now < before:
        yield Event("power_free", "", "Power no longer binds.")


def demand(m: Moment) -> Iterator[Event]:
    """Customers' demand moves by more than two standard deviations."""
    size = m.one("shock.Z")
    if abs(size) > SHOCK:
        before, now = m.series("revenue")
        words = "Demand shock of {0:+.1f} sd: {sector} revenue goes from {1} to {2} a year."
        yield Event("demand", "", m.said(words, size, money(before), money(now)), size, "sd")


def anchors(m: Moment) -> Iterator[Event]:
    """The anchors' funding window shuts or opens, and their means fall below what they have committed to."""
    who = m.said("{anchors}")
    limit = m.rerun.limits["shut_window"]
    now, before = m.one("demand.window"), float(np.nan_to_num(m.before("demand.window")[0]))
    if now < limit <= before:
        words = f"The {who}' funding window shuts at {now:+.1f} sd (shut below {limit:+.1f})."
        yield Event("window_shut", who, words, now, "sd")
    elif before < limit <= now:
        words = f"The {who}' funding window opens again, at {now:+.1f} sd."
        yield Event("window_open", who, words, now, "sd")
    earlier, coverage = m.series("lab_coverage")
    if coverage < 1.0 <= earlier:
        words = m.said("The {anchors} can pay {0} of their {capacity} commitments.", percent(coverage))
        yield Event("anchor_shortfall", who, words, coverage, "fraction")
    elif earlier < 1.0 <= coverage:
        words = m.said("The {anchors}' means cover their {capacity} commitments again.")
        yield Event("anchor_recovery", who, words, coverage, "fraction")


def rent(m: Moment) -> Iterator[Event]:
    """The numeraire's contract rent moves by more than 15% in a quarter."""
    before, now = m.series("h100_contract")
    move = now / before - 1.0
    if abs(move) > RENT_MOVE:
        verb = "falls" if move < 0 else "rises"
        what = m.said("{numeraire}")
        words = f"The {what} one-year rent {verb} by {percent(abs(move))} to ${now:.2f} an hour."
        yield Event("rent", what, words, 100.0 * move, "%")


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
    limit = m.rerun.limits["shut_spread"]
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
    """Spenders begin or end a digestion of what they have built."""
    before, now = m.series("digestion")
    capex = m.series("capex")[1]
    if now > before:
        words = m.said("{Spenders} begin to digest; {spender} capex is {0} in the quarter.", money(capex))
        yield Event("digestion", "", words, capex / 1e9, "USD bn/q")
    elif now < before:
        words = m.said("The digestion ends; {spender} capex is {0} in the quarter.", money(capex))
        yield Event("digestion_end", "", words, capex / 1e9, "USD bn/q")


def capex(m: Moment) -> Iterator[Event]:
    """Capex falls steeply, or a firm cannot pay for its plan."""
    before, now = m.series("capex")
    if now < (1.0 - CAPEX_FALL) * before:
        words = "{Spender} capex falls by {0} to {1} in the quarter."
        sentence = m.said(words, percent(1.0 - now / before), money(now))
        yield Event("capex_fall", "", sentence, now / 1e9, "USD bn/q")
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
    "anchors": anchors,
    "rent": rent,
    "regime": regime,
    "shut": shut,
    "digestion": digestion,
    "capex": capex,
}
"""What is told, in the order of cause and effect within a quarter."""
