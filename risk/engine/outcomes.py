"""The scalars a path leaves behind: propositions by their bars, timings, levels, losses.

Bars come from `propositions.toml`; a flag is 1 where the proposition holds on the path; a timing is the
quarter index of the first occurrence, NaN where it never came.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from risk.axes import Calendar
from risk.engine import credit_outcomes
from risk.engine.bars import Bars, Flags, Window, first, rolling_year
from risk.engine.record import Record
from risk.engine.tally import Tally

Array = NDArray[np.float64]


def outcomes(
    r: Record,
    c: Tally,
    bars: Bars,
    calendar: Calendar,
    wall: int,
    instruments: Sequence[str] = (),
    owners: Sequence[str] = (),
) -> dict[str, Array]:
    """Every per-path scalar of a block, name → (path,).

    Parameters
    ----------
    wall : last quarter whose bullets belong to the debt wall of B6.
    instruments : names of what losses stand on, in the order of the tally.
    owners : names of those with whom credit losses end, in the order of the tally.
    """
    w = Window(calendar)
    out: dict[str, Array] = {}
    out |= _gap(r, bars, w)
    out |= _revenue(r, bars, w)
    out |= _capex(r, bars, w)
    out |= _funding(r, bars, w)
    out |= _rents(r, bars, w)
    out |= _rent_statistics(r, w)
    out |= credit_outcomes.neoclouds(c, bars, w, wall)
    out |= credit_outcomes.paper(r, c, bars, w)
    out |= credit_outcomes.credit(r, c, w)
    out |= credit_outcomes.cascade(r, c, bars, w)
    out |= credit_outcomes.recoveries(c, instruments, owners)
    out |= _classes(out, bars)
    return {name: np.asarray(values, dtype=np.float64) for name, values in out.items()}


LENSES = ("energized", "cahn", "cahn_all")
"""Lenses on required revenue beside the vintage lens of B1."""


def _gap(r: Record, bars: Bars, w: Window) -> dict[str, Array]:
    """B1: realized against required revenue, by calendar year and by definition."""
    revenue, required = r.path("revenue"), r.path("required_revenue")
    with_internal = revenue + r.path("internal_use") / r.path("compute_share")
    years = range(int(bars.gap_years[0]), int(bars.gap_years[1]) + 1)

    def coverage(realized: Array, needed: Array) -> Array:
        """By year, (year, path)."""
        return np.stack([realized[w.year(y)].sum(axis=0) / needed[w.year(y)].sum(axis=0) for y in years])

    def short(realized: Array, lens: str) -> Flags:
        return np.asarray((coverage(realized, r.path(f"required_{lens}")) < 1.0).all(axis=0))

    covered, external = coverage(with_internal, required), coverage(revenue, required)
    enough = covered >= 1.0
    last = w.year(years[-1])
    return {
        "B1": ~enough.any(axis=0),
        "B1x": (external < 1.0).all(axis=0),
        **{f"B1_{lens}": short(with_internal, lens) for lens in LENSES},
        **{f"B1x_{lens}": short(revenue, lens) for lens in LENSES},
        "closing_year": np.where(enough.any(axis=0), enough.argmax(axis=0) + years[0], np.nan),
        **{f"coverage_{year}": covered[i] for i, year in enumerate(years)},
        f"coverage_external_{years[-1]}": external[-1],
        f"required_{years[-1]}": required[last].mean(axis=0),
        f"gap_{years[-1]}": (required - with_internal)[last].mean(axis=0),
        f"gap_external_{years[-1]}": (required - revenue)[last].mean(axis=0),
    }


def _revenue(r: Record, bars: Bars, w: Window) -> dict[str, Array]:
    """U1, and what end customers pay."""
    revenue, demand = r.path("revenue"), r.path("compute_demand")
    with_internal = revenue + r.path("internal_use") / r.path("compute_share")
    end, mid = w.at("2030Q4"), w.at("2028Q4")
    reached = revenue[: end + 1] >= bars.revenue_bar
    return {
        "U1": reached.any(axis=0),
        "U1_quarter": first(reached),
        "U1x": (with_internal[: end + 1] >= bars.revenue_bar).any(axis=0),
        "revenue_2026": revenue[:3].mean(axis=0),
        **{f"revenue_{year}": revenue[w.year(year)].mean(axis=0) for year in (2027, 2028, 2030)},
        "internal_share_2030": r.path("internal_use")[end] / demand[end],
        "circular_share_2028": r.path("lab_recycled")[mid] / demand[mid],
    }


def _capex(r: Record, bars: Bars, w: Window) -> dict[str, Array]:
    """B2, and what is spent."""
    capex, ai, digestion = r.path("capex"), r.path("ai_capex"), r.path("digestion")
    before = np.broadcast_to(bars.capex_before[:, None], (len(bars.capex_before), capex.shape[1]))
    yearly = rolling_year(np.concatenate([before, capex]))  # row t: the four quarters to t
    end = w.at("2030Q4")
    fallen = (yearly <= bars.capex_fall * np.maximum.accumulate(yearly, axis=0))[: end + 1]
    spent = capex + r.path("lease_additions")
    return {
        "B2": fallen.any(axis=0),
        "B2_quarter": first(fallen),
        "capex_2026": before[-1] + capex[:3].sum(axis=0),
        **{f"capex_{year}": capex[w.year(year)].sum(axis=0) for year in range(2027, 2031)},
        "ai_capex_2026_2030": r.path("ai_capex_before")[0] + ai[1 : end + 1].sum(axis=0),
        "deployed_2026_2030": before[-1] + capex[0] + spent[1 : end + 1].sum(axis=0),
        "digestion": digestion.any(axis=0),
        "digestion_quarter": first(digestion > 0),
        "power_bound_share": r.path("power_bound")[1:].mean(axis=0),
    }


def _funding(r: Record, bars: Bars, w: Window) -> dict[str, Array]:
    """B3 and U2: what debt and cash flow pay of capex, leases and SPVs."""
    spent = r.path("capex") + r.path("lease_additions")
    end, years = w.at("2030Q4"), range(2027, 2031)
    share = rolling_year(r.path("net_raised")[1:]) / rolling_year(spent[1:])  # row 0: the first four quarters
    share = share[: end - 3]
    debt_funded = share >= bars.debt_funded
    covered = np.stack([r.path("cfo")[w.year(y)].sum(axis=0) / spent[w.year(y)].sum(axis=0) for y in years])
    return {
        "B3": debt_funded.any(axis=0),
        "B3_quarter": first(debt_funded) + 4,
        "debt_funded_peak": share.max(axis=0),
        "U2": (covered >= bars.cash_coverage).all(axis=0),
        "cash_coverage_2027": covered[0],
        "cash_coverage_2030": covered[-1],
        "debt_2030": r.path("adjusted_debt")[end],
    }


def _rents(r: Record, bars: Bars, w: Window) -> dict[str, Array]:
    """B4 and U4: how far the H100 one-year rent falls."""
    rent = r.path("h100_contract")
    end, early = w.at("2030Q4"), w.at("2029Q4")
    ratio = rent[8 : end + 1] / rent[: end - 7]  # row 0: eight quarters after the base date
    fall = ratio <= bars.rent_fall
    cost = bars.opex[0, bars.numeraire]
    below = _twice_below(rent[: early + 1], cost)
    below_neocloud = _twice_below(rent[: early + 1], cost * bars.neocloud_opex_multiple)
    end_2028 = rent[w.at("2028Q4")] / rent[0]
    return {
        "B4": fall.any(axis=0) | below.any(axis=0),
        "B4_60": (ratio <= bars.rent_fall_alternative).any(axis=0) | below.any(axis=0),
        "B4_neocloud_cost": fall.any(axis=0) | below_neocloud.any(axis=0),
        "B4_quarter": np.fmin(first(fall) + 8, first(below) + 1),
        "U4": end_2028 >= bars.rent_holds,
        "U4x": end_2028 >= bars.rent_holds_alternative,
    }


def _twice_below(rent: Array, cost: float) -> Flags:
    """Whether rent lies below a cost in this quarter and the one before; row 0 is the second quarter."""
    below = rent < cost
    return np.asarray(below[1:] & below[:-1])


def _rent_statistics(r: Record, w: Window) -> dict[str, Array]:
    """Levels, drift and volatility of rents, and utilization."""
    rent, spot, utilization = r.path("h100_contract"), r.path("h100_spot"), r.path("utilization")
    end = w.at("2030Q4")
    log_year = np.log(rent[4:] / rent[:-4])
    return {
        "h100_2026": rent[w.at("2026Q4")],
        "h100_spot_2026": spot[w.at("2026Q4")],
        "h100_2028": rent[w.at("2028Q4")],
        "h100_2030": rent[end],
        "rent_drift": np.log(rent[end] / rent[0]) / (end / 4.0),
        "rent_volatility": log_year.std(axis=0, ddof=1),
        "spot_volatility": np.diff(np.log(spot), axis=0).std(axis=0, ddof=1) * 2.0,
        "rent_rises_a_year": (log_year > 0).any(axis=0),
        "utilization_low": utilization[1:].min(axis=0),
        "utilization_2030": utilization[end],
    }


def _classes(o: dict[str, Array], bars: Bars) -> dict[str, Array]:
    """Exclusive and exhaustive outcome classes, and the same under other definitions."""
    unpaid = np.asarray(o["B1"], dtype=bool)
    bust, correction, durable = _split(o, bars, "B1", "B4")
    classes = {
        "bust": bust,
        "correction": correction,
        "durable": durable,
        "durable_paid": durable & ~unpaid,
        "durable_unpaid": durable & unpaid,
        "bust_quarter": np.where(bust, _last_needed(o, bars), np.nan),
    }
    for suffix, gap, rent in (("b1x", "B1x", "B4"), ("60", "B1", "B4_60")):
        names = (f"bust_{suffix}", f"correction_{suffix}", f"durable_{suffix}")
        classes |= dict(zip(names, _split(o, bars, gap, rent), strict=True))
    return classes


def _split(o: dict[str, Array], bars: Bars, gap: str, rent: str) -> tuple[Flags, Flags, Flags]:
    """Bust, correction and durable under a definition of the gap and of a rent collapse."""
    broken = np.stack([o["B2"], o[rent], o["B5i"], o["B7"]]).astype(bool)
    bust = np.asarray(o[gap], dtype=bool) & (broken.sum(axis=0) >= bars.bust_companions)
    some = np.asarray(broken.any(axis=0))
    return bust, some & ~bust, ~some


def _last_needed(o: dict[str, Array], bars: Bars) -> Array:
    """Quarter at which enough of B2, B4, B5i, B7 have happened."""
    happened = ("B2", "B4", "B5i", "B7")
    dates = np.stack([np.where(np.asarray(o[k], dtype=bool), o[f"{k}_quarter"], np.inf) for k in happened])
    ranked = np.sort(dates, axis=0)[int(bars.bust_companions) - 1]
    return np.where(np.isfinite(ranked), ranked, np.nan)
