"""Scenarios: twelve line items of each run, its verdict and loss, and how they differ from base."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from math import fsum

from risk.analysis import metrics
from risk.analysis.inputs import InputChange, input_changes
from risk.analysis.line_items import HEADLINE
from risk.analysis.statistics import Estimate
from risk.report.charts import Ranges
from risk.report.content import Cell, Content, Formula, number_of
from risk.report.guards import EXACT, SINGLE, Condition
from risk.report.pack.base.cells import Tables, money, probability_text, shortened, subtitle
from risk.report.pack.base.fields import chance, dollars, itself
from risk.report.pack.base.names import in_words
from risk.report.pack.base.results import Results
from risk.report.pack.scenarios.lines import BASE, Case, cases, line_table, side_by_side, table_id
from risk.report.record import Field
from risk.report.sheet import Block, Paragraph, Sheet
from risk.report.spec import Spec, measure, shown
from risk.report.table import Column, Table

VERDICT = "scenario-verdict"
EXAMPLES = (BASE, "gpu-glut", "credit-freeze")
PAIRED = (
    "Runs of equal seed and size share their draws path by path, so the error of a difference is that of the "
    "differences path by path. Beyond noise: more than two standard errors."
)
GRID = (4.5, 42.0, 9.5, *(8.05,) * 14)
LABEL = 56.0
POINTS = "change.1", "standard_error.2"
"""Formats of a change in percentage points and of its error."""


def sheet(results: Results) -> Sheet:
    """Build the sheet."""
    shown = cases(results)
    blocks = [line_table(results, case, i) for i, case in enumerate(shown)]
    many = len(shown) > 1
    beside: tuple[Block, ...] = (_chart(shown, blocks), *side_by_side(shown, blocks)) if many else ()
    return Sheet(
        "Scenarios",
        "Scenarios – how do other assumptions move the outcome?",
        subtitle(results, "every run has the same seed and paths; losses positive"),
        "P",
        (
            Paragraph(_finding(shown) if many else _alone(results), "finding"),
            verdict(shown),
            *beside,
            blocks[0],
            inputs(shown),
        ),
        question="How do verdict, line items and loss move from scenario to scenario, and is it noise?",
        screen=tuple(blocks[1:]),
        grid=GRID,
    )


def _chart(shown: Sequence[Case], blocks: Sequence[Table]) -> Ranges:
    places = [(block, HEADLINE) for block in blocks]
    return ranges("scenario-ranges", shown, places, "end", max(9, 3 + 4 * len(shown) // 3))


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
    moved = worst.shortfall
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


def chances(labels: Mapping[str, str]) -> tuple[Field[Case], ...]:
    """Probabilities of outcome classes, in columns of these labels."""

    def of(name: str) -> Callable[[Case], Estimate]:
        return lambda case: case.results.verdict.outcome(name).probability

    return tuple(chance(name, label, of(name)) for name, label in labels.items())


def _bust(case: Case) -> tuple[Content, Content]:
    if case.is_base:
        return "–", "–"
    formula = Formula(f"{{row.bust}}-{{{VERDICT}.bust[{case.base.run.id}]}}", case.bust.change.value)
    return formula, case.bust.change.standard_error


def _shortfall(case: Case) -> tuple[Content, Content]:
    if case.is_base:
        return "–", "–"
    moved = case.shortfall.change
    formula = Formula(f"{{row.es}}-{{{VERDICT}.es[{case.base.run.id}]}}", moved.value)
    decimals = 0 if moved.standard_error >= 1.0 else 1
    return Cell(formula, f"usd_change.{decimals}"), Cell(moved.standard_error, f"usd_error.{decimals}")


SCENARIOS: Spec[Case] = Spec(
    (
        shown("label", "Scenario", lambda case: shortened(case.title, LABEL), span=3),
        *chances({"bust": "Bust", "correction": "Correc-\ntion", "durable": "Durable"}),
        dollars("es", "ES 97.5", lambda case: case.loss.shortfall[1]),
        measure("bust_change", "Bust change, points", itself, _bust, "± SE", *POINTS, style="calculation"),
        shown("bust_noise", "Beyond noise?", lambda case: case.beyond(case.bust), align="center"),
        dollars("es_change", "ES, change", itself, _shortfall, "usd_change", style="calculation"),
        shown("es_noise", "Beyond noise?", lambda case: case.beyond(case.shortfall), align="center"),
    ),
    id=VERDICT,
    title="Verdict and loss by scenario",
    row_id=lambda case: case.results.run.id,
    bold=lambda case: case.is_base,
)
"""Outcome classes and shortfall of every run, and their difference to base."""


def verdict(shown: Sequence[Case]) -> Table:
    """The runs, the one compared with first."""
    told = f"ES 97.5: headline loss, USD bn; * fewer than 500 paths in the tail. Change: to {shown[0].name}."
    return SCENARIOS.table(shown, note=f"{told} {PAIRED}")


def ranges(
    identifier: str, compared: Sequence[Case], places: Sequence[tuple[Table, str]], middle: str, height: int
) -> Ranges:
    """P5 to P95 of the headline loss by scenario.

    Parameters
    ----------
    places : table and row in which each scenario's P5, `middle` and P95 stand.
    """

    def links(column: str) -> list[Formula]:
        cells = [(t, row, t.rows[t.row_number(row)][t.index(column)]) for t, row in places]
        return [Formula(f"{{{t.id}.{column}[{row}]}}", number_of(cell)) for t, row, cell in cells]

    p95 = links("p95")
    top, worst = max((number_of(cell), case.name) for cell, case in zip(p95, compared, strict=True))
    return Ranges(
        id=identifier,
        title="Headline loss, USD bn: P5 – median (color changes) – P95",
        alt=f"The largest P95 of the headline loss is that of {worst}, USD {top:,.0f}bn.",
        x_title="Scenario",
        y_title="USD bn",
        format="count",
        height=height,
        labels=[case.label for case in compared],
        p5=links("p5"),
        p50=links(middle),
        p95=p95,
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
        rows += list(map(_input_row, changes)) or [("   none", *(None,) * 4)]
    title = f"Inputs that differ from {shown[0].name}"
    listed = tuple(rows) or (("no other run is shown", *(None,) * 4),)
    return Table("scenario-inputs", columns, listed, title, total=frozenset(heads))


def _input_row(change: InputChange) -> tuple[Content, ...]:
    unit = "" if change.unit in ("", "1") else f" {change.unit}"
    before, after = (
        "none" if value is None else f"{in_words(value)}{unit}" for value in (change.before, change.after)
    )
    return f"   {change.id}", change.field, before, after, change.place


def conditions(results: Results, t: Tables) -> Iterator[Condition]:
    """Classes add up in every scenario, and this run's own row is as on Metrics."""
    names, rows = ("bust", "correction", "durable"), t[VERDICT].row_ids
    sums = ["+".join(f"{{{VERDICT}.{name}[{row}]}}" for name in names) for row in rows]
    apart = fsum(abs(fsum(t.number(VERDICT, name, row) for name in names) - 1.0) for row in rows)
    yield Condition(
        "Outcome classes of every scenario sum to one",
        Formula("+".join(f"ABS({each}-1)" for each in sums), apart),
        0,
        EXACT,
        "summed over scenarios",
    )
    own, how = results.run.id, "this run, Scenarios v. Metrics"
    end = t.at(table_id(t[VERDICT].row_number(own)), "end", HEADLINE)
    middle = t.at("metrics", "p50", metrics.HEADLINE)
    text = "Line item of the headline loss ends at its median"
    yield Condition(text, end, middle, SINGLE * number_of(middle), how)
    here, there = t.at(VERDICT, "es", own), t.at("metrics", "es975", metrics.HEADLINE)
    yield Condition("ES 97.5 among the scenarios", here, there, EXACT * number_of(there), how)
