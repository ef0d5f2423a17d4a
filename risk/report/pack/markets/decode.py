"""The thesis page's table of decode costs, recomputed from its own inputs."""

from __future__ import annotations

from risk.processes.decode import QuotedDecode, Reconciliation, reconcile
from risk.report.formats import show
from risk.report.pack.base.results import Results
from risk.report.sheet import Block, Paragraph
from risk.report.table import Column, Content, Formula, Table

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
    columns = (
        Column("label", "Device"),
        Column("bandwidth", "TB/s", "years", style="engine"),
        Column("memory", "GB", "count", style="engine"),
        Column("latency", "Quoted, ms", "years", style="engine", span=2),
        Column("streamed", "From bytes, ms", "years", style="calculation", span=2),
        Column("batch", "Batch quoted", "count", style="engine"),
        Column("fitting", "Batch fits", "count", style="calculation"),
        Column("cost", "Quoted USD/M", "price", style="engine", span=2),
        Column("implied", "Implied USD/h", "price", style="calculation", span=2),
        Column("rebuilt", "Rebuilt USD/M", "price", style="calculation", span=2),
    )
    rows = tuple(_device(i, quoted, found) for i in range(len(GENERATIONS)))
    title = "Quoted, implied and rebuilt cost of a million output tokens"
    note = (
        "Implied: the rent of a device-hour at which the quoted cost would be true. Rebuilt: cost at the "
        "stated rent, the streamed latency and the batch that the page's own cache rule allows."
    )
    return Table("decode", columns, rows, title, note, GENERATIONS)


def _device(i: int, quoted: QuotedDecode, found: Reconciliation) -> tuple[Content, ...]:
    """One device: what the page quotes, and formulas over its inputs."""
    weights, cache, rent, devices = (f"{{decode-inputs.value[{name}]}}" for name in INPUTS)
    return (
        GENERATIONS[i],
        float(quoted.bandwidth[i] / TERABYTE),
        float(quoted.memory[i] / GIGABYTE),
        float(quoted.latency[i] / MILLISECOND),
        Formula(f"{weights}/{{row.bandwidth}}", float(found.latency[i] / MILLISECOND)),
        float(quoted.batch[i]),
        Formula(f"MAX(0,INT(({devices}*{{row.memory}}-{weights})/{cache}))", float(found.batch[i])),
        float(quoted.cost[i] * PER_MILLION),
        Formula(f"{{row.cost}}*3.6*{{row.batch}}/({devices}*{{row.latency}})", float(found.implied_rent[i])),
        Formula(f"{devices}*{rent}*{{row.streamed}}/3.6/{{row.fitting}}", float(found.cost[i] * PER_MILLION)),
    )


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
