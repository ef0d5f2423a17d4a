"""What stands behind the comparison: every proposition, key medians, and what each scenario changes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from risk.analysis import contrasts
from risk.analysis.verdict import Claim
from risk.paths import Variable
from risk.report.content import Cell, Content
from risk.report.pack.base.cells import pair, probability_cell
from risk.report.pack.base.fields import itself
from risk.report.pack.control import manifest
from risk.report.pack.scenarios.lines import Case
from risk.report.record import Field
from risk.report.sheet import Kind, Sheet
from risk.report.spec import Spec, measure, shown, text
from risk.report.table import Column, Table

KEY = (
    *("capex_2027", "capex_2030", "deployed_2026_2030", "revenue_2028", "revenue_2030", "required_2030"),
    *("coverage_2030", "cash_coverage_2030", "h100_2028", "h100_2030", "utilization_low"),
    *("power_bound_share", "internal_share_2030", "defaulted_compute_2032", "bullet_failure_share"),
    *("paper_loss_share", "spread_peak", "generic_default_rate"),
)  # fmt: skip
"""Outcomes whose medians are compared."""

BOLD = "Bold: differs from base by more than two standard errors"
OTHER = "–"
"""Stands for the figure of a scenario that looks to another date than the row's label."""


def sheets(cases: Sequence[Case], subtitle: str) -> tuple[Sheet, Sheet, Sheet]:
    """Build the three sheets."""

    def sheet(name: str, title: str, kind: Kind, table: Table, question: str) -> Sheet:
        return Sheet(name, title, subtitle, kind, (table,), question=question, freeze="header")

    moves = "Which proposition moves in which scenario?"
    where = "Where do prices, capex, revenue and defaults end up?"
    why = "Which assumptions make the difference?"
    changed = "What each scenario changes"
    return (
        sheet("Propositions", "Propositions by scenario", "P", propositions(cases), moves),
        sheet("Medians", "Key outcomes by scenario", "P", medians(cases), where),
        sheet("Changes", changed, "F", changes(cases, changed), why),
    )


def _other_dates(cases: Sequence[Case]) -> str:
    """What the dashes mean, where a scenario covers other quarters than base."""
    alike = all(case.results.labels == cases[0].results.labels for case in cases)
    return "" if alike else f" {OTHER}: the scenario looks to another date."


def propositions(cases: Sequence[Case]) -> Table:
    """Every proposition in every scenario; what differs from base beyond noise is bold."""

    def column(i: int, case: Case) -> Field[Claim]:
        def cell(claim: Claim) -> Content:
            found = case.results.verdict.claim(claim.id).probability
            if found is None:
                return "pending"
            if not case.comparable(claim.id):
                return OTHER
            return _marked(probability_cell(found), case.moves(claim.id, contrasts.probability))

        return shown(f"s{i}", case.label, cell, "probability", width=13, style="engine")

    label: Field[Claim] = shown("label", "Proposition", lambda claim: f"{claim.id}  {claim.label}", width=46)
    spec: Spec[Claim] = Spec(
        (label, *(column(i, case) for i, case in enumerate(cases))),
        "propositions",
        "Probability of every proposition",
        f"{BOLD}. Errors: ± 95% in each scenario's own pack.{_other_dates(cases)}",
        lambda claim: claim.id,
    )
    return spec.table(cases[0].results.verdict.claims)


def _marked(cell: Content, bold: bool) -> Content:
    return replace(cell, bold=bold) if isinstance(cell, Cell) else cell


def medians(cases: Sequence[Case]) -> Table:
    """Medians of key outcomes with their errors."""
    median = contrasts.quantile(0.5)

    def columns(i: int, case: Case) -> Field[Variable]:
        def cells(v: Variable) -> tuple[Content, Content]:
            if not case.comparable(v.name):
                return OTHER, OTHER
            value, error = pair(median(case.results.run.outcome(v.name)).estimate, v.unit)
            return _marked(value, case.moves(v.name, median)), error

        made: Field[Variable] = measure(f"s{i}", case.label, itself, cells, width=12)
        value, error = made.columns
        return replace(made, columns=(value, replace(error, width=8)))

    first: tuple[Field[Variable], ...] = (
        text("label", "Median of", width=46),
        text("unit", "Unit", width=10),
    )
    spec: Spec[Variable] = Spec(
        (*first, *(columns(i, case) for i, case in enumerate(cases))),
        "medians",
        "Medians over paths",
        f"{BOLD}, path by path where the draws are shared.{_other_dates(cases)}",
        lambda v: v.name,
    )
    return spec.table(map(cases[0].results.run.variable, KEY))


def changes(cases: Sequence[Case], title: str) -> Table:
    """What each scenario sets differently from base."""
    columns = (
        Column("scenario", "Scenario", width=16),
        Column("id", "Assumption", width=36),
        Column("before", "Before", width=34),
        Column("after", "After", width=34),
        Column("why", "Why", width=58),
        Column("where", "Field, file and line", width=34),
    )
    rows: list[tuple[Content, ...]] = []
    for case in cases:
        told = case.results.manifest.title
        found = manifest.change_rows(case.results) or [manifest.Change("none", told, "", "", "")]
        rows += [(case.name, c.id, c.before, c.after, c.why, c.where) for c in found]
        off = [name for name, on in case.results.register.switches.items() if not on]
        rows += [(case.name, f"coupling {name}", "on", "off", told, "") for name in off]
    return Table("scenario-changes", columns, tuple(rows), title)
