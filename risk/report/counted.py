"""On how many paths rests what is told, in the one wording of every screen and sheet."""

from __future__ import annotations


def paths_said(paths: int, explained: int | None = None) -> str:
    """``1,000,000 paths, explained on the first 131,072``: all of a run, and where inputs are told apart.

    Parameters
    ----------
    explained : None where these are all, or where nothing is explained.
    """
    on = f", explained on the first {explained:,}" if explained is not None and explained < paths else ""
    return f"{paths:,} paths{on}"
