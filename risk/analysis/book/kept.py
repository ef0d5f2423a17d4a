"""A book opened from its file, or kept beside a run so that its pack can be made again."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from risk.analysis.book import instruments, written
from risk.analysis.book.book import Book, understood
from risk.assumptions import Assumptions, locate
from risk.errors import StorageError, UsageError, suggestion
from risk.runs import Run
from risk.runs.files import publish_json, read_json
from risk.runs.hashing import digest

AT = "@"
"""Between the name of a book's file and the fingerprint of what it held."""

_KEY = re.compile(r"[\w .()+-]{1,80}@[0-9a-f]{12}")


def read(file: Path, register: Assumptions, folder: Path | None) -> Book:
    """A book of a file, or one of those that come along, by name.

    Parameters
    ----------
    folder : of the register whose instruments are meant; by default ./assumptions, else what came along.

    Raises
    ------
    UsageError : there is no such file, or it is neither TOML nor CSV.
    AssumptionErrors : everything that is wrong with it, or with the instruments, by file and line.
    """
    place = locate.register(folder)
    return understood(written.read(_file(file, place)), instruments.read(place, register), register)


def _file(file: Path, place: Path) -> Path:
    """The file itself, or the register's book of that name."""
    if file.is_dir():
        raise UsageError(f"{str(file)[:80]} is a folder", "give the file of a book: docs/book.md")
    if file.exists() or file.suffix:
        return file
    known = {path.stem: path for path in sorted((place / written.FOLDER).glob("*.toml"))}
    if str(file) in known:
        return known[str(file)]
    meant = suggestion(str(file), known)
    listed = f"books that come along: {', '.join(known)}" if known else "no books come along"
    fix = f"did you mean {meant}?" if meant else f"give a TOML or CSV file (docs/book.md); {listed}"
    raise UsageError(f"there is no book {str(file)[:80]}", fix)


def keep(run: Run, book: Book, folder: Path | None) -> str:
    """Keep a book beside a run; return the key under which it is found again."""
    content = {"run": run.id, **contents(book, folder)}
    key = named(book, folder)
    path = _place(run, key)
    if not path.exists() or read_json(path) != content:
        publish_json(path, content)
    return key


def named(book: Book, folder: Path | None) -> str:
    """Key of a book: the name of its file, and a fingerprint of what it and its instruments are."""
    name = re.sub(r"[^\w .()+-]", "_", Path(book.file).name)[:80]
    return f"{name}{AT}{digest(contents(book, folder))[:12]}"


def contents(book: Book, folder: Path | None) -> dict[str, Any]:
    """What is kept of a book: its texts, and that of the instruments."""
    texts = [[Path(name).name, text] for name, text in book.texts]
    return {"texts": texts, "instruments": instruments.text(locate.register(folder))}


def kept(run: Run, key: str) -> Book | None:
    """The book that is kept beside a run under a key; None where there is none."""
    path = _place(run, key) if _KEY.fullmatch(key) else None
    if path is None or not path.exists():
        return None
    try:
        content = read_json(path)
        texts = tuple((str(name), str(text)) for name, text in content["texts"])
        listed = instruments.again(content["instruments"], run.register)
    except (StorageError, KeyError, TypeError, ValueError):
        return None
    return understood(written.again(texts), listed, run.register)


def _place(run: Run, key: str) -> Path:
    return run.directory / f"book-{key.rpartition(AT)[2]}.json"
