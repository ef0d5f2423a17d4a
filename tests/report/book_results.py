"""A book on a run made by hand, as screens and sheets tell it."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from risk.analysis.book.answer import Answer, Case
from risk.analysis.estimate import Estimate
from risk.analysis.parameter_band import ParameterBand
from risk.analysis.reverse.ways import Mark
from risk.report.terminal.headed import Headed
from tests.analysis.book.planted import CDS, CHIPS, LOAN, NOTES, PATHS, held
from tests.report.terminal_results import HEADING

LIMITS = """
[[limit]]
of = "total"
bound = 9
currency = "USD m"

[[limit]]
of = "issuer"
name = "CoreWeave"
bound = 1
currency = "USD m"
"""


@cache
def found() -> Answer:
    """Two ways and ranges over inputs beside what was counted."""
    with TemporaryDirectory(prefix="bubblerisk-") as folder:
        own = held(LOAN + NOTES + CHIPS + CDS + LIMITS, Path(folder))
    mark = Mark("hy_spread", "High-yield spread (OAS)", Estimate(1.2, 0.1, 40), 1.5)
    ways = tuple(
        Case(f"way-{k}", f"Way {k}", Estimate(share, 0.05, 40), own.whole.mean, own.whole.p95, (mark,))
        for k, share in ((1, 0.6), (2, 0.4))
    )
    band = ParameterBand(Estimate(0.1, 0.01, PATHS), Estimate(0.05, 0.01, PATHS), Estimate(0.42, 0.02, PATHS))
    first, *rest = own.limits
    return replace(
        own,
        mean_range=(-2.5e6, 9.1e6),
        ranged=True,
        ways=ways,
        why="",
        limits=(replace(first, band=band), *rest),
    )


@cache
def told() -> Headed[Answer]:
    return Headed(HEADING, found())
