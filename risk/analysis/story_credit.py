"""What happens to operators, lenders and pools of credit on a path: one small teller a kind of event."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray

from risk.analysis.telling import Event, Moment, money, percent, plain

Array = NDArray[np.float64]
Teller = Callable[[Moment], Iterator[Event]]

SMALLEST = 5e7
"""USD below which an amount is not told."""

LEAST = 5e5
"""USD that round to a million."""

HAIRCUT = 0.01
"""Cut of a contract's price from which a renegotiation is told."""

LEFT = 0.05
"""Share of a facility's contracts ended early in a quarter from which it is told."""

UNEXPECTED = 2.0
"""Multiple of its expected loss from which a segment's loss is told."""

UNPLACED = 0.5
"""Share refinanced below which a segment's maturities are told."""

LARGE = 1e9
"""USD of maturities in a quarter below which they are not told."""

FIRE_SALE = 0.02
"""Log fall of spot rents owed to repossessed devices from which it is told."""

GROWS = 1.25
"""Multiple of last quarter's second round from which it is told again."""

FACILITY, HOLDCO = "operators.facility", "operators.holdco"
PAYMENT, MATURITY = 6, 7
"""Last two stages of distress."""

CHANNELS = ("Pension funds", "Banks", "CLOs", "Credit vehicles that lose their bank lines")
"""Forced sellers in the order of the cascade's channels."""


def contracts(m: Moment) -> Iterator[Event]:
    """Payers renegotiate their contracts or leave them early."""
    for name, kind, least, words in (
        (
            "state.contracts.price_factor",
            "renegotiation",
            HAIRCUT,
            "Payers of {} renegotiate: {} off the contract price.",
        ),
        ("state.contracts.kept", "contracts_left", LEFT, "Payers of {} leave {} of the contracts early."),
    ):
        lost = 1.0 - m.row(name) / np.where(m.before(name) > 0, m.before(name), np.nan)
        alive = ~(m.row("state.facility.defaulted") > 0)
        for column, loan in m.where("facility", (lost > least) & alive):
            yield Event(kind, loan, words.format(loan, percent(lost[column])), 100.0 * lost[column], "%")


def stages(m: Moment) -> tuple[Array, Array]:
    """Stage of distress of every facility a quarter ago and now; without stages only defaults."""
    name = f"{FACILITY}.stage"
    if m.has(name):
        return np.nan_to_num(m.before(name)), m.row(name)
    failed = PAYMENT * m.row(f"{FACILITY}.payment_default")
    return np.zeros_like(failed), np.maximum(failed, MATURITY * m.row(f"{FACILITY}.maturity_default"))


def distress(m: Moment) -> Iterator[Event]:
    """Facilities step up the stages of distress, or out of them; from the lowest stage to the highest."""
    before, now = stages(m)
    for stage, kind in enumerate(STAGES):
        for column, loan in m.where("facility", (now != before) & (now == stage)):
            yield STEPS[kind](m, loan, column)


def _sound(m: Moment, loan: str, column: int) -> Event:
    if not m.row("state.facility.debt")[column] > 0:
        return Event("repaid", loan, f"{loan} has repaid its debt.")
    return Event("sound", loan, f"{loan} is sound again{_dscr(m, column)}.")


def _lock_up(m: Moment, loan: str, column: int) -> Event:
    return Event("lock_up", loan, f"{loan} is locked up{_dscr(m, column)}: no distributions.")


def _sweep(m: Moment, loan: str, column: int) -> Event:
    swept = _amount(m, "swept", column)
    paid = f"{money(swept)} prepaid" if swept >= LEAST else "there is none above the reserve"
    words = f"{loan} has its cash swept{_dscr(m, column)}: {paid}."
    return Event("sweep", loan, words, swept / 1e9, "USD bn")


def _breach(m: Moment, loan: str, column: int) -> Event:
    return Event("breach", loan, f"{loan} breaches its covenant{_dscr(m, column)} and is not cured.")


def _cure(m: Moment, loan: str, column: int) -> Event:
    paid = _amount(m, "cured", column)
    return Event(
        "cure",
        loan,
        f"{loan} is cured by its HoldCo with {money(paid)}{_dscr(m, column)}.",
        paid / 1e9,
        "USD bn",
    )


def _amendment(m: Moment, loan: str, column: int) -> Event:
    added = _amount(m, "capitalized", column)
    words = (
        f"{loan} is amended and extended{_dscr(m, column)}; {money(added)} of interest is added to the loan."
    )
    return Event("amendment", loan, words, added / 1e9, "USD bn")


def _payment_default(m: Moment, loan: str, column: int) -> Event:
    return _default(m, "payment_default", loan, column, f"{loan} cannot pay and defaults{_dscr(m, column)}")


def _maturity_default(m: Moment, loan: str, column: int) -> Event:
    return _default(m, "maturity_default", loan, column, f"{loan} cannot refinance its balloon and defaults")


def _default(m: Moment, kind: str, loan: str, column: int, what: str) -> Event:
    claim, recovered, loss = (_amount(m, name, column) for name in ("written_off", "recovered", "loss"))
    lost = f"loss {money(loss)} ({percent(loss / claim)})" if loss > 0 else "no loss"
    words = f"{what}: claim {money(claim)}, recovered {money(recovered)}, {lost}."
    return Event(kind, loan, words, loss / 1e9, "USD bn")


def _amount(m: Moment, name: str, column: int) -> float:
    """USD of a facility; nothing where the model does not record it."""
    place = f"{FACILITY}.{name}"
    return float(np.nan_to_num(m.row(place)[column])) if m.has(place) else 0.0


def _dscr(m: Moment, column: int) -> str:
    """Coverage in brackets; empty where nothing was due."""
    value = m.row(f"{FACILITY}.dscr")[column]
    return f" (DSCR {value:.2f})" if np.isfinite(value) else ""


STAGES = ("sound", "lock_up", "sweep", "breach", "cure", "amendment", "payment_default", "maturity_default")
STEPS: dict[str, Callable[[Moment, str, int], Event]] = dict(
    zip(
        STAGES,
        (_sound, _lock_up, _sweep, _breach, _cure, _amendment, _payment_default, _maturity_default),
        strict=True,
    )
)
"""Stage of distress, from 0, and who tells of it."""


def balloons(m: Moment) -> Iterator[Event]:
    """Balloons that fall due and are met; those that are not stand among the defaults."""
    due = m.row(f"{FACILITY}.balloon_due")
    for column, loan in m.where("facility", (due > SMALLEST) & ~(stages(m)[1] >= PAYMENT)):
        shares = (
            ("balloon_refinanced", "refinanced"),
            ("balloon_paid", "paid from cash"),
            ("balloon_extended", "extended"),
        )
        met = [
            f"{money(_amount(m, name, column))} {word}"
            for name, word in shares
            if _amount(m, name, column) > 0
        ]
        words = f"{loan}'s balloon of {money(due[column])} falls due: {', '.join(met) or 'not met'}."
        yield Event("balloon", loan, words, due[column] / 1e9, "USD bn")


def notes(m: Moment) -> Iterator[Event]:
    """HoldCo notes that fall due and are met."""
    due, sound, failed = (m.row(f"{HOLDCO}.{name}") for name in ("notes_due", "notes_sound", "default"))
    for column, firm in m.where("firm", (due > SMALLEST) & ~(failed > 0)):
        how = (
            "soundly"
            if sound[column] >= 0.999 * due[column]
            else "only with rescue equity or at a distressed spread"
        )
        yield Event(
            "notes", firm, f"{firm} meets notes of {money(due[column])} {how}.", due[column] / 1e9, "USD bn"
        )


def holdcos(m: Moment) -> Iterator[Event]:
    """HoldCos default."""
    claim, loss = m.row(f"{HOLDCO}.written_off"), m.row(f"{HOLDCO}.loss")
    others = [m.row(name) for name in (f"{HOLDCO}.lease_loss", f"{HOLDCO}.customer_loss") if m.has(name)]
    for column, firm in m.where("firm", m.row(f"{HOLDCO}.default") > 0):
        short = sum(float(row[column]) for row in others)
        more = f"; landlords and customers are left {money(short)} short" if short > SMALLEST else ""
        lost = f"{money(loss[column])} of {money(claim[column])}"
        words = f"{firm} defaults at the HoldCo: lenders lose {lost}{more}."
        yield Event("holdco_default", firm, words, loss[column] / 1e9, "USD bn")


def cohorts(m: Moment) -> Iterator[Event]:
    """Operators finance a year's new devices, or find nobody who does."""
    if m.t not in m.rerun.cohorts:
        return
    secured, unsecured = m.total("operators.originated"), m.total("operators.notes_issued")
    words = "{Operators} borrow {0} against new {devices} and {1} in notes."
    if secured < SMALLEST:
        words = "Nobody lends against this year's new {devices}."
    sentence = m.said(words, money(secured), money(unsecured))
    yield Event("cohort", "", sentence, secured / 1e9, "USD bn")


def sponsors(m: Moment) -> Iterator[Event]:
    """Sponsors of special-purpose vehicles begin to leave their sites and pay what they guaranteed."""
    name = "segments.guarantee_called"
    called, earlier = m.total(name), float(np.nan_to_num(m.before(name)[0]))
    if called > SMALLEST >= earlier:
        words = f"Sponsors begin to leave their sites: lenders call guarantees of {money(called)}."
        yield Event("spv_exit", "spv", words, called / 1e9, "USD bn")


def wall(m: Moment) -> Iterator[Event]:
    """Less than half of what a pool has to refinance finds a lender."""
    if not m.has("segments.due"):
        return
    due, placed, extended = (m.row(f"segments.{name}") for name in ("due", "refinanced", "extended"))
    for column, pool in m.where("segment", (due > LARGE) & (placed < UNPLACED * due)):
        found = f"{percent(placed[column] / due[column])} is refinanced, {money(extended[column])} extended"
        words = f"Of {money(due[column])} of {plain(pool)} falling due {found}."
        yield Event("wall", pool, words, placed[column] / 1e9, "USD bn")


def pools(m: Moment) -> Iterator[Event]:
    """A pool of credit loses more than twice what was to be expected."""
    loss, expected, rate = (m.row(f"segments.{name}") for name in ("loss", "expected_loss", "default_rate"))
    for column, pool in m.where("segment", (loss > UNEXPECTED * expected) & (loss > SMALLEST)):
        times = f" ({loss[column] / expected[column]:.1f} times the expected)" if expected[column] > 0 else ""
        which = f"{plain(pool)}, beside the headline," if pool in m.rerun.names["beside"] else plain(pool)
        words = f"Losses on {which} are {money(loss[column])}{times}; {percent(rate[column])} defaults."
        yield Event("pool_loss", pool, words, loss[column] / 1e9, "USD bn")


def fire_sale(m: Moment) -> Iterator[Event]:
    """Devices of defaulted facilities come to market."""
    fall = m.one("state.seen.fire_sale")
    if fall > FIRE_SALE:
        move = -float(np.expm1(-fall))
        words = "Repossessed {devices} come to market and will press spot rents by {0} next quarter."
        yield Event("fire_sale", "", m.said(words, percent(move)), 100.0 * move, "%")


def holders(m: Moment) -> Iterator[Event]:
    """Holders are forced to sell, fail their creditors, and mark what they keep to lower prices."""
    if m.has("cascade.forced"):
        for who, amount in zip(CHANNELS, m.row("cascade.forced"), strict=True):
            if amount > SMALLEST:
                yield Event(
                    "forced_sale", who, f"{who} are forced to sell {money(amount)}.", amount / 1e9, "USD bn"
                )
    passed = m.total("cascade.creditor_loss")
    if passed > SMALLEST:
        yield Event(
            "creditor_loss",
            "",
            f"Credit vehicles fail and leave their creditors {money(passed)} short.",
            passed / 1e9,
            "USD bn",
        )
    marked = m.total("cascade.mark_to_market")
    earlier = float(np.nansum(m.before("cascade.mark_to_market"))) if marked else 0.0
    if marked > max(SMALLEST, GROWS * earlier):
        words = f"Lower prices take {money(marked)} off what holders keep: second round, not a credit loss."
        yield Event("mark_to_market", "", words, marked / 1e9, "USD bn")


TELLERS: dict[str, Teller] = {
    "contracts": contracts,
    "distress": distress,
    "balloons": balloons,
    "notes": notes,
    "holdcos": holdcos,
    "cohorts": cohorts,
    "sponsors": sponsors,
    "wall": wall,
    "pools": pools,
    "fire_sale": fire_sale,
    "holders": holders,
}
"""What is told, in the order of cause and effect within a quarter."""
