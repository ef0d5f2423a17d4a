"""Two small stored runs that share their draws, and a way to call the program on them."""

from __future__ import annotations

import json
import logging
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest

from risk.assumptions.targets import CASES
from risk.cli.app import run
from risk.door.desk import Desk
from risk.door.naming import place
from risk.door.opening import stand
from risk.runs import Run, open_run
from risk.runs.manifest import write_manifest
from risk.runs.prepare import plan
from tests import feedback
from tests.schema import problems

ROOT = Path(__file__).parents[2]
PATHS, FEW, SEED = 1024, 64, 5
SOURCE = "digest of the source"


def measured(worlds: object, run: object, note: Callable[[str], object], jobs: int) -> object:
    """Feedback in every world, without a simulation."""
    note("base: feedback")
    return feedback.worlds()


TOLD = ("bust", "correction", "durable", "durable_paid", "durable_unpaid")


def ordered(base: object, compared: object, run: object, note: Callable[[str], object], jobs: int) -> object:
    """Order of the stresses, without a simulation."""
    note("base: order")
    found = {"joint-tail": {"bust": {"against": "gpu-glut", "value": 0.04, "standard_error": 0.01}}}
    said = {"joint-tail": dict(zip(TOLD, (0.7, 0.2, 0.1, 0.04, 0.06), strict=True))}
    return {"found": found, "said": said}


@contextmanager
def _at_once() -> Iterator[None]:
    """Run ids that stay while somebody edits the model, and what stands beside a run without a simulation."""
    counts = {"5y": 12, "3y": 100, "2y": 300, "1y": 700}
    with pytest.MonkeyPatch.context() as patch:
        for module in ("risk.runs.specification", "risk.runs.prepare"):
            patch.setattr(f"{module}.source_digest", lambda: SOURCE)
        patch.setattr("risk.calibrate.stylised.defaults", lambda *_: dict.fromkeys(CASES, counts))
        patch.setattr("risk.calibrate.feedback.measured", measured)
        patch.setattr("risk.calibrate.order.measured", ordered)
        patch.setattr("risk.calibrate.parameter_band.wanted", lambda run: False)
        yield


@pytest.fixture(scope="module", autouse=True)
def _quick() -> Iterator[None]:
    """What is true of these tests only: a wider scope would reach those that follow."""
    with _at_once():
        yield


@pytest.fixture(autouse=True)
def _quiet_log() -> Iterator[None]:
    """Forget the standard error of a test when it is over."""
    yield
    logger = logging.getLogger("risk")
    for handler in list(logger.handlers):
        logger.removeHandler(handler)


def bust_cell(run: Run) -> str:
    """Address of P(bust) on the Summary of a run's pack: the sentences above it may take more lines."""
    from risk.report.pack import example, pack

    return example(next(sheet for sheet in pack(run).sheets if sheet.name == "Summary"))


@dataclass(frozen=True)
class Stored:
    """Runs of the base and of a scenario, and the folder that holds them."""

    folder: Path
    base: Run
    glut: Run


@pytest.fixture(scope="session")
def stored(tmp_path_factory: pytest.TempPathFactory) -> Stored:
    """Both runs, with what every command that shows one keeps beside it."""
    folder = tmp_path_factory.mktemp("runs")
    with _at_once():
        base, glut = (
            plan(name, PATHS, SEED, register=ROOT / "assumptions", root=folder).run(jobs=1)
            for name in ("base", "gpu-glut")
        )
        for run in (base, glut):
            stand(run, Desk(runs=folder, register=ROOT / "assumptions"))
    return Stored(folder, base, glut)


@pytest.fixture
def runs(stored: Stored, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Stored:
    """A copy of the runs in an empty working folder beside a copy of the register."""
    monkeypatch.chdir(tmp_path)
    shutil.copytree(stored.folder, tmp_path / "runs")
    shutil.copytree(ROOT / "assumptions", tmp_path / "assumptions")
    base, glut = (open_run(run.id, tmp_path / "runs") for run in (stored.base, stored.glut))
    return Stored(tmp_path / "runs", base, glut)


@pytest.fixture(scope="session")
def _short(tmp_path_factory: pytest.TempPathFactory) -> Run:
    with _at_once():
        folder = tmp_path_factory.mktemp("short")
        return plan("base", FEW, SEED, register=ROOT / "assumptions", root=folder).run(jobs=1)


@pytest.fixture
def short(runs: Stored, _short: Run) -> Run:
    """A run of the base with the first of its paths only, stored with the others."""
    shutil.copytree(_short.directory, runs.folder / _short.id)
    return open_run(_short.id, runs.folder)


def twin(run: Run, finished: str = "2030-01-01T00:00:00Z", scenario: str = "", **changes: Any) -> str:
    """Store a run once more as if its specification had been another, and return its id."""
    manifest = run.manifest
    specification = replace(manifest.specification, **changes)
    directory = run.directory.with_name(specification.id)
    shutil.copytree(run.directory, directory)
    clock = {**manifest.clock, "finished": finished}
    named = scenario or manifest.scenario
    changed = replace(manifest, specification=specification, clock=clock, scenario=named)
    write_manifest(directory / "manifest.json", changed)
    return specification.id


def pack_of(run: str, scenario: str = "base") -> None:
    """A workbook that holds no more than the id of its run."""
    path = place(scenario)
    path.parent.mkdir(parents=True, exist_ok=True)
    with ZipFile(path, "w") as archive:
        text = f'<property name="run_id"><vt:lpwstr>{run}</vt:lpwstr></property>'
        archive.writestr("docProps/custom.xml", text)


@dataclass(frozen=True)
class Answer:
    """What the program said."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The document it wrote, which is of the form that it names."""
        document = json.loads(self.out, parse_constant=_refuse)
        assert not problems(document)
        return document


Ask = Callable[..., Answer]


@pytest.fixture
def ask(capsys: pytest.CaptureFixture[str]) -> Ask:
    """Call the program with words and return what it said."""

    def call(*words: object) -> Answer:
        capsys.readouterr()
        try:
            code = run([str(word) for word in words])
        except SystemExit as end:
            code = int(end.code or 0)
        shown = capsys.readouterr()
        return Answer(code, shown.out, shown.err)

    return call


SMALL = ("-n", PATHS, "--seed", SEED, "-j", 1)
"""Options of the stored runs."""


def _refuse(constant: str) -> None:
    raise AssertionError(f"{constant} is not JSON")
