"""The base case without chance, in plain numbers: what a reader would put into a spreadsheet.

Written from the equations of docs/model with the register's central values; it shares no code with the
mechanisms. Neocloud losses and what they do to spreads are left out: the comparison stops before the first.
What contracts bill is here; the loans behind them are in `credit_sheet`, pools and holders in `pool_sheet`.
"""

from __future__ import annotations

from math import exp, log
from typing import Any

import numpy as np

from risk.assumptions import Assumptions
from risk.axes import ordinal

HOURS = 8760.0
A100, H100, H200, B200, RUBIN, NEXT = range(6)

Row = dict[str, Any]


def crf(rate: float, years: float) -> float:
    """Capital recovery factor."""
    return float(rate / (1.0 - (1.0 + rate) ** -years))


def clip(x: float, low: float, high: float) -> float:
    return min(max(x, low), high)


def adopt(a: float, p: float, q: float, churn: float) -> float:
    """A quarter of dA/dt = (p + qA)(1 - A) - churn A, by Runge and Kutta's rule in fifty steps."""

    def slope(x: float) -> float:
        return (p + q * x) * (1 - x) - churn * x

    h = 0.25 / 50
    for _ in range(50):
        k1 = slope(a)
        k2 = slope(a + h / 2 * k1)
        k3 = slope(a + h / 2 * k2)
        a += h / 6 * (k1 + 2 * k2 + 2 * k3 + slope(a + h * k3))
    return a


def sheet(register: Assumptions, quarters: int, funded: list[float]) -> list[Row]:
    """One row a quarter from 1 on: rents, fleet, revenue, capex by firm, funding, requirements, contracts.

    Given: the share of neoclouds' planned capex that was financed in the quarter before each.
    """

    def v(name: str) -> Any:
        found = register.value(name)
        return found if isinstance(found, float) else [float(x) for x in np.asarray(found)]

    def column(table: str, name: str) -> list[float]:
        return [float(x) for x in register.tables[table].numbers(name)]

    base = ordinal(register.calendar.labels[0])
    planned_launch = [ordinal(q) - base for q in register.tables["gpu.generation"].words("launch")]
    omega = v("gpu.launch_obsolescence")
    index, ratio = column("gpu.generation", "index"), column("gpu.generation", "relative_throughput")
    e = [(i / index[H100]) ** (1 / (1 + omega)) if i > 0 else 0.0 for i in index]
    e = [x if x > 0 else r * e[B200] for x, r in zip(e, ratio, strict=True)]
    kw, opex = column("gpu.generation", "power"), column("gpu.generation", "opex")
    generations = range(len(e))

    # fleet at the base date: H100 equivalents
    devices = column("gpu.generation", "gpus")
    running = [n * x for n, x in zip(devices, e, strict=True)]
    waiting = [0.0] * len(e)
    waiting[B200] = v("gpu.undeployed")
    w1, w2, w3 = v("gpu.delivery_weights")
    oldest, middle, newest = v("gpu.recent_purchases")
    due = [[0.0] * len(e) for _ in range(3)]
    due[0][B200] = w1 * newest + w2 * middle + w3 * oldest
    due[1][B200] = w2 * newest + w3 * middle
    due[2][B200] = w3 * newest
    powered = [s * k / x * v("gpu.power_usage_effectiveness") for s, k, x in zip(running, kw, e, strict=True)]
    clock, asked_power = 0.0, [0.0] * 100
    since = [-float(q) for q in planned_launch]

    # market at the base date
    u0 = v("gpu.normal_utilization")
    contract = log(index[H100])
    clearing = contract + v("gpu.base_tightness")
    spot = log(v("gpu.h100_spot"))
    drift = v("gpu.initial_drift")
    off_spot, off_contract = [0.0] * len(e), [0.0] * len(e)
    paid_rents = [index[H100] * x ** (1 + omega) for x in e]
    demand = exp(clearing) * u0 * HOURS * sum(x**omega * s for x, s in zip(e, running, strict=True))

    # revenue at the base date
    run_rate = v("revenue.run_rate")
    earned = [run_rate * share for share in column("revenue.segment", "run_rate_share")]
    pool = exp(v("revenue.log_ceiling")) * 1e9
    ceiling = [
        max(pool * share, x / v("revenue.highest_initial_adoption"))
        for share, x in zip(column("revenue.segment", "ceiling_share"), earned, strict=True)
    ]
    adopted = [x / c for x, c in zip(earned, ceiling, strict=True)]
    scale = level = 0.0
    funding_0, rho_c = v("revenue.lab_funding"), v("revenue.recycled_share")
    internal = demand - v("revenue.compute_share") * run_rate - funding_0
    recycled = rho_c * funding_0
    surprise, dearness, anchor_shortfall, suppliers = 0.0, 0.0, 0.0, 1.0
    revenue = run_rate

    # firms at the base date
    firm: dict[str, list[float]] = {
        name: column("capex.firm", name)
        for name in (
            "cfo", "cash", "debt", "leverage_limit", "lease_not_commenced", "lab_equity_share",
            "ai_revenue_share", "lab_commitment_share", "guidance", "capex_last_quarter",
        )
    }  # fmt: skip
    firms = range(len(firm["cfo"]))
    core, cash, bonds = list(firm["cfo"]), list(firm["cash"]), list(firm["debt"])
    leases, spv = [0.0] * len(core), [0.0] * len(core)
    bias, profile = v("capex.guidance_bias"), v("capex.guidance_bias_profile")
    plan, expected, plan_growth = (
        [x * exp(profile[0] * bias) for x in firm["guidance"]],
        v("capex.expected_growth"),
        v("capex.guidance_growth"),
    )
    capex_0 = sum(firm["capex_last_quarter"])
    free_0 = sum(firm["cfo"]) - capex_0

    # credit and capital
    spread, factor, availability_before = v("credit.start_spread"), v("credit.start_factor"), 1.0
    sofr = v("credit.sofr")
    calm = v("credit.factor_means")[0]
    history = v("revenue.ai_capex_history")
    life = round(4 * v("revenue.component_lives")[0])
    hardware = v("revenue.component_shares")[0]
    vintages, sites = [hardware * x for x in history[-life:]], (1 - hardware) * sum(history)
    leased_total = 0.0
    rented: list[Row] = []
    for row in register.tables["neoclouds.facility"].rows:
        facts: Any = row
        ends = range(int(facts.contract_first), int(facts.contract_last) + 1)
        price = facts.price * (1 - facts.prepaid_share)
        buckets = {q: [(facts.gpus * 1e3 / len(ends), price)] for q in ends}
        g = register.tables["gpu.generation"].names.index(facts.generation)
        rented.append({"facts": facts, "g": g, "kept": 1.0, "vacant": 0.0, "buckets": buckets})

    def trend_price(t: int, clock: float) -> float:
        peak = v("gpu.memory_peak")
        waned = 0.5 ** (max(0.0, (t - peak) / 4) / v("gpu.memory_half_life"))
        memory = v("gpu.memory_cost") * min(1.0, t / peak) * waned
        price = v("gpu.gpu_cost") / e[B200] * (1 - v("gpu.hardware_cost_decline")) ** clock * exp(memory)
        return float(price)

    def unit_yield(rents: list[float], used: float, price: float) -> float:
        new = max(g for g in generations if since[g] >= 0)
        net = rents[new] * used - (1 - v("revenue.site_share")) * opex[new]
        return float(net * HOURS / e[new] / (price / v("capex.compute_share")))

    def units_for(t: int, spent: float, price: float) -> float:
        merchant = v("gpu.merchant_share")
        merchant += (v("gpu.merchant_share_2030") - merchant) * min(1.0, t / v("gpu.merchant_drift"))
        return float(spent / price * (merchant + (1 - merchant) / v("gpu.custom_cost_ratio")))

    def mixed(since: list[float]) -> list[float]:
        mix, left = [0.0] * len(e), 1.0
        for g in reversed(generations):
            mix[g] = left * clip((since[g] + 1) / 4, 0.0, 1.0)
            left -= mix[g]
        return mix

    def unit_power(since: list[float]) -> list[float]:
        gain = v("gpu.late_power_gain") * max(0.0, since[NEXT] - 4) / 4
        unit = [k / x * v("gpu.power_usage_effectiveness") for k, x in zip(kw, e, strict=True)]
        unit[NEXT] *= exp(-gain)
        return unit

    def expected_power(t: int) -> float:
        gw0, growth, lead = v("gpu.power_capacity"), v("gpu.power_growth"), 10
        response = 1.0
        if t - lead >= 1:
            then = gw0 * exp(growth * (t - lead) / 4)
            response = (asked_power[t - lead] / then) ** v("gpu.power_response")
        return float(gw0 * exp(growth * t / 4) * response)

    at_spot = v("gpu.h100_spot") * e[B200] ** (1 + omega)
    let = v("gpu.contract_weight") * paid_rents[B200] + (1 - v("gpu.contract_weight")) * at_spot
    earned_0 = unit_yield([let if g == B200 else 0.0 for g in generations], u0, trend_price(0, 0.0))
    answer = earned_ratio = 1.0

    out: list[Row] = []
    for t in range(1, quarters + 1):
        years = t / 4
        # credit market: calm, no losses the market did not expect
        spread = spread + v("credit.spread_reversion") * (v("credit.calm_spread") - spread)
        availability = min(1.0, exp(-v("credit.availability_slope") * (spread - v("capex.neutral_spread"))))
        factor = calm + v("credit.factor_persistence") * (factor - calm)
        sofr += v("credit.sofr_speed") * (v("credit.sofr_means")[0] - sofr)

        # what is ordered, of what is wanted, at last quarter's prices
        ai_share = v("capex.ai_share") + (v("capex.ai_share_later") - v("capex.ai_share")) * min(
            1.0, t / v("capex.ai_share_quarters")
        )
        world = ai_share * sum(plan) * (1 + v("capex.other_buyers"))
        last_price = answer * trend_price(t - 1, clock)
        last_unit, last_mix = unit_power(since), mixed(since)
        wanted_units = units_for(t, v("capex.compute_share") * world, last_price)
        each = sum(m * k for m, k in zip(last_mix, last_unit, strict=True))
        to_come = expected_power(t + 2) / 4
        standing = sum(waiting) + sum(sum(x) for x in due)
        room = v("capex.order_quarters") * to_come / each - standing
        fits = clip(room / wanted_units, v("capex.order_floor"), 1.0)
        weights = v("capex.guidance_weights")
        guided_share = weights[t - 1] if t <= len(weights) else 0.0
        held = v("capex.compute_share") * (1 - guided_share) * (1 - fits)
        saved = (1 - v("capex.order_redirect")) * held
        plan = [x * (1 - ai_share * saved) for x in plan]

        # capex is paid
        grow = clip(plan_growth, -0.05, 0.06)
        rows: list[Row] = []
        for i in firms:
            core[i] *= exp(v("capex.cfo_growth") / 4)
            added = 0.0
            if t <= v("capex.lease_start_quarters"):
                signed = v("capex.lease_present_value") * firm["lease_not_commenced"][i]
                added = signed / v("capex.lease_start_quarters")
            vehicles = v("capex.spv_share") * plan[i] * (0.5 + 0.5 * availability_before)
            own = v("capex.ai_revenue_kept") * firm["ai_revenue_share"][i]
            cfo = core[i] + v("capex.ai_cash_margin") * own * (revenue - run_rate) / 4
            cfo -= v("capex.lab_shortfall_pass") * firm["lab_commitment_share"][i] * anchor_shortfall / 4
            may_owe = firm["leverage_limit"][i] * v("capex.leverage_stretch") * 4 * max(cfo, 0.0)
            stretched = (bonds[i] + leases[i] + spv[i]) / may_owe - v("capex.bond_spread_threshold")
            wide = min(
                v("capex.bond_spread") + v("capex.bond_spread_leverage") * max(stretched, 0.0),
                v("capex.bond_spread_cap"),
            )
            new_debt, new_cash = bonds[i] - firm["debt"][i], max(cash[i] - firm["cash"][i], 0.0)
            coupon = sofr + wide if new_debt > 0 else v("capex.retired_coupon")
            cfo -= (coupon * new_debt - (sofr + v("capex.cash_margin")) * new_cash) / 4
            cfo -= v("capex.lease_service") / 4 * (leases[i] + spv[i])
            payout = v("capex.payout") * max(cfo, 0.0)
            stake = v("capex.suppliers_big_five") * firm["lab_equity_share"][i] * recycled / 4
            matured = v("capex.maturity_rate") * bonds[i]
            fixed = stake + matured + payout
            spare = max(0.0, cash[i] - v("capex.minimum_cash") * firm["cash"][i])
            short = plan[i] + fixed - cfo
            year = plan[i] * sum(exp(grow * k) for k in (1, 2, 3, 4))
            reserve = v("capex.cash_reserve") * year
            need = short - spare + clip(v("capex.prefunding") * (year + 4 * (fixed - cfo)), 0.0, reserve)
            limit = firm["leverage_limit"][i] * v("capex.leverage_stretch") * 4 * max(cfo, 0.0)
            room = max(0.0, limit - (bonds[i] - matured + leases[i] + spv[i]))
            issued = clip(need, 0.0, min(v("capex.bond_cap"), room))
            private = min(max(need, 0.0) - issued, v("capex.private_credit_cap") * availability_before)
            shares = min(max(need, 0.0) - issued - private, v("capex.equity_cap"))
            cut = clip(short - spare - issued - private - shares, 0.0, plan[i])
            spent = plan[i] - cut
            left_over = cash[i] - short - v("capex.minimum_cash") * firm["cash"][i] - reserve
            excess = v("capex.payout_speed") * max(left_over, 0.0)
            early = min(v("capex.retirement_share") * excess, max(bonds[i] - matured - firm["debt"][i], 0.0))
            extra = min(excess - early, max(v("capex.payout_cap") * max(cfo, 0.0) - payout, 0.0))
            cash[i] += cfo + issued + private + shares - spent - fixed - early - extra
            bonds[i] += issued + private - matured - early
            leases[i] += added - v("capex.lease_principal") / 4 * leases[i]
            spv[i] += vehicles - v("credit.spv_amortization") / 4 * spv[i]
            over = max(0.0, (bonds[i] + leases[i] + spv[i]) / max(limit, 1.0) - 1.0)
            rows.append({"capex": spent, "cut": cut, "cfo": cfo, "leased": added + vehicles, "over": over})
        inside = sum(r["capex"] for r in rows)
        missing = v("neoclouds.unfunded_unbuilt") * v("neoclouds.neocloud_share") * (1 - funded[t - 1])
        others = v("capex.other_buyers") * (1 - missing)
        ai_capex = ai_share * (1 - saved) / (1 - ai_share * saved) * inside * (1 + others)
        leased = sum(r["leased"] for r in rows)
        full_compute = v("capex.compute_share") * ai_capex / (1 - saved)
        compute = full_compute - held * ai_capex / (1 - saved)

        # compute is bought, delivered, energized
        for g in generations:
            since[g] = since[g] + 1 if since[g] >= 0 else (0.0 if t >= planned_launch[g] else -1.0)
        pending = any(s < 4 for s in since)
        ramping = any(0 <= s < 4 and q > 0 for s, q in zip(since, planned_launch, strict=True))
        step = v("gpu.launch_step_share")
        clock += (1 - step + 2 * step * ramping if pending else 1.0) / 4
        trend = trend_price(t, clock)
        answer = clip(
            max(earned_ratio, 0.0) ** v("gpu.price_response"), v("gpu.price_floor"), v("gpu.price_cap")
        )
        price = answer * trend
        bought = units_for(t, compute, price)
        mix, unit = mixed(since), unit_power(since)
        stock = [waiting[g] + due[0][g] for g in generations]
        due = [
            [due[1][g] + w1 * bought * mix[g] for g in generations],
            [due[2][g] + w2 * bought * mix[g] for g in generations],
            [w3 * bought * mix[g] for g in generations],
        ]
        rate = [
            v("gpu.uneconomic_retirement") * (paid_rents[g] < opex[g])
            + v("gpu.age_retirement") * (since[g] > v("gpu.service_age"))
            for g in generations
        ]
        sigma = v("gpu.power_volatility")
        cap = expected_power(t) * exp(-(sigma**2) / 2) / 4
        cap += sum(r * p for r, p in zip(rate, powered, strict=True))
        asked = sum(s * k for s, k in zip(stock, unit, strict=True))
        share = min(1.0, cap / asked)
        energized = [s * share for s in stock]
        waiting = [s - x for s, x in zip(stock, energized, strict=True)]
        running = [running[g] * (1 - rate[g]) + energized[g] for g in generations]
        powered = [powered[g] * (1 - rate[g]) + energized[g] * unit[g] for g in generations]
        everything = units_for(t, full_compute, price)
        asked_power[t] = everything * sum(m * k for m, k in zip(mix, unit, strict=True)) * 4

        # customers adopt and pay
        speed = exp(-(v("revenue.demand_loading") ** 2) / 2)
        p, q, churn = v("revenue.innovation"), v("revenue.imitation"), v("revenue.churn")
        cheaper = v("revenue.token_price_decline") / 4 - v("revenue.rent_pass_through") * surprise
        use = (v("revenue.elasticity") - 1) * cheaper + v("revenue.intensity_growth") / 4
        room_left = max(0.0, 1 - revenue / v("revenue.saturation"))
        adopted = [adopt(a, p * speed, q * speed, churn) for a in adopted]
        scale += use * room_left if use > 0 else use
        level -= v("revenue.demand_volatility") ** 2 / 2
        level += v("revenue.weather_drift")[0] - v("revenue.weather_volatility") ** 2 / 2  # normal throughout
        revenue = sum(c * a for c, a in zip(ceiling, adopted, strict=True)) * exp(scale + level)

        # dollars bid, the market clears
        phi = v("revenue.compute_share") * exp(-v("revenue.compute_share_decline") * years)
        outside = (1 - rho_c) * funding_0 * exp(v("revenue.lab_funding_growth") * years)
        recycled = rho_c * funding_0 * suppliers
        decay = exp(-v("revenue.internal_growth_decay") * years)
        internal *= exp(
            v("revenue.internal_growth") * decay / 4
            - v("revenue.internal_demand_share") * v("revenue.demand_volatility") ** 2 / 2
        )
        far = clip(dearness, -v("revenue.largest_dearness"), v("revenue.largest_dearness"))
        heard = exp((1 - v("revenue.volume_elasticity")) * far)
        can_spend = outside + recycled
        outside, recycled = heard * outside, heard * recycled
        before, demand = demand, heard * (phi * revenue + internal) + outside + recycled
        supply = sum(x**omega * s for x, s in zip(e, running, strict=True))
        cleared, clearing = clearing, log(demand / (u0 * HOURS * supply))
        drift = clip(
            v("gpu.drift_smoothing") * drift + (1 - v("gpu.drift_smoothing")) * (clearing - cleared),
            -v("gpu.drift_limit"),
            v("gpu.drift_limit"),
        )
        follow = v("gpu.drift_weight") * drift
        kappa_s, kappa_c = v("gpu.spot_reversion"), v("gpu.contract_reversion")
        spot += kappa_s * (clearing - spot) + follow
        contract += kappa_c * (0.5 * spot + 0.5 * clearing + v("gpu.term_premium") - contract) + follow
        launch = [0.0] * len(e)
        for new in generations:
            if 0 <= since[new] < 4:
                for g in range(new):
                    launch[g] -= omega * log(e[new] / e[new - 1]) / 4
        off_spot = [(1 - kappa_s) * x + y for x, y in zip(off_spot, launch, strict=True)]
        off_contract = [(1 - kappa_c) * x + y for x, y in zip(off_contract, launch, strict=True)]
        spots = [exp(spot + off_spot[g]) * e[g] ** (1 + omega) for g in generations]
        contracts = [exp(contract + off_contract[g]) * e[g] ** (1 + omega) for g in generations]
        weight = v("gpu.contract_weight")
        paid_rents = [weight * c + (1 - weight) * s for c, s in zip(contracts, spots, strict=True)]
        units = [s / x for s, x in zip(running, e, strict=True)]
        full = sum(n * r for n, r in zip(units, paid_rents, strict=True))
        level_rent = [exp(clearing) * x ** (1 + omega) for x in e]
        wanted = sum(n * r for n, r in zip(units, level_rent, strict=True))
        utilization = clip(
            u0 * (wanted / full) ** v("gpu.utilization_elasticity"),
            v("gpu.lowest_utilization"),
            v("gpu.highest_utilization"),
        )
        surprise = clearing - cleared + v("gpu.median_rent_decline") / 4
        dearness += surprise
        own = v("revenue.lab_revenue_share") * v("revenue.lab_compute_share") * revenue
        marks, sums = v("revenue.lab_commitment_quarters"), v("revenue.lab_commitments")
        k = max(j for j, mark in enumerate(marks[:-1]) if mark <= t)
        committed = sums[k] + (sums[k + 1] - sums[k]) * (t - marks[k]) / (marks[k + 1] - marks[k])
        coverage = (own + can_spend) / committed
        anchor_shortfall = max(0.0, 1 - coverage) * committed

        # contracts: small customers leave, all of them expire and renew in part
        wide = v("credit.distress_spread_loading") * (spread - v("capex.neutral_spread"))
        short, long = v("neoclouds.release_lag"), v("neoclouds.release_lag_bust")
        lag = short + clip(wide, 0, 1) * (long - short)  # nothing is repossessed
        billed = {}
        for held in rented:
            facts, g = held["facts"], held["g"]
            signed = sum(x for ends in held["buckets"].values() for x, _ in ends)
            bills = sum(x * y for ends in held["buckets"].values() for x, y in ends)
            stayed = 1.0
            if facts.payer == "other" and signed > 0:
                money = max(1.0, bills / signed / spots[g]) ** v("neoclouds.moneyness_loading")
                worse = exp(v("neoclouds.payer_stress_loading") * factor)
                leaving = v("neoclouds.other_hazard") * worse * money
                stayed = 1 - min(leaving, v("neoclouds.largest_hazard"))
            held["vacant"] = (1 - 1 / lag) * held["vacant"] + (1 - stayed) * held["kept"] * signed
            held["kept"] *= stayed
            billed[facts.id] = (held["kept"] * signed, held["kept"] * bills, held["vacant"])
            for ended, _ in held["buckets"].pop(t, []):
                again = (v("neoclouds.renewal_share") * ended, v("neoclouds.renewal_price") * contracts[g])
                held["buckets"].setdefault(t + round(v("neoclouds.renewal_quarters")), []).append(again)

        # what capex must earn
        vintages = [*vintages[1:], compute]
        sites += ai_capex - compute
        leased_total += leased
        parts, lives = v("revenue.component_shares"), v("revenue.component_lives")
        hurdle = v("revenue.hurdle")
        charge = sum(vintages) * crf(hurdle, lives[0])
        charge += sites * sum(parts[j] * crf(hurdle, lives[j]) for j in (1, 2)) / (parts[1] + parts[2])
        charge += leased_total * crf(hurdle, v("revenue.lease_life"))
        placed = 1 - v("revenue.site_share")
        run = placed * sum(n * o for n, o in zip(units, opex, strict=True)) * HOURS
        required = (charge + run) / phi

        # the plan for the next quarter
        w = v("capex.extrapolation")
        expected = w * log(demand / before) + (1 - w) * expected
        cost = v("capex.user_cost") + v("capex.user_cost_spread") * (spread - v("capex.neutral_spread"))
        earns = unit_yield(paid_rents, utilization, price)
        earned_ratio = unit_yield(paid_rents, utilization, trend) / earned_0
        years_waiting = sum(waiting) / (4 * sum(energized))
        built = [max(rows[i]["capex"], 0.2 * plan[i]) for i in firms]
        ahead = [log(built[i] / firm["guidance"][i]) for i in firms]
        peers = sum(log(x) for x in built) / len(built) - sum(log(x) for x in firm["guidance"]) / len(built)
        steps = []
        for i in firms:
            change = v("capex.accelerator") * (expected - v("capex.neutral_growth"))
            change += v("capex.return_response") * (earns - cost)
            change -= v("capex.spread_response") * (spread - v("capex.neutral_spread"))
            change -= v("capex.leverage_response") * rows[i]["over"]
            change -= v("capex.undeployed_response") * max(
                0.0, years_waiting - v("capex.undeployed_tolerance")
            )
            change += v("capex.arms_race") * (peers - ahead[i])
            change = clip(change, v("capex.largest_fall"), v("capex.largest_rise"))
            guided = log(firm["guidance"][i]) + v("capex.guidance_growth") * max(
                0.0, t + 1 - v("capex.guidance_quarters")
            )
            guided += profile[min(t + 1, 4) - 1] * bias
            hold = weights[t] if t < len(weights) else 0.0
            goal = hold * guided + (1 - hold) * (log(built[i]) + change)
            steps.append(goal - log(built[i]))
            plan[i] = exp(goal)
        plan_growth = sum(steps) / len(steps)
        free = sum(r["cfo"] for r in rows) - inside
        suppliers = clip(inside / capex_0, 0.25, 2.5) * clip(1 + (free - free_0) / capex_0, 0.5, 1.5)
        availability_before = availability

        out.append(
            {
                "hy_spread": spread,
                "capex": inside,
                "capex by firm": [r["capex"] for r in rows],
                "cfo": sum(r["cfo"] for r in rows),
                "adjusted_debt": sum(bonds) + sum(leases) + sum(spv),
                "lease_additions": leased,
                "ai_capex": ai_capex + leased,
                "fleet": sum(running),
                "undeployed": sum(waiting),
                "cost of an H100e": price,
                "revenue": revenue,
                "internal_use": heard * internal,
                "lab_funding": outside + recycled,
                "lab_coverage": coverage,
                "h100_clearing": level_rent[H100],
                "h100_spot": spots[H100],
                "h100_contract": contracts[H100],
                "newest_contract": contracts[B200],
                "utilization": utilization,
                "required_revenue": required,
                "billed": billed,
            }
        )
    return out
