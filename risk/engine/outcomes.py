"""The scalars a path leaves behind: propositions by their bars, timings, levels, losses.

Bars come from `propositions.toml`; a flag is 1 where the proposition holds on the path; a timing is the
quarter index of the first occurrence, NaN where it never came.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from risk.axes import Calendar
from risk.engine.inputs import Layout
from risk.engine.quarter import Flows
from risk.engine.record import Record
from risk.engine.world import Fixed, World
from risk.mechanisms.neocloud.book import IG, IG_ON_LAB
from risk.parameters import entry

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Bars:
    """Bars of the propositions and what their tests need of the register."""

    gap_years: Array = entry("propositions.gap_years")
    capex_fall: float = entry("propositions.capex_fall")
    debt_funded: float = entry("propositions.debt_funded")
    rent_fall: float = entry("propositions.rent_fall")
    rent_fall_alternative: float = entry("propositions.rent_fall_alternative")
    facility_default: float = entry("propositions.facility_default")
    facility_default_early: float = entry("propositions.facility_default_early")
    seasoning_quarters: float = entry("propositions.seasoning_quarters")
    bullet_failure: float = entry("propositions.bullet_failure")
    paper_loss: float = entry("propositions.paper_loss")
    private_credit_loss: float = entry("propositions.private_credit_loss")
    low_recovery: float = entry("propositions.low_recovery")
    low_recovery_defaults: float = entry("propositions.low_recovery_defaults")
    revenue_bar: float = entry("propositions.revenue_bar")
    cash_coverage: float = entry("propositions.cash_coverage")
    rent_holds: float = entry("propositions.rent_holds")
    rent_holds_alternative: float = entry("propositions.rent_holds_alternative")
    bust_companions: float = entry("propositions.bust_companions")
    opex: Array = entry("gpu.generation.opex")
    capex_before: Array = entry("capex.recent_capex")  # (3,) Big-Five capex of the quarters before the last
    firm_capex: Array = entry("capex.firm.capex_last_quarter")


@dataclass
class Tally:
    """Neocloud quantities that propositions add up over quarters; kept rows only."""

    rows: int
    seasoned: list[Array] = field(default_factory=list)  # share of seasoned H100e defaulted
    seasoned_holdco: list[Array] = field(default_factory=list)  # … HoldCo defaults counted
    bullets_due: list[Array] = field(default_factory=list)
    bullets_sound: list[Array] = field(default_factory=list)
    paper_loss: list[Array] = field(default_factory=list)
    paper_par: list[Array] = field(default_factory=list)  # originated
    strong_payer_default: list[Array] = field(default_factory=list)
    exposed_loss: list[Array] = field(default_factory=list)
    exposed_defaulted: list[Array] = field(default_factory=list)
    exposed_par: list[Array] = field(default_factory=list)
    holdco_default: list[Array] = field(default_factory=list)
    wide_loss: list[Array] = field(default_factory=list)  # headline without software borrowers


def tally(c: Tally, bars: Bars, layout: Layout, before: World, world: World, f: Flows, fixed: Fixed, t: int, wall: int) -> None:
    """Add quarter t; `wall` is the last quarter in which the debt wall is counted."""
    book, loans, company = layout.book, f.neoclouds.facility, f.neoclouds.holdco
    state = world.facility
    seasoned = np.flatnonzero(~book.data_center & (book.origination <= t - bars.seasoning_quarters))
    compute = state.gpus[:, seasoned] * fixed.throughput[:, book.generation[seasoned]]
    total = np.maximum(compute.sum(axis=1), 1.0)
    failed = state.defaulted[:, seasoned]
    failed_firm = world.holdco.defaulted[:, book.firm[seasoned]]
    put = {
        "seasoned": (compute * failed).sum(axis=1) / total,
        "seasoned_holdco": (compute * (failed | failed_firm)).sum(axis=1) / total,
        "paper_loss": loans.loss.sum(axis=1) + company.loss.sum(axis=1),
        "paper_par": f.neoclouds.originated.sum(axis=1) + f.neoclouds.notes_issued.sum(axis=1),
        "strong_payer_default": state.defaulted[:, np.isin(book.payer, (IG, IG_ON_LAB))].any(axis=1),
        "exposed_loss": f.instrument_losses[:, :4].sum(axis=1),
        "exposed_defaulted": loans.written_off.sum(axis=1) + company.written_off.sum(axis=1) + f.segments.defaulted[:, :2].sum(axis=1),
        "exposed_par": f.neoclouds.originated.sum(axis=1) + f.neoclouds.notes_issued.sum(axis=1) + f.segments.originated[:, :2].sum(axis=1),
        "holdco_default": world.holdco.defaulted[:, 0],
        "wide_loss": f.instrument_losses[:, :3].sum(axis=1),
    }  # fmt: skip
    bullets = np.flatnonzero((book.balloon > 0) & (book.due > t) & (book.due <= wall))
    gone = loans.written_off[:, bullets] > 0
    lost = (gone * book.balloon[bullets] * state.original[:, bullets]).sum(axis=1)
    called = np.where(company.default, before.holdco.revolver, 0.0).sum(axis=1)
    later = sum((before.holdco.due[q] for q in range(t + 1, wall + 1)), start=np.zeros_like(company.loss))
    called = called + np.where(company.default, later, 0.0).sum(axis=1)
    put["bullets_due"] = (loans.balloon_due.sum(axis=1) + company.notes_due.sum(axis=1) + lost + called) * (t <= wall)
    put["bullets_sound"] = (loans.balloon_refinanced.sum(axis=1) + loans.balloon_paid.sum(axis=1) + company.notes_sound.sum(axis=1)) * (t <= wall)
    for name, values in put.items():
        getattr(c, name).append(np.asarray(values, dtype=np.float64)[: c.rows])


def first(flags: Flags) -> Array:
    """Index of the first True along quarters, NaN where there is none; flags (quarter, path)."""
    return np.where(flags.any(axis=0), flags.argmax(axis=0), np.nan)


def rolling_year(flows: Array) -> Array:
    """Sum over four quarters ending in each quarter; the first three rows are dropped, (quarter - 3, path)."""
    return flows[3:] + flows[2:-1] + flows[1:-2] + flows[:-3]


@dataclass(frozen=True)
class Window:
    """Quarter indices that the tests use."""

    calendar: Calendar

    def at(self, label: str) -> int:
        """Index of a quarter."""
        return self.calendar.index(label)

    def year(self, year: int) -> slice:
        """Quarters of a calendar year."""
        start = self.calendar.index(f"{year}Q1")
        return slice(start, start + 4)


def outcomes(r: Record, c: Tally, bars: Bars, calendar: Calendar) -> dict[str, Array]:
    """Every per-path scalar of a block, name → (path,)."""
    w = Window(calendar)
    out: dict[str, Array] = {}
    out |= _gap(r, bars, w)
    out |= _capex(r, bars, w)
    out |= _rents(r, bars, w)
    out |= _neoclouds(c, bars, w)
    out |= _credit(r, c, bars, w)
    out |= _bulls(r, bars, w)
    out |= _classes(out, bars)
    return {name: np.asarray(values, dtype=np.float64) for name, values in out.items()}


def _gap(r: Record, bars: Bars, w: Window) -> dict[str, Array]:
    revenue, internal, required = r.path("revenue"), r.path("internal_use"), r.path("required_revenue")
    share = r.path("compute_share")
    years = range(int(bars.gap_years[0]), int(bars.gap_years[1]) + 1)
    with_internal = revenue + internal / share
    coverage = {y: with_internal[w.year(y)].sum(axis=0) / required[w.year(y)].sum(axis=0) for y in years}
    external = {y: revenue[w.year(y)].sum(axis=0) / required[w.year(y)].sum(axis=0) for y in years}
    short = np.stack([coverage[y] < 1.0 for y in years])
    out = {
        "B1": short.all(axis=0),
        "B1x": np.stack([external[y] < 1.0 for y in years]).all(axis=0),
        "closing_year": np.where((~short).any(axis=0), (~short).argmax(axis=0) + years[0], np.nan),
        "gap_2030": (required - with_internal)[w.year(2030)].mean(axis=0),
        "gap_external_2030": (required - revenue)[w.year(2030)].mean(axis=0),
        "required_2030": required[w.year(2030)].mean(axis=0),
    }
    for y in years:
        out[f"coverage_{y}"] = coverage[y]
    out["coverage_external_2030"] = external[2030]
    cahn = r.path("required_cahn")
    energized = r.path("required_energized")
    out["B1_cahn"] = np.stack([with_internal[w.year(y)].sum(axis=0) < cahn[w.year(y)].sum(axis=0) for y in years]).all(axis=0)
    out["B1_energized"] = np.stack([with_internal[w.year(y)].sum(axis=0) < energized[w.year(y)].sum(axis=0) for y in years]).all(axis=0)
    out["revenue_2026"] = revenue[:3].mean(axis=0)
    for y in (2027, 2028, 2030):
        out[f"revenue_{y}"] = revenue[w.year(y)].mean(axis=0)
    out["internal_share_2030"] = internal[w.at("2030Q4")] / r.path("compute_demand")[w.at("2030Q4")]
    out["circular_share_2028"] = r.path("lab_recycled")[w.at("2028Q4")] / r.path("compute_demand")[w.at("2028Q4")]
    return out


def _capex(r: Record, bars: Bars, w: Window) -> dict[str, Array]:
    capex, leases, cfo, ai = r.path("capex"), r.path("lease_additions"), r.path("cfo"), r.path("ai_capex")
    before = np.broadcast_to(bars.capex_before[:, None], (3, capex.shape[1]))
    yearly = rolling_year(np.concatenate([before, capex]))  # index t of the calendar
    end = w.at("2030Q4")
    fallen = yearly <= bars.capex_fall * np.maximum.accumulate(yearly, axis=0)
    raised, spent = r.path("net_raised"), capex + leases
    share = rolling_year(raised[1:]) / rolling_year(spent[1:])  # from index 4
    debt_funded = share[: end - 3] >= bars.debt_funded
    years = range(2027, 2031)
    covered = [cfo[w.year(y)].sum(axis=0) / spent[w.year(y)].sum(axis=0) for y in years]
    out = {
        "B2": fallen[: end + 1].any(axis=0), "B2_quarter": first(fallen[: end + 1]),
        "B3": debt_funded.any(axis=0), "B3_quarter": first(debt_funded) + 4,
        "debt_funded_peak": share[: end - 3].max(axis=0),
        "U2": (np.stack(covered) >= bars.cash_coverage).all(axis=0),
        "cash_coverage_2027": covered[0], "cash_coverage_2030": covered[3],
        "capex_2026": before[2] + capex[:3].sum(axis=0),
        "digestion": r.path("digestion").any(axis=0), "digestion_quarter": first(r.path("digestion") > 0),
        "ai_capex_2026_2030": r.path("ai_capex_before")[0] + ai[1 : end + 1].sum(axis=0),
        "power_bound_share": r.path("power_bound")[1:].mean(axis=0),
        "debt_2030": r.path("adjusted_debt")[end],
        "deployed_2026_2030": capex[0] + before[2] + spent[1 : end + 1].sum(axis=0),
    }  # fmt: skip
    for y in years:
        out[f"capex_{y}"] = capex[w.year(y)].sum(axis=0)
    return out


def _rents(r: Record, bars: Bars, w: Window) -> dict[str, Array]:
    rent, spot = r.path("h100_contract"), r.path("h100_spot")
    end, early = w.at("2030Q4"), w.at("2029Q4")
    ratio = rent[8 : end + 1] / rent[: end - 7]
    below = rent < bars.opex[0, 1]
    twice = below[1 : early + 1] & below[: early]
    fall = ratio <= bars.rent_fall
    fall_quarter, cost_quarter = first(fall) + 8, first(twice) + 1
    end_2028 = rent[w.at("2028Q4")] / rent[0]
    log_year = np.log(rent[4:] / rent[:-4])
    out = {
        "B4": fall.any(axis=0) | twice.any(axis=0),
        "B4_60": (ratio <= bars.rent_fall_alternative).any(axis=0) | twice.any(axis=0),
        "B4_quarter": np.fmin(fall_quarter, cost_quarter),
        "U4": end_2028 >= bars.rent_holds, "U4x": end_2028 >= bars.rent_holds_alternative,
        "h100_2026": rent[w.at("2026Q4")], "h100_spot_2026": spot[w.at("2026Q4")],
        "h100_2028": rent[w.at("2028Q4")], "h100_2030": rent[end],
        "rent_drift": np.log(rent[end] / rent[0]) / (end / 4.0),
        "rent_volatility": log_year.std(axis=0, ddof=1),
        "spot_volatility": np.diff(np.log(spot), axis=0).std(axis=0, ddof=1) * 2.0,
        "rent_rises_a_year": (log_year > 0).any(axis=0),
        "utilization_low": r.path("utilization")[1:].min(axis=0), "utilization_2030": r.path("utilization")[end],
    }  # fmt: skip
    return out


def _neoclouds(c: Tally, bars: Bars, w: Window) -> dict[str, Array]:
    seasoned, with_holdco = np.stack(c.seasoned), np.stack(c.seasoned_holdco)
    end = w.at("2030Q4") - 1  # tallies start with the first quarter
    reached = seasoned >= bars.facility_default
    due, sound = np.cumsum(c.bullets_due, axis=0), np.cumsum(c.bullets_sound, axis=0)
    by_2029 = w.at("2029Q4") - 1

    def failed(t: int) -> Array:
        return np.where(due[t] > 0, 1.0 - sound[t] / np.maximum(due[t], 1.0), 0.0)

    holdco = np.stack(c.holdco_default) > 0
    b5 = seasoned[-1] >= bars.facility_default
    return {
        "B5": b5, "B5_quarter": np.where(b5, first(reached) + 1, np.nan),
        "B5i": seasoned[end] >= bars.facility_default_early, "B5i_quarter": first(seasoned[: end + 1] >= bars.facility_default_early) + 1,
        "B5x": with_holdco[-1] >= bars.facility_default,
        "defaulted_compute_2030": seasoned[end], "defaulted_compute_2032": seasoned[-1],
        "B6": failed(-1) >= bars.bullet_failure, "B6_2029": failed(by_2029) >= bars.bullet_failure,
        "bullet_failure_share": failed(-1),
        "coreweave_default": holdco.any(axis=0), "coreweave_default_5y": holdco[:20].any(axis=0),
        "U3": ~(np.stack(c.strong_payer_default)[end] > 0),
    }  # fmt: skip


def _credit(r: Record, c: Tally, bars: Bars, w: Window) -> dict[str, Array]:
    end, early = w.at("2030Q4") - 1, w.at("2028Q4")
    loss, par = np.cumsum(c.paper_loss, axis=0), np.stack(c.paper_par)
    paper = r.path("neocloud_debt")[0] + par[:early].sum(axis=0)
    exposed_loss, exposed_default = np.cumsum(c.exposed_loss, axis=0), np.cumsum(c.exposed_defaulted, axis=0)
    exposed = r.path("exposed_at_base")[0] + np.stack(c.exposed_par)[:early].sum(axis=0)
    recovery = 1.0 - exposed_loss[end] / np.maximum(exposed_default[end], 1.0)
    low = (recovery < bars.low_recovery) & (exposed_default[end] >= bars.low_recovery_defaults * exposed)
    share = loss / paper
    b7 = share[end] >= bars.paper_loss
    headline = r.path("headline_loss")
    wide = np.cumsum(c.wide_loss, axis=0)
    generic_default = r.path("generic_default_rate")[1:].mean(axis=0) * 4.0
    generic_lgd = r.path("generic_loss")[1:].sum(axis=0) / np.maximum(r.path("generic_defaulted")[1:].sum(axis=0), 1.0)
    return {
        "B7": b7, "B7_quarter": np.where(b7, first(share >= bars.paper_loss) + 1, np.nan),
        "paper_loss_share": share[end],
        "B7x": (exposed_loss[end] >= bars.private_credit_loss * exposed) | low,
        "B8": np.full(c.rows, np.nan),
        "headline_loss": headline[-1], "headline_loss_2030": headline[w.at("2030Q4")],
        "loss_without_software": wide[-1], "neocloud_loss": loss[-1],
        "exposed_recovery": recovery,
        "spread_peak": r.path("hy_spread").max(axis=0), "spread_mean": r.path("hy_spread").mean(axis=0),
        "generic_default_rate": generic_default, "generic_recovery": 1.0 - generic_lgd,
        "credit_worst_year": rolling_year(r.path("quarter_loss")[1:]).max(axis=0),
    }  # fmt: skip


def _bulls(r: Record, bars: Bars, w: Window) -> dict[str, Array]:
    revenue = r.path("revenue")
    with_internal = revenue + r.path("internal_use") / r.path("compute_share")
    end = w.at("2030Q4")
    reached = revenue[: end + 1] >= bars.revenue_bar
    return {
        "U1": reached.any(axis=0), "U1_quarter": first(reached),
        "U1x": (with_internal[: end + 1] >= bars.revenue_bar).any(axis=0),
    }  # fmt: skip


def _classes(o: dict[str, Array], bars: Bars) -> dict[str, Array]:
    """Exclusive and exhaustive outcome classes, and the bust probability under other definitions."""

    def split(gap: Array, rent: Array) -> tuple[Flags, Flags, Flags]:
        broken = np.stack([o["B2"], rent, o["B5i"], o["B7"]]).astype(bool)
        bust = gap.astype(bool) & (broken.sum(axis=0) >= bars.bust_companions)
        correction = broken.any(axis=0) & ~bust
        return bust, correction, ~broken.any(axis=0)

    bust, correction, durable = split(o["B1"], o["B4"])
    external = split(o["B1x"], o["B4"])
    softer = split(o["B1"], o["B4_60"])
    return {
        "bust": bust, "correction": correction, "durable": durable,
        "durable_paid": durable & ~o["B1"].astype(bool), "durable_unpaid": durable & o["B1"].astype(bool),
        "bust_b1x": external[0], "correction_b1x": external[1], "durable_b1x": external[2],
        "bust_60": softer[0], "correction_60": softer[1], "durable_60": softer[2],
        "bust_quarter": np.where(bust, _last_needed(o, bars), np.nan),
    }  # fmt: skip


def _last_needed(o: dict[str, Array], bars: Bars) -> Array:
    """Quarter at which enough of B2, B4, B5i, B7 have happened."""
    dates = np.stack([np.where(o[k].astype(bool), o[f"{k}_quarter"], np.inf) for k in ("B2", "B4", "B5i", "B7")])
    ranked = np.sort(dates, axis=0)[int(bars.bust_companions) - 1]
    return np.where(np.isfinite(ranked), ranked, np.nan)

