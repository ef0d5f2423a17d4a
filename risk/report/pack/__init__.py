"""The pack for the committee: one workbook from one stored run, nothing simulated."""

from __future__ import annotations

import gc
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from risk.analysis import dependence as correlations
from risk.report.form import DEFAULT_FORM, Form, Recipe
from risk.report.naming import renamed, shared
from risk.report.pack.base.cells import Tables
from risk.report.pack.base.results import Results
from risk.report.pack.control import (
    assumptions,
    calibration,
    checks,
    conditions,
    dependence,
    manifest,
    reconciliation,
)
from risk.report.pack.credit import cascade, private_credit
from risk.report.pack.decision import drivers, limits
from risk.report.pack.markets import capex, fans, gpu_prices, revenue_gap
from risk.report.pack.neoclouds import duration, neoclouds
from risk.report.pack.paths import sample, trace
from risk.report.pack.scenarios import changes, scenarios
from risk.report.pack.scenarios import lines as scenario_lines
from risk.report.pack.tail import exceedance
from risk.report.pack.tail import tail as worst
from risk.report.pack.verdict import cover, metrics, summary
from risk.report.sheet import Properties, Sheet, Workbook

if TYPE_CHECKING:
    from risk.runs import Run

NAMES = {
    "As_Of": "{cover.value[as_of]}",
    "Stale_Days": "{cover.value[stale]}",
    "N_Paths": "{manifest.value[paths]}",
    "Seed": "{manifest.value[seed]}",
    "Checks_Failed": "{checks-total.failed[0]}",
}
"""Names that formulas and readers use."""


def pack(
    run: Run, prior: Run | None = None, beside: Sequence[Run] = (), form: Form = DEFAULT_FORM
) -> Workbook:
    """Put the pack together.

    Parameters
    ----------
    run : a stored run; everything shown is read from it.
    prior : an earlier run to compare with.
    beside : runs of other scenarios, of the same seed and paths, for the sheet Scenarios.
    form : paper, and paths of the sheet Sample.
    """
    results = Results.of(run, prior, form.sample)
    recipe = Recipe(prior.id if prior else "", tuple(other.id for other in beside), form)
    shown = fans.quantities(results)
    others = [Results(other) for other in beside]
    cases = scenario_lines.cases(results, others)
    rent = next(q for q in shown if q.id == "h100_contract")
    shocks = correlations.dependence(results.run)
    moved = changes.sheet(results)
    details = [
        metrics.sheet(results),
        fans.sheet(results, shown),
        exceedance.sheet(results),
        scenarios.sheet(results, cases),
        drivers.sheet(results),
        worst.sheet(results, others),
        neoclouds.sheet(results),
        duration.sheet(results),
        private_credit.sheet(results),
        gpu_prices.sheet(results, rent),
        capex.sheet(results),
        revenue_gap.sheet(results),
        cascade.sheet(results),
        calibration.sheet(results),
        reconciliation.sheet(results),
        assumptions.sheet(results),
        dependence.sheet(results, shocks),
        *([moved] if moved else []),
        limits.sheet(results),
    ]
    record = manifest.sheet(results, recipe)
    listed = sample.sheets(results)
    traced = trace.sheet(results, Tables([*details, *listed]))
    tables = Tables([*details, record, traced, *listed])
    tests = [
        *tables.guarded(),
        *metrics.conditions(results, tables),
        *exceedance.conditions(results, tables),
        *scenarios.conditions(results, tables),
        *drivers.conditions(results, tables),
        *worst.conditions(results, tables),
        *conditions.conditions(results, tables, shown),
        *reconciliation.conditions(results, tables),
        *dependence.conditions(shocks, tables),
    ]
    rest = [*details, checks.sheet(results, tests), record, traced, *listed]
    front = summary.sheet(
        results, tables, fans.chart(rent, results.labels, "summary-rent"), exceedance.small(results)
    )
    failing = [test.text for test in tests if not test.passed]
    tracing, absent = trace.brief(results, example(front)), {} if moved else {changes.NAME: changes.ABSENT}
    sheets = (cover.sheet(results, [front, *rest], failing, tracing, absent), front, *rest)
    book = Workbook(properties(results, recipe), sheets, {**NAMES, **trace.names(results)}, form.paper)
    return renamed(book, shared(results.register, *(other.register for other in others)))


def example(front: Sheet) -> str:
    """Address of the first probability on Summary."""
    from risk.report.excel.layout import arrange

    alone = Workbook(Properties("", "", datetime.min), (front,))
    return f"{front.name}!{arrange(alone).find('summary-classes').cell(0, 'p')}".replace("$", "")


def write_pack(
    run: Run,
    path: Path,
    prior: Run | None = None,
    beside: Sequence[Run] = (),
    form: Form = DEFAULT_FORM,
    page: Path | None = None,
) -> str:
    """Write the pack as an Excel workbook and return its sha256; the same run gives the same bytes.

    Parameters
    ----------
    page : where to write its presentation sheets as an HTML page; None = nowhere.
    """
    from risk.report import html
    from risk.report.excel import write

    collecting = gc.isenabled()
    gc.disable()  # a tenth of the time goes into looking for cycles among cells, of which there are none
    try:
        book = pack(run, prior, beside, form)
        fingerprint = write(book, path)
        if page is not None:
            html.write(book, page, path.name)
        return fingerprint
    finally:
        if collecting:
            gc.enable()


def properties(results: Results, recipe: Recipe) -> Properties:
    """What the document says of itself."""
    m = results.manifest
    return Properties(
        title=f"AI build-out: joint stress, scenario {m.scenario}",
        run=m.id,
        created=results.finished,
        classification=cover.CLASSIFICATION,
        keywords=f"AI build-out, Monte Carlo, private credit, {m.scenario}",
        custom={
            "run_id": m.id,
            "seed": m.seed,
            "assumptions_sha256": m.specification.assumptions,
            "engine_version": str(m.environment.get("bubblerisk", "")),
            "git_commit": str(m.environment.get("commit", "")),
            **recipe.properties(),
        },
    )


__all__ = ["pack", "write_pack"]
