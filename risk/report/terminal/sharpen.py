"""The screen of sharpened headlines: as the run has them, and with what was drawn by chance taken out."""

from __future__ import annotations

from rich.text import Text

from risk.analysis.controls import Sharpened
from risk.analysis.estimate import Estimate
from risk.report.record import Document, Many, told
from risk.report.spec import Spec, several, shown, text
from risk.report.table import Column
from risk.report.terminal import numbers
from risk.report.terminal.headed import Headed, document, facts
from risk.report.terminal.page import Page, Screen, heading, note, table

HOW = (
    "Sharpened: less what goes along with the parameters and common factors that these paths happened to "
    "draw, whose means are known (control variates). Nothing is simulated, and all other screens and packs "
    "keep the plain numbers. ± is half of a 95% interval, of sampling alone: no range over what we do not "
    "know is narrower for it. Worth: the plain number would need so many times the paths. Tails gain next "
    "to nothing; what rests on fewer than 30 paths is left as it is. *: fewer than 500 paths in the tail."
)
WORDS = {"probability": "P", "mean": "mean"}


def screen(headed: Headed[tuple[Sharpened, ...]], page: Page) -> Screen:
    """Both on a page."""
    found = headed.result
    return (
        heading(f"The same paths, less noise: {headed.heading.title}", page),
        facts(headed.heading, page),
        note(finding(found, headed.heading.paths), page),
        Text(),
        table(ROWS.table(found), page),
        note(HOW, page),
    )


def finding(found: tuple[Sharpened, ...], paths: int) -> str:
    """What the leading number is, and how many paths it is now worth."""
    lead = found[0]
    plain, sharp = (_both(estimate, lead) for estimate in (lead.plain, lead.sharp))
    if not lead.explained:
        return f"{lead.headline.label} is {plain}: controls tell nothing of it."
    return (
        f"{lead.headline.label} is {sharp} where the plain number is {plain}: as good as "
        f"{round(lead.worth * paths, -3):,.0f} paths."
    )


def statistic(row: Sharpened) -> str:
    """What is told of an outcome: P, mean, P95, ES 97.5%."""
    of = row.headline
    sign = "ES" if of.kind == "shortfall" else "P"
    return WORDS.get(of.kind) or f"{sign}{100.0 * of.level:g}"


def _value(found: Estimate, row: Sharpened) -> str:
    if row.headline.kind == "probability" and found.value in (0.0, 1.0):
        return numbers.probability(found)
    star = " *" if found.thin else ""
    return numbers.number(found.value, found.standard_error, _unit(row)) + star


def _error(found: Estimate, row: Sharpened) -> str:
    if row.headline.kind == "probability":
        return numbers.interval(found)
    return numbers.error(found, _unit(row))


def _unit(row: Sharpened) -> str:
    return "fraction" if row.headline.kind == "probability" else row.headline.unit


def _both(found: Estimate, row: Sharpened) -> str:
    return f"{_value(found, row)} {_error(found, row)}"


ROWS: Spec[Sharpened] = Spec(
    (
        text("label", "Result", lambda row: row.headline.label, least=20),
        shown("statistic", "", statistic),
        shown("unit", "Unit", lambda row: row.headline.unit.replace("1", ""), optional=2),
        several(
            Column("plain", "Plain", "text", align="right"),
            Column("plain_mc", "±", "text", style="note", align="right"),
            cells=lambda row: (_value(row.plain, row), _error(row.plain, row)),
        ),
        several(
            Column("sharp", "Sharpened", "text", align="right"),
            Column("sharp_mc", "±", "text", style="note", align="right"),
            cells=lambda row: (_value(row.sharp, row), _error(row.sharp, row)),
        ),
        shown("worth", "Worth", lambda row: f"{row.worth:.2f}x", align="right", optional=1),
    ),
    id="sharpen",
)
RESULT: Spec[Sharpened] = Spec(
    (
        told("outcome", str, lambda row: row.headline.outcome),
        told("statistic", str, statistic),
        told("unit", str, lambda row: row.headline.unit),
        told("plain", Estimate),
        told("sharp", Estimate),
        told("explained", float),
        told("worth", float, lambda row: row.worth),
    ),
    id="sharpen-results",
)
DOCUMENT: Document[Headed[tuple[Sharpened, ...]]] = document(
    told("results", Many(RESULT), lambda found: found),
    name="sharpen/1",
    title="The headlines with less noise from the same paths: bubblerisk sharpen RUN --json",
)
