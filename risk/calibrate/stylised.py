"""Stylised facilities: what the tenor of a contract does to a five-year loan, measured with the engine.

Four facilities of Blackwell GPUs join the base case. All carry the same loan; one is let for five years to
a sound payer, the others for three, two and one years to ordinary ones, each at the term rent of its tenor.
They are too small to move a market, so that they live in the world of the base case: as it is, with a glut
on half of its paths, or with fast obsolescence of hardware.

Each facility belongs to a company of its own that has no means, costs or notes. What the facility pays out
comes back when it falls short and nothing else does: its cash is trapped in full and nobody supports it.
Payers leave at constant hazards, whatever credit and rents do. An ordinary payer stands for many: the
expected share of them leaves. No loan is amended or called, and none is prepaid from trapped cash.

=========  ========  ==============================================================================
symbol     unit      meaning
=========  ========  ==============================================================================
F(tau)     USD/h     contract price, R_0 (1 - e^{-g tau}) / (g tau), tau in years
debt       USD       GPUs x cost x loan to cost, level payments at a fixed coupon
default    path      the facility has defaulted by the last payment of its loan
=========  ========  ==============================================================================

References: judgement; the terms stand in the register under ``neoclouds.stylised``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from risk.assumptions import locate
from risk.assumptions.priors import parse
from risk.assumptions.schema import Event
from risk.assumptions.targets import CASES
from risk.calibrate.blocks import computed
from risk.cores import workers
from risk.engine import simulate_together
from risk.errors import AssumptionError, StorageError
from risk.parameters import Array, build, entry, entry_ids
from risk.processes.contract_rent import level_rent
from risk.runs.beside import STYLISED
from risk.runs.files import publish_json
from risk.runs.hashing import digest
from risk.runs.specification import specify
from risk.runs.store import Store
from risk.shocks.stream import BLOCK
from risk.units import SCALE

if TYPE_CHECKING:
    from risk.assumptions import Assumptions
    from risk.assumptions.schema import Entry
    from risk.assumptions.table import Row, Table
    from risk.runs import Run

BLOCKS = 2
"""Random blocks a case."""

GENERATION = "B200"
PREFIX = "STYLISED-"
QUARTERS_A_YEAR = 4.0

WITHOUT_MEANS = dict.fromkeys(("cash", "revolver", "overhead", "growth_equity", "cohort_share"), 0.0)
"""Columns of a company that only passes on what its facility pays out."""

PLAIN_LOAN: Mapping[str, Any] = {
    "rate": "fixed",
    "amortization": "level",
    "undrawn": 0.0,
    "draw_quarters": 0,
    "balloon": 0.0,
    "prepaid_share": 0.0,
    "shell_value": 0.0,
    "kind": "device",
    "instrument": "ddtl",
    "tenant": "",
    "lock_up": 0.0,
    "sweep": 0.0,
    "event": 0.0,
    "realization": 0.0,
    "guarantee": 0.0,
    "cross_default": "",
}
"""Columns of a facility on which nothing but contract and loan depend."""


@dataclass(frozen=True)
class Terms:
    """Register entries of the stylised facilities, base units."""

    devices: float = entry("neoclouds.stylised.gpus")
    cost: float = entry("neoclouds.stylised.cost")  # USD per GPU
    loan_to_cost: float = entry("neoclouds.stylised.loan_to_cost")
    coupon: float = entry("neoclouds.stylised.coupon")  # 1/y
    debt_quarters: float = entry("neoclouds.stylised.debt_quarters")
    opex: float = entry("neoclouds.stylised.opex")  # USD per GPU-hour
    rent: float = entry("neoclouds.stylised.rent")  # USD/h
    decline: float = entry("neoclouds.stylised.decline")  # 1/y
    contract_quarters: Array = entry("neoclouds.stylised.contract_quarters")  # (facility,), sound payer first
    sound_hazard: float = entry("neoclouds.stylised.sound_hazard")  # 1/q
    other_hazard: float = entry("neoclouds.stylised.other_hazard")  # 1/q
    renewal_share: float = entry("neoclouds.stylised.renewal_share")
    renewal_price: float = entry("neoclouds.stylised.renewal_price")  # over the contract index
    glut_demand: float = entry("neoclouds.stylised.glut_demand")  # log
    glut_quarter: float = entry("neoclouds.stylised.glut_quarter")
    glut_probability: float = entry("neoclouds.stylised.glut_probability")
    fast_cost_decline: float = entry("neoclouds.stylised.fast_cost_decline")  # 1/y, added
    fast_obsolescence: float = entry("neoclouds.stylised.fast_obsolescence")  # added


def terms(assumptions: Assumptions) -> Terms:
    """Read the terms of the stylised facilities."""
    return build(Terms, {identifier: assumptions.value(identifier) for identifier in entry_ids(Terms)})


def tenors(assumptions: Assumptions) -> tuple[str, ...]:
    """Contract tenors, ``5y``, ``3y`` and so on: one a facility."""
    return assumptions.entry("neoclouds.stylised.contract_quarters").labels


def variant(assumptions: Assumptions, case: str) -> Assumptions:
    """The base case with the stylised facilities in it, to the last payment of their debt.

    Parameters
    ----------
    case : one of `CASES`.
    """
    t = terms(assumptions)
    assumptions = replace(
        assumptions, calendar=replace(assumptions.calendar, quarters=round(t.debt_quarters))
    )
    entries = {name: _held(assumptions.entry(name), value) for name, value in _held_values(t).items()}
    if case == "fast":
        entries |= {name: _moved(assumptions.entry(name), by) for name, by in _obsolescence(t).items()}
    glut = (_glut(assumptions, t),) if case == "glut" else ()
    tables = assumptions.tables
    longer = {
        "neoclouds.firm": _longer(tables["neoclouds.firm"], _firms(assumptions)),
        "neoclouds.facility": _longer(tables["neoclouds.facility"], _facilities(assumptions, t)),
    }
    return replace(
        assumptions,
        entries={**assumptions.entries, **entries},
        tables={**tables, **longer},
        events=(*assumptions.events, *glut),
    )


def _held_values(t: Terms) -> dict[str, float]:
    """Entries that have one value on all paths, base units."""
    return {
        "neoclouds.ig_hazard": t.sound_hazard,
        "neoclouds.other_hazard": t.other_hazard,
        "neoclouds.payer_stress_loading": 0.0,
        "neoclouds.moneyness_loading": 0.0,
        "neoclouds.renewal_share": t.renewal_share,
        "neoclouds.renewal_price": t.renewal_price,
        "neoclouds.amend_probability": 0.0,
        "neoclouds.acceleration": 0.0,
        "neoclouds.cash_sweep": 0.0,
    }


def _obsolescence(t: Terms) -> dict[str, float]:
    """What fast obsolescence adds to two entries, base units."""
    return {
        "gpu.hardware_cost_decline": t.fast_cost_decline,
        "gpu.launch_obsolescence": t.fast_obsolescence,
    }


def _held(found: Entry, value: float) -> Entry:
    return replace(found, value=value / found.scale, prior=None)


def _moved(found: Entry, by: float) -> Entry:
    """An entry whose value and prior lie higher by `by`, in base units; the prior keeps its width."""
    if not isinstance(found.value, float) or found.prior is None:
        raise AssumptionError(f"{found.id} has no prior that could be moved", "give it one again")
    step = by / found.scale
    raw = found.prior.model_dump(exclude_none=True)
    raw |= {key: raw[key] + step for key in ("low", "mode", "mean", "high") if key in raw}
    return replace(found, value=found.value + step, prior=parse(raw))


def _glut(assumptions: Assumptions, t: Terms) -> Event:
    labels = assumptions.calendar.labels
    return Event(
        variable="demand",
        start=labels[round(t.glut_quarter)],
        end=labels[-1],
        size=t.glut_demand,
        unit="log",
        why="Demand settles under its path for good.",
        probability=t.glut_probability,
    )


def _firms(assumptions: Assumptions) -> Iterator[Row]:
    """A company for each facility, without means."""
    company = assumptions.tables["neoclouds.firm"].rows[0]
    for tenor in tenors(assumptions):
        yield _copy(company, {"name": PREFIX + tenor, **WITHOUT_MEANS})


def _facilities(assumptions: Assumptions, t: Terms) -> Iterator[Row]:
    """The facilities: one loan, one contract each, the first with a sound payer."""
    model = assumptions.tables["neoclouds.facility"].rows[0]
    chips = assumptions.tables["gpu.generation"]
    hyperscale_opex = float(chips.numbers("opex")[chips.names.index(GENERATION)])
    prices = level_rent(t.rent, t.decline, t.contract_quarters / QUARTERS_A_YEAR)
    loan = {
        "generation": GENERATION,
        "gpus": t.devices / SCALE["GPU k"],
        "debt": t.devices * t.cost * t.loan_to_cost / SCALE["USD bn"],
        "coupon": t.coupon / SCALE["%"],
        "debt_quarters": round(t.debt_quarters),
        "opex_multiple": t.opex / hyperscale_opex,
        **PLAIN_LOAN,
    }
    for k, tenor in enumerate(tenors(assumptions)):
        last, who = round(float(t.contract_quarters[k])), {"name": PREFIX + tenor, "firm": PREFIX + tenor}
        contract = {"payer": "other" if k else "ig", "contract_first": last, "contract_last": last}
        yield _copy(model, {**who, **loan, **contract, "price": float(prices[k])})


def _copy(row: Row, changes: Mapping[str, Any]) -> Row:
    """A row with some columns changed; one that the table lacks is refused."""
    return type(row).model_validate({**row.model_dump(), **changes})


def _longer(table: Table, rows: Iterator[Row]) -> Table:
    return replace(table, rows=(*table.rows, *rows))


@dataclass(frozen=True)
class Worlds:
    """Cases of the stylised facilities: what workers are handed, each with all its random blocks."""

    cases: Mapping[str, Assumptions]
    seed: int
    store: Store

    @property
    def together(self) -> int:
        """Each is a world of its own."""
        return 1

    def engine(self) -> object:
        """What simulates a case."""
        return simulate_together

    def compute(self, rows: Mapping[int, int]) -> Iterator[tuple[str, dict[str, int]]]:
        """Case, and tenor → paths on which the facility defaulted; nothing is stored."""
        names = list(self.cases)
        for index in rows:
            yield names[index], _defaults(self.cases[names[index]], self.seed)


def _defaults(world: Assumptions, seed: int) -> dict[str, int]:
    """Tenor → paths, of `BLOCKS` random blocks, on which the facility defaulted."""
    blocks = simulate_together(world, seed, dict.fromkeys(range(BLOCKS), BLOCK))
    columns = blocks[0].entities["facility.defaulted"]
    last = sum(block.sums["facility.defaulted"][-1] for block in blocks)
    return {tenor: round(last[columns.index(PREFIX + tenor)]) for tenor in tenors(world)}


def defaults(assumptions: Assumptions, seed: int, jobs: int) -> dict[str, dict[str, int]]:
    """Case → tenor → paths, of `BLOCKS` random blocks, on which the facility defaulted."""
    found: list[tuple[str, dict[str, int]]] = []
    with TemporaryDirectory() as folder:
        cases: dict[str, Assumptions] = {case: variant(assumptions, case) for case in CASES}
        worlds = Worlds(cases, seed, Store(Path(folder)))
        computed(worlds, len(CASES), jobs, found.append)
    counts = dict(found)
    return {case: counts[case] for case in CASES}


def wanted(run: Run) -> bool:
    """Whether a run is of the base case, and this very method has not measured it yet."""
    if run.manifest.scenario != locate.BASE:
        return False
    try:
        known = run.stylised
    except StorageError:
        return True  # a damaged record counts as none
    return known is None or known["method"] != _method()


def measure(
    run: Run, assumptions: Assumptions, note: Callable[[str], object], jobs: int | None = None
) -> None:
    """Measure the stylised facilities in the world of a run and keep the result beside it.

    Nothing happens where these assumptions and this version of the model would not make the run again.

    Parameters
    ----------
    assumptions : the base case.
    note : told what is being done before it is done.
    jobs : worker processes; one a core by default.

    Raises
    ------
    Interrupted : Ctrl-C or SIGTERM; nothing is kept.
    """
    if specify(assumptions, run.paths, run.manifest.seed).id != run.id:
        return
    note(f"{locate.BASE}: stylised facilities in {', '.join(CASES)}, {len(CASES) * BLOCKS} random blocks")
    found = defaults(assumptions, run.manifest.seed, workers(jobs))
    content = {"run": run.id, "method": _method(), "paths": BLOCKS * BLOCK, "defaults": found}
    publish_json(run.directory / STYLISED, content)


def _method() -> str:
    """Fingerprint of this file, which is not part of a run's identity."""
    return digest(Path(__file__).read_text(encoding="utf-8"))
