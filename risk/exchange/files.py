"""Edits of TOML texts in place, several files replaced at once or none, and workbooks that are not open."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

import tomlkit
from tomlkit.exceptions import TOMLKitError
from tomlkit.items import AbstractTable, Item, Trivia

from risk.assumptions.positions import Path as KeyPath
from risk.assumptions.reader import shown
from risk.errors import AssumptionError, LockedError, StorageError
from risk.exchange.heads import FIXED, PROVENANCE
from risk.exchange.heads import Item as RegisterItem
from risk.exchange.reading import Edit
from risk.report.terminal.values import PRIOR
from risk.runs.files import publish

K = TypeVar("K")

HEAD = ("value", "unit", "prior", "domain", "low", "high", "labels", "directions")
"""Keys of an entry before those that say where it comes from."""

_TOLD = re.compile(r"(was .{1,24}|new|changed): ")
"""A comment that an earlier import left."""

_BOM = "\ufeff"


class EditError(AssumptionError):
    """A file could not be edited without changing something else; it was left as it is."""


def edited(name: str, raw: bytes, edits: Sequence[Edit]) -> bytes:
    """Return a file's bytes with edits made; comments, order and everything else stay.

    Parameters
    ----------
    name : the file, for messages.
    raw : its bytes.
    edits : of entries and rows that stand in it.

    Raises
    ------
    EditError : the text cannot be edited in place, which no valid file should do.
    """
    text = raw.decode("utf-8")
    mark, text = (_BOM, text[1:]) if text.startswith(_BOM) else ("", text)
    expected = tomllib.loads(text)
    try:
        document = tomlkit.parse(text)
        for path, group in grouped(edits, lambda edit: edit.item.raw.home.path).items():
            _change(_at(document, path), group)
            _apply(_at(expected, path), group)
        result = tomlkit.dumps(document)
        exact = tomllib.loads(result) == expected
    except (TOMLKitError, tomllib.TOMLDecodeError):
        exact = False
    if not exact:
        raise EditError(f"{name} cannot be edited in place", "change it by hand; nothing was written")
    return (mark + result).encode("utf-8")


def grouped(edits: Sequence[Edit], key: Callable[[Edit], K]) -> dict[K, list[Edit]]:
    """Return edits by what they have in common, in their order."""
    found: dict[K, list[Edit]] = {}
    for edit in edits:
        found.setdefault(key(edit), []).append(edit)
    return found


def _at(document: Any, path: KeyPath) -> Any:
    for part in path:
        document = document[part]
    return document


def _apply(table: dict[str, Any], edits: Sequence[Edit]) -> None:
    """Make edits in plain data: what the edited text must read as."""
    for key, value in changes(table, edits).items():
        if value is None:
            table.pop(key, None)
        else:
            table[key] = value


def changes(table: Mapping[str, Any], edits: Sequence[Edit]) -> dict[str, Any]:
    """Return what edits make of the keys of a table: new values, None for a key that goes."""
    found = {edit.field.key: edit.after for edit in edits}
    prior = {key.partition(".")[2]: value for key, value in found.items() if key.startswith("prior.")}
    whole = {key: value for key, value in found.items() if not key.startswith("prior.")}
    if prior:
        now = {**(table.get("prior") or {}), **prior}
        kept = {key: now[key] for key in ("shape", *PRIOR) if now.get(key) is not None}
        numbers = set(kept) - {"shape"}
        # Without a shape there is no prior; numbers that stay behind are told as a fault by the loader.
        whole["prior"] = kept if numbers or kept.get("shape", FIXED) != FIXED else None
    return whole


def _change(table: AbstractTable, edits: Sequence[Edit]) -> None:
    """Make edits in a parsed table, and say why beside the first."""
    plain, order = table.unwrap(), _order(edits[0].item)
    changed = sorted(changes(plain, edits).items(), key=lambda pair: order.index(pair[0]))
    for key, value in changed:
        if value is None:
            table.pop(key, None)
        elif key not in table:
            _insert(table, key, value, order)
        elif isinstance(value, list) or (key == "prior" and set(value) == set(plain[key])):
            _update(table[key], value)
        else:
            table[key] = _item(value)
    said = next((key for key, value in changed if value is not None), "")
    _say_why(table, said or next(iter(table)), plain.get(said) if said else [], edits[0].why)


def _order(item: RegisterItem) -> list[str]:
    """Return the keys of an item in the order in which its file gives them."""
    if not item.table:
        return [*HEAD, *PROVENANCE]
    own = [field.key for field in item.fields if field.key not in PROVENANCE or field.locked]
    return [*own, *PROVENANCE]


def _update(old: Any, new: Any) -> None:
    """Change what differs in a list or an inline table, and nothing else of its text."""
    for key, value in new.items() if isinstance(new, dict) else enumerate(new):
        if isinstance(value, list):
            _update(old[key], value)
        elif old[key] != value:
            old[key] = value


def _item(value: Any) -> Item:
    """Return a value as the register's files write it."""
    if isinstance(value, dict):
        text = ", ".join(f"{key} = {tomlkit.item(item).as_string()}" for key, item in value.items())
        found: Item = tomlkit.parse(f"x = {{ {text} }}")["x"]
        return found
    item: Item = tomlkit.item(value)
    return item


def _insert(table: AbstractTable, key: str, value: Any, order: Sequence[str]) -> None:
    """Add a key behind the nearest one that goes before it."""
    present = [name for name in order[: order.index(key)] if name in table]
    item = _item(value)
    item.trivia.trail = "\n"
    table.value._insert_after(present[-1], key, item)
    dict.__setitem__(table, key, value)  # its view as a mapping keeps in step with its text


def _say_why(table: AbstractTable, key: str, before: Any, why: str) -> None:
    """Leave the reason as a comment behind a changed value: what it was, and why it is no longer."""
    item = table[key]
    trivia: Trivia = item.trivia
    old = trivia.comment.lstrip("# ").rstrip()
    kept = "" if not old or _TOLD.match(old) else f"{old}; "
    scalar = isinstance(before, (int, float, str)) and not isinstance(before, bool) and len(str(before)) <= 24
    was = f"was {before}" if scalar else "new" if before is None else "changed"
    words = "".join(c if c.isprintable() else " " for c in why)
    trivia.comment_ws = trivia.comment_ws or "  "
    trivia.comment = f"# {kept}{was}: {words}"


def replace_all(contents: Mapping[Path, bytes], expected: Mapping[Path, bytes]) -> None:
    """Replace files by new contents: all of them, or none.

    Parameters
    ----------
    contents : new bytes by file.
    expected : what each file must still hold.

    Raises
    ------
    LockedError : somebody changed a file meanwhile.
    StorageError : a file could not be written; those replaced before are taken back.
    """
    with contextlib.ExitStack() as stack:
        new = {path: stack.enter_context(_beside(path, raw, "new")) for path, raw in contents.items()}
        old = {path: stack.enter_context(_beside(path, expected[path], "old")) for path in contents}
        for path in contents:
            if path.read_bytes() != expected[path]:
                raise LockedError(f"{shown(path)} was changed meanwhile; nothing was written", "import again")
        replaced: list[Path] = []
        try:
            for path in contents:
                new[path].replace(path)
                replaced.append(path)
        except OSError as error:
            for path in replaced:
                old[path].replace(path)
            raise _cannot(path, error) from error


@contextlib.contextmanager
def _beside(path: Path, raw: bytes, which: str) -> Iterator[Path]:
    """Write a temporary file beside a file, forced to disk; it is gone afterwards."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}.{which}")
    try:
        try:
            with temporary.open("wb") as file:
                file.write(raw)
                file.flush()
                os.fsync(file.fileno())
            shutil.copymode(path, temporary)
        except OSError as error:
            raise _cannot(path, error) from error
        yield temporary
    finally:
        temporary.unlink(missing_ok=True)


def _cannot(path: Path, error: OSError) -> StorageError:
    why = (error.strerror or str(error)).lower()
    return StorageError(f"{shown(path)} cannot be written: {why}; nothing was changed")


def write(path: Path, content: bytes) -> None:
    """Write a file beside its place and move it there in one step.

    Raises
    ------
    StorageError : it is open in a spreadsheet program, or cannot be written; nothing of it is left.
    """
    locks = (path.with_name(f"~${path.name}"), path.with_name(f".~lock.{path.name}#"))
    if any(lock.exists() for lock in locks):
        raise StorageError(f"{shown(path)} is open in a spreadsheet program", "close it there and try again")
    publish(path, lambda file: file.write(content))
