"""What tokens cost, in tables for screen and sheet; in sentences: `risk.report.tokens_said`."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from risk.analysis.amplification import Measure
from risk.analysis.tokens import AHEAD, SERVING, CACHE, MODEL, Decline, Served, decline, served
from risk.calibrate.tokens import MEASURES, Changed, Moved, Moves
from risk.processes import serving
from risk.report import spec
from risk.report.content import Content, Formula
from risk.report.intervals import half
from risk.report.pack.base.cells import error_cell, value_cell
from risk.report.pack.base.fields import number
from risk.report.record import Field
from risk.report.spec import Spec, live, several, text
from risk.report.table import Column, Table

if TYPE_CHECKING:
    from risk.assumptions import Assumptions
    from risk.runs import Run

MILLION = 1e6
TERA, GIGA = 1e12, 1e9

@dataclass(frozen=True)
class Generation:
    """A device of a generation: FLOP/s, bytes/s and bytes; its rent over the numeraire's, NaN if not rented."""

    name: str
    place: int
    compute: float
    bandwidth: float
    memory: float
    rent: float


@dataclass(frozen=True)
class Hits:
    """What a hit rate does: shares of device time, and of what both come to where nothing is cached."""

    rate: float
    share: float
    fleet: float
    prefill: float
    costs: tuple[float, float]


@dataclass(frozen=True)
class Tokens:
    """What is shown of a run.

    Attributes
    ----------
    register : numbers of the workload, by the name in the formulas.
    rents : (label, USD an hour by generation), means of the run at some dates, the base date first.
    hit_rate : that is asked of.
    moves : what coupling would move; None where nobody measured it.
    """

    served: Served
    workload: dict[str, float]
    generations: tuple[Generation, ...]
    rents: tuple[tuple[str, tuple[float, ...]], ...]
    hit_rate: float
    decline: Decline
    moves: Moves | None


DATES = ("h100_2028", "h100_2030")
"""Outcomes at whose dates rents are read, beside the base date."""


def tokens(run: Run, moves: Moves | None, hit_rate: float | None = None) -> Tokens:
    """What is shown of a run; KeyError where its register is `risk.analysis.tokens.lacking` an entry.

    Parameters
    ----------
    hit_rate : that is asked of; the register's, or that of the moves.
    """
    register = run.register
    found, table = served(register), register.tables["gpu.generation"]
    asked = hit_rate or (moves.hit_rate if moves else register.number(AHEAD))
    columns = ("compute", "memory_bandwidth", "memory", "index")
    *machine, index = (table.numbers(column).tolist() for column in columns)
    base = index[found.numeraire]
    generations = tuple(
        Generation(name, i, *(part[i] for part in machine), index[i] / base if index[i] else math.nan)
        for i, name in enumerate(found.names)
    )
    means, _ = run.mean("gpu.contract_rent")
    ends = {0, *(run.span(name).last for name in DATES)}
    labels = run.calendar.labels
    rents = tuple((labels[t], tuple(means[t].tolist())) for t in sorted(ends))
    split = decline(run, found, asked)
    return Tokens(found, _workload(register, found), generations, rents, asked, split, moves)


def _workload(register: Assumptions, found: Served) -> dict[str, float]:
    """The workload in base units, by the names of `INPUTS`."""
    own = {name: register.number(f"{SERVING}{name}") for name in (*SHARES, "devices")}
    weights = register.number(MODEL)
    parameters = weights / register.number(f"{SERVING}parameter_bytes")
    given = {"weights": weights, "parameters": parameters, "cache": register.number(CACHE)}
    return {**given, **own, "inputs": found.inputs}


SHARES = ("prefill_efficiency", "decode_efficiency", "hit_rate")
INPUTS: dict[str, tuple[str, float, str]] = {
    "weights": ("Weights of the model, GB", GIGA, "count"),
    "parameters": ("Parameters, bn", GIGA, "count"),
    "cache": ("Cache of one request, GB", GIGA, "years"),
    "devices": ("Devices that hold the model together", 1.0, "count"),
    "prefill_efficiency": ("Share of compute that prefill reaches", 1.0, "share"),
    "decode_efficiency": ("Share of bandwidth that decode reaches", 1.0, "share"),
    "inputs": ("Input tokens for each output token", 1.0, "years"),
    "hit_rate": ("Share of input tokens found in a cache", 1.0, "rate"),
}
"""Rows of the workload: words, how many base units one shown is, format."""


def inputs(found: Tokens) -> Table:
    """The workload; the tables below compute from these cells."""
    rows = [(INPUTS[name][0], found.workload[name] / INPUTS[name][1]) for name in INPUTS]
    columns = (
        Column("label", "Workload"),
        Column("value", "Value", "general", style="engine"),
    )
    note = (
        "Inputs a token: what makes prefill as large a share of time on the numeraire, before hits, as the page "
        "says (gpu.serving.prefill_share)."
    )
    return Table("serving", columns, tuple(rows), "What is served, and how", note, tuple(INPUTS))


def phases(found: Tokens) -> Table:
    """Batch, tokens an hour of both phases, work over the numeraire's, and what buyers pay of it; live."""
    s, base = found.served, found.served.names[found.served.numeraire]
    given = {name: f"{{serving.value[{name}]}}" for name in INPUTS}
    room = f"MAX(0,INT(({given['devices']}*{{row.memory}}-{given['weights']})/{given['cache']}))"
    streamed = f"({given['weights']}+{{row.batch}}*{given['cache']})/({{row.bandwidth}}*{given['decode_efficiency']})"
    computed = f"2*{given['parameters']}*{{row.batch}}/({{row.compute}}*{given['prefill_efficiency']})"
    read = f"1.8*{{row.compute}}*{given['prefill_efficiency']}/{given['parameters']}"
    made = f"3.6*{{row.batch}}/MAX({streamed},{computed})"
    missed = f"(1-{given['hit_rate']})*{given['inputs']}"
    both = f"(1+{given['inputs']})/({missed}/{{row.input}}+1/{{row.output}})"
    hour = serving.SECONDS_PER_HOUR / MILLION

    def an_hour(seconds: Callable[[int], float]) -> Callable[[Generation], float]:
        return lambda g: hour / seconds(g.place)

    made_of: Spec[Generation] = Spec(
        (
            text("label", "Device", lambda g: g.name),
            number("compute", "TFLOP/s", lambda g: g.compute / TERA, "count", optional=3),
            number("bandwidth", "TB/s", lambda g: g.bandwidth / TERA, "price", optional=2),
            number("memory", "GB", lambda g: g.memory / GIGA, "count", optional=2),
            live("batch", "Batch", room, lambda g: float(s.batch[g.place]), "count"),
            live("input", "M input/h", read, an_hour(lambda i: float(s.prefill[i])), "price"),
            live("output", "M output/h", made, an_hour(lambda i: float(s.decode[i])), "price"),
            live("both", "M both/h", both, an_hour(lambda i: float(s.time()[i])), "price"),
            live("work", "Work", f"{{row.both}}/{{phases.both[{base}]}}", lambda g: float(s.work[g.place]), "price"),
            number("rent", "Rent", lambda g: g.rent, "price"),
            several(
                Column("paid", "Rent/work", "price", style="calculation"),
                cells=lambda g: (_ratio(g.rent, float(s.work[g.place])),),
            ),
        ),
        id="phases",
        title=f"Both phases of serving by generation: tokens a device makes in an hour; work and rent, {base} = 1",
        note="Input that no cache holds is bound by compute, output by bandwidth at the batch that memory "
        "leaves room for; both: a request's tokens together, with cache hits. Rent/work: what buyers pay for an "
        "hour over what its tokens are worth at the rents of the first; –: not rented yet.",
        row_id=lambda g: g.name,
    )
    return made_of.table(found.generations)


def _ratio(rent: float, work: float) -> Content:
    return Formula("{row.rent}/{row.work}", rent / work) if math.isfinite(rent) else "–"


def costs(found: Tokens) -> Table:
    """What a million tokens cost at the run's mean rents, by phase at the base date and together after; live."""
    first = found.rents[0][0]
    columns = [Column("label", "Generation")]
    for date, _ in found.rents:
        columns.append(Column(f"rent_{date}", f"Rent {date}", "price", style="engine", optional=2))
        if date == first:
            columns += [_price("input", "Input"), _price("output", "Output")]
        columns.append(_price(f"both_{date}", f"Both {date}"))
    rows = []
    for g in found.generations:
        cells: list[Content] = [g.name]
        for date, rents in found.rents:
            rent = rents[g.place]
            parts = ("input", "output") if date == first else ()
            cells.append(rent)
            cells += [_cost(found, g, part, rent, date) for part in (*parts, "both")]
        rows.append(tuple(cells))
    title = "Rent of useful work: USD a million tokens, mean one-year rents"
    note = (
        "Rent over tokens of the table above. Input: not cached. Rents of generations not yet launched are what "
        "they would ask. Nobody's margin, no idle hour and no power beyond the rent is in it."
    )
    return Table("useful-work", tuple(columns), tuple(rows), title, note, found.served.names)


def _price(key: str, header: str) -> Column:
    return Column(key, header, "number", style="calculation")


def _cost(found: Tokens, g: Generation, part: str, rent: float, date: str) -> Content:
    s = found.served
    seconds = {"input": s.prefill, "output": s.decode, "both": s.time()}[part]
    value = MILLION * float(serving.cost(float(seconds[g.place]), rent))
    return Formula(f"{{row.rent_{date}}}/{{phases.{part}[{g.name}]}}", value)


def hits(found: Tokens) -> Iterator[Hits]:
    """Hit rates from none to the one asked of, on the numeraire and the newest at the first rents."""
    s, rents = found.served, found.rents[0][1]
    none = s.time(0.0)
    for rate in (0.0, s.hit_rate, 0.5 * (s.hit_rate + found.hit_rate), found.hit_rate):
        time, share = s.time(rate), s.prefill_share(rate)
        places = (s.numeraire, s.newest)
        one, two = (MILLION * float(serving.cost(float(time[i]), rents[i])) for i in places)
        base = s.numeraire
        yield Hits(
            rate,
            float(share[base]),
            float(time[base] / none[base]),
            float(share[base] * time[base] / (s.prefill_share(0.0)[base] * none[base])),
            (one, two),
        )


def hits_table(found: Tokens) -> Table:
    """What cache hits save."""
    s = found.served
    base, newest = s.names[s.numeraire], s.names[s.newest]
    made: Spec[Hits] = Spec(
        (
            number("rate", "Hit rate", lambda h: h.rate, "rate"),
            number("share", "Prefill, of device time", lambda h: h.share, "share"),
            number("fleet", "Devices, none cached = 1", lambda h: h.fleet, "price"),
            number("prefill", "Prefill devices, none cached = 1", lambda h: h.prefill, "price"),
            number("one", f"USD/M, {base}", lambda h: h.costs[0], "number"),
            number("two", f"USD/M, {newest}", lambda h: h.costs[1], "number"),
        ),
        id="cache-hits",
        title=f"Cache hits: the same requests on {base}, and what a million tokens cost",
        note="A hit saves the prefill of its tokens and is free here; lists charge a tenth of input for it.",
    )
    return made.table(hits(found))


def decline_table(found: Tokens) -> Table:
    """The fall of token prices, split."""
    d = found.decline
    rows: tuple[tuple[Content, ...], ...] = (
        ("Hardware that does the work, price (gpu.hardware_cost_decline)", d.bought),
        (f"Rent of a token on the cheapest device on sale, mean rents to {d.until}", d.rented),
        ("What customers pay (revenue.token_price_decline)", d.priced),
        ("Beyond the hardware: software, models, caches, margins", Formula("{token-decline.value[priced]}-{token-decline.value[bought]}", d.rest)),
        (f"Once, hits from {found.served.hit_rate:.0%} to {found.hit_rate:.0%} on the newest device", d.saved),
    )  # fmt: skip
    columns = (
        Column("label", "Fall of a token's cost or price", least=30),
        Column("value", "Log a year", "number", style="engine"),
    )
    title = "How fast tokens cheapen"
    return Table("token-decline", columns, rows, title, "", ("bought", "rented", "priced", "rest", "hits"))


def _effect(measure: Measure) -> Field[Moved]:
    points = not measure.unit
    unit = measure.unit or "points"

    def cells(row: Moved) -> tuple[Content, ...]:
        found, scale = row.effects[measure.name], 100.0 if points else 1.0
        value, error = scale * found.value, scale * half(found)
        kind = measure.unit or "number"
        return value_cell(value, error, kind), error_cell(value, error, kind)

    header = f"{measure.label}, {unit}"
    return several(
        Column(measure.name, header, "number", style="engine", align="right"),
        Column(f"{measure.name}_mc", "±", "number", style="note", align="right"),
        cells=cells,
    )


MOVES: Spec[Moved] = Spec(
    (
        text("label", "If coupled", least=24),
        *map(_effect, MEASURES),
        spec.shown("changed", "What is set", lambda row: "; ".join(map(_said, row.changed)), optional=1, least=20),
    ),
    id="token-moves",
    title="What coupling would move",
    row_id=lambda row: row.name,
)


def _said(changed: Changed) -> str:
    return f"{changed.id} {changed.before:.3g} to {changed.after:.3g}"
