"""Trace: from a printed number to the paths behind it, with what the workbook itself computes from paths."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from risk.analysis import metrics, sampling, statistics
from risk.analysis.metrics import HEADLINE, LEVELS, Metric
from risk.analysis.statistics import NORMAL_95, Estimate, expected_shortfall, var
from risk.report.content import Cell, Content, Formula
from risk.report.guards import EXACT, Condition
from risk.report.pack.base.cells import Row, Tables, counted, pair, subtitle, table_of, value_cell
from risk.report.pack.base.results import THRESHOLD, Results
from risk.report.pack.paths.sample import SAMPLE, TAIL
from risk.report.sheet import Heading, Paragraph, Sheet
from risk.report.table import Column, Table
from risk.units import SCALE

MEASURES: dict[str, tuple[float, str, str]] = {
    "95": (0.95, "var95", "es95"),
    "975": (0.975, "", "es975"),
    "99": (0.99, "var99", "es99"),
}
"""Levels recomputed from the tail, and the columns of Metrics with the engine's VaR and ES."""

RARER: dict[str, tuple[float, str, str]] = {"999": (0.999, "", ""), "9999": (0.9999, "", "")}
"""Levels that are recomputed where so little of the tail is listed that it has none of these."""

WITNESSES = {
    "mean": "mean",
    "p5": "P5",
    "p50": "median",
    "p95": "P95",
    "p99": "P99",
    "min": "lowest",
    "max": "highest",
}
SAMPLING_LEVEL = 0.95


def names(results: Results) -> dict[str, str]:
    """Defined names of the paths."""
    threshold = {"Loss_Threshold": f"{{assumptions.value[{THRESHOLD}]}}"}
    return {
        "Sample_Loss": f"{{{SAMPLE}.{HEADLINE}}}",
        "Tail_Loss": f"{{{TAIL}.{HEADLINE}}}",
        "Tail_Share": "{tail-facts.value[share]}",
        **({} if results.threshold is None else threshold),
    }


def sheet(results: Results) -> Sheet:
    """Build the sheet."""
    return Sheet(
        "Trace",
        "Trace – from a printed number to the paths behind it",
        subtitle(results),
        "C",
        screen=(
            Heading("How"),
            *(Paragraph(text, "bullet") for text in steps(results)),
            _facts(results),
            _measures(results),
            _estimates(results),
            _witnesses(results),
        ),
        question="Which paths stand behind a number, and does the workbook find the same?",
        grid=(51.0, *(13.0,) * 9),
    )


def steps(results: Results) -> tuple[str, ...]:
    """How a number is traced."""
    run = results.run.id
    return (
        "A probability on Summary is a sum over the rows of Patterns; a row there names the lowest path id "
        "with that combination, and the column Pattern of Sample and TailRows leads to others.",
        "VaR, ES and the worst path of the headline loss are computed from the rows of TailRows, which carry "
        "their path ids. Other numbers of a distribution stand on Metrics; the last table here names the "
        "path that lies nearest to each.",
        f"bubblerisk path {run} ID tells that path quarter by quarter. bubblerisk trace CELL {run} does all "
        "of this for a cell: what it is, how it is computed, from which cells, and on which paths.",
    )


def brief(results: Results, cell: str) -> tuple[str, str, str]:
    """The same in three steps, for the Cover."""
    run = results.run.id
    return (
        f"A green number on Summary is a formula: {cell}, say, sums rows of Patterns; VaR and ES are "
        "computed on Trace from TailRows; others show a cell of Metrics.",
        "Those rows carry path ids. Trace names the path nearest to each number of Metrics: two steps from "
        "any number to single paths.",
        f"bubblerisk path {run} ID tells a path in full; bubblerisk trace {cell} {run} takes both steps.",
    )


def _facts(results: Results) -> Table:
    """Share and size of the tail."""
    share = results.tail_share
    form = "share" if share >= 0.01 else "rate.2"
    rows: dict[str, Row] = {
        "share": ("Tail_Share: share of paths that TailRows shows", Cell(share, form, "engine")),
        "tail": ("Rows of TailRows", Formula(f"ROWS({{{TAIL}.path}})", len(results.tail_rows))),
        "sample": ("Rows of Sample", Formula(f"ROWS({{{SAMPLE}.path}})", len(results.sampled))),
    }
    columns = (Column("label", "Rows"), Column("value", "Number", "count", style="calculation"))
    return table_of("tail-facts", columns, rows, "What is listed")


def _measures(results: Results) -> Table:
    """VaR and ES of the headline loss by live formula, at the levels whose tail is listed."""
    columns = (
        Column("label", "Headline loss, exact", align="left"),
        Column("level", "Level p", "rate", style="engine"),
        Column("position", "(N – 1) p", "number.2", style="calculation"),
        Column("rank", "Rank from the top", "count", style="calculation"),
        Column("var", "VaR", "usd_bn", "USD bn", style="calculation"),
        Column("var_engine", "engine", "usd_bn", style="link"),
        Column("es", "ES", "usd_bn", "USD bn", style="calculation"),
        Column("es_engine", "engine ", "usd_bn", style="link"),
        Column("below", "Path id just below VaR", "general", style="calculation"),
        Column("above", "Path id just above VaR", "general", style="calculation"),
    )
    rows = {key: _measure(results, key, *levels) for key, levels in _listed(results.tail_share).items()}
    note = (
        "VaR is the quantile of type 7 between two neighboring losses; ES = VaR + sum of the excesses over "
        "VaR / (N (1 – p)). Every loss beyond VaR is a row of TailRows, so nothing is estimated."
    )
    title = "VaR and expected shortfall, recomputed from TailRows"
    return table_of("tail-measures", columns, rows, title, note)


def _listed(share: float) -> dict[str, tuple[float, str, str]]:
    """Levels whose tail is within the share that is listed; see `MEASURES`."""

    def within(levels: dict[str, tuple[float, str, str]]) -> dict[str, tuple[float, str, str]]:
        return {key: found for key, found in levels.items() if 1.0 - found[0] <= share + 1e-12}

    return within(MEASURES) or within(RARER)


def _measure(results: Results, key: str, level: float, *engine: str) -> Row:
    position = (results.run.paths - 1) * level
    rank = results.run.paths - int(position)
    low, high = "LARGE(Tail_Loss,{row.rank})", "LARGE(Tail_Loss,MAX({row.rank}-1,1))"
    texts = (
        f"{low}+({{row.position}}-INT({{row.position}}))*({high}-{low})",
        "{row.var}+SUMPRODUCT((Tail_Loss>{row.var})*(Tail_Loss-{row.var}))/(N_Paths*(1-{row.level}))",
    )
    cells: list[Content] = []
    for measure, text, column in zip((var, expected_shortfall), texts, engine, strict=True):
        found = measure(results.loss, level)
        told = value_cell(found.value, found.standard_error, "USD bn", thin=found.thin)
        form = told.format if isinstance(told, Cell) else None
        link: Content = Cell(Formula(f"{{metrics.{column}[{HEADLINE}]}}", found.value), form, "link")
        if not column:
            link = Cell(found.value, form, "engine") if key in RARER else "–"
        cells += [Cell(Formula(text, found.value), form), link]
    path = f"INDEX({{{TAIL}.path}},MATCH({{0}},Tail_Loss,0))"
    return (
        f"VaR and ES {100.0 * level:g}%",
        level,
        Formula("(N_Paths-1)*{row.level}", position),
        Formula("N_Paths-INT({row.position})", rank),
        *cells,
        Formula(path.replace("{0}", low), _first(results, rank)),
        Formula(path.replace("{0}", high), _first(results, max(rank - 1, 1))),
    )


def _first(results: Results, rank: int) -> int:
    """First listed path with the loss of a rank."""
    losses = results.loss[results.tail_rows]
    return int(results.tail_rows[int((losses == losses[rank - 1]).argmax())])


@dataclass(frozen=True)
class Estimated:
    """A number of the headline loss estimated from Sample, and that of all paths; in `unit`."""

    id: str
    label: str
    formula: str
    found: Estimate
    whole: float
    unit: str = "USD bn"


def estimated(results: Results) -> Iterator[Estimated]:
    """What is estimated from Sample."""
    sample, m = results.loss[results.sampled], results.metric(HEADLINE)
    yield Estimated("mean", "Mean", "AVERAGE(Sample_Loss)", statistics.mean(sample), m.mean.value)
    for key, label, level in (("p50", "Median", 0.5), ("var95", "VaR 95%", SAMPLING_LEVEL)):
        formula, whole = f"PERCENTILE(Sample_Loss,{level})", m.quantiles[LEVELS.index(level)].value
        yield Estimated(key, label, formula, statistics.quantile(sample, level), whole)
    if (threshold := results.threshold) is not None:
        formula = 'COUNTIF(Sample_Loss,">"&Loss_Threshold)/ROWS(Sample_Loss)'
        part, every = (statistics.probability(loss > threshold) for loss in (sample, results.loss))
        yield Estimated("above", "P(loss > Loss_Threshold)", formula, part, every.value, "fraction")


def _estimates(results: Results) -> Table:
    """What Sample says of the headline loss beside the run, with which it agrees as far as a sample can."""
    columns = (
        Column("label", "Headline loss, estimates"),
        Column("value", "From Sample", "usd_bn", style="calculation"),
        Column("se", "± (SE)", "usd_error", style="note"),
        Column("engine", "All paths", "usd_bn", style="engine"),
    )
    whole = len(results.sampled) == results.run.paths
    how = "Sample holds every path" if whole else "Sample v. all paths: within four standard errors"
    rows: dict[str, Row] = {}
    guards = []
    for e in estimated(results):
        scale, value, label = SCALE[e.unit], e.found.value, f"{e.label} (estimate)"
        own, error = pair(Estimate(value * scale, e.found.standard_error * scale, e.found.n), e.unit)
        form = own.format if isinstance(own, Cell) else None
        rows[e.id] = (label, Cell(Formula(e.formula, value), form), error, Cell(e.whole, form))
        ours, theirs = (f"{{sample-estimates.{column}[{e.id}]}}" for column in ("value", "engine"))
        sides = Formula(ours, value), Formula(theirs, e.whole)
        bound = EXACT if whole else _tolerance(e.found)
        guards.append(Condition(f"Headline loss, {label}", *sides, bound, how))
    note = "Estimates: Sample is a part of the paths. ± = standard error, were it drawn anew."
    title = "The same loss, estimated from Sample"
    return table_of("sample-estimates", columns, rows, title, note, guards=tuple(guards))


def _tolerance(estimate: Estimate) -> float:
    """How far an estimate from Sample may lie from the number of all paths: four standard errors."""
    half = max(abs(end - estimate.value) for end in estimate.interval) / NORMAL_95
    return 4.0 * max(half, estimate.standard_error)


def _witnesses(results: Results) -> Table:
    """Of every outcome the paths nearest to its mean, quantiles and ends."""
    columns = (
        Column("label", "Id of the path whose outcome is nearest to its …"),
        *(Column(key, header, "general", style="engine") for key, header in WITNESSES.items()),
    )
    rows: dict[str, Row] = {}
    for m in results.metrics:
        values = metrics.values(results.run, m.variable)
        rows[m.variable.name] = (m.variable.label, *(sampling.nearest(values, x) for x in _targets(m)))
    note = "Of equal outcomes the lowest id. A path is one course of events, not the average of many."
    return table_of("witnesses", columns, rows, "Paths behind the numbers of Metrics", note)


def _targets(m: Metric) -> tuple[float, ...]:
    """The numbers of an outcome that `WITNESSES` names."""
    quantiles = (m.quantiles[LEVELS.index(level)].value for level in (0.05, 0.5, 0.95, 0.99))
    return m.mean.value, *quantiles, m.minimum, m.maximum


def conditions(results: Results, t: Tables) -> Iterator[Condition]:
    """The engine's numbers against what the workbook computes from its rows."""
    shown = t["tail-measures"].row_ids
    for key in shown:
        level, *columns = (MEASURES | RARER)[key]
        for measure, ours, engine in zip(("VaR", "ES"), ("var", "es"), columns, strict=True):
            if engine or key in RARER:
                text = f"{measure} {100.0 * level:g}% of the headline loss, from TailRows"
                there = ("metrics", engine, HEADLINE) if engine else ("tail-measures", f"{ours}_engine", key)
                sides = t.at("tail-measures", ours, key), t.at(*there)
                yield Condition(text, *sides, EXACT, "live formula over every tail path v. engine")
    for table in ("claims", "classes"):
        for name in t[table].row_ids:
            if name in results.patterns.names:
                sides = counted(results, name), t.at(table, "p", name)
                how = "sum over all patterns v. engine: counts are exact"
                yield Condition(f"P({name}) from Patterns", *sides, EXACT, how)
    last = Formula("MIN(Tail_Loss)", float(results.loss[results.tail_rows].min()))
    start = t.at("tail-measures", "var", shown[0])
    yield Condition("TailRows reaches down to its VaR", last, start, EXACT, "smallest loss listed", "≤")
