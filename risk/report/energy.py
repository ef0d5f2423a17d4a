"""Energy and carbon in tables and sentences, for the screen and the sheet."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from risk.analysis.energy import Energy, Spread, Stranded, Year
from risk.analysis.grids import REFERENCE_PRICE, Charge, Place, Ranged
from risk.assumptions.page import Figure
from risk.report import spec
from risk.report.formats import show
from risk.report.pack.base.cells import probability_text
from risk.report.pack.base.fields import estimated, number
from risk.report.record import Field
from risk.report.spec import Spec

T = TypeVar("T")

ABOUT = (
    "Power and energy of the AI fleet, its sites in, all regions; P5, P50 and P95 over paths; SE: "
    "standard error. CO2: energy at the grid's average in the middle of each year. Low and high grid: the"
    " median at the ends of the intensity's range; uncovered: what contracts for clean power leave of it,"
    " at their share and at the ends of its range. These ranges are what sources leave open, no sampling "
    "error."
)
QUEUE_SAID = (
    "Waiting: delivered units without power. Queue: power asked for and not yet due to be connected, a "
    "power lead of transformers and grid; its median as large transformers and substations of the "
    "register's sizes."
)
STRANDED_SAID = (
    "Idle: power of working units times the part of normal use that is gone. Unclaimed: power that "
    "transformers and grid could connect and no unit was there to use; it adds up as if nobody came for "
    "it later, so that what is stranded is an upper bound. Units that work at half the rent are not "
    "stranded."
)
CHARGES_SAID = (
    f"Carbon: what USD {REFERENCE_PRICE:g} a tonne adds at the base date's intensity. Power is inside "
    "operating cost already. Charged: what this run adds in its last quarter."
)
PLACES_SAID = (
    "A GW of facility power at the register's load; power and carbon of an hour of the newest unit of the"
    f" base date, carbon at USD {REFERENCE_PRICE:g} a tonne. No path has a region: these stand beside."
)
PAGE_SAID = (
    "As the thesis page prints it; it has no figure of Johor, only that Singapore's demand goes there."
)


def finding(found: Energy) -> str:
    """What the fleet uses in the page's year, in a sentence."""
    if found.against is None:
        return "The run does not cover the year of which the page speaks."
    share, page = found.against.share, found.against.page
    return (
        f"In {found.against.year} the AI fleet uses {share.p50.value * page:,.0f} TWh in the median, "
        f"{show(share.p50.value, 'share')} of the page's {page:,.0f} TWh of all data centers "
        f"({show(share.p5.value, 'share')} to {show(share.p95.value, 'share')} on nine paths in ten); "
        f"AI alone uses more with probability {probability_text(found.against.over)}."
    )


def emitted(found: Energy) -> str:
    """What that emits, in a sentence."""
    if not found.years:
        return "The run covers no whole year."
    year = next((y for y in found.years if found.against and y.year == found.against.year), found.years[-1])
    at, left = year.median_emitted, year.uncovered
    return (
        f"In {year.year} its energy emits {at.value:,.0f} Mt of CO2 ({at.low:,.0f} to {at.high:,.0f} over "
        f"what sources say of the grid), of which contracts for clean power leave {left.value:,.0f} "
        f"({left.low:,.0f} to {left.high:,.0f})."
    )


def lost(found: Energy) -> str:
    """What a bust strands, in a sentence."""
    rows = {row.id: row for row in found.stranded}
    if any(row.bust is None or row.rest is None for row in rows.values()) or not rows:
        return "Too few paths end in a bust, or in none, to say what it strands."
    with_bust, without = ({id: getattr(row, side) for id, row in rows.items()} for side in ("bust", "rest"))
    row, rest = with_bust["stranded"], without["stranded"].p50.value
    worst, usual = (side["idle_worst"].p50.value for side in (with_bust, without))
    work, instead = (side["power"].p50.value for side in (with_bust, without))
    unused = with_bust["idle"].p50.value < 0.5 * row.p50.value
    mostly = ", most of it grid that found no units" if unused else ""
    return (
        f"With a bust {row.p50.value:,.0f} GW are stranded in the median ({row.p5.value:,.0f} to "
        f"{row.p95.value:,.0f}), {rest:,.0f} without one{mostly}. At the worst of the years' ends "
        f"{worst:,.0f} GW stand idle, {usual:,.0f} without one; at the end {work:,.0f} GW work instead of "
        f"{instead:,.0f}."
    )


def charged(found: Energy) -> str:
    """What the run charges, in a sentence."""
    if not found.charged_from:
        return "This run charges neither carbon nor clean power; bubblerisk run carbon-price does."
    return f"This run charges from {found.charged_from} on, by its end USD {found.added:,.0f} a MWh."


def _spread(
    key: str, header: str, get: Callable[[T], Spread | None], unit: str, optional: int = 0
) -> tuple[Field[T], ...]:
    """Three quantiles, the middle one with its error."""

    def at(name: str) -> Callable[[T], Any]:
        return lambda item: None if get(item) is None else getattr(get(item), name)

    def end(name: str) -> Callable[[T], float | None]:
        return lambda item: None if get(item) is None else float(at(name)(item).value)

    look: dict[str, Any] = {"form": "years", "style": "engine"}
    return (
        spec.figure(f"{key}_p5", f"{header} P5", end("p5"), optional=optional + 2, **look),
        spec.measure(
            f"{key}_p50",
            f"{header} P50",
            at("p50"),
            lambda found: estimated(found, unit),
            "± SE",
            form="years",
            note="usd_error",
            rest=optional + 3,
            optional=optional,
        ),
        spec.figure(f"{key}_p95", f"{header} P95", end("p95"), optional=optional + 1, **look),
    )


def _ranged(
    key: str, header: str, get: Callable[[T], Ranged], form: str, optional: int = 0
) -> tuple[Field[T], ...]:
    """A number between the ends of its range."""

    def end(name: str, words: str, rank: int) -> Field[T]:
        return spec.figure(
            f"{key}_{name}", words, lambda item: getattr(get(item), name), form, style="engine", optional=rank
        )

    return (
        end("low", f"{header} low", optional + 1),
        end("value", header, optional),
        end("high", f"{header} high", optional + 1),
    )


def _year() -> Field[Year]:
    return spec.text("year", "Year", lambda row: str(row.year))


POWER: Spec[Year] = Spec(
    (
        _year(),
        *_spread("power", "Power, GW", lambda row: row.power, "GW"),
        *_spread("energy", "Energy, TWh", lambda row: row.energy, "TWh"),
    ),
    id="energy-power",
    title="Power of working units at the year's end, and energy that they use in it",
    row_id=lambda row: str(row.year),
)
EMITTED: Spec[Year] = Spec(
    (
        _year(),
        *_spread("emitted", "CO2, Mt", lambda row: row.emitted, "Mt"),
        spec.figure(
            "emitted_low",
            "at low grid",
            lambda row: row.median_emitted.low,
            "years",
            style="engine",
            optional=1,
        ),
        spec.figure(
            "emitted_high",
            "at high grid",
            lambda row: row.median_emitted.high,
            "years",
            style="engine",
            optional=1,
        ),
        *_ranged("uncovered", "Uncovered, Mt", lambda row: row.uncovered, "years"),
    ),
    id="energy-emitted",
    title="Emissions of the fleet's energy, and what contracts for clean power leave of the median",
    row_id=lambda row: str(row.year),
)
QUEUE: Spec[Year] = Spec(
    (
        _year(),
        *_spread("waiting", "Waiting, GW", lambda row: row.waiting, "GW"),
        *_spread("queue", "Queue, GW", lambda row: row.queue, "GW"),
        number("transformers", "Transformers", None, "count"),
        number("substations", "Substations", None, "count", optional=1),
    ),
    id="energy-queue",
    title="Units that wait for power, and power that waits for transformers, at the year's end",
    row_id=lambda row: str(row.year),
)
STRANDED: Spec[Stranded] = Spec(
    (
        spec.text("label", "What has lost its use", least=24),
        spec.text("unit", "Unit"),
        *_spread("bust", "Bust", lambda row: row.bust, "GW"),
        *_spread("rest", "No bust", lambda row: row.rest, "GW"),
    ),
    id="energy-stranded",
    title="Stranded power and energy, on paths with a bust and on the others",
    row_id=lambda row: row.id,
)
CHARGES: Spec[Charge] = Spec(
    (
        spec.text("generation", "Generation"),
        number("opex", "Operating cost", None, "price"),
        *_ranged("power", "Power", lambda row: row.power, "number.3", 1),
        *_ranged("carbon", "Carbon", lambda row: row.carbon, "number.3"),
        number("share", "over cost", lambda row: row.carbon.value / row.opex, "rate"),
        number("charged", "Charged", None, "number.3"),
    ),
    id="energy-charges",
    title="What energy costs a unit in an hour, USD",
    row_id=lambda row: row.generation,
)
PLACES: Spec[Place] = Spec(
    (
        spec.text("label", "Place", least=14),
        *_ranged("intensity", "t/MWh", lambda row: row.intensity, "price"),
        number("clean", "Clean", None, "share"),
        number("pue", "PUE", lambda row: row.usage_effectiveness, "price", optional=2),
        *_ranged("price", "USD/MWh", lambda row: row.price, "count", 1),
        number("emitted", "Mt a GW-year", lambda row: row.emitted.value, "price"),
        number("power", "Power, USD/h", lambda row: row.power.value, "number.3", optional=1),
        number("carbon", "Carbon, USD/h", lambda row: row.carbon.value, "number.3"),
    ),
    id="energy-places",
    title="The same unit elsewhere: grids of the page's Southeast Asia, and of the United States",
    row_id=lambda row: row.name,
)
FIGURES: Spec[Figure] = Spec(
    (
        spec.text("name", "The page says"),
        spec.text("value", "Value", align="right"),
        spec.text("unit", "Unit"),
    ),
    id="energy-page",
    title="What the thesis page says of Singapore",
    row_id=lambda row: row.id,
)
