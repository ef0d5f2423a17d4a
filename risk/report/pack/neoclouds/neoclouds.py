"""Neoclouds: every HoldCo, every facility's terms, how far down the stages each comes, default and loss."""

from __future__ import annotations

from collections.abc import Iterator

from risk.analysis import distress, neoclouds
from risk.analysis.neoclouds import Cohort
from risk.report import spec
from risk.report.charts import LINES, Bars, Lines, Series, Tone
from risk.report.guards import EXACT, ROUNDING, Condition
from risk.report.pack.base.cells import Tables, subtitle
from risk.report.pack.base.fields import amount, chance, number
from risk.report.pack.base.names import PAYERS, words
from risk.report.pack.base.quarters import first_year_end
from risk.report.pack.base.results import Results
from risk.report.pack.neoclouds import firms, loans
from risk.report.pack.neoclouds.duration import grid
from risk.report.pack.neoclouds.loans import STAGES
from risk.report.sheet import At, Paragraph, Sheet, Strip
from risk.report.spec import Spec

STANDS: dict[str, tuple[str, Tone]] = {
    "repaid": ("Repaid", "faint"),
    "sound": ("Sound", "soft"),
    "lock_up": ("Lock-up", "light"),
    "sweep": ("Cash sweep", "deep"),
    "event": ("Event, cured or amended", "main"),
    "default": ("In default", "bad"),
}
"""Where facilities stand: label and tone, from the bottom of the bar; no two are equally bright."""

PRINTED = 18
"""Columns that print: what is lent, how far it comes, default and loss."""

CHART = 20
"""Rows of a chart: both fit one page with the table of companies."""


def sheet(results: Results) -> Sheet:
    """Build the sheet."""
    stylised = sum(f.stylised for f in results.facilities)
    warning = (
        f"{stylised} of {len(results.facilities)} facilities are stylised: published sizes, coupons and "
        "tenors where a source says so, chosen GPU counts and prices. No row is a statement about a named "
        "company's loan."
    )
    found = firms.holdcos(results)
    holdcos, runway = firms.firms(results, found), firms.standing(results, found)
    columns = grid(results, 32.1, 8.05)
    half = PRINTED // 2 - 2  # the first column is the widest
    return Sheet(
        "Neoclouds",
        "Neoclouds – who borrowed against what, and who comes how far down",
        subtitle(results),
        "P",
        (
            Paragraph(warning, "finding"),
            Strip((At(_stages(results), 1, half), At(_failed(results), half + 1))),
            holdcos,
            loans.distress(results),
            loans.outcomes(results),
        ),
        question="Who borrowed against what, who comes under stress, and who defaults?",
        screen=(
            runway,
            loans.terms(results),
            COHORTS.table(neoclouds.cohorts(results.run)),
            firms.plain(results, found, holdcos, runway),
        ),
        grid=(*columns, firms.SOURCE),
        printed_columns=PRINTED,
    )


def _stages(results: Results) -> Bars:
    """Facilities of the base book by stage, every half year."""
    labels = results.labels
    shown = [t for t in range(len(labels)) if t % 2 == len(labels[:-1]) % 2]
    found = distress.shares(results.run)
    trouble = found["lock_up"] + found["sweep"] + found["event"]
    worst = int(trouble.argmax())
    return Bars(
        id="stages",
        title="Facilities of the base book by stage of distress",
        alt=(
            f"Trouble is widest in {labels[worst]}, when {trouble[worst]:.0%} of the facilities of the "
            "base book are in lock-up or further down but not in default; at the end "
            f"{found['repaid'][-1]:.0%} are repaid and {found['default'][-1]:.0%} in default, "
            f"{found['sound'][-1]:.0%} sound."
        ),
        x_title="Quarter",
        y_title="Share of facilities and paths",
        format="share",
        labels=[labels[t] for t in shown],
        series=[
            Series(name=label, values=[float(found[key][t]) for t in shown], tone=tone)
            for key, (label, tone) in STANDS.items()
        ],
        stacked=True,
        y_max=1.0,
        height=CHART,
    )


def _failed(results: Results) -> Lines:
    """Share of paths on which each HoldCo is in default, by quarter."""
    run = results.run
    shares = run.mean("holdco.defaulted")[0]
    names = run.entities["holdco.defaulted"]
    order = [int(i) for i in (-shares[-1]).argsort()]
    first = order[0]
    return Lines(
        id="holdco-failures",
        title="HoldCos in default, listed from the most to the fewest paths",
        alt=(
            f"{names[first]} is in default on the most paths at the end, {shares[-1, first]:.0%}; "
            f"{names[order[-1]]} on the fewest, {shares[-1, order[-1]]:.0%}."
        ),
        x_title="Quarter",
        y_title="Share of paths",
        format="share",
        labels=results.labels,
        series=[
            Series(name=names[i], values=shares[:, i].tolist(), tone=tone, dashed=k % 2 == 1, thin=k > 5)
            for k, (i, tone) in enumerate(zip(order, LINES, strict=False))
        ],
        first=first_year_end(results.labels),
        height=CHART,
    )


COHORTS: Spec[Cohort] = Spec(
    (
        spec.text("label", "New facilities of", lambda c: c.year),
        spec.text("payer", "Payer", lambda c: words(c.payer, PAYERS), span=2),
        amount("lent", "Lent, USD bn", lambda c: c.originated, "USD bn", span=2),
        amount("loss", "Loss, USD m", None, "USD m", span=2),
        number(
            "share",
            "Loss/lent",
            lambda c: c.loss.value / c.originated.value if c.originated.value else 0.0,
            "rate",
            span=2,
        ),
        *(chance(stage, STAGES[stage], span=2, error_span=2) for stage in distress.ONCE),
        amount("troubled", "In trouble", None, "quarter", form="years", span=2),
    ),
    id="cohorts",
    title="New cohorts, mean over paths",
    note=(
        "All firms; each quarter's neocloud capex becomes or joins facilities at that date's price, spread "
        "and tenor (judgement). Probabilities: share of facilities and paths that ever come so far, whether "
        "a path builds the facility or not. In trouble: quarters at lock-up or further down, default left "
        "out, mean. ± standard errors, upper bounds: facilities of one path count as one."
    ),
)
"""New facilities by date and class of payer."""


def conditions(results: Results, t: Tables) -> Iterator[Condition]:
    """Firms, facilities and outcomes say the same."""
    secured, debt = t.total("holdcos", "secured"), t.total("facilities", "debt")
    text = "Secured debt by HoldCo is the facilities' debt"
    yield Condition(text, secured, debt, ROUNDING, "USD bn at the base date")
    horizons = neoclouds.reached(results.run)
    if horizons and horizons[-1] == results.labels[-1]:
        paid, due = (t.total("facility-distress", f"{kind}_default") for kind in ("payment", "maturity"))
        ever = t.total("facility-defaults", f"p{len(horizons) - 1}")
        text = "Payment and maturity defaults are all defaults"
        yield Condition(text, paid + due, ever, EXACT, "summed over facilities")
    lost, paper = t.total("holdcos", "loss"), t.at("metrics", "mean", "neocloud_loss")
    yield Condition("Loss by HoldCo adds up", lost / 1000, paper, ROUNDING, "Neoclouds v. Metrics")
