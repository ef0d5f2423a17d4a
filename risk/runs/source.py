"""Which source computes a result: the modules that its entry reaches by import, and no other file.

Imports are read from the text, so that one inside a function counts like any other. What lies in the package
and is imported by nothing (notes, a scratch file, a copy that an editor left) is part of no result.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

PACKAGE = Path(__file__).parents[1]

_IMPORT = re.compile(r"^\s*(?:from\s+(\.*)([\w.]*)\s+)?import\s+(\([^)]*\)|.+)", re.MULTILINE)
"""An import, which stands on lines of its own. Python's parser takes ten times as long; what else begins like
one, a sentence perhaps, names no file."""

_NAME = re.compile(r"[\w.]+")


def source_texts(entries: Iterable[str], package: Path = PACKAGE) -> dict[str, str]:
    r"""Text of every module of a package that its entries import, directly or through others.

    Parameters
    ----------
    entries : modules as they are imported, e.g. ``risk.engine``.
    package : folder of the package.

    Returns
    -------
    Texts, with line ends as ``\n``, by the place of their file in the package.
    """
    there = {file.relative_to(package.parent).as_posix() for file in package.rglob("*.py")}
    found: dict[str, str] = {}
    known, waiting = set(entries), list(entries)
    while waiting:
        for file in there.intersection(_files(waiting.pop())) - found.keys():
            found[file] = (package.parent / file).read_text(encoding="utf-8").replace("\r\n", "\n")
            new = _imports(found[file], file) - known
            known |= new
            waiting += new
    return {file.partition("/")[2]: found[file] for file in sorted(found)}


def _files(module: str) -> Iterator[str]:
    """Files that an import of a module may run: its own, and those of the packages it lies in."""
    parts = module.split(".")
    for depth in range(1, len(parts) + 1):
        place = "/".join(parts[:depth])
        yield f"{place}/__init__.py"
        yield f"{place}.py"


@cache
def _imports(text: str, file: str) -> frozenset[str]:
    """Modules that a text imports, and names that may be some: of ``from a import b`` both `a` and `a.b`."""
    found: list[str] = []
    for dots, module, names in _IMPORT.findall(text):
        near = file.split("/")[: -len(dots)] if dots else []
        origin = ".".join([*near, *([module] if module else [])])
        within = f"{origin}." if origin else ""
        found += [origin, *(f"{within}{name}" for name in _NAME.findall(names))]
    return frozenset(found)
