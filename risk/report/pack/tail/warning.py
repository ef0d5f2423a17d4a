"""Do spreads warn? The high-yield spread ahead of credit events, on this run and on those beside it."""

from __future__ import annotations

from collections.abc import Mapping

from risk.analysis.contrasts import beyond_noise
from risk.analysis.early_warning import spread_warning
from risk.analysis.statistics import Estimate
from risk.report.content import Content
from risk.report.pack.base.results import Results
from risk.report.sheet import Paragraph
from risk.report.table import Column, Table

EVENTS = {
    "B5i": "a fifth of seasoned neocloud compute defaults by {0}",
    "B7": "GPU-backed and HoldCo paper loses a tenth",
    "B8": "losses cascade",
}
"""Dated events of credit whose paths are told apart; `{0}` is when the proposition's window ends."""

LEADS = {4: "A year before", 1: "A quarter before"}
WEAK, STRONG = 0.60, 0.75
"""Areas under the curve at which the words change (judgement)."""


def blocks(results: Results) -> tuple[Paragraph | Table, ...]:
    """What the measure says in a sentence, and the measure by event and lead."""
    made: dict[str, Measured] = {}
    for each in (results, *results.beside):
        name = each.manifest.scenario
        made[f"{name} {each.run.id[:8]}" if name in made else name] = measured(each)
    events = told(results)
    return Paragraph(sentence(made, events), "finding"), table(made, events)


def told(results: Results) -> dict[str, str]:
    """The events in words, dated as the run has them."""
    found = {name: p.any[0].over for name, p in results.register.propositions.items() if p.any}
    return {event: text.format(results.run.window(found[event]).year) for event, text in EVENTS.items()}


Measured = dict[tuple[str, int], Estimate | None]


def measured(results: Results) -> Measured:
    """AUC of the spread by event and lead in quarters; None where too few paths have the event."""
    return {(event, lead): spread_warning(results.run, event, lead) for event in EVENTS for lead in LEADS}


def sentence(made: dict[str, Measured], events: Mapping[str, str]) -> str:
    """What a wide spread tells a year ahead, on this run in words and on others in numbers."""
    lead = next(iter(LEADS))
    areas = {name: {e: found[e, lead] for e in EVENTS} for name, found in made.items()}
    own, *others = areas.values()
    told = [f"“{events[e]}” {_pairs(area)} ({reading(area)})" for e, area in own.items() if area is not None]
    if not told:
        return "Do spreads warn? Too few paths come to a credit event to say."
    beside = [
        f"; in {name} " + ", ".join("–" if area is None else _pairs(area) for area in found.values())
        for name, found in zip([*areas][1:], others, strict=True)
    ]
    return (
        "Do spreads warn? Take a path that comes to the event and one that never does: in how many of 100 "
        "such pairs has the first the wider high-yield spread a year before (50 = blind)? "
        f"{', '.join(told)}{''.join(beside)}."
    )


def _pairs(area: Estimate) -> str:
    return f"{100.0 * area.value:.0f}"


def reading(area: Estimate) -> str:
    """What an area under the curve means, in words."""
    if not beyond_noise(area.value - 0.5, area.standard_error):
        return "no warning"
    if area.value < 0.5:
        return "tight spreads come first"
    return "hardly a warning" if area.value < WEAK else "some warning" if area.value < STRONG else "a warning"


def table(made: dict[str, Measured], events: Mapping[str, str]) -> Table:
    """One row a scenario and event."""
    columns = [
        Column("label", "Event"),
        Column("n", "Paths measured", "count", style="engine"),
        Column("b", ""),
    ]
    for lead, header in LEADS.items():
        columns.append(Column(f"auc{lead}", header, "number.2", style="engine"))
        columns.append(Column(f"auc{lead}_se", "±", "usd_error.3", style="note", align="right"))
    columns.append(Column("reading", "A year before", span=3))
    rows, ids = [], []
    for scenario, found in made.items():
        for event, label in events.items():
            areas = [found[event, lead] for lead in LEADS]
            known = [area for area in areas if area is not None]
            of = f" · {scenario}" if len(made) > 1 else ""
            cells: list[Content] = [f"{event}  {label[0].upper()}{label[1:]}{of}"]
            cells += [max(area.n for area in known) if known else 0, None]
            for area in areas:
                cells += ["–", "–"] if area is None else [area.value, area.standard_error]
            rows.append((*cells, reading(areas[0]) if areas[0] else "–"))
            ids.append(f"{scenario}_{event}")
    note = (
        "Area under the ROC curve of the high-yield spread: the chance that it is wider on a path that comes "
        "to the event than on one that never does, at the same date so many quarters before; 0.5 = blind. "
        "± = standard error (DeLong), an upper bound over dates. Paths on which the event comes too early "
        "in the run to have such a spread are left out."
    )
    title = "Do spreads warn? The high-yield spread ahead of credit events"
    return Table("warning", tuple(columns), tuple(rows), title, note, tuple(ids))
