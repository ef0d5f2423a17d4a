"""The gate before a workbook is opened: what it may hold, and how large it may be.

A workbook is a zip archive of XML parts, and comes from somebody else. Sizes are counted by unpacking in
small pieces, for what the archive says of itself can be wrong; a part is thrown away as soon as it is seen.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import NamedTuple
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo
from zlib import error as ZlibError  # noqa: N812 - an exception, not a constant

from risk.assumptions.reader import shown
from risk.errors import StorageError, UsageError
from risk.exchange.problems import WorkbookRefused

MB = 1 << 20
MAX_FILE, MAX_PART, MAX_UNPACKED = 10 * MB, 60 * MB, 100 * MB
MAX_ENTRIES, MAX_RATIO = 200, 200
MAX_TAGS = 250_000
"""Opening and closing tags of all parts: several times what an export holds, and read within a second."""

PIECE = 1 << 16
SMALL = 1 << 16
"""Bytes of a part up to which its ratio says nothing."""

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


class Forbidden(NamedTuple):
    """What a workbook must not hold: a pattern of its part names or content types, and its name in words."""

    pattern: re.Pattern[str]
    words: str


FORBIDDEN = tuple(
    Forbidden(re.compile(pattern, re.IGNORECASE), words)
    for pattern, words in (
        (r"vbaproject|vbadata|macroenabled|/macrosheets/|macrosheet\+xml", "holds a macro"),
        (r"externallink", "holds links to other workbooks"),
        (r"oleobject|/embeddings/|\.ole\b", "holds an embedded object"),
        (r"activex|/ctrlprops/", "holds form controls"),
        (r"connections\.xml|connections\+xml|/querytables/", "holds a connection to data elsewhere"),
        (r"customxml/|customxmlproperties", "holds custom XML"),
    )
)
_EXTERNAL = re.compile(
    rb"<(?:[\w-]+:)?Relationship\s[^>]*TargetMode\s*=\s*[\"']External[^>]*>", re.IGNORECASE
)


def admit(path: Path) -> bytes:
    """Return the bytes of a workbook that may be opened.

    Raises
    ------
    UsageError : there is no such file.
    StorageError : it cannot be read.
    WorkbookRefused : it is too large, not a workbook, or holds what it must not.
    """
    name = shown(path)
    if not path.is_file():
        raise UsageError(f"there is no file {name}")
    try:
        with path.open("rb") as file:
            raw = file.read(MAX_FILE + 1)
    except OSError as error:
        raise StorageError(f"{name} cannot be read: {(error.strerror or str(error)).lower()}") from error
    if len(raw) > MAX_FILE:
        raise WorkbookRefused(name, f"is larger than {MAX_FILE // MB} MB")
    why, *fixes = _fault(path.suffix, raw)
    if why:
        raise WorkbookRefused(name, why, *fixes)
    return raw


def _fault(suffix: str, raw: bytes) -> tuple[str, ...]:
    """Return why a file is refused and what to do, or an empty reason."""
    save = "save it as an Excel workbook (.xlsx)"
    if raw.startswith(_OLE):
        return "is protected by a password, or of the old .xls kind", "take off the password", save
    if suffix.casefold() != ".xlsx":
        return f"is a {suffix or 'file without a suffix'}, not an .xlsx", save
    if not raw.startswith(b"PK\x03\x04"):
        return "is not an Excel workbook", save
    try:
        with ZipFile(BytesIO(raw)) as archive:
            why = _names(archive) or _contents(archive, len(raw))
    except (BadZipFile, ZlibError, EOFError, NotImplementedError, RuntimeError, ValueError, OSError):
        return "is damaged: it cannot be unpacked", "open it in Excel and save it again"
    return why, *(["save a copy without it"] if why.startswith("holds") else [])


def _names(archive: ZipFile) -> str:
    """Return what is wrong with the list of parts; nothing is unpacked yet."""
    infos = archive.infolist()
    names = [info.filename for info in infos]
    if len(names) > MAX_ENTRIES:
        return f"has more than {MAX_ENTRIES} parts"
    if len({name.casefold() for name in names}) < len(names):
        return "has two parts of one name"
    for info in infos:
        parts = info.filename.replace("\\", "/").split("/")
        if info.filename.startswith(("/", "\\")) or ".." in parts or ":" in parts[0]:
            return "has a part whose name leads out of the file"
        if info.flag_bits & 1:
            return "has an encrypted part"
        if info.compress_type not in (ZIP_STORED, ZIP_DEFLATED):
            return "is packed in a way that Excel does not use"
        if found := _forbidden("/" + "/".join(parts)):
            return found
    if "[Content_Types].xml" not in names or "xl/workbook.xml" not in names:
        return "is a zip file, but not an Excel workbook"
    return ""


def _forbidden(text: str) -> str:
    return next((words for pattern, words in FORBIDDEN if pattern.search(text)), "")


def _contents(archive: ZipFile, size: int) -> str:
    """Return what is wrong with the parts themselves, unpacked one piece at a time."""
    total = tags = 0
    for info in archive.infolist():
        check = _Checker(info)
        for piece in _pieces(archive, info):
            total += len(piece)
            tags += piece.count(b"<")
            if why := check.feed(piece):
                return why
            if total > MAX_UNPACKED or total > max(SMALL, MAX_RATIO * size):
                return "unpacks to far more than an assumptions workbook"
            if tags > MAX_TAGS:
                return "holds far more cells than an assumptions workbook"
        if why := check.close():
            return why
    return ""


def _pieces(archive: ZipFile, info: ZipInfo) -> Iterator[bytes]:
    with archive.open(info) as part:
        while piece := part.read(PIECE):
            yield piece


class _Checker:
    """Follows one part while it is unpacked."""

    def __init__(self, info: ZipInfo) -> None:
        from defusedxml.ElementTree import XMLParser

        self._info, self._size = info, 0
        name = info.filename.casefold()
        xml = name.endswith((".xml", ".rels", ".vml"))
        self._parser = XMLParser(target=_Nothing(), forbid_dtd=True) if xml else None
        self._kept = bytearray() if name.endswith(".rels") or name == "[content_types].xml" else None

    def feed(self, piece: bytes) -> str:
        """Return why the part is refused so far."""
        self._size += len(piece)
        if self._size > MAX_PART:
            return f"has a part larger than {MAX_PART // MB} MB"
        if self._size > max(SMALL, MAX_RATIO * self._info.compress_size):
            return f"has a part that unpacks to more than {MAX_RATIO} times its size"
        if self._kept is not None:
            self._kept += piece
        return self._parse(piece)

    def close(self) -> str:
        """Return why the whole part is refused."""
        if self._kept is None:
            return ""
        if found := _forbidden(self._kept.decode("utf-8", "replace")):
            return found
        links = (match[0].lower() for match in _EXTERNAL.finditer(bytes(self._kept)))
        return "" if all(b"/hyperlink" in link for link in links) else "leads to something outside the file"

    def _parse(self, piece: bytes) -> str:
        from defusedxml.common import DefusedXmlException

        if self._parser is None:
            return ""
        try:
            self._parser.feed(piece)
        except DefusedXmlException:
            return "declares XML entities or a document type (DTD)"
        except SyntaxError:
            return f"has a damaged part ({self._info.filename[:60]!r})"
        return ""


class _Nothing:
    """A target that keeps nothing of what is parsed."""
