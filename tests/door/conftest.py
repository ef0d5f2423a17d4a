"""The stored runs of the commands' tests: the door is held against what they print."""

from tests.cli.conftest import _quick, _quiet_log, ask, runs, stored

__all__ = ["_quick", "_quiet_log", "ask", "runs", "stored"]
