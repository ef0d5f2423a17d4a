"""Pages of Markdown as text and blocks of code."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

FENCE = re.compile(r"^(?P<indent> *)(?P<mark>`{3,}|~{3,})(?P<info>[^`\n]*)$")


@dataclass(frozen=True)
class Fence:
    """A block of code.

    Parameters
    ----------
    info : what stands behind its opening marks: language, title.
    """

    mark: str
    info: str
    text: str

    @property
    def language(self) -> str:
        """What it is written in; empty if it does not say."""
        return self.info.split()[0] if self.info.split() else ""

    @property
    def source(self) -> str:
        """The block as it stands in a page."""
        return f"{self.mark}{self.info}\n{self.text}{self.mark}\n"


def fences(page: Path | str) -> Iterator[str | Fence]:
    """A page (its file or text) in its order: text, and blocks of code that begin a line."""
    text = page.read_text("utf-8") if isinstance(page, Path) else page
    mark, info, inside, outside = "", "", list[str](), list[str]()
    for line in text.splitlines(keepends=True):
        found = FENCE.match(line.rstrip("\n"))
        if mark and line.rstrip("\n") == mark:
            yield Fence(mark, info, "".join(inside))
            mark, inside = "", []
        elif mark:
            inside.append(line)
        elif found and not found["indent"]:
            yield "".join(outside)
            mark, info, outside = found["mark"], found["info"], []
        else:
            outside.append(line)
    yield "".join([mark and f"{mark}{info}\n", *inside, *outside])
