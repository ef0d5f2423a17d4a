"""HoldCos on the sheet of neoclouds: balance sheet and lives, default and loss, runway and what falls due."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from risk.analysis import ladder, neoclouds
from risk.analysis.bands import Band
from risk.analysis.facilities import Facility
from risk.analysis.neoclouds import FirmLoss
from risk.assumptions.tables import HoldcoNote, NeocloudFirm
from risk.axes import ended
from risk.report.pack.base.cells import pair
from risk.report.pack.base.names import PAYERS, words
from risk.report.pack.base.results import Results
from risk.report.pack.neoclouds.loans import chance_columns, chances, flag
from risk.report.table import Cell, Column, Content, Table

BILLION = 1e9
SHOWN = 6
"""Year-ends for which runway and refinancing need are printed."""


def firms(results: Results) -> Table:
    """One row a HoldCo."""
    columns = (
        Column("label", "HoldCo"),
        Column("liquidity", "Liqui- dity", "usd_bn", style="engine"),
        Column("secured", "Se- cured", "usd_bn", style="engine"),
        Column("notes", "Notes", "usd_bn", style="engine"),
        Column("asset", "Asset life", "years", style="engine"),
        Column("lease", "Lease", "years", style="engine"),
        Column("contract", "Contr. avg", "years", style="engine"),
        Column("debt_life", "Debt avg", "years", style="engine"),
        Column("gap", "Gap", "years", style="engine"),
        Column("contracted", "Con- tracted", "share", style="engine"),
        Column("top", "Top payer", "share", style="engine"),
        *chance_columns(neoclouds.reached(results.run)),
        Column("loss", "Loss, USD m", "usd_m", style="engine", span=2),
        Column("loss_se", "±", "usd_error", style="note"),
        Column("own", "of it HoldCo", "usd_m", style="engine", span=2),
        Column("own_se", "±", "usd_error", style="note"),
        Column("stylised", "Row is", span=2),
    )
    losses = neoclouds.firm_losses(results.run, results.facilities)
    firms = results.register.rows(NeocloudFirm)
    rows = tuple(_firm_row(results, firm, losses[firm.name]) for firm in firms)
    note = (
        "USD bn at the base date: cash and undrawn revolver, secured facility debt, notes and converts. "
        "Lives in years, averages by debt; gap = debt less contracts. Contracted = of the bills until the "
        "debt is repaid, at contract prices, the share under contract; top payer = largest class of "
        "payers in what contracts still bill. P = HoldCo in default. Loss = mean over paths, on "
        "facilities, cohorts in, and on HoldCo paper (revolver, notes, converts); ± standard error, of "
        "the sum an upper bound. * no published balance sheet."
    )
    return Table("holdcos", columns, rows, "HoldCos", note, tuple(firm.name for firm in firms))


def _firm_row(results: Results, row: NeocloudFirm, loss: FirmLoss) -> tuple[Content, ...]:
    run, name = results.run, row.name
    members = [f for f in results.facilities if f.firm == name]
    position = run.entities["holdco.defaulted"].index(name)
    reached = neoclouds.reached(run)
    found = [neoclouds.default_probability(run, "holdco.defaulted", position, q) for q in reached]
    notes = sum(note.amount for note in results.register.rows(HoldcoNote) if note.firm == name)
    money = (row.cash + row.revolver, sum(f.debt for f in members) / BILLION, notes)
    return (
        _label(row) + ("" if row.balance_sheet == "published" else " *"),
        *money,
        *_lives(members),
        *chances(found),
        *pair(loss.total, "USD m"),
        *pair(loss.holdco, "USD m"),
        flag(row.stylised),
    )


def _label(firm: NeocloudFirm) -> str:
    return f"{firm.name}: {firm.note.partition('.')[0] or firm.name}"


def _lives(members: Sequence[Facility]) -> list[Content]:
    """Average lives, the gap, the contracted share and that of the top payer."""
    if not members:
        return ["–"] * 7

    def average(of: Callable[[Facility], float], weight: Callable[[Facility], float]) -> float:
        return sum(of(f) * weight(f) for f in members) / sum(map(weight, members))

    def debt(f: Facility) -> float:
        return f.debt

    leases = all(f.lease_life is not None for f in members)
    gap = average(lambda f: f.duration_gap, debt)
    return [
        average(lambda f: f.asset_life, debt),
        average(lambda f: f.lease_life or 0.0, debt) if leases else "–",
        average(lambda f: f.contract_life, debt),
        average(lambda f: f.debt_life, debt),
        Cell(gap, "years", bold=gap > 0.0),
        average(lambda f: f.contracted_share, lambda f: f.bills * f.debt_end),
        _top_payer(members)[1],
    ]


def _top_payer(members: Sequence[Facility]) -> tuple[str, float]:
    """The class of payers that owes most of what contracts still bill, and its share."""
    owed: dict[str, float] = {}
    for f in members:
        owed[f.payer] = owed.get(f.payer, 0.0) + f.bills * f.contract_life
    payer = max(owed, key=lambda p: owed[p])
    return payer, owed[payer] / sum(owed.values())


def standing(results: Results) -> Table:
    """Liquidity runway and refinancing need by year-end."""
    run = results.run
    quarters = ladder.year_ends(run)[1 : SHOWN + 1]
    years = [run.calendar.labels[t] for t in quarters]
    columns = [
        Column("label", "HoldCo"),
        Column("top", "Top payer", span=2),
        Column("cohort", "Of new", "share", style="engine"),
    ]
    series = (("runway", "Runway", ("P5", "P50"), "count"), ("need", "Need", ("P50", "P95"), "usd_bn"))
    for key, header, quantiles, form in series:
        for year in years:
            for q in quantiles:
                text = f"{header}\n{ended(year)}\n{q}"
                columns.append(Column(f"{key}{year}{q.lower()}", text, form, style="engine"))
    runway, need = (ladder.firms_at(run, name, quarters) for name in ("runway", "refinancing_need"))
    rows = []
    firms = results.register.rows(NeocloudFirm)
    for firm in firms:
        name = firm.name
        members = [f for f in results.facilities if f.firm == name]
        top = words(_top_payer(members)[0], PAYERS) if members else "–"
        cells = (*_quantiles(runway[name], (0.05, 0.5), 1.0), *_quantiles(need[name], (0.5, 0.95), BILLION))
        rows.append((_label(firm), top, firm.cohort_share, *cells))
    ids = tuple(firm.name for firm in firms)
    title = "HoldCos: liquidity runway in quarters, and refinancing need of the next four quarters in USD bn"
    return Table("holdco-standing", tuple(columns), tuple(rows), title, _standing_note(runway, need), ids)


def _quantiles(band: Band, levels: Sequence[float], scale: float) -> list[Content]:
    """Quantiles in turn for each date."""
    values = np.stack([band.at(level) / scale for level in levels], axis=1).ravel()
    return ["–" if np.isnan(v) else Cell(float(v)) for v in values]


def _standing_note(runway: dict[str, Band], need: dict[str, Band]) -> str:
    lasts, owed = (
        max(float(np.nanmax(b.standard_error, initial=0.0)) for b in bands.values())
        for bands in (runway, need)
    )
    return (
        "At year-ends. Runway = cash and undrawn revolver over what the quarter burned, maturities aside; "
        "40 = ten years or more, or nothing burned; 0 in default. Need = notes, balloons and revolver due "
        "within four quarters, debt of new cohorts in; a HoldCo in default needs nothing. Of new = share "
        f"of new cohorts. Standard errors: runway at most {lasts:.1f} quarters, need at most USD "
        f"{owed / BILLION:.1f}bn."
    )
