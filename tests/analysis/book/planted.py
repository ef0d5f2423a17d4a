"""A run made by hand for books: losses on two loans, one company's paper, pools, capex and revenue."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike

from risk.analysis.book import instruments, written
from risk.analysis.book.answer import Answer, answer
from risk.analysis.book.book import Book, understood
from risk.analysis.book.instruments import Instrument
from risk.assumptions import Assumptions, load, locate
from risk.runs import Run
from tests.stored_paths import stored

PATHS = 400
HEAD = '[book]\ntitle = "Ours"\nas_of = 2026-11-30\n'
LOAN = """
[[position]]
id = "loan"
instrument = "loan"
name = "APLD-CRWV"
amount = 23
currency = "USD m"
"""
NOTES = """
[[position]]
id = "notes"
instrument = "notes"
name = "CRWV"
amount = 10
currency = "USD m"
"""
CHIPS = """
[[position]]
id = "chips"
instrument = "equity_chips"
name = "NVIDIA"
amount = 20
currency = "USD m"
"""
CDS = """
[[position]]
id = "cds"
instrument = "cds"
name = "CoreWeave"
amount = 8
currency = "USD m"
cost = 0.5
"""


@cache
def register() -> Assumptions:
    return load()


@cache
def listed() -> dict[str, Instrument]:
    return instruments.read(locate.register(), register())


@cache
def run() -> Run:
    """Every number of a path is drawn; 80 paths bust, too few to look for ways."""
    rng = np.random.default_rng(7)
    last = register().calendar.quarters
    failed = np.where(rng.random(PATHS) < 0.3, rng.integers(1, last, PATHS), 0).astype(np.float64)
    bust = (np.arange(PATHS) < 80).astype(np.float64)
    durable = (np.arange(PATHS) >= 250).astype(np.float64)
    paid = (np.arange(PATHS) >= 350).astype(np.float64)
    outcomes: dict[str, ArrayLike] = {
        "loan_loss.APLD-CRWV": 2.3e9 * np.maximum(rng.normal(0.0, 0.3, PATHS), 0.0) + 1e6 * bust,
        "loan_loss.CRUS-SPOT": 1e8 * rng.random(PATHS),
        "failed.CRWV": failed,
        "notes_lost.CRWV": np.where(failed > 0.0, 0.4 + 0.5 * rng.random(PATHS), 0.0),
        "loss.spv": 1e9 * rng.random(PATHS),
        "owed.spv": np.full(PATHS, 5e11),
        "bust": bust,
        "correction": 1.0 - bust - durable,
        "durable": durable,
        "durable_paid": paid,
        "durable_unpaid": durable - paid,
    }
    capex = 2.3e11 * np.exp(rng.normal(0.0, 0.4, (last + 1, PATHS)))
    capex[0] = 2.3e11
    return stored(register(), outcomes=outcomes, series={"ai_capex": capex.astype(np.float32)})


def book(text: str, folder: Path, name: str = "ours.toml") -> Book:
    file = folder / name
    file.write_text(text, "utf-8")
    return understood(written.read(file), listed(), register())


def held(text: str, folder: Path) -> Answer:
    return answer(run(), book(HEAD + text, folder))
