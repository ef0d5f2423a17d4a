"""The budget screen: how much of each result is parameters, how much shocks, how much both; and readings."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from rich.text import Text

from risk.analysis.budget import Budget, Reading
from risk.analysis.statistics import NORMAL_95, Estimate
from risk.calibrate.budget import Kept
from risk.calibrate.validation.evidence import Size
from risk.report.formats import show
from risk.report.record import Document, Field, Many, told
from risk.report.spec import Spec, measure, text
from risk.report.terminal.headed import Headed, document, facts
from risk.report.terminal.numbers import number, points, probability
from risk.report.terminal.page import Page, Screen, heading, note, table

SHOWN = ("bust", "correction", "durable", "headline_loss")
"""Results on a screen before the propositions."""

LEADING = "bust"
"""The result by which groups are ordered."""

READINGS, STRUCTURES = 10, 10
"""Definitions and structures on a screen."""


@dataclass(frozen=True)
class Row:
    """A result by name, what a reader calls it, and its budget."""

    name: str
    label: str
    budget: Budget


@dataclass(frozen=True)
class Group:
    """A group of parameters, and what of the leading results would go if all else were known."""

    name: str
    label: str
    bust: Estimate
    loss: Estimate


@dataclass(frozen=True)
class Told:
    """What the screen shows.

    Attributes
    ----------
    kept : what was measured beside the run.
    rows : results in the order of the screen.
    readings : other definitions, the one that moves most first.
    sizes : structures that were switched or moved, largest change of P(bust) first; `measured` how.
    """

    kept: Kept
    rows: tuple[Row, ...]
    groups: tuple[Group, ...]
    readings: tuple[Reading, ...]
    sizes: tuple[Size, ...]
    measured: str


def groups(kept: Kept) -> tuple[Group, ...]:
    """Groups that were drawn anew, the largest total of the leading result first."""
    lead, loss = (kept.budgets.get(name) for name in (LEADING, SHOWN[-1]))
    nothing = Estimate(math.nan, math.nan, 0)
    order = lead.largest if lead else tuple(kept.labels)
    return tuple(
        Group(
            name,
            kept.labels[name],
            lead.groups[name] if lead else nothing,
            loss.groups[name] if loss else nothing,
        )
        for name in order
    )


def screen(headed: Headed[Told], page: Page) -> Screen:
    """The budget on a page."""
    run, found = headed.heading, headed.result
    return (
        heading(f"The budget of what is not known: {run.title}", page),
        facts(run, page),
        note(finding(found), page),
        Text(),
        table(BUDGETS.table(found.rows), page),
        note(_how(found.kept.paths), page),
        *_groups(found.groups, page),
        Text(),
        heading("What another definition does on the same paths", page),
        table(DEFINITIONS.table(found.readings[:READINGS]), page),
        *_more(len(found.readings) - READINGS, page),
        *_structures(found, page),
    )


def finding(found: Told) -> str:
    """What decides the leading result."""
    lead = found.kept.budgets.get(LEADING)
    if lead is None:
        return "No budget of P(bust): it is the same on all paths."
    parts = (
        (lead.parameters, "is what we do not know (parameters)"),
        (lead.shocks, "what happens (shocks)"),
        (lead.both, "what either does only with the other"),
    )
    said = ", ".join(f"{_percent(share)} {words}" for share, words in parts)
    first = next((group.label.partition(":")[0] for group in found.groups), "")
    most = f" Of all groups of parameters the largest is: {first[:1].lower()}{first[1:]}." if first else ""
    return f"Of the variance of bust, {said}.{most}"


def _percent(share: Estimate) -> str:
    return f"{100.0 * share.value:.0f}% ±{100.0 * NORMAL_95 * share.standard_error:.0f}"


def _how(paths: int) -> str:
    return (
        f"Shares of the variance, of {paths:,} paths each: parameters by two runs of the same parameters "
        "under other shocks, shocks by other parameters under the same shocks, both by what is left. ± is "
        "half of a 95% interval."
    )


def _groups(found: Sequence[Group], page: Page) -> Screen:
    if not found:
        return (note("Groups of parameters: --groups draws each anew, a run a group.", page),)
    words = (
        "Total effect: share of the variance that would be left if everything but the group were known; "
        "groups that act together count in each."
    )
    return (
        Text(),
        heading("Groups of parameters", page),
        table(GROUPS.table(found), page),
        note(words, page),
    )


def _structures(found: Told, page: Page) -> Screen:
    if not found.sizes:
        return ()
    return (
        Text(),
        heading("What another structure does: limitations switched or moved, on the same draws", page),
        table(STRUCTURE.table(found.sizes[:STRUCTURES]), page),
        *_more(len(found.sizes) - STRUCTURES, page),
        note(found.measured, page),
    )


def _more(rest: int, page: Page) -> Screen:
    """How many are left out of a table that has the largest."""
    return (note(f"{rest} more move it less: --json has them.", page),) if rest > 0 else ()


def _share(found: Estimate) -> tuple[str, str]:
    if not math.isfinite(found.value):
        return "–", ""
    return show(found.value, "rate"), f"{100.0 * NORMAL_95 * found.standard_error:.1f}"


def _change(found: Estimate) -> tuple[str, str]:
    return points(found.value), f"{100.0 * NORMAL_95 * found.standard_error:.1f}"


def _level(found: Estimate) -> tuple[str, str]:
    return probability(found), ""


def _total(key: str, header: str) -> Field[Group]:
    return measure(key, header, None, _share, "±", suffix="mc")


def _part(key: str, header: str) -> Field[Row]:
    return measure(key, header, lambda r: getattr(r.budget, key), _share, "±", suffix="mc")


BUDGETS: Spec[Row] = Spec(
    (
        told("name"),
        text("label", "Result", least=24),
        _part("parameters", "Parameters"),
        _part("shocks", "Shocks"),
        _part("both", "Both"),
        told("groups", dict[str, Estimate], lambda r: r.budget.groups),
    ),
    id="budget-results",
)
GROUPS: Spec[Group] = Spec(
    (
        text("name", "Group"),
        text("label", "", least=30, optional=1),
        _total("bust", "Bust"),
        _total("loss", "Loss"),
    ),
    id="budget-groups",
)
DEFINITIONS: Spec[Reading] = Spec(
    (
        text("id", "Definition"),
        text("label", "", least=30, optional=1),
        told("of"),
        measure("probability", "Probability", None, _level, "", suffix="mc"),
        measure("change", "Change", None, _change, "±", suffix="mc"),
    ),
    id="budget-definitions",
)
STRUCTURE: Spec[Size] = Spec(
    (
        text("title", "Structure", least=36),
        text("limit", "Limitation", optional=2),
        measure(
            "bust_change", "P(bust)", lambda s: Estimate(s.bust, s.bust_se, 0), _change, "±", suffix="mc"
        ),
        measure(
            "mean_change",
            "Mean loss, bn",
            lambda s: Estimate(s.mean, s.mean_se, 0),
            lambda e: (number(e.value, e.standard_error, "USD bn"), f"{NORMAL_95 * e.standard_error:.1f}"),
            "±",
            suffix="mc",
            optional=1,
        ),
    ),
    id="budget-structures",
)

DOCUMENT: Document[Headed[Told]] = document(
    told("further_paths", int, lambda t: t.kept.paths),
    told("results", Many(BUDGETS), lambda t: t.rows),
    told("groups", Many(GROUPS)),
    told("definitions", Many(DEFINITIONS), lambda t: t.readings),
    told("structures", Many(STRUCTURE), lambda t: t.sizes),
    told("structures_measured", get=lambda t: t.measured),
    name="budget/1",
    title="What is parameters, shocks and both: bubblerisk budget RUN --json",
)
"""Shares as fractions."""
