"""Cover: what the pack is, where to find what, and whether its checks hold."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from risk.report.content import Cell, Content, Formula, Link
from risk.report.excel.writer import CHART_DATA
from risk.report.pack.base import ages
from risk.report.pack.base.cells import subtitle
from risk.report.pack.base.results import Results
from risk.report.sheet import KINDS, At, Heading, Paragraph, Sheet, Strip
from risk.report.table import Column, Table

QUESTION = "Is the AI build-out a bubble, what would its end cost lenders, and how sure is that?"
STATES = ("DRAFT", "REVIEWED")
CLASSIFICATION = "confidential"
OK = "ALL CONSISTENCY CHECKS OK"


def sheet(
    results: Results,
    sheets: Sequence[Sheet],
    failing: Sequence[str],
    tracing: Sequence[str],
    absent: Mapping[str, str],
) -> Sheet:
    """Build the sheet.

    Parameters
    ----------
    failing : checks that fail.
    tracing : how a number is traced, in steps.
    absent : name of each sheet that this pack lacks, and why.
    """
    word = f"{len(failing)} CHECK(S) FAIL" if failing else OK
    master = Formula(f'IF(Checks_Failed=0,"{OK}",Checks_Failed&" CHECK(S) FAIL")', word)
    return Sheet(
        "Cover",
        "AI build-out: joint stress of GPU prices, capex, revenue, neoclouds and private credit",
        subtitle(results, CLASSIFICATION),
        "C",
        (
            Paragraph(QUESTION, "lead"),
            Paragraph(master, "lead"),
            *([Paragraph(f"Fails: {'; '.join(failing)}.", "note")] if failing else []),
            *([Paragraph(results.draft, "alert")] if results.draft else []),
            Strip((At(_facts(results), 1, 2), At(_key(), 4, 3))),
            _contents(sheets, absent),
            Heading("How to trace a number"),
            *(Paragraph(text, "bullet") for text in tracing),
        ),
        grid=(18.0, 38.0, 2.0, 14.0, 19.0, 25.0),
        landscape=False,
        pages=1,
        freeze="none",
    )


INPUTS = ("Status", "Prepared by", "Reviewed by", "As of", "Stale after, days")
"""Facts of the pack that may be typed over; all else on the cover follows from the run."""


def _facts(results: Results) -> Table:
    """What the pack is; the two blue cells drive the ages on the sheet Assumptions."""
    m = results.manifest
    facts: dict[str, tuple[str, Content]] = {
        "status": ("Status", Cell(STATES[0], style=None if results.draft else "input")),
        "prepared": ("Prepared by", Cell("", style="input")),
        "reviewed": ("Reviewed by", Cell("", style="input")),
        "as_of": ("As of", Cell(results.as_of, "date", "input")),
        "stale": ("Stale after, days", Cell(ages.stale_days(results), "count", "input")),
        "scenario": ("Scenario", f"{m.scenario}: {m.title}"),
        "run": ("Run", m.id),
        "paths": (
            "Paths × quarters",
            f"{m.paths:,} × {m.quarters}, {results.labels[0]} to {results.labels[-1]}",
        ),
        "seed": ("Seed", Cell(m.seed, "general")),
        "prior": ("Prior run", results.prior.run.id if results.prior else "none given"),
    }
    columns = (Column("fact", "This pack"), Column("value", "", align="left"))
    return Table("cover", columns, tuple(facts.values()), row_ids=tuple(facts))


def _key() -> Table:
    """What the cell styles mean."""
    columns = (Column("look", "Cell"), Column("meaning", "Means", span=2))
    rows: tuple[tuple[Content, ...], ...] = (
        (Cell("Input", style="input"), "may be typed over: dates and names of the pack"),
        (Cell("Engine", style="engine"), "a result of the simulation, as stored in the run"),
        (Cell("Calculation", style="calculation"), "a formula over cells of this workbook"),
        (Cell("Link", style="link"), "a formula that shows a cell of another sheet"),
        (Cell("± note", style="note"), "a Monte Carlo error, or a remark"),
        (Cell("–"), "no number exists; words say why"),
        (Cell("12.3*"), "rests on fewer than 500 paths in the tail"),
        (Cell("stylised"), "invented where nothing is published"),
        (Cell("[2nd]"), "read in a second-hand account"),
        (Cell("STALE, FAIL"), "too old; a check that does not hold"),
    )
    return Table("key", columns, rows)


def _contents(sheets: Sequence[Sheet], absent: Mapping[str, str]) -> Table:
    columns = (
        Column("sheet", "Sheet"),
        Column("question", "Question it answers", span=4),
        Column("kind", "Type"),
    )
    rows: tuple[tuple[Content, ...], ...] = (
        *((Link(s.name, s.name), s.question or QUESTION, KINDS[s.kind]) for s in sheets),
        *((name, why, KINDS["C"]) for name, why in absent.items()),
        (Link(CHART_DATA, CHART_DATA), "Which numbers stand behind every chart?", KINDS["W"]),
    )
    return Table("contents", columns, rows, "Contents")
