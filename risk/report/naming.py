"""What a register calls its currency and its unit of work, in all that is shown of its runs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass, replace
from typing import TYPE_CHECKING, Any, TypeVar

from risk.errors import UsageError
from risk.units import AS_IN_FILES, Names

if TYPE_CHECKING:
    from risk.assumptions import Assumptions

T = TypeVar("T")


def shared(*registers: Assumptions) -> Names:
    """Names of registers whose runs stand side by side.

    Raises
    ------
    UsageError : they count in different currencies, or in different units of work.
    """
    found = list(dict.fromkeys(register.names for register in registers))
    if len(found) > 1:
        counted = " and ".join(f"{n.currency} and {n.work}" for n in found)
        raise UsageError(
            f"the runs do not count alike: {counted}", "compare runs of one currency and unit of work"
        )
    return found[0]


def renamed(shown: T, called: Names) -> T:
    """Return what is shown, workbook or document, in a register's own names; quoted texts stay."""
    return shown if called == AS_IN_FILES else _renamed(shown, called)


def _renamed(shown: Any, called: Names) -> Any:
    if isinstance(shown, str):
        return called.said(shown)
    if isinstance(shown, Mapping):
        return {key: _renamed(value, called) for key, value in shown.items()}
    if isinstance(shown, (tuple, list)) and type(shown) in (tuple, list):
        return type(shown)(_renamed(item, called) for item in shown)
    if getattr(shown, "quoted", False):
        return shown
    if is_dataclass(shown) and not isinstance(shown, type):
        bulk = getattr(shown, "bulk", False)  # rows of nothing but numbers, of which there are many
        own = [f.name for f in fields(shown) if f.init and not (bulk and f.name == "rows")]
        return replace(shown, **{name: _renamed(getattr(shown, name), called) for name in own})
    return shown
