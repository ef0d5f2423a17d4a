"""The challenger's screen: figures of the model and of a reduced form, and what closes each difference."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from rich.text import Text

from risk.analysis.estimate import Estimate
from risk.calibrate.challenger.capex import Autoregression
from risk.calibrate.challenger.figures import Challenge, Figure, Market, Step, sentence
from risk.calibrate.challenger.firm import YEARS
from risk.report.content import Content
from risk.report.formats import show
from risk.report.record import Document, Many, Record, told
from risk.report.spec import Spec, shown, text
from risk.report.terminal import markdown
from risk.report.terminal.numbers import number, with_error, with_interval
from risk.report.terminal.page import Page, Screen, heading, line, note, table
from risk.report.terminal.summary import Headed, document
from risk.report.terminal.verdict import titles

SHARE = "fraction"

ABOUT = (
    "A reduced form without couplings, on the numbers of the register and the series that ship: capex by "
    "its own past (an autoregression), the listed neocloud by its equity (first passage of assets below "
    "debt), credit by one factor (Vasicek). Where it differs, what is measured says why: couplings cut one "
    "at a time on the same draws, and simplifications of the challenger undone."
)
UNMEASURED = "Couplings were not cut: another version of the model made this run, or it has too few paths."


def value(figure: Figure, found: float) -> str:
    """A number of a figure."""
    return show(found, "probability") if figure.unit == SHARE else number(found, 0.2, figure.unit)


def _model(figure: Figure) -> Content:
    return with_interval(figure.model) if figure.unit == SHARE else with_error(figure.model, figure.unit)


FIGURES: Spec[Figure] = Spec(
    (
        text("label", "Figure (losses in USD bn)", least=30),
        shown("model", "Model", _model, align="right"),
        shown("challenger", "Challenger", lambda f: value(f, f.challenger), align="right"),
    ),
    id="challenger",
)


def explained(figure: Figure) -> str:
    """What closes the difference, in a sentence."""
    return sentence(figure, partial(value, figure))


EXPLAINED: Spec[Figure] = Spec(
    (
        text("label", "Figure"),
        shown("explained", "What closes the difference", explained),
    ),
    id="challenger-explained",
)


def prices(found: Market) -> str:
    """What equity and swap say of the listed company, and of each other."""
    firm, percent = found.firm, partial(show, name="probability")
    return (
        f"CoreWeave at {firm.equity:.1f} of equity ({found.days[0]}), {firm.debt:.1f} of debt (USD bn) and a "
        f"volatility of {firm.volatility:.0%} falls below its debt within {YEARS:.0f} years with a "
        f"probability of {percent(found.priced)} in prices, and is below it on the last day with one of "
        f"{percent(found.at_maturity)}. The swap of {found.spread:,.0f} bp ({found.days[1]}) pays for "
        f"{percent(found.swap)}: a volatility of {found.volatility:.0%} gives as much. At the return that "
        f"assets are expected to earn the first is {percent(found.expected)}, the swap's "
        f"{percent(found.by_swap)}."
    )


def past(found: Autoregression) -> str:
    """What capex by itself has done."""
    drift, persistence = found.coefficients
    return (
        f"Big-Five capex, {found.first} to {found.last}: growth of a quarter is {drift:.1%} plus "
        f"{persistence:.2f} of the quarter's before, with noise of {found.noise:.1%}. An autoregression can "
        "only go on as the record went."
    )


def screen(found: Headed[Challenge], page: Page) -> Screen:
    """Both on a page."""
    return (
        *titles(found.heading, page, "Challenger"),
        table(FIGURES.table(found.result.figures), page),
        Text(),
        *_explained(found.result, page),
        Text(),
        note(past(found.result.capex), page),
        note(prices(found.result.market), page),
        *(() if found.result.measured else (note(UNMEASURED, page),)),
    )


def _explained(found: Challenge, page: Page) -> Iterator[Text]:
    yield heading("What closes the difference", page)
    yield from (line(f"{figure.label}. {explained(figure)}", page) for figure in found.figures)


def page(found: Headed[Challenge]) -> str:
    """The same in Markdown: the page of the docs."""
    run, told_of = found.heading, found.result
    made = f"Run `{run.run}`, {run.scenario}, {run.paths:,} paths; `bubblerisk challenger --md` writes it."
    parts = [
        "# The challenger",
        f"{ABOUT} {made}",
        markdown.table(FIGURES.table(told_of.figures)),
        "## What closes the difference",
        markdown.table(EXPLAINED.table(told_of.figures)),
        *(() if told_of.measured else (UNMEASURED,)),
        "## Capex by its own past",
        markdown.escaped(past(told_of.capex)),
        "## The listed neocloud",
        markdown.escaped(prices(told_of.market)),
    ]
    return "\n\n".join(parts)


STEP: Record[Step] = Record((told("what"), told("side"), told("value", float), told("closes", float)))

FIGURE: Record[Figure] = Record(
    (
        *(told(name) for name in ("name", "label", "unit")),
        told("model", Estimate),
        told("challenger", float),
        told("steps", Many(STEP)),
        told("explained", get=explained),
    )
)

MARKET: Record[Market] = Record(
    (
        told("equity", float, lambda m: m.firm.equity),
        told("debt", float, lambda m: m.firm.debt),
        told("equity_volatility", float, lambda m: m.firm.volatility),
        told("asset_volatility", float, lambda m: m.firm.asset_volatility),
        told("spread", float),
        told("days", list[str]),
        told("default_in_swap", float, lambda m: m.swap),
        told("default_in_prices", float, lambda m: m.priced),
        told("default_at_maturity", float, lambda m: m.at_maturity),
        told("default_expected", float, lambda m: m.expected),
        told("volatility_in_swap", float, lambda m: m.volatility),
        told("default_expected_by_swap", float, lambda m: m.by_swap),
    )
)

CAPEX: Record[Autoregression] = Record(
    (
        told("drift", float, lambda a: float(a.coefficients[0])),
        told("persistence", float, lambda a: float(a.coefficients[1])),
        told("noise", float),
        told("first"),
        told("last"),
    )
)

DOCUMENT: Document[Headed[Challenge]] = document(
    told("figures", Many(FIGURE)),
    told("market", MARKET),
    told("capex", CAPEX),
    told("couplings_cut", bool, lambda found: found.measured),
    name="challenger/1",
    title="A reduced form beside a run: bubblerisk challenger --json",
)
