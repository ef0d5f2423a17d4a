"""Entries that a case changes: units brought to the register's, and a prior where it gives a value alone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from risk.assumptions import values
from risk.assumptions.cases.filled import CASE, Filled, attributed, carried, number, stated
from risk.assumptions.cases.form import Case
from risk.assumptions.cases.scale import multiplied, shifted
from risk.assumptions.draft import Draft
from risk.assumptions.priors import PRIORS, Prior
from risk.assumptions.problems import Problem
from risk.assumptions.validation import Site
from risk.units import SCALE, parse

SETTINGS = ("base_date", "information_date", "quarters", "currency", "unit_of_work", "as_of", "paths", "seed")
"""Settings of a run, which the head of a case or the command line gives."""

WIDER = 1.5
"""How much wider the register's uncertainty is where a case moves a value and gives no prior; judgement."""

WIDE = f"wide prior: the register's, moved to the value and {WIDER:g} times as wide"
FIXED = "fixed: the register's prior does not fit the value"


def change(
    draft: Draft, case: Case, id: str, table: Any, filled: Filled, problems: list[Problem]
) -> dict[str, Any]:
    """Return what a case says of an entry or a row as a scenario's change; what is wrong is added."""
    if not isinstance(table, dict):
        return table  # type: ignore[no-any-return]  # told where changes are applied
    site = Site(case.document, ("change", id))
    if id.partition(".")[0] == "run" and id.partition(".")[2] in SETTINGS:
        fix = "base_date, information_date, horizon, currency, unit_of_work; --paths and --seed"
        reason = f"{id} is told in the [case] table or on the command line"
        problems.append(site.problem("A022", (), reason, fix, key=True))
        return {"why": CASE}
    problems += attributed(table, site, id)
    found, raw = stated(table), draft.entries.get(id)
    if raw is None:
        return found
    if raw.table.get("state") is True:
        found |= carried(case, table, id, filled)
    found |= _in_unit(table, raw.table, site, problems)
    if "value" in table and "prior" not in table and isinstance(raw.table.get("prior"), Mapping):
        found |= _prior(raw.table, {**raw.table, **found}, id, filled)
    return found


def _in_unit(
    table: Mapping[str, Any], base: Mapping[str, Any], site: Site, problems: list[Problem]
) -> dict[str, Any]:
    """Return a number that is given in another multiple of the register's unit, in that unit."""
    unit, own = table.get("unit"), str(base.get("unit"))
    if unit is None or unit == own or unit not in SCALE or own not in SCALE:
        return {}
    if parse(str(unit)).base != parse(own).base:
        reason = f"unit is '{unit}', which is no multiple of the register's '{own}'"
        problems.append(site.problem("A009", ("unit",), reason))
        return {"unit": own}
    by = parse(str(unit)).scale / parse(own).scale
    value, prior = table.get("value"), table.get("prior")
    found: dict[str, Any] = {"unit": own}
    if isinstance(value, list):
        found["value"] = [number(x) * by for x in value]
    elif "value" in table:
        found["value"] = number(value) * by
    if isinstance(prior, dict) and "shape" in prior:
        found["prior"] = multiplied(prior, by)
    return found


def _prior(base: Mapping[str, Any], table: Mapping[str, Any], id: str, filled: Filled) -> dict[str, Any]:
    """Return the register's prior moved to a case's value and widened; none where it does not fit."""
    before, after, prior = base.get("value"), table.get("value"), base["prior"]
    if prior.get("shape") == "dirichlet" or not isinstance(before, (int, float)):
        return {}
    if not isinstance(after, (int, float)) or isinstance(after, bool):
        return {}
    wide = widened(moved(prior, float(before), float(after)), float(after), base)
    if wide is not None:
        parsed = _parsed(wide)
        if parsed is not None and not list(values.faults({**table, "prior": wide}, parsed)):
            filled.priors[id] = WIDE
            return {"prior": wide}
    filled.priors[id] = FIXED
    return {"prior": False}


def moved(prior: Mapping[str, Any], before: float, after: float) -> dict[str, Any]:
    """Return a prior of another value: in proportion where both have one sign, else by the difference."""
    return multiplied(prior, after / before) if before * after > 0 else shifted(prior, after - before)


def widened(prior: Mapping[str, Any], center: float, base: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return a prior `WIDER` times as wide around a value, within its domain; None of other shapes.

    Parameters
    ----------
    base : the entry, with domain and unit.
    """
    low, high = values.limits(str(base.get("domain", "real")), SCALE[str(base["unit"])])

    def stretched(*keys: str) -> dict[str, float]:
        ends = {key: center + WIDER * (prior[key] - center) for key in keys if prior.get(key) is not None}
        return {key: min(max(x, low), high) for key, x in ends.items()}

    match prior["shape"]:
        case "normal":
            return {**prior, "sd": abs(prior["sd"]) * WIDER, **stretched("low", "high")}
        case "lognormal":
            return {**prior, "sigma": prior["sigma"] * WIDER}
        case "uniform" | "triangular":
            return {**prior, **stretched("low", "high")}
    return None


def _parsed(prior: Mapping[str, Any]) -> Prior | None:
    try:
        return PRIORS[prior["shape"]].model_validate(dict(prior))
    except ValueError:
        return None
