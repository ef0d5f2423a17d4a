"""One row a HoldCo under plain headers: the Excel table to filter, to sort and to calculate with."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from risk.analysis import ladder, neoclouds
from risk.analysis.statistics import Estimate
from risk.assumptions import tables
from risk.axes import ended
from risk.report import spec
from risk.report.pack.base.ages import aged
from risk.report.pack.base.cells import linked, margin_cell
from risk.report.pack.base.fields import amount, chance, number, part
from risk.report.pack.base.results import Results
from risk.report.pack.neoclouds.firms import FAILURES, HoldCo
from risk.report.record import Field
from risk.report.spec import Spec
from risk.report.table import Formula, Table

TABLE, NAME = "neoclouds", "tblNeocloud"
AHEAD = 2
"""Which year's end the runway is shown at, counted from the base date."""

SOURCE = 17.0
"""Width of the last column, which the tables above it do not use."""

LINKED = {
    "secured": "Loans USD bn",
    "notes": "Notes USD bn",
    "asset": "Asset life",
    "debt_life": "Debt life",
    "contract": "Contr. life",
    "gap": "Gap",
    "contracted": "Contr. share",
    "top": "Top payer",
}
"""Numbers of the table of HoldCos that are repeated, and their headers here."""


def table(results: Results, found: Sequence[HoldCo], firms: Table, standing: Table) -> Table:
    """Every HoldCo with what is said of it above, and more.

    Parameters
    ----------
    firms, standing : the tables above, to which repeated numbers are linked.
    """
    run = results.run
    years, last = run.calendar.full_years[:FAILURES], ended(neoclouds.reached(run)[-1])
    ahead = results.labels[ladder.year_ends(run)[: AHEAD + 1][-1]]
    made: Spec[HoldCo] = Spec(
        (
            spec.text("label", "HoldCo", lambda h: h.name),
            spec.flag("books", "Books public", lambda h: h.published, align="center"),
            *(_link(firms, key, header) for key, header in LINKED.items()),
            _link(standing, "cohort", "Of new"),
            number("rents", "Site rents USD bn", lambda h: _rents_owed(results, h.name), "usd_bn"),
            *(_link(standing, f"runway{ahead}p{q}", f"Runw. P{q} {ended(ahead)}") for q in (5, 50)),
            *(_fails(f"y{y}", str(y), part(lambda h: h.within, i)) for i, y in enumerate(years)),
            _fails("ever", f"by {last}", lambda h: h.failed[-1]),
            amount("lgd", "LGD", lambda h: h.loss.lgd, "fraction", error="± LGD"),
            amount("loss", "EL USD m", lambda h: h.loss.total, "USD m", error="± EL", note="usd_error.0"),
            spec.shown("age", "Age days", lambda h: _aged(results, h)[0], "count", style="calculation"),
            spec.shown("stale", "Stale", lambda h: _aged(results, h)[1], style="flag", align="center"),
            spec.text("source", "Source", lambda h: h.row.source, wrap=False),
        ),
        id=TABLE,
        title=f"The same in one plain table, to filter and to calculate with ({NAME})",
        note=_note(ahead),
        row_id=lambda h: h.name,
    )
    return made.table(found, excel_name=NAME, printed_rows=0)


def _link(source: Table, key: str, header: str) -> Field[HoldCo]:
    """A number of a table above."""
    form = source.columns[source.index(key)].format
    return spec.shown(key, header, lambda firm: linked(source, key, firm.name), form)


def _fails(key: str, when: str, get: Callable[[HoldCo], Estimate]) -> Field[HoldCo]:
    """Chance of default, as a plain number."""
    found = chance(key, f"Fails {when}", get, error=f"± 95% {when}")
    return replace(found, cells=lambda p: (p.value, margin_cell(p)))


def _aged(results: Results, firm: HoldCo) -> tuple[Formula, Formula]:
    day = firm.row.as_of
    return aged(results, day, f"DATE({day.year},{day.month},{day.day})")


def _rents_owed(results: Results, name: str) -> float:
    """What contracts still bill the HoldCo as the tenant of another's site, operating cost in, USD bn."""
    let = {row.name for row in results.register.rows(tables.Facility) if row.tenant == name}
    return sum(f.bills * 4.0 * f.contract_life for f in results.facilities if f.name in let) / 1e9


def _note(ahead: str) -> str:
    return (
        "Loans, notes, lives, contracted share, top payer, share of new cohorts and runway as above. Books "
        "public = a balance sheet is published. Site rents: what contracts still bill the HoldCo as tenant "
        "of another's site; rents of its own sites are operating cost in the model. Runway in quarters at "
        f"the end of {ended(ahead)}, maturities aside. Fails: the HoldCo comes into default in the year, "
        "which is how a refinancing fails in the model: notes, revolver or bills fall due that "
        "neither lenders, cash nor shareholders meet; facilities that fail at their maturity stand "
        "in the ladder above. LGD = loss over debt in default, facilities, cohorts and HoldCo paper "
        "together, a ratio of means; its ± and that of EL are upper bounds. EL = mean loss. Losses "
        "by path are kept by instrument, not by company: contributions to the expected shortfall stand "
        "on PrivateCredit. Age of the row's data against Stale_Days."
    )
