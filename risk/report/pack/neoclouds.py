"""Neoclouds: every facility's terms, its default and loss, and every HoldCo."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from risk.analysis import neoclouds, register
from risk.analysis.facilities import Facility
from risk.analysis.flows import stocks
from risk.analysis.statistics import Estimate
from risk.report.pack import duration
from risk.report.pack.elements import margin_cell, pair, probability_cell, subtitle
from risk.report.pack.names import PAYERS, words
from risk.report.pack.results import Results
from risk.report.sheet import Paragraph, Sheet
from risk.report.table import Cell, Column, Content, Table

BILLION, THOUSAND = 1e9, 1e3
STYLISED = "stylised"


def sheet(results: Results) -> Sheet:
    """Build the sheet."""
    stylised = sum(f.stylised for f in results.facilities)
    warning = (
        f"{stylised} of {len(results.facilities)} facilities are stylised: published sizes, coupons and "
        "tenors where a source says so, chosen GPU counts and prices. No row is a statement about a named "
        "company's loan."
    )
    return Sheet(
        "Neoclouds",
        "Neoclouds – contracts that are shorter than the debt",
        subtitle(results),
        "P",
        (
            Paragraph(warning, "finding"),
            duration.charts(results),
            duration.refinancing(results),
            Paragraph(duration.ladder_note(), "note"),
            duration.ladder(results),
            _terms(results),
            _outcomes(results),
            _firms(results),
            _cohorts(results),
        ),
        question="Who borrowed against what, when do contracts and debt end, and who defaults?",
        grid=duration.grid(results),
    )


def _name(facility: Facility) -> str:
    return f"{facility.name}: {facility.gpus / THOUSAND:,.0f}k {facility.generation}"


def _flag(stylised: bool) -> str:
    return STYLISED if stylised else "published"


def _terms(results: Results) -> Table:
    """Terms, coverage and lives at the base date."""
    years = {"format": "years"}
    columns = (
        Column("label", "Facility"),
        Column("payer", "Payer", span=2),
        Column("lender", "Lender", span=5),
        Column("debt", "Debt USD bn", "usd_bn", style="engine"),
        Column("coupon", "Cou- pon", "rate", style="engine"),
        Column("scheduled", "DSCR now", "number.2", style="engine"),
        Column("interest", "int. only", "number.2", style="engine"),
        Column("amortizing", "full am.", "number.2", style="engine"),
        *(Column(k, h, years["format"], style="engine") for k, h in _LIVES),
        Column("cash", "Cash/ debt", "number.2", style="engine"),
        Column("stylised", "Row is", span=2),
    )
    rows = tuple(_term_row(f) for f in results.facilities)
    note = (
        "DSCR at the base date: contract price × availability less operating cost, over debt service as "
        "scheduled; for data centers and loans with a balloon also interest-only and fully amortizing. "
        "Lives in years: average and end of the contracts, average and end of the debt, and what the "
        "collateral has left to earn (of a data center: its lease). Gap = average life of debt less that of "
        "contracts. Cash/debt = contracted cash until the debt is repaid, operating cost off, if every "
        "contract runs as written, over all debt service to come."
    )
    names = tuple(f.name for f in results.facilities)
    return Table("facilities", columns, rows, "Facilities: terms and duration at the base date", note, names)


_LIVES = (
    ("contract", "Contr. avg"),
    ("contract_end", "Contr. end"),
    ("debt_life", "Debt avg"),
    ("debt_end", "Debt end"),
    ("asset", "Asset life"),
    ("lease", "Lease"),
    ("gap", "Gap"),
)


def _term_row(f: Facility) -> tuple[Content, ...]:
    both: tuple[Content, Content] = ("–", "–")
    if not f.plain:
        both = f.cash / f.interest_only, f.cash / f.amortizing
    lives = (f.contract_life, f.contract_end, f.debt_life, f.debt_end, f.asset_life)
    return (
        _name(f),
        words(f.payer, PAYERS),
        f.lender,
        f.debt / BILLION,
        f.coupon,
        f.cash / f.scheduled,
        *both,
        *lives,
        "–" if f.lease_life is None else f.lease_life,
        Cell(f.duration_gap, "years", bold=f.duration_gap > 0.0),
        float(f.contracted[0] / f.service[0]),
        _flag(f.stylised),
    )


def _chance_columns(labels: Sequence[str]) -> list[Column]:
    columns = []
    for i, label in enumerate(labels):
        columns.append(Column(f"p{i}", f"P by {label}", "probability", style="engine", span=2))
        columns.append(Column(f"m{i}", "± 95%", "margin", style="note"))
    return columns


def _chances(estimates: Sequence[Estimate]) -> list[Content]:
    cells: list[Content] = []
    for estimate in estimates:
        cells += [probability_cell(estimate), margin_cell(estimate)]
    return cells


def _outcomes(results: Results) -> Table:
    """Default probabilities and losses on the paths."""
    columns = (
        Column("label", "Facility"),
        *_chance_columns(neoclouds.reached(results.run)),
        Column("loss", "Loss, USD m", "usd_m", style="engine", span=2),
        Column("se", "±", "usd_error", style="note"),
        Column("share", "Loss/debt", "rate", style="engine", span=2),
        Column("stylised", "Row is", span=2),
    )
    rows = []
    for f in results.facilities:
        found = results.defaults[f.name]
        share = found.loss.value / f.debt
        rows.append(
            (_name(f), *_chances(found.probability), *pair(found.loss, "USD m"), share, _flag(f.stylised))
        )
    last = results.labels[-1]
    note = (
        f"Payment or maturity default. Loss = principal not recovered, mean over paths, to {last}; ± "
        "standard error."
    )
    names = tuple(f.name for f in results.facilities)
    return Table(
        "facility-defaults", tuple(columns), tuple(rows), "Facilities: default and loss", note, names
    )


def _firms(results: Results) -> Table:
    """One row a HoldCo."""
    reached = neoclouds.reached(results.run)
    columns = (
        Column("label", "HoldCo"),
        Column("sheet", "Balance sheet", span=2),
        *(
            Column(k, h, "usd_bn", style="engine")
            for k, h in (("cash", "Cash"), ("revolver", "Rev."), ("notes", "Notes"))
        ),
        Column("secured", "Se- cured", "usd_bn", style="engine"),
        Column("cohort", "Of new", "share", style="engine"),
        *_chance_columns(reached),
        Column("later", f"Notes {reached[-1]}", "usd_bn", style="engine", span=2),
        Column("later_se", "±", "usd_error", style="note"),
        Column("stylised", "Row is", span=2),
    )
    firms = register.rows(results.register, "neoclouds.firm")
    rows = tuple(_firm_row(results, row, reached) for row in firms)
    note = (
        "USD bn at the base date: cash, undrawn revolver, notes and converts, secured facility debt; 'Of "
        "new' = share of new cohorts. P = HoldCo in default. Notes include those issued for new cohorts."
    )
    names = tuple(str(row["name"]) for row in firms)
    return Table("holdcos", columns, rows, "HoldCos", note, names)


def _firm_row(results: Results, row: dict[str, Any], reached: Sequence[str]) -> tuple[Content, ...]:
    run, name = results.run, str(row["name"])
    position = run.entities["holdco.defaulted"].index(name)
    chances = [neoclouds.default_probability(run, "holdco.defaulted", position, q) for q in reached]
    mean, error = stocks(run, "holdco.notes").entity(name)
    later = Estimate(float(mean[-1]), float(error[-1]), run.paths)
    secured = sum(f.debt for f in results.facilities if f.firm == name) / BILLION
    bullets = register.rows(results.register, "neoclouds.note")
    notes = sum(float(n["amount"]) for n in bullets if n["firm"] == name)
    money = (float(row["cash"]), float(row["revolver"]), notes, secured, float(row["cohort_share"]))
    label = f"{name}: {str(row['note']).partition('.')[0] or name}"
    known = "published" if row["balance_sheet"] == "published" else "none published"
    stylised = _flag(bool(row["stylised"]))
    return (label, known, *money, *_chances(chances), *pair(later, "USD bn"), stylised)


def _cohorts(results: Results) -> Table:
    """New facilities by year and class of payer."""
    columns = (
        Column("label", "New facilities of"),
        Column("payer", "Payer", span=2),
        Column("lent", "Lent, USD bn", "usd_bn", style="engine", span=2),
        Column("lent_se", "±", "usd_error", style="note"),
        Column("loss", "Loss, USD m", "usd_m", style="engine", span=2),
        Column("loss_se", "±", "usd_error", style="note"),
        Column("share", "Loss/lent", "rate", style="engine", span=2),
    )
    rows = []
    for cohort in neoclouds.cohorts(results.run):
        share = cohort.loss.value / cohort.originated.value if cohort.originated.value else 0.0
        lent, loss = pair(cohort.originated, "USD bn"), pair(cohort.loss, "USD m")
        rows.append((cohort.year, words(cohort.payer, PAYERS), *lent, *loss, share))
    note = (
        "All firms; each year's neocloud capex becomes facilities at that date's price, spread and tenor "
        "(judgement)."
    )
    return Table("cohorts", columns, tuple(rows), "New cohorts, mean over paths", note)
