"""The sheet Tokens: costs by phase and generation, what is paid for work, what coupling would move."""

from __future__ import annotations

import math
from dataclasses import replace
from functools import cache

import pytest

from risk.analysis.tokens import served
from risk.processes import decode
from risk.report.content import number_of, value_of
from risk.report.excel import build
from risk.report.pack.base.results import Results
from risk.report.pack.markets.tokens import sheet
from risk.report.sheet import Paragraph, Properties, Sheet, Workbook
from risk.report.table import Table
from tests.report.runs import small_run
from tests.report.tokens_results import MOVES

MEASURED = replace(MOVES, run="")


def results(measured: bool) -> Results:
    made = Results.of(small_run())
    vars(made)["token_moves"] = MEASURED if measured else None
    return made


@cache
def made(measured: bool = True) -> Sheet:
    found = sheet(results(measured))
    assert found is not None
    return found


def table(name: str, measured: bool = True) -> Table:
    return next(b for b in made(measured).blocks() if isinstance(b, Table) and b.id == name)


def said(style: str, measured: bool = True) -> list[str]:
    return [str(b.text) for b in made(measured).blocks() if isinstance(b, Paragraph) and b.style == style]


def test_cells_hold_what_the_arithmetic_says() -> None:
    s, found = served(small_run().register), table("phases")
    for g, name in enumerate(s.names):
        assert number_of(found.cell("batch", name)) == s.batch[g]
        assert number_of(found.cell("input", name)) == pytest.approx(3.6e-3 / s.prefill[g])
        assert number_of(found.cell("output", name)) == pytest.approx(3.6e-3 / s.decode[g])
        assert number_of(found.cell("both", name)) == pytest.approx(3.6e-3 / s.time()[g])
        assert number_of(found.cell("work", name)) == pytest.approx(s.work[g])


def test_a_rent_is_held_against_work_where_there_is_one() -> None:
    found = table("phases")
    paid = [value_of(found.cell("paid", name)) for name in found.row_ids]
    assert paid[1] == 1.0
    assert all(isinstance(x, float) and 0.5 < x < 1.5 for x in paid[:4])
    assert paid[4:] == ["–", "–"]


def test_rent_over_tokens_is_cost_by_the_identity_of_a_step() -> None:
    """Output of an H100 at its batch: a step of all devices, shared by the requests."""
    found, run = table("useful-work"), small_run()
    number = run.register.number
    devices, cache, weights = (
        number(id) for id in ("gpu.serving.devices", "gpu.decode.cache_per_request", "gpu.decode.model_bytes")
    )
    batch = decode.largest_batch(devices * 80e9, weights, cache)
    bandwidth = devices * 3.35e12 * number("gpu.serving.decode_efficiency")
    step = decode.step_latency(weights + batch * cache, bandwidth)
    base = run.calendar.labels[0]
    rent = number_of(found.cell(f"rent_{base}", "H100"))
    cost = 1e6 * decode.output_cost(decode.step_cost(step, rent, devices), batch)
    assert number_of(found.cell(f"output_{base}", "H100")) == pytest.approx(float(cost))


def test_newer_generations_on_sale_make_cheaper_tokens() -> None:
    found = table("useful-work")
    costs = [number_of(found.cell("both_2030Q4", name)) for name in found.row_ids]
    assert costs[3] == min(costs[:4])


def test_more_hits_cost_less_and_shrink_prefill() -> None:
    found = table("cache-hits")
    for key in ("share", "fleet", "prefill", "numeraire", "newest"):
        values = [number_of(cell) for cell in found.column(key)]
        assert values == sorted(values, reverse=True)
        assert values[-1] < values[0]
    assert [round(number_of(cell), 3) for cell in found.column("rate")] == [0.0, 0.563, 0.732, 0.9]


def test_the_fall_of_prices_adds_up() -> None:
    found = {
        name: number_of(table("token-decline").cell("value", name)) for name in table("token-decline").row_ids
    }
    assert found["rest"] == pytest.approx(found["priced"] - found["bought"])
    assert found["bought"] == pytest.approx(-math.log(0.78))


def test_what_coupling_would_move_is_told_where_it_was_measured() -> None:
    found = table("token-moves")
    assert number_of(found.cell("bust", "ladder")) == pytest.approx(5.4)
    assert number_of(found.cell("mean", "costs")) == pytest.approx(4.83)
    assert "Rubin.relative_throughput 2.27 to 3.28" in str(value_of(found.cell("changed", "ladder")))
    last = said("finding")[3]
    assert last.startswith("Hits 56% to 90%, costs passed on: +8.0 points of P(bust)")
    assert last.endswith("Hits 56% to 90%, all passed on: within noise.")
    assert "Shown, and not coupled." in said("note")[0]


def test_where_it_was_not_measured_the_command_is_told() -> None:
    assert not any(isinstance(b, Table) and b.id == "token-moves" for b in made(False).blocks())
    (bullet,) = said("bullet", False)
    assert f"bubblerisk tokens {small_run().id[:8]}" in bullet


def test_the_pages_own_table_stands_beside() -> None:
    assert "The quoted costs imply a rent of 0.51 to 0.77 USD" in said("finding")[-1]


def test_a_register_that_does_not_say_what_is_served_has_no_sheet(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("risk.report.pack.markets.tokens.lacking", lambda register: "no entry")
    assert sheet(results(False)) is None


@pytest.mark.parametrize("measured", [True, False])
def test_the_workbook_is_well_formed(measured: bool) -> None:
    run = small_run()
    book = Workbook(Properties("", run.id, Results.of(run).finished), (made(measured),))
    assert build(book).clipped == ()
