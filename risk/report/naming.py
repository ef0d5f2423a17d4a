"""What a register calls its currency and its unit of work, in all that is shown of its runs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass, replace
from typing import Any, TypeVar

from risk.units import Names

CURRENCY, WORK = "run.currency", "run.unit_of_work"

T = TypeVar("T")


def names(register: Mapping[str, Any]) -> Names:
    """Names of a run's normalised assumptions; those of the files where it has none of its own."""
    entries = register["entries"]
    own = {key: entries[id]["value"] for key, id in (("currency", CURRENCY), ("work", WORK)) if id in entries}
    return Names(**own)


def renamed(shown: T, called: Names) -> T:
    """Return what is shown, workbook or document, with every text in a register's own names."""
    return shown if called == Names() else _renamed(shown, called)


def _renamed(shown: Any, called: Names) -> Any:
    if isinstance(shown, str):
        return called.said(shown)
    if isinstance(shown, Mapping):
        return {key: _renamed(value, called) for key, value in shown.items()}
    if isinstance(shown, (tuple, list)) and type(shown) in (tuple, list):
        return type(shown)(_renamed(item, called) for item in shown)
    if is_dataclass(shown) and not isinstance(shown, type):
        bulk = getattr(shown, "bulk", False)  # rows of nothing but numbers, of which there are many
        own = [f.name for f in fields(shown) if f.init and not (bulk and f.name == "rows")]
        return replace(shown, **{name: _renamed(getattr(shown, name), called) for name in own})
    return shown
