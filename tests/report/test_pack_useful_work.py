import pytest

from risk.report.content import number_of
from risk.report.pack.base.results import Results
from risk.report.pack.markets.useful_work import DATES, table, tokens
from tests.report.runs import small_results


@pytest.fixture(scope="module")
def results() -> Results:
    return small_results()


def test_tokens_of_an_h100_by_hand(results: Results) -> None:
    """Two devices: (160 - 140) / 2.5 = 8 requests; 140 GB / 3.35 TB/s = 41.8 ms a step."""
    assert tokens(results)[1] == pytest.approx(3600.0 * 8 / (0.140 / 3.35 * 2), rel=1e-12)


def test_rent_per_token_is_rent_over_tokens(results: Results) -> None:
    found = table(results)
    date = results.dates(DATES)[0]
    rent, tokens_made, cost = (found.index(key) for key in (f"rent_{date}", "tokens", f"cost_{date}"))
    for row in found.rows:
        assert number_of(row[cost]) == pytest.approx(number_of(row[rent]) / number_of(row[tokens_made]))


def test_newer_generations_do_more_per_dollar(results: Results) -> None:
    found = table(results)
    costs = [number_of(row[found.index("cost_2030Q4")]) for row in found.rows]
    assert costs[1:] == sorted(costs[1:], reverse=True)
