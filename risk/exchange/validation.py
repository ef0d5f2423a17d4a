"""What the input cells offer and ask for. A convenience: pasting passes by it, so the import checks again."""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import replace

from risk.assumptions.plausible import Range
from risk.assumptions.schema import INTEGERS
from risk.assumptions.values import limits
from risk.exchange.heads import Field, Item
from risk.report.content import Validation
from risk.units import SCALE, TEXT_UNITS

LISTS = ("Shape", "Grade", "Owner", "Unit", "Source")
"""Headings whose cells offer a list of the workbook."""

OPEN_LISTS = ("Unit", "Owner")
"""Lists that offer what is in use; something new is asked about, not refused."""

LEAST = 1e-300
"""The least number above zero that a validation can name."""

FIRST_DAY = dt.date(2000, 1, 1)
CENTURY = dt.timedelta(days=36525)

_ASKED = "Required where anything in the row is changed: what is new, and who says so."
REASON = Validation(0, 2000, "textLength", prompt=_ASKED)
"""What the reason accepts."""

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
    "fixed": "Why a judgement that answers hang on has no prior; empty where it has one.",
}


def list_name(header: str) -> str:
    """Return the defined name of a list of choices."""
    return f"List_{header}"


def validation(item: Item, field: Field, as_of: dt.date) -> Validation:
    """Return what a cell offers and asks for; no date may pass that of the register, `as_of`."""
    rule = _rule(item, field, as_of)
    return replace(rule, prompt=_prompt(item, field), asks=field.header in OPEN_LISTS)


def _prompt(item: Item, field: Field) -> str:
    unit = item.unit(field)
    prompt = _PROMPTS.get(field.key, f"In {unit}." if unit not in ("", "1", *TEXT_UNITS) else "")
    if field.key == "value" and isinstance(item.get("value"), list):
        return "A list: 0.2; 0.5; 0.3 (a matrix row by row: 1; 0.4 | 0.4; 1). Its length stays."
    if field.key == "value" and item.get("high") is not None:
        return f"{prompt} Plausible: {Range(item.get('low'), item.get('high'))}.".strip()
    return prompt


def _rule(item: Item, field: Field, as_of: dt.date) -> Validation:
    if field.header in LISTS:
        return Validation(choices=list_name(field.header))
    if field.choices or field.kind == "flag":
        return Validation(choices=field.choices or ("TRUE", "FALSE"))
    if field.key == "value" and item.get("unit") == "date":
        return Validation(FIRST_DAY, as_of + CENTURY, "date")
    if field.kind == "date":
        return Validation(FIRST_DAY, as_of, "date")
    if field.key in ("prior.low", "prior.high"):
        ordered = 'OR({row.low}="",{row.high}="",{row.low}<{row.high})'
        return Validation(condition=f"AND(ISNUMBER({{row.{field.name}}}),{ordered})")
    if field.kind == "text" or isinstance(item.get(field.key), (str, list)):
        return Validation(0, 5000 if field.key == "value" else 2000, "textLength")
    counted = field.key == "value" and item.get("domain") in INTEGERS
    return Validation(*bounds(item, field), "whole" if field.kind == "whole" or counted else "decimal")


def bounds(item: Item, field: Field) -> tuple[float, float]:
    """Return the least and the largest number that a cell accepts; the import knows the rest."""
    if item.table:
        share = field.unit == "fraction" and "shift" not in field.key
        return (0.0, 1.0) if share else (-math.inf, math.inf)
    if field.key in ("prior.sd", "prior.sigma", "prior.concentration", "prior.median"):
        return LEAST, math.inf
    unit, domain = str(item.get("unit")), item.raw.table.get("domain", "real")
    low, high = limits(domain, 1.0 if unit in TEXT_UNITS else SCALE[unit])
    return (LEAST if domain == "positive" else low), (-LEAST if domain == "negative" else high)
