"""Trace: from a printed number to the paths behind it, with what the workbook itself computes from paths."""

from __future__ import annotations

from risk.analysis import sampling, statistics
from risk.analysis.metrics import HEADLINE, LEVELS
from risk.analysis.statistics import NORMAL_95, Estimate
from risk.report.pack.base.cells import Tables, pair, subtitle, value_cell
from risk.report.pack.base.results import THRESHOLD, Results
from risk.report.pack.paths.sample import SAMPLE, TAIL
from risk.report.sheet import Heading, Paragraph, Sheet
from risk.report.table import Cell, Column, Content, Formula, Table
from risk.units import SCALE

MEASURES: dict[str, tuple[float, str, str]] = {
    "95": (0.95, "var95", "es95"),
    "975": (0.975, "", "es975"),
    "99": (0.99, "var99", "es99"),
}
"""Levels recomputed from the tail, and the columns of Metrics with the engine's VaR and ES."""

WITNESSES = ("mean", "p5", "p50", "p95", "p99", "min", "max")
SAMPLING_LEVEL = 0.95


def names(results: Results) -> dict[str, str]:
    """Defined names of the paths."""
    found = {
        "Sample_Loss": f"{{{SAMPLE}.{HEADLINE}}}",
        "Tail_Loss": f"{{{TAIL}.{HEADLINE}}}",
        "Tail_Share": "{tail-facts.value[share]}",
    }
    if results.threshold is not None:
        found["Loss_Threshold"] = f"{{assumptions.value[{THRESHOLD}]}}"
    return found


def sheet(results: Results, tables: Tables) -> Sheet:
    """Build the sheet; `tables` has Metrics, Sample and TailRows."""
    return Sheet(
        "Trace",
        "Trace – from a printed number to the paths behind it",
        subtitle(results),
        "C",
        (
            Heading("How"),
            *(Paragraph(text, "bullet") for text in steps(results)),
            _facts(results),
            _measures(results, tables),
            _estimates(results),
            _witnesses(results),
        ),
        question="Which paths stand behind a number, and does the workbook find the same?",
        grid=(51.0, *(13.0,) * 9),
        landscape=False,
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
    rows: dict[str, tuple[Content, ...]] = {
        "share": ("Tail_Share: share of paths that TailRows shows", Cell(share, "share", "engine")),
        "tail": ("Rows of TailRows", Formula(f"ROWS({{{TAIL}.path}})", len(_worst(results)))),
        "sample": ("Rows of Sample", Formula(f"ROWS({{{SAMPLE}.path}})", len(results.sampled))),
    }
    columns = (Column("label", "Rows"), Column("value", "Number", "count", style="calculation"))
    return Table("tail-facts", columns, tuple(rows.values()), "What is listed", "", tuple(rows))


def _worst(results: Results) -> sampling.Ids:
    return sampling.tail_rows(results.loss, results.tail_share)


def _measures(results: Results, tables: Tables) -> Table:
    """VaR and ES of the headline loss by live formula."""
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
    listed = results.tail_share + 1e-12
    shown = [key for key, (level, _, _) in MEASURES.items() if 1.0 - level <= listed]
    rows = {key: _measure(results, tables, key) for key in shown}
    note = (
        "VaR is the quantile of type 7 between two neighboring losses; ES = VaR + sum of the excesses over "
        "VaR / (N (1 – p)). Every loss beyond VaR is a row of TailRows, so nothing is estimated."
    )
    title = "VaR and expected shortfall, recomputed from TailRows"
    return Table("tail-measures", columns, tuple(rows.values()), title, note, tuple(rows))


def _measure(results: Results, tables: Tables, key: str) -> tuple[Content, ...]:
    level, var_column, es_column = MEASURES[key]
    loss, n = results.loss, results.run.paths
    found, shortfall = statistics.var(loss, level), statistics.expected_shortfall(loss, level)
    position = (n - 1) * level
    rank = n - int(position)
    order = _worst(results)
    low = "LARGE(Tail_Loss,{row.rank})"
    high = "LARGE(Tail_Loss,MAX({row.rank}-1,1))"
    var = f"{low}+({{row.position}}-INT({{row.position}}))*({high}-{low})"
    es = "{row.var}+SUMPRODUCT((Tail_Loss>{row.var})*(Tail_Loss-{row.var}))/(N_Paths*(1-{row.level}))"
    path = f"INDEX({{{TAIL}.path}},MATCH({{0}},Tail_Loss,0))"
    forms = [_format(estimate) for estimate in (found, shortfall)]
    return (
        f"VaR and ES {100.0 * level:g}%",
        level,
        Formula("(N_Paths-1)*{row.level}", position),
        Formula("N_Paths-INT({row.position})", rank),
        Cell(Formula(var, found.value), forms[0]),
        tables.link("metrics", var_column, HEADLINE) if var_column else "–",
        Cell(Formula(es, shortfall.value), forms[1]),
        tables.link("metrics", es_column, HEADLINE),
        Formula(path.replace("{0}", low), _first(results, order, rank)),
        Formula(path.replace("{0}", high), _first(results, order, max(rank - 1, 1))),
    )


def _format(estimate: Estimate) -> str | None:
    """Number format with the digits an estimate supports."""
    cell = value_cell(estimate.value, estimate.standard_error, "USD bn", thin=estimate.thin)
    return cell.format if isinstance(cell, Cell) else None


def _first(results: Results, order: sampling.Ids, rank: int) -> int:
    """First listed path with the loss of a rank."""
    losses = results.loss[order]
    return int(order[int((losses == losses[rank - 1]).argmax())])


def _estimates(results: Results) -> Table:
    """What Sample says of the headline loss, beside the run."""
    columns = (
        Column("label", "Headline loss, estimates"),
        Column("value", "From Sample", "usd_bn", style="calculation"),
        Column("se", "± (SE)", "usd_error", style="note"),
        Column("engine", "All paths", "usd_bn", style="engine"),
    )
    rows = {}
    for key, (label, formula, found, whole) in estimates(results).items():
        unit = "fraction" if key == "above" else "USD bn"
        own = pair(Estimate(found.value * SCALE[unit], found.standard_error * SCALE[unit], found.n), unit)
        value = Cell(Formula(formula, found.value), own[0].format if isinstance(own[0], Cell) else None)
        rows[key] = (label, value, own[1], Cell(whole, value.format))
    note = "Estimates: Sample is a part of the paths. ± = standard error, were it drawn anew."
    title = "The same loss, estimated from Sample"
    return Table("sample-estimates", columns, tuple(rows.values()), title, note, tuple(rows))


def estimates(results: Results) -> dict[str, tuple[str, str, Estimate, float]]:
    """Label, formula over Sample, its estimate, and the number of all paths; USD bn or a share."""
    sample = results.loss[results.sampled]
    m = results.metric(HEADLINE)
    at = {level: m.quantiles[LEVELS.index(level)].value for level in (0.5, SAMPLING_LEVEL)}
    found = {
        "mean": ("Mean (estimate)", "AVERAGE(Sample_Loss)", statistics.mean(sample), m.mean.value),
        "p50": (
            "Median (estimate)",
            "PERCENTILE(Sample_Loss,0.5)",
            statistics.quantile(sample, 0.5),
            at[0.5],
        ),
        "var95": (
            "VaR 95% (estimate)",
            f"PERCENTILE(Sample_Loss,{SAMPLING_LEVEL})",
            statistics.quantile(sample, SAMPLING_LEVEL),
            at[SAMPLING_LEVEL],
        ),
    }
    bar = results.threshold
    if bar is not None:
        found["above"] = (
            "P(loss > Loss_Threshold) (estimate)",
            'COUNTIF(Sample_Loss,">"&Loss_Threshold)/ROWS(Sample_Loss)',
            statistics.probability(sample > bar),
            statistics.probability(results.loss > bar).value,
        )
    return found


def _witnesses(results: Results) -> Table:
    """Of every outcome the paths nearest to its mean, quantiles and ends."""
    headers = ("mean", "P5", "median", "P95", "P99", "lowest", "highest")
    named = zip(WITNESSES, headers, strict=True)
    columns = (
        Column("label", "Id of the path whose outcome is nearest to its …"),
        *(Column(key, header, "general", style="engine") for key, header in named),
    )
    columns_of = results.run.outcomes([v.name for v in results.run.variables])
    rows: list[tuple[Content, ...]] = []
    for m in results.metrics:
        values = columns_of[m.variable.name] / SCALE[m.variable.unit]
        q = dict(zip(LEVELS, m.quantiles, strict=True))
        targets = (m.mean.value, *(q[p].value for p in (0.05, 0.5, 0.95, 0.99)), m.minimum, m.maximum)
        rows.append((m.variable.label, *(sampling.nearest(values, target) for target in targets)))
    note = "Of equal outcomes the lowest id. A path is one course of events, not the average of many."
    ids = tuple(m.variable.name for m in results.metrics)
    return Table("witnesses", columns, tuple(rows), "Paths behind the numbers of Metrics", note, ids)


def tolerance(estimate: Estimate) -> float:
    """How far an estimate from Sample may lie from the number of all paths: four standard errors."""
    half = max(abs(end - estimate.value) for end in estimate.interval) / NORMAL_95
    return 4.0 * max(half, estimate.standard_error)
