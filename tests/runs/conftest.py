from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from risk.runs import Run
from risk.runs.store import Store
from tests.runs import fake


@contextmanager
def _unchanging_source() -> Iterator[None]:
    """Keep run ids while somebody edits the model during a test."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("risk.runs.specification.source_digest", lambda: fake.SOURCE)
        yield


@pytest.fixture(scope="module", autouse=True)
def _unchanging() -> Iterator[None]:
    with _unchanging_source():
        yield


@pytest.fixture(scope="session")
def reference(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """A run computed in one process, block after block."""
    with _unchanging_source():
        return fake.run(tmp_path_factory.mktemp("reference"))


@pytest.fixture
def unfinished(reference: Run, tmp_path: Path) -> Run:
    """A copy of the reference run that lacks its manifest, each block in files of its own."""
    directory = tmp_path / "runs" / reference.id
    shutil.copytree(reference.directory, directory)
    (directory / "manifest.json").unlink()
    return fake.apart(Run(Store(directory), reference.manifest))
