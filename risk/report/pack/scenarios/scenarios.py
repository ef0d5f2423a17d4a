"""Scenarios: twelve line items of each run, its verdict and loss, and how they differ from base."""

from __future__ import annotations

from collections.abc import Sequence

from risk.analysis import contrasts
from risk.analysis.contrasts import Difference
from risk.analysis.inputs import InputChange, input_changes
from risk.analysis.line_items import HEADLINE
from risk.analysis.metrics import HEADLINE_TAIL
from risk.report.charts import Ranges
from risk.report.pack.base.cells import (
    error_cell,
    margin_cell,
    money,
    probability_cell,
    probability_text,
    shortened,
    subtitle,
    value_cell,
)
from risk.report.pack.base.names import in_words
from risk.report.pack.base.results import Results
from risk.report.pack.scenarios.lines import BASE, Case, line_table, side_by_side
from risk.report.sheet import Paragraph, Sheet
from risk.report.table import Cell, Column, Content, Formula, Table, number_of

VERDICT = "scenario-verdict"
EXAMPLES = (BASE, "gpu-glut", "credit-freeze")
BILLION = 1e9
CLASSES = (("bust", "Bust"), ("correction", "Correc-\ntion"), ("durable", "Durable"))
PAIRED = (
    "Runs of equal seed and size share their draws path by path, so the error of a difference is that of the "
    "differences path by path. Beyond noise: more than two standard errors."
)
GRID = (5.0, 46.0, 9.5, *(9.4,) * 14)
LABEL = 58.0


def sheet(results: Results, shown: Sequence[Case]) -> Sheet:
    """Build the sheet."""
    first = verdict(shown)
    blocks = [line_table(results, case, i) for i, case in enumerate(shown)]
    many = len(shown) > 1
    return Sheet(
        "Scenarios",
        "Scenarios – how do other assumptions move the outcome?",
        subtitle(results, "every run has the same seed and paths; losses positive"),
        "P",
        (
            Paragraph(_finding(shown), "finding") if many else Paragraph(_alone(results), "finding"),
            first,
            *([_chart(shown, blocks)] if many else []),
            *(side_by_side(shown, blocks) if many else []),
            *blocks,
            inputs(shown),
        ),
        question="How do verdict, line items and loss move from scenario to scenario, and is it noise?",
        grid=GRID,
    )


def _alone(results: Results) -> str:
    m = results.manifest
    again = f"--paths {m.paths} --seed {m.seed}"
    one, two = [name for name in EXAMPLES if name != m.scenario][:2]
    return (
        "Only this run is shown. To put others beside it: "
        f"bubblerisk pack {m.scenario} {again} --with {one} --with {two}. "
        f"Each must be stored first, with the same paths and seed: bubblerisk run {one} {again}. "
        "bubblerisk batch does both for every scenario."
    )


def _finding(shown: Sequence[Case]) -> str:
    base, others = shown[0], shown[1:]
    worst = max(others, key=lambda c: c.loss.shortfall[1].value)
    moved = worst.change("headline_loss", contrasts.shortfall(HEADLINE_TAIL), BILLION)
    word = "within noise" if moved.noise else "beyond noise"
    busts = {c.name: c.results.verdict.outcome("bust").probability for c in others}
    most = max(busts, key=lambda name: busts[name].value)
    own = probability_text(base.results.verdict.outcome("bust").probability)
    shortfall = (
        f"{money(worst.loss.shortfall[1].value)}, {moved.change.value:+,.0f} "
        f"(± {moved.change.standard_error:,.0f} SE) to {base.name} ({word})"
    )
    bust = f"{probability_text(busts[most])} against {own}"
    if len(others) == 1:
        return (
            f"Beside {base.name}, {worst.name} has an ES 97.5 of {shortfall}; a bust has a probability "
            f"of {bust}."
        )
    return (
        f"Beside {base.name}, of {len(others)} scenarios {worst.name} has the largest ES 97.5, {shortfall}; "
        f"{most} has the largest probability of a bust, {bust}."
    )


def _noise(moved: Difference) -> str:
    return "no" if moved.noise else "yes"


def verdict(shown: Sequence[Case]) -> Table:
    """Outcome classes and shortfall of every run, and their difference to base."""
    columns = [Column("label", "Scenario", span=3)]
    for name, label in CLASSES:
        columns += [
            Column(name, label, "probability", style="engine"),
            Column(f"{name}_mc", "± 95%", "margin", style="note"),
        ]
    columns += [
        Column("es", "ES 97.5", "usd_bn", style="engine"),
        Column("es_se", "± SE", "usd_error", style="note"),
        Column("bust_change", "Bust change, points", "change.1", style="calculation"),
        Column("bust_change_se", "± SE", "standard_error.2", style="note"),
        Column("bust_noise", "Beyond noise?", align="center"),
        Column("es_change", "ES, change", "usd_change", style="calculation"),
        Column("es_change_se", "± SE", "usd_error", style="note"),
        Column("es_noise", "Beyond noise?", align="center"),
    ]
    rows = tuple(_verdict_row(case) for case in shown)
    told = f"ES 97.5: headline loss, USD bn; * fewer than 500 paths in the tail. Change: to {shown[0].name}."
    ids = tuple(case.results.run.id for case in shown)
    return Table(
        VERDICT, tuple(columns), rows, "Verdict and loss by scenario", f"{told} {PAIRED}", ids, frozenset({0})
    )


def _verdict_row(case: Case) -> tuple[Content, ...]:
    found = case.results.verdict
    cells: list[Content] = [shortened(case.title, LABEL)]
    for name, _ in CLASSES:
        p = found.outcome(name).probability
        cells += [probability_cell(p), margin_cell(p)]
    es = case.loss.shortfall[1]
    cells += [
        value_cell(es.value, es.standard_error, "USD bn", thin=es.thin),
        error_cell(es.value, es.standard_error, "USD bn"),
    ]
    if case.is_base:
        return (*cells, *("–",) * 6)
    bust = case.change("bust", contrasts.probability)
    loss = case.change("headline_loss", contrasts.shortfall(HEADLINE_TAIL), BILLION)
    base, decimals = case.base.run.id, 0 if loss.change.standard_error >= 1.0 else 1
    cells += [
        Formula(f"{{row.bust}}-{{{VERDICT}.bust[{base}]}}", bust.change.value),
        bust.change.standard_error,
        _noise(bust),
        Cell(Formula(f"{{row.es}}-{{{VERDICT}.es[{base}]}}", loss.change.value), f"usd_change.{decimals}"),
        Cell(loss.change.standard_error, f"usd_error.{decimals}"),
        _noise(loss),
    ]
    return tuple(cells)


def _chart(shown: Sequence[Case], blocks: Sequence[Table]) -> Ranges:
    """P5 to P95 of the headline loss by scenario."""
    values: dict[str, list[Content]] = {}
    for key, column in (("p5", "p5"), ("p50", "end"), ("p95", "p95")):
        cells = [table.rows[table.row_number(HEADLINE)][table.index(column)] for table in blocks]
        values[key] = [
            Formula(f"{{{table.id}.{column}[{HEADLINE}]}}", number_of(cell))
            for table, cell in zip(blocks, cells, strict=True)
        ]
    tops = [number_of(v) for v in values["p95"]]
    worst = shown[tops.index(max(tops))].name
    return Ranges(
        id="scenario-ranges",
        title="Headline loss, USD bn: P5 – median (color changes) – P95",
        alt=f"The largest P95 of the headline loss is that of {worst}, USD {max(tops):,.0f}bn.",
        x_title="Scenario",
        y_title="USD bn",
        format="count",
        height=max(9, 3 + 4 * len(shown) // 3),
        labels=[case.name for case in shown],
        p5=values["p5"],
        p50=values["p50"],
        p95=values["p95"],
    )


def inputs(shown: Sequence[Case]) -> Table:
    """What the register of each run says differently from that of the run compared with."""
    columns = (
        Column("id", "Assumption", span=2),
        Column("what", "Field"),
        Column("before", "Before", span=5),
        Column("after", "After", span=5),
        Column("where", "File and line", span=4),
    )
    rows: list[tuple[Content, ...]] = []
    heads = []
    for case in shown[1:]:
        heads.append(len(rows))
        rows.append((case.name, *(None,) * 4))
        changes = input_changes(case.base.register, case.results.register)
        rows += [_input_row(change) for change in changes] or [("   none", *(None,) * 4)]
    if not rows:
        rows.append(("no other run is shown", *(None,) * 4))
    title = f"Inputs that differ from {shown[0].name}"
    return Table("scenario-inputs", columns, tuple(rows), title, total=frozenset(heads))


def _input_row(change: InputChange) -> tuple[Content, ...]:
    unit = "" if change.unit in ("", "1") else f" {change.unit}"
    before, after = (
        "none" if value is None else f"{in_words(value)}{unit}" for value in (change.before, change.after)
    )
    where = f"{change.file}:{change.line}" if change.line else change.file
    return (f"   {change.id}", change.field, before, after, where)
