"""Energy: power and emissions of the fleet by year, what a bust strands, what carbon costs, and where."""

from __future__ import annotations

from collections.abc import Iterator

from risk.analysis import energy
from risk.report import energy as tables
from risk.report.guards import ROUNDING, Condition
from risk.report.pack.base.cells import Tables, subtitle
from risk.report.pack.base.results import Results
from risk.report.sheet import Paragraph, Sheet


def sheet(results: Results) -> Sheet | None:
    """Build the sheet; None where the run does not reach the year of which the page speaks."""
    found = energy.found(results.run)
    if found.against is None:
        return None
    said = (tables.emitted(found), tables.lost(found), tables.charged(found))
    return Sheet(
        "Energy",
        "Energy – power, carbon and what a bust strands",
        subtitle(results),
        "P",
        question="What does the fleet draw and emit, what does a bust strand of it, what would carbon cost?",
        screen=(
            Paragraph(tables.finding(found), "finding"),
            *(Paragraph(words, "bullet") for words in said),
            tables.POWER.table(found.years, note=tables.ABOUT),
            tables.EMITTED.table(found.years),
            tables.QUEUE.table(found.years, note=tables.QUEUE_SAID),
            tables.STRANDED.table(found.stranded, note=tables.STRANDED_SAID),
            tables.CHARGES.table(found.charges, note=tables.CHARGES_SAID),
            tables.PLACES.table(found.places, note=tables.PLACES_SAID),
            tables.FIGURES.table(found.figures, note=tables.PAGE_SAID),
        ),
    )


def conditions(results: Results, t: Tables) -> Iterator[Condition]:
    """Power at the end of the page's year is that of Metrics."""
    year = str(energy.PAGE_YEAR)
    sides = t.at("energy-power", "power_p50", year), t.at("metrics", "p50", "power_2030")
    yield Condition(f"Power of the fleet, end-{year}, median", *sides, ROUNDING, "Energy v. Metrics")
