"""The zip archive of a workbook: its list of parts, before any part is unpacked."""

from __future__ import annotations

import re
import stat
from collections.abc import Sequence
from typing import NamedTuple
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

from risk.workbook.refused import Unfit

MAX_ENTRIES = 500
"""Parts: a pack has about 120, and Excel adds some for every chart."""

LOCAL_HEADER, END_HEADER = 30, 22
"""Bytes of a part's header and of the end of the archive, without names and remarks."""

ENCRYPTED = 0x1 | 0x40
"""Bits of a part's flags that say it is encrypted, weakly or strongly."""


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

OTHER_KINDS = {
    "xl/workbook.bin": "is a binary workbook (.xlsb)",
    "content.xml": "is an OpenDocument file (.ods)",
}
"""What a zip file without a workbook is, by a part that gives it away."""


def check_list(raw: bytes) -> None:
    """Refuse an archive that lists far too much, or does not end where it says; nothing is read of it yet."""
    if raw.count(b"PK\x01\x02") > MAX_ENTRIES:
        raise Unfit(f"has more than {MAX_ENTRIES} parts")
    if raw[-END_HEADER:][:4] != b"PK\x05\x06":
        raise Unfit("is damaged: it does not end as a zip file does", "save it again, or copy it once more")


def check_archive(archive: ZipFile) -> None:
    """Refuse an archive by its list of parts."""
    infos = archive.infolist()
    names = [info.filename for info in infos]
    if len({name.casefold() for name in names}) < len(names):
        raise Unfit("has two parts of one name")
    for info in infos:
        _check_part(info)
    if _overlap(infos, archive.start_dir):
        raise Unfit("has parts that overlap, or something in front of them")
    if "[Content_Types].xml" not in names or "xl/workbook.xml" not in names:
        told = next((words for name, words in OTHER_KINDS.items() if name in names), "")
        raise Unfit(
            told or "is a zip file, but not an Excel workbook", "save it as an Excel workbook (.xlsx)"
        )


def _check_part(info: ZipInfo) -> None:
    parts = info.filename.replace("\\", "/").split("/")
    link = stat.S_ISLNK(info.external_attr >> 16)
    if info.filename.startswith(("/", "\\")) or ".." in parts or ":" in parts[0] or link:
        raise Unfit("has a part whose name leads out of the file")
    if info.flag_bits & ENCRYPTED:
        raise Unfit("has an encrypted part", "take off the password")
    if info.compress_type not in (ZIP_STORED, ZIP_DEFLATED):
        raise Unfit("is packed in a way that Excel does not use")
    refuse_foreign("/" + "/".join(parts))


def refuse_foreign(text: str) -> None:
    """Refuse a name or type of a part that no workbook of ours has: macros, links, embedded programs."""
    for pattern, words in FORBIDDEN:
        if pattern.search(text):
            raise Unfit(words, "save a copy without it")


def _overlap(infos: Sequence[ZipInfo], end: int) -> bool:
    """Whether bytes of the archive are unpacked twice, or stand before the first part."""
    spans = sorted((info.header_offset, info.compress_size) for info in infos)
    starts = [*(start for start, _ in spans), end]
    closes = [start + LOCAL_HEADER + size for start, size in spans]
    return starts[0] > 0 or any(close > start for close, start in zip(closes, starts[1:], strict=True))
