"""What a run says under ballots, and what one would have to believe."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from risk.analysis.views.ballot import Ballot
from risk.analysis.views.belief import Believed, believed
from risk.analysis.views.members import Ballots, ballots
from risk.runs import Run


@dataclass(frozen=True)
class Views:
    """Both: `beliefs` one a bar."""

    ballots: Ballots
    beliefs: tuple[Believed, ...]


def views(run: Run, given: Sequence[Ballot], bars: Sequence[str] = ()) -> Views:
    """Hold ballots against a run, and find what one would have to believe for every bar.

    Raises
    ------
    AssumptionErrors, UsageError : as `ballots` and `believed`.
    """
    return Views(ballots(run, given), believed(run, *bars))
