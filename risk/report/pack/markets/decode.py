"""The thesis page's table of decode costs, recomputed from its own inputs."""

from __future__ import annotations

from collections.abc import Callable

from risk.processes.decode import QuotedDecode, Reconciliation, reconcile
from risk.report import spec
from risk.report.formats import show
from risk.report.pack.base.fields import number
from risk.report.pack.base.results import Array, Results
from risk.report.sheet import Block, Paragraph
from risk.report.spec import Spec, live
from risk.report.table import Column, Table

INPUTS = {
    "model_bytes": ("Weights of the model", "GB"),
    "cache_per_request": ("Cache of one request", "GB"),
    "rent": ("Stated rent of a device-hour", "USD/h"),
    "devices": ("Devices that hold the model together", "1"),
}
QUOTES = ("quoted_latency", "quoted_batch", "quoted_cost")
GENERATIONS = ("A100", "H100", "H200", "B200")
"""Order of the quoted vectors."""

PER_MILLION = 1e6
MILLISECOND = 1e-3
GIGABYTE, TERABYTE = 1e9, 1e12


def blocks(results: Results) -> tuple[Block, ...]:
    """The table with its finding, or what is missing for it."""
    asked = (f"gpu.decode.{name}" for name in (*INPUTS, *QUOTES))
    missing = [identifier for identifier in asked if identifier not in results.register.entries]
    if missing:
        return (Paragraph(f"Decode-cost reconciliation: the register lacks {', '.join(missing)}.", "note"),)
    quoted = _quoted(results)
    inputs = {name: results.register.number(f"gpu.decode.{name}") for name in INPUTS}
    found = reconcile(
        quoted, inputs["model_bytes"], inputs["cache_per_request"], inputs["rent"], round(inputs["devices"])
    )
    return (
        _inputs(inputs),
        _table(quoted, found),
        Paragraph(finding(quoted, inputs, found), "finding"),
    )


def _quoted(results: Results) -> QuotedDecode:
    """The page's table, base units."""
    table = results.register.tables["gpu.generation"]
    rows = [table.names.index(name) for name in GENERATIONS]
    bandwidth, memory = (table.numbers(column)[rows] for column in ("memory_bandwidth", "memory"))
    latency, batch, cost = (results.register.array(f"gpu.decode.{name}") for name in QUOTES)
    return QuotedDecode(bandwidth, memory, latency, batch, cost)


def _inputs(inputs: dict[str, float]) -> Table:
    """The page's own inputs; the table below computes from these cells."""
    scales = {"GB": GIGABYTE, "USD/h": 1.0, "1": 1.0}
    rows = tuple((f"{label}, {unit}", inputs[name] / scales[unit]) for name, (label, unit) in INPUTS.items())
    columns = (
        Column("label", "Input of the page's table"),
        Column("value", "Value", "general", style="engine"),
    )
    title = "Physics check: the page's decode-cost table, recomputed"
    note = (
        "One decode step streams all weights once: latency = bytes over bandwidth; a batch shares the step."
    )
    return Table("decode-inputs", columns, rows, title, note, tuple(INPUTS))


def _table(quoted: QuotedDecode, found: Reconciliation) -> Table:
    """Quoted and recomputed numbers, the latter live."""
    weights, cache, rent, devices = (f"{{decode-inputs.value[{name}]}}" for name in INPUTS)
    streamed = f"{weights}/{{row.bandwidth}}"
    fitting = f"MAX(0,INT(({devices}*{{row.memory}}-{weights})/{cache}))"
    implied = f"{{row.cost}}*3.6*{{row.batch}}/({devices}*{{row.latency}})"
    rebuilt = f"{devices}*{rent}*{{row.streamed}}/3.6/{{row.fitting}}"

    def of(values: Array) -> Callable[[int], float]:
        return lambda i: float(values[i])

    made: Spec[int] = Spec(
        (
            spec.text("label", "Device", GENERATIONS.__getitem__),
            number("bandwidth", "TB/s", of(quoted.bandwidth / TERABYTE), "years"),
            number("memory", "GB", of(quoted.memory / GIGABYTE), "count"),
            number("latency", "Quoted, ms", of(quoted.latency / MILLISECOND), "years"),
            live("streamed", "From bytes, ms", streamed, of(found.latency / MILLISECOND), "years"),
            number("batch", "Batch quoted", of(quoted.batch), "count"),
            live("fitting", "Batch fits", fitting, of(found.batch), "count"),
            number("cost", "Quoted USD/M", of(quoted.cost * PER_MILLION), "price"),
            live("implied", "Implied USD/h", implied, of(found.implied_rent), "price"),
            live("rebuilt", "Rebuilt USD/M", rebuilt, of(found.cost * PER_MILLION), "price"),
        ),
        id="decode",
        title="Quoted, implied and rebuilt cost of a million output tokens",
        note="Implied: the rent of a device-hour at which the quoted cost would be true. Rebuilt: cost at "
        "the stated rent, the streamed latency and the batch that the page's own cache rule allows.",
        row_id=GENERATIONS.__getitem__,
    )
    return made.table(range(len(GENERATIONS)))


def finding(quoted: QuotedDecode, inputs: dict[str, float], found: Reconciliation) -> str:
    """Whether the page's table agrees with itself."""
    low, high = float(found.implied_rent.min()), float(found.implied_rent.max())
    broken = [
        n for n, q, b in zip(GENERATIONS, quoted.batch, found.batch, strict=True) if round(q) != round(b)
    ]
    start = (
        f"The quoted costs imply a rent of {show(low, 'price')} to {show(high, 'price')} USD per "
        f"device-hour, not the {show(inputs['rent'], 'price')} stated"
    )
    rule = f"; the batch column breaks the page's own cache rule for {', '.join(broken)}." if broken else "."
    return start + rule
