"""The page of the base date: what the register says of the world at t = 0, and how its totals agree."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from risk.analysis.opening import Line, Rented, State
from risk.assumptions.reconcile import Agreement
from risk.report.spec import Spec, figure, text
from risk.report.terminal.markdown import table

MILLION, BILLION = 1e6, 1e9


@dataclass(frozen=True)
class Kept:
    """All rows of one reconciliation: the lowest and the highest of left over right, and what is allowed."""

    id: str
    rows: int
    low: float
    high: float
    allowed: str
    why: str


FLEET: Spec[Rented] = Spec(
    (
        text("name", "Generation"),
        figure("units", "Units, M", lambda x: x.units / MILLION),
        figure("work", "Units of work, M", lambda x: x.work / MILLION),
        figure("rent", "One-year rent, USD/h", form="price"),
        figure("power", "Power with cooling, GW", lambda x: x.power / BILLION),
        figure("bill", "Rent bill, USD bn/y", lambda x: x.bill / BILLION),
    ),
    id="fleet",
)

LINES: Spec[Line] = Spec(
    (
        text("kind", "Of"),
        text("name", ""),
        figure("amount", "USD bn", lambda x: x.amount / BILLION),
    ),
    id="lines",
)

AGREEMENTS: Spec[Kept] = Spec(
    (
        text("id", "Reconciliation"),
        figure("rows", "Rows", form="count"),
        figure("low", "Left over right, lowest"),
        figure("high", "highest"),
        text("allowed", "Allowed"),
        text("why", "Why"),
    ),
    id="agreements",
)


def page(state: State, date: str) -> str:
    """The page in Markdown."""
    bill = sum(x.bill for x in state.fleet)
    units, work, power = (sum(getattr(x, k) for x in state.fleet) for k in ("units", "work", "power"))
    whole = Rented("all", units, work, float("nan"), power, bill)
    parts = (
        f"# The state of {date}",
        _INTRODUCTION,
        "## Fleet: what is rented, and for how much",
        table(FLEET.table((*state.fleet, whole))),
        "## Who pays that bill",
        table(LINES.table(_summed("bid", state.bids))),
        "## End customers' revenue",
        table(LINES.table(_summed("revenue", state.revenue))),
        "## Debt by company and instrument",
        table(LINES.table(_by_company(state.debt))),
        "## Totals that have a second reading",
        _READINGS,
        table(AGREEMENTS.table(_kept(state.agreements))),
    )
    return "\n\n".join(parts) + "\n"


def _summed(kind: str, lines: Sequence[Line]) -> tuple[Line, ...]:
    return (*lines, Line(kind, "all", sum(line.amount for line in lines)))


def _by_company(lines: Sequence[Line]) -> list[Line]:
    """Lines of every company with what it owes in all; what is committed and undrawn is not owed."""
    found: list[Line] = []
    for firm, own in groupby(lines, key=lambda line: line.kind):
        members = list(own)
        found += _summed(firm, [line for line in members if "undrawn" not in line.name])
        found += [line for line in members if "undrawn" in line.name]
    return found


def _kept(agreements: Sequence[Agreement]) -> list[Kept]:
    kept = []
    for id, own in groupby(agreements, key=lambda a: a.id):
        rows = list(own)
        ratios = [a.left / a.right for a in rows]
        least, first = "" if rows[0].at_most else f"{1.0 / rows[0].most:.2f} to ", rows[0]
        kept.append(Kept(id, len(rows), min(ratios), max(ratios), f"{least}{first.most:.2f}", first.why))
    return kept


_INTRODUCTION = """\
What the register says of the base date, in its central values, as it can be added up with a calculator. The
page is made from the register (`python -m risk.cli.states`), and a test compares both. Where a row is a
nowcast, the register names what was observed when and the rule that moved it, and a prior says how wrong it
may be. `bubblerisk run base --vintage 2026Q2` starts from the state of a quarter earlier, kept as differences
in `assumptions/vintages/`."""

_READINGS = """\
Each line holds two readings of one quantity against one another, as `assumptions/base/reconciliations.toml`
declares them; a register in which one does not hold is refused."""
