"""A run made by hand in which it is known what drives a bust, and ballots as files."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import cast

import numpy as np

from risk.analysis.views import ballot
from risk.analysis.views.ballot import Ballot
from risk.assumptions import load
from risk.runs import Run
from tests.stored_paths import StoredPaths

PATHS = 6_000

HEAD = '[ballot]\nmember = "A member"\ndate = 2026-10-20\n'


@dataclass(frozen=True)
class Planted(StoredPaths):
    """A run whose bust follows elasticity and, half as much, power; no other input."""

    parameter_band: None = None
    id: str = "0123456789ab"


@cache
def run() -> Run:
    draw = np.random.default_rng(7)
    elasticity, power, inert = draw.standard_normal((3, PATHS))
    luck = draw.standard_normal(PATHS)
    index = power - 2.0 * elasticity + luck
    bust, durable = index > 1.0, index < -1.0
    paid = durable & (luck < 0.0)
    rent = np.exp(0.4 - 0.3 * index / np.sqrt(6.0) + 0.2 * draw.standard_normal(PATHS))
    loss = np.exp(2.0 + 0.5 * index + draw.standard_normal(PATHS)) * 1e9
    outcomes = {
        "headline_loss": loss,
        "software_loss": draw.gamma(4.0, 15e9, PATHS),
        "generic_loss": draw.gamma(9.0, 12e9, PATHS),
        "h100_2028": rent,
        "bust": bust,
        "correction": ~bust & ~durable,
        "durable": durable,
        "durable_paid": paid,
        "durable_unpaid": durable & ~paid,
        "B4": rent < 1.0,
        "B4_quarter": np.where(rent < 1.0, draw.integers(1, 25, PATHS), np.nan),
        "loss.spv": loss / 10.0,
        "owed.spv": np.full(PATHS, 100e9),
    }
    kept = {
        "outcomes": {name: np.asarray(x, dtype=np.float64) for name, x in outcomes.items()},
        "parameters": {
            "revenue.elasticity": 1.0 + 0.1 * elasticity,
            "gpu.power_growth": 0.2 + 0.05 * power,
            "credit.price_lgd": 0.5 + 0.1 * inert,
            "credit.price_impact": np.full(PATHS, 0.3),
        },
        "series": {"hy_spread": np.full((26, PATHS), 0.03, dtype=np.float32)},
    }
    return cast(Run, Planted(load(), kept))


def written(folder: Path, *views: str, head: str = HEAD, name: str = "ballot") -> Ballot:
    """A ballot of views as TOML, read from a file."""
    return ballot.read([file(folder, *views, head=head, name=name)])[0]


def file(folder: Path, *views: str, head: str = HEAD, name: str = "ballot") -> Path:
    """The file: a view is what it believes, or all its lines."""
    lines = [view if view.startswith("be") else f'believe = "{view}"' for view in views]
    path = folder / f"{name}.toml"
    path.write_text(head + "".join(f"\n[[view]]\n{line}\n" for line in lines), "utf-8")
    return path
