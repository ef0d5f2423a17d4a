"""Small facility books for tests."""

from __future__ import annotations

from typing import Any

import numpy as np

from risk.mechanisms.neocloud import book
from risk.mechanisms.neocloud.book import Book


def facility(**changes: Any) -> book.Row:
    """A base-date GPU loan: level payments over 20 quarters at 8%, no balloon."""
    values: dict[str, Any] = {
        "name": "loan",
        "firm": 0,
        "generation": 0,
        "payer": 1,
        "origination": 0,
        "due": 20,
        "coupon": 0.08,
        "balloon": 0.0,
        "amortization": "level",
        "site": False,
        "floating": False,
        "instrument": book.DDTL,
    }
    return book.Row(**(values | changes))


def assemble(*rows: book.Row, firms: int = 1, quarters: int = 26) -> Book:
    """Lay out rows."""
    return book.assemble(list(rows), tuple(f"firm {i}" for i in range(firms)), quarters)


def whole(*expiry: int, last: int = 60) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Expiry matrix of contracts that end all at once, one quarter a facility."""
    return np.where(np.arange(last + 1)[:, None] == np.array(expiry), 1.0, 0.0)
