"""What the sheet of checks recomputes, from the verdict to the neoclouds."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from math import fsum

from risk.analysis import ladder, neoclouds
from risk.report.guards import EXACT, ROUNDING, SINGLE, Condition
from risk.report.pack.base.cells import Tables
from risk.report.pack.base.results import Results
from risk.report.pack.verdict.metrics import QUANTILES
from risk.report.table import Formula, number_of, value_of


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


def plus(t: Tables, cells: Sequence[tuple[str, str, str]]) -> Formula:
    """Sum of single cells."""
    text = "+".join(f"{{{table}.{column}[{row}]}}" for table, column, row in cells)
    return Formula(text, fsum(t.number(*cell) for cell in cells))


def _verdict(t: Tables) -> Iterator[Condition]:
    def classes(*names: str, column: str = "p") -> Formula:
        return plus(t, [("classes", column, name) for name in names])

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


def operators(results: Results, t: Tables) -> Iterator[Condition]:
    """Checks of the sheets Neoclouds and Duration."""
    secured, debt = t.total("holdcos", "secured"), t.total("facilities", "debt")
    yield Condition(
        "Secured debt by HoldCo is the facilities' debt", secured, debt, ROUNDING, "USD bn at the base date"
    )
    due = plus(t, [("refinancing", "all", kind) for kind in ("amortization", "balloons", "notes")])
    lent = (debt, t.total("facilities", "undrawn"), t.total("holdcos", "notes"))
    owed = Formula("+".join(part.text for part in lent), fsum(map(number_of, lent)))
    yield Condition("What falls due is not more than what is owed", due, owed, ROUNDING, "base book", "≤")
    engine = ladder.base_coverage(results.run)
    known = [(f.name, engine[f.name]) for f in results.facilities if f.name in engine]
    text = "+".join(f"{{facilities.cash[{name}]}}" for name, _ in known)
    ours = Formula(text, fsum(t.number("facilities", "cash", name) for name, _ in known))
    how = "sum over facilities: register v. engine at the base date"
    yield Condition("Contracted cash over debt service", ours, fsum(v for _, v in known), SINGLE * 10, how)
    for table in ("facility-defaults", "holdcos"):
        chances = sum(column.key.startswith("p") and column.key[1:].isdigit() for column in t[table].columns)
        falls = "+".join(f"SUMPRODUCT(--({{{table}.p{i + 1}}}<{{{table}.p{i}}}))" for i in range(chances - 1))
        yield count(
            f"Default probabilities that fall over time: {table}", falls or "0", "default is absorbing"
        )
    yield from _distress(results, t)


def _distress(results: Results, t: Tables) -> Iterator[Condition]:
    steps = (("sweep", "lock_up"), ("event", "sweep"), ("cured", "event"))
    order = "+".join(f"SUMPRODUCT(--({{facility-ladder.{b}}}>{{facility-ladder.{a}}}))" for b, a in steps)
    yield count(
        "Rungs of the ladder out of order", order, "whoever sweeps cash has been in lock-up, and so on"
    )
    labels = neoclouds.reached(results.run)
    if labels and labels[-1] == results.labels[-1]:
        kinds = [t.total("facility-ladder", f"{kind}_default") for kind in ("payment", "maturity")]
        both = Formula("+".join(kind.text for kind in kinds), fsum(map(number_of, kinds)))
        ever = t.total("facility-defaults", f"p{len(labels) - 1}")
        yield Condition(
            "Payment and maturity defaults are all defaults", both, ever, EXACT, "summed over facilities"
        )
    firms, paper = t.total("holdcos", "loss"), t.at("metrics", "mean", "neocloud_loss")
    scaled = Formula(f"{firms.text}/1000", number_of(firms) / 1000.0)
    yield Condition("Loss by HoldCo adds up", scaled, paper, ROUNDING, "Neoclouds v. Metrics")
