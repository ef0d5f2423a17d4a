"""Capex, funding, revenue, fleet and rents of one path in plain numbers, quarter by quarter.

Rents, what capex must earn and the order of a quarter stand here; the Big Five are in `market_builders`,
hardware in `market_fleet`, customers and bids in `market_demand`. Written from the equations of docs/model
with loops over firms, segments and generations; it shares no code with the mechanisms. Given, for they have
spreadsheets of their own: the credit market, neoclouds and pools of loans.
"""

from __future__ import annotations

from math import exp, log
from typing import Any

from tests.engine.base import Opened
from tests.engine.market_builders import Builders, Seen
from tests.engine.market_demand import Bids, Customers
from tests.engine.market_fleet import Fleet
from tests.engine.market_path import HOURS, Credit, Given, clip


def crf(rate: float, years: float) -> float:
    """Capital recovery factor."""
    return float(rate / (1.0 - (1.0 + rate) ** -years))


class Rents:
    """The GPU market: what clears it, spot, contract, what is paid; logs are of the numeraire's rent."""

    def __init__(self, given: Given, fleet: Fleet) -> None:
        self.given, self.v, self.fleet = given, given.v, fleet
        error = self.v("gpu.index_error")
        self.contract = log(given.many("gpu.generation.index")[fleet.numeraire]) + error
        self.spot = log(self.v("gpu.h100_spot")) + error
        self.clearing, self.drift = self.contract + self.v("gpu.base_tightness"), self.v("gpu.initial_drift")
        self.contract_history = [log(self.v("gpu.h100_contract_two_years_before")) + error] * round(
            self.v("gpu.trend_window")
        )
        self.off = {name: [0.0 for _ in fleet.all] for name in ("spot", "contract")}
        self.omega = self.v("gpu.launch_obsolescence")
        self.surprise = self.jump = 0.0
        self.now: dict[str, Any] = {"utilization": self.v("gpu.normal_utilization")}
        self._quote()

    def supply(self) -> float:
        """H100e weighted by what a unit of each generation earns."""
        pairs = zip(self.fleet.e, self.fleet.energized, strict=True)
        return float(sum(x**self.omega * s for x, s in pairs))

    def at(self, level: float, off: list[float]) -> list[float]:
        """Rent of every generation, USD a GPU-hour."""
        return [exp(level + o) * x ** (1.0 + self.omega) for x, o in zip(self.fleet.e, off, strict=True)]

    def _quote(self) -> None:
        spot, contract = self.at(self.spot, self.off["spot"]), self.at(self.contract, self.off["contract"])
        weight = self.v("gpu.contract_weight")
        paid = [weight * c + (1.0 - weight) * s for c, s in zip(contract, spot, strict=True)]
        self.now |= {"spot": spot, "contract": contract, "blended": paid}

    def step(self, t: int, demand: float, fire_sale: float) -> None:
        """Clear the market; spot, contract and utilization follow."""
        v, before = self.v, self.clearing
        self.clearing = log(demand / (v("gpu.normal_utilization") * HOURS * self.supply()))
        self._follow(t, before, fire_sale)
        own = self._rerated(t)
        for name, pull in self._pulls().items():
            self.off[name] = [(1.0 - pull) * x + y for x, y in zip(self.off[name], own, strict=True)]
        self._quote()
        cleared = self.at(self.clearing, [0.0 for _ in self.fleet.all])
        units = [s / x for s, x in zip(self.fleet.energized, self.fleet.e, strict=True)]
        full = sum(n * r for n, r in zip(units, self.now["blended"], strict=True))
        asked = sum(n * r for n, r in zip(units, cleared, strict=True))
        use = v("gpu.normal_utilization") * (asked / full) ** v("gpu.utilization_elasticity")
        use = clip(use, v("gpu.lowest_utilization"), v("gpu.highest_utilization"))
        paid = use * HOURS * full
        self.now |= {"clearing": cleared, "utilization": use, "paid": paid, "unserved": demand - paid}
        self.surprise = self.clearing - before + v("gpu.median_rent_decline") / 4.0

    def _pulls(self) -> dict[str, float]:
        return {name: self.v(f"gpu.{name}_reversion") for name in ("spot", "contract")}

    def _follow(self, t: int, before: float, fire_sale: float) -> None:
        """Drift, an efficiency jump, spot and contract."""
        v, given, pulls = self.v, self.given, self._pulls()
        lam, limit = v("gpu.drift_smoothing"), v("gpu.drift_limit")
        news = v("gpu.drift_volatility") * given.own("drift", t)[0]
        drift = lam * self.drift + (1.0 - lam) * (self.clearing - before) + news
        self.drift = clip(drift, -limit, limit)
        jumps = given.uniform("efficiency", t)[0] < v("gpu.efficiency_jump_intensity") / 4.0
        self.jump = v("gpu.efficiency_jump_size") * given.factor("E", t) if jumps else 0.0
        follow = v("gpu.drift_weight") * self.drift
        noise = v("gpu.spot_volatility") * 0.5 * given.own("rent", t)[0]
        self.spot += pulls["spot"] * (self.clearing - self.spot) + follow + noise + self.jump - fire_sale
        b = v("gpu.contract_target_spot_weight")
        aim = b * self.spot + (1.0 - b) * self.clearing + v("gpu.term_premium")
        self.contract_history = [*self.contract_history[1:], self.contract]
        self.contract += pulls["contract"] * (aim - self.contract) + follow

    def _rerated(self, t: int) -> list[float]:
        """What launches take off older generations this quarter, and each one's own noise."""
        e, quarters, sds = self.fleet.e, self.v("gpu.rerating_quarters"), "gpu.generation.noise"
        own = self.given.own("generation", t)
        off = [sd * x for sd, x in zip(self.given.many(sds), own, strict=True)]
        for new in self.fleet.all[1:]:
            if 0.0 <= self.fleet.since_launch[new] < quarters:
                for g in range(new):
                    off[g] -= self.omega * log(e[new] / e[new - 1]) / quarters
        return off


class Hurdle:
    """What the capex already spent would have to earn."""

    def __init__(self, given: Given) -> None:
        self.given, self.v = given, given.v
        history, self.parts = given.many("revenue.ai_capex_history"), given.many("revenue.component_shares")
        self.lives = given.many("revenue.component_lives")
        life, compute = round(4.0 * self.lives[0]), self.parts[0]
        self.vintages = [compute * spent for spent in ([0.0] * life + history)[-life:]]
        self.long_lived, self.leased = (1.0 - compute) * sum(history), 0.0
        self.now: dict[str, float] = {}

    def step(self, t: int, spent: dict[str, float], fleet: Fleet, phi: float) -> None:
        """Required revenue, USD a year: charges on what is alive and the cost of running the fleet."""
        v, compute = self.v, spent["compute"]
        self.vintages = [*self.vintages[1:], compute]
        self.long_lived += spent["ai"] - compute
        self.leased += spent["leased"]
        factors = [crf(v("revenue.hurdle"), life) for life in self.lives]
        site = (self.parts[1] * factors[1] + self.parts[2] * factors[2]) / (self.parts[1] + self.parts[2])
        capital = sum(self.vintages) * factors[0] + self.long_lived * site
        capital += self.leased * crf(v("revenue.hurdle"), v("revenue.lease_life"))
        hourly = sum(s / x * o for s, x, o in zip(fleet.energized, fleet.e, fleet.opex, strict=True))
        opex = (1.0 - v("revenue.site_share")) * hourly * HOURS
        works = sum(fleet.energized)
        idle = sum(fleet.undeployed) + sum(sum(due) for due in fleet.pipeline)
        chips = 4.0 * compute * v("revenue.cahn_multiple")
        self.now = {
            "capital_charge": capital, "fleet_opex": opex, "vintage": (capital + opex) / phi,
            "vintage_energized": (capital * works / (works + idle) + opex) / phi, "cahn_all": chips,
            "cahn": fleet.merchant(t) * v("revenue.merchant_data_center_share") * chips,
        }  # fmt: skip


class Markets:
    """One path of a block, stepped through quarter by quarter.

    Parameters
    ----------
    drawn : every register number of the block, id → float, vector, or one row a path.
    """

    def __init__(self, run: Opened, drawn: dict[str, Any], row: int) -> None:
        self.given = Given(run, drawn, row)
        self.v = self.given.v
        self.builders, self.fleet = Builders(self.given), Fleet(self.given)
        self.rents, self.hurdle = Rents(self.given, self.fleet), Hurdle(self.given)
        self.customers = Customers(self.given)
        self.revenue_0 = self.revenue = sum(self.customers.revenue)
        use = self.v("gpu.normal_utilization") * HOURS * self.rents.supply()
        self.bids = Bids(self.given, exp(self.rents.clearing) * use, self.revenue_0)
        self.paid_rents, self.yields, self.suppliers = self.rents.now["contract"], 1.0, 1.0
        self.yield_0 = max(self._earns(self.fleet.price(0)), 0.01)
        self.availability = self.funded = 1.0
        self.guarantees = self.fire_sale = self.overhang = self.operator_capex = 0.0
        self.spent: dict[str, float] = {}

    def step(self, t: int) -> None:
        """One quarter, in the order of docs/model/README.md."""
        credit, bids, rents = self.given.credit(t), self.bids, self.rents
        held = self._held(t)
        saved = (1.0 - self.v("capex.order_redirect")) * held
        before = credit._replace(availability=self.availability)
        gain = self.revenue - self.revenue_0
        self.builders.pay(
            t,
            self._ai_share(t) * saved,
            gain,
            bids.unpaid,
            bids.now["anchor_recycled"],
            self.guarantees,
            before,
        )
        self._spend(t, held, saved)
        self.fleet.step(t, self.spent["compute"], self.spent["wanted"], self.paid_rents, self.yields)
        surprise, bid = rents.surprise, bids.now["total"]
        self.customers.step(t, surprise, rents.jump)
        self.revenue = sum(self.customers.revenue)
        bids.step(t, self.revenue, self.customers.shock, self.suppliers, surprise)
        rents.step(t, bids.now["total"], self.fire_sale)
        self.hurdle.step(t, self.spent, self.fleet, bids.phi(t))
        self._plan(t, credit, log(bids.now["total"] / bid))
        self._see(credit)

    # ─── capex ───

    def _ai_share(self, t: int) -> float:
        """AI share of the Big Five's capex."""
        first, later = self.v("capex.ai_share"), self.v("capex.ai_share_later")
        return first + (later - first) * min(t / self.v("capex.ai_share_quarters"), 1.0)

    def _held(self, t: int) -> float:
        """Share of AI capex that is compute not ordered, for it would wait for power."""
        world = sum(firm.plan for firm in self.builders.firms) * (1.0 + self.v("capex.other_buyers"))
        compute = self.v("capex.compute_share")
        fits = self.fleet.fits(t, compute * self._ai_share(t) * world)
        return compute * (1.0 - self.builders.weight(t)) * (1.0 - fits)

    def _spend(self, t: int, held: float, saved: float) -> None:
        """What the Big Five's capex means for the world's, USD."""
        v, share, capex = self.v, self._ai_share(t), self.builders.total("capex")
        inside = share * (1.0 - saved) / (1.0 - share * saved) * capex
        others = v("capex.other_buyers") * inside
        neoclouds = v("neoclouds.neocloud_share") * others
        ai = inside + others - v("neoclouds.unfunded_unbuilt") * (1.0 - self.funded) * neoclouds
        leased = self.builders.total("lease_additions") + self.builders.total("spv_additions")
        self.operator_capex += neoclouds
        self.spent = {
            "cash_capex": capex, "leased": leased, "ai": ai, "operator_capex": self.operator_capex,
            "compute": (v("capex.compute_share") - held) / (1.0 - saved) * ai,
            "wanted": v("capex.compute_share") / (1.0 - saved) * ai,
        }  # fmt: skip

    # ─── what is seen ───

    def _earns(self, price: float) -> float:
        """Net rent a year of the newest generation over its all-in price."""
        fleet, new = self.fleet, max(g for g in self.fleet.all if self.fleet.since_launch[g] >= 0.0)
        opex = (1.0 - self.v("revenue.site_share")) * fleet.opex[new]
        net = self.rents.now["blended"][new] * self.rents.now["utilization"] - opex
        return float(net * HOURS / fleet.e[new] / (price / self.v("capex.compute_share")))

    def _plan(self, t: int, credit: Credit, growth: float) -> None:
        """The Big Five plan the next quarter."""
        realized = self.revenue + self.bids.now["internal"] / self.bids.phi(t)
        seen = Seen(
            growth=growth,
            earns=self._earns(self.fleet.now["cost"]),
            spread=credit.spread,
            waiting=sum(self.fleet.undeployed) / max(4.0 * sum(self.fleet.now["energized"]), 1.0),
            log_gap=log(self.hurdle.now["vintage"] / realized),
            utilization=self.rents.now["utilization"],
        )
        self.builders.make_plans(t, seen)

    def _see(self, credit: Credit) -> None:
        """What the next quarter will have seen."""
        self.yields = self._earns(self.fleet.now["trend"]) / self.yield_0
        self.paid_rents, self.suppliers = self.rents.now["blended"], self.builders.suppliers()
        self.availability, self.guarantees = credit.availability, credit.guarantees
        if credit.planned is not None:
            self.funded = credit.financed / credit.planned if credit.planned > 0.0 else 1.0
            self.operator_capex = 0.0
        units = sum(n * self.fleet.e[g] for g, n in credit.repossessed)
        sold = units / (self.v("gpu.merchant_market") * sum(self.fleet.energized))
        self.fire_sale = self.v("gpu.fire_sale_elasticity") * min(sold, 1.0)
        self.overhang = (1.0 - 1.0 / max(self.v("credit.overhang_quarters"), 1.0)) * self.overhang + sold
