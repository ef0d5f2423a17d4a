"""Tables of what tokens cost. Formulas compute from the workload's cells, as the engine does."""

from __future__ import annotations

import math
from collections.abc import Callable

from risk.analysis.amplification import Measure
from risk.calibrate.tokens import MEASURES, Changed, Moved
from risk.processes import serving
from risk.processes.decode import SECONDS_PER_HOUR
from risk.report.content import Content, Formula
from risk.report.intervals import half
from risk.report.pack.base.cells import error_cell, value_cell
from risk.report.pack.base.fields import number
from risk.report.record import Field
from risk.report.spec import Spec, live, several, shown, text
from risk.report.table import Column, Table
from risk.report.tokens.found import MILLION, Generation, Hits, Tokens, hits

TERA, GIGA = 1e12, 1e9
POINTS = 100.0

INPUTS: dict[str, tuple[str, float]] = {
    "weights": ("Weights of the model, GB", GIGA),
    "parameters": ("Parameters, bn", GIGA),
    "cache": ("Cache of one request, GB", GIGA),
    "devices": ("Devices that hold the model together", 1.0),
    "prefill_efficiency": ("Share of compute that prefill reaches", 1.0),
    "decode_efficiency": ("Share of bandwidth that decode reaches", 1.0),
    "hit_rate": ("Share of input tokens found in a cache", 1.0),
    "inputs": ("Input tokens for each output token", 1.0),
}
"""The workload in words, and how many base units one shown is."""

CELL = {name: f"{{serving.value[{name}]}}" for name in INPUTS}
"""Cells of the workload in formulas."""


def inputs(found: Tokens) -> Table:
    """The workload; the tables below compute from these cells."""
    rows = tuple((words, found.workload[name] / scale) for name, (words, scale) in INPUTS.items())
    columns = (Column("label", "Workload"), Column("value", "Value", "general", style="engine"))
    note = (
        "Inputs for each output: as many as make prefill as large a share of the numeraire's time, before "
        "hits, as the page says (gpu.serving.prefill_share)."
    )
    return Table("serving", columns, rows, "What is served, and how", note, tuple(INPUTS))


ROOM = f"MAX(0,INT(({CELL['devices']}*{{row.memory}}-{CELL['weights']})/{CELL['cache']}))"
STREAMED = (
    f"({CELL['weights']}+{{row.batch}}*{CELL['cache']})/({{row.bandwidth}}*{CELL['decode_efficiency']})"
)
COMPUTED = f"2*{CELL['parameters']}*{{row.batch}}/({{row.compute}}*{CELL['prefill_efficiency']})"
READ = f"1.8*{{row.compute}}*{CELL['prefill_efficiency']}/{CELL['parameters']}"
MADE = f"3.6*{{row.batch}}/MAX({STREAMED},{COMPUTED})"
BOTH = f"(1+{CELL['inputs']})/((1-{CELL['hit_rate']})*{CELL['inputs']}/{{row.input}}+1/{{row.output}})"
"""Batch, and millions of tokens a device-hour, in GB, TB/s, TFLOP/s and bn parameters."""


def phases(found: Tokens) -> Table:
    """Batch and tokens an hour of both phases, work over the numeraire's, and what buyers pay of it."""
    s, (base, _) = found.served, found.roles

    def hourly(seconds: Callable[[int], float]) -> Callable[[Generation], float]:
        return lambda g: SECONDS_PER_HOUR / MILLION / float(seconds(g.place))

    def work(row: Generation) -> float:
        return float(s.work[row.place])

    made: Spec[Generation] = Spec(
        (
            text("label", "Device", lambda g: g.name),
            number("compute", "TFLOP/s", lambda g: g.compute / TERA, "count", optional=3),
            number("bandwidth", "TB/s", lambda g: g.bandwidth / TERA, "price", optional=2),
            number("memory", "GB", lambda g: g.memory / GIGA, "count", optional=2),
            live("batch", "Batch", ROOM, lambda g: float(s.batch[g.place]), "count"),
            live("input", "M input/h", READ, hourly(lambda i: s.prefill[i]), "price"),
            live("output", "M output/h", MADE, hourly(lambda i: s.decode[i]), "price"),
            live("both", "M both/h", BOTH, hourly(lambda i: s.time()[i]), "price"),
            live("work", "Work", f"{{row.both}}/{{phases.both[{base}]}}", work, "price"),
            number("rent", "Rent", lambda g: g.rent, "price"),
            several(
                Column("paid", "Rent/work", "price", style="calculation"),
                cells=lambda g: (_paid(g, work(g)),),
            ),
        ),
        id="phases",
        title=f"Serving by generation: million tokens a device-hour; work and rent, {base} = 1",
        note="Input that no cache holds is bound by compute, output by bandwidth at the batch that memory "
        "leaves room for; both: a request's tokens together, with its hits. Rent/work: what buyers pay for "
        "an hour over what its tokens are worth at the numeraire's rent; –: not rented yet.",
        row_id=lambda g: g.name,
    )
    return made.table(found.generations)


def _paid(row: Generation, work: float) -> Content:
    return Formula("{row.rent}/{row.work}", row.rent / work) if math.isfinite(row.rent) else "–"


def costs(found: Tokens) -> Table:
    """What a million tokens cost at the run's mean rents: by phase at the base date, and together."""
    columns, rows = [Column("label", "Generation")], []
    parts = [(date, part) for date in found.rents for part in _parts(found, date)]
    for date, part in parts:
        if part == "rent":
            columns.append(Column(f"rent_{date}", f"Rent {date}", "price", style="engine", optional=2))
        else:
            header = f"Both {date}" if part == "both" else part.capitalize()
            columns.append(Column(f"{part}_{date}", header, "number", style="calculation"))
    for g in found.generations:
        rows.append((g.name, *(_cost(found, g, date, part) for date, part in parts)))
    title = "Rent of useful work: USD a million tokens at mean one-year rents"
    note = (
        "Rent over tokens of the table above; input: not cached. Rents of generations not yet launched are "
        "what they would ask. No margin and no idle hour is in it."
    )
    return Table("useful-work", tuple(columns), tuple(rows), title, note, found.served.names)


def _parts(found: Tokens, date: str) -> tuple[str, ...]:
    return ("rent", "input", "output", "both") if date == found.base else ("rent", "both")


def _cost(found: Tokens, g: Generation, date: str, part: str) -> Content:
    rent, s = found.rents[date][g.place], found.served
    if part == "rent":
        return rent
    seconds = {"input": s.prefill, "output": s.decode, "both": s.time()}[part]
    value = MILLION * float(serving.cost(float(seconds[g.place]), rent))
    return Formula(f"{{row.rent_{date}}}/{{phases.{part}[{g.name}]}}", value)


def hits_table(found: Tokens) -> Table:
    """What cache hits save."""
    base, newest = found.roles
    made: Spec[Hits] = Spec(
        (
            number("rate", "Hit rate", lambda h: h.rate, "rate"),
            number("share", "Prefill, of time", lambda h: h.share, "share"),
            number("fleet", "Devices", lambda h: h.fleet, "price"),
            number("prefill", "For prefill", lambda h: h.prefill, "price"),
            number("numeraire", f"USD/M, {base}", lambda h: h.numeraire, "number"),
            number("newest", f"USD/M, {newest}", lambda h: h.newest, "number"),
        ),
        id="cache-hits",
        title=f"Cache hits: devices for the same requests ({base}; none cached = 1), and what tokens cost",
        note="A hit saves the prefill of its tokens and is free here; lists charge a tenth of input for it.",
    )
    return made.table(hits(found))


def decline_table(found: Tokens) -> Table:
    """The fall of token prices, split."""
    d, hit = found.decline, f"{found.served.hit_rate:.0%} to {found.hit_rate:.0%}"
    rest = Formula("{token-decline.value[priced]}-{token-decline.value[bought]}", d.rest)
    rows: dict[str, tuple[str, Content]] = {
        "bought": ("Price of the hardware that does the work (gpu.hardware_cost_decline)", d.bought),
        "rented": (f"Rent of a token on the cheapest device on sale, mean rents to {d.until}", d.rented),
        "priced": ("What customers pay (revenue.token_price_decline)", d.priced),
        "rest": ("Beyond the hardware: software, models, margins", rest),
        "hits": (f"Once: hits from {hit} on the newest device", d.saved),
    }
    columns = (
        Column("label", "Fall of what a token costs or fetches", least=30),
        Column("value", "Log a year", "number", style="engine"),
    )
    return Table("token-decline", columns, tuple(rows.values()), "How fast tokens cheapen", "", tuple(rows))


HEADERS = {"bust": "P(bust)", "mean": "Mean loss", "rent": "Mean rent"}
"""Short words for the measures; the note has the long ones."""


def _effect(measure: Measure) -> Field[Moved]:
    scale = 1.0 if measure.unit else POINTS

    def cells(row: Moved) -> tuple[Content, ...]:
        found = row.effects[measure.name]
        value, error = scale * found.value, scale * half(found)
        unit = measure.unit or "number"
        return value_cell(value, error, unit), error_cell(value, error, unit)

    header = f"{HEADERS[measure.name]}, {measure.unit}" if measure.unit else HEADERS[measure.name]
    return several(
        Column(measure.name, header, "number", style="engine", align="right"),
        Column(f"{measure.name}_mc", "±", "number", style="note", align="right"),
        cells=cells,
    )


def _set(changed: Changed) -> str:
    return f"{changed.id.removeprefix('gpu.generation.')} {changed.before:.3g} to {changed.after:.3g}"


MOVES: Spec[Moved] = Spec(
    (
        text("label", "If coupled", least=20),
        *map(_effect, MEASURES),
        shown("changed", "What is set", lambda row: "; ".join(map(_set, row.changed)), optional=1, least=20),
    ),
    id="token-moves",
    title="What coupling would move",
    row_id=lambda row: row.name,
)
