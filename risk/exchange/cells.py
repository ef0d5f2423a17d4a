"""What a changed cell means, and everything a cell can get wrong: each its own words."""

from __future__ import annotations

import datetime as dt
import math
import re
from typing import Any

from risk.assumptions.problems import quoted
from risk.assumptions.schema import INTEGERS
from risk.errors import suggestion
from risk.exchange import heads
from risk.exchange.content import Fault, Found
from risk.exchange.heads import Field, Item
from risk.report.excel.cells import EXACT
from risk.units import SCALE

LONGEST = 5000
_OPEN = frozenset(
    {"n/a", "na", "n.a.", "tbd", "tbc", "-", "–", "—", "none", "null", "?", "nan", "inf", "-inf"}
)
_COMMA = re.compile(r"[+-]?\d{1,3}(?:[. ']\d{3})*,\d+|[+-]?\d+,\d+")
_PERCENT = re.compile(r"([+-]?[\d.,]+)\s*%")
_WHOLE = re.compile(r"[+-]?\d{1,60}")
_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?")
_DAY = re.compile(r"(?P<year>\d{4})-(?P<month>\d\d?)-(?P<day>\d\d?)")
_DAY_FIRST = re.compile(r"(?P<day>\d\d?)\.(?P<month>\d\d?)\.(?P<year>\d{4})")
_PURE = ("1", "fraction", "log", "multiple")
"""Units of numbers that may be shown as percentages, alone or by time."""

_FIRST_DAY, _LAST_DAY = 36526, 73415
"""Serial numbers of 2000-01-01 and 2100-12-31."""


def understand(found: Found, item: Item, field: Field, notes: list[str]) -> Any:
    """Return what a changed cell says for the file; what should be told about it is added to the notes.

    Raises
    ------
    Fault : it says nothing that the file could hold.
    """
    if field.locked:
        reason = f"{field.header} names the row and was {quoted(item.get(field.key))}"
        raise Fault("W012", reason, "rename rows in the files, not here")
    if found.error:
        raise Fault("W009", f"shows the error {quoted(found.value)}", "type a value, or the old one")
    if found.formula:
        if found.value is None:
            reason = "is a formula whose value is not stored in the file"
            raise Fault("W009", reason, "save the workbook in Excel, or type the value")
        notes.append(f"formula replaced by its value, {_shown(found.value)}")
    value = None if isinstance(found.value, str) and not found.value.strip() else found.value
    return _empty(item, field) if value is None else _meaning(found, value, item, field, notes)


def _meaning(found: Found, value: Any, item: Item, field: Field, notes: list[str]) -> Any:
    raw = item.get(field.key)
    if field.kind == "value":
        if item.get("unit") == "date":
            day = _day(found, value)
            return day.isoformat() if isinstance(raw, str) else day
        if isinstance(raw, list):
            return _list(value, raw)
        if isinstance(raw, str):
            return _text(value)
    if field.kind == "date" or (field.key == "observed" and not isinstance(value, str)):
        return _day(found, value)
    if field.kind in ("text", "choice"):
        return _choice(_text(value), field)
    if field.kind == "flag":
        return _flag(value)
    if field.kind in ("value", "whole") and (digits := _digits(value, item, field)) is not None:
        return digits
    number = _number(value, item, field)
    if found.percent:
        notes.append(_percent(number, item.unit(field)))
    return _as_written(number, raw, field)


def _digits(value: Any, item: Item, field: Field) -> int | None:
    """Return a number that is counted and was typed as text, every digit of it; None for any other."""
    if field.kind != "whole" and item.get("domain") not in INTEGERS:
        return None
    if isinstance(value, str) and _WHOLE.fullmatch(value.strip()) and abs(int(value)) >= EXACT:
        return int(value)
    if isinstance(value, (int, float)) and not isinstance(value, bool) and abs(value) >= EXACT:
        reason = f"is {value:.0f}, but a spreadsheet keeps fifteen digits of a number"
        raise Fault("W006", reason, "format the cell as text and type every digit")
    return None


def _empty(item: Item, field: Field) -> Any:
    """Return what an emptied cell means: nothing in the file where that is allowed."""
    if field.key == "prior.shape":
        raise Fault("W010", "the shape is empty", f"write '{heads.FIXED}' for a number without uncertainty")
    if not field.required:
        return None
    if item.table and field.kind == "text":
        return ""
    what = "a number" if field.kind in ("number", "whole", "value") else "an entry"
    raise Fault("W010", f"{field.header} is empty; it needs {what}", f"it was {quoted(item.get(field.key))}")


def _number(value: Any, item: Item, field: Field) -> float | int:
    if isinstance(value, bool):
        raise Fault("W015", f"is {str(value).upper()}; a number is expected")
    if isinstance(value, (dt.date, dt.time, dt.timedelta)):
        reason = f"is the date or time {value}; a number is expected"
        raise Fault("W015", reason, "format the cell as a number and type the number again")
    if isinstance(value, str):
        raise _text_number(value.strip(), item.unit(field))
    if not math.isfinite(value):
        raise Fault("W006", "is not a finite number")
    number: float | int = value
    return number


def _text_number(text: str, unit: str) -> Fault:
    """Return what is wrong with a text where a number should stand."""
    shown = quoted(text)
    if found := _PERCENT.fullmatch(text):
        digits, fix = found[1].replace(",", "."), "type the number"
        if _NUMBER.fullmatch(digits):
            fix = f"type {float(digits) / (1 if unit == '%' else 100):g} (unit {unit})"
        return Fault("W006", f"{shown} is a percentage written as text", fix)
    if text.casefold() in _OPEN:
        fix = "put the old value back, or a judgement with grade judgement"
        return Fault("W006", f"{shown} is no number; a number cannot be left open", fix)
    if _COMMA.fullmatch(text):
        meant = re.sub(r"[. ']", "", text).replace(",", ".")
        fix = f"did you mean {meant}? Type it as a number"
        return Fault("W006", f"{shown} is text with a decimal comma", fix)
    if _NUMBER.fullmatch(text.replace(" ", "").replace("'", "")):
        fix = "type it again in a cell formatted as a number"
        return Fault("W006", f"{shown} is a number stored as text", fix)
    if ";" in text:
        return Fault("W011", f"{shown} is a list; one number is expected")
    return Fault("W006", f"{shown} is text; a number is expected")


def _percent(number: float, unit: str) -> str:
    """Return a note on a number that is shown as a percentage, or say why it is a trap."""
    shown = f"{number * 100:g}%"
    if unit == "%":
        reason = f"is shown as {shown}, but stored as {number:g}, and its unit is %"
        raise Fault("W007", reason, f"format the cell as a number and type {number * 100:g} (or {number:g})")
    if unit.partition("/")[0] not in _PURE or SCALE[unit] != 1.0:
        raise Fault("W007", f"is shown as {shown}, but its unit is {unit}", "format the cell as a number")
    if abs(number) > 1:
        reason = f"is shown as {shown}: it stores {number:g}"
        fix = f"format the cell as a number and type {number:g}, or {number / 100:g} if you meant {number:g}%"
        raise Fault("W007", reason, fix)
    return f"{shown} read as {number:g}"


def _as_written(number: float | int, raw: Any, field: Field) -> float | int:
    """Return a number as the file writes its like: whole ones without a point, unless it had one."""
    whole = float(number).is_integer() and abs(number) < EXACT
    return int(number) if whole and (field.kind == "whole" or not isinstance(raw, float)) else float(number)


def _list(value: Any, raw: list[Any]) -> list[Any]:
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        raise Fault("W006", f"is {quoted(value)}; a list such as 0.2; 0.5; 0.3 is expected")
    rows, matrix = str(value).split("|"), isinstance(raw[0], list)
    if not matrix and len(rows) > 1:
        raise Fault("W011", "is a matrix; a list of numbers is expected")
    if matrix and len(rows) != len(raw):
        raise Fault("W011", f"has {len(rows)} rows; the matrix has {len(raw)}", "rows are parted by |")
    found = [_vector(row, old) for row, old in zip(rows, raw if matrix else [raw], strict=True)]
    return found if matrix else found[0]


def _vector(text: str, raw: list[Any]) -> list[Any]:
    parts = [part.strip() for part in text.strip().rstrip(";").split(";")]
    for part in parts:
        if not _NUMBER.fullmatch(part):
            fault = _text_number(part, "1") if part else Fault("W006", "a number of the list is empty")
            fixes = ("numbers are parted by ; and written with a point",) if part else ()
            raise Fault(fault.code, fault.reason + ", in a list", *(fault.fixes or fixes))
    if len(parts) != len(raw):
        reason = f"has {len(parts)} numbers; the list has {len(raw)}"
        raise Fault("W011", reason, "change the length of a list in the file itself")
    numbers = [int(part) if re.fullmatch(r"[+-]?\d{1,15}", part) else float(part) for part in parts]
    if not all(math.isfinite(number) for number in numbers):
        raise Fault("W006", "has a number that is not finite")
    return [old if float(old) == number else _as_written(number, old, _LISTED)
            for old, number in zip(raw, numbers, strict=True)]  # fmt: skip


_LISTED = Field("value", "Value", "number")


def _day(found: Found, value: Any) -> dt.date:
    if found.day is not None:
        return found.day
    if isinstance(value, dt.datetime):
        raise Fault("W008", f"is {value}; a date without a time of day is expected")
    if isinstance(value, str):
        text = value.strip()
        if match := _DAY.fullmatch(text) or _DAY_FIRST.fullmatch(text):
            try:
                meant = dt.date(**{part: int(digits) for part, digits in match.groupdict().items()})
            except ValueError:
                raise Fault("W008", f"{quoted(text)} is no date", "type the date again") from None
            fix = f"type {meant} in a cell formatted as a date"
            raise Fault("W008", f"{quoted(text)} is a date stored as text", fix)
        raise Fault("W008", f"{quoted(text)} is text; a date is expected", "type a date such as 2026-06-30")
    if isinstance(value, (int, float)) and not isinstance(value, bool) and _FIRST_DAY <= value <= _LAST_DAY:
        day = dt.date(1899, 12, 30) + dt.timedelta(days=int(value))
        raise Fault("W008", f"is the number {value:g}; did you mean {day}?", "format the cell as a date")
    raise Fault("W008", f"is {quoted(value)}; a date is expected", "type a date such as 2026-06-30")


def _text(value: Any) -> str:
    if not isinstance(value, str):
        shown = f"the date {value}" if isinstance(value, (dt.date, dt.time)) else quoted(value)
        fix = "format the cell as text and type it again"
        raise Fault("W015", f"is {shown}; a text is expected", fix)
    if len(value) > LONGEST:
        raise Fault("W015", f"has {len(value):,} characters; {LONGEST:,} at most")
    return value.strip()


def _choice(text: str, field: Field) -> str:
    if field.choices and text not in field.choices:
        meant = suggestion(text, field.choices)
        hint = f" Did you mean '{meant}'?" if meant else ""
        raise Fault("A008", f"{quoted(text)} is not one of {', '.join(field.choices)}.{hint}")
    return text


def _flag(value: Any) -> bool:
    if value not in (True, False):  # or 1 and 0, as which LibreOffice saves them
        raise Fault("W015", f"is {quoted(value)}; TRUE or FALSE is expected")
    return bool(value)


def _shown(value: Any) -> str:
    return f"{value:.6g}" if isinstance(value, float) else quoted(value)
