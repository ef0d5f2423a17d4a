"""Facilities on the sheet of neoclouds: their terms, how far down the ladder each comes, who defaults."""

from __future__ import annotations

from collections.abc import Sequence

from risk.analysis import neoclouds
from risk.analysis.facilities import Facility
from risk.analysis.ladder import DEPTHS, ONCE, Distress, Timing
from risk.analysis.statistics import Estimate
from risk.report.pack.base.cells import margin_cell, pair, probability_cell
from risk.report.pack.base.names import PAYERS, words
from risk.report.pack.base.results import Results
from risk.report.table import Cell, Column, Content, Table

BILLION, THOUSAND = 1e9, 1e3
INSTRUMENTS = {"ddtl": "DDTL", "vendor": "Vendor", "notes": "Notes", "dc_loan": "Loan"}
RUNGS = (*DEPTHS, "cured", *ONCE)
HEADERS = {
    "lock_up": "Lock-up",
    "sweep": "Cash sweep",
    "event": "Event of default",
    "cured": "Equity cure",
    "amended": "Amended",
    "payment_default": "Payment default",
    "maturity_default": "Maturity default",
}
_LIVES = (
    ("contract", "Contr. avg"),
    ("contract_end", "Contr. end"),
    ("debt_life", "Debt avg"),
    ("debt_end", "Debt end"),
    ("asset", "Asset life"),
    ("lease", "Lease"),
    ("gap", "Gap"),
)


def name(facility: Facility) -> str:
    """A facility and its fleet in words."""
    return f"{facility.name}: {facility.devices / THOUSAND:,.0f}k {facility.generation}"


def flag(stylised: bool) -> str:
    """What a row is."""
    return "stylised" if stylised else "published"


def chance_columns(labels: Sequence[str], span: int = 1) -> list[Column]:
    """Probability and margin by each horizon; both ends of an interval need two columns, or two lines."""
    columns = []
    for i, label in enumerate(labels):
        columns.append(Column(f"p{i}", f"P by {label}", "probability", style="engine", span=2))
        columns.append(Column(f"m{i}", "± 95%", "margin", style="note", span=span))
    return columns


def chances(estimates: Sequence[Estimate]) -> list[Content]:
    """Cells under `chance_columns`."""
    cells: list[Content] = []
    for estimate in estimates:
        cells += [probability_cell(estimate), margin_cell(estimate)]
    return cells


def terms(results: Results) -> Table:
    """Terms, coverage and lives at the base date."""
    columns = (
        Column("label", "Facility"),
        Column("payer", "Payer", span=2),
        Column("lender", "Lender of record", span=5),
        Column("instrument", "Paper"),
        Column("rate", "Rate"),
        Column("amortization", "Schedule", span=2),
        Column("debt", "Debt USD bn", "usd_bn", style="engine"),
        Column("undrawn", "Un- drawn", "usd_bn", style="engine"),
        Column("coupon", "Coupon", "rate", style="engine"),
        Column("scheduled", "DSCR now", "number.2", style="engine"),
        Column("interest", "int. only", "number.2", style="engine"),
        Column("amortizing", "full am.", "number.2", style="engine"),
        *(Column(k, h, "years", style="engine") for k, h in _LIVES),
        Column("cash", "Cash/ debt", "number.2", style="engine"),
        Column("stylised", "Row is", span=2),
    )
    rows = tuple(_term_row(f) for f in results.facilities)
    note = (
        "Coupon: all-in; of a floating loan (fl.) at the base date's SOFR. DSCR at the base date: "
        "contract price × availability less operating cost, over debt service as scheduled; for data "
        "centers and loans with a balloon also interest-only and fully amortizing. Lives in years: "
        "average and end of the contracts, average and end of the debt, and what the collateral has left "
        "to earn (of a data center: its lease). Gap = average life of debt less that of contracts. "
        "Cash/debt = contracted cash until the debt is repaid, operating cost off, if every contract runs "
        "as written, over all debt service to come on what is drawn."
    )
    names = tuple(f.name for f in results.facilities)
    return Table("facilities", columns, rows, "Facilities: terms and duration at the base date", note, names)


def _term_row(f: Facility) -> tuple[Content, ...]:
    both: tuple[Content, Content] = ("–", "–")
    if not f.plain:
        both = f.cash / f.interest_only, f.cash / f.amortizing
    lives = (f.contract_life, f.contract_end, f.debt_life, f.debt_end, f.asset_life)
    return (
        name(f),
        words(f.payer, PAYERS),
        f.lender,
        words(f.instrument, INSTRUMENTS),
        {"floating": "fl."}.get(f.rate, f.rate),
        f.amortization,
        f.debt / BILLION,
        f.undrawn / BILLION,
        f.coupon,
        f.cash / f.scheduled,
        *both,
        *lives,
        "–" if f.lease_life is None else f.lease_life,
        Cell(f.duration_gap, "years", bold=f.duration_gap > 0.0),
        float(f.contracted[0] / f.service[0]),
        flag(f.stylised),
    )


def distress(results: Results) -> Table:
    """How far down the ladder each facility ever comes, and when."""
    columns = [Column("label", "P(ever), by facility")]
    for rung in RUNGS:
        columns.append(Column(rung, HEADERS[rung], "probability", style="engine", span=2))
        columns.append(Column(f"{rung}_margin", "± 95%", "margin", style="note"))
    columns.append(Column("event_first", "First event", "quarter", style="engine", span=2))
    columns.append(Column("default_first", "First default", "quarter", style="engine", span=2))
    columns.append(Column("stylised", "Row is", span=2))
    rows = tuple(_distress_row(f, results.distress[f.name]) for f in results.facilities)
    names = tuple(f.name for f in results.facilities)
    title = "Facilities: how far down the ladder of distress"
    return Table("facility-ladder", tuple(columns), rows, title, _distress_note(results), names)


def _distress_row(f: Facility, found: Distress) -> tuple[Content, ...]:
    quarters = ("–" if timing is None else timing.label for timing in (found.event, found.default))
    return (name(f), *chances([found.reached[rung] for rung in RUNGS]), *quarters, flag(f.stylised))


def _distress_note(results: Results) -> str:
    timings = (x for d in results.distress.values() for x in (d.event, d.default))
    worst = max((t.error for t in timings if isinstance(t, Timing)), default=0.0)
    return (
        "Share of paths on which the facility ever stands on a rung; of the first three, on it or further "
        "down. Lock-up: nothing is distributed; sweep: spare cash prepays the loan; event: the coverage "
        "covenant is broken; cure: the company lifts coverage with fresh equity. Amended or extended, and "
        "either default, come at most once. First event and first default: median quarter over the paths "
        f"that come so far, which are not the same paths; standard error at most {worst:.1f} quarters; – "
        "on fewer than 100 paths."
    )


def outcomes(results: Results) -> Table:
    """Default probabilities and losses on the paths."""
    columns = (
        Column("label", "Facility"),
        *chance_columns(neoclouds.reached(results.run), span=2),
        Column("loss", "Loss, USD m", "usd_m", style="engine", span=2),
        Column("se", "±", "usd_error", style="note"),
        Column("share", "Loss/debt", "rate", style="engine", span=2),
        Column("stylised", "Row is", span=2),
    )
    rows = []
    for f in results.facilities:
        found = results.defaults[f.name]
        share = found.loss.value / (f.debt + f.undrawn)
        rows.append(
            (name(f), *chances(found.probability), *pair(found.loss, "USD m"), share, flag(f.stylised))
        )
    note = (
        "Payment or maturity default. Loss = principal not recovered, mean over paths, to "
        f"{results.labels[-1]}; ± standard error. Debt: what is undrawn in."
    )
    names = tuple(f.name for f in results.facilities)
    return Table(
        "facility-defaults", tuple(columns), tuple(rows), "Facilities: default and loss", note, names
    )
