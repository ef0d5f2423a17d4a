"""Losses of books by one factor."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import norm

from risk.assumptions import Assumptions, load
from risk.calibrate.challenger import pools
from risk.calibrate.challenger.pools import Book

BOOK = Book(owed=100.0, hazard=0.03, lgd=0.4, correlation=0.15)
YEARS = 6.25
WHOLE = 1.0 - math.exp(-0.03 * YEARS)


@pytest.fixture(scope="module")
def register() -> Assumptions:
    return load()


@pytest.mark.parametrize("correlation", [0.0, 0.15, 0.5])
def test_on_average_a_book_loses_its_hazard_whatever_its_correlation(correlation: float) -> None:
    book = replace(BOOK, correlation=correlation)
    assert pools.mean([book], YEARS) == pytest.approx(100.0 * 0.4 * 0.03 * YEARS, rel=1e-3)


def test_without_correlation_the_tail_is_the_mean() -> None:
    still = replace(BOOK, correlation=0.0)
    assert pools.quantile([still], YEARS, 0.95) == pytest.approx(100.0 * 0.4 * 0.03 * YEARS)


def test_the_worked_example_of_the_tail() -> None:
    """PD over 6.25 years 17.1%; at the 95th state Φ((−.950 + .387 · 1.645) / .922) = 36.7%; loss 16.1."""
    hit = norm.cdf((norm.ppf(WHOLE) + math.sqrt(0.15) * norm.ppf(0.95)) / math.sqrt(0.85))
    assert hit == pytest.approx(0.367, abs=5e-4)
    assert pools.quantile([BOOK], YEARS, 0.95) == pytest.approx(40.0 * 0.03 * YEARS * hit / WHOLE)
    assert pools.quantile([BOOK], YEARS, 0.95) == pytest.approx(16.1, abs=0.05)


def test_a_simulation_of_many_names_agrees() -> None:
    """Assets √ρ y + √(1 − ρ) e of 5,000 names in 4,000 states; the share that defaults is the book's."""
    stream, names = np.random.default_rng(5), 5_000
    y = stream.standard_normal(4_000)
    hit = norm.cdf((norm.ppf(WHOLE) + math.sqrt(0.15) * y) / math.sqrt(0.85))
    lost = 40.0 * 0.03 * YEARS / WHOLE * stream.binomial(names, hit) / names
    assert abs(lost.mean() - pools.mean([BOOK], YEARS)) < 4 * lost.std() / math.sqrt(len(y))
    low, high = np.quantile(lost, [0.95 - 4 * math.sqrt(0.95 * 0.05 / 4_000), 0.95 + 0.0138])
    assert low < pools.quantile([BOOK], YEARS, 0.95) < high
    assert np.quantile(pools.losses([BOOK], YEARS), 0.95) == pytest.approx(
        float(pools.quantile([BOOK], YEARS, 0.95)), rel=2e-3
    )


def test_books_of_one_factor_add_up_in_mean_and_tail() -> None:
    other = Book(50.0, 0.05, 0.6, 0.3)
    both = [BOOK, other]
    assert pools.mean(both, YEARS) == pytest.approx(pools.mean([BOOK], YEARS) + pools.mean([other], YEARS))
    tail = sum(pools.quantile([book], YEARS, 0.95) for book in both)
    assert pools.quantile(both, YEARS, 0.95) == pytest.approx(tail)


def test_draws_are_books_side_by_side() -> None:
    hazard, lgd = np.array([0.03, 0.06, 0.01]), np.array([0.4, 0.5, 0.2])
    drawn = [replace(BOOK, hazard=hazard, lgd=lgd)]
    single = [[replace(BOOK, hazard=h, lgd=each)] for h, each in zip(hazard, lgd, strict=True)]
    assert pools.mean(drawn, YEARS) == pytest.approx([float(pools.mean(book, YEARS)) for book in single])
    tails = [float(pools.quantile(book, YEARS, 0.95)) for book in single]
    assert pools.quantile(drawn, YEARS, 0.95) == pytest.approx(tails)


def test_the_quadrature_is_converged(monkeypatch: pytest.MonkeyPatch) -> None:
    steep = Book(100.0, 0.02, 0.4, 0.5)
    found = pools.mean([steep], YEARS)
    monkeypatch.setattr(pools, "STATES", 20_000)
    assert pools.mean([steep], YEARS) == pytest.approx(found, rel=1e-3)


def test_a_loss_that_rises_with_defaults_is_the_references_at_the_reference(register: Assumptions) -> None:
    """Where a tenth of the book defaults in a year, .065 above the reference of .035, L is .4 + 1 × .065."""
    (rising,) = pools.rising([BOOK], register.number)
    assert (rising.slope, rising.reference) == (1.0, 0.035)
    whole = 1.0 - 0.9**YEARS
    y = (norm.ppf(whole) * math.sqrt(0.85) - norm.ppf(WHOLE)) / math.sqrt(0.15)
    assert rising.loss(YEARS, y) / BOOK.loss(YEARS, y) == pytest.approx(0.465 / 0.4)
    assert pools.quantile([replace(rising, slope=100.0)], YEARS, 0.999) == pytest.approx(
        float(pools.quantile([replace(BOOK, lgd=1.0)], YEARS, 0.999))
    ), "never more than all"


def test_books_of_the_register(register: Assumptions) -> None:
    lending, loans = books = pools.of_line(register, "generic", YEARS, register.number)
    assert lending.hazard == pytest.approx(-math.log(1.0 - register.number("credit.pd_direct_lending")))
    assert lending.lgd == pytest.approx(register.number("credit.lgd_generic") + 0.05)
    assert lending.owed == pytest.approx(900.0 * (math.exp(0.06 * YEARS) - 1.0) / (0.06 * YEARS))
    again = pools.scaled(books, 1_000.0)
    assert sum(book.owed for book in again) == pytest.approx(1_000.0)
    lends_in_kind, same = pools.in_kind(register, "generic", books, register.number)
    share = norm.cdf(math.log(1.2 / 2.0) / 0.43)
    assert lends_in_kind.hazard / lending.hazard == pytest.approx(1.0 + 0.75 * share)
    assert share == pytest.approx(0.117, abs=5e-4), "the page's 11.7%"
    assert same.hazard == loans.hazard, "B loans pay in cash"


def test_paper_of_the_register(register: Assumptions) -> None:
    secured, notes = pools.paper(register, 0.05, 0.25, 0.6, register.number)
    for book, table, column in (
        (secured, "neoclouds.facility", "debt"),
        (notes, "neoclouds.note", "amount"),
    ):
        par = [row.model_dump()[column] for row in register.tables[table].rows]
        assert book.owed == pytest.approx(sum(par)), "the file's USD bn"
    own = sum(pools.owed_by(register, *each, firm="CRWV") for each in pools.PAPER)
    assert own == pytest.approx(35.551), "of the 10-Q"
    assert sum(pools.owed_by(register, *each, firm="nobody") for each in pools.PAPER) == 0.0
