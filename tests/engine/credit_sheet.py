"""Facilities and HoldCos of one path in plain numbers: what a credit analyst would put into a spreadsheet.

Written from the equations of docs/model with loops over loans and companies; it shares no code with the
mechanisms. Given, for their own tests have them: markets and billing of the quarter, schedules of the book,
and what a cohort adds.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from math import exp, log
from typing import Any

import numpy as np

from risk.engine.layout import Layout
from tests.engine.base import Opened

SOUND, LOCK_UP, SWEEP, EVENT, CURED, AMENDED, PAYMENT, MATURITY = range(8)
HOURS = 2190.0


@dataclass
class Loan:
    """One facility, and what happened to it in the quarter."""

    column: int
    firm: int
    devices: float
    original: float
    debt: float
    margin: float
    undrawn: float
    cash: float = 0.0
    level: float = 0.0
    scheduled: bool = True
    pushed: bool = False
    extended: bool = False
    cures: int = 0
    defaulted: bool = False
    stage: float = SOUND
    now: dict[str, float] = field(default_factory=dict)


@dataclass
class Company:
    """One HoldCo, and what happened to it in the quarter."""

    cash: float
    limit: float
    notes: float
    converts: float
    coupon: float
    due: dict[int, float]
    convert_due: dict[int, float]
    revolver: float = 0.0
    defaulted: bool = False
    now: dict[str, float] = field(default_factory=dict)


def annuity(rate: float, quarters: float) -> float:
    """Worth of one a quarter."""
    return float((1.0 - (1.0 + rate) ** -quarters) / rate)


class Sheet:
    """One path of a block, stepped through quarter by quarter.

    Parameters
    ----------
    drawn : every register number of the block, id → float or one a path.
    """

    def __init__(self, run: Opened, drawn: dict[str, Any], row: int) -> None:
        self.run, self.drawn, self.row = run, drawn, row
        layout, start = run.layout, run.worlds[0]
        self.loans = [self._loan(0, i) for i in range(layout.base_book.facilities)]
        self.companies = [
            Company(
                cash=self.v("neoclouds.firm.cash", k),
                limit=self.v("neoclouds.firm.revolver", k),
                notes=float(layout.bullets[:, k].sum()),
                converts=float(layout.converts[:, k].sum()),
                coupon=self.v("neoclouds.note_coupon"),
                due={q: float(amount) for q, amount in enumerate(layout.bullets[:, k]) if amount},
                convert_due={q: float(amount) for q, amount in enumerate(layout.converts[:, k]) if amount},
            )
            for k in range(start.holdco.cash.shape[1])
        ]

    def v(self, name: str, k: int | None = None) -> float:
        """A register number on this path; of entity k where it is a column."""
        value = self.drawn[name]
        if isinstance(value, float):
            return value
        rows = np.asarray(value)
        if k is not None:
            return float(rows[0, k])
        return float(rows[self.row, 0])

    def at(self, values: Any, k: int = 0) -> float:
        """This path's value of a (path, entity) array."""
        found = np.asarray(values)
        return float(found[self.row if len(found) > 1 else 0, k])

    def _loan(self, t: int, i: int) -> Loan:
        """A facility as it comes to life at the end of quarter t."""
        s, book = self.run.worlds[t].facility, self.run.layout.book
        names = ("devices", "original", "debt", "margin", "undrawn")
        devices, original, debt, margin, undrawn = (self.at(getattr(s, name), i) for name in names)
        return Loan(i, int(book.firm[i]), devices, original, debt, margin, undrawn)

    # ─── a quarter ───

    def step(self, t: int) -> None:
        """One quarter of every facility and every company."""
        run, layout = self.run, self.run.layout
        self.t, self.f = t, run.flow(t)
        self.spread, self.sofr = self.at(self.f.spread), self.at(self.f.market.sofr)
        self.open = self.spread <= self.v("credit.shut_spread") and self.at(
            self.f.market.availability
        ) >= self.v("credit.shut_availability")
        wider = self.v("neoclouds.cohort_margin_beta") * (self.spread - self.v("capex.neutral_spread"))
        self.decline = self._decline(t)
        wide = self.v("credit.distress_spread_loading") * (self.spread - self.v("capex.neutral_spread"))
        hangs = self.v("credit.distress_overhang_loading") * self.at(run.worlds[t - 1].seen.overhang)
        self.distress = min(max(wide + hangs, 0.0), 1.0)
        self.issue = self.sofr + self.v("neoclouds.balloon_margin") + wider
        overhead = [self._overhead(k) for k in range(len(self.companies))]
        for loan in self.loans:
            loan.now = {}
            if not loan.defaulted:
                self._earn(loan, layout)
        for k, company in enumerate(self.companies):
            self._help(k, company, overhead[k])
        for loan in self.loans:
            if loan.defaulted:
                loan.stage = np.nan
            else:
                self._settle(loan, layout)
        for k, company in enumerate(self.companies):
            self._company(k, company, overhead[k])
        if t in layout.cohorts:
            self._cohort()

    def _decline(self, t: int) -> float:
        """How fast a lender expects rents to fall, 1/y: the last year's trend and the median, mixed."""
        rents, weight = self.run.worlds[t].rents, self.v("gpu.expected_decline_trend_weight")
        past = rents.contract_history
        trend = (self.at(past[0]) - self.at(rents.contract)) / (len(past) / 4.0)
        expected = weight * trend + (1.0 - weight) * self.v("gpu.median_rent_decline")
        lowest, highest = self.v("gpu.lowest_expected_decline"), self.v("gpu.highest_expected_decline")
        return min(max(expected, lowest), highest)

    def _overhead(self, k: int) -> float:
        devices = sum(loan.devices for loan in self.loans if loan.firm == k)
        more = max(devices / float(self.run.fixed.fleet_by_firm[0, k]) - 1.0, 0.0)
        return self.v("neoclouds.firm.overhead", k) * (1.0 + self.v("neoclouds.overhead_per_fleet") * more)

    def _earn(self, loan: Loan, layout: Layout) -> None:
        """Draws, cash flow, what is due."""
        book, t, i = layout.book, self.t, loan.column
        now = loan.now
        share = float(book.draws[t, i])
        now["drawn"] = 0.0
        if share > 0.0:
            left = 1.0 - float(book.draws[:t, i].sum())
            asked = loan.undrawn * (1.0 if left - share < 1e-9 else share / left)
            loan.undrawn -= asked
            if loan.stage < SWEEP and not self.companies[loan.firm].defaulted:
                now["drawn"] = asked
                loan.debt += asked
                loan.original += asked / (1.0 - float(book.amortization[:t, i].sum()))
        bill, rents = self.f.operators.billing, self.f.rents
        contracted = self.at(bill.contracted, i)
        idle = max(loan.devices - contracted - self.at(bill.vacant, i), 0.0)
        use = self.at(rents.utilization) + self.v("neoclouds.utilization_premium")
        rent = self.v("neoclouds.vintage_discount") * min(use, self.v("gpu.highest_utilization"))
        rent *= self.at(rents.spot, book.generation[i])
        if book.site[i]:
            asks = self.at(rents.contract, 3) / self.v("neoclouds.reletting_reference")
            asks = min(max(asks, self.v("neoclouds.reletting_low")), self.v("neoclouds.reletting_high"))
            rent = (1.0 - self.v("neoclouds.vacancy")) * asks * float(layout.terms.lease_rent[0, i])
        income = self.v("neoclouds.contract_availability") * self.at(bill.billed_rate, i) + idle * rent
        cfads = HOURS * (income - loan.devices * float(layout.terms.opex[0, i]))
        now["cfads"] = cfads = cfads if loan.debt > 1.0 else max(cfads, 0.0)
        principal = min(
            loan.scheduled * float(book.amortization[t, i]) * loan.original + loan.level, loan.debt
        )
        principal = loan.debt if loan.debt - principal <= 1.0 else principal
        empty = max(1.0 - contracted / max(loan.devices, 1.0), 0.0)
        rate = loan.margin + float(book.floating[i]) * (self.sofr + self.v("neoclouds.margin_grid") * empty)
        now["principal"], now["interest"] = principal, rate / 4.0 * loan.debt
        self._ladder(loan)

    def _ladder(self, loan: Loan) -> None:
        """What leaves the ring-fence, what is short, what a cure would take."""
        now = loan.now
        service, held = now["principal"] + now["interest"], loan.cash + now["cfads"]
        now["service"], now["held"] = service, held
        now["dscr"] = dscr = now["cfads"] / service if service > 1.0 else np.nan
        now["distributed"], now["balance"] = max(held, 0.0), 0.0
        if loan.debt > 1.0:
            more = self.v("neoclouds.distribution") * max(
                held - (1.0 + self.v("neoclouds.debt_reserve")) * service, 0.0
            )
            billing, least = self.f.operators.billing, self.run.layout.terms.realization[0, loan.column]
            now["realized"] = float(self.at(billing.realization, loan.column) >= least)
            free = dscr > self._test(loan, "lock_up") and now["realized"] and not self._balloon_ahead(loan)
            now["distributed"] = more if free else 0.0
            now["balance"] = held - service - now["distributed"]
        now["short"] = max(-now["balance"], 0.0)
        funded = self.spread <= self.v("neoclouds.equity_window_spread")
        cure = dscr < self._test(loan, "event") and funded and loan.cures < self.v("neoclouds.cure_limit")
        missing = self._test(loan, "event") * service - now["cfads"] if cure else 0.0
        now["curable"], now["wanted"] = float(cure), max(now["short"], missing)

    def _balloon_ahead(self, loan: Loan) -> bool:
        """Whether the balloon falls due within a year, or was put off and is still to be met."""
        book, i = self.run.layout.book, loan.column
        left = int(book.due[i]) - self.t
        first = book.balloon[i] > 0.0 and 0 <= left < self.v("neoclouds.balloon_lock_up")
        return bool(first or (loan.pushed and -left <= self.v("neoclouds.amend_quarters")))

    def _help(self, k: int, company: Company, overhead: float) -> None:
        """A company meets all shortfalls and cures, or all shortfalls, or nothing."""
        alive = [loan for loan in self.loans if loan.firm == k and not loan.defaulted]
        liquid = max(company.cash + company.limit - company.revolver - overhead, 0.0)
        liquid = 0.0 if company.defaulted else liquid
        everything = sum(loan.now["wanted"] for loan in alive) <= liquid
        something = everything or sum(loan.now["short"] for loan in alive) <= liquid
        owed = sum(loan.now["short"] for loan in alive if self._guarantee(loan) > 0.0)
        for loan in alive:
            now = loan.now
            helped = something or (self._guarantee(loan) > 0.0 and owed <= liquid)
            now["supported"] = now["wanted"] if everything else now["short"] if helped else 0.0
            now["cured"] = now["wanted"] if everything and now["curable"] else 0.0
            now["unmet"] = float(now["short"] > 0.0 and not helped)
            self._call(loan)

    def _guarantee(self, loan: Loan) -> float:
        """Share of its lender's loss that the company owes."""
        return float(self.run.layout.terms.guarantee[0, loan.column])

    def _test(self, loan: Loan, name: str) -> float:
        """A coverage ratio: the row's own, else the register's."""
        own = float(getattr(self.run.layout.terms, name)[0, loan.column])
        return own if own > 0.0 else self.v(f"neoclouds.{name}")

    def _call(self, loan: Loan) -> None:
        """An event of default again, uncured, with cash left: the lender who would not amend calls."""
        now = loan.now
        again = now["dscr"] < self._test(loan, "event") and loan.stage == EVENT and now["cured"] == 0.0
        uniform = float(self.run.shocks.uniform["amend"][0, self.row, loan.column])
        amends, acts = self.v("neoclouds.amend_probability"), self.v("neoclouds.acceleration")
        calls = amends <= uniform < amends + acts * (1.0 - amends)
        calls = calls or (loan.extended and uniform < acts * amends)
        if again and calls and loan.debt > 1.0 and not now["unmet"]:
            now["unmet"], now["supported"], now["called"] = 1.0, 0.0, loan.debt

    def _settle(self, loan: Loan, layout: Layout) -> None:
        """Sweep, amend, meet the balloon, or default."""
        now = loan.now
        before = loan.cash
        stages = {"lock_up": LOCK_UP, "sweep": SWEEP, "event": EVENT}
        reached = [code for name, code in stages.items() if now["dscr"] < self._test(loan, name)]
        reached += [LOCK_UP] if not now.get("realized", 1.0) else []
        stage, default, claim = max(reached, default=SOUND), 0, 0.0
        now["swept"] = now["capitalized"] = 0.0
        if not now["unmet"]:
            loan.cash = max(now["balance"] + now["supported"], 0.0)
            if stage >= SWEEP:
                spare = max(loan.cash - self.v("neoclouds.debt_reserve") * now["service"], 0.0)
                now["swept"] = min(self.v("neoclouds.cash_sweep") * spare, loan.debt - now["principal"])
            loan.cash -= now["swept"]
            loan.debt -= now["principal"] + now["swept"]
            stage = CURED if now["cured"] > 0.0 else stage
            loan.cures += now["cured"] > 0.0
            stage, default = self._balloon(loan, layout, stage)
        elif self._agrees(loan) and before + now["cfads"] >= 0.0:
            held = max(now["held"], 0.0)
            paid = min(held, now["interest"])
            now["capitalized"], now["interest"] = now["interest"] - paid, paid
            now["principal"] = held - paid
            loan.debt += now["capitalized"] - now["principal"]
            own = max(loan.debt / loan.level - 1.0, 0.0) if loan.level > 0.0 else 0.0
            left = max(int(layout.book.due[loan.column]) - self.t, 0) + own
            loan.level = loan.debt / (left + self.v("neoclouds.amend_quarters"))
            loan.margin += self.v("neoclouds.amend_margin")
            loan.cash, loan.undrawn, loan.scheduled, loan.extended, stage = 0.0, 0.0, False, True, AMENDED
        else:
            now["principal"] = now["interest"] = 0.0
            loan.cash, default = max(now["held"], 0.0), PAYMENT
        if default:
            claim, stage = loan.debt, default
            self._sell(loan, layout, claim)
        now["written_off"], loan.stage = claim, stage

    def _agrees(self, loan: Loan) -> bool:
        uniform = float(self.run.shocks.uniform["amend"][0, self.row, loan.column])
        return not loan.extended and uniform < self.v("neoclouds.amend_probability")

    def _value(self, loan: Loan, layout: Layout) -> float:
        """Collateral that stays where it works; of a site its shell."""
        i = loan.column
        devices = 0.0 if layout.book.site[i] else loan.devices
        return devices * self.price(i) + float(layout.terms.shell_value[0, i]) * loan.original

    def _pledge(self, loan: Loan, layout: Layout, discount: float) -> float:
        """What the pledge brings: chips now, or contracts run and chips then; a building either way."""
        i, bill = loan.column, self.f.operators.billing
        let_discount = self.v("credit.let_discount") * discount
        shell = (1.0 - let_discount) * float(layout.terms.shell_value[0, i]) * loan.original
        calm, bust = self.v("neoclouds.release_lag"), self.v("neoclouds.release_lag_bust")
        lag = (calm + self.distress * (bust - calm)) / 4.0
        if layout.book.site[i]:
            return float(shell)
        sold = (1.0 - discount) * loan.devices * self.price(i, lag) + shell
        left = float(layout.contract_left[self.t, i])
        follow = self.v("neoclouds.contracts_assigned")
        let = min(follow * self.at(bill.contracted, i), loan.devices)
        cost = self.v("gpu.generation.opex", int(layout.book.generation[i]))
        cost *= self.v("gpu.collateral_opex_multiple")
        net = self.v("neoclouds.contract_availability") * follow * self.at(bill.billed_rate, i) - let * cost
        rate = self._rate() / 4.0
        run = max(HOURS * net, 0.0) * (annuity(rate, left) if left else 0.0)
        run = (1.0 - let_discount) * run + shell * (1.0 + rate) ** -left
        then = let * self.price(i, lag + left / 4.0) + (loan.devices - let) * self.price(i, lag)
        return float(max(sold, run + (1.0 - discount) * then))

    def _rate(self) -> float:
        """At which buyers of chips discount, 1/y."""
        wider = self.v("gpu.collateral_margin_beta") * (self.spread - self.v("capex.neutral_spread"))
        return self.sofr + self.v("gpu.collateral_margin") + wider

    def _balloon(self, loan: Loan, layout: Layout, stage: int) -> tuple[int, int]:
        book, i, now = layout.book, loan.column, loan.now
        first = book.due[i] == self.t and loan.scheduled
        again = book.due[i] + round(self.v("neoclouds.amend_quarters")) == self.t and loan.pushed
        if book.balloon[i] <= 0.0 or not (first or again) or loan.debt <= 0.0:
            return stage, 0
        kind = "site_" if book.site[i] else ""
        quarters = self.v(f"neoclouds.{kind}refinancing_quarters")
        by_value = self.v(f"neoclouds.{kind}refinancing_ltv")
        by_value *= self._value(loan, layout)
        by_cash = max(now["cfads"], 0.0) / self.v("neoclouds.refinancing_dscr")
        by_cash *= annuity(self.issue / 4.0, quarters)
        if self.open and min(by_value, by_cash) >= loan.debt:
            loan.level = loan.debt / quarters
            loan.margin = self.issue - float(book.floating[i]) * self.sofr
        elif loan.debt <= loan.cash:
            loan.cash, loan.debt = loan.cash - loan.debt, 0.0
        elif self._agrees(loan):
            loan.margin += self.v("neoclouds.amend_margin")
            loan.pushed, loan.extended, stage = True, True, AMENDED
        elif loan.debt > 1.0:
            return stage, MATURITY
        return stage, 0

    def _sell(self, loan: Loan, layout: Layout, claim: float) -> None:
        """The lender sells what secures the loan."""
        calm, bust = self.v("credit.sale_discount_calm"), self.v("credit.sale_discount_bust")
        gross = self._pledge(loan, layout, calm + self.distress * max(bust - calm, 0.0))
        proceeds = (1.0 - self.v("credit.sale_cost")) * gross + loan.cash
        loan.now["recovered"] = min(claim, proceeds)
        loan.now["loss"] = claim - loan.now["recovered"]
        loan.now["surplus"] = proceeds - loan.now["recovered"]
        loan.debt, loan.cash, loan.defaulted = 0.0, 0.0, True

    def price(self, i: int, lag: float = 0.0) -> float:
        """Worth of a facility's GPU at today's rent, falling as expected, until it stops, USD."""
        r, rents, layout = self._rate(), self.f.rents, self.run.layout
        g, born = int(layout.book.generation[i]), int(layout.book.origination[i])
        bought = [t for t, first in layout.opened.items() if first == born]  # of a year, cohort by cohort
        age = max(self.t - sum(bought) / len(bought), 0.0) / 4.0 if born else self.t / 4.0
        age += 0.0 if born else self.v("gpu.generation.age", g)
        fall = max(self.decline, self.v("gpu.smallest_decline"))
        cost = self.v("gpu.generation.opex", g) * self.v("gpu.collateral_opex_multiple")
        income = self.at(rents.utilization) * self.at(rents.spot, g) * exp(-fall * lag)
        life = log(max(income / cost, 1.0)) / fall
        life = min(max(life, 0.0), max(self.v("gpu.collateral_life") - age - lag, 0.0))
        earned = income * (1.0 - exp(-(r + fall) * life)) / (r + fall)
        spent = cost * (1.0 - exp(-r * life)) / r
        new = self.at(self.f.fleet.cost) * self.at(self.run.fixed.throughput, g)
        return min(exp(-r * lag) * 8760.0 * max(earned - spent, 0.0), new)

    # ─── companies ───

    def _company(self, k: int, c: Company, overhead: float) -> None:
        c.now = {}
        if c.defaulted:
            return
        v, t = self.v, self.t
        mine = [loan for loan in self.loans if loan.firm == k]

        def flow(name: str) -> float:
            return sum(loan.now.get(name, 0.0) for loan in mine)

        line_rate = v("neoclouds.revolver_rate") + self.sofr - v("credit.sofr")
        coupons = c.coupon * c.notes + v("neoclouds.convert_coupon") * c.converts
        interest = (coupons + line_rate * c.revolver) / 4.0
        ebitda = 4.0 * flow("cfads") - 4.0 * overhead
        debt = sum(loan.debt for loan in mine) + c.notes + c.converts + c.revolver
        lend = self.open and ebitda > 0.0 and debt <= v("neoclouds.leverage_limit") * max(ebitda, 1.0)
        multiple = v("neoclouds.equity_multiple")
        multiple *= exp(v("neoclouds.equity_loading") * (v("capex.neutral_spread") - self.spread))
        equity = max(multiple * max(ebitda, 0.0) - debt + c.cash, 0.0)
        room = v("neoclouds.equity_window") * equity
        room *= self.spread <= v("neoclouds.equity_window_spread")
        wanted = v("neoclouds.firm.growth_equity", k)
        growth = min(wanted * (self.open and t <= v("neoclouds.growth_equity_quarters")), room)
        notes, converts = min(c.due.get(t, 0.0), c.notes), min(c.convert_due.get(t, 0.0), c.converts)
        shares = converts if equity >= v("neoclouds.convert_cover") * converts else 0.0
        falling = notes + converts - shares
        since = t - v("neoclouds.firm.revolver_quarters", k)
        matures = since >= 0.0 and since % v("neoclouds.revolver_tenor") == 0.0
        line = c.revolver if matures else 0.0
        limit = c.limit if lend or not matures else 0.0

        received = flow("distributed") + flow("drawn") + flow("surplus")
        earned = c.cash + received + growth - flow("supported") - overhead
        called = sum(self._guarantee(loan) * loan.now.get("loss", 0.0) for loan in mine)
        cash = earned - interest - called - (0.0 if lend else falling + line)
        left = c.revolver if lend else c.revolver - line
        drawn = min(max(-cash, -left), limit - left)
        spare = [self._spare(loan) for loan in mine]
        passed = min(max(-cash - drawn, 0.0), sum(spare))
        rescue = min(max(-cash - drawn - passed, 0.0), room - growth)
        c.now = {"drawn": drawn, "notes_due": notes + converts, "revolver_due": line}
        if cash + drawn + passed + rescue < -1.0:
            self._estate(k, c, mine, earned + drawn, (c.revolver + drawn, called))
            self._indemnify(mine, c.now["paid guarantees"] / called if called else 0.0)
            return
        self._indemnify(mine, 1.0)
        for loan, free in zip(mine, spare, strict=True):
            taken = free * passed / max(sum(spare), 1.0)
            loan.cash, loan.now["distributed"] = loan.cash - taken, loan.now.get("distributed", 0.0) + taken
        repaid = 0.0 if lend else falling
        c.revolver, c.limit = c.revolver + drawn - (0.0 if lend else line), limit
        c.notes, c.converts = c.notes - notes, c.converts - converts
        c.cash = cash + drawn + passed + rescue
        c.now |= {
            "interest": interest, "equity": growth + rescue, "notes_repaid": repaid, "upstreamed": passed,
            "settled": shares, "equity_value": equity,
        }  # fmt: skip
        if lend:
            self._issue(c, falling, 0.0)

    def _spare(self, loan: Loan) -> float:
        """Cash above its reserve of a facility that is sound, USD."""
        sound = not loan.defaulted and loan.stage == SOUND
        return max(loan.cash - self.v("neoclouds.debt_reserve") * loan.now["service"], 0.0) if sound else 0.0

    def _issue(self, c: Company, notes: float, converts: float) -> None:
        """Sell paper that falls due in equal parts."""
        c.notes, c.converts = c.notes + notes, c.converts + converts
        c.coupon += notes / max(c.notes, 1.0) * (self.sofr + self._wide() - c.coupon)
        first, last = (self.t + round(self.v(f"neoclouds.note_{x}")) for x in ("earliest", "latest"))
        for later in range(first, last + 1):
            for due, amount in ((c.due, notes), (c.convert_due, converts)):
                due[later] = due.get(later, 0.0) + amount / (last + 1 - first)

    def _indemnify(self, mine: list[Loan], share: float) -> None:
        """What a guarantor pays is its lenders' no longer to lose."""
        for loan in mine:
            paid = share * self._guarantee(loan) * loan.now.get("loss", 0.0)
            if paid:
                loan.now["loss"] -= paid
                loan.now["recovered"] += paid

    def _wide(self) -> float:
        """Issue spread of notes."""
        return self.v("neoclouds.note_spread_base") + self.v("neoclouds.note_spread_beta") * self.spread

    def _estate(self, k: int, c: Company, mine: list[Loan], cash: float, dues: tuple[float, float]) -> None:
        """Who gets what of a failed company; `dues`: on the revolver, and on guarantees."""
        revolver, called = dues
        v, t, layout = self.v, self.t, self.run.layout
        stakes, operating, customers, going, owed = 0.0, 0.0, 0.0, -4.0 * self._overhead(k), 0.0
        after = self.run.worlds[t].contracts
        for loan in mine:
            i = loan.column
            operating += 4.0 * HOURS * loan.devices * float(layout.terms.opex[0, i])
            paid_up = float(layout.unearned[t, i]) * self.at(after.prepaid, i)
            customers += paid_up * self.at(after.kept, i)
            if not loan.defaulted:
                going, owed = going + 4.0 * loan.now["cfads"], owed + loan.debt - loan.cash
                stakes += max(self._pledge(loan, layout, 0.0) + loan.cash - loan.debt, 0.0)
        leases = v("neoclouds.lease_damages") * v("neoclouds.lease_share") * operating
        s = self.distress
        discount, multiple = (
            (1.0 - s) * v(f"neoclouds.estate_{x}_calm") + s * v(f"neoclouds.estate_{x}_bust")
            for x in ("discount", "multiple")
        )
        value = max(max((1.0 - discount) * stakes, multiple * going - owed) + cash, 0.0)
        left = value * (1.0 - v("neoclouds.estate_cost"))
        classes = (
            {"revolver": revolver},
            {
                "notes": c.notes,
                "converts": c.converts,
                "leases": leases,
                "customers": customers,
                "guarantees": called,
            },
        )
        for claims in classes:
            owed = sum(claims.values())
            for name, claim in claims.items():
                c.now[f"claim {name}"] = claim
                c.now[f"paid {name}"] = claim * min(left, owed) / owed if owed else 0.0
            left = max(left - owed, 0.0)
        c.now["shareholders"] = left
        c.cash = c.revolver = c.limit = c.notes = c.converts = 0.0
        c.defaulted = True

    def _cohort(self) -> None:
        """What a cohort adds to the books, given: see the tests of cohorts."""
        t, new = self.t, self.f.operators.new
        for k, c in enumerate(self.companies):
            self._issue(c, self.at(new.notes, k), self.at(new.converts, k))
            c.cash -= self.at(new.cash_used, k)
        after, lent = self.run.worlds[t].facility, self.f.operators.lent
        for loan in self.loans:
            more = self.at(lent, loan.column)
            loan.debt, loan.original = loan.debt + more, loan.original + more
            loan.devices = self.at(after.devices, loan.column)
            if more > 0.0:
                loan.margin = self.at(after.margin, loan.column)
        self.loans += [self._loan(t, i) for i in range(len(self.loans), after.debt.shape[1])]
