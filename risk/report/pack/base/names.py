"""Codes of the model in words a reader knows. A code without an entry is shown as it is, made readable."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

WORDS: Mapping[str, str] = {
    # funding waterfall
    "planned": "Planned capex",
    "capex": "Cash capex",
    "lease_additions": "Leases commenced",
    "spv_additions": "SPV additions",
    "lab_equity": "Equity in AI labs",
    "maturities": "Debt maturities",
    "payout": "Payout",
    "spv_support": "Residual-value guarantees paid",
    "cash_build": "Cash added",
    "cfo": "Cash flow from operations (after lease service)",
    "cash_drawn": "Cash drawn above the minimum",
    "bonds": "Investment-grade bonds",
    "private_credit": "Private credit",
    "equity": "Equity",
    "cut": "Planned capex cut for want of funds",
    # capital math
    "cash_flow": "Cash flow reinvested, after payout and other uses",
    "off_balance_sheet": "Leases and SPVs",
    "leverage": "Net new debt and equity",
    # revenue
    "models": "Model APIs and subscriptions",
    "coding": "Coding tools",
    "agents": "Agentic software",
    "embedded": "Embedded in enterprise software",
    # compute demand
    "from_revenue": "Bought out of customers' revenue",
    "lab_external": "AI labs, funded from outside the chain",
    "lab_recycled": "AI labs, funded by their suppliers (circular)",
    "internal": "Hyperscalers' internal use",
    # value chain
    "applications": "Applications",
    "serving": "Serving and inference platforms",
    "tools": "Tools and data",
    "memory_interconnect": "Memory and interconnect",
    "chips": "Chips",
    "power_construction": "Power, sites and construction",
    "customers": "End customers",
    "outside_lab_funding": "Outside funding of AI labs",
    "internal_budgets": "Hyperscalers' own budgets (internal use)",
    "investment": "Investment (AI capex, final demand)",
    # credit
    "ddtl": "Secured GPU facilities (DDTL)",
    "vendor": "Vendor finance",
    "site_loan": "Site loans and notes",
    "revolver": "Revolvers",
    "notes": "HoldCo notes",
    "converts": "HoldCo converts",
    "spv": "SPV and data-center loans",
    "software": "Software borrowers",
    "direct_lending": "Direct lending, generic",
    "b_loans": "B-rated syndicated loans",
    "bdc": "BDCs",
    "interval_fund": "Interval and evergreen funds",
    "insurer": "Insurers",
    "pension": "Pensions",
    "clo": "CLOs",
    "bank": "Banks",
    "other": "Other",
    # grades
    "page": "thesis page",
    "filing": "filing",
    "secondary": "[2nd] secondary",
    "memory": "from memory",
    "computed": "computed",
    "judgement": "judgement",
    "estimated": "estimated",
}

CHAIN = {"models": "Model developers", "cloud": "Cloud (GPU rental)"}
"""Layers of the value chain whose codes also name a segment."""

PAYERS = {"ig": "Inv. grade", "lab": "AI lab", "ig_on_lab": "IG on a lab", "other": "Others"}

HOLDERS = {"vendor": "Finance arms of equipment makers", "other": "Other non-banks"}
"""Holders whose codes also name something else."""

CHANNELS = {
    "pensions": "Pensions, called on by funds",
    "banks": "Banks, run on after securities losses",
    "clo": "CLOs past their coverage tests",
    "nbfi": "Vehicles whose bank lines are pulled",
}

SEGMENTS = {"cloud": "AI cloud services outside the labs"}

INPUTS = {
    "revenue.log_ceiling": "Ceiling of what customers pay",
    "revenue.elasticity": "Price elasticity of AI use",
    "revenue.internal_growth": "Growth of hyperscalers' own use",
    "revenue.intensity_growth": "Growth of use per adopter",
    "revenue.imitation": "Speed of adoption",
    "gpu.power_capacity": "Power energized a year",
    "gpu.power_growth": "Growth of power energized",
    "gpu.hardware_cost_decline": "Fall of hardware cost",
    "capex.other_buyers": "AI capex of other buyers",
}
"""Assumptions that decide the answer, as the committee calls them."""

LATER = {"gpu.merchant_share_2030": "merchant_share_after_its_drift"}
"""Assumptions whose id names a date that moves with the base date."""

_ACRONYMS = {
    w.lower(): w
    for w in (
        *("AI", "GPU", "CFO", "LGD", "PD", "SPV", "IG", "HY", "DSCR", "LTV", "SOFR", "PIK", "CLO", "BDC"),
        *("H100", "B200", "A100", "H200", "OEM"),
    )
}


def words(code: str, special: Mapping[str, str] | None = None) -> str:
    """A code in words."""
    return (special or {}).get(code) or WORDS.get(code) or readable(code)


def readable(code: str) -> str:
    """``spot_reversion`` as "Spot reversion", acronyms in capitals."""
    text = " ".join(_ACRONYMS.get(part, part) for part in code.split("_"))
    return text[:1].upper() + text[1:]


def assumption(identifier: str) -> str:
    """An entry's id in words: ``gpu.base_tightness`` as "Base tightness (GPU)"."""
    if identifier in INPUTS:
        return INPUTS[identifier]
    section, _, rest = identifier.partition(".")
    rest = LATER.get(identifier, rest)
    name = readable(rest.replace(".", " ").replace("[", " [").strip())
    return f"{name} ({_ACRONYMS.get(section, section)})"


def in_words(value: Any) -> str:
    """A changed value in words: numbers, vectors and priors."""
    if value is None:
        return "none"
    if isinstance(value, Mapping):
        numbers = ", ".join(f"{k} {in_words(v)}" for k, v in value.items() if k != "shape" and v is not None)
        return f"{value['shape']}: {numbers}" if "shape" in value else numbers
    if isinstance(value, list | tuple):
        return " ".join(in_words(v) for v in value)
    return f"{value:g}" if isinstance(value, int | float) and not isinstance(value, bool) else str(value)
