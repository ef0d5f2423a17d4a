"""The challenger's screen and page: figures of model and reduced form, and what closes each difference."""

from __future__ import annotations

from collections.abc import Iterator

from rich.text import Text

from risk.analysis.estimate import Estimate
from risk.calibrate.challenger.capex import Autoregression
from risk.calibrate.challenger.challenge import Challenge, Market
from risk.calibrate.challenger.figures import Figure, Step, exact, sentence
from risk.calibrate.challenger.firm import YEARS
from risk.calibrate.challenger.inputs import Inputs, Row
from risk.report.content import Content
from risk.report.formats import show
from risk.report.record import Document, Many, Record, lifted, told
from risk.report.spec import Spec, shown, text
from risk.report.terminal import markdown
from risk.report.terminal.headed import Headed, document, titles
from risk.report.terminal.numbers import number, with_error, with_interval
from risk.report.terminal.page import Page, Screen, heading, line, note, table

SHARE = "fraction"
DEFAULTS = ("priced", "at_maturity", "swap", "expected", "last_day", "by_swap")
DIGIT = 0.2
"""Error that stands for that of a number without one, in USD bn: one decimal."""

ABOUT = (
    "A reduced form without couplings, on the numbers of the register and the series that ship: capex by "
    "its own past (an autoregression with seasons), the listed neocloud by its equity (first passage of "
    "assets below debt), credit by one factor (Vasicek). Where it differs, what is measured says why: "
    "couplings cut one at a time on the same draws, and simplifications of the challenger undone."
)
UNMEASURED = (
    "Couplings were not cut: another version of the model made this run, it has fewer than 1,024 paths, or "
    "some of its couplings are cut already."
)
ERRORS = (
    "±: 95% of the model's sampling noise. Range: 5% and 95% of the challenger's figure over what it does "
    "not know: errors of its coefficients, its market figures evenly between their ends, the run's own draws "
    "of PD, LGD and correlation."
)
READING = (
    "The challenger is wrong in known ways; it is kept because it is wrong in other ways than the model. A "
    "step is one thing changed on one side, everything else as it was, and closes the share of the "
    "difference that is gone then. Shares of several steps do not add up. A step below zero takes the two "
    "further apart.",
    "* **A coupling cut closes the difference**: the figure is the coupling's, and whoever doubts it should "
    "look at that coupling's inputs first.",
    "* **A step of the challenger's closes it**: it leaves out what the model has, or assumes otherwise; the "
    "step's name says what, and the difference is a difference about that.",
    "* **Nothing closes it and the model lies inside the challenger's range**: what the challenger reads "
    "does not pin the figure down, and it is no evidence for or against.",
    "* **Nothing closes it and the model lies outside**: one of both is wrong and it is not known which. "
    "Such a figure is the first to be questioned.",
    "Where a coupling is cut the base case's medians stand in for what it passes on, so that what it passes "
    "on average stays. Of single couplings the one that closes most is told, if it moves the figure by more "
    "than 3.5 standard errors: some eighty are looked at.",
    "No workbook carries the challenger: it reads files that are no part of a run's identity, so that "
    "`verify` could not hold a sheet of it to the run, and cutting the couplings simulates 17 random blocks. "
    "What was cut is kept beside the run (`challenger.json`), and the next call takes seconds.",
)


def _value(figure: Figure, found: Estimate) -> str:
    """A number of a figure, with its error where it has one."""
    if figure.unit == SHARE:
        return with_interval(found) if found.standard_error else show(found.value, "probability")
    return with_error(found, figure.unit) if found.standard_error else number(found.value, DIGIT, figure.unit)


def _range(figure: Figure) -> str:
    return " to ".join(_value(figure, exact(end)) for end in (figure.low, figure.high))


FIGURES: Spec[Figure] = Spec(
    (
        text("label", "Figure (losses in USD bn)", least=30),
        shown("model", "Model", lambda f: _value(f, f.model), align="right"),
        shown("challenger", "Challenger", lambda f: _value(f, exact(f.challenger.value)), align="right"),
        shown("range", "Its range", _range, align="right"),
    ),
    id="challenger",
)


def explained(figure: Figure) -> str:
    """What the difference is and what closes it, in sentences."""
    return sentence(figure, lambda found: _value(figure, found))


def _closes(pair: tuple[Figure, Step]) -> str:
    figure, step = pair
    return f"{step.closes:.0%}" if figure.told else "–"


STEPS: Spec[tuple[Figure, Step]] = Spec(
    (
        shown("label", "Figure", lambda pair: pair[0].label),
        shown("side", "Side", lambda pair: pair[1].side),
        shown("what", "Step", lambda pair: pair[1].what),
        shown("value", "It then says", lambda pair: _value(*_valued(pair)), align="right"),
        shown("closes", "Closes", _closes, align="right"),
    ),
    id="challenger-steps",
)


def _valued(pair: tuple[Figure, Step]) -> tuple[Figure, Estimate]:
    return pair[0], pair[1].value


def _ends(pair: tuple[str, Row]) -> Content:
    return f"{pair[1].low:g} to {pair[1].high:g}"


INPUTS: Spec[tuple[str, Row]] = Spec(
    (
        shown("name", "Input", lambda pair: pair[0]),
        shown("value", "Value", lambda pair: f"{pair[1].value:g}", align="right"),
        shown("range", "Range", _ends, align="right"),
        shown("unit", "Unit", lambda pair: pair[1].unit),
        shown("as_of", "Day", lambda pair: pair[1].as_of.isoformat()),
        shown("grade", "Grade", lambda pair: pair[1].grade),
        shown("source", "Source", lambda pair: pair[1].source),
        shown("note", "Note", lambda pair: pair[1].note),
    ),
    id="challenger-inputs",
)


def prices(found: Market) -> str:
    """What equity and swap say of the listed company, and of each other."""
    firm = found.firm
    default = {name: show(getattr(found, name), "probability") for name in DEFAULTS}
    return (
        f"CoreWeave at {float(firm.equity):.1f} of equity ({found.days[0]}), {firm.debt:.1f} of debt (USD "
        f"bn) and a volatility of equity of {float(firm.volatility):.0%} falls below its debt within "
        f"{YEARS:.0f} years with a probability of {default['priced']} in prices, and is below it on the last "
        f"day with one of {default['at_maturity']}. The swap of {found.spread:,.0f} bp ({found.days[1]}) "
        f"pays for {default['swap']}; a volatility of {found.volatility:.0%} gives as much. At the return "
        f"that assets are expected to earn the first is {default['expected']}, the second "
        f"{default['last_day']}, the swap's {default['by_swap']}."
    )


def past(found: Autoregression) -> str:
    """What capex by itself has done."""
    drift, persistence = found.coefficients[:2]
    errors = found.covariance.diagonal()[:2] ** 0.5
    return (
        f"Big-Five capex, {found.first} to {found.last}: growth of a quarter is {drift:.1%} (SE "
        f"{errors[0]:.1%}) plus {persistence:.2f} (SE {errors[1]:.2f}) of the quarter's before and a season, "
        f"with noise of {found.noise:.1%}; residuals are uncorrelated over four lags with p = "
        f"{found.whiteness:.2f} (Ljung and Box). An autoregression can only go on as the record went."
    )


def screen(found: Headed[Challenge], page: Page) -> Screen:
    """Both on a page."""
    return (
        *titles(found.heading, page, "Challenger"),
        table(FIGURES.table(found.result.figures), page),
        note(ERRORS, page),
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
    run, result = found.heading, found.result
    made = f"Run `{run.run}`, {run.scenario}, {run.paths:,} paths; `make evidence` writes this page."
    said = [f"* **{each.label}.** {markdown.escaped(explained(each))}" for each in result.figures]
    steps = [(figure, step) for figure in result.figures for step in figure.steps]
    parts = [
        "# The challenger",
        f"{ABOUT} {made}",
        markdown.table(FIGURES.table(result.figures)),
        ERRORS,
        "## What closes the differences",
        "\n".join(said),
        *(() if result.measured else (UNMEASURED,)),
        "## How to read a difference",
        "\n\n".join((READING[0], "\n".join(READING[1:5]), *READING[5:])),
        "## Every step",
        markdown.table(STEPS.table(steps)),
        "## Capex by its own past",
        markdown.escaped(past(result.capex)),
        "## The listed neocloud",
        markdown.escaped(prices(result.market)),
        "## What it reads beside the register",
        markdown.table(INPUTS.table(_inputs(result.inputs))),
        "`assumptions/challenger.toml`; the listed company's debt, pools, default probabilities, losses and "
        "correlations are the register's, capex that of `assumptions/data`.",
    ]
    return "\n\n".join(parts)


def _inputs(found: Inputs) -> list[tuple[str, Row]]:
    return list(found.rows.items())


STEP: Record[Step] = Record(
    (told("what"), told("side"), told("value", Estimate), told("closes", float | None))
)

FIGURE: Record[Figure] = Record(
    (
        *(told(name) for name in ("name", "label", "unit")),
        told("model", Estimate),
        told("challenger", Estimate),
        *(told(name, float) for name in ("low", "high")),
        told("beyond_noise", bool, lambda f: f.told),
        told("inside_range", bool, lambda f: f.inside),
        told("steps", Many(STEP)),
        told("explained", get=explained),
    )
)

INPUT: Record[tuple[str, Row]] = Record(
    (
        told("name", get=lambda pair: pair[0]),
        *lifted(lambda pair: pair[1], [told(name, float) for name in ("value", "low", "high")]),
        *lifted(lambda pair: pair[1], [told(name) for name in ("unit", "source", "grade")]),
        told("as_of", get=lambda pair: pair[1].as_of.isoformat()),
    )
)

MARKET: Record[Market] = Record(
    (
        told("equity", float, lambda m: float(m.firm.equity)),
        told("debt", float, lambda m: m.firm.debt),
        told("equity_volatility", float, lambda m: float(m.firm.volatility)),
        told("asset_volatility", float, lambda m: float(m.firm.asset_volatility)),
        told("spread", float),
        told("days", list[str]),
        told("default_in_swap", float, lambda m: m.swap),
        told("default_in_prices", float, lambda m: m.priced),
        told("default_at_maturity", float, lambda m: m.at_maturity),
        told("default_expected", float, lambda m: m.expected),
        told("default_expected_at_maturity", float, lambda m: m.last_day),
        told("volatility_in_swap", float, lambda m: m.volatility),
        told("default_expected_by_swap", float, lambda m: m.by_swap),
    )
)

CAPEX: Record[Autoregression] = Record(
    (
        told("drift", float, lambda a: float(a.coefficients[0])),
        told("persistence", float, lambda a: float(a.coefficients[1])),
        told("seasons", list[float], lambda a: [float(each) for each in a.coefficients[2:]]),
        told("noise", float),
        told("whiteness", float),
        told("first"),
        told("last"),
    )
)

DOCUMENT: Document[Headed[Challenge]] = document(
    told("figures", Many(FIGURE)),
    told("market", MARKET),
    told("capex", CAPEX),
    told("inputs", Many(INPUT), lambda found: _inputs(found.inputs)),
    told("couplings_cut", bool, lambda found: found.measured),
    name="challenger/1",
    title="A reduced form beside a run: bubblerisk challenger --json",
)
