"""Runs: what identifies one, how it is carried out on any number of workers, stored, found and read."""

from risk.runs.executor import Progress, execute
from risk.runs.find import RUNS, StoredRun, list_runs, newest, open_run
from risk.runs.interrupts import Interrupted
from risk.runs.log import log_to_stderr
from risk.runs.manifest import Manifest
from risk.runs.reuse import reusable
from risk.runs.run import Run
from risk.runs.space import estimated_bytes
from risk.runs.specification import Specification, specify

__all__ = [
    "RUNS",
    "Interrupted",
    "Manifest",
    "Progress",
    "Run",
    "Specification",
    "StoredRun",
    "estimated_bytes",
    "execute",
    "list_runs",
    "log_to_stderr",
    "newest",
    "open_run",
    "reusable",
    "specify",
]
