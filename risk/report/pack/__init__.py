"""The pack for the committee: one workbook from one stored run, nothing simulated."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from risk.report.form import DEFAULT_FORM, Form
from risk.report.guards import Condition
from risk.report.naming import renamed, shared
from risk.report.pack.base.cells import Tables
from risk.report.pack.base.results import Results
from risk.report.pack.control import (
    assumptions,
    calibration,
    checks,
    dependence,
    hindcast,
    manifest,
    reconciliation,
    validation,
)
from risk.report.pack.credit import cascade, private_credit
from risk.report.pack.decision import actions, book, drivers, limits, views, watch
from risk.report.pack.markets import capex, energy, fans, gpu_prices, revenue_gap, tokens
from risk.report.pack.neoclouds import duration, neoclouds
from risk.report.pack.paths import sample, trace
from risk.report.pack.scenarios import changes, scenarios
from risk.report.pack.tail import exceedance, reverse, thresholds
from risk.report.pack.tail import tail as worst
from risk.report.pack.verdict import cover, metrics, summary
from risk.report.sheet import Properties, Sheet, Workbook
from risk.report.validation import DRAFT
from risk.runs.remembered import Remembered, tidy

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


@dataclass(frozen=True)
class Part:
    """A sheet of the pack, and what must hold between its tables and those of others."""

    sheet: Callable[[Results], Sheet | None]
    conditions: Callable[[Results, Tables], Iterable[Condition]] = lambda results, tables: ()


DETAILS = (
    Part(metrics.sheet, metrics.conditions),
    Part(fans.sheet),
    Part(exceedance.sheet, exceedance.conditions),
    Part(thresholds.sheet, thresholds.conditions),
    Part(scenarios.sheet, scenarios.conditions),
    Part(drivers.sheet, drivers.conditions),
    Part(views.sheet),
    Part(actions.sheet),
    Part(book.sheet, book.conditions),
    Part(worst.sheet, worst.conditions),
    Part(watch.sheet),
    Part(reverse.sheet, reverse.conditions),
    Part(neoclouds.sheet, neoclouds.conditions),
    Part(duration.sheet, duration.conditions),
    Part(private_credit.sheet, private_credit.conditions),
    Part(gpu_prices.sheet),
    Part(tokens.sheet),
    Part(capex.sheet, capex.conditions),
    Part(energy.sheet, energy.conditions),
    Part(revenue_gap.sheet, revenue_gap.conditions),
    Part(cascade.sheet, cascade.conditions),
    Part(calibration.sheet),
    Part(hindcast.sheet),
    Part(reconciliation.sheet, reconciliation.conditions),
    Part(assumptions.sheet),
    Part(dependence.sheet),
    Part(changes.sheet, changes.conditions),
    Part(limits.sheet),
    Part(validation.sheet),
)
"""What stands between Summary and Checks, in order of reading."""

RECORD = (
    Part(manifest.sheet, manifest.conditions),
    Part(trace.sheet, trace.conditions),
    Part(sample.paths),
    Part(sample.tail),
    Part(sample.patterns),
)
"""What stands behind Checks."""

FRONT = ("Summary", "Thresholds")
"""What the page shows first: the answer, and what its reader may ask of it."""


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
    results = Results.of(run, prior, beside, form)
    details, record = _made(DETAILS, results), _made(RECORD, results)
    tables = Tables([*details.values(), *record.values()])
    tests = [*_tests(details | record, results, tables)]
    rest = (*details.values(), checks.sheet(results, tests), *record.values())
    front = summary.sheet(results, tables, *fans.front(results))
    failing = [test.text for test in tests if not test.passed]
    tracing = trace.brief(results, example(front))
    absent = {} if results.prior else {changes.NAME: changes.ABSENT}
    sheets = (cover.sheet(results, [front, *rest], failing, tracing, absent), front, *rest)
    workbook = Workbook(
        properties(results), sheets, {**NAMES, **trace.names(results)}, form.paper, front=FRONT
    )
    runs = (results, *results.beside, *([results.prior] if results.prior else ()))
    for each in runs:
        if isinstance(each.run, Remembered):
            each.run.forget()  # writing takes memory of its own
    names = shared(*(each.register for each in runs), masked=form.mask)
    return renamed(workbook, results.held.names(names) if results.held else names)


def _made(parts: Sequence[Part], results: Results) -> dict[Part, Sheet]:
    """Sheets that there are."""
    made: dict[Part, Sheet] = {}
    for part in parts:
        if (sheet := part.sheet(results)) is not None:
            made[part] = sheet
        tidy(results.run)  # else what one needed lies among what the next keeps
    return made


def _tests(made: Mapping[Part, Sheet], results: Results, tables: Tables) -> Iterator[Condition]:
    """Every check, in the order of the sheets."""
    for part, sheet in made.items():
        yield from Tables([sheet]).guarded()
        yield from part.conditions(results, tables)


def example(front: Sheet) -> str:
    """Address of the first probability on Summary."""
    from risk.report.excel.places import arrange

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
        workbook = pack(run, prior, beside, form)
        fingerprint = write(workbook, path)
        if page is not None:
            html.write(workbook, page, path.name)
        return fingerprint
    finally:
        if collecting:
            gc.enable()


def properties(results: Results) -> Properties:
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
            **results.recipe.properties(),
            **({"status": DRAFT, "draft_because": results.draft} if results.draft else {}),
        },
    )


__all__ = ["pack", "write_pack"]
