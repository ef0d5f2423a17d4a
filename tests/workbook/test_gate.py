"""Hostile workbooks are refused in a word, within two seconds and 300 MB, and nothing happens."""

from __future__ import annotations

import os
import re
import struct
import subprocess
import sys
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from zipfile import ZIP_BZIP2, ZIP_DEFLATED, ZIP_STORED, ZipFile

import pytest

from risk.errors import UsageError
from risk.exchange.export import export
from risk.exchange.gate import MAX_FILE, MB, admit
from risk.exchange.layout import read_register
from risk.exchange.problems import WorkbookRefused
from tests.assumptions.builder import Register

ROOT = Path(__file__).parents[2]
SECONDS, MEMORY = 2.0, 300 * MB
SHEET, BOOK = "xl/worksheets/sheet1.xml", "xl/workbook.xml"
MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
Parts = dict[str, bytes]


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return export(read_register(Register(tmp_path_factory.mktemp("good") / "assumptions").write()))


def parts_of(raw: bytes) -> Parts:
    with ZipFile(BytesIO(raw)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def packed(parts: Parts, method: int = ZIP_DEFLATED) -> bytes:
    buffer = BytesIO()
    with ZipFile(buffer, "w", method) as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    return buffer.getvalue()


def with_part(name: str, part: bytes = b"x") -> Callable[[Parts], bytes]:
    return lambda parts: packed({**parts, name: part})


def replaced(name: str, before: bytes, after: bytes) -> Callable[[Parts], bytes]:
    def spoil(parts: Parts) -> bytes:
        assert before in parts[name]
        return packed({**parts, name: parts[name].replace(before, after, 1)})

    return spoil


def declared(text: str) -> Callable[[Parts], bytes]:
    """Put a document type in front of a sheet."""
    return replaced(SHEET, b"<worksheet", text.encode() + b"<worksheet")


LAUGHS = "".join(f'<!ENTITY a{i} "{f"&a{i - 1};" * 10 if i else "ha"}">' for i in range(12))
RELATION = 'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships'
RELATIONS = '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'


def bomb(parts: Parts) -> bytes:
    """Half a gigabyte of zeros."""
    return packed({**parts, "xl/media/zeros.bin": bytes(512 * MB)})


def many_rows(parts: Parts) -> bytes:
    """A million rows, as somebody pastes them."""
    row = b'<row><c t="n"><v>1</v></c></row>'
    noise = os.urandom(4 * MB)  # so that the ratio says nothing
    sheet = parts[SHEET].replace(b"<sheetData>", b"<sheetData>" + row * 1_000_000, 1)
    return packed({**parts, SHEET: sheet, "xl/media/noise.bin": noise})


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


HOSTILE: dict[str, tuple[Callable[[Parts], bytes], str]] = {
    "zip bomb": (bomb, "larger than 60 MB"),
    "high ratio": (with_part("xl/media/zeros.bin", bytes(20 * MB)), "more than 200 times its size"),
    "all of it": (
        lambda parts: packed({**parts, **{f"xl/{i}.bin": b"%d" % i * 8 * MB for i in range(3)}}),
        "200 times",
    ),
    "lying size": (lying_size, "damaged"),
    "overlapping entries": (overlapping, "damaged|unpacks to|ratio"),
    "too large": (
        lambda parts: packed({**parts, "xl/n.bin": os.urandom(MAX_FILE)}, ZIP_STORED),
        "larger than 10 MB",
    ),
    "a million rows": (many_rows, "far more cells"),
    "too many parts": (
        lambda parts: packed({**parts, **{f"xl/{i}.bin": b"" for i in range(201)}}),
        "200 parts",
    ),
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
    "path out": (with_part("../../evil.xml", b"<a/>"), "leads out of the file"),
    "absolute path": (with_part("/etc/evil", b"a"), "leads out of the file"),
    "path out, Windows": (with_part("..\\evil.xml", b"<a/>"), "leads out of the file"),
    "two of a name": (with_part("XL/Workbook.xml", b"<a/>"), "two parts of one name"),
    "entity bomb": (declared(f"<!DOCTYPE w [{LAUGHS}]>"), "document type"),
    "external entity": (declared('<!DOCTYPE w [<!ENTITY x SYSTEM "file:///etc/passwd">]>'), "document type"),
    "document type alone": (declared('<!DOCTYPE w SYSTEM "http://x.example/w.dtd">'), "document type"),
    "document type in UTF-16": (
        lambda parts: packed(
            {
                **parts,
                SHEET: parts[SHEET]
                .decode()
                .replace("UTF-8", "UTF-16")
                .replace("<worksheet", "<!DOCTYPE w []><worksheet", 1)
                .encode("utf-16"),
            }
        ),
        "document type",
    ),
    "broken XML": (replaced(SHEET, b"</sheetData>", b"</sheetDate>"), "damaged part"),
    "cut short": (lambda parts: packed(parts)[:-4000], "damaged"),
    "bit flipped": (lambda parts: flipped(packed(parts)), "damaged"),
    "odd packing": (lambda parts: packed(parts, ZIP_BZIP2), "Excel does not use"),
    "other zip": (lambda parts: packed({"readme.txt": b"hello"}), "not an Excel workbook"),
    "no zip": (lambda parts: b"id,value\n1,2\n", "not an Excel workbook"),
    "old or locked": (lambda parts: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "password"),
}


def flipped(raw: bytes) -> bytes:
    middle = raw.find(SHEET.encode()) + len(SHEET) + 200
    return raw[:middle] + bytes([raw[middle] ^ 0x40]) + raw[middle + 1 :]


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_workbooks_are_refused(name: str, good: bytes, tmp_path: Path) -> None:
    spoil, words = HOSTILE[name]
    path = tmp_path / "a.xlsx"
    path.write_bytes(spoil(parts_of(good)))
    with pytest.raises(WorkbookRefused) as caught:
        admit(path)
    assert any(part in str(caught.value) for part in words.split("|")), str(caught.value)
    assert caught.value.exit_code == 3


def far_cell(reference: bytes) -> Callable[[Parts], bytes]:
    """One cell far out, and a dimension that does not say so."""
    cell = b'<row r="%d"><c r="%s"><v>1</v></c></row></sheetData>'
    row = int(reference.strip(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ"))
    return lambda parts: packed(
        {**parts, SHEET: parts[SHEET].replace(b"</sheetData>", cell % (row, reference), 1)}
    )


IN_PROCESS: dict[str, tuple[Callable[[Parts], bytes], str]] = {
    **{
        name: HOSTILE[name]
        for name in ("zip bomb", "a million rows", "entity bomb", "external entity", "macro")
    },
    "external link": HOSTILE["external link"],
    "a row far down": (far_cell(b"A1048576"), "more than 10,000 rows"),
    "a column far right": (far_cell(b"XFD9000"), "more than 60 columns"),
    "lying dimension": (
        lambda parts: packed({**parts, SHEET: dimension(parts[SHEET], b"A1:XFD1048576")}),
        "changed without a reason",
    ),
}


def dimension(sheet: bytes, area: bytes) -> bytes:
    import re

    changed = re.sub(rb'<dimension ref="[^"]*"', b'<dimension ref="' + area + b'"', sheet)
    assert changed != sheet
    # One wrong number besides: what the sheet says of its size does no harm, the cell is found.
    return re.sub(rb't="n"><v>53</v>', b't="n"><v>-53</v>', changed, count=1)


@pytest.mark.parametrize("name", IN_PROCESS)
def test_the_program_refuses_within_its_limits(name: str, good: bytes, tmp_path: Path) -> None:
    spoil, words = IN_PROCESS[name]
    register = Register(tmp_path / "assumptions")
    register.write()
    (tmp_path / "a.xlsx").write_bytes(spoil(parts_of(good)))
    before = sorted(path.name for path in tmp_path.rglob("*"))
    code, said, seconds, memory = program(tmp_path, "assumptions", "import", "a.xlsx")
    assert code == 3, said
    assert words.split("|")[0] in said
    assert "Traceback" not in said
    assert seconds < SECONDS
    assert memory < MEMORY
    assert sorted(path.name for path in tmp_path.rglob("*")) == before


LIMITED = f"""
import resource, runpy, sys
resource.setrlimit(resource.RLIMIT_DATA, ({MEMORY}, {MEMORY}))
resource.setrlimit(resource.RLIMIT_CPU, (30, 30))
try:
    runpy.run_module("risk", run_name="__main__")
finally:
    peaks = [line for line in open("/proc/self/status") if line.startswith("VmHWM")]
    print(*peaks, file=sys.stderr)
"""


def program(folder: Path, *words: str) -> tuple[int, str, float, int]:
    """Run the program with little memory; return its code, what it said, its own seconds and its peak."""
    paths = os.pathsep.join([str(ROOT), *sys.path])
    environment = {**os.environ, "PYTHONPATH": paths, "OPENBLAS_NUM_THREADS": "1"}
    with (folder.parent / f"{folder.name}.said").open("w+") as said:
        command = [sys.executable, "-c", LIMITED, *words]
        process = subprocess.Popen(command, cwd=folder, env=environment, stdout=said, stderr=said)
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        said.seek(0)
        text = said.read()
    # what wait4 gives counts the memory of this process before the program starts
    said_peak = re.search(r"VmHWM:\s+(\d+) kB", text)
    assert said_peak, text
    return process.returncode, text, used.ru_utime + used.ru_stime, int(said_peak[1]) * 1024


def test_what_is_no_workbook_by_name(good: bytes, tmp_path: Path) -> None:
    for name, words in (
        ("a.xlsm", "is a .xlsm, not an .xlsx"),
        ("a.csv", "is a .csv"),
        ("a", "without a suffix"),
    ):
        (tmp_path / name).write_bytes(good)
        with pytest.raises(WorkbookRefused, match=words):
            admit(tmp_path / name)
    with pytest.raises(UsageError, match="there is no file"):
        admit(tmp_path / "nothing.xlsx")


def test_a_good_workbook_is_let_in(good: bytes, tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes(good)
    assert admit(path) == good


def test_a_link_to_a_page_is_let_in(good: bytes, tmp_path: Path) -> None:
    link = f'{RELATIONS}<Relationship Id="r1" {RELATION}/hyperlink" Target="https://x.example/" '
    link += 'TargetMode="External"/></Relationships>'
    path = tmp_path / "a.xlsx"
    path.write_bytes(with_part("xl/worksheets/_rels/sheet9.xml.rels", link.encode())(parts_of(good)))
    assert admit(path)
