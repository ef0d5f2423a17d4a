"""A stored run under members' views, and what one would have to believe."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from risk.door.desk import Desk
from risk.door.told import Told
from risk.errors import UsageError, suggestion

if TYPE_CHECKING:
    from risk.analysis.views.ballot import Ballot
    from risk.runs import Run


def voted(run: Run, files: Sequence[str | Path], bars: Sequence[str], at: Desk) -> Told[Any]:
    """Hold ballots, or the register's own sets, against a run.

    Parameters
    ----------
    files : of ballots, or names of the register's sets; without any the sets of the run's time.
    bars : such as ``P(bust) > 2/3``; without any two thirds and a third.

    Raises
    ------
    UsageError : there is no such file, or a bar is none.
    AssumptionErrors : something is wrong with a ballot, by file and line.
    """
    from risk.analysis.views.views import views
    from risk.report.terminal import views as screens
    from risk.report.terminal.headed import Headed
    from risk.runs.first import first

    run = first(run)
    found = Headed.of(run, views(run, _ballots(run, files, at), bars))
    return Told(found, screens.DOCUMENT, screens.screen, run.register.names)


def _ballots(run: Run, files: Sequence[str | Path], at: Desk) -> tuple[Ballot, ...]:
    from risk.analysis.views import ballot, kept

    if not files:
        return kept.shipped(run, at.register)
    return ballot.read([_file(Path(file), at) for file in files])


def _file(file: Path, at: Desk) -> Path:
    """A file that is named, or the register's set of that name."""
    from risk.analysis.views import ballot
    from risk.assumptions import locate

    if file.exists() or file.suffix:
        return file
    known = {path.stem: path for path in ballot.files(locate.register(at.register))}
    if str(file) in known:
        return known[str(file)]
    close = suggestion(str(file), known)
    sets = f"sets that come along: {', '.join(known)}" if known else "no sets come along"
    raise UsageError(
        f"there is no ballot {str(file)[:80]}",
        f"did you mean {close}?" if close else f"give a TOML file (docs/views.md); {sets}",
    )
