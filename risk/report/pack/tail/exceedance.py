"""Exceedance: how often a loss is exceeded, of the headline and of the lines of credit beside it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from risk.analysis import metrics, statistics
from risk.analysis.metrics import HEADLINE, LEVELS
from risk.analysis.statistics import EXCEEDANCE_PROBABILITIES, NORMAL_95, Estimate, beyond
from risk.report.charts import Exceedance, Marker, Series, Tone
from risk.report.content import Cell, Content, Formula, number_of
from risk.report.guards import EXACT, Condition, Rising
from risk.report.pack.base.cells import Tables, money, subtitle, value_cell
from risk.report.pack.base.fields import dollars
from risk.report.pack.base.results import Array, Results
from risk.report.record import Field
from risk.report.sheet import Paragraph, Sheet
from risk.report.spec import Spec, shown
from risk.report.table import Table

TABLE = "loss-exceedance"
TONES: tuple[Tone, ...] = ("light", "orange")
FEWEST = 10
"""Paths that must lie beyond a loss for the pack to print it."""


def sheet(results: Results) -> Sheet:
    """Build the sheet."""
    return Sheet(
        "Exceedance",
        "Exceedance – how often is which loss exceeded?",
        subtitle(results, f"credit loss to {results.labels[-1]}, USD bn; one in N means paths, not years"),
        "P",
        (Paragraph(_finding(results), "finding"), chart(results), table(results)),
        question="How often is which loss exceeded, and how sure is that far out in the tail?",
        grid=(12.0, 11.0, *(9.2,) * 10) if results.before(HEADLINE) else (12.0, 11.0, *(11.5,) * 8),
        landscape=False,
        pages=1,
    )


def _finding(results: Results) -> str:
    first, *beside = results.lines
    rest = "; ".join(f"{line.label} {money(line.loss.var[0].value)}" for line in beside)
    var = first.loss.var
    return (
        f"One path in twenty loses more than {money(var[0].value)} on {first.label} ({rest}), one in a "
        f"hundred more than {money(var[1].value)}."
    )


def points(losses: Array) -> dict[float, Estimate]:
    """The loss exceeded with each of the probabilities beyond which enough paths lie."""
    kept = [p for p in EXCEEDANCE_PROBABILITIES if p * len(losses) >= FEWEST]
    return dict(zip(kept, statistics.quantiles(losses, [1.0 - p for p in kept]), strict=True))


def table(results: Results) -> Table:
    """The probability points: loss, error and 95% limits, the lines beside it, and the run before."""
    fields: list[Field[float]] = [
        shown("p", "Probability", lambda p: p, "rate.2", align="center"),
        shown("period", "One path in", _period, "count", style="calculation"),
        *_points("loss", "Headline loss", results.loss),
        *(
            dollars(name, label, points(losses).get, error="±")
            for name, (label, losses) in _beside(results).items()
        ),
    ]
    if before := results.before(HEADLINE):
        fields += _points("before", "Prior run", before.loss)[:1]
    note = (
        f"–: fewer than {FEWEST} paths lie beyond; * fewer than {statistics.THIN_TAIL}. Limits: "
        "order-statistic interval, which needs no distribution; ± = its half-width over 1.96. One path in N "
        "speaks of the whole horizon, not of a year."
    )
    guards = [_rising(name) for name in ("loss", *_beside(results))]
    spec = Spec(tuple(fields), TABLE, "Loss by probability, USD bn", note, point_id, guards=tuple(guards))
    return spec.table(EXCEEDANCE_PROBABILITIES)


def _points(key: str, header: str, losses: Array) -> list[Field[float]]:
    """The loss exceeded with each probability and its error, and the ends of its interval."""
    found = points(losses)

    def end(p: float, side: int) -> Content:
        e = found.get(p)
        return value_cell(e.interval[side], e.standard_error, "USD bn") if e else "–"

    return [
        dollars(key, header, found.get),
        shown(f"{key}_low", "95% low", lambda p: end(p, 0), "usd_bn", style="note"),
        shown(f"{key}_high", "95% high", lambda p: end(p, 1), "usd_bn", style="note"),
    ]


def point_id(probability: float) -> str:
    """Row of a probability."""
    return f"p{round(probability * 10_000)}"


def _period(probability: float) -> Cell:
    many = 1.0 / probability
    return Cell(Formula("1/{row.p}", many), "count" if many >= 10.0 else "years")


def _beside(results: Results) -> dict[str, tuple[str, Array]]:
    """Lines of credit beside the headline: name → label and loss by path."""
    run = results.run
    return {x.name: (x.label, metrics.values(run, x.loss.variable)) for x in results.lines[1:]}


def chart(results: Results) -> Exceedance:
    """The curve with its limits, the lines beside it, the run before, VaR 95% and 99%."""
    probability, loss = curve(results)
    low, high = limits(probability, results.run.paths)
    var = [e.value for e in results.metric(HEADLINE).var]
    before = results.before(HEADLINE)
    prior = np.maximum(beyond(before.loss, loss), 1.0 / before.run.paths).tolist() if before else None
    lines = [
        Series(name=label, values=[share or None for share in beyond(other, loss).tolist()], tone=tone)
        for tone, (label, other) in zip(TONES, _beside(results).values(), strict=False)
    ]  # a log axis has no zero
    return Exceedance(
        id="exceedance-curve",
        title="Probability that the credit loss exceeds x",
        alt=f"{_said(var)}.",
        x_title="Loss, USD bn",
        y_title="Probability (log scale)",
        format="count",
        height=26,
        loss=loss.tolist(),
        probability=probability.tolist(),
        lower=low,
        upper=high,
        prior=prior,
        markers=[
            Marker(label=f"VaR {level}%", loss=v, probability=1.0 - level / 100.0)
            for level, v in zip((95, 99), var, strict=True)
        ],
        name=results.lines[0].label,
        lines=lines,
    )


def _said(var: Sequence[float]) -> str:
    return f"One path in 20 loses more than USD {var[0]:,.0f}bn, one in 100 more than USD {var[1]:,.0f}bn"


def curve(results: Results) -> tuple[Array, Array]:
    """Probabilities and losses of the headline's curve, the lower quantiles of the loss in front."""
    found, quantiles = points(results.loss), results.metric(HEADLINE).quantiles
    front = {1.0 - level: q for level, q in zip(LEVELS, quantiles, strict=True)}
    every = {p: q for p, q in front.items() if p > max(found, default=0.0)} | found
    return np.array([*every]), np.array([e.value for e in every.values()])


def limits(probability: Array, n: int) -> tuple[list[float], list[float]]:
    """95% limits of the probability at each loss: binomial."""
    half = NORMAL_95 * np.sqrt(probability * (1.0 - probability) / n)
    low, high = (np.clip(probability + sign * half, 1.0 / n, 1.0) for sign in (-1.0, 1.0))
    return low.tolist(), high.tolist()


def _rising(column: str) -> Rising:
    return Rising(f"Exceedance out of order: {column}", (column,), "a rarer loss is not smaller")


def conditions(results: Results, t: Tables) -> Iterator[Condition]:
    """VaR is a point of the curve."""
    for probability, var in ((0.05, "var95"), (0.01, "var99")):
        here, there = t.at(TABLE, "loss", point_id(probability)), t.at("metrics", var, HEADLINE)
        if here.value != "–":
            text = f"Loss exceeded with probability {probability:.0%} is the VaR"
            yield Condition(text, here, there, EXACT * number_of(there), "Exceedance v. Metrics")
