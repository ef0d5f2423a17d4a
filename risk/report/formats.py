"""Number formats by name, so that the workbook and the terminal print the same digits.

A name is a family (`"usd_bn"`) or a family with its number of decimals (`"usd_bn.0"`). Both renderers
are derived from the same description: an Excel format string, and a Python function that rounds as
Excel does (half away from zero, on the shortest decimal that names the number).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from functools import cache, cached_property
from math import floor, isfinite, log10
from typing import Literal

Align = Literal["left", "right", "center"]
Scalar = str | float | int | date | None


@dataclass(frozen=True)
class Format:
    """How a number is written.

    Attributes
    ----------
    decimals : digits after the point (of the percentage, if `percent`).
    signed : print "+" before positive numbers.
    zero : what an exact zero prints as; empty = the number itself.
    red : negative numbers in red (the minus sign stays, so color is not the only signal).
    kind : `number`, or one of the formats that are not plain numbers.
    """

    decimals: int = 0
    prefix: str = ""
    suffix: str = ""
    percent: bool = False
    grouping: bool = True
    signed: bool = False
    zero: str = ""
    red: bool = False
    align: Align = "right"
    kind: Literal[
        "number", "probability", "high", "margin", "none_of", "all_of", "power",
        "date", "text", "typed", "truth", "general",
    ] = "number"  # fmt: skip

    @cached_property
    def excel(self) -> str:
        """The Excel format string."""
        if self.kind in _RULE_OF_THREE:
            return _quoted(self._rule_of_three)
        if self.kind != "number":
            return _EXCEL[self.kind]
        body = self._body()
        if not (self.signed or self.zero or self.red):
            return body
        positive = "+" + body if self.signed else body
        negative = ("[Red]-" if self.red else "-") + body
        return f"{positive};{negative};{_quoted(self.zero) or body}"

    def _body(self) -> str:
        mask = ("#,##0" if self.grouping else "0") + ("." + "0" * self.decimals if self.decimals else "")
        return _quoted(self.prefix) + mask + ("%" if self.percent else "") + _quoted(self.suffix)

    @property
    def _rule_of_three(self) -> str:
        paths = self.decimals
        if self.kind == "all_of":
            return f"> {floor(1e4 * (1.0 - 3.0 / max(paths, 3))) / 1e4:.2%}"
        millions, rest = divmod(paths, 1_000_000)
        return f"< 3/{paths:,}" if rest else f"< 3/{millions}M"

    def show(self, value: Scalar) -> str:
        """The text that Excel would display; but what rounds to zero has no sign, which Excel may give it."""
        if value is None:
            return ""
        if isinstance(value, str):
            return value
        if isinstance(value, bool):
            return str(value).upper()
        if isinstance(value, date):
            return value.isoformat()[:10]
        if not isfinite(value):
            raise ValueError(f"{value} cannot be shown as a number; say why in words")
        return self._number(float(value))

    def _number(self, value: float) -> str:
        if self.kind in _RULE_OF_THREE:
            return self._rule_of_three
        if self.kind in ("text", "typed", "general"):
            return f"{value:.10g}"
        if self.kind == "power":
            return f"{value:.1E}"
        if self.kind == "probability":
            return _probability(value)
        if self.kind == "high":
            return _high_probability(value)
        if self.kind == "margin":
            return "±<0.1%" if value < 0.0005 else f"±{_rounded(value * 100, 1, False)}%"
        if value == 0 and self.zero:
            return self.zero
        digits = _rounded(abs(value) * (100 if self.percent else 1), self.decimals, self.grouping)
        zero = not digits.strip("0.")
        sign = "" if zero else "-" if value < 0 else "+" if self.signed else ""
        return sign + self.prefix + digits + ("%" if self.percent else "") + self.suffix


_EXCEL = {
    "probability": '[<0.001]"<0.1%";[<0.1]0.0%;0%',
    "high": '[>0.999]">99.9%";[>0.99]0.0%;0%',
    "margin": '[<0.0005]"±<0.1%";"±"0.0%',
    "power": "0.0E+00",
    "date": "yyyy-mm-dd",
    "text": "General",
    "typed": "@",
    "truth": '"TRUE";"TRUE";"FALSE"',
    "general": "General",
}

_RULE_OF_THREE = ("none_of", "all_of")
"""No hit, or nothing but hits, in n paths; n stands where other formats have their decimals."""

FORMATS = {
    "text": Format(align="left", kind="text"),
    "typed": Format(align="left", kind="typed"),
    "truth": Format(align="center", kind="truth"),
    "quarter": Format(align="center", kind="text"),
    "date": Format(align="center", kind="date"),
    "general": Format(kind="general"),
    "count": Format(),
    "year": Format(grouping=False, align="center"),
    "years": Format(decimals=1),
    "number": Format(decimals=2),
    "usd_bn": Format(decimals=1, zero="–", red=True),
    "usd_m": Format(),
    "price": Format(decimals=2),
    "index": Format(),
    "multiple": Format(decimals=1, suffix="x"),
    "bp": Format(suffix=" bp"),
    "rate": Format(decimals=1, percent=True),
    "share": Format(percent=True),
    "probability": Format(kind="probability"),
    "probability_high": Format(kind="high"),
    "margin": Format(kind="margin"),
    "none_of": Format(kind="none_of"),
    "all_of": Format(kind="all_of"),
    "standard_error": Format(decimals=1, percent=True, prefix="±"),
    "usd_error": Format(decimals=1, prefix="±"),
    "change": Format(percent=True, signed=True),
    "usd_change": Format(decimals=1, signed=True),
    "tolerance": Format(kind="power"),
}
"""Every format by its family name; `named` adds the variants with other decimals."""


@cache
def named(name: str) -> Format:
    """Find a format by name.

    Parameters
    ----------
    name : a key of `FORMATS`, or a key followed by a point and the decimals, such as `"rate.2"`; a final `*`
        prints one after the number, which marks it for a note.

    Raises
    ------
    KeyError
        The family is unknown; the message names the known ones.
    """
    family, _, decimals = name.removesuffix("*").partition(".")
    if family not in FORMATS:
        raise KeyError(f"unknown number format {name!r}; known: {', '.join(FORMATS)}")
    form = replace(FORMATS[family], decimals=int(decimals)) if decimals else FORMATS[family]
    return replace(form, suffix=form.suffix + "*") if name.endswith("*") else form


def show(value: Scalar, name: str) -> str:
    """Write `value` as the named format displays it."""
    return named(name).show(value)


def supported(name: str, standard_error: float) -> str:
    """Name the variant of a format that prints no more digits than an error supports.

    The last digit printed is the one in which the standard error has its first digit.

    Parameters
    ----------
    standard_error : in the unit of the value (a share for percentages); 0 and NaN keep the format as it is.
    """
    form = named(name)
    if not standard_error > 0.0 or form.kind != "number":
        return name
    digit = -floor(log10(standard_error * (100 if form.percent else 1)))
    return f"{name.partition('.')[0]}.{min(form.decimals, max(0, digit))}"


def _rounded(value: float, decimals: int, grouping: bool) -> str:
    # 15 significant digits, as Excel keeps; then half up.
    exact = Decimal(f"{value:.15g}").quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)
    return f"{exact:,f}" if grouping else f"{exact:f}"


def _probability(value: float) -> str:
    if value < 0.001:
        return "<0.1%"
    return _rounded(value * 100, 1 if value < 0.1 else 0, False) + "%"


def _high_probability(value: float) -> str:
    if value > 0.999:
        return ">99.9%"
    return _rounded(value * 100, 1 if value > 0.99 else 0, False) + "%"


def _quoted(text: str) -> str:
    return f'"{text}"' if text else ""


def as_date(value: date) -> date:
    """The day of a date or a time."""
    return value.date() if isinstance(value, datetime) else value
