"""Depreciation lives that the value of GPUs implies, and the quarters in which rents fall below cash cost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from operator import itemgetter

from risk.analysis import gpu_lives
from risk.analysis.gpu_lives import LEVELS, LONGEST, RENTS, Kept
from risk.analysis.statistics import Estimate
from risk.assumptions.tables import CapexFirm
from risk.report import spec
from risk.report.content import Content
from risk.report.pack.base import fields
from risk.report.pack.base.cells import error_cell, probability_text, value_cell
from risk.report.pack.base.results import Results
from risk.report.record import Field
from risk.report.sheet import Paragraph
from risk.report.spec import Spec
from risk.report.table import Table

Unit = tuple[str, str]
"""Role of a generation, and kind of its rent."""

VALUED = {
    ("numeraire", "spot"): "at spot: what it would fetch",
    ("newest", "contract"): "at one-year contracts: what it earns",
}
"""Value paths shown: spot of the newest is not kept by path."""

DATES = ("h100_2028", "h100_2030")
"""Outcomes by whose dates crossings are counted."""

NEVER = "never"


def blocks(results: Results) -> tuple[Paragraph | Table, ...]:
    """Implied lives, set against the accounts, and crossings of cash cost."""
    found = {key: gpu_lives.kept(results.run, *key) for key in VALUED}
    return _finding(results, found), _lives(results, found), _accounts(results, found), _crossings(results)


def _finding(results: Results, found: Mapping[Unit, Kept]) -> Paragraph:
    books = results.register.tables["capex.firm"].numbers("useful_life")
    shortest = float(books.min())
    one, other = found.values()
    lives = [told(kept.lives()[1]) for kept in (one, other)]
    numeraire, newest = (results.run.register.roles[role] for role, _ in found)
    return Paragraph(
        f"Value and book: the value of an {numeraire} falls as fast as a book life of {lives[0]} years "
        f"(median over paths), of a {newest} of {lives[1]}; the big five write servers off over "
        f"{shortest:g} to {books.max():g} years. The value falls faster than the shortest of these lives on "
        f"{probability_text(one.shorter(shortest))} of paths for the {numeraire} and "
        f"{probability_text(other.shorter(shortest))} for the {newest}.",
        "finding",
    )


def _lives(results: Results, found: Mapping[Unit, Kept]) -> Table:
    """Implied life over paths."""
    roles = results.run.register.roles
    lives = {unit: kept.lives() for unit, kept in found.items()}

    def label(unit: Unit) -> str:
        return f"{roles[unit[0]]}, {VALUED[unit]}"

    made: Spec[Unit] = Spec(
        (
            spec.text("label", "Unit new at the base date", label),
            *(_life(f"p{round(100 * level)}", lives, i) for i, level in enumerate(LEVELS)),
        ),
        id="implied-lives",
        title="Depreciation life that the value path implies, years, over paths",
        note="The life whose straight line, from the same value at the base date, has the same average book "
        f"value over {next(iter(found.values())).horizon:g} years as the path's value: what rents still earn "
        "an efficient owner (formula of docs/model/gpu-repricing.md with the owner's cost and one expected "
        "decline). The unit is new at the base date, as a server in the accounts is, and serves "
        f"{results.register.number('gpu.collateral_life'):g} years. ± = standard error of the quantile. "
        "Other generations' rents are not kept by path.",
        row_id=itemgetter(0),
    )
    return made.table(found)


def _life(key: str, lives: Mapping[Unit, Sequence[Estimate]], number: int) -> Field[Unit]:
    """A quantile of a life and its error; in words where the value hardly falls."""

    def cells(life: Estimate) -> tuple[Content, Content]:
        if life.value > LONGEST:
            return told(life), "–"
        value, error = life.value, life.standard_error
        return value_cell(value, error, "year"), error_cell(value, error, "year")

    return spec.measure(
        key, key.upper(), lambda unit: lives[unit][number], cells, "±", form="years", note="usd_error.2"
    )


def told(found: Estimate) -> str:
    """A life in years, in words."""
    return f"> {LONGEST:g}" if found.value > LONGEST else f"{found.value:.1f}"


def _accounts(results: Results, found: Mapping[Unit, Kept]) -> Table:
    """Useful lives in the accounts, and on how many paths value falls faster."""
    roles, firms = results.run.register.roles, results.register.rows(CapexFirm)

    def faster(role: str, kept: Kept) -> Field[CapexFirm]:
        header = f"{roles[role]} value falls faster"
        return fields.chance(role, header, lambda firm: kept.shorter(firm.useful_life))

    made: Spec[CapexFirm] = Spec(
        (
            spec.text("name", "Accounts"),
            spec.figure("life", "Useful life", lambda f: f.useful_life, "years", unit="years", style="input"),
            fields.blank("blank"),
            *(faster(role, kept) for (role, _), kept in found.items()),
        ),
        id="accounting-lives",
        title="Implied lives against the lives in the accounts",
        note="Useful lives of servers in the register (capex.firm.useful_life; source "
        f"{', '.join(sorted({firm.source for firm in firms}))}): the model moves nothing by them. Share of "
        "paths on which the implied life is shorter.",
        row_id=lambda firm: firm.name,
    )
    return made.table(firms)


def _crossings(results: Results) -> Table:
    """First quarter in which an hour that runs earns less than it costs."""
    dates, costs, roles = results.dates(DATES), _costs(results), results.run.register.roles
    cost = {unit: costs[roles[unit[0]]] for unit in RENTS}
    found = {unit: gpu_lives.crossing(results.run, RENTS[unit], cost[unit], dates) for unit in RENTS}

    def first(level: float, number: int) -> Field[Unit]:
        key = f"p{round(100 * level)}"
        quarters = {unit: crossing.first[number] or NEVER for unit, crossing in found.items()}
        return spec.text(key, f"First: {key.upper()}", quarters.__getitem__, align="right")

    def by(date: str, number: int) -> Field[Unit]:
        return fields.chance(f"by_{date}", f"Below by {date}", lambda unit: found[unit].by[number])

    made: Spec[Unit] = Spec(
        (
            spec.text("label", "Rent", lambda unit: f"{roles[unit[0]]}, {unit[1]}"),
            spec.figure("cost", "Cash cost, USD/h", cost.__getitem__, "price", style="input"),
            fields.blank("blank"),
            *(by(date, i) for i, date in enumerate(dates)),
            fields.chance("never", "Never below", lambda unit: found[unit].never),
            *(first(level, i) for i, level in enumerate(LEVELS)),
        ),
        id="crossings",
        title="Crossing of cash cost: when rent no longer pays for running the unit",
        note="First quarter in which an hour that runs earns less than its cash operating cost at an "
        "efficient owner (gpu.generation.opex); it earns rent times utilization, since idle hours cost as "
        f"well. {results.labels[0]} to {results.labels[-1]}; P5, P50, P95: by then so many of all paths have "
        "crossed; never = not within the run. Rents of other generations are not kept by path; their mean "
        f"contract rent times mean utilization comes below cost: {_others(results, costs)}.",
        row_id="_".join,
    )
    return made.table(RENTS)


def _costs(results: Results) -> dict[str, float]:
    """Cash operating cost by generation, USD/h."""
    costs = results.register.tables["gpu.generation"].numbers("opex").tolist()
    return dict(zip(results.run.entities["gpu.contract_rent"], costs, strict=True))


def _others(results: Results, costs: dict[str, float]) -> str:
    kept = {results.run.register.roles[role] for role, _ in RENTS}
    told = [
        f"{name} {found or NEVER}"
        for name, cost in costs.items()
        if name not in kept
        for found in [gpu_lives.mean_crossing(results.run, name, "contract", cost)]
    ]
    return ", ".join(told)
