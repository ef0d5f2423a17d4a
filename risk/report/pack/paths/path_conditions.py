"""What the sheet of checks recomputes from single paths: tail measures, probabilities, sizes, estimates."""

from __future__ import annotations

from collections.abc import Iterator

from risk.analysis import sampling
from risk.analysis.metrics import HEADLINE
from risk.report.guards import EXACT, Condition
from risk.report.pack.base.cells import Tables
from risk.report.pack.base.patterns import probability
from risk.report.pack.base.results import Results
from risk.report.pack.control.checks import count
from risk.report.pack.paths.sample import PATTERNS, SAMPLE, TAIL
from risk.report.pack.paths.trace import MEASURES, estimates, tolerance
from risk.report.table import Formula


def conditions(results: Results, t: Tables) -> Iterator[Condition]:
    """The engine's numbers against what the workbook computes from its rows."""
    yield from _exact(results, t)
    yield from _estimates(results, t)
    yield from _sizes(results, t)


def _exact(results: Results, t: Tables) -> Iterator[Condition]:
    for key, (level, var, es) in MEASURES.items():
        if key not in t["tail-measures"].row_ids:
            continue
        for measure, column, engine in (("VaR", "var", var), ("ES", "es", es)):
            if engine:
                ours, theirs = t.at("tail-measures", column, key), t.at("metrics", engine, HEADLINE)
                text = f"{measure} {100.0 * level:g}% of the headline loss, from TailRows"
                yield Condition(text, ours, theirs, EXACT, "live formula over every tail path v. engine")
    for table in ("claims", "classes"):
        for name in t[table].row_ids:
            if name in results.patterns.names:
                found, engine_p = probability(results, name), t.at(table, "p", name)
                how = "sum over all patterns v. engine: counts are exact"
                yield Condition(f"P({name}) from Patterns", found, engine_p, EXACT, how)


def _estimates(results: Results, t: Tables) -> Iterator[Condition]:
    whole = len(results.sampled) == results.run.paths
    how = "Sample holds every path" if whole else "Sample v. all paths: within four standard errors"
    for key, (label, _, estimate, _) in estimates(results).items():
        ours, theirs = (t.at("sample-estimates", column, key) for column in ("value", "engine"))
        bound = EXACT if whole else tolerance(estimate)
        yield Condition(f"Headline loss, {label}", ours, theirs, bound, how)


def _sizes(results: Results, t: Tables) -> Iterator[Condition]:
    paths, seed = results.run.paths, results.manifest.seed
    both = Formula(f"N_Paths+ABS(Seed-{float(seed)!r})", paths)
    yield Condition("N_Paths and Seed are the run's", both, paths, 0.0, "names v. run record")
    worst = sampling.tail_rows(results.loss, results.tail_share)
    listed = (
        (SAMPLE, "tblSample", "Sample has its rows", len(results.sampled)),
        (TAIL, "tblTail", "TailRows has every path of the tail", len(worst)),
        (PATTERNS, "tblPatterns", "Patterns has its rows", len(results.patterns.counts)),
    )
    for table, name, text, expected in listed:
        rows = Formula(f"ROWS({{{table}.path}})", expected)
        yield Condition(text, rows, expected, 0.0, "rows of the sheet v. engine")
        keys = [column.key for column in t[table].columns]
        cells = f"{{{table}.{keys[0]}[0]}}:{{{table}.{keys[-1]}[-1]}}"
        empty = f"{len(keys)}*ROWS({{{table}.path}})-COUNT({cells})"
        yield count(f"Blanks or text in {name}", empty, "cells that hold no number")
        outside = f'COUNTIF({{{table}.path}},"<0")+COUNTIF({{{table}.path}},">="&N_Paths)'
        yield count(f"Path ids out of range in {name}", outside, "0 to N – 1")
    total = Formula(f"SUM({{{PATTERNS}.paths}})", paths)
    yield Condition("Patterns cover every path", total, Formula("N_Paths", paths), 0.0, "sum of their counts")
    last = Formula("MIN(Tail_Loss)", float(results.loss[worst].min()))
    start = t.at("tail-measures", "var", t["tail-measures"].row_ids[0])
    yield Condition("TailRows reaches down to its VaR", last, start, EXACT, "smallest loss listed", "≤")
