"""One row a HoldCo under plain headers: the Excel table to filter, to sort and to calculate with."""

from __future__ import annotations

from collections.abc import Sequence

from risk.analysis import ladder, neoclouds
from risk.assumptions.tables import Facility, NeocloudFirm
from risk.axes import ended
from risk.report.pack.base.ages import FRESH, STALE, stale
from risk.report.pack.base.cells import linked, margin_cell, pair
from risk.report.pack.base.results import Results
from risk.report.table import Column, Content, Formula, Table

TABLE, NAME = "neoclouds", "tblNeocloud"
FAILURES = 3
"""Full calendar years of which the chance to default is stated apart, the first ones."""

AHEAD = 2
"""Which year's end the runway is shown at, counted from the base date."""

SOURCE = 17.0
"""Width of the last column, which the tables above it do not use."""

LINKED = ("secured", "notes", "asset", "debt_life", "contract", "gap", "contracted", "top")


def table(results: Results, firms: Table, standing: Table) -> Table:
    """Every HoldCo with what is said of it above, and more.

    Parameters
    ----------
    firms, standing : the tables above, to which repeated numbers are linked.
    """
    run, companies = results.run, results.register.rows(NeocloudFirm)
    years = [str(year) for year in run.calendar.full_years[:FAILURES]]
    ahead = results.labels[ladder.year_ends(run)[: AHEAD + 1][-1]]
    last = neoclouds.reached(run)[-1]
    found = neoclouds.firm_losses(run, results.facilities)
    cells = []
    for firm in companies:
        name = firm.name
        lost = found[name]
        cells.append(
            (
                name,
                "yes" if firm.balance_sheet == "published" else "no",
                *(linked(firms, key, name) for key in LINKED),
                linked(standing, "cohort", name),
                _rents_owed(results, name),
                *(linked(standing, f"runway{ahead}{q}", name) for q in ("p5", "p50")),
                *_failures(results, name, years, last),
                *pair(lost.lgd, "fraction"),
                *pair(lost.total, "USD m"),
                *_origin(results, firm),
            )
        )
    columns = _columns(years, ahead, last)
    title = "The same in one plain table, to filter and to calculate with (tblNeocloud)"
    return Table(
        TABLE,
        columns,
        tuple(cells),
        title,
        _note(ahead),
        tuple(firm.name for firm in companies),
        excel_name=NAME,
        printed_rows=0,
    )


def _columns(years: Sequence[str], ahead: str, last: str) -> tuple[Column, ...]:
    lives = (("asset", "Asset life"), ("debt_life", "Debt life"), ("contract", "Contr. life"), ("gap", "Gap"))
    chances = []
    for key, header in (*((f"y{year}", year) for year in years), ("ever", f"by {ended(last)}")):
        chances.append(Column(key, f"Fails {header}", "probability", style="engine"))
        chances.append(Column(f"{key}_margin", f"± 95% {header}", "margin", style="note"))
    return (
        Column("label", "HoldCo"),
        Column("books", "Books public", align="center"),
        Column("secured", "Loans USD bn", "usd_bn"),
        Column("notes", "Notes USD bn", "usd_bn"),
        *(Column(key, header, "years") for key, header in lives),
        Column("contracted", "Contr. share", "share"),
        Column("top", "Top payer", "share"),
        Column("cohort", "Of new", "share"),
        Column("rents", "Site rents USD bn", "usd_bn", style="engine"),
        Column("low", f"Runw. P5 {ended(ahead)}", "count"),
        Column("middle", f"Runw. P50 {ended(ahead)}", "count"),
        *chances,
        Column("lgd", "LGD", "rate", style="engine"),
        Column("lgd_se", "± LGD", "standard_error", style="note"),
        Column("loss", "EL USD m", "usd_m", style="engine"),
        Column("loss_se", "± EL", "usd_error.0", style="note"),
        Column("age", "Age days", "count", style="calculation"),
        Column("stale", "Stale", style="flag", align="center"),
        Column("source", "Source", wrap=False),
    )


def _rents_owed(results: Results, name: str) -> float:
    """What contracts still bill the HoldCo as the tenant of another's site, operating cost in, USD bn."""
    let = {row.name for row in results.register.rows(Facility) if row.tenant == name}
    return sum(f.bills * 4.0 * f.contract_life for f in results.facilities if f.name in let) / 1e9


def _failures(results: Results, name: str, years: Sequence[str], last: str) -> list[Content]:
    """Chance that the HoldCo defaults in each year, and by the last horizon."""
    run = results.run
    column = run.entities["holdco.defaulted"].index(name)
    found = [neoclouds.default_within(run, "holdco.defaulted", column, year) for year in years]
    found.append(neoclouds.default_probability(run, "holdco.defaulted", column, last))
    return [cell for p in found for cell in (p.value, margin_cell(p))]


def _origin(results: Results, firm: NeocloudFirm) -> tuple[Content, Content, Content]:
    """Age of the row's data, whether it is stale, and its source."""
    day = firm.as_of
    age = Formula(f"As_Of-DATE({day.year},{day.month},{day.day})", (results.as_of - day).days)
    word = STALE if stale(results, day) else FRESH
    return age, Formula(f'IF({{row.age}}>Stale_Days,"{STALE}","{FRESH}")', word), firm.source


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
