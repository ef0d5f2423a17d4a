"""Losses of books by one factor."""

from __future__ import annotations

import math

import pytest
from scipy.stats import norm

from risk.assumptions import load
from risk.calibrate.challenger import pools
from risk.calibrate.challenger.pools import Book

BOOK = Book(owed=100.0, hazard=0.03, lgd=0.4, correlation=0.15)
YEARS = 6.25


def test_without_correlation_a_book_loses_its_hazard() -> None:
    still = Book(100.0, 0.03, 0.4, 0.0)
    assert pools.mean([still], YEARS) == pytest.approx(100.0 * 0.4 * 0.03 * YEARS)
    assert pools.quantile([still], YEARS, 0.95) == pytest.approx(100.0 * 0.4 * 0.03 * YEARS)


def test_the_worked_example_of_the_tail() -> None:
    """PD over 6.25 years 17.1%; at the 95th state Φ((−.950 + .387 · 1.645) / .922) = 36.7%; loss 18.3."""
    whole = 1.0 - math.exp(-0.03 * YEARS)
    hit = norm.cdf((norm.ppf(whole) + math.sqrt(0.15) * norm.ppf(0.95)) / math.sqrt(0.85))
    assert hit == pytest.approx(0.367, abs=5e-4)
    assert pools.quantile([BOOK], YEARS, 0.95) == pytest.approx(-40.0 * math.log(1.0 - hit))
    assert pools.quantile([BOOK], YEARS, 0.95) == pytest.approx(18.3, abs=0.1)


def test_books_of_one_factor_add_up_in_mean_and_tail() -> None:
    other = Book(50.0, 0.05, 0.6, 0.3)
    both = [BOOK, other]
    assert pools.mean(both, YEARS) == pytest.approx(pools.mean([BOOK], YEARS) + pools.mean([other], YEARS))
    tail = sum(pools.quantile([book], YEARS, 0.95) for book in both)
    assert pools.quantile(both, YEARS, 0.95) == pytest.approx(tail)


def test_the_quadrature_is_converged(monkeypatch: pytest.MonkeyPatch) -> None:
    steep = Book(100.0, 0.02, 0.4, 0.5)
    found = pools.mean([steep], YEARS)
    monkeypatch.setattr(pools, "NODES", 128)
    assert pools.mean([steep], YEARS) == pytest.approx(found, rel=1e-5)


def test_books_of_the_register() -> None:
    register = load()
    lending, loans = pools.of_line(register, "generic", YEARS)
    assert lending.hazard == pytest.approx(-math.log(1.0 - register.number("credit.pd_direct_lending")))
    assert lending.lgd == pytest.approx(register.number("credit.lgd_generic") + 0.05)
    assert lending.owed == pytest.approx(900.0 * (math.exp(0.06 * YEARS) - 1.0) / (0.06 * YEARS))
    again = pools.scaled((lending, loans), 1_000.0)
    assert sum(book.owed for book in again) == pytest.approx(1_000.0)
    secured, notes = pools.paper(register, 0.05, 0.25, 0.6)
    for book, table, column in (
        (secured, "neoclouds.facility", "debt"),
        (notes, "neoclouds.note", "amount"),
    ):
        par = [row.model_dump()[column] for row in register.tables[table].rows]
        assert book.owed == pytest.approx(sum(par)), "the file's USD bn"
    own = sum(pools.owed_by(register, *each, firm="CRWV") for each in pools.PAPER)
    assert own == pytest.approx(35.551), "of the 10-Q"
