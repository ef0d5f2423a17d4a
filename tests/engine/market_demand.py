"""Customers and bidders of one path in plain numbers: what AI earns, and what bids for compute.

Written from docs/model/revenue-gap.md with a loop over segments; it shares no code with the mechanisms.
"""

from __future__ import annotations

from math import exp, sqrt

from tests.engine.market_path import Given, clip


def adopt(a: float, p: float, q: float, churn: float) -> float:
    """A quarter of dA/dt = (p + qA)(1 - A) - churn A, by the two levels at which A stands still."""
    b = q - p - churn
    d = sqrt(b * b + 4.0 * p * q)
    high, low = (b + d) / (2.0 * q), (b - d) / (2.0 * q)
    left = (a - high) / (a - low) * exp(-d / 4.0)
    return (high - low * left) / (1.0 - left)


class Customers:
    """Five segments that adopt, and the weather they make."""

    def __init__(self, given: Given) -> None:
        self.given, self.v = given, given.v
        pool = exp(self.v("revenue.log_ceiling")) * 1e9
        earned = [
            self.v("revenue.run_rate") * share for share in given.many("revenue.segment.run_rate_share")
        ]
        shares = given.many("revenue.segment.ceiling_share")
        least = [x / self.v("revenue.highest_initial_adoption") for x in earned]
        self.ceiling = [max(pool * share, x) for share, x in zip(shares, least, strict=True)]
        self.adopted = [x / c for x, c in zip(earned, self.ceiling, strict=True)]
        self.scale = self.level = self.demand_state = self.shock = 0.0
        self.regime, self.revenue = 0, earned

    def earn(self, forced: float) -> list[float]:
        """Revenue of each segment, USD a year."""
        level = exp(self.scale + self.level + forced)
        return [c * a * level for c, a in zip(self.ceiling, self.adopted, strict=True)]

    def step(self, t: int, surprise: float, jump: float) -> None:
        """Adopt, reprice, feel the weather; surprise and jump are last quarter's."""
        v, news, forced = self.v, self.given.factor("Z", t), self.given.forced("demand", t)
        keeps, b, sigma = (v(f"revenue.demand_{x}") for x in ("persistence", "loading", "volatility"))
        self.demand_state = keeps * self.demand_state + sqrt(1.0 - keeps**2) * news
        self.shock = sigma * news - sigma**2 / 2.0
        cheaper = v("revenue.token_price_decline") / 4.0 - v("revenue.rent_pass_through") * surprise
        use = (v("revenue.elasticity") - 1.0) * (cheaper + abs(jump)) + v("revenue.intensity_growth") / 4.0
        room = max(1.0 - sum(self.earn(forced)) / v("revenue.saturation"), 0.0)
        self.scale += use * room if use > 0.0 else use
        speed = exp(b * self.demand_state - b**2 / 2.0)
        p, q = v("revenue.innovation") * speed, v("revenue.imitation") * speed
        self.adopted = [adopt(a, p, q, v("revenue.churn")) for a in self.adopted]
        self.level += self.shock + self._weather(t)
        self.revenue = self.earn(forced)

    def _weather(self, t: int) -> float:
        """What customers' own mood adds to log demand: its drift and a shock."""
        v, u = self.v("revenue.weather_volatility"), self.given.uniform("weather", t)[0]
        normal, boom, _ = self.given.many("revenue.weather_transition")[self.regime]
        self.regime = 0 if u < normal else 1 if u < normal + boom else 2
        drift = self.given.many("revenue.weather_drift")[self.regime]
        return float(drift + v * self.given.own("customers", t)[0] - v**2 / 2.0)


class Bids:
    """Dollars that bid for compute."""

    def __init__(self, given: Given, demand: float, revenue: float) -> None:
        self.given, self.v = given, given.v
        self.internal = demand - self.v("revenue.compute_share") * revenue - self.v("revenue.lab_funding")
        self.internal_use, self.window, self.dearness = self.internal, 0.0, 0.0
        recycled = self.v("revenue.recycled_share") * self.v("revenue.lab_funding")
        self.now, self.unpaid = {"total": demand, "anchor_recycled": recycled}, 0.0

    def phi(self, t: int) -> float:
        """Compute spending per dollar of revenue."""
        return self.v("revenue.compute_share") * exp(-self.v("revenue.compute_share_decline") * t / 4.0)

    def committed(self, t: int) -> float:
        """What labs have promised to spend on compute, USD a year."""
        marks, sums = (self.given.many(f"revenue.lab_commit{x}") for x in ("ment_quarters", "ments"))
        if t >= marks[-1]:
            return float(sums[-1])
        k = max(j for j, mark in enumerate(marks) if mark <= t)
        return float(sums[k] + (sums[k + 1] - sums[k]) * (t - marks[k]) / (marks[k + 1] - marks[k]))

    def step(self, t: int, revenue: float, shock: float, suppliers: float, surprise: float) -> None:
        """Inference that customers pay for, labs' funding, internal use; volume answers to price."""
        v, forced = self.v, self.given.forced
        keeps, share = v("revenue.lab_window_persistence"), v("revenue.internal_demand_share")
        self.window = keeps * self.window + sqrt(1.0 - keeps**2) * self.given.factor("L", t)
        window = self.window + forced("lab_funding", t)
        grown = v("revenue.lab_funding_growth") * t / 4.0 + v("revenue.lab_window_loading") * window
        outside = (1.0 - v("revenue.recycled_share")) * v("revenue.lab_funding") * exp(grown)
        outside *= v("revenue.shut_window_funding") if window < v("revenue.shut_window") else 1.0
        recycled = v("revenue.recycled_share") * v("revenue.lab_funding") * suppliers
        growth = v("revenue.internal_growth") * exp(-v("revenue.internal_growth_decay") * t / 4.0) / 4.0
        self.internal *= exp(growth + share * shock)
        own = v("revenue.lab_revenue_share") * v("revenue.lab_compute_share") * revenue
        coverage = (own + outside + recycled) / self.committed(t)
        self.dearness += surprise
        limit = v("revenue.largest_dearness")
        answer = exp((1.0 - v("revenue.volume_elasticity")) * clip(self.dearness, -limit, limit))
        self.unpaid = max(1.0 - coverage, 0.0) * self.committed(t)
        self.internal_use = answer * self.internal * exp(share * forced("demand", t))
        bids = {
            "from_revenue": answer * self.phi(t) * revenue, "anchor_external": answer * outside,
            "anchor_recycled": answer * recycled, "internal": self.internal_use,
        }  # fmt: skip
        self.now = bids | {"total": sum(bids.values()), "coverage": coverage, "window": window}
