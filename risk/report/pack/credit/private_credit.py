"""Private credit: what is lent, what defaults, what comes back and what is lost, by instrument."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from risk.analysis.flows import Yearly, flows, stocks
from risk.report.content import Formula
from risk.report.guards import EXACT, ROUNDING, Condition
from risk.report.pack.base.cells import UPPER_BOUND, Row, Tables, across, subtitle, year_grid
from risk.report.pack.base.names import words
from risk.report.pack.base.results import Results
from risk.report.pack.base.yearly import ALL, flowing, line, made_of, paired, years
from risk.report.pack.credit import loss_lines, losses, recoveries, shortfall, wall, waterfall
from risk.report.pack.credit.waterfall import EXPOSED, INSTRUMENTS, PAPER
from risk.report.sheet import At, Paragraph, Sheet, Strip
from risk.report.table import Table

SEGMENTS = "credit-segments"
SECURED = ("ddtl", "vendor", "site_loan")
"""Instruments that facilities are."""

CHARTED = ("notes", "spv", "software", "direct_lending", "b_loans")
ONCE = (
    "Credit losses are booked once, where they arise. Who holds and who bears them, and the marks that "
    "forced sales cause, stand on the sheet Cascade."
)


def sheet(results: Results) -> Sheet:
    """Build the sheet."""
    found = flows(results.run, "losses.instrument")
    labels, title = found.labels, "First-round credit loss by instrument, mean over paths, USD bn"
    instruments = flowing("losses-instrument", title, found, "Instrument")
    reconciled, instrument = recoveries.reconciliations(results), recoveries.recovered(results)
    recovered = recoveries.BY_INSTRUMENT.table(instrument)
    half = 1 + across(labels)
    title, verb = "Credit loss by instrument, means", "the largest mean credit loss"
    chart = losses.chart(labels, instruments, CHARTED, title, verb, height=recoveries.CHART)
    return Sheet(
        "PrivateCredit",
        "Private credit – exposure, default, recovery and loss",
        subtitle(results),
        "P",
        (
            Paragraph(recoveries.sentence(reconciled), "finding"),
            Paragraph(ONCE),
            Strip((At(chart, 1, half - 1), At(recoveries.ranges(recovered), half))),
            instruments,
            *waterfall.bands(results),
            shortfall.table(results),
            recoveries.RECONCILIATION.table(zip(recoveries.PAGE, reconciled, strict=True)),
            recovered,
            loss_lines.table(results),
            Paragraph(f"{waterfall.NOTE} {UPPER_BOUND}", "note"),
        ),
        question="How much is lent, how much of it defaults, and what do lenders get back?",
        screen=(
            recoveries.BY_REGIME.table(instrument),
            wall.table(results, labels),
            _segments(results, labels),
        ),
        grid=year_grid(labels, sums=True),
    )


def _segments(results: Results, labels: Sequence[str]) -> Table:
    """Exposure, default rate, loss and recovery by segment and year."""
    run = results.run
    par, loss = flows(run, "claims.instrument"), flows(run, "credit.loss")
    lines = {
        "exposure": ("   Exposure at year's end, USD bn", stocks(run, "credit.exposure"), "USD bn"),
        "rate": ("   Defaults of the year, share of exposure", flows(run, "credit.default_rate"), "fraction"),
        "par": ("   Par in default, USD bn", par, "USD bn"),
        "loss": ("   Credit loss, USD bn", loss, "USD bn"),
    }
    rows: dict[str, Row] = {}
    for name in run.entities["credit.exposure"]:
        rows[name] = (words(name),)
        for key, (label, found, unit) in lines.items():
            rows[f"{name}_{key}"] = line(label, *found.entity(name), unit)
        rows[f"{name}_recovery"] = _recovery(name, par, loss)
    title = "Segments of pooled loans, mean over paths"
    note = (
        "Recovery = 1 – loss over par in default, of the means; its ± (standard error) is an upper bound. "
        "Par in default includes SPV debt whose sponsor leaves it short, which is no default. Neoclouds have "
        "a sheet."
    )
    return replace(made_of(SEGMENTS, title, labels, "Segment", rows, note), printed_rows=0)


def _recovery(name: str, par: Yearly, loss: Yearly) -> Row:
    """Live ratio of the rows above."""
    (lost, lost_se), (owed, owed_se) = loss.entity(name), par.entity(name)
    pairs = []
    for key, *amounts in zip(years(lost), lost, owed, lost_se, owed_se, strict=True):
        ratio = f"1-{{{SEGMENTS}.{key}[{name}_loss]}}/{{{SEGMENTS}.{key}[{name}_par]}}"
        pairs.append(losses.ratio_cells(ratio, *map(float, amounts), rest=True))
    return paired("   Recovery", pairs)


OUTCOMES: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "headline_loss": ("Headline loss is the sum of its instruments", EXPOSED),
    "software_loss": ("Loss of software borrowers", ("software",)),
    "generic_loss": ("Loss of generic credit is that of its pools", ("direct_lending", "b_loans")),
    "neocloud_loss": ("Neocloud loss: facilities, revolvers and HoldCo paper", PAPER),
}
"""Outcomes that instruments add up to."""


def conditions(results: Results, t: Tables) -> Iterator[Condition]:
    """Instruments add up to outcomes of the engine, and to the rows of other sheets."""

    def lost(*names: str) -> Formula:
        return t["losses-instrument"].sum((ALL,), names)

    for name, (text, parts) in OUTCOMES.items():
        mean = t.at("metrics", "mean", name)
        yield Condition(text, lost(*parts), mean, ROUNDING, "PrivateCredit v. Metrics")
    base, cohorts = t.total("facility-defaults", "loss"), t.total("cohorts", "loss")
    how = "Neoclouds v. PrivateCredit: DDTL, vendor finance, site loans"
    yield Condition("Facility losses, row by row", (base + cohorts) / 1000, lost(*SECURED), ROUNDING, how)
    yield from loss_lines.conditions(results, t)
    yield from shortfall.conditions(t)
    every, segments = waterfall.VIEWS[0].table, t[SEGMENTS]
    for name in results.run.entities["credit.loss"]:
        keys = [column.key for column in segments.columns if column.key.startswith("y")]
        gone, par = (segments.sum(keys, (f"{name}_{part}",)) for part in ("loss", "par"))
        how = "segments v. instruments, all years"
        yield Condition(f"Segment loss: {name}", gone, lost(name), ROUNDING, how)
        shown = t.at(every, "par", name)
        yield Condition(f"Par in default: {name}", par, shown, ROUNDING, "segments v. waterfall")
    by_path, how = t.at(every, "loss", "all"), "outcomes v. sums by quarter"
    yield Condition("Loss by path and loss by year", by_path, lost(*INSTRUMENTS), ROUNDING, how)
    head, mean = t.at(every, "loss", "exposed"), t.at("metrics", "mean", "headline_loss")
    yield Condition("The waterfall ends at the headline loss", head, mean, ROUNDING, "means")
    lowest, highest = recoveries.extremes(results)
    text = "Recovery of instruments in [0, 1]"
    yield Condition(text, highest, 1, EXACT, "largest on any path", "≤")
    yield Condition(f"{text}, lower end", 0, lowest, EXACT, "smallest on any path", "≤")
