"""Which uncertain inputs decide the headlines, and on what they rest; `python -m risk.calibrate.ranking RUN`.

Of P(bust) and of the headline loss: inputs by first-order share of the variance, largest first,
until nine tenths of what all of them explain one by one is reached. Shares that chance alone could make count
as none.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from risk.analysis import attribution, metrics
from risk.analysis.shares import shares
from risk.analysis.statistics import Estimate
from risk.assumptions.schema import Entry
from risk.runs import Run, open_run

PART = 0.9
"""Of what the inputs explain together."""

NOISE = 2.0
"""Standard errors that a share must have to count."""

BOUNDED = frozenset({"estimated", "computed", "filing", "secondary", "nowcast"})
"""Grades of a number that data or a published source bound; the thesis page is none."""


@dataclass(frozen=True)
class Weight:
    """An input that decides a headline.

    Attributes
    ----------
    share : of the variance of the headline over paths.
    sum : of the shares down to this input, over those of all.
    """

    entry: Entry
    share: Estimate
    sum: float

    @property
    def bounded(self) -> bool:
        """Whether data or a source bound it."""
        return self.entry.grade in BOUNDED


def weights(run: Run) -> Mapping[str, tuple[Weight, ...]]:
    """Inputs that make up nine tenths of what is explained, by headline."""
    places, outcomes = attribution.ranked(run), run.outcomes()
    headlines = {
        "P(bust)": outcomes["bust"].astype(float),
        "headline loss": metrics.values(run, run.variable(metrics.HEADLINE)),
    }
    found = {}
    for name, values in headlines.items():
        single = shares(places, values).single
        clear = {id: s for id, s in single.items() if s.value > NOISE * s.standard_error}
        whole, done, rows = sum(s.value for s in clear.values()), 0.0, []
        for id in sorted(clear, key=lambda id: -clear[id].value):
            if done >= PART * whole:
                break
            done += clear[id].value
            rows.append(Weight(run.register.entries[id.partition("[")[0]], clear[id], done / whole))
        found[name] = tuple(rows)
    return found


def lines(run: Run) -> list[str]:
    """The same as a table in Markdown, a headline after the other."""
    said = []
    for name, rows in weights(run).items():
        bounded = sum(row.bounded for row in rows)
        said += [f"**{name}**: {len(rows)} inputs, {bounded} of them estimated or bounded by a source.", ""]
        said += ["| input | share of variance | sum | grade | source |", "|---|---|---|---|---|"]
        for row in rows:
            share = f"{100 * row.share.value:.1f}% ± {100 * row.share.standard_error:.1f}"
            entry = row.entry
            said.append(f"| `{entry.id}` | {share} | {row.sum:.0%} | {entry.grade} | {entry.source} |")
        said.append("")
    return said


if __name__ == "__main__":
    print("\n".join(lines(open_run(sys.argv[1], Path(sys.argv[2] if len(sys.argv) > 2 else "runs")))))
