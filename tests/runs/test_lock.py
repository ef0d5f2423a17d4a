from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path

import pytest

from risk.errors import LockedError
from risk.runs.lock import hold
from risk.runs.specification import specify
from tests.runs import fake


def test_a_run_that_another_process_writes_is_refused(tmp_path: Path) -> None:
    directory = tmp_path / specify(fake.Assumptions(), fake.PATHS, fake.SEED).id  # type: ignore[arg-type]
    script = (
        "import sys, time; from pathlib import Path; from risk.runs.lock import hold\n"
        "with hold(Path(sys.argv[1]), 'bubblerisk run base'): print('held', flush=True); time.sleep(60)"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script, directory], stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(LockedError, match=f"process {holder.pid} on .*: bubblerisk run base") as caught:
            fake.run(tmp_path)
        assert caught.value.exit_code == 6
        holder.kill()
    assert fake.run(tmp_path).paths == fake.PATHS, "the lock of a killed process is free"


def test_a_lock_can_be_taken_again(tmp_path: Path) -> None:
    for _ in range(2):
        with hold(tmp_path, "bubblerisk run"):
            assert (tmp_path / "holder.json").exists()
        assert not (tmp_path / "holder.json").exists()


def test_another_thread_of_this_process_waits_for_it(tmp_path: Path) -> None:
    """Scenarios of a batch that are the same run: one simulates it, the other opens it."""
    order = []

    def second() -> None:
        with hold(tmp_path, "second"):
            order.append("second")

    with hold(tmp_path, "first"):
        thread = threading.Thread(target=second)
        thread.start()
        thread.join(0.1)
        order.append("first")
    thread.join()
    assert order == ["first", "second"]


def test_the_thread_that_holds_it_is_refused_like_another_process(tmp_path: Path) -> None:
    with hold(tmp_path, "first"), pytest.raises(LockedError, match="first"), hold(tmp_path, "second"):
        pass
