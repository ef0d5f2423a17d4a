"""Money of a book: currencies, their scales, and what they are worth in the model's."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Annotated

from pydantic import Field

from risk.assumptions.schema import Grade, Record, Text
from risk.errors import suggestion

OWN = "USD"
"""Currency of the model."""

SCALES = {"": 1.0, "k": 1e3, "m": 1e6, "bn": 1e9}
"""Behind a currency: ``EUR m``."""

Positive = Annotated[float, Field(gt=0)]


class Rate(Record):
    """What a unit of a currency is worth in the model's: ``[rate.EUR]``."""

    value: Positive
    as_of: dt.date
    source: Text
    grade: Grade


def money(currency: str) -> tuple[str, float]:
    """Currency and scale of ``EUR m``; KeyError where there is no such scale."""
    code, _, word = currency.partition(" ")
    return code, SCALES[word.strip()]


def rate(currency: str, rates: Mapping[str, Rate]) -> tuple[float, tuple[str, ...]]:
    """USD for one of a currency, or zero, and why and what to do."""
    try:
        code, scale = money(currency)
    except KeyError:
        return 0.0, (
            f"currency is '{currency[:20]}'",
            "write USD, USD k, USD m or USD bn, or another currency so",
        )
    if code == OWN:
        return scale, ()
    if code in rates:
        return scale * rates[code].value, ()
    meant = suggestion(code, (OWN, *rates))
    hint = f"did you mean {meant}?" if meant else ""
    fix = f"write [rate.{code}] with value ({OWN} for one {code}), as_of, source, grade in a TOML book"
    return 0.0, (f"currency {code[:20]} has no rate", *filter(None, (hint, fix)))
