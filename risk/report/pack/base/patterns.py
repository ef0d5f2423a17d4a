"""Probabilities as the workbook counts them: live sums over the rows of the sheet Patterns."""

from __future__ import annotations

from risk.report.pack.base.results import Results
from risk.report.table import Formula


def probability(results: Results, name: str) -> Formula:
    """Share of paths with a flag, as a live sum over the patterns."""
    found = results.patterns
    hits = int(found.counts @ found.flags[:, found.names.index(name)])
    return Formula(f"SUMPRODUCT({{patterns.{name}}},{{patterns.paths}})/N_Paths", hits / results.run.paths)
