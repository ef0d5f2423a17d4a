"""What a register calls its currency and its unit of work, in all that is shown of its runs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass, replace
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, Any, TypeVar

from risk.errors import UsageError
from risk.units import Names

if TYPE_CHECKING:
    from risk.assumptions import Assumptions

T = TypeVar("T")


def shared(*registers: Assumptions, masked: bool = False) -> Names:
    """Names of registers whose runs stand side by side.

    Parameters
    ----------
    masked : companies are shown by letters.

    Raises
    ------
    UsageError : they count in different currencies, or in different units of work.
    """
    found = [register.names for register in registers]
    units = list(dict.fromkeys((names.currency, names.work) for names in found))
    if len(units) > 1:
        counted = " and ".join(f"{currency} and {work}" for currency, work in units)
        raise UsageError(
            f"the runs do not count alike: {counted}", "compare runs of one currency and unit of work"
        )
    return Names(*units[0], reduce(or_, (names.letters for names in found)), masked)


def renamed(shown: T, called: Names) -> T:
    """Return what is shown, workbook or document, in a register's own names.

    Quoted texts keep their currency, keys of documents are those of every register; companies are hidden in
    both.
    """
    return shown if called.as_in_files else _renamed(shown, called)


def _renamed(shown: Any, called: Names) -> Any:
    if isinstance(shown, str):
        return called.said(shown)
    if isinstance(shown, Mapping):
        key = called.quoting.said
        return {key(k) if isinstance(k, str) else k: _renamed(v, called) for k, v in shown.items()}
    if isinstance(shown, (tuple, list)) and type(shown) in (tuple, list):
        return type(shown)(_renamed(item, called) for item in shown)
    if getattr(shown, "quoted", False):
        called = called.quoting
        if called.as_in_files:
            return shown
    if is_dataclass(shown) and not isinstance(shown, type):
        bulk = getattr(shown, "bulk", False)  # rows of nothing but numbers, of which there are many
        own = [f.name for f in fields(shown) if f.init and not (bulk and f.name == "rows")]
        return replace(shown, **{name: _renamed(getattr(shown, name), called) for name in own})
    return shown
