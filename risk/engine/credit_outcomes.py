"""Per-path outcomes of credit: facilities and HoldCos, paper, the wall, recoveries, the cascade."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from risk.engine.bars import Bars, Window, first, rolling_year
from risk.engine.record import Record
from risk.engine.tally import Tally

Array = NDArray[np.float64]


def neoclouds(c: Tally, bars: Bars, w: Window, wall: int) -> dict[str, Array]:
    """B5, B6, U3: facilities in default, and the debt wall."""
    seasoned, end = c.path("seasoned"), w.at("2030Q4")
    due, sound = np.cumsum(c.due, axis=0), np.cumsum(c.sound, axis=0)

    def failed(t: int) -> Array:
        """Share of bullets due by quarter t that were not met."""
        return np.where(due[t] > 0, 1.0 - sound[t] / np.maximum(due[t], 1.0), 0.0)

    late, early = seasoned >= bars.facility_default, seasoned >= bars.facility_default_early
    bellwether = c.path("bellwether_default")
    return {
        "B5": late[-1],
        "B5_quarter": np.where(late[-1], first(late), np.nan),
        "B5i": early[end],
        "B5i_quarter": np.where(early[end], first(early), np.nan),
        "B5d": c.path("seasoned_distressed")[-1] >= bars.facility_default,
        "B5x": c.path("seasoned_holdco")[-1] >= bars.facility_default,
        "distressed_compute_2030": c.path("seasoned_distressed")[end],
        "defaulted_compute_2030": seasoned[end],
        "defaulted_compute_2032": seasoned[-1],
        "B6": failed(wall) >= bars.bullet_failure,
        "B6_2029": failed(w.at("2029Q4")) >= bars.bullet_failure,
        "bullet_failure_share": failed(wall),
        "coreweave_default": bellwether.any(axis=0),
        "coreweave_default_5y": bellwether[:21].any(axis=0),
        "U3": c.path("strong_payer_default")[end] == 0,
    }


def paper(r: Record, c: Tally, bars: Bars, w: Window) -> dict[str, Array]:
    """B7: principal lost on GPU-backed and HoldCo paper, and on all AI-exposed private credit."""
    end, early = w.at("2030Q4"), w.at("2028Q4")
    paper = r.path("neocloud_debt")[0] + c.cumulative("paper_par")[early]
    share = c.cumulative("paper_loss") / paper
    lost = share[end] >= bars.paper_loss

    exposed = r.path("exposed_at_base")[0] + c.cumulative("exposed_par")[early]
    loss, defaulted = c.cumulative("exposed_loss")[end], c.cumulative("exposed_defaulted")[end]
    recovery = 1.0 - loss / np.maximum(defaulted, 1.0)
    low = (recovery < bars.low_recovery) & (defaulted >= bars.low_recovery_defaults * exposed)
    return {
        "B7": lost,
        "B7_quarter": np.where(lost, first(share >= bars.paper_loss), np.nan),
        "paper_loss_share": share[end],
        "B7x": (loss >= bars.private_credit_loss * exposed) | low,
        "exposed_recovery": recovery,
    }


def credit(r: Record, c: Tally, w: Window) -> dict[str, Array]:
    """Losses, spreads, the generic book, the wall of B loans."""
    headline, spread = r.path("headline_loss"), r.path("hy_spread")
    lost, defaulted = r.path("generic_loss")[1:].sum(axis=0), r.path("generic_defaulted")[1:].sum(axis=0)
    end = w.at("2028Q4")
    return {
        "headline_loss": headline[-1],
        "headline_loss_2030": headline[w.at("2030Q4")],
        "loss_without_software": c.cumulative("loss_without_software")[-1],
        "neocloud_loss": c.cumulative("paper_loss")[-1],
        "neocloud_loss_2030": c.cumulative("paper_loss")[w.at("2030Q4")],
        "credit_worst_year": rolling_year(r.path("quarter_loss")[1:]).max(axis=0),
        "generic_default_rate": r.path("generic_default_rate")[1:].mean(axis=0) * 4.0,
        "generic_recovery": 1.0 - lost / np.maximum(defaulted, 1.0),
        "wall_default_2028": c.cumulative("wall_defaulted")[end],
        "wall_default_later": c.cumulative("wall_defaulted")[-1] - c.cumulative("wall_defaulted")[end],
        "wall_extended_2028": c.cumulative("wall_extended")[end],
        "spread_peak": spread.max(axis=0),
        "spread_mean": spread.mean(axis=0),
    }


def cascade(r: Record, c: Tally, bars: Bars, w: Window) -> dict[str, Array]:
    """B8: a year in which forced sales mark down what is held by a quarter of what credit lost."""
    first_round, second = r.path("quarter_loss"), r.path("second_round")
    years = sorted({int(label[:4]) for label in w.calendar.labels[1:] if label.endswith("Q4")})
    slices = [slice(max(w.at(f"{y}Q4") - 3, 1), w.at(f"{y}Q4") + 1) for y in years]
    lost = np.stack([first_round[s].sum(axis=0) for s in slices])
    marked = np.stack([second[s].sum(axis=0) for s in slices])
    counts = lost >= bars.cascade_loss
    ratio = np.where(counts, marked / np.maximum(lost, 1.0), 0.0)
    cascades = ratio >= bars.cascade_share
    ends = np.array([s.stop - 1.0 for s in slices])
    happened = cascades.any(axis=0)
    return {
        "B8": happened,
        "B8_quarter": np.where(happened, ends[cascades.argmax(axis=0)], np.nan),
        "second_round": second[1:].sum(axis=0),
        "second_round_share": ratio.max(axis=0),
        "bankruptcy_cost": c.cumulative("bankruptcy_cost")[-1],
    }


def recoveries(c: Tally, instruments: Sequence[str], owners: Sequence[str]) -> dict[str, Array]:
    """Par in default and loss by instrument, in all quarters and in those of stress; loss by who bears it."""
    out = {}
    for name, values in (("claim", np.asarray(c.claims)), ("loss", np.asarray(c.losses))):
        for k, instrument in enumerate(instruments):
            out[f"{name}.{instrument}"] = values[0, :, k]
            out[f"{name}_stress.{instrument}"] = values[1, :, k]
    return out | {f"ultimate.{name}": np.asarray(c.ultimate)[:, k] for k, name in enumerate(owners)}
