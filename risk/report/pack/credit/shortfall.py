"""What each instrument contributes to the expected shortfall of the headline loss."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import reduce
from math import fsum

import numpy as np

from risk.analysis import statistics
from risk.analysis.contributions import contributions
from risk.analysis.metrics import HEADLINE, HEADLINE_TAIL
from risk.analysis.statistics import Estimate
from risk.report import spec
from risk.report.content import Cell, Content, Formula
from risk.report.guards import ROUNDING, Condition
from risk.report.pack.base.cells import Tables
from risk.report.pack.base.fields import amount, blank
from risk.report.pack.base.names import words
from risk.report.pack.base.results import Results
from risk.report.pack.base.yearly import TOTAL
from risk.report.pack.credit.waterfall import EXPOSED
from risk.report.spec import Spec
from risk.report.table import Table
from risk.runs.passes import Family

TABLE = "shortfall"


@dataclass(frozen=True)
class Part:
    """One instrument: its mean loss and its contribution."""

    name: str
    mean: Estimate
    es: Estimate


def table(results: Results) -> Table:
    """Instruments of the headline loss, their means and their contributions, with live sums and shares."""
    losses = Family(results.run, "loss", EXPOSED)
    found = contributions(losses.values(), HEADLINE_TAIL, reduce(np.add, losses.values()))
    parts = list(map(Part, EXPOSED, map(statistics.mean, losses.values()), found))

    def share(key: str) -> Callable[[Part], Content]:
        """Live share of a sum; "–" where there is nothing to share."""
        whole = fsum(getattr(part, key).value for part in parts)
        text = f"{{row.{key}}}/{{{TABLE}.{key}[{TOTAL}]}}"
        return lambda part: Formula(text, getattr(part, key).value / whole) if whole > 0.0 else "–"

    made: Table = Spec(
        (
            spec.text("label", "Instrument", lambda part: words(part.name)),
            amount("mean", "Mean loss", None, "USD bn"),
            amount("es", f"In ES {HEADLINE_TAIL:.1%}", None, "USD bn"),
            spec.shown("share", "Share of ES", share("es"), "rate", style="calculation"),
            blank("blank"),
            spec.shown("mean_share", "Share of mean", share("mean"), "rate", style="calculation"),
        ),
        id=TABLE,
        title="What makes up the expected shortfall of the headline loss, USD bn",
        note=(
            f"The headline loss on the worst {1.0 - HEADLINE_TAIL:.1%} of paths, by instrument: Euler's "
            "contributions, which add up to the expected shortfall. An instrument with a larger share of it "
            "than of the mean is one whose losses come when the others do. ± = standard error."
        ),
        row_id=lambda part: part.name,
    ).table(parts)

    def added(key: str) -> Cell:
        text = f"SUM({{{TABLE}.{key}[0]}}:{{{TABLE}.{key}[{len(parts) - 1}]}})"
        return Cell(Formula(text, made.sum((key,), EXPOSED).value), "usd_bn", "calculation")

    total = ("Headline loss", added("mean"), None, added("es"), *(None,) * 4)
    ids, bold = (*EXPOSED, TOTAL), frozenset({len(parts)})
    return replace(made, rows=(*made.rows, total), row_ids=ids, total=bold)


def conditions(t: Tables) -> Iterator[Condition]:
    """The contributions add up to what Metrics says."""
    for key, metric, text in (("es", "es975", "ES contributions"), ("mean", "mean", "Mean losses")):
        here, there = t.at(TABLE, key, TOTAL), t.at("metrics", metric, HEADLINE)
        label = f"{text} of the instruments add up to the headline's"
        yield Condition(label, here, there, ROUNDING, "PrivateCredit v. Metrics")
