"""What tokens cost, in sentences: what buyers pay for, what hits save, what coupling would move."""

from __future__ import annotations

import math
from itertools import chain

from risk.analysis.amplification import Measure
from risk.analysis.contrasts import beyond_noise
from risk.analysis.estimate import Estimate
from risk.calibrate.tokens import MEASURES, Moves
from risk.report.formats import show
from risk.report.tokens.found import Tokens, hits

WHY = (
    "Shown, and not coupled. The work of a rented generation is read off its rent: that is what buyers pay "
    "for it, with all that this arithmetic leaves out. Money and not tokens bids for the fleet, so that "
    "cheaper tokens move rents only as far as customers' spending answers. What tokens fetch hears of "
    "rents already (revenue.rent_pass_through). What each coupling would move is measured beside the run."
)
UNMEASURED = "What coupling would move was not measured for this run: bubblerisk tokens {0} measures it."
PAGE = (
    "The page serves from two devices, which leave an H100 room for eight requests. Above, as many hold the "
    "model as gpu.serving.devices says, and caches are streamed with the weights."
)


def moves_note(found: Moves) -> str:
    """What the moves are of."""
    base = ", ".join(_level(measure, found.base[measure.name]) for measure in MEASURES)
    return (
        f"Each row is a register of its own on the same {found.paths:,} paths as run {found.run}, less that "
        f"run ({base}); P(bust) in points, ± 95%. Hits rise evenly to the end of the run, beyond the "
        "register's trends."
    )


def _level(measure: Measure, found: Estimate) -> str:
    value = f"{found.value:.1%}" if not measure.unit else f"{show(found.value, 'number')} {measure.unit}"
    return f"{measure.label} {value}"


def finding(found: Tokens) -> str:
    """What a rented generation's work is, and what is paid for it."""
    s, (base, newest) = found.served, found.roles
    work = float(s.work[s.newest])
    rent = found.generations[s.newest].rent
    ratio = float(s.decode[s.numeraire] / s.prefill[s.numeraire])
    return (
        f"An hour of {newest} makes {work:.1f} times the tokens of an hour of {base} and rents for "
        f"{rent:.1f} times as much: buyers pay for {rent / work:.0%} of its work. An output token costs "
        f"{ratio:.1f} times an input token on {base}; lists charge 4 to 8."
    )


def hits_finding(found: Tokens) -> str:
    """What a rise of the hit rate saves, and what it does to a prefill fleet."""
    first, *_, last = (row for row in hits(found) if row.rate > 0.0)
    _, newest = found.roles
    saved = -math.expm1(-found.decline.saved)
    return (
        f"Hits from {first.rate:.0%} to {last.rate:.0%} save {saved:.0%} of what a token costs on {newest}; "
        f"a prefill fleet shrinks by {1 - last.prefill / first.prefill:.0%}, from {first.share:.0%} to "
        f"{last.share:.0%} of device time."
    )


def decline_finding(found: Tokens) -> str:
    """How much of the fall of token prices is hardware."""
    d = found.decline
    years = d.saved / d.rest if d.rest > 0.0 else math.inf
    once = f"; the hits alone are {years:.1f} years of it" if math.isfinite(years) else ""
    return (
        f"Of {d.priced:.2f} log a year that token prices fall by, {d.bought:.2f} is hardware "
        f"({d.rented:.2f} as paths rent it); {d.rest:.2f} is left for software, models and margins{once}."
    )


def moves_finding(found: Moves) -> str:
    """What coupling would move of P(bust), largest first; what is within noise is said to be."""
    bust = MEASURES[0].name
    real = [row for row in found.moved if _real(row.effects[bust])]
    real.sort(key=lambda row: -abs(row.effects[bust].value))
    none = [row.label for row in found.moved if not _real(row.effects[bust])]
    parts = [f"{row.label}: {100 * row.effects[bust].value:+z.1f} points of P(bust)" for row in real]
    quiet = [f"{label}: within noise" for label in none]
    return "; ".join(chain(parts, quiet)) + "."


def _real(found: Estimate) -> bool:
    return beyond_noise(found.value, found.standard_error)
