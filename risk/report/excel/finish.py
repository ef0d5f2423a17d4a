"""The finishing pass over the written file.

openpyxl cannot write a formula together with its value, leaves out alternative texts, orders the children of
fonts against the schema, writes strings into the cells, and stamps the time of writing. All that is put right
here, and the archive is packed so that the same content gives the same bytes.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from lxml import etree

from risk.report.excel.bulk import BulkRows, extended
from risk.report.excel.cells import CachedValue
from risk.report.table import ReportError

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
    raw: bytes,
    cached: Sequence[Mapping[str, CachedValue]],
    alts: Sequence[tuple[str, str]],
    created: datetime,
    bulk: Mapping[str, Sequence[BulkRows]] | None = None,
) -> bytes:
    """Complete a workbook.

    Parameters
    ----------
    raw : the file as openpyxl wrote it.
    cached : for each sheet in order, the value of each formula cell.
    alts : name and alternative text of each chart, in order of sheets.
    created : time the document carries.
    bulk : rows of long tables that are still to be written, by part.

    Raises
    ------
    ReportError
        A formula has no value, or charts and texts differ in number.
    """
    with ZipFile(BytesIO(raw)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    texts, strings = iter(alts), dict[str, int]()

    def sheet(root: etree._Element, number: int) -> None:
        _add_values(root, cached[number - 1])
        _share_strings(root, strings)

    changes: dict[str, Callable[[etree._Element, int], None]] = {
        r"xl/worksheets/sheet(\d+)\.xml": sheet,
        r"xl/drawings/drawing(\d+)\.xml": lambda root, _: _add_alts(root, texts),
        r"xl/charts/chart(\d+)\.xml": lambda root, _: _complete_chart(root),
        r"xl/styles\.xml": lambda root, _: _order_fonts(root),
        r"docProps/core\.xml": lambda root, _: _set_dates(root, created),
    }
    for name in sorted(parts, key=_natural):
        for pattern, change in changes.items():
            if found := re.fullmatch(pattern, name):
                parts[name] = _changed(parts[name], change, int(found[1]) if found.groups() else 0)
    if next(texts, None) is not None:
        raise ReportError("the workbook has fewer charts than alternative texts")
    _add_strings(parts, strings)
    for name, rows in (bulk or {}).items():
        parts[name] = extended(parts[name], rows)
    return _packed(parts)


def _changed(part: bytes, change: Callable[[etree._Element, int], None], number: int) -> bytes:
    root = etree.fromstring(part, etree.XMLParser(resolve_entities=False))
    change(root, number)
    return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True))


def _share_strings(root: etree._Element, strings: dict[str, int]) -> None:
    """Move texts from the cells to the workbook's table of strings, where Excel itself keeps them."""
    for cell in root.iter(f"{_MAIN}c"):
        if cell.get("t") != "inlineStr":
            continue
        text = "".join(str(part) for part in cell.itertext())
        for old in list(cell):
            cell.remove(old)
        cell.set("t", "s")
        etree.SubElement(cell, f"{_MAIN}v").text = str(strings.setdefault(text, len(strings)))


def _add_strings(parts: dict[str, bytes], strings: Mapping[str, int]) -> None:
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


def _string_table(strings: Mapping[str, int]) -> bytes:
    root = etree.Element(f"{_MAIN}sst", nsmap={None: _MAIN[1:-1]})  # type: ignore[dict-item]
    root.set("uniqueCount", str(len(strings)))
    for text in strings:
        element = etree.SubElement(etree.SubElement(root, f"{_MAIN}si"), f"{_MAIN}t")
        element.text = text
        if text != text.strip() or "\n" in text or "  " in text:
            element.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")
    return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True))


def _add_values(root: etree._Element, values: Mapping[str, CachedValue]) -> None:
    for cell in [formula.getparent() for formula in root.iter(f"{_MAIN}f")]:
        if cell is None or cell.tag != f"{_MAIN}c":
            continue
        address = str(cell.get("r"))
        if address not in values:
            raise ReportError(f"the formula in {address} has no value")
        for old in cell.findall(f"{_MAIN}v"):
            cell.remove(old)
        cell.attrib.pop("t", "")
        value = values[address]
        kind = "b" if isinstance(value, bool) else "str" if isinstance(value, str) else None
        if kind:
            cell.set("t", kind)
        element = etree.SubElement(cell, f"{_MAIN}v")
        element.text = value if isinstance(value, str) else str(int(value)) if kind else repr(float(value))


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
