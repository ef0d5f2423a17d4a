"""What a validator is told of a run, figures that are kept as evidence, and sign-off."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, Unpack

from risk.door import opening, studies
from risk.door.desk import Desk, Where, desk
from risk.door.told import Told
from risk.errors import UsageError

if TYPE_CHECKING:
    from risk.calibrate.validation.evidence import Figure
    from risk.runs import Run


def standing(run: Run, at: Desk) -> Told[Any]:
    """For what the model is, what was tested, how large limits are, and how a run stands."""
    from risk.calibrate.validation import validation
    from risk.report.terminal import validation as report
    from risk.report.terminal.headed import Headed

    found = report.Told(validation.current(run, at.register), tuple(run.register.limits.values()))

    def memo(told: Headed[report.Told]) -> str:
        return run.register.said(report.page(told))

    return Told(Headed.of(run, found), report.DOCUMENT, report.screen, run.register.names, memo=memo)


def sign(run: Run, by: str, role: str, note: str, at: Desk) -> Told[Mapping[str, Any]]:
    """Sign a stored run: every number is verified first, and the record holds their fingerprint.

    Raises
    ------
    UsageError : its accounts do not add up, or it is a draft and no note says why it may be used.
    """
    from risk.analysis.identities import identities
    from risk.calibrate.validation import validation
    from risk.report.terminal.validation import SIGNED
    from risk.runs import signature

    broken = [identity.name for identity in identities(run) if not identity.holds]
    if broken:
        reason = f"accounts of run {run.id} do not add up ({'; '.join(broken)}): it cannot be signed"
        raise UsageError(reason, f"see: bubblerisk check {run.id}")
    reasons = validation.current(run, at.register).reasons
    if reasons and not note.strip():
        why = " ".join(reasons)
        raise UsageError(f"run {run.id} is a draft: {why}", "say in --note why it may be used all the same")
    signed = signature.sign(run, by, role, note)
    file = (run.directory / signature.FILE).as_posix()
    words = f"signed: run {run.id} by {signed.by}, {signed.role} ({file})"
    return Told.line({**asdict(signed), "file": file}, SIGNED, words)


def measure(
    *,
    tests: str | Path | None = None,
    paths: int = studies.PATHS,
    seed: int | None = None,
    **where: Unpack[Where],
) -> Told[Mapping[str, Any]]:
    """Measure limitations and gather figures of tests, and keep both as evidence in the register's folder.

    Parameters
    ----------
    tests : report of the test suite, as ``pytest --junitxml`` writes it.
    paths, seed : of each run.
    where : see `risk.Where`.

    Raises
    ------
    Interrupted : Ctrl-C or SIGTERM.
    """
    from risk.assumptions import load, locate
    from risk.calibrate.hindcast import readings
    from risk.calibrate.validation import declared, evidence, figures, sizes
    from risk.report.terminal.validation import MEASURED

    at = desk(where)
    folder = locate.register(at.register)
    base = load(folder)
    metrics = readings.read(folder, base.sources.keys())
    suites = declared.read(folder, [metric.id for metric in metrics]).suites
    moved = sizes.moves(folder, base)  # what is wrong is told before anything runs
    ran = tuple(figures.of_suites(Path(tests), suites)) if tests else ()
    drawn = base.integer("run.seed") if seed is None else seed
    command = "bubblerisk validation measure --tests FILE" if ran else "bubblerisk validation measure"
    found = (*_figures(folder, at, paths, seed), *ran)
    tested = evidence.made("tests", command, found, paths=paths, seed=drawn)
    files = [evidence.keep(tested, folder)]
    limits = sizes.measure(base, moved, paths, drawn, at.note, at.jobs)
    files.append(evidence.keep(limits, folder))
    content = {
        "files": [file.as_posix() for file in files],
        "figures": len(found),
        "sizes": len(limits.sizes),
    }
    return Told.line(content, MEASURED, "\n".join(f"written: {file.as_posix()}" for file in files))


def _figures(folder: Path, at: Desk, paths: int, seed: int | None) -> Iterator[Figure]:
    """Figures of the base case, of hindcasts by the same engine where they are kept, and of every case."""
    from risk.assumptions import locate
    from risk.assumptions.cases.read import names
    from risk.calibrate.hindcast import hindcast
    from risk.calibrate.validation import figures

    run = opening.made(opening.plan(locate.BASE, at, paths, seed), at)
    opening.strike_again(run, at)
    opening.calibrate(run, at)
    yield from figures.of_run(run)
    past = hindcast.read(at.runs)
    if past and past.source == run.manifest.specification.source:
        yield from figures.of_hindcast(past)
    else:
        at.step("no hindcasts by this engine are kept: bubblerisk hindcast; they have no figure here")
    for name in names(folder):
        yield figures.of_replay(name, studies.played(studies.described(name, at), at, paths, seed))
