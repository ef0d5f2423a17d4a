"""The finishing pass over the written file.

openpyxl writes all but the cells. It leaves out alternative texts, orders the children of fonts against the
schema, and stamps the time of writing. All that is put right here, the cells are added, and the archive is
packed so that the same content gives the same bytes.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from lxml import etree

from risk.report.content import ReportError
from risk.report.excel.rows import Rows, Strings

_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_CHART = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"
_DRAWING = "{http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing}"
_TERMS = "{http://purl.org/dc/terms/}"
_FONT_ORDER = (
    *("b", "i", "strike", "condense", "extend", "outline", "shadow", "u", "vertAlign"),
    *("sz", "color", "name", "family", "charset", "scheme"),
)
_LEVEL = 5
"""Level of compression; the next costs four tenths more time and saves a hundredth of the size."""
_EPOCH = (1980, 1, 1, 0, 0, 0)
_CONTENT_TYPES = "[Content_Types].xml"
_STRINGS = "xl/sharedStrings.xml"
_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def finish(
    written: bytes,
    rows: Sequence[Rows],
    strings: Strings,
    alts: Sequence[tuple[str, str]],
    created: datetime,
) -> bytes:
    """Complete a workbook.

    Parameters
    ----------
    written : the file as openpyxl wrote it.
    rows : of each sheet in order.
    strings : the texts that their cells name.
    alts : name and alternative text of each chart, in order of sheets.
    created : time the document carries.

    Raises
    ------
    ReportError
        Charts and texts differ in number.
    """
    with ZipFile(BytesIO(written)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    texts = iter(alts)
    changes: dict[str, Callable[[etree._Element], None]] = {
        r"xl/drawings/drawing\d+\.xml": lambda root: _add_alts(root, texts),
        r"xl/charts/chart\d+\.xml": _complete_chart,
        r"xl/styles\.xml": _order_fonts,
        r"docProps/core\.xml": lambda root: _set_dates(root, created),
    }
    for name in sorted(parts, key=_natural):
        for pattern, change in changes.items():
            if re.fullmatch(pattern, name):
                parts[name] = _changed(parts[name], change)
    if next(texts, None) is not None:
        raise ReportError("the workbook has fewer charts than alternative texts")
    for number, found in enumerate(rows, start=1):
        name = f"xl/worksheets/sheet{number}.xml"
        parts[name] = _filled(parts[name], found)
    _add_strings(parts, strings)
    return _packed(parts)


def _changed(part: bytes, change: Callable[[etree._Element], None]) -> bytes:
    root = etree.fromstring(part, etree.XMLParser(resolve_entities=False))
    change(root)
    return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True))


def _filled(part: bytes, rows: Rows) -> bytes:
    """A sheet with its rows in place of those that openpyxl wrote, which only lead somewhere."""

    def empty(root: etree._Element) -> None:
        for data in root.iter(f"{_MAIN}sheetData"):
            data.clear()
        for dimension in root.iter(f"{_MAIN}dimension"):
            dimension.set("ref", rows.extent())

    before, _, after = _changed(part, empty).partition(b"<sheetData/>")
    return b"".join((before, b"<sheetData>", rows.written().encode(), b"</sheetData>", after))


def _add_strings(parts: dict[str, bytes], strings: Strings) -> None:
    """Add the table of strings and announce it, unless openpyxl has done so."""
    parts[_STRINGS] = _string_table(strings)
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"
    override = {"PartName": f"/{_STRINGS}", "ContentType": kind}
    relation = {"Type": f"{_RELATIONS}/sharedStrings", "Target": f"/{_STRINGS}", "Id": "rIdStrings"}
    for name, tag, attributes in (
        (_CONTENT_TYPES, "Override", override),
        ("xl/_rels/workbook.xml.rels", "Relationship", relation),
    ):
        root = etree.fromstring(parts[name], etree.XMLParser(resolve_entities=False))
        if not any(f"/{_STRINGS}" in child.attrib.values() for child in root):
            space = etree.QName(root).namespace
            etree.SubElement(root, f"{{{space}}}{tag}", attributes)
        parts[name] = bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True))


def _string_table(strings: Strings) -> bytes:
    root = etree.Element(f"{_MAIN}sst", nsmap={None: _MAIN[1:-1]})  # type: ignore[dict-item]
    root.set("uniqueCount", str(len(strings.places)))
    for text in strings.places:
        element = etree.SubElement(etree.SubElement(root, f"{_MAIN}si"), f"{_MAIN}t")
        element.text = text
        if text != text.strip() or "\n" in text or "  " in text:
            element.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")
    return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True))


def _add_alts(root: etree._Element, texts: Iterator[tuple[str, str]]) -> None:
    for properties in root.iter(f"{_DRAWING}cNvPr"):
        pair = next(texts, None)
        if pair is None:
            raise ReportError("a chart has no alternative text")
        properties.set("title", pair[0])
        properties.set("descr", pair[1])


def _complete_chart(root: etree._Element) -> None:
    """Say that the title stays, and that labels have number formats of their own."""
    for chart in root.iter(f"{_CHART}chart"):
        for old in chart.findall(f"{_CHART}autoTitleDeleted"):
            chart.remove(old)
        title = chart.find(f"{_CHART}title")
        flag = etree.Element(f"{_CHART}autoTitleDeleted", val="1" if title is None else "0")
        chart.insert(0 if title is None else chart.index(title) + 1, flag)
    for labels in root.iter(f"{_CHART}dLbls"):
        for number_format in labels.findall(f"{_CHART}numFmt"):
            number_format.set("sourceLinked", "0")


def _order_fonts(root: etree._Element) -> None:
    for font in root.iter(f"{_MAIN}font"):
        font[:] = sorted(font, key=lambda child: _FONT_ORDER.index(etree.QName(child).localname))


def _set_dates(root: etree._Element, created: datetime) -> None:
    aware = created if created.tzinfo else created.replace(tzinfo=UTC)
    text = aware.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    for tag in ("created", "modified"):
        for element in root.iter(_TERMS + tag):
            element.text = text


def _packed(parts: Mapping[str, bytes]) -> bytes:
    buffer = BytesIO()
    with ZipFile(buffer, "w", ZIP_DEFLATED, compresslevel=_LEVEL) as archive:
        for name in sorted(parts, key=lambda n: (n != _CONTENT_TYPES, _natural(n))):
            info = ZipInfo(name, _EPOCH)
            info.create_system, info.external_attr, info.compress_type = 3, 0o600 << 16, ZIP_DEFLATED
            archive.writestr(info, parts[name])
    return buffer.getvalue()


def _natural(name: str) -> list[tuple[int, str]]:
    """Sort key by which drawing10 follows drawing9."""
    return [(int(part), "") if part.isdigit() else (-1, part) for part in re.split(r"(\d+)", name)]
