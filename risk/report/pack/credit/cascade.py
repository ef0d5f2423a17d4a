"""Cascade: who holds what is lost, who bears it in the end, and what forced sales add on paper."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from risk.analysis import holders, statistics
from risk.analysis.flows import flows, year_labels
from risk.analysis.statistics import Estimate
from risk.report import spec
from risk.report.charts import STACK, Exceedance, Series
from risk.report.content import Cell, Check, Formula, number_of
from risk.report.guards import ROUNDING, Condition, Rising
from risk.report.pack.base.cells import UPPER_BOUND, Row, Tables, across, linked, subtitle, year_grid
from risk.report.pack.base.fields import amount, blank, part
from risk.report.pack.base.names import HOLDERS, words
from risk.report.pack.base.results import Array, Results
from risk.report.pack.base.yearly import ALL, BILLION, TOTAL, flow, flowing, made_of, paired, years
from risk.report.pack.credit import feedback, losses, owed, second_round
from risk.report.pack.credit.losses import whole
from risk.report.record import Field
from risk.report.sheet import At, Paragraph, Sheet, Strip
from risk.report.spec import Spec
from risk.report.table import Column, Table

HORIZON = "all years"
_FIRST_ROUND = ("losses-instrument", "losses-holder", "losses-ultimate")
_SECOND_ROUND = ("marks-holder", "marks-round", "sold-holder", "forced")
PLAIN, NAME = "cascade", "tblCascade"
STAGES: Mapping[str, tuple[str, str]] = {
    "losses-holder": ("booked", "Booked as holder of record"),
    "losses-ultimate": ("borne", "Borne as ultimate owner"),
    "marks-holder": ("marked", "Marked down (second round)"),
    "sold-holder": ("sold", "Sold under pressure"),
}
"""Tables that the columns show → key and header."""

LEVELS = 60
"""Losses at which the exceedance curves are drawn."""


def sheet(results: Results) -> Sheet:
    """Build the sheet."""
    labels = year_labels(results.run.calendar)
    record, owners = _tables(results)
    second = second_round.blocks(results, labels)
    half = 1 + across(labels)
    borne = holders.ultimate(results.run)
    main = holders.main(borne)
    chart = losses.chart(
        labels, owners, main, "Credit loss by ultimate owner, means", "the largest mean loss", HOLDERS, 20
    )
    return Sheet(
        "Cascade",
        "Cascade – who holds the losses, who bears them, and what forced sales add",
        subtitle(results),
        "P",
        (
            Paragraph(second_round.finding(results), "finding"),
            Strip((At(chart, 1, half - 1), At(_exceedance(borne, main), half))),
            record,
            owners,
            _conservation(results, record, owners),
            _points(borne, results.run.paths),
            *second,
            Paragraph(second_round.LIMITS, "note"),
            Paragraph(UPPER_BOUND, "note"),
        ),
        question="Who bears the losses in the end, and how much do forced sales add?",
        screen=(
            owed.network(results),
            *feedback.blocks(results),
            _plain([b for b in (record, owners, *second) if isinstance(b, Table)]),
        ),
        grid=year_grid(labels, sums=True),
    )


def _tables(results: Results) -> tuple[Table, Table]:
    """Losses at holders of record and at ultimate owners."""
    title = "Credit loss by holder of record, mean over paths, USD bn"
    found = flows(results.run, "losses.holder")
    record = flowing("losses-holder", title, found, "Holder of record", HOLDERS)
    title = "The same losses by ultimate owner, cost of failed vehicles in, mean over paths, USD bn"
    note = (
        "BDCs, interval funds, CLOs and other non-banks own nothing for themselves: what they lose falls "
        "on the owners of their equity and, beyond it, on their creditors."
    )
    found = flows(results.run, "losses.ultimate")
    return record, flowing("losses-ultimate", title, found, "Ultimate owner", HOLDERS, note=note)


def _conservation(results: Results, record: Table, owners: Table) -> Table:
    """What is lost on instruments is booked at holders and, with the cost of failures, borne by owners."""
    found = flows(results.run, "losses.instrument")
    keys, lost = [*years(found.labels), ALL], whole(found.mean.sum(axis=1) / BILLION)
    booked, borne = ([number_of(table.cell(key, TOTAL)) for key in keys] for table in (record, owners))
    spent, error = flows(results.run, "cascade").entity("bankruptcy_cost")
    rows: dict[str, Row] = {}
    for row, label, source, amounts in (
        ("instruments", "Lost on instruments", "losses-instrument", lost),
        ("holders", "Booked at holders of record", record.id, booked),
        ("owners", "Borne by ultimate owners", owners.id, borne),
    ):
        links = (Formula(f"{{{source}.{key}[{TOTAL}]}}", x) for key, x in zip(keys, amounts, strict=True))
        rows[row] = paired(label, ((Cell(link, "usd_bn", "link"), None) for link in links))
    rows["cost"] = flow("conservation", "cost", "   of it cost of failed vehicles", spent, error)
    less_cost = "Ultimate owners less that cost equal instruments"
    for row, label, less, held, paid in (
        ("holders", "Holders of record equal instruments", "", booked, [0.0] * len(keys)),
        ("owners", less_cost, "-{conservation.#[cost]}", borne, whole(spent / BILLION)),
    ):
        text = f"ABS({{conservation.#[{row}]}}{less}-{{conservation.#[instruments]}})<={ROUNDING}"
        gaps = (abs(a - b - c) for a, b, c in zip(held, paid, lost, strict=True))
        tests = (Check(text.replace("#", key), gap <= ROUNDING) for key, gap in zip(keys, gaps, strict=True))
        rows[f"check_{row}"] = paired(label, ((test, None) for test in tests))
    title = "First round: every loss is borne once, USD bn"
    return made_of("conservation", title, found.labels, "Conservation", rows, every=True)


@dataclass(frozen=True)
class Point:
    """What owners lose more than with a given probability."""

    chance: float
    losses: Sequence[Estimate]


def _points(borne: Mapping[str, Array], paths: int) -> Table:
    """Loss that each owner exceeds with given probabilities."""
    chances = holders.points(paths)
    every = {**borne, TOTAL: np.sum(list(borne.values()), axis=0)}
    columns = [holders.exceeded(loss, chances) for loss in every.values()]
    owners = tuple(f"l{i}" for i, _ in enumerate(every))

    def header(name: str) -> str:
        text = "All owners" if name == TOTAL else words(name, HOLDERS)
        return text.replace("Households", "House- holds").replace("equipment", "equip- ment")

    made: Spec[Point] = Spec(
        (
            spec.text("label", "More is lost on", lambda p: f"One path in {1.0 / p.chance:,.0f}"),
            spec.figure("p", "Chance", lambda p: p.chance, "rate"),
            blank("blank"),
            *(
                amount(f"l{i}", header(name), part(lambda p: p.losses, i), "USD bn")
                for i, name in enumerate(every)
            ),
        ),
        id="exceedance",
        title="Loss exceeded with a given probability, by ultimate owner, USD bn",
        note=(
            "Losses to the end of the horizon, cost of failed vehicles in. Each column is ranked by itself: "
            "a row is no single path, and does not add up. ± = standard error of the quantile; * fewer than "
            f"{statistics.THIN_TAIL} paths in the tail."
        ),
        row_id=lambda p: f"p{round(1000 * p.chance)}",
        guards=(
            Rising("Exceedance curves that rise", owners, "a rarer loss is not smaller, owner by owner"),
        ),
    )
    return made.table(map(Point, chances, zip(*columns, strict=True)))


def _plain(tables: Sequence[Table]) -> Table:
    """Every holder and owner with its sums over all years, linked to those of `tables`: one plain table."""
    shown = {t.id: t for t in tables if t.id in STAGES}
    names = list(dict.fromkeys(name for t in shown.values() for name in t.row_ids[: t.row_ids.index(TOTAL)]))
    made: Spec[str] = Spec(
        (
            spec.text("label", "Holder", lambda name: words(name, HOLDERS)),
            *(_stage(shown[table], *stage) for table, stage in STAGES.items()),
        ),
        id=PLAIN,
        title=f"Holders and owners in one plain table, all years, to filter and to calculate with ({NAME})",
        note="Sums over the years of the tables above. Booked and borne are the same losses, before and "
        "after the look through vehicles to those who own and fund them; borne counts the cost of failed "
        "vehicles. Marks are never part of losses. – = no part of that stage.",
        row_id=str,
    )
    return made.table(names, excel_name=NAME)


def _stage(found: Table, key: str, header: str) -> Field[str]:
    """A holder's sum over all years in a table, and its error."""
    return spec.several(
        Column(key, header, "usd_bn", "USD bn"),
        Column(f"{key}_se", f"± {key}", "usd_error", style="note"),
        cells=lambda name: tuple(
            linked(found, column, name) if name in found.row_ids else "–" for column in (ALL, f"{ALL}_se")
        ),
    )


def _exceedance(borne: Mapping[str, Array], main: Sequence[str]) -> Exceedance:
    """Exceedance curves of the main owners over one grid of losses."""
    points = holders.points(len(next(iter(borne.values()))))
    ends = {name: holders.exceeded(borne[name], points[-1:])[0].value / BILLION for name in main}
    grid = np.linspace(0.0, max(ends.values()), LEVELS)
    floor = points[-1]
    chances = {name: statistics.beyond(borne[name] / BILLION, grid).tolist() for name in main}
    first, *others = (
        Series(name=words(name, HOLDERS), values=[p if p >= floor else None for p in found], tone=tone)
        for (name, found), tone in zip(chances.items(), STACK, strict=False)
    )
    worst = max(ends, key=lambda name: ends[name])
    return Exceedance(
        id="chart-exceedance-owners",
        title="Chance that an owner loses more than x",
        alt=(
            f"{words(worst, HOLDERS)} face the largest tail: one path in {1 / floor:,.0f} costs them more "
            f"than USD {ends[worst]:,.0f}bn."
        ),
        x_title="Loss, USD bn",
        y_title="Probability (log scale)",
        format="count",
        loss=grid.tolist(),
        probability=first.values,
        name=first.name,
        lines=others,
        floor=floor,
        height=20,
    )


def conditions(results: Results, t: Tables) -> Iterator[Condition]:
    """The first round conserves claims; marks and sales add up the same by holder, round and channel."""
    total = {by: t.at(by, ALL, TOTAL) for by in (*_FIRST_ROUND, *_SECOND_ROUND)}
    lost, record, owners = (total[by] for by in _FIRST_ROUND)
    cost = t.at("conservation", ALL, "cost")
    text = "Losses at holders of record equal losses on instruments"
    yield Condition(text, record, lost, ROUNDING, "first round")
    text = "Losses at ultimate owners, less bankruptcy cost, equal the same"
    yield Condition(text, owners - cost, lost, ROUNDING, HORIZON)
    mean = t.at("second-round", "mean", "bankruptcy_cost")
    yield Condition("Bankruptcy cost by year adds up to the outcome", cost, mean, ROUNDING, "means")
    marks, rounds, sold, forced = (total[by] for by in _SECOND_ROUND)
    yield Condition("Marks by holder equal marks by round", marks, rounds, ROUNDING, HORIZON)
    mean = t.at("second-round", "mean", "second_round")
    yield Condition("Marks by year add up to the outcome", marks, mean, ROUNDING, "means")
    yield Condition("Sales by holder equal sales by channel", sold, forced, ROUNDING, HORIZON)
