"""Metrics: the verdict in full, every proposition, and the distribution of every outcome."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from risk.analysis import statistics
from risk.analysis.metrics import LEVELS, Metric, values
from risk.analysis.statistics import Estimate
from risk.report.content import Cell, Content, Formula, Style
from risk.report.guards import EXACT, SINGLE, Condition, Every, Ordered, Splits
from risk.report.pack.base.cells import Tables, probability_cell, subtitle, value_cell
from risk.report.pack.base.fields import blank, estimated
from risk.report.pack.base.results import Results
from risk.report.pack.verdict import propositions
from risk.report.record import Field
from risk.report.sheet import Sheet
from risk.report.spec import Spec, count, several, shown
from risk.report.table import Column, Table

PRINTED, WIDE = (45.0, 10.0, *(8.1,) * 14), 9.0
"""Widths of the columns of the propositions, which print, and of those of the outcomes beyond them."""
QUANTILES = tuple(f"p{round(100 * level)}" for level in LEVELS)
TAILS = {"var95": "VaR 95", "var99": "VaR 99", "es95": "ES 95", "es975": "ES 97.5", "es99": "ES 99"}
ESTIMATES = {key: key.upper() for key in QUANTILES} | TAILS
"""Columns of quantiles and tail measures, in the order of `estimates`."""

MEAN = (
    Column("mean", "Mean", "number", style="engine"),
    Column("se", "SE of mean", "number", style="note"),
)
_NOTE = (
    "* fewer than 500 paths in the tail. VaR and ES are of the upper tail, whichever direction is good. "
    "Numbers end with the first digit that their Monte Carlo error touches; the errors stand in the table "
    "below, on screen."
)


def sheet(results: Results) -> Sheet:
    """Build the sheet."""
    return Sheet(
        "Metrics",
        "Metrics – every probability and every distribution",
        subtitle(results, "USD billions unless a unit is shown"),
        "P",
        (
            propositions.classes(results),
            propositions.claims(results),
            propositions.definitions(results),
        ),
        question="How likely is each proposition, and how far do the outcomes spread?",
        screen=(_distribution(results), ERRORS.table(results.metrics, printed_rows=0)),
        grid=(*PRINTED, *(WIDE,) * (7 if results.threshold is None else 8)),
        printed_columns=len(PRINTED),
    )


def estimates(m: Metric) -> dict[str, Estimate]:
    """Quantiles and tail measures of an outcome, by column."""
    return dict(zip(ESTIMATES, (*m.quantiles, *m.var, *m.shortfall), strict=True))


def _outcome(*fields: Field[Metric]) -> tuple[Field[Metric], ...]:
    """Name and unit, and what is told of an outcome."""
    name: Field[Metric] = shown("label", "Outcome", lambda m: m.variable.label)
    return name, shown("unit", "Unit", lambda m: m.variable.unit), *fields


def _number(key: str, header: str, get: Callable[[Metric], float]) -> Field[Metric]:
    """A number in the digits that the error of the mean supports."""

    def cell(m: Metric) -> Content:
        return value_cell(get(m), m.mean.standard_error, m.variable.unit)

    return shown(key, header, cell, "number", style="engine")


def _estimates(part: int, style: Style) -> Field[Metric]:
    """All quantiles and tail measures (part 0), or their errors (part 1)."""
    columns = (Column(key, header, "number", style=style) for key, header in ESTIMATES.items())
    return several(
        *columns, cells=lambda m: tuple(estimated(e, m.variable.unit)[part] for e in estimates(m).values())
    )


def _distribution(results: Results) -> Table:
    """One row an outcome: moments, quantiles, tails."""
    spec: Spec[Metric] = Spec(
        _outcome(
            several(*MEAN, cells=lambda m: estimated(m.mean, m.variable.unit)),
            _number("sd", "Std dev", lambda m: m.deviation),
            shown("skew", "Skew", lambda m: Cell(m.skewness, "number.1"), "number", style="engine"),
            _estimates(0, "engine"),
            *_above(results),
            _number("min", "Min", lambda m: m.minimum),
            _number("max", "Max", lambda m: m.maximum),
            count("n", "n", lambda m: m.mean.n, style="engine"),
        ),
        "metrics",
        "Distribution of the outcomes",
        _NOTE,
        lambda m: m.variable.name,
        guards=_GUARDS,
    )
    return spec.table(results.metrics)


def _above(results: Results) -> tuple[Field[Metric], ...]:
    """Probability that a loss exceeds the threshold, "–" for other outcomes; nothing without a threshold."""
    threshold = results.threshold
    if threshold is None:
        return ()

    def cell(m: Metric) -> Content:
        if m.variable.unit != "USD bn" or "loss" not in m.variable.name:
            return "–"
        return probability_cell(statistics.probability(values(results.run, m.variable) > threshold))

    return (shown("above", f"P(> {threshold:,.0f})", cell, "probability", style="engine"),)


ERRORS: Spec[Metric] = Spec(
    _outcome(blank("blank", span=4), _estimates(1, "note")),
    "metric-errors",
    "Standard errors of the quantiles and tail measures",
    "Quantiles: half the 95% order-statistic interval over 1.96. Expected shortfall: influence formula.",
    lambda m: m.variable.name,
)
"""In the columns of the table above."""

_GUARDS = (
    Ordered("Quantiles out of order, over all outcomes", QUANTILES, "P1 ≤ P5 ≤ … ≤ P99"),
    Every(
        "Quantiles beyond the range, over all outcomes",
        (Ordered("", ("min", "p1")), Ordered("", ("p99", "max"))),
        "min ≤ P1, P99 ≤ max",
    ),
    Ordered("Means beyond the range, over all outcomes", ("min", "mean", "max"), "min ≤ mean ≤ max"),
    Splits("VAR95 equals P95", "var95", ("p95",), EXACT, "summed over outcomes"),
    Splits("VAR99 equals P99", "var99", ("p99",), EXACT, "summed over outcomes"),
    Every(
        "Tail measures out of order",
        (
            Ordered("", ("var95", "es95", "es975", "es99"), slack=EXACT),
            Ordered("", ("var99", "es99"), slack=EXACT),
        ),
        "VaR ≤ ES, and ES rises with the level",
    ),
)


def conditions(results: Results, t: Tables) -> Iterator[Condition]:
    """Probabilities, and outcomes within the bounds they have on any path."""
    yield from propositions.conditions(t)
    other = sum(m.mean.n != results.run.paths for m in results.metrics)
    live = Formula("SUMPRODUCT(--({metrics.n}<>N_Paths))", other)
    how = "n in every row against the manifest"
    yield Condition("Outcomes that rest on another number of paths", live, 0, 0.0, how)
    for line in results.lines:
        lowest = t.at("metrics", "min", line.loss.variable.name)
        yield Condition(
            f"Losses are not negative: {line.name}", 0, lowest, EXACT, "smallest on any path", "≤"
        )
    for name in ("exposed_recovery", "generic_recovery"):
        label = f"Recovery in [0, 1]: {name.partition('_')[0]}"
        low, high = (t.at("metrics", end, name) for end in ("min", "max"))
        yield Condition(label, high, 1, EXACT, "largest on any path", "≤")
        yield Condition(f"{label}, lower end", 0, low, EXACT, "smallest on any path", "≤")
    floor, low = results.register.number("gpu.lowest_utilization"), t.at("metrics", "min", "utilization_low")
    yield Condition("Utilization within its bounds", floor, low, SINGLE, "lowest quarter on any path", "≤")
