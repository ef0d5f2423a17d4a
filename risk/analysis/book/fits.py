"""Whether a position is one that its instrument can be: sign, hedge, strike, dates."""

from __future__ import annotations

from collections.abc import Iterator

from risk.analysis.book.instruments import Instrument
from risk.analysis.book.written import Position
from risk.assumptions import Assumptions
from risk.assumptions.problems import Problem
from risk.assumptions.validation import Site


def fits(site: Site, position: Position, one: Instrument, register: Assumptions) -> Iterator[Problem]:
    """Yield what a position says that its instrument cannot have."""
    if position.amount == 0.0:
        yield site.problem("A011", ("amount",), "amount is 0: nothing is held", "leave the position out")
    if position.amount < 0.0 and not position.hedge:
        fix = "write hedge = true (in CSV: yes) if it is sold short"
        yield site.problem("A011", ("amount",), f"amount is {position.amount:g}, of what is no hedge", fix)
    if position.amount < 0.0 and (one.hedges or position.strike is not None):
        reason = f"amount is {position.amount:g}; protection is bought by its notional, above zero"
        yield site.problem("A011", ("amount",), reason, "turn the sign")
    if position.hedge and position.amount > 0.0 and not one.hedges and position.strike is None:
        reason = f"a hedge of {one.id} is sold short (an amount below zero) or a put (with a strike)"
        yield site.problem("A011", ("hedge",), reason, "turn the sign, give a strike, or leave hedge out")
    if position.strike is not None and (one.kind != "equity" or not position.hedge):
        reason = f"a strike is of a put on equity that is a hedge, not of {one.id}"
        yield site.problem("A011", ("strike",), reason, "leave it out, or write hedge = true")
    if position.cost and not (position.hedge or one.hedges):
        yield site.problem("A011", ("cost",), "a cost is of a hedge", "leave it out")
    if position.seniority and one.seniority and position.seniority != one.seniority:
        reason = f"seniority is {position.seniority[:40]}; {one.id} is {one.seniority}"
        yield site.problem("A008", ("seniority",), reason, "name another instrument, or leave it out")
    if position.beta is not None and not position.why:
        yield site.problem("A004", ("beta",), "a beta of one's own has no reason", "say why: why = …")
    yield from _due(site, position, one, register)


def _due(site: Site, position: Position, one: Instrument, register: Assumptions) -> Iterator[Problem]:
    if position.due is None:
        return
    if not one.matures:
        reason = f"{one.id} has a schedule of its own, or none: it is not due in {position.due}"
        yield site.problem("A014", ("due",), reason, "leave it out")
    elif position.due not in register.calendar.labels[1:]:
        labels = register.calendar.labels
        reason = f"due = {position.due} is not a quarter of the run"
        fix = f"from {labels[1]} to {labels[-1]}; what is due later has no date here"
        yield site.problem("A014", ("due",), reason, fix)
