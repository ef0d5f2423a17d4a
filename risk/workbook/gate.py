"""The gate before a workbook is opened: what it may hold, and how large it may be.

A workbook is a zip archive of XML parts, and comes from somebody else. What it says of itself can be wrong,
so parts are measured by unpacking them in small pieces, each thrown away as soon as it is seen. The limits
leave room above the largest pack there is: it lists 20,000 paths twice, however many its run has.
"""

from __future__ import annotations

import errno
import stat
from io import BytesIO
from pathlib import Path
from zipfile import BadZipFile, ZipFile
from zlib import error as ZlibError  # noqa: N812 - an exception, not a constant

from risk.assumptions.reader import shown
from risk.errors import StorageError, UsageError
from risk.workbook.archive import check_archive, check_list
from risk.workbook.refused import Unfit, WorkbookRefused

MB = 1 << 20
MAX_FILE = 25 * MB

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_SAVE = "save it as an Excel workbook (.xlsx)"


def admit(path: Path) -> bytes:
    """Return the bytes of a workbook that may be opened.

    Raises
    ------
    UsageError : there is no such file.
    StorageError : it cannot be read.
    WorkbookRefused : it is too large, not a workbook, or holds what it must not.
    """
    name = shown(path)
    try:
        raw = _read(path)
        _check_kind(path.suffix, raw)
        from risk.workbook.parts import check_parts  # only a workbook is worth loading openpyxl for

        with ZipFile(BytesIO(raw)) as archive:
            check_archive(archive)
            check_parts(archive, len(raw))
    except Unfit as unfit:
        raise WorkbookRefused(name, unfit.why, *unfit.fixes) from None
    except (FileNotFoundError, NotADirectoryError):
        raise UsageError(f"there is no file {name}") from None
    except (BadZipFile, ZlibError, EOFError, NotImplementedError, RuntimeError, ValueError) as error:
        fix = "open it in Excel and save it again"
        raise WorkbookRefused(name, "is damaged: it cannot be unpacked", fix) from error
    except OSError as error:
        raise StorageError(f"{name} cannot be read: {(error.strerror or str(error)).lower()}") from error
    return raw


def _read(path: Path) -> bytes:
    """Return the bytes of a regular file; a pipe or a device would never end."""
    try:
        mode = path.stat().st_mode
    except OSError as error:
        if error.errno == errno.ELOOP:
            raise Unfit("is a link that leads to itself") from error
        raise
    if stat.S_ISDIR(mode):
        raise Unfit("is a folder, not an Excel workbook", "give the file in it")
    if not stat.S_ISREG(mode):
        raise Unfit("is a pipe or a device, not a file", "give a file")
    with path.open("rb") as file:
        raw = file.read(MAX_FILE + 1)
    if len(raw) > MAX_FILE:
        raise Unfit(f"is larger than {MAX_FILE // MB} MB")
    return raw


def _check_kind(suffix: str, raw: bytes) -> None:
    """Refuse what is no workbook of today's kind, whatever its name says."""
    if raw.startswith(_OLE):
        locked, old = (word.encode("utf-16-le") in raw for word in ("EncryptedPackage", "Workbook"))
        if old and not locked:
            raise Unfit("is of the old .xls kind", _SAVE)
        or_old = "" if locked else ", or of the old .xls kind"
        raise Unfit(f"is protected by a password{or_old}", "take off the password", _SAVE)
    if suffix.casefold() != ".xlsx":
        raise Unfit(f"is a {suffix or 'file without a suffix'}, not an .xlsx", _SAVE)
    if not raw:
        raise Unfit("is empty", "was it saved to the end?")
    if not raw.startswith(b"PK\x03\x04"):
        raise Unfit("is not an Excel workbook", _SAVE)
    check_list(raw)
