"""Why a workbook is not opened, in one sentence."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager

from risk.errors import AssumptionError


class Unfit(Exception):  # noqa: N818 - it is caught where the file's name is known
    """What is wrong with a file.

    Parameters
    ----------
    why : what it holds or is, in words that follow "it".
    *fixes : what to do, one sentence each.
    """

    def __init__(self, why: str, *fixes: str) -> None:
        super().__init__(why)
        self.why, self.fixes = why, fixes


class WorkbookRefused(AssumptionError):  # noqa: N818 - reads as the sentence it is
    """A workbook that is not opened at all.

    Parameters
    ----------
    file : the workbook as it is shown to the user.
    why : what it holds or is, in words that follow "it".
    """

    def __init__(self, file: str, why: str, *fixes: str) -> None:
        self.file, self.why = file, why
        super().__init__(f"{file} is refused: it {why}. Nothing was changed", *fixes)

    def __reduce__(self) -> tuple[type[WorkbookRefused], tuple[str, ...]]:
        return WorkbookRefused, (self.file, self.why, *self.fixes)


@contextmanager
def unreadable(name: str) -> Iterator[None]:
    """Refuse a workbook that openpyxl stumbles over, which raises whatever it happens to.

    Parameters
    ----------
    name : of the file as it is shown to the user.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what other programs add and openpyxl passes over
            yield
    except WorkbookRefused:
        raise
    except Exception as error:
        reason = " ".join(str(error).split())[:100]
        fix = "open it in Excel and save it again"
        raise WorkbookRefused(name, f"cannot be read as a workbook ({reason})", fix) from error
