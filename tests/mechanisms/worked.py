"""Worked examples: read from the tables of docs/model, so that the text and the code cannot drift apart."""

from __future__ import annotations

import re
from pathlib import Path
from types import TracebackType

DOCS = Path(__file__).parents[2] / "docs" / "model"
HEADING = "### Worked example: "


class Worked:
    """One worked example. On leaving its context every row must have been used, as input or as result."""

    def __init__(self, rows: dict[str, str]) -> None:
        self._rows = rows
        self._unused = set(rows)

    def __getitem__(self, name: str) -> float:
        """Value of a row."""
        self._unused.discard(name)
        return _number(self._rows[name])

    def agrees(self, name: str, value: object) -> None:
        """Assert that a computed number, rounded as the table is, is the one the table shows."""
        shown = self._rows[name]
        self._unused.discard(name)
        found = float(value.item()) if hasattr(value, "item") else float(value)  # type: ignore[arg-type]
        half_a_digit = 0.5 * 10.0 ** -len(shown.partition(".")[2])
        assert abs(found - _number(shown)) <= half_a_digit * (1.0 + 1e-9), f"{name}: {found}, table {shown}"

    def __enter__(self) -> Worked:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            assert not self._unused, f"rows no test uses: {sorted(self._unused)}"


def worked(page: str, title: str) -> Worked:
    """Return the table under ``### Worked example: title`` of a page."""
    text = (DOCS / f"{page}.md").read_text(encoding="utf-8")
    _, found, rest = text.partition(f"{HEADING}{title}\n")
    assert found, f"{page}.md has no worked example '{title}'"
    body = re.split(r"^#", rest, maxsplit=1, flags=re.MULTILINE)[0]
    rows: dict[str, str] = {}
    for line in body.splitlines():
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        if line.startswith("|") and len(cells) == 4 and re.match(r"[−\d]", cells[1]):
            assert cells[0] not in rows, f"two rows '{cells[0]}'"
            rows[cells[0]] = cells[1]
    assert rows, f"no rows in '{title}' of {page}.md"
    return Worked(rows)


def titles(page: str) -> list[str]:
    """Titles of all worked examples of a page."""
    text = (DOCS / f"{page}.md").read_text(encoding="utf-8")
    return re.findall(rf"^{HEADING}(.*)$", text, flags=re.MULTILINE)


def _number(text: str) -> float:
    return float(text.replace(",", "").replace("−", "-"))
