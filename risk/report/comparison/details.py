"""What stands behind the comparison: every proposition, key medians, and what each scenario changes."""

from __future__ import annotations

from collections.abc import Sequence

from risk.analysis import contrasts
from risk.paths import Variable
from risk.report.comparison.scenario import Compared, significant
from risk.report.pack.base.cells import pair, probability_cell
from risk.report.pack.control import manifest
from risk.report.sheet import Sheet
from risk.report.table import Cell, Column, Content, Table

KEY = (
    *("capex_2027", "capex_2030", "deployed_2026_2030", "revenue_2028", "revenue_2030", "required_2030"),
    *("coverage_2030", "cash_coverage_2030", "h100_2028", "h100_2030", "utilization_low"),
    *("power_bound_share", "internal_share_2030", "defaulted_compute_2032", "bullet_failure_share"),
    *("paper_loss_share", "spread_peak", "generic_default_rate"),
)  # fmt: skip
"""Outcomes whose medians are compared."""


OTHER = "–"
"""Stands for the figure of a scenario that looks to another date than the row's label."""


def _other_dates(compared: Sequence[Compared]) -> str:
    """What the dashes mean, where a scenario covers other quarters than base."""
    alike = all(scenario.results.labels == compared[0].results.labels for scenario in compared)
    return "" if alike else f" {OTHER}: the scenario looks to another date."


def propositions(compared: Sequence[Compared], subtitle: str) -> Sheet:
    """Every proposition in every scenario; a star marks a difference to base beyond noise."""
    columns = [Column("label", "Proposition", width=46)]
    columns += [
        Column(f"s{i}", s.title, "probability", width=13, style="engine") for i, s in enumerate(compared)
    ]
    rows = []
    for claim in compared[0].results.verdict.claims:
        cells: list[Content] = [f"{claim.id}  {claim.label}"]
        for scenario in compared:
            found = scenario.results.verdict.claim(claim.id).probability
            shown = probability_cell(found) if scenario.comparable(claim.id) else OTHER
            cells.append("pending" if found is None else _marked(shown, scenario, claim.id))
        rows.append(tuple(cells))
    ids = tuple(claim.id for claim in compared[0].results.verdict.claims)
    note = (
        "Bold: differs from base by more than two standard errors. Errors: ± 95% in each scenario's own "
        f"pack.{_other_dates(compared)}"
    )
    table = Table("propositions", tuple(columns), tuple(rows), "Probability of every proposition", note, ids)
    return Sheet(
        "Propositions",
        "Propositions by scenario",
        subtitle,
        "P",
        (table,),
        question="Which proposition moves in which scenario?",
        freeze="header",
    )


def _marked(cell: Cell | str, scenario: Compared, name: str) -> Content:
    if isinstance(cell, str) or scenario.is_base:
        return cell
    if not significant(scenario.change(name, contrasts.probability)):
        return cell
    return Cell(cell.content, cell.format, bold=True)


def medians(compared: Sequence[Compared], subtitle: str) -> Sheet:
    """Medians of key outcomes with their errors."""
    columns = [Column("label", "Median of", width=46), Column("unit", "Unit", width=10)]
    for i, scenario in enumerate(compared):
        columns.append(Column(f"s{i}", scenario.title, "number", width=12, style="engine"))
        columns.append(Column(f"e{i}", "± SE", "number", width=8, style="note"))
    rows = tuple(_median_row(compared, compared[0].results.run.variable(name)) for name in KEY)
    note = (
        "Bold: differs from base by more than two standard errors, path by path where the draws are "
        f"shared.{_other_dates(compared)}"
    )
    table = Table("medians", tuple(columns), rows, "Medians over paths", note, KEY)
    return Sheet(
        "Medians",
        "Key outcomes by scenario",
        subtitle,
        "P",
        (table,),
        question="Where do prices, capex, revenue and defaults end up?",
        freeze="header",
    )


def _median_row(compared: Sequence[Compared], variable: Variable) -> tuple[Content, ...]:
    median, cells = contrasts.quantile(0.5), list[Content]([variable.label, variable.unit])
    for scenario in compared:
        if not scenario.comparable(variable.name):
            cells += [OTHER, OTHER]
            continue
        own = median(scenario.results.run.outcome(variable.name)).estimate
        value, error = pair(own, variable.unit)
        if isinstance(value, Cell) and not scenario.is_base:
            value = Cell(
                value.content, value.format, bold=significant(scenario.change(variable.name, median))
            )
        cells += [value, error]
    return tuple(cells)


def changes(compared: Sequence[Compared], subtitle: str) -> Sheet:
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
    for scenario in compared:
        title = scenario.results.manifest.title
        found = manifest.change_rows(scenario.results) or [manifest.Change("none", title, "", "", "")]
        rows += [(scenario.name, c[0], c[2], c[3], c[1], c[4]) for c in found]
        off = [name for name, on in scenario.results.register.switches.items() if not on]
        rows += [(scenario.name, f"coupling {name}", "on", "off", title, "") for name in off]
    table = Table("scenario-changes", columns, tuple(rows), "What each scenario changes")
    return Sheet(
        "Changes",
        "What each scenario changes",
        subtitle,
        "F",
        (table,),
        question="Which assumptions make the difference?",
        freeze="header",
    )
