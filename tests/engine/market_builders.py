"""The Big Five of one path in plain numbers: what they plan, what they earn and how they pay.

Written from docs/model/capex.md with a loop over firms; it shares no code with the mechanisms.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from math import exp, log, sqrt

from tests.engine.market_path import Credit, Given, clip


@dataclass
class Firm:
    """One of the Big Five, and what happened to it in the quarter."""

    column: int
    plan: float  # USD of capex for the coming quarter
    core_cfo: float
    cash: float
    bonds: float
    leases: float = 0.0
    spv: float = 0.0
    uncommenced: float = 0.0
    now: dict[str, float] = field(default_factory=dict)

    @property
    def debt(self) -> float:
        """Bonds and loans, leases and vehicles."""
        return self.bonds + self.leases + self.spv


@dataclass
class Seen:
    """What firms look at when they plan."""

    growth: float  # log change of dollars bid for compute
    earns: float  # yield a year of the newest generation
    spread: float
    waiting: float  # years of deployment
    log_gap: float
    utilization: float


class Builders:
    """The firms of a path, stepped through quarter by quarter."""

    def __init__(self, given: Given) -> None:
        self.given, self.v = given, given.v
        first, own = (given.own(name, 1) for name in ("first", "first_firm"))
        level = exp(self.v("capex.nowcast_error"))
        self.firms = []
        for i, guided in enumerate(self._guided(1)):
            error = self.v("capex.first_quarter_common") * first[0]
            error += self.v("capex.first_quarter_firm") * own[i]
            signed = self.v("capex.lease_present_value") * self.of("lease_not_commenced", i)
            start = (guided * exp(error), self.of("cfo", i) * level, self.of("cash", i), self.of("debt", i))
            self.firms.append(Firm(i, *start, uncommenced=signed))
        self.expected, self.digesting = self.v("capex.expected_growth"), False
        self.pace, self.hazard = self.v("capex.guidance_growth"), 0.0
        self.capex_0 = sum(given.many("capex.firm.capex_last_quarter"))
        self.free_0 = sum(firm.core_cfo for firm in self.firms) - self.capex_0

    def of(self, column: str, i: int) -> float:
        """A number of a firm."""
        return float(self.given.many(f"capex.firm.{column}")[i])

    def total(self, name: str) -> float:
        """Sum of a flow over the firms."""
        return sum(firm.now[name] for firm in self.firms)

    # ─── paying ───

    def pay(
        self, t: int, saved: float, gain: float, unpaid: float, recycled: float, called: float, c: Credit
    ) -> None:
        """Pay for the plan of quarter t.

        Parameters
        ----------
        saved : share of planned capex that is not spent, for compute would wait for power.
        gain, unpaid, recycled : USD a year of AI revenue since the base date, of what labs could not pay, and
            of what suppliers lent them, last quarter.
        called : USD of guarantees called last quarter.
        c : the credit market; its availability is last quarter's.
        """
        weights = self.given.many("capex.firm.guidance")
        for i, firm in enumerate(self.firms):
            planned = firm.plan * (1.0 - saved)
            firm.now = {"planned": planned, "spv_support": called * weights[i] / sum(weights)}
            self._earn(t, firm, gain, unpaid, c)
            self._use(firm, recycled)
            self._raise(firm, c)
            self._close(t, firm, c)

    def _earn(self, t: int, firm: Firm, gain: float, unpaid: float, c: Credit) -> None:
        """Core cash flow moves; AI on top, interest and rents off."""
        v, i, given = self.v, firm.column, self.given
        stays, passes = given.own("cash_flow", t)
        news = v("capex.cfo_demand_beta") * given.factor("Z", t)
        news -= v("capex.cfo_macro_beta") * (given.factor("M", t) + given.forced("macro", t))
        news += v("capex.cfo_common_volatility") * stays
        news += v("capex.cfo_firm_volatility") * given.own("cash_flow_firm", t)[i]
        firm.core_cfo *= exp(v("capex.cfo_growth") / 4.0 + news)
        kept = v("capex.ai_revenue_kept") * self.of("ai_revenue_share", i)
        earned = firm.core_cfo * exp(v("capex.cfo_transitory_volatility") * passes)
        earned += v("capex.ai_cash_margin") * kept * gain / 4.0
        earned -= v("capex.lab_shortfall_pass") * self.of("lab_commitment_share", i) * unpaid / 4.0
        added, saved = firm.bonds - self.of("debt", i), firm.cash - self.of("cash", i)
        stretch = firm.debt / max(self._limit(i, earned), 1.0) - v("capex.bond_spread_threshold")
        wide = v("capex.bond_spread") + v("capex.bond_spread_leverage") * max(stretch, 0.0)
        rate = c.sofr + min(wide, v("capex.bond_spread_cap"))
        interest = (rate if added > 0.0 else v("capex.retired_coupon")) * added
        interest -= max(c.sofr + v("capex.cash_margin"), 0.0) * max(saved, 0.0)
        rents = v("capex.lease_service") * (firm.leases + firm.spv)
        firm.now |= {"interest": interest / 4.0, "cfo": earned - interest / 4.0 - rents / 4.0}

    def _limit(self, i: int, cfo: float) -> float:
        """Debt that a firm may carry at a quarter's cash flow, USD."""
        stretch = self.v("capex.leverage_stretch")
        return self.of("leverage_limit", i) * stretch * 4.0 * max(cfo, 0.0)

    def _use(self, firm: Firm, recycled: float) -> None:
        """What has to be paid beside capex, and what is short."""
        v, i, now = self.v, firm.column, firm.now
        stake = v("capex.suppliers_big_five") * self.of("lab_equity_share", i) * recycled / 4.0
        due, floor = v("capex.maturity_rate") * firm.bonds, v("capex.payout") * max(now["cfo"], 0.0)
        pace = clip(self.pace, v("capex.prefunding_growth_low"), v("capex.prefunding_growth_high"))
        year = sum(now["planned"] * exp(pace * k) for k in (1, 2, 3, 4))
        now |= {"anchor_equity": stake, "due": due, "floor": floor, "reserve": v("capex.cash_reserve") * year}
        now["short"] = now["planned"] + stake + due + floor + now["spv_support"] - now["cfo"]
        now["ahead"] = year + 4.0 * (stake + due + floor - now["cfo"])

    def _raise(self, firm: Firm, c: Credit) -> None:
        """Bonds, private credit, shares, each capped; what is still missing is cut."""
        v, now = self.v, firm.now
        spare = max(firm.cash - self._minimum(firm), 0.0)
        need = now["short"] - spare + clip(v("capex.prefunding") * now["ahead"], 0.0, now["reserve"])
        room = max(self._limit(firm.column, now["cfo"]) - (firm.debt - now["due"]), 0.0)
        now["bonds"] = clip(need, 0.0, min(v("capex.bond_cap"), room))
        left = max(need, 0.0) - now["bonds"]
        now["private_credit"] = min(left, v("capex.private_credit_cap") * c.availability)
        now["equity"] = min(left - now["private_credit"], v("capex.equity_cap"))
        now["raised"] = now["bonds"] + now["private_credit"] + now["equity"]
        now["cut"] = clip(now["short"] - spare - now["raised"], 0.0, now["planned"])
        now["capex"] = now["planned"] - now["cut"]

    def _minimum(self, firm: Firm) -> float:
        return self.v("capex.minimum_cash") * self.of("cash", firm.column)

    def _close(self, t: int, firm: Firm, c: Credit) -> None:
        """Cash above its target leaves, leases and vehicles come and go; the books after the quarter."""
        v, now, before = self.v, firm.now, firm.debt
        above = firm.cash - now["short"] - self._minimum(firm) - now["reserve"]
        leaves = v("capex.payout_speed") * max(above, 0.0)
        added = max(firm.bonds - now["due"] - self.of("debt", firm.column), 0.0)
        retired = min(v("capex.retirement_share") * leaves, added)
        extra = min(leaves - retired, max(v("capex.payout_cap") * max(now["cfo"], 0.0) - now["floor"], 0.0))
        now |= {
            "retired": retired, "maturities": now["due"] + retired, "payout": now["floor"] + extra,
            "lease_additions": 0.0, "lease_principal": v("capex.lease_principal") / 4.0 * firm.leases,
            "spv_principal": v("credit.spv_amortization") / 4.0 * firm.spv,
        }  # fmt: skip
        if t <= v("capex.lease_start_quarters"):
            signed = v("capex.lease_present_value") * self.of("lease_not_commenced", firm.column)
            now["lease_additions"] = signed / v("capex.lease_start_quarters")
        heeds = v("capex.spv_availability")
        now["spv_additions"] = v("capex.spv_share") * now["planned"] * (1.0 - heeds + heeds * c.availability)
        uses = now["capex"] + now["anchor_equity"] + now["maturities"] + now["payout"] + now["spv_support"]
        change = now["cfo"] + now["raised"] - uses
        firm.cash += change
        firm.bonds += now["bonds"] + now["private_credit"] - now["maturities"]
        firm.leases += now["lease_additions"] - now["lease_principal"]
        firm.spv += now["spv_additions"] - now["spv_principal"]
        firm.uncommenced -= now["lease_additions"]
        over = firm.debt / max(self._limit(firm.column, now["cfo"]), 1.0) - 1.0
        now |= {
            "cash_build": max(change, 0.0), "cash_drawn": max(-change, 0.0),
            "net_debt_change": firm.debt - before - change, "excess_leverage": max(over, 0.0),
        }  # fmt: skip

    # ─── planning ───

    def _guided(self, t: int) -> list[float]:
        """What guidance for quarter t turns out to mean, USD."""
        profile = self.given.many("capex.guidance_bias_profile")
        grown = self.v("capex.guidance_growth") * max(t - self.v("capex.guidance_quarters"), 0.0)
        grown += profile[min(t, len(profile)) - 1] * self.v("capex.guidance_bias")
        return [guided * exp(grown) for guided in self.given.many("capex.firm.guidance")]

    def weight(self, t: int) -> float:
        """Weight of guidance in the plan for quarter t."""
        weights = self.given.many("capex.guidance_weights")
        return float(weights[t - 1]) if t <= len(weights) else 0.0

    def make_plans(self, t: int, seen: Seen) -> None:
        """Plan quarter t + 1 from what was built in quarter t."""
        v, w = self.v, self.v("capex.extrapolation")
        self.expected = w * seen.growth + (1.0 - w) * self.expected
        wide = seen.spread - v("capex.neutral_spread")
        cost = v("capex.user_cost") + v("capex.user_cost_spread") * wide
        self._digest(t, seen, cost)
        least = v("capex.smallest_build")
        built = [log(max(firm.now["capex"], least * firm.now["planned"])) for firm in self.firms]
        guidance = [log(x) for x in self.given.many("capex.firm.guidance")]
        peers = (sum(built) - sum(guidance)) / len(built)
        wanted = v("capex.accelerator") * (self.expected - v("capex.neutral_growth"))
        wanted += v("capex.return_response") * (seen.earns - cost) - v("capex.spread_response") * wide
        waits = max(seen.waiting - v("capex.undeployed_tolerance"), 0.0)
        wanted -= v("capex.undeployed_response") * waits
        rho, weight = v("capex.demand_correlation"), self.weight(t + 1)
        shared = rho * self.given.factor("Z", t) + sqrt(1.0 - rho**2) * self.given.own("capex", t)[0]
        guided, noise_firm = self._guided(t + 1), self.given.own("firm", t)
        for i, firm in enumerate(self.firms):
            noise = v("capex.common_volatility") * shared + v("capex.firm_volatility") * noise_firm[i]
            own = wanted - v("capex.leverage_response") * firm.now["excess_leverage"]
            own += v("capex.arms_race") * (peers - (built[i] - guidance[i]))
            own = -v("capex.digestion_decline") / 4.0 if self.digesting else own
            grown = built[i] + clip(own + noise, v("capex.largest_fall"), v("capex.largest_rise"))
            hold = 0.0 if self.digesting else weight
            plan = hold * (log(guided[i]) + noise) + (1.0 - hold) * grown
            firm.plan, firm.now["growth"] = exp(plan), plan - built[i]
        self.pace = self.total("growth") / len(self.firms)

    def _digest(self, t: int, seen: Seen, cost: float) -> None:
        """A digestion begins or heals."""
        v, begins = self.v, self.given.uniform("digestion", t)
        index = v("capex.digestion_gap") * (seen.log_gap - v("capex.digestion_gap_center"))
        index += v("capex.digestion_slack") * max(v("capex.digestion_slack_center") - seen.utilization, 0.0)
        index += v("capex.digestion_funding") * self.total("cut") / self.total("planned")
        index += v("capex.digestion_spread") * max(seen.spread - v("capex.neutral_spread"), 0.0)
        index += v("capex.digestion_carry") * max(cost - seen.earns, 0.0)
        self.hazard = min(v("capex.digestion_hazard") * exp(index), v("capex.largest_hazard"))
        if self.digesting:
            self.digesting = not begins[1] < v("capex.healing_hazard")
        else:
            self.digesting = begins[0] < self.hazard

    def suppliers(self) -> float:
        """Capacity of suppliers to fund their customers, one at the base date."""
        v, capex = self.v, self.total("capex")
        free = self.total("cfo") - capex
        scale = clip(capex / self.capex_0, v("revenue.supplier_capex_low"), v("revenue.supplier_capex_high"))
        cash = 1.0 + (free - self.free_0) / self.capex_0
        return scale * clip(cash, v("revenue.supplier_cash_low"), v("revenue.supplier_cash_high"))
