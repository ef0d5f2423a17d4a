"""The ladder of distress as a map: which facility is past its event test in which quarter."""

from __future__ import annotations

from risk.analysis.distress import PastEvent, past_event
from risk.report.formats import show
from risk.report.pack.base.quarters import short
from risk.report.pack.base.results import Results
from risk.report.sheet import HeatMap

OFTEN = 0.5
"""Share of paths from which on a facility is counted in the finding."""


def heat(results: Results) -> HeatMap:
    """The map: a row a facility, a column a quarter."""
    found = past_event(results.run)
    error = float(((found.share * (1.0 - found.share) / results.run.paths) ** 0.5).max())
    return HeatMap(
        "facility-events",
        "Facilities at an event of default or further down, share of paths (stylised)",
        "Facility",
        "Quarter",
        found.names,
        tuple(map(short, results.labels)),
        tuple(map(tuple, found.share.tolist())),
        tuple(map(tuple, found.paths.tolist())),
        note=(
            "Coverage below the test that makes an event of default, amended, or in default; what defaulted "
            "stays to the end. Counted are paths on which a facility is not repaid. Standard errors: at "
            f"most {100.0 * error:.1f} points."
        ),
        alt=finding(found, results.labels),
    )


def finding(found: PastEvent, labels: tuple[str, ...]) -> str:
    """Who is worst and when, who comes next, and how many are there on half of the paths."""
    worst = found.share.max(axis=1)
    ranked = [int(row) for row in (-worst).argsort(kind="stable")]
    told = [
        f"{found.names[row]} ({show(float(worst[row]), 'share')} of paths in "
        f"{labels[int(found.share[row].argmax())]})"
        for row in ranked[:2]
    ]
    often = int((worst >= OFTEN).sum())
    return (
        f"Worst is {', then '.join(told)}; {often} of {len(found.names)} facilities are there on half of "
        "the paths or more in some quarter."
    )
