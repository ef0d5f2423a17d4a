"""Why a bust, by every input, and the budget of what is not known: what stands below the tail's drivers."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace

from risk.analysis.explain import Explanation, Importance
from risk.analysis.explain_inputs import PARAMETER, SHOCK
from risk.analysis.explain_model import DISCOVERY
from risk.analysis.statistics import Estimate
from risk.calibrate.budget import Kept
from risk.report.content import Content
from risk.report.guards import Every, Within
from risk.report.pack.base.fields import fraction
from risk.report.pack.base.names import assumption
from risk.report.pack.base.results import Results
from risk.report.record import Field
from risk.report.sheet import Paragraph
from risk.report.spec import Spec, flag, measure, shown
from risk.report.table import Table
from risk.report.terminal import budget as screens
from risk.report.terminal.budget import Group, Row
from risk.report.terminal.explanation import percent

SHOWN = 20
"""Inputs in the table: those that tell most."""

UNMEASURED = (
    "How much of this is parameters, how much shocks and how much both is not measured of this run: "
    "bubblerisk budget RUN does, and the next pack shows it here."
)


def why(results: Results) -> Iterator[Paragraph | Table]:
    """The explanation of a bust, and the budget where it was measured."""
    found = results.explained
    if found is None:
        yield Paragraph(
            f"Too few of {results.run.paths:,} paths end in a bust, or in none, to say why.", "note"
        )
    else:
        yield Paragraph(_finding(found), "body")
        yield _inputs(found)
    kept = results.budget
    if kept is None:
        yield Paragraph(UNMEASURED, "note")
        return
    yield _budgets(results, kept)
    if kept.labels:
        yield GROUPS.table(
            screens.groups(kept),
            note="Share of the variance that would be left if everything but the group were known (total "
            "effect): each is drawn anew by itself, all else as it was. Groups that act together count in "
            "each.",
        )


def _finding(found: Explanation) -> str:
    if not math.isfinite(found.whole.value):
        return f"{len(found.target.values):,} paths are too few to say what each input tells of a bust."
    kinds = {PARAMETER: "the assumptions", SHOCK: "the shocks"}
    parts = " and ".join(f"{percent(lost)} without {kinds[kind]}" for kind, lost in found.kinds.items())
    most = f" Most is told by {_called(found.found[0])}." if found.found else ""
    return (
        f"Why a bust: curves and products of {len(found.inputs)} inputs explain {percent(found.whole)} of "
        f"what decides it; {parts} would go. {len(found.found)} inputs are told from chance.{most}"
    )


def _called(row: Importance) -> str:
    return assumption(row.name) if row.kind == PARAMETER else row.label


def _inputs(found: Explanation) -> Table:
    n = len(found.target.values)
    made = INPUTS.table(found.inputs[:SHOWN])
    note = (
        f"Of the first {n:,} paths. Lowest, highest: probability of a bust over the tenth of paths where the "
        "input is lowest or highest, less that of all. Alone: share of the variance that goes with the input "
        "(first order). Beyond: share that is lost without it and its products with others, so that what "
        "only follows another input is not credited. Of all inputs that are called clear at most "
        f"{DISCOVERY:.0%} are none."
    )
    title = f"What decides a bust: the {len(made.rows)} inputs that tell most, of {len(found.inputs)}"
    return replace(made, title=title, note=note)


def _budgets(results: Results, kept: Kept) -> Table:
    labels = {name: name.capitalize() for name in screens.SHOWN} | {"headline_loss": "Headline loss"}
    labels |= {id: f"{id} {claim.label}" for id, claim in results.register.propositions.items()}
    rows = [Row(name, label, kept.budgets[name]) for name, label in labels.items() if name in kept.budgets]
    note = (
        f"Shares of the variance, of {kept.paths:,} paths each. Parameters: what would go if we knew them "
        "and nothing of what happens, by two runs of the same parameters under other shocks. Shocks: what "
        "would go if we knew what happens, by other parameters under the same shocks. Both: what either does only "
        "with the other."
    )
    return replace(BUDGETS.table(rows), title="What is parameters, what shocks, what both", note=note)


def _part(key: str, header: str) -> Field[Row]:
    return measure(key, header, lambda r: getattr(r.budget, key), *SHARE)


def _share(found: Estimate) -> tuple[Content, Content]:
    return fraction(found) if math.isfinite(found.value) else ("–", "–")


SHARE = (_share, "± SE", "rate", "standard_error")
"""How a share is shown."""

INPUTS: Spec[Importance] = Spec(
    (
        shown("label", "Input", _called),
        measure("low", "Lowest tenth", None, *SHARE),
        measure("high", "Highest tenth", None, *SHARE),
        measure("alone", "Alone", None, *SHARE),
        measure("beyond", "Beyond", lambda r: r.beyond.total, *SHARE),
        flag("clear", "Clear?", lambda r: r.beyond.found, align="center"),
        shown("with", "Acts with", lambda r: ", ".join(_short(p) for p in r.beyond.partners[:2])),
    ),
    id="why-bust",
    row_id=lambda r: r.name,
    guards=(
        Every(
            "Shares of a bust above one",
            (Within("", ("alone", "beyond"), -1, 1),),
            "over the inputs that are shown",
        ),
    ),
)
BUDGETS: Spec[Row] = Spec(
    (
        shown("label", "Result", lambda r: r.label),
        _part("parameters", "Parameters"),
        _part("shocks", "Shocks"),
        _part("both", "Both"),
    ),
    id="budget",
    row_id=lambda r: r.name,
)
GROUPS: Spec[Group] = Spec(
    (
        shown("label", "Group of assumptions", lambda g: g.label),
        measure("bust", "Bust", None, *SHARE),
        measure("loss", "Headline loss", None, *SHARE),
    ),
    id="budget-groups",
    title="Groups of assumptions drawn anew",
    row_id=lambda g: g.name,
)


def _short(name: str) -> str:
    """An input by its last words."""
    return name if name.startswith(f"{SHOCK}.") else name.partition(".")[2]
