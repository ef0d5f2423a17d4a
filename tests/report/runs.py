"""Small real runs, the base with feedback, bands, views and how it stands beside it, made once a process."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from risk.analysis import actions
from risk.analysis.views import kept
from risk.assumptions import load
from risk.calibrate.validation import validation
from risk.calibrate.watch import watching
from risk.report.opened import Cells, Opened
from risk.report.pack import pack
from risk.report.pack.base.results import Results
from risk.report.sheet import Workbook
from risk.runs import Run, execute
from risk.runs.beside import FEEDBACK, PARAMETER_BAND
from risk.runs.files import publish_json
from tests import feedback as by_hand
from tests import parameter_band

PATHS, SEED = 2048, 20261122
REGISTER = Path(__file__).parents[2] / "assumptions"


@cache
def _folder() -> TemporaryDirectory[str]:
    return TemporaryDirectory(prefix="bubblerisk-")  # removed when the process ends


def small_run(scenario: str = "base", seed: int = SEED) -> Run:
    """A run of our register, wherever the test that asks first has gone to."""
    return _run(scenario, seed)


@cache
def _run(scenario: str, seed: int) -> Run:
    run = execute(load(REGISTER, scenario), PATHS, seed, jobs=1, directory=Path(_folder().name))
    if scenario == "base":
        publish_json(run.directory / FEEDBACK, by_hand.kept(run.id))
        chances = {name: float(flags.mean()) for name, flags in run.outcomes().items()}
        bands = parameter_band.kept(run.id, run.register, chances)
        publish_json(run.directory / PARAMETER_BAND, bands)
        validation.keep(run, None)
        actions.keep(run, None)
        watching.keep(run, None)
        kept.keep(run, None)
    return run


def small_results(scenario: str = "base") -> Results:
    """What the rooms of its pack share. Nobody writes to it."""
    return _results(scenario)


@cache
def _results(scenario: str) -> Results:
    return Results.of(small_run(scenario))


def small_book(scenario: str = "base") -> Workbook:
    """Its pack by itself, which is written nowhere."""
    return _book(scenario)


@cache
def _book(scenario: str) -> Workbook:
    return pack(small_run(scenario))


def edited(book: Opened, **parts: Cells) -> Opened:
    """A workbook with other values or formulas than its file has."""
    other = Opened(book.path, book.content)
    vars(other).update(parts)
    return other
