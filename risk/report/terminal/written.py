"""Documents of commands that write a file: a workbook, a page of paper."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from risk.report.record import Document, told

PACK: Document[Mapping[str, Any]] = Document(
    (
        told("status", Literal["written", "up to date"]),
        told("pack"),
        told("page", absent=True),
        told("run"),
        told("draft", list[str] | None, absent=True),
    ),
    name="pack/1",
    title="A workbook: bubblerisk pack --json",
)

PDF: Document[Mapping[str, Any]] = Document(
    (told("pdf"), told("run"), told("pages", int)),
    name="pdf/1",
    title="A printed summary: bubblerisk pdf RUN --json",
)

EXPORT: Document[Mapping[str, Any]] = Document(
    (told("file"), told("entries", int), told("rows", int), told("assumptions_sha256")),
    name="assumptions.export/1",
    title="A workbook to edit: bubblerisk assumptions export --json",
)
