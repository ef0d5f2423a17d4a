"""Facilities on the sheet of neoclouds: their terms, how far down the stages each comes, who defaults."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from math import fsum
from typing import Any, TypeVar

from risk.analysis import ladder, neoclouds
from risk.analysis.bands import Band
from risk.analysis.distress import Timing
from risk.analysis.facilities import Facility
from risk.analysis.statistics import Estimate
from risk.report import spec
from risk.report.content import Cell, Content
from risk.report.guards import SINGLE, Adds, Ordered
from risk.report.pack.base.fields import amount, chance, number, part
from risk.report.pack.base.names import PAYERS, words
from risk.report.pack.base.results import Results
from risk.report.record import Field
from risk.report.spec import Spec
from risk.report.table import Table

T = TypeVar("T")

BILLION, THOUSAND = 1e9, 1e3
INSTRUMENTS = {"ddtl": "DDTL", "vendor": "Vendor", "notes": "Notes", "dc_loan": "Loan"}
STAGES: Mapping[str, str] = {
    "lock_up": "Lock-up",
    "sweep": "Cash sweep",
    "event": "Event of default",
    "cured": "Equity cure",
    "amended": "Amended",
    "payment_default": "Payment default",
    "maturity_default": "Maturity default",
}
"""Stages of distress and their headers."""

CURES = ("cured", "amended")
"""Stages that keep a facility out of default."""

DEEPER = Ordered(
    "Stages of distress out of order",
    ("cured", "event", "sweep", "lock_up"),
    "whoever sweeps cash has been in lock-up, and so on",
)


def label(facility: Facility) -> str:
    """A facility and its fleet in words."""
    return f"{facility.name}: {facility.devices / THOUSAND:,.0f}k {facility.generation}"


def gap(years: float | None) -> Content:
    """Years by which debt outlasts contracts, bold where it does."""
    return "–" if years is None or years != years else Cell(years, "years", bold=years > 0.0)


def at(bands: Mapping[str, Band], date: int, percent: int, scale: float = 1.0) -> Callable[[Any], float]:
    """A quantile at one date of the bands, of the facility or firm that a row is about."""
    return lambda who: float(bands[who.name].at(percent / 100)[date]) / scale


def row_is(get: Callable[[T], bool] | None = None) -> Field[T]:
    """Whether a row is stylised, in the last column of each table."""
    return spec.flag("stylised", "Row is", get, "stylised", "published", span=2)


def chances(
    horizons: Sequence[str], get: Callable[[T], Sequence[Estimate]], error_span: int = 1
) -> Iterator[Field[T]]:
    """Probability by each horizon; both ends of an interval need two columns, or two lines."""
    for i, horizon in enumerate(horizons):
        yield chance(f"p{i}", f"P by {horizon}", part(get, i), span=2, error_span=error_span)


def absorbing(table: str, horizons: Sequence[str]) -> Ordered:
    """Chances under `chances` never fall with the horizon."""
    text = f"Default probabilities that fall over time: {table}"
    return Ordered(text, tuple(f"p{i}" for i, _ in enumerate(horizons)), "default is absorbing")


TERMS: Spec[Facility] = Spec(
    (
        spec.text("label", "Facility", label),
        spec.text("payer", "Payer", lambda f: words(f.payer, PAYERS), span=2),
        spec.text("lender", "Lender of record", span=5),
        spec.text("instrument", "Paper", lambda f: words(f.instrument, INSTRUMENTS)),
        spec.text("rate", "Rate", lambda f: {"floating": "fl."}.get(f.rate, f.rate)),
        spec.text("amortization", "Schedule", span=2),
        number("debt", "Debt USD bn", lambda f: f.debt / BILLION, "usd_bn"),
        number("undrawn", "Un- drawn", lambda f: f.undrawn / BILLION, "usd_bn"),
        number("coupon", "Coupon", None, "rate"),
        number("scheduled", "DSCR now", lambda f: f.cash / f.scheduled, "number.2"),
        number("interest", "int. only", lambda f: None if f.plain else f.cash / f.interest_only, "number.2"),
        number("amortizing", "full am.", lambda f: None if f.plain else f.cash / f.amortizing, "number.2"),
        number("contract", "Contr. avg", lambda f: f.contract_life, "years"),
        number("contract_end", "Contr. end", None, "years"),
        number("debt_life", "Debt avg", None, "years"),
        number("debt_end", "Debt end", None, "years"),
        number("asset", "Asset life", lambda f: f.asset_life, "years"),
        number("lease", "Lease", lambda f: f.lease_life, "years"),
        spec.shown("gap", "Gap", lambda f: gap(f.duration_gap), "years", style="engine"),
        number("cash", "Cash/ debt", lambda f: float(f.contracted[0] / f.service[0]), "number.2"),
        row_is(),
    ),
    id="facilities",
    title="Facilities: terms and duration at the base date",
    note=(
        "Coupon: all-in; of a floating loan (fl.) at the base date's SOFR. DSCR at the base date: "
        "contract price × availability less operating cost, over debt service as scheduled; for data "
        "centers and loans with a balloon also interest-only and fully amortizing. Lives in years: "
        "average and end of the contracts, average and end of the debt, and what the collateral has left "
        "to earn (of a data center: its lease). Gap = average life of debt less that of contracts. "
        "Cash/debt = contracted cash until the debt is repaid, operating cost off, if every contract runs "
        "as written, over all debt service to come on what is drawn."
    ),
    row_id=lambda f: f.name,
)


def terms(results: Results) -> Table:
    """Terms, coverage and lives at the base date."""
    engine = ladder.base_coverage(results.run)
    known = tuple(f.name for f in results.facilities if f.name in engine)
    how = "sum over facilities: register v. engine at the base date"
    total = fsum(engine[name] for name in known)
    guard = Adds("Contracted cash over debt service", ("cash",), known, total, SINGLE * 10, how)
    return TERMS.table(results.facilities, guards=(guard,))


_LADDER_NOTE = (
    "Share of paths on which the facility ever stands in a stage; of the first three, on it or further "
    "down. Lock-up: nothing is distributed; sweep: spare cash prepays the loan; event: the coverage "
    "covenant is broken; cure: the company lifts coverage with fresh equity. Amended or extended, and "
    "either default, come at most once. First event and first default: median quarter over the paths "
    "that come so far, which are not the same paths; standard error at most {:.1f} quarters; – on fewer "
    "than 100 paths."
)


def distress(results: Results) -> Table:
    """How far down the stages each facility ever comes, and when."""
    found = results.distress
    timings = [timing for d in found.values() for timing in (d.event, d.default) if timing]

    def share(stage: str) -> Field[Facility]:
        return chance(stage, STAGES[stage], part(lambda f: found[f.name].reached, stage), span=2)

    made: Spec[Facility] = Spec(
        (
            spec.text("label", "P(ever), by facility", label),
            *(share(stage) for stage in STAGES if stage not in CURES),
            _first("default_first", "First default", lambda f: found[f.name].default),
            _first("event_first", "First event", lambda f: found[f.name].event),
            *map(share, CURES),
            row_is(),
        ),
        id="facility-distress",
        title="Facilities: how far down the stages of distress",
        note=_LADDER_NOTE.format(max((timing.error for timing in timings), default=0.0)),
        row_id=lambda f: f.name,
        guards=(DEEPER,),
    )
    return made.table(results.facilities)


def _first(key: str, header: str, get: Callable[[Facility], Timing | None]) -> Field[Facility]:
    """Median quarter in which something first comes."""
    return spec.shown(
        key, header, lambda f: timing.label if (timing := get(f)) else "–", "quarter", style="engine", span=2
    )


def outcomes(results: Results) -> Table:
    """Default probabilities and losses on the paths."""
    horizons, found = neoclouds.reached(results.run), results.defaults
    made: Spec[Facility] = Spec(
        (
            spec.text("label", "Facility", label),
            *chances(horizons, lambda f: found[f.name].probability, error_span=2),
            amount("loss", "Loss, USD m", lambda f: found[f.name].loss, "USD m", span=2),
            number(
                *("share", "Loss/debt", lambda f: found[f.name].loss.value / (f.debt + f.undrawn), "rate"),
                span=2,
            ),
            row_is(),
        ),
        id="facility-defaults",
        title="Facilities: default and loss",
        note=(
            "Payment or maturity default. Loss = principal not recovered, mean over paths, to "
            f"{results.labels[-1]}; ± standard error. Debt: what is undrawn in."
        ),
        row_id=lambda f: f.name,
        guards=(absorbing("facility-defaults", horizons),),
    )
    return made.table(results.facilities)
