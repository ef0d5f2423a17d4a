"""Figures of what is tested elsewhere: hindcasts, replays, targets, the band over parameters, the tests."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fnmatch import fnmatch
from pathlib import Path
from typing import TYPE_CHECKING

from risk.analysis.identities import TOLERANCE, identities
from risk.analysis.verdict import verdict
from risk.calibrate import scores, targets
from risk.calibrate.cases.replay import WANTED, Replay
from risk.calibrate.hindcast.hindcast import Hindcast
from risk.calibrate.validation.declared import Suite
from risk.calibrate.validation.evidence import Figure
from risk.errors import StorageError, UsageError, refuse_pipe, storage_error

if TYPE_CHECKING:
    from risk.runs import Run

SHARE, COUNT = "fraction", "1"
LARGEST = 64_000_000
"""Bytes of a report of tests that are read at most."""


def of_run(run: Run) -> Iterator[Figure]:
    """Targets, identities and the band over parameters of a run of the base case."""
    found = [t for t in targets.results(run) if t.inside is not None]
    agreeing = sum(not t.contradicts for t in found)
    how = f"bubblerisk check {run.manifest.scenario}"
    if found:
        n = len(found)
        what = "Calibration targets that the run does not contradict"
        yield Figure("targets", what, agreeing / n, SHARE, 1.0, None, n, "targets", how)
        inside = sum(bool(t.inside) for t in found)
        what = "Calibration targets inside their bounds"
        note = "The rest is declared missed, with the reason, or within two standard errors."
        yield Figure("targets-inside", what, inside / n, SHARE, None, None, n, "targets", how, note)
    errors = [identity.error for identity in identities(run)]
    what = "Accounting identities, largest relative error on any path and quarter looked at"
    yield Figure("identities", what, max(errors), COUNT, None, TOLERANCE, len(errors), "identities", how)
    (bust,) = (found for found in verdict(run).classes if found.name == "bust")
    if bust.band and bust.band.ends:
        low, high = bust.band.ends
        what = "Width of the band of P(bust) over parameters, nine draws in ten"
        note = f"{low:.0%} to {high:.0%}; sampling error is ± {1.96 * bust.probability.standard_error:.1%}."
        again = f"bubblerisk run {run.manifest.scenario} --band"
        yield Figure("band", what, high - low, SHARE, None, None, run.paths, "paths", again, note)


def of_hindcast(found: Hindcast) -> Iterator[Figure]:
    """Coverage of the declared interval, and metrics that beat both naive forecasts."""
    whole, how = found.whole, "bubblerisk hindcast"
    what = f"Hindcasts: readings inside the {scores.DECLARED:.0%} interval"
    note = f"They say as much as {whole.effective:.0f} independent readings."
    low, high = scores.WANTED
    yield Figure("hindcast", what, whole.declared, SHARE, low, high, whole.count, "readings", how, note)
    better = sum(max(group.crps, default=1.0) < 1.0 for group in found.metrics)
    what = "Hindcasts: metrics forecast better than by both naive rules (CRPS)"
    count = len(found.metrics)
    yield Figure("hindcast-naive", what, better / max(count, 1), SHARE, None, None, count, "metrics", how)


def of_replay(name: str, found: Replay) -> Figure:
    """Outcomes of another bust inside their interval."""
    case = found.described.case
    what = f"Replay of {case.head.title}: outcomes inside the 90% interval"
    far = ", ".join(each.id for each in found.far)
    beyond = f"; headlines beyond 99.5% or not produced: {far}" if far else "; no headline beyond 99.5%"
    note = f"{case.head.evidence.capitalize()} evidence{beyond}."
    how = f"bubblerisk replay {name}"
    return Figure(
        f"replay-{name}", what, found.share, SHARE, WANTED, None, len(found.judged), "outcomes", how, note
    )


def of_suites(report: Path, suites: Sequence[Suite]) -> Iterator[Figure]:
    """Tests of each declared suite that passed, by a report of the test runner (JUnit's XML).

    What was skipped is not counted; a suite of which nothing ran has no figure.

    Raises
    ------
    UsageError : the file is no such report. StorageError : it cannot be read.
    """
    ran = list(_ran(report))
    for suite in suites:
        own = [passed for file, passed in ran if any(fnmatch(file, pattern) for pattern in suite.files)]
        if own:
            how = f"pytest {' '.join(dict.fromkeys(str(Path(file).parent) for file in suite.files))}"
            yield Figure(suite.id, suite.what, sum(own) / len(own), SHARE, 1.0, None, len(own), "tests", how)


def _ran(report: Path) -> Iterator[tuple[str, bool]]:
    """File of each test that ran, and whether it passed."""
    from xml.etree.ElementTree import ParseError

    from defusedxml.common import DefusedXmlException
    from defusedxml.ElementTree import fromstring

    try:
        refuse_pipe(report)
        with report.open("rb") as file:
            text = file.read(LARGEST + 1)
    except OSError as error:
        raise storage_error(error, report, "cannot be read") from error
    if len(text) > LARGEST:
        raise StorageError(f"{report} is larger than {LARGEST // 1_000_000} MB", "give the report of one run")
    try:
        cases = list(fromstring(text).iter("testcase"))
    except (ParseError, DefusedXmlException) as error:
        raise UsageError(
            f"{report} is no report of tests ({error})", "pytest --junitxml writes one"
        ) from error
    if not cases:
        raise UsageError(f"{report} holds no test", "pytest --junitxml writes a report")
    for case in cases:
        words = {child.tag for child in case}
        if "skipped" not in words:
            yield _file(case.get("classname", "")), not words & {"failure", "error"}


def _file(name: str) -> str:
    """File of a test by the dotted name of its module; a class inside it comes behind."""
    parts = name.split(".")
    end = next((i for i, part in enumerate(parts) if part.startswith("test_")), len(parts) - 1)
    return f"{'/'.join(parts[: end + 1])}.py"
