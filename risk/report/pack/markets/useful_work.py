"""Rent per unit of useful work: what a million output tokens cost in rent, by generation."""

from __future__ import annotations

from risk.processes.decode import largest_batch, output_per_device_hour, step_latency
from risk.report.content import Cell, Content, Formula
from risk.report.pack.base.results import Array, Results
from risk.report.table import Column, Table

MILLION = 1e6
SMALL = 10.0
"""Million tokens an hour below which two decimals are shown."""
DATES = ("h100_2028", "h100_2030")
"""Outcomes at whose dates rents are read, beside the base date."""


def tokens(results: Results) -> Array:
    """Output tokens a device of each generation makes in an hour, by the decode-cost identity, (generation,).

    Memory bandwidth streams the weights of a 70B model once a step; the batch is what its caches fit beside
    them on the devices that hold it together.
    """

    def entry(name: str) -> float:
        return results.register.number(f"gpu.decode.{name}")

    generations = results.register.tables["gpu.generation"]
    bandwidth, memory = (generations.numbers(column) for column in ("memory_bandwidth", "memory"))
    weights, devices = entry("model_bytes"), entry("devices")
    batch = largest_batch(devices * memory, weights, entry("cache_per_request"))
    return output_per_device_hour(step_latency(weights, bandwidth), batch, devices)


def table(results: Results) -> Table:
    """Tokens an hour, mean one-year rent at some dates, and rent per million tokens (live)."""
    names = results.register.tables["gpu.generation"].names
    rents, _ = results.run.mean("gpu.contract_rent")
    made = tokens(results) / MILLION
    columns = [Column("label", "Generation"), Column("tokens", "M tokens/h", "years", style="engine", span=2)]
    dates = dict.fromkeys((results.labels[0], *results.dates(DATES)))
    for date in dates:
        columns.append(Column(f"rent_{date}", f"Rent {date}, USD/h", "price", style="engine", span=2))
        columns.append(Column(f"cost_{date}", "USD/M tokens", "price", style="calculation", span=2))
    rows = []
    for g, name in enumerate(names):
        cells: list[Content] = [name, Cell(float(made[g]), "years" if made[g] >= SMALL else "price")]
        for date in dates:
            rent = float(rents[results.labels.index(date), g])
            formula = Formula(f"{{row.rent_{date}}}/{{row.tokens}}", rent / float(made[g]))
            cells += [rent, formula]
        rows.append(tuple(cells))
    title = "Rent per unit of useful work: decode of a 70B model, mean one-year rents"
    note = (
        "Decode-cost identity: weights over bandwidth a step, shared by the batch whose caches fit. "
        "Rents of generations not yet launched are what they would ask."
    )
    return Table("useful-work", tuple(columns), tuple(rows), title, note, names)
