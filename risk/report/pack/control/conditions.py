"""What the sheet of checks recomputes, of the verdict."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from risk.report.guards import EXACT, SINGLE, Condition
from risk.report.pack.base.cells import Tables
from risk.report.pack.base.results import Results
from risk.report.pack.verdict.metrics import QUANTILES
from risk.report.table import Formula, value_of


def count(text: str, formula: str, how: str) -> Condition:
    """A count that must be zero."""
    return Condition(text, Formula(formula, 0), 0, 0.0, how)


def total_gap(one: str, other: str) -> str:
    """Formula of the sum over rows of how far two columns are apart.

    Within SUMPRODUCT operators take whole columns in every program, functions of one value like ABS do not.
    """
    return f"SUMPRODUCT(({one}-{other})*(({one}>{other})-({one}<{other})))"


def verdict(results: Results, t: Tables) -> Iterator[Condition]:
    """Checks of the sheet Metrics."""
    yield from _verdict(t)
    yield from _metrics(results, t)


def _verdict(t: Tables) -> Iterator[Condition]:
    def classes(*names: str, column: str = "p") -> Formula:
        return t["classes"].sum((column,), names)

    three = ("bust", "correction", "durable")
    yield Condition(
        "Outcome classes sum to one", classes(*three), 1, EXACT, "they are exclusive and exhaustive"
    )
    for i in range(2):
        found = classes(*three, column=f"alternative{i}")
        yield Condition(f"… under alternative definition {i + 1}", found, 1, EXACT, "the same")
    parts = classes("durable_paid", "durable_unpaid")
    yield Condition(
        "Paid and unpaid parts sum to durable", parts, t.at("classes", "p", "durable"), EXACT, "Metrics"
    )
    outside = "+".join(f'COUNTIF({{{t}.p}},"{c}")' for t in ("claims", "classes") for c in ("<0", ">1"))
    yield count("Probabilities outside [0, 1]", outside, "counted over propositions and classes")
    bust = ("classes", "bust"), ("claims", "B1")
    unpaid = ("classes", "durable_unpaid"), ("claims", "B1")
    weaker = (("B1", "B1x"), ("B5", "B5x"), ("U1", "U1x"), ("U4", "U4x"))
    nested = [(("claims", a), ("claims", b)) for a, b in weaker]
    for (left, a), (right, b) in (bust, unpaid, *nested):
        if all(
            isinstance(value_of(t.content(table, "p", row)), float) for table, row in ((left, a), (right, b))
        ):
            text = f"P({a}) is not larger than P({b})"
            yield Condition(
                text, t.at(left, "p", a), t.at(right, "p", b), EXACT, "the first implies the second", "≤"
            )


def _metrics(results: Results, t: Tables) -> Iterator[Condition]:
    pairs = pairwise(QUANTILES)
    order = "+".join(f"SUMPRODUCT(--({{metrics.{b}}}<{{metrics.{a}}}))" for a, b in pairs)
    yield count("Quantiles out of order, over all outcomes", order, "P1 ≤ P5 ≤ … ≤ P99")
    ends = "SUMPRODUCT(--({metrics.p1}<{metrics.min}))+SUMPRODUCT(--({metrics.max}<{metrics.p99}))"
    yield count("Quantiles beyond the range, over all outcomes", ends, "min ≤ P1, P99 ≤ max")
    inside = "SUMPRODUCT(--({metrics.mean}<{metrics.min}))+SUMPRODUCT(--({metrics.max}<{metrics.mean}))"
    yield count("Means beyond the range, over all outcomes", inside, "min ≤ mean ≤ max")
    for var, quantile in (("var95", "p95"), ("var99", "p99")):
        gaps = total_gap(f"{{metrics.{var}}}", f"{{metrics.{quantile}}}")
        yield Condition(
            f"{var.upper()} equals {quantile.upper()}", Formula(gaps, 0.0), 0, EXACT, "summed over outcomes"
        )
    steps = (("var95", "es95"), ("es95", "es975"), ("es975", "es99"), ("var99", "es99"))
    tails = "+".join(f"SUMPRODUCT(--({{metrics.{b}}}<{{metrics.{a}}}-{EXACT}))" for a, b in steps)
    yield count("Tail measures out of order", tails, "VaR ≤ ES, and ES rises with the level")
    paths = "SUMPRODUCT(--({metrics.n}<>N_Paths))"
    yield count("Outcomes that rest on another number of paths", paths, "n in every row against the manifest")
    less, more = (t.at("metrics", "mean", name) for name in ("loss_without_software", "headline_loss"))
    yield Condition("Loss without software is not larger", less, more, EXACT, "means", "≤")
    lowest = t.at("metrics", "min", "headline_loss")
    yield Condition("Losses are not negative", 0, lowest, EXACT, "smallest headline loss on any path", "≤")
    for name in ("exposed_recovery", "generic_recovery"):
        label = f"Recovery in [0, 1]: {name.partition('_')[0]}"
        yield Condition(label, t.at("metrics", "max", name), 1, EXACT, "largest on any path", "≤")
        yield Condition(
            f"{label}, lower end", 0, t.at("metrics", "min", name), EXACT, "smallest on any path", "≤"
        )
    floor = results.register.number("gpu.lowest_utilization")
    lowest = t.at("metrics", "min", "utilization_low")
    yield Condition("Utilization within its bounds", floor, lowest, SINGLE, "lowest quarter on any path", "≤")
