"""Hardware of one path in plain numbers: what is ordered, what it costs, what power lets work.

Written from docs/model/gpu-repricing.md with loops over generations; it shares no code with the mechanisms.
"""

from __future__ import annotations

from math import exp, log
from typing import Any

from tests.engine.market_path import Given, clip


class Fleet:
    """The fleet of a path, in H100 equivalents, stepped through quarter by quarter."""

    def __init__(self, given: Given) -> None:
        self.given, self.v, v = given, given.v, given.v
        index, ratio = (given.many(f"gpu.generation.{x}") for x in ("index", "relative_throughput"))
        self.numeraire, self.newest = (int(v(f"gpu.generation.{x}")) for x in ("numeraire", "newest"))
        power = 1.0 / (1.0 + v("gpu.launch_obsolescence"))
        self.e = [(x / index[self.numeraire]) ** power if x > 0.0 else 0.0 for x in index]
        self.e = [x if x > 0.0 else r * self.e[self.newest] for x, r in zip(self.e, ratio, strict=True)]
        self.all = range(len(index))
        self.opex, self.planned = given.many("gpu.generation.opex"), given.many("gpu.generation.launch")
        self.since_launch = [-q if q <= 0.0 else -1.0 for q in self.planned]
        self.launch_progress = self.clock = 0.0
        self.demanded = [0.0]  # watts a year that were wanted in each quarter
        self.now: dict[str, Any] = {"cost": self.price(0)}
        self._stock()

    def _stock(self) -> None:
        """Units of the base date: what works, what waits, what is on order of the newest."""
        many = self.given.many
        self.weights = many("gpu.delivery_weights")
        due, usually = self._to_come(self.weights), self._to_come(many("gpu.delivery_weights_base"))
        self.energized = [n * x for n, x in zip(many("gpu.generation.gpus"), self.e, strict=True)]
        self.energized[self.newest] += sum(usually) - sum(due)
        self.undeployed = [self.v("gpu.undeployed") if g == self.newest else 0.0 for g in self.all]
        self.pipeline = [[x if g == self.newest else 0.0 for g in self.all] for x in due]
        self.power = [s * k for s, k in zip(self.energized, self._first_power(), strict=True)]

    def _to_come(self, weights: list[float]) -> list[float]:
        """What the last three quarters' purchases still bring in one, two and three quarters."""
        oldest, middle, newest = self.given.many("gpu.recent_purchases")
        first, second, third = weights
        one = first * newest + second * middle + third * oldest
        return [one, second * newest + third * middle, third * newest]

    # ─── power ───

    def _first_power(self) -> list[float]:
        """Facility watts of one H100e of each generation at the base date."""
        unit = zip(self.given.many("gpu.generation.power"), self.e, strict=True)
        return [k / x * self.v("gpu.power_usage_effectiveness") for k, x in unit]

    def _unit_power(self, t: int) -> list[float]:
        """The same in quarter t, as far as the roadmap has come."""
        v, late = self.v, max(self.since_launch[-1] - self.v("gpu.launch_ramp"), 0.0)
        usual, own = (log(1.0 - v(f"gpu.hardware_cost_decline{x}")) for x in ("_base", ""))
        unit = [k * exp(-v("gpu.power_pass_through") * (usual - own) * t / 4.0) for k in self._first_power()]
        unit[-1] *= exp(-v("gpu.late_power_gain") * late / 4.0)
        return unit

    def _trend_power(self, t: int) -> float:
        """Watts a year that are connected in quarter t where nobody asked for more or less."""
        return self.v("gpu.power_capacity") * exp(self.v("gpu.power_growth") * t / 4.0)

    def _power(self, t: int) -> float:
        """Watts that can be connected in quarter t: what was wanted a lead before, or last, counts."""
        asked = min(t - round(self.v("gpu.power_lead")), len(self.demanded) - 1)
        ratio = max(self.demanded[asked], 1.0) / self._trend_power(asked) if asked >= 1 else 1.0
        return float(self._trend_power(t) * ratio ** self.v("gpu.power_response") / 4.0)

    # ─── prices and orders ───

    def price(self, t: int, forced: float = 0.0) -> float:
        """Trend price of one H100e of merchant compute, USD."""
        v, peak = self.v, self.v("gpu.memory_peak")
        waned = 0.5 ** (max(t - peak, 0.0) / 4.0 / v("gpu.memory_half_life"))
        memory = v("gpu.memory_cost") * min(t / peak, 1.0) * waned
        cheaper = (1.0 - v("gpu.hardware_cost_decline")) ** self.clock
        return float(v("gpu.gpu_cost") / self.e[self.newest] * cheaper * exp(memory + forced))

    def merchant(self, t: int) -> float:
        """Share of compute spending that buys merchant units."""
        now, later = self.v("gpu.merchant_share"), self.v("gpu.merchant_share_2030")
        return now + (later - now) * min(t / self.v("gpu.merchant_drift"), 1.0)

    def _units(self, t: int, spent: float, price: float) -> float:
        """H100e for a sum; custom units do the same for less."""
        share = self.merchant(t)
        return spent / price * (share + (1.0 - share) / self.v("gpu.custom_cost_ratio"))

    def _mix(self) -> list[float]:
        """Share of each generation in what is bought: the newest takes over within its ramp."""
        mix, left = [0.0 for _ in self.all], 1.0
        for g in reversed(self.all):
            mix[g] = left * clip((self.since_launch[g] + 1.0) / self.v("gpu.launch_ramp"), 0.0, 1.0)
            left -= mix[g]
        return mix

    def _per_unit(self, t: int) -> float:
        """Facility watts of an H100e as it is bought in quarter t."""
        return sum(m * k for m, k in zip(self._mix(), self._unit_power(t), strict=True))

    def fits(self, t: int, wanted: float) -> float:
        """Share of the compute wanted in quarter t, USD, that is ordered: the rest would wait for power.

        What a unit costs and takes is what it did last quarter.
        """
        each, then = self._per_unit(t - 1), self._power(t + round(self.v("capex.order_ahead")))
        waits = sum(self.undeployed) + sum(sum(due) for due in self.pipeline)
        room = self.v("capex.order_quarters") * then / each - waits
        units = max(self._units(t, wanted, self.now["cost"]), 1.0)
        return clip(room / units, self.v("capex.order_floor"), 1.0)

    # ─── a quarter ───

    def step(self, t: int, spent: float, wanted: float, rents: list[float], yields: float) -> None:
        """Launches; compute is bought, delivered, energized; old units retire.

        Parameters
        ----------
        spent, wanted : USD on compute, and what it had been had nothing to wait for power.
        rents : USD a GPU-hour paid last quarter.
        yields : of new hardware at its trend price last quarter, over that of the base date.
        """
        v, before, idle = self.v, self.now["cost"], sum(self.undeployed)
        self._launch(t)
        answer = max(yields, 0.0) ** v("gpu.price_response")
        trend = self.price(t, self.given.forced("hardware_cost", t))
        cost = clip(answer, v("gpu.price_floor"), v("gpu.price_cap")) * trend
        each, bought, mix = self._per_unit(t), self._units(t, spent, cost), self._mix()
        stock = [self.undeployed[g] + self.pipeline[0][g] for g in self.all]
        later = [*self.pipeline[1:], [0.0 for _ in self.all]]
        self.pipeline = [
            [due[g] + weight * bought * mix[g] for g in self.all]
            for due, weight in zip(later, self.weights, strict=True)
        ]
        self.now = {
            "purchased": bought, "impaired": idle * max(before - cost, 0.0), "cost": cost, "trend": trend,
            "power_per_unit": each,
        }  # fmt: skip
        self._energize(t, stock, rents)
        self.demanded.append(self._units(t, wanted, cost) * each * 4.0)

    def _launch(self, t: int) -> None:
        """The roadmap moves on; the clock of hardware prices runs fast after a launch."""
        v, ramp, since = self.v, self.v("gpu.launch_ramp"), self.since_launch
        self.launch_progress += max(1.0 + v("gpu.launch_volatility") * self.given.factor("H", t), 0.0)
        for g in self.all:
            out = self.launch_progress >= self.planned[g]
            since[g] = since[g] + 1.0 if since[g] >= 0.0 else (0.0 if out else -1.0)
        pace, step = 1.0, v("gpu.launch_step_share")
        if any(x < ramp for x in since):
            pace = 1.0 - step
            if any(0.0 <= since[g] < ramp and self.planned[g] > 0.0 for g in self.all):
                pace += step * v("gpu.launch_cycle") / ramp
        self.clock += pace / 4.0

    def _energize(self, t: int, stock: list[float], rents: list[float]) -> None:
        """Work begins as far as there is power; units that do not earn their cost, or are old, leave."""
        v, sigma, unit = self.v, self.v("gpu.power_volatility"), self._unit_power(t)
        rate = [
            v("gpu.uneconomic_retirement") * (rents[g] < self.opex[g])
            + v("gpu.age_retirement") * (self.since_launch[g] > v("gpu.service_age"))
            for g in self.all
        ]
        noise = sigma * self.given.factor("P", t) - sigma**2 / 2.0 + self.given.forced("power", t)
        cap = self._power(t) * exp(noise) + sum(r * p for r, p in zip(rate, self.power, strict=True))
        asked = sum(s * k for s, k in zip(stock, unit, strict=True))
        begun = [s * min(cap / max(asked, 1.0), 1.0) for s in stock]
        retired = [r * s for r, s in zip(rate, self.energized, strict=True)]
        drawn = [x * k for x, k in zip(begun, unit, strict=True)]
        self.undeployed = [stock[g] - begun[g] for g in self.all]
        self.energized = [self.energized[g] + begun[g] - retired[g] for g in self.all]
        self.power = [self.power[g] * (1.0 - rate[g]) + drawn[g] for g in self.all]
        self.now |= {
            "energized": begun, "retired": retired, "power_bound": float(asked > cap),
            "power_energized": sum(drawn), "power_unclaimed": max(cap - asked, 0.0),
            "power_waiting": sum(w * k for w, k in zip(self.undeployed, unit, strict=True)),
        }  # fmt: skip
