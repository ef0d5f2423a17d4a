"""Runs on a Dask cluster of processes on this machine, some of them killed."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from risk.errors import UsageError
from risk.runs import Run, cluster
from risk.runs.cluster import connected
from tests.runs import fake


@pytest.fixture(scope="module")
def local() -> Iterator[Any]:
    """Two worker processes of one thread each; nannies replace those that die."""
    from distributed import LocalCluster

    with LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as found:
        yield found


def _kill_one(local: Any) -> None:
    nanny = local.workers[min(local.workers)]
    with suppress(ProcessLookupError, TypeError):  # it is just being replaced
        os.kill(nanny.pid, signal.SIGKILL)


@pytest.mark.slow
def test_a_cluster_whose_workers_are_killed_writes_the_bytes_of_one_process(
    reference: Run, tmp_path: Path, local: Any
) -> None:
    done: list[int] = []

    def kill(paths: int, total: int, means: Mapping[str, float]) -> None:
        done.append(paths)
        if len(done) in (1, 3):
            _kill_one(local)

    with connected(local.scheduler_address) as executor:
        assert executor.workers == 2
        run = fake.run(tmp_path / "shared", executor=executor, progress=kill)
        apart = fake.run(tmp_path / "apart", executor=executor, through=f"file://{tmp_path}/store")
    assert run.manifest.result == apart.manifest.result == reference.manifest.result
    assert fake.payload(run) == fake.payload(apart) == fake.payload(reference)
    assert done == sorted(set(done)), "nothing twice"
    assert (len(done), done[-1]) == (fake.BLOCKS, fake.PATHS), "nothing missing"
    assert "MALLOC_TRIM_THRESHOLD_=65536" in (run.directory / "log.txt").read_text()


def test_where_no_scheduler_answers_a_sentence_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster, "PATIENCE", 0.3)
    for address in ("tcp://127.0.0.1:9", "no address"):
        with pytest.raises(UsageError, match=f"no Dask scheduler answers at {address}"), connected(address):
            pass


def test_without_the_package_a_sentence_says_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "distributed", None)
    with pytest.raises(UsageError, match="not installed") as caught, connected("tcp://127.0.0.1:9"):
        pass
    assert "bubblerisk[cluster]" in caught.value.fixes[0]
