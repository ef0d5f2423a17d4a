"""The mutation score, kept as evidence: `python -m risk.calibrate.validation.mutants SCORE`."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from risk.assumptions import locate
from risk.calibrate.validation import evidence
from risk.calibrate.validation.evidence import Figure
from risk.errors import UsageError, refuse_pipe, storage_error


def figure(score: Path) -> Figure:
    """Share of a sample of mutants that the tests noticed.

    Raises
    ------
    UsageError : the file is no such score. StorageError : it cannot be read.
    """
    try:
        refuse_pipe(score)
        found = json.loads(score.read_bytes())
        tried, killed, mutants = (int(found[key]) for key in ("tried", "killed", "mutants"))
        modules = " and ".join(str(module) for module in found["modules"])
        share = killed / tried
    except OSError as error:
        raise storage_error(error, score, "cannot be read") from error
    except (ValueError, KeyError, TypeError, ZeroDivisionError) as error:
        raise UsageError(f"{score} is no score of mutants", "make mutation writes one") from error
    note = f"Drawn from {mutants:,} by Cosmic Ray; golden numbers are not among the tests."
    what = f"Mutants of {modules} that the tests notice"
    return Figure("mutation", what, share, "fraction", None, None, tried, "mutants", "make mutation", note)


def main(score: Path) -> None:
    """Keep the score."""
    record = evidence.made("mutation", "make mutation", [figure(score)])
    print(f"written: {evidence.keep(record, locate.register())}")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
