"""What the input cells offer and ask for. A convenience: pasting passes by it, so the import checks again."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from openpyxl.utils import get_column_letter
from openpyxl.utils.datetime import to_excel
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from risk.assumptions.plausible import Range
from risk.assumptions.schema import INTEGERS
from risk.assumptions.values import limits
from risk.exchange import layout
from risk.exchange.layout import Field, Item, Register
from risk.units import SCALE, TEXT_UNITS

LARGE = 1e300
OPEN_LISTS = ("Unit", "Owner")
"""Lists that offer what is in use; something new is asked about, not refused."""

_PROMPTS = {
    "unit": "One of the list, or composed: USD bn/q, 1/q per 100 bp.",
    "prior.shape": "fixed: no uncertainty. normal: mean, sd (low, high). uniform: low, high. "
    "triangular: low, mode, high. lognormal: median, sigma. dirichlet: concentration.",
    "source": "Key of sources.toml; judgement where nobody published it.",
    "as_of": "Date of the figure, not after the register's own date.",
    "known_by": "Day by which it could be known, not after the information date.",
    "observed": "Of a nowcast: the day or quarter in which what it rests on was observed, e.g. 2026Q1.",
    "rule": "Of a nowcast: how it was moved to the base date.",
    "grade": "How good the evidence is.",
    "note": "One line: what it is and why.",
    "accept": "Why a number may lie outside its plausible range; empty where none does.",
}


def choices_name(header: str) -> str:
    """Return the defined name of a list of choices."""
    return f"List_{header}"


def validate(
    sheet: Worksheet, header: int, items: Sequence[Item], headers: Sequence[str], register: Register
) -> None:
    """Add validations and prompts to the input cells of a block."""
    rules: dict[tuple[object, ...], DataValidation] = {}
    for field in items[0].fields:
        if field.locked:
            continue
        letter = get_column_letter(headers.index(field.header) + 1)
        for row, item in enumerate(items, start=header + 1):
            key, options = _rule(item, field, row, headers, register.as_of)
            rule = rules.get((field.key, *key))
            if rule is None:
                rule = rules[field.key, *key] = DataValidation(allow_blank=True, **options)
                _say(rule, field, item)
                sheet.add_data_validation(rule)
            rule.add(f"{letter}{row}")
    why = get_column_letter(headers.index(layout.WHY) + 1)
    reason = DataValidation(type="textLength", operator="between", formula1="0", formula2="2000")
    reason.showInputMessage, reason.promptTitle = True, layout.WHY
    reason.prompt = "Required where anything in the row is changed: what is new, and who says so."
    reason.add(f"{why}{header + 1}:{why}{header + len(items)}")
    sheet.add_data_validation(reason)


def _say(rule: DataValidation, field: Field, item: Item) -> None:
    rule.showErrorMessage = True
    rule.errorStyle = "warning" if field.header in OPEN_LISTS else "stop"
    unit = item.unit(field)
    prompt = _PROMPTS.get(field.key, f"In {unit}." if unit not in ("", "1") else "")
    if field.key == "value" and isinstance(item.get("value"), list):
        prompt = "A list: 0.2; 0.5; 0.3 (a matrix row by row: 1; 0.4 | 0.4; 1). Its length stays."
    elif field.key == "value" and item.get("high") is not None:
        prompt = f"{prompt} Plausible: {Range(item.get('low'), item.get('high'))}.".strip()
    if prompt:
        rule.showInputMessage, rule.promptTitle, rule.prompt = True, field.header[:32], prompt[:255]
    rule.error = (f"{field.header}: not allowed here. " + (rule.prompt or ""))[:255]


def _rule(
    item: Item, field: Field, row: int, headers: Sequence[str], as_of: dt.date
) -> tuple[tuple[object, ...], dict[str, Any]]:
    """Return what tells a rule from others of its column, and the rule itself."""
    if field.header in ("Shape", "Grade", "Owner", "Unit", "Source"):
        return (), {"type": "list", "formula1": choices_name(field.header)}
    if field.choices:
        return (), {"type": "list", "formula1": f'"{",".join(field.choices)}"'}
    if field.kind == "flag":
        return (), {"type": "list", "formula1": '"TRUE,FALSE"'}
    if field.kind == "date" or (field.key == "value" and item.get("unit") == "date"):
        last = int(to_excel(as_of))  # type: ignore[no-untyped-call]
        free = field.key == "value"
        bound = str(last + 36525 if free else last)
        return (free,), {"type": "date", "operator": "between", "formula1": "36526", "formula2": bound}
    if field.key in ("prior.low", "prior.high"):
        low, high = (f"{get_column_letter(headers.index(name) + 1)}{row}" for name in ("Low", "High"))
        own = low if field.key == "prior.low" else high
        ordered = f'AND(ISNUMBER({own}),OR({low}="",{high}="",{low}<{high}))'
        return (), {"type": "custom", "formula1": ordered}  # relative to the first cell of its range
    if field.kind == "text" or isinstance(item.get(field.key), (str, list)):
        many = "5000" if field.key == "value" else "2000"
        return (many,), {"type": "textLength", "operator": "between", "formula1": "0", "formula2": many}
    low_bound, high_bound = bounds(item, field)
    counted = field.key == "value" and item.get("domain") in INTEGERS
    kind = "whole" if field.kind == "whole" or counted else "decimal"
    rule = {"type": kind, "operator": "between", "formula1": repr(low_bound), "formula2": repr(high_bound)}
    plausible = str(item.get("low")), str(item.get("high")), kind
    return (low_bound, high_bound, item.unit(field), *plausible), rule


def bounds(item: Item, field: Field) -> tuple[float, float]:
    """Return the least and the largest number that a cell accepts; the import knows the rest."""
    if item.table:
        return (0.0, 1.0) if field.unit == "fraction" and "shift" not in field.key else (-LARGE, LARGE)
    if field.key in ("prior.sd", "prior.sigma", "prior.concentration", "prior.median"):
        return 1 / LARGE, LARGE
    unit, domain = str(item.get("unit")), item.raw.table.get("domain", "real")
    low, high = limits(domain, 1.0 if unit in TEXT_UNITS else SCALE[unit])
    open_ends = {"positive": (1 / LARGE, high), "negative": (low, -1 / LARGE)}
    low, high = open_ends.get(domain, (low, high))
    return max(low, -LARGE), min(high, LARGE)
