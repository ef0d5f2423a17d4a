"""Neoclouds: every HoldCo, every facility's terms, how far down the ladder each comes, default and loss."""

from __future__ import annotations

from risk.analysis import ladder, neoclouds
from risk.report.charts import LINES, Bars, Lines, Series, Tone
from risk.report.pack.base.cells import margin_cell, pair, probability_cell, subtitle
from risk.report.pack.base.names import PAYERS, words
from risk.report.pack.base.results import Results
from risk.report.pack.markets import fans
from risk.report.pack.neoclouds import companies as neocloud_table
from risk.report.pack.neoclouds.duration import grid
from risk.report.pack.neoclouds.firms import firms, standing
from risk.report.pack.neoclouds.loans import distress, outcomes, terms
from risk.report.sheet import At, Band, Paragraph, Sheet
from risk.report.table import Column, Table

STANDS: dict[str, tuple[str, Tone]] = {
    "repaid": ("Repaid", "pale"),
    "sound": ("Sound", "light"),
    "lock_up": ("Lock-up", "grey"),
    "sweep": ("Cash sweep", "blue"),
    "event": ("Event, cured or amended", "main"),
    "default": ("In default", "bad"),
}
"""Where facilities stand: label and tone, from the bottom of the bar."""


def sheet(results: Results) -> Sheet:
    """Build the sheet."""
    stylised = sum(f.stylised for f in results.facilities)
    warning = (
        f"{stylised} of {len(results.facilities)} facilities are stylised: published sizes, coupons and "
        "tenors where a source says so, chosen GPU counts and prices. No row is a statement about a named "
        "company's loan."
    )
    holdcos, runway, depths = firms(results), standing(results), distress(results)
    columns = grid(results, 48.0, 7.25)
    half = len(columns) // 2 - 2  # the first column is the widest
    return Sheet(
        "Neoclouds",
        "Neoclouds – who borrowed against what, and who comes how far down",
        subtitle(results, f"one plain table of the companies ({neocloud_table.NAME}) is on screen only"),
        "P",
        (
            Paragraph(warning, "finding"),
            Band((At(_rungs(results), 1, half), At(_failed(results), half + 1))),
            holdcos,
            runway,
            terms(results),
            depths,
            outcomes(results),
            _cohorts(results),
            neocloud_table.table(results, holdcos, runway),
        ),
        question="Who borrowed against what, who comes under stress, and who defaults?",
        grid=(*columns, neocloud_table.SOURCE),
        printed_columns=len(columns),
    )


def _rungs(results: Results) -> Bars:
    """Facilities of the base book by rung, every half year."""
    labels = results.labels
    shown = [t for t in range(len(labels)) if t % 2 == len(labels[:-1]) % 2]
    found = ladder.shares(results.run)
    trouble = found["lock_up"] + found["sweep"] + found["event"]
    worst = int(trouble.argmax())
    return Bars(
        id="rungs",
        title="Facilities of the base book by rung of the ladder of distress",
        alt=(
            f"Trouble is widest in {labels[worst]}, when {trouble[worst]:.0%} of the facilities of the "
            "base book are in lock-up or further down but not in default; at the end "
            f"{found['repaid'][-1]:.0%} are repaid and {found['default'][-1]:.0%} in default, "
            f"{found['sound'][-1]:.0%} sound."
        ),
        x_title="Quarter",
        y_title="Share of facilities and paths",
        format="share",
        labels=[labels[t] for t in shown],
        series=[
            Series(name=label, values=[float(found[key][t]) for t in shown], tone=tone)
            for key, (label, tone) in STANDS.items()
        ],
        stacked=True,
        y_max=1.0,
        height=24,
    )


def _failed(results: Results) -> Lines:
    """Share of paths on which each HoldCo is in default, by quarter."""
    run = results.run
    shares = run.mean("holdco.defaulted")[0]
    names = run.entities["holdco.defaulted"]
    order = [int(i) for i in (-shares[-1]).argsort()]
    first = order[0]
    return Lines(
        id="holdco-failures",
        title="HoldCos in default, listed from the most to the fewest paths",
        alt=(
            f"{names[first]} is in default on the most paths at the end, {shares[-1, first]:.0%}; "
            f"{names[order[-1]]} on the fewest, {shares[-1, order[-1]]:.0%}."
        ),
        x_title="Quarter",
        y_title="Share of paths",
        format="share",
        labels=results.labels,
        series=[
            Series(name=names[i], values=shares[:, i].tolist(), tone=tone, dashed=k % 2 == 1, thin=k > 5)
            for k, (i, tone) in enumerate(zip(order, LINES, strict=False))
        ],
        first=fans.first_year_end(results.labels),
        height=24,
    )


def _cohorts(results: Results) -> Table:
    """New facilities by date and class of payer."""
    columns = [
        Column("label", "New facilities of"),
        Column("payer", "Payer", span=2),
        Column("lent", "Lent, USD bn", "usd_bn", style="engine", span=2),
        Column("lent_se", "±", "usd_error", style="note"),
        Column("loss", "Loss, USD m", "usd_m", style="engine", span=2),
        Column("loss_se", "±", "usd_error", style="note"),
        Column("share", "Loss/lent", "rate", style="engine", span=2),
    ]
    chances = (
        ("amended", "Amended"),
        ("payment_default", "Payment default"),
        ("maturity_default", "Maturity default"),
    )
    for key, header in chances:
        columns.append(Column(key, header, "probability", style="engine", span=2))
        columns.append(Column(f"{key}_margin", "± 95%", "margin", style="note", span=2))
    columns.append(Column("troubled", "In trouble", "years", style="engine", span=2))
    columns.append(Column("troubled_se", "±", "usd_error", style="note"))
    rows = []
    for cohort in neoclouds.cohorts(results.run):
        share = cohort.loss.value / cohort.originated.value if cohort.originated.value else 0.0
        lent, loss = pair(cohort.originated, "USD bn"), pair(cohort.loss, "USD m")
        found = (getattr(cohort, key) for key, _ in chances)
        cells = [cell for p in found for cell in (probability_cell(p), margin_cell(p))]
        quarters = pair(cohort.troubled, "quarter")
        rows.append((cohort.year, words(cohort.payer, PAYERS), *lent, *loss, share, *cells, *quarters))
    note = (
        "All firms; each year's neocloud capex becomes facilities at that date's price, spread and tenor "
        "(judgement). Probabilities: share of facilities and paths that ever come so far, whether a path "
        "builds the facility or not. In trouble: quarters at lock-up or further down, default left out, "
        "mean. ± standard errors, upper bounds: facilities of one path count as one."
    )
    return Table("cohorts", tuple(columns), tuple(rows), "New cohorts, mean over paths", note)
