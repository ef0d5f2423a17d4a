"""The catalogue of path quantities: what the engine can say of a path, quarter by quarter.

Outcomes, propositions and flags of the register are measured on these; a run's data dictionary is made of
them. A quantity of an entity is kept as a sum over paths, and path by path where an outcome asks for one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from risk.paths import FACILITY_SERIES, FIRM_SERIES, SERIES, Variable

Kept = Literal["series", "first paths", "sums", "outcomes", "derived"]
"""Where a run has it: every path's series, the series of the first paths, sums over paths by entity, only in
outcomes, or nowhere: it is made of others."""


@dataclass(frozen=True)
class Quantity:
    """One quantity.

    Attributes
    ----------
    name, unit, label : key, unit in reports, meaning.
    kept : where a run has it.
    of : table whose rows it has a value for, or what else its entities are; empty for one value a path.
    """

    name: str
    unit: str
    label: str
    kept: Kept
    of: str = ""


MEMO: tuple[Variable, ...] = (
    Variable("compute_share", "fraction", "Share of revenue that is spent on compute"),
    Variable("compute_demand", "USD bn/y", "Money bid for compute"),
    Variable("lab_recycled", "USD bn/y", "Spending funded by suppliers themselves"),
    Variable("exposed_at_base", "USD bn", "Credit of the headline at the base date"),
    Variable("required_cahn", "USD bn/y", "Required revenue, a multiple of the year's compute spending"),
    Variable("required_cahn_all", "USD bn/y", "The same, all of capex counted"),
    Variable("required_energized", "USD bn/y", "Required revenue of what works already"),
    Variable("net_raised", "USD bn/q", "Net new debt of the builders less their new cash, and new equity"),
    Variable("cash", "USD bn", "Cash of the builders"),
    Variable("payout", "USD bn/q", "What the builders pay their owners"),
    Variable("power_drawn", "GW", "Power that the working units draw, site in"),
    Variable("power_waiting", "GW", "Power that delivered units wait for, site in"),
    Variable("power_queue", "GW", "Power asked for and not yet due to be connected"),
    Variable("power_unclaimed", "GW/q", "Power that could be connected and found no units"),
    Variable("idle_impairment", "USD bn/q", "Value that units waiting for power lost to cheaper new ones"),
    Variable("quarter_loss", "USD bn/q", "First-round credit loss, all instruments"),
    Variable("second_round", "USD bn/q", "Second-round marks of forced sales"),
    Variable("neocloud_planned", "USD bn/q", "Neocloud capex planned for new facilities"),
    Variable("neocloud_financed", "USD bn/q", "Neocloud capex that was financed"),
    Variable("neocloud_borrowed", "USD bn/q", "Neoclouds' new debt less principal repaid"),
    Variable("neocloud_earned", "USD bn/q", "Neoclouds' cash flow after interest, prepayments in"),
    Variable("neocloud_equity", "USD bn/q", "Neoclouds' new equity"),
    Variable("neocloud_sources", "USD bn/q", "What neoclouds borrowed, earned and raised"),
)
"""Kept path by path within a block, for outcomes."""

TALLY: tuple[Variable, ...] = (
    Variable("seasoned", "fraction", "Seasoned compute whose facility has defaulted"),
    Variable("seasoned_holdco", "fraction", "The same, every facility of a failed company counted"),
    Variable("seasoned_distressed", "fraction", "The same, amended and extended loans counted"),
    Variable("paper_loss", "USD bn/q", "Loss on paper of companies simulated one by one"),
    Variable("paper_par", "USD bn/q", "New par of such paper"),
    Variable("exposed_loss", "USD bn/q", "Loss on credit of the headline"),
    Variable("exposed_defaulted", "USD bn/q", "Par of the headline in default"),
    Variable("exposed_par", "USD bn/q", "New par of the headline"),
    Variable("bankruptcy_cost", "USD bn/q", "Cost of failures among holders"),
    Variable("strong_payer_default", "fraction", "1 once a facility with a strong payer has defaulted"),
)
"""Kept path by path within a block, for outcomes."""

DERIVED: tuple[Variable, ...] = (
    Variable("deployed", "USD bn/q", "Capex, leases and SPVs"),
    Variable("realized", "USD bn/y", "Revenue, internal use in"),
    Variable("cash_to_capex", "multiple", "Cash of the builders over four quarters' capex"),
    Variable("energy", "TWh/y", "Energy a year that the working units use, site in"),
    Variable("power_idle", "GW", "Power of working units behind use that has fallen away"),
    Variable("gap", "USD bn/y", "Required revenue less realized, internal use in"),
    Variable("gap_external", "USD bn/y", "Required revenue less external revenue"),
    Variable("paper_at_risk", "USD bn", "Paper of the base date and all that was issued since"),
    Variable(
        "exposed_at_risk", "USD bn", "Credit of the headline at the base date and all that was lent since"
    ),
    Variable("bullet_failure", "fraction", "Share of the bullets due so far that were not met"),
    Variable("cash_cost", "USD/h", "Operating cost of a unit of the numeraire"),
    Variable("merchant_cash_cost", "USD/h", "The same of a unit that a new merchant runs"),
)
"""Made of others."""

_SUMS: Mapping[str, tuple[str, str, str]] = {
    # group: (what its entities are, unit of its amounts, names of its quantities)
    "funding": (
        "capex.firm",
        "USD bn/q",
        "planned capex lease_additions spv_additions lab_equity maturities payout spv_support cash_build cfo "
        "cash_drawn bonds private_credit equity cut",
    ),
    "credit": (
        "credit.segment",
        "USD bn/q",
        "exposure default_rate defaulted loss due refinanced extended wall_defaulted in_kind weak",
    ),
    "holdco": (
        "neoclouds.firm",
        "USD bn/q",
        "defaulted secured_debt notes converts liquidity written_off loss lease_loss customer_loss "
        "estate_cost equity_value settled",
    ),
    "facility": (
        "neoclouds.facility",
        "USD bn/q",
        "defaulted extended debt lent cfads service drawn swept capitalized written_off recovered cost loss "
        "lock_up sweep event cured amended payment_default maturity_default",
    ),
    "gpu": ("gpu.generation", "USD/h", "fleet contract_rent spot_rent collateral"),
}
_OTHER_UNITS = {
    "gpu.fleet": "H100e M",
    "gpu.collateral": "USD k/GPU",
    **{f"credit.{name}": "fraction" for name in ("default_rate", "in_kind", "weak")},
    "credit.exposure": "USD bn",
    **{
        f"holdco.{name}": "USD bn"
        for name in ("secured_debt", "notes", "converts", "liquidity", "equity_value")
    },
    "holdco.defaulted": "fraction",
    "facility.debt": "USD bn",
    **{
        f"facility.{name}": "fraction"
        for name in (
            *("defaulted", "extended", "lock_up", "sweep", "event", "cured", "amended"),
            *("payment_default", "maturity_default"),
        )
    },
}
_BY_GROUP: Mapping[str, str] = {
    "revenue.segment": "revenue.segment",
    "demand": "source of demand",
    "required": "lens on required revenue",
    "value_added": "layer of the value chain",
    "inflow": "final demand",
    "losses.ultimate": "who bears losses in the end",
    "forced": "channel of forced sales",
    "rounds": "round of marks",
    "cascade": "quantity of the cascade",
    "power": "quantity of the fleet",
    **{f"{key}.holder": "credit.holder" for key in ("losses", "mark_to_market", "sold")},
    **{
        f"{key}.{part}": "instrument"
        for key in ("losses", "claims")
        for part in ("instrument", "calm", "tight", "stress")
    },
    "exposure.instrument": "instrument",
    "line.loss": "credit.line",
}

MEMBERS: Mapping[str, tuple[str, ...]] = {
    "demand": ("from_revenue", "lab_external", "lab_recycled", "internal"),
    "required": ("vintage", "vintage_energized", "cahn", "cahn_all", "capital_charge", "fleet_opex"),
    "value_added": (
        *("applications", "serving", "models", "tools", "cloud", "memory_interconnect", "chips"),
        "power_construction",
    ),
    "inflow": ("customers", "outside_lab_funding", "internal_budgets", "investment"),
    "rounds": ("first", "second"),
    "cascade": ("bankruptcy_cost", "discount", "squeeze", "freeze"),
    "power": ("energized_gw", "cost_per_h100e", "power_per_h100e"),
}
"""Entities that no table of the register names, by quantity."""

YEARLY = Quantity(
    "credit.yearly_default_rate", "fraction", "Default rate, a year", "derived", "credit.segment"
)


def _quantities() -> Iterator[Quantity]:
    groups: tuple[tuple[tuple[Variable, ...], Kept], ...] = (
        (SERIES, "series"),
        (MEMO, "outcomes"),
        (TALLY, "outcomes"),
        (DERIVED, "derived"),
    )
    for variables, kept in groups:
        yield from (Quantity(v.name, v.unit, v.label, kept) for v in variables)
    for variables, of in ((FACILITY_SERIES, "neoclouds.facility"), (FIRM_SERIES, "neoclouds.firm")):
        yield from (Quantity(v.name, v.unit, v.label, "first paths", of) for v in variables)
    for group, (of, unit, names) in _SUMS.items():
        for name in names.split():
            key = f"{group}.{name}"
            label = name.replace("_", " ").capitalize()
            yield Quantity(key, _OTHER_UNITS.get(key, unit), label, "sums", of)
    for key, of in _BY_GROUP.items():
        yield Quantity(key, "USD bn/q", key.replace("_", " ").capitalize(), "sums", of)
    yield YEARLY


CATALOGUE: Mapping[str, Quantity] = {quantity.name: quantity for quantity in _quantities()}
"""Every path quantity by name."""

MEASURABLE: Mapping[str, Quantity] = {
    name: quantity
    for name, quantity in CATALOGUE.items()
    if quantity.kept in ("series", "outcomes", "derived")
    or (quantity.kept == "sums" and "." in quantity.of and not name.startswith("facility."))
}
"""What an outcome may be measured on: one value a path, or one of a named row of a table."""


@dataclass(frozen=True)
class Family:
    """Outcomes that no file declares, one a row of a table: ``claim.notes``.

    Attributes
    ----------
    name : before the point; what a name has between it and the point is the part of the run it is of.
    unit, label : as in `Quantity`.
    of : what stands behind the point.
    """

    name: str
    unit: str
    label: str
    of: str


FAMILIES: Mapping[str, Family] = {
    family.name: family
    for family in (
        Family("claim", "USD bn", "Par in default", "instrument"),
        Family("loss", "USD bn", "First-round credit loss", "instrument"),
        Family("owed", "USD bn", "Par owed at the start of each quarter, added up", "instrument"),
        Family("paired", "USD bn", "Loans on devices: par in default, what returns of it", "market"),
        Family("ultimate", "USD bn", "Credit loss at whom it ends with", "owner"),
        Family("loan_loss", "USD bn", "Credit loss on a loan of the base date", "neoclouds.facility"),
        Family("failed", "quarter", "Quarters that a company stands in default", "neoclouds.firm"),
        Family("revolver_lost", "fraction", "Share of a failed company's revolver lost", "neoclouds.firm"),
        Family("notes_lost", "fraction", "Share of a failed company's notes lost", "neoclouds.firm"),
        Family("converts_lost", "fraction", "Share of a failed company's converts lost", "neoclouds.firm"),
        Family("default", "fraction", "Share of a pool that defaults in a calendar year", "pool and year"),
        Family("lost", "fraction", "Share of a pool that is lost in a calendar year", "pool and year"),
        Family("load", "GW", "Power of working units at the end of a calendar year", "calendar year"),
        Family("energy", "TWh", "Energy that they use in it", "calendar year"),
        Family("idle", "GW", "Power behind use that has fallen away, at its end", "calendar year"),
        Family("idle_energy", "TWh", "Energy that it would have used in it", "calendar year"),
        Family("unclaimed", "GW", "Power that could be connected in it and found no units", "calendar year"),
        Family("waiting", "GW", "Power that delivered units wait for at its end", "calendar year"),
        Family("queue", "GW", "Power asked for and not yet due to be connected then", "calendar year"),
        Family("line_expected", "USD bn", "Loss that the cycle takes of a line anyway", "credit.line"),
        Family("line_owed", "USD bn", "Par owed at the start of each quarter, added up", "credit.line"),
        Family("line_left", "USD bn", "Par outstanding when the run ends", "credit.line"),
        Family("line_due", "USD bn", "Of it, due within two years", "credit.line"),
        Family("line_ahead", "USD bn", "Of it, expected to be lost in two years", "credit.line"),
    )
}  # fmt: skip
"""What every path leaves behind beside what the register declares."""

PARTS: Mapping[str, str] = {
    "calm": "in calm markets",
    "stress": "in stress",
    "narrow": "where spreads are narrow",
    "wide": "where spreads are wide",
}
"""Parts of the run that a family may be of, ``claim_stress.notes``."""
