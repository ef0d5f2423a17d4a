"""HTML from text: whatever is not markup already is escaped on its way in."""

from __future__ import annotations

import re
from collections.abc import Iterable
from html import escape

_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
"""Control characters, which HTML does not allow."""

_BARE = re.compile(r"[\w.#-]+")
"""Values of attributes that need no quotes."""


class Markup(str):
    """Text that is HTML already; only the functions of this module make it."""

    __slots__ = ()


def text(content: str) -> Markup:
    """Escape text, unless it is markup already."""
    return content if isinstance(content, Markup) else Markup(escape(_ILLEGAL.sub("", content)))


def join(parts: Iterable[str], between: str = "") -> Markup:
    """Put parts one after another, escaping those that are text."""
    return Markup(text(between).join(text(part) for part in parts))


def opened(name: str, /, **attributes: str | float | None) -> Markup:
    """An opening tag; None leaves an attribute out, a final underscore avoids a word of Python."""
    said = []
    for key, value in attributes.items():
        if value is not None:
            shown = text(number(value) if isinstance(value, float | int) else value)
            quoted = shown if _BARE.fullmatch(shown) else f'"{shown}"'
            said.append(f" {key.rstrip('_').replace('_', '-')}={quoted}")
    return Markup(f"<{name}{''.join(said)}>")


def tag(name: str, /, *content: str, **attributes: str | float | None) -> Markup:
    """An element with its content."""
    return Markup(f"{opened(name, **attributes)}{join(content)}</{name}>")


def unclosed(name: str, /, *content: str, **attributes: str | float | None) -> Markup:
    """An element whose end HTML implies, as of cells and rows: a pack has twenty thousand of them."""
    return Markup(f"{opened(name, **attributes)}{join(content)}")


def number(value: float) -> str:
    """A coordinate with one decimal, without a needless zero."""
    shown = f"{value:.1f}".removesuffix(".0")
    return "0" if shown == "-0" else shown


def identifier(name: str) -> str:
    """A name as an id within the page."""
    return re.sub(r"[^\w-]", "-", name)
