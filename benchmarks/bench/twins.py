"""One mechanism written three other ways, in the same run: plain Python, pandas, and one path at a time.

The credit market, one quarter of it: a regime that switches, a factor, a spread and a rate that follow it.
Each twin is told the same numbers, and its answer is held against the mechanism's before it is timed.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import fields, is_dataclass, replace
from math import exp, sqrt
from typing import Any

import numpy as np
import pandas as pd

from benchmarks.bench.figure import Figure
from benchmarks.bench.timing import processor
from risk.assumptions import Assumptions
from risk.engine.quarters import opening
from risk.engine.simulate import TOGETHER
from risk.mechanisms.private_credit import market
from risk.shocks.stream import BLOCK

PATHS = TOGETHER * BLOCK
SINGLE = 512
"""Paths that are stepped through one by one, in Python or as arrays of one row."""

ROUNDS = 20

Row = Sequence[float]


def twins(register: Assumptions, seed: int) -> Iterator[Figure]:
    """Times the time of the mechanism, a path each."""
    given = _given(register, seed)
    params = given[0]
    frame = pd.DataFrame(_columns(given))
    told = frame.to_numpy().tolist()
    expected = _answer(*market.step(*given))
    _same(expected[:SINGLE], np.array([plain(params, row) for row in told[:SINGLE]]))
    _same(expected, pandas(params, frame))
    _same(expected[:SINGLE], one_at_a_time(given))
    own = processor(lambda: [market.step(*given) for _ in range(ROUNDS)]) / ROUNDS / PATHS
    others = {
        "pandas": processor(lambda: pandas(params, frame)) / PATHS,
        "plain Python": processor(lambda: [plain(params, row) for row in told[:SINGLE]]) / SINGLE,
        "one path at a time": processor(lambda: one_at_a_time(given)) / SINGLE,
    }
    yield Figure("credit market a quarter", 1e9 * own, "ns", "a path, by the mechanism", comparable=False)
    for name, took in others.items():
        yield Figure(f"{name} to NumPy", took / own, "×", "the same quarter of the credit market", less=False)


def plain(p: market.Params, row: Row) -> tuple[float, ...]:
    """A path's quarter in plain numbers: regime, spread, factor, rate, availability, stress."""
    regime, before, factor, sofr, impact, squeeze, macro, uniform, stressed, added, kept, top, hasty = row
    rows = [list(map(float, line)) for line in p.transition]
    chances, was = rows[int(regime)], int(regime)
    if was != market.STRESS:
        scale = min(max(1.0 + p.stress_entry_loading * macro, p.stress_entry_low), p.stress_entry_high)
        scale *= 1.0 + hasty * impact
        entry = min(1.0, chances[2] * scale)
        rest = (1.0 - entry) / (1.0 - chances[2]) if chances[2] < 1.0 else 1.0 - entry
        chances = [chances[0] * rest, chances[1] * rest, entry]
    now = sum(uniform >= bar for bar in (chances[0], chances[0] + chances[1]))
    now = market.STRESS if stressed > 0.0 else now
    eased = [m - p.terms_easing * (m - p.lowest_spread) for m in (p.calm_spread, p.tight_spread)]
    mean = [*eased, top][now]
    noise = p.spread_volatility * before * macro * (p.widening if macro > 0.0 else p.narrowing)
    spread = max(before + p.spread_reversion * (mean + impact - before) + noise, p.lowest_spread)
    rate = sofr + p.sofr_speed * (float(p.sofr_means[now]) - sofr)
    own = (factor - float(p.factor_means[was])) / p.factor_own
    own = kept * own + sqrt(1.0 - kept * kept) * macro
    effective = spread + added
    open_ = min(1.0, exp(-p.availability_slope * (effective - p.neutral_spread))) * (1.0 - squeeze)
    stress = max((effective - p.neutral_spread) / p.stress_width, 0.0)
    return now, spread, float(p.factor_means[now]) + p.factor_own * own, rate, open_, stress


def pandas(p: market.Params, x: pd.DataFrame) -> np.ndarray[Any, Any]:
    """All paths' quarter by the columns of a frame."""
    chances = pd.DataFrame(np.asarray(p.transition)[x["regime"].astype(int)], index=x.index)
    scale = (1.0 + p.stress_entry_loading * x["macro"]).clip(p.stress_entry_low, p.stress_entry_high)
    scale = scale * (1.0 + x["hasty"] * x["impact"])
    entry = (chances[2] * scale).clip(upper=1.0).where(x["regime"] != market.STRESS, chances[2])
    rest = (1.0 - entry) / (1.0 - chances[2]).where(chances[2] < 1.0, 1.0)
    calm, tight = chances[0] * rest, chances[1] * rest
    now = (x["uniform"] >= calm).astype(int) + (x["uniform"] >= calm + tight).astype(int)
    now = now.mask(x["stressed"] > 0.0, market.STRESS)
    eased = [m - p.terms_easing * (m - p.lowest_spread) for m in (p.calm_spread, p.tight_spread)]
    mean = now.map({0: eased[0], 1: eased[1]}).fillna(x["top"])
    side = (x["macro"] > 0.0).map({True: p.widening, False: p.narrowing})
    noise = p.spread_volatility * x["spread"] * x["macro"] * side
    pull = mean + x["impact"] - x["spread"]
    spread = (x["spread"] + p.spread_reversion * pull + noise).clip(lower=p.lowest_spread)
    rate = x["sofr"] + p.sofr_speed * (now.map(dict(enumerate(p.sofr_means))) - x["sofr"])
    means = dict(enumerate(p.factor_means))
    own = (x["factor"] - x["regime"].map(means)) / p.factor_own
    own = x["kept"] * own + (1.0 - x["kept"] ** 2) ** 0.5 * x["macro"]
    effective = spread + x["added"]
    open_ = (-p.availability_slope * (effective - p.neutral_spread)).map(exp).clip(upper=1.0)
    stress = ((effective - p.neutral_spread) / p.stress_width).clip(lower=0.0)
    factor = now.map(means) + p.factor_own * own
    return np.array(pd.concat([now, spread, factor, rate, open_ * (1.0 - x["squeeze"]), stress], axis=1))


def one_at_a_time(given: tuple[Any, ...]) -> np.ndarray[Any, Any]:
    """The mechanism itself on arrays of one row."""
    found = [_answer(*market.step(*(_row(part, i) for part in given))) for i in range(SINGLE)]
    return np.concatenate(found)


def _given(register: Assumptions, seed: int) -> tuple[Any, ...]:
    """What the step is called with: parameters, state, impact, squeeze and shocks, in a mixed state."""
    start = opening(register, seed, *range(TOGETHER))
    rng = np.random.default_rng(seed)
    column = (PATHS, 1)
    state = replace(
        start.world.market,
        regime=rng.integers(0, 3, column),
        spread=rng.uniform(0.03, 0.1, column),
        factor=rng.standard_normal(column),
    )
    macro, uniform = (np.array(x[0]) for x in (start.shocks.factor("M"), start.shocks.uniform["regime"]))
    forced = (rng.random(column) < 0.05) * 1.0, rng.uniform(0.0, 0.01, column)
    shocks = market.Shocks(macro, uniform, *forced)
    impact, squeeze = rng.uniform(0.0, 0.02, column), rng.uniform(0.0, 0.3, column)
    return start.p.market, state, impact, squeeze, shocks


def _columns(given: tuple[Any, ...]) -> dict[str, Any]:
    p, state, impact, squeeze, s = given
    found = {
        "regime": state.regime, "spread": state.spread, "factor": state.factor, "sofr": state.sofr,
        "impact": impact, "squeeze": squeeze, "macro": s.macro, "uniform": s.regime,
        "stressed": s.forced_stress, "added": s.forced_spread,
        "kept": p.factor_persistence, "top": p.stress_spread,
        "hasty": p.stress_entry_impact,
    }  # fmt: skip
    return {name: np.broadcast_to(x, (PATHS, 1))[:, 0].astype(float) for name, x in found.items()}


def _row(part: Any, i: int) -> Any:
    """One path of an argument of the step."""
    if isinstance(part, np.ndarray):
        return part[i : i + 1] if len(part) == PATHS else part
    if is_dataclass(part) and not isinstance(part, type):
        return replace(part, **{f.name: _row(getattr(part, f.name), i) for f in fields(part)})
    return part


def _answer(state: market.State, flows: market.Flows) -> np.ndarray[Any, Any]:
    found = (state.regime, state.spread, state.factor, state.sofr, flows.availability, flows.stress)
    return np.concatenate([np.asarray(x, dtype=float) for x in found], axis=1)


def _same(expected: np.ndarray[Any, Any], found: np.ndarray[Any, Any]) -> None:
    if not np.allclose(expected, found, rtol=1e-12, atol=1e-15):
        raise SystemExit("a twin of the credit market computes something else: its time says nothing")
