"""A small engine and register with the shape of the real ones; spawned workers import them by name."""

from __future__ import annotations

import math
import os
import signal
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from types import MappingProxyType, SimpleNamespace
from typing import Any

import numpy as np

from risk.axes import Calendar
from risk.errors import NumericalError
from risk.paths import Block
from risk.runs import Run, execute, files
from risk.runs.job import Finished, Job
from risk.runs.legend import Legend
from risk.runs.merging import take_apart
from risk.runs.stretch import merged
from risk.shocks.stream import BLOCK, generator

SEED = 7
SOURCE = "digest of the source"
PATHS = 4 * 1024 + 100
BLOCKS = 5
FACILITIES = ("Alpha", "Beta", "Gamma")
FIRMS = ("North", "South")


class Tables(dict[str, Any]):
    """Tables of a register; those that nobody filled are empty."""

    def __missing__(self, name: str) -> SimpleNamespace:
        return SimpleNamespace(rows=(), names=())


@dataclass(frozen=True)
class Assumptions:
    level: float = 1.0
    name: str = "base"
    scenario: SimpleNamespace = field(
        default_factory=lambda: SimpleNamespace(name="base", title="Base", description="As is")
    )
    entries: Mapping[str, Any] = field(
        default_factory=lambda: MappingProxyType(
            {"gpu.level": SimpleNamespace(id="gpu.level", value=1.0, unit="1", prior="uniform")}
        )
    )
    tables: Mapping[str, Any] = field(
        default_factory=lambda: Tables(
            {"neoclouds.facility": SimpleNamespace(rows=FACILITIES, names=FACILITIES)}
        )
    )
    outcomes: Mapping[str, Any] = field(default_factory=dict)
    windows: Mapping[str, str] = field(default_factory=dict)
    claims: tuple[()] = ()
    classes: Mapping[str, Any] = field(default_factory=dict)
    switches: Mapping[str, bool] = field(default_factory=dict)
    calendar: Calendar = field(default_factory=lambda: Calendar(date(2026, 6, 30), 5))
    folder: str = ""
    """Where the engines below leave marks."""
    directory: str = "nowhere"

    @property
    def digest(self) -> str:
        return f"digest of {self.level}"

    def normalised(self) -> dict[str, Any]:
        return {"gpu.level": {"value": self.level, "origin": "base"}}


def simulate(
    assumptions: Assumptions, seed: int, block: int, paths: int = BLOCK, baseline: Any = None
) -> Block:
    """Random walks: enough structure for storage to show any mistake."""
    quarters = assumptions.calendar.quarters
    draws = generator(seed, "walk", block).standard_normal((quarters + 1, BLOCK, len(FACILITIES)))[:, :paths]
    walk = assumptions.level * np.cumsum(draws, axis=0)
    worst = walk.min(axis=(0, 2))
    flows = {"firm": walk[:, :, :2], "facility": walk**3}
    return Block(
        index=block,
        paths=paths,
        parameters={"gpu.level": worst + 1, "gpu.launch.delay": worst + 2},
        outcomes={"fell": (worst < -2).astype(float), "fell_in": np.where(worst < -2, -worst, np.nan)},
        series={"rent": walk[:, :, 0].astype(np.float32), "capex": walk[:, :, 1].astype(np.float32)},
        facility={"dscr": walk.astype(np.float32)} if block < 2 else {},
        sums={key: flow.sum(axis=1) for key, flow in flows.items()},
        squares={key: (flow**2).sum(axis=1) for key, flow in flows.items()},
        identities={"cash": 1e-12 * (block + 1), "debt": 0.0},
        entities={"firm": FIRMS, "facility": FACILITIES, "dscr": FACILITIES},
    )


def simulate_and_mark(assumptions: Assumptions, seed: int, block: int, paths: int, baseline: Any) -> Block:
    """Leave a mark for every block computed."""
    (Path(assumptions.folder) / f"{block}-{time.monotonic_ns()}").touch()
    return simulate(assumptions, seed, block, paths, baseline)


def simulate_or_die_once(assumptions: Assumptions, seed: int, block: int, paths: int, baseline: Any) -> Block:
    """Kill the process at the first try of every second block."""
    mark = Path(assumptions.folder) / f"tried-{block}"
    if block % 2 and not mark.exists():
        mark.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return simulate(assumptions, seed, block, paths, baseline)


def simulate_or_die(assumptions: Assumptions, seed: int, block: int, paths: int, baseline: Any) -> Block:
    """Kill the process whenever block 1 is tried."""
    if block == 1:
        (Path(assumptions.folder) / f"tried-{time.monotonic_ns()}").touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return simulate(assumptions, seed, block, paths, baseline)


def simulate_and_die_writing(
    assumptions: Assumptions, seed: int, block: int, paths: int, baseline: Any
) -> Block:
    """Kill the process at the first try of every second block, when half of its files are written."""
    mark = Path(assumptions.folder) / f"tried-{block}"
    if block % 2 and not mark.exists():
        mark.touch()

        def die(_: int) -> None:
            os.kill(os.getpid(), signal.SIGKILL)

        setattr(files, "os", SimpleNamespace(getpid=os.getpid, fsync=die))  # noqa: B010 - only in that file
    return simulate(assumptions, seed, block, paths, baseline)


def simulate_or_fail(assumptions: Assumptions, seed: int, block: int, paths: int, baseline: Any) -> Block:
    """Fail at block 2, as a mechanism would."""
    if block == 2:
        raise NumericalError("gpu_repricing: rent is NaN", "path 2051, quarter 2027Q1")
    return simulate(assumptions, seed, block, paths, baseline)


def simulate_slowly(assumptions: Assumptions, seed: int, block: int, paths: int, baseline: Any) -> Block:
    """Take a while, and say that the block is under way."""
    (Path(assumptions.folder) / f"started-{block}").touch()
    time.sleep(0.4)
    return simulate(assumptions, seed, block, paths, baseline)


def simulate_without_end(assumptions: Assumptions, seed: int, block: int, paths: int, baseline: Any) -> Block:
    """Say that the block is under way, and never finish one but the first."""
    (Path(assumptions.folder) / f"started-{block}").touch()
    time.sleep(60 if block else 0)
    return simulate(assumptions, seed, block, paths, baseline)


def simulate_slowly_and_mark(
    assumptions: Assumptions, seed: int, block: int, paths: int, baseline: Any
) -> Block:
    """Leave a mark for every block begun, and take a while."""
    (Path(assumptions.folder) / f"{block}-{time.monotonic_ns()}").touch()
    time.sleep(0.2)
    return simulate(assumptions, seed, block, paths, baseline)


def simulate_unbalanced(assumptions: Assumptions, seed: int, block: int, paths: int, baseline: Any) -> Block:
    """An identity of one block is not a number."""
    sound = simulate(assumptions, seed, block, paths, baseline)
    return replace(sound, identities={"cash": math.nan if block == 1 else 0.5, "debt": 0.0})


def simulate_unlooked(assumptions: Assumptions, seed: int, block: int, paths: int, baseline: Any) -> Block:
    """Identities are looked at on the first block only."""
    sound = simulate(assumptions, seed, block, paths, baseline)
    return sound if block == 0 else replace(sound, identities={})


def environment(assumptions: Assumptions, seed: int, block: int, paths: int, baseline: Any) -> Block:
    """Leave a mark that shows the worker's environment."""
    threads = os.environ.get("OPENBLAS_NUM_THREADS", "unset")
    (Path(assumptions.folder) / f"threads-{threads}").touch()
    return simulate(assumptions, seed, block, paths, baseline)


@dataclass(frozen=True)
class Grouped(Job):
    """Blocks by up to four at once, a mark for every group; one that holds `fatal` kills its process."""

    fatal: int = -1

    @property
    def together(self) -> int:
        return 4

    def compute(self, rows: Mapping[int, int]) -> Iterator[Finished]:
        folder = Path(self.assumptions.folder)  # type: ignore[attr-defined]
        (folder / f"{'-'.join(map(str, rows))}.group").touch()
        for index, count in rows.items():
            if index == self.fatal and len(rows) > 1:
                os.kill(os.getpid(), signal.SIGKILL)
            block = simulate(self.assumptions, self.seed, index, count)  # type: ignore[arg-type]
            yield Finished(self.store.write(block, self.legend), {})


def groups(folder: Path) -> list[tuple[int, ...]]:
    """Groups that `Grouped` has begun, in the order of their blocks."""
    return sorted(tuple(map(int, path.stem.split("-"))) for path in folder.glob("*.group"))


def run(root: Path, assumptions: Assumptions | None = None, **options: Any) -> Run:
    """Execute a run of five blocks, the last one cut, on one process unless told otherwise."""
    options = {"simulate": simulate, "jobs": 1, "paths": PATHS, "seed": SEED, **options}
    return execute(assumptions or Assumptions(), directory=root, **options)  # type: ignore[arg-type]


def apart(run: Run) -> Run:
    """Give every block of a run files of its own, as while it was under way."""
    for stretch in merged(run.directory):
        records, _ = stretch.sound()
        take_apart(run.store, stretch, records, (), Legend.of(Assumptions()))  # type: ignore[arg-type]
    return replace(run, manifest=replace(run.manifest, records={}))


def payload(run: Run) -> dict[str, bytes]:
    """Every byte of a run but those of its manifest, which knows the time, and of its log."""
    return {
        path.relative_to(run.directory).as_posix(): path.read_bytes()
        for path in sorted(run.directory.rglob("*"))
        if path.suffix in (".parquet", ".json") and path.name != "manifest.json"
    }


def marked(folder: Path) -> Assumptions:
    """Assumptions that tell the engines where to leave marks."""
    return Assumptions(folder=str(folder))


def computed(folder: Path) -> set[int]:
    """Blocks that `simulate_and_mark` has computed."""
    return {int(path.name.split("-")[0]) for path in folder.glob("*-*")}
