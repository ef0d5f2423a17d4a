"""Pools of loans and the first round of losses on one path in plain numbers.

Loops over ratings, segments, instruments and holders, written from docs/model/private-credit.md and
cascade.md; it shares no code with the mechanisms. Quantiles of the beta come from scipy.
"""

from __future__ import annotations

from math import exp, log, sqrt
from typing import Any

import numpy as np
from scipy import stats
from scipy.optimize import brentq
from scipy.special import ndtr

from risk.assumptions import Assumptions
from risk.axes import ordinal
from tests.engine.base import Opened

SEGMENTS = ("spv", "software", "direct_lending", "b_loans")
AI = ("spv", "software")


def rows_of(register: Assumptions, table: str) -> list[Any]:
    return list(register.tables[table].rows)


def phi(x: float) -> float:
    return float(ndtr(x))


def barrier(freedom: int, weight: float, pd: float) -> float:
    """Barrier under which a normal times a power of the mixing variable lies with a probability."""
    middle = (np.arange(4000) + 0.5) / 4000
    mixing = np.sqrt((freedom - 2.0) / stats.chi2.ppf(middle, freedom)) ** weight

    def missed(c: float) -> float:
        return float(ndtr(c / mixing).mean()) - pd

    return float(brentq(missed, -60.0, 0.0))


class Pools:
    """Segments of one path, stepped through quarter by quarter."""

    def __init__(self, run: Opened, register: Assumptions, drawn: dict[str, Any], row: int) -> None:
        self.run, self.drawn, self.row = run, drawn, row
        self.labels = register.calendar.labels
        assert register.tables["credit.segment"].names == SEGMENTS
        self.s: dict[str, dict[str, float]] = {
            facts.id: {
                "exposure": facts.exposure * 1e9,
                "base": facts.exposure * 1e9,
                "growth": facts.growth,
                "d": facts.demand_weight,
                "displaced": facts.disrupted,
                "w": facts.lab_weight,
                "shift": facts.lgd_shift,
                "price": facts.price_weight,
                "cover": facts.interest_cover,
                "allows": facts.pays_in_kind,
                "extended": 0.0,
            }
            for facts in rows_of(register, "credit.segment")
        }
        self.base_mix: dict[str, list[float]] = {name: [] for name in SEGMENTS}
        self.multiple: dict[str, list[float]] = {name: [] for name in SEGMENTS}
        for facts in rows_of(register, "credit.rating"):
            self.base_mix[facts.segment].append(facts.share)
            self.multiple[facts.segment].append(facts.pd_multiple)
        self.mix = {name: list(mix) for name, mix in self.base_mix.items()}
        due = rows_of(register, "credit.maturity")
        self.due: dict[tuple[str, int], float] = {
            (facts.segment, int(facts.year)): facts.amount * 1e9 for facts in due
        }
        self.in_kind = {name: self._aim(name, self.s[name]["cover"]) for name in SEGMENTS}
        self.dearness = 0.0

    def v(self, name: str) -> float:
        """A register number on this path."""
        value = self.drawn[name]
        return value if isinstance(value, float) else float(np.asarray(value)[self.row, 0])

    def at(self, values: Any, k: int = 0) -> float:
        """This path's value of a (path, entity) array."""
        return float(np.asarray(values)[self.row, k])

    def _aim(self, name: str, cover: float) -> float:
        """Share that would pay in kind at a cover."""
        s = self.s[name]
        if s["cover"] <= 0.0 or s["allows"] == 0.0:
            return 0.0
        distance = log(self.v("credit.pik_trigger")) - log(cover)
        return s["allows"] * phi(distance / self.v("credit.cover_dispersion"))

    def step(self, t: int) -> dict[str, dict[str, float]]:
        """One quarter of every segment."""
        before, after, f = self.run.worlds[t - 1], self.run.worlds[t], self.run.flow(t)
        credit, anchor = self.at(after.market.factor), self.at(f.demand.window)
        demand = self.at(after.adoption.demand_state)
        self.spread, self.sofr = self.at(f.spread), self.at(f.market.sofr)
        self.available, self.frozen = self.at(f.market.availability), self.at(before.seen.freeze)
        self.mixing = self.at(self.run.shocks.mixing[t - 1])
        rho = np.asarray(self.drawn["dependence.correlation"])
        out = {}
        for k, name in enumerate(SEGMENTS):
            s = self.s[name]
            d, w, own = (
                s["d"] - s["displaced"] * self.v("credit.disruption"),
                s["w"],
                self.v("credit.factor_own"),
            )
            cross = rho[1, 5] * d * w - own * rho[0, 1] * d - own * rho[0, 5] * w
            x = (credit - d * demand - w * anchor) / sqrt(1.0 + d * d + w * w + 2.0 * cross)
            out[name] = self._segment(t, k, name, s, x)
        self._read_rents(t)
        return out

    def _read_rents(self, t: int) -> None:
        """How far the rent at which the market clears has come from its expected path."""
        after, before = (self.at(self.run.worlds[q].rents.clearing) for q in (t, t - 1))
        self.dearness += after - before + self.v("gpu.median_rent_decline") / 4.0

    def _felt(self, name: str) -> float:
        """What a segment's borrowers feel of the sector's price as last quarter left it, log."""
        far = self.v("revenue.largest_dearness")
        return self.s[name]["price"] * min(max(self.dearness, -far), far)

    def _pd(self, name: str) -> float:
        """Default probability of a year at the going spread and price, which move the hazard."""
        gap = self.spread - self.v("credit.pd_spread_center")
        gap = min(max(gap, self.v("credit.pd_spread_low")), self.v("credit.pd_spread_high"))
        hazard = exp(
            self.v("credit.pd_spread_response") * gap - self.v("credit.price_hazard") * self._felt(name)
        )
        return 1.0 - float((1.0 - self.v(f"credit.pd_{name}")) ** hazard)

    def _rate(self, pd: float, rho: float, x: float) -> float:
        """Defaults of a large pool in a year, given the factor; part of the mixing variable reaches it."""
        memory, weight = self.v("credit.factor_persistence"), self.v("credit.mixing_weight")
        new = self.v("credit.factor_own") ** 2 * (1.0 - memory**2)
        y = x / sqrt(1.0 - new + new * self.mixing**2)
        below = barrier(round(self.v("dependence.degrees_of_freedom")), weight, pd) / self.mixing**weight
        return phi((below + sqrt(rho) * y) / sqrt(1.0 - rho))

    def _rates(self, name: str, pd: float, rho: float, x: float) -> list[float]:
        """Defaults of each rating in the quarter, payment in kind in."""
        hazard = 1.0 + (self.v("credit.in_kind_hazard") - 1.0) * self.in_kind[name]
        scale = sum(a * b for a, b in zip(self.base_mix[name], self.multiple[name], strict=True))
        years = [min(self._rate(min(pd / scale * m, 0.5), rho, x), 0.5) for m in self.multiple[name]]
        return [1.0 - (1.0 - year) ** (0.25 * hazard) for year in years]

    def _segment(self, t: int, k: int, name: str, s: dict[str, float], x: float) -> dict[str, float]:
        pd = self._pd(name)
        rho = self.v("credit.correlation_ai" if name in AI else "credit.correlation_generic")
        rates = self._rates(name, pd, rho, x)
        ordinary = sum(share * rate for share, rate in zip(self.mix[name], rates, strict=True))
        performing, extended = s["exposure"] * (1.0 - ordinary), s["extended"] * (1.0 - ordinary)
        placed = self._placed(name)
        again = extended / self.v("credit.extension_quarters")
        due = again + self._falls_due(t, name) * (performing - extended)
        agreed = self.v("credit.wall_extension") * (1.0 - placed)
        failing = self.v("credit.wall_default") * (1.0 - placed - agreed)
        defaulted = s["exposure"] - performing + failing * due
        late = s["extended"] - extended + failing * again
        lgd = self._lgd(t, k, name, defaulted / s["exposure"], late / max(defaulted, 1.0))
        site = self._sites(t, s["exposure"]) if name == "spv" else {}
        lgd = site.get("lgd", lgd)
        accrued = self.in_kind[name] * self.v("credit.in_kind_rate") / 4.0 * s["exposure"]
        new = s["growth"] / 4.0 * s["exposure"] * self.available + site.get("added", 0.0)
        repaid = (1.0 - placed - agreed - failing) * due + site.get("ended", 0.0)
        s["extended"] = extended - again + agreed * due
        s["exposure"] = s["exposure"] + new + accrued - defaulted - repaid
        self._renew(name, rates, new / s["exposure"], x)
        self._move(name, x)
        return {
            "defaulted": defaulted, "loss": lgd * defaulted + site.get("loss", 0.0), "originated": new,
            "repaid": repaid, "in_kind_accrued": accrued, "due": due, "refinanced": placed * due,
            "extended": agreed * due, "wall_defaulted": failing * due,
        }  # fmt: skip

    def _falls_due(self, t: int, name: str) -> float:
        """Share of the book that matures: a year's amount over its quarters, of the base-date book."""
        year = int(self.labels[t][:4])
        left = min(4, ordinal(f"{year}Q4") - ordinal(self.labels[0]))
        return self.due.get((name, year), 0.0) / left / self.s[name]["base"]

    def _placed(self, name: str) -> float:
        """Share of what falls due that finds a lender."""
        base = self.base_mix[name][-1] + self._aim(name, self.s[name]["cover"])
        weakness = (self.mix[name][-1] + self.in_kind[name]) / base
        wide = self.v("credit.refinancing_spread") * (self.spread - self.v("capex.neutral_spread"))
        ease = (
            self.v("credit.refinancing_ease") - wide - self.v("credit.refinancing_leverage") * log(weakness)
        )
        clo = self.v("credit.clo_share") if name == "b_loans" else 0.0
        shut = self.spread > self.v("credit.shut_spread")
        return min(phi(ease) * (1.0 - clo * self.frozen), 1.0 - clo * shut)

    def _sites(self, t: int, exposure: float) -> dict[str, float]:
        """Sponsors who leave, what is amortized and added, what a site is worth."""
        shell = self.v("credit.spv_shell_share")
        rents = self.at(self.run.flow(t).rents.contract, 3) / self.at(self.run.fixed.newest_rent)
        value = (shell + (1.0 - shell) * rents) / self.v("credit.spv_loan_to_value")
        calm, bust = self.v("credit.sale_discount_calm"), self.v("credit.sale_discount_bust")
        wide = self.v("credit.distress_spread_loading") * (self.spread - self.v("capex.neutral_spread"))
        hangs = self.v("credit.distress_overhang_loading") * self.at(self.run.worlds[t - 1].seen.overhang)
        discount = calm + min(max(wide + hangs, 0.0), 1.0) * max(bust - calm, 0.0)
        sale = 1.0 - self.v("credit.let_discount") * discount
        sale *= (1.0 - self.v("credit.sale_cost")) * value
        eating = self.at(self.run.worlds[t - 1].plan.digestion)
        leaving = exposure / self.v("credit.spv_exit_quarters") * eating * self.v("credit.spv_leave_share")
        return {
            "lgd": 1.0 - min(1.0, sale),
            "loss": leaving * max(0.0, 1.0 - max(value, self.v("credit.spv_guarantee"))),
            "ended": leaving + self.v("credit.spv_amortization") / 4.0 * exposure,
            "added": float(self.run.flow(t).funding.spv_additions[self.row].sum()),
        }

    def _lgd(self, t: int, k: int, name: str, rate: float, late: float) -> float:
        """A line in the year's default rate, beta noise, more on what had been extended."""
        mean = min(max(self.v("credit.lgd_generic") + self.s[name]["shift"], 1e-6), 1.0)
        rate = 1.0 - (1.0 - rate) ** 4
        expected = mean + self.v("credit.lgd_slope") * (rate - self.v("credit.lgd_reference"))
        expected -= self.v("credit.price_lgd") * self._felt(name)
        expected = min(max(expected, 1e-6), 0.999)
        n, u = self.v("credit.lgd_concentration"), self.at(self.run.shocks.uniform["recovery"][t - 1], k)
        noisy = float(stats.beta.ppf(u, expected * n, (1.0 - expected) * n))
        return min(noisy + self.v("credit.extended_lgd") * late, 1.0)

    def _renew(self, name: str, rates: list[float], new: float, x: float) -> None:
        """Survivors migrate a notch; what is new comes at the mix of the base date."""
        left = [share * (1.0 - rate) for share, rate in zip(self.mix[name], rates, strict=True)]
        mix = [share / sum(left) for share in left]
        pace = self.v("credit.downgrade") * exp(self.v("credit.downgrade_loading") * x)
        pace = min(pace, self.v("credit.downgrade_limit"))
        moved = list(mix)
        for j in range(len(mix) - 1):
            risen = self.v("credit.upgrade") * mix[j + 1] - pace * mix[j]
            moved[j] += risen
            moved[j + 1] -= risen
        self.mix[name] = [m + new * (b - m) for m, b in zip(moved, self.base_mix[name], strict=True)]

    def _move(self, name: str, x: float) -> None:
        """Part of the way to the share in kind that today's cover of interest asks for."""
        wide = self.v("credit.loan_margin_beta") * (self.spread - self.v("credit.start_spread"))
        rate = (self.v("credit.sofr") + self.v("credit.loan_margin")) / (
            self.sofr + self.v("credit.loan_margin") + wide
        )
        cover = self.s[name]["cover"] * rate * exp(-self.v("credit.cover_loading") * x)
        aim = self._aim(name, cover)
        self.in_kind[name] += self.v("credit.in_kind_speed") * (aim - self.in_kind[name])


def first_round(register: Assumptions, lost: dict[str, float]) -> tuple[dict[str, float], dict[str, float]]:
    """Losses by instrument at holders of record, and at their owners where no vehicle is insolvent, USD."""
    at_holders = dict.fromkeys(register.tables["credit.holder"].names, 0.0)
    for row in rows_of(register, "credit.holding"):
        at_holders[row.holder] += row.share * lost[row.instrument]
    owned = rows_of(register, "credit.owner")
    vehicles = {row.vehicle for row in owned}
    at_owners = {name: amount for name, amount in at_holders.items() if name not in vehicles}
    at_owners["households"] = 0.0
    for row in owned:
        at_owners[row.owner] += row.share * at_holders[row.vehicle]
    return at_holders, at_owners
