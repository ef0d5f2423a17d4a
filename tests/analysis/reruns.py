"""A path made by hand on which nothing happens, and ways to make one thing happen on it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from risk.engine.rerun import Rerun
from risk.paths import EVENT_VARIABLES

Array = NDArray[np.float64]

LABELS = ("2026Q2", "2026Q3", "2026Q4", "2027Q1")
NAMES = {
    "spender": ("AMZN", "ORCL"),
    "generation": ("H100", "Rubin"),
    "firm": ("CRWV", "NBIS"),
    "facility": ("CRWV-LAB", "NBIS-IG1"),
    "segment": ("spv", "software"),
    "beside": (),
    "instrument": ("facility", "holdco", "spv", "software"),
    "holder": ("bdc", "bank"),
}
SERIES = {
    "capex": 200e9, "revenue": 150e9, "required_revenue": 500e9, "h100_contract": 2.0, "hy_spread": 0.03,
    "headline_loss": 0.0, "power_bound": 0.0, "undeployed": 2e6, "digestion": 0.0, "lab_coverage": 1.2,
}  # fmt: skip
FACILITY = (
    "payment_default", "maturity_default", "written_off", "recovered", "loss", "supported", "balloon_due",
    "balloon_refinanced", "balloon_paid",
)  # fmt: skip
NOTHING = (
    "rents.jump", "shock.Z", "demand.window", "state.market.regime", "segments.guarantee_called",
    "state.seen.fire_sale", *(f"forced.{name}" for name in EVENT_VARIABLES),
)  # fmt: skip


def quiet() -> Rerun:
    """A path on which nothing happens in three quarters."""
    pairs: dict[str, tuple[float, ...]] = {
        "state.fleet.since_launch": (9.0, -9.0),
        "funding.planned": (50e9, 15e9),
        "funding.cut": (0.0, 0.0),
        "state.contracts.price_factor": (1.0, 1.0),
        "state.contracts.kept": (1.0, 1.0),
        "state.facility.defaulted": (0.0, 0.0),
        "state.facility.debt": (2e9, 1e9),
        "operators.facility.dscr": (1.5, 1.5),
        "segments.loss": (1e8, 1e9),
        "segments.expected_loss": (1e8, 1e9),
        "segments.default_rate": (0.001, 0.01),
        "instrument_losses": (0.0, 0.0, 0.0, 0.0),
    }
    zeros = [f"operators.facility.{name}" for name in FACILITY]
    zeros += [
        f"operators.holdco.{name}" for name in ("notes_due", "notes_sound", "default", "written_off", "loss")
    ]
    zeros += ["operators.originated", "operators.notes_issued"]
    rows = {**dict.fromkeys(zeros, (0.0, 0.0)), **dict.fromkeys(NOTHING, (0.0,)), **pairs}
    return Rerun(
        path=7,
        labels=LABELS,
        series={name: np.full(len(LABELS), x, np.float32) for name, x in SERIES.items()},
        detail={name: np.tile(np.array(row), (len(LABELS), 1)) for name, row in rows.items()},
        names=NAMES,
        limits={"shut_spread": 0.075, "shut_window": -1.5},
        cohorts=(),
    )


def having(rerun: Rerun, t: int, changes: Mapping[str, tuple[float, ...] | float]) -> Rerun:
    """The path with some things different from quarter `t` on: a number for a series, a row for a detail."""
    series, detail = dict(rerun.series), dict(rerun.detail)
    for name, value in changes.items():
        if isinstance(value, tuple):
            rows = np.array(detail.get(name, np.zeros((len(LABELS), len(value)))))
            rows[t:] = value
            detail[name] = rows
        else:
            values = np.array(series[name])
            values[t:] = value
            series[name] = values
    return replace(rerun, series=series, detail=detail)
