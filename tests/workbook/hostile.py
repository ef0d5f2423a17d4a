"""Workbooks that somebody made to do harm, each from the parts of a good one."""

from __future__ import annotations

import os
import struct
from collections.abc import Callable
from io import BytesIO
from zipfile import ZIP_BZIP2, ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

from risk.workbook.gate import MAX_FILE, MB

SHEET, BOOK, STRINGS, STYLES = (
    f"xl/{name}.xml" for name in ("worksheets/sheet1", "workbook", "sharedStrings", "styles")
)
MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
LETTERS = [chr(65 + i) for i in range(26)]
Parts = dict[str, bytes]
Spoil = Callable[[Parts], bytes]


def parts_of(raw: bytes) -> Parts:
    with ZipFile(BytesIO(raw)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def packed(parts: Parts, method: int = ZIP_DEFLATED) -> bytes:
    buffer = BytesIO()
    with ZipFile(buffer, "w", method) as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    return buffer.getvalue()


def with_part(name: str, part: bytes = b"x") -> Spoil:
    return lambda parts: packed({**parts, name: part})


def replaced(name: str, before: bytes, after: bytes) -> Spoil:
    def spoil(parts: Parts) -> bytes:
        assert before in parts[name]
        return packed({**parts, name: parts[name].replace(before, after, 1)})

    return spoil


def declared(text: str) -> Spoil:
    """Put a document type in front of a sheet."""
    return replaced(SHEET, b"<worksheet", text.encode() + b"<worksheet")


def cells(rows: int, columns: int, first: int = 1) -> bytes:
    """Rows of whole numbers as Excel writes them."""
    letters = [*LETTERS, *(f"A{letter}" for letter in LETTERS)][:columns]
    row = "".join(f'<c r="{letter}{{0}}"><v>1</v></c>' for letter in letters)
    return "".join(f'<row r="{r}">{row.format(r)}</row>' for r in range(first, first + rows)).encode()


def sheet(content: bytes) -> bytes:
    return f"<worksheet {MAIN}><sheetData>".encode() + content + b"</sheetData></worksheet>"


def scattered(element: bytes, count: int) -> bytes:
    """An element many times with ever other numbers, so that it does not pack well."""
    return b"".join(element % (i * 7_919 % 100_003) for i in range(count))


def on_sheet(content: bytes) -> Spoil:
    return with_part(SHEET, sheet(content))


def beside_cells(content: bytes) -> Spoil:
    return with_part(SHEET, sheet(b"").replace(b"</worksheet>", content + b"</worksheet>"))


def noisy(parts: Parts) -> Parts:
    """The same with what does not pack, so that ratios say nothing."""
    return {**parts, "xl/media/noise.bin": os.urandom(4 * MB)}


LAUGHS = "".join(f'<!ENTITY a{i} "{f"&a{i - 1};" * 10 if i else "ha"}">' for i in range(12))
RELATION = 'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships'
RELATIONS = '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'


def lying_size(parts: Parts) -> bytes:
    """An archive whose list says a part is small."""
    raw = bytearray(packed({**parts, "xl/media/zeros.bin": bytes(64 * MB)}))
    while (at := raw.find(struct.pack("<L", 64 * MB))) >= 0:
        raw[at : at + 4] = struct.pack("<L", 100)
    return bytes(raw)


def overlapping(parts: Parts) -> bytes:
    """Two hundred entries that share one packed megabyte of zeros."""
    names = [f"xl/media/{i:03}.bin" for i in range(150)]
    raw = bytearray(packed({**parts, **{name: bytes(MB) for name in names}}))
    first = raw.find(b"PK\x03\x04" + b"\x14\x00", raw.find(names[0].encode()) - 30)
    at = raw.find(b"PK\x01\x02")
    while at >= 0:
        length = struct.unpack("<H", raw[at + 28 : at + 30])[0]
        if raw[at + 46 : at + 46 + length].startswith(b"xl/media"):
            raw[at + 42 : at + 46] = struct.pack("<L", first)
        at = raw.find(b"PK\x01\x02", at + 4)
    return bytes(raw)


def a_link(parts: Parts) -> bytes:
    buffer = BytesIO(packed(parts))
    with ZipFile(buffer, "a") as archive:
        info = ZipInfo("xl/media/link.png")
        info.external_attr = 0o120777 << 16
        archive.writestr(info, "/etc/passwd")
    return buffer.getvalue()


def encrypted(parts: Parts) -> bytes:
    """The first bit of a part's flags, in its header and in the list."""
    raw = bytearray(packed(parts))
    raw[6] |= 1
    raw[raw.find(b"PK\x01\x02") + 8] |= 1
    return bytes(raw)


def flipped(parts: Parts) -> bytes:
    raw = packed(parts)
    middle = raw.find(SHEET.encode()) + len(SHEET) + 200
    return raw[:middle] + bytes([raw[middle] ^ 0x40]) + raw[middle + 1 :]


def same_sheet_often(parts: Parts) -> bytes:
    """Ninety sheets that are all one part."""
    names = "".join(f'<sheet name="S{i}" sheetId="{i + 1}" r:id="r{i}"/>' for i in range(90))
    links = "".join(
        f'<Relationship Id="r{i}" {RELATION}/worksheet" Target="{"./" * i}worksheets/sheet1.xml"/>'
        for i in range(90)
    )
    book = f'<workbook {MAIN} xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships">'
    return packed(
        {
            **parts,
            SHEET: sheet(cells(5_000, 20)),
            BOOK: f"{book}<sheets>{names}</sheets></workbook>".encode(),
            "xl/_rels/workbook.xml.rels": f"{RELATIONS}{links}</Relationships>".encode(),
        }
    )


def in_utf16(parts: Parts) -> bytes:
    text = parts[SHEET].decode().replace("UTF-8", "UTF-16")
    return packed(
        {**parts, SHEET: text.replace("<worksheet", "<!DOCTYPE w []><worksheet", 1).encode("utf-16")}
    )


def compound(stream: str) -> Spoil:
    """A file of the old kind with a stream of that name."""
    return lambda parts: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600) + stream.encode("utf-16-le")


HOSTILE: dict[str, tuple[Spoil, str]] = {
    # the archive
    "zip bomb": (with_part("xl/media/zeros.bin", bytes(320 * MB)), "larger than 60 MB"),
    "high ratio": (with_part("xl/media/zeros.bin", bytes(20 * MB)), "more than 200 times its size"),
    "all of it": (
        lambda parts: packed({**parts, **{f"xl/{i}.bin": b"%d" % i * 8 * MB for i in range(3)}}),
        "200 times",
    ),
    "lying size": (lying_size, "damaged"),
    "overlapping entries": (overlapping, "overlap"),
    "too large": (
        lambda parts: packed({**parts, "xl/n.bin": os.urandom(MAX_FILE)}, ZIP_STORED),
        f"larger than {MAX_FILE // MB} MB",
    ),
    "too many parts": (
        lambda parts: packed({**parts, **{f"xl/{i}.bin": b"" for i in range(501)}}),
        "500 parts",
    ),
    "a hundred thousand parts": (
        lambda parts: packed({**parts, **{f"xl/{i}.bin": b"" for i in range(70_000)}}),
        "500 parts",
    ),
    "path out": (with_part("../../evil.xml", b"<a/>"), "leads out of the file"),
    "absolute path": (with_part("/etc/evil", b"a"), "leads out of the file"),
    "path out, Windows": (with_part("..\\evil.xml", b"<a/>"), "leads out of the file"),
    "a link": (a_link, "leads out of the file"),
    "two of a name": (with_part("XL/Workbook.xml", b"<a/>"), "two parts of one name"),
    "cut short": (lambda parts: packed(parts)[:-4000], "damaged"),
    "bit flipped": (flipped, "damaged"),
    "something behind": (lambda parts: packed(parts) + b"MZ" * 500, "damaged"),
    "something in front": (
        lambda parts: packed({"a": b"a"}) + packed(parts),
        "overlap, or something in front",
    ),
    "odd packing": (lambda parts: packed(parts, ZIP_BZIP2), "Excel does not use"),
    "an encrypted part": (encrypted, "has an encrypted part"),
    # what it is
    "other zip": (lambda parts: packed({"readme.txt": b"hello"}), "not an Excel workbook"),
    "a binary workbook": (lambda parts: packed({"xl/workbook.bin": b"x"}), ".xlsb"),
    "an open document": (lambda parts: packed({"mimetype": b"x", "content.xml": b"<a/>"}), ".ods"),
    "text": (lambda parts: b"id,value\n1,2\n", "not an Excel workbook"),
    "a page": (lambda parts: b"<html><table/></html>", "not an Excel workbook"),
    "nothing": (lambda parts: b"", "is empty"),
    "old or locked": (compound("?"), "password"),
    "locked": (compound("EncryptedPackage"), "it is protected by a password. Nothing"),
    "old": (compound("Workbook"), "it is of the old .xls kind"),
    "strict": (
        with_part(SHEET, b'<worksheet xmlns="http://purl.oclc.org/ooxml/spreadsheetml/main"/>'),
        "strict kind",
    ),
    # what it holds beside cells
    "macro": (with_part("xl/vbaProject.bin"), "holds a macro"),
    "macro by another name": (
        replaced("[Content_Types].xml", b"spreadsheetml.sheet.main+xml", b"sheet.macroEnabled.main+xml"),
        "holds a macro",
    ),
    "external link": (with_part("xl/externalLinks/externalLink1.xml", b"<a/>"), "links to other workbooks"),
    "external relation": (
        with_part(
            "xl/worksheets/_rels/sheet9.xml.rels",
            f'{RELATIONS}<Relationship Id="r1" {RELATION}/attachedTemplate" Target="http://x.example/" '
            'TargetMode="External"/></Relationships>'.encode(),
        ),
        "leads to something outside",
    ),
    "embedded object": (with_part("xl/embeddings/oleObject1.bin"), "embedded object"),
    "form control": (with_part("xl/activeX/activeX1.xml", b"<a/>"), "form controls"),
    "connection": (with_part("xl/connections.xml", b"<a/>"), "connection to data"),
    "custom XML": (with_part("customXml/item1.xml", b"<a/>"), "custom XML"),
    # XML
    "entity bomb": (declared(f"<!DOCTYPE w [{LAUGHS}]>"), "document type"),
    "external entity": (declared('<!DOCTYPE w [<!ENTITY x SYSTEM "file:///etc/passwd">]>'), "document type"),
    "document type alone": (declared('<!DOCTYPE w SYSTEM "http://x.example/w.dtd">'), "document type"),
    "document type in UTF-16": (in_utf16, "document type"),
    "other letters": (
        lambda parts: packed({**parts, SHEET: sheet(b"").decode().encode("utf-16")}),
        "not written in UTF-8",
    ),
    "broken XML": (replaced(SHEET, b"</sheetData>", b"</sheetDate>"), "damaged part"),
    "a long text": (
        lambda parts: packed(
            noisy({**parts, STRINGS: f"<sst {MAIN}><si><t>{'x' * 50 * MB}</t></si></sst>".encode()})
        ),
        "longer than Excel allows",
    ),
    "a long tag": (
        lambda parts: packed(noisy({**parts, STYLES: f'<styleSheet {MAIN} a="{"x" * 50 * MB}"/>'.encode()})),
        "longer than Excel allows",
    ),
    "a long formula": (
        on_sheet(b'<row r="1"><c r="A1"><f>' + b"1+" * MB + b"1</f></c></row>"),
        "longer than Excel allows",
    ),
    "a long remark": (
        lambda parts: packed(
            noisy({**parts, SHEET: sheet(b"<!--" + os.urandom(3 * MB).hex().encode() + b"-->")})
        ),
        "longer than Excel allows",
    ),
    "a long remark of tags": (
        on_sheet(b"<!--" + scattered(b"<a b='%d'/>", 200_000) + b"-->"),
        "remark or a tag longer",
    ),
    "raw text": (on_sheet(b'<row r="1"><c r="A1" t="str"><v><![CDATA[<x>]]></v></c></row>'), "CDATA"),
    "deep nesting": (on_sheet(scattered(b'<r a="%d">', 90_000) + b"</r>" * 90_000), "deep"),
    # cells
    "a million rows": (
        lambda parts: packed(noisy({**parts, SHEET: sheet(cells(100, 1, 1_048_000) * 10_000)})),
        "far more cells",
    ),
    "many empty cells": (
        lambda parts: packed(
            noisy({**parts, SHEET: sheet(b"<row>" + scattered(b'<c s="%d"/>', 500_000) + b"</row>")})
        ),
        "more than 256 columns",
    ),
    "rows that count themselves": (
        lambda parts: packed(noisy({**parts, SHEET: sheet(scattered(b'<row ht="%d"/>', 90_000))})),
        "more than 25,000 rows",
    ),
    "all cells merged": (
        beside_cells(b'<mergeCells><mergeCell ref="A1:XFD1048576"/></mergeCells>'),
        "merges or links more than",
    ),
    "all cells a link": (
        beside_cells(b'<hyperlinks><hyperlink ref="A:XFD" location="x"/></hyperlinks>'),
        "merges or links more than",
    ),
    "a row far down": (on_sheet(cells(1, 1, 1_048_576)), "more than 25,000 rows"),
    "a column far right": (on_sheet(b'<row r="1"><c r="XFD1"><v>1</v></c></row>'), "more than 256 columns"),
    "a cell twice": (
        on_sheet(b'<row r="1"><c r="B1"><v>1</v></c><c r="B1"><v>2</v></c></row>'),
        "out of its place",
    ),
    "a row twice": (on_sheet(cells(1, 3) * 2), "out of its place"),
    "a cell in another row": (on_sheet(b'<row r="1"><c r="A2"><v>1</v></c></row>'), "out of its place"),
    "cells on many sheets": (
        lambda parts: packed(
            {**parts, **{f"xl/worksheets/sheet{i}.xml": sheet(cells(9_000, 40)) for i in range(1, 6)}}
        ),
        "far more cells",
    ),
    "one sheet ninety times": (same_sheet_often, "shows one part as two"),
    # what openpyxl reads beside them
    "many formats": (
        with_part(
            STYLES,
            f"<styleSheet {MAIN}>".encode() + scattered(b'<xf numFmtId="%d"/>', 200_000) + b"</styleSheet>",
        ),
        "beside its cells",
    ),
    "many texts": (
        with_part(
            STRINGS,
            f"<sst {MAIN}>{''.join(f'<si><t>{i}</t></si>' for i in range(300_000))}</sst>".encode(),
        ),
        "beside its cells",
    ),
    "many names": (
        with_part(
            BOOK,
            f"<workbook {MAIN}><definedNames>"
            f"{''.join(f'<definedName name={chr(34)}n{i}{chr(34)}>1</definedName>' for i in range(150_000))}"
            "</definedNames></workbook>".encode(),
        ),
        "beside its cells",
    ),
    "many rules": (
        beside_cells(b"".join(b'<dataValidation sqref="A%d"/>' % i for i in range(150_000))),
        "beside its cells",
    ),
    "many links": (
        with_part(
            "xl/worksheets/_rels/sheet9.xml.rels",
            f"{RELATIONS}{''.join(f'<Relationship Id={chr(34)}r{i}{chr(34)}/>' for i in range(150_000))}"
            "</Relationships>".encode(),
        ),
        "beside its cells",
    ),
}
