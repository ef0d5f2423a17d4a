"""What targets must satisfy beside the rest of the register: each says of what it is which statistic."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from risk.assumptions.draft import Draft
from risk.assumptions.measure_checks import texts, told, unknown, window
from risk.assumptions.measures import Flag, Proposition
from risk.assumptions.problems import Problem
from risk.assumptions.schema import Entry
from risk.assumptions.targets import (
    FIGURES,
    LOOP_GAIN,
    MEASURES,
    OF,
    POOLED,
    Reading,
    Target,
    reading,
    readings,
)
from risk.assumptions.validation import Site
from risk.axes import Calendar
from risk.catalogue import CATALOGUE
from risk.paths import PATHWAYS
from risk.units import parse

FORMS: Mapping[str, tuple[str, ...]] = {
    "outcome": ("across", "quantile", "observed", "against", "complement"),
    "quantity": ("across", "quantile", "over", "log_change"),
    "measure": ("tenor", "case", "world", "figure", "coupling", "of", "above", "across", "quantile"),
}
"""What a target may be of, and what it may say beside that."""

PAIRED = ("rank correlation", "ratio of means")
"""Statistics of one outcome against another."""

TENORS = "neoclouds.stylised.contract_quarters"


def check(
    draft: Draft, built: Mapping[str, Entry], windows: Mapping[str, str], calendar: Calendar
) -> Iterator[Problem]:
    """Yield everything wrong with the targets.

    Parameters
    ----------
    built : valid entries; windows : entries that hold a window.
    """
    answered: list[Flag | Proposition] = [
        p for p, _ in draft.propositions.values() if p.any and not p.pending
    ]
    claims = [*answered, *(flag for flag, _ in draft.flags.values())]
    outcomes, classes = (o for o, _ in draft.outcomes.values()), (c for c, _ in draft.classes.values())
    known = readings(outcomes, claims, classes)
    for target, site in draft.targets.values():
        yield from _declared(target, site)
        found = list(_form(target, site))
        found = found or [
            *_names(target, site, draft, known),
            *_parameters(target, site, draft, built, windows),
        ]
        yield from found or _measured(target, site, known, windows, calendar)


def _declared(target: Target, site: Site) -> Iterator[Problem]:
    """Yield what is wrong with status and bounds."""
    if target.status in ("missed", "pending") and not target.reason:
        yield site.problem("A004", ("status",), f"target '{target.id}' is {target.status} without a reason")
    if target.status in ("met", "missed") and target.low is None and target.high is None:
        reason = f"target '{target.id}' is {target.status} without a bound"
        yield site.problem("A004", ("status",), reason, "give low, high or both")
    if target.low is not None and target.high is not None and target.low > target.high:
        reason = f"low = {target.low:g} must not lie above high = {target.high:g}"
        yield site.problem("A011", ("low",), reason)


def _form(target: Target, site: Site) -> Iterator[Problem]:
    """Yield what is too much or too little to say what is measured."""
    of = [form for form in FORMS if getattr(target, form)]
    if len(of) > 1 or (not of and target.status != "pending"):
        reason = f"target '{target.id}' is of {' and '.join(of) or 'nothing'}"
        yield site.problem("A004", (), reason, f"it needs one of {', '.join(FORMS)}")
        return
    allowed = FORMS[of[0]] if of else ()
    strangers = {key for keys in FORMS.values() for key in keys} - set(allowed)
    for key in sorted(strangers & target.model_fields_set):
        reason = f"{key} says nothing about a target that is of {' '.join(of) or 'nothing'}"
        yield site.problem("A003", (key,), reason, "leave it out")
    pooled = target.measure in POOLED
    if of == ["measure"] and not pooled and (target.across or target.quantile is not None or target.above):
        reason = f"target '{target.id}': {target.measure} is one number; it has no statistic"
        yield site.problem("A003", ("measure",), reason, f"only {' and '.join(POOLED)} have")
    if pooled and bool(target.across) + (target.quantile is not None) + (target.above is not None) != 1:
        yield site.problem("A004", (), f"target '{target.id}' needs one of across, quantile, above")
    if (target.measure in OF) != bool(target.of):
        reason = f"target '{target.id}': of names what a measure over the cycle is of, and nothing else"
        yield site.problem("A004", (), reason, 'of = ["b_loans"]')
    statistics = bool(target.across) + (target.quantile is not None) + (target.observed is not None)
    if of != ["measure"] and "across" in allowed and statistics != 1:
        reason = f"target '{target.id}' needs one statistic over paths"
        yield site.problem("A004", (), reason, "across, quantile or observed")
    if "against" in allowed and bool(target.against) != (target.across in PAIRED):
        reason = f"target '{target.id}': {' and '.join(PAIRED)} are of one outcome against another"
        yield site.problem("A004", (), reason, f'across = "{PAIRED[0]}", against = "…"')
    yield from _fed(target, site)
    if target.complement and target.across != PAIRED[0]:
        reason = "complement is one minus the outcome of against, which is missing"
        yield site.problem("A004", ("complement",), reason)


def _fed(target: Target, site: Site) -> Iterator[Problem]:
    """Yield what is wrong with a target of other worlds, or of none that says something about them."""
    of = [measure for measure, figures in FIGURES.items() if target.figure in figures]
    if (target.measure in FIGURES) != bool(target.figure) or (target.figure and target.measure not in of):
        asked = " and ".join(f"{measure}: {', '.join(figures)}" for measure, figures in FIGURES.items())
        reason = f"target '{target.id}': figure says what of another world is asked for; {asked}"
        yield site.problem("A004", (), reason, f'figure = "{LOOP_GAIN}"')
    if target.coupling and target.figure == LOOP_GAIN:
        reason = f"target '{target.id}': a coupling adds to a loss, which figure does not name"
        yield site.problem("A003", ("coupling",), reason, 'figure = "second_round"')


def _names(target: Target, site: Site, draft: Draft, known: Mapping[str, Reading]) -> Iterator[Problem]:
    """Yield names of what the register does not have, or a run does not keep."""
    wrong = {problem.file for problem in draft.problems}
    files = [draft.documents.get(name) for name in ("outcomes", "propositions")]
    whole = all(file is not None and file.name not in wrong for file in files)
    for key in ("outcome", "against"):
        name = getattr(target, key)
        if name and name not in known and whole:
            yield unknown(site, key, name, known, "no outcome, proposition, flag or word of a class")
    if target.coupling and target.coupling not in PATHWAYS:
        yield unknown(site, "coupling", target.coupling, PATHWAYS, "no pathway of the cascade")
    held = {str(raw.table.get("instrument")) for raw in draft.rows.get("credit.holding", ())}
    for name in target.of:
        if held and name not in held:
            yield unknown(site, "of", name, held, "no instrument that anybody holds")
    if target.measure and target.measure not in MEASURES:
        yield unknown(site, "measure", target.measure, MEASURES, "no measure")
    series = [name for name, quantity in CATALOGUE.items() if quantity.kept == "series"]
    if target.quantity in CATALOGUE and target.quantity not in series:
        reason = f"quantity is '{target.quantity}', which no run keeps path by path"
        yield site.problem("A018", ("quantity",), reason, "declare an [[outcome]] of it, and name that")
    elif target.quantity and target.quantity not in series:
        yield unknown(site, "quantity", target.quantity, series, "no path quantity")


def _parameters(
    target: Target, site: Site, draft: Draft, built: Mapping[str, Entry], windows: Mapping[str, str]
) -> Iterator[Problem]:
    """Yield a window of a quantity, or a stylised facility, that there is not."""
    if target.over is not None:
        yield from window(target.over, site, "over", draft, built, windows)
    elif target.quantity:
        yield site.problem("A004", (), f"target '{target.id}' is of a quantity, but has no window", "over")
    tenors = built[TENORS].labels if TENORS in built else ()
    if target.measure == "stylised" and target.tenor not in tenors and not told(draft, TENORS, built):
        yield unknown(site, "tenor", target.tenor, tenors, f"no contract of {TENORS}")


def _measured(
    target: Target, site: Site, known: Mapping[str, Reading], windows: Mapping[str, str], calendar: Calendar
) -> Iterator[Problem]:
    """Yield a statistic, unit or text that does not suit what is measured."""
    if any(name and name not in known for name in (target.outcome, target.against)):
        return  # of a file that is wrong itself
    found = reading(target, known)
    if target.observed is not None and known[target.outcome].happens:
        reason = f"'{target.outcome}' happens on a path or does not: nothing of it is observed between"
        yield site.problem("A008", ("observed",), reason, 'across = "probability"')
    if found.happens and target.across != "probability":
        reason = f"'{target.outcome}' happens on a path or does not: it has a probability and nothing else"
        yield site.problem("A008", (), reason, 'across = "probability"')
    if not found.happens and target.across == "probability":
        reason = "across is 'probability', which only a flag, a proposition or a word of a class has"
        yield site.problem("A008", ("across",), reason, "declare a [[flag]] and name that")
    if parse(target.unit).base != parse(found.unit).base:
        reason = f"unit is '{target.unit}', but target '{target.id}' is measured in {found.unit}"
        yield site.problem("A009", ("unit",), reason)
    yield from texts(target, found.said, site, windows, calendar)
