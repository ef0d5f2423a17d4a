"""The set of market-implied views that ships: every conversion is recomputed from the figures it names."""

from __future__ import annotations

import re
from datetime import date
from math import exp, sqrt
from pathlib import Path
from statistics import NormalDist

import pytest

from risk.analysis.columns import Known
from risk.analysis.conditions import names
from risk.analysis.views import ballot
from risk.analysis.views.ballot import MARKET, View
from risk.assumptions import load, locate
from risk.assumptions.reader import read

FOLDER = locate.register()
(MARKETS,) = ballot.read([FOLDER / "views" / "market-2026-10.toml"])
CHALLENGER = read(FOLDER / "challenger.toml")[0].data


def view(part: str) -> View:
    """The view that believes something of a quantity."""
    return next(each for each in MARKETS.views if part in each.believe)


def numbers(text: str) -> list[float]:
    return [float(found) for found in re.findall(r"\d+(?:\.\d+)?", text)]


def test_every_view_says_whose_figure_of_when_and_how_it_becomes_one() -> None:
    for each in MARKETS.views:
        assert all(getattr(each, key) for key in MARKET), each.believe
        assert each.as_of is not None
        assert each.as_of <= MARKETS.head.date
        assert numbers(each.reading)


def test_it_is_of_the_time_of_the_base_case() -> None:
    assert date(2026, 9, 30) <= MARKETS.head.date <= date(2026, 10, 31)
    assert load().calendar.base <= MARKETS.head.date


def test_every_quantity_is_one_of_the_register() -> None:
    known = Known.of_register(load())
    for each in MARKETS.views:
        for inside in re.findall(r"(?:P|mean)\(([^)]*)\)", each.believe):
            for name in names(inside):
                known.place(name)


def test_the_swap_less_a_reward_for_risk() -> None:
    found = view("coreweave_default_5y")
    spread, recovery, reward = (CHALLENGER[key]["value"] for key in ("cds", "cds_recovery", "reward"))
    assert f"{spread} bp" in found.reading
    priced = 1.0 - exp(-5.0 * spread * 1e-4 / (1.0 - recovery))
    assert f"{priced:.0%}" in found.conversion
    law = NormalDist()
    left = [law.cdf(law.inv_cdf(priced) - move * sqrt(5.0)) for move in (reward, 0.2, 0.5)]
    assert found.believe.endswith(f"{left[0]:.0%}")
    assert all(f"{share:.0%}" in found.conversion for share in left)


def test_spot_indices_bound_the_spot_rent_of_the_base_date() -> None:
    found = view("h100_spot@2026Q3")
    low, high = re.findall(r"(\d\.\d\d) USD/h", found.believe)
    assert low < high
    assert low in found.reading
    assert high in found.reading
    assert found.confidence is not None
    assert found.confidence < 1.0, "indices are nine per cent apart"


def test_the_mean_that_a_market_implies_for_the_end_of_the_year() -> None:
    found = view("h100_spot_2026")
    assert found.believe.split(" = ")[1] in found.reading


def test_delayed_draw_loans_less_what_the_best_payer_costs() -> None:
    found = view("loss.ddtl")
    margins, sizes = (225.0, 450.0, 550.0), (8.5, 3.1, 2.6)
    assert all(f"{number:g}" in found.reading for number in (*margins, *sizes))
    mean = sum(m * s for m, s in zip(margins, sizes, strict=True)) / sum(sizes)
    assert f"{mean:.0f} bp over SOFR, {mean - margins[0]:.0f} bp more" in found.conversion
    quarterly = (mean - margins[0]) * 1e-4 / 4.0
    assert numbers(found.believe)[0] == pytest.approx(quarterly, abs=5e-5)
    assert "<=" in found.believe, "a spread holds a premium: a ceiling"


def test_a_vehicle_of_meta_less_investment_grade() -> None:
    found = view("loss.spv")
    assert "287.5" in found.reading
    extra = 287.5 - 77.0
    assert f"{extra - 0.5:.0f} bp more" in found.conversion
    assert numbers(found.believe)[0] == pytest.approx(extra * 1e-4 / 4.0, abs=5e-5)
    assert "<=" in found.believe


def test_it_names_no_place_of_ours() -> None:
    text = Path(FOLDER / "views" / "market-2026-10.toml").read_text("utf-8")
    assert not re.search(r"/work|shared/|file id|stored note", text)
