"""A Dask cluster as an executor: `distributed` finds its workers, hands out calls and tells who died."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from risk.errors import UsageError
from risk.runs.transit import EXTRA

if TYPE_CHECKING:
    from distributed import Client
    from distributed.cfexecutor import ClientExecutor

PATIENCE = 20.0
"""Seconds a scheduler may take to answer."""


@dataclass(frozen=True)
class Cluster:
    """Workers of a scheduler, shaped as an executor of `concurrent.futures`."""

    client: Client
    executor: ClientExecutor

    @property
    def workers(self) -> int:
        """Worker processes now; threads of one take turns."""
        return len(self.client.nthreads())

    def submit(self, call: Callable[..., Any], /, *arguments: Any) -> Any:
        """Have a function called by one of the workers."""
        return self.executor.submit(call, *arguments)


@contextmanager
def connected(address: str) -> Iterator[Cluster]:
    """A Dask cluster, as long as the context lasts; it goes on when we leave.

    Parameters
    ----------
    address : of the scheduler, such as ``tcp://10.0.0.5:8786``, or its scheduler file.

    Raises
    ------
    UsageError : the package `distributed` is not installed, or no scheduler answers.
    """
    try:
        from distributed import Client
    except ImportError as error:
        raise UsageError("--cluster needs the package distributed, which is not installed", EXTRA) from error
    is_file = Path(address).is_file()
    where = {"scheduler_file": address} if is_file else {"address": address}
    try:
        client = Client(**where, timeout=PATIENCE, name="bubblerisk")
    except (OSError, ValueError, TypeError, KeyError) as error:
        why = f"{type(error).__name__}: {error}"
        raise UsageError(
            f"no Dask scheduler answers at {address} ({why})",
            "give the address that the scheduler printed, such as tcp://10.0.0.5:8786, or its scheduler file",
        ) from error
    executor = client.get_executor(pure=False)
    try:
        yield Cluster(client, executor)
    finally:
        executor.shutdown(wait=False)
        client.close()
