"""A workbook of made-up data with every kind of block, cell, chart and number format."""

from __future__ import annotations

from datetime import UTC, date, datetime

import numpy as np

from risk.report.content import Cell, Check, Content, Formula, Link, Validation
from risk.report.formats import FORMATS
from risk.report.sheet import (
    At,
    Heading,
    Paragraph,
    Properties,
    Sheet,
    Strip,
    Tile,
    Tiles,
    Workbook,
)
from risk.report.table import Column, Table
from tests.report.demo_charts import LOSS, PATHS, PRICE, SUBTITLE, charts, exceedance, fan

HOSTILE = (
    "=1+1",
    "+1",
    "-2+3",
    "@SUM(A1)",
    '=HYPERLINK("https://example.org")',
    "#N/A",
    "tab\tand\x07bell",
    "{sample.loss}",
)


def p(column: str, share: float) -> Formula:
    data = {"loss": LOSS, "price": PRICE}[column]
    return Formula(f"PERCENTILE({{sample.{column}}},{share})", float(np.quantile(data, share)))


def cover() -> Sheet:
    columns = (
        Column("sheet", "Sheet", width=16),
        Column("question", "Question it answers", width=60),
        Column("kind", "Kind", width=16),
    )
    rows: tuple[tuple[Content, ...], ...] = tuple(
        (Link(name, name), question, kind)
        for name, question, kind in (
            ("Summary", "Does the bubble thesis hold, and what would it cost?", "Presentation"),
            ("Charts", "How do price, loss and scenarios spread?", "Presentation"),
            ("Assumptions", "What went in, from where, and how old is it?", "Foundation"),
            ("Checks", "Does the workbook agree with the engine?", "Control"),
            ("Sample", "Which paths stand behind the numbers?", "Workings"),
        )
    )
    failed = Formula(
        'IF(COUNTIF({checks.result},"FAIL")=0,"ALL CHECKS OK",COUNTIF({checks.result},"FAIL")&" FAIL")',
        "ALL CHECKS OK",
    )
    steps = (
        "A number on Summary is a formula over the columns of Sample.",
        "A row of Sample carries its path number.",
        "The program prints a path in full: bubblerisk path 8f3c2a1b90de 4711",
    )
    return Sheet(
        "Cover",
        "AI build-out: joint stress of prices, capex, revenue and credit",
        SUBTITLE,
        "C",
        (
            Paragraph(failed, "lead"),
            Table("contents", columns, rows, "Contents"),
            Heading("How to trace a number"),
            *(Paragraph(step, "bullet") for step in steps),
            Table(
                "more",
                (Column("a", "Name"), Column("b", "Page")),
                (("Source", Link("Open the page", "https://example.org/")),),
            ),
        ),
        pages=1,
        freeze="none",
    )


def summary() -> Sheet:
    claims = (
        ("Capex outruns AI revenue by more than USD 400bn a year", 0.62, 0.58, "about as likely as not"),
        ("GPU-hour price falls by more than 60%", 0.47, 0.49, "about as likely as not"),
        ("A top-5 neocloud cannot refinance", 0.31, 0.26, "unlikely"),
        ("Private-credit AI loans recover less than 40 cents", 0.082, 0.15, "very unlikely"),
        ("All four together (the full thesis)", 0.0004, 0.07, "exceptionally unlikely"),
    )
    verdict = Table(
        "verdict",
        (
            Column("claim", "Claim", span=5),
            Column("p", "Probability", "probability", style="bar"),
            Column("mc", "± 95% MC", "standard_error"),
            Column("prior", "Prior run", "probability"),
            Column("change", "Change", "change"),
            Column("words", "Reading", span=3),
        ),
        tuple((c, q, 0.0021, o, Formula("{row.p}-{row.prior}", q - o), w) for c, q, o, w in claims),
        "1  Verdict on the thesis, by end of 2028",
        total=frozenset({4}),
    )
    tiles = Tiles(
        (
            Tile("Mean", Formula("AVERAGE(Sample_Loss)", float(LOSS.mean())), "usd_bn", "± 0.7 (95% MC)"),
            Tile("Median (P50)", p("loss", 0.5), "usd_bn", "± 0.5 (95% MC)"),
            Tile("VaR 95%", p("loss", 0.95), "usd_bn", "± 2.2 (95% MC)"),
            Tile(
                "ES 97.5%",
                Formula(
                    'AVERAGEIF(Sample_Loss,">"&PERCENTILE(Sample_Loss,0.975))',
                    float(LOSS[np.quantile(LOSS, 0.975) < LOSS].mean()),
                ),
                "usd_bn",
                "± 4.6 (95% MC)",
            ),
            Tile(
                "P(loss > 50)",
                Formula('COUNTIF(Sample_Loss,">50")/ROWS(Sample_Loss)', float((LOSS > 50).mean())),
                "probability",
                "± 0.7% (95% MC)",
            ),
            Tile("Worst path", Formula("MAX(Sample_Loss)", float(LOSS.max())), "usd_bn", "± 16.9 (95% MC)"),
        )
    )
    drivers = Table(
        "top_drivers",
        (
            Column("driver", "Driver", span=3),
            Column("effect", "P10 → P90", "text", align="center", span=2),
            Column("share", "Share", "share"),
        ),
        (
            ("AI revenue growth", "-26 / +31", 0.34),
            ("GPU residual value", "-22 / +24", 0.22),
            ("Refinancing spread", "-14 / +19", 0.13),
            ("Contract renewal rate", "-15 / +17", 0.11),
        ),
        "4  What moves the tail (ES 97.5%)",
    )
    tail = Table(
        "tail_facts",
        (Column("fact", "Fact in the tail", span=3), Column("worst", "Worst 5%"), Column("all", "All")),
        (
            ("GPU price, 2028 (index)", Cell(31, "index", bold=True), Cell(58, "index")),
            ("Refinancing window shut, quarters", Cell(6, "count", bold=True), Cell(1, "count")),
            ("Top customer leaves", Cell(0.71, "share", bold=True), Cell(0.12, "share")),
            ("Recovery on neocloud loans", Cell(0.29, "share", bold=True), Cell(0.61, "share")),
        ),
        "5  What is true in the worst 5%",
    )
    care = (
        "Read with care: a scenario tool, not a forecast. Of 61 uncertain inputs 14 are judgement; 3 sources "
        "are older than 180 days (see Assumptions). MC error shows sampling noise only, not model error."
    )
    return Sheet(
        "Summary",
        "Summary – does the bubble thesis hold?",
        SUBTITLE,
        "P",
        (
            verdict,
            Heading("2  Loss on the book, five-year horizon, USD bn"),
            tiles,
            Heading("3  Paths and tail"),
            Strip((At(fan("fan-1"), 1, 6), At(exceedance("ex-1"), 7, 6))),
            Strip((At(drivers, 1, 6), At(tail, 8, 5))),
            Paragraph(care, "note"),
        ),
        grid=(11.0,) * 12,
        pages=1,
    )


def assumptions() -> Sheet:
    rows: list[tuple[Content, ...]] = []
    for i, (name, label, value, form, day) in enumerate(
        (
            (
                "gpu.launch_obsolescence",
                "Fall in value of a GPU when the next generation is launched",
                0.15,
                "share",
                date(2026, 6, 1),
            ),
            ("gpu.h100_rent", "Rent of an H100 on a one-year contract", 2.15, "price", date(2026, 5, 30)),
            (
                "credit.refinancing_spread",
                "Spread asked when a maturing facility is refinanced under stress; the level at "
                "which two large facilities were priced in the second quarter",
                525,
                "bp",
                date(2025, 9, 1),
            ),
        )
    ):
        age = (date(2026, 6, 30) - day).days
        rows.append(
            (
                name,
                label,
                Cell(value, form),
                HOSTILE[i],
                Cell(day, "date"),
                Formula("{as_of.value[0]}-{row.day}", age),
                Formula('IF({row.age}>180,"STALE","ok")', "STALE" if age > 180 else "ok"),
            )
        )
    columns = (
        Column("id", "Id", style="id"),
        Column("label", "Meaning", width=44),
        Column(
            "value",
            "Value",
            style="input",
            align="right",
            width=11,
            validation=Validation(0, 10_000, prompt="A number"),
        ),
        Column("source", "Source", width=34),
        Column("day", "As of", "date", width=12),
        Column("age", "Age", "count", unit="days", style="calculation"),
        Column("state", "Stale?", style="flag", align="center"),
    )
    hostile: tuple[tuple[Content, ...], ...] = tuple((str(i), text) for i, text in enumerate(HOSTILE))
    formats: tuple[tuple[Content, ...], ...] = tuple(
        (name, *(Cell(v, name) for v in (12345.678, 0.0, -0.25, 0.0431)))
        for name, form in FORMATS.items()
        if form.kind == "number"
    )
    return Sheet(
        "Assumptions",
        "Assumptions",
        SUBTITLE,
        "F",
        (
            Table(
                "inputs",
                columns,
                tuple(rows),
                excel_name="tblAssumptions",
                note="Yellow cells may be changed. " * 6,
            ),
            Table(
                "as_of",
                (Column("name", "Name"), Column("value", "As of", "date", style="input")),
                (("As of", date(2026, 6, 30)),),
            ),
            Table(
                "hostile",
                (Column("number", "Number"), Column("text", "Hostile text")),
                hostile,
                "Text that stays text",
            ),
            Table(
                "formats",
                tuple(
                    Column(k, k.title(), align="right") for k in ("name", "large", "zero", "minus", "small")
                ),
                formats,
                "Formats",
            ),
        ),
        freeze="header",
    )


def checks() -> Sheet:
    columns = (
        Column("check", "Check", width=34),
        Column("pack", "Pack", "number.4", style="engine"),
        Column("again", "Recomputed", "number.4", style="link"),
        Column("difference", "Difference", "tolerance", style="calculation"),
        Column("tolerance", "Tolerance", "tolerance"),
        Column("result", "Result", width=12),
        Column("how", "How", width=40),
    )
    rows: list[tuple[Content, ...]] = []
    for name, text, value in (
        ("Mean loss", "AVERAGE(Sample_Loss)", float(LOSS.mean())),
        ("Median loss", "MEDIAN(Sample_Loss)", float(np.median(LOSS))),
        ("Mean price", "SUMPRODUCT({sample.price})/ROWS({sample.price})", float(PRICE.mean())),
        ("First path", "{sample.loss[0]}+0*{sample.loss[-1]}", float(LOSS[0])),
    ):
        rows.append(
            (
                name,
                value,
                Formula(text, value),
                Formula("ABS({row.pack}-{row.again})", 0.0),
                1e-9,
                Check("{row.difference}<={row.tolerance}", True),
                "The engine's value against Excel's own",
            )
        )
    return Sheet("Checks", "Checks", SUBTITLE, "C", (Table("checks", columns, tuple(rows)),), freeze="header")


def sample() -> Sheet:
    columns = (
        Column("path", "path", "count", width=10),
        Column("loss", "loss", "usd_bn", unit="USD bn", width=14),
        Column("price", "price", "price", unit="USD/h", width=14),
        Column("fails", "fails", "count", width=10),
    )
    rows = tuple((i, float(LOSS[i]), float(PRICE[i]), int(LOSS[i] > 50)) for i in range(PATHS))
    return Sheet(
        "Sample",
        "Sample",
        SUBTITLE,
        "W",
        screen=(Table("sample", columns, rows, excel_name="tblSample"),),
        freeze="header",
    )


def demo() -> Workbook:
    properties = Properties(
        "bubblerisk demo",
        "8f3c2a1b90de",
        datetime(2026, 6, 30, 12, 0, tzinfo=UTC),
        keywords="demo",
        custom={"run_id": "8f3c2a1b90de", "seed": 20260630},
    )
    sheets = (cover(), summary(), charts(), assumptions(), checks(), sample())
    return Workbook(properties, sheets, {"Sample_Loss": "{sample.loss}", "As_Of": "{as_of.value[0]}"})
